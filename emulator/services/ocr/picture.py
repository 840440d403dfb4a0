# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read the size of a PNG or JPEG file and the texts in its metadata."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE = struct.Struct(">II")
_CHUNK_HEADER = struct.Struct(">I4s")
_CHUNK_CHECKSUM_SIZE = 4  # bytes: the checksum

_JPEG = b"\xff\xd8"
_START_OF_SCAN = 0xDA
_COMMENT = 0xFE
# Markers of frames, which contain the size. Three markers in the range are not frames (tables, reserved).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEGMENT_HEADER = struct.Struct(">BBH")
_FRAME_HEADER = struct.Struct(">BHH")
_LENGTH_SIZE = 2  # bytes: the part of the segment header that the segment's length includes


class ImageError(ValueError):
    """A file is not a PNG or JPEG image, or it is corrupt."""


@dataclass(frozen=True, slots=True)
class Image:
    """Width and height in pixels, and all non-empty lines of text in their order."""

    width: int
    height: int
    lines: tuple[str, ...]


def read(content: bytes) -> Image:
    """Return size and text of an image file. Raise ImageError if it is not a valid PNG or JPEG."""
    try:
        if content.startswith(_PNG):
            return _read_png(content)
        if content.startswith(_JPEG):
            return _read_jpeg(content)
    except (struct.error, UnicodeDecodeError) as error:
        raise ImageError(f"The image is corrupt: {error}") from None
    raise ImageError("The file is neither a PNG nor a JPEG image")


def _read_png(content: bytes) -> Image:
    size: tuple[int, int] | None = None
    texts = []
    position = len(_PNG)
    while position < len(content):
        length, name = _CHUNK_HEADER.unpack_from(content, position)
        begin = position + _CHUNK_HEADER.size
        end = begin + length
        chunk = content[begin:end]
        [checksum] = struct.unpack_from(">I", content, end)
        if checksum != zlib.crc32(name + chunk):
            raise ImageError(f"The image is corrupt: checksum error in chunk {name.decode('latin-1')}")
        if name == b"IHDR":
            width, height = _PNG_SIZE.unpack_from(chunk)
            size = (width, height)
        elif name == b"tEXt":
            texts.append(chunk.partition(b"\0")[2].decode("latin-1"))
        elif name == b"iTXt":
            texts.append(_read_itxt(chunk))
        position = end + _CHUNK_CHECKSUM_SIZE
    if size is None:
        raise ImageError("The image is corrupt: it has no size")
    return Image(*size, _split_lines(texts))


def _read_itxt(chunk: bytes) -> str:
    """Return the text of an iTXt chunk, or an empty string if it is compressed."""
    _keyword, _zero, rest = chunk.partition(b"\0")
    if rest[:1] != b"\0":
        return ""
    _language, _zero, rest = rest[2:].partition(b"\0")
    return rest.partition(b"\0")[2].decode()


def _read_jpeg(content: bytes) -> Image:
    size: tuple[int, int] | None = None
    texts = []
    position = len(_JPEG)
    while True:
        prefix, marker, length = _SEGMENT_HEADER.unpack_from(content, position)
        if prefix != 0xFF:
            raise ImageError("The image is corrupt: segment marker expected")
        if marker == _START_OF_SCAN:
            break
        begin = position + _SEGMENT_HEADER.size
        position = begin + length - _LENGTH_SIZE
        if marker in _FRAMES:
            _bits, height, width = _FRAME_HEADER.unpack_from(content, begin)
            size = (width, height)
        elif marker == _COMMENT:
            texts.append(content[begin:position].decode())
    if size is None:
        raise ImageError("The image is corrupt: it has no size")
    return Image(*size, _split_lines(texts))


def _split_lines(texts: list[str]) -> tuple[str, ...]:
    return tuple(line.strip() for text in texts for line in text.splitlines() if line.strip())
