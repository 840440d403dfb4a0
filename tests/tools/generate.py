# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write the files that follow from other files (``make generate``).

- RETURN of every module, from its options and docs/returns (see returns.py)
- plugins/action: a symbolic link for each module
- meta/runtime.yml: the action group
- README.md and docs/modules.md: the tables of modules
- docs/operations.md: the operations that each module sends, as recorded by the integration tests
- docs/architecture.md: the table of resources with custom code
- docs/thing_model.schema.json

With ``--check`` nothing is written: each stale file is named, and the exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

import custom_code
import modules
import operations
import plain_form
import returns

ROOT = Path(__file__).resolve().parents[2]

#: The action plugin that the others are links to.
ACTION = "iot_product.py"

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


def stale_links(root: Path, names: list[str]) -> dict[Path, bool]:
    """Return the action plugins to create (True) or to remove (False)."""
    folder = root / "plugins/action"
    wanted = {folder / f"{name}.py" for name in names} - {folder / ACTION}
    result = {path: True for path in wanted if not path.is_symlink() or os.readlink(path) != ACTION}
    result.update(dict.fromkeys({*folder.glob("iot_*.py")} - wanted - {folder / ACTION}, False))
    return result


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
    links = stale_links(root, names)
    files = stale_files(
        {
            **returns.modules(root),
            **runtime(root, names),
            root / "README.md": modules.readme(root),
            root / "docs/architecture.md": custom_code.page(root),
            root / "docs/modules.md": modules.page(root),
            root / "docs/operations.md": operations.page(root),
            root / "docs/thing_model.schema.json": plain_form.schema(),
        }
    )
    for path in sorted([*links, *files]):
        name = path.relative_to(root)
        if options.check:
            print(f"{name} is stale: run `make generate`", file=sys.stderr)
            continue
        if path in files:
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
            if links[path]:
                path.symlink_to(ACTION)
        print(f"wrote {name}" if path.exists() else f"removed {name}")
    return 1 if options.check and (links or files) else 0


if __name__ == "__main__":
    sys.exit(main())
