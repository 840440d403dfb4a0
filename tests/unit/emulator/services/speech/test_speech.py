# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import PACKS

NUMBERS = [f"SYS_TONE_{digit}" for digit in range(10)] + ["SYS_TONE_dian", "SYS_TONE_yao"]


@pytest.fixture
def create(api):
    """Create a speech and return its code."""

    def create(biz_code: str = "ZFDZ", **params) -> str:
        asked = {"ProjectCode": "p1", "Voice": "Xiaoyun", "BizCode": biz_code, "Text": "支付到账", **params}
        return api("CreateSpeech", **asked)["Data"]

    return create


@pytest.fixture
def read(api):
    """What QuerySpeech says of a speech."""
    return lambda code: api("QuerySpeech", SpeechCode=code)["Data"]


def listed(reply) -> list[str]:
    return [speech["BizCode"] for speech in reply["Data"]["List"]["Items"]]


def test_a_speech(create, read):
    code = create()
    assert read(code) == {
        "AudioFormat": "wav",
        "BizCode": "ZFDZ",
        "EnableSoundCode": False,
        "SpeechCode": code,
        "SpeechRate": 0,
        "SpeechType": "custom",
        "Text": "支付到账",
        "Voice": "Xiaoyun",
        "Volume": 50,
    }


def test_a_speech_with_all_that_it_can_have(create, read):
    config = {"SoundCodeContent": "www.taobao.com", "AdditionalDuration": 3}
    manner = {"Voice": "Siyue", "AudioFormat": "mp3", "SpeechRate": -500, "Volume": 100, "EnableSoundCode": True}
    code = create("a1B", SpeechType="custom", SoundCodeConfig=config, **manner)
    assert {**manner, "SoundCodeConfig": config}.items() <= read(code).items()


@pytest.mark.parametrize("config", ['{"SoundCodeContent": "x", "AdditionalDuration": 3}', None])
def test_a_sound_code_that_is_not_in_use(create, read, config):
    params = {} if config is None else {"SoundCodeConfig": config}
    speech = read(create(EnableSoundCode=False, **params))
    assert speech["EnableSoundCode"] is False
    assert ("SoundCodeConfig" in speech) == (config is not None)


def test_a_pack_has_a_speech_for_each_word(api, create, read):
    code = create("ignored", SpeechType="number", Voice="Aida", AudioFormat="amr", SpeechRate=7)
    [pack] = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"]
    words = pack.pop("SpeechList")["Items"]
    assert pack == {
        "AudioFormat": "amr",
        "BizCode": "SYS_TONE",
        "SpeechCode": code,
        "SpeechType": "number",
        "Text": "数字",
        "Voice": "Aida",
    }
    assert [word["BizCode"] for word in words] == NUMBERS
    assert (words[0]["Text"], words[10]["Text"], words[0]["Voice"]) == ("0", "点", "Aida")
    word = read(words[3]["SpeechCode"])
    assert (word["BizCode"], word["Text"], word["AudioFormat"], word["SpeechRate"]) == ("SYS_TONE_3", "3", "amr", 7)


def test_all_packs_side_by_side(api, create):
    for speech_type in PACKS:
        create(SpeechType=speech_type)
    reply = api("QuerySpeechList", ProjectCode="p1")
    assert reply["Data"]["Total"] == 6
    codes = [word["BizCode"] for pack in reply["Data"]["List"]["Items"] for word in pack["SpeechList"]["Items"]]
    assert len(codes) == len(set(codes)) == 46


@pytest.mark.parametrize("biz_code", ["a-b", "支付", "a" * 33, "a b", "SYS_TONE_1"])
def test_malformed_identifiers(platform, api_error, biz_code):
    asked = {"ProjectCode": "p1", "Voice": "Siyue", "Text": "test", "BizCode": biz_code}
    assert api_error("CreateSpeech", **asked).code == "iot.common.InvalidFormattedParameter"
    assert platform.store.count("speech") == 0


def test_what_a_custom_speech_needs(api, create):
    create("a" * 32)
    for name in ("Text", "BizCode"):
        with pytest.raises(GatewayError, match=f"Missing{name}"):
            create(**{"biz_code": "x", name: ""})
    with pytest.raises(GatewayError, match="MissingSoundCodeConfig"):
        create("x", EnableSoundCode=True)
    with pytest.raises(GatewayError, match="MissingVoice"):
        api("CreateSpeech", ProjectCode="p1", Text="test", BizCode="x")


def test_an_identifier_is_there_once_in_a_project(api, create, api_error):
    create("ZFDZ")
    create("ZFDZ", ProjectCode="p2")
    create("zfdz")
    again = {"ProjectCode": "p1", "Voice": "Siyue", "Text": "test", "BizCode": "ZFDZ", "AudioFormat": "mp3"}
    assert api_error("CreateSpeech", **again).code == "iot.system.IllegalRequest"
    create(SpeechType="number")
    again = {"ProjectCode": "p1", "Voice": "Siyue", "SpeechType": "number"}
    assert api_error("CreateSpeech", **again).code == "iot.system.IllegalRequest"


def test_the_list(platform, api, create, api_error):
    for number in range(25):
        create(f"s{number}", AudioFormat="mp3" if number % 2 else "wav")
        platform.clock.advance(1)
    create("other", ProjectCode="p2")
    first = api("QuerySpeechList", ProjectCode="p1")
    assert listed(first) == [f"s{number}" for number in range(24, 4, -1)]
    assert (first["Data"]["PageId"], first["Data"]["PageSize"], first["Data"]["Total"]) == (1, 20, 25)
    assert listed(api("QuerySpeechList", ProjectCode="p1", PageId=2, PageSize=24)) == ["s0"]
    wav = api("QuerySpeechList", ProjectCode="p1", AudioFormat="wav", PageSize=50)
    assert listed(wav) == [f"s{number}" for number in range(24, -1, -2)]
    api("QuerySpeechList", ProjectCode="p1", PageId=10_000)
    for wrong in ({"PageId": 10_001}, {"PageId": 0}, {"PageSize": 51}, {"PageSize": 0}):
        assert api_error("QuerySpeechList", ProjectCode="p1", **wrong).code == "iot.common.InvalidPageParams"
    malformed = api_error("QuerySpeechList", ProjectCode="p1", AudioFormat="ogg")
    assert malformed.code == "iot.common.InvalidFormattedParameter"


def test_an_update_leaves_what_is_not_given(api, create, read):
    config = {"SoundCodeContent": "www.taobao.com", "AdditionalDuration": 3}
    code = create(AudioFormat="mp3", SpeechRate=100, Volume=70, EnableSoundCode=True, SoundCodeConfig=config)
    before = read(code)
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Siyue")
    assert read(code) == {**before, "Voice": "Siyue"}
    changed = {"Voice": "Aida", "SpeechRate": 0, "Volume": 0, "EnableSoundCode": False}
    other = {"SoundCodeContent": "x", "AdditionalDuration": 1}
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, **changed, SoundCodeConfig=other)
    assert read(code) == {**before, **changed, "SoundCodeConfig": other}


def test_an_update_makes_the_file_anew(platform, api, create):
    code = create()
    [before] = platform.store.all("speech")
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Xiaoyun", SpeechRate=-500)
    [after] = platform.store.all("speech")
    assert after["size"] == pytest.approx(2 * before["size"], rel=0.02)


def test_an_update_of_a_pack_is_one_of_its_words(platform, api, create):
    code = create(SpeechType="monetary_unit")
    platform_sizes = {row["biz_code"]: row["size"] for row in platform.store.all("speech")}
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Aida", SpeechRate=500)
    rows = platform.store.all("speech")
    assert {row["voice"] for row in rows} == {"Aida"}
    for row in rows:
        assert row["size"] is None or row["size"] < platform_sizes[row["biz_code"]]
    assert [row["biz_code"] for row in rows if row["size"] is None] == ["SYS_TONE_MONETARY"]


def test_updates_that_are_refused(api, create, api_error):
    code = create()
    asked = {"ProjectCode": "p1", "SpeechCode": code, "Voice": "Siyue"}
    for wrong in ({"Voice": "x"}, {"SpeechRate": 501}, {"Volume": 101}):
        assert api_error("UpdateSpeech", **{**asked, **wrong}).code == "iot.common.InvalidFormattedParameter"
    with pytest.raises(GatewayError, match="MissingSoundCodeConfig"):
        api("UpdateSpeech", **asked, EnableSoundCode=True)
    for wrong in ({"ProjectCode": "p2"}, {"SpeechCode": "x"}):
        assert api_error("UpdateSpeech", **{**asked, **wrong}).code == "iot.speech.InvalidSpeechCodeList"


def test_deletion(platform, api, create, api_error):
    first, second, pack = create("one"), create("two"), create(SpeechType="time_unit")
    api("DeleteSpeech", SpeechCodeList=[first, pack, first])
    assert [row["speech_code"] for row in platform.store.all("speech")] == [second]
    assert api_error("QuerySpeech", SpeechCode=first).code == "iot.speech.InvalidSpeechCodeList"
    create("one")


def test_all_speeches_are_deleted_or_none(platform, create, api_error):
    code = create()
    assert api_error("DeleteSpeech", SpeechCodeList=[code, "x"]).code == "iot.speech.InvalidSpeechCodeList"
    assert platform.store.count("speech") == 1


def test_a_call_deletes_at_most_20(platform, api, create, api_error):
    codes = [create(f"s{number}") for number in range(21)]
    assert api_error("DeleteSpeech", SpeechCodeList=codes).code == "iot.speech.InvalidSpeechCodeList"
    assert platform.store.count("speech") == 21
    api("DeleteSpeech", SpeechCodeList=codes[:20])
    assert platform.store.count("speech") == 1


def test_a_word_can_leave_its_pack(api, create):
    pack = create(SpeechType="monetary_unit")
    words = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"][0]["SpeechList"]["Items"]
    api("DeleteSpeech", SpeechCodeList=[word["SpeechCode"] for word in words[:2]])
    [left] = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"]
    assert [word["Text"] for word in left["SpeechList"]["Items"]] == ["元"]
    api("DeleteSpeech", SpeechCodeList=[words[2]["SpeechCode"]])
    [empty] = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"]
    assert empty["SpeechCode"] == pack
    assert "SpeechList" not in empty
