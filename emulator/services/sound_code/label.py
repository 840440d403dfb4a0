# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Labels: sound codes that belong to a schedule, one at a time or in batches (the manual's chapter 4.21.4).

A batch takes a while. A label that the schedule has already fails, the others are made nevertheless.
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
    made INTEGER,  -- NULL until it was tried
    PRIMARY KEY (batch_code, number)
);
CREATE TABLE IF NOT EXISTS sound_code_label (
    sound_code TEXT PRIMARY KEY,
    schedule_code TEXT NOT NULL REFERENCES sound_code_schedule ON DELETE CASCADE,
    label TEXT NOT NULL,
    batch_code TEXT REFERENCES sound_code_batch ON DELETE CASCADE,  -- NULL where it came alone
    UNIQUE (schedule_code, label)
);
CREATE INDEX IF NOT EXISTS sound_code_label_by_batch ON sound_code_label (batch_code);
"""

#: How many labels one batch can have.
MOST_LABELS = 200

RUNNING = "RUNNING"
SUCCESS = "SUCCESS"
PARTIAL_FAILED = "PARTIAL_FAILED"
INTERRUPT = "INTERRUPT"

_BATCH = "make_sound_code_labels"

# How long a batch takes, in milliseconds: in any case, and for each label more.
_TIME = 1000
_TIME_EACH = 5

_CHOSEN_LABEL_LENGTH = 16

# How the platform says that the schedule has the label already.
_EXISTS = {"ResultCode": "7541", "ErrorMessage": "sound code label exist"}


def find_label(ctx: Context, sound_code: str) -> Row:
    """The row of a label by its sound code. Raises ApiError where there is none."""
    label = ctx.store.one("sound_code_label", sound_code=sound_code)
    if label is None:
        raise illegal_request(f"There is no label with the sound code {sound_code}")
    return label


def find_batch(ctx: Context, batch_code: str) -> Row:
    """The row of a batch of labels. Raises ApiError where there is none."""
    batch = ctx.store.one("sound_code_batch", batch_code=batch_code)
    if batch is None:
        raise illegal_request(f"There is no batch {batch_code}")
    return batch


@operation
def create_sound_code_label(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.14"""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    check_widths(p, "Label")
    sound_code = _make(ctx, schedule["schedule_code"], p["Label"])
    if sound_code is None:
        raise illegal_request("The schedule has this label already")
    return {"Data": sound_code}


@operation
def update_sound_code_label(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.15"""
    label = find_label(ctx, p["SoundCode"])
    check_widths(p, "Label")
    taken = ctx.store.one("sound_code_label", schedule_code=label["schedule_code"], label=p["Label"])
    if taken and taken["sound_code"] != label["sound_code"]:
        raise illegal_request("The schedule has this label already")
    ctx.store.update("sound_code_label", {"label": p["Label"]}, sound_code=label["sound_code"])


@operation
def delete_sound_code_label(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.16"""
    label = find_label(ctx, p["SoundCode"])
    ctx.store.delete("sound_code_label", sound_code=label["sound_code"])


@operation
def query_sound_code_label_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.17: the newest first."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    page = requested_list_page(ctx, p)
    labels, total = ctx.store.page(
        "sound_code_label", page.offset, page.size, "rowid DESC", schedule_code=schedule["schedule_code"]
    )
    return list_reply(page, total, [{"Label": label["label"], "SoundCode": label["sound_code"]} for label in labels])


@operation
def batch_create_sound_code_label(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.18: the platform chooses the labels."""
    if not 1 <= p["Total"] <= MOST_LABELS:
        raise invalid_parameter(f"Total is 1 to {MOST_LABELS}")
    return _create_batch(ctx, p, [ids.alphanumeric(_CHOSEN_LABEL_LENGTH) for _number in range(p["Total"])])


@operation
def batch_create_sound_code_label_with_labels(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.19"""
    labels = p["Labels"]
    if len(labels) > MOST_LABELS:
        raise invalid_parameter(f"Labels takes at most {MOST_LABELS} elements in one call")
    for label in labels:
        check_widths({"Label": label}, "Label")
    return _create_batch(ctx, p, labels)


@operation
def query_sound_code_label_batch_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.20: the newest first."""
    schedule = find_schedule(ctx, p["ScheduleCode"])
    page = requested_list_page(ctx, p)
    batches, total = ctx.store.page(
        "sound_code_batch",
        page.offset,
        page.size,
        "created_at DESC, rowid DESC",
        schedule_code=schedule["schedule_code"],
    )
    return list_reply(page, total, [_batch_written(ctx, batch) for batch in batches])


@operation
def query_sound_code_label_batch_failed_result(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.21"""
    batch = find_batch(ctx, p["BatchCode"])
    failed = ctx.store.all("sound_code_batch_entry", "number", batch_code=batch["batch_code"], made=0)
    return {"Data": {"Items": [{"Label": entry["label"], **_EXISTS} for entry in failed]}}


@operation
def retry_sound_code_label_batch(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.4.23: tries the labels again that failed."""
    batch = find_batch(ctx, p["BatchCode"])
    if batch["status"] not in (PARTIAL_FAILED, INTERRUPT):
        raise illegal_request(f"A batch that is {batch['status']} cannot be started again")
    failed = ctx.store.update("sound_code_batch_entry", {"made": None}, batch_code=batch["batch_code"], made=0)
    ctx.store.update("sound_code_batch", {"status": RUNNING}, batch_code=batch["batch_code"])
    _do_later(ctx, batch["batch_code"], failed)


@when_due(_BATCH)
def _make_labels(ctx: Context, payload: dict[str, Any]) -> None:
    """Make the labels of a batch; nothing where it was deleted meanwhile."""
    batch = ctx.store.one("sound_code_batch", batch_code=payload["batch_code"])
    if batch is None:
        return
    status = SUCCESS
    for entry in ctx.store.all("sound_code_batch_entry", "number", batch_code=batch["batch_code"], made=None):
        made = _make(ctx, batch["schedule_code"], entry["label"], batch["batch_code"]) is not None
        if not made:
            status = PARTIAL_FAILED
        ctx.store.update(
            "sound_code_batch_entry", {"made": made}, batch_code=batch["batch_code"], number=entry["number"]
        )
    ctx.store.update("sound_code_batch", {"status": status}, batch_code=batch["batch_code"])


def _make(ctx: Context, schedule_code: str, label: str, batch_code: str | None = None) -> str | None:
    """Add a label to a schedule and return its sound code, or None where the schedule has it already."""
    if ctx.store.one("sound_code_label", schedule_code=schedule_code, label=label):
        return None
    sound_code = new_code()
    ctx.store.insert(
        "sound_code_label", sound_code=sound_code, schedule_code=schedule_code, label=label, batch_code=batch_code
    )
    return sound_code


def _create_batch(ctx: Context, p: dict[str, Any], labels: list[str]) -> Reply:
    """Note down the labels of a batch, to be made later, and answer its code."""
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
    _do_later(ctx, batch_code, len(labels))
    return {"Data": batch_code}


def _do_later(ctx: Context, batch_code: str, labels: int) -> None:
    ctx.schedule(ctx.now + _TIME + _TIME_EACH * labels, _BATCH, batch_code=batch_code)


def _batch_written(ctx: Context, batch: Row) -> Row:
    return omit_none(
        BatchCode=batch["batch_code"],
        Description=batch["description"],
        Status=batch["status"],
        Total=ctx.store.count("sound_code_batch_entry", batch_code=batch["batch_code"]),
        SuccessNum=ctx.store.count("sound_code_batch_entry", batch_code=batch["batch_code"], made=1),
        GmtCreate=batch["created_at"],
    )
