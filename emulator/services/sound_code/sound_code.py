# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound codes: audio that devices detect and decode into a content (manual chapter 4.21.4).

The module ``audio`` creates the audio files.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import (
    illegal_request,
    invalid_parameter,
    list_reply,
    requested_list_page,
)
from ansible_collections.iotops.aliyun.emulator.services.sound_code.common import (
    check_widths,
    new_code,
    parse_open_type,
)

TABLES = """
CREATE TABLE IF NOT EXISTS sound_code (
    sound_code TEXT PRIMARY KEY,
    name TEXT UNIQUE,
    content TEXT NOT NULL,
    duration INTEGER NOT NULL,  -- seconds
    open_type TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sound_code_by_age ON sound_code (created_at);
"""

#: Limits for the duration of the audio of a sound code, in seconds.
MIN_DURATION = 1
MAX_DURATION = 30

_MAX_CONTENT_LENGTH = 100


def find_sound_code(ctx: Context, sound_code: str) -> Row:
    """Return the row of a sound code. Raise ApiError if it does not exist."""
    row = ctx.store.one("sound_code", sound_code=sound_code)
    if row is None:
        raise illegal_request(f"Sound code {sound_code} does not exist")
    return row


@operation
def create_sound_code(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.1: Create a sound code."""
    _check_parameters(ctx, p)
    sound_code = new_code()
    ctx.store.insert(
        "sound_code",
        sound_code=sound_code,
        name=p.get("Name"),
        content=p["SoundCodeContent"],
        duration=p["Duration"],
        open_type=parse_open_type(p),
        created_at=ctx.now,
    )
    return {"Data": sound_code}


@operation
def update_sound_code(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.24: Update a sound code. Absent parameters are left unchanged."""
    row = find_sound_code(ctx, p["SoundCode"])
    _check_parameters(ctx, p, row["sound_code"])
    changes = omit_none(name=p.get("Name"), content=p.get("SoundCodeContent"), duration=p.get("Duration"))
    ctx.store.update("sound_code", changes, sound_code=row["sound_code"])


@operation
def delete_sound_code(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.2: Delete a sound code."""
    row = find_sound_code(ctx, p["SoundCode"])
    ctx.store.delete("sound_code", sound_code=row["sound_code"])


@operation
def query_sound_code_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.3: List sound codes, newest first."""
    page = requested_list_page(ctx, p)
    rows, total = ctx.store.page("sound_code", page.offset, page.size, "created_at DESC, rowid DESC")
    return list_reply(page, total, [_to_reply(row) for row in rows])


def _check_parameters(ctx: Context, p: dict[str, Any], own_code: str = "") -> None:
    """Raise ApiError if a parameter is invalid or a sound code other than ``own_code`` has the name."""
    check_widths(p, "Name")
    if "Duration" in p and not MIN_DURATION <= p["Duration"] <= MAX_DURATION:
        raise invalid_parameter(f"Duration must be between {MIN_DURATION} and {MAX_DURATION} seconds")
    # Unlike in other texts, a Chinese character counts as 1 here.
    if "SoundCodeContent" in p and not 1 <= len(p["SoundCodeContent"]) <= _MAX_CONTENT_LENGTH:
        raise invalid_parameter(f"SoundCodeContent must have 1 to {_MAX_CONTENT_LENGTH} characters")
    if "Name" in p:
        existing = ctx.store.one("sound_code", name=p["Name"])
        if existing and existing["sound_code"] != own_code:
            raise illegal_request("A sound code with this name already exists")


def _to_reply(row: Row) -> Row:
    return omit_none(
        SoundCode=row["sound_code"],
        Name=row["name"],
        SoundCodeContent=row["content"],
        Duration=row["duration"],
        OpenType=row["open_type"],
        GmtCreate=row["created_at"],
    )
