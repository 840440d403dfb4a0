# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Handle messages of devices about custom jobs: devices get their tasks and report their progress.

Simulated devices do this according to the section ``jobs`` of their profile::

    {
        "jobs": {
            "outcome": {"succeed": 0.9, "reject": 0.1},
            "delay": 30,
            "progress": [20, 60],
            "details": {"msg": "disk is full"}
        }
    }

A device has the additional outcome ``reject``. ``progress`` lists the percentages that it reports before the end of the
task, evenly distributed over the duration. A device that stalls reports nothing afterwards. ``details`` are reported at
the end of the task.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.connection import on_connected
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.job.job_config import CUSTOM
from ansible_collections.iotops.aliyun.emulator.services.job.job_run import (
    VERSION,
    render_task,
    update_task,
)
from ansible_collections.iotops.aliyun.emulator.services.job.job_state import (
    FAILED,
    IN_PROGRESS,
    REJECTED,
    SENT,
    SUCCEEDED,
)
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import (
    FAIL,
    OUTCOMES,
    STALL,
    SUCCEED,
    Profile,
    check_section,
    delay_of,
    is_number,
    outcome_of,
    profile_of,
    publish,
    reaction,
    section,
    section_of,
)

_REJECT = "reject"
_FINAL_STATUS = {SUCCEED: SUCCEEDED, FAIL: FAILED, _REJECT: REJECTED}

# Special values of taskId in requests of devices.
_LIST = "$list"
_NEXT = "$next"
_MAX_LISTED_TASKS = 10

_REPORTABLE = (IN_PROGRESS, SUCCEEDED, FAILED, REJECTED)
_MAX_DETAILS_LENGTH = 8192


@uplink("/sys/{pk}/{dn}/thing/job/get")
def _get(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, Any]:
    """Return a task, the next task or the list of tasks to a device. Return only ``taskId`` if there is no task."""
    task_id = _params(message).get("taskId")
    if task_id == _LIST:
        tasks = _tasks(ctx, device, "device_job_task.status IN (?, ?)", [SENT, IN_PROGRESS])[:_MAX_LISTED_TASKS]
        task_list = [{"taskId": task["task_id"], "status": task["status"]} for task in tasks]
        return {"taskId": task_id, "tasks": task_list}
    if task_id == _NEXT:
        tasks = _tasks(ctx, device, "device_job_task.status IN (?, ?)", [SENT, IN_PROGRESS])
    elif isinstance(task_id, str) and task_id:
        tasks = _tasks(ctx, device, "task_id = ?", [task_id])
    else:
        raise MessageRejected(INVALID_PARAMETERS, "taskId is missing")
    if not tasks:
        return {"taskId": task_id}
    return {"taskId": task_id, "task": render_task(ctx, tasks[0], _find_job(ctx, tasks[0]))}


@uplink("/sys/{pk}/{dn}/thing/job/update")
def _update(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, Any]:
    params = _params(message)
    status, percent, details = params.get("status"), params.get("progress"), params.get("statusDetails")
    tasks = _tasks(ctx, device, "task_id = ?", [str(params.get("taskId"))])
    if not tasks or status not in _REPORTABLE or not tasks[0]["unfinished"]:
        raise MessageRejected(INVALID_PARAMETERS, "the task does not exist or is finished, or the status is invalid")
    changes: Row = {"status": status}
    if percent is not None:
        if not (is_number(percent) and 0 <= percent <= 100):
            raise MessageRejected(INVALID_PARAMETERS, "progress must be a number from 0 to 100")
        changes["progress"] = int(percent)
    if details is not None:
        text = payloads.to_json(details)
        if not isinstance(details, dict) or len(text) > _MAX_DETAILS_LENGTH:
            raise MessageRejected(
                INVALID_PARAMETERS, f"statusDetails must be an object of at most {_MAX_DETAILS_LENGTH} characters"
            )
        changes["status_detail"] = text
    update_task(ctx, tasks[0], _find_job(ctx, tasks[0]), changes)
    return {"taskId": tasks[0]["task_id"]}


@reaction("/sys/{pk}/{dn}/thing/job/notify")
def _handle_notification(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Any) -> None:
    _execute(ctx, device, profile, message["params"]["task"])


@reaction("/sys/{pk}/{dn}/thing/job/get_reply")
def _handle_task(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Any) -> None:
    task = message["data"].get("task")
    if task:
        _execute(ctx, device, profile, task)


@section("jobs")
def _check_jobs(part: Any) -> None:
    check_section(part, "jobs", ("delay", "outcome", "progress", "details"), (*OUTCOMES, _REJECT))
    details = part.get("details", {})
    if not isinstance(details, dict) or len(payloads.to_json(details)) > _MAX_DETAILS_LENGTH:
        raise ValueError(f"details of jobs must be an object of at most {_MAX_DETAILS_LENGTH} characters")
    steps = part.get("progress", [])
    if not (isinstance(steps, list) and all(is_number(step) and 0 <= step <= 100 for step in steps)):
        raise ValueError("progress of jobs must be a list of numbers from 0 to 100")


@on_connected
def _get_missed_task(ctx: Context, device: Row) -> None:
    """Let a simulated device request a task that it may have missed while it was offline."""
    if _tasks(ctx, device, "device_job_task.status = ?", [SENT]) and profile_of(ctx, device) is not None:
        _publish(ctx, device, "get", {"taskId": _NEXT}, 0)


def _execute(ctx: Context, device: Row, profile: Profile, task: dict[str, Any]) -> None:
    """Let a simulated device execute a task. Ignore canceled and removed tasks."""
    if task["status"] != SENT:
        return
    part = section_of(profile, "jobs")
    outcome = outcome_of(part, device, "jobs")
    duration = delay_of(part, device, "jobs")
    steps = part.get("progress", [])
    identity = {"taskId": task["taskId"]}
    for number, step in enumerate(steps, 1):
        report = {**identity, "status": IN_PROGRESS, "progress": step}
        _publish(ctx, device, "update", report, duration * number // (len(steps) + 1))
    if outcome != STALL:
        final_report = {
            **identity,
            "status": _FINAL_STATUS[outcome],
            "progress": 100 if outcome == SUCCEED else (steps or [0])[-1],
        }
        if "details" in part:
            final_report["statusDetails"] = part["details"]
        _publish(ctx, device, "update", final_report, duration)


def _publish(ctx: Context, device: Row, action: str, params: dict[str, Any], delay: int) -> None:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/job/{action}"
    publish(ctx, device, topic, {"id": str(ctx.now), "version": VERSION, "params": params}, delay)


def _tasks(ctx: Context, device: Row, condition: str, values: list[Any]) -> list[Row]:
    """Return a device's tasks of custom jobs that match an SQL condition, the oldest first."""
    return ctx.store.rows(
        f"""
        SELECT device_job_task.* FROM device_job_task JOIN device_job USING (job_id)
        WHERE iot_id = ? AND type = '{CUSTOM}' AND {condition} ORDER BY device_job_task.rowid
        """,
        device["iot_id"],
        *values,
    )


def _find_job(ctx: Context, task: Row) -> Row:
    return ctx.store.require("device_job", job_id=task["job_id"])


def _params(message: Row) -> dict[str, Any]:
    params = message.get("params")
    return params if isinstance(params, dict) else {}
