# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches: texts that devices can say once they were pushed to them (the manual's chapter 4.21.1).

A pack of common words is one speech with a speech for each of its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import (
    check_project,
    illegal_request,
    invalid_parameter,
    list_reply,
    requested_list_page,
)
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import (
    CUSTOM,
    PACKS,
    audio_format_asked,
    manner_asked,
    sound_of,
    text_asked,
    type_asked,
)
from ansible_collections.iotops.aliyun.emulator.storage import audio

TABLES = """
CREATE TABLE IF NOT EXISTS speech (
    speech_code TEXT PRIMARY KEY,
    project_code TEXT NOT NULL,
    pack_code TEXT REFERENCES speech ON DELETE CASCADE,  -- of a word: the pack that it is in
    speech_type TEXT NOT NULL,
    biz_code TEXT NOT NULL,  -- what devices know it by
    text TEXT NOT NULL,
    voice TEXT NOT NULL,
    audio_format TEXT NOT NULL,
    speech_rate INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    has_sound_code INTEGER NOT NULL,
    sound_code_content TEXT,
    sound_code_seconds INTEGER,
    size INTEGER,  -- bytes of its file; NULL for a pack, which has none
    created_at INTEGER NOT NULL,
    UNIQUE (project_code, biz_code)
);
CREATE INDEX IF NOT EXISTS speech_by_pack ON speech (pack_code);
CREATE INDEX IF NOT EXISTS speech_by_age ON speech (project_code, created_at) WHERE pack_code IS NULL;
"""

#: The error for a list that names speeches that there are not, or too many.
INVALID_LIST = "iot.speech.InvalidSpeechCodeList"

_CODE_LENGTH = 32
_BIZ_CODE = re.compile(r"[A-Za-z0-9]{1,32}")


def find_speeches(ctx: Context, speech_codes: Iterable[str], **where: Any) -> list[Row]:
    """The rows of speeches, each once, of which ``where`` is true. Raises ApiError where one is not there."""
    codes = list(dict.fromkeys(speech_codes))
    found = {row["speech_code"]: row for row in ctx.store.all("speech", speech_code=codes, **where)}
    absent = [code for code in codes if code not in found]
    if absent:
        raise ApiError(INVALID_LIST, f"There is no speech {', '.join(absent)}")
    return [found[code] for code in codes]


def words_of(ctx: Context, packs: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of the words of packs, by the pack's code; other speeches have none."""
    words: dict[str, list[Row]] = {}
    for word in ctx.store.all("speech", "rowid", pack_code=[pack["speech_code"] for pack in packs]):
        words.setdefault(word["pack_code"], []).append(word)
    return words


@operation
def create_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.1: a pack's words need neither text nor identifier, and what a call gives of them does not count."""
    check_project(p["ProjectCode"])
    manner = manner_asked(p)
    speech_type = type_asked(p)
    if speech_type == CUSTOM:
        text = text_asked(p)
        return {"Data": _add(ctx, p["ProjectCode"], speech_type, _biz_code_asked(p), text, manner)}
    pack = PACKS[speech_type]
    pack_code = _add(ctx, p["ProjectCode"], speech_type, pack.prefix, pack.label, manner, is_pack=True)
    for biz_code, text in pack.speeches():
        _add(ctx, p["ProjectCode"], speech_type, biz_code, text, manner, pack_code)
    return {"Data": pack_code}


@operation
def update_speech(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.1.2: what is not given stays, and so do the files that devices have already."""
    check_project(p["ProjectCode"])
    [speech] = find_speeches(ctx, [p["SpeechCode"]], project_code=p["ProjectCode"])
    manner = manner_asked(p, speech)
    words = words_of(ctx, [speech]).get(speech["speech_code"], [])
    for row in [speech, *words]:
        size = None if row["size"] is None else _size(manner, row["text"])
        ctx.store.update("speech", {**manner, "size": size}, speech_code=row["speech_code"])


@operation
def query_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.5"""
    [speech] = find_speeches(ctx, [p["SpeechCode"]])
    data = {
        "AudioFormat": speech["audio_format"],
        "BizCode": speech["biz_code"],
        "EnableSoundCode": bool(speech["has_sound_code"]),
        "SpeechCode": speech["speech_code"],
        "SpeechRate": speech["speech_rate"],
        "SpeechType": speech["speech_type"],
        "Text": speech["text"],
        "Voice": speech["voice"],
        "Volume": speech["volume"],
    }
    if speech["sound_code_content"] is not None:
        data["SoundCodeConfig"] = {
            "AdditionalDuration": speech["sound_code_seconds"],
            "SoundCodeContent": speech["sound_code_content"],
        }
    return {"Data": data}


@operation
def query_speech_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.6: the newest first."""
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    wanted = omit_none(audio_format=audio_format_asked(p))
    speeches, total = ctx.store.page(
        "speech",
        page.offset,
        page.size,
        "created_at DESC, rowid DESC",
        project_code=p["ProjectCode"],
        pack_code=None,
        **wanted,
    )
    words = words_of(ctx, speeches)
    return list_reply(page, total, [_summary(speech, words.get(speech["speech_code"])) for speech in speeches])


@operation(too_many=INVALID_LIST)
def delete_speech(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.1.8: all or none; devices that have them keep them."""
    speeches = find_speeches(ctx, p["SpeechCodeList"])
    ctx.store.delete("speech", speech_code=[speech["speech_code"] for speech in speeches])


def _add(
    ctx: Context,
    project_code: str,
    speech_type: str,
    biz_code: str,
    text: str,
    manner: Row,
    pack_code: str | None = None,
    is_pack: bool = False,
) -> str:
    """Keep a speech and return its code. Raises ApiError where the project has one of this identifier."""
    if ctx.store.one("speech", project_code=project_code, biz_code=biz_code):
        raise illegal_request(f"The project has a speech with the BizCode {biz_code}")
    speech_code = ids.alphanumeric(_CODE_LENGTH)
    ctx.store.insert(
        "speech",
        speech_code=speech_code,
        project_code=project_code,
        pack_code=pack_code,
        speech_type=speech_type,
        biz_code=biz_code,
        text=text,
        size=None if is_pack else _size(manner, text),
        created_at=ctx.now,
        **manner,
    )
    return speech_code


def _size(manner: Row, text: str) -> int:
    return len(audio.render(sound_of(manner, text), manner["audio_format"]))


def _biz_code_asked(p: dict[str, Any]) -> str:
    """The identifier of a speech. Raises an error where it is missing or malformed."""
    if not p.get("BizCode"):
        raise missing_parameter("BizCode")
    if not _BIZ_CODE.fullmatch(p["BizCode"]):
        raise invalid_parameter("BizCode has 1 to 32 letters and digits")
    return p["BizCode"]


def _summary(speech: Row, words: list[Row] | None) -> Row:
    summary = {
        "AudioFormat": speech["audio_format"],
        "BizCode": speech["biz_code"],
        "SpeechCode": speech["speech_code"],
        "SpeechType": speech["speech_type"],
        "Text": speech["text"],
        "Voice": speech["voice"],
    }
    if words:
        items = [{**word_written(word), "SpeechCode": word["speech_code"]} for word in words]
        summary["SpeechList"] = {"Items": items}
    return summary


def word_written(word: Row) -> Row:
    """What every reply that lists the words of a pack says of one."""
    return {"BizCode": word["biz_code"], "Text": word["text"], "Voice": word["voice"]}
