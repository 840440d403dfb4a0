# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registering many devices at a time (the manual's chapter 4.8).

Names are handed in, checked a while later, then registered on demand, which takes a while again. The application that
holds it all together is known by its ApplyId.
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
    device_name TEXT,  -- NULL where the platform chooses it
    nickname TEXT,
    error TEXT,  -- why there can be no such device
    iot_id TEXT REFERENCES device ON DELETE SET NULL,  -- once it is registered
    PRIMARY KEY (apply_id, number)
);
CREATE INDEX IF NOT EXISTS device_application_entry_by_device ON device_application_entry (iot_id);
"""

#: How many devices one application can have.
MAX_DEVICES = 1000

CHECK = "CHECK"
CHECK_SUCCESS = "CHECK_SUCCESS"
CHECK_FAILED = "CHECK_FAILED"
CREATE = "CREATE"
CREATE_SUCCESS = "CREATE_SUCCESS"
CREATE_FAILED = "CREATE_FAILED"

_CHECK = "check_device_names"
_CREATE = "create_devices"

# How long the platform takes for an application, in milliseconds: in any case, and for each device more.
_TIME = 1000
_TIME_EACH = 2

# Ids have seven digits from the first on.
_FIRST_ID = 1_000_001

_JAPANESE = "\u3040-\u30ff"
_NICKNAME = re.compile(rf"[{CHINESE}{_JAPANESE}A-Za-z0-9_]+")

_MALFORMED_NAME = "The device name is malformed"
_MALFORMED_NICKNAME = "The nickname is malformed"
_REPEATED_NAME = "The device name occurs more than once"
_EXISTING_NAME = "The product has a device of this name"

# The code for a call with several faults is that of the first of these.
_CODES = {
    _MALFORMED_NAME: "iot.device.InvalidFormattedDeviceName",
    _MALFORMED_NICKNAME: "iot.device.InvalidDeviceNickNameExisted",
    _REPEATED_NAME: "iot.device.InvalidDeviceParams",
}


@operation(too_many=TRUNCATE)
def batch_check_device_names(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.15: what is wrong with the names themselves is said at once; whether they are free, later."""
    product = find_product(ctx, p["ProductKey"])
    entries = [
        {"device_name": entry.get("DeviceName", ""), "nickname": entry.get("DeviceNickname") or None}
        for entry in p.get("DeviceNameList") or [{"DeviceName": name} for name in p.get("DeviceName", [])]
    ]
    if not entries:
        raise ApiError("iot.device.NoneDeviceNameElement")
    _check_entries(entries)
    apply_id = _apply(ctx, product["product_key"], CHECK, entries)
    _do_later(ctx, _CHECK, apply_id, len(entries))
    return {"Data": {"ApplyId": apply_id}}


@operation
def batch_register_device_with_apply_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.16: once, after the names were checked and found good."""
    application = _find_application(ctx, p["ApplyId"], p["ProductKey"])
    if application["status"] in (CHECK, CREATE):
        raise ApiError("iot.device.CreateDeviceTasksRunning")
    if application["status"] == CHECK_FAILED:
        raise ApiError("iot.device.IncorrentDeviceApplyInfo", "The names of this application were not accepted")
    if application["status"] != CHECK_SUCCESS:
        raise ApiError("iot.device.ApplyManyDevicesFailed", "The devices of this application were registered before")
    apply_id = application["apply_id"]
    ctx.store.update("device_application", {"status": CREATE}, apply_id=apply_id)
    _do_later(ctx, _CREATE, apply_id, ctx.store.count("device_application_entry", apply_id=apply_id))
    return {"Data": {"ApplyId": apply_id}}


@operation
def batch_register_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.17: the platform chooses the names."""
    product = find_product(ctx, p["ProductKey"])
    if p["Count"] < 1:
        raise ApiError("iot.device.InvalidDeviceParams", "Count is at least 1")
    if p["Count"] > MAX_DEVICES:
        raise ApiError("iot.device.DeviceCountExceeded")
    entries = [{"device_name": None, "nickname": None}] * p["Count"]
    apply_id = _apply(ctx, product["product_key"], CREATE, entries)
    _do_later(ctx, _CREATE, apply_id, len(entries))
    return {"Data": {"ApplyId": apply_id}}


@operation
def query_batch_register_device_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.19: names are listed as valid only if all of them are."""
    application = _find_application(ctx, p["ApplyId"], p["ProductKey"])
    status = application["status"]
    valid = invalid = []
    if status in (CHECK_SUCCESS, CREATE_SUCCESS):
        valid = _entries(ctx, application)
    elif status in (CHECK_FAILED, CREATE_FAILED):
        invalid = [entry for entry in _entries(ctx, application) if entry["error"]]
    details = [
        omit_none(DeviceName=entry["device_name"], NickName=entry["nickname"], ErrorMsg=entry["error"]) for entry in invalid
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
    """Manual section 4.8.20: the devices that were registered and not deleted since."""
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
    listed = [
        {
            "IotId": device["iot_id"],
            "DeviceId": legacy_id(device),
            "DeviceName": device["device_name"],
            "DeviceSecret": device["device_secret"],
        }
        for device in devices
    ]
    return {
        "ApplyDeviceList": {"ApplyDeviceInfo": listed},
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


@when_due(_CHECK)
def _check_names(ctx: Context, payload: dict[str, Any]) -> None:
    application = ctx.store.one("device_application", apply_id=payload["apply_id"])
    if application is None:  # went with its product
        return
    taken = ctx.store.execute(
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
    _end(ctx, application, CHECK_FAILED if taken else CHECK_SUCCESS)


@when_due(_CREATE)
def _create_devices(ctx: Context, payload: dict[str, Any]) -> None:
    """Register what can be; a name that was taken since the check fails alone."""
    application = ctx.store.one("device_application", apply_id=payload["apply_id"])
    if application is None:  # went with its product
        return
    failed = False
    created = []
    for entry in _entries(ctx, application):
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
    _end(ctx, application, CREATE_FAILED if failed else CREATE_SUCCESS)


def _apply(ctx: Context, product_key: str, status: str, entries: list[Row]) -> int:
    """Keep an application and return its ApplyId."""
    application = {"product_key": product_key, "status": status, "created_at": ctx.now}
    if not ctx.store.value("SELECT count(*) FROM sqlite_sequence WHERE name = 'device_application'"):
        application["apply_id"] = _FIRST_ID
    apply_id = ctx.store.insert("device_application", **application)
    for number, entry in enumerate(entries):
        ctx.store.insert("device_application_entry", apply_id=apply_id, number=number, **entry)
    return apply_id


def _do_later(ctx: Context, kind: str, apply_id: int, count: int) -> None:
    ctx.schedule(ctx.now + _TIME + count * _TIME_EACH, kind, apply_id=apply_id)


def _end(ctx: Context, application: Row, status: str) -> None:
    ctx.store.update("device_application", {"status": status}, apply_id=application["apply_id"])


def _entries(ctx: Context, application: Row) -> list[Row]:
    return ctx.store.all("device_application_entry", "number", apply_id=application["apply_id"])


def _find_application(ctx: Context, apply_id: int, product_key: str | None = None) -> Row:
    """The row of an application, and of a product's where one is given. Raises ApiError where there is none."""
    if apply_id < 1:
        raise ApiError("iot.device.InvalidFormattedApplyId")
    if product_key is not None:
        find_product(ctx, product_key)
    application = ctx.store.one("device_application", **omit_none(apply_id=apply_id, product_key=product_key))
    if application is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound")
    return application


def _check_entries(entries: list[Row]) -> None:
    """Raise ApiError, with all that is wrong in its reply, for names that no product takes."""
    occurrences = Counter(entry["device_name"] for entry in entries)
    found = [(entry, fault) for entry in entries for fault in _faults(entry, occurrences)]
    if not found:
        return

    def having(fault: str, column: str) -> list[str]:
        return list(dict.fromkeys(entry[column] for entry, its_fault in found if its_fault == fault))

    details = [
        omit_none(DeviceName=entry["device_name"], NickName=entry["nickname"], ErrorMsg=fault) for entry, fault in found
    ]
    data = {
        "InvalidDeviceNameList": {"InvalidDeviceName": having(_MALFORMED_NAME, "device_name")},
        "InvalidDeviceNicknameList": {"InvalidDeviceNickname": having(_MALFORMED_NICKNAME, "nickname")},
        "RepeatedDeviceNameList": {"RepeatDevieNameList": having(_REPEATED_NAME, "device_name")},
        "InvalidDetailList": {"InvalidDetailList": details},
    }
    faults = {fault for _entry, fault in found}
    raise ApiError(next(code for fault, code in _CODES.items() if fault in faults), Data=data)


def _faults(entry: Row, occurrences: Counter) -> list[str]:
    """What is wrong with an entry by itself or among the others."""
    name = entry["device_name"]
    nickname = entry["nickname"]
    faults = []
    if not is_device_name(name):
        faults.append(_MALFORMED_NAME)
    if nickname and not is_valid_name(nickname, _NICKNAME, MIN_NICKNAME_WIDTH, MAX_NICKNAME_WIDTH):
        faults.append(_MALFORMED_NICKNAME)
    if occurrences[name] > 1:
        faults.append(_REPEATED_NAME)
    return faults
