# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Jobs that distribute devices and products to other instances (the manual's chapter 4.2).

A device job begins a moment after it was asked for, or when the last job ends that distributes its product; then it
takes a while for each device. What became of each is in a file: the job as such ends well even where none was
distributed. What has been distributed is listed in ``distribution``.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, default_message, missing_parameter
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
    product_key TEXT NOT NULL,  -- the job is remembered longer than its product
    source_instance_id TEXT NOT NULL,
    targets TEXT NOT NULL,  -- JSON: the ids of the instances
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
    code TEXT,  -- NULL until it is known what became of the device
    PRIMARY KEY (number, device_name)
);
CREATE INDEX IF NOT EXISTS distribution_entry_by_device ON distribution_entry (device_name) WHERE code IS NULL;
"""

#: The jobs of both kinds that one account can have at a time.
MAX_JOBS = 10
#: The devices of one job.
MAX_DEVICES = 10_000

# The kinds of jobs.
DEVICE = "DEVICE"
PRODUCT = "PRODUCT"

# The states of a job.
INITIAL = 0
RUNNING = 1
FINISHED = 2
INTERRUPTED = 3

# The strategies: to one instance, or to whichever of several is nearest to the device.
SPECIFIED = 0
NEAREST = 1

#: The code of a device that was distributed.
SUCCESS = "200"

_IN_ANOTHER_JOB = "iot.provisioning.DeviceIsInAnotherTask"

_BEGIN = "begin_distribution"
_END = "end_distribution"

# How long the platform takes, in milliseconds: until a job begins, for the job, and for each device more.
_TIME_BEFORE = 1000
_TIME = 1000
_TIME_EACH = 2

_MAX_POSITION_WITHOUT_TOKEN = 10_000

# How long the file with a job's results can be fetched, in milliseconds.
_RESULTS_LIFETIME = 10 * 60_000

_ID_LENGTH = 19
_ID_END = "010001"

_UNFINISHED = f"status IN ({INITIAL}, {RUNNING})"


@operation
def create_device_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: the product goes along with its devices."""
    targets = [config.get("TargetInstanceId", "") for config in p.get("TargetInstanceConfig", [])]
    strategy = p.get("Strategy", SPECIFIED)
    job = _job_asked(ctx, p, DEVICE, targets, strategy)
    _check_strategy(strategy, targets)
    names = list(dict.fromkeys(p.get("DeviceName", [])))
    if not names:
        raise ApiError("iot.device.NoneDeviceNameElement")
    if len(names) > MAX_DEVICES:
        raise ApiError("iot.provisioning.LimitExceeded")
    busy = _devices_in_jobs(ctx, job["product_key"], names)
    number = _begin_later(ctx, job, _free_at(ctx, job["product_key"]), len(names))
    for name in names:
        code = _IN_ANOTHER_JOB if name in busy else None
        ctx.store.insert("distribution_entry", number=number, device_name=name, code=code)
    return {"JobId": job["job_id"]}


@operation
def create_product_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: the product's devices stay where they are, but its thing model and its script cannot be changed any more."""
    job = _job_asked(ctx, p, PRODUCT, [p["TargetInstanceId"]] if p.get("TargetInstanceId") else [], SPECIFIED)
    if _free_at(ctx, job["product_key"]) > ctx.now:
        raise ApiError("iot.provisioning.ProductIsDistributing")
    _begin_later(ctx, job, ctx.now, 0)
    return {"JobId": job["job_id"]}


@operation
def query_device_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: Return the details of a device job."""
    job = _find_job(ctx, p)
    targets = [{"TargetInstanceId": target} for target in json.loads(job["targets"])]
    return {"Data": {**_written(ctx, job), "TargetInstanceConfigs": {"targetInstanceConfigs": targets}}}


@operation
def query_device_distribute_detail(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: the file is a JSON list that says of each device what became of it; ``Code`` is 200 where all went well.

    Its URL is good for ten minutes.
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
    return {"File": publish_file(ctx, json.dumps(results).encode(), "json", "application/json", _RESULTS_LIFETIME)}


@operation
def list_device_distribute_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: the newest first; ``NextToken`` says after which job to go on, and how deep pages are reached."""
    page = requested_page(ctx, p)
    token = p.get("NextToken")
    if not token and page.offset > _MAX_POSITION_WITHOUT_TOKEN:
        raise ApiError("iot.provisioning.NextTokenNotNull")
    wanted = omit_none(
        kind=DEVICE,
        job_id=p.get("JobId") or None,
        product_key=p.get("ProductKey") or None,
        status=p.get("Status"),
        target_uid=p.get("TargetUid") or None,
    )
    terms = " AND ".join(f"{name} = ?" for name in wanted)
    values = list(wanted.values())
    total = ctx.store.count("distribution_job", **wanted)
    if token:
        terms += " AND number < ?"
        values.append(_after(token))
    # One more than the page holds: whether there is a next one.
    jobs = ctx.store.rows(
        f"SELECT * FROM distribution_job WHERE {terms} ORDER BY number DESC LIMIT ? OFFSET ?",
        *values,
        page.size + 1,
        0 if token else page.offset,
    )
    return {
        "Data": {
            "JobInfo": {"items": [_listed(ctx, job) for job in jobs[: page.size]]},
            "NextToken": _token(jobs[page.size - 1]) if len(jobs) > page.size else "",
            "Total": total,
        }
    }


@operation
def delete_device_distribute_job(ctx: Context, p: dict[str, Any]) -> None:
    """Manual chapter 4.2: what it has distributed stays so."""
    job = _find_job(ctx, p)
    if job["status"] in (INITIAL, RUNNING):
        raise ApiError("iot.provisioning.TasksProcessing")
    ctx.store.delete("distribution_job", number=job["number"])


@when_due(_BEGIN)
def _begin(ctx: Context, payload: dict[str, Any]) -> None:
    ctx.store.update("distribution_job", {"status": RUNNING}, number=payload["number"])


@when_due(_END)
def _end(ctx: Context, payload: dict[str, Any]) -> None:
    """Distribute what can be; a job whose product was deleted meanwhile is interrupted."""
    job = ctx.store.one("distribution_job", number=payload["number"])
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


def _job_asked(ctx: Context, p: dict[str, Any], kind: str, targets: list[str], strategy: int) -> Row:
    """The row of the job that a call describes. Raises an error where there can be no such job."""
    if not p.get("ProductKey"):
        raise ApiError("iot.prod.NullProductKey")
    product = find_product(ctx, p["ProductKey"])
    source = p.get("SourceInstanceId")
    if not source:
        raise missing_parameter("SourceInstanceId")
    if not targets:
        raise missing_parameter("TargetInstanceConfig" if kind == DEVICE else "TargetInstanceId")
    _check_instances(source, targets)
    _check_account(ctx, p)
    running = ctx.store.value(f"SELECT count(*) FROM distribution_job WHERE {_UNFINISHED}")
    if running >= MAX_JOBS:
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
    """Raise ApiError where the target is another account: these operations do not distribute to one.

    An account's number decides. The platform knows no login names: one that is given is taken for the account's.
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
        raise ApiError("iot.provisioning.ErrorStrategy", f"Strategy {SPECIFIED} takes one target instance")
    if len({region_of(target) for target in targets}) < len(targets):
        raise ApiError("iot.provisioning.InstanceRegionConflict")


def _devices_in_jobs(ctx: Context, product_key: str, names: list[str]) -> set[str]:
    """Those of a product's devices that another job is about to distribute."""
    rows = ctx.store.rows(
        "SELECT device_name FROM json_each(?) AS asked "
        "JOIN distribution_entry ON device_name = asked.value JOIN distribution_job USING (number) "
        "WHERE code IS NULL AND product_key = ?",
        json.dumps(names),
        product_key,
    )
    return {row["device_name"] for row in rows}


def _free_at(ctx: Context, product_key: str) -> int:
    """When no job distributes the product as such any longer."""
    ends_at = ctx.store.value(
        f"SELECT max(ends_at) FROM distribution_job WHERE {_UNFINISHED} AND kind = ? AND product_key = ?",
        PRODUCT,
        product_key,
    )
    return ends_at or ctx.now


def _begin_later(ctx: Context, job: Row, at: int, devices: int) -> int:
    """Keep a job that begins a moment after ``at``, and return its number."""
    begins_at = at + _TIME_BEFORE
    ends_at = begins_at + _TIME + _TIME_EACH * devices
    number = ctx.store.insert("distribution_job", **job, ends_at=ends_at)
    ctx.schedule(begins_at, _BEGIN, number=number)
    ctx.schedule(ends_at, _END, number=number)
    return number


def _distribution(job: Row) -> Distribution:
    return Distribution(
        product_key=job["product_key"],
        source=job["source_instance_id"],
        targets=json.loads(job["targets"]),
        uid=job["target_uid"],
        aliyun_id=job["target_aliyun_id"],
        asked_at=job["created_at"],
    )


def _find_job(ctx: Context, p: dict[str, Any]) -> Row:
    """The row of the device job that a call means. Raises an error where it names none, or one that there is not."""
    if not p.get("JobId"):
        raise missing_parameter("JobId")
    job = ctx.store.one("distribution_job", job_id=p["JobId"], kind=DEVICE)
    if job is None:
        raise ApiError("iot.provisioning.TaskNotExist")
    return job


def _written(ctx: Context, job: Row) -> Row:
    """What every reply that describes a job says of it."""
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


def _listed(ctx: Context, job: Row) -> Row:
    # Nothing here gives an instance a name of its own.
    targets = [
        {"TargetInstanceId": target, "TargetInstanceName": target, "TargetRegion": region_of(target)}
        for target in json.loads(job["targets"])
    ]
    return {
        **_written(ctx, job),
        "SourceInstanceName": job["source_instance_id"],
        "SourceRegion": region_of(job["source_instance_id"]),
        "TargetInstanceConfigs": {"targetInstanceConfigs": targets},
    }


def _token(job: Row) -> str:
    """What ``_after`` reads."""
    return base64.urlsafe_b64encode(str(job["number"]).encode()).decode()


def _after(token: str) -> int:
    """The number of the job after which a token goes on. Raises ApiError where it is none."""
    try:
        number = base64.b64decode(token, b"-_", validate=True).decode("ascii")
    except ValueError:
        number = ""
    if not (number.isdigit() and len(number) < 16):
        raise ApiError("iot.common.InvalidPageParams", "NextToken is not a token of this list")
    return int(number)
