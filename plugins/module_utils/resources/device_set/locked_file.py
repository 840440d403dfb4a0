# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A private file that several processes update: locked, and replaced atomically."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

_MODE = 0o600


class LockedFile:
    """A file with mode 0600 in an existing folder. A symbolic link is followed: its target is the file.

    Args:
        path: The path. The file need not exist.
    """

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(path)
        self._folder, name = os.path.split(self.path)
        # A fixed name: what a killed task left is found and replaced by the next one.
        self._temporary = os.path.join(self._folder, f".{name}.tmp")

    def problem(self) -> str:
        """Return why the file cannot be written; an empty string if it can."""
        if not os.path.isdir(self._folder):
            return f"the folder {self._folder} does not exist"
        if os.path.isdir(self.path):
            return "it is a folder"
        # The file is replaced, so the permissions of the folder count.
        if not os.access(self._folder, os.W_OK | os.X_OK):
            return f"the folder {self._folder} is not writable"
        if os.path.exists(self.path) and not os.access(self.path, os.R_OK | os.W_OK):
            return "the file is not writable"
        return ""

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Exclude other processes that use the same file. The folder is locked, so that no lock file remains."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def read(self) -> bytes | None:
        """Return the content; None if the file does not exist."""
        try:
            with open(self.path, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def replace(self, content: bytes) -> None:
        """Replace the content atomically. Call it while the file is locked.

        Raises:
            OSError: The file cannot be written; it still has its former content.
        """
        self.remove_leftovers()
        try:
            self._write_temporary(content)
            os.replace(self._temporary, self.path)
        except BaseException:
            self.remove_leftovers()
            raise

    def remove_leftovers(self) -> None:
        """Remove the temporary file that a killed task may have left."""
        with suppress(FileNotFoundError):
            os.unlink(self._temporary)

    def _write_temporary(self, content: bytes) -> None:
        # Where the file system supports it, the file has no name until it is complete: a killed task leaves nothing.
        unnamed = getattr(os, "O_TMPFILE", 0)
        if unnamed:
            with suppress(OSError), os.fdopen(os.open(self._folder, os.O_WRONLY | unnamed, _MODE), "wb") as file:
                _write(file, content)
                os.link(f"/proc/self/fd/{file.fileno()}", self._temporary, follow_symlinks=True)
                return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(self._temporary, flags, _MODE), "wb") as file:
            _write(file, content)


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())
