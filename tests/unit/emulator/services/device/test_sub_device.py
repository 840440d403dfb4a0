# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of messages from gateways about their sub-devices."""

from __future__ import annotations

import hmac

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device import sub_device as service

CLIENT = "mac|lan=C|"


@pytest.fixture
def gateway(create_modeled_product, register):
    """Return a connected gateway."""
    return register("gateway", create_modeled_product("gateways", NodeType=1))


@pytest.fixture
def sensors(register):
    """Return two devices that have never connected."""
    return [register(name, online=False) for name in ("sensor1", "sensor2")]


@pytest.fixture
def publish_and_get_reply(publish_as_device, outbox, gateway):
    """Return a function that publishes a message as the gateway, and returns the code and the data of the reply."""

    def publish_and_get_reply(message_type: str, params) -> tuple[int, object]:
        topic = (
            f"/ext/session/{{own}}/{message_type}"
            if message_type.startswith("combine/")
            else f"/sys/{{own}}/thing/{message_type}"
        )
        publish_as_device(topic, {"id": "1", "params": params}, gateway)
        [(reply_topic, reply)] = outbox(gateway)
        assert reply_topic == f"{topic}_reply"
        assert reply["id"] == "1"
        return reply["code"], reply["data"]

    return publish_and_get_reply


@pytest.fixture
def sub_device_names(api, gateway):
    """Return a function that returns the names of the gateway's sub-devices."""

    def sub_device_names() -> list[str]:
        data = api("GetThingTopo", IotId=gateway["iot_id"], PageNo=1, PageSize=50)["Data"]
        return [item["DeviceName"] for item in data["List"]["deviceInfo"]]

    return sub_device_names


@pytest.fixture
def status(platform):
    """Return a function that returns the status of a device."""
    return lambda device: platform.store.one("device", iot_id=device["iot_id"])["status"]


def reference(device) -> dict[str, str]:
    return {"productKey": device["product_key"], "deviceName": device["device_name"]}


def signed_item(device, method: str = "sha256", **changes) -> dict[str, str]:
    """Return an item for a device, signed over the client ID, the names and the timestamp."""
    names = f"deviceName{device['device_name']}productKey{device['product_key']}"
    text = f"clientId{CLIENT}{names}timestamp99"
    sign = hmac.digest(device["device_secret"].encode(), text.encode(), method).hex()
    return {**reference(device), "clientId": CLIENT, "timestamp": "99", "sign": sign, **changes}


def add_item(device, **changes) -> dict[str, str]:
    return signed_item(device, **{"signmethod": "hmacSha256", **changes})


def login_params(*devices, method: str = "hmacSha256", **changes) -> dict:
    return {"signMethod": method, "deviceList": [signed_item(device, **changes) for device in devices]}


# Topology


def test_gateway_adds_lists_and_deletes_sub_devices(publish_and_get_reply, sensors, sub_device_names):
    assert publish_and_get_reply("topo/add", [add_item(device) for device in sensors]) == (
        200,
        [reference(device) for device in sensors],
    )
    assert sub_device_names() == ["sensor1", "sensor2"]
    assert publish_and_get_reply("topo/get", {}) == (200, [reference(device) for device in sensors])
    assert publish_and_get_reply("topo/delete", [reference(sensors[0])]) == (200, [reference(sensors[0])])
    assert sub_device_names() == ["sensor2"]
    assert publish_and_get_reply("topo/get", {}) == (200, [reference(sensors[1])])


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
def test_add_accepts_all_signature_methods(publish_and_get_reply, sensors, sub_device_names, method):
    assert publish_and_get_reply("topo/add", [signed_item(sensors[0], method, signmethod=f"hmac{method}")])[0] == 200
    assert sub_device_names() == ["sensor1"]


def test_add_detaches_sub_device_from_previous_gateway(
    api, publish_and_get_reply, create_modeled_product, register, gateway, sensors, sub_device_names
):
    other = register("other", gateway["product_key"])
    sign = hmac.digest(
        sensors[0]["device_secret"].encode(),
        f"deviceNamesensor1productKey{sensors[0]['product_key']}".encode(),
        "sha1",
    ).hex()
    item = {"ProductKey": sensors[0]["product_key"], "DeviceName": "sensor1", "Sign": sign, "SignMethod": "hmacSha1"}
    api("BatchAddThingTopo", GwProductKey=other["product_key"], GwDeviceName="other", TopoAddItem=[item])
    assert publish_and_get_reply("topo/add", [add_item(sensors[0])])[0] == 200
    assert sub_device_names() == ["sensor1"]
    assert publish_and_get_reply("topo/delete", [reference(sensors[0])])[0] == 200
    assert publish_and_get_reply("topo/delete", [reference(sensors[0])])[0] == 6401


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0" * 64}, 401),
        ({"signmethod": "magic"}, 401),
        ({"signmethod": None}, 401),
        ({"timestamp": "100"}, 401),
        ({"clientId": "other"}, 401),
        ({"deviceName": "nothing"}, 6100),
        ({"deviceName": ""}, 460),
        ({"productKey": ""}, 460),
    ],
)
def test_add_with_one_invalid_device_adds_none(publish_and_get_reply, sensors, sub_device_names, changes, code):
    assert publish_and_get_reply("topo/add", [add_item(sensors[0]), add_item(sensors[1], **changes)])[0] == code
    assert sub_device_names() == []


def test_add_of_gateway_is_rejected(publish_and_get_reply, register, gateway, sub_device_names):
    other = register("other", gateway["product_key"])
    for item in (gateway, other):
        assert publish_and_get_reply("topo/add", [add_item(item)])[0] == 6402
    assert sub_device_names() == []


def test_add_to_non_gateway_is_rejected(publish_as_device, outbox, device, sensors):
    publish_as_device("/sys/{own}/thing/topo/add", {"id": "1", "params": [add_item(sensors[0])]})
    assert outbox()[0][1]["code"] == 460


def test_add_beyond_sub_device_limit_is_rejected(monkeypatch, publish_and_get_reply, sensors, sub_device_names):
    monkeypatch.setattr(service, "MAX_SUB_DEVICES", 1)
    assert publish_and_get_reply("topo/add", [add_item(device) for device in sensors])[0] == 428
    assert publish_and_get_reply("topo/add", [add_item(sensors[0])])[0] == 200
    assert publish_and_get_reply("topo/add", [add_item(sensors[1])])[0] == 428
    assert sub_device_names() == ["sensor1"]


@pytest.mark.parametrize("message_type", ["topo/add", "topo/delete", "sub/register", "combine/batch_logout"])
@pytest.mark.parametrize("params", [None, {}, [], ["sensor1"], [{"productKey": "a1"}]])
def test_invalid_device_list_is_rejected(publish_and_get_reply, message_type, params):
    assert publish_and_get_reply(message_type, params)[0] == 460


# Login and logout


def test_login_and_logout_change_status(publish_and_get_reply, sensors, status):
    publish_and_get_reply("topo/add", [add_item(device) for device in sensors])
    assert publish_and_get_reply("combine/batch_login", login_params(*sensors)) == (
        200,
        [reference(device) for device in sensors],
    )
    assert [status(device) for device in sensors] == ["ONLINE", "ONLINE"]
    assert publish_and_get_reply("combine/batch_logout", [reference(sensors[0])]) == (200, [reference(sensors[0])])
    assert [status(device) for device in sensors] == ["OFFLINE", "ONLINE"]
    item = signed_item(sensors[0], signMethod="hmacSha256")
    assert publish_and_get_reply("combine/login", item) == (200, reference(sensors[0]))
    assert status(sensors[0]) == "ONLINE"
    assert publish_and_get_reply("combine/logout", reference(sensors[0])) == (200, reference(sensors[0]))
    assert status(sensors[0]) == "OFFLINE"


def test_login_invalid_request_is_rejected(api, publish_and_get_reply, outbox, gateway, sensors, status):
    assert publish_and_get_reply("combine/batch_login", login_params(*sensors))[0] == 6401
    publish_and_get_reply("topo/add", [add_item(device) for device in sensors])
    assert publish_and_get_reply("combine/batch_login", login_params(*sensors, method="hmacSha1"))[0] == 401
    assert publish_and_get_reply("combine/batch_login", login_params(*sensors, sign="0" * 64))[0] == 401
    assert publish_and_get_reply("combine/batch_login", login_params(*sensors, deviceName="nothing"))[0] == 6100
    assert publish_and_get_reply("combine/batch_login", {})[0] == 460
    assert publish_and_get_reply("combine/batch_login", [])[0] == 460
    assert publish_and_get_reply("combine/login", None)[0] == 460
    api("DisableThing", IotId=sensors[1]["iot_id"])
    outbox(gateway)
    assert publish_and_get_reply("combine/batch_login", login_params(*sensors))[0] == 522
    assert status(sensors[0]) == "UNACTIVE"


def test_logout_of_disconnected_device_is_rejected(publish_and_get_reply, sensors, status):
    assert publish_and_get_reply("combine/logout", reference(sensors[0]))[0] == 6401
    publish_and_get_reply("topo/add", [add_item(device) for device in sensors])
    assert publish_and_get_reply("combine/logout", reference(sensors[0]))[0] == 520
    publish_and_get_reply("combine/batch_login", login_params(sensors[0]))
    assert publish_and_get_reply("combine/batch_logout", [reference(device) for device in sensors])[0] == 520
    assert status(sensors[0]) == "ONLINE"


@pytest.mark.parametrize(("clean", "waits"), [("true", False), ("false", True)])
def test_queued_messages_are_kept_unless_session_is_clean(platform, publish_and_get_reply, sensors, clean, waits):
    from ansible_collections.iotops.aliyun.emulator.outbox import downlink

    publish_and_get_reply("topo/add", [add_item(sensors[0])])
    topic = f"/sys/{sensors[0]['product_key']}/sensor1/thing/service/reboot"
    platform.run(lambda ctx: downlink.send(ctx, sensors[0], topic, "waits", qos=1))
    publish_and_get_reply("combine/batch_login", login_params(sensors[0], cleanSession=clean))
    assert platform.store.count("outbox", iot_id=sensors[0]["iot_id"]) == waits


# Registration


def test_register_returns_secrets_of_unactivated_devices(api, platform, publish_and_get_reply, sensors):
    code, data = publish_and_get_reply("sub/register", [reference(device) for device in sensors])
    assert code == 200
    assert data == [
        {"iotId": device["iot_id"], **reference(device), "deviceSecret": device["device_secret"]} for device in sensors
    ]
    platform.store.update("device", {"activated_at": 1}, iot_id=sensors[1]["iot_id"])
    assert publish_and_get_reply("sub/register", [reference(device) for device in sensors]) == (401, {})
    assert publish_and_get_reply("sub/register", [{**reference(sensors[0]), "deviceName": "nothing"}]) == (6100, {})


def test_register_with_product_secret(api, platform, publish_and_get_reply, sensors):
    product = platform.store.one("product", product_key=sensors[0]["product_key"])

    def proof(name: str, **changes) -> dict[str, str]:
        text = f"deviceName{name}productKey{product['product_key']}random7"
        sign = hmac.digest(product["product_secret"].encode(), text.encode(), "sha256").hex()
        names = {"productKey": product["product_key"], "deviceName": name}
        return {**names, "random": "7", "signMethod": "hmacSha256", "sign": sign, **changes}

    items = [proof("sensor1"), proof("sensor2", random="8"), proof("nothing"), proof("sensor2", sign="")]
    code, data = publish_and_get_reply("proxy/provisioning/product_register", {"proxieds": items})
    assert code == 200
    assert [item["deviceSecret"] for item in data["successes"]] == [sensors[0]["device_secret"]]
    assert [(item["deviceName"], item["errorCode"]) for item in data["failures"]] == [
        ("sensor2", "401"),
        ("nothing", "6100"),
        ("sensor2", "401"),
    ]
    for invalid in ([], {}, {"proxieds": []}, None):
        assert publish_and_get_reply("proxy/provisioning/product_register", invalid)[0] == 460


def test_found_devices_are_forwarded(gateway, sensors, publish_and_get_reply, subscribe_consumer_group):
    messages = subscribe_consumer_group(gateway["product_key"], FoundDeviceListFlag=True)
    items = [
        {"productKey": sensors[0]["product_key"], "deviceName": name}
        for name in (sensors[0]["device_name"], "unregistered")
    ]
    assert publish_and_get_reply("list/found", items)[0] == 200
    [(topic, message)] = messages()
    assert topic == f"/{gateway['product_key']}/{gateway['device_name']}/thing/list/found"
    assert message == {
        "gwIotId": gateway["iot_id"],
        "gwProductKey": gateway["product_key"],
        "gwDeviceName": gateway["device_name"],
        "devices": [{**items[0], "iotId": sensors[0]["iot_id"]}, items[1]],
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"productKey": "a1nothing00"}, 6250), ({"deviceName": "a/b"}, 6280), ({"deviceName": ""}, 460)],
)
def test_found_devices_that_are_invalid_are_rejected(sensors, publish_and_get_reply, changes, code):
    item = {"productKey": sensors[0]["product_key"], "deviceName": "unregistered", **changes}
    assert publish_and_get_reply("list/found", [item])[0] == code
