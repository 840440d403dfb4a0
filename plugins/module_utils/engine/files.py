# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Local files that are uploaded: how a task names one, what is known of it, and how it comes to the platform."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text

_PIECE = 1024 * 1024


class LocalPath(Text):
    """The path of a file on the host where the task runs."""

    argument = {"type": "path"}

    def __init__(self):
        super().__init__(1)

    def check(self, value) -> str:
        complaint = super().check(value)
        # Where a relative path begins depends on how the task is run.
        if not complaint and not os.path.isabs(value):
            complaint = f"must be a path from the root, such as {{{{ playbook_dir }}}}/{value}, not {value}"
        return complaint


@dataclass(frozen=True)
class LocalFile:
    """A file as it is now.

    Attributes:
        path: where it is.
        size: its bytes.
        md5: its MD5, in hexadecimal digits.
    """

    path: str
    size: int
    md5: str


def stat_file(reader, path: str, name: str, maximum: int):
    """What is known of a local file; pending where it is missing and that is no error.

    Args:
        reader: the reader, which knows whether an earlier task may be about to make the file.
        path: where it is.
        name: the option that names it.
        most: the most bytes that it may have.

    Raises:
        ParentMissing: there is no such file, and the reader does not tolerate that.
        InvalidValue: it is no file, cannot be read, or has a size that cannot be.
    """
    if not os.path.exists(path):
        return reader.not_found("file", path, "Check the path; it is looked for on the host where the task runs")
    if not os.path.isfile(path):
        raise InvalidValue(f"{name} must be a file, and {path} is none", field=name)
    digest = hashlib.md5()  # the platform's way of telling files apart, not a protection
    size = 0
    try:
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(_PIECE), b""):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise InvalidValue(f"{name} cannot be read: {path}: {error.strerror}", field=name) from None
    if not 0 < size <= maximum:
        raise InvalidValue(f"{name} must have 1 to {maximum} bytes, and {path} has {size}", field=name)
    return LocalFile(path, size, digest.hexdigest())


def matching_suffix(path: str, suffixes: tuple) -> str | None:
    """The one of the suffixes that a file's name ends in, the longest that fits; None where none does."""
    fitting = [suffix for suffix in suffixes if path.lower().endswith(f".{suffix}")]
    return max(fitting, key=len) if fitting else None


@dataclass(frozen=True)
class Upload:
    """A file that is posted with the form that a step's reply holds; the form is good for a minute.

    Attributes:
        path: the file.
        into: the fact by which later steps refer to the uploaded file.
        key_id: the member of the reply's data that has the id of the AccessKey.
        address: the member of it by which the platform knows the file from then on.
    """

    path: str
    output: str
    key_id: str
    address: str

    def send(self, client, reply: dict, facts: dict) -> None:
        """Posts the file; raises TransportError where it is not taken."""
        form = member(reply, "Data")
        fields = {
            "key": form["Key"],
            "OSSAccessKeyId": form[self.key_id],
            "policy": form["Policy"],
            "Signature": form["Signature"],
            "success_action_status": "200",
        }
        client.upload(form["Host"], fields, self.path)
        facts[self.output] = form[self.address]


def same(value):
    """A value as it is: what a step refers to by the name of a fact (see Upload)."""
    return value
