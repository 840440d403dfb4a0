# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The payload of a module: the files that are sent to a remote host contain only the API data that the module uses."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UTILS = ROOT / "plugins/module_utils"
PACKAGE = r"ansible_collections\.iotops\.aliyun\.plugins\.module_utils"
#: ``from package.api.errors import common, product`` names modules, ``from package.api.model import READ`` does not.
IMPORT = re.compile(rf"^\s*from {PACKAGE}\.([\w.]+) import (\([^)]*\)|[^\n(]*)$", re.MULTILINE)

#: API families that a module imports with shared code, in addition to those that it calls.
SHARED_FAMILIES = {
    "iot_job_rerun": {"group", "product"},
    "iot_location_info": {"device", "group"},
    "iot_message": {"device", "thing_model_data"},
    "iot_message_info": {"device", "product", "thing_model_data"},
    "iot_ota_task": {"group"},
    "iot_ota_task_info": {"group"},
    "iot_parser": {"product", "subscription"},
    "iot_parser_info": {"product", "subscription"},
    "iot_print": {"group", "speech"},
    "iot_speech_push_info": {"device", "product"},
    "iot_speech_voice_info": {"device", "product"},
    "iot_statistics_info": {"location"},
}

MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("iot_*.py") if path.stem != "iot_api")


def imports(path: Path) -> set[Path]:
    """Return the files of ``module_utils`` that a file imports."""
    found = set()
    for package, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        target = UTILS.joinpath(*package.split("."))
        if target.with_suffix(".py").exists():
            found.add(target.with_suffix(".py"))
            continue
        found |= {target / f"{name}.py" for name in re.findall(r"\w+", names) if (target / f"{name}.py").exists()}
    return found


def payload(module: str) -> set[Path]:
    """Return all files that are sent with a module, including the module."""
    seen: set[Path] = set()
    pending = [ROOT / f"plugins/modules/{module}.py"]
    while pending:
        path = pending.pop()
        if path not in seen:
            seen.add(path)
            pending += imports(path)
    return seen


@pytest.mark.parametrize("module", MODULES)
def test_module_payload_has_only_used_api_families(module):
    entry = importlib.import_module(f"ansible_collections.iotops.aliyun.plugins.modules.{module}").ENTRY
    used = {family.__name__.rpartition(".")[2] for family in entry.families}
    families = {path.stem for path in payload(module) if path.parent == UTILS / "api"} - {"model", "spelling"}
    assert families - used == SHARED_FAMILIES.get(module, set())
    assert used <= families


def test_module_payload_without_raw_api_has_no_family_list():
    assert UTILS / "api/families.py" in payload("iot_api")
    assert UTILS / "api/families.py" not in payload("iot_device")
