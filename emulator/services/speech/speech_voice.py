# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speech settings (voice, format, rate, volume, sound code) and packs of common words (manual chapter 4.21.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import check_project, invalid_parameter
from ansible_collections.iotops.aliyun.emulator.storage import audio
from ansible_collections.iotops.aliyun.emulator.storage.audio import Sound
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

#: Type of a speech with a custom text.
CUSTOM = "custom"

_MAN, _WOMAN, _CHILD = 120, 220, 300  # Hertz


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice: its label (name and kind) and its pitch in Hertz."""

    label: str
    pitch: int


# Scenes: label and voices by name.
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

#: Voices by name (the request parameter Voice).
VOICES = {name: voice for _label, voices in _SCENES.values() for name, voice in voices.items()}


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack of common words.

    The identifiers of numbers, measure words and money are those of real devices; the others were made up after the
    same pattern.

    Attributes:
        label: the name of the pack.
        prefix: the BizCode of the pack, and the prefix of the BizCodes of its words.
        words: the texts of the words by the suffix of their BizCode.
    """

    label: str
    prefix: str
    words: dict[str, str]

    def speeches(self) -> list[tuple[str, str]]:
        """Return the BizCode and the text of each word."""
        return [(f"{self.prefix}_{name}", text) for name, text in self.words.items()]


#: Packs by speech type.
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

#: Default settings of a speech: columns of the table ``speech``.
_DEFAULT_SETTINGS: Row = {
    "audio_format": audio.WAV,
    "speech_rate": 0,
    "volume": 50,
    "has_sound_code": False,
    "sound_code_content": None,
    "sound_code_seconds": None,
}


@operation
def get_speech_voice(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.3: List the voices by scene."""
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
    """Manual section 4.21.1.4: Return the URL of an audio file for the text, or of one for each word of a pack.

    The module ``audio`` describes the content of the files.
    """
    check_project(p["ProjectCode"])
    settings = parse_settings(p)
    speech_type = parse_speech_type(p)
    texts = [parse_text(p)] if speech_type == CUSTOM else list(PACKS[speech_type].words.values())
    audio_format = settings["audio_format"]
    files = [audio.render(to_sound(settings, text), audio_format) for text in texts]
    return {
        "Data": {"items": [publish_file(ctx, file, audio_format, audio.MEDIA_TYPES[audio_format]) for file in files]}
    }


def parse_speech_type(p: dict[str, Any]) -> str:
    """Return the speech type of a request: ``CUSTOM`` or the type of a pack. Raise ApiError if it is unknown."""
    speech_type = p.get("SpeechType") or CUSTOM
    if speech_type != CUSTOM and speech_type not in PACKS:
        raise invalid_parameter(f"SpeechType must be one of {', '.join((CUSTOM, *PACKS))}")
    return speech_type


def parse_text(p: dict[str, Any]) -> str:
    """Return the text of a request.

    Raises:
        ApiError: it is missing or malformed.
    """
    if not p.get("Text"):
        raise invalid_parameter("Text is missing")
    if not is_valid_name(p["Text"], _TEXT, *_TEXT_WIDTH):
        raise invalid_parameter("Text must have 1 to 100 letters, spaces or Chinese characters (which count as 2)")
    return p["Text"]


def parse_audio_format(p: dict[str, Any]) -> str | None:
    """Return the audio format of a request, or None if it is absent. Raise ApiError if it is unknown."""
    audio_format = p.get("AudioFormat") or None
    if audio_format and audio_format not in audio.FORMATS:
        raise invalid_parameter(f"AudioFormat must be one of {', '.join(audio.FORMATS)}")
    return audio_format


def parse_settings(p: dict[str, Any], current: Row | None = None) -> Row:
    """Return the settings of a speech from request parameters, as columns of the table ``speech``.

    Args:
        p: the parameters of the request.
        current: settings to use for absent parameters. Defaults to ``_DEFAULT_SETTINGS``.

    Raises:
        ApiError: a parameter is missing or invalid.
    """
    if p["Voice"] not in VOICES:
        raise invalid_parameter("Voice must be a value that GetSpeechVoice returns")
    current = current or _DEFAULT_SETTINGS
    sound_code = _parse_sound_code(p)
    return {
        "voice": p["Voice"],
        "audio_format": parse_audio_format(p) or current["audio_format"],
        "speech_rate": _parse_range(p, "SpeechRate", _RATES, current["speech_rate"]),
        "volume": _parse_range(p, "Volume", _VOLUMES, current["volume"]),
        "has_sound_code": p.get("EnableSoundCode", current["has_sound_code"]),
        "sound_code_content": current["sound_code_content"],
        "sound_code_seconds": current["sound_code_seconds"],
        **sound_code,
    }


def to_sound(settings: Row, text: str) -> Sound:
    """Return the sound for a text with settings from ``parse_settings``."""
    sound = Sound(text, VOICES[settings["voice"]].pitch, settings["speech_rate"], settings["volume"])
    if not settings["has_sound_code"]:
        return sound
    return replace(sound, sound_code=settings["sound_code_content"], seconds=settings["sound_code_seconds"])


def _parse_sound_code(p: dict[str, Any]) -> Row:
    """Return the sound code columns of a request, or an empty dict if it has no ``SoundCodeConfig``."""
    config = p.get("SoundCodeConfig")
    if config is None:
        if p.get("EnableSoundCode"):
            raise invalid_parameter("EnableSoundCode requires SoundCodeConfig")
        return {}
    content = config.get("SoundCodeContent")
    if not isinstance(content, str) or not content:
        raise invalid_parameter("SoundCodeConfig.SoundCodeContent must be a non-empty string")
    seconds = config.get("AdditionalDuration")
    if isinstance(seconds, str) and re.fullmatch(r"[0-9]{1,2}", seconds):
        seconds = int(seconds)  # a string if the request has one parameter per member
    minimum, maximum = _SOUND_CODE_SECONDS
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not minimum <= seconds <= maximum:
        raise invalid_parameter(f"SoundCodeConfig.AdditionalDuration must be between {minimum} and {maximum} seconds")
    return {"sound_code_content": content, "sound_code_seconds": seconds}


def _parse_range(p: dict[str, Any], name: str, limits: tuple[int, int], default: int) -> int:
    minimum, maximum = limits
    value = p.get(name, default)
    if not minimum <= value <= maximum:
        raise invalid_parameter(f"{name} must be between {minimum} and {maximum}")
    return value
