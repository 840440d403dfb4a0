# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A form with a file (multipart/form-data) that is read while it is sent: firmware files have up to 2,000 MB."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Mapping
from typing import BinaryIO


class Form:
    """The body of a POST request: fields, followed by one file, as object storage requires it.

    Args:
        fields: The fields in their order.
        file: The file, opened for reading bytes.
    """

    def __init__(self, fields: Mapping[str, object], file: BinaryIO) -> None:
        boundary = uuid.uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        before = "".join(head).encode()
        after = f"\r\n--{boundary}--\r\n".encode()
        self._parts: list[BinaryIO] = [io.BytesIO(before), file, io.BytesIO(after)]
        self._size = len(before) + os.fstat(file.fileno()).st_size + len(after)

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size`` of them; no bytes at the end."""
        while self._parts:
            piece = self._parts[0].read(size)
            if piece:
                return piece
            self._parts.pop(0)
        return b""
