# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Confirm, cancel and repeat OTA tasks (manual chapter 4.20)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_devices_by_name
from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware, ota_job, ota_push, ota_task
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_firmware import find_firmware
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_job import find_job, get_firmware
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_module import get_reported_version
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_target import first_push_at
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

_CANCELED = "the task was canceled"

# The task status that each parameter of CancelOTATaskByJob selects.
_STATUS_BY_FLAG = {
    "CancelQueuedTask": ota_task.QUEUED,
    "CancelInProgressTask": ota_task.IN_PROGRESS,
    "CancelNotifiedTask": ota_task.NOTIFIED,
    "CancelUnconfirmedTask": ota_task.CONFIRM,
}
_SCHEDULED = "CancelScheduledTask"

_CANCELABLE_BY_DEVICE = (ota_task.QUEUED, ota_task.NOTIFIED, ota_task.IN_PROGRESS)


@operation
def cancel_ota_strategy_by_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.14: stop adding devices to a dynamic job. Its existing tasks continue."""
    job = find_job(ctx, p["JobId"])
    if job["selection_type"] != ota_job.DYNAMIC:
        raise ApiError("iot.firmware.NotDynamicJob")
    if job["status"] == ota_job.CANCELED:
        raise ApiError("iot.firmware.JobAlreadyCanceled")
    ota_job.finish(ctx, job, ota_job.CANCELED)


@operation
def cancel_ota_task_by_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.15: cancel the tasks of a job with the selected statuses.

    ``CancelUnconfirmedTask`` defaults to the value of ``CancelQueuedTask``.
    """
    job = find_job(ctx, p["JobId"])
    if not any(name in p for name in (*_STATUS_BY_FLAG, _SCHEDULED)):
        raise ApiError("iot.firmware.CancelOptionIsMandatory")
    flags = {**p, "CancelUnconfirmedTask": p.get("CancelUnconfirmedTask", p.get("CancelQueuedTask", False))}
    statuses = {status for name, status in _STATUS_BY_FLAG.items() if flags.get(name)}
    if p.get(_SCHEDULED):
        if job["schedule_at"] is None:
            raise ApiError("iot.firmware.JobHasNoScheduleTime")
        if job["status"] == ota_job.PLANNED:
            statuses |= {ota_task.QUEUED, ota_task.CONFIRM}
    unfinished = ctx.store.rows("SELECT 1 FROM ota_task WHERE job_id = ? AND unfinished LIMIT 1", job["job_id"])
    if job["status"] == ota_job.CANCELED and not unfinished:
        raise ApiError("iot.firmware.JobAlreadyCanceled")
    canceled = ota_task.cancel_tasks(
        ctx,
        "job_id = ? AND status IN (SELECT value FROM json_each(?))",
        [job["job_id"], json.dumps(sorted(statuses))],
        _CANCELED,
    )
    if canceled and job["selection_type"] == ota_job.STATIC:
        _cancel_job_if_finished(ctx, job)


@operation(too_many="iot.firmware.ParameterSizeExceedMax")
def cancel_ota_task_by_device(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.16: cancel the tasks of devices, of all of them or of none.

    Tasks that wait for confirmation cannot be canceled with this operation.
    """
    product = find_product(ctx, p["ProductKey"])
    firmware = find_firmware(ctx, p["FirmwareId"])
    job = find_job(ctx, p["JobId"]) if p.get("JobId") else None
    names = p["DeviceName"]
    if len(set(names)) < len(names):
        raise ApiError("iot.common.InvalidFormattedParameter", "DeviceName contains a duplicate")
    devices = find_devices_by_name(ctx, product["product_key"], names)
    if len(devices) < len(names):
        raise ApiError("iot.ota.DeviceNotExist")
    tasks = [task for device in devices for task in _tasks_to_cancel(ctx, device, firmware, job)]
    task_ids = json.dumps([task["task_id"] for task in tasks])
    ota_task.cancel_tasks(ctx, "task_id IN (SELECT value FROM json_each(?))", [task_ids], _CANCELED)
    for affected in ctx.store.all("ota_job", job_id={task["job_id"] for task in tasks}):
        ota_job.complete_if_finished(ctx, affected)


@operation(too_many="iot.ota.TooManyOtaTask")
def confirm_ota_task(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.21: confirm tasks, all of them or none. Those of a planned job cannot be confirmed yet."""
    tasks = _find_listed_tasks(ctx, p, "iot.firmware.InvalidOTATaskId")
    for task in tasks:
        job = ota_task.get_job(ctx, task)
        if task["status"] != ota_task.CONFIRM:
            raise ApiError("iot.firmware.InvalidTaskStatus")
        if job["status"] == ota_job.PLANNED:
            raise ApiError("iot.ota.ConfirmNotAllowedNow")
        _queue(ctx, job, task)


@operation(too_many="iot.ota.TooManyOtaTask")
def reupgrade_ota_task(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.23: repeat failed and canceled tasks.

    Devices that have the destination version or another unfinished task are skipped.
    """
    job = find_job(ctx, p["JobId"], "iot.ota.InvalidJobId")
    firmware = get_firmware(ctx, job)
    # CancelOTATaskByJob cancels a static job together with its last task, but its tasks can be repeated.
    if job["status"] == ota_job.CANCELED and job["selection_type"] == ota_job.DYNAMIC:
        raise ApiError("iot.ota.JobCanceled")
    if firmware["status"] not in ota_firmware.USABLE:
        raise ApiError("iot.ota.FirmwareNotVerified")
    tasks = _find_listed_tasks(ctx, p, "iot.ota.InvalidTaskId")
    if any(task["job_id"] != job["job_id"] for task in tasks):
        raise ApiError("iot.ota.UnmatchedJob")
    if not ctx.store.count("ota_task", job_id=job["job_id"], status=(ota_task.FAILED, ota_task.CANCELED)):
        raise ApiError("iot.ota.FailedTaskNotFound")
    if any(task["status"] not in (ota_task.FAILED, ota_task.CANCELED) for task in tasks):
        raise ApiError("iot.ota.InvalidTaskExist")
    restartable = [task for task in tasks if _can_restart(ctx, firmware, task)]
    if not restartable:
        raise ApiError("iot.ota.DeviceNotReUpgraded")
    ota_job.reopen(ctx, job)
    for task in restartable:
        _restart(ctx, job, task)


def _cancel_job_if_finished(ctx: Context, job: Row) -> None:
    """Set the status of a static job without unfinished tasks to canceled instead of completed."""
    if job["status"] in (ota_job.PLANNED, ota_job.IN_PROGRESS) and not ctx.store.rows(
        "SELECT 1 FROM ota_task WHERE job_id = ? AND unfinished LIMIT 1", job["job_id"]
    ):
        ota_job.finish(ctx, job, ota_job.CANCELED)


def _tasks_to_cancel(ctx: Context, device: Row, firmware: Row, job: Row | None) -> list[Row]:
    """Return the unfinished tasks of a device for a firmware. Raise ApiError if there is none that can be canceled."""
    tasks = ctx.store.rows(
        """
        SELECT ota_task.* FROM ota_task JOIN ota_job USING (job_id)
        WHERE iot_id = ? AND unfinished AND firmware_id = ?
        """,
        device["iot_id"],
        firmware["firmware_id"],
    )
    if job:
        tasks = [task for task in tasks if task["job_id"] == job["job_id"]]
    if not tasks:
        raise ApiError("iot.firmware.DeviceUpgradeRecordNotFound")
    if any(task["status"] not in _CANCELABLE_BY_DEVICE for task in tasks):
        raise ApiError("iot.firmware.IncorrectDeviceUpgradeJobStatus")
    return tasks


def _find_listed_tasks(ctx: Context, p: dict[str, Any], code: str) -> list[Row]:
    """Return the tasks listed in a request. Raise ApiError ``code`` if one does not exist."""
    task_ids = list(dict.fromkeys(task_id for task_id in p["TaskId"] if task_id))
    if not task_ids:
        raise ApiError("iot.ota.TaskIdsIsNull")
    tasks = ctx.store.all("ota_task", task_id=task_ids)
    if len(tasks) < len(task_ids):
        raise ApiError(code)
    return tasks


def _queue(ctx: Context, job: Row, task: Row) -> None:
    """Queue a task for its push."""
    push_at = first_push_at(ctx, job)
    changes = {"status": ota_task.QUEUED, "confirmed": 1, "push_at": push_at, "modified_at": ctx.now}
    ctx.store.update("ota_task", changes, task_id=task["task_id"])
    if push_at is not None:
        ota_push.schedule_push(ctx, job, push_at)


def _can_restart(ctx: Context, firmware: Row, task: Row) -> bool:
    device = ctx.store.require("device", iot_id=task["iot_id"])
    if get_reported_version(ctx, device, firmware["module_name"]) == firmware["dest_version"]:
        return False
    return not ctx.store.rows("SELECT 1 FROM ota_task WHERE iot_id = ? AND unfinished LIMIT 1", task["iot_id"])


def _restart(ctx: Context, job: Row, task: Row) -> None:
    """Reset a task to its initial state. A task that was confirmed before does not need another confirmation."""
    changes: Row = {"progress": 0, "description": "", "retries": 0, "begun_at": None}
    ctx.store.update("ota_task", changes, task_id=task["task_id"])
    if job["needs_confirmation"] and not task["confirmed"]:
        changes = {"status": ota_task.CONFIRM, "modified_at": ctx.now}
        ctx.store.update("ota_task", changes, task_id=task["task_id"])
    else:
        _queue(ctx, job, task)
