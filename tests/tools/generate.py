# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write the files that follow from other files (``make generate``).

- RETURN of every module, from its options and docs/returns (see returns.py)
- plugins/action: the in-process action of each module. All files have the same content; they are not symbolic links,
  because antsibull-docs takes a link in plugins/action for a redirect of the module
- meta/runtime.yml: the action group
- README.md and docs/modules.md: the tables of modules
- docs/operations.md: the operations that each module sends, as recorded by the integration tests
- docs/architecture.md: the table of resources with custom code
- docs/thing_model.schema.json
- docs/fleet.schema.json: the JSON schema of fleet files
- plugins/module_utils/account/declared_kinds.py: the declarations of all kinds that fleet files can contain

With ``--check`` nothing is written: each stale file is named, and the exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import custom_code
import fleet_kinds
import fleet_schema
import modules
import operations
import plain_form
import returns

ROOT = Path(__file__).resolve().parents[2]

#: The text of every action plugin.
ACTION = '''\
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The in-process action of the module of the same name; written by ``make generate``."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.plugin_utils.action import action_class

ActionModule = action_class(__name__)
'''

# The group's key and the items below it, or an empty list beside it.
ACTION_GROUP = re.compile(r"^  iot:(?: \[\])?\n(?:    - \S+\n)*", re.MULTILINE)


def runtime(root: Path, names: list[str]) -> dict[Path, str]:
    """Return meta/runtime.yml with the action group filled in."""
    path = root / "meta/runtime.yml"
    group = "  iot:\n" + "".join(f"    - {module}\n" for module in names) if names else "  iot: []\n"
    text, found = ACTION_GROUP.subn(group, path.read_text(encoding="utf-8"))
    if found != 1:
        sys.exit(f"{path}: expected one list `iot` under action_groups, found {found}")
    return {path: text}


def actions(root: Path, names: list[str]) -> tuple[dict[Path, str], set[Path]]:
    """Return the text of each action plugin, and the action plugins whose module does not exist."""
    folder = root / "plugins/action"
    wanted = {folder / f"{name}.py": ACTION for name in names}
    return wanted, set(folder.glob("iot_*.py")) - wanted.keys()


def stale_files(wanted: dict[Path, str]) -> dict[Path, str]:
    """Return those files whose text on disk differs."""
    return {
        path: text for path, text in wanted.items() if not path.exists() or text != path.read_text(encoding="utf-8")
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name each file that is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the collection's folder (default: this one)")
    options = parser.parse_args()
    root = options.root

    names = sorted(path.stem for path in (root / "plugins/modules").glob("iot_*.py"))
    action_files, obsolete = actions(root, names)
    files = stale_files(
        {
            **returns.modules(root),
            **runtime(root, names),
            **action_files,
            root / "plugins/module_utils/account/declared_kinds.py": fleet_kinds.page(root),
            root / "README.md": modules.readme(root),
            root / "docs/architecture.md": custom_code.page(root),
            root / "docs/modules.md": modules.page(root),
            root / "docs/operations.md": operations.page(root),
            root / "docs/thing_model.schema.json": plain_form.schema(),
            root / "docs/fleet.schema.json": fleet_schema.page(root),
        }
    )
    for path in sorted([*obsolete, *files]):
        name = path.relative_to(root)
        if options.check:
            print(f"{name} is stale: run `make generate`", file=sys.stderr)
            continue
        if path in files:
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink()
        print(f"wrote {name}" if path.exists() else f"removed {name}")
    return 1 if options.check and (obsolete or files) else 0


if __name__ == "__main__":
    sys.exit(main())
