# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serve the file endpoints ``/_upload/…`` like object storage (OSS): upload (PostObject), download (GetObject)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.sax.saxutils import escape

from aiohttp import BodyPartReader, http_exceptions, web

from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.ids import request_id
from ansible_collections.iotops.aliyun.emulator.storage import object_storage
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import PART_SIZE, PATH, StorageError

_FILE = "file"
_MAX_FIELD_LENGTH = 64 * 1024
_IN_MEMORY = 16 * PART_SIZE  # larger files are buffered on disk until they are complete
_ALLOWED_STATUSES = ("200", "201", "204")


@dataclass(frozen=True)
class Uploads:
    """The file endpoints of an emulated account."""

    platform: Platform

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the endpoints to the router of an application."""
        router.add_post(PATH, self.upload)
        router.add_post(f"{PATH}/", self.upload)
        router.add_get(f"{PATH}/{{key:.+}}", self.download)

    async def upload(self, http: web.Request) -> web.StreamResponse:
        """Store the file of a posted form."""
        try:
            return await self._store_upload(http)
        except StorageError as error:
            return _error_response(error, http)

    async def download(self, http: web.Request) -> web.StreamResponse:
        """Return a file, or the requested range of it."""
        key = http.match_info["key"]
        try:
            file = self.platform.run(lambda ctx: object_storage.find_for_download(ctx, key, http.query))
        except StorageError as error:
            return _error_response(error, http)
        is_range = "Range" in http.headers
        try:
            start, stop, _step = http.http_range.indices(file["size"])
        except ValueError:
            # An invalid range is ignored (RFC 9110, section 14.2).
            start, stop, is_range = 0, file["size"], False
        if start >= stop and file["size"]:
            return _error_response(StorageError(416, "InvalidRange", "The requested range cannot be satisfied."), http)
        headers = {"ETag": _etag(file), "Accept-Ranges": "bytes", "Content-Length": str(stop - start)}
        if is_range:
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file['size']}"
        response = web.StreamResponse(status=206 if is_range else 200, headers=headers)
        response.content_type = file["media_type"]
        await response.prepare(http)
        if http.method != "HEAD":
            for offset in range(start, stop, PART_SIZE):
                await response.write(self._chunk(file, offset, min(offset + PART_SIZE, stop)))
        await response.write_eof()
        return response

    def _chunk(self, file: dict[str, Any], start: int, stop: int) -> bytes:
        return self.platform.run(lambda ctx: object_storage.read_content(ctx, file, start, stop))

    async def _store_upload(self, http: web.Request) -> web.Response:
        fields: dict[str, str] = {}
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
            part = await _file_in_form(http, fields)
            max_bytes = self.platform.run(lambda ctx: object_storage.check_form(ctx, fields))
            await _read(part, content, max_bytes)
            content.seek(0)
            media_type = part.headers.get("Content-Type", "").partition(";")[0] or object_storage.BINARY_TYPE
            file = self.platform.run(lambda ctx: object_storage.store(ctx, fields["key"], _parts(content), media_type))
        status = fields.get("success_action_status", "")
        return _upload_response(http, file, int(status) if status in _ALLOWED_STATUSES else 204)


async def _file_in_form(http: web.Request, fields: dict[str, str]) -> BodyPartReader:
    """Return the file part of a form and add the fields before it to ``fields``. Raises StorageError."""
    if not http.content_type.startswith("multipart/"):
        raise StorageError(
            400, "MalformedPOSTRequest", "The body of a POST request must be a form of the type multipart/form-data."
        )
    try:
        async for part in await http.multipart():
            if not isinstance(part, BodyPartReader):
                break
            name = (part.name or "").lower()
            if name == _FILE:
                return part
            value = bytearray()
            while chunk := await part.read_chunk():
                value += chunk
                if len(value) > _MAX_FIELD_LENGTH:
                    raise StorageError(400, "FieldItemTooLong", f"The field {name} is too long.")
            fields[name] = value.decode(errors="replace")
    except (ValueError, http_exceptions.HttpProcessingError) as error:
        raise StorageError(400, "MalformedPOSTRequest", str(error).partition("\n")[0]) from None
    raise StorageError(400, "IncorrectNumberOfFilesInPOSTRequest", "The form has no file.")


async def _read(part: BodyPartReader, content: IO[bytes], max_bytes: int) -> None:
    """Read a file. Raises StorageError if it is larger than ``max_bytes`` bytes."""
    size = 0
    while chunk := await part.read_chunk(PART_SIZE):
        size += len(chunk)
        if size > max_bytes:
            raise StorageError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
        content.write(chunk)


def _parts(content: IO[bytes]) -> Iterator[bytes]:
    while part := content.read(PART_SIZE):
        yield part


def _upload_response(http: web.Request, file: dict[str, Any], status: int) -> web.Response:
    headers = {"ETag": _etag(file), "x-oss-request-id": request_id()}
    if status != 201:
        return web.Response(status=status, headers=headers)
    location = f"{http.scheme}://{http.host}{PATH}/{file['file_key']}"
    return _xml("PostResponse", {"Location": location, "Key": file["file_key"], "ETag": _etag(file)}, 201, headers)


def _error_response(error: StorageError, http: web.Request) -> web.Response:
    oss_request_id = request_id()
    members = {"Code": error.code, "Message": error.message, "RequestId": oss_request_id, "HostId": http.host}
    return _xml("Error", members, error.status, {"x-oss-request-id": oss_request_id})


def _xml(root: str, members: dict[str, str], status: int, headers: dict[str, str]) -> web.Response:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inner}</{root}>'
    return web.Response(text=text, status=status, headers=headers, content_type="application/xml")


def _etag(file: dict[str, Any]) -> str:
    return f'"{file["md5"].upper()}"'
