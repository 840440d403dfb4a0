# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Register many devices with an application (manual chapter 4.8).

A client submits device names. The platform checks them after a delay and then registers the devices on request, after
another delay. The application that these steps belong to is identified by its ApplyId.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import TRUNCATE, Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.services.device.device import (
    MAX_NICKNAME_WIDTH,
    MIN_NICKNAME_WIDTH,
    add_device,
    is_device_name,
    legacy_id,
)
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS device_application (
    apply_id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS device_application_by_product ON device_application (product_key);
CREATE TABLE IF NOT EXISTS device_application_entry (
    apply_id INTEGER NOT NULL REFERENCES device_application ON DELETE CASCADE,
    number INTEGER NOT NULL,
    device_name TEXT,  -- NULL until the platform generates it
    nickname TEXT,
    error TEXT,  -- why the device cannot be registered
    iot_id TEXT REFERENCES device ON DELETE SET NULL,  -- NULL until the device is registered
    PRIMARY KEY (apply_id, number)
);
CREATE INDEX IF NOT EXISTS device_application_entry_by_device ON device_application_entry (iot_id);
"""

#: The maximum number of devices of one application.
MAX_DEVICES = 10_000
#: The maximum number for a product whose devices use X.509 certificates, which the platform issues one by one.
MAX_X509_DEVICES = 1_000

CHECK = "CHECK"
CHECK_SUCCESS = "CHECK_SUCCESS"
CHECK_FAILED = "CHECK_FAILED"
CREATE = "CREATE"
CREATE_SUCCESS = "CREATE_SUCCESS"
CREATE_FAILED = "CREATE_FAILED"

_CHECK = "check_device_names"
_CREATE = "create_devices"

# The duration of each step of an application, in milliseconds: a constant part and a part for each device.
_BASE_DURATION_MS = 1000
_DURATION_MS_PER_DEVICE = 2

# All ApplyIds have seven digits.
_FIRST_ID = 1_000_001

_JAPANESE = "\u3040-\u30ff"
_NICKNAME = re.compile(rf"[{CHINESE}{_JAPANESE}A-Za-z0-9_]+")

_MALFORMED_NAME = "The device name is malformed"
_MALFORMED_NICKNAME = "The nickname is malformed"
_REPEATED_NAME = "The device name occurs more than once"
_EXISTING_NAME = "The product has a device of this name"

# The error codes by error. A request with several errors gets the code of the first one in this order.
_CODES_BY_ERROR = {
    _MALFORMED_NAME: "iot.device.InvalidDeviceNameExisted",
    _MALFORMED_NICKNAME: "iot.device.InvalidDeviceNickNameExisted",
    _REPEATED_NAME: "iot.device.InvalidDeviceParams",
}


@operation(too_many=TRUNCATE)
def batch_check_device_names(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.15: Submit device names to be checked.

    Malformed and repeated names are an immediate error. The names that the product already has are found later.
    """
    product = find_product(ctx, p["ProductKey"])
    entries = [
        {"device_name": entry.get("DeviceName", ""), "nickname": entry.get("DeviceNickname") or None}
        for entry in p.get("DeviceNameList") or [{"DeviceName": name} for name in p.get("DeviceName", [])]
    ]
    if not entries:
        raise ApiError("iot.device.NoneDeviceNameElement")
    entries = entries[: _max_devices(product)]
    _validate_entries(entries)
    apply_id = _create_application(ctx, product["product_key"], CHECK, entries)
    _schedule(ctx, _CHECK, apply_id, len(entries))
    return {"Data": {"ApplyId": apply_id}}


@operation
def batch_register_device_with_apply_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.16: Register the devices of an application once, after a successful check of the names."""
    application = _find_application(ctx, p["ApplyId"], p["ProductKey"])
    if application["status"] in (CHECK, CREATE):
        raise ApiError("iot.device.CreateDeviceTaskIsRunning")
    if application["status"] == CHECK_FAILED:
        raise ApiError("iot.device.IncorrentDeviceApplyInfo", "The check of the names of this application failed")
    if application["status"] != CHECK_SUCCESS:
        raise ApiError("iot.device.ApplyManyDevicesFailed", "The devices of this application are already registered")
    apply_id = application["apply_id"]
    ctx.store.update("device_application", {"status": CREATE}, apply_id=apply_id)
    _schedule(ctx, _CREATE, apply_id, ctx.store.count("device_application_entry", apply_id=apply_id))
    return {"Data": {"ApplyId": apply_id}}


@operation
def batch_register_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.17: Register devices with names that the platform generates."""
    product = find_product(ctx, p["ProductKey"])
    if p["Count"] < 1:
        raise ApiError("iot.device.InvalidDeviceParams", "Count must be at least 1")
    if p["Count"] > _max_devices(product):
        raise ApiError("iot.device.DeviceCountExceeded")
    entries = [{"device_name": None, "nickname": None}] * p["Count"]
    apply_id = _create_application(ctx, product["product_key"], CREATE, entries)
    _schedule(ctx, _CREATE, apply_id, len(entries))
    return {"Data": {"ApplyId": apply_id}}


@operation
def query_batch_register_device_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.19: Return the status of an application.

    Names are listed as valid only if all of them are valid.
    """
    application = _find_application(ctx, p["ApplyId"], p["ProductKey"])
    status = application["status"]
    valid = invalid = []
    if status in (CHECK_SUCCESS, CREATE_SUCCESS):
        valid = _entries_of(ctx, application)
    elif status in (CHECK_FAILED, CREATE_FAILED):
        invalid = [entry for entry in _entries_of(ctx, application) if entry["error"]]
    details = [
        omit_none(DeviceName=entry["device_name"], NickName=entry["nickname"], ErrorMsg=entry["error"])
        for entry in invalid
    ]
    return {
        "Data": {
            "Status": status,
            "ValidList": {"Name": [entry["device_name"] for entry in valid]},
            "InvalidList": {"Name": [entry["device_name"] for entry in invalid]},
            "InvalidDetailList": {"invalidDetailList": details},
        }
    }


@operation
def query_page_by_apply_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.20: List the registered devices of an application, without devices deleted since then."""
    application = _find_application(ctx, p["ApplyId"])
    page = requested_page(ctx, p)
    devices, total = ctx.store.page_of(
        """
        SELECT device.* FROM device_application_entry AS entry JOIN device USING (iot_id) WHERE entry.apply_id = ?
        """,
        [application["apply_id"]],
        page.offset,
        page.size,
        "entry.number",
    )
    items = [
        {
            "IotId": device["iot_id"],
            "DeviceId": legacy_id(device),
            "DeviceName": device["device_name"],
            "DeviceSecret": device["device_secret"],
        }
        for device in devices
    ]
    return {
        "ApplyDeviceList": {"ApplyDeviceInfo": items},
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


@when_due(_CHECK)
def _check_names(ctx: Context, payload: dict[str, Any]) -> None:
    application = ctx.store.one("device_application", apply_id=payload["apply_id"])
    if application is None:  # deleted with its product
        return
    conflicts = ctx.store.execute(
        """
        UPDATE device_application_entry SET error = ? WHERE apply_id = ? AND EXISTS (
            SELECT 1 FROM device
            WHERE product_key = ? AND device.device_name = device_application_entry.device_name
        )
        """,
        _EXISTING_NAME,
        application["apply_id"],
        application["product_key"],
    )
    _finish(ctx, application, CHECK_FAILED if conflicts else CHECK_SUCCESS)


@when_due(_CREATE)
def _create_devices(ctx: Context, payload: dict[str, Any]) -> None:
    """Register the devices. A name that was registered since the check fails without affecting the others."""
    application = ctx.store.one("device_application", apply_id=payload["apply_id"])
    if application is None:  # deleted with its product
        return
    failed = False
    created = []
    for entry in _entries_of(ctx, application):
        try:
            device = add_device(ctx, application["product_key"], entry["device_name"], nickname=entry["nickname"])
        except ApiError as error:
            failed = True
            outcome = {"error": error.message}
        else:
            created.append(device)
            outcome = {"iot_id": device["iot_id"], "device_name": device["device_name"]}
        ctx.store.update("device_application_entry", outcome, apply_id=entry["apply_id"], number=entry["number"])
    lifecycle_message.forward_device_events(ctx, created, lifecycle_message.CREATED)
    _finish(ctx, application, CREATE_FAILED if failed else CREATE_SUCCESS)


def _max_devices(product: Row) -> int:
    return MAX_X509_DEVICES if product["auth_type"] == "x509" else MAX_DEVICES


def _create_application(ctx: Context, product_key: str, status: str, entries: list[Row]) -> int:
    """Store an application and return its ApplyId."""
    application = {"product_key": product_key, "status": status, "created_at": ctx.now}
    if not ctx.store.value("SELECT count(*) FROM sqlite_sequence WHERE name = 'device_application'"):
        application["apply_id"] = _FIRST_ID
    apply_id = ctx.store.insert("device_application", **application)
    for number, entry in enumerate(entries):
        ctx.store.insert("device_application_entry", apply_id=apply_id, number=number, **entry)
    return apply_id


def _schedule(ctx: Context, kind: str, apply_id: int, count: int) -> None:
    ctx.schedule(ctx.now + _BASE_DURATION_MS + count * _DURATION_MS_PER_DEVICE, kind, apply_id=apply_id)


def _finish(ctx: Context, application: Row, status: str) -> None:
    ctx.store.update("device_application", {"status": status}, apply_id=application["apply_id"])


def _entries_of(ctx: Context, application: Row) -> list[Row]:
    return ctx.store.all("device_application_entry", "number", apply_id=application["apply_id"])


def _find_application(ctx: Context, apply_id: int, product_key: str | None = None) -> Row:
    """Return the row of an application, which must be of ``product_key`` if set. Raise ApiError if none exists."""
    if apply_id < 1:
        raise ApiError("iot.device.InvalidFormattedApplyId")
    if product_key is not None:
        find_product(ctx, product_key)
    application = ctx.store.one("device_application", **omit_none(apply_id=apply_id, product_key=product_key))
    if application is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound")
    return application


def _validate_entries(entries: list[Row]) -> None:
    """Raise ApiError if entries are invalid in every product. The reply lists all errors."""
    occurrences = Counter(entry["device_name"] for entry in entries)
    errors = [(entry, error) for entry in entries for error in _find_errors(entry, occurrences)]
    if not errors:
        return

    def values_with(error: str, column: str) -> list[str]:
        return list(dict.fromkeys(entry[column] for entry, entry_error in errors if entry_error == error))

    details = [
        omit_none(DeviceName=entry["device_name"], NickName=entry["nickname"], ErrorMsg=error)
        for entry, error in errors
    ]
    data = {
        "InvalidDeviceNameList": {"InvalidDeviceName": values_with(_MALFORMED_NAME, "device_name")},
        "InvalidDeviceNicknameList": {"InvalidDeviceNickname": values_with(_MALFORMED_NICKNAME, "nickname")},
        "RepeatedDeviceNameList": {"RepeatDevieNameList": values_with(_REPEATED_NAME, "device_name")},
        "InvalidDetailList": {"InvalidDetailList": details},
    }
    kinds = {error for _entry, error in errors}
    raise ApiError(next(code for error, code in _CODES_BY_ERROR.items() if error in kinds), Data=data)


def _find_errors(entry: Row, occurrences: Counter) -> list[str]:
    """Return the errors of an entry: its own ones, and whether its name occurs more than once."""
    name = entry["device_name"]
    nickname = entry["nickname"]
    errors = []
    if not is_device_name(name):
        errors.append(_MALFORMED_NAME)
    if nickname and not is_valid_name(nickname, _NICKNAME, MIN_NICKNAME_WIDTH, MAX_NICKNAME_WIDTH):
        errors.append(_MALFORMED_NICKNAME)
    if occurrences[name] > 1:
        errors.append(_REPEATED_NAME)
    return errors
