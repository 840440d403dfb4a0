# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Jobs that distribute devices and products to other instances (manual chapter 4.2).

A device job starts shortly after the request, but not before the last job that distributes its product ends. Its
duration depends on the number of devices. A file contains the result for each device: the job itself succeeds even if
no device was distributed. ``distribution`` lists the distributed devices and products.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, default_message
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.distribution.distribution import Distribution, distribute
from ansible_collections.iotops.aliyun.emulator.services.distribution.instances import is_instance_id, region_of
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

TABLES = """
CREATE TABLE IF NOT EXISTS distribution_job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    product_key TEXT NOT NULL,  -- no foreign key, because the job remains when the product is deleted
    source_instance_id TEXT NOT NULL,
    targets TEXT NOT NULL,  -- JSON array of the target instance IDs
    target_uid TEXT NOT NULL,
    target_aliyun_id TEXT,
    strategy INTEGER NOT NULL,
    status INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS distribution_job_by_status ON distribution_job (status);
CREATE TABLE IF NOT EXISTS distribution_entry (
    number INTEGER NOT NULL REFERENCES distribution_job ON DELETE CASCADE,
    device_name TEXT NOT NULL,
    code TEXT,  -- the result for the device; NULL until it is known
    PRIMARY KEY (number, device_name)
);
CREATE INDEX IF NOT EXISTS distribution_entry_by_device ON distribution_entry (device_name) WHERE code IS NULL;
"""

#: The maximum number of unfinished jobs of both kinds of one account.
MAX_JOBS = 10
#: The maximum number of devices of one job.
MAX_DEVICES = 10_000

# The kinds of jobs.
DEVICE = "DEVICE"
PRODUCT = "PRODUCT"

# The states of a job.
INITIAL = 0
RUNNING = 1
FINISHED = 2
INTERRUPTED = 3

# The strategies: to one specified instance, or to the nearest of several instances.
SPECIFIED = 0
NEAREST = 1

#: The result code of a device that was distributed.
SUCCESS = "200"

_IN_ANOTHER_JOB = "iot.provisioning.DeviceIsInAnotherTask"

_START = "begin_distribution"
_FINISH = "end_distribution"

# The times in milliseconds: the delay before a job starts, the constant duration of a job, and its duration per device.
_START_DELAY_MS = 1000
_BASE_DURATION_MS = 1000
_DURATION_MS_PER_DEVICE = 2

_MAX_POSITION_WITHOUT_TOKEN = 10_000

# The time for which the result file of a job can be downloaded, in milliseconds.
_RESULTS_LIFETIME_MS = 10 * 60_000

_ID_LENGTH = 19
_ID_END = "010001"

_UNFINISHED = f"status IN ({INITIAL}, {RUNNING})"


@operation
def create_device_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: Create a job that distributes devices and their product."""
    targets = [config.get("TargetInstanceId", "") for config in p.get("TargetInstanceConfig", [])]
    strategy = p.get("Strategy", SPECIFIED)
    job = _new_job(ctx, p, DEVICE, targets, strategy)
    _check_strategy(strategy, targets)
    names = list(dict.fromkeys(p.get("DeviceName", [])))
    if not names:
        raise ApiError("iot.device.NoneDeviceNameElement")
    if len(names) > MAX_DEVICES:
        raise ApiError("iot.provisioning.LimitExceeded")
    in_other_jobs = _devices_in_jobs(ctx, job["product_key"], names)
    number = _schedule_job(ctx, job, _product_available_at(ctx, job["product_key"]), len(names))
    for name in names:
        code = _IN_ANOTHER_JOB if name in in_other_jobs else None
        ctx.store.insert("distribution_entry", number=number, device_name=name, code=code)
    return {"JobId": job["job_id"]}


@operation
def create_product_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: Create a job that distributes a product without its devices.

    Afterwards, the thing model and the script of the product can no longer be changed.
    """
    job = _new_job(ctx, p, PRODUCT, [p["TargetInstanceId"]] if p.get("TargetInstanceId") else [], SPECIFIED)
    if _product_available_at(ctx, job["product_key"]) > ctx.now:
        raise ApiError("iot.provisioning.ProductIsDistributing")
    _schedule_job(ctx, job, ctx.now, 0)
    return {"JobId": job["job_id"]}


@operation
def query_device_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: Return the details of a device job."""
    job = _find_job(ctx, p)
    targets = [{"TargetInstanceId": target} for target in json.loads(job["targets"])]
    return {"Data": {**_render_job(ctx, job), "TargetInstanceConfigs": {"targetInstanceConfigs": targets}}}


@operation
def query_device_distribute_detail(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: Return the URL of a file with the results of a job. The URL expires after ten minutes.

    The file is a JSON array with one item for each device. ``Code`` is 200 if the device was distributed.
    """
    job = _find_job(ctx, p)
    if job["status"] in (INITIAL, RUNNING):
        raise ApiError("iot.provisioning.TaskNotFinish")
    results = [
        {
            "ProductKey": job["product_key"],
            "DeviceName": entry["device_name"],
            "Code": entry["code"],
            "Message": "success" if entry["code"] == SUCCESS else default_message(entry["code"]),
        }
        for entry in ctx.store.all("distribution_entry", number=job["number"])
    ]
    return {"File": publish_file(ctx, json.dumps(results).encode(), "json", "application/json", _RESULTS_LIFETIME_MS)}


@operation
def list_device_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: List device jobs, the newest first.

    ``NextToken`` contains the last job of the previous page. Pages beyond a certain depth require it.
    """
    page = requested_page(ctx, p)
    token = p.get("NextToken")
    if not token and page.offset > _MAX_POSITION_WITHOUT_TOKEN:
        raise ApiError("iot.provisioning.NextTokenNotNull")
    filters = omit_none(
        kind=DEVICE,
        job_id=p.get("JobId") or None,
        product_key=p.get("ProductKey") or None,
        status=p.get("Status"),
        target_uid=p.get("TargetUid") or None,
    )
    conditions = " AND ".join(f"{name} = ?" for name in filters)
    values = list(filters.values())
    total = ctx.store.count("distribution_job", **filters)
    if token:
        conditions += " AND number < ?"
        values.append(_decode_token(token))
    # One row more than the page size shows whether there is a next page.
    jobs = ctx.store.rows(
        f"SELECT * FROM distribution_job WHERE {conditions} ORDER BY number DESC LIMIT ? OFFSET ?",
        *values,
        page.size + 1,
        0 if token else page.offset,
    )
    return {
        "Data": {
            "JobInfo": {"items": [_render_job_item(ctx, job) for job in jobs[: page.size]]},
            "NextToken": _encode_token(jobs[page.size - 1]) if len(jobs) > page.size else "",
            "Total": total,
        }
    }


@operation
def delete_device_distribute_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual chapter 4.2: Delete a finished job. The devices that it has distributed remain distributed."""
    job = _find_job(ctx, p)
    if job["status"] in (INITIAL, RUNNING):
        raise ApiError("iot.provisioning.TasksProcessing")
    ctx.store.delete("distribution_job", number=job["number"])


@when_due(_START)
def _start_job(ctx: Context, payload: dict[str, Any]) -> None:
    ctx.store.update("distribution_job", {"status": RUNNING}, number=payload["number"])


@when_due(_FINISH)
def _finish_job(ctx: Context, payload: dict[str, Any]) -> None:
    """Distribute the devices of a job and finish it. The job is interrupted if its product was deleted meanwhile."""
    job = ctx.store.require("distribution_job", number=payload["number"])
    product = ctx.store.one("product", product_key=job["product_key"])
    names = [row["device_name"] for row in ctx.store.all("distribution_entry", number=job["number"], code=None)]
    if product is None:
        codes = dict.fromkeys(names, "iot.prod.NotExistedProduct")
    else:
        codes = {name: code or SUCCESS for name, code in distribute(ctx, _distribution(job), names).items()}
    for name, code in codes.items():
        ctx.store.update("distribution_entry", {"code": code}, number=job["number"], device_name=name)
    status = FINISHED if product else INTERRUPTED
    ctx.store.update("distribution_job", {"status": status}, number=job["number"])


def _new_job(ctx: Context, p: dict[str, Any], kind: str, targets: list[str], strategy: int) -> Row:
    """Return the row of a new job for a request. Raise an error if the request is invalid."""
    if not p.get("ProductKey"):
        raise ApiError("iot.prod.NullProductKey")
    product = find_product(ctx, p["ProductKey"])
    source = p.get("SourceInstanceId")
    if not source:
        raise ApiError("iot.provisioning.SourceInstanceNotFound", "SourceInstanceId is missing")
    if not targets:
        name = "TargetInstanceConfig" if kind == DEVICE else "TargetInstanceId"
        raise ApiError("iot.provisioning.TargetInstanceNotFound", f"{name} is missing")
    _check_instances(source, targets)
    _check_account(ctx, p)
    unfinished = ctx.store.value(f"SELECT count(*) FROM distribution_job WHERE {_UNFINISHED}")
    if unfinished >= MAX_JOBS:
        raise ApiError("iot.provisioning.RunningTaskExceedLimit")
    return {
        "job_id": ids.alphanumeric(_ID_LENGTH) + _ID_END,
        "kind": kind,
        "product_key": product["product_key"],
        "source_instance_id": source,
        "targets": json.dumps(targets),
        "target_uid": ctx.account.user_id,
        "target_aliyun_id": p.get("TargetAliyunId") or None,
        "strategy": strategy,
        "status": INITIAL,
        "created_at": ctx.now,
    }


def _check_instances(source: str, targets: list[str]) -> None:
    if not is_instance_id(source):
        raise ApiError("iot.provisioning.SourceInstanceNotFound")
    if not all(is_instance_id(target) for target in targets):
        raise ApiError("iot.provisioning.TargetInstanceNotFound")
    if source in targets:
        raise ApiError("iot.system.InstanceIdSame")


def _check_account(ctx: Context, p: dict[str, Any]) -> None:
    """Raise ApiError if the target is another account, which these operations do not support.

    ``TargetUid`` takes precedence. The emulator does not know login names, so every ``TargetAliyunId`` is accepted as
    the login name of the account.
    """
    uid = p.get("TargetUid")
    if not (uid or p.get("TargetAliyunId")):
        raise ApiError("iot.provisioning.TargetAccountParamsError")
    if uid and not (uid.isascii() and uid.isdigit()):
        raise ApiError("iot.provisioning.AccountNotFound")
    if uid and uid != ctx.account.user_id:
        raise ApiError("iot.provisioning.NotCrossTenantId")


def _check_strategy(strategy: int, targets: list[str]) -> None:
    if strategy not in (SPECIFIED, NEAREST):
        raise ApiError("iot.provisioning.ErrorStrategy")
    if strategy == SPECIFIED and len(targets) > 1:
        raise ApiError("iot.provisioning.ErrorStrategy", f"Strategy {SPECIFIED} requires exactly one target instance")
    if len({region_of(target) for target in targets}) < len(targets):
        raise ApiError("iot.provisioning.InstanceRegionConflict")


def _devices_in_jobs(ctx: Context, product_key: str, names: list[str]) -> set[str]:
    """Return the names of a product's devices that unfinished jobs distribute."""
    rows = ctx.store.rows(
        "SELECT device_name FROM json_each(?) AS asked "
        "JOIN distribution_entry ON device_name = asked.value JOIN distribution_job USING (number) "
        "WHERE code IS NULL AND product_key = ?",
        json.dumps(names),
        product_key,
    )
    return {row["device_name"] for row in rows}


def _product_available_at(ctx: Context, product_key: str) -> int:
    """Return the time at which all jobs that distribute the product itself have ended."""
    ends_at = ctx.store.value(
        f"SELECT max(ends_at) FROM distribution_job WHERE {_UNFINISHED} AND kind = ? AND product_key = ?",
        PRODUCT,
        product_key,
    )
    return ends_at or ctx.now


def _schedule_job(ctx: Context, job: Row, earliest: int, devices: int) -> int:
    """Store a job that starts a short delay after ``earliest``, and return its number."""
    starts_at = earliest + _START_DELAY_MS
    ends_at = starts_at + _BASE_DURATION_MS + _DURATION_MS_PER_DEVICE * devices
    number = ctx.store.insert("distribution_job", **job, ends_at=ends_at)
    ctx.schedule(starts_at, _START, number=number)
    ctx.schedule(ends_at, _FINISH, number=number)
    return number


def _distribution(job: Row) -> Distribution:
    return Distribution(
        product_key=job["product_key"],
        source=job["source_instance_id"],
        targets=json.loads(job["targets"]),
        uid=job["target_uid"],
        aliyun_id=job["target_aliyun_id"],
        requested_at=job["created_at"],
    )


def _find_job(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the row of the device job in a request.

    Raise an error if ``JobId`` is not set or the job does not exist.
    """
    if not p.get("JobId"):
        raise ApiError("iot.provisioning.TaskNotExist", "JobId is missing")
    job = ctx.store.one("distribution_job", job_id=p["JobId"], kind=DEVICE)
    if job is None:
        raise ApiError("iot.provisioning.TaskNotExist")
    return job


def _render_job(ctx: Context, job: Row) -> Row:
    """Return the members that every reply with the details of a job has."""
    return {
        "JobId": job["job_id"],
        "ProductKey": job["product_key"],
        "Status": job["status"],
        "Strategy": job["strategy"],
        "SourceInstanceId": job["source_instance_id"],
        "SourceUid": ctx.account.user_id,
        "TargetUid": job["target_uid"],
        "Total": ctx.store.count("distribution_entry", number=job["number"]),
        "GmtCreate": job["created_at"],
    }


def _render_job_item(ctx: Context, job: Row) -> Row:
    # Instances in the emulator have no names, so the ID is also the name.
    targets = [
        {"TargetInstanceId": target, "TargetInstanceName": target, "TargetRegion": region_of(target)}
        for target in json.loads(job["targets"])
    ]
    return {
        **_render_job(ctx, job),
        "SourceInstanceName": job["source_instance_id"],
        "SourceRegion": region_of(job["source_instance_id"]),
        "TargetInstanceConfigs": {"targetInstanceConfigs": targets},
    }


def _encode_token(job: Row) -> str:
    """Return the token that continues a list after ``job``."""
    return base64.urlsafe_b64encode(str(job["number"]).encode()).decode()


def _decode_token(token: str) -> int:
    """Return the number of the job in a token. Raise ApiError if the token is invalid."""
    try:
        number = base64.b64decode(token, b"-_", validate=True).decode("ascii")
    except ValueError:
        number = ""
    if not (number.isdigit() and len(number) < 16):
        raise ApiError("iot.common.InvalidPageParams", "NextToken is not a valid token of this list")
    return int(number)
