# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The emulator: the HTTP API of the Alibaba Cloud IoT Platform (version 2018-01-20) on the loopback interface.

``__main__`` describes how to start it. A request passes through these layers, and no
layer depends on the layer before it::

    server (HTTP)  →  auth, faults, quota  →  dispatch  →  services  →  store (SQLite)

The operations, with their parameters, limits and error codes, are defined as data in ``plugins/module_utils/api``. A
service implements only the behavior and the state of the platform.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

#: The name of the Python distribution that contains only the emulator.
DISTRIBUTION = "iotops-emulator"


def collection_version() -> str:
    """Return the version of the collection that contains this package, or ``unknown`` if it has none."""
    root = Path(__file__).parent.parent
    manifest = root / "MANIFEST.json"  # present in an installed collection
    if manifest.is_file():
        return json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
    galaxy = root / "galaxy.yml"  # present in a source checkout
    if galaxy.is_file():
        for line in galaxy.read_text(encoding="utf-8").splitlines():
            key, _colon, value = line.partition(":")
            if key == "version":
                return value.strip().strip("\"'")
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"
