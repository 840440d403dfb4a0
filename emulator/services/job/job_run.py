# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How device jobs go on as time goes by (manual chapter 4.13).

A job is initialised, which makes a task for each device; it waits for its time, if it has one; and then it sends so
many tasks a minute. It has ended when every task has. Nothing is done for each task at each moment: a job puts off one
look at the tasks to send next, and one at those that take too long.
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
    change,
    settled,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import find_product_with_thing_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.command import (
    call_service,
    find_service,
    set_properties,
    on_command_reply,
)
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: What devices are told of a task that is not there any more.
REMOVED = "REMOVED"

#: The version of the messages about tasks.
VERSION = "1.0"

#: How long a job takes to be initialised, cancelled or removed, in milliseconds.
STEP = 1000

#: How long devices can download the file of a job, in milliseconds.
DOWNLOADABLE = 3_600_000

_INITIALIZE = "initialize_device_job"
_BEGIN = "begin_device_job"
_SEND = "send_device_job_tasks"
_TIME_OUT = "time_out_device_job_tasks"
_CANCEL = "cancel_device_job"
_REMOVE = "remove_device_job"

_MINUTE = 60_000
_SUCCESS = 200
_TASK_ID_END = "010101"


def initialize_soon(ctx: Context, job_id: str) -> None:
    """A job has been made: its tasks follow."""
    ctx.schedule(ctx.now + STEP, _INITIALIZE, job_id=job_id)


def cancel_soon(ctx: Context, job: Row) -> None:
    """A job is to end before its time."""
    change(ctx, job, CANCELLING)
    ctx.schedule(ctx.now + STEP, _CANCEL, job_id=job["job_id"])


def remove_soon(ctx: Context, job: Row) -> None:
    """A job is not wanted any more, and its tasks neither."""
    change(ctx, job, REMOVING)
    ctx.schedule(ctx.now + STEP, _REMOVE, job_id=job["job_id"])


def run_again(ctx: Context, job: Row) -> None:
    """Send the tasks once more that have failed or took too long."""
    again = ctx.store.execute(
        f"""
        UPDATE device_job_task SET status = '{QUEUED}', progress = 0, message = '', status_detail = NULL,
            begun_at = NULL, queued_at = ?, modified_at = ?
        WHERE job_id = ? AND status IN ('{FAILED}', '{TIMED_OUT}')
        """,
        ctx.now,
        ctx.now,
        job["job_id"],
    )
    if again:
        change(ctx, job, IN_PROGRESS)
        ctx.schedule(ctx.now, _SEND, job_id=job["job_id"])


def progress(ctx: Context, task: Row, job: Row, changes: Row) -> None:
    """A device has told how far it has come with a task."""
    if changes["status"] == IN_PROGRESS and task["begun_at"] is None:
        changes = {**changes, "begun_at": ctx.now}
        _watch(ctx, job, ctx.now)
    ctx.store.update("device_job_task", {**changes, "modified_at": ctx.now}, task_id=task["task_id"])
    settled(ctx, job)


def watch_anew(ctx: Context, job: Row) -> None:
    """See to it that the tasks that have begun end in time, after that time has changed, or some are over."""
    ctx.store.update("device_job", {"timeout_due_at": None}, job_id=job["job_id"])
    begun_at = ctx.store.value(
        "SELECT min(begun_at) FROM device_job_task WHERE job_id = ? AND unfinished", job["job_id"]
    )
    if begun_at is not None:
        _watch(ctx, {**job, "timeout_due_at": None}, begun_at)


def task_told(ctx: Context, task: Row, job: Row, status: str | None = None) -> dict[str, Any]:
    """What a device is told of a task, which is in ``status`` or as it is; of one that is over there is no more."""
    told = {"taskId": task["task_id"], "status": status or task["status"]}
    if told["status"] in (CANCELLED, REMOVED):
        return told
    told["jobDocument"] = json.loads(job["document"])
    if job["file_key"]:
        told["jobFile"] = {
            "signMethod": job["sign_method"],
            "sign": job["sign"],
            "fileUrl": object_storage.download_url(ctx, job["file_key"], DOWNLOADABLE),
        }
    return told


@when_due(_INITIALIZE)
def _initialize(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=INITIALIZING)
    if job is None:
        return
    condition, values = _targets(json.loads(job["target"]))
    ctx.store.execute(
        f"""
        INSERT INTO device_job_task (task_id, job_id, iot_id, status, queued_at, modified_at)
        SELECT lower(hex(randomblob(10))) || '{_TASK_ID_END}', ?, iot_id, '{QUEUED}', ?, ? FROM device
        WHERE {condition} ORDER BY device.rowid
        """,
        job["job_id"],
        ctx.now,
        ctx.now,
        *values,
    )
    if job["scheduled_at"] is None:
        _begin(ctx, {"job_id": change(ctx, job, WAITING)["job_id"]})
    else:
        change(ctx, job, WAITING)
        ctx.schedule(job["scheduled_at"], _BEGIN, job_id=job["job_id"])


@when_due(_BEGIN)
def _begin(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=WAITING)
    if job:
        change(ctx, job, IN_PROGRESS)
        _send(ctx, payload)


@when_due(_SEND)
def _send(ctx: Context, payload: dict[str, Any]) -> None:
    """Send as many tasks as the rate allows in this minute, and put the rest off to the next."""
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
        changes = {"modified_at": ctx.now, **_sent(ctx, job, task)}
        ctx.store.update("device_job_task", changes, task_id=task["task_id"])
    window = {"window_at": window_at, "window_tasks": sent + len(tasks[:allowed])}
    ctx.store.update("device_job", window, job_id=job["job_id"])
    if len(tasks) > allowed:
        ctx.schedule(window_at + _MINUTE, _SEND, job_id=job["job_id"])
    if job["type"] != CUSTOM:
        _watch(ctx, job, ctx.now)
    settled(ctx, job)


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
    watch_anew(ctx, job)
    settled(ctx, job)


@when_due(_CANCEL)
def _cancel(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=CANCELLING)
    if job is None:
        return
    _tell_end(ctx, job, CANCELLED)
    ctx.store.execute(
        f"UPDATE device_job_task SET status = '{CANCELLED}', modified_at = ? WHERE job_id = ? AND unfinished",
        ctx.now,
        job["job_id"],
    )
    change(ctx, job, CANCELLED)


@when_due(_REMOVE)
def _remove(ctx: Context, payload: dict[str, Any]) -> None:
    job = ctx.store.one("device_job", job_id=payload["job_id"], status=REMOVING)
    if job:
        _tell_end(ctx, job, REMOVED)
        ctx.store.delete("device_job", job_id=job["job_id"])


@on_command_reply
def _answered(ctx: Context, device: Row, message_id: int, answer: Row) -> None:
    """A device has done, or not done, what a task was about. What custom jobs are about it tells in another way."""
    tasks = ctx.store.rows(
        "SELECT * FROM device_job_task WHERE message_id = ? AND iot_id = ? AND unfinished",
        message_id,
        device["iot_id"],
    )
    for task in tasks:
        job = ctx.store.one("device_job", job_id=task["job_id"])
        if job["type"] == CUSTOM:
            continue
        if answer.get("code") == _SUCCESS:
            progress(ctx, task, job, {"status": SUCCEEDED, "progress": 100})
        else:
            progress(ctx, task, job, {"status": FAILED, "message": str(answer.get("message") or "failed")})


def _sent(ctx: Context, job: Row, device: Row) -> Row:
    """Send the task of a device: returns what becomes of it.

    It fails alone where the device cannot be told: its script does not translate, or the thing model is another than
    when the job was made.
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
    """A message is done when it is sent; one of QoS 1 waits for its device."""
    if not (device["online"] or job["qos"]):
        return {"status": FAILED, "message": "the device is offline"}
    document = json.loads(job["document"])
    name = document["topicShortName"].strip("/").removeprefix("user/")
    topic = f"/{device['product_key']}/{device['device_name']}/user/{name}"
    message_id = downlink.send(ctx, device, topic, base64.b64decode(document["messageContent"]), job["qos"])
    return {"status": SUCCEEDED, "progress": 100, "message_id": message_id}


def _send_notice(ctx: Context, job: Row, device: Row) -> Row:
    message_id = _notify(ctx, job, device, task_told(ctx, device, job, SENT))
    return {"status": SENT, "message_id": message_id}


_SENDERS = {INVOKE: _send_call, SET: _send_properties, PUB: _send_publication, CUSTOM: _send_notice}


def _notify(ctx: Context, job: Row, device: Row, told: dict[str, Any]) -> int:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/job/notify"
    message_id = trace.next_id(ctx)
    message = {"id": str(message_id), "version": VERSION, "params": {"task": told}}
    return downlink.send(ctx, device, topic, message, job["qos"], message_id=message_id)


def _tell_end(ctx: Context, job: Row, status: str) -> None:
    """Tell the devices that have been told of a custom job that there is nothing to do any more."""
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
        _notify(ctx, job, device, task_told(ctx, device, job, status))


def _watch(ctx: Context, job: Row, begun_at: int) -> None:
    """See to it that a task which began at ``begun_at`` ends in time."""
    if job["timeout_in_minutes"] is None or job["timeout_due_at"] is not None:
        return
    at = begun_at + job["timeout_in_minutes"] * _MINUTE
    ctx.schedule(at, _TIME_OUT, job_id=job["job_id"])
    ctx.store.update("device_job", {"timeout_due_at": at}, job_id=job["job_id"])


def _targets(target: dict[str, Any]) -> tuple[str, list[str]]:
    """What is true of the devices of a job: an SQL condition on the table ``device``, and its values."""
    if "TargetProduct" in target:
        return "product_key = ?", [target["TargetProduct"]]
    if "TargetGroup" in target:
        return "iot_id IN (SELECT iot_id FROM device_group_member WHERE group_id = ?)", [target["TargetGroup"]]
    named = [[device["ProductKey"], device["DeviceName"]] for device in target["TargetDevices"]["targetDevices"]]
    condition = """
        (product_key, device_name) IN (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
    """
    return condition, [json.dumps(named)]
