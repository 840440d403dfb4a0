# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches (text-to-speech corpus): texts that devices can play after they were pushed to them (manual chapter 4.21.1).

A pack of common words is a speech that contains a speech for each word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
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
    parse_audio_format,
    parse_settings,
    parse_speech_type,
    parse_text,
    to_sound,
)
from ansible_collections.iotops.aliyun.emulator.storage import audio

TABLES = """
CREATE TABLE IF NOT EXISTS speech (
    speech_code TEXT PRIMARY KEY,
    project_code TEXT NOT NULL,
    pack_code TEXT REFERENCES speech ON DELETE CASCADE,  -- the pack that a word belongs to; NULL for other speeches
    speech_type TEXT NOT NULL,
    biz_code TEXT NOT NULL,  -- identifier on devices
    text TEXT NOT NULL,
    voice TEXT NOT NULL,
    audio_format TEXT NOT NULL,
    speech_rate INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    has_sound_code INTEGER NOT NULL,
    sound_code_content TEXT,
    sound_code_seconds INTEGER,
    size INTEGER,  -- size of the audio file in bytes; NULL for a pack, which has no file
    created_at INTEGER NOT NULL,
    UNIQUE (project_code, biz_code)
);
CREATE INDEX IF NOT EXISTS speech_by_pack ON speech (pack_code);
CREATE INDEX IF NOT EXISTS speech_by_age ON speech (project_code, created_at) WHERE pack_code IS NULL;
"""

#: Error code for a list of speeches that contains unknown codes or is too long.
INVALID_LIST = "iot.speech.InvalidSpeechCodeList"

_CODE_LENGTH = 32
_BIZ_CODE = re.compile(r"[A-Za-z0-9]{1,32}")


def find_speeches(ctx: Context, speech_codes: Iterable[str], **filters: Any) -> list[Row]:
    """Return the rows of speeches that match ``filters``, without duplicates. Raise ApiError if one does not exist."""
    codes = list(dict.fromkeys(speech_codes))
    rows = {row["speech_code"]: row for row in ctx.store.all("speech", speech_code=codes, **filters)}
    unknown = [code for code in codes if code not in rows]
    if unknown:
        raise ApiError(INVALID_LIST, f"Speech {', '.join(unknown)} does not exist")
    return [rows[code] for code in codes]


def pack_words(ctx: Context, packs: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of the words of packs by the code of the pack.

    Speeches that are not packs are not in the result.
    """
    words: dict[str, list[Row]] = {}
    for word in ctx.store.all("speech", "rowid", pack_code=[pack["speech_code"] for pack in packs]):
        words.setdefault(word["pack_code"], []).append(word)
    return words


@operation
def create_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.1: Create a speech or a pack.

    For a pack, ``Text`` and ``BizCode`` are ignored.
    """
    check_project(p["ProjectCode"])
    settings = parse_settings(p)
    speech_type = parse_speech_type(p)
    if speech_type == CUSTOM:
        text = parse_text(p)
        return {"Data": _insert_speech(ctx, p["ProjectCode"], speech_type, _parse_biz_code(p), text, settings)}
    pack = PACKS[speech_type]
    pack_code = _insert_speech(ctx, p["ProjectCode"], speech_type, pack.prefix, pack.label, settings, is_pack=True)
    for biz_code, text in pack.speeches():
        _insert_speech(ctx, p["ProjectCode"], speech_type, biz_code, text, settings, pack_code)
    return {"Data": pack_code}


@operation
def update_speech(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.1.2: Update a speech or a pack.

    Absent parameters are left unchanged. Files that were already pushed to devices do not change.
    """
    check_project(p["ProjectCode"])
    [speech] = find_speeches(ctx, [p["SpeechCode"]], project_code=p["ProjectCode"])
    settings = parse_settings(p, speech)
    words = pack_words(ctx, [speech]).get(speech["speech_code"], [])
    for row in [speech, *words]:
        size = None if row["size"] is None else _file_size(settings, row["text"])
        ctx.store.update("speech", {**settings, "size": size}, speech_code=row["speech_code"])


@operation
def query_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.5: Read a speech."""
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
    """Manual section 4.21.1.6: List the speeches of a project, newest first."""
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    format_filter = omit_none(audio_format=parse_audio_format(p))
    speeches, total = ctx.store.page(
        "speech",
        page.offset,
        page.size,
        "created_at DESC, rowid DESC",
        project_code=p["ProjectCode"],
        pack_code=None,
        **format_filter,
    )
    words = pack_words(ctx, speeches)
    return list_reply(page, total, [_to_list_item(speech, words.get(speech["speech_code"])) for speech in speeches])


@operation(too_many=INVALID_LIST)
def delete_speech(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.1.8: Delete all listed speeches or, if one does not exist, none.

    Devices keep their copies.
    """
    speeches = find_speeches(ctx, p["SpeechCodeList"])
    ctx.store.delete("speech", speech_code=[speech["speech_code"] for speech in speeches])


def _insert_speech(
    ctx: Context,
    project_code: str,
    speech_type: str,
    biz_code: str,
    text: str,
    settings: Row,
    pack_code: str | None = None,
    is_pack: bool = False,
) -> str:
    """Insert a speech and return its code. Raise ApiError if the project already has a speech with this BizCode."""
    if ctx.store.one("speech", project_code=project_code, biz_code=biz_code):
        raise illegal_request(f"The project already has a speech with the BizCode {biz_code}")
    speech_code = ids.alphanumeric(_CODE_LENGTH)
    ctx.store.insert(
        "speech",
        speech_code=speech_code,
        project_code=project_code,
        pack_code=pack_code,
        speech_type=speech_type,
        biz_code=biz_code,
        text=text,
        size=None if is_pack else _file_size(settings, text),
        created_at=ctx.now,
        **settings,
    )
    return speech_code


def _file_size(settings: Row, text: str) -> int:
    return len(audio.render(to_sound(settings, text), settings["audio_format"]))


def _parse_biz_code(p: dict[str, Any]) -> str:
    """Return the BizCode of a request.

    Raises:
        ApiError: it is missing or malformed.
    """
    if not p.get("BizCode"):
        raise invalid_parameter("SpeechType custom requires BizCode")
    if not _BIZ_CODE.fullmatch(p["BizCode"]):
        raise invalid_parameter("BizCode must consist of 1 to 32 letters and digits")
    return p["BizCode"]


def _to_list_item(speech: Row, words: list[Row] | None) -> Row:
    summary = {
        "AudioFormat": speech["audio_format"],
        "BizCode": speech["biz_code"],
        "SpeechCode": speech["speech_code"],
        "SpeechType": speech["speech_type"],
        "Text": speech["text"],
        "Voice": speech["voice"],
    }
    if words:
        items = [{**word_to_reply(word), "SpeechCode": word["speech_code"]} for word in words]
        summary["SpeechList"] = {"Items": items}
    return summary


def word_to_reply(word: Row) -> Row:
    """Return the members that all replies about a word of a pack have in common."""
    return {"BizCode": word["biz_code"], "Text": word["text"], "Voice": word["voice"]}
