# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of simulated devices that receive speech, play speech and print."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.simulation import simulated, solutions

LAMP = "lamp-0001"
ERROR = {"code": "3", "message": "device busy"}
DAY = 24 * 3600


@pytest.fixture
def set_profile(api, key, simulate):
    """Set the profile of the device ``LAMP``."""
    return lambda **profile: simulate(product=key, names=[LAMP], profile=profile)


@pytest.fixture
def print_page(api, key):
    """Print a page and return the response."""
    return lambda: api("PrintByTemplate", ProductKey=key, DeviceName=LAMP, TemplateBizCode="receipt")["Data"]


@pytest.fixture
def play_speech(api, key):
    """Make the device play an amount and return the response."""

    def play_speech(*parts: str, **params):
        request = {"ProductKey": key, "DeviceName": LAMP, "CombinationList": list(parts or ["{$3}"]), **params}
        return api("SyncSpeechByCombination", **request)["Data"]

    return play_speech


@pytest.fixture
def push(api, key, advance_clock):
    """Push a speech to all devices, wait, and return the job code."""

    def push(text: str = "hello") -> str:
        speech_code = api("CreateSpeech", ProjectCode="p1", Voice="Siyue", BizCode=text.upper(), Text=text)["Data"]
        code = api("PushSpeech", ProjectCode="p1", SpeechCodeList=[speech_code], PushMode="ALL")["Data"]
        advance_clock(1)
        return code

    return push


@pytest.fixture
def push_result(api):
    """Return the result of a push to one device."""

    def push_result(code: str, name: str = LAMP):
        (found,) = api("QuerySpeechPushJobDevice", JobCode=code, DeviceName=name)["Data"]["List"]["Items"]
        del found["GmtModified"]
        return {member: value for member, value in found.items() if member != "DeviceName"}

    return push_result


@pytest.fixture
def stored_speeches(platform, api):
    """Return the codes of the speeches on the device."""

    def stored_speeches() -> list[str]:
        device = platform.store.one("device", device_name=LAMP)
        listed = api("QueryDeviceSpeech", IotId=device["iot_id"])["Data"]["List"]["Items"]
        return [speech["BizCode"] for speech in listed]

    return stored_speeches


@pytest.mark.parametrize("profile", [{}, {"print": {}}, {"outcome": "fail", "print": {"outcome": "succeed"}}])
def test_print_succeeds(platform, set_profile, print_page, profile):
    set_profile(**profile)
    reply = print_page()
    assert (reply["Success"], reply["RetryCount"]) == (True, 0)
    assert platform.store.count("print_job", print_id=reply["Id"]) == 1


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        ({"print": {"outcome": "fail", "error": ERROR}}, ERROR),
        ({"print": {"outcome": "fail"}}, {"code": "2", "message": "no paper"}),
        ({"outcome": "fail"}, {"code": "2", "message": "no paper"}),
        ({"print": {"outcome": "stall", "error": ERROR}}, None),
    ],
)
def test_print_fails(platform, set_profile, print_page, profile, error):
    set_profile(**profile)
    error_members = {"DeviceErrorCode": error["code"], "DeviceErrorMessage": error["message"]} if error else {}
    reply = print_page()
    assert reply.pop("Id")
    assert reply == {"MaxRetryCount": 2, "RetryCount": 2, "Success": False, **error_members}
    assert platform.store.count("print_job") == 0


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ({"outcome": "fail", "error": ERROR}, ERROR),
        ({"outcome": "fail"}, {"code": "1", "message": "speech model not found"}),
        ({"outcome": "stall"}, None),
    ],
)
def test_speech_playback_fails(platform, api, key, set_profile, play_speech, part, error):
    set_profile(speech=part)
    error_members = {"DeviceErrorCode": error["code"], "DeviceErrorMessage": error["message"]} if error else {}
    assert play_speech(SpeechId="order1") == {
        "Id": "order1",
        "MaxRetryCount": 2,
        "RetryCount": 2,
        "Success": False,
        **error_members,
    }
    text = {"Text": "hello", "Voice": "Siyue", "AudioFormat": "wav", "SpeechId": "text1"}
    api("SpeechBySynthesis", ProductKey=key, DeviceName=LAMP, **text)
    assert {play["said"] for play in platform.store.all("speech_play", "speech_id")} == {None}
    set_profile()
    assert play_speech(SpeechId="order1")["Success"]


def test_speech_playback_is_not_repeated_for_same_id(set_profile, play_speech):
    set_profile()
    assert play_speech(SpeechId="order1")["Success"]
    set_profile(speech={"outcome": "fail"})
    assert play_speech(SpeechId="order1") == {
        "Id": "order1",
        "Detail": "3元",
        "MaxRetryCount": 2,
        "RetryCount": 0,
        "Success": True,
    }


def test_speech_playback_of_unknown_speech_fails(set_profile, play_speech):
    set_profile(speech={"error": ERROR})
    assert play_speech("HELLO")["DeviceErrorMessage"] == "speech model not found"


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        ({"speech": {"outcome": "fail", "error": ERROR}}, ERROR),
        ({"speech": {"outcome": "fail"}}, {"code": "2", "message": "download failed"}),
        ({"outcome": "fail"}, {"code": "2", "message": "download failed"}),
    ],
)
def test_speech_push_fails(api, key, simulate, set_profile, push, push_result, stored_speeches, profile, error):
    set_profile(**profile)
    simulate(product=key, names=["lamp-0002"])
    code = push()
    assert push_result(code) == {"Status": "CANCEL", "ErrorCode": error["code"], "ErrorMessage": error["message"]}
    assert push_result(code, "lamp-0002") == {"Status": "SUCCESS"}
    (job,) = api("QuerySpeechPushJob", ProjectCode="p1", JobCode=code)["Data"]["List"]["Items"]
    assert (job["SuccessDeviceNum"], job["FailDeviceNum"], job["Status"]) == (1, 1, "SUCCESS")
    assert stored_speeches() == []


def test_speech_push_without_response_times_out(set_profile, push, push_result, stored_speeches, advance_clock):
    set_profile(speech={"outcome": "stall"})
    code = push()
    assert push_result(code) == {"Status": "SENDING"}
    set_profile()
    other = push("other")
    assert (push_result(code), push_result(other)) == ({"Status": "SENDING"}, {"Status": "SUCCESS"})
    advance_clock(DAY)
    assert push_result(code) == {"Status": "TIMEOUT"}
    assert stored_speeches() == ["OTHER"]


def test_speech_push_fails_on_share_of_devices(api, key, simulate, push):
    simulate(product=key, count=200, profile={"speech": {"outcome": {"fail": 0.5}}})
    (job,) = api("QuerySpeechPushJob", ProjectCode="p1", JobCode=push())["Data"]["List"]["Items"]
    assert job["SuccessDeviceNum"] + job["FailDeviceNum"] == 200
    assert 60 < job["FailDeviceNum"] < 140


@pytest.mark.parametrize("name", ["speech", "print"])
@pytest.mark.parametrize(
    ("part", "message"),
    [
        ([], "{name} must be an object"),
        ({"outcome": "explode"}, "outcome of {name}"),
        ({"delay": 1}, "{name} has the unknown member delay"),
        ({"error": "paper jam"}, "error of {name} must be an object"),
        ({"error": {"code": "1"}}, "error of {name} must be an object"),
        ({"error": {"code": 1, "message": "paper jam"}}, "error of {name} must be an object"),
        ({"error": {"code": "1", "message": "paper jam", "detail": ""}}, "error of {name} must be an object"),
    ],
)
def test_invalid_profile_section_is_rejected(name, part, message):
    with pytest.raises(ValueError, match=message.format(name=name)):
        simulated.check_profile({name: part})


def test_documented_profile_is_valid():
    text = solutions.__doc__.partition("::\n")[2].partition("\n\n``error``")[0]
    simulated.check_profile(json.loads(text))
