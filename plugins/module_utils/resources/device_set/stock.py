# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A minimum number of devices of a product, with names that the platform generates (manual section 4.8.17)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import secrets_file
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests, estimate
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.registration import (
    BATCH_SIZE,
    FIRST_POLL_DELAY,
    Registration,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.report import DeviceSetIncomplete
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

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
        existing = 0
        if key is not PENDING:
            existing = int(client.read("QueryDevice", {"ProductKey": key, "PageSize": 1}).get("Total") or 0)
        batches = [min(BATCH_SIZE, left) for left in range(params["count"] - existing, 0, -BATCH_SIZE)]
        result = {
            "changed": bool(batches),
            "product_key": str(key),
            "existing": existing,
            "created": [],
            "diff": {"before": {"devices": existing}, "after": {"devices": existing + sum(batches)}},
            "estimate": estimate(client, [_requests(batches)]),
        }
        if reader.pending:
            result["pending"] = list(reader.pending)
        if not check_mode:
            _register(Registration(WorkerPool(client, 1), key), batches, key, file, result)
        return result


def _register(
    registration: Registration,
    batches: list[int],
    key: str,
    file: secrets_file.SecretsFile | None,
    result: dict,
) -> None:
    """Register batches of devices, write their secrets to the file, and add their names to the result."""
    try:
        try:
            for count in batches:
                secrets = registration.register_generated(count)
                result["created"] += sorted(secrets)
                if file is not None:
                    file.add(key, secrets)
        finally:
            if file is not None:
                file.close()
    except (IotError, EngineError) as error:
        cause = error if isinstance(error, IotError) else None
        raise DeviceSetIncomplete(
            f"the task did not finish: {error}", result, cause, remedy="Run the task again to continue"
        ) from error


def _requests(batches: list[int]) -> Requests:
    return Requests(
        {
            "BatchRegisterDevice": len(batches),
            "QueryBatchRegisterDeviceStatus": len(batches),
            "QueryPageByApplyId": sum(-(-count // _PAGE_SIZE) for count in batches),
        },
        pause=FIRST_POLL_DELAY * len(batches),
    )
