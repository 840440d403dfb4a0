# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Create, update, read, cancel, delete and rerun device jobs (manual chapter 4.13)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.job.job_config import (
    CUSTOM,
    DEVICES,
    PUB,
    check_description,
    check_document,
    parse_file,
    parse_identity,
    parse_rollout,
    parse_schedule,
    parse_targets,
    parse_timeout,
)
from ansible_collections.iotops.aliyun.emulator.services.job.job_run import (
    rerun,
    reschedule_timeout,
    schedule_cancel,
    schedule_initialize,
    schedule_remove,
)
from ansible_collections.iotops.aliyun.emulator.services.job.job_state import (
    CANCELLED,
    CANCELLING,
    COMPLETED,
    IN_PROGRESS,
    INITIALIZING,
    REMOVING,
    TIMED_OUT,
    WAITING,
    complete_if_finished,
    find_job,
)
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: The maximum number of jobs in an account.
MAX_JOBS = 10_000

#: Validity of the download URL of a job's file in API responses, in milliseconds.
FILE_URL_LIFETIME_MS = 30 * 60_000

_STATUSES = (INITIALIZING, WAITING, IN_PROGRESS, COMPLETED, CANCELLING, CANCELLED, REMOVING, TIMED_OUT)
_UNFINISHED = (INITIALIZING, WAITING, IN_PROGRESS)
_REPEATABLE = (COMPLETED, TIMED_OUT)

_ID_LENGTH = 20
_ID_SUFFIX = "010001"

_NEWEST_FIRST = "created_at DESC, device_job.rowid DESC"


@operation
def create_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.1."""
    identity = parse_identity(p)
    check_description(p.get("Description"))
    target, product_keys = parse_targets(ctx, p["TargetConfig"])
    check_document(ctx, identity["type"], p["JobDocument"], product_keys)
    job = {
        "job_id": ids.alphanumeric(_ID_LENGTH) + _ID_SUFFIX,
        **identity,
        "description": p.get("Description"),
        "document": p["JobDocument"],
        "target": json.dumps(target, ensure_ascii=False),
        **parse_file(ctx, identity["type"], p.get("JobFile")),
        **parse_rollout(p.get("RolloutConfig", {})),
        "timeout_in_minutes": parse_timeout(identity["type"], p.get("TimeoutConfig", {})),
        "scheduled_at": parse_schedule(ctx, p.get("ScheduledTime")),
        "status": INITIALIZING,
        "created_at": ctx.now,
        "modified_at": ctx.now,
    }
    if ctx.store.count("device_job") >= MAX_JOBS:
        raise ApiError("iot.job.JobCountExceedLimit")
    ctx.store.insert("device_job", **job)
    if "file_key" in job:
        object_storage.retain(ctx, job["file_key"])
    schedule_initialize(ctx, job["job_id"])
    return {"JobId": job["job_id"]}


@operation
def update_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.3: update a job. Members that a configuration omits are reset to their defaults."""
    job = _check_status(find_job(ctx, p["JobId"]), _UNFINISHED)
    check_description(p.get("Description"))
    changes = omit_none(description=p.get("Description"))
    if "RolloutConfig" in p:
        changes |= parse_rollout(p["RolloutConfig"])
    if "TimeoutConfig" in p:
        changes["timeout_in_minutes"] = parse_timeout(job["type"], p["TimeoutConfig"])
    ctx.store.update("device_job", {**changes, "modified_at": ctx.now}, job_id=job["job_id"])
    reschedule_timeout(ctx, {**job, **changes})


@operation
def query_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.4: return a job, including those that the platform creates for large gateways."""
    gateway_job = ctx.store.one("gateway_job", job_id=p["JobId"])
    if gateway_job:
        return {"Data": _render_gateway_job(ctx, gateway_job)}
    job = find_job(ctx, p["JobId"])
    data = {
        **_render(job),
        "JobDocument": job["document"],
        "TargetConfig": json.loads(job["target"]),
        "RolloutConfig": {"MaximumPerMinute": job["maximum_per_minute"]},
    }
    if job["type"] in (CUSTOM, PUB):
        data["RolloutConfig"]["MessageQoS"] = f"QoS{job['qos']}"
    if job["timeout_in_minutes"] is not None:
        data["TimeoutConfig"] = {"InProgressTimeoutInMinutes": job["timeout_in_minutes"]}
    if job["file_key"]:
        data["JobFile"] = {
            "FileUrl": object_storage.download_url(ctx, job["file_key"], FILE_URL_LIFETIME_MS),
            "Sign": job["sign"],
            "SignMethod": job["sign_method"],
        }
    return {"Data": data}


@operation
def list_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.5."""
    page = requested_page(ctx, p)
    status = p.get("Status") or None
    if status not in (None, *_STATUSES):
        raise ApiError("iot.job.ParamsError", f"Status must be one of {', '.join(_STATUSES)}")
    for job in ctx.store.all("device_job", status=IN_PROGRESS):
        complete_if_finished(ctx, job)
    jobs, total = ctx.store.page("device_job", page.offset, page.size, _NEWEST_FIRST, **omit_none(status=status))
    return {
        "Data": {"data": [_render(job) for job in jobs]},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def cancel_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.6: cancel a job. This takes a moment; a second request during this time is rejected."""
    schedule_cancel(ctx, _check_status(find_job(ctx, p["JobId"]), _UNFINISHED))


@operation
def delete_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.7: delete a job. This takes a moment. Unfinished tasks are dropped."""
    schedule_remove(
        ctx, _check_status(find_job(ctx, p["JobId"]), [status for status in _STATUSES if status != REMOVING])
    )


@operation
def rerun_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.11: rerun the failed and timed-out tasks of a completed or timed-out job."""
    rerun(ctx, _check_status(find_job(ctx, p["JobId"]), _REPEATABLE))


def _check_status(job: Row, statuses: Any) -> Row:
    """Return the job if its status is one of ``statuses``, otherwise raise ApiError."""
    if job["status"] not in statuses:
        raise ApiError(
            "iot.job.JobActionForbidden", f"The job has the status {job['status']}, which does not allow this operation"
        )
    return job


def _render(job: Row) -> Row:
    """Return the members of a job that QueryJob and ListJob have in common."""
    return omit_none(
        JobId=job["job_id"],
        JobName=job["job_name"],
        Type=job["type"],
        Description=job["description"],
        Status=job["status"],
        ScheduledTime=job["scheduled_at"],
        UtcCreate=times.utc(job["created_at"]),
        UtcModified=times.utc(job["modified_at"]),
    )


def _render_gateway_job(ctx: Context, job: Row) -> Row:
    """Return a job that the platform created for an operation on a large gateway."""
    ended = job["ends_at"] <= ctx.now
    gateway = {"ProductKey": job["product_key"], "DeviceName": job["device_name"]}
    return {
        "JobId": job["job_id"],
        "JobName": job["kind"],
        "JobDocument": "{}",
        "Type": CUSTOM,
        "Status": COMPLETED if ended else IN_PROGRESS,
        "TargetConfig": {"TargetType": DEVICES, "TargetDevices": {"targetDevices": [gateway]}},
        "UtcCreate": times.utc(job["created_at"]),
        "UtcModified": times.utc(job["ends_at"] if ended else job["created_at"]),
    }
