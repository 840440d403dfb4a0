# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Firmware for OTA updates of devices and their modules (manual chapter 4.20)."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Unique
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import (
    LocalPath,
    Upload,
    matching_suffix,
    stat_file,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.protection import ProtectedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Step, unchanged
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Lookup
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.module import (
    DEFAULT,
    ModuleName,
    module_name,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: Maximum size of a file in bytes, and maximum number of files of a firmware.
MAX_BYTES = 2000 * 1024 * 1024
MAX_FILES = 20

#: The suffixes of uploaded files. A file with another suffix is stored with the first one.
SUFFIXES = ("bin", "dav", "apk", "tar", "gz", "tar.gz", "zip", "gzip")

#: The status of a firmware that can be used without verification.
NEEDS_NO_VERIFICATION = -1

#: The platform's status of jobs that have ended.
ENDED_JOBS = ("COMPLETED", "CANCELED")

FIRMWARE_NAME = Text(
    1,
    40,
    pattern="[A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f][A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f_()-]*",
    hint="Chinese, Japanese and English letters, digits, _, - and parentheses, starting with a letter or a digit",
)
VERSION = Text(1, 64, pattern="[A-Za-z0-9._-]+", hint="letters, digits, periods, - and _")

_FILE_NAME = Text(1, 32)

#: Finds firmware by name or ID.
FIRMWARES = Lookup(
    "firmware", "ListOTAFirmware", id="FirmwareId", name="FirmwareName", key="firmware_id", kinds=("ota_firmware",)
)


class Files(Type):
    """Several files, each with a name that devices use to distinguish them. They are compared by name and content."""

    def __init__(self) -> None:
        options = {
            "name": {"type": "str", "required": True},
            "path": {"type": "path", "required": True},
        }
        self.argument = {"type": "list", "elements": "dict", "options": options}

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> str:
        if not 2 <= len(value) <= MAX_FILES:
            return f"takes 2 to {MAX_FILES} files, not {len(value)}; for a single file, set file"
        for file in value:
            problem = _FILE_NAME.check(file["name"])
            if problem:
                return f"contains a file with an invalid name: it {problem}"
            problem = LocalPath().check(file["path"])
            if problem:
                return f"contains the file {file['name']} with an invalid path: it {problem}"
        names = [file["name"] for file in value]
        duplicates = [name for name in names if names.count(name) > 1]
        return f"contains the file {duplicates[0]} twice" if duplicates else ""

    def from_wire(self, value: Any) -> Any:
        return [
            {"name": row.get("Name"), "size_in_bytes": int(row.get("Size") or 0), "md5": _digest(row)}
            for row in value or []
        ]

    def canonical(self, value: Any) -> Any:
        return {file["name"]: file["md5"] for file in value or []}

    def to_display(self, value: Any) -> Any:
        return [{key: file[key] for key in ("name", "md5") if key in file} for file in value]


class UploadAndCreate(Create):
    """Upload of the files, and creation of the firmware.

    Custom code: the files are uploaded first, and the creation takes the addresses of the uploaded files.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        _check_options(desired)
        files = desired.get("files")
        result = []
        if files:
            rows = []
            for number, file in enumerate(files, 1):
                fact = f"address_{number}"
                result.append(_upload_step(file["path"], fact))
                rows.append(
                    {
                        "Name": file["name"],
                        "Url": Derived(unchanged, (fact,)),
                        "SignValue": file["md5"],
                        "FileMd5": file["md5"],
                        "Size": file["size_in_bytes"],
                    }
                )
            params = {"MultiFiles": rows, "SignMethod": "MD5"}
        else:
            result.append(_upload_step(desired.get("file"), "address"))
            params = {"FirmwareUrl": Derived(unchanged, ("address",)), "SignMethod": "MD5"}
        (create,) = super().steps(resource, desired)
        create.params.update(params)
        if files:
            create.changes["files"] = (None, files)
        return [*result, create]

    def sent_fields(self, resource: Resource) -> set[str]:
        return super().sent_fields(resource) | {"files"}


def _check_options(desired: dict) -> None:
    """Check the options of a new firmware.

    Raises:
        InvalidValue: A combination of options is invalid.
    """
    if desired.get("file_md5") and desired.get("files"):
        raise InvalidValue("file and files cannot both be set", field="files")
    if not desired.get("file_md5") and not desired.get("files"):
        raise InvalidValue("file or files must be set to create a firmware", field="file")
    if not desired.get("product_key") and desired.get("module_name", DEFAULT) != DEFAULT:
        raise InvalidValue("product must be set with module, because modules belong to products", field="product")
    source = desired.get("source_version")
    if desired.get("type") == "delta":
        if not source:
            raise InvalidValue(
                "source_version must be set with type: delta, because a delta firmware updates one version only",
                field="source_version",
            )
        if source == desired.get("version"):
            raise InvalidValue(f"source_version and version must differ; both are {source}", field="source_version")
    elif source:
        raise InvalidValue(
            "source_version can be set with type: delta only, because a full firmware updates any version",
            field="source_version",
            remedy="Remove source_version, or set type: delta",
        )


def _upload_step(path: str | None, fact: str) -> Step:
    suffix = matching_suffix(path, SUFFIXES) if path else None
    params = {"FileSuffix": suffix} if suffix else {}
    upload = Upload(path, fact, key_id="OSSAccessKeyId", address="FirmwareUrl")
    return Step(steps.UPDATE, "GenerateOTAUploadURL", params, upload=upload)


def _digest(row: dict) -> str:
    return str(row.get("FileMd5") or row.get("SignValue") or "").lower()


class Digest(Text):
    """An MD5 hash as hexadecimal digits."""

    def canonical(self, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


def _md5(reader: Reader, path: str) -> Any:
    state = stat_file(reader, path, "file", MAX_BYTES)
    return state if state is PENDING else state.md5


def _with_file_state(reader: Reader, file: dict) -> dict:
    state = stat_file(reader, file["path"], f"the file {file['name']}", MAX_BYTES)
    if state is PENDING:
        return {**file, "md5": PENDING, "size_in_bytes": PENDING}
    return {**file, "md5": state.md5, "size_in_bytes": state.size}


def _check_distinct_files(files: list[dict]) -> None:
    seen: dict = {}
    for file in files:
        other = seen.setdefault(file["md5"], file["name"])
        if other != file["name"] and file["md5"] is not PENDING:
            raise InvalidValue(
                f"files contains two files with the same content: {other} and {file['name']}",
                field="files",
                remedy="Remove one of them",
            )


def _find_running_job(reader: Reader, values: dict) -> str:
    """Return which job of a firmware has not ended; an empty string if all have."""
    for row in reader.pages("ListOTAJobByFirmware", {"FirmwareId": values["firmware_id"]}):
        if row.get("JobStatus") not in ENDED_JOBS:
            return f"its job {row['JobId']} is {str(row.get('JobStatus')).lower()}"
    return ""


class OtaFirmware(Resource):
    """A firmware. It is immutable: another version is another firmware.

    Custom code: the size and the MD5 hash of local files are compared, because the API does not return the files, and
    whether a firmware needs verification follows from its status.
    """

    kind = "ota_firmware"
    title = "firmware"
    families = (ota, product)
    key = ("name",)
    identity = {"FirmwareId": "firmware_id"}
    fields = (
        Field("name", "FirmwareName", FIRMWARE_NAME, required=True),
        Field("firmware_id", "FirmwareId", computed=True),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True, initial=""),
        Field("module", lookup=module_name, depends_on=("product_key",), resolves_to="module_name", type=ModuleName()),
        Field("module_name", "ModuleName", ModuleName(), computed=True, initial=DEFAULT),
        Field("version", "DestVersion", VERSION),
        Field("type", "Type", Choice({"full": 0, "delta": 1}), initial="full"),
        Field("source_version", "SrcVersion", VERSION, initial=""),
        Field("file", type=LocalPath(), lookup=_md5, resolves_to="file_md5"),
        Field("file_md5", "FirmwareSign", Digest(), computed=True, initial=""),
        Field("size_in_bytes", "FirmwareSize", Number(), computed=True),
        Field("files", read="MultiFiles", type=Files()),
        Field("description", "FirmwareDesc", Text(0, 100), initial=""),
        Field("needs_verification", "NeedToVerify", Flag(), initial=True),
        Field("udi", "Udi", Text(0, 4096), initial=""),
        Field(
            "status",
            read="Status",
            type=Choice(
                {"unneeded": NEEDS_NO_VERIFICATION, "unverified": 0, "verified": 1, "verifying": 2, "failed": 3}
            ),
            computed=True,
        ),
        Field("verify_progress", read="VerifyProgress", type=Number(), computed=True),
        Field("created", read="UtcCreate", computed=True),
        Field("modified", read="UtcModified", computed=True),
        Field("download_url", read="FirmwareUrl", computed=True, secret=True),
    )
    listing = Listing("ListOTAFirmware", keep=True)
    details = (Detail("QueryOTAFirmware", "FirmwareInfo"),)
    create = UploadAndCreate("CreateOTAFirmware", outputs={"firmware_id": "Data.FirmwareId"})
    delete = Delete("DeleteOTAFirmware")
    protections = (ProtectedBy(_find_running_job, "firmware_id"),)
    constraints = (Unique("product_key", "module_name", "source_version", "version"),)
    quotas = (Quota(500, "section 4.20.3"),)
    filters = ("name", "firmware_id", "product", "module", "version", "type", "status")
    remedy = "A firmware is immutable: create one with another name and version, or delete this one first"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if resolved.get("file_md5") not in (None, PENDING):
            resolved["size_in_bytes"] = os.path.getsize(desired["file"])
        if "files" in desired:
            resolved["files"] = [_with_file_state(reader, file) for file in desired["files"]]
            _check_distinct_files(resolved["files"])
        return resolved

    def parse(self, item: dict) -> dict[str, Any]:
        values = super().parse(item)
        if "Status" in item:
            values["needs_verification"] = int(item["Status"]) != NEEDS_NO_VERIFICATION
        return values
