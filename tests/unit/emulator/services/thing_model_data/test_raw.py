# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for devices with a custom data format."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def custom_format_device(create_modeled_product, register):
    """Return the row of a device whose product has a custom data format."""
    return register("stranger", create_modeled_product("strangers", DataFormat=0))


def test_raw_report_without_working_script_is_answered_with_error(api, custom_format_device, publish_as_device, outbox):
    def code() -> int:
        publish_as_device("/sys/{own}/thing/model/up_raw", b"\x00\x01", custom_format_device)
        ((topic, reply),) = outbox(custom_format_device)
        assert topic == "/sys/{own}/thing/model/up_raw_reply"
        assert reply["message"]
        return reply["code"]

    assert code() == 26001
    script = {"ScriptType": "JavaScript", "ScriptContent": "function rawDataToProtocol(bytes) {}"}
    api("CreateThingScript", ProductKey=custom_format_device["product_key"], **script)
    assert code() == 26002


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("SetDeviceProperty", {"Items": '{"level": 1}'}, "iot.device.SetDevicePropertyFailed"),
        ("InvokeThingService", {"Identifier": "reboot", "Args": "{}"}, "iot.device.InvokeThingServiceFailed"),
    ],
)
def test_command_without_working_script_is_rejected(api, custom_format_device, api_error, outbox, action, params, code):
    error = api_error(action, IotId=custom_format_device["iot_id"], **params)
    assert (error.code, error.message) == (code, "the product has no script")
    for kind, content, message in [
        ("Python_27", "def protocol_to_raw_data(json): pass", "only runs scripts in JavaScript, not in Python_27"),
        ("JavaScript", "function protocolToRawData(json) { throw new Error('no such luck') }", "no such luck"),
        ("JavaScript", "function protocolToRawData(json) { return 'text' }", "must return bytes"),
        ("JavaScript", "function somethingElse() {}", "protocolToRawData is not defined"),
        ("JavaScript", "function {", "SyntaxError"),
    ]:
        write_script(api, custom_format_device, content, kind)
        error = api_error(action, IotId=custom_format_device["iot_id"], **params)
        assert error.code == code
        assert message in error.message
    assert outbox(custom_format_device) == []


def write_script(api, custom_format_device, content: str, kind: str = "JavaScript") -> None:
    params = {"ProductKey": custom_format_device["product_key"], "ScriptType": kind, "ScriptContent": content}
    existing = api("GetThingScript", ProductKey=custom_format_device["product_key"])["Data"]
    api("UpdateThingScript" if existing else "CreateThingScript", **params)


#: The first byte of a message is its type, the next two bytes are a number.
SCRIPT = """
var METHODS = {1: "thing.event.property.post", 2: "thing.event.alarm.post"};
function number(bytes) { return ((bytes[1] & 255) << 8) | (bytes[2] & 255); }
function rawDataToProtocol(bytes) {
  if (bytes[0] === 3 || bytes[0] === 4) {
    var method = bytes[0] === 3 ? "thing.service.property.set" : "thing.service.measure";
    return {id: String.fromCharCode.apply(null, bytes.slice(1)), code: 200, method: method, data: {result: 7}};
  }
  if (bytes[0] === 7) { return {id: String.fromCharCode.apply(null, bytes.slice(1)), code: 200, data: {result: 7}}; }
  var params = bytes[0] === 1 ? {level: number(bytes)} : {code: number(bytes)};
  if (bytes[0] === 2) { params = {value: params, time: 1}; }
  return {id: "12", version: "1.0", method: METHODS[bytes[0]], params: params};
}
function protocolToRawData(message) {
  if ("code" in message) { return new Uint8Array([9, message.code >> 8, message.code & 255]); }
  var id = message.id.split("").map(function (digit) { return digit.charCodeAt(0); });
  return [message.method === "thing.service.property.set" ? 5 : 6, message.params.level || 0].concat(id);
}
function transformPayload(topic, bytes) { return {topic: topic, first: bytes[0], length: bytes.length}; }
"""


def test_raw_report_is_converted_and_answered(api, custom_format_device, publish_as_device, outbox):
    write_script(api, custom_format_device, SCRIPT)
    publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", custom_format_device)
    status = api("QueryDevicePropertyStatus", IotId=custom_format_device["iot_id"])["Data"]["List"][
        "PropertyStatusInfo"
    ]
    assert {row["Identifier"]: row.get("Value") for row in status}["level"] == "50"
    assert outbox(custom_format_device, raw=True) == [("/sys/{own}/thing/model/up_raw_reply", b"\x09\x00\xc8")]


def test_converted_message_is_returned_by_query_message_info(api, custom_format_device, publish_as_device):
    def transformed(message_id: int) -> dict[str, str]:
        message = api("QueryMessageInfo", UniMsgId=str(message_id))["Message"]
        return {name: value for name, value in message.items() if name.startswith("Transformed")}

    assert transformed(publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", custom_format_device)) == {}
    write_script(api, custom_format_device, SCRIPT)
    converted = transformed(publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", custom_format_device))
    own = f"{custom_format_device['product_key']}/{custom_format_device['device_name']}"
    assert converted["TransformedTopicFullName"] == f"/sys/{own}/thing/event/property/post"
    assert json.loads(converted["TransformedMessageContent"])["params"] == {"level": 50}
    converted = transformed(publish_as_device("/{own}/user/data?_sn=default", b"\xff\x01", custom_format_device))
    assert converted["TransformedTopicFullName"] == f"/{own}/user/data"
    assert json.loads(converted["TransformedMessageContent"])["length"] == 2
    assert transformed(publish_as_device("/{own}/user/data", b"\xff\x01", custom_format_device)) == {}


@pytest.mark.parametrize("topic", ["up_raw", "down_raw_reply"])
@pytest.mark.parametrize("first", [b"\x03", b"\x07"], ids=["with method", "without method"])
def test_command_and_reply_are_converted(api, custom_format_device, publish_as_device, outbox, topic, first):
    write_script(api, custom_format_device, SCRIPT)
    message_id = api("SetDeviceProperty", IotId=custom_format_device["iot_id"], Items='{"level": 33}')["Data"][
        "MessageId"
    ]
    device_id = str(int(message_id) & 0xFFFFFFFF).encode()
    assert outbox(custom_format_device, raw=True) == [("/sys/{own}/thing/model/down_raw", b"\x05\x21" + device_id)]
    publish_as_device(f"/sys/{{own}}/thing/model/{topic}", first + device_id, custom_format_device)
    calls = api(
        "QueryDeviceServiceData",
        IotId=custom_format_device["iot_id"],
        Identifier="set",
        Asc=1,
        PageSize=10,
        StartTime=0,
        EndTime=2**42,
    )
    (call,) = calls["Data"]["List"]["ServiceInfo"]
    assert '"result":7' in call["OutputData"].replace(" ", "")


def test_message_on_custom_topic_with_script_is_converted_to_json(
    api, custom_format_device, publish_as_device, platform
):
    api("CreateProductTopic", ProductKey=custom_format_device["product_key"], TopicShortName="data", Operation="ALL")
    group = api("CreateConsumerGroup", GroupName="everything")["GroupId"]
    api(
        "CreateSubscribeRelation",
        ProductKey=custom_format_device["product_key"],
        Type="AMQP",
        DeviceDataFlag=True,
        ConsumerGroupIds=[group],
    )

    def queued() -> list[bytes]:
        from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

        return platform.run(lambda ctx: [row["payload"] for row in consumer_queue.queued_messages(ctx, group, 100)])

    own = f"/{custom_format_device['product_key']}/{custom_format_device['device_name']}/user/data"
    publish_as_device("/{own}/user/data?_sn=default", b"\xff\x01", custom_format_device)
    assert queued() == []
    write_script(api, custom_format_device, SCRIPT)
    publish_as_device("/{own}/user/data?_sn=default", b"\xff\x01", custom_format_device)
    assert [json.loads(content) for content in queued()] == [{"topic": own, "first": -1, "length": 2}]


def test_scripts_without_javascript_engine_fail(
    api, custom_format_device, api_error, publish_as_device, outbox, monkeypatch
):
    from ansible_collections.iotops.aliyun.emulator.expressions import scripting

    write_script(api, custom_format_device, SCRIPT)
    monkeypatch.setattr(scripting, "is_available", lambda: False)
    error = api_error("SetDeviceProperty", IotId=custom_format_device["iot_id"], Items='{"level": 33}')
    assert "mini-racer, which is not installed" in error.message
    publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", custom_format_device)
    ((_topic, reply),) = outbox(custom_format_device)
    assert reply["code"] == 26002
