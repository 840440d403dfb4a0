# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices: create, find, read, list and nickname them (manual chapter 4.8)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from email.utils import formatdate
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.services.common.distributed import is_distributed
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS device (
    iot_id TEXT PRIMARY KEY,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    device_name TEXT NOT NULL,
    device_secret TEXT NOT NULL,
    nickname TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    online INTEGER NOT NULL DEFAULT 0,
    firmware_version TEXT,  -- of the default OTA module, as reported by the device
    ip_address TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    activated_at INTEGER,  -- NULL until the device connects for the first time
    online_at INTEGER,  -- when it last came online
    status_at INTEGER NOT NULL,  -- when the status last changed
    status TEXT AS (
        CASE WHEN NOT enabled THEN 'DISABLE' WHEN activated_at IS NULL THEN 'UNACTIVE'
             WHEN online THEN 'ONLINE' ELSE 'OFFLINE' END
    ),
    former_status TEXT,  -- before the last change; lists by status still show it for a while
    dev_eui TEXT,  -- only LoRaWAN devices have this column and the following ones
    join_eui TEXT,
    app_key_secret TEXT,
    lora_node_type TEXT,
    UNIQUE (product_key, device_name)
);
CREATE INDEX IF NOT EXISTS device_by_age ON device (product_key, created_at);
CREATE INDEX IF NOT EXISTS device_by_status ON device (status, created_at);
CREATE INDEX IF NOT EXISTS device_of_product_by_status ON device (product_key, status, created_at);
CREATE INDEX IF NOT EXISTS device_by_change ON device (status_at);
CREATE UNIQUE INDEX IF NOT EXISTS device_by_dev_eui ON device (dev_eui) WHERE dev_eui IS NOT NULL;
CREATE TRIGGER IF NOT EXISTS device_counted AFTER INSERT ON device BEGIN
    UPDATE product SET device_count = device_count + 1 WHERE product_key = NEW.product_key;
END;
CREATE TRIGGER IF NOT EXISTS device_discounted AFTER DELETE ON device BEGIN
    UPDATE product SET device_count = device_count - 1 WHERE product_key = OLD.product_key;
END;
CREATE TRIGGER IF NOT EXISTS device_changed AFTER UPDATE OF enabled, online, activated_at ON device
WHEN NEW.status IS NOT OLD.status BEGIN
    UPDATE device SET former_status = OLD.status WHERE iot_id = NEW.iot_id;
END;
"""

#: The region of all devices.
REGION = "cn-shanghai"

LEGACY_ID_LENGTH = 20
MIN_NICKNAME_WIDTH = 4
MAX_NICKNAME_WIDTH = 64

NEWEST_FIRST = "device.created_at DESC, device.rowid DESC"

_ID_END = "000100"
_SECRET_LENGTH = 32

_NAME = re.compile(r"[A-Za-z0-9_.:@-]+")
_NAME_WIDTH = (4, 32)
_NICKNAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")
_MAX_UPDATED_NICKNAME_WIDTH = 32  # a registration accepts longer nicknames than an update

# Positions in the list of a product's devices.
_MAX_POSITION_WITHOUT_TOKEN = 10_000
_MAX_POSITION = 500_000
_TOKEN = re.compile(r"(\d{1,15})\.(\d{1,15})", re.ASCII)


def find_device(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the row of the device that ``IotId``, or ``ProductKey`` and ``DeviceName``, of a request identify.

    ``IotId`` takes precedence.

    Raises:
        ApiError: The request does not identify a device, or the device does not exist.
    """
    iot_id = p.get("IotId")
    if not iot_id:
        return find_device_by_name(ctx, p.get("ProductKey", ""), p.get("DeviceName", ""))
    device = ctx.store.one("device", iot_id=iot_id)
    if device is None:
        if not (iot_id.isascii() and iot_id.isalnum()):
            raise ApiError("iot.device.InvalidIoTId")
        raise ApiError("iot.device.NotExistedDevice")
    return device


def find_device_by_name(ctx: Context, product_key: str, device_name: str) -> Row:
    """Return the row of the device with a name. Raise ApiError if an argument is empty or the device does not exist."""
    if not product_key:
        raise ApiError("iot.prod.NullProductKey")
    if not device_name:
        raise ApiError("iot.device.NullDeviceName")
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        raise ApiError("iot.device.NotExistedDevice")
    return device


def status_of(device: Row) -> str:
    """Return the status of a device: ``ONLINE``, ``OFFLINE``, ``UNACTIVE`` or ``DISABLE``."""
    return device["status"]


def is_device_name(name: str) -> bool:
    """Return whether a name is a valid device name."""
    return is_valid_name(name, _NAME, *_NAME_WIDTH)


def is_nickname(nickname: str, max_width: int = MAX_NICKNAME_WIDTH) -> bool:
    """Return whether a nickname is valid and at most ``max_width`` wide."""
    return is_valid_name(nickname, _NICKNAME, MIN_NICKNAME_WIDTH, max_width)


def add_device(ctx: Context, product_key: str, name: str | None = None, /, **columns: Any) -> Row:
    """Register a device and return its row.

    Args:
        ctx: The context of the request.
        product_key: The product of the device.
        name: The device name. A random one by default.
        columns: Values of further columns of the table.

    Raises:
        ApiError: The product already has a device of this name.
    """
    legacy_id = ids.alphanumeric(LEGACY_ID_LENGTH)
    name = name or legacy_id
    if ctx.store.one("device", product_key=product_key, device_name=name):
        distributed = is_distributed(ctx, product_key, name)
        raise ApiError("iot.device.DeviceHasDistributed" if distributed else "iot.device.AlreadyExistedDeviceName")
    iot_id = legacy_id + _ID_END
    secret = ids.hexadecimal(_SECRET_LENGTH)
    ctx.store.insert(
        "device",
        **{
            "iot_id": iot_id,
            "product_key": product_key,
            "device_name": name,
            "device_secret": secret,
            "created_at": ctx.now,
            "modified_at": ctx.now,
            "status_at": ctx.now,
            **columns,
        },
    )
    return ctx.store.require("device", iot_id=iot_id)


@operation
def query_device_info(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.5: Return the identifiers and the secret of a device."""
    device = find_device(ctx, p)
    data = omit_none(
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        DeviceName=device["device_name"],
        DeviceSecret=device["device_secret"],
        Nickname=device["nickname"],
    )
    return {"Data": data}


@operation
def query_device_detail(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.6: Return the details of a device."""
    device = find_device(ctx, p)
    product = find_product(ctx, device["product_key"])
    data = omit_none(
        **render_device(device, product),
        Owner=True,
        IpAddress=device["ip_address"],
        GmtOnline=_beijing(device["online_at"]),
        UtcOnline=_utc(device["online_at"]),
    )
    return {"Data": data}


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def batch_query_device_detail(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.7: Return the details of several devices. Devices that do not exist are omitted."""
    product = find_product(ctx, p["ProductKey"])
    devices = find_devices_by_name(ctx, product["product_key"], p["DeviceName"])
    return {"Data": {"Data": [render_device(device, product) for device in devices]}}


@operation
def query_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.8: List the devices of a product, the newest first.

    ``NextToken`` contains the last device of the previous page. Pages beyond a certain depth require it.
    """
    product = find_product(ctx, p["ProductKey"])
    page = requested_page(ctx, p)
    token = p.get("NextToken")
    _check_depth(page, bool(token))
    total = product["device_count"]
    sql = "SELECT *, rowid AS row_id FROM device WHERE product_key = ?"
    values = [product["product_key"]]
    if token:
        # Two queries, because each can use the index directly. A single comparison of (created_at, rowid) would scan
        # all devices with the same creation time.
        at, row_id = _decode_token(token)
        sql = f"{sql} AND created_at = ? AND rowid < ? UNION ALL {sql} AND created_at < ?"
        values += [at, row_id, *values, at]
    # One row more than the page size shows whether there is a next page.
    sql += " ORDER BY created_at DESC, row_id DESC LIMIT ? OFFSET ?"
    devices = ctx.store.rows(sql, *values, page.size + 1, 0 if token else page.offset)
    items = [
        omit_none(
            IotId=device["iot_id"],
            DeviceId=legacy_id(device),
            ProductKey=device["product_key"],
            DeviceName=device["device_name"],
            DeviceSecret=device["device_secret"],
            DeviceStatus=status_of(device),
            Nickname=device["nickname"],
            GmtCreate=_http_date(device["created_at"]),
            UtcCreate=times.utc(device["created_at"]),
            GmtModified=_http_date(device["modified_at"]),
            UtcModified=times.utc(device["modified_at"]),
        )
        for device in devices[: page.size]
    ]
    return {
        "Data": {"DeviceInfo": items},
        "NextToken": _encode_token(devices[page.size - 1]) if len(devices) > page.size else "",
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


@operation
def batch_update_device_nickname(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.8.18: Set the nicknames of several devices, all or none.

    An entry without a nickname deletes the nickname of the device.
    """
    if not p.get("DeviceNicknameInfo"):
        raise ApiError("iot.device.NoneDeviceNameElement", "DeviceNicknameInfo is missing")
    for entry in p["DeviceNicknameInfo"]:
        device = find_device(ctx, entry)
        nickname = entry.get("Nickname") or None
        if nickname and not is_nickname(nickname, _MAX_UPDATED_NICKNAME_WIDTH):
            raise ApiError("iot.device.InvalidDeviceNickNameExisted")
        ctx.store.update("device", {"nickname": nickname, "modified_at": ctx.now}, iot_id=device["iot_id"])


def find_devices_by_name(ctx: Context, product_key: str, names: Iterable[str]) -> list[Row]:
    """Return the rows of a product's devices in the order of ``names``. Devices that do not exist are omitted."""
    names = list(dict.fromkeys(names))
    found = {row["device_name"]: row for row in ctx.store.all("device", product_key=product_key, device_name=names)}
    return [found[name] for name in names if name in found]


def render_device(device: Row, product: Row) -> Row:
    """Return the members that every reply with the details of a device has."""
    return omit_none(
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        ProductName=product["product_name"],
        DeviceName=device["device_name"],
        DeviceSecret=device["device_secret"],
        Nickname=device["nickname"],
        NodeType=product["node_type"],
        Region=REGION,
        Status=status_of(device),
        FirmwareVersion=device["firmware_version"],
        GmtCreate=_beijing(device["created_at"]),
        UtcCreate=_utc(device["created_at"]),
        GmtActive=_beijing(device["activated_at"]),
        UtcActive=_utc(device["activated_at"]),
    )


def legacy_id(device: Row) -> str:
    """Return the legacy ``DeviceId``. Replies contain it, but no operation accepts it any more."""
    return device["iot_id"][:LEGACY_ID_LENGTH]


def _check_depth(page: Page, has_token: bool) -> None:
    """Raise ApiError for a page that is too far from the start of the list."""
    depth = page.number * page.size
    if has_token and depth >= _MAX_POSITION:
        raise ApiError("iot.common.InvalidPageParams", f"CurrentPage * PageSize must be less than {_MAX_POSITION}")
    if not has_token and depth > _MAX_POSITION_WITHOUT_TOKEN:
        raise ApiError(
            "iot.common.InvalidPageParams", f"NextToken is required beyond device {_MAX_POSITION_WITHOUT_TOKEN}"
        )


def _encode_token(device: Row) -> str:
    """Return the token that continues a list after ``device``."""
    return base64.urlsafe_b64encode(f"{device['created_at']}.{device['row_id']}".encode()).decode()


def _decode_token(token: str) -> tuple[int, int]:
    """Return the creation time and the row ID in a token. Raise ApiError if the token is invalid."""
    try:
        match = _TOKEN.fullmatch(base64.b64decode(token, b"-_", validate=True).decode())
    except ValueError:
        match = None
    if match is None:
        raise ApiError("iot.common.InvalidPageParams", "NextToken is not a valid token of this list")
    return int(match[1]), int(match[2])


def _utc(moment: int | None) -> str | None:
    return None if moment is None else times.utc(moment)


def _beijing(moment: int | None) -> str | None:
    return None if moment is None else times.beijing(moment)


def _http_date(moment: int) -> str:
    """Return a time in the format ``Wed, 20-Feb-2019 02:16:09 GMT``."""
    weekday, day, month, year, time, zone = formatdate(moment // 1000, usegmt=True).split()
    return f"{weekday} {day}-{month}-{year} {time} {zone}"
