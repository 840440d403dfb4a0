# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The embedded platform: the HTTP API of the Alibaba Cloud IoT Platform (version 2018-01-20) on loopback.

``python -m ansible_collections.iotops.aliyun.emulator`` starts it. A request takes this way, and no layer knows the one
before it::

    server (HTTP)  →  auth, faults, quota  →  dispatch  →  services  →  store (SQLite)

The operations themselves, their parameters, limits and error codes are data in ``plugins/module_utils/api``; a service
adds only what the platform does and remembers.
"""

from __future__ import annotations

import json
from pathlib import Path


def collection_version() -> str:
    """The version of the collection this package belongs to; ``unknown`` in a tree that carries none."""
    root = Path(__file__).parent.parent
    manifest = root / "MANIFEST.json"  # what an installed collection has
    if manifest.is_file():
        return json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
    galaxy = root / "galaxy.yml"  # what a checkout has
    if galaxy.is_file():
        for line in galaxy.read_text(encoding="utf-8").splitlines():
            key, _colon, value = line.partition(":")
            if key == "version":
                return value.strip().strip("\"'")
    return "unknown"
