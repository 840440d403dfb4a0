# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Deduplication of the property reports of a product's devices (manual chapter 4.7)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key


class Deduplication(ActionEntry):
    """The deduplication settings of a product. No operation returns them, so every run sends them."""

    families = (product,)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("by_value", type=Flag(), required=True),
        Field("by_timestamp", type=Flag(), required=True),
    )
    summary = "The deduplication settings would be updated"

    def run_action(self, client: Any, values: dict) -> dict:
        params = {
            "ProductKey": values["product_key"],
            "PropertyValueFilter": values["by_value"],
            "PropertyTimestampFilter": values["by_timestamp"],
        }
        client.call("UpdateProductFilterConfig", params)
        return {}
