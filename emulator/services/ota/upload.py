# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Generate upload forms for firmwares, device lists and the files of device jobs (manual chapters 4.13 and 4.20)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import key_of_url, upload_form

#: The folders of uploaded files. The folder determines the purpose of a file.
FIRMWARES = "ota"
DEVICE_LISTS = "ota_device_list"
JOB_FILES = "device_job"

_MEGABYTE = 1024 * 1024
#: The maximum file sizes in bytes.
MAX_FIRMWARE_BYTES = 2000 * _MEGABYTE
MAX_LIST_BYTES = 5 * _MEGABYTE
MAX_JOB_FILE_BYTES = 1000 * _MEGABYTE

_DEFAULT_SUFFIX = "bin"
_JOB_SUFFIXES = ("bin", "apk", "tar", "gz", "tar.gz", "zip", "gzip")
_FIRMWARE_SUFFIXES = (*_JOB_SUFFIXES, "dav")
_LIST_SUFFIX = "csv"

_JOB = "DEVICE_JOB_FILE"
_MAX_NAME_LENGTH = 64
_FORBIDDEN_IN_NAMES = frozenset("-.*/#%&@\\")

_STORAGE = "OSS"


def uploaded_key(url: str, folder: str) -> str | None:
    """Return the key of the uploaded file that a URL refers to, or None if the URL is not one for ``folder``."""
    key = key_of_url(url)
    return key if key and key.startswith(f"{folder}/") else None


@operation
def generate_ota_upload_url(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.1."""
    suffix = p.get("FileSuffix") or _DEFAULT_SUFFIX
    if suffix not in _FIRMWARE_SUFFIXES:
        raise ApiError(
            "iot.firmware.InvalidGenerateOTAUploadURLParam",
            f"FileSuffix must be one of {', '.join(_FIRMWARE_SUFFIXES)}",
        )
    form = upload_form(ctx, FIRMWARES, suffix, MAX_FIRMWARE_BYTES)
    data = {
        "Host": form.host,
        "Key": form.key,
        "OSSAccessKeyId": form.access_key_id,
        "Policy": form.policy,
        "Signature": form.signature,
        "ObjectStorage": _STORAGE,
        "FirmwareUrl": form.url,
        "UtcCreate": times.utc(ctx.now),
    }
    return {"Data": data}


@operation
def generate_device_name_list_url(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.2: the member for the access key id has a different name than in GenerateOTAUploadURL."""
    form = upload_form(ctx, DEVICE_LISTS, _LIST_SUFFIX, MAX_LIST_BYTES)
    data = {
        "Host": form.host,
        "Key": form.key,
        "AccessKeyId": form.access_key_id,
        "Policy": form.policy,
        "Signature": form.signature,
        "ObjectStorage": _STORAGE,
        "FileUrl": form.url,
        "UtcCreate": times.utc(ctx.now),
    }
    return {"Data": data}


@operation
def generate_file_upload_url(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.13.2: the reply has no file URL, because requests refer to the file by its key."""
    if p["BizCode"] != _JOB:
        raise ApiError("iot.common.IllegalFileBizCode")
    if p["FileSuffix"] not in _JOB_SUFFIXES:
        raise ApiError("iot.common.IllegalFileFormat", f"FileSuffix must be one of {', '.join(_JOB_SUFFIXES)}")
    name = p.get("FileName")
    if name and (len(name) > _MAX_NAME_LENGTH or _FORBIDDEN_IN_NAMES.intersection(name)):
        forbidden = " ".join(sorted(_FORBIDDEN_IN_NAMES))
        message = f"FileName must have at most {_MAX_NAME_LENGTH} characters and none of {forbidden}"
        raise ApiError("iot.job.GenerateFileUploadUrlFailed", message)
    form = upload_form(ctx, JOB_FILES, p["FileSuffix"], MAX_JOB_FILE_BYTES, name)
    data = {
        "Host": form.host,
        "Key": form.key,
        "OssAccessKeyId": form.access_key_id,
        "Policy": form.policy,
        "Signature": form.signature,
        "ObjectStorage": _STORAGE,
    }
    return {"Data": data}
