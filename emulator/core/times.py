# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Format times the way the platform does. All functions take milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

_BEIJING = timezone(timedelta(hours=8), "CST")
# Constants, because strftime depends on the locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def utc(milliseconds: int) -> str:
    """Return a time in UTC, such as ``2018-08-06T02:48:41.000Z``."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def beijing(milliseconds: int) -> str:
    """Return a time in China Standard Time, such as ``2018-08-06 10:48:41``."""
    return f"{datetime.fromtimestamp(milliseconds // 1000, _BEIJING):%Y-%m-%d %H:%M:%S}"


def beijing_words(milliseconds: int) -> str:
    """Return a time in China Standard Time with names, such as ``Thu Feb 28 14:14:33 CST 2019``."""
    moment = datetime.fromtimestamp(milliseconds // 1000, _BEIJING)
    return f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment:%d %H:%M:%S} CST {moment.year}"
