# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Push OTA tasks to devices at the rate of their job, and handle the timeouts of tasks and the start and end of jobs.

There is no timer per device: a job schedules one action for the next push and one for the next timeout.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware, ota_job, ota_task
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_module import DEFAULT
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: Delay between the creation of a job and its first push, in milliseconds.
PREPARATION_MS = 1000

_PUSH = "push_ota_tasks"
_TIME_OUT = "time_out_ota_tasks"
_BEGIN = "begin_ota_job"
_FINISH = "finish_ota_job"

_MINUTE = 60_000

# The spelling of MD5 in messages to devices. The vendor's SDK accepts no other.
_SIGN_METHOD = "Md5"

# The key of the user-defined information of a firmware in messages to devices, in addition to the tags of the job.
_UDI = "_package_udi"


def schedule_job(ctx: Context, job: Row) -> None:
    """Schedule the start, the first push and the end of a new job."""
    if job["status"] == ota_job.PLANNED:
        ctx.schedule(job["schedule_at"], _BEGIN, job_id=job["job_id"])
    else:
        schedule_push(ctx, job, ctx.now + PREPARATION_MS)
    if job["finish_at"] is not None:
        ctx.schedule(job["finish_at"], _FINISH, job_id=job["job_id"])


def schedule_push(ctx: Context, job: Row, at: int) -> None:
    """Schedule a push of a job's tasks at ``at``, unless an earlier push is already scheduled."""
    due_at = ctx.store.value("SELECT push_due_at FROM ota_job WHERE job_id = ?", job["job_id"])
    if due_at is None or at < due_at:
        ctx.schedule(at, _PUSH, job_id=job["job_id"])
        ctx.store.update("ota_job", {"push_due_at": at}, job_id=job["job_id"])


def schedule_timeout(ctx: Context, job: Row, begun_at: int) -> None:
    """Schedule the timeout of a task that began at ``begun_at``, unless an earlier timeout is already scheduled."""
    if job["timeout_in_minutes"] is not None and job["timeout_due_at"] is None:
        at = begun_at + job["timeout_in_minutes"] * _MINUTE
        ctx.schedule(at, _TIME_OUT, job_id=job["job_id"])
        ctx.store.update("ota_job", {"timeout_due_at": at}, job_id=job["job_id"])


def push(ctx: Context, job: Row, iot_id: str | None = None) -> None:
    """Push the waiting tasks of a job to online devices at the allowed rate, and schedule the next push.

    Args:
        ctx: The context of the call.
        job: The row of the job.
        iot_id: Push only the task of this device.
    """
    if job["status"] == ota_job.PLANNED:
        return
    window_at, pushes = job["window_at"], job["window_pushes"]
    if ctx.now >= window_at + _MINUTE:
        window_at, pushes = ctx.now, 0
    allowed = job["maximum_per_minute"] - pushes
    devices = _find_waiting_devices(ctx, job, iot_id, allowed + 1)
    receivers = devices[:allowed]
    if receivers:
        ctx.store.execute(
            f"""
            UPDATE ota_task SET push_at = NULL, modified_at = ?,
                status = CASE status WHEN '{ota_task.QUEUED}' THEN '{ota_task.NOTIFIED}' ELSE status END
            WHERE task_id IN (SELECT value FROM json_each(?))
            """,
            ctx.now,
            json.dumps([device["task_id"] for device in receivers]),
        )
        ctx.store.update(
            "ota_job", {"window_at": window_at, "window_pushes": pushes + len(receivers)}, job_id=job["job_id"]
        )
        send_notification(ctx, job, receivers)
    if len(devices) > allowed:
        schedule_push(ctx, job, window_at + _MINUTE)
        return
    next_push_at = ctx.store.value(
        "SELECT min(push_at) FROM ota_task WHERE job_id = ? AND push_at > ?", job["job_id"], ctx.now
    )
    if next_push_at is not None:
        schedule_push(ctx, job, next_push_at)


def send_notification(ctx: Context, job: Row, devices: list[Row]) -> None:
    """Send the upgrade notification of a job to devices."""
    data = render_notification(ctx, job)
    for device in devices:
        topic = f"/ota/device/upgrade/{device['product_key']}/{device['device_name']}"
        message_id = trace.next_id(ctx)
        content = {"code": "1000", "data": data, "id": trace.device_id_of(message_id), "message": "success"}
        downlink.send(ctx, device, topic, content, message_id=message_id)


def render_notification(ctx: Context, job: Row) -> dict[str, Any]:
    """Return the data about a job's firmware for a device."""
    firmware = ota_job.get_firmware(ctx, job)
    files = ota_firmware.list_files(ctx, firmware)
    data: dict[str, Any] = {"version": firmware["dest_version"], "signMethod": _SIGN_METHOD}
    if firmware["firmware_type"] == ota_firmware.DIFFERENTIAL:
        data["isDiff"] = 1
    if firmware["module_name"] != DEFAULT:
        data["module"] = firmware["module_name"]
    if len(files) > 1:
        data["files"] = [
            {
                "fileName": file["file_name"],
                "fileSize": file["size"],
                "fileUrl": _url(ctx, file),
                "fileMd5": file["md5"],
                "fileSign": file["md5"],
            }
            for file in files
        ]
    else:
        [file] = files
        data |= {"size": file["size"], "sign": file["md5"], "md5": file["md5"]}
        if job["download_protocol"] == ota_job.MQTT:
            data |= {"dProtocol": "mqtt", "streamId": firmware["stream_id"], "streamFileId": file["number"]}
        else:
            data["url"] = _url(ctx, file)
    extra = {tag["Key"]: tag["Value"] for tag in json.loads(job["tags"])}
    if firmware["udi"] is not None:
        extra[_UDI] = firmware["udi"]
    if extra:
        data["extData"] = extra
    return data


@when_due(_BEGIN)
def _begin(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("ota_job", job_id=payload["job_id"], status=ota_job.PLANNED)
    if job:
        ota_job.start(ctx, job)
        schedule_push(ctx, job, ctx.now)


@when_due(_FINISH)
def _finish(ctx: Context, payload: dict[str, Any]) -> None:
    """Cancel the unfinished tasks of a job at its scheduled end and complete the job."""
    job = ctx.store.one("ota_job", job_id=payload["job_id"])
    if job and job["status"] in (ota_job.PLANNED, ota_job.IN_PROGRESS):
        ota_task.cancel_tasks(
            ctx, "job_id = ? AND unfinished", [job["job_id"]], "the scheduled end time of the job has passed"
        )
        ota_job.finish(ctx, job, ota_job.COMPLETED)


@when_due(_PUSH)
def _push(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("ota_job", job_id=payload["job_id"])
    if job and job["push_due_at"] is not None and job["push_due_at"] <= ctx.now:
        ctx.store.update("ota_job", {"push_due_at": None}, job_id=job["job_id"])
        push(ctx, job)


@when_due(_TIME_OUT)
def _time_out(ctx: Context, payload: dict[str, Any]) -> None:
    """Fail the tasks that exceed the timeout of a job, without a retry."""
    job = ctx.store.one("ota_job", job_id=payload["job_id"])
    if job is None:
        return
    ctx.store.update("ota_job", {"timeout_due_at": None}, job_id=job["job_id"])
    begun = f"FROM ota_task WHERE job_id = ? AND status = '{ota_task.IN_PROGRESS}'"
    latest = ctx.now - job["timeout_in_minutes"] * _MINUTE
    for task in ctx.store.rows(f"SELECT * {begun} AND begun_at <= ?", job["job_id"], latest):
        device = ctx.store.require("device", iot_id=task["iot_id"])
        ota_task.fail(ctx, device, task, "timeout", may_retry=False)
    next_begun_at = ctx.store.value(f"SELECT min(begun_at) {begun}", job["job_id"])
    if next_begun_at is not None:
        schedule_timeout(ctx, {**job, "timeout_due_at": None}, next_begun_at)


def _find_waiting_devices(ctx: Context, job: Row, iot_id: str | None, limit: int) -> list[Row]:
    """Return the rows of up to ``limit`` online devices with a task to push, together with its ``task_id``."""
    # For a single device, use the index on the device: "+" disables the index on the job.
    condition = "ota_task.iot_id = ? AND unfinished AND +job_id = ?" if iot_id else "job_id = ?"
    return ctx.store.rows(
        f"""
        SELECT device.*, task_id FROM ota_task JOIN device USING (iot_id)
        WHERE {condition} AND push_at <= ? AND online ORDER BY push_at, ota_task.rowid LIMIT ?
        """,
        *([iot_id] if iot_id else []),
        job["job_id"],
        ctx.now,
        limit,
    )


def _url(ctx: Context, file: Row) -> str:
    return object_storage.download_url(ctx, file["file_key"], ota_firmware.DOWNLOAD_URL_LIFETIME_MS)
