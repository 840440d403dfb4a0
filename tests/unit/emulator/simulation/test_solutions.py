# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulated devices that take speeches, speak and print, or do not."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.simulation import simulated, solutions

LAMP = "lamp-0001"
ERROR = {"code": "3", "message": "device busy"}
DAY = 24 * 3600


@pytest.fixture
def behave(api, key, simulate):
    """Let the device ``LAMP`` behave as a profile says."""
    return lambda **profile: simulate(product=key, names=[LAMP], profile=profile)


@pytest.fixture
def printed(api, key):
    """What the platform says of a page."""
    return lambda: api("PrintByTemplate", ProductKey=key, DeviceName=LAMP, TemplateBizCode="receipt")["Data"]


@pytest.fixture
def said(api, key):
    """What the platform says of an amount that the device is to say."""

    def said(*parts: str, **params):
        asked = {"ProductKey": key, "DeviceName": LAMP, "CombinationList": list(parts or ["{$3}"]), **params}
        return api("SyncSpeechByCombination", **asked)["Data"]

    return said


@pytest.fixture
def push(api, key, advance_clock):
    """Push a speech to all devices and return the job's code, a while later."""

    def push(text: str = "hello") -> str:
        made = api("CreateSpeech", ProjectCode="p1", Voice="Siyue", BizCode=text.upper(), Text=text)["Data"]
        code = api("PushSpeech", ProjectCode="p1", SpeechCodeList=[made], PushMode="ALL")["Data"]
        advance_clock(1)
        return code

    return push


@pytest.fixture
def pushed(api):
    """What the platform says of a push to one device."""

    def pushed(code: str, name: str = LAMP):
        (found,) = api("QuerySpeechPushJobDevice", JobCode=code, DeviceName=name)["Data"]["List"]["Items"]
        del found["GmtModified"]
        return {member: value for member, value in found.items() if member != "DeviceName"}

    return pushed


@pytest.fixture
def kept(platform, api):
    """The identifiers of the speeches on the device."""

    def kept() -> list[str]:
        device = platform.store.one("device", device_name=LAMP)
        listed = api("QueryDeviceSpeech", IotId=device["iot_id"])["Data"]["List"]["Items"]
        return [speech["BizCode"] for speech in listed]

    return kept


@pytest.mark.parametrize("profile", [{}, {"print": {}}, {"outcome": "fail", "print": {"outcome": "succeed"}}])
def test_a_page(platform, behave, printed, profile):
    behave(**profile)
    reply = printed()
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
def test_no_page(platform, behave, printed, profile, error):
    behave(**profile)
    told = {"DeviceErrorCode": error["code"], "DeviceErrorMessage": error["message"]} if error else {}
    reply = printed()
    assert reply.pop("Id")
    assert reply == {"MaxRetryCount": 2, "RetryCount": 2, "Success": False, **told}
    assert platform.store.count("print_job") == 0


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ({"outcome": "fail", "error": ERROR}, ERROR),
        ({"outcome": "fail"}, {"code": "1", "message": "speech model not found"}),
        ({"outcome": "stall"}, None),
    ],
)
def test_a_device_does_not_speak(platform, api, key, behave, said, part, error):
    behave(speech=part)
    told = {"DeviceErrorCode": error["code"], "DeviceErrorMessage": error["message"]} if error else {}
    assert said(SpeechId="order1") == {"Id": "order1", "MaxRetryCount": 2, "RetryCount": 2, "Success": False, **told}
    text = {"Text": "hello", "Voice": "Siyue", "AudioFormat": "wav", "SpeechId": "text1"}
    api("SpeechBySynthesis", ProductKey=key, DeviceName=LAMP, **text)
    assert {play["said"] for play in platform.store.all("speech_play", "speech_id")} == {None}
    behave()
    assert said(SpeechId="order1")["Success"]


def test_what_a_device_has_said_it_does_not_say_again(behave, said):
    behave()
    assert said(SpeechId="order1")["Success"]
    behave(speech={"outcome": "fail"})
    assert said(SpeechId="order1") == {
        "Id": "order1",
        "Detail": "3元",
        "MaxRetryCount": 2,
        "RetryCount": 0,
        "Success": True,
    }


def test_a_device_that_does_not_know_a_speech_says_so(behave, said):
    behave(speech={"error": ERROR})
    assert said("HELLO")["DeviceErrorMessage"] == "speech model not found"


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        ({"speech": {"outcome": "fail", "error": ERROR}}, ERROR),
        ({"speech": {"outcome": "fail"}}, {"code": "2", "message": "download failed"}),
        ({"outcome": "fail"}, {"code": "2", "message": "download failed"}),
    ],
)
def test_a_device_does_not_take_a_speech(api, key, simulate, behave, push, pushed, kept, profile, error):
    behave(**profile)
    simulate(product=key, names=["lamp-0002"])
    code = push()
    assert pushed(code) == {"Status": "CANCEL", "ErrorCode": error["code"], "ErrorMessage": error["message"]}
    assert pushed(code, "lamp-0002") == {"Status": "SUCCESS"}
    (job,) = api("QuerySpeechPushJob", ProjectCode="p1", JobCode=code)["Data"]["List"]["Items"]
    assert (job["SuccessDeviceNum"], job["FailDeviceNum"], job["Status"]) == (1, 1, "SUCCESS")
    assert kept() == []


def test_a_device_never_says_how_it_went(behave, push, pushed, kept, advance_clock):
    behave(speech={"outcome": "stall"})
    code = push()
    assert pushed(code) == {"Status": "SENDING"}
    behave()
    other = push("other")
    assert (pushed(code), pushed(other)) == ({"Status": "SENDING"}, {"Status": "SUCCESS"})
    advance_clock(DAY)
    assert pushed(code) == {"Status": "TIMEOUT"}
    assert kept() == ["OTHER"]


def test_a_share_of_the_devices_fails(api, key, simulate, push):
    simulate(product=key, count=200, profile={"speech": {"outcome": {"fail": 0.5}}})
    (job,) = api("QuerySpeechPushJob", ProjectCode="p1", JobCode=push())["Data"]["List"]["Items"]
    assert job["SuccessDeviceNum"] + job["FailDeviceNum"] == 200
    assert 60 < job["FailDeviceNum"] < 140


@pytest.mark.parametrize("name", ["speech", "print"])
@pytest.mark.parametrize(
    ("part", "why"),
    [
        ([], "{name} is an object"),
        ({"outcome": "explode"}, "outcome of {name}"),
        ({"delay": 1}, "{name} has no delay"),
        ({"error": "paper jam"}, "error of {name} is an object"),
        ({"error": {"code": "1"}}, "error of {name} is an object"),
        ({"error": {"code": 1, "message": "paper jam"}}, "error of {name} is an object"),
        ({"error": {"code": "1", "message": "paper jam", "detail": ""}}, "error of {name} is an object"),
    ],
)
def test_profiles_that_are_none(name, part, why):
    with pytest.raises(ValueError, match=why.format(name=name)):
        simulated.check_profile({name: part})


def test_the_profile_of_the_documentation():
    text = solutions.__doc__.partition("::\n")[2].partition("\n\n``error``")[0]
    simulated.check_profile(json.loads(text))
