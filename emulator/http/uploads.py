# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``/_upload/…``: files come to the platform and are fetched from it, as OSS does it (PostObject and GetObject)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.sax.saxutils import escape

from aiohttp import BodyPartReader, web

from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.ids import request_id
from ansible_collections.iotops.aliyun.emulator.storage import object_storage
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import PART_SIZE, PATH, StorageError

_FILE = "file"
_LONGEST_FIELD = 64 * 1024
_IN_MEMORY = 16 * PART_SIZE  # a larger file waits on disk until it has come whole
_STATUSES = ("200", "201", "204")


@dataclass(frozen=True)
class Uploads:
    """The addresses of one platform's files."""

    platform: Platform

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the addresses into an application's router."""
        router.add_post(PATH, self.take)
        router.add_post(f"{PATH}/", self.take)
        router.add_get(f"{PATH}/{{key:.+}}", self.give)

    async def take(self, http: web.Request) -> web.StreamResponse:
        """Take a form and the file at its end."""
        try:
            return await self._take(http)
        except StorageError as refused:
            return _refusal(refused, http)

    async def give(self, http: web.Request) -> web.StreamResponse:
        """Give a file, or the range of it that is asked for."""
        key = http.match_info["key"]
        try:
            file = self.platform.run(lambda ctx: object_storage.find_for_download(ctx, key, http.query))
        except StorageError as refused:
            return _refusal(refused, http)
        try:
            start, stop, _step = http.http_range.indices(file["size"])
        except ValueError:
            start, stop = 0, file["size"]
        if start >= stop and file["size"]:
            return _refusal(StorageError(416, "InvalidRange", "The requested range cannot be satisfied."), http)
        headers = {"ETag": _etag(file), "Accept-Ranges": "bytes", "Content-Length": str(stop - start)}
        whole = (start, stop) == (0, file["size"])
        if not whole:
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file['size']}"
        response = web.StreamResponse(status=200 if whole else 206, headers=headers)
        response.content_type = file["media_type"]
        await response.prepare(http)
        if http.method != "HEAD":
            for offset in range(start, stop, PART_SIZE):
                await response.write(self._piece(file, offset, min(offset + PART_SIZE, stop)))
        await response.write_eof()
        return response

    def _piece(self, file: dict[str, Any], start: int, stop: int) -> bytes:
        return self.platform.run(lambda ctx: object_storage.read_content(ctx, file, start, stop))

    async def _take(self, http: web.Request) -> web.Response:
        fields: dict[str, str] = {}
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
            part = await _file_in_form(http, fields)
            most = self.platform.run(lambda ctx: object_storage.check_form(ctx, fields))
            await _read(part, content, most)
            content.seek(0)
            media_type = part.headers.get("Content-Type", "").partition(";")[0] or object_storage.BINARY_TYPE
            file = self.platform.run(lambda ctx: object_storage.store(ctx, fields["key"], _parts(content), media_type))
        status = fields.get("success_action_status", "")
        return _accepted(http, file, int(status) if status in _STATUSES else 204)


async def _file_in_form(http: web.Request, fields: dict[str, str]) -> BodyPartReader:
    """The part of a form that is its file; the fields before it are put into ``fields``. Raises Refused."""
    if not http.content_type.startswith("multipart/"):
        raise StorageError(400, "MalformedPOSTRequest", "The body of a POST is a form of the type multipart/form-data.")
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
                if len(value) > _LONGEST_FIELD:
                    raise StorageError(400, "FieldItemTooLong", f"The field {name} is too long.")
            fields[name] = value.decode(errors="replace")
    except ValueError as error:
        raise StorageError(400, "MalformedPOSTRequest", str(error)) from None
    raise StorageError(400, "IncorrectNumberOfFilesInPOSTRequest", "The form has no file.")


async def _read(part: BodyPartReader, content: IO[bytes], most: int) -> None:
    """Read a file. Raises Refused where it is larger than it may be."""
    size = 0
    while chunk := await part.read_chunk(PART_SIZE):
        size += len(chunk)
        if size > most:
            raise StorageError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
        content.write(chunk)


def _parts(content: IO[bytes]) -> Iterator[bytes]:
    while part := content.read(PART_SIZE):
        yield part


def _accepted(http: web.Request, file: dict[str, Any], status: int) -> web.Response:
    headers = {"ETag": _etag(file), "x-oss-request-id": request_id()}
    if status != 201:
        return web.Response(status=status, headers=headers)
    location = f"{http.scheme}://{http.host}{PATH}/{file['file_key']}"
    return _xml("PostResponse", {"Location": location, "Key": file["file_key"], "ETag": _etag(file)}, 201, headers)


def _refusal(refused: StorageError, http: web.Request) -> web.Response:
    number = request_id()
    members = {"Code": refused.code, "Message": refused.message, "RequestId": number, "HostId": http.host}
    return _xml("Error", members, refused.status, {"x-oss-request-id": number})


def _xml(root: str, members: dict[str, str], status: int, headers: dict[str, str]) -> web.Response:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inner}</{root}>'
    return web.Response(text=text, status=status, headers=headers, content_type="application/xml")


def _etag(file: dict[str, Any]) -> str:
    return f'"{file["md5"].upper()}"'
