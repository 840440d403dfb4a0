# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One pace for all processes of a controller: the workers of a play, plays side by side, modules and threads.

The platform counts the requests of an account, and not who sends them. Each operation has a small file in which every
request reserves its moment, under a lock that ends with whoever holds it. What time it is, is the same for all
processes of a machine: files outlive neither it nor their meaning.
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

from ansible_collections.iotops.aliyun.plugins.module_utils.client.pacing import LONGEST_WINDOW, RECOVERY, WINDOW

try:
    import fcntl
except ImportError:  # no such locks here: each process keeps a pace of its own
    fcntl = None

#: The shape of a file: what it is, the requests of a window, the next place in the ring, the window's seconds, when it
#: was stretched last, and what the wall clock was when the clock of the machine began.
_HEAD = struct.Struct("=4sIIddd")
_MOMENT = struct.Struct("=d")
_MAGIC = b"pac1"

#: By how many seconds the wall clock may have been set since, before a file counts as one of another start.
_SET_BACK = 60.0
#: How many seconds after it was stretched last a window is as at first: files are there for longer than whoever else
#: used the account.
_FORGOTTEN = 2 * LONGEST_WINDOW


def folder() -> str | None:
    """The folder of the files, which is this user's alone; None where there can be none."""
    if fcntl is None:
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    own = f"iotops.aliyun-{os.getuid()}"
    path = (
        os.path.join(runtime, own) if runtime and os.path.isdir(runtime) else os.path.join(tempfile.gettempdir(), own)
    )
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        found = os.lstat(path)
    except OSError:
        return None
    # Where anybody can put files, somebody else may have been first.
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return path if private else None


def account_of(access_key_id: str, endpoint: str) -> str:
    """What an account is called in file names, which tell nothing of it."""
    return hashlib.sha256(f"{access_key_id}@{endpoint}".encode()).hexdigest()[:16]


def shared_by(access_key_id: str, endpoint: str):
    """What makes the buckets of an account; None where no files can be shared."""
    place = folder()
    if place is None:
        return None
    account = account_of(access_key_id, endpoint)
    return lambda name, qps: SharedBucket(os.path.join(place, f"{account}-{name}-{qps}"), qps)


class SharedBucket:
    """The pace of one operation, for all processes: at most ``qps`` requests in any running window.

    Args:
        path: its file, which is made where it is missing.
        qps: the requests of a window.
        clock, wall, sleep: for tests.

    Raises:
        OSError: the file cannot be used; then and later.
    """

    def __init__(self, path: str, qps: int, clock=time.monotonic, wall=time.time, sleep=time.sleep):
        self._path = path
        self._qps = qps
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self._threads = threading.Lock()
        self._file = -1
        self._process = 0
        with self._threads:
            self._open()

    def wait(self) -> float:
        """Waits until one more request fits; returns the seconds waited."""
        with self._threads, _Locked(self._open()) as file:
            place, window, stretched = self._head(file)
            now = self._clock()
            oldest = self._moment(file, place)
            # A window that was stretched when others had reserved already lets nobody overtake them.
            pause = max(0.0, oldest + window - now)
            os.pwrite(file, _MOMENT.pack(now + pause), _HEAD.size + place * _MOMENT.size)
            self._put(file, (place + 1) % self._qps, max(WINDOW, window * RECOVERY), stretched)
        if pause:
            self._sleep(pause)
        return pause

    def slow_down(self) -> None:
        """The platform throttled all the same: stretches the window, once for all who were throttled in it."""
        with self._threads, _Locked(self._open()) as file:
            place, window, stretched = self._head(file)
            now = self._clock()
            if now - stretched >= window:
                self._put(file, place, min(LONGEST_WINDOW, window * 2), now)

    def close(self) -> None:
        """Closes the file; the next request opens it again."""
        with self._threads:
            file, mine = self._file, self._process == os.getpid()
            self._file, self._process = -1, 0
            if mine:
                os.close(file)

    def _open(self) -> int:
        # A lock belongs to whoever opened the file: what was opened before a fork is its parent's. Kept open here, it
        # would keep the lock of a parent that died with it.
        if self._process != os.getpid():
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            inherited, self._file = self._file, os.open(self._path, flags, 0o600)
            self._process = os.getpid()
            with contextlib.suppress(OSError):
                # Whoever closes all files after a fork may have opened another one by that number.
                if os.path.sameopenfile(inherited, self._file):
                    os.close(inherited)
        return self._file

    def _began(self) -> float:
        return self._wall() - self._clock()

    def _head(self, file: int) -> tuple:
        """The next place, the window and when it was stretched; as at first where the file means nothing any more."""
        head = os.pread(file, _HEAD.size, 0)
        if len(head) == _HEAD.size:
            magic, qps, place, window, stretched, began = _HEAD.unpack(head)
            now = self._clock()
            sound = magic == _MAGIC and qps == self._qps and place < qps and WINDOW <= window <= LONGEST_WINDOW
            if sound and stretched <= now and abs(began - self._began()) < _SET_BACK:
                return place, window if now - stretched < _FORGOTTEN else WINDOW, stretched
        os.ftruncate(file, 0)
        return 0, WINDOW, self._clock() - LONGEST_WINDOW

    def _moment(self, file: int, place: int) -> float:
        found = os.pread(file, _MOMENT.size, _HEAD.size + place * _MOMENT.size)
        moment = _MOMENT.unpack(found)[0] if len(found) == _MOMENT.size else 0.0
        # Nothing that is written here is that far ahead: not a number, or nonsense.
        return moment if 0.0 < moment < self._clock() + _FARTHEST else -LONGEST_WINDOW

    def _put(self, file: int, place: int, window: float, stretched: float) -> None:
        os.pwrite(file, _HEAD.pack(_MAGIC, self._qps, place, window, stretched, self._began()), 0)


#: How many seconds ahead a moment can be reserved: whoever waits that long has gone.
_FARTHEST = 24 * 3600.0


class _Locked:
    """A file that nobody else has, for as long as the block takes."""

    def __init__(self, file: int):
        self._file = file

    def __enter__(self) -> int:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file

    def __exit__(self, *_error) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
