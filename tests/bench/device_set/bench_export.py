# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The export of an account as fleet files: its requests against those of a plan, and its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from ...conftest import environment

ROOT = Path(__file__).resolve().parents[3]
MODEL = json.loads((ROOT / "tests/integration/playbooks/files/light.json").read_text(encoding="utf-8"))
DEVICES = 20_000
MANY_DEVICES = 100_000
PRODUCTS, TOPICS, RULES, GROUPS = 50, 500, 100, 20
#: Reads that show that something does not exist, which a plan does not ask for: two subscriptions and the OTA modules
#: of each product, the tags of one, the actions of each rule, the super-group and the tags of each group.
ABSENT = {
    "QuerySubscribeRelation": 2 * (PRODUCTS + 1),
    "ListOTAModuleByProduct": PRODUCTS + 1,
    "ListProductTags": 1,
    "ListRuleActions": RULES,
    "QuerySuperDeviceGroup": GROUPS + 1,
    "QueryDeviceGroupTagList": GROUPS + 1,
}


def fleet() -> dict:
    """Return the declarations of an account, without its devices."""
    products = [f"light_{number:02}" for number in range(PRODUCTS)]
    product = {"node_type": "device", "thing_model": True, "data_format": "alink", "tags": {"site": "west"}}
    return {
        "products": [{"name": name, **product} for name in products],
        "thing_models": [{"product": name, "tsl": MODEL, "published": True} for name in products],
        "topics": [
            {"product": products[number % PRODUCTS], "short_name": f"user/t{number}", "operation": "pub"}
            for number in range(TOPICS)
        ],
        "rules": [
            {"name": f"rule_{number}", "product": products[number % PRODUCTS], "short_topic": "+/user/#", "select": "*"}
            for number in range(RULES)
        ],
        "device_groups": [{"name": f"group_{number}"} for number in range(GROUPS)],
    }


def plan(account, folder: Path) -> tuple[str, Counter]:
    """Run the playbook plan, and return its output and its requests."""
    account.calls()
    connection = {
        "ALIBABA_CLOUD_IOT_ENDPOINT": account.server.endpoint,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator-id",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator-secret-2018",
        "ALIBABA_CLOUD_IOT_INSTANCE_ID": "iot-060a0bcd",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
    }
    process = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "iotops.aliyun.plan", "-e", f"fleet={folder}"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment(), **connection},
        timeout=3000,
        cwd=ROOT,
        check=False,
    )
    assert not process.returncode, process.stdout + process.stderr
    return process.stdout, account.calls()[0]


def bench_export_of_an_account(no_quotas, measured, tmp_path):
    no_quotas.task("iot_fleet_apply", fleet=fleet())
    devices = no_quotas.write_csv(DEVICES)
    no_quotas.task("iot_devices", product="street_light", devices_file=devices)
    no_quotas.calls()
    exported = no_quotas.task("iot_fleet_export", export_dir=str(tmp_path / "there"))
    sent = no_quotas.calls()[0]
    output, planned = plan(no_quotas, tmp_path / "there")
    assert "0 to create, 0 to update" in output
    needed = planned.total() + sum(ABSENT.values())
    measured(
        f"export of {PRODUCTS} products, {TOPICS} topics, {RULES} rules, {GROUPS} groups, {DEVICES:,} devices",
        f"{sent.total()} requests in {exported['seconds']:.1f} s; a plan of it {planned.total()}",
        f"those of a plan, and {sum(ABSENT.values())} for what does not exist",
        sent.total() <= 1.05 * needed,
    )


def bench_export_of_many_devices(no_quotas, measured, tmp_path):
    no_quotas.task("iot_devices", product="street_light", devices_file=no_quotas.write_csv(MANY_DEVICES))
    exported = no_quotas.task("iot_fleet_export", export_dir=str(tmp_path / "there"))
    measured(
        f"export of {MANY_DEVICES:,} devices: memory",
        f"{exported['memory']:.0f} MiB in {exported['seconds']:.1f} s",
        "500 MB",
        exported["memory"] < 500 * 1e6 / 2**20,
    )
