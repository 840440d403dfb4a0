# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Create, read and delete firmwares (manual chapter 4.20). A firmware cannot be updated after its creation."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_module import DEFAULT, find_module, is_module_name
from ansible_collections.iotops.aliyun.emulator.services.ota.upload import FIRMWARES, uploaded_key
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

TABLES = """
CREATE TABLE IF NOT EXISTS ota_firmware (
    stream_id INTEGER PRIMARY KEY AUTOINCREMENT,  -- identifies the firmware in downloads over MQTT
    firmware_id TEXT NOT NULL UNIQUE,
    firmware_name TEXT NOT NULL UNIQUE,
    product_key TEXT REFERENCES product ON DELETE CASCADE,  -- NULL for a firmware that is not restricted to a product
    module_name TEXT NOT NULL COLLATE NOCASE,
    dest_version TEXT NOT NULL,
    src_version TEXT NOT NULL,  -- empty for a full firmware
    firmware_type INTEGER NOT NULL,
    description TEXT,
    udi TEXT,
    status INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS ota_firmware_by_version
    ON ota_firmware (product_key, module_name, dest_version, src_version);
CREATE TABLE IF NOT EXISTS ota_firmware_file (
    firmware_id TEXT NOT NULL REFERENCES ota_firmware (firmware_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,  -- from 1
    file_name TEXT,  -- NULL for a single file
    file_key TEXT NOT NULL REFERENCES stored_file,
    size INTEGER NOT NULL,
    md5 TEXT NOT NULL,  -- also used as the signature
    PRIMARY KEY (firmware_id, number)
);
CREATE INDEX IF NOT EXISTS ota_firmware_file_by_key ON ota_firmware_file (file_key);
CREATE TRIGGER IF NOT EXISTS ota_firmware_file_removed AFTER DELETE ON ota_firmware_file
WHEN NOT EXISTS (SELECT 1 FROM ota_firmware_file WHERE file_key = OLD.file_key) BEGIN
    DELETE FROM stored_file WHERE file_key = OLD.file_key;
END;
"""

#: The maximum number of firmwares in an account.
MAX_FIRMWARES = 500

#: The types of a firmware.
FULL = 0
DIFFERENTIAL = 1

#: The verification status of a firmware.
VERIFICATION_NOT_REQUIRED = -1
NOT_VERIFIED = 0
VERIFIED = 1
VERIFYING = 2
VERIFICATION_FAILED = 3

#: The statuses in which a firmware can be used for static and dynamic jobs.
USABLE = (VERIFICATION_NOT_REQUIRED, VERIFIED)

#: Validity of the download URLs of a firmware in milliseconds.
DOWNLOAD_URL_LIFETIME_MS = 24 * 3600 * 1000

MD5 = "MD5"

_ID_LENGTH = 20
_ID_SUFFIX = "030100"

_JAPANESE = "\u3040-\u30ff\uff66-\uff9f"
_FIRST = rf"{CHINESE}{_JAPANESE}A-Za-z0-9"
_NAME = re.compile(rf"[{_FIRST}][{_FIRST}_()-]{{0,39}}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_DESCRIPTION_LENGTH = 100
_MAX_UDI_LENGTH = 4096
_MAX_FILE_NAME_LENGTH = 32

_SINGLE_FILE_PARAMS = ("FirmwareUrl", "FirmwareSign", "FirmwareSize")
_NEWEST_FIRST = "created_at DESC, stream_id DESC"


def find_firmware(ctx: Context, firmware_id: str) -> Row:
    """Return the row of a firmware. Raise ApiError if the id is malformed or there is no such firmware."""
    firmware = ctx.store.one("ota_firmware", firmware_id=firmware_id)
    if firmware is None:
        if not (firmware_id.isascii() and firmware_id.isalnum()):
            raise ApiError("iot.firmware.InvalidFirmwareId")
        raise ApiError("iot.firmware.FirmwareNotFound")
    return firmware


def list_files(ctx: Context, firmware: Row) -> list[Row]:
    """Return the rows of a firmware's files, in order."""
    return ctx.store.all("ota_firmware_file", "number", firmware_id=firmware["firmware_id"])


def set_status(ctx: Context, firmware_id: str, status: int) -> None:
    """Set the verification status of a firmware."""
    ctx.store.update("ota_firmware", {"status": status, "modified_at": ctx.now}, firmware_id=firmware_id)


def is_valid_version(version: str) -> bool:
    """Return True if ``version`` is a valid firmware version."""
    return _VERSION.fullmatch(version) is not None


@operation(too_many="iot.ota.PackageFileAmountExceed")
def create_ota_firmware(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.3: create a firmware. Size and signature, if given, must match the uploaded file."""
    _check_name(ctx, p["FirmwareName"])
    product = find_product(ctx, p["ProductKey"]) if p.get("ProductKey") else None
    _check_texts(p, "Udi")
    if p.get("SignMethod") not in (None, "", MD5):
        raise ApiError("iot.firmware.InvalidFirmwareSignMethod", f"SignMethod must be {MD5}")
    identity = {
        "product_key": product and product["product_key"],
        "module_name": _module_name(ctx, p, product),
        **_parse_versions(p),
    }
    files = _parse_files(ctx, p)
    if ctx.store.one("ota_firmware", **identity):
        raise ApiError("iot.firmware.AlreadyExistedFirmwareVersion")
    if ctx.store.count("ota_firmware") >= MAX_FIRMWARES:
        raise ApiError("iot.firmware.FirmwareCountExceedMax")
    firmware_id = ids.alphanumeric(_ID_LENGTH) + _ID_SUFFIX
    ctx.store.insert(
        "ota_firmware",
        firmware_id=firmware_id,
        firmware_name=p["FirmwareName"],
        **identity,
        firmware_type=p.get("Type", FULL),
        description=p.get("FirmwareDesc"),
        udi=p.get("Udi") or None,
        status=NOT_VERIFIED if p.get("NeedToVerify", True) else VERIFICATION_NOT_REQUIRED,
        created_at=ctx.now,
        modified_at=ctx.now,
    )
    for number, file in enumerate(files, 1):
        ctx.store.insert("ota_firmware_file", firmware_id=firmware_id, number=number, **file)
        object_storage.retain(ctx, file["file_key"])
    return {"Data": {"FirmwareId": firmware_id, "UtcCreate": times.utc(ctx.now)}}


@operation
def delete_ota_firmware(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.20.4: delete a firmware with its jobs and their tasks."""
    firmware = find_firmware(ctx, p["FirmwareId"])
    ctx.store.delete("ota_firmware", firmware_id=firmware["firmware_id"])


@operation
def modify_ota_firmware(ctx: Context, p: dict[str, Any]) -> None:
    """Change the name, the description and the user-defined information of a firmware."""
    firmware = find_firmware(ctx, p["FirmwareId"])
    if p.get("FirmwareName", firmware["firmware_name"]) != firmware["firmware_name"]:
        _check_name(ctx, p["FirmwareName"])
    _check_texts(p, "FirmwareUdi")
    changes = omit_none(
        firmware_name=p.get("FirmwareName"), description=p.get("FirmwareDesc"), udi=p.get("FirmwareUdi")
    )
    ctx.store.update("ota_firmware", {**changes, "modified_at": ctx.now}, firmware_id=firmware["firmware_id"])


@operation
def list_ota_firmware(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.5."""
    page = requested_page(ctx, p)
    product = find_product(ctx, p["ProductKey"]) if p.get("ProductKey") else None
    filters = omit_none(product_key=product and product["product_key"], dest_version=p.get("DestVersion") or None)
    firmwares, total = ctx.store.page("ota_firmware", page.offset, page.size, _NEWEST_FIRST, **filters)
    return {
        "FirmwareInfo": {"SimpleFirmwareInfo": [_render(ctx, firmware) for firmware in firmwares]},
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


@operation
def query_ota_firmware(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.6."""
    firmware = find_firmware(ctx, p["FirmwareId"])
    files = list_files(ctx, firmware)
    info = {**_render(ctx, firmware), "VerifyProgress": _verification_progress(ctx, firmware)}
    if firmware["udi"] is not None:
        info["Udi"] = firmware["udi"]
    if len(files) == 1:
        info["FirmwareUrl"] = object_storage.download_url(ctx, files[0]["file_key"], DOWNLOAD_URL_LIFETIME_MS)
    else:
        info["MultiFiles"] = [
            {
                "Name": file["file_name"],
                "Size": file["size"],
                "FileMd5": file["md5"],
                "SignValue": file["md5"],
                "Url": object_storage.download_url(ctx, file["file_key"], DOWNLOAD_URL_LIFETIME_MS),
            }
            for file in files
        ]
    return {"FirmwareInfo": info}


def _check_texts(p: dict[str, Any], udi: str) -> None:
    """Raise ApiError if the description or the user-defined information (parameter ``udi``) is too long."""
    if len(p.get("FirmwareDesc", "")) > _MAX_DESCRIPTION_LENGTH:
        raise ApiError("iot.firmware.FirmwareDescriptionExceedMaxLength")
    if len(p.get(udi, "")) > _MAX_UDI_LENGTH:
        raise ApiError(
            "iot.common.InvalidFormattedParameter", f"{udi} must not be longer than {_MAX_UDI_LENGTH} characters"
        )


def _check_name(ctx: Context, name: str) -> None:
    if not name.strip():
        raise ApiError("iot.firmware.BlankFirmwareName")
    if not _NAME.fullmatch(name):
        raise ApiError("iot.firmware.IncorrectFormattedFirmwareName")
    if ctx.store.one("ota_firmware", firmware_name=name):
        raise ApiError("iot.firmware.AlreadyExistedFirmwareName")


def _module_name(ctx: Context, p: dict[str, Any], product: Row | None) -> str:
    """Return the module name in a request, spelled as at its creation. Raise ApiError if there is no such module."""
    name = p.get("ModuleName") or DEFAULT
    if not is_module_name(name):
        raise ApiError("iot.firmware.IncorrectFormattedModuleName")
    if name.lower() == DEFAULT:
        return DEFAULT
    if product is None:
        raise ApiError("iot.ota.OTAModuleNotExist", "Without ProductKey, only the module default is allowed")
    return find_module(ctx, product["product_key"], name)["module_name"]


def _parse_versions(p: dict[str, Any]) -> Row:
    """Return the source and destination version in a request. Raise ApiError if they are invalid."""
    if not is_valid_version(p["DestVersion"]):
        raise ApiError("iot.firmware.IncorrectFormattedFirmwareVersion")
    kind = p.get("Type", FULL)
    if kind not in (FULL, DIFFERENTIAL):
        raise ApiError("iot.firmware.InvalidFirmwareType")
    source = p.get("SrcVersion") or ""
    if source and not is_valid_version(source):
        raise ApiError("iot.firmware.IncorrectFormattedSrcVersion")
    if kind == FULL:
        # A full firmware upgrades from any version; SrcVersion is ignored.
        return {"dest_version": p["DestVersion"], "src_version": ""}
    if not source:
        raise ApiError("iot.firmware.SrcVersionIsMandatory")
    if source == p["DestVersion"]:
        raise ApiError("iot.firmware.SrcDestVersionMatched")
    return {"dest_version": p["DestVersion"], "src_version": source}


def _parse_files(ctx: Context, p: dict[str, Any]) -> list[Row]:
    """Return the rows of the files in a request. Raise an error if one is missing or differs from its description."""
    entries = p.get("MultiFiles", [])
    if not entries:
        return [_check_file(ctx, None, p.get("FirmwareUrl"), p.get("FirmwareSize"), p.get("FirmwareSign"))]
    if any(p.get(name) for name in _SINGLE_FILE_PARAMS):
        raise ApiError("iot.ota.PackageFileParamConflict")
    for member, code in (("Name", "Name"), ("Url", "Url"), ("SignValue", "Sign")):
        values = [entry[member] for entry in entries if entry.get(member)]
        if len(set(values)) < len(values):
            raise ApiError(f"iot.ota.PackageFile{code}Duplicated")
    return [_parse_file_entry(ctx, entries, number) for number in range(1, len(entries) + 1)]


def _parse_file_entry(ctx: Context, entries: list[dict[str, Any]], number: int) -> Row:
    """Return the row of a file. Raise an error if it has no name but is one of several files."""
    entry = entries[number - 1]
    name = entry.get("Name")
    if not name and len(entries) > 1:
        raise ApiError("iot.common.InvalidFormattedParameter", f"MultiFiles.{number}.Name is missing")
    if name and len(name) > _MAX_FILE_NAME_LENGTH:
        message = f"The Name of a file must not be longer than {_MAX_FILE_NAME_LENGTH} characters"
        raise ApiError("iot.common.InvalidFormattedParameter", message)
    return _check_file(ctx, name, entry.get("Url"), entry.get("Size"), entry.get("SignValue"), entry.get("FileMd5"))


def _check_file(ctx: Context, name: str | None, url: str | None, size: int | None, *signs: str | None) -> Row:
    """Return the row of a file. Raise ApiError if it was not uploaded or has another size or signature."""
    if not url:
        raise ApiError("iot.firmware.NullFirmwareUrl")
    if not _is_url(url):
        raise ApiError("iot.firmware.MalformedFirmwareUrl")
    key = uploaded_key(url, FIRMWARES)
    file = object_storage.find_file(ctx, key) if key else None
    if file is None:
        raise ApiError("iot.firmware.InvalidFirmwareUrl")
    if file["size"] == 0:
        raise ApiError("iot.firmware.EmptyFirmwareFile")
    if size not in (None, file["size"]):
        raise ApiError("iot.firmware.InvalidFirmwareSize", f"The file has {file['size']} bytes")
    if any(sign and sign.lower() != file["md5"] for sign in signs):
        raise ApiError("iot.firmware.InvalidFirmwareSign", "The signature is not the MD5 of the file")
    return {"file_name": name, "file_key": key, "size": file["size"], "md5": file["md5"]}


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _render(ctx: Context, firmware: Row) -> Row:
    """Return the members of a firmware that QueryOTAFirmware and ListOTAFirmware have in common.

    Size and signature are only included if the firmware has a single file.
    """
    files = list_files(ctx, firmware)
    product = ctx.store.one("product", product_key=firmware["product_key"]) or {}
    single = files[0] if len(files) == 1 else {}
    return omit_none(
        FirmwareId=firmware["firmware_id"],
        FirmwareName=firmware["firmware_name"],
        FirmwareDesc=firmware["description"],
        FirmwareSign=single.get("md5"),
        FirmwareSize=single.get("size"),
        SignMethod=MD5,
        ProductKey=firmware["product_key"],
        ProductName=product.get("product_name"),
        ModuleName=firmware["module_name"],
        DestVersion=firmware["dest_version"],
        SrcVersion=firmware["src_version"],
        Type=firmware["firmware_type"],
        Status=firmware["status"],
        UtcCreate=times.utc(firmware["created_at"]),
        UtcModified=times.utc(firmware["modified_at"]),
    )


def _verification_progress(ctx: Context, firmware: Row) -> int:
    """Return the percentage of devices that the last verification job has upgraded."""
    if firmware["status"] == VERIFIED:
        return 100
    percentage = ctx.store.value(
        """
        SELECT 100 * count(*) FILTER (WHERE status = 'SUCCEEDED') / count(*) FROM ota_task WHERE job_id = (
            SELECT job_id FROM ota_job WHERE firmware_id = ? AND job_type = 'VERIFY_FIRMWARE'
            ORDER BY created_at DESC, rowid DESC LIMIT 1
        )
        """,
        firmware["firmware_id"],
    )
    return percentage or 0
