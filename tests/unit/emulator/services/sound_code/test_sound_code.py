# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test sound codes and their audio files."""

from __future__ import annotations

import io
import math
import wave
import zipfile

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.sound_code import audio as sound_code_audio

ILLEGAL_REQUEST = "iot.system.IllegalRequest"
INVALID_PARAMETER = "iot.common.InvalidFormattedParameter"
INVALID_PAGE = "iot.common.InvalidPageParams"


@pytest.fixture
def create(api):
    """Create a sound code and return its code."""
    return lambda **params: api("CreateSoundCode", **{"Duration": 2, "SoundCodeContent": "x", **params})["Data"]


@pytest.fixture
def items(api):
    """Return the sound codes on the first page."""
    return lambda: api("QuerySoundCodeList")["Data"]["List"]["Items"]


@pytest.fixture
def schedule(api):
    """Create a schedule and return its code."""
    params = {"Name": "spring", "StartDate": "2022-03-01", "EndDate": "2022-05-31"}
    return api("CreateSoundCodeSchedule", **params)["Data"]


def decode(audio: bytes) -> tuple[str, int]:
    """Return the code that a WAV file encodes in its first second, and its duration in seconds.

    Correlates the samples with each tone.
    """
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 1, 4000)
        samples = [value - 128 for value in file.readframes(file.getnframes())]
    waves = [[math.sin(2 * math.pi * (600 + 50 * tone) * n / 4000) for n in range(80)] for tone in range(16)]
    digits = ""
    for start in range(0, 4000, 80):
        tone_samples = samples[start : start + 80]
        strengths = [abs(sum(a * b for a, b in zip(tone_samples, tone, strict=True))) for tone in waves]
        digits += f"{strengths.index(max(strengths)):x}"
    repeats = [samples[start : start + 4000] for start in range(0, len(samples), 4000)]
    assert all(repeat == repeats[0] for repeat in repeats)
    return bytes.fromhex(digits).decode("ascii"), len(repeats)


def test_sound_code_creation_stores_parameters(api, create, items):
    code = create(Name="leaflet", SoundCodeContent="www.example.com", Duration=3, OpenType="OPEN")
    assert len(code) == 25
    [read] = items()
    assert read == {
        "SoundCode": code,
        "Name": "leaflet",
        "SoundCodeContent": "www.example.com",
        "Duration": 3,
        "OpenType": "OPEN",
        "GmtCreate": read["GmtCreate"],
    }


def test_sound_code_creation_without_optional_parameters_uses_defaults(create, items):
    create()
    create()
    assert [(item.get("Name"), item["OpenType"]) for item in items()] == [(None, "INNER")] * 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Duration": 0}, INVALID_PARAMETER),
        ({"Duration": 31}, INVALID_PARAMETER),
        ({"SoundCodeContent": "路" * 101}, INVALID_PARAMETER),
        ({"Name": ""}, INVALID_PARAMETER),
        ({"Name": "a" * 65}, INVALID_PARAMETER),
        ({"Name": "路" * 33}, INVALID_PARAMETER),
        ({"OpenType": "CLOSED"}, INVALID_PARAMETER),
        ({"Name": "taken"}, ILLEGAL_REQUEST),
    ],
)
def test_sound_code_creation_with_invalid_parameters_is_rejected(platform, create, api_error, params, code):
    create(Name="taken")
    assert api_error("CreateSoundCode", **{"Duration": 2, "SoundCodeContent": "x", **params}).code == code
    assert platform.store.count("sound_code") == 1


def test_sound_code_parameters_at_limits_are_accepted(create):
    create(Duration=1, SoundCodeContent="路" * 100, Name="路" * 32)
    create(Duration=30, SoundCodeContent="x", Name="a" * 64)
    create(Name="a")


@pytest.mark.parametrize("name", ["Duration", "SoundCodeContent"])
def test_sound_code_creation_without_required_parameter_fails(api, name):
    params = {"Duration": 2, "SoundCodeContent": "x"}
    del params[name]
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        api("CreateSoundCode", **params)


def test_sound_code_update_changes_parameters_and_rejects_invalid_ones(api, create, items, api_error):
    create(Name="other")
    code = create(Name="leaflet", SoundCodeContent="old", Duration=2)
    api("UpdateSoundCode", SoundCode=code, SoundCodeContent="new")
    [read, _other] = items()
    assert (read["Name"], read["SoundCodeContent"], read["Duration"]) == ("leaflet", "new", 2)
    api("UpdateSoundCode", SoundCode=code, Name="leaflet", Duration=30)
    assert items()[0]["Duration"] == 30
    assert api_error("UpdateSoundCode", SoundCode=code, Name="other").code == ILLEGAL_REQUEST
    assert api_error("UpdateSoundCode", SoundCode=code, Duration=31).code == INVALID_PARAMETER
    assert api_error("UpdateSoundCode", SoundCode=code, SoundCodeContent="").code == INVALID_PARAMETER
    assert api_error("UpdateSoundCode", SoundCode="absent", Duration=1).code == ILLEGAL_REQUEST


def test_deleted_sound_code_is_not_found(api, create, items, api_error):
    code = create(Name="leaflet")
    api("DeleteSoundCode", SoundCode=code)
    assert items() == []
    assert api_error("DeleteSoundCode", SoundCode=code).code == ILLEGAL_REQUEST
    create(Name="leaflet")


def test_sound_code_list_returns_requested_page(api, create, api_error):
    codes = [create() for _number in range(21)]
    first = api("QuerySoundCodeList")["Data"]
    assert [item["SoundCode"] for item in first["List"]["Items"]] == codes[:0:-1]
    assert (first["PageId"], first["PageSize"], first["Total"]) == (1, 20, 21)
    second = api("QuerySoundCodeList", PageId=2)["Data"]
    assert [item["SoundCode"] for item in second["List"]["Items"]] == codes[:1]
    assert api("QuerySoundCodeList", PageId=10_000, PageSize=50)["Data"]["Total"] == 21
    assert api_error("QuerySoundCodeList", PageId=10_001).code == INVALID_PAGE
    assert api_error("QuerySoundCodeList", PageSize=51).code == INVALID_PAGE


def test_audio_of_sound_code_encodes_code_and_duration(api, create, download):
    codes = [create(Duration=3), create(Duration=1)]
    urls = api("GetSoundCodeAudio", SoundCodeList=codes)["Data"]["Items"]
    assert [decode(download(url, "audio/wav")) for url in urls] == [(codes[0], 3), (codes[1], 1)]


def test_audio_of_label_encodes_code(api, schedule, download):
    code = api("CreateSoundCodeLabel", ScheduleCode=schedule, Label="shelf")["Data"]
    [url] = api("GetSoundCodeAudio", SoundCodeList=[code])["Data"]["Items"]
    assert decode(download(url, "audio/wav")) == (code, 1)


def test_audio_of_missing_sound_code_is_rejected(create, api_error):
    assert api_error("GetSoundCodeAudio", SoundCodeList=[create(), "absent"]).code == ILLEGAL_REQUEST
    assert api_error("GetSoundCodeAudio", SoundCodeList=["absent"] * 101).code == ILLEGAL_REQUEST


def test_audio_of_100_sound_codes_is_accepted(api, create):
    code = create(Duration=1)
    assert len(api("GetSoundCodeAudio", SoundCodeList=[code] * 100)["Data"]["Items"]) == 100


def test_audio_package_of_batch_contains_its_labels(platform, api, schedule, api_error, download):
    api("CreateSoundCodeLabel", ScheduleCode=schedule, Label="one")
    batch = api("BatchCreateSoundCodeLabelWithLabels", ScheduleCode=schedule, Labels=["one", "two", "three"])["Data"]
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode=batch).code == ILLEGAL_REQUEST
    platform.clock.advance(5)
    content = download(api("PackageSoundCodeLabelBatchAudio", BatchCode=batch)["Data"], "application/zip")
    labels = api("QuerySoundCodeLabelList", ScheduleCode=schedule)["Data"]["List"]["Items"]
    sound_codes = [label["SoundCode"] for label in labels if label["Label"] != "one"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == sorted(f"{code}.wav" for code in sound_codes)
        assert decode(archive.read(f"{sound_codes[0]}.wav")) == (sound_codes[0], 1)
    api("RetrySoundCodeLabelBatch", BatchCode=batch)
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode=batch).code == ILLEGAL_REQUEST
    platform.clock.advance(5)
    api("PackageSoundCodeLabelBatchAudio", BatchCode=batch)
    for code in sound_codes:
        api("DeleteSoundCodeLabel", SoundCode=code)
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode=batch).code == ILLEGAL_REQUEST
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode="absent").code == ILLEGAL_REQUEST


def test_audio_tone_has_whole_number_of_periods():
    for digit in range(16):
        frequency = sound_code_audio.BASE_FREQUENCY + sound_code_audio.FREQUENCY_STEP * digit
        assert frequency * sound_code_audio.TONE_LENGTH % sound_code_audio.SAMPLE_RATE == 0
