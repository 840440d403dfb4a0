# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Labels: sound codes that belong to a schedule, created individually or in batches (manual chapter 4.21.4).

A batch takes some time. If the schedule already has a label, only this label of the batch fails.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import (
    illegal_request,
    invalid_parameter,
    list_reply,
    requested_list_page,
)
from ansible_collections.iotops.aliyun.emulator.services.sound_code.common import check_widths, new_code
from ansible_collections.iotops.aliyun.emulator.services.sound_code.schedule import find_schedule

TABLES = """
CREATE TABLE IF NOT EXISTS sound_code_batch (
    batch_code TEXT PRIMARY KEY,
    schedule_code TEXT NOT NULL REFERENCES sound_code_schedule ON DELETE CASCADE,
    description TEXT,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sound_code_batch_by_age ON sound_code_batch (schedule_code, created_at);
CREATE TABLE IF NOT EXISTS sound_code_batch_entry (
    batch_code TEXT NOT NULL REFERENCES sound_code_batch ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    made INTEGER,  -- 1: created, 0: failed, NULL: not tried yet
    PRIMARY KEY (batch_code, number)
);
CREATE TABLE IF NOT EXISTS sound_code_label (
    sound_code TEXT PRIMARY KEY,
    schedule_code TEXT NOT NULL REFERENCES sound_code_schedule ON DELETE CASCADE,
    label TEXT NOT NULL,
    batch_code TEXT REFERENCES sound_code_batch ON DELETE CASCADE,  -- NULL for labels that were created individually
    UNIQUE (schedule_code, label)
);
CREATE INDEX IF NOT EXISTS sound_code_label_by_batch ON sound_code_label (batch_code);
"""

#: Maximum number of labels of a batch.
MAX_LABELS = 200

RUNNING = "RUNNING"
SUCCESS = "SUCCESS"
PARTIAL_FAILED = "PARTIAL_FAILED"
INTERRUPT = "INTERRUPT"

_CREATE_LABELS = "make_sound_code_labels"

# The duration of a batch in milliseconds: a fixed part, and a part for each label.
_BATCH_DURATION = 1000
_LABEL_DURATION = 5

_GENERATED_LABEL_LENGTH = 16

# The platform's error for a label that the schedule already has.
_LABEL_EXISTS = {"ResultCode": "7541", "ErrorMessage": "sound code label exist"}


def find_label(ctx: Context, sound_code: str) -> Row:
    """Return the row of a label by its sound code. Raise ApiError if it does not exist."""
    label = ctx.store.one("sound_code_label", sound_code=sound_code)
    if label is None:
        raise illegal_request(f"Label with the sound code {sound_code} does not exist")
    return label


def find_batch(ctx: Context, batch_code: str) -> Row:
    """Return the row of a batch of labels. Raise ApiError if it does not exist."""
    batch = ctx.store.one("sound_code_batch", batch_code=batch_code)
    if batch is None:
        raise illegal_request(f"Batch {batch_code} does not exist")
    return batch


@operation
def create_sound_code_label(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.14: Create a label."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    check_widths(p, "Label")
    sound_code = _create_label(ctx, schedule["schedule_code"], p["Label"])
    if sound_code is None:
        raise illegal_request("The schedule already has this label")
    return {"Data": sound_code}


@operation
def update_sound_code_label(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.15: Rename a label."""
    label = find_label(ctx, p["SoundCode"])
    check_widths(p, "Label")
    existing = ctx.store.one("sound_code_label", schedule_code=label["schedule_code"], label=p["Label"])
    if existing and existing["sound_code"] != label["sound_code"]:
        raise illegal_request("The schedule already has this label")
    ctx.store.update("sound_code_label", {"label": p["Label"]}, sound_code=label["sound_code"])


@operation
def delete_sound_code_label(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.16: Delete a label."""
    label = find_label(ctx, p["SoundCode"])
    ctx.store.delete("sound_code_label", sound_code=label["sound_code"])


@operation
def query_sound_code_label_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.17: List the labels of a schedule, newest first."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    page = requested_list_page(ctx, p)
    labels, total = ctx.store.page(
        "sound_code_label", page.offset, page.size, "rowid DESC", schedule_code=schedule["schedule_code"]
    )
    return list_reply(page, total, [{"Label": label["label"], "SoundCode": label["sound_code"]} for label in labels])


@operation
def batch_create_sound_code_label(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.18: Create a batch of labels with random names."""
    if not 1 <= p["Total"] <= MAX_LABELS:
        raise invalid_parameter(f"Total must be between 1 and {MAX_LABELS}")
    return _create_batch(ctx, p, [ids.alphanumeric(_GENERATED_LABEL_LENGTH) for _number in range(p["Total"])])


@operation
def batch_create_sound_code_label_with_labels(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.19: Create a batch of labels with the names in the request."""
    labels = p["Labels"]
    if len(labels) > MAX_LABELS:
        raise invalid_parameter(f"Labels must not have more than {MAX_LABELS} elements")
    for label in labels:
        check_widths({"Label": label}, "Label")
    return _create_batch(ctx, p, labels)


@operation
def query_sound_code_label_batch_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.20: List the batches of a schedule, newest first."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    page = requested_list_page(ctx, p)
    batches, total = ctx.store.page(
        "sound_code_batch",
        page.offset,
        page.size,
        "created_at DESC, rowid DESC",
        schedule_code=schedule["schedule_code"],
    )
    return list_reply(page, total, [_batch_to_reply(ctx, batch) for batch in batches])


@operation
def query_sound_code_label_batch_failed_result(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.21: List the failed labels of a batch."""
    batch = find_batch(ctx, p["BatchCode"])
    failed = ctx.store.all("sound_code_batch_entry", "number", batch_code=batch["batch_code"], made=0)
    return {"Data": {"Items": [{"Label": entry["label"], **_LABEL_EXISTS} for entry in failed]}}


@operation
def retry_sound_code_label_batch(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.4.23: Retry the failed labels of a batch."""
    batch = find_batch(ctx, p["BatchCode"])
    if batch["status"] not in (PARTIAL_FAILED, INTERRUPT):
        raise illegal_request(f"A batch with the status {batch['status']} cannot be retried")
    failed = ctx.store.update("sound_code_batch_entry", {"made": None}, batch_code=batch["batch_code"], made=0)
    ctx.store.update("sound_code_batch", {"status": RUNNING}, batch_code=batch["batch_code"])
    _schedule_batch(ctx, batch["batch_code"], failed)


@when_due(_CREATE_LABELS)
def _create_labels(ctx: Context, payload: dict[str, Any]) -> None:
    """Create the labels of a batch. Do nothing if the batch was deleted in the meantime."""
    batch = ctx.store.one("sound_code_batch", batch_code=payload["batch_code"])
    if batch is None:
        return
    status = SUCCESS
    for entry in ctx.store.all("sound_code_batch_entry", "number", batch_code=batch["batch_code"], made=None):
        made = _create_label(ctx, batch["schedule_code"], entry["label"], batch["batch_code"]) is not None
        if not made:
            status = PARTIAL_FAILED
        ctx.store.update(
            "sound_code_batch_entry", {"made": made}, batch_code=batch["batch_code"], number=entry["number"]
        )
    ctx.store.update("sound_code_batch", {"status": status}, batch_code=batch["batch_code"])


def _create_label(ctx: Context, schedule_code: str, label: str, batch_code: str | None = None) -> str | None:
    """Create a label and return its sound code, or return None if the schedule already has this label."""
    if ctx.store.one("sound_code_label", schedule_code=schedule_code, label=label):
        return None
    sound_code = new_code()
    ctx.store.insert(
        "sound_code_label", sound_code=sound_code, schedule_code=schedule_code, label=label, batch_code=batch_code
    )
    return sound_code


def _create_batch(ctx: Context, p: dict[str, Any], labels: list[str]) -> Reply:
    """Store a batch, whose labels are created later, and return the reply with its code."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    check_widths(p, "Description")
    batch_code = new_code()
    ctx.store.insert(
        "sound_code_batch",
        batch_code=batch_code,
        schedule_code=schedule["schedule_code"],
        description=p.get("Description"),
        status=RUNNING,
        created_at=ctx.now,
    )
    for number, label in enumerate(labels, 1):
        ctx.store.insert("sound_code_batch_entry", batch_code=batch_code, number=number, label=label)
    _schedule_batch(ctx, batch_code, len(labels))
    return {"Data": batch_code}


def _schedule_batch(ctx: Context, batch_code: str, labels: int) -> None:
    ctx.schedule(ctx.now + _BATCH_DURATION + _LABEL_DURATION * labels, _CREATE_LABELS, batch_code=batch_code)


def _batch_to_reply(ctx: Context, batch: Row) -> Row:
    return omit_none(
        BatchCode=batch["batch_code"],
        Description=batch["description"],
        Status=batch["status"],
        Total=ctx.store.count("sound_code_batch_entry", batch_code=batch["batch_code"]),
        SuccessNum=ctx.store.count("sound_code_batch_entry", batch_code=batch["batch_code"], made=1),
        GmtCreate=batch["created_at"],
    )
