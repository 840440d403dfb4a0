# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Audio and video licences of products and devices (the manual's chapter 4.21.3).

No operation buys licences: the account has as many as it uses. A product is licensed first, then its devices, one after
the other; a reply tells how far that has come.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, find_devices_by_name
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

TABLES = """
CREATE TABLE IF NOT EXISTS product_license (
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    license_code TEXT NOT NULL,
    PRIMARY KEY (product_key, license_code)
);
CREATE TABLE IF NOT EXISTS device_license (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    license_code TEXT NOT NULL,
    licensed_at INTEGER NOT NULL,  -- ahead of now while the device waits for its turn
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, license_code)
);
CREATE INDEX IF NOT EXISTS device_license_by_age ON device_license (licensed_at);
CREATE TABLE IF NOT EXISTS license_progress (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    license_code TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS license_progress_by_product ON license_progress (product_key);
CREATE TABLE IF NOT EXISTS license_progress_entry (
    number INTEGER NOT NULL REFERENCES license_progress ON DELETE CASCADE,
    done_at INTEGER NOT NULL,
    device TEXT NOT NULL,  -- as the call named it
    error TEXT  -- NULL where it got its licence
);
CREATE INDEX IF NOT EXISTS license_progress_entry_by_time ON license_progress_entry (number, done_at);
"""

LICENSE_CODES = ("480P", "720P")

#: How long a licence is good for, in milliseconds: three years, as in the manual's example.
GOOD_FOR = 3 * 365 * 24 * 3600 * 1000

#: How long the platform takes for each device, in milliseconds.
TIME_EACH = 10

_PAGE_SIZE = 20
_LEAST_PROGRESS = 1  # per cent


@operation
def bind_license_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.3.1: a product can have both licences, and one that it has already stays."""
    product, license_code = _asked(ctx, p)
    ctx.store.put(
        "product_license",
        ("product_key", "license_code"),
        product_key=product["product_key"],
        license_code=license_code,
    )
    return {"Data": True}


@operation
def unbind_license_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.3.2: its devices keep the licences that they have."""
    product, license_code = _asked(ctx, p)
    _check_licensed(ctx, product, license_code)
    ctx.store.delete("product_license", product_key=product["product_key"], license_code=license_code)
    return {"Data": True}


@operation
def bind_license_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.3.3: a licence that a device has already stays as it is."""
    product, license_code = _asked(ctx, p)
    _check_licensed(ctx, product, license_code)
    devices = _devices_asked(ctx, product, p)
    number = ctx.store.insert("license_progress", product_key=product["product_key"], license_code=license_code)
    for place, (name, device) in enumerate(devices.items(), 1):
        done_at = ctx.now + place * TIME_EACH
        error = None
        if device is None:
            error = "The product has no such device"
        else:
            _license(ctx, device, license_code, done_at)
        ctx.store.insert("license_progress_entry", number=number, done_at=done_at, device=name, error=error)
    return {"Data": {"CheckProgressId": str(number), **_progress(ctx, number)}}


@operation
def check_bind_license_device_progress(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.3.4"""
    product, license_code = _asked(ctx, p)
    asked = ctx.store.one(
        "license_progress",
        number=p["CheckProgressId"],
        product_key=product["product_key"],
        license_code=license_code,
    )
    if asked is None:
        raise ApiError("iot.system.IllegalRequest", "Nothing with this CheckProgressId was begun")
    return {"Data": _progress(ctx, asked["number"])}


@operation
def query_license_device_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.3.5: the last licensed first."""
    page = requested_page(ctx, {ctx.operation.pages.size: _PAGE_SIZE, **p})
    terms, values = _conditions(ctx, p)
    devices, total = ctx.store.page_of(
        "SELECT device_license.*, device.device_name, product.product_key, product.product_name "
        "FROM device_license JOIN device USING (iot_id) JOIN product USING (product_key) "
        f"WHERE {' AND '.join(terms)}",
        values,
        page.offset,
        page.size,
        "licensed_at DESC, device_license.rowid DESC",
    )
    listed = [_written(device) for device in devices]
    return {"Data": {"DeviceList": {"item": listed}, "PageId": page.number, "PageSize": page.size, "Total": total}}


def _asked(ctx: Context, p: dict[str, Any]) -> tuple[Row, str]:
    """The product and the licence that a call means. Raises ApiError where there is no such one."""
    return find_product(ctx, p["ProductKey"]), _license_code(p["LicenseCode"])


def _license_code(license_code: str) -> str:
    if license_code not in LICENSE_CODES:
        raise ApiError("iot.common.InvalidFormattedParameter", f"LicenseCode is one of {', '.join(LICENSE_CODES)}")
    return license_code


def _check_licensed(ctx: Context, product: Row, license_code: str) -> None:
    """Raise ApiError where a product does not have a licence."""
    if not ctx.store.one("product_license", product_key=product["product_key"], license_code=license_code):
        raise ApiError("iot.system.IllegalRequest", f"The product does not have the licence {license_code}")


def _devices_asked(ctx: Context, product: Row, p: dict[str, Any]) -> dict[str, Row | None]:
    """The product's devices that a call lists by id and by name, each once; None where there is no such one."""
    product_key = product["product_key"]
    by_id = {row["iot_id"]: row for row in ctx.store.all("device", product_key=product_key, iot_id=p["IotIdList"])}
    asked = {iot_id: by_id.get(iot_id) for iot_id in p["IotIdList"]}
    names = p.get("DeviceNameList", [])
    by_name = {row["device_name"]: row for row in find_devices_by_name(ctx, product_key, names)}
    asked |= {name: by_name.get(name) for name in names if name not in by_name or by_name[name]["iot_id"] not in by_id}
    return asked


def _license(ctx: Context, device: Row, license_code: str, at: int) -> None:
    if ctx.store.one("device_license", iot_id=device["iot_id"], license_code=license_code):
        return
    ctx.store.insert(
        "device_license",
        iot_id=device["iot_id"],
        license_code=license_code,
        licensed_at=at,
        expires_at=at + GOOD_FOR,
    )


def _progress(ctx: Context, number: int) -> Row:
    """How far the licensing of devices has come; the file lists those that could not get a licence so far."""
    total = ctx.store.count("license_progress_entry", number=number)
    done = ctx.store.rows(
        "SELECT device, error FROM license_progress_entry WHERE number = ? AND done_at <= ? ORDER BY rowid",
        number,
        ctx.now,
    )
    failed = [entry for entry in done if entry["error"]]
    return {
        "Progress": max(_LEAST_PROGRESS, len(done) * 100 // total),
        "SuccessSum": len(done) - len(failed),
        "FailSum": len(failed),
        "ResultCsvFile": publish_file(ctx, _as_csv(failed).encode(), "csv", "text/csv"),
    }


def _as_csv(failed: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Device", "ErrorMessage"))
    writer.writerows((entry["device"], entry["error"]) for entry in failed)
    return text.getvalue()


def _conditions(ctx: Context, p: dict[str, Any]) -> tuple[list[str], list[Any]]:
    """The SQL terms, and their values, for the licences that a call asks for. Raises ApiError for what is not there."""
    start, end = p.get("StartTime"), p.get("EndTime")
    if start is not None and end is not None and start > end:
        raise ApiError("iot.check.ParametersNotLessThanMax", "StartTime must not be later than EndTime")
    terms = ["licensed_at <= ?"]
    values: list[Any] = [ctx.now if end is None else min(end, ctx.now)]
    if start is not None:
        terms.append("licensed_at >= ?")
        values.append(start)
    if p.get("LicenseCode"):
        terms.append("license_code = ?")
        values.append(_license_code(p["LicenseCode"]))
    if p.get("ProductKey"):
        terms.append("device.product_key = ?")
        values.append(find_product(ctx, p["ProductKey"])["product_key"])
    if p.get("IotId"):
        terms.append("iot_id = ?")
        values.append(find_device(ctx, {"IotId": p["IotId"]})["iot_id"])
    return terms, values


def _written(device: Row) -> Row:
    return {
        "IotId": device["iot_id"],
        "ProductKey": device["product_key"],
        "ProductName": device["product_name"],
        "DeviceName": device["device_name"],
        "LicenseCode": device["license_code"],
        "GmtCreate": device["licensed_at"],
        "ExpiryTime": device["expires_at"],
    }
