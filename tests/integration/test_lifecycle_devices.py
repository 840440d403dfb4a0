# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a fleet, from its registration to its end, with every option of the modules that see to many devices."""

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
    """A product, two groups and two gateways."""
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    tasks.run_ok("iot_product", name="home_hub", node_type="gateway")
    for name in ("east", "west"):
        tasks.run_ok("iot_device_group", name=name)
        tasks.run_ok("iot_device", product="home_hub", name=f"hub-{name}")


def changes(tasks, **options) -> dict:
    """The result of a task that changes devices: planned without a write, done, and not wanted a second time."""
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


def told(tasks, *facts: str) -> dict:
    found = tasks.run_ok("iot_devices_info", products=["street_light"], facts=list(facts), one_by_one=True)["devices"]
    return {device["name"]: device for device in found}


def test_the_life_of_a_fleet(tasks, account):
    wanted = [
        {"name": "lamp-01", "nickname": "first", "tags": {"row": "1"}},
        {"name": "lamp-02", "groups": ["west"], "enabled": False},
        {"name": "lamp-03", "gateway": {"product": "home_hub", "name": "hub-west"}},
    ]
    defaults = {"tags": {"site": "bridge"}, "groups": ["east"]}
    made = changes(tasks, devices=wanted, defaults=defaults, parallel_requests=2)
    assert sorted(made["created"]) == NAMES[:3]
    found = told(tasks, "tags", "groups")
    assert found["lamp-01"]["tags"] == {"site": "bridge", "row": "1"}
    assert [found[name]["groups"] for name in NAMES[:3]] == [["east"], ["west"], ["east"]]
    assert found["lamp-02"]["status"] == "disable"

    # What is there and not named stays without purging, and goes with it.
    row = [{"name": "lamp-01", "tags": {"row": "2"}, "groups": ["west"]}]
    changes(tasks, devices=row, purge_tags=False, purge_groups=False)
    found = told(tasks, "tags", "groups")["lamp-01"]
    assert (found["tags"], sorted(found["groups"])) == ({"site": "bridge", "row": "2"}, ["east", "west"])
    changed = changes(tasks, devices=[{"name": "lamp-01", "tags": {"row": "2"}, "groups": []}])
    assert changed["updated"] == ["lamp-01"]
    found = told(tasks, "tags", "groups")["lamp-01"]
    assert (found["tags"], found["groups"]) == ({"row": "2"}, [])

    moved = [{"name": "lamp-03", "gateway": {"product": "home_hub", "name": "hub-east"}}]
    refused = tasks.run(MODULE, **OF, devices=moved)
    assert refused["failed"]
    assert tasks.pop_writes() == []
    changes(tasks, devices=moved, move=True)
    changes(tasks, devices=[{"name": "lamp-03", "gateway": {}}])
    changes(tasks, devices=[{"name": "lamp-01", "nickname": "", "tags": {}}, {"name": "lamp-02", "enabled": True}])
    found = told(tasks, "tags")
    assert (found["lamp-01"]["nickname"], found["lamp-01"]["tags"]) == ("", {})
    assert found["lamp-02"]["status"] == "unactive"

    # Of three, one is more than a tenth.
    refused = tasks.run(MODULE, **OF, devices=LAMPS[:2], purge=True)
    assert refused["failed"]
    assert tasks.pop_writes() == []
    assert changes(tasks, devices=LAMPS[:2], purge=True, purge_limit="50%")["deleted"] == ["lamp-03"]
    assert changes(tasks, devices=LAMPS[:2], state="absent")["deleted"] == NAMES[:2]
    assert told(tasks) == {}


def test_devices_of_a_file_and_their_secrets(tasks, account, tmp_path):
    file, secrets, listed, vault, password = (
        tmp_path / name for name in ("fleet.csv", "new.csv", "all.json", "vault.csv", "password")
    )
    file.write_text("name,nickname,tags.row\nlamp-01,first,1\nlamp-02,,2\n", encoding="utf-8")
    made = changes(tasks, devices_file=str(file), secrets_file=str(secrets))
    assert sorted(made["created"]) == NAMES[:2]
    with open(secrets, encoding="utf-8", newline="") as rows:
        new = {row["device_name"]: row["device_secret"] for row in csv.DictReader(rows)}
    assert set(new) == set(NAMES[:2])
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert not any(secret in json.dumps(made) for secret in new.values())

    tasks.run_ok(MODULE, **OF, devices=LAMPS[:3], secrets_file=str(listed), secrets_format="json", secrets_of="all")
    everything = {row["device_name"]: row["device_secret"] for row in json.loads(listed.read_text(encoding="utf-8"))}
    assert set(everything) == set(NAMES[:3])
    assert new.items() <= everything.items()

    password.write_text("open sesame", encoding="utf-8")
    encrypted = {"secrets_file": str(vault), "secrets_vault": True, "secrets_vault_password_file": str(password)}
    tasks.run_ok(MODULE, **OF, devices=LAMPS[3:4], **encrypted)
    assert vault.read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT")


def test_slices_make_the_whole(tasks, account):
    parts = [tasks.run_ok(MODULE, **OF, devices=LAMPS, slice=f"{part}/2")["created"] for part in (1, 2)]
    assert sorted(name for part in parts for name in part) == NAMES
    assert all(parts)


def test_what_takes_long_is_said(tasks, account):
    plan = tasks.run(MODULE, True, **OF, devices=LAMPS, warn_above_in_seconds=1)
    assert any("seconds" in warning for warning in plan["warnings"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^either devices or devices_file must be given"),
        ({"devices": LAMPS[:1] * 2}, "lamp-01"),
        ({"devices": [{"name": "x"}]}, "4 to 32 characters"),
        ({"devices": [{"name": "lamp-01", "nickname": "abc"}]}, "nickname"),
        ({"devices": [{"name": "lamp-01", "tags": {"a-b": "1"}}]}, "a-b"),
        ({"devices": LAMPS, "slice": "3/2"}, "slice"),
        ({"devices": LAMPS, "purge_limit": "many"}, "purge_limit"),
        ({"devices": LAMPS, "parallel_requests": 65}, "parallel_requests must be 1 to 64"),
    ],
)
def test_what_a_fleet_cannot_be(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **OF, **options)


def test_devices_are_told(tasks, account):
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
    (lamp,) = tasks.run_ok("iot_devices_info", products=["street_light"], statuses=["online"], properties=["Level"])[
        "devices"
    ]
    assert (lamp["name"], lamp["properties"]) == ("lamp-01", {"Level": 7})


def test_a_stock_of_devices(tasks, account, tmp_path):
    listed, vault, password = (tmp_path / name for name in ("stock.json", "vault.csv", "password"))
    given = {**OF, "count": 3, "secrets_file": str(listed), "secrets_format": "json"}
    assert tasks.run_ok("iot_device_stock", **given)["changed"]
    assert not tasks.run_ok("iot_device_stock", **given)["changed"]
    assert len(json.loads(listed.read_text(encoding="utf-8"))) == 3
    password.write_text("open sesame", encoding="utf-8")
    encrypted = {"secrets_file": str(vault), "secrets_vault": True, "secrets_vault_password_file": str(password)}
    assert tasks.run_ok("iot_device_stock", **OF, count=4, **encrypted)["changed"]
    assert vault.read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT")
    assert len(told(tasks)) == 4
