# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An inventory of 20,000 devices, beside the same one by Ansible's ``Constructable`` alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from ...conftest import start
from .conftest import INSTANCE, Fleet

ROOT = Path(__file__).resolve().parents[3]
DEVICES = 20_000

#: The same plugin, which has Ansible evaluate every expression for every host.
PLAIN = """
import re
from ansible_collections.iotops.aliyun.plugins.inventory import iot_devices as own
DOCUMENTATION = own.DOCUMENTATION.replace("iotops.aliyun.iot_devices]", "plain_devices]").replace(
    "name: iot_devices", "name: plain_devices")
class InventoryModule(own.InventoryModule):
    NAME = "plain_devices"
    def _evaluated(self, kind, text, variables, evaluate):
        return evaluate()
"""

CONSTRUCTED = {
    "compose": {
        "site": "iot_tags.site",
        "label": "iot_product ~ '-' ~ (iot_tags.site | upper)",
        "row": "iot_tags.row | int",
    },
    "groups": {"even": "(iot_tags.row | int) % 2 == 0", "waiting": "iot_status == 'unactive'"},
    "keyed_groups": [
        {"key": "iot_tags.site", "prefix": "site"},
        {"key": "iot_groups", "prefix": "group"},
        {"key": "iot_tags.row | default('none')", "prefix": "row"},
    ],
}


def listed(fleet, folder: Path, plugin: str, **environment: str) -> tuple[dict, float]:
    """What the command lists, and the seconds that it takes."""
    path = folder / f"{plugin.rpartition('.')[2]}.iot_devices.yml"
    connection = {"endpoint": fleet.server.endpoint, "access_key_id": "emulator", "access_key_secret": "emulator"}
    settings = {"plugin": plugin, "iot_instance_id": INSTANCE, "pacing": False, "facts": ["tags", "groups", "modules"]}
    path.write_text(json.dumps({**settings, **connection, **CONSTRUCTED}), encoding="utf-8")
    known = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true", **environment}
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "ansible", "inventory", "-i", str(path), "--list"],
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=1200,
        check=False,
    )
    taken = time.monotonic() - started
    assert not ended.returncode, ended.stderr
    return json.loads(ended.stdout), taken


def bench_inventory(tmp_path, measured):
    server = start(tmp_path, "--no-throttle")
    try:
        fleet = Fleet(server, tmp_path, pacing=False)
        fleet.task("iot_devices", product="street_light", devices_file=fleet.written(DEVICES))
        fleet.calls()
        ours, taken = listed(fleet, tmp_path, "iotops.aliyun.iot_devices")
        counts, writes, _throttled = fleet.calls()
        (tmp_path / "plain_devices.py").write_text(PLAIN, encoding="utf-8")
        plugins = {"ANSIBLE_INVENTORY_PLUGINS": str(tmp_path), "ANSIBLE_INVENTORY_ENABLED": "plain_devices"}
        theirs, alone = listed(fleet, tmp_path, "plain_devices", **plugins)
    finally:
        server.end()
        server.process.stderr.close()
    assert ours == theirs
    assert len(ours["_meta"]["hostvars"]) == DEVICES
    sent = sum(counts.values())
    fewest = DEVICES // 50 + 3
    measured(
        f"inventory of {DEVICES:,} devices, 8 constructed expressions: requests",
        f"{sent} = {sent / fewest:.3f} × the pages ({fewest})",
        "the page bound",
        sent <= 1.06 * fewest and not writes,
    )
    measured(
        "its time beside Constructable alone, same output",
        f"{taken:.0f} s / {alone:.0f} s = {taken / alone:.2f}",
        "0.55",
        taken <= 0.55 * alone,
    )
