# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that speak a format of their own."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def stranger(create_modeled_product, register):
    """The row of a device whose product has a format of its own."""
    return register("stranger", create_modeled_product("strangers", DataFormat=0))


def test_a_report_that_nobody_understands(api, stranger, publish_as_device, outbox):
    def code() -> int:
        publish_as_device("/sys/{own}/thing/model/up_raw", b"\x00\x01", stranger)
        ((topic, reply),) = outbox(stranger)
        assert topic == "/sys/{own}/thing/model/up_raw_reply"
        assert reply["message"]
        return reply["code"]

    assert code() == 26001
    script = {"ScriptType": "JavaScript", "ScriptContent": "function rawDataToProtocol(bytes) {}"}
    api("CreateThingScript", ProductKey=stranger["product_key"], **script)
    assert code() == 26002


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("SetDeviceProperty", {"Items": '{"level": 1}'}, "iot.device.SetDevicePropertyFailed"),
        ("InvokeThingService", {"Identifier": "reboot", "Args": "{}"}, "iot.device.InvokeThingServiceFailed"),
    ],
)
def test_what_nobody_can_translate(api, stranger, api_error, outbox, action, params, code):
    error = api_error(action, IotId=stranger["iot_id"], **params)
    assert (error.code, error.message) == (code, "the product has no script")
    for kind, content, said in [
        ("Python_27", "def protocol_to_raw_data(json): pass", "scripts in JavaScript only, not Python_27"),
        ("JavaScript", "function protocolToRawData(json) { throw new Error('no such luck') }", "no such luck"),
        ("JavaScript", "function protocolToRawData(json) { return 'text' }", "has to return bytes"),
        ("JavaScript", "function somethingElse() {}", "protocolToRawData is not defined"),
        ("JavaScript", "function {", "SyntaxError"),
    ]:
        write_script(api, stranger, content, kind)
        error = api_error(action, IotId=stranger["iot_id"], **params)
        assert error.code == code
        assert said in error.message
    assert outbox(stranger) == []


def write_script(api, stranger, content: str, kind: str = "JavaScript") -> None:
    given = {"ProductKey": stranger["product_key"], "ScriptType": kind, "ScriptContent": content}
    there = api("GetThingScript", ProductKey=stranger["product_key"])["Data"]
    api("UpdateThingScript" if there else "CreateThingScript", **given)


#: One byte says what a message is, two more a number.
SCRIPT = """
var METHODS = {1: "thing.event.property.post", 2: "thing.event.alarm.post"};
function number(bytes) { return ((bytes[1] & 255) << 8) | (bytes[2] & 255); }
function rawDataToProtocol(bytes) {
  if (bytes[0] === 3 || bytes[0] === 4) {
    var method = bytes[0] === 3 ? "thing.service.property.set" : "thing.service.measure";
    return {id: String.fromCharCode.apply(null, bytes.slice(1)), code: 200, method: method, data: {result: 7}};
  }
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


def test_a_report_and_its_reply(api, stranger, publish_as_device, outbox):
    write_script(api, stranger, SCRIPT)
    publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", stranger)
    status = api("QueryDevicePropertyStatus", IotId=stranger["iot_id"])["Data"]["List"]["PropertyStatusInfo"]
    assert {row["Identifier"]: row.get("Value") for row in status}["level"] == "50"
    assert outbox(stranger, raw=True) == [("/sys/{own}/thing/model/up_raw_reply", b"\x09\x00\xc8")]


def test_what_a_script_has_made_of_a_message_can_be_looked_up(api, stranger, publish_as_device):
    def transformed(message_id: int) -> dict[str, str]:
        message = api("QueryMessageInfo", UniMsgId=str(message_id))["Message"]
        return {name: value for name, value in message.items() if name.startswith("Transformed")}

    assert transformed(publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", stranger)) == {}
    write_script(api, stranger, SCRIPT)
    made = transformed(publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", stranger))
    own = f"{stranger['product_key']}/{stranger['device_name']}"
    assert made["TransformedTopicFullName"] == f"/sys/{own}/thing/event/property/post"
    assert json.loads(made["TransformedMessageContent"])["params"] == {"level": 50}
    made = transformed(publish_as_device("/{own}/user/data?_sn=default", b"\xff\x01", stranger))
    assert made["TransformedTopicFullName"] == f"/{own}/user/data"
    assert json.loads(made["TransformedMessageContent"])["length"] == 2
    assert transformed(publish_as_device("/{own}/user/data", b"\xff\x01", stranger)) == {}


def test_what_a_device_is_told_and_what_it_answers(platform, api, stranger, publish_as_device, outbox):
    write_script(api, stranger, SCRIPT)
    message_id = api("SetDeviceProperty", IotId=stranger["iot_id"], Items='{"level": 33}')["Data"]["MessageId"]
    assert outbox(stranger, raw=True) == [("/sys/{own}/thing/model/down_raw", b"\x05\x21" + message_id.encode())]
    publish_as_device("/sys/{own}/thing/model/up_raw", b"\x03" + message_id.encode(), stranger)
    told = api(
        "QueryDeviceServiceData",
        IotId=stranger["iot_id"],
        Identifier="set",
        Asc=1,
        PageSize=10,
        StartTime=0,
        EndTime=2**42,
    )
    (call,) = told["Data"]["List"]["ServiceInfo"]
    assert '"result":7' in call["OutputData"].replace(" ", "")


def test_a_custom_topic_whose_messages_are_made_json(api, stranger, publish_as_device, platform):
    api("CreateProductTopic", ProductKey=stranger["product_key"], TopicShortName="data", Operation="ALL")
    group = api("CreateConsumerGroup", GroupName="everything")["GroupId"]
    api(
        "CreateSubscribeRelation",
        ProductKey=stranger["product_key"],
        Type="AMQP",
        DeviceDataFlag=True,
        ConsumerGroupIds=[group],
    )

    def queued() -> list[bytes]:
        from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

        return platform.run(lambda ctx: [row["payload"] for row in consumer_queue.queued_messages(ctx, group, 100)])

    own = f"/{stranger['product_key']}/{stranger['device_name']}/user/data"
    publish_as_device("/{own}/user/data?_sn=default", b"\xff\x01", stranger)
    assert queued() == []
    write_script(api, stranger, SCRIPT)
    publish_as_device("/{own}/user/data?_sn=default", b"\xff\x01", stranger)
    assert [json.loads(content) for content in queued()] == [{"topic": own, "first": -1, "length": 2}]


def test_without_an_engine_nothing_is_made_up(api, stranger, api_error, publish_as_device, outbox, monkeypatch):
    from ansible_collections.iotops.aliyun.emulator.expressions import scripting

    write_script(api, stranger, SCRIPT)
    monkeypatch.setattr(scripting, "is_available", lambda: False)
    error = api_error("SetDeviceProperty", IotId=stranger["iot_id"], Items='{"level": 33}')
    assert "mini-racer, which is not installed" in error.message
    publish_as_device("/sys/{own}/thing/model/up_raw", b"\x01\x00\x32", stranger)
    ((_topic, reply),) = outbox(stranger)
    assert reply["code"] == 26002
