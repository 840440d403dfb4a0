# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The changes of a task with a device set."""

from __future__ import annotations

import json

from .conftest import NAMES, planned, rows, sent


def test_device_with_changed_fields_is_updated(account):
    bridge = account.group("bridge")
    account.group("tunnel", [])
    account.run(devices=rows(NAMES[:3], nickname="Lamp", tags={"a": "1", "b": "2"}, groups=["bridge"]))
    result = account.run(devices=rows(NAMES[:3], nickname="Lampion", tags={"b": "3"}, groups=["tunnel"], enabled=False))
    assert result["updated"] == NAMES[:3]
    assert dict(account.written()) == {
        "BatchUpdateDeviceNickname": 1,
        "DeleteDeviceProp": 3,
        "SaveDeviceProp": 3,
        "BatchDeleteDeviceGroupRelations": 1,
        "BatchAddDeviceGroupRelations": 1,
        "DisableThing": 3,
    }
    assert result["diff"]["before"][NAMES[0]] == {
        "nickname": "Lamp",
        "tags": {"a": "1", "b": "2"},
        "groups": ["bridge"],
        "enabled": True,
    }
    assert result["diff"]["after"][NAMES[0]] == {
        "nickname": "Lampion",
        "tags": {"b": "3"},
        "groups": ["tunnel"],
        "enabled": False,
    }
    assert json.loads(account.tags(NAMES[0])) == {"b": "3"}
    detail = account.api("QueryDeviceDetail", ProductKey=account.key, DeviceName=NAMES[0])["Data"]
    assert (detail["Nickname"], detail["Status"]) == ("Lampion", "DISABLE")
    assert account.api("QueryDeviceListByDeviceGroup", GroupId=bridge)["Total"] == 0


def test_empty_value_clears_and_missing_value_keeps_the_current_value(account):
    account.group("bridge")
    account.run(devices=rows(NAMES[:2], nickname="Lamp", tags={"a": "1"}, groups=["bridge"]))
    assert account.run(devices=rows(NAMES[:2]))["changed"] is False
    result = account.run(devices=rows(NAMES[:2], nickname="", tags={}, groups=[]))
    assert result["updated"] == NAMES[:2]
    assert account.run(devices=rows(NAMES[:2], nickname="", tags={}, groups=[]))["changed"] is False
    assert account.tags(NAMES[0]) == "{}"


def test_tags_and_groups_without_purging_are_kept(account):
    account.group("bridge")
    account.group("tunnel")
    account.run(devices=rows(NAMES[:2], tags={"a": "1"}, groups=["bridge"]))
    devices = rows(NAMES[:2], tags={"b": "2"}, groups=["tunnel"])
    result = account.run(devices=devices, purge_tags=False, purge_groups=False)
    assert result["updated"] == NAMES[:2]
    assert json.loads(account.tags(NAMES[0])) == {"a": "1", "b": "2"}
    assert account.run(devices=devices, purge_tags=False, purge_groups=False)["changed"] is False


def test_only_devices_that_differ_are_written(account):
    account.run(devices=rows(tags={"site": "west"}))
    devices = rows(NAMES[:7], tags={"site": "east"}) + rows(NAMES[7:], tags={"site": "west"})
    assert account.run(devices=devices)["updated"] == NAMES[:7]
    assert dict(account.written()) == {"SaveDeviceProp": 7}


def test_defaults_apply_to_devices_without_own_value(account):
    account.group("bridge")
    account.run(
        devices=[{"name": "lamp-1", "tags": {"row": "1"}}, {"name": "lamp-2", "enabled": True, "groups": []}],
        defaults={"tags": {"site": "west"}, "groups": ["bridge"], "enabled": False},
    )
    assert json.loads(account.tags("lamp-1")) == {"row": "1", "site": "west"}
    again = account.run(True, devices=[{"name": "lamp-1", "enabled": True, "groups": []}, {"name": "lamp-2"}])
    assert again["diff"]["after"] == {"lamp-1": {"groups": [], "enabled": True}}


def test_state_absent_deletes_listed_devices(account):
    account.devices(NAMES[:4])
    result = account.run(state="absent", devices=rows([*NAMES[:3], "no-such-lamp"]))
    assert (result["deleted"], result["changed"]) == (NAMES[:3], True)
    assert dict(account.written()) == {"DeleteDevice": 3}
    again = account.run(state="absent", devices=rows(NAMES[:3]))
    assert again["changed"] is False
    assert account.run(state="absent", product="no_such_product", devices=rows(NAMES[:3]))["changed"] is False


def test_gateway_change_attaches_moves_and_detaches_devices(account):
    hubs = account.api("CreateProduct", ProductName="hubs", NodeType=1)["Data"]["ProductKey"]
    for hub in ("hub-1", "hub-2"):
        account.api("RegisterDevice", ProductKey=hubs, DeviceName=hub)
    account.devices(NAMES[:12])
    attached = rows(NAMES[:25], gateway={"product": "hubs", "name": "hub-1"})
    result = account.run(devices=attached)
    assert (result["counts"]["created"], result["counts"]["updated"], result["counts"]["failed"]) == (13, 12, 0)
    assert account.written()["BatchAddThingTopo"] == planned(result)["BatchAddThingTopo"] == 4
    assert account.run(devices=attached)["changed"] is False
    assert sent(account) == planned(account.run(devices=attached))
    moved = rows(NAMES[:1], gateway={"product": "hubs", "name": "hub-2"})
    rejected = account.run(devices=moved)
    assert "devices are attached to another gateway" in rejected["msg"]
    assert not account.written()
    assert account.run(devices=moved, move=True)["updated"] == NAMES[:1]
    assert account.run(devices=rows(NAMES[:2], gateway={}))["updated"] == NAMES[:2]
    assert dict(account.written()) == {"RemoveThingTopo": 2}
    assert account.run(devices=rows(NAMES[:2], gateway={}))["changed"] is False
    missing = account.run(devices=rows(NAMES[:1], gateway={"product": "hubs", "name": "hub-3"}))
    assert "the gateway hub-3 does not exist" in missing["msg"]
