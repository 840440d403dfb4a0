# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for upload forms and for the object storage of platform's own URLs."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.services.ota import upload
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

PART = object_storage.PART_SIZE


@pytest.fixture
def store(platform):
    """Store a file and return its row."""

    def store(key: str = "ota/x/a.bin", content: bytes = b"firmware", **params):
        parts = [content[start : start + PART] for start in range(0, len(content), PART)]
        return platform.run(lambda ctx: object_storage.store(ctx, key, parts, **params))

    return store


@pytest.fixture
def check(platform):
    """Check an upload form; return the maximum file size, or the status and code of the error."""

    def check(form: dict[str, str], **changes: str):
        access_key_id = form.get("OSSAccessKeyId") or form.get("OssAccessKeyId") or form.get("AccessKeyId")
        fields = {
            "key": form["Key"],
            "policy": form["Policy"],
            "signature": form["Signature"],
            "ossaccesskeyid": access_key_id,
            **changes,
        }
        try:
            return platform.run(lambda ctx: object_storage.check_form(ctx, fields))
        except object_storage.StorageError as error:
            return error.status, error.code

    return check


def download_or_error(platform, key: str, **query: str):
    try:
        file = platform.run(lambda ctx: object_storage.find_for_download(ctx, key, query))
    except object_storage.StorageError as error:
        return error.status, error.code
    return platform.run(lambda ctx: object_storage.read_content(ctx, file))


@pytest.mark.parametrize(
    ("action", "params", "members", "suffix", "max_bytes"),
    [
        (
            "GenerateOTAUploadURL",
            {},
            ("OSSAccessKeyId", "FirmwareUrl", "UtcCreate"),
            ".bin",
            upload.MAX_FIRMWARE_BYTES,
        ),
        (
            "GenerateOTAUploadURL",
            {"FileSuffix": "tar.gz"},
            ("OSSAccessKeyId", "FirmwareUrl", "UtcCreate"),
            ".tar.gz",
            upload.MAX_FIRMWARE_BYTES,
        ),
        ("GenerateDeviceNameListURL", {}, ("AccessKeyId", "FileUrl", "UtcCreate"), ".csv", upload.MAX_LIST_BYTES),
        (
            "GenerateFileUploadURL",
            {"BizCode": "DEVICE_JOB_FILE", "FileSuffix": "zip"},
            ("OssAccessKeyId",),
            ".zip",
            upload.MAX_JOB_FILE_BYTES,
        ),
    ],
)
def test_upload_form_contains_policy_and_size_limit(api, check, action, params, members, suffix, max_bytes):
    form = api(action, **params)["Data"]
    assert form.keys() == {"Host", "Key", "Policy", "Signature", "ObjectStorage", *members}
    assert form["ObjectStorage"] == "OSS"
    assert form["Host"] == "http://127.0.0.1:8018/_upload"
    assert form["Key"].endswith(suffix)
    for member in ("FirmwareUrl", "FileUrl"):
        if member in form:
            assert form[member] == f"{form['Host']}/{form['Key']}"
    policy = json.loads(base64.b64decode(form["Policy"]))
    assert policy["conditions"] == [["eq", "$key", form["Key"]], ["content-length-range", 0, max_bytes]]
    assert check(form) == max_bytes


def test_job_file_form_uses_given_file_name(api):
    form = api("GenerateFileUploadURL", BizCode="DEVICE_JOB_FILE", FileSuffix="bin", FileName="配置_1")["Data"]
    assert form["Key"].endswith("/配置_1.bin")


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("GenerateOTAUploadURL", {"FileSuffix": "exe"}, "iot.firmware.InvalidGenerateOTAUploadURLParam"),
        ("GenerateFileUploadURL", {"BizCode": "OTHER", "FileSuffix": "bin"}, "iot.common.IllegalFileBizCode"),
        ("GenerateFileUploadURL", {"BizCode": "DEVICE_JOB_FILE", "FileSuffix": "dav"}, "iot.common.IllegalFileFormat"),
        *(
            (
                "GenerateFileUploadURL",
                {"BizCode": "DEVICE_JOB_FILE", "FileSuffix": "bin", "FileName": name},
                "iot.job.GenerateFileUploadUrlFailed",
            )
            for name in ("a" * 65, *(f"a{sign}" for sign in "-.*/#%&@\\"))
        ),
    ],
)
def test_invalid_upload_request_is_rejected(api_error, action, params, code):
    assert api_error(action, **params).code == code


def test_upload_form_expires_after_a_minute(platform, api, check):
    form = api("GenerateOTAUploadURL")["Data"]
    platform.clock.advance(59)
    assert check(form) == upload.MAX_FIRMWARE_BYTES
    platform.clock.advance(1.1)
    assert check(form) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": "ota/other.bin"}, (403, "AccessDenied")),
        ({"signature": "x"}, (403, "SignatureDoesNotMatch")),
        ({"policy": "e30="}, (403, "SignatureDoesNotMatch")),
        ({"ossaccesskeyid": "x"}, (403, "InvalidAccessKeyId")),
        *(({name: ""}, (400, "InvalidArgument")) for name in ("key", "signature", "policy", "ossaccesskeyid")),
    ],
)
def test_modified_upload_form_is_rejected(api, check, changes, expected):
    assert check(api("GenerateOTAUploadURL")["Data"], **changes) == expected


def test_file_is_deleted_after_an_hour_unless_retained(platform, store):
    store("ota/x/a.bin")
    store("ota/x/b.bin")
    platform.run(lambda ctx: object_storage.retain(ctx, "ota/x/b.bin"))
    platform.clock.advance(3599)
    assert download_or_error(platform, "ota/x/a.bin") == b"firmware"
    platform.clock.advance(1)
    assert download_or_error(platform, "ota/x/a.bin") == (404, "NoSuchKey")
    assert download_or_error(platform, "ota/x/b.bin") == b"firmware"
    store("ota/x/c.bin")
    assert platform.store.count("stored_file") == 2
    assert platform.store.count("stored_part") == 2


def test_stored_file_has_size_and_checksums(store):
    file = store(content=b"a" * (PART + 1))
    assert (file["size"], file["md5"]) == (PART + 1, "6f0555ac53cecbf068d354c08863805a")
    empty = store("ota/x/empty.bin", b"")
    assert (empty["size"], empty["md5"]) == (0, "d41d8cd98f00b204e9800998ecf8427e")
    assert empty["sha256"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("start", "stop"), [(0, None), (0, 1), (PART - 1, PART + 1), (PART, 2 * PART), (PART + 5, 9 * PART), (7, 7)]
)
def test_range_of_file_is_read(platform, store, start, stop):
    content = bytes(number % 251 for number in range(2 * PART + 100))
    file = store(content=content)
    read = platform.run(lambda ctx: object_storage.read_content(ctx, file, start, stop))
    assert read == content[start:stop]


def test_retained_file_cannot_be_replaced(platform, store):
    store(content=b"one")
    store(content=b"two")
    assert download_or_error(platform, "ota/x/a.bin") == b"two"
    platform.run(lambda ctx: object_storage.retain(ctx, "ota/x/a.bin"))
    with pytest.raises(object_storage.StorageError, match="FileAlreadyExists"):
        store(content=b"three")
    assert download_or_error(platform, "ota/x/a.bin") == b"two"


def test_signed_url_is_valid_until_it_expires(platform, store, download):
    store()
    url = platform.run(lambda ctx: object_storage.download_url(ctx, "ota/x/a.bin", 10_000))
    assert download(url) == b"firmware"
    query = dict(pair.split("=") for pair in url.partition("?")[2].replace("%3D", "").split("&"))
    assert download_or_error(platform, "ota/x/a.bin", **{**query, "Signature": "x"}) == (403, "SignatureDoesNotMatch")
    assert download_or_error(platform, "ota/x/a.bin", **{**query, "OSSAccessKeyId": "x"}) == (403, "InvalidAccessKeyId")
    assert download_or_error(platform, "ota/x/a.bin", Expires="9999999999") == (403, "InvalidAccessKeyId")
    with pytest.raises(object_storage.StorageError, match="SignatureDoesNotMatch"):
        download(url.replace("a.bin", "b.bin"))
    platform.clock.advance(11)
    with pytest.raises(object_storage.StorageError, match="Request has expired"):
        download(url)


def test_published_file_can_be_downloaded_for_an_hour(platform, download):
    def publish() -> str:
        return platform.run(lambda ctx: object_storage.publish_file(ctx, b"text", "txt", "text/plain"))

    url = publish()
    assert download(url) == b"text"
    platform.clock.advance(3000)
    renewed_url = publish()
    assert platform.store.count("stored_file") == 1
    platform.clock.advance(3000)
    assert download(renewed_url) == b"text"
    with pytest.raises(object_storage.StorageError, match="expired"):
        download(url)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:8018/_upload/ota/a/b.bin", "ota/a/b.bin"),
        ("https://other.example/_upload/ota/%E7%81%AF.bin?Expires=1", "ota/灯.bin"),
        ("https://other.example/ota/a/b.bin", None),
        ("ota/a/b.bin", None),
        ("http://[", None),
    ],
)
def test_key_of_url_is_returned(url, key):
    assert object_storage.key_of_url(url) == key


def test_storage_key_has_secret_in_masked_column(platform, api):
    api("GenerateOTAUploadURL")
    api("GenerateOTAUploadURL")
    [row] = platform.store.tables()["storage_key"]
    assert "access_key_secret" in row
