# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of speeches (text-to-speech corpora), speech packs, and speeches on devices."""

from __future__ import annotations

import pytest

MODULE = "iot_speech"
OF = {"project_code": "project1"}
PAID = {**OF, "code": "ZFDZ", "text": "payment received", "voice": "Siyue"}
SOUND = {"content": "www.example.com", "duration_in_seconds": 3}
LAMP = {"product": "street_light", "device": "lamp-0001"}


def test_speech_lifecycle(tasks):
    created = tasks.assert_changed_by(MODULE, "CreateSpeech", **PAID)["speech"]
    assert (created["audio_format"], created["speech_rate"], created["volume"], created["sound_code"]) == (
        "wav",
        0,
        50,
        {},
    )
    for options in ({"voice": "Xiaoyun"}, {"speech_rate": -500}, {"volume": 0}, {"sound_code": SOUND}):
        changed = tasks.assert_changed_by(MODULE, "UpdateSpeech", **OF, code="ZFDZ", **options)["speech"]
        assert options.items() <= changed.items()
    # Options that are not given are kept.
    assert (changed["voice"], changed["speech_rate"], changed["volume"]) == ("Xiaoyun", -500, 0)
    (found,) = tasks.run_ok("iot_speech_info", **OF, code="ZFDZ")["speeches"]
    assert found == changed
    assert (
        tasks.assert_changed_by(MODULE, "UpdateSpeech", **OF, code="ZFDZ", sound_code={})["speech"]["sound_code"] == {}
    )
    for options in ({"text": "other"}, {"audio_format": "mp3"}):
        message = f"^{next(iter(options))} of the speech cannot be changed.*Only voice, speech_rate, volume"
        tasks.assert_fails(MODULE, message, **{**PAID, **options})
    tasks.assert_unchanged(MODULE, **OF, code="ZFDZ", voice="Xiaoyun")
    assert found == tasks.run_ok("iot_speech_info", **OF, type="custom", details=True)["speeches"][0] | {
        "sound_code": SOUND
    }
    assert tasks.assert_changed_by(MODULE, "DeleteSpeech", **OF, code="ZFDZ", state="absent")["speech"] == {}


def test_speech_with_all_options_is_created(tasks):
    given = {**PAID, "audio_format": "amr", "speech_rate": 500, "volume": 100, "sound_code": SOUND}
    assert given.items() <= tasks.assert_changed_by(MODULE, "CreateSpeech", **given)["speech"].items()


def test_speech_pack_lifecycle(tasks):
    pack = {**OF, "type": "monetary_unit"}
    created = tasks.assert_changed_by(MODULE, "CreateSpeech", **pack, voice="Siyue")["speech"]
    assert len(created["words"]) == 3
    assert {"code", "text"} == set(created["words"][0])
    tasks.run_ok(MODULE, **PAID)
    tasks.assert_changed_by(MODULE, "UpdateSpeech", **pack, voice="Aida")
    tasks.assert_changed_by(MODULE, "DeleteSpeech", **pack, state="absent")
    assert [one["code"] for one in tasks.run_ok("iot_speech_info", **OF)["speeches"]] == ["ZFDZ"]


def test_speeches_with_filters_are_returned(tasks):
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
        returned = tasks.run_ok("iot_speech_info", **OF, **filters)["speeches"]
        assert {speech["code"] for speech in returned} == found, filters
    assert tasks.run_ok("iot_speech_info", **OF, speech_code=one["speech_code"])["speeches"] == [one]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"code": None}, "^code must be set to create a speech"),
        ({"text": None}, "^text must be set to create a speech"),
        ({"voice": None}, "^voice must be set to create the speech"),
        ({"code": "a_b"}, "^code has an invalid format: expected letters and digits"),
        ({"text": "1"}, "^text has an invalid format: expected Chinese and English letters and spaces"),
        ({"text": "\u706f" * 51}, "^text must have 1 to 100 characters.*has 102"),
        ({"speech_rate": 501}, "^speech_rate must be -500 to 500"),
        ({"volume": 101}, "^volume must be 0 to 100"),
        ({"sound_code": {"content": "a"}}, "^sound_code must contain both content and duration_in_seconds"),
        (
            {"sound_code": {**SOUND, "duration_in_seconds": 16}},
            "^sound_code has an invalid duration_in_seconds: it must be",
        ),
        ({"type": "number"}, "^code cannot be set with type: number"),
        ({"project_code": "a-b"}, "^project_code has an invalid format: expected letters and digits"),
    ],
)
def test_speech_with_invalid_options_fails_before_write(tasks, options, message):
    tasks.assert_fails(MODULE, message, **{**PAID, **options})


@pytest.fixture
def pushed(tasks):
    """Push a speech to a device and return the code of the push job."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.connect_devices("street_light", "lamp-0001")
    tasks.run_ok(MODULE, **PAID)
    job = tasks.run_ok("iot_speech_play", **OF, **LAMP, action="push", speeches=["ZFDZ"])["job_codes"][0]
    tasks.server.control("POST", "clock", {"advance": 5})
    return job


def test_device_speech_is_returned_and_deleted(tasks, pushed):
    (current,) = tasks.run_ok("iot_device_speech_info", **LAMP)["device_speeches"]
    assert (current["code"], current["audio_format"]) == ("ZFDZ", "wav")
    assert current["size_in_kilobytes"] > 0
    assert tasks.run_ok("iot_device_speech_info", **LAMP, code="ZFDZ")["device_speeches"] == [current]
    assert tasks.run_ok("iot_device_speech_info", **LAMP, audio_format="wav")["device_speeches"] == [current]
    for filters in ({"audio_format": "mp3"}, {"device": "lamp-0009"}, {"product": "path_light"}):
        assert tasks.run_ok("iot_device_speech_info", **{**LAMP, **filters})["device_speeches"] == []
    named = {**LAMP, "code": "ZFDZ", "audio_format": "wav", "state": "absent"}
    tasks.assert_unchanged("iot_device_speech", **{**named, "audio_format": "mp3"})
    tasks.assert_unchanged("iot_device_speech", **{**named, "device": "lamp-0009"})
    tasks.assert_fails("iot_device_speech", "^code must have 1", **{**named, "code": ""})
    deleted = tasks.assert_changed_by("iot_device_speech", "DeleteDeviceSpeech", **named)
    assert deleted["device_speech"] == {}
    assert deleted["diff"]["before"]["code"] == "ZFDZ"


def test_speech_push_with_filters_is_returned(tasks, pushed):
    (job,) = tasks.run_ok("iot_speech_push_info", **OF, job_code=pushed, include=["devices", "speeches"])["jobs"]
    assert (job["mode"], job["status"], job["succeeded"]) == ("device", "success", 1)
    assert [one["device_name"] for one in job["devices"]] == ["lamp-0001"]
    assert [one["code"] for one in job["speeches"]] == ["ZFDZ"]
    assert tasks.run_ok("iot_speech_push_info", **OF, statuses=["running"])["jobs"] == []
    assert tasks.run_ok("iot_speech_push_info", **OF, mode="all")["jobs"] == []
    assert len(tasks.run_ok("iot_speech_push_info", **OF, mode="device", statuses=["success"])["jobs"]) == 1


def test_speech_devices_with_filters_are_returned(tasks, pushed):
    tasks.run_ok("iot_device_group", name="west_side")
    returned = tasks.run_ok("iot_speech_device_info", **OF, groups=True)
    (lamp,) = returned["devices"]
    assert lamp["device_name"] == "lamp-0001"
    assert [group["name"] for group in returned["groups"]] == ["west_side"]
    assert tasks.run_ok("iot_speech_device_info", **OF, group_name="east")["groups"] == []
    (whole,) = tasks.run_ok("iot_speech_device_info", **OF, **LAMP)["devices"]
    assert whole["status"] == "online"
    assert whole["total_kilobytes"] > whole["available_kilobytes"] == lamp["available_kilobytes"]
    few = {"space_is": "smaller", "space_in_kilobytes": 10}
    for filters in ({"name_prefix": "lamb"}, few, {**LAMP, "device": "lamp-0009"}):
        assert tasks.run_ok("iot_speech_device_info", **OF, **filters)["devices"] == []
    result = tasks.run("iot_speech_device_info", **OF, space_is="smaller")
    assert "must be set together" in result["msg"]


def test_speech_voices_are_returned(tasks):
    voices = {voice["voice"]: voice for voice in tasks.run_ok("iot_speech_voice_info")["voices"]}
    assert voices["Siyue"]["scene"] == "kefu"
