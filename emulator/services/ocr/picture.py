# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a picture file says of itself: its size, and the texts that were put into it beside the picture."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE = struct.Struct(">II")
_CHUNK_HEAD = struct.Struct(">I4s")
_CHUNK_END = 4  # bytes: the check sum

_JPEG = b"\xff\xd8"
_START_OF_SCAN = 0xDA
_COMMENT = 0xFE
# Markers of a frame, which has the size; three that look like them mean tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEGMENT_HEAD = struct.Struct(">BBH")
_FRAME_HEAD = struct.Struct(">BHH")
_LENGTH = 2  # bytes: what a segment's length counts of its head


class PictureError(ValueError):
    """A file that is no PNG or JPEG, or is broken; it says what is wrong."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Width and height in dots, and the lines of all texts, without empty ones, in their order."""

    width: int
    height: int
    lines: tuple[str, ...]


def read(content: bytes) -> Picture:
    """What a file says. Raises PictureError."""
    try:
        if content.startswith(_PNG):
            return _read_png(content)
        if content.startswith(_JPEG):
            return _read_jpeg(content)
    except (struct.error, UnicodeDecodeError) as error:
        raise PictureError(f"The picture is broken: {error}") from None
    raise PictureError("The file is neither a PNG nor a JPEG")


def _read_png(content: bytes) -> Picture:
    size = None
    texts = []
    position = len(_PNG)
    while position < len(content):
        length, name = _CHUNK_HEAD.unpack_from(content, position)
        begin = position + _CHUNK_HEAD.size
        end = begin + length
        chunk = content[begin:end]
        [checked] = struct.unpack_from(">I", content, end)
        if checked != zlib.crc32(name + chunk):
            raise PictureError(f"The picture is broken: chunk {name.decode('latin-1')}")
        if name == b"IHDR":
            size = _PNG_SIZE.unpack_from(chunk)
        elif name == b"tEXt":
            texts.append(chunk.partition(b"\0")[2].decode("latin-1"))
        elif name == b"iTXt":
            texts.append(_international(chunk))
        position = end + _CHUNK_END
    if size is None:
        raise PictureError("The picture is broken: it has no size")
    return Picture(*size, _lines(texts))


def _international(chunk: bytes) -> str:
    """The text of a chunk iTXt; a compressed one counts as empty."""
    _keyword, _zero, rest = chunk.partition(b"\0")
    if rest[:1] != b"\0":
        return ""
    _language, _zero, rest = rest[2:].partition(b"\0")
    return rest.partition(b"\0")[2].decode()


def _read_jpeg(content: bytes) -> Picture:
    size = None
    texts = []
    position = len(_JPEG)
    while True:
        mark, kind, length = _SEGMENT_HEAD.unpack_from(content, position)
        if mark != 0xFF:
            raise PictureError("The picture is broken: a segment is not where it should be")
        if kind == _START_OF_SCAN:
            break
        begin = position + _SEGMENT_HEAD.size
        position = begin + length - _LENGTH
        if kind in _FRAMES:
            _bits, height, width = _FRAME_HEAD.unpack_from(content, begin)
            size = (width, height)
        elif kind == _COMMENT:
            texts.append(content[begin:position].decode())
    if size is None:
        raise PictureError("The picture is broken: it has no size")
    return Picture(*size, _lines(texts))


def _lines(texts: list[str]) -> tuple[str, ...]:
    return tuple(line.strip() for text in texts for line in text.splitlines() if line.strip())
