# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of what ansible-builder installs for the collection in an execution environment."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]


def requirements() -> set[str]:
    """Return the names of the Python libraries in the file that meta/execution-environment.yml refers to."""
    definition = yaml.safe_load((ROOT / "meta/execution-environment.yml").read_text(encoding="utf-8"))
    assert definition["dependencies"].keys() == {"python"}
    lines = (ROOT / definition["dependencies"]["python"]).read_text(encoding="utf-8").splitlines()
    return {line.partition(">=")[0] for line in lines if line and not line.startswith("#")}


def imported() -> set[str]:
    """Return the libraries that the plugins import, except those of Python, of ansible-core and of the collection."""
    names = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"ansible", "ansible_collections", "jinja2", "yaml", "urllib3"}


def test_execution_environment_contains_exactly_what_plugins_import():
    assert requirements() == imported() == {"requests", "jsonschema"}


def test_requirements_file_is_in_the_archive():
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    assert not {"meta", "requirements.txt", "requirements-emulator.txt"} & set(ignored)
