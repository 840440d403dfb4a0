# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Firmwares: what devices and their modules are upgraded to (manual chapter 4.20)."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import (
    LocalPath,
    Upload,
    matching_suffix,
    stat_file,
)
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

#: The most bytes of a file, and the most files of a firmware.
MOST_BYTES = 2000 * 1024 * 1024
MOST_FILES = 20

#: The suffixes that an uploaded file can have; one of another suffix is stored under the first.
SUFFIXES = ("bin", "dav", "apk", "tar", "gz", "tar.gz", "zip", "gzip")

#: The status of a firmware that is used without having been verified.
NEEDS_NO_VERIFICATION = -1

FIRMWARE_NAME = Text(
    1,
    40,
    pattern="[A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f][A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f_()-]*",
    hint="Chinese, Japanese and English letters, digits, _, - and parentheses, and begins with a letter or a digit",
)
VERSION = Text(1, 64, pattern="[A-Za-z0-9._-]+", hint="letters, digits, periods, - and _")

_FILE_NAME = Text(1, 32)

#: Finds the firmwares that tasks name.
FIRMWARES = Lookup("firmware", "ListOTAFirmware", id="FirmwareId", name="FirmwareName", key="firmware_id")


class Files(Type):
    """Several files, each under a name by which devices tell them apart; two are the same by name and content."""

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
        if not 2 <= len(value) <= MOST_FILES:
            return f"takes 2 to {MOST_FILES} files, not {len(value)}; a firmware of one file has it in file"
        for one in value:
            complaint = _FILE_NAME.check(one["name"])
            if complaint:
                return f"has a file whose name {complaint}"
            complaint = LocalPath().check(one["path"])
            if complaint:
                return f"has a file {one['name']} whose path {complaint}"
        names = [one["name"] for one in value]
        twice = [name for name in names if names.count(name) > 1]
        return f"names {twice[0]} twice" if twice else ""

    def from_wire(self, value: Any) -> Any:
        return [
            {"name": row.get("Name"), "size_in_bytes": int(row.get("Size") or 0), "md5": _digest(row)}
            for row in value or []
        ]

    def canonical(self, value: Any) -> Any:
        return {one["name"]: one["md5"] for one in value or []}

    def to_display(self, value: Any) -> Any:
        return [{key: one[key] for key in ("name", "md5") if key in one} for one in value]


class UploadAndCreate(Create):
    """The files go first, one by one: the firmware is made of what was uploaded."""

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        _check(desired)
        files = desired.get("files")
        result = []
        if files:
            rows = []
            for number, one in enumerate(files, 1):
                fact = f"address_{number}"
                result.append(_upload(one["path"], fact))
                rows.append(
                    {
                        "Name": one["name"],
                        "Url": Derived(unchanged, (fact,)),
                        "SignValue": one["md5"],
                        "FileMd5": one["md5"],
                        "Size": one["size_in_bytes"],
                    }
                )
            sent = {"MultiFiles": rows, "SignMethod": "MD5"}
        else:
            result.append(_upload(desired.get("file"), "address"))
            sent = {"FirmwareUrl": Derived(unchanged, ("address",)), "SignMethod": "MD5"}
        (create,) = super().steps(resource, desired)
        create.params.update(sent)
        if files:
            create.changes["files"] = (None, files)
        return [*result, create]

    def sent_fields(self, resource: Resource) -> set[str]:
        return super().sent_fields(resource) | {"files"}


def _check(desired: dict) -> None:
    """Holds what is desired of a new firmware against what goes together.

    Raises:
        InvalidValue: it does not.
    """
    if desired.get("file_md5") and desired.get("files"):
        raise InvalidValue("file and files cannot both be given", field="files")
    if not desired.get("file_md5") and not desired.get("files"):
        raise InvalidValue("file or files must be given to make a firmware", field="file")
    if not desired.get("product_key") and desired.get("module_name", DEFAULT) != DEFAULT:
        raise InvalidValue("product must be given with module: modules belong to products", field="product")
    source = desired.get("source_version")
    if desired.get("type") == "delta":
        if not source:
            raise InvalidValue(
                "source_version must be given for a firmware of type delta: it leads from one version to another",
                field="source_version",
            )
        if source == desired.get("version"):
            raise InvalidValue("source_version and version are the same", field="source_version")
    elif source:
        raise InvalidValue(
            "source_version is for a firmware of type delta: a full one leads from any version",
            field="source_version",
            remedy="Leave it out, or give type: delta",
        )


def _upload(path, fact: str) -> Step:
    suffix = matching_suffix(path, SUFFIXES) if path else None
    params = {"FileSuffix": suffix} if suffix else {}
    upload = Upload(path, fact, key_id="OSSAccessKeyId", address="FirmwareUrl")
    return Step(steps.UPDATE, "GenerateOTAUploadURL", params, upload=upload)


def _digest(row: dict) -> str:
    return str(row.get("FileMd5") or row.get("SignValue") or "").lower()


class Digest(Text):
    """An MD5 in hexadecimal digits."""

    def canonical(self, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


def _md5(reader: Reader, path: str):
    file = stat_file(reader, path, "file", MOST_BYTES)
    return file if file is PENDING else file.md5


def _looked_at(reader: Reader, one: dict) -> dict:
    file = stat_file(reader, one["path"], f"the file {one['name']}", MOST_BYTES)
    if file is PENDING:
        return {**one, "md5": PENDING, "size_in_bytes": PENDING}
    return {**one, "md5": file.md5, "size_in_bytes": file.size}


def _refuse_twins(files: list) -> None:
    seen: dict = {}
    for one in files:
        twin = seen.setdefault(one["md5"], one["name"])
        if twin != one["name"] and one["md5"] is not PENDING:
            raise InvalidValue(
                f"the files {twin} and {one['name']} are the same", field="files", remedy="Leave one of them out"
            )


class OtaFirmware(Resource):
    """A firmware. Nothing of it can change: what is another version is another firmware."""

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
    listing = Listing("ListOTAFirmware")
    details = (Detail("QueryOTAFirmware", "FirmwareInfo"),)
    create = UploadAndCreate("CreateOTAFirmware", outputs={"firmware_id": "Data.FirmwareId"})
    delete = Delete("DeleteOTAFirmware")
    filters = ("name", "firmware_id", "product", "module", "version", "type", "status")
    remedy = "A firmware stays as it was made: give a new one another name and version, or take this one away first"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if resolved.get("file_md5") not in (None, PENDING):
            resolved["size_in_bytes"] = os.path.getsize(desired["file"])
        if "files" in desired:
            resolved["files"] = [_looked_at(reader, one) for one in desired["files"]]
            _refuse_twins(resolved["files"])
        return resolved

    def parse(self, item: dict) -> dict[str, Any]:
        values = super().parse(item)
        if "Status" in item:
            values["needs_verification"] = int(item["Status"]) != NEEDS_NO_VERIFICATION
        return values
