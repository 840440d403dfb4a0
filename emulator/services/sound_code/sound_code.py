# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound codes: what a device hears and has decoded (the manual's chapter 4.21.4).

Their audio is made in ``sound_code_audio``.
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
    open_type_asked,
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

#: Seconds that the audio of a sound code can last.
SHORTEST = 1
LONGEST = 30

_LONGEST_CONTENT = 100


def find_sound_code(ctx: Context, sound_code: str) -> Row:
    """The row of a sound code. Raises ApiError where there is none."""
    row = ctx.store.one("sound_code", sound_code=sound_code)
    if row is None:
        raise illegal_request(f"There is no sound code {sound_code}")
    return row


@operation
def create_sound_code(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.1"""
    _check(ctx, p)
    sound_code = new_code()
    ctx.store.insert(
        "sound_code",
        sound_code=sound_code,
        name=p.get("Name"),
        content=p["SoundCodeContent"],
        duration=p["Duration"],
        open_type=open_type_asked(p),
        created_at=ctx.now,
    )
    return {"Data": sound_code}


@operation
def update_sound_code(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.24: what is not given stays."""
    row = find_sound_code(ctx, p["SoundCode"])
    _check(ctx, p, row["sound_code"])
    changes = omit_none(name=p.get("Name"), content=p.get("SoundCodeContent"), duration=p.get("Duration"))
    ctx.store.update("sound_code", changes, sound_code=row["sound_code"])


@operation
def delete_sound_code(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.2"""
    row = find_sound_code(ctx, p["SoundCode"])
    ctx.store.delete("sound_code", sound_code=row["sound_code"])


@operation
def query_sound_code_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.3: the newest first."""
    page = requested_list_page(ctx, p)
    rows, total = ctx.store.page("sound_code", page.offset, page.size, "created_at DESC, rowid DESC")
    return list_reply(page, total, [_written(row) for row in rows])


def _check(ctx: Context, p: dict[str, Any], own_code: str = "") -> None:
    """Raise ApiError for values that the sound code ``own_code``, or a new one, cannot have."""
    check_widths(p, "Name")
    if "Duration" in p and not SHORTEST <= p["Duration"] <= LONGEST:
        raise invalid_parameter(f"Duration is {SHORTEST} to {LONGEST} seconds")
    # Other than in texts that are counted by width, a Chinese character is one here.
    if "SoundCodeContent" in p and not 1 <= len(p["SoundCodeContent"]) <= _LONGEST_CONTENT:
        raise invalid_parameter(f"SoundCodeContent has 1 to {_LONGEST_CONTENT} characters")
    if "Name" in p:
        taken = ctx.store.one("sound_code", name=p["Name"])
        if taken and taken["sound_code"] != own_code:
            raise illegal_request("There is a sound code of this name")


def _written(row: Row) -> Row:
    return omit_none(
        SoundCode=row["sound_code"],
        Name=row["name"],
        SoundCodeContent=row["content"],
        Duration=row["duration"],
        OpenType=row["open_type"],
        GmtCreate=row["created_at"],
    )
