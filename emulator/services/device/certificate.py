# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""X.509 certificates of devices (manual chapter 4.8).

The certificates are real: each emulator has its own certificate authority. On the cloud, a device of a product with
AuthType x509 gets its certificate when it is registered. The emulator creates the certificate when it is first
requested, which makes no difference for clients.
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
from ansible_collections.iotops.aliyun.emulator.services.device.x509 import CertificateAuthority, PrivateKey
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

TABLES = """
CREATE TABLE IF NOT EXISTS certificate_authority (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    private_key TEXT NOT NULL,  -- PEM
    certificate TEXT NOT NULL  -- PEM
);
CREATE TABLE IF NOT EXISTS device_certificate (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    serial_number TEXT NOT NULL,
    certificate TEXT NOT NULL,  -- PEM
    private_key TEXT NOT NULL  -- PEM
);
"""

#: The time until a device that is registered individually has its certificate, in milliseconds.
GENERATION_MS = 2000

_GENERATING = 0
_GENERATED = 2

_ISSUED_EXTERNALLY = 3

_AUTHORITY_NAME = "iotops.aliyun emulator"
_SERIAL_DIGITS = 16
# All certificates are valid for a hundred years from 2018, because a client's clock may differ from the emulator's.
_NOT_BEFORE = 1_516_406_400_000
_NOT_AFTER = _NOT_BEFORE + 100 * 365 * 86_400_000


@operation
def query_device_cert(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.37: Return the X.509 certificate of a device, or the status that it is being generated."""
    _check_product(ctx, p["ProductKey"])
    device = find_device_by_name(ctx, p["ProductKey"], p["DeviceName"])
    if _is_generating(ctx, device):
        return {"DeviceCertInfo": {"Status": _GENERATING}}
    certificate = _get_or_create_certificate(ctx, device)
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
    """Manual section 4.8.38: Return the download URL of a ZIP archive with the certificates of a device application."""
    application = ctx.store.one("device_application", apply_id=p["ApplyId"])
    if application is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound")
    _check_product(ctx, application["product_key"])
    if application["status"] == CREATE:
        raise ApiError("iot.device.CreateDeviceTaskIsRunning")
    devices = ctx.store.rows(
        """
        SELECT device.* FROM device_application_entry AS entry JOIN device USING (iot_id)
        WHERE entry.apply_id = ? ORDER BY entry.number
        """,
        p["ApplyId"],
    )
    if not devices:
        raise ApiError("iot.device.IncorrentDeviceApplyInfo", "The application has no devices")
    return {"CertUrl": publish_file(ctx, _archive(ctx, devices), "zip", "application/zip")}


def _check_product(ctx: Context, product_key: str) -> None:
    """Raise ApiError if the platform does not issue certificates for the devices of a product."""
    product = find_product(ctx, product_key)
    if product["auth_type"] != "x509":
        raise ApiError("iot.system.IllegalRequest", "The AuthType of the product is not x509")
    if product["certificate_issuer"] == _ISSUED_EXTERNALLY:
        raise ApiError(
            "iot.system.IllegalRequest", "The platform does not issue certificates for the product (IssueModel 3)"
        )


def _is_generating(ctx: Context, device: Row) -> bool:
    """Return whether the certificate of a device is not ready. Devices registered in bulk have it immediately."""
    if ctx.now >= device["created_at"] + GENERATION_MS:
        return False
    return ctx.store.one("device_application_entry", iot_id=device["iot_id"]) is None


def _get_or_create_certificate(ctx: Context, device: Row) -> Row:
    """Return the certificate of a device. Create it if it does not exist."""
    certificate = ctx.store.one("device_certificate", iot_id=device["iot_id"])
    if certificate is None:
        serial_number = str(secrets.randbelow(9 * 10 ** (_SERIAL_DIGITS - 1)) + 10 ** (_SERIAL_DIGITS - 1))
        key = PrivateKey.generate()
        text = _get_or_create_authority(ctx).issue_client_certificate(
            int(serial_number), _NOT_BEFORE, _NOT_AFTER, device["iot_id"], key
        )
        certificate = {
            "iot_id": device["iot_id"],
            "serial_number": serial_number,
            "certificate": text,
            "private_key": key.to_pem(),
        }
        ctx.store.insert("device_certificate", **certificate)
    return certificate


def _get_or_create_authority(ctx: Context) -> CertificateAuthority:
    """Return the certificate authority of the emulator. Create it if it does not exist."""
    stored = ctx.store.one("certificate_authority", id=1)
    if stored is not None:
        return CertificateAuthority(_AUTHORITY_NAME, PrivateKey.from_pem(stored["private_key"]))
    authority = CertificateAuthority(_AUTHORITY_NAME, PrivateKey.generate())
    certificate = authority.self_signed_certificate(1, _NOT_BEFORE, _NOT_AFTER)
    ctx.store.insert("certificate_authority", id=1, private_key=authority.key.to_pem(), certificate=certificate)
    return authority


def _archive(ctx: Context, devices: list[Row]) -> bytes:
    """Return a ZIP archive with the certificates and keys of devices, two files for each device."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for device in devices:
            certificate = _get_or_create_certificate(ctx, device)
            archive.writestr(f"{device['device_name']}.cer", certificate["certificate"])
            archive.writestr(f"{device['device_name']}.key", certificate["private_key"])
    return buffer.getvalue()


def authority_certificate(ctx: Context) -> str:
    """Return the certificate (PEM) of the authority that issues the certificates of devices."""
    _get_or_create_authority(ctx)
    return ctx.store.require("certificate_authority", id=1)["certificate"]


def create_server_certificate(host_names: list[str], addresses: list[str]) -> tuple[str, str, str]:
    """Return the certificate of a new authority, and a server's certificate of it with its private key, all PEM.

    It is not the authority of the devices: the emulator forgets that one when it is reset, and programs that have
    loaded the server's authority must be able to connect again.
    """
    authority = CertificateAuthority(f"{_AUTHORITY_NAME} server", PrivateKey.generate())
    key = PrivateKey.generate()
    certificate = authority.issue_server_certificate(2, _NOT_BEFORE, _NOT_AFTER, host_names, addresses, key)
    return authority.self_signed_certificate(1, _NOT_BEFORE, _NOT_AFTER), certificate, key.to_pem()
