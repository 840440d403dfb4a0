# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Python libraries that the emulator requires, checked before they are imported."""

from __future__ import annotations

import importlib.util
import sys

#: The requirements of the emulator as pip expects them, by the name of the module that is imported.
REQUIRED = {"aiohttp": "aiohttp>=3.9", "cryptography": "cryptography"}


def missing_libraries() -> list[str]:
    """Return the names of the required modules that this Python does not have."""
    return [name for name in REQUIRED if importlib.util.find_spec(name) is None]


def missing_message(names: list[str]) -> str:
    """Return the error message for missing libraries, with the command that installs them.

    Args:
        names: Names of modules, keys of ``REQUIRED``; at least one.
    """
    requirements = " ".join(f"'{REQUIRED[name]}'" for name in names)
    return (
        f"The emulator requires {' and '.join(names)}, which {sys.executable} does not have. "
        f"Install with: {sys.executable} -m pip install {requirements}"
    )
