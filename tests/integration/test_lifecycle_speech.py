# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lives of speeches and packs, and their way to devices and away from them."""

from __future__ import annotations

import pytest

MODULE = "iot_speech"
OF = {"project_code": "project1"}
PAID = {**OF, "code": "ZFDZ", "text": "payment received", "voice": "Siyue"}
SOUND = {"content": "www.example.com", "duration_in_seconds": 3}
LAMP = {"product": "street_light", "device": "lamp-0001"}


def test_the_life_of_a_speech(tasks):
    made = tasks.assert_changed_by(MODULE, "CreateSpeech", **PAID)["speech"]
    assert (made["audio_format"], made["speech_rate"], made["volume"], made["sound_code"]) == ("wav", 0, 50, {})
    for options in ({"voice": "Xiaoyun"}, {"speech_rate": -500}, {"volume": 0}, {"sound_code": SOUND}):
        changed = tasks.assert_changed_by(MODULE, "UpdateSpeech", **OF, code="ZFDZ", **options)["speech"]
        assert options.items() <= changed.items()
    # What is not named stays.
    assert (changed["voice"], changed["speech_rate"], changed["volume"]) == ("Xiaoyun", -500, 0)
    (found,) = tasks.run_ok("iot_speech_info", **OF, code="ZFDZ")["speeches"]
    assert found == changed
    assert tasks.assert_changed_by(MODULE, "UpdateSpeech", **OF, code="ZFDZ", sound_code={})["speech"]["sound_code"] == {}
    for options in ({"text": "other"}, {"audio_format": "mp3"}):
        message = f"^{next(iter(options))} of the speech cannot be changed.*Only how a speech sounds"
        tasks.assert_fails(MODULE, message, **{**PAID, **options})
    tasks.assert_unchanged(MODULE, **OF, code="ZFDZ", voice="Xiaoyun")
    assert found == tasks.run_ok("iot_speech_info", **OF, type="custom", details=True)["speeches"][0] | {
        "sound_code": SOUND
    }
    assert tasks.assert_changed_by(MODULE, "DeleteSpeech", **OF, code="ZFDZ", state="absent")["speech"] == {}


def test_a_speech_is_made_with_all_that_it_is(tasks):
    given = {**PAID, "audio_format": "amr", "speech_rate": 500, "volume": 100, "sound_code": SOUND}
    assert given.items() <= tasks.assert_changed_by(MODULE, "CreateSpeech", **given)["speech"].items()


def test_the_life_of_a_pack(tasks):
    pack = {**OF, "type": "monetary_unit"}
    made = tasks.assert_changed_by(MODULE, "CreateSpeech", **pack, voice="Siyue")["speech"]
    assert len(made["words"]) == 3
    assert {"code", "text"} == set(made["words"][0])
    tasks.run_ok(MODULE, **PAID)
    tasks.assert_changed_by(MODULE, "UpdateSpeech", **pack, voice="Aida")
    tasks.assert_changed_by(MODULE, "DeleteSpeech", **pack, state="absent")
    assert [one["code"] for one in tasks.run_ok("iot_speech_info", **OF)["speeches"]] == ["ZFDZ"]


def test_speeches_are_found(tasks):
    one = tasks.run_ok(MODULE, **PAID)["speech"]
    tasks.run_ok(MODULE, **{**PAID, "code": "ZFCG", "audio_format": "mp3"})
    tasks.run_ok(MODULE, **OF, type="number", voice="Siyue")
    tasks.run_ok(MODULE, **{**PAID, "project_code": "project2"})
    for filters, found in (
        ({}, {"SYS_TONE", "ZFCG", "ZFDZ"}),
        ({"code": "ZFDZ"}, {"ZFDZ"}),
        ({"speech_code": one["speech_code"]}, {"ZFDZ"}),
        ({"type": "custom"}, {"ZFCG", "ZFDZ"}),
        ({"audio_format": "mp3"}, {"ZFCG"}),
        ({"code": "none"}, set()),
    ):
        told = tasks.run_ok("iot_speech_info", **OF, **filters)["speeches"]
        assert {speech["code"] for speech in told} == found, filters
    assert tasks.run_ok("iot_speech_info", **OF, speech_code=one["speech_code"])["speeches"] == [one]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"code": None}, "^code must be given to make a speech"),
        ({"text": None}, "^text must be given to make a speech"),
        ({"voice": None}, "^voice must be given to make a speech"),
        ({"code": "a_b"}, "^code may hold letters and digits"),
        ({"text": "1"}, "^text may hold Chinese and English letters and spaces"),
        ({"text": "\u706f" * 51}, "^text must have 1 to 100 characters.*has 102"),
        ({"speech_rate": 501}, "^speech_rate must be -500 to 500"),
        ({"volume": 101}, "^volume must be 0 to 100"),
        ({"sound_code": {"content": "a"}}, "^sound_code needs content and duration_in_seconds"),
        ({"sound_code": {**SOUND, "duration_in_seconds": 16}}, "^sound_code has a duration_in_seconds that must be"),
        ({"type": "number"}, "^a speech of type number has codes and texts of the platform"),
        ({"project_code": "a-b"}, "^project_code may hold letters and digits"),
    ],
)
def test_what_a_speech_cannot_be(tasks, options, message):
    tasks.assert_fails(MODULE, message, **{**PAID, **options})


@pytest.fixture
def pushed(tasks):
    """A lamp that has been pushed a speech, and the code of the push."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.connect_devices("street_light", "lamp-0001")
    tasks.run_ok(MODULE, **PAID)
    job = tasks.run_ok("iot_speech_play", **OF, **LAMP, action="push", speeches=["ZFDZ"])["job_codes"][0]
    tasks.server.control("POST", "clock", {"advance": 5})
    return job


def test_a_speech_on_a_device(tasks, pushed):
    (there,) = tasks.run_ok("iot_device_speech_info", **LAMP)["device_speeches"]
    assert (there["code"], there["audio_format"]) == ("ZFDZ", "wav")
    assert there["size_in_kilobytes"] > 0
    assert tasks.run_ok("iot_device_speech_info", **LAMP, code="ZFDZ")["device_speeches"] == [there]
    assert tasks.run_ok("iot_device_speech_info", **LAMP, audio_format="wav")["device_speeches"] == [there]
    for filters in ({"audio_format": "mp3"}, {"device": "lamp-0009"}, {"product": "path_light"}):
        assert tasks.run_ok("iot_device_speech_info", **{**LAMP, **filters})["device_speeches"] == []
    named = {**LAMP, "code": "ZFDZ", "audio_format": "wav", "state": "absent"}
    tasks.assert_unchanged("iot_device_speech", **{**named, "audio_format": "mp3"})
    tasks.assert_unchanged("iot_device_speech", **{**named, "device": "lamp-0009"})
    tasks.assert_fails("iot_device_speech", "^code must have 1", **{**named, "code": ""})
    gone = tasks.assert_changed_by("iot_device_speech", "DeleteDeviceSpeech", **named)
    assert gone["device_speech"] == {}
    assert gone["diff"]["before"]["code"] == "ZFDZ"


def test_a_push_is_found(tasks, pushed):
    (job,) = tasks.run_ok("iot_speech_push_info", **OF, job_code=pushed, include=["devices", "speeches"])["jobs"]
    assert (job["mode"], job["status"], job["succeeded"]) == ("device", "success", 1)
    assert [one["device_name"] for one in job["devices"]] == ["lamp-0001"]
    assert [one["code"] for one in job["speeches"]] == ["ZFDZ"]
    assert tasks.run_ok("iot_speech_push_info", **OF, statuses=["running"])["jobs"] == []
    assert tasks.run_ok("iot_speech_push_info", **OF, mode="all")["jobs"] == []
    assert len(tasks.run_ok("iot_speech_push_info", **OF, mode="device", statuses=["success"])["jobs"]) == 1


def test_devices_that_can_speak_are_found(tasks, pushed):
    tasks.run_ok("iot_device_group", name="west_side")
    told = tasks.run_ok("iot_speech_device_info", **OF, groups=True)
    (lamp,) = told["devices"]
    assert lamp["device_name"] == "lamp-0001"
    assert [group["name"] for group in told["groups"]] == ["west_side"]
    assert tasks.run_ok("iot_speech_device_info", **OF, group_name="east")["groups"] == []
    (whole,) = tasks.run_ok("iot_speech_device_info", **OF, **LAMP)["devices"]
    assert whole["status"] == "online"
    assert whole["total_kilobytes"] > whole["available_kilobytes"] == lamp["available_kilobytes"]
    few = {"space_is": "smaller", "space_in_kilobytes": 10}
    for filters in ({"name_prefix": "lamb"}, few, {**LAMP, "device": "lamp-0009"}):
        assert tasks.run_ok("iot_speech_device_info", **OF, **filters)["devices"] == []
    result = tasks.run("iot_speech_device_info", **OF, space_is="smaller")
    assert "go together" in result["msg"]


def test_voices(tasks):
    voices = {voice["voice"]: voice for voice in tasks.run_ok("iot_speech_voice_info")["voices"]}
    assert voices["Siyue"]["scene"] == "kefu"
