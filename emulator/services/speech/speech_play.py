# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Making devices speak (the manual's chapter 4.21.1).

Nothing can be heard here: what a device says is kept as text. A device knows the speeches that are on it, and by itself
how to say an amount. What was said under an id is not said under the same id once more.
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
    audio_format_asked,
    manner_asked,
    text_asked,
)
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import SUCCEED
from ansible_collections.iotops.aliyun.emulator.simulation.solutions import SPEECH, DeviceError, perform

TABLES = """
CREATE TABLE IF NOT EXISTS speech_play (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    speech_id TEXT NOT NULL,
    content TEXT NOT NULL,  -- JSON: what was sent, in its order
    audio_format TEXT,
    voice TEXT,  -- this and the following of a text that was synthesised for this once
    speech_rate INTEGER,
    volume INTEGER,
    is_enforced INTEGER NOT NULL DEFAULT 0,
    said TEXT,  -- NULL where the device could not say it
    played_at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, speech_id)
) WITHOUT ROWID;
"""

#: How often the platform tries once more where a device says that it cannot.
MOST_RETRIES = 2

#: An error that a device reports: it has no such speech.
NO_SPEECH = DeviceError("1", "speech model not found")

_ID_LENGTH = 32
_AMOUNT = re.compile(r"\{\$([0-9]+(?:\.[0-9]+)?)\}")


@operation
def speech_by_combination(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.1.13: nobody learns whether the device could say it."""
    _play_combination(ctx, p)


@operation
def sync_speech_by_combination(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.14: a device that cannot say it cannot either when it is tried again."""
    play, error = _play_combination(ctx, p)
    failed = play["said"] is None
    data = omit_none(
        Detail=play["said"],
        Id=play["speech_id"],
        MaxRetryCount=MOST_RETRIES,
        RetryCount=MOST_RETRIES if failed else 0,
        Success=not failed,
    )
    if failed and error:
        data["DeviceErrorCode"], data["DeviceErrorMessage"] = error
    return {"Data": data}


@operation
def speech_by_synthesis(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.1.15"""
    text = text_asked(p)
    manner = manner_asked(p)
    device = find_device(ctx, p)
    check_online(device)
    told = {name: manner[name] for name in ("audio_format", "voice", "speech_rate", "volume")}
    said, _error = _spoken(ctx, device, text)
    _play(ctx, device, p.get("SpeechId"), content=json.dumps([text], ensure_ascii=False), said=said, **told)


def _play_combination(ctx: Context, p: dict[str, Any]) -> tuple[Row, DeviceError | None]:
    """Let a device say a combination. Returns the row that says so, and the error that the device reports."""
    audio_format = audio_format_asked(p)
    device = find_device(ctx, p)
    check_online(device)
    said, error = _spoken(ctx, device, _said(ctx, device, p["CombinationList"], audio_format))
    play = _play(
        ctx,
        device,
        p.get("SpeechId"),
        content=json.dumps(p["CombinationList"], ensure_ascii=False),
        audio_format=audio_format,
        is_enforced=p.get("EnforceFlag", False),
        said=said,
    )
    return play, error


def _spoken(ctx: Context, device: Row, text: str | None) -> tuple[str | None, DeviceError | None]:
    """What a device says of a text, None where it cannot, and the error that it then reports, if it reports any."""
    outcome, error = perform(ctx, device, SPEECH, NO_SPEECH)
    if outcome == SUCCEED and text is None:
        error = NO_SPEECH
    return text if outcome == SUCCEED else None, error


def _play(ctx: Context, device: Row, speech_id: str | None, **columns: Any) -> Row:
    """Let a device speak, and return the row that says so; the one of before where it has said this already."""
    key = {"iot_id": device["iot_id"], "speech_id": speech_id or ids.alphanumeric(_ID_LENGTH)}
    before = ctx.store.one("speech_play", **key)
    if before is None or before["said"] is None:
        ctx.store.put("speech_play", tuple(key), **key, played_at=ctx.now, **columns)
    return ctx.store.one("speech_play", **key)


def _said(ctx: Context, device: Row, combination: list[str], audio_format: str | None) -> str | None:
    """What a device says when it is sent these identifiers and amounts; None where it does not know one of them."""
    wanted = omit_none(biz_code=combination, audio_format=audio_format)
    speeches = ctx.store.all("device_speech", "audio_format", iot_id=device["iot_id"], **wanted)
    texts = {speech["biz_code"]: speech["text"] for speech in speeches}
    said = []
    for part in combination:
        amount = _AMOUNT.fullmatch(part)
        text = f"{amount[1]}元" if amount else texts.get(part)
        if text is None:
            return None
        said.append(text)
    return " ".join(said)
