# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A minimum number of devices of a product, with names that the platform generates (manual section 4.8.17)."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import LATE_CREATE_TIMEOUT
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import secrets_file
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests, estimate
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.open_batches import (
    OpenBatch,
    OpenBatches,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.registration import (
    BATCH_SIZE,
    FIRST_POLL_DELAY,
    Registration,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.report import DeviceSetIncomplete
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.vendor_errors import (
    concerns_request_only,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The seconds after which a request without a response is no longer executed, and its devices are registered.
SETTLE_TIMEOUT = LATE_CREATE_TIMEOUT + 30.0

#: The page size of QueryPageByApplyId.
_PAGE_SIZE = 50


class StockEntry(Entry):
    """Register the devices that a product lacks for a minimum number of devices."""

    families = (device, product)

    def options(self) -> dict:
        return {
            "product": {"type": "str", "required": True},
            "count": {"type": "int", "required": True},
            **secrets_file.OPTIONS,
        }

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if params["count"] < 0:
            raise InvalidValue(f"count must be 0 or more, not {params['count']}", field="count")
        secrets_file.check_options(params)
        reader = Reader(client, tolerant=check_mode)
        file = secrets_file.open_secrets_file(params, self.vault)
        key = product_key(reader, params["product"])
        stock = Stock(client, key)
        if not check_mode:
            with stock.open_batches.lock():
                return stock.fill(params["count"], file)
        stock.open_batches.load()
        result = stock.plan(params["count"])
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result


class Stock:
    """The devices of one product.

    Args:
        client: The client.
        product_key: The ProductKey; ``PENDING`` if the product does not exist yet.

    Attributes:
        open_batches: The batches that earlier tasks requested and did not see the end of.
    """

    def __init__(self, client: Any, product_key: Any) -> None:
        self.open_batches = OpenBatches(client.shared_directory(), client.connection.endpoint, str(product_key))
        self._client = client
        self._key = product_key
        self._registration = Registration(WorkerPool(client, 1), product_key)

    def plan(self, count: int) -> dict:
        """Return the result of check mode. The devices of running batches are expected to be registered."""
        existing = 0 if self._key is PENDING else self._count()
        running = sum(batch.count for batch in self.open_batches.batches if self._is_running(batch))
        result = self._planned(existing, count - existing - running)
        result["diff"]["after"]["devices"] += running
        # The task will report the devices of these batches, and write their secrets.
        result["changed"] = result["changed"] or bool(self.open_batches.batches)
        return result

    def fill(self, count: int, file: secrets_file.SecretsFile | None) -> dict:
        """Wait for the open batches, register the missing devices, and return the result.

        Raises:
            DeviceSetIncomplete: The task stopped before the end. The error has a ``result``.
        """
        result: dict = {"changed": False, "created": []}
        try:
            try:
                for batch in list(self.open_batches.batches):
                    self._continue(batch, file, result)
                existing = self._count()
                planned = self._planned(existing, count - existing)
                earlier = len(result["created"])
                planned["existing"] -= earlier
                planned["diff"]["before"]["devices"] -= earlier
                planned["changed"] = planned["changed"] or bool(earlier)
                result.update({**planned, "created": result["created"]})
                for size in _batches(count - existing):
                    self._register(existing, size, file, result)
                    existing += size
            finally:
                if file is not None:
                    file.close()
        except (IotError, EngineError) as error:
            cause = error if isinstance(error, IotError) else None
            result["changed"] = bool(result["created"])
            raise DeviceSetIncomplete(
                f"the task did not finish: {error}", result, cause, remedy=self._remedy()
            ) from error
        return result

    def _planned(self, existing: int, missing: int) -> dict:
        batches = _batches(missing)
        return {
            "changed": bool(batches),
            "product_key": str(self._key),
            "existing": existing,
            "created": [],
            "diff": {"before": {"devices": existing}, "after": {"devices": existing + sum(batches)}},
            "estimate": estimate(self._client, [_requests(batches)]),
        }

    def _count(self) -> int:
        """Return the number of devices of the product."""
        return int(self._client.call("QueryDevice", {"ProductKey": self._key, "PageSize": 1}).get("Total") or 0)

    def _is_running(self, batch: OpenBatch) -> bool:
        if batch.apply_id is None:
            return batch.age < SETTLE_TIMEOUT and self._count() < batch.existing + batch.count
        try:
            return self._registration.is_registering(batch.apply_id)
        except IotError as error:
            if concerns_request_only(error):
                return False
            raise

    def _continue(self, batch: OpenBatch, file: secrets_file.SecretsFile | None, result: dict) -> None:
        """Finish a batch of an earlier task, unless the platform does not have it."""
        try:
            self._finish(batch, file, result)
        except IotError as error:
            if not concerns_request_only(error):
                raise
            self.open_batches.remove(batch)

    def _register(self, existing: int, size: int, file: secrets_file.SecretsFile | None, result: dict) -> None:
        """Register one batch. It is recorded before the request, so that a later task can continue it."""
        batch = self.open_batches.add(existing, size)
        try:
            batch.apply_id = self._registration.start_generated(size)
            self.open_batches.save()
        except IotError as error:
            if not error.ambiguous:
                self.open_batches.remove(batch)
                raise
            self.open_batches.record_timeout(batch)
            if not self._appears(batch):
                raise
        self._finish(batch, file, result)

    def _finish(self, batch: OpenBatch, file: secrets_file.SecretsFile | None, result: dict) -> None:
        """Wait for the end of a batch, and add its devices to the result and to the secrets file."""
        secrets = self._generated(batch)
        result["created"] += sorted(secrets)
        result["changed"] = result["changed"] or bool(secrets)
        if file is not None:
            file.add(self._key, secrets)
        self.open_batches.remove(batch)
        if batch.apply_id is not None and len(secrets) < batch.count:
            raise EngineError(f"the platform registered {len(secrets)} of {batch.count} devices")

    def _generated(self, batch: OpenBatch) -> dict[str, str | None]:
        """Return the secrets of the devices of a batch by name, after its end.

        Without an ApplyId, they are the newest devices of the product, as far as they exist.
        """
        if batch.apply_id is not None:
            return self._registration.wait_for_generated(batch.apply_id)
        if not self._appears(batch):
            return {}
        # Devices are listed by their creation time, newest first (manual section 4.8.8).
        self._client.clear_cache()
        newest = islice(self._client.pages("QueryDevice", {"ProductKey": self._key}), batch.count)
        return {row["DeviceName"]: row.get("DeviceSecret") for row in newest}

    def _appears(self, batch: OpenBatch) -> bool:
        """Wait until the devices of a batch exist, or until a request that timed out is no longer executed."""

        def missing(found: int) -> str:
            return "" if found >= batch.existing + batch.count else "devices are missing"

        return not wait(self._count, missing, SETTLE_TIMEOUT - batch.age)[1]

    def _remedy(self) -> str:
        running = sum(batch.count for batch in self.open_batches.batches)
        if not running:
            return "Run the task again to continue"
        return (
            f"The platform may still register {running} devices: run the task again on this host, "
            "where it waits for them before it registers others"
        )


def _batches(missing: int) -> list[int]:
    """Return the sizes of the batches for a number of missing devices."""
    return [min(BATCH_SIZE, left) for left in range(missing, 0, -BATCH_SIZE)]


def _requests(batches: list[int]) -> Requests:
    return Requests(
        {
            "BatchRegisterDevice": len(batches),
            "QueryBatchRegisterDeviceStatus": len(batches),
            "QueryPageByApplyId": sum(-(-count // _PAGE_SIZE) for count in batches),
        },
        pause=FIRST_POLL_DELAY * len(batches),
    )
