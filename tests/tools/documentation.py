# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of modules, with that of their documentation fragments."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_PREFIX = "iotops.aliyun."


def documentation(path: Path) -> dict[str, Any]:
    """Return the documentation of a module as ``ansible-doc`` shows it.

    Args:
        path: The file of the module.

    Raises:
        ValueError: The module has no documentation, or a fragment does not exist.
    """
    found = dict(_texts(path).get("DOCUMENTATION") or {})
    if not found:
        raise ValueError(f"{path} has no documentation")
    options = dict(found.get("options") or {})
    for name in found.get("extends_documentation_fragment") or ():
        for option, described in _fragment(path.parents[1] / "doc_fragments", name).items():
            # What a module writes about an option replaces what the fragment writes.
            options[option] = {**described, **options.get(option, {})}
    return {**found, "options": options}


def _fragment(folder: Path, name: str) -> dict[str, Any]:
    """Return the options of a fragment, such as ``iotops.aliyun.iot`` or ``iotops.aliyun.iot.fleet``."""
    file, _dot, part = name.removeprefix(_PREFIX).partition(".")
    texts = _texts(folder / f"{file}.py")
    variable = part.upper() or "DOCUMENTATION"
    if variable not in texts:
        raise ValueError(f"the documentation fragment {name} does not exist")
    return texts[variable].get("options") or {}


@cache
def _texts(path: Path) -> dict[str, Any]:
    """Return the parsed YAML of all texts that a module, or the class of a fragment, assigns to names in capitals."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return {
        target.id: yaml.safe_load(node.value.value)
        for body in bodies
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper() and target.id not in ("EXAMPLES", "RETURN")
    }
