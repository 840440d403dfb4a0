# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage OTA modules, the upgradable parts of a device, and the versions that devices report (manual chapter 4.20).

Every product has the module ``default``, which stands for the device as a whole. It is never listed, and its version is
stored in the table of devices. Module names are case-insensitive.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS ota_module (
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    module_name TEXT NOT NULL COLLATE NOCASE,
    alias_name TEXT,
    description TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (product_key, module_name)
);
-- The reported versions of all modules except the default module.
CREATE TABLE IF NOT EXISTS device_module (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    module_name TEXT NOT NULL COLLATE NOCASE,
    firmware_version TEXT NOT NULL,
    PRIMARY KEY (iot_id, module_name)
);
CREATE INDEX IF NOT EXISTS device_module_by_version ON device_module (module_name, firmware_version);
CREATE VIEW IF NOT EXISTS device_module_version AS
    SELECT iot_id, 'default' AS module_name, firmware_version FROM device WHERE firmware_version IS NOT NULL
    UNION ALL
    SELECT iot_id, module_name, firmware_version FROM device_module;
"""

#: The module that every product has.
DEFAULT = "default"

#: The maximum number of modules of a product, not counting the default module.
MAX_MODULES = 10

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ALIAS = re.compile(rf"[{CHINESE}A-Za-z0-9._-]{{1,64}}")
_MAX_DESCRIPTION_LENGTH = 100


def find_module(ctx: Context, product_key: str, module_name: str) -> Row:
    """Return the row of a product's module. Raise ApiError if it does not exist."""
    module = ctx.store.one("ota_module", product_key=product_key, module_name=module_name)
    if module is None:
        raise ApiError("iot.ota.OTAModuleNotExist")
    return module


def is_module_name(name: str) -> bool:
    """Return True if ``name`` is a valid module name."""
    return _NAME.fullmatch(name) is not None


def get_reported_version(ctx: Context, device: Row, module_name: str) -> str | None:
    """Return the version of a device's module, or None if the device has not reported it.

    The version is read from the store, because the row in ``device`` can be outdated.
    """
    if module_name.lower() == DEFAULT:
        return ctx.store.value("SELECT firmware_version FROM device WHERE iot_id = ?", device["iot_id"])
    return ctx.store.value(
        "SELECT firmware_version FROM device_module WHERE iot_id = ? AND module_name = ?", device["iot_id"], module_name
    )


def set_reported_version(ctx: Context, device: Row, module_name: str, version: str) -> None:
    """Store the version that a device reports for a module."""
    if module_name.lower() == DEFAULT:
        ctx.store.update("device", {"firmware_version": version}, iot_id=device["iot_id"])
        return
    ctx.store.put(
        "device_module",
        ("iot_id", "module_name"),
        iot_id=device["iot_id"],
        module_name=module_name,
        firmware_version=version,
    )


@operation
def create_ota_module(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.17."""
    product = find_product(ctx, p["ProductKey"])
    name = p["ModuleName"]
    if not is_module_name(name):
        raise ApiError("iot.ota.InvalidOtaModuleName")
    if name.lower() == DEFAULT:
        raise ApiError("iot.firmware.ModuleNameReserved")
    columns = _parse_description(p, "iot.ota.CreateOTAModuleParamError")
    if ctx.store.one("ota_module", product_key=product["product_key"], module_name=name):
        raise ApiError("iot.ota.CreateOTAModuleNameExist")
    if ctx.store.count("ota_module", product_key=product["product_key"]) >= MAX_MODULES:
        raise ApiError("iot.ota.CreateOTAModuleExceedLimit")
    ctx.store.insert(
        "ota_module",
        product_key=product["product_key"],
        module_name=name,
        created_at=ctx.now,
        modified_at=ctx.now,
        **columns,
    )


@operation
def update_ota_module(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.18: absent parameters keep the current value, empty parameters clear it."""
    product = find_product(ctx, p["ProductKey"])
    module = find_module(ctx, product["product_key"], p["ModuleName"])
    changes = {**_parse_description(p, "iot.ota.UpdateOTAModuleParamError"), "modified_at": ctx.now}
    ctx.store.update("ota_module", changes, product_key=module["product_key"], module_name=module["module_name"])


@operation
def delete_ota_module(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.19: a module that has firmwares cannot be deleted."""
    product = find_product(ctx, p["ProductKey"])
    if p["ModuleName"].lower() == DEFAULT:
        raise ApiError("iot.ota.DeleteOtaDefaultModule")
    module = find_module(ctx, product["product_key"], p["ModuleName"])
    key = {"product_key": module["product_key"], "module_name": module["module_name"]}
    if ctx.store.count("ota_firmware", **key):
        raise ApiError("iot.ota.DeleteOTAModulePackageExist")
    ctx.store.delete("ota_module", **key)


@operation
def list_ota_module_by_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.20: list the modules in the order of their creation."""
    product = find_product(ctx, p["ProductKey"])
    modules = ctx.store.all("ota_module", "created_at, rowid", product_key=product["product_key"])
    return {"Data": [_render(module) for module in modules]}


@operation
def list_ota_module_versions_by_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.24."""
    page = requested_page(ctx, p)
    device = find_device(ctx, p)
    versions, total = ctx.store.page_of(
        "SELECT * FROM device_module_version WHERE iot_id = ?",
        [device["iot_id"]],
        page.offset,
        page.size,
        "module_name COLLATE NOCASE",
    )
    module_versions = [
        {
            "IotId": device["iot_id"],
            "ProductKey": device["product_key"],
            "DeviceName": device["device_name"],
            "ModuleName": version["module_name"],
            "ModuleVersion": version["firmware_version"],
        }
        for version in versions
    ]
    return {
        "Data": {"SimpleOTAModuleInfo": module_versions},
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


def _parse_description(p: dict[str, Any], code: str) -> Row:
    """Return the alias and description in a request as columns. Raise ApiError ``code`` if they are invalid."""
    columns = {}
    if "AliasName" in p:
        if p["AliasName"] and not _ALIAS.fullmatch(p["AliasName"]):
            raise ApiError(code, "AliasName must be 1 to 64 Chinese characters, letters, digits, periods, - and _")
        columns["alias_name"] = p["AliasName"] or None
    if "Desc" in p:
        if len(p["Desc"]) > _MAX_DESCRIPTION_LENGTH:
            raise ApiError(code, f"Desc must not be longer than {_MAX_DESCRIPTION_LENGTH} characters")
        columns["description"] = p["Desc"] or None
    return columns


def _render(module: Row) -> Row:
    return {
        "ProductKey": module["product_key"],
        "ModuleName": module["module_name"],
        "AliasName": module["alias_name"] or "",
        "Desc": module["description"] or "",
        "GmtCreate": _utc_minute(module["created_at"]),
        "GmtModified": _utc_minute(module["modified_at"]),
    }


def _utc_minute(milliseconds: int) -> str:
    """Return a time in UTC with minute precision, such as ``2020-10-13T09:46Z``."""
    return f"{times.utc(milliseconds)[:16]}Z"
