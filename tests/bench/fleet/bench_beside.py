# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Twenty forks on one account, and 1,000 new devices by other means: a loop of uri, a script with the vendor's SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ...conftest import signed_query, start
from .conftest import Fleet

ROOT = Path(__file__).resolve().parents[3]
DEVICES = 1_000
HOSTS = 200
FORKS = 20


@pytest.fixture
def fleet(tmp_path):
    server = start(tmp_path)
    yield Fleet(server, tmp_path, pacing=True)
    server.end()
    server.process.stderr.close()


def play(folder: Path, hosts: str, tasks: list, *options: str) -> float:
    """The seconds that a playbook takes."""
    path = folder / "play.yml"
    path.write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", str(path), *options],
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=1200,
        check=False,
    )
    assert not ended.returncode, ended.stdout[-2000:]
    return time.monotonic() - started


def bench_forks(fleet, tmp_path, measured):
    names = {f"lamp-{number:04}": {} for number in range(HOSTS)}
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": names, "vars": local}}), encoding="utf-8")
    connection = {"endpoint": fleet.server.endpoint, "access_key_id": "emulator", "access_key_secret": "emulator"}
    task = {
        "iotops.aliyun.iot_device": {
            "product": "street_light",
            "name": "{{ inventory_hostname }}",
            "tags": {"site": "west"},
            **connection,
        }
    }
    fleet.calls()
    taken = play(tmp_path, "all", [task], "-i", str(inventory), "--forks", str(FORKS))
    counts, _writes, throttled = fleet.calls()
    measured(
        f"throttled replies with {FORKS} forks on one account",
        f"{throttled} of {sum(counts.values())} requests ({HOSTS} hosts, {taken:.0f} s)",
        "none",
        throttled == 0,
    )


def bench_other_means(fleet, tmp_path, measured):
    file = tmp_path / "devices.csv"
    file.write_text("name\n" + "".join(f"ours-{number:05}\n" for number in range(DEVICES)), encoding="utf-8")
    ours = fleet.task("iot_devices", product="street_light", devices_file=str(file))["seconds"]
    made = [
        f"{fleet.server.endpoint}/?"
        + signed_query("POST", {"Action": "RegisterDevice", "ProductKey": fleet.key, "DeviceName": f"uri-{number:05}"})
        for number in range(DEVICES)
    ]
    loop = [
        {"ansible.builtin.uri": {"url": "{{ item }}", "method": "POST"}, "loop": made, "loop_control": {"label": ""}}
    ]
    by_uri = play(tmp_path, "localhost", loop, "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}")
    by_sdk = script(fleet)
    for what, taken in (("a plain loop of ansible.builtin.uri", by_uri), ("a script with the vendor's SDK", by_sdk)):
        measured(
            f"{DEVICES:,} new devices by {what}, one request each",
            f"{taken:.0f} s, iot_devices {ours:.1f} s: {taken / ours:.1f} times",
            "the ratio",
            taken > ours,
        )


def script(fleet) -> float:
    """The seconds that it takes to register devices one by one, as fast as the quota lets."""
    from alibabacloud_iot20180120.client import Client
    from alibabacloud_iot20180120.models import RegisterDeviceRequest
    from alibabacloud_tea_openapi.models import Config

    client = Client(
        Config(access_key_id="emulator", access_key_secret="emulator", endpoint=fleet.server.address, protocol="http")
    )
    started = time.monotonic()
    for number in range(DEVICES):
        request = RegisterDeviceRequest(product_key=fleet.key, device_name=f"sdk-{number:05}")
        while True:
            try:
                client.register_device(request)
                break
            except Exception as error:  # the SDK's own, by what the platform said
                if "Throttling" not in str(error):
                    raise
                time.sleep(0.05)
    return time.monotonic() - started
