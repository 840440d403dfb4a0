# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules of sound codes, with their periods of the day (manual section 4.21.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import sound_code
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Ordered
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

SCHEDULES = Lookup(
    "schedule", "QuerySoundCodeScheduleList", "ScheduleCode", "Name", "schedule_code", kinds=("sound_code_schedule",)
)


class Date(Text):
    """A date such as ``2030-01-31``."""

    def __init__(self) -> None:
        super().__init__(1, pattern=r"\d{4}-\d\d-\d\d", hint="a date in the format yyyy-MM-dd, in quotes")

    def check(self, value: Any) -> str:
        problem = super().check(value)
        if problem:
            return problem
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"must be a date that exists, not {value}"
        return ""


DATE = Date()
TIME = Text(1, pattern=r"([01]\d|2[0-3]):[0-5]\d", hint="a time from 00:00 to 23:59, in quotes")

#: The options of a period, with their parameters and types. The description identifies a period.
PERIOD = {
    "description": ("Description", NAME),
    "content": ("SoundCodeContent", Text(1, 512, wide_char_width=2)),
    "start_time": ("StartTime", TIME),
    "end_time": ("EndTime", TIME),
}


def _check_order(start: str | None, end: str | None) -> str:
    return f"ends at {end}, before it starts at {start}" if start and end and end < start else ""


class Periods(ObjectSet):
    """Periods of the day, in no order, identified by their descriptions."""

    def __init__(self) -> None:
        super().__init__(tuple(PERIOD), ("description",))

    def check(self, value: Any) -> str:
        for element in value:
            description = element["description"]
            for option, (_wire, kind) in PERIOD.items():
                problem = kind.check(element[option])
                if problem:
                    return f"contains the invalid period {description!r}: {option} {problem}"
            problem = _check_order(element["start_time"], element["end_time"])
            if problem:
                return f"contains the invalid period {description!r}: it {problem}"
        descriptions = [element["description"] for element in value]
        duplicates = [description for description in descriptions if descriptions.count(description) > 1]
        return f"contains the period {duplicates[0]!r} twice" if duplicates else super().check(value)

    def identity(self, element: dict) -> tuple[str, ...]:
        # The platform allows several periods with the same description. The second one is also identified by its code,
        # so that it never matches a period of the task and is removed.
        return (element["description"], *([element["period_code"]] if element.get("duplicate") else []))

    def canonical(self, value: Any) -> Any:
        return {(self.identity(element), *(element[option] for option in PERIOD)) for element in value or []}

    def to_display(self, value: Any) -> Any:
        return [{option: element[option] for option in PERIOD} for element in sorted(value, key=self.identity)]


def _parse_periods(rows: list) -> dict:
    periods = []
    for row in rows:
        period = {option: row.get(wire, "") for option, (wire, _kind) in PERIOD.items()}
        period["period_code"] = row["PeriodCode"]
        if any(period["description"] == other["description"] for other in periods):
            period["duplicate"] = True
        periods.append(period)
    return {"periods": periods}


def _period_params(periods: list) -> dict:
    (period,) = periods
    return {wire: period[option] for option, (wire, _kind) in PERIOD.items()}


class UpdatePeriods(Entries):
    """Change of the periods of a schedule, one by one.

    Custom code: changed and removed periods are sent with their codes, which the task does not contain.
    """

    def __init__(self) -> None:
        super().__init__(
            "periods",
            add=Batch("CreateSchedulePeriod", _period_params, size=1),
            change=Batch(
                "UpdateSchedulePeriod",
                lambda periods: {"PeriodCode": periods[0]["period_code"], **_period_params(periods)},
                size=1,
            ),
            remove=Batch("DeleteSchedulePeriod", lambda periods: {"PeriodCode": periods[0]["period_code"]}, size=1),
        )

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if "periods" in desired:
            kind = resource.field("periods").type
            codes = {kind.identity(period): period.get("period_code") for period in current.get("periods") or []}
            periods = [{**period, "period_code": codes.get(kind.identity(period))} for period in desired["periods"]]
            desired = {**desired, "periods": periods}
        return super().steps(resource, desired, current)


class SoundCodeSchedule(Renamable):
    """A schedule of sound codes. The content of its labels depends on the time at which they are recorded.

    Custom code: the start must not be after the end.
    """

    kind = "sound_code_schedule"
    title = "schedule"
    unique_names = False
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
        Detail("QuerySchedulePeriodList", "Data.List.Items", only_for=("periods",), parse=_parse_periods),
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
        UpdatePeriods(),
    )
    delete = Delete("DeleteSoundCodeSchedule")
    constraints = (Ordered("start_date", "end_date"), Ordered("start_time", "end_time"))
    filters = ("name", "schedule_code", "status")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        for start, end in (("start_date", "end_date"), ("start_time", "end_time")):
            if _check_order(desired.get(start), desired.get(end)):
                raise InvalidValue(f"{end} must not be before {start}, {desired[start]}, not {desired[end]}", field=end)
        return super().resolve_references(reader, desired)
