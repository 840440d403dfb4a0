# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of file uploads and downloads over HTTP."""

from __future__ import annotations

import re

import pytest

# Starts servers.
pytestmark = pytest.mark.server

BOUNDARY = "----form"


def body(fields: dict[str, str], content: bytes | None = b"firmware") -> bytes:
    """Return the body of a PostObject form: the file is the last part."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if content is not None:
        head = 'Content-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/x-firmware'
        parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def form(server):
    """Request an upload form; return the response data and the fields of the form."""

    def form(action: str = "GenerateOTAUploadURL", **params) -> tuple[dict, dict[str, str]]:
        data = server.call(action, **params)[1]["Data"]
        names = {"key": "Key", "policy": "Policy", "signature": "Signature"}
        fields = {name: data[member] for name, member in names.items()}
        return data, {**fields, "OSSAccessKeyId": data.get("OSSAccessKeyId") or data.get("AccessKeyId")}

    return form


@pytest.fixture
def post(server):
    """Post a form and return status, headers and body of the response."""

    def post(path: str, content: bytes, media_type: str = f"multipart/form-data; boundary={BOUNDARY}"):
        return server.exchange("POST", path, content, {"Content-Type": media_type})

    return post


def code(response) -> tuple[int, str]:
    status, headers, content = response
    assert headers["Content-Type"].startswith("application/xml")
    return status, re.search(r"<Code>(\w+)</Code>", content.decode())[1]


def test_file_is_uploaded_and_downloaded(server, form, post):
    data, fields = form()
    assert data["Host"] == f"{server.endpoint}/_upload"
    status, headers, content = post("/_upload", body({**fields, "success_action_status": "200"}))
    assert (status, content) == (200, b"")
    assert headers["ETag"] == '"74B5B5E9570EFC5C0553BB327CD41940"'
    path = data["FirmwareUrl"].removeprefix(server.endpoint)
    status, headers, content = server.exchange("GET", path)
    assert (status, content) == (200, b"firmware")
    assert headers["Content-Type"] == "application/x-firmware"
    assert headers["ETag"] == '"74B5B5E9570EFC5C0553BB327CD41940"'
    status, headers, content = server.exchange("HEAD", path)
    assert (status, headers["Content-Length"], content) == (200, "8", b"")


def test_file_above_request_limit_is_uploaded(server, form, post):
    data, fields = form()
    content = bytes(range(256)) * (70 * 1024)
    assert post("/_upload/", body(fields, content))[0] == 204
    path = data["FirmwareUrl"].removeprefix(server.endpoint)
    assert server.exchange("GET", path)[2] == content
    status, headers, part = server.exchange("GET", path, None, {"Range": "bytes=1048570-1048585"})
    assert (status, part) == (206, content[1048570:1048586])
    assert headers["Content-Range"] == f"bytes 1048570-1048585/{len(content)}"
    assert server.exchange("GET", path, None, {"Range": f"bytes={len(content)}-"})[0] == 416


@pytest.mark.parametrize(
    ("requested", "status", "found", "content_range"),
    [
        ("bytes=0-", 206, b"firmware", "bytes 0-7/8"),
        ("bytes=0-7", 206, b"firmware", "bytes 0-7/8"),
        ("bytes=4-100", 206, b"ware", "bytes 4-7/8"),
        ("bytes=-4", 206, b"ware", "bytes 4-7/8"),
        ("bytes=2-3", 206, b"rm", "bytes 2-3/8"),
        ("bytes=3-2", 200, b"firmware", None),
        ("lines=1-2", 200, b"firmware", None),
    ],
)
def test_download_with_range_returns_part(server, form, post, requested, status, found, content_range):
    data, fields = form()
    post("/_upload", body(fields))
    path = data["FirmwareUrl"].removeprefix(server.endpoint)
    reply = server.exchange("GET", path, None, {"Range": requested})
    assert (reply[0], reply[2], reply[1].get("Content-Range")) == (status, found, content_range)


@pytest.mark.parametrize(
    "malformed",
    [
        b"--x\r\nnonsense\r\n\r\nv\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="key"\r\nA: ' + b"y" * 100_000 + b"\r\n\r\nv\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="k\0ey"\r\n\r\nv\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nv',
        b"",
    ],
)
def test_upload_of_malformed_form_is_rejected(server, post, malformed):
    assert post("/_upload", malformed, "multipart/form-data; boundary=x")[0] == 400


def test_firmware_is_created_from_uploaded_file(server, form, post):
    data, fields = form()
    post("/_upload", body(fields))
    key = server.call("CreateProduct", ProductName="light", NodeType=0)[1]["ProductKey"]
    created = server.call(
        "CreateOTAFirmware", ProductKey=key, FirmwareName="one", DestVersion="2", FirmwareUrl=data["FirmwareUrl"]
    )
    firmware_id = created[1]["Data"]["FirmwareId"]
    info = server.call("QueryOTAFirmware", FirmwareId=firmware_id)[1]["FirmwareInfo"]
    assert (info["FirmwareSize"], info["FirmwareSign"]) == (8, "74b5b5e9570efc5c0553bb327cd41940")
    path = info["FirmwareUrl"].removeprefix(server.endpoint)
    assert server.exchange("GET", path)[2] == b"firmware"
    server.control("POST", "clock", {"advance": 24 * 3600 + 1})
    assert code(server.exchange("GET", path)) == (403, "AccessDenied")


def test_access_key_field_name_ignores_case(form, post):
    _data, fields = form("GenerateDeviceNameListURL")
    fields["ossAccessKeyId"] = fields.pop("OSSAccessKeyId")
    status, headers, content = post("/_upload", body({**fields, "success_action_status": "201"}, b"lamp1\n"))
    assert (status, headers["Content-Type"].partition(";")[0]) == (201, "application/xml")
    assert f"<Key>{fields['key']}</Key>" in content.decode()


def test_invalid_upload_is_rejected(server, form, post):
    data, fields = form()
    assert code(post("/_upload", body({**fields, "signature": "x"}))) == (403, "SignatureDoesNotMatch")
    assert code(post("/_upload", body({**fields, "key": "ota/x.bin"}))) == (403, "AccessDenied")
    assert code(post("/_upload", body(fields, None))) == (400, "IncorrectNumberOfFilesInPOSTRequest")
    assert code(post("/_upload", b"a=b", "application/x-www-form-urlencoded")) == (400, "MalformedPOSTRequest")
    assert code(post("/_upload", body({**fields, "x": "a" * 70_000}))) == (400, "FieldItemTooLong")
    path = data["FirmwareUrl"].removeprefix(server.endpoint)
    assert code(server.exchange("GET", path)) == (404, "NoSuchKey")
    _data, fields = form("GenerateDeviceNameListURL")
    assert code(post("/_upload", body(fields, b"a" * (5 * 1024 * 1024 + 1)))) == (400, "EntityTooLarge")
    server.control("POST", "clock", {"advance": 61})
    assert code(post("/_upload", body(fields))) == (403, "AccessDenied")


def test_state_contains_file_sizes_instead_of_content(server, form, post):
    _data, fields = form()
    post("/_upload", body(fields))
    state = server.control("GET", "state")
    assert state["stored_part"][0]["content"] == "8 bytes"
    assert state["storage_key"][0]["access_key_secret"] == "********"
