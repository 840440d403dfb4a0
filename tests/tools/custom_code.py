# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of resources with custom code in docs/architecture.md, from their docstrings (``Custom code: …``)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

_PACKAGE = "ansible_collections.iotops.aliyun.plugins.module_utils"
_REASON = re.compile(r"Custom code: (.*?)(?:\n\n|\Z)", re.DOTALL)

#: The table in docs/architecture.md is between these lines.
_TABLE = re.compile(r"(<!-- custom code: start -->\n).*?(<!-- custom code: end -->\n)", re.DOTALL)


def resources() -> list[Any]:
    """Return the classes of all resources, by kind."""
    base = importlib.import_module(f"{_PACKAGE}.engine.resource").Resource
    package = importlib.import_module(f"{_PACKAGE}.resources")
    found = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(info.name)).values():
            if isinstance(value, type) and issubclass(value, base) and value.kind:
                found[value.kind] = value
    return [found[kind] for kind in sorted(found)]


def overridden(resource: Any) -> list[str]:
    """Return the methods of the engine that a resource overrides in its own class."""
    base = importlib.import_module(f"{_PACKAGE}.engine.resource").Resource
    return [
        name
        for name, value in vars(resource).items()
        if inspect.isfunction(value) and hasattr(base, name) and not name.startswith("_")
    ]


def reason(resource: Any) -> str:
    """Return why a resource needs custom code; an empty string if its docstring does not say it."""
    found = _REASON.search(inspect.getdoc(resource) or "")
    return " ".join(found[1].split()) if found else ""


def page(root: Path) -> str:
    """Return docs/architecture.md with a current table.

    Raises:
        ValueError: The page lacks the comments that mark the table.
    """
    path = root / "docs/architecture.md"
    all_resources = resources()
    custom = [resource for resource in all_resources if overridden(resource)]
    rows = [
        f"{len(custom)} of {len(all_resources)} resources override methods of the engine:\n\n",
        "| Resource | Methods | Reason |\n|---|---|---|\n",
    ]
    for resource in custom:
        methods = ", ".join(f"`{name}`" for name in overridden(resource))
        text = reason(resource)
        rows.append(f"| {resource.kind} | {methods} | {text[:1].upper()}{text[1:]} |\n")
    text, found = _TABLE.subn(lambda match: match[1] + "".join(rows) + match[2], path.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{path} must have one table between the comments `custom code: start` and `custom code: end`")
    return text
