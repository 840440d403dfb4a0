# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validate the optional parameters of OTA jobs: retries, tags, source versions, gray percentage and schedule."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

# The allowed delay until the start of a job, and the allowed time between its start and its end.
_SCHEDULE_RANGE = (5 * _MINUTE, 7 * _DAY)
_FINISH_RANGE = (_HOUR, 30 * _DAY)

_TIMEOUT_RANGE = (1, 1440)
_RETRY_INTERVALS = (0, 10, 30, 60, 1440)
_RETRY_COUNTS = (1, 2, 5)
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)

_TAG_KEY = re.compile(r"[A-Za-z0-9.]{1,30}")
_MAX_TAG_VALUE_LENGTH = 1024
_MAX_TAGS_LENGTH = 4096


def parse_retry(p: dict[str, Any]) -> Row:
    """Return the timeout and the retry options in a request. Raise ApiError if they are invalid."""
    timeout = p.get("TimeoutInMinutes")
    if timeout is not None and not _TIMEOUT_RANGE[0] <= timeout <= _TIMEOUT_RANGE[1]:
        raise ApiError(
            "iot.firmware.InvalidTimeoutSetting", f"TimeoutInMinutes must be {_TIMEOUT_RANGE[0]} to {_TIMEOUT_RANGE[1]}"
        )
    interval, count = p.get("RetryInterval"), p.get("RetryCount")
    if interval is None and count is None:
        return {"timeout_in_minutes": timeout}
    if interval not in _RETRY_INTERVALS:
        raise ApiError("iot.firmware.InvalidRetryInterval", f"RetryInterval must be one of {_RETRY_INTERVALS}")
    if count not in _RETRY_COUNTS:
        raise ApiError("iot.firmware.InvalidRetryCount", f"RetryCount must be one of {_RETRY_COUNTS}")
    if timeout is not None and interval >= timeout:
        raise ApiError("iot.firmware.InvalidRetryInterval", "RetryInterval must be less than TimeoutInMinutes")
    return {"timeout_in_minutes": timeout, "retry_interval": interval, "retry_count": count}


def parse_tags(p: dict[str, Any]) -> list[dict[str, str]]:
    """Return the tags in a request, which are optional. Raise ApiError if they are invalid."""
    tags = [{"Key": tag.get("Key", ""), "Value": tag.get("Value", "")} for tag in p.get("Tag", [])]
    for tag in tags:
        if not _TAG_KEY.fullmatch(tag["Key"]):
            raise ApiError("iot.firmware.JobTagKeyInvalid")
        if not 1 <= len(tag["Value"]) <= _MAX_TAG_VALUE_LENGTH:
            raise ApiError("iot.firmware.JobTagValueInvalid")
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise ApiError("iot.ota.tag.KeyDuplicated")
    if sum(len(tag["Key"]) + len(tag["Value"]) for tag in tags) > _MAX_TAGS_LENGTH:
        raise ApiError("iot.firmware.JobTagsTooLong")
    return tags


def parse_src_versions(p: dict[str, Any], firmware: Row, mandatory: bool = False) -> list[str]:
    """Return the source versions in a request, an empty list for any version. Raise ApiError if they are invalid."""
    sources = p.get("SrcVersion", [])
    differential = firmware["firmware_type"] == ota_firmware.DIFFERENTIAL
    if not sources:
        if differential:
            raise ApiError("iot.firmware.SrcVersionIsMandatory")
        if mandatory:
            raise ApiError("iot.firmware.NullSrcVersions")
        return []
    if not all(ota_firmware.is_valid_version(source) for source in sources):
        raise ApiError("iot.firmware.IncorrectFormattedSrcVersion")
    if len(set(sources)) < len(sources):
        raise ApiError("iot.common.InvalidFormattedParameter", "SrcVersion contains a duplicate")
    if differential and len(sources) > 1:
        raise ApiError("iot.firmware.MoreThanOneSrcVersion")
    if differential and sources != [firmware["src_version"]]:
        raise ApiError("iot.firmware.UpgradeSrcVersionMismatch")
    if firmware["dest_version"] in sources:
        raise ApiError("iot.firmware.SrcDestVersionMatched")
    return sources


def parse_gray_percent(p: dict[str, Any]) -> str:
    """Return the percentage of devices of a gray job. Raise ApiError if it is missing or invalid."""
    percent = p.get("GrayPercent")
    if not percent:
        raise ApiError("iot.firmware.NullGrayPercent")
    if not _PERCENT.fullmatch(percent):
        raise ApiError("iot.firmware.BadlyFormattedGrayPercent")
    if not 0 < Decimal(percent) <= 100:
        raise ApiError("iot.firmware.InvalidGrayPercent")
    return percent


def parse_schedule(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the start and end time of a static job. Raise ApiError if they are invalid."""
    start, finish = p.get("ScheduleTime"), p.get("ScheduleFinishTime")
    if start is None:
        if finish is not None:
            raise ApiError("iot.firmware.ScheduleFinishTimeWithoutStartTime")
        return {}
    delay = start - ctx.now
    if delay <= 0:
        raise ApiError("iot.firmware.FireTimeMustLargeThanCurrentTime")
    if delay < _SCHEDULE_RANGE[0]:
        raise ApiError("iot.firmware.FireTimeTooShort")
    if delay > _SCHEDULE_RANGE[1]:
        raise ApiError("iot.firmware.FireTimeTooLate")
    if finish is None:
        return {"schedule_at": start}
    if finish <= start:
        raise ApiError("iot.firmware.ScheduleFinishTimeEarlierThanStartTime")
    if finish - start < _FINISH_RANGE[0]:
        raise ApiError("iot.firmware.ScheduleFinishTimeTooEarly")
    if finish - start > _FINISH_RANGE[1]:
        raise ApiError("iot.firmware.ScheduleFinishTimeTooLate")
    return {"schedule_at": start, "finish_at": finish}
