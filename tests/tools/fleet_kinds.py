# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The list of the declarations that fleet files can contain, from the modules that manage them."""

from __future__ import annotations

import importlib
from collections import defaultdict
from pathlib import Path

#: The longest line of code.
MAX_LINE = 120

_PACKAGE = "ansible_collections.iotops.aliyun.plugins.modules"

_HEAD = '''\
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declarations of all kinds that fleet files can contain; written by ``make generate``.

The imports are explicit, because Ansible packs a module with the files that it imports.
"""

from __future__ import annotations

'''


def page(root: Path) -> str:
    """Return the text of ``module_utils/account/declared_kinds.py``."""
    classes: dict[str, set[str]] = defaultdict(set)
    for path in (root / "plugins/modules").glob("iot_*.py"):
        entry = importlib.import_module(f"{_PACKAGE}.{path.stem}").ENTRY
        # The info module of a resource has no kind of its own.
        if entry.kind:
            declared = type(entry.resource) if hasattr(entry, "resource") else type(entry)
            classes[declared.__module__].add(declared.__name__)
    imports = "".join(_import(module, sorted(names)) for module, names in sorted(classes.items()))
    names = "".join(f"    {name},\n" for _module, names in sorted(classes.items()) for name in sorted(names))
    return f"{_HEAD}{imports}\nDECLARATIONS = (\n{names})\n"


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= MAX_LINE:
        return f"{line}\n"
    return f"from {module} import (\n{''.join(f'    {name},' + chr(10) for name in names)})\n"
