# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules of sound codes, and the periods of the day in them (the manual's chapter 4.21.4).

What the labels of a schedule mean depends on the period in which one is decoded.
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
    open_type_asked,
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
    start_time TEXT NOT NULL,  -- HH:mm, of every day
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

_WHOLE_DAY = ("00:00", "23:59")
_WIDEST_CONTENT = 512

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


def find_schedule(ctx: Context, schedule_code: str) -> Row:
    """The row of a schedule. Raises ApiError where there is none."""
    schedule = ctx.store.one("sound_code_schedule", schedule_code=schedule_code)
    if schedule is None:
        raise illegal_request(f"There is no schedule {schedule_code}")
    return schedule


@operation
def create_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.5: it works from the first to the last minute of a day until it is changed."""
    _check_texts(ctx, p)
    _check_dates(p["StartDate"], p["EndDate"])
    start_time, end_time = _WHOLE_DAY
    schedule_code = new_code()
    ctx.store.insert(
        "sound_code_schedule",
        schedule_code=schedule_code,
        name=p["Name"],
        description=p.get("Description"),
        open_type=open_type_asked(p),
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
    """4.21.4.6: what is not given stays."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    _check_texts(ctx, p, schedule["schedule_code"])
    if p.get("Status", WORKING) not in (WORKING, STOP):
        raise invalid_parameter(f"Status is {WORKING} or {STOP}")
    _check_dates(p.get("StartDate", schedule["start_date"]), p.get("EndDate", schedule["end_date"]))
    _check_times(p.get("StartTime", schedule["start_time"]), p.get("EndTime", schedule["end_time"]))
    changes = omit_none(
        name=p.get("Name"),
        description=p.get("Description"),
        status=p.get("Status"),
        start_date=p.get("StartDate"),
        end_date=p.get("EndDate"),
        start_time=p.get("StartTime"),
        end_time=p.get("EndTime"),
    )
    ctx.store.update("sound_code_schedule", changes, schedule_code=schedule["schedule_code"])


@operation
def delete_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.7: its periods, labels and batches go with it."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    ctx.store.delete("sound_code_schedule", schedule_code=schedule["schedule_code"])


@operation
def query_sound_code_schedule_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.8: the newest first."""
    page = requested_list_page(ctx, p)
    schedules, total = ctx.store.page("sound_code_schedule", page.offset, page.size, "created_at DESC, rowid DESC")
    return list_reply(page, total, [_schedule_written(schedule) for schedule in schedules])


@operation
def get_sound_code_schedule(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.9"""
    return {"Data": _schedule_written(find_schedule(ctx, p["ScheduleCode"]))}


@operation
def create_schedule_period(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.11: periods may overlap."""
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
    """4.21.4.10: what is not given stays."""
    period = _find_period(ctx, p["PeriodCode"])
    _check_period(p, p.get("StartTime", period["start_time"]), p.get("EndTime", period["end_time"]))
    changes = omit_none(
        description=p.get("Description"),
        content=p.get("SoundCodeContent"),
        start_time=p.get("StartTime"),
        end_time=p.get("EndTime"),
    )
    ctx.store.update("sound_code_period", changes, period_code=period["period_code"])


@operation
def delete_schedule_period(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.12"""
    period = _find_period(ctx, p["PeriodCode"])
    ctx.store.delete("sound_code_period", period_code=period["period_code"])


@operation
def query_schedule_period_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.13: in the order of the day."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    page = requested_list_page(ctx, p)
    periods, total = ctx.store.page(
        "sound_code_period", page.offset, page.size, "start_time, rowid", schedule_code=schedule["schedule_code"]
    )
    return list_reply(page, total, [_period_written(period) for period in periods])


def _find_period(ctx: Context, period_code: str) -> Row:
    period = ctx.store.one("sound_code_period", period_code=period_code)
    if period is None:
        raise illegal_request(f"There is no period {period_code}")
    return period


def _check_texts(ctx: Context, p: dict[str, Any], own_code: str = "") -> None:
    """Raise ApiError for texts that the schedule ``own_code``, or a new one, cannot have.

    The manual wants not only the name to be there once, but the description as well.
    """
    check_widths(p, "Name", "Description")
    for name, column in (("Name", "name"), ("Description", "description")):
        if name in p:
            taken = ctx.store.one("sound_code_schedule", **{column: p[name]})
            if taken and taken["schedule_code"] != own_code:
                raise illegal_request(f"There is a schedule of this {column}")


def _check_period(p: dict[str, Any], start: str, end: str) -> None:
    check_widths(p, "Description")
    check_widths(p, "SoundCodeContent", most=_WIDEST_CONTENT)
    _check_times(start, end)


def _check_dates(start: str, end: str) -> None:
    """Raise ApiError where the dates are none or the last is before the first."""
    for name, value in (("StartDate", start), ("EndDate", end)):
        if not _is_date(value):
            raise invalid_parameter(f"{name} is a date of the form yyyy-MM-dd")
    if end < start:
        raise ApiError("iot.check.ParametersNotLessThanMax", "EndDate must not be earlier than StartDate")


def _check_times(start: str, end: str) -> None:
    """Raise ApiError where the times are none of a day or the last is before the first."""
    for name, value in (("StartTime", start), ("EndTime", end)):
        if not _TIME.fullmatch(value):
            raise invalid_parameter(f"{name} is a time between 00:00 and 23:59")
    if end < start:
        raise ApiError("iot.check.ParametersNotLessThanMax", "EndTime must not be earlier than StartTime")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _schedule_written(schedule: Row) -> Row:
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


def _period_written(period: Row) -> Row:
    return {
        "PeriodCode": period["period_code"],
        "Description": period["description"],
        "SoundCodeContent": period["content"],
        "StartTime": period["start_time"],
        "EndTime": period["end_time"],
    }
