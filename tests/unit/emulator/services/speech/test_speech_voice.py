# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test speech settings and the generated audio files."""

from __future__ import annotations

import io
import struct
import wave

import pytest

from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import PACKS, VOICES
from ansible_collections.iotops.aliyun.emulator.storage import audio
from ansible_collections.iotops.aliyun.emulator.storage.audio import Sound

VALID_PARAMS = {"ProjectCode": "p1", "Voice": "Siyue", "Text": "支付到账"}


@pytest.fixture
def synthesize(api, download):
    """Return the files that TestSpeech generates."""

    def synthesize(**params) -> list[bytes]:
        reply = api("TestSpeech", **{**VALID_PARAMS, **params})
        return [download(url) for url in reply["Data"]["items"]]

    return synthesize


def samples(file: bytes) -> tuple[int, ...]:
    """Return the samples of a WAV file and check its format."""
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        content = sound.readframes(sound.getnframes())
    return struct.unpack(f"<{len(content) // 2}h", content)


def test_voice_list_returns_scenes(api):
    scenes = api("GetSpeechVoice")["Data"]["Items"]
    assert [(scene["Label"], scene["Value"]) for scene in scenes] == [
        ("通用场景", "tongyong"),
        ("客服场景", "kefu"),
        ("童声场景", "tongsheng"),
    ]
    assert scenes[0]["VoiceList"]["Items"][0] == {"Label": "小云,标准女声", "Value": "Xiaoyun"}
    names = [voice["Value"] for scene in scenes for voice in scene["VoiceList"]["Items"]]
    assert len(names) == len(set(names))
    assert set(names) == set(VOICES)


def test_wav_duration_depends_on_text_length(synthesize):
    [file] = synthesize()
    assert len(samples(file)) == 4 * 0.2 * 8000
    assert "支付到账".encode() in file


@pytest.mark.parametrize(("rate", "seconds"), [(-500, 1.6), (0, 0.8), (500, 0.4)])
def test_wav_duration_depends_on_rate(synthesize, rate, seconds):
    [file] = synthesize(SpeechRate=rate)
    assert len(samples(file)) == seconds * 8000


@pytest.mark.parametrize(("volume", "peak"), [(0, 0), (50, 16384), (100, 32767)])
def test_wav_amplitude_depends_on_volume(synthesize, volume, peak):
    [file] = synthesize(Volume=volume, Text="test")
    assert max(samples(file)) == pytest.approx(peak, rel=0.02)


def test_wav_tone_depends_on_voice_and_character(synthesize):
    [woman] = synthesize(Text="ab a")
    [man] = synthesize(Text="ab a", Voice="Xiaogang")
    assert samples(woman) != samples(man)
    first, second, pause, last = (samples(woman)[start : start + 1600] for start in range(0, 6400, 1600))
    assert first == last != second
    assert set(pause) == {0}


def test_wav_with_sound_code_is_longer(synthesize):
    config = {"SoundCodeContent": "www.taobao.com", "AdditionalDuration": 10}
    [file] = synthesize(EnableSoundCode=True, SoundCodeConfig=config)
    assert len(samples(file)) == (0.8 + 10) * 8000
    assert b"www.taobao.com" in file
    [without_sound_code] = synthesize(EnableSoundCode=False, SoundCodeConfig=config)
    assert [without_sound_code] == synthesize()


def test_sound_code_config_as_json_is_accepted(synthesize):
    [file] = synthesize(EnableSoundCode=True, SoundCodeConfig='{"SoundCodeContent": "x", "AdditionalDuration": 15}')
    assert len(samples(file)) == (0.8 + 15) * 8000


def test_mp3_has_id3_tag_and_silent_frames(api, download):
    config = {"SoundCodeContent": "www.taobao.com", "AdditionalDuration": 1}
    reply = api("TestSpeech", **VALID_PARAMS, AudioFormat="mp3", EnableSoundCode=True, SoundCodeConfig=config)
    file = download(reply["Data"]["items"][0], "audio/mpeg")
    assert file[:10] == b"ID3\x04\0\0\0\0" + bytes((0, 23 + 25))
    assert file[10:58].startswith(b"TIT2\0\0\0\x0d\0\0\x03" + "支付到账".encode())
    assert file[33:58] == b"TIT3\0\0\0\x0f\0\0\x03www.taobao.com"
    frames = file[58:]
    assert len(frames) == 72 * 50  # frames of 36 milliseconds in 1.8 seconds
    assert {frames[start : start + 72] for start in range(0, len(frames), 72)} == {b"\xff\xf3\x28\xc0" + bytes(68)}


def test_amr_has_empty_frames(api, download):
    file = download(api("TestSpeech", **VALID_PARAMS, AudioFormat="amr")["Data"]["items"][0], "audio/amr")
    assert file == b"#!AMR\n" + (b"\x04" + bytes(12)) * 40  # frames of 20 milliseconds in 0.8 seconds


def test_wav_tone_frequency_is_within_octave():
    # The character codes modulo 12 are 0 and 6.
    content = samples(audio.render(Sound("lr", 250, volume=100), audio.WAV))
    for begin, period in ((0, 32), (1600, 23)):
        tone = content[begin : begin + 1600]
        assert tone[: period * 10] == tone[:period] * 10
        assert min(tone[1 : period // 2]) > 0 > max(tone[period // 2 + 1 : period])
    assert (max(content), min(content)) == (32767, -32767)


def test_mp3_tag_lengths_are_syncsafe():
    file = audio.render(Sound("a" * 20_000, 220, rate=500), audio.MP3)
    assert file[6:10] == bytes((0, 1, 28, 43))
    assert file[10:21] == b"TIT2" + bytes((0, 1, 28, 33)) + b"\0\0\x03"


def test_wav_chunk_of_uneven_length_is_padded():
    file = audio.render(Sound("ab", 220), audio.WAV)
    assert struct.unpack_from("<I", file, 4)[0] == len(file) - 8
    assert len(samples(file)) == 3200


@pytest.mark.parametrize("speech_type", PACKS)
def test_pack_returns_file_for_each_word(synthesize, speech_type):
    words = list(PACKS[speech_type].words.values())
    files = synthesize(SpeechType=speech_type, Text="$")
    assert len(files) == len(words)
    for file, word in zip(files, words, strict=True):
        assert len(samples(file)) == len(word) * 1600


@pytest.mark.parametrize(
    "params",
    [
        {"Voice": "xiaoyun"},
        {"Voice": "Unknown"},
        {"SpeechType": "weekday"},
        {"AudioFormat": "ogg"},
        {"SpeechRate": -501},
        {"SpeechRate": 501},
        {"Volume": -1},
        {"Volume": 101},
        {"Text": "100"},
        {"Text": "a,b"},
        {"Text": "a" * 101},
        {"Text": "路" * 51},
        {"SoundCodeConfig": {"SoundCodeContent": "x"}},
        {"SoundCodeConfig": {"AdditionalDuration": 3}},
        {"SoundCodeConfig": {"SoundCodeContent": "", "AdditionalDuration": 3}},
        {"SoundCodeConfig": {"SoundCodeContent": "x", "AdditionalDuration": 0}},
        {"SoundCodeConfig": {"SoundCodeContent": "x", "AdditionalDuration": 16}},
        {"SoundCodeConfig": {"SoundCodeContent": "x", "AdditionalDuration": "long"}},
        {"SoundCodeConfig": '{"SoundCodeContent": 1, "AdditionalDuration": 3}'},
        {"SoundCodeConfig": '{"SoundCodeContent": "x", "AdditionalDuration": true}'},
    ],
)
def test_speech_parameter_invalid_is_rejected(api_error, params):
    assert api_error("TestSpeech", **{**VALID_PARAMS, **params}).code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize("text", ["a", "a" * 100, "路" * 50, "路 road " * 10, " "])
def test_speech_text_at_limits_is_accepted(synthesize, text):
    [file] = synthesize(Text=text)
    assert len(samples(file)) == len(text) * 1600


def test_speech_without_text_or_sound_code_config_fails(api_error):
    voice = {"ProjectCode": "p1", "Voice": "Siyue"}
    for params in (voice, {**voice, "SpeechType": "custom", "Text": ""}, {**VALID_PARAMS, "EnableSoundCode": True}):
        assert api_error("TestSpeech", **params).code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateSpeech", {"Voice": "Siyue", "SpeechType": "number"}),
        ("UpdateSpeech", {"Voice": "Siyue", "SpeechCode": "x"}),
        ("TestSpeech", {"Voice": "Siyue", "Text": "test"}),
        ("QuerySpeechList", {}),
        ("PushSpeech", {"PushMode": "ALL", "SpeechCodeList": ["x"]}),
        ("QuerySolutionDeviceGroupPage", {"PageId": 1, "PageSize": 10}),
        ("QuerySpeechPushJob", {}),
        ("QuerySpeechDevice", {}),
    ],
)
@pytest.mark.parametrize("project_code", ["no/project", "项目", "p_1"])
def test_project_code_malformed_is_rejected(api_error, action, params, project_code):
    assert api_error(action, ProjectCode=project_code, **params).code == "iot.tcloud.ProjectNotFound"
