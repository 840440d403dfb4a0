# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A stock of devices whose names nobody chose: a product has at least so many (the manual's chapter 4.8.17)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import secrets_file
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Failure, Lanes
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests, estimate
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.registration import (
    BATCH,
    FIRST_LOOK,
    Registration,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.report import NotAllDone
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The devices of one page of a batch.
_PAGE = 50


class StockEntry(Entry):
    """Registers what a product lacks of a number of devices."""

    families = (device, product)

    def options(self) -> dict:
        return {
            "product": {"type": "str", "required": True},
            "count": {"type": "int", "required": True},
            **secrets_file.OPTIONS,
        }

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        if params["count"] < 0:
            raise InvalidValue("count must be 0 or more", field="count")
        secrets_file.check(params)
        calls = client.calls
        reader = Reader(client, tolerant=check_mode)
        keeper = None if check_mode else secrets_file.opened(params)
        key = product_key(reader, params["product"])
        there = 0
        if key is not PENDING:
            there = int(client.read("QueryDevice", {"ProductKey": key, "PageSize": 1}).get("Total") or 0)
        batches = [min(BATCH, left) for left in range(params["count"] - there, 0, -BATCH)]
        result = {
            "changed": bool(batches),
            "product_key": str(key),
            "existing": there,
            "created": [],
            "diff": {"before": {"devices": there}, "after": {"devices": there + sum(batches)}},
            "estimate": estimate(client, [_requests(batches)]),
        }
        if reader.pending:
            result["pending"] = list(reader.pending)
        if not check_mode:
            _register(Registration(Lanes(client, 1), key), batches, key, keeper, result)
        result["calls"] = client.calls - calls
        return result


def _register(registration: Registration, batches: list, key: str, keeper, result: dict) -> None:
    try:
        try:
            for count in batches:
                made = registration.draw(count)
                result["created"] += sorted(made)
                if keeper is not None:
                    keeper.add(key, made)
        finally:
            if keeper is not None:
                keeper.close()
    except (Failure, EngineError) as error:
        cause = error if isinstance(error, Failure) else None
        raise NotAllDone(f"not finished, run the task again to go on: {error}", result, cause) from error


def _requests(batches: list) -> Requests:
    return Requests(
        {
            "BatchRegisterDevice": len(batches),
            "QueryBatchRegisterDeviceStatus": len(batches),
            "QueryPageByApplyId": sum(-(-count // _PAGE) for count in batches),
        },
        pause=FIRST_LOOK * len(batches),
    )
