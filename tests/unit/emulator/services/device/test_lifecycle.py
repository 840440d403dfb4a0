# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of disabling, enabling, resetting and deleting devices."""

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
    """Return a function that registers a device in a new product and returns its ID."""

    def register(name: str, node_type: int = 0) -> str:
        key = api("CreateProduct", ProductName=f"product_{name}", NodeType=node_type)["ProductKey"]
        return api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]["IotId"]

    return register


@pytest.fixture
def connect(platform):
    """Return a function that sets devices online."""

    def connect(*iot_ids: str) -> None:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        for iot_id in iot_ids:
            go_online(ctx, find_device(ctx, {"IotId": iot_id}), "192.0.2.1")

    return connect


@pytest.fixture
def gateway(platform, register, connect):
    """Return the IDs of a gateway and of its two sub-devices, all of them online."""
    iot_ids = [register("gateway", 1), register("sub1"), register("sub2")]
    for iot_id in iot_ids[1:]:
        platform.store.insert("topology", gateway_iot_id=iot_ids[0], iot_id=iot_id, added_at=0)
    connect(*iot_ids)
    return iot_ids


@pytest.fixture
def statuses(platform):
    """Return a function that returns the statuses of devices, or None for devices that do not exist."""

    def statuses(iot_ids: list[str]) -> list[str | None]:
        rows = [platform.store.one("device", iot_id=iot_id) for iot_id in iot_ids]
        return [row and row["status"] for row in rows]

    return statuses


@pytest.fixture
def job_for_any_sub_device(monkeypatch):
    """Lower the limit so that two sub-devices require a job."""
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
def test_action_on_missing_device_is_error(api, action, params, code):
    with pytest.raises(ApiError) as caught:
        api(action, **params)
    assert caught.value.code == code


def test_delete_removes_device_and_its_data(platform, api, register):
    iot_id = register("lamp")
    api("SaveDeviceProp", IotId=iot_id, Props='{"room": "7"}')
    other = register("other")
    assert api("DeleteDevice", IotId=iot_id) == {}
    assert platform.store.one("device", iot_id=iot_id) is None
    assert platform.store.count("device_tag") == 0
    assert platform.store.one("device", iot_id=other)


def test_disable_changes_only_status_columns(platform, api, register, connect, statuses):
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


def test_disable_disconnects_device(platform, api, register, connect, statuses):
    iot_id = register("lamp")
    connect(iot_id)
    api("DisableThing", IotId=iot_id)
    assert platform.store.one("device", iot_id=iot_id)["online"] == 0
    api("EnableThing", IotId=iot_id)
    assert statuses([iot_id]) == ["OFFLINE"]


def test_reset_sets_device_unactive(platform, api, register, connect, statuses):
    iot_id = register("lamp")
    connect(iot_id)
    platform.clock.advance(5)
    assert api("ResetThing", IotId=iot_id) == {}
    assert statuses([iot_id]) == ["UNACTIVE"]
    read = api("QueryDeviceDetail", IotId=iot_id)["Data"]
    assert not {"GmtActive", "UtcActive", "GmtOnline", "UtcOnline"} & set(read)
    stored = platform.store.one("device", iot_id=iot_id)
    assert stored["status_at"] >= stored["created_at"] + 5000
    platform.clock.advance(5)
    api("ResetThing", IotId=iot_id)
    assert platform.store.one("device", iot_id=iot_id) == stored


def test_reset_keeps_disabled_device_disabled(platform, api, register, connect, statuses):
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


def test_disable_and_enable_gateway_include_sub_devices(api, register, gateway, statuses):
    other = register("other")
    api("DisableThing", IotId=gateway[0])
    assert statuses([*gateway, other]) == ["DISABLE"] * 3 + ["UNACTIVE"]
    api("EnableThing", IotId=gateway[0])
    assert statuses([*gateway, other]) == ["OFFLINE"] * 3 + ["UNACTIVE"]


def test_disable_sub_device_keeps_gateway_enabled(api, gateway, statuses):
    api("DisableThing", IotId=gateway[1])
    assert statuses(gateway) == ["ONLINE", "DISABLE", "ONLINE"]


def test_reset_gateway_detaches_sub_devices(platform, api, gateway, statuses):
    assert api("ResetThing", IotId=gateway[0]) == {}
    assert statuses(gateway) == ["UNACTIVE", "OFFLINE", "OFFLINE"]
    assert platform.store.count("topology") == 0


def test_delete_gateway_changes_only_online_sub_devices(platform, api, register, gateway):
    offline = register("offline")
    platform.store.insert("topology", gateway_iot_id=gateway[0], iot_id=offline, added_at=0)
    before = platform.store.one("device", iot_id=offline)
    platform.clock.advance(5)
    api("DeleteDevice", IotId=gateway[0])
    assert platform.store.one("device", iot_id=offline) == before


def test_delete_gateway_detaches_sub_devices(platform, api, gateway, statuses):
    assert api("DeleteDevice", IotId=gateway[0]) == {}
    assert statuses(gateway) == [None, "OFFLINE", "OFFLINE"]
    assert platform.store.count("topology") == 0


def test_delete_product_of_gateway_detaches_sub_devices(platform, api, gateway, statuses):
    product_key = platform.store.one("device", iot_id=gateway[0])["product_key"]
    api("DeleteProduct", ProductKey=product_key)
    assert statuses(gateway) == [None, "OFFLINE", "OFFLINE"]
    assert platform.store.count("topology") == 0


def test_delete_product_of_sub_device_keeps_other_sub_devices(platform, api, gateway, statuses):
    product_key = platform.store.one("device", iot_id=gateway[1])["product_key"]
    api("DeleteProduct", ProductKey=product_key)
    assert statuses(gateway) == ["ONLINE", None, "ONLINE"]
    assert platform.store.count("topology") == 1


@pytest.mark.parametrize(
    ("action", "before", "immediately", "later"),
    [
        ("DeleteDevice", None, ["ONLINE", "ONLINE", "ONLINE"], [None, "OFFLINE", "OFFLINE"]),
        ("DisableThing", None, ["DISABLE", "ONLINE", "ONLINE"], ["DISABLE", "DISABLE", "DISABLE"]),
        ("EnableThing", "DisableThing", ["OFFLINE", "DISABLE", "DISABLE"], ["OFFLINE", "OFFLINE", "OFFLINE"]),
        ("ResetThing", None, ["UNACTIVE", "ONLINE", "ONLINE"], ["UNACTIVE", "OFFLINE", "OFFLINE"]),
    ],
)
def test_gateway_with_many_sub_devices_creates_job(
    platform, gateway, statuses, monkeypatch, action, before, immediately, later
):
    if before:
        platform.call(before, {"IotId": gateway[0]})
    monkeypatch.setattr(service, "MAX_SUB_DEVICES_AT_ONCE", 1)
    monkeypatch.setattr(service, "MILLISECONDS_PER_SUB_DEVICE", 5000)
    reply = platform.call(action, {"IotId": gateway[0]})
    assert statuses(gateway) == immediately
    job = platform.store.one("gateway_job")
    assert reply == {"JobId": job["job_id"]}
    assert (job["iot_id"], job["device_name"]) == (gateway[0], "gateway")
    assert job["ends_at"] == job["created_at"] + 10_000
    platform.clock.advance(9)
    platform.run_due_work()
    assert statuses(gateway) == immediately
    platform.clock.advance(1)
    platform.run_due_work()
    assert statuses(gateway) == later


def test_gateway_with_2000_sub_devices_creates_no_job(platform, api, register):
    gateway = register("gateway", 1)
    key = api("CreateProduct", ProductName="subs", NodeType=0)["ProductKey"]

    def add(number: int) -> None:
        timestamps = {"created_at": 0, "modified_at": 0, "status_at": 0}
        row = {"iot_id": f"id{number}", "device_name": f"sub{number}", "device_secret": "x", **timestamps}
        platform.store.insert("device", product_key=key, **row)
        platform.store.insert("topology", gateway_iot_id=gateway, iot_id=f"id{number}", added_at=0)

    with platform.store.transaction():
        for number in range(2000):
            add(number)
    assert platform.call("DisableThing", {"IotId": gateway}) == {}
    add(2000)
    assert set(platform.call("EnableThing", {"IotId": gateway})) == {"JobId"}


def test_job_remains_after_gateway_is_deleted(platform, gateway, statuses, job_for_any_sub_device):
    for action in ("DisableThing", "DeleteDevice", "DeleteDevice"):
        platform.call(action, {"IotId": gateway[0]})
    platform.clock.advance(1)
    platform.run_due_work()
    assert statuses(gateway) == [None, "DISABLE", "DISABLE"]
    assert platform.store.count("gateway_job") == 3
    assert platform.store.count("due") == 0


# Messages to devices


@pytest.fixture
def last_messages(platform):
    """Return a function that returns the last messages before a disconnect: device IDs, topics and messages.

    Only messages over a device's own connection are included.
    """
    announced = []
    platform.listeners.add(downlink.DISCONNECT_EVENT, announced.append)

    def last_messages() -> list[tuple[str, str, dict]]:
        messages = [downlink.parse_disconnect_event(text) for text in announced]
        announced.clear()
        return [(iot_id, topic, json.loads(payload)) for iot_id, topic, payload in messages]

    return last_messages


@pytest.fixture
def queued_messages(platform):
    """Return a function that returns the topics and methods of the messages queued for a connected gateway."""

    def queued_messages(iot_id: str) -> list[tuple[str, str]]:
        def take(ctx) -> list[dict]:
            waiting = downlink.pending_messages(ctx, iot_id)
            downlink.remove_delivered(ctx, [message["id"] for message in waiting])
            return waiting

        return [(message["topic"], json.loads(message["payload"])["method"]) for message in platform.run(take)]

    return queued_messages


@pytest.fixture
def gateway_with_session(platform, gateway):
    """Return the gateway after it has logged in its first sub-device. The second one has its own connection."""
    platform.store.insert("sub_session", iot_id=gateway[1], gateway_iot_id=gateway[0])
    return gateway


def topic_prefix(platform, iot_id: str) -> str:
    device = platform.store.one("device", iot_id=iot_id)
    return f"/sys/{device['product_key']}/{device['device_name']}/thing"


@pytest.mark.parametrize(("action", "verb"), [("DisableThing", "disable"), ("DeleteDevice", "delete")])
def test_connected_device_is_notified_before_disconnect(platform, api, register, connect, last_messages, action, verb):
    iot_id = register("lamp")
    topic = topic_prefix(platform, iot_id)
    connect(iot_id)
    api(action, IotId=iot_id)
    [(notified_id, notified_topic, message)] = last_messages()
    assert (notified_id, notified_topic) == (iot_id, f"{topic}/{verb}")
    assert message.pop("id").isdigit()
    assert message == {"version": "1.0", "params": {}, "method": f"thing.{verb}"}


def test_last_message_is_in_message_trace(platform, api, register, connect, last_messages):
    iot_id = register("lamp")
    connect(iot_id)
    api("DisableThing", IotId=iot_id)
    [(_iot_id, topic, message)] = last_messages()
    (stored,) = platform.store.rows("SELECT * FROM message WHERE message_id & 0xFFFFFFFF = ?", int(message["id"]))
    assert (stored["iot_id"], stored["topic"], json.loads(stored["content"])) == (iot_id, topic, message)


def test_disconnected_device_is_not_notified(platform, api, register, last_messages):
    iot_id = register("lamp")
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        api(action, IotId=iot_id)
    assert last_messages() == []
    assert platform.store.count("outbox") == 0


def test_gateway_is_notified_about_sub_device(platform, api, gateway_with_session, queued_messages, last_messages):
    """The gateway is notified that the sub-device is enabled or deleted even while the sub-device is not connected."""
    gateway, sub_device, _other = gateway_with_session
    topic = topic_prefix(platform, sub_device)
    api("DisableThing", IotId=sub_device)
    assert queued_messages(gateway) == [(f"{topic}/disable", "thing.disable")]
    api("EnableThing", IotId=sub_device)
    assert queued_messages(gateway) == [(f"{topic}/enable", "thing.enable")]
    api("DeleteDevice", IotId=sub_device)
    assert queued_messages(gateway) == [(f"{topic}/delete", "thing.delete")]
    assert last_messages() == []


def test_sub_device_with_own_connection_is_notified_directly(
    platform, api, gateway_with_session, queued_messages, last_messages
):
    gateway, _other, sub_device = gateway_with_session
    topic = topic_prefix(platform, sub_device)
    api("DisableThing", IotId=sub_device)
    assert queued_messages(gateway) == []
    assert [(iot_id, notified_topic) for iot_id, notified_topic, _message in last_messages()] == [
        (sub_device, f"{topic}/disable")
    ]


def test_disabled_gateway_is_notified_only_about_itself(
    platform, api, gateway_with_session, queued_messages, last_messages
):
    """Its sub-devices are disconnected with it. A sub-device with its own connection is notified over it."""
    gateway, _sub_device, other = gateway_with_session
    api("DisableThing", IotId=gateway)
    assert [iot_id for iot_id, _topic, _message in last_messages()] == [gateway, other]
    assert queued_messages(gateway) == []


def test_reset_sends_no_message(platform, api, gateway_with_session, queued_messages, last_messages):
    for iot_id in gateway_with_session:
        api("ResetThing", IotId=iot_id)
    assert last_messages() == []
    assert queued_messages(gateway_with_session[0]) == []
