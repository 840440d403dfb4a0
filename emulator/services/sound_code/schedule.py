# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules of sound codes, and their periods of the day (manual chapter 4.21.4).

The content of a schedule's labels depends on the period in which a label is decoded.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
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
CREATE TABLE IF NOT EXISTS sound_code_schedule (
    schedule_code TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT UNIQUE,
    open_type TEXT NOT NULL,
    status TEXT NOT NULL,
    start_date TEXT NOT NULL,  -- yyyy-MM-dd
    end_date TEXT NOT NULL,
    start_time TEXT NOT NULL,  -- HH:mm, applies to every day
    end_time TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sound_code_schedule_by_age ON sound_code_schedule (created_at);
CREATE TABLE IF NOT EXISTS sound_code_period (
    period_code TEXT PRIMARY KEY,
    schedule_code TEXT NOT NULL REFERENCES sound_code_schedule ON DELETE CASCADE,
    description TEXT NOT NULL,
    content TEXT NOT NULL,
    start_time TEXT NOT NULL,  -- HH:mm
    end_time TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sound_code_period_by_time ON sound_code_period (schedule_code, start_time);
"""

WORKING = "WORKING"
STOP = "STOP"

_DEFAULT_TIMES = ("00:00", "23:59")
_MAX_CONTENT_WIDTH = 512

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


def find_schedule(ctx: Context, schedule_code: str) -> Row:
    """Return the row of a schedule. Raise ApiError if it does not exist."""
    schedule = ctx.store.one("sound_code_schedule", schedule_code=schedule_code)
    if schedule is None:
        raise illegal_request(f"Schedule {schedule_code} does not exist")
    return schedule


@operation
def create_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.5: Create a schedule. It is active from 00:00 to 23:59 until it is updated."""
    _check_texts(ctx, p)
    _check_dates(p["StartDate"], p["EndDate"])
    start_time, end_time = _DEFAULT_TIMES
    schedule_code = new_code()
    ctx.store.insert(
        "sound_code_schedule",
        schedule_code=schedule_code,
        name=p["Name"],
        description=p.get("Description"),
        open_type=parse_open_type(p),
        status=WORKING,
        start_date=p["StartDate"],
        end_date=p["EndDate"],
        start_time=start_time,
        end_time=end_time,
        created_at=ctx.now,
    )
    return {"Data": schedule_code}


@operation
def update_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.6: Update a schedule. Absent parameters are left unchanged."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    _check_texts(ctx, p, schedule["schedule_code"])
    if p.get("Status", WORKING) not in (WORKING, STOP):
        raise invalid_parameter(f"Status must be {WORKING} or {STOP}")
    changes = omit_none(
        name=p.get("Name"),
        description=p.get("Description"),
        status=p.get("Status"),
        start_date=p.get("StartDate"),
        end_date=p.get("EndDate"),
        start_time=p.get("StartTime"),
        end_time=p.get("EndTime"),
    )
    updated = {**schedule, **changes}
    _check_dates(updated["start_date"], updated["end_date"])
    _check_times(updated["start_time"], updated["end_time"])
    ctx.store.update("sound_code_schedule", changes, schedule_code=schedule["schedule_code"])


@operation
def delete_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.7: Delete a schedule with its periods, labels and batches."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    ctx.store.delete("sound_code_schedule", schedule_code=schedule["schedule_code"])


@operation
def query_sound_code_schedule_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.8: List schedules, newest first."""
    page = requested_list_page(ctx, p)
    schedules, total = ctx.store.page("sound_code_schedule", page.offset, page.size, "created_at DESC, rowid DESC")
    return list_reply(page, total, [_schedule_to_reply(schedule) for schedule in schedules])


@operation
def get_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.9: Read a schedule."""
    return {"Data": _schedule_to_reply(find_schedule(ctx, p["ScheduleCode"]))}


@operation
def create_schedule_period(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.11: Add a period to a schedule. Periods can overlap."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    _check_period(p, p["StartTime"], p["EndTime"])
    period_code = new_code()
    ctx.store.insert(
        "sound_code_period",
        period_code=period_code,
        schedule_code=schedule["schedule_code"],
        description=p["Description"],
        content=p["SoundCodeContent"],
        start_time=p["StartTime"],
        end_time=p["EndTime"],
    )
    return {"Data": period_code}


@operation
def update_schedule_period(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.10: Update a period. Absent parameters are left unchanged."""
    period = _find_period(ctx, p["PeriodCode"])
    changes = omit_none(
        description=p.get("Description"),
        content=p.get("SoundCodeContent"),
        start_time=p.get("StartTime"),
        end_time=p.get("EndTime"),
    )
    updated = {**period, **changes}
    _check_period(p, updated["start_time"], updated["end_time"])
    ctx.store.update("sound_code_period", changes, period_code=period["period_code"])


@operation
def delete_schedule_period(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.12: Delete a period."""
    period = _find_period(ctx, p["PeriodCode"])
    ctx.store.delete("sound_code_period", period_code=period["period_code"])


@operation
def query_schedule_period_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.13: List the periods of a schedule, sorted by start time."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    page = requested_list_page(ctx, p)
    periods, total = ctx.store.page(
        "sound_code_period", page.offset, page.size, "start_time, rowid", schedule_code=schedule["schedule_code"]
    )
    return list_reply(page, total, [_period_to_reply(period) for period in periods])


def _find_period(ctx: Context, period_code: str) -> Row:
    period = ctx.store.one("sound_code_period", period_code=period_code)
    if period is None:
        raise illegal_request(f"Period {period_code} does not exist")
    return period


def _check_texts(ctx: Context, p: dict[str, Any], own_code: str = "") -> None:
    """Raise ApiError if name or description are invalid or used by a schedule other than ``own_code``.

    The manual requires both to be unique.
    """
    check_widths(p, "Name", "Description")
    for name, column in (("Name", "name"), ("Description", "description")):
        if name in p:
            existing = ctx.store.one("sound_code_schedule", **{column: p[name]})
            if existing and existing["schedule_code"] != own_code:
                raise illegal_request(f"A schedule with this {column} already exists")


def _check_period(p: dict[str, Any], start: str, end: str) -> None:
    check_widths(p, "Description")
    check_widths(p, "SoundCodeContent", max_width=_MAX_CONTENT_WIDTH)
    _check_times(start, end)


def _check_dates(start: str, end: str) -> None:
    """Raise ApiError if a date is invalid or the end is before the start."""
    for name, value in (("StartDate", start), ("EndDate", end)):
        if not _is_date(value):
            raise invalid_parameter(f"{name} must be a date in the format yyyy-MM-dd")
    if end < start:
        raise ApiError("iot.check.ParameterIsNotLessThanMax", "EndDate must not be earlier than StartDate")


def _check_times(start: str, end: str) -> None:
    """Raise ApiError if a time of the day is invalid or the end is before the start."""
    for name, value in (("StartTime", start), ("EndTime", end)):
        if not _TIME.fullmatch(value):
            raise invalid_parameter(f"{name} must be a time between 00:00 and 23:59 in the format HH:mm")
    if end < start:
        raise ApiError("iot.check.ParameterIsNotLessThanMax", "EndTime must not be earlier than StartTime")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _schedule_to_reply(schedule: Row) -> Row:
    return omit_none(
        ScheduleCode=schedule["schedule_code"],
        Name=schedule["name"],
        Description=schedule["description"],
        OpenType=schedule["open_type"],
        Status=schedule["status"],
        StartDate=schedule["start_date"],
        EndDate=schedule["end_date"],
        StartTime=schedule["start_time"],
        EndTime=schedule["end_time"],
        GmtCreate=schedule["created_at"],
    )


def _period_to_reply(period: Row) -> Row:
    return {
        "PeriodCode": period["period_code"],
        "Description": period["description"],
        "SoundCodeContent": period["content"],
        "StartTime": period["start_time"],
        "EndTime": period["end_time"],
    }
