# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Import devices with their existing secrets (manual chapter 4.8).

On the cloud, only products of an MQTT cloud gateway accept imported devices. No operation creates such a product or
identifies one, so the emulator accepts imported devices in every product.
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
    import_number INTEGER REFERENCES device_import ON DELETE CASCADE  -- NULL if ImportDevice imported it
);
CREATE INDEX IF NOT EXISTS imported_device_by_import ON imported_device (import_number);
"""

#: The highest page number of the devices of an import.
MAX_PAGES = 10_000

# Added to the number of an import to get its ApplyId. Keeps the ApplyIds of imports and of device applications apart.
_APPLY_ID_OFFSET = 2_000_000

_SECRET = re.compile(r"[A-Za-z0-9_.:@-]{1,32}")
_SN = re.compile(r"[A-Za-z0-9_]{1,64}")
_NICKNAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")  # the manual does not mention Chinese, but uses it in its example
_NICKNAME_WIDTH = (1, 64)

_MALFORMED_NAME = "The device name is malformed"
_MALFORMED_SECRET = "The device secret is malformed"
_MALFORMED_SN = "The serial number is malformed"
_REPEATED_NAME = "The device name occurs more than once, or the product has a device of this name"

# By error: the member of the reply that lists the invalid values, the name of the inner list (only some replies have
# one), and the parameter with the invalid value.
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
    """Manual section 4.8.42: Import several devices, all or none."""
    product_key = find_product(ctx, p["ProductKey"])["product_key"]
    entries = _requested_devices(p)
    errors = _find_errors(ctx, product_key, entries)
    if errors:
        data = {name: {inner_name: values} for name, inner_name, values in _invalid_values(errors)}
        raise ApiError(
            "iot.device.ApplyManyDevicesFailed",
            Data={**data, "InvalidDetailList": {"InvalidDetailList": _render_details(errors)}},
        )
    number = ctx.store.insert("device_import", product_key=product_key, created_at=ctx.now)
    devices = [
        _import(ctx, product_key, entry["DeviceName"], entry["DeviceSecret"], entry.get("Sn"), number)
        for entry in entries
    ]
    lifecycle_message.forward_device_events(ctx, devices, lifecycle_message.CREATED)
    return {"Data": {"ApplyId": _APPLY_ID_OFFSET + number}}


@operation(too_many=TRUNCATE)
def batch_check_import_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.44: Return the devices that BatchImportDevice would reject.

    The reply is empty if there are none.
    """
    product = find_product(ctx, p["ProductKey"])
    errors = _find_errors(ctx, product["product_key"], _requested_devices(p))
    if not errors:
        return {}
    data = {name: values for name, _inner, values in _invalid_values(errors)}
    return {"Data": {**data, "InvalidDetailList": _render_details(errors)}}


@operation
def query_imported_device_by_apply_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.43: List the devices of an import, without devices deleted since then."""
    if p["PageNo"] > MAX_PAGES:
        raise ApiError("iot.common.InvalidPageParams", f"PageNo must be at most {MAX_PAGES}")
    page = requested_page(ctx, p)
    device_import = ctx.store.one("device_import", number=p["ApplyId"] - _APPLY_ID_OFFSET)
    if device_import is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound")
    devices, total = ctx.store.page_of(
        "SELECT * FROM imported_device JOIN device USING (iot_id) WHERE import_number = ?",
        [device_import["number"]],
        page.offset,
        page.size,
        "imported_device.rowid",
    )
    items = [
        omit_none(
            ProductKey=device["product_key"],
            DeviceName=device["device_name"],
            DeviceSecret=device["device_secret"],
            Sn=device["sn"],
        )
        for device in devices
    ]
    return {
        "ProductKey": device_import["product_key"],
        "DeviceList": {"device": items},
        "PageNo": page.number,
        "PageSize": page.size,
        "TotalPage": page.count(total),
    }


def _import(
    ctx: Context, product_key: str, name: str, secret: str, sn: str | None, number: int | None = None, **columns: Any
) -> Row:
    """Register a device with its own secret and return its row; ``number`` is the number of its batch import."""
    device = add_device(ctx, product_key, name, device_secret=secret, **columns)
    ctx.store.insert("imported_device", iot_id=device["iot_id"], sn=sn, import_number=number)
    return device


def _requested_devices(p: dict[str, Any]) -> list[dict[str, str]]:
    """Return the devices of a request. Raise ApiError if there are none."""
    if not p.get("DeviceList"):
        raise ApiError("iot.device.NoneDeviceNameElement")
    return p["DeviceList"]


def _find_errors(ctx: Context, product_key: str, entries: list[dict[str, str]]) -> list[tuple[dict[str, str], str]]:
    """Return the errors of the entries, each as a pair of the entry and the error message."""
    name_counts = Counter(entry.get("DeviceName", "") for entry in entries)
    name_counts.update(device["device_name"] for device in find_devices_by_name(ctx, product_key, name_counts))
    errors = []
    for entry in entries:
        name = entry.get("DeviceName", "")
        if not is_device_name(name):
            errors.append((entry, _MALFORMED_NAME))
        if not _SECRET.fullmatch(entry.get("DeviceSecret", "")):
            errors.append((entry, _MALFORMED_SECRET))
        if "Sn" in entry and not _SN.fullmatch(entry["Sn"]):
            errors.append((entry, _MALFORMED_SN))
        if name_counts[name] > 1:
            errors.append((entry, _REPEATED_NAME))
    return errors


def _invalid_values(errors: list[tuple[dict[str, str], str]]) -> list[tuple[str, str, list[str]]]:
    """Return for each error the names of its list and of the inner list, and the invalid values without duplicates."""
    return [
        (
            name,
            inner_name,
            list(dict.fromkeys(entry.get(parameter, "") for entry, entry_error in errors if entry_error == error)),
        )
        for error, (name, inner_name, parameter) in _LISTS.items()
    ]


def _render_details(errors: list[tuple[dict[str, str], str]]) -> list[dict[str, str]]:
    return [{**entry, "ErrorMsg": error} for entry, error in errors]
