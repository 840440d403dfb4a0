# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Importing devices with the secrets that they have already (the manual's chapter 4.8).

On the cloud that is for products of an MQTT cloud gateway, which no operation makes or tells from others: here any
product takes imported devices.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import TRUNCATE, Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.services.device.device import (
    add_device,
    find_devices_by_name,
    is_device_name,
)
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS device_import (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS device_import_by_product ON device_import (product_key);
CREATE TABLE IF NOT EXISTS imported_device (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    sn TEXT,
    import_number INTEGER REFERENCES device_import ON DELETE CASCADE  -- NULL where it came alone
);
CREATE INDEX IF NOT EXISTS imported_device_by_import ON imported_device (import_number);
"""

#: The page from which on an import cannot be read.
MAX_PAGES = 10_000

# Far from the ids of applications to register devices, so that neither is taken for the other.
_BEFORE_FIRST_ID = 2_000_000

_SECRET = re.compile(r"[A-Za-z0-9_.:@-]{1,32}")
_SN = re.compile(r"[A-Za-z0-9_]{1,64}")
_NICKNAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")  # the manual names no Chinese, but its example is
_NICKNAME_WIDTH = (1, 64)

_MALFORMED_NAME = "The device name is malformed"
_MALFORMED_SECRET = "The device secret is malformed"
_MALFORMED_SN = "The serial number is malformed"
_REPEATED_NAME = "The device name occurs more than once, or the product has a device of this name"

# What lists the faulty values in a reply, and the list's own name where it has one inside.
_LISTS = {
    _MALFORMED_NAME: ("InvalidDeviceNameList", "invalidDeviceName", "DeviceName"),
    _MALFORMED_SECRET: ("InvalidDeviceSecretList", "invalidDeviceSecret", "DeviceSecret"),
    _MALFORMED_SN: ("InvalidSnList", "invalidSn", "Sn"),
    _REPEATED_NAME: ("RepeatedDeviceNameList", "repeatedDeviceName", "DeviceName"),
}


@operation
def import_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.41: Import a device with its own secret."""
    product = find_product(ctx, p["ProductKey"])
    if not is_device_name(p["DeviceName"]):
        raise ApiError("iot.device.InvalidFormattedDeviceName")
    if not _SECRET.fullmatch(p["DeviceSecret"]):
        raise ApiError("iot.device.InvalidDeviceParams", _MALFORMED_SECRET)
    nickname = p.get("Nickname") or None
    if nickname and not is_valid_name(nickname, _NICKNAME, *_NICKNAME_WIDTH):
        raise ApiError("iot.device.InvalidDeviceNickNameExisted")
    sn = p.get("Sn") or None
    if sn and not _SN.fullmatch(sn):
        raise ApiError("iot.device.InvalidDeviceParams", _MALFORMED_SN)
    device = _import(ctx, product["product_key"], p["DeviceName"], p["DeviceSecret"], sn, nickname=nickname)
    lifecycle_message.forward_device_events(ctx, [device], lifecycle_message.CREATED)
    data = omit_none(
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        DeviceName=device["device_name"],
        DeviceSecret=device["device_secret"],
        Nickname=nickname,
        Sn=sn,
    )
    return {"Data": data}


@operation(too_many=TRUNCATE)
def batch_import_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.42: all devices or none."""
    product_key = find_product(ctx, p["ProductKey"])["product_key"]
    entries = _entries(p)
    found = _faults(ctx, product_key, entries)
    if found:
        data = {name: {inner: having} for name, inner, having in _having(found)}
        raise ApiError(
            "iot.device.ApplyManyDevicesFailed",
            Data={**data, "InvalidDetailList": {"InvalidDetailList": _details(found)}},
        )
    number = ctx.store.insert("device_import", product_key=product_key, created_at=ctx.now)
    devices = [
        _import(ctx, product_key, entry["DeviceName"], entry["DeviceSecret"], entry.get("Sn"), number)
        for entry in entries
    ]
    lifecycle_message.forward_device_events(ctx, devices, lifecycle_message.CREATED)
    return {"Data": {"ApplyId": _BEFORE_FIRST_ID + number}}


@operation(too_many=TRUNCATE)
def batch_check_import_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.44: answers what BatchImportDevice would refuse, and nothing where it would refuse nothing."""
    product = find_product(ctx, p["ProductKey"])
    found = _faults(ctx, product["product_key"], _entries(p))
    if not found:
        return {}
    data = {name: having for name, _inner, having in _having(found)}
    return {"Data": {**data, "InvalidDetailList": _details(found)}}


@operation
def query_imported_device_by_apply_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.43: the devices that were not deleted since."""
    if p["PageNo"] > MAX_PAGES:
        raise ApiError("iot.common.InvalidPageParams", f"PageNo is at most {MAX_PAGES}")
    page = requested_page(ctx, p)
    batch = ctx.store.one("device_import", number=p["ApplyId"] - _BEFORE_FIRST_ID)
    if batch is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound")
    devices, total = ctx.store.page_of(
        "SELECT * FROM imported_device JOIN device USING (iot_id) WHERE import_number = ?",
        [batch["number"]],
        page.offset,
        page.size,
        "imported_device.rowid",
    )
    listed = [
        omit_none(
            ProductKey=device["product_key"],
            DeviceName=device["device_name"],
            DeviceSecret=device["device_secret"],
            Sn=device["sn"],
        )
        for device in devices
    ]
    return {
        "ProductKey": batch["product_key"],
        "DeviceList": {"device": listed},
        "PageNo": page.number,
        "PageSize": page.size,
        "TotalPage": page.count(total),
    }


def _import(
    ctx: Context, product_key: str, name: str, secret: str, sn: str | None, number: int | None = None, **columns: Any
) -> Row:
    """Register a device with its own secret and return its row; ``number`` is the import's that it is part of."""
    device = add_device(ctx, product_key, name, device_secret=secret, **columns)
    ctx.store.insert("imported_device", iot_id=device["iot_id"], sn=sn, import_number=number)
    return device


def _entries(p: dict[str, Any]) -> list[dict[str, str]]:
    """The devices of a call. Raises ApiError where there are none."""
    if not p.get("DeviceList"):
        raise ApiError("iot.device.NoneDeviceNameElement")
    return p["DeviceList"]


def _faults(ctx: Context, product_key: str, entries: list[dict[str, str]]) -> list[tuple[dict[str, str], str]]:
    """What is wrong with the entries, each with the entry that it is about."""
    taken = Counter(entry.get("DeviceName", "") for entry in entries)
    taken.update(device["device_name"] for device in find_devices_by_name(ctx, product_key, taken))
    found = []
    for entry in entries:
        name = entry.get("DeviceName", "")
        if not is_device_name(name):
            found.append((entry, _MALFORMED_NAME))
        if not _SECRET.fullmatch(entry.get("DeviceSecret", "")):
            found.append((entry, _MALFORMED_SECRET))
        if "Sn" in entry and not _SN.fullmatch(entry["Sn"]):
            found.append((entry, _MALFORMED_SN))
        if taken[name] > 1:
            found.append((entry, _REPEATED_NAME))
    return found


def _having(found: list[tuple[dict[str, str], str]]) -> list[tuple[str, str, list[str]]]:
    """For each kind of fault the names of its list, and the values that have it, each of them once."""
    return [
        (name, inner, list(dict.fromkeys(entry.get(member, "") for entry, its_fault in found if its_fault == fault)))
        for fault, (name, inner, member) in _LISTS.items()
    ]


def _details(found: list[tuple[dict[str, str], str]]) -> list[dict[str, str]]:
    return [{**entry, "ErrorMsg": fault} for entry, fault in found]
