# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules of sound codes, with their periods of the day (manual chapter 4.21.4)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import sound_code
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import (
    Lookup,
    Renamable,
    renamed_from,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.sound_code import NAME, OPEN_TYPE

SCHEDULES = Lookup("schedule", "QuerySoundCodeScheduleList", "ScheduleCode", "Name", "schedule_code")

DATE = Text(1, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", hint="a date of the form yyyy-MM-dd, in quotes")
TIME = Text(1, pattern=r"([01]\d|2[0-3]):[0-5]\d", hint="a time from 00:00 to 23:59, in quotes")

#: The options of a period, with their parameters and types. Its description tells it from the others.
PERIOD = {
    "description": ("Description", NAME),
    "content": ("SoundCodeContent", Text(1, 512, wide_char_width=2)),
    "start_time": ("StartTime", TIME),
    "end_time": ("EndTime", TIME),
}


def _order(first, last) -> str:
    return f"ends at {last}, before it starts at {first}" if first and last and last < first else ""


class Periods(ObjectSet):
    """Periods of the day, in no order; those of other descriptions are others."""

    def __init__(self) -> None:
        super().__init__(tuple(PERIOD), ("description",))

    def check(self, value: Any) -> str:
        for element in value:
            named = element["description"]
            for option, (_wire, kind) in PERIOD.items():
                complaint = kind.check(element[option])
                if complaint:
                    return f"has a period {named!r} that cannot be: {option} {complaint}"
            complaint = _order(element["start_time"], element["end_time"])
            if complaint:
                return f"has a period {named!r} that {complaint}"
        twice = [name for (name,) in map(self.identity, value) if sum(e["description"] == name for e in value) > 1]
        return f"has two periods {twice[0]!r}" if twice else super().check(value)

    def identity(self, element):
        # The platform lets two be called the same: the second has its code in its name, and goes.
        return (element["description"], *([element["period_code"]] if element.get("double") else []))

    def canonical(self, value: Any) -> Any:
        return {(self.identity(one), *(one[option] for option in PERIOD)) for one in value or []}

    def to_display(self, value: Any) -> Any:
        return [{option: one[option] for option in PERIOD} for one in sorted(value, key=self.identity)]


def _of_rows(rows: list) -> dict:
    periods = []
    for row in rows:
        period = {option: row.get(wire, "") for option, (wire, _kind) in PERIOD.items()}
        period["period_code"] = row["PeriodCode"]
        if any(period["description"] == other["description"] for other in periods):
            period["double"] = True
        periods.append(period)
    return {"periods": periods}


def _written(periods: list) -> dict:
    (period,) = periods
    return {wire: period[option] for option, (wire, _kind) in PERIOD.items()}


class PeriodByPeriod(Entries):
    """Periods come, change and go one by one; what changes or goes is named by its code."""

    def __init__(self) -> None:
        super().__init__(
            "periods",
            add=Batch("CreateSchedulePeriod", _written, size=1),
            change=Batch(
                "UpdateSchedulePeriod",
                lambda periods: {"PeriodCode": periods[0]["period_code"], **_written(periods)},
                size=1,
            ),
            remove=Batch("DeleteSchedulePeriod", lambda periods: {"PeriodCode": periods[0]["period_code"]}, size=1),
        )

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if "periods" in desired:
            kind = resource.field("periods").type
            codes = {kind.identity(one): one.get("period_code") for one in current.get("periods") or []}
            periods = [{**one, "period_code": codes.get(kind.identity(one))} for one in desired["periods"]]
            desired = {**desired, "periods": periods}
        return super().steps(resource, desired, current)


class SoundCodeSchedule(Renamable):
    """A schedule: what its labels mean depends on when one is heard."""

    kind = "sound_code_schedule"
    title = "schedule"
    families = (sound_code,)
    key = ("name",)
    identity = {"ScheduleCode": "schedule_code"}
    fields = (
        Field("name", "Name", NAME, required=True),
        renamed_from(NAME),
        Field("schedule_code", "ScheduleCode", computed=True),
        Field("description", "Description", NAME),
        Field("open_type", "OpenType", OPEN_TYPE),
        Field("start_date", "StartDate", DATE),
        Field("end_date", "EndDate", DATE),
        Field("start_time", "StartTime", TIME, initial="00:00"),
        Field("end_time", "EndTime", TIME, initial="23:59"),
        Field("status", "Status", Choice({"working": "WORKING", "stopped": "STOP"}), initial="working"),
        Field("periods", type=Periods(), initial=[], purge=True),
        Field("created", read="GmtCreate", type=Number(), computed=True),
    )
    listing = Listing("QuerySoundCodeScheduleList")
    details = (
        Detail("GetSoundCodeSchedule", "Data"),
        Detail("QuerySchedulePeriodList", "Data.List.Items", only_for=("periods",), parse=_of_rows),
    )
    create = Create("CreateSoundCodeSchedule", outputs={"schedule_code": "Data"})
    changes = (
        Update(
            "UpdateSoundCodeSchedule",
            "name",
            "description",
            "start_date",
            "end_date",
            "start_time",
            "end_time",
            "status",
        ),
        PeriodByPeriod(),
    )
    delete = Delete("DeleteSoundCodeSchedule")
    filters = ("name", "schedule_code", "status")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        for first, last in (("start_date", "end_date"), ("start_time", "end_time")):
            complaint = _order(desired.get(first), desired.get(last))
            if complaint:
                raise InvalidValue(f"the schedule {complaint}", field=last)
        return super().resolve_references(reader, desired)
