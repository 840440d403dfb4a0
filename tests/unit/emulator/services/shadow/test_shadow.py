# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for device shadows: API operations and device messages."""

from __future__ import annotations

import json

import pytest

UPDATE = "/shadow/update/{own}"
GET = "/shadow/get/{own}"


@pytest.fixture
def update(api, key, device):
    """Update the desired state."""

    def update(version, target=device, delta: bool | None = None, **desired) -> None:
        message = {"method": "update", "state": {"desired": desired}, "version": version}
        params = {} if delta is None else {"DeltaUpdate": delta}
        api("UpdateDeviceShadow", ProductKey=key, DeviceName=target["device_name"], ShadowMessage=json.dumps(message),
            **params)  # fmt: skip

    return update


@pytest.fixture
def shadow(api, key):
    """Return the shadow of a device."""
    return lambda name="lamp": json.loads(api("GetDeviceShadow", ProductKey=key, DeviceName=name)["ShadowMessage"])


@pytest.fixture
def send(publish_as_device, outbox):
    """Send a shadow message as the device and return the reply without its timestamp."""

    def send(**message) -> dict:
        publish_as_device(UPDATE, message)
        ((topic, reply),) = outbox()
        assert topic == GET
        assert reply.pop("timestamp") > 1_700_000_000
        return reply

    return send


def test_new_shadow_is_empty_with_version_0(device, shadow):
    assert shadow() == {
        "method": "update",
        "state": {},
        "metadata": {},
        "version": 0,
        "timestamp": device["created_at"] // 1000,
    }


def test_update_of_desired_state_is_sent_to_device(platform, device, update, shadow, outbox):
    update(1, color="green", size=3)
    read = shadow()
    second = {"timestamp": read["timestamp"]}
    assert abs(read["timestamp"] - platform.clock.now() / 1000) < 2
    assert read["state"] == {"desired": {"color": "green", "size": 3}}
    assert read["metadata"] == {"desired": {"color": second, "size": second}}
    assert read["version"] == 1
    ((topic, message),) = outbox()
    assert topic == GET
    assert message == {
        "method": "control",
        "payload": {"status": "success", "state": read["state"], "metadata": read["metadata"]},
        "version": 1,
        "timestamp": read["timestamp"],
    }


def test_update_of_offline_device_sends_no_message(register, update, shadow, outbox):
    offline = register("offline", online=False)
    update(1, offline, color="green")
    assert shadow("offline")["state"] == {"desired": {"color": "green"}}
    assert outbox(offline) == []


def test_update_replaces_or_merges_desired_state(update, shadow):
    update(1, color="green", size=3)
    update(2, delta=True, color="red", shape="round")
    assert shadow()["state"] == {"desired": {"color": "red", "size": 3, "shape": "round"}}
    update(3, color="blue")
    assert shadow()["state"] == {"desired": {"color": "blue"}}


def test_unchanged_attribute_keeps_timestamp(platform, update, shadow):
    update(1, color="green", size=3)
    before = shadow()["metadata"]["desired"]
    platform.clock.advance(60)
    update(2, color="green", size=4)
    after = shadow()["metadata"]["desired"]
    assert after["color"] == before["color"]
    assert after["size"]["timestamp"] - before["size"]["timestamp"] >= 59


def test_update_with_version_not_higher_is_rejected(update, shadow, api_error, key):
    update(5, color="green")
    for version in (5, 4, 0, -2, 1.5, "6", True, 2**63):
        message = {"method": "update", "state": {"desired": {"color": "red"}}, "version": version}
        error = api_error("UpdateDeviceShadow", ProductKey=key, DeviceName="lamp", ShadowMessage=json.dumps(message))
        assert error.code == "iot.messagebroker.InvalidVersionValueInShadowMessage"
    assert shadow()["version"] == 5
    update(-1, color="red")
    assert (shadow()["version"], shadow()["state"]["desired"]) == (0, {"color": "red"})
    update(1, color="blue")


def attributes(number: int, value="x") -> dict:
    return {f"a{index}": value for index in range(number)}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (" ", "NullShadowMessage"),
        ("no json", "ShadowMessageIsNotJson"),
        ("[]", "ShadowMessageIsNotJson"),
        ("{}", "NotFoundMethodInShadowMessage"),
        ({"method": None}, "NotFoundMethodInShadowMessage"),
        ({"method": "get"}, "MethodValueIsNotUpdate"),
        ({"method": "update"}, "NotFoundStateInShadowMessage"),
        ({"method": "update", "state": 1}, "NotFoundStateInShadowMessage"),
        ({"method": "update", "state": "x"}, "NotFoundStateInShadowMessage"),
        ({"method": "update", "state": {}}, "NotFoundDesireInShadowMessage"),
        ({"method": "update", "state": {"desired": None}}, "DesireValueIsNullInShadowMessage"),
        ({"method": "update", "state": {"desired": "null"}}, "DesireValueIsNullInShadowMessage"),
        ({"method": "update", "state": {"desired": [1]}}, "DesireInfoInShadowMessageIsNotJson"),
        ({"method": "update", "state": {"desired": {}}}, "NoneElementInDesire"),
        ({"method": "update", "state": {"desired": attributes(129)}}, "TooManyElementInDesire"),
        ({"method": "update", "state": {"desired": {"a": None}}}, "ElementKeyOrValueIsNullInDesire"),
        ({"method": "update", "state": {"desired": {"": 1}}}, "ElementKeyOrValueIsNullInDesire"),
        ({"method": "update", "state": {"desired": {"a": 1}}}, "NotFoundVersionOrNullVersionValue"),
        ({"method": "update", "state": {"desired": {"a": 1}}, "version": None}, "NotFoundVersionOrNullVersionValue"),
        ({"method": "update", "state": {"desired": {"a": "x" * 17000}}, "version": 1}, "ShadowMessageLengthIsLarge"),
        ({"method": "get", "padding": "x" * 17000}, "ShadowMessageLengthIsLarge"),
        ({"method": "update", "state": {"desired": {"a": 1}, "reported": None}}, "NotFoundReportInShadowMessage"),
        ({"method": "update", "state": {"desired": {"a": 1}, "reported": 1}}, "ReportInShadowMessageIsNotJson"),
        ({"method": "update", "state": {"desired": {"a": 1}, "reported": {}}}, "NoneElementInReport"),
        ({"method": "update", "state": {"desired": {"a": 1}, "reported": attributes(129)}}, "TooManyElementInReport"),
        (
            {"method": "update", "state": {"desired": {"a": 1}, "reported": {"a": None}}},
            "ElementKeyOrValueIsNullInReport",
        ),
    ],
)
def test_invalid_shadow_message_is_rejected(device, key, api_error, shadow, message, code):
    text = message if isinstance(message, str) else json.dumps(message)
    error = api_error("UpdateDeviceShadow", ProductKey=key, DeviceName="lamp", ShadowMessage=text)
    assert error.code == f"iot.messagebroker.{code}"
    assert shadow()["version"] == 0


def test_update_with_state_as_json_text_is_accepted(api, device, key, shadow):
    message = {"method": "update", "state": json.dumps({"desired": {"a": 1}}), "version": 1}
    api("UpdateDeviceShadow", ProductKey=key, DeviceName="lamp", ShadowMessage=json.dumps(message))
    assert shadow()["state"] == {"desired": {"a": 1}}


def test_delta_update_beyond_limits_is_rejected(update, shadow, api_error, key):
    update(1, **attributes(128))
    more = {"method": "update", "state": {"desired": {"b": 1}}, "version": 2}
    params = {"ProductKey": key, "DeviceName": "lamp", "DeltaUpdate": True}
    error = api_error("UpdateDeviceShadow", ShadowMessage=json.dumps(more), **params)
    assert error.code == "iot.messagebroker.TooManyElementInDesire"
    update(2, a="x" * 9000)
    more["state"]["desired"]["b"] = "x" * 9000
    error = api_error("UpdateDeviceShadow", ShadowMessage=json.dumps(more | {"version": 3}), **params)
    assert error.code == "iot.messagebroker.ShadowMessageLengthIsLarge"
    assert (shadow()["version"], shadow()["state"]) == (2, {"desired": {"a": "x" * 9000}})


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DeviceName": "unknown"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_shadow_of_unknown_device_is_rejected(device, key, api_error, params, code):
    params = {"ProductKey": key, "DeviceName": "lamp", **params}
    assert api_error("GetDeviceShadow", **params).code == code
    assert api_error("UpdateDeviceShadow", ShadowMessage="{}", **params).code == code


def test_shadow_is_deleted_with_its_device(platform, api, device, update):
    update(1, color="green")
    api("DeleteDevice", IotId=device["iot_id"])
    assert platform.store.count("device_shadow") == 0


def test_device_update_merges_reported_state(send, shadow):
    reply = send(method="update", state={"reported": {"color": "red", "on": True}}, version=1)
    assert reply == {"method": "reply", "payload": {"status": "success", "version": 1}}
    assert shadow()["state"] == {"reported": {"color": "red", "on": True}}
    send(method="update", state={"reported": {"color": "blue"}}, version=2)
    read = shadow()
    assert read["state"] == {"reported": {"color": "blue", "on": True}}
    assert read["metadata"]["reported"].keys() == {"color", "on"}


def test_device_update_beyond_128_attributes_is_rejected(send, shadow):
    send(method="update", state={"reported": attributes(127)}, version=1)
    assert send(method="update", state={"reported": {"b": 1}}, version=2)["payload"]["status"] == "success"
    assert send(method="update", state={"reported": {"c": 1}}, version=3)["payload"]["content"]["errorcode"] == "408"
    assert send(method="update", state={"reported": {"b": 2}}, version=3)["payload"]["status"] == "success"


def test_device_update_with_null_clears_desired_state(update, send, shadow, outbox):
    update(1, color="green")
    outbox()
    send(method="update", state={"reported": {"color": "green"}, "desired": "null"}, version=2)
    assert shadow()["state"] == {"reported": {"color": "green"}}
    update(3, color="red")
    outbox()
    send(method="update", state={"desired": "null"}, version=4)
    assert (shadow()["state"], shadow()["version"]) == ({"reported": {"color": "green"}}, 4)


def test_device_get_returns_shadow(update, send, shadow, outbox):
    update(1, color="green")
    outbox()
    read = shadow()
    payload = {"status": "success", "state": read["state"], "metadata": read["metadata"]}
    assert send(method="get") == {"method": "reply", "payload": payload, "version": 1}


def test_device_delete_removes_reported_attributes(send, shadow):
    send(method="update", state={"reported": {"a": 1, "b": 2, "c": 3}}, version=1)
    send(method="delete", state={"reported": {"a": "null", "b": None, "x": "null"}}, version=2)
    assert shadow()["state"] == {"reported": {"c": 3}}
    send(method="delete", state={"reported": "null"}, version=3)
    assert (shadow()["state"], shadow()["metadata"], shadow()["version"]) == ({}, {}, 3)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"no json", "400"),
        (b"[]", "400"),
        ({}, "407"),
        ({"state": {}}, "401"),
        ({"method": "make"}, "406"),
        ({"method": "update"}, "402"),
        ({"method": "update", "state": {"reported": {"a": 1}}}, "403"),
        ({"method": "update", "state": {"reported": {"a": 1}}, "version": "2"}, "403"),
        ({"method": "update", "state": {"reported": {"a": 1}}, "version": -2}, "403"),
        ({"method": "update", "state": {}, "version": 2}, "404"),
        ({"method": "update", "state": {"reported": {}}, "version": 2}, "405"),
        ({"method": "update", "state": {"reported": "x"}, "version": 2}, "405"),
        ({"method": "update", "state": {"reported": attributes(129)}, "version": 2}, "408"),
        ({"method": "update", "state": {"reported": {"a": 1}}, "version": 1}, "409"),
        ({"method": "update", "state": {"reported": {"a": "x" * 17000}}, "version": 2}, "500"),
        ({"method": "delete", "version": 2}, "402"),
        ({"method": "delete", "state": {}, "version": 2}, "404"),
        ({"method": "delete", "state": {"reported": "null"}, "version": 1}, "409"),
    ],
)
def test_invalid_device_message_is_answered_with_error(update, publish_as_device, outbox, shadow, message, code):
    update(1, color="green")
    outbox()
    publish_as_device(UPDATE, message)
    ((topic, reply),) = outbox()
    assert (topic, reply["method"]) == (GET, "reply")
    assert (reply["payload"]["status"], reply["payload"]["content"]["errorcode"]) == ("error", code)
    assert reply["payload"]["content"]["errormessage"]
    assert shadow()["version"] == 1


def test_device_update_with_version_minus_1_resets_version(send, shadow):
    send(method="update", state={"reported": {"a": 1}}, version=9)
    reply = send(method="update", state={"reported": {"a": 2}}, version=-1)
    assert reply["payload"]["version"] == 0
    assert (shadow()["version"], shadow()["state"]["reported"]) == (0, {"a": 2})


def test_simulated_device_applies_desired_state(api, key, simulate, shadow, advance_clock):
    simulate(product=key, names=["quick", "slow"])
    simulate(product=key, names=["slow"], profile={"shadow": {"outcome": "stall"}})
    for name in ("quick", "slow"):
        message = {"method": "update", "state": {"desired": {"color": "green"}}, "version": 1}
        api("UpdateDeviceShadow", ProductKey=key, DeviceName=name, ShadowMessage=json.dumps(message))
    advance_clock(1)
    assert (shadow("quick")["state"], shadow("quick")["version"]) == ({"reported": {"color": "green"}}, 2)
    assert shadow("slow")["state"] == {"desired": {"color": "green"}}
