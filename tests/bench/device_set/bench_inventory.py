# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An inventory of 20,000 devices, compared with the same inventory by Ansible's ``Constructable`` alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from ...conftest import running_emulator
from ..tasks import INSTANCE
from .conftest import Account

ROOT = Path(__file__).resolve().parents[3]
DEVICES = 20_000

#: The same plugin, but Ansible evaluates every expression for every host.
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


def list_inventory(account: Account, folder: Path, plugin: str, **environment: str) -> tuple[dict, float]:
    """Run ansible-inventory, and return its output and its duration in seconds."""
    path = folder / f"{plugin.rpartition('.')[2]}.iot_devices.yml"
    connection = {
        "endpoint": account.server.endpoint,
        "access_key_id": "emulator-id",
        "access_key_secret": "emulator-secret-2018",
    }
    settings = {"plugin": plugin, "iot_instance_id": INSTANCE, "pacing": False, "facts": ["tags", "groups", "modules"]}
    path.write_text(json.dumps({**settings, **connection, **CONSTRUCTED}), encoding="utf-8")
    variables = {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
        **environment,
    }
    started = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-m", "ansible", "inventory", "-i", str(path), "--list"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=1200,
        check=False,
    )
    elapsed = time.monotonic() - started
    assert not process.returncode, process.stderr
    return json.loads(process.stdout), elapsed


def bench_inventory(tmp_path, measured):
    with running_emulator(tmp_path, "--no-throttle") as server:
        account = Account(server, tmp_path, pacing=False)
        account.task("iot_devices", product="street_light", devices_file=account.write_csv(DEVICES))
        account.calls()
        collection, elapsed = list_inventory(account, tmp_path, "iotops.aliyun.iot_devices")
        counts, writes, _throttled = account.calls()
        (tmp_path / "plain_devices.py").write_text(PLAIN, encoding="utf-8")
        plugins = {"ANSIBLE_INVENTORY_PLUGINS": str(tmp_path), "ANSIBLE_INVENTORY_ENABLED": "plain_devices"}
        plain, plain_elapsed = list_inventory(account, tmp_path, "plain_devices", **plugins)
    assert collection == plain
    assert len(collection["_meta"]["hostvars"]) == DEVICES
    sent = sum(counts.values())
    minimum = DEVICES // 50 + 3
    measured(
        f"inventory of {DEVICES:,} devices, 8 constructed expressions: requests",
        f"{sent} = {sent / minimum:.3f} × the pages ({minimum})",
        "the pages",
        sent <= 1.06 * minimum and not writes,
    )
    measured(
        "its duration compared with Constructable alone, same output",
        f"{elapsed:.0f} s / {plain_elapsed:.0f} s = {elapsed / plain_elapsed:.2f}",
        "0.55",
        elapsed <= 0.55 * plain_elapsed,
    )
