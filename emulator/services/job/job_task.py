# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read and count the tasks of device jobs (manual chapter 4.13)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.job.job_config import find_target_device
from ansible_collections.iotops.aliyun.emulator.services.job.job_state import (
    CANCELLED,
    FAILED,
    IN_PROGRESS,
    QUEUED,
    REJECTED,
    SENT,
    SUCCEEDED,
    TIMED_OUT,
    find_job,
)

#: Validity of a page token in milliseconds.
TOKEN_LIFETIME_MS = 60_000

# The names of the statuses in QueryJobStatistics.
_STATISTICS = {
    "Queued": QUEUED,
    "Sent": SENT,
    "InProgress": IN_PROGRESS,
    "Succeeded": SUCCEEDED,
    "Failed": FAILED,
    "Rejected": REJECTED,
    "TimeOut": TIMED_OUT,
    "Cancelled": CANCELLED,
}

_SELECT_TASKS = """
    SELECT device_job_task.*, device_job_task.rowid AS place, job_name, product_key, device_name
    FROM device_job_task JOIN device_job USING (job_id) JOIN device USING (iot_id)
"""

_TOKEN = re.compile(rb"(\d{1,15})\.(\d{1,15})")


@operation
def list_task(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.8: list the tasks of a job, or those of a device if no job is given."""
    page = requested_page(ctx, {name: value for name, value in p.items() if name != "NextToken"})
    sql = f"{_SELECT_TASKS} WHERE device_job_task.rowid > ?"
    values: list[Any] = [_parse_token(ctx, p["NextToken"]) if p.get("NextToken") else 0]
    if p.get("JobId"):
        sql += " AND job_id = ?"
        values.append(find_job(ctx, p["JobId"])["job_id"])
    elif p.get("Device"):
        device = find_target_device(ctx, p["Device"])
        if device is None:
            raise ApiError("iot.job.ListTaskParamDeviceInfoInvalid")
        sql += " AND iot_id = ?"
        values.append(device["iot_id"])
    else:
        raise ApiError("iot.job.ListTaskParamJobIdAndDeviceNull")
    if p.get("Status"):
        if p["Status"] not in _STATISTICS.values():
            raise ApiError("iot.job.ParamsError", f"Status must be one of {', '.join(_STATISTICS.values())}")
        sql += " AND device_job_task.status = ?"
        values.append(p["Status"])
    # One more than the page size, to find out whether there is a next page.
    tasks = ctx.store.rows(f"{sql} ORDER BY place LIMIT ?", *values, page.size + 1)
    reply: Reply = {"Data": {"data": [_render(task) for task in tasks[: page.size]]}}
    if len(tasks) > page.size:
        reply["NextToken"] = _token(ctx, tasks[page.size - 1])
    return reply


@operation
def query_task(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.9."""
    tasks = ctx.store.rows(f"{_SELECT_TASKS} WHERE task_id = ?", p["TaskId"])
    if not tasks:
        raise ApiError("iot.job.TaskNotExist")
    [task] = tasks
    return {"Data": {**_render(task), "Message": task["message"], **omit_none(StatusDetail=task["status_detail"])}}


@operation
def query_job_statistics(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.10."""
    job = find_job(ctx, p["JobId"])
    counts = {
        row["status"]: row["tasks"]
        for row in ctx.store.rows(
            "SELECT status, count(*) AS tasks FROM device_job_task WHERE job_id = ? GROUP BY status", job["job_id"]
        )
    }
    data = {name: counts.get(status, 0) for name, status in _STATISTICS.items()}
    return {"Data": {**data, "Total": sum(counts.values())}}


def _render(task: Row) -> Row:
    """Return the members of a task that QueryTask and ListTask have in common."""
    return {
        "TaskId": task["task_id"],
        "JobId": task["job_id"],
        "JobName": task["job_name"],
        "IotId": task["iot_id"],
        "ProductKey": task["product_key"],
        "DeviceName": task["device_name"],
        "Status": task["status"],
        "Progress": str(task["progress"]),
        "UtcQueueTime": times.utc(task["queued_at"]),
        "UtcModified": times.utc(task["modified_at"]),
    }


def _token(ctx: Context, task: Row) -> str:
    """Return the token for the page after ``task``."""
    return urlsafe_b64encode(f"{task['place']}.{ctx.now + TOKEN_LIFETIME_MS}".encode()).decode()


def _parse_token(ctx: Context, token: str) -> int:
    """Return the row id of the last task of the previous page. Raise ApiError if the token is invalid or expired."""
    try:
        match = _TOKEN.fullmatch(urlsafe_b64decode(token.encode()))
    except ValueError:
        match = None
    if match is None or int(match[2]) <= ctx.now:
        raise ApiError("iot.common.InvalidPageParams", "NextToken is invalid or has expired")
    return int(match[1])
