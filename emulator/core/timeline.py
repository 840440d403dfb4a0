# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading records by time: a stretch of it, and its pages.

Pages go on either at a time (``NextTime``) or at a token (``NextPageToken``) that says where exactly.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row

#: The page size where an operation lets it be absent.
DEFAULT_SIZE = 10

_LATEST = 10**13  # a moment of 13 digits in milliseconds is before this one

_TOKEN = re.compile(r"(\d{1,13})/(.{0,100})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The moments from ``start`` to ``end``, both included, of which ``size`` records are asked for."""

    start: int
    end: int
    ascending: bool
    size: int


def requested_time_range(p: Mapping[str, Any], most: int, *, kept_since: int, reversible: bool = False) -> TimeRange:
    """The stretch of time that a call asks for, cut to what is kept.

    ``reversible`` says that a call which counts backwards names the later end as ``StartTime``. Raises ApiError where
    the platform does not take it.
    """
    ascending = is_ascending(p)
    start, end = p["StartTime"], p["EndTime"]
    if not (0 <= start < _LATEST and 0 <= end < _LATEST):
        raise ApiError("iot.device.InvalidTimeBucket", "StartTime and EndTime are moments in milliseconds")
    if reversible and not ascending:
        start, end = end, start
    if start >= end:
        later, earlier = ("StartTime", "EndTime") if reversible and not ascending else ("EndTime", "StartTime")
        raise ApiError("iot.check.ParametersNotLessThanMax", f"{earlier} must be less than {later}")
    return TimeRange(max(start, kept_since), end, ascending, requested_page_size(p, most))


def is_ascending(p: Mapping[str, Any]) -> bool:
    """Whether a call wants the oldest first. Raises ApiError where it says neither so nor otherwise."""
    order = p.get("Asc", 0)
    if order not in (0, 1):
        raise ApiError("iot.common.InvalidFormattedParameter", "Asc is 0 or 1")
    return order == 1


def requested_page_size(p: Mapping[str, Any], most: int) -> int:
    """The page size of a call. Raises ApiError where there are no such pages."""
    size = p.get("PageSize", DEFAULT_SIZE)
    if not 1 <= size <= most:
        raise ApiError("iot.common.InvalidPageParams", f"PageSize must be between 1 and {most}")
    return size


def page_by_time(ctx: Context, span: TimeRange, sql: str, *values: Any, place: str = "at") -> tuple[list[Row], Row]:
    """A page of the records that a SELECT with a WHERE finds, and the members that say how to go on.

    Records of one moment, which ``place`` tells apart, stay together: who goes on at ``NextTime`` misses none. Only a
    moment with more records than the page holds is cut.
    """
    rows = _rows(ctx, span, sql, values, place)
    more = len(rows) > span.size
    if more:
        first_left_out = rows[span.size]["at"]
        kept = [row for row in rows[: span.size] if row["at"] != first_left_out]
        rows = kept or rows[: span.size]
    return rows, next_page_members(span, rows[-1]["at"] if rows else None, more)


def next_page_members(span: TimeRange, last: int | None, more: bool) -> Row:
    """The members ``NextTime`` and ``NextValid`` after a page that ends with the moment ``last``."""
    if last is None:
        last = span.end if span.ascending else span.start
        return {"NextTime": last, "NextValid": more}
    return {"NextTime": last + 1 if span.ascending else last - 1, "NextValid": more}


def page_by_token(
    ctx: Context, span: TimeRange, token: str | None, sql: str, *values: Any, place: str
) -> tuple[list[Row], str]:
    """As ``page_by_time``, but the second is the token of the next page, empty where there is none.

    ``place`` is a column that tells records of one moment apart. Raises ApiError where ``token`` is none of this list.
    """
    rows = _rows(ctx, span, sql, values, place, _read_token(token) if token else None)
    if len(rows) <= span.size:
        return rows, ""
    last = rows[span.size - 1]
    return rows[: span.size], _token(last["at"], last[place])


def _rows(
    ctx: Context,
    span: TimeRange,
    sql: str,
    values: tuple[Any, ...],
    place: str,
    after: tuple[int, str] | None = None,
) -> list[Row]:
    """One record more than the page holds, so that one sees whether there are more."""
    direction, sign = ("ASC", ">") if span.ascending else ("DESC", "<")
    sql += " AND at BETWEEN ? AND ?"
    values = (*values, span.start, span.end)
    if after:
        # A number in a text counts as one where it is compared with a column of numbers.
        sql += f" AND (at, {place}) {sign} (?, ?)"
        values = (*values, *after)
    return ctx.store.rows(f"{sql} ORDER BY at {direction}, {place} {direction} LIMIT ?", *values, span.size + 1)


def _token(at: int, place: Any) -> str:
    return base64.urlsafe_b64encode(f"{at}/{place}".encode()).decode()


def _read_token(token: str) -> tuple[int, str]:
    try:
        match = _TOKEN.fullmatch(base64.b64decode(token, b"-_", validate=True).decode())
    except ValueError:
        match = None
    if match is None:
        raise ApiError("iot.device.PageTokensIllegal")
    return int(match[1]), match[2]
