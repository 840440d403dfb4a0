# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Store and list OTA tasks, one per device and OTA job, and update their status (manual chapter 4.20).

A task waits for confirmation if its job requires it (CONFIRM), and then for the push (QUEUED). After the push
(NOTIFIED), the device reports progress (IN_PROGRESS) and finally the new version (SUCCEEDED). A task can also fail or
be canceled. A failed task that will be retried keeps its status until the retry.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import OTA_EVENT
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_job import complete_if_finished, find_job, get_firmware
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS ota_task (
    task_id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES ota_job ON DELETE CASCADE,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    module_name TEXT NOT NULL COLLATE NOCASE,  -- of the firmware
    status TEXT NOT NULL,
    unfinished INTEGER AS (status IN ('CONFIRM', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS')),
    src_version TEXT,  -- NULL if the device had not reported a version
    progress INTEGER NOT NULL DEFAULT 0,  -- percent
    description TEXT NOT NULL DEFAULT '',
    confirmed INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,  -- number of retries
    push_at INTEGER,  -- earliest time of the push; NULL if no push is pending
    begun_at INTEGER,  -- time of the first progress report
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS ota_task_of_job ON ota_task (job_id);
CREATE INDEX IF NOT EXISTS ota_task_by_status ON ota_task (job_id, status);
CREATE INDEX IF NOT EXISTS ota_task_unfinished_of_job ON ota_task (job_id) WHERE unfinished;
CREATE INDEX IF NOT EXISTS ota_task_unfinished_of_device ON ota_task (iot_id) WHERE unfinished;
CREATE INDEX IF NOT EXISTS ota_task_to_push ON ota_task (job_id, push_at) WHERE push_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS ota_task_begun ON ota_task (job_id, begun_at) WHERE status = 'IN_PROGRESS';
CREATE INDEX IF NOT EXISTS ota_task_by_device ON ota_task (iot_id, job_id);
"""

CONFIRM = "CONFIRM"
QUEUED = "QUEUED"
NOTIFIED = "NOTIFIED"
IN_PROGRESS = "IN_PROGRESS"
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
CANCELED = "CANCELED"

#: The statuses in which a task blocks other tasks of its device.
UNFINISHED = (CONFIRM, QUEUED, NOTIFIED, IN_PROGRESS)

_STATUSES = (*UNFINISHED, SUCCEEDED, FAILED, CANCELED)

_MAX_LISTED_TASKS = 100_000
_MINUTE = 60_000

_OLDEST_FIRST = "ota_task.rowid"


def find_unfinished_task(ctx: Context, device: Row, module_name: str) -> Row | None:
    """Return the row of a device's unfinished task for a module, or None if there is none."""
    tasks = ctx.store.rows(
        "SELECT * FROM ota_task WHERE iot_id = ? AND unfinished AND module_name = ? LIMIT 1",
        device["iot_id"],
        module_name,
    )
    return tasks[0] if tasks else None


def get_job(ctx: Context, task: Row) -> Row:
    """Return the row of a task's job."""
    return ctx.store.require("ota_job", job_id=task["job_id"])


def report_progress(ctx: Context, device: Row, task: Row, progress: int, description: str) -> None:
    """Record the progress that a device reports in percent."""
    changes = {
        "status": IN_PROGRESS,
        "progress": progress,
        "description": description,
        "begun_at": task["begun_at"] or ctx.now,
        "push_at": None,
    }
    _update(ctx, device, task, get_job(ctx, task), changes)


def succeed(ctx: Context, device: Row, task: Row) -> None:
    """Mark a task as succeeded, because the device reported the destination version."""
    job = get_job(ctx, task)
    _update(ctx, device, task, job, {"status": SUCCEEDED, "progress": 100, "description": "success", "push_at": None})
    complete_if_finished(ctx, job)


def fail(ctx: Context, device: Row, task: Row, reason: str, may_retry: bool = True) -> int | None:
    """Fail a task, or keep it for a retry if its job has retries left.

    Args:
        ctx: The context of the call.
        device: The row of the device.
        task: The row of the task.
        reason: The description of the failure.
        may_retry: Whether a retry is allowed.

    Returns:
        The time of the next push if the task is retried and its job pushes tasks, otherwise None.
    """
    job = get_job(ctx, task)
    if may_retry and task["retries"] < (job["retry_count"] or 0):
        retry_at = ctx.now + job["retry_interval"] * _MINUTE
        changes = {"retries": task["retries"] + 1, "description": reason, "modified_at": ctx.now}
        if job["needs_push"]:
            changes["push_at"] = retry_at
        ctx.store.update("ota_task", changes, task_id=task["task_id"])
        return retry_at if job["needs_push"] else None
    _update(ctx, device, task, job, {"status": FAILED, "description": reason, "push_at": None})
    complete_if_finished(ctx, job)
    return None


def cancel_tasks(ctx: Context, condition: str, values: list[Any], reason: str) -> int:
    """Cancel the tasks that match an SQL condition, regardless of their status. Return their number."""
    return ctx.store.execute(
        f"""
        UPDATE ota_task SET status = '{CANCELED}', description = ?, push_at = NULL, modified_at = ? WHERE {condition}
        """,
        reason,
        ctx.now,
        *values,
    )


@operation(too_many="iot.firmware.ParameterSizeExceedMax")
def list_ota_task_by_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.12: list the tasks of a job. If DeviceNames is set, the paging parameters are ignored."""
    job = find_job(ctx, p["JobId"])
    names = p.get("DeviceNames")
    # A device can have several tasks in a dynamic job. All of them are on the only page.
    page = Page(1, _MAX_LISTED_TASKS, 0) if names else requested_page(ctx, p)
    if not names and page.number * page.size > _MAX_LISTED_TASKS:
        raise ApiError("iot.common.InvalidPageParams", f"CurrentPage * PageSize must not exceed {_MAX_LISTED_TASKS}")
    sql = "SELECT ota_task.*, device_name, product_key FROM ota_task JOIN device USING (iot_id) WHERE job_id = ?"
    values = [job["job_id"]]
    if p.get("TaskStatus"):
        sql += " AND ota_task.status = ?"
        values.append(_check_status(p["TaskStatus"], _STATUSES))
    if names:
        sql += f" AND device_name IN ({', '.join('?' * len(names))})"
        values += names
    tasks, total = ctx.store.page_of(sql, values, page.offset, page.size, _OLDEST_FIRST)
    if names:
        page = Page(1, max(len(names), total), 0)
    firmware = get_firmware(ctx, job)
    product = find_product(ctx, job["product_key"])
    timeout = job["timeout_in_minutes"]
    task_list = [
        {
            **_render(task, firmware, product),
            "Progress": f"{task['progress']:.2f}",
            "TaskDesc": task["description"],
            "Timeout": "" if timeout is None else str(timeout),
        }
        for task in tasks
    ]
    return {
        "Data": {"SimpleOTATaskInfo": task_list},
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


@operation
def list_ota_unfinished_task_by_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.22: list unfinished tasks of a device. ``TaskStatusList`` overrides ``TaskStatus``."""
    if not (p.get("IotId") or p.get("ProductKey") or p.get("DeviceName")):
        raise ApiError("iot.ota.EmptyDeviceInfoParams")
    device = find_device(ctx, p)
    statuses = {_check_status(status, UNFINISHED) for status in p.get("TaskStatusList") or [p["TaskStatus"]]}
    tasks = [
        {**task, "device_name": device["device_name"], "product_key": device["product_key"]}
        for task in ctx.store.rows(
            f"SELECT * FROM ota_task WHERE iot_id = ? AND unfinished ORDER BY {_OLDEST_FIRST}", device["iot_id"]
        )
        if task["status"] in statuses
        and (p.get("ModuleName") or task["module_name"]).lower() == task["module_name"].lower()
    ]
    product = find_product(ctx, device["product_key"])
    task_list = [
        {**_render(task, get_firmware(ctx, get_job(ctx, task)), product), "ModuleName": task["module_name"]}
        for task in tasks
    ]
    return {"Data": {"SimpleOTATaskInfo": task_list}}


def _update(ctx: Context, device: Row, task: Row, job: Row, changes: Row) -> None:
    """Update a task after a report of its device, and forward an OTA event message."""
    ctx.store.update("ota_task", {**changes, "modified_at": ctx.now}, task_id=task["task_id"])
    message = {
        "iotId": device["iot_id"],
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "moduleName": task["module_name"],
        "status": changes["status"],
        "messageCreateTime": ctx.now,
        "srcVersion": task["src_version"] or "",
        "destVersion": get_firmware(ctx, job)["dest_version"],
        "desc": changes["description"],
        "jobId": job["job_id"],
        "taskId": task["task_id"],
    }
    if changes["status"] == IN_PROGRESS:
        message["step"] = str(changes["progress"])
    forward(ctx, device, f"/{device['product_key']}/{device['device_name']}/ota/upgrade", message, OTA_EVENT)


def _check_status(status: str, statuses: tuple[str, ...]) -> str:
    if status not in statuses:
        raise ApiError("iot.firmware.InvalidTaskStatus", f"TaskStatus must be one of {', '.join(statuses)}")
    return status


def _render(task: Row, firmware: Row, product: Row) -> Row:
    """Return the members of a task that all operations have in common."""
    return {
        "TaskId": task["task_id"],
        "JobId": task["job_id"],
        "FirmwareId": firmware["firmware_id"],
        "IotId": task["iot_id"],
        "ProductKey": task["product_key"],
        "ProductName": product["product_name"],
        "DeviceName": task["device_name"],
        "SrcVersion": task["src_version"] or "",
        "DestVersion": firmware["dest_version"],
        "TaskStatus": task["status"],
        "UtcCreate": times.utc(task["created_at"]),
        "UtcModified": times.utc(task["modified_at"]),
    }
