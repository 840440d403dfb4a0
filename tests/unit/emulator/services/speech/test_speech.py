# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the management of speeches."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import PACKS

NUMBERS = [f"SYS_TONE_{digit}" for digit in range(10)] + ["SYS_TONE_dian", "SYS_TONE_yao"]


@pytest.fixture
def create(api):
    """Create a speech and return its code."""

    def create(biz_code: str = "ZFDZ", **params) -> str:
        params = {"ProjectCode": "p1", "Voice": "Xiaoyun", "BizCode": biz_code, "Text": "支付到账", **params}
        return api("CreateSpeech", **params)["Data"]

    return create


@pytest.fixture
def read(api):
    """Read a speech with QuerySpeech."""
    return lambda code: api("QuerySpeech", SpeechCode=code)["Data"]


def biz_codes(reply) -> list[str]:
    """Return the BizCodes of the listed speeches."""
    return [speech["BizCode"] for speech in reply["Data"]["List"]["Items"]]


def test_speech_creation_uses_defaults(create, read):
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


def test_speech_creation_with_all_parameters_stores_them(create, read):
    config = {"SoundCodeContent": "www.taobao.com", "AdditionalDuration": 3}
    settings = {"Voice": "Siyue", "AudioFormat": "mp3", "SpeechRate": -500, "Volume": 100, "EnableSoundCode": True}
    code = create("a1B", SpeechType="custom", SoundCodeConfig=config, **settings)
    assert {**settings, "SoundCodeConfig": config}.items() <= read(code).items()


@pytest.mark.parametrize("config", ['{"SoundCodeContent": "x", "AdditionalDuration": 3}', None])
def test_speech_sound_code_disabled_keeps_config(create, read, config):
    params = {} if config is None else {"SoundCodeConfig": config}
    speech = read(create(EnableSoundCode=False, **params))
    assert speech["EnableSoundCode"] is False
    assert ("SoundCodeConfig" in speech) == (config is not None)


def test_pack_creation_creates_speech_for_each_word(api, create, read):
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


def test_packs_of_all_types_have_unique_biz_codes(api, create):
    for speech_type in PACKS:
        create(SpeechType=speech_type)
    reply = api("QuerySpeechList", ProjectCode="p1")
    assert reply["Data"]["Total"] == 6
    codes = [word["BizCode"] for pack in reply["Data"]["List"]["Items"] for word in pack["SpeechList"]["Items"]]
    assert len(codes) == len(set(codes)) == 46


@pytest.mark.parametrize("biz_code", ["a-b", "支付", "a" * 33, "a b", "SYS_TONE_1"])
def test_speech_biz_code_malformed_is_rejected(platform, api_error, biz_code):
    params = {"ProjectCode": "p1", "Voice": "Siyue", "Text": "test", "BizCode": biz_code}
    assert api_error("CreateSpeech", **params).code == "iot.common.InvalidFormattedParameter"
    assert platform.store.count("speech") == 0


def test_speech_creation_without_required_parameter_fails(api, api_error, create):
    create("a" * 32)
    params = {"ProjectCode": "p1", "Voice": "Siyue", "Text": "test", "BizCode": "x"}
    for missing in ({"Text": ""}, {"BizCode": ""}, {"EnableSoundCode": True}):
        assert api_error("CreateSpeech", **{**params, **missing}).code == "iot.common.InvalidFormattedParameter"
    with pytest.raises(GatewayError, match="MissingVoice"):
        api("CreateSpeech", ProjectCode="p1", Text="test", BizCode="x")


def test_speech_biz_code_duplicate_in_project_is_rejected(api, create, api_error):
    create("ZFDZ")
    create("ZFDZ", ProjectCode="p2")
    create("zfdz")
    duplicate = {"ProjectCode": "p1", "Voice": "Siyue", "Text": "test", "BizCode": "ZFDZ", "AudioFormat": "mp3"}
    assert api_error("CreateSpeech", **duplicate).code == "iot.system.IllegalRequest"
    create(SpeechType="number")
    duplicate = {"ProjectCode": "p1", "Voice": "Siyue", "SpeechType": "number"}
    assert api_error("CreateSpeech", **duplicate).code == "iot.system.IllegalRequest"


def test_speech_list_is_filtered_and_paged_newest_first(platform, api, create, api_error):
    for number in range(25):
        create(f"s{number}", AudioFormat="mp3" if number % 2 else "wav")
        platform.clock.advance(1)
    create("other", ProjectCode="p2")
    first = api("QuerySpeechList", ProjectCode="p1")
    assert biz_codes(first) == [f"s{number}" for number in range(24, 4, -1)]
    assert (first["Data"]["PageId"], first["Data"]["PageSize"], first["Data"]["Total"]) == (1, 20, 25)
    assert biz_codes(api("QuerySpeechList", ProjectCode="p1", PageId=2, PageSize=24)) == ["s0"]
    wav = api("QuerySpeechList", ProjectCode="p1", AudioFormat="wav", PageSize=50)
    assert biz_codes(wav) == [f"s{number}" for number in range(24, -1, -2)]
    api("QuerySpeechList", ProjectCode="p1", PageId=10_000)
    for invalid in ({"PageId": 10_001}, {"PageId": 0}, {"PageSize": 51}, {"PageSize": 0}):
        assert api_error("QuerySpeechList", ProjectCode="p1", **invalid).code == "iot.common.InvalidPageParams"
    malformed = api_error("QuerySpeechList", ProjectCode="p1", AudioFormat="ogg")
    assert malformed.code == "iot.common.InvalidFormattedParameter"


def test_speech_update_keeps_absent_parameters(api, create, read):
    config = {"SoundCodeContent": "www.taobao.com", "AdditionalDuration": 3}
    code = create(AudioFormat="mp3", SpeechRate=100, Volume=70, EnableSoundCode=True, SoundCodeConfig=config)
    before = read(code)
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Siyue")
    assert read(code) == {**before, "Voice": "Siyue"}
    changed = {"Voice": "Aida", "SpeechRate": 0, "Volume": 0, "EnableSoundCode": False}
    other_config = {"SoundCodeContent": "x", "AdditionalDuration": 1}
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, **changed, SoundCodeConfig=other_config)
    assert read(code) == {**before, **changed, "SoundCodeConfig": other_config}


def test_speech_update_changes_file_size(platform, api, create):
    code = create()
    [before] = platform.store.all("speech")
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Xiaoyun", SpeechRate=-500)
    [after] = platform.store.all("speech")
    assert after["size"] == pytest.approx(2 * before["size"], rel=0.02)


def test_pack_update_updates_its_words(platform, api, create):
    code = create(SpeechType="monetary_unit")
    sizes_before = {row["biz_code"]: row["size"] for row in platform.store.all("speech")}
    api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Aida", SpeechRate=500)
    rows = platform.store.all("speech")
    assert {row["voice"] for row in rows} == {"Aida"}
    for row in rows:
        assert row["size"] is None or row["size"] < sizes_before[row["biz_code"]]
    assert [row["biz_code"] for row in rows if row["size"] is None] == ["SYS_TONE_MONETARY"]


def test_speech_update_invalid_is_rejected(create, api_error):
    code = create()
    params = {"ProjectCode": "p1", "SpeechCode": code, "Voice": "Siyue"}
    for invalid in ({"Voice": "x"}, {"SpeechRate": 501}, {"Volume": 101}, {"EnableSoundCode": True}):
        assert api_error("UpdateSpeech", **{**params, **invalid}).code == "iot.common.InvalidFormattedParameter"
    for invalid in ({"ProjectCode": "p2"}, {"SpeechCode": "x"}):
        assert api_error("UpdateSpeech", **{**params, **invalid}).code == "iot.speech.InvalidSpeechCodeList"


def test_speech_deletion_ignores_duplicates(platform, api, create, api_error):
    first, second, pack = create("one"), create("two"), create(SpeechType="time_unit")
    api("DeleteSpeech", SpeechCodeList=[first, pack, first])
    assert [row["speech_code"] for row in platform.store.all("speech")] == [second]
    assert api_error("QuerySpeech", SpeechCode=first).code == "iot.speech.InvalidSpeechCodeList"
    create("one")


def test_speech_deletion_with_missing_speech_deletes_none(platform, create, api_error):
    code = create()
    assert api_error("DeleteSpeech", SpeechCodeList=[code, "x"]).code == "iot.speech.InvalidSpeechCodeList"
    assert platform.store.count("speech") == 1


def test_speech_deletion_beyond_20_is_rejected(platform, api, create, api_error):
    codes = [create(f"s{number}") for number in range(21)]
    assert api_error("DeleteSpeech", SpeechCodeList=codes).code == "iot.speech.InvalidSpeechCodeList"
    assert platform.store.count("speech") == 21
    api("DeleteSpeech", SpeechCodeList=codes[:20])
    assert platform.store.count("speech") == 1


def test_word_deletion_removes_it_from_pack(api, create):
    pack = create(SpeechType="monetary_unit")
    words = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"][0]["SpeechList"]["Items"]
    api("DeleteSpeech", SpeechCodeList=[word["SpeechCode"] for word in words[:2]])
    [remaining_pack] = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"]
    assert [word["Text"] for word in remaining_pack["SpeechList"]["Items"]] == ["元"]
    api("DeleteSpeech", SpeechCodeList=[words[2]["SpeechCode"]])
    [empty] = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"]
    assert empty["SpeechCode"] == pack
    assert "SpeechList" not in empty
