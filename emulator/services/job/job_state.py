# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Store device jobs and their tasks, and determine when a job is completed (manual chapter 4.13)."""

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
    document TEXT NOT NULL,  -- JSON, unchanged
    target TEXT NOT NULL,  -- JSON: TargetConfig in the format of API responses
    file_key TEXT REFERENCES stored_file,
    sign_method TEXT,
    sign TEXT,
    maximum_per_minute INTEGER NOT NULL,
    qos INTEGER NOT NULL,
    timeout_in_minutes INTEGER,  -- NULL if tasks have no timeout
    scheduled_at INTEGER,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    window_at INTEGER NOT NULL DEFAULT 0,  -- start of the current minute for rate limiting
    window_tasks INTEGER NOT NULL DEFAULT 0,  -- number of tasks sent in this minute
    timeout_due_at INTEGER  -- time of the next check for timed-out tasks
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
    progress INTEGER NOT NULL DEFAULT 0,  -- percent
    message TEXT NOT NULL DEFAULT '',
    status_detail TEXT,  -- JSON, as reported by the device
    message_id INTEGER,  -- the last message that sent the task to the device
    begun_at INTEGER,  -- start of the timeout
    queued_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS device_job_task_of_job ON device_job_task (job_id);
CREATE INDEX IF NOT EXISTS device_job_task_by_status ON device_job_task (job_id, status);
CREATE INDEX IF NOT EXISTS device_job_task_unfinished ON device_job_task (job_id, begun_at) WHERE unfinished;
CREATE INDEX IF NOT EXISTS device_job_task_of_device ON device_job_task (iot_id);
CREATE INDEX IF NOT EXISTS device_job_task_by_message ON device_job_task (message_id);
"""

# The statuses of jobs and tasks.
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
    """Return the row of a job with its current status. Raise ApiError if the job does not exist."""
    job = ctx.store.one("device_job", job_id=job_id)
    if job is None:
        raise ApiError("iot.job.JobNotExist")
    return complete_if_finished(ctx, job)


def complete_if_finished(ctx: Context, job: Row) -> Row:
    """Complete a job that has no unfinished tasks. Return its row.

    Call this before reading a job: the deletion of a device deletes its tasks without a notification of the job.
    """
    if job["status"] != IN_PROGRESS or _has_task(ctx, job, "unfinished"):
        return job
    return set_status(ctx, job, TIMED_OUT if _has_task(ctx, job, f"status = '{TIMED_OUT}'") else COMPLETED)


def set_status(ctx: Context, job: Row, status: str) -> Row:
    """Set the status of a job. Return its row."""
    changes = {"status": status, "modified_at": ctx.now}
    ctx.store.update("device_job", changes, job_id=job["job_id"])
    return {**job, **changes}


def _has_task(ctx: Context, job: Row, condition: str) -> bool:
    return bool(
        ctx.store.rows(f"SELECT 1 FROM device_job_task WHERE job_id = ? AND {condition} LIMIT 1", job["job_id"])
    )
