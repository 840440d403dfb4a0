# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Client-side rate limiting that all processes of a user on one machine share.

The platform counts the requests of an account, no matter which process sends them: a worker of a play, another play, a
module or a thread. Each operation has a small file in which each request reserves its send time. A file lock protects
the file; it is released when the process that holds it ends. Send times are times of the monotonic clock, which is the
same for all processes of a machine. The files are invalid after a restart of the machine, which resets that clock.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import struct
import tempfile
import threading
import time
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import MAX_WINDOW, RECOVERY, WINDOW

try:
    import fcntl
except ImportError:  # The system has no file locks: each process limits its own requests.
    fcntl = None  # type: ignore[assignment]

#: The header of a file: the magic bytes, the requests per window, the next slot of the ring buffer, the window in
#: seconds, when the window was last extended (monotonic clock), and the wall-clock time of the start of the monotonic
#: clock.
_HEADER = struct.Struct("=4sIIddd")
#: A slot of the ring buffer: the send time of a request.
_SLOT = struct.Struct("=d")
_MAGIC = b"pac1"

#: The maximum change of the wall clock in seconds. If it changed more, the file is from before a restart of the
#: machine.
_MAX_CLOCK_CHANGE = 60.0
#: The seconds after the last extension of a window until it is reset: the file exists longer than the other client that
#: caused the throttling.
_RESET_AFTER = 2 * MAX_WINDOW
#: The maximum number of seconds that a send time can be in the future. No process waits that long.
_MAX_RESERVATION = 24 * 3600.0


def shared_directory() -> str | None:
    """Return the directory of the files, which only this user can access.

    The directory is in ``XDG_RUNTIME_DIR`` if that exists, otherwise in the directory for temporary files.

    Returns:
        The path, or None if there is no such directory or the system has no file locks.
    """
    if fcntl is None:
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    parent = runtime if runtime and os.path.isdir(runtime) else tempfile.gettempdir()
    path = os.path.join(parent, f"iotops.aliyun-{os.getuid()}")
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        found = os.lstat(path)
    except OSError:
        return None
    # Other users can write to the directory for temporary files, and may have created the path first.
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return path if private else None


def account_hash(access_key_id: str, endpoint: str) -> str:
    """Return the part of the file names that identifies an account, without disclosing the AccessKey ID."""
    return hashlib.sha256(f"{access_key_id}@{endpoint}".encode()).hexdigest()[:16]


def shared_bucket_factory(access_key_id: str, endpoint: str) -> Callable[[str, int], SharedBucket] | None:
    """Return the function that creates the shared buckets of an account, or None if processes cannot share files."""
    directory = shared_directory()
    if directory is None:
        return None
    prefix = os.path.join(directory, account_hash(access_key_id, endpoint))
    return lambda name, qps: SharedBucket(f"{prefix}-{name}-{qps}", qps)


class SharedBucket:
    """The rate limit of one operation for all processes: at most ``qps`` requests in any sliding window.

    Args:
        path: The file of the operation, which is created if it does not exist.
        qps: The maximum number of requests in a window.
        clock: The monotonic clock; tests replace it.
        wall: The wall clock; tests replace it.
        sleep: The function that waits; tests replace it.

    Raises:
        OSError: The file cannot be used. All methods can raise it, too.
    """

    def __init__(
        self,
        path: str,
        qps: int,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._qps = qps
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self._lock = threading.Lock()
        self._file = -1
        self._process = 0
        with self._lock:
            self._open()

    def wait(self) -> float:
        """Wait until one more request fits into the window, and return the seconds waited."""
        with self._lock, _FileLock(self._open()) as file:
            slot, window, extended = self._read_header(file)
            now = self._clock()
            oldest = self._read_slot(file, slot)
            # If the window was extended after other requests reserved their send times, this request does not overtake
            # them.
            pause = max(0.0, oldest + window - now)
            os.pwrite(file, _SLOT.pack(now + pause), _HEADER.size + slot * _SLOT.size)
            self._write_header(file, (slot + 1) % self._qps, max(WINDOW, window * RECOVERY), extended)
        if pause:
            self._sleep(pause)
        return pause

    def slow_down(self) -> None:
        """Double the window after the platform throttled a request, up to ``MAX_WINDOW``.

        If several processes were throttled in the same window, it is doubled once.
        """
        with self._lock, _FileLock(self._open()) as file:
            slot, window, extended = self._read_header(file)
            now = self._clock()
            if now - extended >= window:
                self._write_header(file, slot, min(MAX_WINDOW, window * 2), now)

    def close(self) -> None:
        """Close the file; the next request opens it again."""
        with self._lock:
            file, opened_here = self._file, self._process == os.getpid()
            self._file, self._process = -1, 0
            if opened_here:
                os.close(file)

    def _open(self) -> int:
        """Return the descriptor of the file, opened by this process."""
        # A lock belongs to the open file, which a child inherits from its parent. If the child kept the inherited file
        # open, it would keep the lock of a parent that died while holding it.
        if self._process != os.getpid():
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            inherited, self._file = self._file, os.open(self._path, flags, 0o600)
            self._process = os.getpid()
            with contextlib.suppress(OSError):
                # A child that closed all files after the fork may use the descriptor for another file.
                if os.path.sameopenfile(inherited, self._file):
                    os.close(inherited)
        return self._file

    def _clock_start(self) -> float:
        return self._wall() - self._clock()

    def _read_header(self, file: int) -> tuple[int, float, float]:
        """Return the next slot, the window, and when the window was last extended.

        An invalid file, or one from before a restart of the machine, is cleared.
        """
        header = os.pread(file, _HEADER.size, 0)
        if len(header) == _HEADER.size:
            magic, qps, slot, window, extended, clock_start = _HEADER.unpack(header)
            now = self._clock()
            valid = magic == _MAGIC and qps == self._qps and slot < qps and WINDOW <= window <= MAX_WINDOW
            if valid and extended <= now and abs(clock_start - self._clock_start()) < _MAX_CLOCK_CHANGE:
                return slot, window if now - extended < _RESET_AFTER else WINDOW, extended
        os.ftruncate(file, 0)
        return 0, WINDOW, self._clock() - MAX_WINDOW

    def _read_slot(self, file: int, slot: int) -> float:
        """Return the send time in a slot; if the slot is empty or invalid, a time that does not delay any request."""
        content = os.pread(file, _SLOT.size, _HEADER.size + slot * _SLOT.size)
        moment: float = _SLOT.unpack(content)[0] if len(content) == _SLOT.size else 0.0
        return moment if 0.0 < moment < self._clock() + _MAX_RESERVATION else -MAX_WINDOW

    def _write_header(self, file: int, slot: int, window: float, extended: float) -> None:
        os.pwrite(file, _HEADER.pack(_MAGIC, self._qps, slot, window, extended, self._clock_start()), 0)


class _FileLock:
    """An exclusive lock on an open file for the duration of a ``with`` block."""

    def __init__(self, file: int) -> None:
        self._file = file

    def __enter__(self) -> int:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file

    def __exit__(self, *_error: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
