# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Play speeches on devices (manual chapter 4.21.1).

The emulator plays no audio: it stores the text that a device plays. A device knows the speeches that were pushed to it,
and how to say an amount of money. A request with the id of an earlier successful request is not played again.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_device import check_online
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import (
    parse_audio_format,
    parse_settings,
    parse_text,
)
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import SUCCEED
from ansible_collections.iotops.aliyun.emulator.simulation.solutions import SPEECH, DeviceError, perform

TABLES = """
CREATE TABLE IF NOT EXISTS speech_play (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    speech_id TEXT NOT NULL,
    content TEXT NOT NULL,  -- JSON list: the combination or the text that was sent
    audio_format TEXT,
    voice TEXT,  -- this and the following two columns only for SpeechBySynthesis
    speech_rate INTEGER,
    volume INTEGER,
    is_enforced INTEGER NOT NULL DEFAULT 0,
    said TEXT,  -- the text that the device played; NULL if it failed
    played_at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, speech_id)
) WITHOUT ROWID;
"""

#: Number of retries after a device reports an error.
MAX_RETRIES = 2

#: Error that a device reports if it does not have a speech.
SPEECH_NOT_FOUND = DeviceError("1", "speech model not found")

_ID_LENGTH = 32
_AMOUNT = re.compile(r"\{\$([0-9]+(?:\.[0-9]+)?)\}")


@operation
def speech_by_combination(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.1.13: Play a combination of speeches without reporting the result."""
    _play_combination(ctx, p)


@operation
def sync_speech_by_combination(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.14: Play a combination of speeches and return the result.

    A device that fails also fails in all retries.
    """
    play, error = _play_combination(ctx, p)
    failed = play["said"] is None
    data = omit_none(
        Detail=play["said"],
        Id=play["speech_id"],
        MaxRetryCount=MAX_RETRIES,
        RetryCount=MAX_RETRIES if failed else 0,
        Success=not failed,
    )
    if failed and error:
        data["DeviceErrorCode"], data["DeviceErrorMessage"] = error
    return {"Data": data}


@operation
def speech_by_synthesis(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.1.15: Play a text that is synthesized for this request only."""
    text = parse_text(p)
    settings = parse_settings(p)
    device = find_device(ctx, p)
    check_online(device)
    voice_columns = {name: settings[name] for name in ("audio_format", "voice", "speech_rate", "volume")}
    said, _error = _speak(ctx, device, text)
    _record_play(
        ctx, device, p.get("SpeechId"), content=json.dumps([text], ensure_ascii=False), said=said, **voice_columns
    )


def _play_combination(ctx: Context, p: dict[str, Any]) -> tuple[Row, DeviceError | None]:
    """Play a combination on a device. Return the row of the request, and the error that the device reports."""
    audio_format = parse_audio_format(p)
    device = find_device(ctx, p)
    check_online(device)
    said, error = _speak(ctx, device, _combination_text(ctx, device, p["CombinationList"], audio_format))
    play = _record_play(
        ctx,
        device,
        p.get("SpeechId"),
        content=json.dumps(p["CombinationList"], ensure_ascii=False),
        audio_format=audio_format,
        is_enforced=p.get("EnforceFlag", False),
        said=said,
    )
    return play, error


def _speak(ctx: Context, device: Row, text: str | None) -> tuple[str | None, DeviceError | None]:
    """Return the text that a device plays, or None if it fails, and the error that the device reports, if any."""
    outcome, error = perform(ctx, device, SPEECH, SPEECH_NOT_FOUND)
    if outcome == SUCCEED and text is None:
        error = SPEECH_NOT_FOUND
    return text if outcome == SUCCEED else None, error


def _record_play(ctx: Context, device: Row, speech_id: str | None, **columns: Any) -> Row:
    """Store a request and return its row. If a request with this id already succeeded, return its row instead."""
    key = {"iot_id": device["iot_id"], "speech_id": speech_id or ids.alphanumeric(_ID_LENGTH)}
    previous = ctx.store.one("speech_play", **key)
    if previous is None or previous["said"] is None:
        ctx.store.put("speech_play", tuple(key), **key, played_at=ctx.now, **columns)
    return ctx.store.require("speech_play", **key)


def _combination_text(ctx: Context, device: Row, combination: list[str], audio_format: str | None) -> str | None:
    """Return the text for a combination of BizCodes and amounts, or None if the device does not know one of them."""
    filters = omit_none(biz_code=combination, audio_format=audio_format)
    speeches = ctx.store.all("device_speech", "audio_format", iot_id=device["iot_id"], **filters)
    texts = {speech["biz_code"]: speech["text"] for speech in speeches}
    said = []
    for part in combination:
        amount = _AMOUNT.fullmatch(part)
        text = f"{amount[1]}元" if amount else texts.get(part)
        if text is None:
            return None
        said.append(text)
    return " ".join(said)
