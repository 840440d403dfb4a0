# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Batches of devices with generated names that were requested and whose end no task has seen yet.

No operation lists the batches of a product, and a second request registers other devices. So each batch is recorded
before it is requested, in the directory that the processes of a user share. A task that runs after a failed or killed
one continues the recorded batches instead of requesting the same devices again. The lock also prevents two tasks from
registering the same missing devices at the same time.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.locked_file import LockedFile


@dataclass
class OpenBatch:
    """A batch that was requested.

    Attributes:
        existing: The number of devices of the product before the request.
        count: The number of requested devices.
        requested_at: The time of the request, or of its timeout, in seconds since 1970.
        apply_id: The ApplyId; None if the response was lost.
    """

    existing: int
    count: int
    requested_at: float
    apply_id: int | None = None

    @property
    def age(self) -> float:
        """The seconds since the request; 0 if the clock was set back."""
        return max(0.0, time.time() - self.requested_at)


class OpenBatches:
    """The recorded batches of one product.

    Args:
        directory: The directory that the processes of the user share; None to keep batches only in memory.
        endpoint: The endpoint of the API.
        product_key: The ProductKey.
    """

    def __init__(self, directory: str | None, endpoint: str, product_key: str) -> None:
        self.batches: list[OpenBatch] = []
        self._file: LockedFile | None = None
        if directory:
            name = hashlib.sha256(f"{product_key}@{endpoint}".encode()).hexdigest()[:16]
            folder = os.path.join(directory, f"batches-{name}")
            with suppress(OSError):
                os.makedirs(folder, mode=0o700, exist_ok=True)
                self._file = LockedFile(os.path.join(folder, "open.json"))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Exclude other tasks that register devices of the product, and load the batches."""
        if self._file is None:
            yield
            return
        with self._file.lock():
            self.load()
            yield

    def load(self) -> None:
        """Load the recorded batches. A damaged file is ignored: it only shortens the search for running batches."""
        content = self._file.read() if self._file else None
        with suppress(ValueError, TypeError):
            self.batches = [OpenBatch(**row) for row in json.loads(content or b"[]")]

    def add(self, existing: int, count: int) -> OpenBatch:
        """Record a batch that is about to be requested."""
        batch = OpenBatch(existing, count, time.time())
        self.batches.append(batch)
        self.save()
        return batch

    def record_timeout(self, batch: OpenBatch) -> None:
        """Record that the response to the request was lost now. The platform may still execute it for a while."""
        batch.requested_at = time.time()
        self.save()

    def remove(self, batch: OpenBatch) -> None:
        """Remove a batch whose devices are registered, or that the platform does not have."""
        self.batches.remove(batch)
        self.save()

    def save(self) -> None:
        """Write the batches to the file.

        Raises:
            EngineError: The file cannot be written.
        """
        if self._file is None:
            return
        try:
            if self.batches:
                self._file.replace(json.dumps([asdict(batch) for batch in self.batches]).encode())
            else:
                with suppress(FileNotFoundError):
                    os.unlink(self._file.path)
        except OSError as error:
            raise EngineError(
                f"the record of running batches, {self._file.path}, cannot be written: {error}"
            ) from error
