# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Local files that are uploaded to the platform."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Pending
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader

_READ_SIZE = 1024 * 1024


class LocalPath(Text):
    """The absolute path of a file on the host where the task runs."""

    argument = {"type": "path"}

    def __init__(self) -> None:
        super().__init__(1)

    def check(self, value: Any) -> str:
        problem = super().check(value)
        # The directory that a relative path refers to depends on how the task runs.
        if not problem and not os.path.isabs(value):
            problem = f"must be an absolute path, such as {{{{ playbook_dir }}}}/{value}, not {value}"
        return problem


@dataclass(frozen=True)
class LocalFile:
    """The state of a local file.

    Attributes:
        path: The path of the file.
        size: The size in bytes.
        md5: The MD5 hash as hexadecimal digits.
    """

    path: str
    size: int
    md5: str


def stat_file(reader: Reader, path: str, name: str, maximum: int) -> LocalFile | Pending:
    """Read a local file and return its size and hash.

    Args:
        reader: Determines whether a missing file is an error: in check mode, an earlier task may create it.
        path: The path of the file.
        name: The name of the option, for messages.
        maximum: Maximum size in bytes.

    Returns:
        The state of the file; pending if it does not exist and that is not an error.

    Raises:
        ReferenceNotFound: The file does not exist, and the reader does not tolerate that.
        InvalidValue: The path is not a file, the file cannot be read, or its size is invalid.
    """
    if not os.path.exists(path):
        return reader.not_found("file", path, "Check the path: the file is read on the host where the task runs")
    if not os.path.isfile(path):
        raise InvalidValue(f"{name} must be a file, but {path} is not", field=name)
    digest = hashlib.md5()  # The platform compares files by MD5. It is not used for security.
    size = 0
    try:
        with open(path, "rb") as file:
            for data in iter(lambda: file.read(_READ_SIZE), b""):
                digest.update(data)
                size += len(data)
    except OSError as error:
        raise InvalidValue(f"{name} cannot be read: {path}: {error.strerror}", field=name) from None
    if not 0 < size <= maximum:
        raise InvalidValue(f"{name} must have 1 to {maximum} bytes, but {path} has {size}", field=name)
    return LocalFile(path, size, digest.hexdigest())


def matching_suffix(path: str, suffixes: tuple[str, ...]) -> str | None:
    """Return the longest of the suffixes that the name of a file ends with, or None if it ends with none of them."""
    matches = [suffix for suffix in suffixes if path.lower().endswith(f".{suffix}")]
    return max(matches, key=len) if matches else None


@dataclass(frozen=True)
class Upload:
    """A local file that is posted with the form in the response of a step. The form is valid for one minute.

    Attributes:
        path: The path of the file.
        output: The name of the fact by which later steps refer to the uploaded file.
        key_id: The member of the form that contains the ID of the AccessKey.
        address: The member of the form that contains the address of the uploaded file.
    """

    path: str
    output: str
    key_id: str
    address: str

    def send(self, client: Client, response: dict[str, Any], facts: dict[str, Any]) -> None:
        """Post the file, and set the fact.

        Raises:
            TransportError: The storage service did not accept the file.
        """
        form = member(response, "Data")
        fields = {
            "key": form["Key"],
            "OSSAccessKeyId": form[self.key_id],
            "policy": form["Policy"],
            "Signature": form["Signature"],
            "success_action_status": "200",
        }
        client.upload(form["Host"], fields, self.path)
        facts[self.output] = form[self.address]
