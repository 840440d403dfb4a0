# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A form with a file in it (multipart/form-data) that is read as it is sent: a firmware has up to 2,000 MB."""

from __future__ import annotations

import io
import os
import uuid


class Form:
    """The body of a POST: some fields, and at its end one file, as object storage wants it.

    Args:
        fields: the fields, in their order.
        file: the file, opened for reading bytes.
    """

    def __init__(self, fields: dict, file):
        boundary = uuid.uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        before = "".join(head).encode()
        after = f"\r\n--{boundary}--\r\n".encode()
        self._parts = [io.BytesIO(before), file, io.BytesIO(after)]
        self._size = len(before) + os.fstat(file.fileno()).st_size + len(after)

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """The next bytes, ``size`` of them at most; none at the end."""
        while self._parts:
            piece = self._parts[0].read(size)
            if piece:
                return piece
            self._parts.pop(0)
        return b""
