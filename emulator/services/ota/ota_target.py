# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Select the devices of an OTA job and create their tasks.

The selection of devices and the creation of tasks are SQL statements, so that they scale to many devices.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.group.group_member import member_condition
from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware, ota_job, ota_push, ota_task
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_module import (
    DEFAULT,
    get_reported_version,
    set_reported_version,
)

#: The maximum number of tasks per device in a dynamic job that selects devices by version.
MAX_TASKS_PER_DEVICE = 10

#: The target selections.
ALL = "ALL"
SPECIFIC = "SPECIFIC"
GRAY = "GRAY"
GROUP = "GROUP"

_TASK_ID_SUFFIX = "010100"


class Condition(NamedTuple):
    """An SQL condition on the table ``device``, and its values."""

    sql: str
    values: list[Any]


def devices_by_name(names: Iterable[str]) -> Condition:
    """Return the condition for devices with these names."""
    return Condition("device_name IN (SELECT value FROM json_each(?))", [json.dumps(list(names))])


def group_members(group: Row) -> Condition:
    """Return the condition for the members of a static or dynamic group."""
    return Condition(*member_condition(group))


def check_devices_exist(ctx: Context, product_key: str, names: list[str]) -> None:
    """Raise ApiError if a product lacks a device with one of these names."""
    names = list(dict.fromkeys(names))
    found = ctx.store.count("device", product_key=product_key, device_name=names)
    if found < len(names):
        raise ApiError("iot.ota.DeviceNotExist")


def check_compatible(ctx: Context, firmware: Row, product_key: str, names: list[str]) -> None:
    """Raise ApiError if a firmware cannot upgrade one of these devices. Ignore those that it has already upgraded."""
    if firmware["firmware_type"] != ota_firmware.DIFFERENTIAL:
        return
    version = _version_expression(firmware)
    versions = ctx.store.rows(
        f"SELECT DISTINCT {version.sql} AS version FROM device WHERE product_key = ? AND {devices_by_name(names).sql}",
        *version.values,
        product_key,
        *devices_by_name(names).values,
    )
    found = {row["version"] for row in versions} - {firmware["dest_version"], firmware["src_version"]}
    if None in found:
        raise ApiError("iot.firmware.NonVersionedDeviceInArray")
    if found:
        raise ApiError("iot.firmware.SrcVersionMismatch")


def any_has_dest_version(ctx: Context, firmware: Row, product_key: str, names: list[str]) -> bool:
    """Return True if one of these devices already has the destination version of a firmware."""
    version = _version_expression(firmware)
    devices = devices_by_name(names)
    return bool(
        ctx.store.rows(
            f"SELECT 1 FROM device WHERE product_key = ? AND {devices.sql} AND {version.sql} = ? LIMIT 1",
            product_key,
            *devices.values,
            *version.values,
            firmware["dest_version"],
        )
    )


def add_tasks(ctx: Context, job: Row, targets: Condition | None, gray_percent: str | None = None) -> int:
    """Create the tasks of a job. Return their number.

    Devices that already have the destination version are skipped. If a device has another unfinished task, one of the
    two tasks ends immediately.

    Args:
        ctx: The context of the call.
        job: The row of the job.
        targets: The condition for the target devices. Defaults to all devices of the product.
        gray_percent: The percentage of the eligible devices that get a task. Defaults to all.
    """
    firmware = ota_job.get_firmware(ctx, job)
    version = _version_expression(firmware)
    eligible = _eligible_devices(firmware, job, targets)
    limit = -1
    if gray_percent is not None:
        count = ctx.store.value(f"SELECT count(*) FROM device WHERE {eligible.sql}", *eligible.values)
        limit = max(1, int(count * Decimal(gray_percent) / 100))
    added = ctx.store.execute(
        f"""
        INSERT INTO ota_task
            (task_id, job_id, iot_id, module_name, status, src_version, push_at, created_at, modified_at)
        SELECT lower(hex(randomblob(10))) || '{_TASK_ID_SUFFIX}', ?, iot_id, ?, ?, {version.sql}, ?, ?, ? FROM device
        WHERE {eligible.sql} ORDER BY device.rowid LIMIT ?
        """,
        job["job_id"],
        firmware["module_name"],
        ota_task.CONFIRM if job["needs_confirmation"] else ota_task.QUEUED,
        *version.values,
        first_push_at(ctx, job) if not job["needs_confirmation"] else None,
        ctx.now,
        ctx.now,
        *eligible.values,
        limit,
    )
    if added:
        _resolve_conflicts(ctx, job, firmware)
    return added


def first_push_at(ctx: Context, job: Row) -> int | None:
    """Return the time of the first push of a task that is queued now, or None if its job does not push."""
    if not job["needs_push"]:
        return None
    return job["schedule_at"] if job["status"] == ota_job.PLANNED else ctx.now


def report_version(ctx: Context, device: Row, module_name: str, version: str) -> None:
    """Process a version report: store it, finish the task that it belongs to, add the device to a dynamic job."""
    previous = get_reported_version(ctx, device, module_name)
    if previous != version:
        set_reported_version(ctx, device, module_name, version)
    task = ota_task.find_unfinished_task(ctx, device, module_name)
    if task:
        firmware = ota_job.get_firmware(ctx, ota_task.get_job(ctx, task))
        if version == firmware["dest_version"]:
            ota_task.succeed(ctx, device, task)
        elif task["status"] == ota_task.IN_PROGRESS and version != task["src_version"]:
            fail(ctx, device, task, "report version is not conform")
    current = ctx.store.require("device", iot_id=device["iot_id"])
    add_to_dynamic_job(ctx, current, module_name, version != previous)


def fail(ctx: Context, device: Row, task: Row, reason: str) -> None:
    """Fail a task, and schedule the next push if it is retried."""
    retry_at = ota_task.fail(ctx, device, task, reason)
    if retry_at is not None:
        ota_push.schedule_push(ctx, ota_task.get_job(ctx, task), retry_at)


def add_to_dynamic_job(ctx: Context, device: Row, module_name: str, version_changed: bool) -> None:
    """Create a task for a device in the newest dynamic job that it is eligible for, unless it is being upgraded.

    Args:
        ctx: The context of the call.
        device: The row of the device.
        module_name: The module to upgrade.
        version_changed: Whether the device has just reported a new version. Jobs with mode 2 require this.
    """
    jobs = ctx.store.rows(
        """
        SELECT ota_job.* FROM ota_job JOIN ota_firmware USING (firmware_id)
        WHERE ota_job.product_key = ? AND selection_type = ? AND ota_job.status = ? AND module_name = ?
        ORDER BY ota_job.created_at DESC, ota_job.rowid DESC
        """,
        device["product_key"],
        ota_job.DYNAMIC,
        ota_job.IN_PROGRESS,
        module_name,
    )
    for job in jobs:
        condition = _target_condition(ctx, job, device)
        if condition is None or (job["dynamic_mode"] != 1 and not version_changed):
            continue
        if _is_busy(ctx, device, job, module_name):
            return
        if add_tasks(ctx, job, condition):
            ota_push.schedule_push(ctx, job, ctx.now)
            return


def _target_condition(ctx: Context, job: Row, device: Row) -> Condition | None:
    """Return the condition for this device in a dynamic job, or None if the job does not accept the device anymore."""
    own = Condition("iot_id = ?", [device["iot_id"]])
    if job["group_id"] is None:
        if ctx.store.count("ota_task", job_id=job["job_id"], iot_id=device["iot_id"]) >= MAX_TASKS_PER_DEVICE:
            return None
        return own
    group = ctx.store.one("device_group", group_id=job["group_id"])
    if group is None:
        return None
    members = group_members(group)
    return Condition(f"{own.sql} AND ({members.sql})", own.values + members.values)


def _is_busy(ctx: Context, device: Row, job: Row, module_name: str) -> bool:
    """Return True if a device has a task that a dynamic job does not overwrite."""
    tasks = ctx.store.rows("SELECT * FROM ota_task WHERE iot_id = ? AND unfinished", device["iot_id"])
    if job["multi_module_mode"]:
        tasks = [task for task in tasks if task["module_name"].lower() == module_name.lower()]
    elif job["overwrite_mode"] != ota_job.OVERWRITE:
        return bool(tasks)
    return any(task["status"] == ota_task.IN_PROGRESS or task["job_id"] == job["job_id"] for task in tasks)


def _version_expression(firmware: Row) -> Condition:
    """Return an SQL expression for a device's version of a firmware's module, and its values."""
    if firmware["module_name"] == DEFAULT:
        return Condition("firmware_version", [])
    sql = "(SELECT firmware_version FROM device_module WHERE device_module.iot_id = device.iot_id AND module_name = ?)"
    return Condition(sql, [firmware["module_name"]])


def _eligible_devices(firmware: Row, job: Row, targets: Condition | None) -> Condition:
    """Return the condition for the target devices that do not have the new version, but one of the source versions."""
    version = _version_expression(firmware)
    terms = ["product_key = ?", f"{version.sql} IS NOT ?"]
    values = [job["product_key"], *version.values, firmware["dest_version"]]
    sources = json.loads(job["src_versions"])
    if firmware["firmware_type"] == ota_firmware.DIFFERENTIAL:
        sources = [firmware["src_version"]]
    if sources:
        terms.append(f"{version.sql} IN (SELECT value FROM json_each(?))")
        values += [*version.values, json.dumps(sources)]
    if targets:
        terms.append(f"({targets.sql})")
        values += targets.values
    return Condition(" AND ".join(terms), values)


def _resolve_conflicts(ctx: Context, job: Row, firmware: Row) -> None:
    """End conflicting tasks: if a device has a task of another job, either that task or the new one ends.

    Tasks in progress always continue. In multi-module mode, only tasks for the same module conflict.
    """
    conflict = "other.iot_id = ota_task.iot_id AND other.unfinished"
    values: list[Any] = []
    if job["multi_module_mode"]:
        conflict += " AND other.module_name = ?"
        values.append(firmware["module_name"])
    if job["multi_module_mode"] or job["overwrite_mode"] == ota_job.OVERWRITE:
        _overwrite(ctx, job, conflict, values)
    ctx.store.execute(
        f"""
        UPDATE ota_task SET status = '{ota_task.FAILED}', description = ?, push_at = NULL, modified_at = ?
        WHERE job_id = ? AND unfinished AND EXISTS (
            SELECT 1 FROM ota_task AS other WHERE {conflict} AND other.rowid < ota_task.rowid
        )
        """,
        "the device has another OTA task",
        ctx.now,
        job["job_id"],
        *values,
    )


def _overwrite(ctx: Context, job: Row, conflict: str, values: list[Any]) -> None:
    """Cancel the conflicting tasks of other jobs that are not in progress."""
    overwritten = ctx.store.rows(
        f"""
        SELECT other.task_id, other.job_id FROM ota_task JOIN ota_task AS other ON {conflict}
        WHERE ota_task.job_id = ? AND ota_task.unfinished AND other.job_id <> ota_task.job_id AND other.status <> ?
        """,
        *values,
        job["job_id"],
        ota_task.IN_PROGRESS,
    )
    if not overwritten:
        return
    task_ids = json.dumps([task["task_id"] for task in overwritten])
    ota_task.cancel_tasks(ctx, "task_id IN (SELECT value FROM json_each(?))", [task_ids], "overwritten by a later task")
    for other_job in ctx.store.all("ota_job", job_id={task["job_id"] for task in overwritten}):
        ota_job.complete_if_finished(ctx, other_job)
