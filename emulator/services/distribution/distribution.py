# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Distribute devices and products to other instances, and list the distributed ones (manual chapter 4.2).

All instances share one state in the emulator. A distributed device keeps its names, its secret and everything that
belongs to it, and requests to every instance still find it. Only its recorded instances change, and an online device is
notified. The emulator does not know which of several instances is nearest to a device, so the device is recorded in all
of them.

The emulator does not record the instance in which a device was created. The source instance of the first job counts as
its home instance. Later, a device can be distributed from its home instance and from its current instances.
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
    home_instance_id TEXT NOT NULL,  -- the source of the first job
    source_instance_id TEXT NOT NULL,
    target_instance_id TEXT NOT NULL,
    target_uid TEXT NOT NULL,
    target_aliyun_id TEXT,
    created_at INTEGER NOT NULL,  -- the creation time of the job
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
    created_at INTEGER NOT NULL,  -- the creation time of the job
    PRIMARY KEY (product_key, target_instance_id)
);
CREATE INDEX IF NOT EXISTS distributed_product_by_age ON distributed_product (created_at);
"""

_BOOTSTRAP = "thing.bootstrap.notify"
_RECONNECT = {"cmd": 0}  # instructs the device to request its new endpoint


@dataclass(frozen=True, slots=True)
class Distribution:
    """The source and the targets of a distribution. ``requested_at`` is in milliseconds."""

    product_key: str
    source: str
    targets: list[str]
    uid: str
    aliyun_id: str | None
    requested_at: int


def distribute(ctx: Context, distribution: Distribution, names: list[str]) -> dict[str, str | None]:
    """Distribute a product and its devices with the given names.

    Returns:
        The error code by device name, or None for a device that was distributed.
    """
    _store_product_distribution(ctx, distribution)
    devices = {device["device_name"]: device for device in find_devices_by_name(ctx, distribution.product_key, names)}
    all_distributions = distributions_by_device(ctx, [device["iot_id"] for device in devices.values()])
    codes: dict[str, str | None] = {}
    for name in names:
        device = devices.get(name)
        if device is None:
            codes[name] = "iot.device.NotExistedDevice"
            continue
        distributions = all_distributions.get(device["iot_id"], [])
        if not _is_movable(distribution, distributions):
            codes[name] = "iot.provisioning.NotDeviceOwner"
            continue
        _move_device(ctx, distribution, device, distributions)
        codes[name] = None
    return codes


@operation
def list_distributed_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: List distributed devices, the most recent first.

    A device that is in several instances is listed once for each instance.
    """
    page = requested_page(ctx, p)
    filters = omit_none(
        **{
            "distributed_device.product_key": p.get("ProductKey") or None,
            "device_name": p.get("DeviceName") or None,
            "source_instance_id": p.get("SourceInstanceId") or None,
            "target_uid": p.get("TargetUid") or None,
        }
    )
    terms = [f"{name} = ?" for name in filters]
    rows, total = ctx.store.page_of(
        "SELECT distributed_device.*, device_name FROM distributed_device JOIN device USING (iot_id)"
        + (f" WHERE {' AND '.join(terms)}" if terms else ""),
        filters.values(),
        page.offset,
        page.size,
        "distributed_device.modified_at DESC, distributed_device.rowid DESC",
    )
    items = [
        {**_render_distribution(ctx, row), "DeviceName": row["device_name"], "GmtModified": row["modified_at"]}
        for row in rows
    ]
    return {"Data": {"Info": {"items": items}, "Total": total}}


@operation
def list_distributed_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual chapter 4.2: List distributed products, the most recent first."""
    page = requested_page(ctx, p)
    filters = omit_none(
        product_key=p.get("ProductKey") or None,
        source_instance_id=p.get("SourceInstanceId") or None,
        target_instance_id=p.get("TargetInstanceId") or None,
        target_uid=p.get("TargetUid") or None,
    )
    rows, total = ctx.store.page(
        "distributed_product", page.offset, page.size, "created_at DESC, rowid DESC", **filters
    )
    return {"Data": {"Info": {"items": [_render_distribution(ctx, row) for row in rows]}, "Total": total}}


def _store_product_distribution(ctx: Context, distribution: Distribution) -> None:
    """Store the instances of a product. It always remains in its home instance, which is not stored."""
    distribution_row = ctx.store.one("distributed_product", product_key=distribution.product_key)
    home = distribution_row["home_instance_id"] if distribution_row else distribution.source
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
                created_at=distribution.requested_at,
            )


def _is_movable(distribution: Distribution, distributions: list[Row]) -> bool:
    """Return whether a device with these current distributions can be distributed from the source of the job."""
    if not distributions:
        return True
    return distribution.source in {
        distributions[0]["home_instance_id"],
        *(distribution_row["target_instance_id"] for distribution_row in distributions),
    }


def _move_device(ctx: Context, distribution: Distribution, device: Row, distributions: list[Row]) -> None:
    """Store the new instances of a device and notify it. A device that is back home has no stored instances."""
    home = distributions[0]["home_instance_id"] if distributions else distribution.source
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
                created_at=distribution.requested_at,
                modified_at=ctx.now,
            )
    if device["online"]:
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/bootstrap/notify"
        downlink.send_alink_message(ctx, device, topic, _BOOTSTRAP, _RECONNECT)


def _render_distribution(ctx: Context, row: Row) -> Row:
    """Return the members that the lists of devices and of products have in common."""
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
