# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Uploads of files with a form, and errors of rejected uploads."""

from __future__ import annotations

from email.parser import BytesParser

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.form import Form
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport
from ansible_collections.iotops.aliyun.tests.unit.client.test_transport import running

# Starts servers.
pytestmark = pytest.mark.server

FIELDS = {"key": "ota/灯.bin", "policy": "the-policy", "Signature": "the-signature"}
CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def path(tmp_path):
    """Return the path of a file."""
    found = tmp_path / "lamp.bin"
    found.write_bytes(CONTENT)
    return str(found)


def parts(content_type: str, body: bytes) -> list:
    """Return the names and the contents of the parts of a form."""
    message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    return [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in message.get_payload()
    ]


@pytest.mark.parametrize("size", [1, 7, 4096, -1])
def test_form_is_read_in_pieces(path, size):
    with open(path, "rb") as file:
        form = Form(FIELDS, file)
        pieces = list(iter(lambda: form.read(size), b""))
        assert size == -1 or max(map(len, pieces)) <= size
        body = b"".join(pieces)
        assert len(body) == len(form)
        assert form.read(size) == b""
    *fields, (name, content) = parts(form.content_type, body)
    assert [(key, value.decode()) for key, value in fields] == list(FIELDS.items())
    assert (name, content) == ("file", CONTENT)


@pytest.fixture
def storage():
    """Start a server that accepts uploads."""
    with running() as server:
        server.answer = lambda handler: handler.reply(200, b"")
        yield server


def test_upload_sends_content_length(storage, path):
    Transport("http://elsewhere.invalid").upload(storage.endpoint, FIELDS, path)
    ((requested, headers, body),) = storage.requests
    assert requested == "/"
    assert int(headers["Content-Length"]) == len(body)
    assert "Transfer-Encoding" not in headers
    assert parts(headers["Content-Type"], body)[-1] == ("file", CONTENT)


@pytest.mark.parametrize(
    ("status", "body", "code", "category"),
    [
        (403, b"<Error><Code>AccessDenied</Code><Message>the-policy</Message></Error>", "AccessDenied", PERMANENT),
        (400, b"the-policy", "HTTP 400", PERMANENT),
        (302, b"", "HTTP 302", PERMANENT),
        (503, b"", "HTTP 503", TRANSIENT),
    ],
)
def test_rejected_upload_error_has_code_but_no_form_fields(storage, path, status, body, code, category):
    storage.answer = lambda handler: handler.reply(status, body)
    with pytest.raises(TransportError) as caught:
        Transport("http://elsewhere.invalid").upload(f"{storage.endpoint}/?the-signature", FIELDS, path)
    assert str(caught.value) == f"127.0.0.1 rejected the upload of {path} [{code}]"
    assert caught.value.category == category


def test_upload_of_unreadable_file_raises_transport_error(storage, tmp_path):
    with pytest.raises(TransportError, match="none cannot be read: No such file") as caught:
        Transport("http://elsewhere.invalid").upload(storage.endpoint, FIELDS, str(tmp_path / "none"))
    assert caught.value.category == PERMANENT
    assert storage.requests == []
