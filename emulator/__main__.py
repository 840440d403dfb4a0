# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry point of ``python -m ansible_collections.iotops.aliyun.emulator``."""

from __future__ import annotations

import sys

from ansible_collections.iotops.aliyun.emulator.libraries import missing_libraries, missing_message


def main() -> int:
    """Run the emulator with the arguments of the process, and return the exit status."""
    missing = missing_libraries()
    if missing:
        print(f"ERROR: {missing_message(missing)}", file=sys.stderr)
        return 1
    # Imported here because the import fails without the libraries.
    from ansible_collections.iotops.aliyun.emulator import command

    return command.main()


if __name__ == "__main__":
    sys.exit(main())
