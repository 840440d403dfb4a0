# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Custom jobs as devices see them: they ask for their tasks, and tell how far they have come.

Simulated devices do so according to the section ``jobs`` of their profile::

    {
        "jobs": {
            "outcome": {"succeed": 0.9, "reject": 0.1},
            "delay": 30,
            "progress": [20, 60],
            "details": {"msg": "disk is full"}
        }
    }

A device may ``reject`` a task as well. ``progress`` are the per cent that it reports, evenly over the time that it
takes, before it has ended; one that stalls reports nothing after that. ``details`` is what it tells of a task when it
has ended.
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
    progress,
    task_told,
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
_ENDS = {SUCCEED: SUCCEEDED, FAIL: FAILED, _REJECT: REJECTED}

# What a device asks for in place of a task's id.
_LIST = "$list"
_NEXT = "$next"
_MOST_LISTED = 10

_REPORTED = (IN_PROGRESS, SUCCEEDED, FAILED, REJECTED)
_LONGEST_DETAILS = 8192


@uplink("/sys/{pk}/{dn}/thing/job/get")
def _get(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, Any]:
    """One task, the next one, or which there are; only the id where there is none."""
    asked = _params(message).get("taskId")
    if asked == _LIST:
        tasks = _tasks(ctx, device, "device_job_task.status IN (?, ?)", [SENT, IN_PROGRESS])[:_MOST_LISTED]
        listed = [{"taskId": task["task_id"], "status": task["status"]} for task in tasks]
        return {"taskId": asked, "tasks": listed}
    if asked == _NEXT:
        tasks = _tasks(ctx, device, "device_job_task.status IN (?, ?)", [SENT, IN_PROGRESS])
    elif isinstance(asked, str) and asked:
        tasks = _tasks(ctx, device, "task_id = ?", [asked])
    else:
        raise MessageRejected(INVALID_PARAMETERS, "taskId is missing")
    if not tasks:
        return {"taskId": asked}
    return {"taskId": asked, "task": task_told(ctx, tasks[0], _job_of(ctx, tasks[0]))}


@uplink("/sys/{pk}/{dn}/thing/job/update")
def _update(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, Any]:
    params = _params(message)
    status, per_cent, details = params.get("status"), params.get("progress"), params.get("statusDetails")
    tasks = _tasks(ctx, device, "task_id = ?", [str(params.get("taskId"))])
    if not tasks or status not in _REPORTED or not tasks[0]["unfinished"]:
        raise MessageRejected(INVALID_PARAMETERS, "there is no such task to update, or no such status")
    changes: Row = {"status": status}
    if per_cent is not None:
        if not (is_number(per_cent) and 0 <= per_cent <= 100):
            raise MessageRejected(INVALID_PARAMETERS, "progress is a number from 0 to 100")
        changes["progress"] = int(per_cent)
    if details is not None:
        text = payloads.to_json(details)
        if not isinstance(details, dict) or len(text) > _LONGEST_DETAILS:
            raise MessageRejected(INVALID_PARAMETERS, "statusDetails is an object, and not too large")
        changes["status_detail"] = text
    progress(ctx, tasks[0], _job_of(ctx, tasks[0]), changes)
    return {"taskId": tasks[0]["task_id"]}


@reaction("/sys/{pk}/{dn}/thing/job/notify")
def _notified(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Any) -> None:
    _work_on(ctx, device, profile, message["params"]["task"])


@reaction("/sys/{pk}/{dn}/thing/job/get_reply")
def _given(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Any) -> None:
    task = message["data"].get("task")
    if task:
        _work_on(ctx, device, profile, task)


@section("jobs")
def _check_jobs(part: Any) -> None:
    check_section(part, "jobs", ("delay", "outcome", "progress", "details"), (*OUTCOMES, _REJECT))
    details = part.get("details", {})
    if not isinstance(details, dict) or len(payloads.to_json(details)) > _LONGEST_DETAILS:
        raise ValueError("details of jobs is an object, and not too large")
    steps = part.get("progress", [])
    if not (isinstance(steps, list) and all(is_number(step) and 0 <= step <= 100 for step in steps)):
        raise ValueError("progress of jobs is a list of numbers from 0 to 100")


@on_connected
def _connected(ctx: Context, device: Row) -> None:
    """A simulated device asks for what it may have missed."""
    if _tasks(ctx, device, "device_job_task.status = ?", [SENT]) and profile_of(ctx, device) is not None:
        _publish(ctx, device, "get", {"taskId": _NEXT}, 0)


def _work_on(ctx: Context, device: Row, profile: Profile, task: dict[str, Any]) -> None:
    """What a simulated device does with a task. One that was cancelled or removed it forgets."""
    if task["status"] != SENT:
        return
    part = section_of(profile, "jobs")
    outcome = outcome_of(part, device, "jobs")
    duration = delay_of(part, device, "jobs")
    steps = part.get("progress", [])
    about = {"taskId": task["taskId"]}
    for number, step in enumerate(steps, 1):
        report = {**about, "status": IN_PROGRESS, "progress": step}
        _publish(ctx, device, "update", report, duration * number // (len(steps) + 1))
    if outcome != STALL:
        end = {**about, "status": _ENDS[outcome], "progress": 100 if outcome == SUCCEED else (steps or [0])[-1]}
        if "details" in part:
            end["statusDetails"] = part["details"]
        _publish(ctx, device, "update", end, duration)


def _publish(ctx: Context, device: Row, what: str, params: dict[str, Any], after: int) -> None:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/job/{what}"
    publish(ctx, device, topic, {"id": str(ctx.now), "version": VERSION, "params": params}, after)


def _tasks(ctx: Context, device: Row, condition: str, values: list[Any]) -> list[Row]:
    """The rows of a device's tasks of custom jobs that an SQL condition is true of, the oldest first."""
    return ctx.store.rows(
        f"""
        SELECT device_job_task.* FROM device_job_task JOIN device_job USING (job_id)
        WHERE iot_id = ? AND type = '{CUSTOM}' AND {condition} ORDER BY device_job_task.rowid
        """,
        device["iot_id"],
        *values,
    )


def _job_of(ctx: Context, task: Row) -> Row:
    return ctx.store.one("device_job", job_id=task["job_id"])


def _params(message: Row) -> dict[str, Any]:
    params = message.get("params")
    return params if isinstance(params, dict) else {}
