# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices and products in other instances than the one they came from (the manual's chapter 4.2).

A distributed device is the same device: its names, its secret and all that hangs on it stay, and every call reaches it
as before, because one state serves all instances here. Only where it is changes, and that the device is told.
Which of several instances is nearest to a device nobody knows here: it counts as being in all of them.

Nothing tells where a device was made. The instance that the first job names as its source is where it came from;
from then on a device can be distributed from there and from where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.services.common.distributed import distributions_by_device
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_devices_by_name
from ansible_collections.iotops.aliyun.emulator.services.distribution.instances import region_of

TABLES = """
CREATE TABLE IF NOT EXISTS distributed_device (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    product_key TEXT NOT NULL,
    home_instance_id TEXT NOT NULL,  -- where it came from in the beginning
    source_instance_id TEXT NOT NULL,
    target_instance_id TEXT NOT NULL,
    target_uid TEXT NOT NULL,
    target_aliyun_id TEXT,
    created_at INTEGER NOT NULL,  -- when the job was
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, target_instance_id)
);
CREATE INDEX IF NOT EXISTS distributed_device_by_age ON distributed_device (modified_at);
CREATE INDEX IF NOT EXISTS distributed_device_by_product ON distributed_device (product_key, modified_at);
CREATE TABLE IF NOT EXISTS distributed_product (
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    home_instance_id TEXT NOT NULL,
    source_instance_id TEXT NOT NULL,
    target_instance_id TEXT NOT NULL,
    target_uid TEXT NOT NULL,
    target_aliyun_id TEXT,
    created_at INTEGER NOT NULL,  -- when the job was
    PRIMARY KEY (product_key, target_instance_id)
);
CREATE INDEX IF NOT EXISTS distributed_product_by_age ON distributed_product (created_at);
"""

_BOOTSTRAP = "thing.bootstrap.notify"
_ASK_AGAIN = {"cmd": 0}  # the device is to ask where it has to connect from now on


@dataclass(frozen=True, slots=True)
class Distribution:
    """From which instance to which ones a product and its devices go; ``asked_at`` is in milliseconds."""

    product_key: str
    source: str
    targets: list[str]
    uid: str
    aliyun_id: str | None
    asked_at: int


def distribute(ctx: Context, distribution: Distribution, names: list[str]) -> dict[str, str | None]:
    """Distribute a product and those of its devices that have these names.

    Returns for each name the error code that says why it could not be, or None.
    """
    _put_product(ctx, distribution)
    devices = {device["device_name"]: device for device in find_devices_by_name(ctx, distribution.product_key, names)}
    places = distributions_by_device(ctx, [device["iot_id"] for device in devices.values()])
    codes: dict[str, str | None] = {}
    for name in names:
        device = devices.get(name)
        if device is None:
            codes[name] = "iot.device.NotExistedDevice"
            continue
        before = places.get(device["iot_id"], [])
        if not _can_leave(distribution, before):
            codes[name] = "iot.provisioning.NotDeviceOwner"
            continue
        _move(ctx, distribution, device, before)
        codes[name] = None
    return codes


@operation
def list_distributed_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: the last distributed first; a device that is in several instances is listed with each."""
    page = requested_page(ctx, p)
    wanted = omit_none(
        **{
            "distributed_device.product_key": p.get("ProductKey") or None,
            "device_name": p.get("DeviceName") or None,
            "source_instance_id": p.get("SourceInstanceId") or None,
            "target_uid": p.get("TargetUid") or None,
        }
    )
    terms = [f"{name} = ?" for name in wanted]
    rows, total = ctx.store.page_of(
        "SELECT distributed_device.*, device_name FROM distributed_device JOIN device USING (iot_id)"
        + (f" WHERE {' AND '.join(terms)}" if terms else ""),
        wanted.values(),
        page.offset,
        page.size,
        "distributed_device.modified_at DESC, distributed_device.rowid DESC",
    )
    listed = [
        {**_written(ctx, row), "DeviceName": row["device_name"], "GmtModified": row["modified_at"]} for row in rows
    ]
    return {"Data": {"Info": {"items": listed}, "Total": total}}


@operation
def list_distributed_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: the last distributed first."""
    page = requested_page(ctx, p)
    wanted = omit_none(
        product_key=p.get("ProductKey") or None,
        source_instance_id=p.get("SourceInstanceId") or None,
        target_instance_id=p.get("TargetInstanceId") or None,
        target_uid=p.get("TargetUid") or None,
    )
    rows, total = ctx.store.page("distributed_product", page.offset, page.size, "created_at DESC, rowid DESC", **wanted)
    return {"Data": {"Info": {"items": [_written(ctx, row) for row in rows]}, "Total": total}}


def _put_product(ctx: Context, distribution: Distribution) -> None:
    """Note down where the product is; where it came from it always is."""
    place = ctx.store.one("distributed_product", product_key=distribution.product_key)
    home = place["home_instance_id"] if place else distribution.source
    for target in distribution.targets:
        if target != home:
            ctx.store.put(
                "distributed_product",
                ("product_key", "target_instance_id"),
                product_key=distribution.product_key,
                home_instance_id=home,
                source_instance_id=distribution.source,
                target_instance_id=target,
                target_uid=distribution.uid,
                target_aliyun_id=distribution.aliyun_id,
                created_at=distribution.asked_at,
            )


def _can_leave(distribution: Distribution, places: list[Row]) -> bool:
    """Whether a device that is in these places can be distributed from the job's source."""
    if not places:
        return True
    return distribution.source in {places[0]["home_instance_id"], *(place["target_instance_id"] for place in places)}


def _move(ctx: Context, distribution: Distribution, device: Row, places: list[Row]) -> None:
    """Note down where the device is, which is nothing once it is back where it came from, and tell it."""
    home = places[0]["home_instance_id"] if places else distribution.source
    ctx.store.delete("distributed_device", iot_id=device["iot_id"])
    if distribution.targets != [home]:
        for target in distribution.targets:
            ctx.store.insert(
                "distributed_device",
                iot_id=device["iot_id"],
                product_key=device["product_key"],
                home_instance_id=home,
                source_instance_id=distribution.source,
                target_instance_id=target,
                target_uid=distribution.uid,
                target_aliyun_id=distribution.aliyun_id,
                created_at=distribution.asked_at,
                modified_at=ctx.now,
            )
    if device["online"]:
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/bootstrap/notify"
        downlink.send_alink_message(ctx, device, topic, _BOOTSTRAP, _ASK_AGAIN)


def _written(ctx: Context, row: Row) -> Row:
    """What both lists say of a device or product."""
    return omit_none(
        ProductKey=row["product_key"],
        SourceInstanceId=row["source_instance_id"],
        SourceInstanceName=row["source_instance_id"],
        SourceRegion=region_of(row["source_instance_id"]),
        SourceUid=ctx.account.user_id,
        TargetInstanceId=row["target_instance_id"],
        TargetInstanceName=row["target_instance_id"],
        TargetRegion=region_of(row["target_instance_id"]),
        TargetUid=row["target_uid"],
        TargetAliyunId=row["target_aliyun_id"],
        GmtCreate=row["created_at"],
    )
