# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Query records by time range, page by page.

The next page is requested either by time (``NextTime``) or by a token with the exact position (``NextPageToken``).
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

#: The default page size.
DEFAULT_SIZE = 10

_MAX_TIME = 10**13  # times in milliseconds have at max_size 13 digits

_TOKEN = re.compile(r"(\d{1,13})/(.{0,100})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A requested time range, from ``start`` to ``end`` (both inclusive), with ``size`` records per page."""

    start: int
    end: int
    ascending: bool
    size: int


def requested_time_range(
    p: Mapping[str, Any], max_size: int, *, retained_since: int, reversible: bool = False
) -> TimeRange:
    """Return the requested time range, limited to the retained records.

    Args:
        p: the parameters of the call.
        max_size: the largest page size.
        retained_since: the time of the oldest records that are retained.
        reversible: whether a call with descending order passes the later time as ``StartTime``.

    Raises:
        ApiError: the times or the page size are not allowed.
    """
    ascending = is_ascending(p)
    start, end = p["StartTime"], p["EndTime"]
    if not (0 <= start < _MAX_TIME and 0 <= end < _MAX_TIME):
        raise ApiError("iot.device.InvalidTimeBucket", "StartTime and EndTime must be times in milliseconds")
    if reversible and not ascending:
        start, end = end, start
    if start >= end:
        later, earlier = ("StartTime", "EndTime") if reversible and not ascending else ("EndTime", "StartTime")
        raise ApiError("iot.check.ParameterIsNotLessThanMax", f"{earlier} must be less than {later}")
    return TimeRange(max(start, retained_since), end, ascending, requested_page_size(p, max_size))


def is_ascending(p: Mapping[str, Any]) -> bool:
    """Return whether a call requests the oldest records first.

    Raises:
        ApiError: ``Asc`` is neither 0 nor 1.
    """
    order = p.get("Asc", 0)
    if order not in (0, 1):
        raise ApiError("iot.common.InvalidFormattedParameter", "Asc must be 0 or 1")
    return order == 1


def requested_page_size(p: Mapping[str, Any], max_size: int) -> int:
    """Return the requested page size.

    Raises:
        ApiError: the page size is not between 1 and ``max_size``.
    """
    size = p.get("PageSize", DEFAULT_SIZE)
    if not 1 <= size <= max_size:
        raise ApiError("iot.common.InvalidPageParams", f"PageSize must be between 1 and {max_size}")
    return size


def page_by_time(
    ctx: Context, time_range: TimeRange, sql: str, *values: Any, tiebreaker: str = "at"
) -> tuple[list[Row], Row]:
    """Return a page of the records of a SELECT with a WHERE clause, and the members that describe the next page.

    Records with the same time, which ``tiebreaker`` distinguishes, stay on the same page, so that a client that
    continues at ``NextTime`` misses none. They are divided only if there are more of them than the page size.
    """
    rows = _rows(ctx, time_range, sql, values, tiebreaker)
    more = len(rows) > time_range.size
    if more:
        next_time = rows[time_range.size]["at"]
        complete = [row for row in rows[: time_range.size] if row["at"] != next_time]
        rows = complete or rows[: time_range.size]
    return rows, next_page_members(time_range, rows[-1]["at"] if rows else None, more)


def next_page_members(time_range: TimeRange, last: int | None, more: bool) -> Row:
    """Return the members ``NextTime`` and ``NextValid`` for a page whose last record has the time ``last``."""
    if last is None:
        last = time_range.end if time_range.ascending else time_range.start
        return {"NextTime": last, "NextValid": more}
    return {"NextTime": last + 1 if time_range.ascending else last - 1, "NextValid": more}


def page_by_token(
    ctx: Context, time_range: TimeRange, token: str | None, sql: str, *values: Any, tiebreaker: str
) -> tuple[list[Row], str]:
    """Return a page of the records of a SELECT with a WHERE clause, and the token of the next page or an empty string.

    ``tiebreaker`` is a column that distinguishes records with the same time.

    Raises:
        ApiError: ``token`` is not a token of this list.
    """
    rows = _rows(ctx, time_range, sql, values, tiebreaker, _read_token(token) if token else None)
    if len(rows) <= time_range.size:
        return rows, ""
    last = rows[time_range.size - 1]
    return rows[: time_range.size], _token(last["at"], last[tiebreaker])


def _rows(
    ctx: Context,
    time_range: TimeRange,
    sql: str,
    values: tuple[Any, ...],
    tiebreaker: str,
    after: tuple[int, str] | None = None,
) -> list[Row]:
    """Return one record more than the page size, to detect whether there is a next page."""
    direction, sign = ("ASC", ">") if time_range.ascending else ("DESC", "<")
    sql += " AND at BETWEEN ? AND ?"
    values = (*values, time_range.start, time_range.end)
    if after:
        # SQLite converts a numeric text when it compares it with a numeric column.
        sql += f" AND (at, {tiebreaker}) {sign} (?, ?)"
        values = (*values, *after)
    order = f"at {direction}, {tiebreaker} {direction}"
    return ctx.store.rows(f"{sql} ORDER BY {order} LIMIT ?", *values, time_range.size + 1)


def _token(at: int, tiebreaker: Any) -> str:
    return base64.urlsafe_b64encode(f"{at}/{tiebreaker}".encode()).decode()


def _read_token(token: str) -> tuple[int, str]:
    try:
        match = _TOKEN.fullmatch(base64.b64decode(token, b"-_", validate=True).decode())
    except ValueError:
        match = None
    if match is None:
        raise ApiError("iot.device.PageTokensIllegal")
    return int(match[1]), match[2]
