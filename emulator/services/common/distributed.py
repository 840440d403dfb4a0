# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Look up the instances that devices and products are distributed to. ``services.distribution`` distributes them."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row


def is_distributed(ctx: Context, product_key: str, device_name: str) -> bool:
    """Return whether the device of this name is in an instance other than the one it was first distributed from."""
    sql = """
        SELECT 1 FROM device JOIN distributed_device USING (iot_id) WHERE device.product_key = ? AND device_name = ?
    """
    return ctx.store.value(sql, product_key, device_name) is not None


def check_not_distributed(ctx: Context, product_key: str) -> None:
    """Raise ApiError if a product is distributed: its thing model and its script are fixed then."""
    if ctx.store.one("distributed_product", product_key=product_key):
        message = "The thing model and the script of a distributed product cannot be changed"
        raise ApiError("iot.system.IllegalRequest", message)


def distributions_by_device(ctx: Context, iot_ids: list[str]) -> dict[str, list[Row]]:
    """Return the rows of ``distributed_device`` by device ID, without devices that are not distributed."""
    distributions: dict[str, list[Row]] = {}
    for row in ctx.store.all("distributed_device", iot_id=iot_ids):
        distributions.setdefault(row["iot_id"], []).append(row)
    return distributions
