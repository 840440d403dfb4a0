# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Disabling, enabling, resetting and deleting devices."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import go_online
from ansible_collections.iotops.aliyun.emulator.services.device import lifecycle as service
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device

ACTIONS = ("DeleteDevice", "DisableThing", "EnableThing", "ResetThing")


@pytest.fixture
def register(api):
    """Register a device in a product of its own and return its id."""

    def register(name: str, node_type: int = 0) -> str:
        key = api("CreateProduct", ProductName=f"product_{name}", NodeType=node_type)["ProductKey"]
        return api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]["IotId"]

    return register


@pytest.fixture
def connect(platform):
    """Bring devices online."""

    def connect(*iot_ids: str) -> None:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        for iot_id in iot_ids:
            go_online(ctx, find_device(ctx, {"IotId": iot_id}), "192.0.2.1")

    return connect


@pytest.fixture
def gateway(platform, register, connect):
    """The ids of a gateway and of its two sub-devices, all of them online."""
    iot_ids = [register("gateway", 1), register("sub1"), register("sub2")]
    for iot_id in iot_ids[1:]:
        platform.store.insert("topology", gateway_iot_id=iot_ids[0], iot_id=iot_id, added_at=0)
    connect(*iot_ids)
    return iot_ids


@pytest.fixture
def statuses(platform):
    """The statuses of devices, None where there is no such device."""

    def statuses(iot_ids: list[str]) -> list[str | None]:
        rows = [platform.store.one("device", iot_id=iot_id) for iot_id in iot_ids]
        return [row and row["status"] for row in rows]

    return statuses


@pytest.fixture
def crowd(monkeypatch):
    """Two sub-devices are too many to be handled at once."""
    monkeypatch.setattr(service, "MAX_SUB_DEVICES_AT_ONCE", 1)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"IotId": "nothing"}, "iot.device.NotExistedDevice"),
        ({"IotId": "no*thing"}, "iot.device.InvalidIoTId"),
        ({"ProductKey": "a1nothing00", "DeviceName": "lamp"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1nothing00"}, "iot.device.NullDeviceName"),
        ({"DeviceName": "lamp"}, "iot.prod.NullProductKey"),
    ],
)
def test_a_device_that_is_not_there(api, action, params, code):
    with pytest.raises(ApiError) as caught:
        api(action, **params)
    assert caught.value.code == code


def test_a_device_is_deleted_with_what_belongs_to_it(platform, api, register):
    iot_id = register("lamp")
    api("SaveDeviceProp", IotId=iot_id, Props='{"room": "7"}')
    other = register("other")
    assert api("DeleteDevice", IotId=iot_id) == {}
    assert platform.store.one("device", iot_id=iot_id) is None
    assert platform.store.count("device_tag") == 0
    assert platform.store.one("device", iot_id=other)


def test_a_disabled_device_keeps_what_it_has(platform, api, register, connect, statuses):
    iot_id = register("lamp")
    before = platform.store.one("device", iot_id=iot_id)
    platform.clock.advance(5)
    assert api("DisableThing", IotId=iot_id) == {}
    assert statuses([iot_id]) == ["DISABLE"]
    after = platform.store.one("device", iot_id=iot_id)
    assert {name for name in before if before[name] != after[name]} == {
        "enabled",
        "status",
        "former_status",
        "status_at",
        "modified_at",
    }
    platform.clock.advance(5)
    api("DisableThing", IotId=iot_id)
    assert platform.store.one("device", iot_id=iot_id) == after
    assert api("EnableThing", IotId=iot_id) == {}
    assert statuses([iot_id]) == ["UNACTIVE"]


def test_a_disabled_device_is_cut_off(platform, api, register, connect, statuses):
    iot_id = register("lamp")
    connect(iot_id)
    api("DisableThing", IotId=iot_id)
    assert platform.store.one("device", iot_id=iot_id)["online"] == 0
    api("EnableThing", IotId=iot_id)
    assert statuses([iot_id]) == ["OFFLINE"]


def test_a_device_that_is_reset_was_never_active(platform, api, register, connect, statuses):
    iot_id = register("lamp")
    connect(iot_id)
    platform.clock.advance(5)
    assert api("ResetThing", IotId=iot_id) == {}
    assert statuses([iot_id]) == ["UNACTIVE"]
    read = api("QueryDeviceDetail", IotId=iot_id)["Data"]
    assert not {"GmtActive", "UtcActive", "GmtOnline", "UtcOnline"} & set(read)
    kept = platform.store.one("device", iot_id=iot_id)
    assert kept["status_at"] >= kept["created_at"] + 5000
    platform.clock.advance(5)
    api("ResetThing", IotId=iot_id)
    assert platform.store.one("device", iot_id=iot_id) == kept


def test_a_disabled_device_that_is_reset_stays_disabled(platform, api, register, connect, statuses):
    iot_id = register("lamp")
    connect(iot_id)
    api("DisableThing", IotId=iot_id)
    api("EnableThing", IotId=iot_id)
    api("DisableThing", IotId=iot_id)
    before = api("GetDeviceStatus", IotId=iot_id)
    platform.clock.advance(60)
    api("ResetThing", IotId=iot_id)
    assert api("GetDeviceStatus", IotId=iot_id) == before
    assert [api("QueryDeviceByStatus", Status=status)["Total"] for status in (0, 1, 3, 8)] == [0, 0, 0, 1]
    api("EnableThing", IotId=iot_id)
    assert statuses([iot_id]) == ["UNACTIVE"]


def test_a_gateway_takes_its_sub_devices_along(api, register, gateway, statuses):
    other = register("other")
    api("DisableThing", IotId=gateway[0])
    assert statuses([*gateway, other]) == ["DISABLE"] * 3 + ["UNACTIVE"]
    api("EnableThing", IotId=gateway[0])
    assert statuses([*gateway, other]) == ["OFFLINE"] * 3 + ["UNACTIVE"]


def test_a_sub_device_leaves_its_gateway_alone(api, gateway, statuses):
    api("DisableThing", IotId=gateway[1])
    assert statuses(gateway) == ["ONLINE", "DISABLE", "ONLINE"]


def test_resetting_a_gateway_frees_its_sub_devices(platform, api, gateway, statuses):
    assert api("ResetThing", IotId=gateway[0]) == {}
    assert statuses(gateway) == ["UNACTIVE", "OFFLINE", "OFFLINE"]
    assert platform.store.count("topology") == 0


def test_only_sub_devices_that_were_online_change(platform, api, register, gateway):
    offline = register("offline")
    platform.store.insert("topology", gateway_iot_id=gateway[0], iot_id=offline, added_at=0)
    before = platform.store.one("device", iot_id=offline)
    platform.clock.advance(5)
    api("DeleteDevice", IotId=gateway[0])
    assert platform.store.one("device", iot_id=offline) == before


def test_deleting_a_gateway_frees_its_sub_devices(platform, api, gateway, statuses):
    assert api("DeleteDevice", IotId=gateway[0]) == {}
    assert statuses(gateway) == [None, "OFFLINE", "OFFLINE"]
    assert platform.store.count("topology") == 0


def test_deleting_the_product_of_a_gateway_frees_its_sub_devices(platform, api, gateway, statuses):
    product_key = platform.store.one("device", iot_id=gateway[0])["product_key"]
    api("DeleteProduct", ProductKey=product_key)
    assert statuses(gateway) == [None, "OFFLINE", "OFFLINE"]
    assert platform.store.count("topology") == 0


def test_deleting_the_product_of_a_sub_device_leaves_the_others(platform, api, gateway, statuses):
    product_key = platform.store.one("device", iot_id=gateway[1])["product_key"]
    api("DeleteProduct", ProductKey=product_key)
    assert statuses(gateway) == ["ONLINE", None, "ONLINE"]
    assert platform.store.count("topology") == 1


@pytest.mark.parametrize(
    ("action", "before", "at_once", "later"),
    [
        ("DeleteDevice", None, ["ONLINE", "ONLINE", "ONLINE"], [None, "OFFLINE", "OFFLINE"]),
        ("DisableThing", None, ["DISABLE", "ONLINE", "ONLINE"], ["DISABLE", "DISABLE", "DISABLE"]),
        ("EnableThing", "DisableThing", ["OFFLINE", "DISABLE", "DISABLE"], ["OFFLINE", "OFFLINE", "OFFLINE"]),
        ("ResetThing", None, ["UNACTIVE", "ONLINE", "ONLINE"], ["UNACTIVE", "OFFLINE", "OFFLINE"]),
    ],
)
def test_many_sub_devices_are_a_job(platform, gateway, statuses, monkeypatch, action, before, at_once, later):
    if before:
        platform.call(before, {"IotId": gateway[0]})
    monkeypatch.setattr(service, "MAX_SUB_DEVICES_AT_ONCE", 1)
    monkeypatch.setattr(service, "MILLISECONDS_PER_SUB_DEVICE", 5000)
    reply = platform.call(action, {"IotId": gateway[0]})
    assert statuses(gateway) == at_once
    job = platform.store.one("gateway_job")
    assert reply == {"JobId": job["job_id"]}
    assert (job["iot_id"], job["device_name"]) == (gateway[0], "gateway")
    assert job["ends_at"] == job["created_at"] + 10_000
    platform.clock.advance(9)
    platform.run_due_work()
    assert statuses(gateway) == at_once
    platform.clock.advance(1)
    platform.run_due_work()
    assert statuses(gateway) == later


def test_2000_sub_devices_are_no_job(platform, api, register):
    gateway = register("gateway", 1)
    key = api("CreateProduct", ProductName="subs", NodeType=0)["ProductKey"]

    def add(number: int) -> None:
        moments = {"created_at": 0, "modified_at": 0, "status_at": 0}
        row = {"iot_id": f"id{number}", "device_name": f"sub{number}", "device_secret": "x", **moments}
        platform.store.insert("device", product_key=key, **row)
        platform.store.insert("topology", gateway_iot_id=gateway, iot_id=f"id{number}", added_at=0)

    with platform.store.transaction():
        for number in range(2000):
            add(number)
    assert platform.call("DisableThing", {"IotId": gateway}) == {}
    add(2000)
    assert set(platform.call("EnableThing", {"IotId": gateway})) == {"JobId"}


def test_a_job_outlives_its_gateway(platform, gateway, statuses, crowd):
    for action in ("DisableThing", "DeleteDevice", "DeleteDevice"):
        platform.call(action, {"IotId": gateway[0]})
    platform.clock.advance(1)
    platform.run_due_work()
    assert statuses(gateway) == [None, "DISABLE", "DISABLE"]
    assert platform.store.count("gateway_job") == 3
    assert platform.store.count("due") == 0


# What devices are told


@pytest.fixture
def parted(platform):
    """What devices have been told at last over connections of their own: ids, topics and messages."""
    announced = []
    platform.listeners.add(downlink.DISCONNECT_EVENT, announced.append)

    def parted() -> list[tuple[str, str, dict]]:
        taken = [downlink.parse_disconnect_event(text) for text in announced]
        announced.clear()
        return [(iot_id, topic, json.loads(payload)) for iot_id, topic, payload in taken]

    return parted


@pytest.fixture
def told(platform):
    """What waits for a gateway that is connected: topics and methods."""

    def told(iot_id: str) -> list[tuple[str, str]]:
        def take(ctx) -> list[dict]:
            waiting = downlink.pending_messages(ctx, iot_id)
            downlink.remove_delivered(ctx, [message["id"] for message in waiting])
            return waiting

        return [(message["topic"], json.loads(message["payload"])["method"]) for message in platform.run(take)]

    return told


@pytest.fixture
def behind(platform, gateway):
    """The gateway has connected its first sub-device; the second has a connection of its own."""
    platform.store.insert("sub_session", iot_id=gateway[1], gateway_iot_id=gateway[0])
    return gateway


def own_topic(platform, iot_id: str) -> str:
    device = platform.store.one("device", iot_id=iot_id)
    return f"/sys/{device['product_key']}/{device['device_name']}/thing"


@pytest.mark.parametrize(("action", "word"), [("DisableThing", "disable"), ("DeleteDevice", "delete")])
def test_a_device_is_told_before_its_connection_ends(platform, api, register, connect, parted, action, word):
    iot_id = register("lamp")
    topic = own_topic(platform, iot_id)
    connect(iot_id)
    api(action, IotId=iot_id)
    [(told_id, told_topic, message)] = parted()
    assert (told_id, told_topic) == (iot_id, f"{topic}/{word}")
    assert message.pop("id").isdigit()
    assert message == {"version": "1.0", "params": {}, "method": f"thing.{word}"}


def test_what_a_device_was_told_at_last_can_be_looked_up(platform, api, register, connect, parted):
    iot_id = register("lamp")
    connect(iot_id)
    api("DisableThing", IotId=iot_id)
    [(_iot_id, topic, message)] = parted()
    kept = platform.store.one("message", message_id=int(message["id"]))
    assert (kept["iot_id"], kept["topic"], json.loads(kept["content"])) == (iot_id, topic, message)


def test_nobody_is_told_who_has_no_connection(platform, api, register, parted):
    iot_id = register("lamp")
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        api(action, IotId=iot_id)
    assert parted() == []
    assert platform.store.count("outbox") == 0


def test_a_gateway_is_told_of_its_sub_device(platform, api, behind, told, parted):
    """Also that it is enabled or deleted, while it is not connected."""
    gateway, sub_device, _other = behind
    topic = own_topic(platform, sub_device)
    api("DisableThing", IotId=sub_device)
    assert told(gateway) == [(f"{topic}/disable", "thing.disable")]
    api("EnableThing", IotId=sub_device)
    assert told(gateway) == [(f"{topic}/enable", "thing.enable")]
    api("DeleteDevice", IotId=sub_device)
    assert told(gateway) == [(f"{topic}/delete", "thing.delete")]
    assert parted() == []


def test_a_sub_device_with_a_connection_of_its_own_is_told_itself(platform, api, behind, told, parted):
    gateway, _other, sub_device = behind
    topic = own_topic(platform, sub_device)
    api("DisableThing", IotId=sub_device)
    assert told(gateway) == []
    assert [(iot_id, told_topic) for iot_id, told_topic, _message in parted()] == [(sub_device, f"{topic}/disable")]


def test_a_gateway_that_is_disabled_hears_of_itself_alone(platform, api, behind, told, parted):
    """With it its sub-devices are cut off; one with a connection of its own hears of it over that."""
    gateway, _sub_device, other = behind
    api("DisableThing", IotId=gateway)
    assert [iot_id for iot_id, _topic, _message in parted()] == [gateway, other]
    assert told(gateway) == []


def test_a_device_that_is_reset_is_told_nothing(platform, api, behind, told, parted):
    for iot_id in behind:
        api("ResetThing", IotId=iot_id)
    assert parted() == []
    assert told(behind[0]) == []
