# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device jobs: making, changing and reading them (manual chapter 4.13)."""

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
    file_given,
    identity_given,
    rollout_given,
    schedule_given,
    targets_given,
    timeout_given,
)
from ansible_collections.iotops.aliyun.emulator.services.job.job_run import (
    cancel_soon,
    initialize_soon,
    remove_soon,
    run_again,
    watch_anew,
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
    find_job,
    settled,
)
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: The jobs of one account.
MOST_JOBS = 10_000

#: How long the file of a job can be downloaded by whoever has read it here, in milliseconds.
DOWNLOADABLE = 30 * 60_000

_STATUSES = (INITIALIZING, WAITING, IN_PROGRESS, COMPLETED, CANCELLING, CANCELLED, REMOVING, TIMED_OUT)
_UNFINISHED = (INITIALIZING, WAITING, IN_PROGRESS)
_REPEATABLE = (COMPLETED, TIMED_OUT)

_ID_LENGTH = 20
_ID_END = "010001"

_NEWEST_FIRST = "created_at DESC, device_job.rowid DESC"


@operation
def create_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.1."""
    identity = identity_given(p)
    check_description(p.get("Description"))
    target, product_keys = targets_given(ctx, p["TargetConfig"])
    check_document(ctx, identity["type"], p["JobDocument"], product_keys)
    job = {
        "job_id": ids.alphanumeric(_ID_LENGTH) + _ID_END,
        **identity,
        "description": p.get("Description"),
        "document": p["JobDocument"],
        "target": json.dumps(target, ensure_ascii=False),
        **file_given(ctx, identity["type"], p.get("JobFile")),
        **rollout_given(p.get("RolloutConfig", {})),
        "timeout_in_minutes": timeout_given(identity["type"], p.get("TimeoutConfig", {})),
        "scheduled_at": schedule_given(ctx, p.get("ScheduledTime")),
        "status": INITIALIZING,
        "created_at": ctx.now,
        "modified_at": ctx.now,
    }
    if ctx.store.count("device_job") >= MOST_JOBS:
        raise ApiError("iot.job.JobCountExceedLimit")
    ctx.store.insert("device_job", **job)
    if "file_key" in job:
        object_storage.retain(ctx, job["file_key"])
    initialize_soon(ctx, job["job_id"])
    return {"JobId": job["job_id"]}


@operation
def update_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.3: what a configuration does not say goes back to what it usually is."""
    job = _in_state(find_job(ctx, p["JobId"]), _UNFINISHED)
    check_description(p.get("Description"))
    changes = omit_none(description=p.get("Description"))
    if "RolloutConfig" in p:
        changes |= rollout_given(p["RolloutConfig"])
    if "TimeoutConfig" in p:
        changes["timeout_in_minutes"] = timeout_given(job["type"], p["TimeoutConfig"])
    ctx.store.update("device_job", {**changes, "modified_at": ctx.now}, job_id=job["job_id"])
    watch_anew(ctx, {**job, **changes})


@operation
def query_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.4: also of the jobs that the affairs of a large gateway have become."""
    gateway_job = ctx.store.one("gateway_job", job_id=p["JobId"])
    if gateway_job:
        return {"Data": _gateway_job_written(ctx, gateway_job)}
    job = find_job(ctx, p["JobId"])
    data = {
        **_written(job),
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
            "FileUrl": object_storage.download_url(ctx, job["file_key"], DOWNLOADABLE),
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
        raise ApiError("iot.job.ParamsError", f"Status is one of {', '.join(_STATUSES)}")
    for job in ctx.store.all("device_job", status=IN_PROGRESS):
        settled(ctx, job)
    jobs, total = ctx.store.page("device_job", page.offset, page.size, _NEWEST_FIRST, **omit_none(status=status))
    return {
        "Data": {"data": [_written(job) for job in jobs]},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def cancel_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.6: takes a moment, in which it cannot be asked for again."""
    cancel_soon(ctx, _in_state(find_job(ctx, p["JobId"]), _UNFINISHED))


@operation
def delete_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.7: takes a moment; what is not done yet is not done any more."""
    remove_soon(ctx, _in_state(find_job(ctx, p["JobId"]), [status for status in _STATUSES if status != REMOVING]))


@operation
def rerun_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.13.11: the tasks that have failed or took too long, of a job that has ended by itself."""
    run_again(ctx, _in_state(find_job(ctx, p["JobId"]), _REPEATABLE))


def _in_state(job: Row, statuses: Any) -> Row:
    """The job, if it is in one of these states. Raises ApiError otherwise."""
    if job["status"] not in statuses:
        raise ApiError("iot.job.JobActionForbidden", f"The job is {job['status']}")
    return job


def _written(job: Row) -> Row:
    """What both readings say of a job."""
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


def _gateway_job_written(ctx: Context, job: Row) -> Row:
    """A job that the platform has made by itself, for one gateway."""
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
