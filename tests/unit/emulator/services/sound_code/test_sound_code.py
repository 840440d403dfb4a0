# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound codes, and their audio."""

from __future__ import annotations

import io
import math
import wave
import zipfile

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.sound_code import audio as sound_code_audio

REFUSED = "iot.system.IllegalRequest"
MALFORMED = "iot.common.InvalidFormattedParameter"
PAGES = "iot.common.InvalidPageParams"


@pytest.fixture
def create(api):
    """Create a sound code and return it."""
    return lambda **params: api("CreateSoundCode", **{"Duration": 2, "SoundCodeContent": "x", **params})["Data"]


@pytest.fixture
def items(api):
    """The sound codes on the first page."""
    return lambda: api("QuerySoundCodeList")["Data"]["List"]["Items"]


@pytest.fixture
def schedule(api):
    """The code of a schedule."""
    params = {"Name": "spring", "StartDate": "2022-03-01", "EndDate": "2022-05-31"}
    return api("CreateSoundCodeSchedule", **params)["Data"]


def heard(audio: bytes) -> tuple[str, int]:
    """What a WAV file says in its first second, and how many seconds it lasts; found by correlation with each tone."""
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 1, 4000)
        samples = [value - 128 for value in file.readframes(file.getnframes())]
    waves = [[math.sin(2 * math.pi * (600 + 50 * tone) * n / 4000) for n in range(80)] for tone in range(16)]
    digits = ""
    for start in range(0, 4000, 80):
        piece = samples[start : start + 80]
        strengths = [abs(sum(a * b for a, b in zip(piece, tone, strict=True))) for tone in waves]
        digits += f"{strengths.index(max(strengths)):x}"
    repeats = [samples[start : start + 4000] for start in range(0, len(samples), 4000)]
    assert all(repeat == repeats[0] for repeat in repeats)
    return bytes.fromhex(digits).decode("ascii"), len(repeats)


def test_a_sound_code(api, create, items):
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


def test_what_need_not_be_given(create, items):
    create()
    create()
    assert [(item.get("Name"), item["OpenType"]) for item in items()] == [(None, "INNER")] * 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Duration": 0}, MALFORMED),
        ({"Duration": 31}, MALFORMED),
        ({"SoundCodeContent": "路" * 101}, MALFORMED),
        ({"Name": ""}, MALFORMED),
        ({"Name": "a" * 65}, MALFORMED),
        ({"Name": "路" * 33}, MALFORMED),
        ({"OpenType": "CLOSED"}, MALFORMED),
        ({"Name": "taken"}, REFUSED),
    ],
)
def test_what_cannot_be_created(platform, create, api_error, params, code):
    create(Name="taken")
    assert api_error("CreateSoundCode", **{"Duration": 2, "SoundCodeContent": "x", **params}).code == code
    assert platform.store.count("sound_code") == 1


def test_values_at_the_limits(create):
    create(Duration=1, SoundCodeContent="路" * 100, Name="路" * 32)
    create(Duration=30, SoundCodeContent="x", Name="a" * 64)
    create(Name="a")


@pytest.mark.parametrize("name", ["Duration", "SoundCodeContent"])
def test_what_must_be_given(api, name):
    params = {"Duration": 2, "SoundCodeContent": "x"}
    del params[name]
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        api("CreateSoundCode", **params)


def test_an_update(api, create, items, api_error):
    create(Name="other")
    code = create(Name="leaflet", SoundCodeContent="old", Duration=2)
    api("UpdateSoundCode", SoundCode=code, SoundCodeContent="new")
    [read, _other] = items()
    assert (read["Name"], read["SoundCodeContent"], read["Duration"]) == ("leaflet", "new", 2)
    api("UpdateSoundCode", SoundCode=code, Name="leaflet", Duration=30)
    assert items()[0]["Duration"] == 30
    assert api_error("UpdateSoundCode", SoundCode=code, Name="other").code == REFUSED
    assert api_error("UpdateSoundCode", SoundCode=code, Duration=31).code == MALFORMED
    assert api_error("UpdateSoundCode", SoundCode=code, SoundCodeContent="").code == MALFORMED
    assert api_error("UpdateSoundCode", SoundCode="absent", Duration=1).code == REFUSED


def test_a_deletion(api, create, items, api_error):
    code = create(Name="leaflet")
    api("DeleteSoundCode", SoundCode=code)
    assert items() == []
    assert api_error("DeleteSoundCode", SoundCode=code).code == REFUSED
    create(Name="leaflet")


def test_pages(api, create, api_error):
    codes = [create() for _number in range(21)]
    first = api("QuerySoundCodeList")["Data"]
    assert [item["SoundCode"] for item in first["List"]["Items"]] == codes[:0:-1]
    assert (first["PageId"], first["PageSize"], first["Total"]) == (1, 20, 21)
    second = api("QuerySoundCodeList", PageId=2)["Data"]
    assert [item["SoundCode"] for item in second["List"]["Items"]] == codes[:1]
    assert api("QuerySoundCodeList", PageId=10_000, PageSize=50)["Data"]["Total"] == 21
    assert api_error("QuerySoundCodeList", PageId=10_001).code == PAGES
    assert api_error("QuerySoundCodeList", PageSize=51).code == PAGES


def test_audio_says_which_sound_code_it_is_for_as_long_as_it_should(api, create, download):
    codes = [create(Duration=3), create(Duration=1)]
    urls = api("GetSoundCodeAudio", SoundCodeList=codes)["Data"]["Items"]
    assert [heard(download(url, "audio/wav")) for url in urls] == [(codes[0], 3), (codes[1], 1)]


def test_audio_of_a_label(api, schedule, download):
    code = api("CreateSoundCodeLabel", ScheduleCode=schedule, Label="shelf")["Data"]
    [url] = api("GetSoundCodeAudio", SoundCodeList=[code])["Data"]["Items"]
    assert heard(download(url, "audio/wav")) == (code, 1)


def test_audio_that_there_is_not(create, api_error):
    assert api_error("GetSoundCodeAudio", SoundCodeList=[create(), "absent"]).code == REFUSED
    assert api_error("GetSoundCodeAudio", SoundCodeList=["absent"] * 101).code == REFUSED


def test_audio_of_100_sound_codes_at_once(api, create):
    code = create(Duration=1)
    assert len(api("GetSoundCodeAudio", SoundCodeList=[code] * 100)["Data"]["Items"]) == 100


def test_the_audio_of_a_batch(platform, api, schedule, api_error, download):
    api("CreateSoundCodeLabel", ScheduleCode=schedule, Label="one")
    batch = api("BatchCreateSoundCodeLabelWithLabels", ScheduleCode=schedule, Labels=["one", "two", "three"])["Data"]
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode=batch).code == REFUSED
    platform.clock.advance(5)
    content = download(api("PackageSoundCodeLabelBatchAudio", BatchCode=batch)["Data"], "application/zip")
    labels = api("QuerySoundCodeLabelList", ScheduleCode=schedule)["Data"]["List"]["Items"]
    made = [label["SoundCode"] for label in labels if label["Label"] != "one"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == sorted(f"{code}.wav" for code in made)
        assert heard(archive.read(f"{made[0]}.wav")) == (made[0], 1)
    api("RetrySoundCodeLabelBatch", BatchCode=batch)
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode=batch).code == REFUSED
    platform.clock.advance(5)
    api("PackageSoundCodeLabelBatchAudio", BatchCode=batch)
    for code in made:
        api("DeleteSoundCodeLabel", SoundCode=code)
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode=batch).code == REFUSED
    assert api_error("PackageSoundCodeLabelBatchAudio", BatchCode="absent").code == REFUSED


def test_every_tone_is_a_whole_number_of_waves_long():
    for digit in range(16):
        frequency = sound_code_audio.LOWEST + sound_code_audio.STEP * digit
        assert frequency * sound_code_audio.TONE_LENGTH % sound_code_audio.RATE == 0
