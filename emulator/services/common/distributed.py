# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where devices and products have been distributed to; how they get there is told in ``services.distribution``."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row


def is_distributed(ctx: Context, product_key: str, device_name: str) -> bool:
    """Whether a product's device of this name is in another instance than the one it came from."""
    sql = """
        SELECT 1 FROM device JOIN distributed_device USING (iot_id) WHERE device.product_key = ? AND device_name = ?
    """
    return ctx.store.value(sql, product_key, device_name) is not None


def check_not_distributed(ctx: Context, product_key: str) -> None:
    """Raise ApiError where a product is in another instance as well: what its devices speak is settled then."""
    if ctx.store.one("distributed_product", product_key=product_key):
        message = "The product is distributed: neither its thing model nor its script can be changed"
        raise ApiError("iot.system.IllegalRequest", message)


def distributions_by_device(ctx: Context, iot_ids: list[str]) -> dict[str, list[Row]]:
    """The rows of where devices are, by their ids; devices that are still where they came from have none."""
    places: dict[str, list[Row]] = {}
    for row in ctx.store.all("distributed_device", iot_id=iot_ids):
        places.setdefault(row["iot_id"], []).append(row)
    return places
