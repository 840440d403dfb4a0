# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Execute device jobs (manual chapter 4.13).

The initialization of a job creates a task for each device. The job then waits for its start time, if it has one, and
sends a limited number of tasks per minute. It is completed when every task is finished. There is no timer per task: a
job schedules one action for sending the next tasks and one for the next timeout.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.services.job.job_config import CUSTOM, INVOKE, PUB, SET
from ansible_collections.iotops.aliyun.emulator.services.job.job_state import (
    CANCELLED,
    CANCELLING,
    FAILED,
    IN_PROGRESS,
    INITIALIZING,
    QUEUED,
    REMOVING,
    SENT,
    SUCCEEDED,
    TIMED_OUT,
    WAITING,
    complete_if_finished,
    set_status,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import find_product_with_thing_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.command import (
    call_service,
    find_service,
    on_command_reply,
    set_properties,
)
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: The status in the notification of a device about a deleted task.
REMOVED = "REMOVED"

#: The version of the messages about tasks.
VERSION = "1.0"

#: Duration of the initialization, cancellation or deletion of a job in milliseconds.
STEP_MS = 1000

#: Validity of the download URL of a job's file in messages to devices, in milliseconds.
FILE_URL_LIFETIME_MS = 3_600_000

_INITIALIZE = "initialize_device_job"
_BEGIN = "begin_device_job"
_SEND = "send_device_job_tasks"
_TIME_OUT = "time_out_device_job_tasks"
_CANCEL = "cancel_device_job"
_REMOVE = "remove_device_job"

_MINUTE = 60_000
_SUCCESS = 200
_TASK_ID_SUFFIX = "010101"


def schedule_initialize(ctx: Context, job_id: str) -> None:
    """Schedule the initialization of a new job."""
    ctx.schedule(ctx.now + STEP_MS, _INITIALIZE, job_id=job_id)


def schedule_cancel(ctx: Context, job: Row) -> None:
    """Set the status of a job to canceling and schedule its cancellation."""
    set_status(ctx, job, CANCELLING)
    ctx.schedule(ctx.now + STEP_MS, _CANCEL, job_id=job["job_id"])


def schedule_remove(ctx: Context, job: Row) -> None:
    """Set the status of a job to removing and schedule the deletion of the job and its tasks."""
    set_status(ctx, job, REMOVING)
    ctx.schedule(ctx.now + STEP_MS, _REMOVE, job_id=job["job_id"])


def rerun(ctx: Context, job: Row) -> None:
    """Queue the failed and timed-out tasks of a job again and send them."""
    queued = ctx.store.execute(
        f"""
        UPDATE device_job_task SET status = '{QUEUED}', progress = 0, message = '', status_detail = NULL,
            begun_at = NULL, queued_at = ?, modified_at = ?
        WHERE job_id = ? AND status IN ('{FAILED}', '{TIMED_OUT}')
        """,
        ctx.now,
        ctx.now,
        job["job_id"],
    )
    if queued:
        set_status(ctx, job, IN_PROGRESS)
        ctx.schedule(ctx.now, _SEND, job_id=job["job_id"])


def update_task(ctx: Context, task: Row, job: Row, changes: Row) -> None:
    """Update a task after a report or a reply of its device, and complete the job if it was the last task.

    Args:
        ctx: The context of the call.
        task: The row of the task.
        job: The row of the job.
        changes: The new values of the task's columns, including ``status``.
    """
    if changes["status"] == IN_PROGRESS and task["begun_at"] is None:
        changes = {**changes, "begun_at": ctx.now}
        _schedule_timeout(ctx, job, ctx.now)
    ctx.store.update("device_job_task", {**changes, "modified_at": ctx.now}, task_id=task["task_id"])
    complete_if_finished(ctx, job)


def reschedule_timeout(ctx: Context, job: Row) -> None:
    """Schedule the next timeout again, after the timeout of the job was changed or tasks have timed out."""
    ctx.store.update("device_job", {"timeout_due_at": None}, job_id=job["job_id"])
    begun_at = ctx.store.value(
        "SELECT min(begun_at) FROM device_job_task WHERE job_id = ? AND unfinished", job["job_id"]
    )
    if begun_at is not None:
        _schedule_timeout(ctx, {**job, "timeout_due_at": None}, begun_at)


def render_task(ctx: Context, task: Row, job: Row, status: str | None = None) -> dict[str, Any]:
    """Return a task in the format of messages to devices.

    Args:
        ctx: The context of the call.
        task: The row of the task.
        job: The row of the job.
        status: The status to send. Defaults to that of the task.

    Returns:
        The task. If it is canceled or removed, only its id and status.
    """
    content: dict[str, Any] = {"taskId": task["task_id"], "status": status or task["status"]}
    if content["status"] in (CANCELLED, REMOVED):
        return content
    content["jobDocument"] = json.loads(job["document"])
    if job["file_key"]:
        content["jobFile"] = {
            "signMethod": job["sign_method"],
            "sign": job["sign"],
            "fileUrl": object_storage.download_url(ctx, job["file_key"], FILE_URL_LIFETIME_MS),
        }
    return content


@when_due(_INITIALIZE)
def _initialize(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=INITIALIZING)
    if job is None:
        return
    condition, values = _targets(json.loads(job["target"]))
    ctx.store.execute(
        f"""
        INSERT INTO device_job_task (task_id, job_id, iot_id, status, queued_at, modified_at)
        SELECT lower(hex(randomblob(10))) || '{_TASK_ID_SUFFIX}', ?, iot_id, '{QUEUED}', ?, ? FROM device
        WHERE {condition} ORDER BY device.rowid
        """,
        job["job_id"],
        ctx.now,
        ctx.now,
        *values,
    )
    if job["scheduled_at"] is None:
        _begin(ctx, {"job_id": set_status(ctx, job, WAITING)["job_id"]})
    else:
        set_status(ctx, job, WAITING)
        ctx.schedule(job["scheduled_at"], _BEGIN, job_id=job["job_id"])


@when_due(_BEGIN)
def _begin(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=WAITING)
    if job:
        set_status(ctx, job, IN_PROGRESS)
        _send(ctx, payload)


@when_due(_SEND)
def _send(ctx: Context, payload: dict[str, Any]) -> None:
    """Send as many tasks as the rate allows in this minute, and schedule the rest for the next minute."""
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=IN_PROGRESS)
    if job is None:
        return
    window_at, sent = job["window_at"], job["window_tasks"]
    if ctx.now >= window_at + _MINUTE:
        window_at, sent = ctx.now, 0
    allowed = job["maximum_per_minute"] - sent
    tasks = ctx.store.rows(
        """
        SELECT device.*, task_id FROM device_job_task JOIN device USING (iot_id)
        WHERE job_id = ? AND device_job_task.status = ? ORDER BY device_job_task.rowid LIMIT ?
        """,
        job["job_id"],
        QUEUED,
        allowed + 1,
    )
    for task in tasks[:allowed]:
        changes = {"modified_at": ctx.now, **_send_task(ctx, job, task)}
        ctx.store.update("device_job_task", changes, task_id=task["task_id"])
    window = {"window_at": window_at, "window_tasks": sent + len(tasks[:allowed])}
    ctx.store.update("device_job", window, job_id=job["job_id"])
    if len(tasks) > allowed:
        ctx.schedule(window_at + _MINUTE, _SEND, job_id=job["job_id"])
    if job["type"] != CUSTOM:
        _schedule_timeout(ctx, job, ctx.now)
    complete_if_finished(ctx, job)


@when_due(_TIME_OUT)
def _time_out(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"])
    if job is None:
        return
    ctx.store.execute(
        f"""
        UPDATE device_job_task SET status = '{TIMED_OUT}', message = 'timeout', modified_at = ?
        WHERE job_id = ? AND unfinished AND begun_at <= ?
        """,
        ctx.now,
        job["job_id"],
        ctx.now - job["timeout_in_minutes"] * _MINUTE,
    )
    reschedule_timeout(ctx, job)
    complete_if_finished(ctx, job)


@when_due(_CANCEL)
def _cancel(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=CANCELLING)
    if job is None:
        return
    _notify_end(ctx, job, CANCELLED)
    ctx.store.execute(
        f"UPDATE device_job_task SET status = '{CANCELLED}', modified_at = ? WHERE job_id = ? AND unfinished",
        ctx.now,
        job["job_id"],
    )
    set_status(ctx, job, CANCELLED)


@when_due(_REMOVE)
def _remove(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=REMOVING)
    if job:
        _notify_end(ctx, job, REMOVED)
        ctx.store.delete("device_job", job_id=job["job_id"])


@on_command_reply
def _handle_reply(ctx: Context, device: Row, message_id: int, reply: Row) -> None:
    """Update the task that a device replies to. Tasks of custom jobs are reported in another way (``job_device``)."""
    tasks = ctx.store.rows(
        "SELECT * FROM device_job_task WHERE message_id = ? AND iot_id = ? AND unfinished",
        message_id,
        device["iot_id"],
    )
    for task in tasks:
        job = ctx.store.require("device_job", job_id=task["job_id"])
        if job["type"] == CUSTOM:
            continue
        if reply.get("code") == _SUCCESS:
            update_task(ctx, task, job, {"status": SUCCEEDED, "progress": 100})
        else:
            update_task(ctx, task, job, {"status": FAILED, "message": str(reply.get("message") or "failed")})


def _send_task(ctx: Context, job: Row, device: Row) -> Row:
    """Send the task of a device.

    If the command cannot be sent, only this task fails. Possible causes: the script of the product cannot convert the
    command, or the thing model has changed since the creation of the job.

    Returns:
        The new values of the task's columns.
    """
    try:
        return _SENDERS[job["type"]](ctx, job, device)
    except ApiError as error:
        return {"status": FAILED, "message": error.message}


def _send_call(ctx: Context, job: Row, device: Row) -> Row:
    document = json.loads(job["document"])
    identifier = document["serviceIdentifier"]
    service = find_service(ctx, find_product_with_thing_model(ctx, device["product_key"]), identifier)
    message_id = call_service(ctx, device, service, identifier, document.get("params", {}), 0)
    return {"status": SENT, "message_id": message_id, "begun_at": ctx.now}


def _send_properties(ctx: Context, job: Row, device: Row) -> Row:
    message_id = set_properties(ctx, device, json.loads(job["document"])["params"])
    return {"status": SENT, "message_id": message_id, "begun_at": ctx.now}


def _send_publication(ctx: Context, job: Row, device: Row) -> Row:
    """Publish a message. The task succeeds when it is sent. It fails if the device is offline and the QoS is 0."""
    if not (device["online"] or job["qos"]):
        return {"status": FAILED, "message": "the device is offline"}
    document = json.loads(job["document"])
    name = document["topicShortName"].strip("/").removeprefix("user/")
    topic = f"/{device['product_key']}/{device['device_name']}/user/{name}"
    message_id = downlink.send(ctx, device, topic, base64.b64decode(document["messageContent"]), job["qos"])
    return {"status": SUCCEEDED, "progress": 100, "message_id": message_id}


def _send_notice(ctx: Context, job: Row, device: Row) -> Row:
    message_id = _notify(ctx, job, device, render_task(ctx, device, job, SENT))
    return {"status": SENT, "message_id": message_id}


_SENDERS = {INVOKE: _send_call, SET: _send_properties, PUB: _send_publication, CUSTOM: _send_notice}


def _notify(ctx: Context, job: Row, device: Row, task: dict[str, Any]) -> int:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/job/notify"
    message_id = trace.next_id(ctx)
    message = {"id": str(trace.device_id_of(message_id)), "version": VERSION, "params": {"task": task}}
    return downlink.send(ctx, device, topic, message, job["qos"], message_id=message_id)


def _notify_end(ctx: Context, job: Row, status: str) -> None:
    """Notify the devices that received a task of a custom job that it is canceled or removed."""
    if job["type"] != CUSTOM:
        return
    devices = ctx.store.rows(
        f"""
        SELECT device.*, task_id FROM device_job_task JOIN device USING (iot_id)
        WHERE job_id = ? AND device_job_task.status IN ('{SENT}', '{IN_PROGRESS}')
        """,
        job["job_id"],
    )
    for device in devices:
        _notify(ctx, job, device, render_task(ctx, device, job, status))


def _schedule_timeout(ctx: Context, job: Row, begun_at: int) -> None:
    """Schedule the timeout of a task that began at ``begun_at``, unless an earlier timeout is already scheduled."""
    if job["timeout_in_minutes"] is None or job["timeout_due_at"] is not None:
        return
    at = begun_at + job["timeout_in_minutes"] * _MINUTE
    ctx.schedule(at, _TIME_OUT, job_id=job["job_id"])
    ctx.store.update("device_job", {"timeout_due_at": at}, job_id=job["job_id"])


def _targets(target: dict[str, Any]) -> tuple[str, list[str]]:
    """Return an SQL condition on the table ``device`` for the targets of a job, and its values."""
    if "TargetProduct" in target:
        return "product_key = ?", [target["TargetProduct"]]
    if "TargetGroup" in target:
        return "iot_id IN (SELECT iot_id FROM device_group_member WHERE group_id = ?)", [target["TargetGroup"]]
    device_names = [[device["ProductKey"], device["DeviceName"]] for device in target["TargetDevices"]["targetDevices"]]
    condition = """
        (product_key, device_name) IN (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
    """
    return condition, [json.dumps(device_names)]
