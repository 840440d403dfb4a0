# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""X.509 certificates of devices (the manual's chapter 4.8).

They are real ones, of an authority that each platform has for itself. A device of a product with AuthType x509 gets its
certificate when it is registered; here it is made when somebody first asks for it, which nobody can tell.
"""

from __future__ import annotations

import io
import secrets
import zipfile
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.device.batch import CREATE
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.device.x509 import Authority, Key
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

TABLES = """
CREATE TABLE IF NOT EXISTS certificate_authority (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    private_key TEXT NOT NULL,  -- hexadecimal
    certificate TEXT NOT NULL  -- PEM
);
CREATE TABLE IF NOT EXISTS device_certificate (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    serial_number TEXT NOT NULL,
    certificate TEXT NOT NULL,  -- PEM, as the key
    private_key TEXT NOT NULL
);
"""

#: How long it takes until a device that is registered by itself has its certificate, in milliseconds.
GENERATION_MS = 2000

_GENERATING = 0
_GENERATED = 2

_ISSUED_BY_OTHERS = 3

_AUTHORITY = "iotops.aliyun emulator"
_SERIAL_DIGITS = 16
# All certificates hold from 2018 for a hundred years: who checks one may live by another clock than the platform's.
_BEGINS = 1_516_406_400_000
_ENDS = _BEGINS + 100 * 365 * 86_400_000


@operation
def query_device_cert(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.37: Return the X.509 certificate of a device, or the status that it is being generated."""
    _check_product(ctx, p["ProductKey"])
    device = find_device_by_name(ctx, p["ProductKey"], p["DeviceName"])
    if _is_generating(ctx, device):
        return {"DeviceCertInfo": {"Status": _GENERATING}}
    certificate = _certificate(ctx, device)
    return {
        "DeviceCertInfo": {
            "Status": _GENERATED,
            "CertSN": certificate["serial_number"],
            "Certificate": certificate["certificate"],
            "PrivateKey": certificate["private_key"],
        }
    }


@operation
def query_cert_url_by_apply_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.38: a ZIP archive."""
    application = ctx.store.one("device_application", apply_id=p["ApplyId"])
    if application is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound")
    _check_product(ctx, application["product_key"])
    if application["status"] == CREATE:
        raise ApiError("iot.device.CreateDeviceTasksRunning")
    devices = ctx.store.rows(
        """
        SELECT device.* FROM device_application_entry AS entry JOIN device USING (iot_id)
        WHERE entry.apply_id = ? ORDER BY entry.number
        """,
        p["ApplyId"],
    )
    if not devices:
        raise ApiError("iot.device.IncorrentDeviceApplyInfo", "There is no device of this application")
    return {"CertUrl": publish_file(ctx, _archive(ctx, devices), "zip", "application/zip")}


def _check_product(ctx: Context, product_key: str) -> None:
    """Raise ApiError where the platform does not give certificates to a product's devices."""
    product = find_product(ctx, product_key)
    if product["auth_type"] != "x509":
        raise ApiError("iot.system.IllegalRequest", "The product is not of AuthType x509")
    if product["certificate_issuer"] == _ISSUED_BY_OTHERS:
        raise ApiError("iot.system.IllegalRequest", "The product's certificates are issued elsewhere (IssueModel 3)")


def _is_generating(ctx: Context, device: Row) -> bool:
    """Whether a device waits for its certificate. One that was registered in bulk had it from the beginning."""
    if ctx.now >= device["created_at"] + GENERATION_MS:
        return False
    return ctx.store.one("device_application_entry", iot_id=device["iot_id"]) is None


def _certificate(ctx: Context, device: Row) -> Row:
    """The device's certificate, made if need be."""
    certificate = ctx.store.one("device_certificate", iot_id=device["iot_id"])
    if certificate is None:
        serial_number = str(secrets.randbelow(9 * 10 ** (_SERIAL_DIGITS - 1)) + 10 ** (_SERIAL_DIGITS - 1))
        key = Key.new()
        text = _authority(ctx).certify_client(int(serial_number), _BEGINS, _ENDS, device["iot_id"], key)
        certificate = {
            "iot_id": device["iot_id"],
            "serial_number": serial_number,
            "certificate": text,
            "private_key": key.pem(),
        }
        ctx.store.insert("device_certificate", **certificate)
    return certificate


def _authority(ctx: Context) -> Authority:
    """The platform's own authority, made if need be."""
    kept = ctx.store.one("certificate_authority", id=1)
    if kept is not None:
        return Authority(_AUTHORITY, Key.of(kept["private_key"]))
    authority = Authority(_AUTHORITY, Key.new())
    certificate = authority.own_certificate(1, _BEGINS, _ENDS)
    ctx.store.insert("certificate_authority", id=1, private_key=authority.key.pem(), certificate=certificate)
    return authority


def _archive(ctx: Context, devices: list[Row]) -> bytes:
    """The certificates and keys of devices, two files each, as a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for device in devices:
            certificate = _certificate(ctx, device)
            archive.writestr(f"{device['device_name']}.cer", certificate["certificate"])
            archive.writestr(f"{device['device_name']}.key", certificate["private_key"])
    return buffer.getvalue()
