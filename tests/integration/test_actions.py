# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is done rather than brought about: messages, commands, speeches, prints, recognition."""

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
    """Two lamps that are online and one that is not, with a thing model and a topic to listen on."""
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    services = [service("Blink", "async"), service("Check", "sync")]
    tasks.run_ok("iot_thing_model", **OF, tsl={"properties": [BRIGHTNESS], "services": services}, published=True)
    tasks.run_ok("iot_topic", **OF, short_name="user/get", operation="sub")
    profile = {"services": {"Check": {"output": {"Done": 3}}}, "rrpc": {"payload": "hello"}}
    tasks.connect_devices("street_light", "lamp-0001", "lamp-0002", profile=profile)
    tasks.run_ok("iot_device", **OF, name="lamp-0003")
    tasks.pop_writes()


def done(tasks, module: str, *operations: str, **options) -> dict:
    """The result of an action that takes these operations, and none in check mode."""
    plan = tasks.run(module, True, **options)
    assert plan["changed"], plan
    assert plan["msg"].endswith("; nothing was done in check mode")
    assert tasks.pop_writes() == []
    for _number in range(2):
        result = tasks.run_ok(module, **options)
        assert result["changed"]
        assert tasks.pop_writes() == list(operations)
    return result


def content(tasks, message_id: str) -> dict:
    return tasks.run_ok("iot_message_info", message_id=message_id)["message"]


# Messages


def test_publish(tasks, account):
    sent = {"action": "publish", **LAMP, "topic": "user/get", "qos": 1, "user_properties": {"a": 1}}
    result = done(tasks, "iot_message", "Pub", **sent, payload="\u706f on")
    message = content(tasks, result["message_id"])
    assert message["payload"] == "\u706f on"
    assert message["topic"].endswith("/lamp-0001/user/get")
    assert message["user_properties"] == {"a": "1"}
    result = done(
        tasks, "iot_message", "Pub", **{**sent, "device": None, "topic": message["topic"]}, payload_base64="/w=="
    )
    message = content(tasks, result["message_id"])
    assert message["payload_base64"] == "/w=="
    assert "payload" not in message


def test_publish_to_devices_of_mqtt_5(tasks, account):
    key = tasks.run_ok("iot_product", name="street_light")["product"]["product_key"]
    sent = {
        "content_type": "text/plain",
        "correlation_data": "1",
        "expires_in_seconds": 60,
        "response_topic": f"/{key}/lamp-0001/user/update",
        "retained": True,
    }
    published = {"action": "publish", **LAMP, "topic": "user/get", "payload": "on", **sent}
    result = done(tasks, "iot_message", "Pub", **published)
    assert content(tasks, result["message_id"])["payload"] == "on"


def test_batch(tasks, account):
    done(
        tasks,
        "iot_message",
        "BatchPub",
        action="batch",
        **OF,
        devices=["lamp-0001", "lamp-0002"],
        topic="user/get",
        payload="x",
    )


def test_batches_are_sent_in_portions(tasks, account):
    names = [f"light-{number:04}" for number in range(150)]
    tasks.connect_devices("street_light", *names)
    sent = {"action": "batch", **OF, "devices": names, "topic": "user/get", "payload": "x"}
    done(tasks, "iot_message", "BatchPub", "BatchPub", **sent)
    result = tasks.run("iot_message", **{**sent, "devices": [*names, "nobody"]})
    assert result["failed"]
    # The first portion went out, and that is told.
    assert result["changed"]
    assert "1 of 2 portions were sent before" in result["msg"]
    assert result["code"] == "iot.device.NotExistedDevice"


def test_broadcast(tasks, account):
    result = done(tasks, "iot_message", "PubBroadcast", action="broadcast", **OF, topic="news", payload="x")
    message = content(tasks, result["message_id"])
    assert message["topic"].startswith("/broadcast/")
    assert message["topic"].endswith("/news")
    assert tasks.run_ok("iot_message", action="broadcast", **OF, payload="x")["message_id"]


def test_rrpc(tasks, account):
    result = done(tasks, "iot_message", "RRpc", action="rrpc", **LAMP, payload="who", answer_within_milliseconds=8000)
    assert result["answer"] == {"payload": "hello", "payload_base64": "aGVsbG8="}
    assert result["code"] == "SUCCESS"
    result = tasks.run("iot_message", action="rrpc", **{**LAMP, "device": "lamp-0003"}, payload="who")
    assert result["failed"]
    assert "OFFLINE" in result["msg"]


def test_subscribe(tasks, account):
    subscribed = {"action": "subscribe", **LAMP, "topics": ["user/get"]}
    done(tasks, "iot_message", "SubscribeTopic", **subscribed)
    result = tasks.run("iot_message", **{**subscribed, "device": "lamp-0003"})
    assert result["failed"]
    assert not result["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"topic": None}, "^topic must be given with action: publish"),
        ({"payload": None}, "^either payload or payload_base64 must be given"),
        ({"payload_base64": "eA=="}, "^either payload or payload_base64 must be given"),
        ({"payload": None, "payload_base64": "x"}, "^payload_base64 is not Base64"),
        ({"payload": "x" * 262145}, "^payload takes at most 262144 bytes"),
        ({"action": "broadcast", "device": None, "payload": "x" * 65537}, "^payload takes at most 65536 bytes"),
        ({"device": None}, "^device must be given, as topic is one below it"),
        ({"devices": ["lamp-0001"]}, "^devices cannot be given with action: publish"),
        ({"action": "batch"}, "^devices must be given with action: batch"),
        ({"action": "batch", "device": None, "devices": ["lamp-0001"] * 2}, "^devices names a device twice"),
        ({"action": "batch", "device": None, "devices": ["lamp-0001"], "topic": "/a/b"}, "^topic must be one below"),
        ({"action": "rrpc", "answer_within_milliseconds": 999}, "^answer_within_milliseconds must be 1000 to 8000"),
        ({"action": "subscribe", "payload": None, "topic": None}, "^topics must be given with action: subscribe"),
        ({"qos": 2}, "^qos must be 0 to 1"),
        ({"user_properties": {str(number): 1 for number in range(21)}}, "^user_properties takes at most 20"),
        ({"product": "nobody"}, "^there is no product nobody"),
    ],
)
def test_what_a_message_cannot_be(tasks, account, options, message):
    given = {"action": "publish", **LAMP, "topic": "user/get", "payload": "x", **options}
    if options == {"product": "nobody"}:
        assert tasks.run("iot_message", True, **given)["pending"] == ["the product nobody does not exist yet"]
        assert message[1:] in tasks.run("iot_message", **given)["msg"]
    else:
        tasks.assert_fails("iot_message", message, **given)


# Commands


def test_properties_are_set(tasks, account):
    wanted = {"properties": {"Brightness": 40}, "qos": 1}
    assert done(tasks, "iot_property", "SetDeviceProperty", **LAMP, **wanted)["message_id"]
    done(tasks, "iot_property", "SetDevicesProperty", **OF, devices=["lamp-0001", "lamp-0002"], **wanted)
    result = tasks.run("iot_property", **LAMP, properties={"Brightness": 101})
    assert result["failed"]


def test_services_are_invoked(tasks, account):
    times = {"arguments": {"Times": 3}}
    result = done(tasks, "iot_service", "InvokeThingService", **LAMP, service="Check", **times)
    assert result["answer"]["data"] == {"Done": 3}
    result = done(tasks, "iot_service", "InvokeThingService", **LAMP, service="Blink", **times)
    assert result["message_id"]
    assert "answer" not in result
    several = {**OF, "devices": ["lamp-0001", "lamp-0002"], "service": "Blink", "qos": 1}
    done(tasks, "iot_service", "InvokeThingsService", **several, **times)
    assert tasks.run("iot_service", **OF, devices=["lamp-0001"], service="Check", **times)["failed"]


@pytest.mark.parametrize("module", ["iot_property", "iot_service"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^either device or devices must be given"),
        ({"device": "lamp-0001", "devices": ["lamp-0001"]}, "^either device or devices must be given"),
        ({"devices": ["lamp-0001", "lamp-0001"]}, "^devices names a device twice"),
        ({"devices": ["x"]}, "^devices has an element that cannot be"),
        ({"device": "lamp-0001", "qos": 2}, "^qos must be 0 to 1"),
    ],
)
def test_what_a_command_cannot_be(tasks, account, module, options, message):
    more = {"properties": {"Brightness": 1}} if module == "iot_property" else {"service": "Blink"}
    tasks.assert_fails(module, message, **OF, **more, **options)


def test_properties_name_one_and_services_are_identifiers(tasks, account):
    tasks.assert_fails("iot_property", "^properties must name one at least", **LAMP, properties={})
    tasks.assert_fails("iot_service", "^service may hold an identifier", **LAMP, service="a-b")


# Speeches


@pytest.fixture
def speeches(tasks, account):
    """Two speeches and a pack."""
    for code in ("ZFDZ", "ZFCG"):
        tasks.run_ok("iot_speech", **PROJECT, code=code, text="paid", voice="Siyue")
    tasks.run_ok("iot_speech", **PROJECT, type="monetary_unit", voice="Siyue")
    tasks.run_ok("iot_device_group", name="west_side")
    tasks.pop_writes()


def test_speeches_are_pushed_and_said(tasks, speeches):
    module = "iot_speech_play"
    pushed = {"action": "push", **PROJECT, "speeches": ["ZFDZ", "monetary_unit"]}
    for target in (LAMP, {"group": "west_side"}, {"all_devices": True}):
        result = done(tasks, module, "PushSpeech", **pushed, **target)
    (job,) = tasks.run_ok("iot_speech_push_info", **PROJECT, job_code=result["job_codes"][0])["jobs"]
    assert (job["mode"], job["speech_count"]) == ("all", 2)
    tasks.server.control("POST", "clock", {"advance": 5})
    said = {**LAMP, "combination": ["ZFDZ", "{$100}", "ZFDZ"]}
    done(tasks, module, "SpeechByCombination", action="combine", **said, audio_format="wav", enforce=True)
    result = done(tasks, module, "SyncSpeechByCombination", action="combine_and_wait", **said, speech_id="s1")
    assert result["id"] == "s1"
    assert result["detail"] == "paid 100\u5143 paid"
    result = tasks.run(module, action="combine_and_wait", **{**said, "combination": ["ZFCG"]})
    assert result["failed"]
    assert result["changed"]
    assert result["msg"].startswith("the device did not do it")
    assert result["device_error_code"]


def test_texts_are_synthesized_and_tested(tasks, speeches):
    module = "iot_speech_play"
    manner = {"voice": "Siyue", "audio_format": "wav", "speech_rate": 10, "volume": 20}
    done(tasks, module, "SpeechBySynthesis", action="synthesize", **LAMP, text="hello", **manner)
    sound = {"content": "www.example.com", "duration_in_seconds": 3}
    result = done(tasks, module, "TestSpeech", action="test", **PROJECT, text="hello", **manner, sound_code=sound)
    assert len(result["audio_urls"]) == 1
    result = done(tasks, module, "TestSpeech", action="test", **PROJECT, type="monetary_unit", voice="Siyue")
    assert len(result["audio_urls"]) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"action": "push", **PROJECT, "speeches": ["ZFDZ"]}, "^one of device, group and all_devices"),
        ({"action": "push", **PROJECT, "speeches": ["ZFDZ"], **LAMP, "group": "west_side"}, "^one of device, group"),
        ({"action": "push", "speeches": ["ZFDZ"], **LAMP}, "^project_code must be given with action: push"),
        ({"action": "combine", "device": "lamp-0001"}, "^product must be given with device"),
        ({"action": "combine", **LAMP}, "^combination must be given with action: combine"),
        ({"action": "synthesize", **LAMP, "text": "a", "voice": "Siyue"}, "^audio_format must be given with action"),
        ({"action": "test", **PROJECT, "voice": "Siyue"}, "^text must be given to test"),
        ({"action": "test", **PROJECT, "voice": "Siyue", "text": "a", **LAMP}, "^product cannot be given with action"),
        ({"action": "test", **PROJECT, "voice": "Siyue", "text": "a", "volume": 101}, "^volume must be 0 to 100"),
    ],
)
def test_what_cannot_be_said(tasks, account, options, message):
    tasks.assert_fails("iot_speech_play", message, **options)


def test_what_is_pushed_must_be_there(tasks, account):
    pushed = {"action": "push", **PROJECT, "speeches": ["none"], **LAMP}
    assert tasks.run("iot_speech_play", True, **pushed)["pending"] == ["the speech none does not exist yet"]
    assert "there is no speech none" in tasks.run("iot_speech_play", **pushed)["msg"]


# Prints and pictures


def test_print(tasks, account):
    result = done(tasks, "iot_print", "PrintByTemplate", **LAMP, template="receipt", values={"title": "t"})
    assert result["id"]
    assert result["retries"] == 0
    done(tasks, "iot_print", "PrintByTemplate", **LAMP, template="receipt", old_topic=True)
    result = tasks.run("iot_print", **{**LAMP, "device": "lamp-0003"}, template="receipt")
    assert result["failed"]
    assert not result["changed"]


def test_recognition(tasks):
    result = done(tasks, "iot_recognition", "RecognizeCarNum", action="car_number", url=PICTURE)
    assert result["recognized"]["data"]["data"] == {"\u8f66\u724c": "\u4eacA12345"}
    result = done(tasks, "iot_recognition", "RecognizePictureGeneral", action="text", url=PICTURE)
    assert result["recognized"]["content"] == "\u4eacA12345"
    tasks.assert_fails("iot_recognition", "^url may hold the address of a picture", action="text", url="a.png")
    tasks.assert_fails("iot_recognition", "^url must have 1 to 2048", action="text", url="https://" + "a" * 2048)
