# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Push speeches to devices with push jobs (manual chapter 4.21.1).

An online device receives its speeches after one second. For an offline device they wait until it is online; the push
expires after one day. A device without enough storage reports an error and receives none of the speeches. A simulated
device also fails if its profile says so; one whose outcome is ``stall`` keeps downloading until the push expires.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import check_project, invalid_parameter
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.group.group import find_group
from ansible_collections.iotops.aliyun.emulator.services.group.group_member import member_condition
from ansible_collections.iotops.aliyun.emulator.services.speech.speech import INVALID_LIST, find_speeches
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_device import STORAGE_FULL, STORAGE_SIZE
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import STALL
from ansible_collections.iotops.aliyun.emulator.simulation.solutions import SPEECH, DeviceError, perform_simulated

#: How long a device takes to download pushed speeches, in milliseconds.
DURATION = 1000
#: How long a push waits for offline devices, in milliseconds.
LIFETIME = 24 * 3600 * 1000

_DELIVER = "speech_push"
_EXPIRE = "speech_push_expiry"

TABLES = f"""
CREATE TABLE IF NOT EXISTS speech_push (
    job_code TEXT PRIMARY KEY,
    project_code TEXT NOT NULL,
    push_mode TEXT NOT NULL,
    iot_id TEXT REFERENCES device ON DELETE CASCADE,  -- set for a push to one device
    group_id TEXT,  -- set for a push to a group, which may have been deleted since
    group_name TEXT,
    speech_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS speech_push_by_age ON speech_push (project_code, created_at);
CREATE INDEX IF NOT EXISTS speech_push_by_device ON speech_push (iot_id) WHERE iot_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS speech_push_speech (
    job_code TEXT NOT NULL REFERENCES speech_push ON DELETE CASCADE,
    speech_code TEXT NOT NULL REFERENCES speech ON DELETE CASCADE,
    PRIMARY KEY (job_code, speech_code)
);
CREATE INDEX IF NOT EXISTS speech_push_speech_by_speech ON speech_push_speech (speech_code);
CREATE TABLE IF NOT EXISTS speech_push_device (
    job_code TEXT NOT NULL REFERENCES speech_push ON DELETE CASCADE,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    status TEXT NOT NULL,  -- RUNNING: waits until the device is online; SENDING: the device is downloading
    error_code TEXT,  -- as reported by the device
    error_message TEXT,
    stalled INTEGER NOT NULL DEFAULT 0,  -- whether the device never reports a result
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (job_code, iot_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS speech_push_device_by_status ON speech_push_device (job_code, status);
CREATE INDEX IF NOT EXISTS speech_push_device_by_device ON speech_push_device (iot_id, status);
CREATE INDEX IF NOT EXISTS speech_push_device_sending ON speech_push_device (job_code, modified_at)
    WHERE status = 'SENDING';
CREATE TRIGGER IF NOT EXISTS speech_push_resumed AFTER UPDATE OF online ON device
WHEN NEW.status = 'ONLINE' AND OLD.status <> 'ONLINE' BEGIN
    INSERT INTO due (at, kind, payload) SELECT NEW.status_at + {DURATION}, '{_DELIVER}', '{{}}'
    WHERE EXISTS (SELECT 1 FROM speech_push_device WHERE iot_id = NEW.iot_id AND status = 'RUNNING');
    UPDATE speech_push_device SET status = 'SENDING', modified_at = NEW.status_at
    WHERE iot_id = NEW.iot_id AND status = 'RUNNING';
END;
"""

ALL = "ALL"
SINGLE_DEVICE = "SINGLE_DEVICE"
GROUP_DEVICE = "GROUP_DEVICE"
_MODES = (ALL, SINGLE_DEVICE, GROUP_DEVICE)

RUNNING = "RUNNING"
SENDING = "SENDING"
CANCEL = "CANCEL"
SUCCESS = "SUCCESS"
TIMEOUT = "TIMEOUT"

_CODE_LENGTH = 32

# The speeches with a file that a job pushes; a pack is replaced by its words. The job code is bound twice.
_FILES = """
SELECT audio_format, biz_code, text, size FROM speech WHERE size IS NOT NULL AND (
    speech_code IN (SELECT speech_code FROM speech_push_speech WHERE job_code = ?)
    OR pack_code IN (SELECT speech_code FROM speech_push_speech WHERE job_code = ?)
)
"""

# The devices of a job that started to download at or before a given time and have not stalled.
_READY = "job_code = ? AND status = 'SENDING' AND modified_at <= ? AND NOT stalled"

#: Default error that a device reports if its profile makes the download fail.
DOWNLOAD_FAILED = DeviceError("2", "download failed")


@operation(too_many=INVALID_LIST)
def push_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.7: Push speeches to one device, a group or all devices."""
    check_project(p["ProjectCode"])
    speeches = find_speeches(ctx, p["SpeechCodeList"], project_code=p["ProjectCode"])
    target, condition, values = _parse_target(ctx, p)
    job_code = ids.alphanumeric(_CODE_LENGTH)
    expires_at = ctx.now + LIFETIME
    ctx.store.insert(
        "speech_push",
        job_code=job_code,
        project_code=p["ProjectCode"],
        push_mode=p["PushMode"],
        speech_count=len(speeches),
        created_at=ctx.now,
        expires_at=expires_at,
        **target,
    )
    for speech in speeches:
        ctx.store.insert("speech_push_speech", job_code=job_code, speech_code=speech["speech_code"])
    ctx.store.execute(
        f"""
        INSERT INTO speech_push_device (job_code, iot_id, status, modified_at)
        SELECT ?, iot_id, iif(status = 'ONLINE', 'SENDING', 'RUNNING'), ? FROM device WHERE {condition}
        """,
        job_code,
        ctx.now,
        *values,
    )
    ctx.schedule(ctx.now + DURATION, _DELIVER)
    ctx.schedule(expires_at, _EXPIRE, job_code=job_code)
    return {"Data": job_code}


@when_due(_DELIVER)
def _deliver_ready(ctx: Context, _payload: dict[str, Any]) -> None:
    """Finish the downloads that have taken long enough, oldest jobs first."""
    jobs = ctx.store.rows(
        """
        SELECT * FROM speech_push WHERE job_code IN (
            SELECT job_code FROM speech_push_device WHERE status = 'SENDING' AND modified_at <= ? AND NOT stalled
        ) ORDER BY created_at, rowid
        """,
        ctx.now - DURATION,
    )
    for job in jobs:
        _deliver(ctx, job["job_code"])


@when_due(_EXPIRE)
def _expire(ctx: Context, payload: dict[str, Any]) -> None:
    """Set the status TIMEOUT for the devices of a job that are not finished."""
    changes = {"status": TIMEOUT, "modified_at": ctx.now}
    ctx.store.update("speech_push_device", changes, job_code=payload["job_code"], status=(RUNNING, SENDING))


def _deliver(ctx: Context, job_code: str) -> None:
    """Finish the downloads of a job that have taken long enough."""
    ready = (job_code, ctx.now - DURATION)
    files = (job_code, job_code)
    # Devices that went offline in the meantime wait again.
    ctx.store.execute(
        f"""
        UPDATE speech_push_device SET status = 'RUNNING', modified_at = ? WHERE {_READY}
        AND 'ONLINE' <> (SELECT status FROM device WHERE device.iot_id = speech_push_device.iot_id)
        """,
        ctx.now,
        *ready,
    )
    needed = ctx.store.value(f"SELECT sum(size) FROM ({_FILES})", *files)
    if needed is None:
        # All speeches were deleted before they were sent.
        _finish(ctx, ready, CANCEL)
        return
    _apply_simulated_outcomes(ctx, ready)
    ctx.store.execute(
        f"""
        UPDATE speech_push_device SET status = 'CANCEL', error_code = ?, error_message = ?, modified_at = ?
        WHERE {_READY} AND ? < ? + (
            SELECT total(size) FROM device_speech AS stored WHERE stored.iot_id = speech_push_device.iot_id
            AND (audio_format, biz_code) NOT IN (SELECT audio_format, biz_code FROM ({_FILES}))
        )
        """,
        *STORAGE_FULL,
        ctx.now,
        *ready,
        STORAGE_SIZE,
        needed,
        *files,
    )
    ctx.store.execute(
        f"""
        INSERT INTO device_speech (iot_id, audio_format, biz_code, text, size)
        SELECT one.iot_id, file.* FROM speech_push_device AS one CROSS JOIN ({_FILES}) AS file WHERE {_READY}
        ON CONFLICT (iot_id, biz_code, audio_format) DO UPDATE SET text = excluded.text, size = excluded.size
        """,
        *files,
        *ready,
    )
    ctx.store.execute(
        f"""
        INSERT INTO speech_device (iot_id, used, changed_at)
        SELECT iot_id, sum(size), ? FROM device_speech
        WHERE iot_id IN (SELECT iot_id FROM speech_push_device WHERE {_READY}) GROUP BY iot_id
        ON CONFLICT (iot_id) DO UPDATE SET used = excluded.used, changed_at = excluded.changed_at
        """,
        ctx.now,
        *ready,
    )
    _finish(ctx, ready, SUCCESS)


def _apply_simulated_outcomes(ctx: Context, ready: tuple[str, int]) -> None:
    """Finish the downloads that fail according to the profiles of simulated devices, and mark those that stall."""
    # Most profiles have no outcome, so their devices succeed. Skip them for performance.
    devices = ctx.store.rows(
        f"""
        SELECT device.*, profile FROM simulated_device JOIN device USING (iot_id)
        WHERE profile LIKE '%"outcome"%' AND iot_id IN (SELECT iot_id FROM speech_push_device WHERE {_READY})
        """,
        *ready,
    )
    for device in devices:
        outcome, error = perform_simulated(payloads.from_json(device["profile"]), device, SPEECH, DOWNLOAD_FAILED)
        if outcome == STALL:
            changes: Row = {"stalled": 1}
        elif error:
            failed = {"error_code": error.code, "error_message": error.message}
            changes = {"status": CANCEL, "modified_at": ctx.now, **failed}
        else:
            continue
        ctx.store.update("speech_push_device", changes, job_code=ready[0], iot_id=device["iot_id"])


def _finish(ctx: Context, ready: tuple[str, int], status: str) -> None:
    ctx.store.execute(
        f"UPDATE speech_push_device SET status = ?, modified_at = ? WHERE {_READY}", status, ctx.now, *ready
    )


def parse_push_mode(p: dict[str, Any]) -> str:
    """Return the push mode of a request. Raise ApiError if it is unknown."""
    if p["PushMode"] not in _MODES:
        raise invalid_parameter(f"PushMode must be one of {', '.join(_MODES)}")
    return p["PushMode"]


def _parse_target(ctx: Context, p: dict[str, Any]) -> tuple[Row, str, list[Any]]:
    """Return the target of a push.

    Returns:
        The columns of the job, and an SQL condition for the table ``device`` with its values.

    Raises:
        ApiError: a required parameter is missing, the push mode is unknown, or the device or group does not exist.
    """
    mode = parse_push_mode(p)
    if mode == ALL:
        return {}, "true", []
    if mode == SINGLE_DEVICE:
        iot_id = find_device(ctx, p)["iot_id"]
        return {"iot_id": iot_id}, "iot_id = ?", [iot_id]
    if not p.get("GroupId"):
        raise invalid_parameter("PushMode GROUP requires GroupId")
    group = find_group(ctx, p["GroupId"])
    return {"group_id": group["group_id"], "group_name": group["group_name"]}, *member_condition(group)
