# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Audio and video licenses of products and devices (manual chapter 4.21.3).

The API has no operation to buy licenses: the emulator grants as many as an account uses. License a product first, then
its devices. Devices are licensed one after the other; the reply reports the progress.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import operation_pages, requested_page
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
    licensed_at INTEGER NOT NULL,  -- in the future while the device waits to be licensed
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
    device TEXT NOT NULL,  -- as in the request: an id or a name
    error TEXT  -- NULL if the device got the license
);
CREATE INDEX IF NOT EXISTS license_progress_entry_by_time ON license_progress_entry (number, done_at);
"""

LICENSE_CODES = ("480P", "720P")

#: Validity of a license in milliseconds: three years, as in the example of the manual.
VALIDITY = 3 * 365 * 24 * 3600 * 1000

#: How long licensing one device takes, in milliseconds.
TIME_PER_DEVICE = 10

_PAGE_SIZE = 20
_MIN_PROGRESS = 1  # percent


@operation
def bind_license_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.3.1: License a product.

    A product can have both licenses. Do nothing if it already has the license.
    """
    product, license_code = _find_product_license(ctx, p)
    ctx.store.put(
        "product_license",
        ("product_key", "license_code"),
        product_key=product["product_key"],
        license_code=license_code,
    )
    return {"Data": True}


@operation
def unbind_license_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.3.2: Remove a license from a product. Its devices keep their licenses."""
    product, license_code = _find_product_license(ctx, p)
    _check_licensed(ctx, product, license_code)
    ctx.store.delete("product_license", product_key=product["product_key"], license_code=license_code)
    return {"Data": True}


@operation
def bind_license_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.3.3: License devices. An existing license of a device is left unchanged."""
    product, license_code = _find_product_license(ctx, p)
    _check_licensed(ctx, product, license_code)
    devices = _find_devices(ctx, product, p)
    number = ctx.store.insert("license_progress", product_key=product["product_key"], license_code=license_code)
    for position, (name, device) in enumerate(devices.items(), 1):
        done_at = ctx.now + position * TIME_PER_DEVICE
        error = None
        if device is None:
            error = "The product has no such device"
        else:
            _license_device(ctx, device, license_code, done_at)
        ctx.store.insert("license_progress_entry", number=number, done_at=done_at, device=name, error=error)
    return {"Data": {"CheckProgressId": str(number), **_progress_to_reply(ctx, number)}}


@operation
def check_bind_license_device_progress(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.3.4: Read the progress of licensing devices."""
    product, license_code = _find_product_license(ctx, p)
    requested = ctx.store.one(
        "license_progress",
        number=p["CheckProgressId"],
        product_key=product["product_key"],
        license_code=license_code,
    )
    if requested is None:
        raise ApiError("iot.system.IllegalRequest", "CheckProgressId does not exist")
    return {"Data": _progress_to_reply(ctx, requested["number"])}


@operation
def query_license_device_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.3.5: List licensed devices, last licensed first."""
    page = requested_page(ctx, {operation_pages(ctx).size: _PAGE_SIZE, **p})
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
    listed = [_to_reply(device) for device in devices]
    return {"Data": {"DeviceList": {"item": listed}, "PageId": page.number, "PageSize": page.size, "Total": total}}


def _find_product_license(ctx: Context, p: dict[str, Any]) -> tuple[Row, str]:
    """Return the row of the product and the license code of a request. Raise ApiError if either does not exist."""
    return find_product(ctx, p["ProductKey"]), _parse_license_code(p["LicenseCode"])


def _parse_license_code(license_code: str) -> str:
    if license_code not in LICENSE_CODES:
        raise ApiError("iot.common.InvalidFormattedParameter", f"LicenseCode must be one of {', '.join(LICENSE_CODES)}")
    return license_code


def _check_licensed(ctx: Context, product: Row, license_code: str) -> None:
    """Raise ApiError if a product does not have a license."""
    if not ctx.store.one("product_license", product_key=product["product_key"], license_code=license_code):
        raise ApiError(
            "iot.system.IllegalRequest",
            f"The product does not have the license {license_code}: bind it to the product first",
        )


def _find_devices(ctx: Context, product: Row, p: dict[str, Any]) -> dict[str, Row | None]:
    """Return the devices in a request by id or name, without duplicates.

    The value is None if the product has no such device.
    """
    product_key = product["product_key"]
    by_id = {row["iot_id"]: row for row in ctx.store.all("device", product_key=product_key, iot_id=p["IotIdList"])}
    requested = {iot_id: by_id.get(iot_id) for iot_id in p["IotIdList"]}
    names = p.get("DeviceNameList", [])
    by_name = {row["device_name"]: row for row in find_devices_by_name(ctx, product_key, names)}
    requested |= {
        name: by_name.get(name) for name in names if name not in by_name or by_name[name]["iot_id"] not in by_id
    }
    return requested


def _license_device(ctx: Context, device: Row, license_code: str, at: int) -> None:
    if ctx.store.one("device_license", iot_id=device["iot_id"], license_code=license_code):
        return
    ctx.store.insert(
        "device_license",
        iot_id=device["iot_id"],
        license_code=license_code,
        licensed_at=at,
        expires_at=at + VALIDITY,
    )


def _progress_to_reply(ctx: Context, number: int) -> Row:
    """Return the progress of licensing devices. The CSV file lists the devices that have failed so far."""
    total = ctx.store.count("license_progress_entry", number=number)
    finished = ctx.store.rows(
        "SELECT device, error FROM license_progress_entry WHERE number = ? AND done_at <= ? ORDER BY rowid",
        number,
        ctx.now,
    )
    failed = [entry for entry in finished if entry["error"]]
    return {
        "Progress": max(_MIN_PROGRESS, len(finished) * 100 // total),
        "SuccessSum": len(finished) - len(failed),
        "FailSum": len(failed),
        "ResultCsvFile": publish_file(ctx, _to_csv(failed).encode(), "csv", "text/csv"),
    }


def _to_csv(failed: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Device", "ErrorMessage"))
    writer.writerows((entry["device"], entry["error"]) for entry in failed)
    return text.getvalue()


def _conditions(ctx: Context, p: dict[str, Any]) -> tuple[list[str], list[Any]]:
    """Return SQL conditions and their values for the filters of a request.

    Raises:
        ApiError: a filter is invalid, or its product or device does not exist.
    """
    start, end = p.get("StartTime"), p.get("EndTime")
    if start is not None and end is not None and start > end:
        raise ApiError("iot.check.ParameterIsNotLessThanMax", "StartTime must not be later than EndTime")
    terms = ["licensed_at <= ?"]
    values: list[Any] = [ctx.now if end is None else min(end, ctx.now)]
    if start is not None:
        terms.append("licensed_at >= ?")
        values.append(start)
    if p.get("LicenseCode"):
        terms.append("license_code = ?")
        values.append(_parse_license_code(p["LicenseCode"]))
    if p.get("ProductKey"):
        terms.append("device.product_key = ?")
        values.append(find_product(ctx, p["ProductKey"])["product_key"])
    if p.get("IotId"):
        terms.append("iot_id = ?")
        values.append(find_device(ctx, {"IotId": p["IotId"]})["iot_id"])
    return terms, values


def _to_reply(device: Row) -> Row:
    return {
        "IotId": device["iot_id"],
        "ProductKey": device["product_key"],
        "ProductName": device["product_name"],
        "DeviceName": device["device_name"],
        "LicenseCode": device["license_code"],
        "GmtCreate": device["licensed_at"],
        "ExpiryTime": device["expires_at"],
    }
