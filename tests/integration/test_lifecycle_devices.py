# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of device sets, with every option of the modules for many devices."""

from __future__ import annotations

import csv
import json

import pytest

MODULE = "iot_devices"
OF = {"product": "street_light"}
LAMPS = [{"name": f"lamp-{number:02}"} for number in range(1, 6)]
NAMES = [lamp["name"] for lamp in LAMPS]


@pytest.fixture
def account(tasks):
    """Create two products, two device groups and two gateways."""
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    tasks.run_ok("iot_product", name="home_hub", node_type="gateway")
    for name in ("east", "west"):
        tasks.run_ok("iot_device_group", name=name)
        tasks.run_ok("iot_device", product="home_hub", name=f"hub-{name}")


def assert_changes(tasks, **options) -> dict:
    """Assert that a task plans and applies changes and that a second run changes nothing; return its result."""
    tasks.pop_writes()
    plan = tasks.run(MODULE, True, **OF, **options)
    assert plan["changed"], plan
    assert tasks.pop_writes() == []
    result = tasks.run_ok(MODULE, **OF, **options)
    assert tasks.pop_writes()
    assert (result["diff"], result["estimate"]["writes"]) == (plan["diff"], plan["estimate"]["writes"])
    for check_mode in (True, False):
        again = tasks.run(MODULE, check_mode, **OF, **options)
        assert not again["changed"], again["diff"]
    assert tasks.pop_writes() == []
    return result


def read_devices(tasks, *facts: str) -> dict:
    found = tasks.run_ok("iot_devices_info", products=["street_light"], facts=list(facts), one_by_one=True)["devices"]
    return {device["name"]: device for device in found}


def test_device_set_lifecycle(tasks, account):
    wanted = [
        {"name": "lamp-01", "nickname": "first", "tags": {"row": "1"}},
        {"name": "lamp-02", "groups": ["west"], "enabled": False},
        {"name": "lamp-03", "gateway": {"product": "home_hub", "name": "hub-west"}},
    ]
    defaults = {"tags": {"site": "bridge"}, "groups": ["east"]}
    created = assert_changes(tasks, devices=wanted, defaults=defaults, parallel_requests=2)
    assert sorted(created["created"]) == NAMES[:3]
    found = read_devices(tasks, "tags", "groups")
    assert found["lamp-01"]["tags"] == {"site": "bridge", "row": "1"}
    assert [found[name]["groups"] for name in NAMES[:3]] == [["east"], ["west"], ["east"]]
    assert found["lamp-02"]["status"] == "disable"

    # Tags and groups that are not given are kept without purging, and deleted with it.
    row = [{"name": "lamp-01", "tags": {"row": "2"}, "groups": ["west"]}]
    assert_changes(tasks, devices=row, purge_tags=False, purge_groups=False)
    found = read_devices(tasks, "tags", "groups")["lamp-01"]
    assert (found["tags"], sorted(found["groups"])) == ({"site": "bridge", "row": "2"}, ["east", "west"])
    changed = assert_changes(tasks, devices=[{"name": "lamp-01", "tags": {"row": "2"}, "groups": []}])
    assert changed["updated"] == ["lamp-01"]
    found = read_devices(tasks, "tags", "groups")["lamp-01"]
    assert (found["tags"], found["groups"]) == ({"row": "2"}, [])

    moved = [{"name": "lamp-03", "gateway": {"product": "home_hub", "name": "hub-east"}}]
    failed = tasks.run(MODULE, **OF, devices=moved)
    assert failed["failed"]
    assert tasks.pop_writes() == []
    assert_changes(tasks, devices=moved, move=True)
    assert_changes(tasks, devices=[{"name": "lamp-03", "gateway": {}}])
    assert_changes(
        tasks, devices=[{"name": "lamp-01", "nickname": "", "tags": {}}, {"name": "lamp-02", "enabled": True}]
    )
    found = read_devices(tasks, "tags")
    assert (found["lamp-01"]["nickname"], found["lamp-01"]["tags"]) == ("", {})
    assert found["lamp-02"]["status"] == "unactive"

    # One of three devices is more than the default purge limit of 10%.
    failed = tasks.run(MODULE, **OF, devices=LAMPS[:2], purge=True)
    assert failed["failed"]
    assert tasks.pop_writes() == []
    assert assert_changes(tasks, devices=LAMPS[:2], purge=True, purge_limit="50%")["deleted"] == ["lamp-03"]
    assert assert_changes(tasks, devices=LAMPS[:2], state="absent")["deleted"] == NAMES[:2]
    assert read_devices(tasks) == {}


def test_device_set_is_created_and_read_in_bulk(tasks, account):
    fleet = {"product": "street_light", "devices": [{"name": f"lamp-{n:04}", "tags": {"a": "1"}} for n in range(20)]}
    tasks.pop_writes()
    assert tasks.run("iot_devices", check_mode=True, **fleet)["counts"]["created"] == 20
    assert tasks.pop_writes() == []
    created = tasks.run_ok("iot_devices", **fleet)
    assert created["changed"]
    assert sorted(set(tasks.pop_writes())) == [
        "BatchCheckDeviceNames",
        "BatchRegisterDeviceWithApplyId",
        "SaveDeviceProp",
    ]
    for check_mode in (False, True):
        assert not tasks.run("iot_devices", check_mode=check_mode, **fleet)["changed"]
    assert tasks.pop_writes() == []
    found = tasks.run_ok("iot_devices_info", products=["street_light"], facts=["tags"], one_by_one=True)["devices"]
    assert [device["tags"] for device in found] == [{"a": "1"}] * 20
    stock = tasks.run_ok("iot_device_stock", product="street_light", count=25)
    assert len(stock["created"]) == 5
    assert not tasks.run_ok("iot_device_stock", product="street_light", count=25)["changed"]


def test_device_set_from_file_writes_secrets_files(tasks, account, tmp_path):
    file, secrets, listed, vault, password = (
        tmp_path / name for name in ("fleet.csv", "new.csv", "all.json", "vault.csv", "password")
    )
    file.write_text("name,nickname,tags.row\nlamp-01,first,1\nlamp-02,,2\n", encoding="utf-8")
    created = assert_changes(tasks, devices_file=str(file), secrets_file=str(secrets))
    assert sorted(created["created"]) == NAMES[:2]
    with open(secrets, encoding="utf-8", newline="") as rows:
        new = {row["device_name"]: row["device_secret"] for row in csv.DictReader(rows)}
    assert set(new) == set(NAMES[:2])
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert not any(secret in json.dumps(created) for secret in new.values())

    tasks.run_ok(MODULE, **OF, devices=LAMPS[:3], secrets_file=str(listed), secrets_format="json", secrets_of="all")
    everything = {row["device_name"]: row["device_secret"] for row in json.loads(listed.read_text(encoding="utf-8"))}
    assert set(everything) == set(NAMES[:3])
    assert new.items() <= everything.items()

    password.write_text("open sesame", encoding="utf-8")
    encrypted = {"secrets_file": str(vault), "secrets_vault": True, "secrets_vault_password_file": str(password)}
    tasks.run_ok(MODULE, **OF, devices=LAMPS[3:4], **encrypted)
    assert vault.read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT")


def test_device_set_in_slices_creates_all_devices(tasks, account):
    parts = [tasks.run_ok(MODULE, **OF, devices=LAMPS, slice=f"{part}/2")["created"] for part in (1, 2)]
    assert sorted(name for part in parts for name in part) == NAMES
    assert all(parts)


def test_device_set_with_long_estimate_warns(tasks, account):
    plan = tasks.run(MODULE, True, **OF, devices=LAMPS, warn_above_in_seconds=1)
    assert any("seconds" in warning for warning in plan["warnings"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^either devices or devices_file must be set"),
        ({"devices": LAMPS[:1] * 2}, "lamp-01"),
        ({"devices": [{"name": "x"}]}, "4 to 32 characters"),
        ({"devices": [{"name": "lamp-01", "nickname": "abc"}]}, "nickname"),
        ({"devices": [{"name": "lamp-01", "tags": {"a-b": "1"}}]}, "a-b"),
        ({"devices": LAMPS, "slice": "3/2"}, "slice"),
        ({"devices": LAMPS, "purge_limit": "many"}, "purge_limit"),
        ({"devices": LAMPS, "parallel_requests": 65}, "parallel_requests must be 1 to 64"),
    ],
)
def test_device_set_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **OF, **options)


def test_device_set_info_with_filters_returns_devices(tasks, account):
    number = {"type": "int", "specs": {"min": "0", "max": "100", "step": "1"}}
    level = {"identifier": "Level", "name": "Level", "accessMode": "rw", "dataType": number}
    tasks.run_ok("iot_thing_model", **OF, tsl={"properties": [level]}, published=True)
    report = {"every": 60, "times": 1, "properties": {"Level": 7}}
    tasks.connect_devices("street_light", "lamp-01", profile={"reports": [report]})
    tasks.run_ok(MODULE, **OF, devices=[{"name": "lamp-01", "tags": {"site": "bridge"}}, LAMPS[1]])
    tasks.server.control("POST", "clock", {"advance": 61})

    def names(**filters) -> list:
        found = tasks.run_ok("iot_devices_info", products=["street_light"], **filters)["devices"]
        return sorted(device["name"] for device in found)

    assert names(parallel_requests=2) == NAMES[:2]
    assert names(tags={"site": "bridge"}) == ["lamp-01"]
    assert names(tags={"site": "tunnel"}) == []
    assert names(device_groups=["east"]) == []
    assert names(statuses=["online"], indexed_status=True) == ["lamp-01"]
    (lamp,) = tasks.run_ok("iot_devices_info", products=["street_light"], statuses=["online"], properties=["Level"])[
        "devices"
    ]
    assert (lamp["name"], lamp["properties"]) == ("lamp-01", {"Level": 7})


def test_device_set_info_one_by_one_returns_groups_and_module_versions(tasks, account):
    for name in ("north", "south"):
        tasks.run_ok("iot_device_group", name=name)
    tasks.connect_devices("street_light", "lamp-01", module_versions={"default": "1.0"})
    tasks.run_ok(MODULE, **OF, devices=[{"name": "lamp-01", "groups": ["west"]}])
    found = read_devices(tasks, "groups", "modules")["lamp-01"]
    assert (found["groups"], found["modules"]) == (["west"], {"default": "1.0"})


def test_device_set_on_instance_with_id_is_read_by_search(tasks):
    instance = {"iot_instance_id": "iot-060a0bcd"}
    tasks.run_ok("iot_product", name="street_light", node_type="device", **instance)
    devices = [{"name": f"lamp-{number:03}", "tags": {"row": str(number)}} for number in range(60)]
    tasks.run_ok(MODULE, **OF, devices=devices, **instance)
    assert tasks.run_ok(MODULE, **OF, devices=devices, **instance)["changed"] is False
    found = tasks.run_ok("iot_devices_info", products=["street_light"], facts=["tags"], **instance)["devices"]
    assert [device["tags"] for device in found] == [device["tags"] for device in devices]
    calls = [call["action"] for call in tasks.server.control("GET", "calls")["calls"]]
    assert "QueryDeviceBySQL" in calls
    assert "QueryDeviceProp" not in calls


def test_device_stock_is_filled_and_writes_secrets_files(tasks, account, tmp_path):
    listed, vault, password = (tmp_path / name for name in ("stock.json", "vault.csv", "password"))
    given = {**OF, "count": 3, "secrets_file": str(listed), "secrets_format": "json"}
    assert tasks.run_ok("iot_device_stock", **given)["changed"]
    assert not tasks.run_ok("iot_device_stock", **given)["changed"]
    assert len(json.loads(listed.read_text(encoding="utf-8"))) == 3
    password.write_text("open sesame", encoding="utf-8")
    encrypted = {"secrets_file": str(vault), "secrets_vault": True, "secrets_vault_password_file": str(password)}
    assert tasks.run_ok("iot_device_stock", **OF, count=4, **encrypted)["changed"]
    assert vault.read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT")
    assert len(read_devices(tasks)) == 4


def test_device_set_with_nickname_that_only_new_devices_can_have_fails_before_write(tasks, account, tmp_path):
    assert_changes(tasks, devices=[{"name": "lamp-01", "nickname": "a" * 33}, {"name": "lamp-02"}])
    file = tmp_path / "fleet.csv"
    file.write_text(f"name,nickname\nlamp-02,{'路' * 17}\nlamp-03,newest\n", encoding="utf-8")
    for options in ({"devices": [{"name": "lamp-02", "nickname": "路" * 17}]}, {"devices_file": str(file)}):
        message = "device lamp-02: nickname must have 4 to 32 characters, .* has 34"
        tasks.assert_fails(MODULE, message, **OF, **options)
