# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Upgrade jobs, which lead many devices to one firmware: how they stand (manual chapter 4.20).

A verification job finds out whether a firmware works; a static job is for the devices that fit when it is made; a
dynamic job goes on to take in devices that come to fit, until its strategy is cancelled.
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
    src_versions TEXT NOT NULL,  -- JSON: an array of texts
    gray_percent TEXT,  -- as it was given
    group_id TEXT,  -- the job is remembered longer than a group that is deleted
    group_name TEXT,
    dynamic_mode INTEGER,
    need_push INTEGER NOT NULL,
    need_confirm INTEGER NOT NULL,
    download_protocol TEXT NOT NULL,
    multi_module_mode INTEGER NOT NULL,
    overwrite_mode INTEGER NOT NULL,
    maximum_per_minute INTEGER NOT NULL,
    retry_interval INTEGER,  -- this and the timeout in minutes
    retry_count INTEGER,
    timeout_in_minutes INTEGER,
    schedule_at INTEGER,  -- NULL for a job that begins at once
    finish_at INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    window_at INTEGER NOT NULL DEFAULT 0,  -- when the minute began in which pushes are counted
    window_pushes INTEGER NOT NULL DEFAULT 0,
    push_due_at INTEGER,  -- when tasks are pushed next; NULL where nothing has been put off
    timeout_due_at INTEGER  -- when it is looked next for tasks that take too long
);
CREATE INDEX IF NOT EXISTS ota_job_by_firmware ON ota_job (firmware_id, created_at);
CREATE INDEX IF NOT EXISTS ota_job_by_product ON ota_job (product_key, selection_type, status);
"""

# What a job is for.
VERIFY = "VERIFY_FIRMWARE"
UPGRADE = "UPGRADE_FIRMWARE"

# Whether it takes in devices later on.
STATIC = "STATIC"
DYNAMIC = "DYNAMIC"

# The states of a job.
PLANNED = "PLANNED"
IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
CANCELED = "CANCELED"

#: What a job does about tasks that devices have already.
KEEP = 1
OVERWRITE = 2

#: The ways in which devices download.
HTTPS = "HTTPS"
MQTT = "MQTT"

_DESCRIPTIONS = {VERIFY: "verify firmware", UPGRADE: "batch upgrade"}

_NEWEST_FIRST = "ota_job.created_at DESC, ota_job.rowid DESC"


def find_job(ctx: Context, job_id: str, code: str = "iot.firmware.InvalidOTAJobId") -> Row:
    """The row of a job as it is now. Raises ApiError ``code`` where there is none."""
    job = ctx.store.one("ota_job", job_id=job_id)
    if job is None:
        raise ApiError(code)
    return complete_if_finished(ctx, job)


def get_firmware(ctx: Context, job: Row) -> Row:
    """The row of the firmware that a job leads to."""
    return ctx.store.one("ota_firmware", firmware_id=job["firmware_id"])


def start(ctx: Context, job: Row) -> None:
    """A job that was planned begins."""
    _update(ctx, job, {"status": IN_PROGRESS, "started_at": ctx.now})


def complete_if_finished(ctx: Context, job: Row) -> Row:
    """The row of a job, after it has ended if none of its tasks is left to do.

    A dynamic job goes on. Tasks can have gone with their devices, so nobody may have told.
    """
    if job["selection_type"] == DYNAMIC or job["status"] not in (PLANNED, IN_PROGRESS):
        return job
    if ctx.store.rows("SELECT 1 FROM ota_task WHERE job_id = ? AND unfinished LIMIT 1", job["job_id"]):
        return job
    return finish(ctx, job, COMPLETED)


def finish(ctx: Context, job: Row, status: str) -> Row:
    """A job has ended, and with a verification the firmware is known to work or not to: returns the job's row."""
    changed = _update(ctx, job, {"status": status, "ended_at": ctx.now})
    if job["job_type"] == VERIFY:
        failed = ctx.store.rows(
            "SELECT 1 FROM ota_task WHERE job_id = ? AND status <> 'SUCCEEDED' LIMIT 1", job["job_id"]
        )
        any_task = ctx.store.count("ota_task", job_id=job["job_id"])
        verified = any_task and not failed
        result = ota_firmware.VERIFIED if verified else ota_firmware.VERIFICATION_FAILED
        ota_firmware.set_status(ctx, job["firmware_id"], result)
    return changed


def reopen(ctx: Context, job: Row) -> None:
    """Tasks of a job that has ended are done once more."""
    if job["status"] == COMPLETED:
        _update(ctx, job, {"status": IN_PROGRESS, "ended_at": None})


def publish_status(ctx: Context, job: Row, module_name: str) -> None:
    """Push how a job stands to the consumer groups that have subscribed to it."""
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
    """Manual section 4.20.13: what was not set at the making is left out."""
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
        NeedPush=bool(job["need_push"]),
        NeedConfirm=bool(job["need_confirm"]),
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
    """Manual section 4.20.11: the jobs of a firmware that have a task for the device."""
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
    """Change the state of a job, tell whoever wants to know, and return its row."""
    changes = {**changes, "modified_at": ctx.now}
    ctx.store.update("ota_job", changes, job_id=job["job_id"])
    changed = {**job, **changes}
    publish_status(ctx, changed, get_firmware(ctx, job)["module_name"])
    return changed


def _render_page(ctx: Context, page: Page, jobs: list[Row], total: int) -> Reply:
    return {
        "Data": {"SimpleOTAJobInfo": [omit_none(**_render(complete_if_finished(ctx, job))) for job in jobs]},
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


def _render(job: Row) -> Row:
    """What every reply says of a job."""
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
