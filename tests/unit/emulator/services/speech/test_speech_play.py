# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test playing speeches on devices."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ABSENT = "nothing0000000000000000100"


@pytest.fixture
def lamp(platform, api):
    """Register an online device with speeches in two formats."""
    key = api("CreateProduct", ProductName="speakers", NodeType=0)["ProductKey"]
    device = api("RegisterDevice", ProductKey=key, DeviceName="lamp1")["Data"]
    with platform.store.transaction():
        now = platform.clock.now()
        platform.store.update("device", {"online": 1, "activated_at": now}, iot_id=device["IotId"])
        for audio_format, biz_code, text in (("wav", "ZFDZ", "支付到账"), ("mp3", "XX", "谢谢")):
            row = {"audio_format": audio_format, "biz_code": biz_code, "text": text, "size": 1}
            platform.store.insert("device_speech", iot_id=device["IotId"], **row)
    return device


def test_combination_is_played_in_order(platform, api, lamp):
    parts = ["ZFDZ", "{$1000}", "XX"]
    reply = api("SyncSpeechByCombination", IotId=lamp["IotId"], CombinationList=parts, SpeechId="order1")
    assert reply["Data"] == {
        "Detail": "支付到账 1000元 谢谢",
        "Id": "order1",
        "MaxRetryCount": 2,
        "RetryCount": 0,
        "Success": True,
    }
    [play] = platform.store.all("speech_play", "speech_id")
    assert json.loads(play["content"]) == parts
    assert (play["said"], play["audio_format"], play["is_enforced"]) == ("支付到账 1000元 谢谢", None, 0)


def test_combination_without_id_gets_random_id(api, lamp):
    ids = {
        api("SyncSpeechByCombination", IotId=lamp["IotId"], CombinationList=["ZFDZ"])["Data"]["Id"]
        for _number in range(2)
    }
    assert len(ids) == 2
    assert all(len(speech_id) == 32 for speech_id in ids)


@pytest.mark.parametrize(
    ("parts", "audio_format"),
    [
        (["nothing"], ""),
        (["ZFDZ", "nothing"], ""),
        (["ZFDZ"], "mp3"),
        (["zfdz"], ""),
        (["{$}"], ""),
        (["{$ten}"], ""),
        (["{1000}"], ""),
    ],
)
def test_combination_with_unknown_part_fails(api, lamp, parts, audio_format):
    reply = api(
        "SyncSpeechByCombination", IotId=lamp["IotId"], CombinationList=parts, AudioFormat=audio_format, SpeechId="one"
    )
    assert reply["Data"] == {
        "DeviceErrorCode": "1",
        "DeviceErrorMessage": "speech model not found",
        "Id": "one",
        "MaxRetryCount": 2,
        "RetryCount": 2,
        "Success": False,
    }


@pytest.mark.parametrize(("amount", "detail"), [("{$0.5}", "0.5元"), ("{$79}", "79元"), ("{$1000}", "1000元")])
def test_combination_amount_is_played(api, lamp, amount, detail):
    reply = api("SyncSpeechByCombination", IotId=lamp["IotId"], CombinationList=[amount], AudioFormat="amr")
    assert reply["Data"]["Detail"] == detail


def test_asynchronous_combination_returns_no_result(platform, api, lamp):
    params = {"ProductKey": lamp["ProductKey"], "DeviceName": "lamp1"}
    assert api("SpeechByCombination", **params, CombinationList=["ZFDZ"], AudioFormat="wav", EnforceFlag=True) == {}
    assert api("SpeechByCombination", **params, CombinationList=["nothing"]) == {}
    plays = platform.store.all("speech_play", "said IS NULL")
    assert [play["said"] for play in plays] == ["支付到账", None]
    assert (plays[0]["audio_format"], plays[0]["is_enforced"]) == ("wav", 1)


@pytest.mark.parametrize("action", ["SyncSpeechByCombination", "SpeechByCombination"])
def test_combination_with_used_id_is_not_played_again(platform, api, lamp, action):
    api(action, IotId=lamp["IotId"], CombinationList=["ZFDZ"], SpeechId="order1")
    [first_play] = platform.store.all("speech_play", "speech_id")
    platform.clock.advance(1)
    api(action, IotId=lamp["IotId"], CombinationList=["XX"], SpeechId="order1")
    assert platform.store.all("speech_play", "speech_id") == [first_play]
    second_reply = api("SyncSpeechByCombination", IotId=lamp["IotId"], CombinationList=["XX"], SpeechId="order1")
    assert second_reply["Data"]["Detail"] == "支付到账"


def test_failed_combination_with_same_id_is_played_again(platform, api, lamp):
    params = {"IotId": lamp["IotId"], "CombinationList": ["later"], "SpeechId": "order1"}
    assert api("SyncSpeechByCombination", **params)["Data"]["Success"] is False
    row = {"audio_format": "wav", "biz_code": "later", "text": "later", "size": 1}
    platform.store.insert("device_speech", iot_id=lamp["IotId"], **row)
    assert api("SyncSpeechByCombination", **params)["Data"]["Success"] is True
    assert platform.store.count("speech_play") == 1


def test_synthesis_plays_text(platform, api, lamp):
    params = {"IotId": lamp["IotId"], "AudioFormat": "mp3", "Text": "欢迎光临", "Voice": "Siyue"}
    assert api("SpeechBySynthesis", **params, SpeechRate=-5, Volume=99, SpeechId="one") == {}
    [play] = platform.store.all("speech_play", "speech_id")
    assert json.loads(play["content"]) == ["欢迎光临"]
    expected = {"audio_format": "mp3", "voice": "Siyue", "speech_rate": -5, "volume": 99, "said": "欢迎光临"}
    assert {**expected, "is_enforced": 0}.items() <= play.items()
    api("SpeechBySynthesis", **{**params, "Text": "other"}, SpeechId="one")
    assert platform.store.one("speech_play")["said"] == "欢迎光临"


@pytest.mark.parametrize(
    "invalid",
    [
        {"Text": "100"},
        {"Text": "路" * 51},
        {"Voice": "Unknown"},
        {"AudioFormat": "ogg"},
        {"SpeechRate": 501},
        {"Volume": -1},
    ],
)
def test_synthesis_with_invalid_parameters_is_rejected(api_error, lamp, invalid):
    params = {"IotId": lamp["IotId"], "AudioFormat": "mp3", "Text": "test", "Voice": "Siyue", **invalid}
    assert api_error("SpeechBySynthesis", **params).code == "iot.common.InvalidFormattedParameter"


COMBINATION = {"CombinationList": ["ZFDZ"]}
ACTIONS = [
    ("SpeechByCombination", COMBINATION),
    ("SyncSpeechByCombination", COMBINATION),
    ("SpeechBySynthesis", {"AudioFormat": "wav", "Text": "test", "Voice": "Siyue"}),
]


@pytest.mark.parametrize(("action", "params"), ACTIONS)
@pytest.mark.parametrize("state", [{"online": 0}, {"enabled": 0}, {"online": 0, "activated_at": None}])
def test_play_on_unavailable_device_is_rejected(platform, api_error, lamp, action, params, state):
    platform.store.update("device", state, iot_id=lamp["IotId"])
    assert api_error(action, IotId=lamp["IotId"], **params).code == "iot.messagebroker.OFFLINE"
    assert platform.store.count("speech_play") == 0


@pytest.mark.parametrize(("action", "params"), ACTIONS)
def test_play_on_missing_device_is_rejected(api_error, lamp, action, params):
    assert api_error(action, IotId=ABSENT, **params).code == "iot.device.NotExistedDevice"
    assert api_error(action, ProductKey=lamp["ProductKey"], **params).code == "iot.device.NullDeviceName"
    assert api_error(action, DeviceName="lamp1", **params).code == "iot.prod.NullProductKey"


def test_combination_with_unknown_format_is_rejected(api_error, lamp):
    for action in ("SpeechByCombination", "SyncSpeechByCombination"):
        invalid = api_error(action, IotId=lamp["IotId"], **COMBINATION, AudioFormat="ogg")
        assert invalid.code == "iot.common.InvalidFormattedParameter"


def test_combination_without_parts_fails(api, lamp):
    with pytest.raises(GatewayError, match="MissingCombinationList"):
        api("SpeechByCombination", IotId=lamp["IotId"])


def test_device_deletion_deletes_its_plays(platform, api, lamp):
    api("SpeechByCombination", IotId=lamp["IotId"], **COMBINATION)
    api("DeleteDevice", IotId=lamp["IotId"])
    assert platform.store.count("speech_play") == 0
