# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the inventory plugin with the command ``ansible-inventory``."""

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
    """Create devices with tags and a device group, and a gateway; return the emulator."""
    current = {"iot_instance_id": INSTANCE}
    tasks.run_ok("iot_product", name="lamps", node_type="device", **current)
    tasks.run_ok("iot_product", name="hubs", node_type="gateway", **current)
    tasks.run_ok("iot_device_group", name="bridge", **current)
    devices = [
        {"name": name, "tags": {"site": f"s{number % 2}"}, "groups": ["bridge"] if number < 5 else []}
        for number, name in enumerate(LAMPS)
    ]
    tasks.run_ok("iot_devices", product="lamps", devices=devices, **current)
    tasks.run_ok("iot_devices", product="hubs", devices=[{"name": name} for name in HUBS], **current)
    return tasks.server


@pytest.fixture
def list_inventory(account, tmp_path):
    """Return a function that lists an inventory; it returns the inventory and the number of calls by operation."""

    def list_inventory(fails=False, warning="", name="all.iot_devices.yml", environment=None, **configuration):
        path = tmp_path / name
        given = {"plugin": "iotops.aliyun.iot_devices", "pacing": False, **configuration}
        path.write_text(json.dumps(given), encoding="utf-8")
        account.request("DELETE", "/_emulator/calls")
        command = [sys.executable, "-m", "ansible", "inventory", "-i", str(path), "--list"]
        known = {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
            "ALIBABA_CLOUD_IOT_ENDPOINT": account.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator-id",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator-secret-2018",
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
        assert warning in ended.stderr if warning else "[WARNING]" not in ended.stderr, ended.stderr
        return without_unsafe_marks(json.loads(ended.stdout)), calls

    return list_inventory


def without_unsafe_marks(value):
    """Return the inventory without Ansible's marks of unsafe values."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: without_unsafe_marks(member) for name, member in value.items()}
    return [without_unsafe_marks(element) for element in value] if isinstance(value, list) else value


def test_inventory_lists_hosts_with_variables(list_inventory):
    returned, calls = list_inventory()
    hosts = returned["_meta"]["hostvars"]
    assert sorted(hosts) == sorted(LAMPS + HUBS)
    lamp = hosts["lamp-003"]
    assert lamp["iot_product"] == "lamps"
    assert lamp["iot_status"] == "unactive"
    assert lamp["iot_tags"] == {"site": "s1"}
    assert lamp["iot_groups"] == ["bridge"]
    assert lamp["iot_id"]
    assert lamp["iot_product_key"]
    # The 60 lamps fill two pages of a search; the hub is on the first page of its product, and searched for its tags.
    assert dict(calls) == {
        "QueryProductList": 1,
        "QueryDeviceGroupList": 1,
        "QueryDevice": 2,
        "QueryDeviceBySQL": 3,
    }
    assert "ecret" not in json.dumps(returned)


def test_inventory_with_constructed_options_adds_groups_and_variables(list_inventory):
    returned, _calls = list_inventory(
        products=["lamps"],
        compose={"site": "iot_tags.site", "ansible_host": "iot_name ~ '.example.net'"},
        groups={"early": "iot_name < 'lamp-010'"},
        keyed_groups=[{"key": "site", "prefix": "site"}, {"key": "iot_groups", "prefix": "group"}],
        strict=True,
    )
    assert returned["early"]["hosts"] == LAMPS[:10]
    assert returned["site_s0"]["hosts"] == LAMPS[::2]
    assert returned["group_bridge"]["hosts"] == LAMPS[:5]
    assert returned["_meta"]["hostvars"]["lamp-001"]["ansible_host"] == "lamp-001.example.net"


def test_inventory_with_filters_lists_matching_hosts(list_inventory):
    returned, calls = list_inventory(products=["lamps"], tags={"site": "s1"}, device_groups=["bridge"], facts=[])
    assert sorted(returned["_meta"]["hostvars"]) == ["lamp-001", "lamp-003"]
    assert "iot_tags" not in returned["_meta"]["hostvars"]["lamp-001"]
    assert calls["QueryDevice"] == 0


def test_inventory_with_cache_sends_no_request_twice(list_inventory, tmp_path):
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    first, asked = list_inventory(products=["lamps"], **cached)
    again, asked_again = list_inventory(products=["lamps"], **cached)
    assert asked
    assert not asked_again
    assert again == first


def test_inventory_with_duplicate_device_names_fails(list_inventory, tasks):
    tasks.run_ok("iot_devices", product="hubs", devices=[{"name": "lamp-001"}], iot_instance_id=INSTANCE)
    message, _calls = list_inventory(fails=True)
    assert "two devices have the host name lamp-001" in message
    returned, _calls = list_inventory(hostname="product_and_name")
    assert {"hubs.lamp-001", "lamps.lamp-001"} <= set(returned["_meta"]["hostvars"])


def test_inventory_with_wrong_secret_fails(list_inventory):
    message, _calls = list_inventory(fails=True, environment={"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s3cr3t-of-another"})
    assert "signature" in message.lower()
    assert "s3cr3t" not in message


def test_inventory_with_templated_secret_succeeds(list_inventory):
    key = "{{ lookup('ansible.builtin.env', 'THE_SECRET') }}"
    environment = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong", "THE_SECRET": "emulator-secret-2018"}
    returned, _calls = list_inventory(access_key_secret=key, environment=environment)
    assert len(returned["_meta"]["hostvars"]) == len(LAMPS + HUBS)


def test_inventory_without_instance_omits_tags(list_inventory):
    environment = {"ALIBABA_CLOUD_IOT_INSTANCE_ID": ""}
    returned, calls = list_inventory(products=["hubs", "lamps"], environment=environment)
    assert returned["_meta"]["hostvars"]["lamp-000"]["iot_groups"] == ["bridge"]
    assert "iot_tags" not in returned["_meta"]["hostvars"]["lamp-000"]
    assert calls["QueryDeviceProp"] == 0


def test_inventory_file_with_other_name_is_ignored(list_inventory):
    message, calls = list_inventory(fails=True, name="devices.yml")
    assert message
    assert not calls


def test_inventory_marks_text_of_the_platform_as_unsafe(list_inventory, tasks, tmp_path):
    template = f"{{{{ lookup('ansible.builtin.pipe', 'touch {tmp_path}/evaluated') }}}}"
    tasks.run_ok("iot_device", product="hubs", name="hub-1", tags={"note": template}, iot_instance_id=INSTANCE)
    returned, _calls = list_inventory(products=["hubs"], compose={"copied": "iot_tags.note ~ ''"})
    hub = returned["_meta"]["hostvars"]["hub-1"]
    assert (hub["iot_tags"]["note"], hub["copied"]) == (template, template)
    assert not (tmp_path / "evaluated").exists()


def test_inventory_cache_depends_on_configuration_and_account(list_inventory, tmp_path):
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    list_inventory(products=["lamps"], **cached)
    returned, _calls = list_inventory(products=["hubs"], **cached)
    assert sorted(returned["_meta"]["hostvars"]) == HUBS
    environment = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "another"}
    message, _calls = list_inventory(fails=True, products=["hubs"], environment=environment, **cached)
    assert "The AccessKey ID does not exist" in message
    assert not [path for path in (tmp_path / "cache").iterdir() if "emulator" in path.read_text(encoding="utf-8")]


def test_inventory_with_strict_error_has_no_host(list_inventory):
    environment = {"ANSIBLE_INVENTORY_UNPARSED_FAILED": "false"}
    returned, _calls = list_inventory(
        products=["lamps"],
        strict=True,
        groups={"all_lamps": "true"},
        compose={"half": "1 / (0 if iot_name == 'lamp-030' else 1)"},
        environment=environment,
        warning="division by zero",
    )
    assert returned["_meta"]["hostvars"] == {}
    assert "all_lamps" not in returned


def test_inventory_device_named_localhost_does_not_replace_controller(list_inventory, tasks):
    tasks.run_ok("iot_devices", product="hubs", devices=[{"name": "localhost"}], iot_instance_id=INSTANCE)
    returned, _calls = list_inventory(products=["hubs"], warning="The device localhost is the host hubs.localhost")
    assert sorted(returned["_meta"]["hostvars"]) == ["hub-1", "hubs.localhost"]
