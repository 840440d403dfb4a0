# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices as hosts, by Ansible's own command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTANCE = "iot-060a0bcd"

#: The devices of each product.
LAMPS = [f"lamp-{number:03}" for number in range(60)]
HUBS = ["hub-1"]


@pytest.fixture
def account(tasks):
    """Lamps with tags and a group, and a hub."""
    there = {"iot_instance_id": INSTANCE}
    tasks.run_ok("iot_product", name="lamps", node_type="device", **there)
    tasks.run_ok("iot_product", name="hubs", node_type="gateway", **there)
    tasks.run_ok("iot_device_group", name="bridge", **there)
    devices = [
        {"name": name, "tags": {"site": f"s{number % 2}"}, "groups": ["bridge"] if number < 5 else []}
        for number, name in enumerate(LAMPS)
    ]
    tasks.run_ok("iot_devices", product="lamps", devices=devices, **there)
    tasks.run_ok("iot_devices", product="hubs", devices=[{"name": name} for name in HUBS], **there)
    return tasks.server


@pytest.fixture
def listed(account, tmp_path):
    """What the command lists for a configuration, and how often each operation was called."""

    def listed(fails=False, name="all.iot_devices.yml", environment=None, **configuration):
        path = tmp_path / name
        given = {"plugin": "iotops.aliyun.iot_devices", "pacing": False, **configuration}
        path.write_text(json.dumps(given), encoding="utf-8")
        account.request("DELETE", "/_emulator/calls")
        command = [sys.executable, "-m", "ansible", "inventory", "-i", str(path), "--list"]
        known = {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
            "ALIBABA_CLOUD_IOT_ENDPOINT": account.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator",
            "ALIBABA_CLOUD_IOT_INSTANCE_ID": INSTANCE,
        }
        ended = subprocess.run(
            command,
            env={**os.environ, **known, **(environment or {})},
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=120,
            check=False,
        )
        calls = Counter(call["action"] for call in account.control("GET", "calls")["calls"])
        if fails:
            assert ended.returncode, ended.stdout
            return ended.stderr, calls
        assert not ended.returncode, ended.stderr
        return unmarked(json.loads(ended.stdout)), calls

    return listed


def unmarked(value):
    """What is listed, without the marks of what came from elsewhere."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: unmarked(member) for name, member in value.items()}
    return [unmarked(element) for element in value] if isinstance(value, list) else value


def test_hosts_with_their_variables(listed):
    told, calls = listed()
    hosts = told["_meta"]["hostvars"]
    assert sorted(hosts) == sorted(LAMPS + HUBS)
    lamp = hosts["lamp-003"]
    assert lamp["iot_product"] == "lamps"
    assert lamp["iot_status"] == "unactive"
    assert lamp["iot_tags"] == {"site": "s1"}
    assert lamp["iot_groups"] == ["bridge"]
    assert lamp["iot_id"]
    assert lamp["iot_product_key"]
    # 60 lamps are two pages, and the hub stands on the first one of its own.
    assert dict(calls) == {
        "QueryProductList": 1,
        "QueryDeviceGroupList": 1,
        "QueryDevice": 2,
        "QueryDeviceBySQL": 2,
        "QueryDeviceListByDeviceGroup": 1,
    }
    assert "ecret" not in json.dumps(told)


def test_constructed_groups_and_variables(listed):
    told, _calls = listed(
        products=["lamps"],
        compose={"site": "iot_tags.site", "ansible_host": "iot_name ~ '.example.net'"},
        groups={"early": "iot_name < 'lamp-010'"},
        keyed_groups=[{"key": "site", "prefix": "site"}, {"key": "iot_groups", "prefix": "group"}],
        strict=True,
    )
    assert told["early"]["hosts"] == LAMPS[:10]
    assert told["site_s0"]["hosts"] == LAMPS[::2]
    assert told["group_bridge"]["hosts"] == LAMPS[:5]
    assert told["_meta"]["hostvars"]["lamp-001"]["ansible_host"] == "lamp-001.example.net"


def test_filters(listed):
    told, calls = listed(products=["lamps"], tags={"site": "s1"}, device_groups=["bridge"], facts=[])
    assert sorted(told["_meta"]["hostvars"]) == ["lamp-001", "lamp-003"]
    assert "iot_tags" not in told["_meta"]["hostvars"]["lamp-001"]
    assert calls["QueryDevice"] == 0


def test_a_cache_saves_the_asking(listed, tmp_path):
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    first, asked = listed(products=["lamps"], **cached)
    again, asked_again = listed(products=["lamps"], **cached)
    assert asked
    assert not asked_again
    assert again == first


def test_two_devices_of_one_name(listed, tasks):
    tasks.run_ok("iot_devices", product="hubs", devices=[{"name": "lamp-001"}], iot_instance_id=INSTANCE)
    message, _calls = listed(fails=True)
    assert "two devices would be the host lamp-001" in message
    told, _calls = listed(hostname="product_and_name")
    assert {"hubs.lamp-001", "lamps.lamp-001"} <= set(told["_meta"]["hostvars"])


def test_a_wrong_key_is_no_empty_inventory(listed):
    message, _calls = listed(fails=True, environment={"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s3cr3t-of-another"})
    assert "signature" in message.lower()
    assert "s3cr3t" not in message


def test_a_secret_of_the_file_may_be_looked_up(listed):
    key = "{{ lookup('ansible.builtin.env', 'THE_SECRET') }}"
    environment = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong", "THE_SECRET": "emulator"}
    told, _calls = listed(access_key_secret=key, environment=environment)
    assert len(told["_meta"]["hostvars"]) == len(LAMPS + HUBS)


def test_what_no_list_tells_is_a_warning(listed):
    told, calls = listed(products=["hubs", "lamps"], environment={"ALIBABA_CLOUD_IOT_INSTANCE_ID": ""})
    assert told["_meta"]["hostvars"]["lamp-000"]["iot_groups"] == ["bridge"]
    assert "iot_tags" not in told["_meta"]["hostvars"]["lamp-000"]
    assert calls["QueryDeviceProp"] == 0


def test_other_files_are_for_other_plugins(listed):
    message, calls = listed(fails=True, name="devices.yml")
    assert message
    assert not calls
