# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How speech is to sound, and which words the platform has ready (the manual's chapter 4.21.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import check_project, invalid_parameter
from ansible_collections.iotops.aliyun.emulator.storage import audio
from ansible_collections.iotops.aliyun.emulator.storage.audio import Sound
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

#: The type of a speech whose text is its owner's.
CUSTOM = "custom"

_MAN, _WOMAN, _CHILD = 120, 220, 300  # Hertz


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice: its name and kind as they are shown, and its pitch in Hertz."""

    label: str
    pitch: int


# Voices by scene: what the scene is called, and the voices for it.
_SCENES = {
    "tongyong": (
        "通用场景",
        {
            "Xiaoyun": Voice("小云,标准女声", _WOMAN),
            "Xiaogang": Voice("小刚,标准男声", _MAN),
            "Ruoxi": Voice("若兮,温柔女声", _WOMAN),
            "Siqi": Voice("思琪,温柔女声", _WOMAN),
            "Sijia": Voice("思佳,标准女声", _WOMAN),
            "Sicheng": Voice("思诚,标准男声", _MAN),
            "Aiqi": Voice("艾琪,温柔女声", _WOMAN),
            "Aijia": Voice("艾佳,标准女声", _WOMAN),
            "Aicheng": Voice("艾诚,标准男声", _MAN),
            "Aida": Voice("艾达,标准男声", _MAN),
            "Ninger": Voice("宁儿,标准女声", _WOMAN),
            "Ruilin": Voice("瑞琳,标准女声", _WOMAN),
        },
    ),
    "kefu": (
        "客服场景",
        {
            "Siyue": Voice("思悦,温柔女声", _WOMAN),
            "Aiya": Voice("艾雅,严厉女声", _WOMAN),
            "Aixia": Voice("艾夏,亲和女声", _WOMAN),
            "Aimei": Voice("艾美,甜美女声", _WOMAN),
            "Aiyu": Voice("艾雨,自然女声", _WOMAN),
            "Aiyue": Voice("艾悦,温柔女声", _WOMAN),
            "Aijing": Voice("艾婧,严厉女声", _WOMAN),
            "Xiaomei": Voice("小美,甜美女声", _WOMAN),
            "Aina": Voice("艾娜,浙普女声", _WOMAN),
            "Yina": Voice("伊娜,浙普女声", _WOMAN),
            "Sijing": Voice("思婧,严厉女声", _WOMAN),
        },
    ),
    "tongsheng": (
        "童声场景",
        {
            "Sitong": Voice("思彤,儿童音", _CHILD),
            "Xiaobei": Voice("小北,萝莉女声", _CHILD),
            "Aitong": Voice("艾彤,儿童音", _CHILD),
            "Aiwei": Voice("艾薇,萝莉女声", _CHILD),
            "Aibao": Voice("艾宝,萝莉女声", _CHILD),
        },
    ),
}

#: Voices by the name that calls give them.
VOICES = {name: voice for _label, voices in _SCENES.values() for name, voice in voices.items()}


@dataclass(frozen=True, slots=True)
class Pack:
    """Words that the platform has ready: what they are, how their identifiers begin, and the words by how they end.

    Devices in the field know the identifiers of numbers, measure words and money; the others are made after them.
    """

    label: str
    prefix: str
    words: dict[str, str]

    def speeches(self) -> list[tuple[str, str]]:
        """Identifier and text of each word."""
        return [(f"{self.prefix}_{name}", text) for name, text in self.words.items()]


#: Packs by the type of speech that means them.
PACKS = {
    "number": Pack("数字", "SYS_TONE", {**{str(digit): str(digit) for digit in range(10)}, "dian": "点", "yao": "幺"}),
    "measure_word": Pack(
        "量词",
        "SYS_TONE_MEASURE_WORD",
        {
            "ge": "个",
            "shi": "十",
            "bai": "百",
            "qian": "千",
            "wan": "万",
            "sw": "十万",
            "bw": "百万",
            "qw": "千万",
            "yi": "亿",
        },
    ),
    "monetary_unit": Pack("货币单位", "SYS_TONE_MONETARY", {"fen": "分", "jiao": "角", "yuan": "元"}),
    "time_unit": Pack(
        "时间单位",
        "SYS_TONE_TIME",
        {"shi": "时", "fen": "分", "miao": "秒", "yue": "月", "ri": "日", "nian": "年"},
    ),
    "unit_time": Pack(
        "单位时间",
        "SYS_TONE_UNIT_TIME",
        {
            "miao": "每秒",
            "fen": "每分",
            "xiaoshi": "每小时",
            "tian": "每天",
            "zhou": "每周",
            "yue": "每月",
            "nian": "每年",
        },
    ),
    "length_unit": Pack(
        "长度单位",
        "SYS_TONE_LENGTH",
        {
            "haomi": "毫米",
            "limi": "厘米",
            "fenmi": "分米",
            "mi": "米",
            "qianmi": "千米",
            "gongli": "公里",
            "yingcun": "英寸",
            "yingchi": "英尺",
            "yingli": "英里",
        },
    ),
}

_TEXT = re.compile(rf"[{CHINESE}A-Za-z ]+")
_TEXT_WIDTH = (1, 100)

_RATES = (-500, 500)
_VOLUMES = (0, 100)
_SOUND_CODE_SECONDS = (1, 15)

#: How a speech sounds where a call does not say: columns of the table of speeches.
_USUAL = {
    "audio_format": audio.WAV,
    "speech_rate": 0,
    "volume": 50,
    "has_sound_code": False,
    "sound_code_content": None,
    "sound_code_seconds": None,
}


@operation
def get_speech_voice(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.3"""
    scenes = [
        {
            "Label": label,
            "Value": scene,
            "VoiceList": {"Items": [{"Label": voice.label, "Value": name} for name, voice in voices.items()]},
        }
        for scene, (label, voices) in _SCENES.items()
    ]
    return {"Data": {"Items": scenes}}


@operation
def test_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.4: a file for the text, or for each word of the type; see ``audio`` for what can be heard."""
    check_project(p["ProjectCode"])
    manner = manner_asked(p)
    speech_type = type_asked(p)
    texts = [text_asked(p)] if speech_type == CUSTOM else list(PACKS[speech_type].words.values())
    audio_format = manner["audio_format"]
    files = [audio.render(sound_of(manner, text), audio_format) for text in texts]
    return {"Data": {"items": [publish_file(ctx, file, audio_format, audio.MEDIA_TYPES[audio_format]) for file in files]}}


def type_asked(p: dict[str, Any]) -> str:
    """``CUSTOM`` or the type of a pack. Raises ApiError for any other."""
    speech_type = p.get("SpeechType") or CUSTOM
    if speech_type != CUSTOM and speech_type not in PACKS:
        raise invalid_parameter(f"SpeechType is one of {', '.join((CUSTOM, *PACKS))}")
    return speech_type


def text_asked(p: dict[str, Any]) -> str:
    """The text that is to be spoken. Raises an error where it is missing or cannot be spoken."""
    if not p.get("Text"):
        raise missing_parameter("Text")
    if not is_valid_name(p["Text"], _TEXT, *_TEXT_WIDTH):
        raise invalid_parameter("Text has 1 to 100 letters, spaces and Chinese characters, of which the latter count 2")
    return p["Text"]


def audio_format_asked(p: dict[str, Any]) -> str | None:
    """The format that a call gives, None where it gives none. Raises ApiError for one that is not known."""
    audio_format = p.get("AudioFormat") or None
    if audio_format and audio_format not in audio.FORMATS:
        raise invalid_parameter(f"AudioFormat is one of {', '.join(audio.FORMATS)}")
    return audio_format


def manner_asked(p: dict[str, Any], former: Row | None = None) -> Row:
    """How speech is to sound, as columns of the table of speeches; what the call does not say is as in ``former``.

    Raises an error for what the platform cannot do.
    """
    if p["Voice"] not in VOICES:
        raise invalid_parameter("GetSpeechVoice tells the values that Voice can have")
    former = former or _USUAL
    sound_code = _sound_code(p)
    return {
        "voice": p["Voice"],
        "audio_format": audio_format_asked(p) or former["audio_format"],
        "speech_rate": _between(p, "SpeechRate", _RATES, former["speech_rate"]),
        "volume": _between(p, "Volume", _VOLUMES, former["volume"]),
        "has_sound_code": p.get("EnableSoundCode", former["has_sound_code"]),
        "sound_code_content": former["sound_code_content"],
        "sound_code_seconds": former["sound_code_seconds"],
        **sound_code,
    }


def sound_of(manner: Row, text: str) -> Sound:
    """What a text is to sound like; ``manner`` has what ``manner_asked`` returns."""
    sound = Sound(text, VOICES[manner["voice"]].pitch, manner["speech_rate"], manner["volume"])
    if not manner["has_sound_code"]:
        return sound
    return replace(sound, sound_code=manner["sound_code_content"], seconds=manner["sound_code_seconds"])


def _sound_code(p: dict[str, Any]) -> Row:
    """The columns of the sound code that a call describes, none where it describes none."""
    config = p.get("SoundCodeConfig")
    if config is None:
        if p.get("EnableSoundCode"):
            raise missing_parameter("SoundCodeConfig")
        return {}
    content = config.get("SoundCodeContent")
    if not isinstance(content, str) or not content:
        raise invalid_parameter("SoundCodeConfig.SoundCodeContent is a text")
    seconds = config.get("AdditionalDuration")
    if isinstance(seconds, str) and re.fullmatch(r"[0-9]{1,2}", seconds):
        seconds = int(seconds)  # written member by member it comes as a text
    least, most = _SOUND_CODE_SECONDS
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not least <= seconds <= most:
        raise invalid_parameter(f"SoundCodeConfig.AdditionalDuration is {least} to {most} seconds")
    return {"sound_code_content": content, "sound_code_seconds": seconds}


def _between(p: dict[str, Any], name: str, limits: tuple[int, int], usual: int) -> int:
    least, most = limits
    value = p.get(name, usual)
    if not least <= value <= most:
        raise invalid_parameter(f"{name} is {least} to {most}")
    return value
