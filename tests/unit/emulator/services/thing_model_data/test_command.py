# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for setting properties and calling services of devices."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.dispatch import find_operation

SET = "/sys/{own}/thing/service/property/set"


def id_for_device(message_id: str) -> str:
    """Return the id of a message as its device sees it: the last 32 bits."""
    return str(int(message_id) & 0xFFFFFFFF)


@pytest.fixture
def calls(api, platform, device):
    """Return the stored service calls from QueryDeviceServiceData."""

    def calls(target=device, **params):
        now = platform.clock.now()
        query = {"StartTime": now - 10_000, "EndTime": now + 10_000, "Asc": 1, **params}
        return api("QueryDeviceServiceData", IotId=target["iot_id"], **query)["Data"]["List"]["ServiceInfo"]

    return calls


@pytest.fixture
def unchecked_device(create_modeled_product, register):
    """Return the row of a device whose product does not validate."""
    return register("free", create_modeled_product("unchecked", ValidateType=2))


def test_set_property_sends_command(api, device, outbox, calls):
    items = {"level": 5, "battery:charge": 7}
    message_id = api("SetDeviceProperty", IotId=device["iot_id"], Items=json.dumps(items))["Data"]["MessageId"]
    message = {
        "method": "thing.service.property.set",
        "id": id_for_device(message_id),
        "params": items,
        "version": "1.0.0",
    }
    assert outbox() == [(SET, message)]
    (call,) = calls()
    assert (call["Identifier"], json.loads(call["InputData"])) == ("set", items)
    assert "OutputData" not in call


def test_reply_is_stored_and_forwarded(api, device, key, publish_as_device, calls, subscribe_consumer_group, outbox):
    messages = subscribe_consumer_group(key)
    message_id = api("SetDeviceProperty", IotId=device["iot_id"], Items='{"level": 5}')["Data"]["MessageId"]
    reply = {"id": id_for_device(message_id), "code": 200, "data": {}}
    outbox()
    publish_as_device(f"{SET}_reply", reply)
    assert outbox() == []
    assert json.loads(calls()[0]["OutputData"]) == reply
    ((topic, message),) = messages()
    assert topic == f"/{key}/lamp/thing/downlink/reply/message"
    assert message == {
        "gmtCreate": message["gmtCreate"],
        "iotId": device["iot_id"],
        "productKey": key,
        "deviceName": "lamp",
        "requestId": message_id,
        "code": 200,
        "message": "",
        "topic": f"/sys/{key}/lamp/thing/service/property/set",
        "data": {},
    }


@pytest.mark.parametrize("request_id", ["", "x", "1", "9" * 19, "9" * 40, None])
def test_reply_without_request_is_forwarded_but_not_stored(
    publish_as_device, key, subscribe_consumer_group, calls, request_id
):
    messages = subscribe_consumer_group(key)
    publish_as_device(f"{SET}_reply", {"id": request_id, "code": 200, "data": {}})
    assert len(messages()) == 1
    assert calls() == []


def test_reply_from_other_device_is_not_stored(api, device, publish_as_device, calls, register):
    message_id = api("SetDeviceProperty", IotId=device["iot_id"], Items='{"level": 5}')["Data"]["MessageId"]
    publish_as_device(f"{SET}_reply", {"id": message_id, "code": 200}, register("other"))
    assert "OutputData" not in calls()[0]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ("no json", "iot.device.InvalidFormattedDevicePropertiesString"),
        ("[1]", "iot.device.InvalidFormattedDevicePropertiesString"),
        ("{}", "iot.device.NoneDeviceProperties"),
        ('{"nothing": 1}', "iot.device.NoneDeviceProperties"),
        ('{"humidity": 1}', "iot.device.SetDevicePropertyFailed"),
        ('{"level": "x"}', "iot.device.SetDevicePropertyFailed"),
        ('{"level": 101}', "iot.device.SetDevicePropertyFailed"),
        ('{"level": null}', "iot.device.SetDevicePropertyFailed"),
    ],
)
@pytest.mark.parametrize("action", ["SetDeviceProperty", "SetDevicesProperty"])
def test_set_invalid_property_is_rejected(device, key, api_error, outbox, action, items, code):
    name = ["lamp"] if action == "SetDevicesProperty" else "lamp"
    assert api_error(action, ProductKey=key, DeviceName=name, Items=items).code == code
    assert outbox() == []


def test_set_property_without_validation_accepts_any_property(api, unchecked_device, outbox):
    api("SetDeviceProperty", IotId=unchecked_device["iot_id"], Items='{"nothing": "x"}')
    assert outbox(unchecked_device)[0][1]["params"] == {"nothing": "x"}


def test_set_property_of_unknown_device_is_rejected(api_error, key):
    params = {"ProductKey": key, "Items": '{"level": 1}'}
    assert api_error("SetDeviceProperty", DeviceName="unknown", **params).code == "iot.device.NotExistedDevice"
    assert api_error("SetDevicesProperty", DeviceName=["unknown"], **params).code == "iot.device.NotExistedDevice"


def test_command_for_product_without_thing_model_is_rejected(api, api_error, register):
    product = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    iot_id = register("plain", product)["iot_id"]
    assert api_error("SetDeviceProperty", IotId=iot_id, Items='{"a": 1}').code == "iot.prod.NotSeniorProduct"
    called = api_error("InvokeThingService", IotId=iot_id, Identifier="a", Args="{}")
    assert called.code == "iot.prod.NotSeniorProduct"


def test_command_for_offline_device_is_queued_only_with_qos_1(api, platform, register, outbox):
    offline = register("offline", online=False)
    params = {"IotId": offline["iot_id"], "Items": '{"level": 1}'}
    api("SetDeviceProperty", **params)
    assert outbox(offline) == []
    api("SetDeviceProperty", Qos=1, **params)
    assert len(outbox(offline)) == 1


def test_set_property_with_invalid_qos_is_rejected(api_error, device):
    params = {"IotId": device["iot_id"], "Items": '{"level": 1}', "Qos": 2}
    assert api_error("SetDeviceProperty", **params).code == "iot.common.InvalidFormattedParameter"


def test_set_devices_property_sends_one_command_per_device(api, register, key, outbox):
    devices = [register(name) for name in ("one_1", "two_2")]
    api("SetDevicesProperty", ProductKey=key, DeviceName=["one_1", "two_2", "one_1"], Items='{"level": 1}')
    assert [len(outbox(device)) for device in devices] == [1, 1]


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("SetDevicesProperty", {"Items": '{"level": 1}'}),
        ("InvokeThingsService", {"Identifier": "reboot", "Args": "{}"}),
    ],
)
def test_command_for_more_than_100_devices_is_rejected(api_error, api, register, key, action, params):
    register()
    names = [f"name{number}" for number in range(101)]
    assert (
        api_error(action, ProductKey=key, DeviceName=names, **params).code == "iot.device.TooManyDeviceNamesPerRequest"
    )
    assert api_error(action, ProductKey=key, DeviceName=names[:100], **params).code == "iot.device.NotExistedDevice"


def test_asynchronous_service_call_is_sent_and_reply_stored(api, device, outbox, publish_as_device, calls):
    params = {"IotId": device["iot_id"], "Identifier": "reboot", "Args": '{"after": 3}'}
    data = api("InvokeThingService", **params)["Data"]
    ((topic, message),) = outbox()
    assert data.keys() == {"MessageId"}
    assert topic == "/sys/{own}/thing/service/reboot"
    assert message == {
        "method": "thing.service.reboot",
        "id": id_for_device(data["MessageId"]),
        "params": {"after": 3},
        "version": "1.0.0",
    }
    reply = {"id": message["id"], "code": 200, "data": {}}
    publish_as_device("/sys/{own}/thing/service/reboot_reply", reply)
    (call,) = calls(Identifier="reboot")
    assert (call["Name"], call["InputData"], json.loads(call["OutputData"])) == ("reboot", '{"after":3}', reply)


def test_service_of_block_is_called_with_block_prefix(api, device, outbox):
    api("InvokeThingService", IotId=device["iot_id"], Identifier="battery:drain", Args="{}")
    assert outbox()[0][0] == "/sys/{own}/thing/service/battery:drain"


@pytest.mark.parametrize("action", ["InvokeThingService", "InvokeThingsService"])
@pytest.mark.parametrize(
    ("identifier", "arguments"),
    [
        ("nothing", "{}"),
        ("set", "{}"),
        ("reboot", "no json"),
        ("reboot", "[]"),
        ("reboot", '{"after": "x"}'),
        ("reboot", '{"after": 101}'),
        ("reboot", '{"nothing": 1}'),
    ],
)
def test_invalid_service_call_is_rejected(device, key, api_error, outbox, action, identifier, arguments):
    name = ["lamp"] if action == "InvokeThingsService" else "lamp"
    params = {"ProductKey": key, "DeviceName": name, "Identifier": identifier, "Args": arguments}
    assert api_error(action, **params).code == "iot.device.InvokeThingServiceFailed"
    assert outbox() == []


def test_synchronous_service_on_several_devices_is_rejected(device, key, api_error):
    params = {"ProductKey": key, "DeviceName": ["lamp"], "Identifier": "measure", "Args": "{}"}
    assert api_error("InvokeThingsService", **params).code == "iot.device.InvokeThingServiceFailed"


def test_service_on_several_devices_sends_different_message_ids(api, register, key, outbox):
    devices = [register(name) for name in ("one_1", "two_2")]
    params = {"ProductKey": key, "DeviceName": ["one_1", "two_2"], "Identifier": "reboot", "Args": "{}"}
    api("InvokeThingsService", **params)
    ids = [outbox(device)[0][1]["id"] for device in devices]
    assert ids[0] != ids[1]


def test_service_without_validation_is_called_asynchronously(api, unchecked_device, outbox):
    api("InvokeThingService", IotId=unchecked_device["iot_id"], Identifier="measure", Args='{"x": 1}')
    assert outbox(unchecked_device)[0][0] == "/sys/{own}/thing/service/measure"


def test_synchronous_service_call_returns_result(api, key, simulate):
    profile = {"services": {"measure": {"output": {"result": 7}, "delay": 2}}}
    simulate(product=key, names=["meter"], profile=profile)
    data = api("InvokeThingService", ProductKey=key, DeviceName="meter", Identifier="measure", Args="{}")["Data"]
    result = json.loads(data["Result"])
    assert (result["id"], result["code"]) == (id_for_device(data["MessageId"]), 200)
    assert result["data"] == {"result": 7}


@pytest.mark.parametrize("custom", [True, False], ids=["ext=1", "without ext"])
def test_synchronous_service_is_called_over_rrpc(
    api, device, api_error, outbox, calls, publish_as_device, platform, custom
):
    if custom:
        platform.store.insert("custom_rrpc", iot_id=device["iot_id"])
    params = {"IotId": device["iot_id"], "Identifier": "measure", "Args": "{}"}
    before = platform.clock.now()
    assert api_error("InvokeThingService", **params).code == "iot.messagebroker.TIMEOUT"
    assert platform.clock.now() - before >= 5000
    ((topic, message),) = outbox()
    request_id = topic.split("/")[3] if custom else topic.rsplit("/", 1)[1]
    assert message["id"] == id_for_device(request_id)
    expected = "/ext/rrpc/{}/sys/{{own}}/thing/service/measure" if custom else "/sys/{{own}}/rrpc/request/{}"
    assert topic == expected.format(request_id)
    publish_as_device(
        topic.replace("/request/", "/response/"), {"id": message["id"], "code": 200, "data": {"result": 1}}
    )
    assert json.loads(calls(Identifier="measure")[0]["OutputData"])["data"] == {"result": 1}


def test_synchronous_service_with_slow_device_times_out(key, api_error, simulate):
    simulate(product=key, names=["meter"], profile={"delay": 5.5})
    params = {"ProductKey": key, "DeviceName": "meter", "Identifier": "measure", "Args": "{}"}
    assert api_error("InvokeThingService", **params).code == "iot.messagebroker.TIMEOUT"


def test_synchronous_service_of_offline_device_is_rejected(key, api_error, simulate):
    params = {"ProductKey": key, "DeviceName": "meter", "Identifier": "measure", "Args": "{}"}
    simulate(product=key, names=["meter"])
    simulate(product=key, names=["meter"], online=False)
    assert api_error("InvokeThingService", **params).code == "iot.messagebroker.OFFLINE"
    simulate(product=key, names=["meter"], online=True)
    simulate(product=key, names=["meter"], online=False, heartbeat=60)
    assert api_error("InvokeThingService", **params).code == "iot.messagebroker.HALFCONN"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("SetDeviceProperty", {"Items": '{"level": 5}'}),
        ("SetDevicesProperty", {"Items": '{"level": 5}'}),
        ("InvokeThingService", {"Identifier": "reset", "Args": "{}"}),
        ("InvokeThingsService", {"Identifier": "reboot", "Args": "{}"}),
    ],
)
def test_disabled_device_refuses_properties_and_services(api, api_error, device, outbox, action, params):
    api("DisableThing", IotId=device["iot_id"])
    sent = outbox()
    several = {"ProductKey": device["product_key"], "DeviceName": [device["device_name"]]}
    target = several if action in ("SetDevicesProperty", "InvokeThingsService") else {"IotId": device["iot_id"]}
    assert api_error(action, **target, **params).code == "6208"
    assert outbox() == sent
    api("EnableThing", IotId=device["iot_id"])


def test_integer_for_a_float_is_sent_with_a_warning(platform, device, unchecked_device):
    def warnings_of(target, items: str) -> list[str]:
        warnings: list = []
        params = {"IotId": target["iot_id"], "Items": items}
        platform.execute(*find_operation("SetDeviceProperty"), params, warnings)
        return [warned.message for warned in warnings]

    assert warnings_of(device, '{"temperature": 5}') == [
        "Values of the types float and double need a decimal point, for example 1.0"
    ]
    assert warnings_of(device, '{"temperature": 5.0, "level": 5}') == []
    assert warnings_of(unchecked_device, '{"temperature": 5}') == []
