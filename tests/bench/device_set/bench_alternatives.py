# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Twenty forks on one account, and 1,000 new devices by other means: a uri loop, and a script with the vendor's SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ...conftest import running_emulator, signed_query
from .conftest import Account

ROOT = Path(__file__).resolve().parents[3]
DEVICES = 1_000
HOSTS = 200
FORKS = 20


@pytest.fixture
def account(tmp_path):
    with running_emulator(tmp_path) as server:
        yield Account(server, tmp_path, pacing=True)


def play(folder: Path, hosts: str, tasks: list, *options: str) -> float:
    """Run a playbook, and return its duration in seconds."""
    path = folder / "play.yml"
    path.write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    started = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", str(path), *options],
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=1200,
        check=False,
    )
    assert not process.returncode, process.stdout[-2000:]
    return time.monotonic() - started


def bench_forks(account, tmp_path, measured):
    names = {f"lamp-{number:04}": {} for number in range(HOSTS)}
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": names, "vars": local}}), encoding="utf-8")
    connection = {
        "endpoint": account.server.endpoint,
        "access_key_id": "emulator-id",
        "access_key_secret": "emulator-secret-2018",
    }
    task = {
        "iotops.aliyun.iot_device": {
            "product": "street_light",
            "name": "{{ inventory_hostname }}",
            "tags": {"site": "west"},
            **connection,
        }
    }
    account.calls()
    elapsed = play(tmp_path, "all", [task], "-i", str(inventory), "--forks", str(FORKS))
    counts, _writes, throttled = account.calls()
    measured(
        f"throttled responses with {FORKS} forks on one account",
        f"{throttled} of {sum(counts.values())} requests ({HOSTS} hosts, {elapsed:.0f} s)",
        "none",
        throttled == 0,
    )


def bench_other_means(account, tmp_path, measured):
    file = tmp_path / "devices.csv"
    file.write_text("name\n" + "".join(f"set-{number:05}\n" for number in range(DEVICES)), encoding="utf-8")
    elapsed = account.task("iot_devices", product="street_light", devices_file=str(file))["seconds"]
    urls = [
        f"{account.server.endpoint}/?"
        + signed_query(
            "POST", {"Action": "RegisterDevice", "ProductKey": account.key, "DeviceName": f"uri-{number:05}"}
        )
        for number in range(DEVICES)
    ]
    loop = [
        {"ansible.builtin.uri": {"url": "{{ item }}", "method": "POST"}, "loop": urls, "loop_control": {"label": ""}}
    ]
    by_uri = play(tmp_path, "localhost", loop, "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}")
    by_sdk = run_sdk_script(account)
    for what, duration in (("a loop of ansible.builtin.uri", by_uri), ("a script with the vendor's SDK", by_sdk)):
        measured(
            f"{DEVICES:,} new devices with {what}, one request each",
            f"{duration:.0f} s, iot_devices {elapsed:.1f} s: {duration / elapsed:.1f} times",
            "the ratio",
            duration > elapsed,
        )


def run_sdk_script(account: Account) -> float:
    """Register devices one by one at the maximum rate of the quota, and return the duration in seconds."""
    from alibabacloud_iot20180120.client import Client
    from alibabacloud_iot20180120.models import RegisterDeviceRequest
    from alibabacloud_tea_openapi.models import Config

    client = Client(
        Config(
            access_key_id="emulator-id",
            access_key_secret="emulator-secret-2018",
            endpoint=account.server.address,
            protocol="http",
        )
    )
    started = time.monotonic()
    for number in range(DEVICES):
        request = RegisterDeviceRequest(product_key=account.key, device_name=f"sdk-{number:05}")
        while True:
            try:
                client.register_device(request)
                break
            except Exception as error:  # the exception type of the SDK; the message contains the error code
                if "Throttling" not in str(error):
                    raise
                time.sleep(0.05)
    return time.monotonic() - started
