# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry point of the emulator.

It works in each of these forms, the first two from any current folder::

    python FOLDER/emulator                                     # FOLDER: the collection or a checkout, in any place
    python -m iotops.aliyun.emulator                           # after pip install FOLDER; or: iotops-emulator
    python -m ansible_collections.iotops.aliyun.emulator       # if the folder with ansible_collections is on the path
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

#: The name by which the modules of the collection import each other.
COLLECTION = "ansible_collections.iotops.aliyun"

FOLDER = Path(__file__).resolve().parent


def import_from_folder() -> None:
    """Import the collection from the folder that contains this one, whatever its name and place are."""
    # Python puts the folder of a program on its path, where the package http hides that of the standard library.
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != FOLDER]
    names = COLLECTION.split(".")
    for count in range(1, len(names) + 1):
        package = ModuleType(".".join(names[:count]))
        package.__path__ = [str(FOLDER.parent)] if count == len(names) else []
        sys.modules[package.__name__] = package


def main() -> int:
    """Run the emulator with the arguments of the process, and return the exit status."""
    if __package__ != f"{COLLECTION}.emulator":
        import_from_folder()
    # Imported here because the collection may not be on the path before, and because of missing libraries.
    from ansible_collections.iotops.aliyun.emulator.libraries import missing_libraries, missing_message

    missing = missing_libraries()
    if missing:
        print(f"ERROR: {missing_message(missing)}", file=sys.stderr)
        return 1
    from ansible_collections.iotops.aliyun.emulator import command

    return command.main()


if __name__ == "__main__":
    sys.exit(main())
