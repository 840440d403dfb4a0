# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Store and read OTA jobs, which upgrade devices to a firmware, and manage their status (manual chapter 4.20).

A verification job tests a firmware. A static job upgrades the devices that are eligible when it is created. A dynamic
job also upgrades devices that become eligible later, until its strategy is canceled.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.routing.message_types import OTA_JOB
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_firmware import find_firmware
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import enqueue

TABLES = """
CREATE TABLE IF NOT EXISTS ota_job (
    job_id TEXT PRIMARY KEY,
    firmware_id TEXT NOT NULL REFERENCES ota_firmware (firmware_id) ON DELETE CASCADE,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    job_type TEXT NOT NULL,
    selection_type TEXT NOT NULL,
    target_selection TEXT NOT NULL,
    status TEXT NOT NULL,
    tags TEXT NOT NULL,  -- JSON: an array of objects with Key and Value
    src_versions TEXT NOT NULL,  -- JSON: an array of strings
    gray_percent TEXT,  -- unchanged from the request
    group_id TEXT,  -- not a foreign key: the job outlives a deleted group
    group_name TEXT,
    dynamic_mode INTEGER,
    needs_push INTEGER NOT NULL,
    needs_confirmation INTEGER NOT NULL,
    download_protocol TEXT NOT NULL,
    multi_module_mode INTEGER NOT NULL,
    overwrite_mode INTEGER NOT NULL,
    maximum_per_minute INTEGER NOT NULL,
    retry_interval INTEGER,  -- retry interval and timeout in minutes
    retry_count INTEGER,
    timeout_in_minutes INTEGER,
    schedule_at INTEGER,  -- NULL for a job that starts immediately
    finish_at INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    window_at INTEGER NOT NULL DEFAULT 0,  -- start of the current minute for rate limiting
    window_pushes INTEGER NOT NULL DEFAULT 0,  -- number of pushes in this minute
    push_due_at INTEGER,  -- time of the next scheduled push; NULL if none is scheduled
    timeout_due_at INTEGER  -- time of the next check for timed-out tasks
);
CREATE INDEX IF NOT EXISTS ota_job_by_firmware ON ota_job (firmware_id, created_at);
CREATE INDEX IF NOT EXISTS ota_job_by_product ON ota_job (product_key, selection_type, status);
"""

# The job types.
VERIFY = "VERIFY_FIRMWARE"
UPGRADE = "UPGRADE_FIRMWARE"

# The selection types. A dynamic job also upgrades devices that become eligible later.
STATIC = "STATIC"
DYNAMIC = "DYNAMIC"

# The job statuses.
PLANNED = "PLANNED"
IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
CANCELED = "CANCELED"

#: How a job treats existing tasks of its devices.
KEEP = 1
OVERWRITE = 2

#: The download protocols.
HTTPS = "HTTPS"
MQTT = "MQTT"

_DESCRIPTIONS = {VERIFY: "verify firmware", UPGRADE: "batch upgrade"}

_NEWEST_FIRST = "ota_job.created_at DESC, ota_job.rowid DESC"


def find_job(ctx: Context, job_id: str, code: str = "iot.firmware.InvalidOTAJobId") -> Row:
    """Return the row of a job with its current status. Raise ApiError ``code`` if the job does not exist."""
    job = ctx.store.one("ota_job", job_id=job_id)
    if job is None:
        raise ApiError(code)
    return complete_if_finished(ctx, job)


def get_firmware(ctx: Context, job: Row) -> Row:
    """Return the row of a job's firmware."""
    return ctx.store.require("ota_firmware", firmware_id=job["firmware_id"])


def start(ctx: Context, job: Row) -> None:
    """Start a planned job."""
    _update(ctx, job, {"status": IN_PROGRESS, "started_at": ctx.now})


def complete_if_finished(ctx: Context, job: Row) -> Row:
    """Complete a verification or static job that has no unfinished tasks. Return the row of the job.

    Call this before reading a job: the deletion of a device deletes its tasks without a notification of the job.
    """
    if job["selection_type"] == DYNAMIC or job["status"] not in (PLANNED, IN_PROGRESS):
        return job
    if ctx.store.rows("SELECT 1 FROM ota_task WHERE job_id = ? AND unfinished LIMIT 1", job["job_id"]):
        return job
    return finish(ctx, job, COMPLETED)


def finish(ctx: Context, job: Row, status: str) -> Row:
    """End a job with a status. Update the firmware's status if it was a verification job. Return the row of the job."""
    updated = _update(ctx, job, {"status": status, "ended_at": ctx.now})
    if job["job_type"] == VERIFY:
        failed = ctx.store.rows(
            "SELECT 1 FROM ota_task WHERE job_id = ? AND status <> 'SUCCEEDED' LIMIT 1", job["job_id"]
        )
        any_task = ctx.store.count("ota_task", job_id=job["job_id"])
        verified = any_task and not failed
        result = ota_firmware.VERIFIED if verified else ota_firmware.VERIFICATION_FAILED
        ota_firmware.set_status(ctx, job["firmware_id"], result)
    return updated


def reopen(ctx: Context, job: Row) -> None:
    """Set a completed or canceled job in progress again, because some of its tasks are repeated."""
    if job["status"] in (COMPLETED, CANCELED):
        _update(ctx, job, {"status": IN_PROGRESS, "ended_at": None})


def publish_status(ctx: Context, job: Row, module_name: str) -> None:
    """Send the status of a job to the consumer groups that subscribe to OTA job messages."""
    content = {
        "productKey": job["product_key"],
        "moduleName": module_name,
        "packageId": job["firmware_id"],
        "jobId": job["job_id"],
        "jobStatus": job["status"],
        "messageCreateTime": ctx.now,
    }
    topic = f"/{job['product_key']}/{job['firmware_id']}/{job['job_id']}/ota/job/status"
    enqueue(ctx, job["product_key"], OTA_JOB, topic, "", payloads.to_bytes(content))


@operation
def query_ota_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.13: return a job. Options that were not set at its creation are omitted."""
    job = find_job(ctx, p["JobId"])
    firmware = get_firmware(ctx, job)
    data = omit_none(
        **_render(job),
        Name=firmware["firmware_name"],
        DestVersion=firmware["dest_version"],
        JobDesc=_DESCRIPTIONS[job["job_type"]],
        SrcVersions={"SrcVersion": json.loads(job["src_versions"])},
        GrayPercent=job["gray_percent"],
        GroupId=job["group_id"] or "",
        GroupName=job["group_name"] or "",
        DynamicMode=job["dynamic_mode"],
        DownloadProtocol=job["download_protocol"],
        NeedPush=bool(job["needs_push"]),
        NeedConfirm=bool(job["needs_confirmation"]),
        MultiModuleMode=bool(job["multi_module_mode"]),
        OverwriteMode=job["overwrite_mode"],
        MaximumPerMinute=job["maximum_per_minute"],
        RetryInterval=job["retry_interval"],
        RetryCount=job["retry_count"],
        TimeoutInMinutes=job["timeout_in_minutes"],
        UtcScheduleTime=_utc(job["schedule_at"]),
        UtcScheduleFinishTime=_utc(job["finish_at"]),
    )
    return {"Data": data}


@operation
def list_ota_job_by_firmware(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.10."""
    page = requested_page(ctx, p)
    firmware = find_firmware(ctx, p["FirmwareId"])
    jobs, total = ctx.store.page("ota_job", page.offset, page.size, _NEWEST_FIRST, firmware_id=firmware["firmware_id"])
    return _render_page(ctx, page, jobs, total)


@operation
def list_ota_job_by_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.11: list the jobs of a firmware that have a task for the device."""
    page = requested_page(ctx, p)
    firmware = find_firmware(ctx, p["FirmwareId"])
    device = find_device_by_name(ctx, p["ProductKey"], p["DeviceName"])
    jobs, total = ctx.store.page_of(
        "SELECT * FROM ota_job WHERE firmware_id = ? AND job_id IN (SELECT job_id FROM ota_task WHERE iot_id = ?)",
        (firmware["firmware_id"], device["iot_id"]),
        page.offset,
        page.size,
        _NEWEST_FIRST,
    )
    return _render_page(ctx, page, jobs, total)


def _update(ctx: Context, job: Row, changes: Row) -> Row:
    """Update a job, publish its status and return its row."""
    changes = {**changes, "modified_at": ctx.now}
    ctx.store.update("ota_job", changes, job_id=job["job_id"])
    updated = {**job, **changes}
    publish_status(ctx, updated, get_firmware(ctx, job)["module_name"])
    return updated


def _render_page(ctx: Context, page: Page, jobs: list[Row], total: int) -> Reply:
    return {
        "Data": {"SimpleOTAJobInfo": [omit_none(**_render(complete_if_finished(ctx, job))) for job in jobs]},
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


def _render(job: Row) -> Row:
    """Return the members of a job that all operations have in common."""
    return {
        "JobId": job["job_id"],
        "JobType": job["job_type"],
        "JobStatus": job["status"],
        "FirmwareId": job["firmware_id"],
        "ProductKey": job["product_key"],
        "SelectionType": job["selection_type"],
        "TargetSelection": job["target_selection"],
        "Tags": {"OtaTagDTO": json.loads(job["tags"])},
        "UtcCreate": times.utc(job["created_at"]),
        "UtcModified": times.utc(job["modified_at"]),
        "UtcStartTime": _utc(job["started_at"]),
        "UtcEndTime": _utc(job["ended_at"]),
    }


def _utc(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else times.utc(milliseconds)
