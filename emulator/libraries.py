# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Python libraries that the emulator requires, checked before they are imported."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from types import MappingProxyType

#: The requirements of the emulator as pip expects them, by the name of the module that is imported.
REQUIRED: Mapping[str, str] = MappingProxyType({"aiohttp": "aiohttp>=3.9", "cryptography": "cryptography"})

#: The optional requirements of the AMQP endpoint, likewise.
AMQP: Mapping[str, str] = MappingProxyType({"proton": "python-qpid-proton>=0.39"})


def missing_libraries(needed: Mapping[str, str] = REQUIRED) -> list[str]:
    """Return the names of the modules in ``needed`` that this Python does not have."""
    return [name for name in needed if importlib.util.find_spec(name) is None]


def missing_message(names: list[str], subject: str = "The emulator", needed: Mapping[str, str] = REQUIRED) -> str:
    """Return the error message for missing libraries, with the command that installs them.

    Args:
        names: Names of modules, keys of ``needed``; at least one.
        subject: What requires them.
        needed: The requirements by the name of the module.
    """
    requirements = " ".join(f"'{needed[name]}'" for name in names)
    return (
        f"{subject} requires {' and '.join(names)}, which {sys.executable} does not have. "
        f"Install with: {sys.executable} -m pip install {requirements}"
    )
