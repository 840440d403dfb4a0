# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Store files under URLs of the emulator, in place of the object storage (OSS) of the real platform.

To upload a file, a client requests an upload form from an operation and posts the form with the file. A file is deleted
after one hour unless an operation retains it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row

TABLES = """
-- The access key for signatures of forms and URLs: one row.
CREATE TABLE IF NOT EXISTS storage_key (
    access_key_id TEXT PRIMARY KEY,
    access_key_secret TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS stored_file (
    file_key TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,  -- bytes
    md5 TEXT NOT NULL,  -- this and the following: hexadecimal digits
    sha256 TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    expires_at INTEGER  -- NULL for a retained file
);
CREATE INDEX IF NOT EXISTS stored_file_by_expiry ON stored_file (expires_at);
-- The content of files, in parts of the same size except the last.
CREATE TABLE IF NOT EXISTS stored_part (
    file_key TEXT NOT NULL REFERENCES stored_file ON DELETE CASCADE,
    number INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (file_key, number)
);
"""

#: The path for uploads and downloads.
PATH = "/_upload"

#: The lifetimes of an upload form, and of a file that is not retained, in milliseconds.
FORM_LIFETIME = 60_000
FILE_LIFETIME = 3_600_000

#: The size of the stored parts of a file.
PART_SIZE = 1024 * 1024

BINARY_TYPE = "application/octet-stream"

_BUCKET = "iotops"
_ACCESS_KEY_ID_LENGTH = 24
_SECRET_LENGTH = 30
_FOLDER_LENGTH = 32
_NAME_LENGTH = 20

_SIGNED = ("Expires", "OSSAccessKeyId", "Signature")


class StorageError(Exception):
    """An error of object storage: ``status`` is the HTTP status, ``code`` an error code of OSS."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{status} {code}: {message}")


@dataclass(frozen=True, slots=True)
class Form:
    """An upload form: the fields to post with a file, the host to post to, and the resulting URL of the file."""

    host: str
    key: str
    access_key_id: str
    policy: str
    signature: str
    url: str


def upload_form(ctx: Context, folder: str, suffix: str, max_bytes: int, name: str | None = None) -> Form:
    """Return a form for a file of at most ``max_bytes`` bytes, with ``name`` (default: random) and ``suffix``."""
    name = name or ids.alphanumeric(_NAME_LENGTH)
    key = f"{folder}/{ids.hexadecimal(_FOLDER_LENGTH)}/{name}.{suffix}"
    policy = {
        "expiration": times.utc(ctx.now + FORM_LIFETIME),
        "conditions": [["eq", "$key", key], ["content-length-range", 0, max_bytes]],
    }
    text = b64encode(json.dumps(policy).encode()).decode()
    signer = _signer(ctx)
    return Form(_host(ctx), key, signer["access_key_id"], text, _signature(signer, text), url_of_key(ctx, key))


def check_form(ctx: Context, fields: Mapping[str, str]) -> int:
    """Validate the fields of a posted form, by their lowercase names, and return the size limit of the file in bytes.

    Raises:
        StorageError: the form is not valid.
    """
    for name in ("key", "policy", "signature", "ossaccesskeyid"):
        if not fields.get(name):
            raise StorageError(400, "InvalidArgument", f"The form has no {name}.")
    signer = _signer(ctx)
    if fields["ossaccesskeyid"] != signer["access_key_id"]:
        raise StorageError(
            403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."
        )
    if not hmac.compare_digest(fields["signature"].encode(), _signature(signer, fields["policy"]).encode()):
        raise StorageError(403, "SignatureDoesNotMatch", "The signature does not match the policy.")
    policy = _policy(fields["policy"])
    if datetime.fromisoformat(policy["expiration"]) <= datetime.fromtimestamp(ctx.now / 1000, UTC):
        raise StorageError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    (_equals, _key, key), (_range, _minimum, max_bytes) = policy["conditions"]
    if fields["key"] != key:
        condition = json.dumps(["eq", "$key", key])
        raise StorageError(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {condition}")
    return max_bytes


def store(
    ctx: Context, key: str, parts: Iterable[bytes], media_type: str = BINARY_TYPE, lifetime: int = FILE_LIFETIME
) -> Row:
    """Store a file, replacing the file with the same key, and return its row.

    All ``parts`` except the last must have the size ``PART_SIZE``.

    Raises:
        StorageError: the existing file is retained.
    """
    _delete_expired(ctx)
    if ctx.store.one("stored_file", file_key=key, expires_at=None):
        raise StorageError(409, "FileAlreadyExists", "The file is in use and cannot be replaced.")
    ctx.store.delete("stored_file", file_key=key)
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    attributes = {"file_key": key, "media_type": media_type, "stored_at": ctx.now, "expires_at": ctx.now + lifetime}
    ctx.store.insert("stored_file", **attributes, size=0, md5="", sha256="")
    for number, content in enumerate(parts):
        ctx.store.insert("stored_part", file_key=key, number=number, content=content)
        md5.update(content)
        sha256.update(content)
        size += len(content)
    measured = {"size": size, "md5": md5.hexdigest(), "sha256": sha256.hexdigest()}
    ctx.store.update("stored_file", measured, file_key=key)
    return {**attributes, **measured}


def find_file(ctx: Context, key: str) -> Row | None:
    """Return the row of a file, or None if it does not exist or has expired."""
    file = ctx.store.one("stored_file", file_key=key)
    return None if file is None or (file["expires_at"] or ctx.now + 1) <= ctx.now else file


def retain(ctx: Context, key: str) -> None:
    """Retain a file: it is not deleted automatically anymore."""
    ctx.store.update("stored_file", {"expires_at": None}, file_key=key)


def read_content(ctx: Context, file: Row, start: int = 0, stop: int | None = None) -> bytes:
    """Return the bytes of a file from ``start`` up to ``stop``."""
    stop = file["size"] if stop is None else min(stop, file["size"])
    return b"".join(iter_content(ctx, file, start, stop))


def iter_content(ctx: Context, file: Row, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of a file from ``start`` up to ``stop`` in chunks."""
    for number in range(start // PART_SIZE, -(-stop // PART_SIZE)):
        part = ctx.store.require("stored_part", file_key=file["file_key"], number=number)
        offset = number * PART_SIZE
        yield part["content"][max(0, start - offset) : stop - offset]


def url_of_key(ctx: Context, key: str) -> str:
    """Return the URL of a file for parameters of operations."""
    return f"{_host(ctx)}/{quote(key)}"


def key_of_url(url: str) -> str | None:
    """Return the key of the file of a URL, or None if it is not a URL of object storage.

    The host of the URL is ignored, because the endpoint of the emulator can change.
    """
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    return path.removeprefix(f"{PATH}/") if path.startswith(f"{PATH}/") else None


def download_url(ctx: Context, key: str, lifetime: int) -> str:
    """Return a signed download URL that is valid for ``lifetime`` milliseconds."""
    signer = _signer(ctx)
    expires = (ctx.now + lifetime) // 1000
    query = zip(_SIGNED, (expires, signer["access_key_id"], _url_signature(signer, key, str(expires))), strict=True)
    return f"{url_of_key(ctx, key)}?{urlencode(list(query))}"


def publish_file(ctx: Context, content: bytes, suffix: str, media_type: str, lifetime: int = FILE_LIFETIME) -> str:
    """Store ``content`` as a file and return a download URL that is valid for ``lifetime`` milliseconds."""
    key = f"download/{hashlib.sha256(content).hexdigest()}.{suffix}"
    if find_file(ctx, key) is None:
        store(ctx, key, (content[start : start + PART_SIZE] for start in range(0, len(content), PART_SIZE)), media_type)
    else:
        ctx.store.update("stored_file", {"expires_at": ctx.now + FILE_LIFETIME}, file_key=key)
    return download_url(ctx, key, lifetime)


def find_for_download(ctx: Context, key: str, query: Mapping[str, str]) -> Row:
    """Return the row of a file to download.

    URLs without a signature are accepted as well, because operations return such URLs for uploaded files.

    Raises:
        StorageError: the URL has expired, or the file does not exist.
    """
    if any(name in query for name in _SIGNED):
        _check_url(ctx, key, query)
    file = find_file(ctx, key)
    if file is None:
        raise StorageError(404, "NoSuchKey", "The specified key does not exist.")
    return file


def _check_url(ctx: Context, key: str, query: Mapping[str, str]) -> None:
    signer = _signer(ctx)
    expires, access_key_id, signature = (query.get(name, "") for name in _SIGNED)
    if access_key_id != signer["access_key_id"]:
        raise StorageError(
            403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."
        )
    if not hmac.compare_digest(signature.encode(), _url_signature(signer, key, expires).encode()):
        raise StorageError(403, "SignatureDoesNotMatch", "The signature does not match the request.")
    if int(expires) * 1000 <= ctx.now:
        raise StorageError(403, "AccessDenied", "Request has expired.")


def _policy(text: str) -> dict[str, Any]:
    """Decode the policy of a form."""
    return json.loads(b64decode(text))


def _host(ctx: Context) -> str:
    return ctx.account.endpoint + PATH


def _signer(ctx: Context) -> Row:
    """Return the access key for signatures; create it at the first use."""
    signer = ctx.store.one("storage_key")
    if signer is None:
        signer = {
            "access_key_id": ids.alphanumeric(_ACCESS_KEY_ID_LENGTH),
            "access_key_secret": ids.alphanumeric(_SECRET_LENGTH),
        }
        ctx.store.insert("storage_key", **signer)
    return signer


def _signature(signer: Row, text: str) -> str:
    return b64encode(hmac.digest(signer["access_key_secret"].encode(), text.encode(), "sha1")).decode()


def _url_signature(signer: Row, key: str, expires: str) -> str:
    return _signature(signer, f"GET\n\n\n{expires}\n/{_BUCKET}/{key}")


def _delete_expired(ctx: Context) -> None:
    ctx.store.execute("DELETE FROM stored_file WHERE expires_at <= ?", ctx.now)
