# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of device jobs and of their tasks (manual chapter 4.13)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS device_job (
    job_id TEXT PRIMARY KEY,
    job_name TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT,
    document TEXT NOT NULL,  -- JSON, as it was given
    target TEXT NOT NULL,  -- JSON: the TargetConfig as it is read
    file_key TEXT REFERENCES stored_file,
    sign_method TEXT,
    sign TEXT,
    maximum_per_minute INTEGER NOT NULL,
    qos INTEGER NOT NULL,
    timeout_in_minutes INTEGER,  -- NULL where nothing is waited for
    scheduled_at INTEGER,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    window_at INTEGER NOT NULL DEFAULT 0,  -- when the minute began in which tasks are counted
    window_tasks INTEGER NOT NULL DEFAULT 0,
    timeout_due_at INTEGER  -- when it is looked next for tasks that take too long
);
CREATE INDEX IF NOT EXISTS device_job_by_age ON device_job (created_at);
CREATE INDEX IF NOT EXISTS device_job_by_status ON device_job (status, created_at);
CREATE INDEX IF NOT EXISTS device_job_by_file ON device_job (file_key);
CREATE TRIGGER IF NOT EXISTS device_job_file_removed AFTER DELETE ON device_job
WHEN OLD.file_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM device_job WHERE file_key = OLD.file_key) BEGIN
    DELETE FROM stored_file WHERE file_key = OLD.file_key;
END;
CREATE TABLE IF NOT EXISTS device_job_task (
    task_id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES device_job ON DELETE CASCADE,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    status TEXT NOT NULL,
    unfinished INTEGER AS (status IN ('QUEUED', 'SENT', 'IN_PROGRESS')),
    progress INTEGER NOT NULL DEFAULT 0,  -- per cent
    message TEXT NOT NULL DEFAULT '',
    status_detail TEXT,  -- JSON, as the device has told
    message_id INTEGER,  -- with which the device was told; of the last time
    begun_at INTEGER,  -- from when on it is counted how long it takes
    queued_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS device_job_task_of_job ON device_job_task (job_id);
CREATE INDEX IF NOT EXISTS device_job_task_by_status ON device_job_task (job_id, status);
CREATE INDEX IF NOT EXISTS device_job_task_unfinished ON device_job_task (job_id, begun_at) WHERE unfinished;
CREATE INDEX IF NOT EXISTS device_job_task_of_device ON device_job_task (iot_id);
CREATE INDEX IF NOT EXISTS device_job_task_by_message ON device_job_task (message_id);
"""

# The states of a job, and of a task.
INITIALIZING = "INITIALIZING"
WAITING = "WAITING"
IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
CANCELLING = "CANCELLING"
CANCELLED = "CANCELLED"
REMOVING = "REMOVING"
TIMED_OUT = "TIMED_OUT"
QUEUED = "QUEUED"
SENT = "SENT"
FAILED = "FAILED"
REJECTED = "REJECTED"
SUCCEEDED = "SUCCEEDED"


def find_job(ctx: Context, job_id: str) -> Row:
    """The row of a job as it is now. Raises ApiError where there is none."""
    job = ctx.store.one("device_job", job_id=job_id)
    if job is None:
        raise ApiError("iot.job.JobNotExist")
    return settled(ctx, job)


def settled(ctx: Context, job: Row) -> Row:
    """The row of a job, after it has ended if none of its tasks is left to do.

    Tasks can have gone with their devices, so nobody may have told.
    """
    if job["status"] != IN_PROGRESS or _has_task(ctx, job, "unfinished"):
        return job
    return change(ctx, job, TIMED_OUT if _has_task(ctx, job, f"status = '{TIMED_OUT}'") else COMPLETED)


def change(ctx: Context, job: Row, status: str) -> Row:
    """A job is in another state: returns its row."""
    changes = {"status": status, "modified_at": ctx.now}
    ctx.store.update("device_job", changes, job_id=job["job_id"])
    return {**job, **changes}


def _has_task(ctx: Context, job: Row, condition: str) -> bool:
    return bool(
        ctx.store.rows(f"SELECT 1 FROM device_job_task WHERE job_id = ? AND {condition} LIMIT 1", job["job_id"])
    )
