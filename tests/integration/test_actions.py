# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of action modules: messages, commands, speeches, prints, recognition, any API operation."""

from __future__ import annotations

import pytest

from .test_examples import PICTURE

OF = {"product": "street_light"}
LAMP = {**OF, "device": "lamp-0001"}
PROJECT = {"project_code": "project1"}
BRIGHTNESS = {
    "identifier": "Brightness",
    "name": "Brightness",
    "accessMode": "rw",
    "dataType": {"type": "int", "specs": {"min": "0", "max": "100", "step": "1"}},
}


def parameter(identifier: str) -> dict:
    return {"identifier": identifier, "name": identifier, "dataType": BRIGHTNESS["dataType"]}


def service(identifier: str, call_type: str) -> dict:
    return {
        "identifier": identifier,
        "name": identifier,
        "callType": call_type,
        "inputData": [parameter("Times")],
        "outputData": [parameter("Done")],
    }


@pytest.fixture
def account(tasks):
    """Create two online devices and an offline one, with a thing model and a topic to subscribe to."""
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    services = [service("Blink", "async"), service("Check", "sync")]
    tasks.run_ok("iot_thing_model", **OF, tsl={"properties": [BRIGHTNESS], "services": services}, published=True)
    tasks.run_ok("iot_topic", **OF, short_name="user/get", operation="sub")
    profile = {"services": {"Check": {"output": {"Done": 3}}}, "rrpc": {"payload": "hello"}}
    tasks.connect_devices("street_light", "lamp-0001", "lamp-0002", profile=profile)
    tasks.run_ok("iot_device", **OF, name="lamp-0003")
    tasks.pop_writes()


def assert_action_writes(tasks, module: str, *operations: str, **options) -> dict:
    """Assert that an action writes these operations each time, and nothing in check mode; return its result."""
    plan = tasks.run(module, True, **options)
    assert plan["changed"], plan
    assert plan["msg"].endswith("; nothing was done in check mode")
    assert tasks.pop_writes() == []
    for _number in range(2):
        result = tasks.run_ok(module, **options)
        assert result["changed"]
        assert tasks.pop_writes() == list(operations)
    return result


def read_message(tasks, message_id: str) -> dict:
    return tasks.run_ok("iot_message_info", message_id=message_id)["message"]


# Messages


def test_message_publish_is_sent_once(tasks, account):
    sent = {"action": "publish", **LAMP, "topic": "user/get", "qos": 1, "user_properties": {"a": 1}}
    result = assert_action_writes(tasks, "iot_message", "Pub", **sent, payload="\u706f on")
    message = read_message(tasks, result["message_id"])
    assert message["payload"] == "\u706f on"
    assert message["topic"].endswith("/lamp-0001/user/get")
    assert message["user_properties"] == {"a": "1"}
    result = assert_action_writes(
        tasks, "iot_message", "Pub", **{**sent, "device": None, "topic": message["topic"]}, payload_base64="/w=="
    )
    message = read_message(tasks, result["message_id"])
    assert message["payload_base64"] == "/w=="
    assert "payload" not in message


def test_message_publish_with_mqtt_5_properties_is_sent(tasks, account):
    key = tasks.run_ok("iot_product", name="street_light")["product"]["product_key"]
    sent = {
        "content_type": "text/plain",
        "correlation_data": "1",
        "expires_in_seconds": 60,
        "response_topic": f"/{key}/lamp-0001/user/update",
        "retained": True,
    }
    published = {"action": "publish", **LAMP, "topic": "user/get", "payload": "on", **sent}
    result = assert_action_writes(tasks, "iot_message", "Pub", **published)
    assert read_message(tasks, result["message_id"])["payload"] == "on"


def test_message_batch_is_sent_in_one_call(tasks, account):
    assert_action_writes(
        tasks,
        "iot_message",
        "BatchPub",
        action="batch",
        **OF,
        devices=["lamp-0001", "lamp-0002"],
        topic="user/get",
        payload="x",
    )


def test_message_batch_with_many_devices_is_split_into_calls(tasks, account):
    names = [f"light-{number:04}" for number in range(150)]
    tasks.connect_devices("street_light", *names)
    sent = {"action": "batch", **OF, "devices": names, "topic": "user/get", "payload": "x"}
    assert_action_writes(tasks, "iot_message", "BatchPub", "BatchPub", **sent)
    result = tasks.run("iot_message", **{**sent, "devices": [*names, "unknown"]})
    assert result["failed"]
    # The first call was sent, and the result reports it.
    assert result["changed"]
    assert "1 of 2 requests were sent before" in result["msg"]
    assert result["code"] == "iot.device.NotExistedDevice"


def test_message_broadcast_is_sent(tasks, account):
    result = assert_action_writes(
        tasks, "iot_message", "PubBroadcast", action="broadcast", **OF, topic="news", payload="x"
    )
    message = read_message(tasks, result["message_id"])
    assert message["topic"].startswith("/broadcast/")
    assert message["topic"].endswith("/news")
    assert tasks.run_ok("iot_message", action="broadcast", **OF, payload="x")["message_id"]


def test_message_rrpc_returns_answer_of_device(tasks, account):
    result = assert_action_writes(
        tasks, "iot_message", "RRpc", action="rrpc", **LAMP, payload="who", answer_within_milliseconds=8000
    )
    assert result["answer"] == {"payload": "hello", "payload_base64": "aGVsbG8="}
    assert result["code"] == "SUCCESS"
    result = tasks.run("iot_message", action="rrpc", **{**LAMP, "device": "lamp-0003"}, payload="who")
    assert result["failed"]
    assert "OFFLINE" in result["msg"]


def test_message_subscribe_to_offline_device_fails(tasks, account):
    subscribed = {"action": "subscribe", **LAMP, "topics": ["user/get"]}
    assert_action_writes(tasks, "iot_message", "SubscribeTopic", **subscribed)
    result = tasks.run("iot_message", **{**subscribed, "device": "lamp-0003"})
    assert result["failed"]
    assert not result["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"topic": None}, "^topic must be set with action: publish"),
        ({"payload": None}, "^exactly one of payload and payload_base64 must be set"),
        ({"payload_base64": "eA=="}, "^exactly one of payload and payload_base64 must be set"),
        ({"payload": None, "payload_base64": "x"}, "^payload_base64 must be valid Base64"),
        ({"payload": "x" * 262145}, "^payload must have at most 262144 bytes"),
        ({"action": "broadcast", "device": None, "payload": "x" * 65537}, "^payload must have at most 65536 bytes"),
        ({"device": None}, "^device must be set because topic is relative to a device"),
        ({"devices": ["lamp-0001"]}, "^devices cannot be used with action: publish"),
        ({"action": "batch"}, "^devices must be set with action: batch"),
        ({"action": "batch", "device": None, "devices": ["lamp-0001"] * 2}, "^devices contains a device twice"),
        ({"action": "batch", "device": None, "devices": ["lamp-0001"], "topic": "/a/b"}, "^topic must be relative"),
        ({"action": "rrpc", "answer_within_milliseconds": 999}, "^answer_within_milliseconds must be 1000 to 8000"),
        ({"action": "subscribe", "payload": None, "topic": None}, "^topics must be set with action: subscribe"),
        ({"qos": 2}, "^qos must be 0 to 1"),
        ({"user_properties": {str(number): 1 for number in range(21)}}, "^user_properties takes at most 20"),
        ({"product": "unknown"}, "^the product unknown does not exist"),
    ],
)
def test_message_with_invalid_options_fails_before_write(tasks, account, options, message):
    given = {"action": "publish", **LAMP, "topic": "user/get", "payload": "x", **options}
    if options == {"product": "unknown"}:
        assert tasks.run("iot_message", True, **given)["pending"] == ["the product unknown does not exist yet"]
        assert message[1:] in tasks.run("iot_message", **given)["msg"]
    else:
        tasks.assert_fails("iot_message", message, **given)


# Commands


def test_property_set_on_one_or_several_devices(tasks, account):
    wanted = {"properties": {"Brightness": 40}, "qos": 1}
    assert assert_action_writes(tasks, "iot_property", "SetDeviceProperty", **LAMP, **wanted)["message_id"]
    assert_action_writes(
        tasks, "iot_property", "SetDevicesProperty", **OF, devices=["lamp-0001", "lamp-0002"], **wanted
    )
    result = tasks.run("iot_property", **LAMP, properties={"Brightness": 101})
    assert result["failed"]


def test_service_invoked_on_one_or_several_devices(tasks, account):
    times = {"arguments": {"Times": 3}}
    result = assert_action_writes(tasks, "iot_service", "InvokeThingService", **LAMP, service="Check", **times)
    assert result["answer"]["data"] == {"Done": 3}
    result = assert_action_writes(tasks, "iot_service", "InvokeThingService", **LAMP, service="Blink", **times)
    assert result["message_id"]
    assert "answer" not in result
    several = {**OF, "devices": ["lamp-0001", "lamp-0002"], "service": "Blink", "qos": 1}
    assert_action_writes(tasks, "iot_service", "InvokeThingsService", **several, **times)
    assert tasks.run("iot_service", **OF, devices=["lamp-0001"], service="Check", **times)["failed"]


@pytest.mark.parametrize("module", ["iot_property", "iot_service"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^exactly one of device and devices must be set"),
        ({"device": "lamp-0001", "devices": ["lamp-0001"]}, "^exactly one of device and devices must be set"),
        ({"devices": ["lamp-0001", "lamp-0001"]}, "^devices contains a device twice"),
        ({"devices": ["x"]}, "^devices has an invalid element"),
        ({"device": "lamp-0001", "qos": 2}, "^qos must be 0 to 1"),
    ],
)
def test_command_with_invalid_options_fails_before_write(tasks, account, module, options, message):
    more = {"properties": {"Brightness": 1}} if module == "iot_property" else {"service": "Blink"}
    tasks.assert_fails(module, message, **OF, **more, **options)


def test_command_with_empty_properties_or_invalid_service_fails_before_write(tasks, account):
    tasks.assert_fails("iot_property", "^properties must contain at least one property", **LAMP, properties={})
    tasks.assert_fails("iot_service", "^service has an invalid format: expected an identifier", **LAMP, service="a-b")


# Speeches


@pytest.fixture
def speeches(tasks, account):
    """Create two speeches and a speech pack."""
    for code in ("ZFDZ", "ZFCG"):
        tasks.run_ok("iot_speech", **PROJECT, code=code, text="paid", voice="Siyue")
    tasks.run_ok("iot_speech", **PROJECT, type="monetary_unit", voice="Siyue")
    tasks.run_ok("iot_device_group", name="west_side")
    tasks.pop_writes()


def test_speech_push_and_combination_are_sent(tasks, speeches):
    module = "iot_speech_play"
    pushed = {"action": "push", **PROJECT, "speeches": ["ZFDZ", "monetary_unit"]}
    for target in (LAMP, {"group": "west_side"}, {"all_devices": True}):
        result = assert_action_writes(tasks, module, "PushSpeech", **pushed, **target)
    (job,) = tasks.run_ok("iot_speech_push_info", **PROJECT, job_code=result["job_codes"][0])["jobs"]
    assert (job["mode"], job["speech_count"]) == ("all", 2)
    tasks.server.control("POST", "clock", {"advance": 5})
    combination = {**LAMP, "combination": ["ZFDZ", "{$100}", "ZFDZ"]}
    assert_action_writes(
        tasks, module, "SpeechByCombination", action="combine", **combination, audio_format="wav", enforce=True
    )
    result = assert_action_writes(
        tasks, module, "SyncSpeechByCombination", action="combine_and_wait", **combination, speech_id="s1"
    )
    assert result["id"] == "s1"
    assert result["detail"] == "paid 100\u5143 paid"
    result = tasks.run(module, action="combine_and_wait", **{**combination, "combination": ["ZFCG"]})
    assert result["failed"]
    assert result["changed"]
    assert result["msg"].startswith("the device reported a failure")
    assert result["device_error_code"]


def test_speech_synthesis_and_test_are_sent(tasks, speeches):
    module = "iot_speech_play"
    manner = {"voice": "Siyue", "audio_format": "wav", "speech_rate": 10, "volume": 20}
    assert_action_writes(tasks, module, "SpeechBySynthesis", action="synthesize", **LAMP, text="hello", **manner)
    sound = {"content": "www.example.com", "duration_in_seconds": 3}
    result = assert_action_writes(
        tasks, module, "TestSpeech", action="test", **PROJECT, text="hello", **manner, sound_code=sound
    )
    assert len(result["audio_urls"]) == 1
    result = assert_action_writes(
        tasks, module, "TestSpeech", action="test", **PROJECT, type="monetary_unit", voice="Siyue"
    )
    assert len(result["audio_urls"]) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"action": "push", **PROJECT, "speeches": ["ZFDZ"]}, "^exactly one of device, group and all_devices"),
        (
            {"action": "push", **PROJECT, "speeches": ["ZFDZ"], **LAMP, "group": "west_side"},
            "^exactly one of device, group",
        ),
        ({"action": "push", "speeches": ["ZFDZ"], **LAMP}, "^project_code must be set with action: push"),
        ({"action": "combine", "device": "lamp-0001"}, "^product must be set with device"),
        ({"action": "combine", **LAMP}, "^combination must be set with action: combine"),
        ({"action": "synthesize", **LAMP, "text": "a", "voice": "Siyue"}, "^audio_format must be set with action"),
        ({"action": "test", **PROJECT, "voice": "Siyue"}, "^text must be set with action: test"),
        ({"action": "test", **PROJECT, "voice": "Siyue", "text": "a", **LAMP}, "^product cannot be used with action"),
        ({"action": "test", **PROJECT, "voice": "Siyue", "text": "a", "volume": 101}, "^volume must be 0 to 100"),
    ],
)
def test_speech_play_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails("iot_speech_play", message, **options)


def test_speech_push_of_missing_speech_is_pending_in_check_mode_and_fails(tasks, account):
    pushed = {"action": "push", **PROJECT, "speeches": ["none"], **LAMP}
    assert tasks.run("iot_speech_play", True, **pushed)["pending"] == ["the speech none does not exist yet"]
    assert "the speech none does not exist" in tasks.run("iot_speech_play", **pushed)["msg"]


# Prints and images


def test_print_by_template_is_sent(tasks, account):
    result = assert_action_writes(
        tasks, "iot_print", "PrintByTemplate", **LAMP, template="receipt", values={"title": "t"}
    )
    assert result["id"]
    assert result["retries"] == 0
    assert_action_writes(tasks, "iot_print", "PrintByTemplate", **LAMP, template="receipt", old_topic=True)
    result = tasks.run("iot_print", **{**LAMP, "device": "lamp-0003"}, template="receipt")
    assert result["failed"]
    assert not result["changed"]


def test_recognition_returns_text_of_image(tasks):
    result = assert_action_writes(tasks, "iot_recognition", "RecognizeCarNum", action="car_number", url=PICTURE)
    assert result["recognized"]["data"]["data"] == {"\u8f66\u724c": "\u4eacA12345"}
    result = assert_action_writes(tasks, "iot_recognition", "RecognizePictureGeneral", action="text", url=PICTURE)
    assert result["recognized"]["content"] == "\u4eacA12345"
    tasks.assert_fails(
        "iot_recognition", "^url has an invalid format: expected the URL of an image", action="text", url="a.png"
    )
    tasks.assert_fails("iot_recognition", "^url must have 1 to 2048", action="text", url="https://" + "a" * 2048)


# Any API operation


def test_raw_api_response_without_include_secrets_hides_secrets(tasks):
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    register = {"operation": "RegisterDevice", "params": {"ProductKey": key}}
    assert tasks.run_ok("iot_api", **register)["reply"]["Data"]["DeviceSecret"] == "(hidden)"
    assert len(tasks.run_ok("iot_api", **register, include_secrets=True)["reply"]["Data"]["DeviceSecret"]) == 32
    listed = {"operation": "QueryDevice", "params": {"ProductKey": key}, "all_pages": True}
    assert len(tasks.run_ok("iot_api", **listed)["elements"]) == 2
