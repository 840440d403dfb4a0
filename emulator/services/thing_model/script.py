# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage the scripts that convert the messages of a product's devices to the thing model format and back.

This module stores and returns the scripts. ``expressions.translation`` runs them.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.common.distributed import check_not_distributed
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

TABLES = """
CREATE TABLE IF NOT EXISTS thing_script (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    script_type TEXT NOT NULL,
    content TEXT NOT NULL
);
"""

# File extension and media type by script type.
_FILES = {
    "JavaScript": ("js", "text/javascript"),
    "Python_27": ("py", "text/x-python"),
    "PHP_72": ("php", "application/x-php"),
}

_CUSTOM_FORMAT = 0


@operation
def create_thing_script(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.16: create the script of a product, which can have only one."""
    script = _script_from_params(ctx, p)
    if _find_script(ctx, script["product_key"]):
        raise ApiError("iot.prod.ThingScriptExisted")
    ctx.store.insert("thing_script", **script)


@operation
def update_thing_script(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.17."""
    script = _script_from_params(ctx, p)
    if not _find_script(ctx, script["product_key"]):
        raise ApiError("iot.common.FileNotExist", "The product has no script yet. Call CreateThingScript first")
    ctx.store.update("thing_script", script, product_key=script["product_key"])


@operation
def get_thing_script(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.18: return empty data if the product has no script."""
    product = find_product(ctx, p["ProductKey"])
    script = _find_script(ctx, product["product_key"])
    if not script:
        return {"Data": {}}
    kind = script["script_type"]
    return {"Data": {"ScriptType": kind, "ScriptUrl": publish_file(ctx, script["content"].encode(), *_FILES[kind])}}


def _script_from_params(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the row for the script in a request.

    Raises:
        ApiError: The script type is invalid, the product is distributed, or its data format allows no script.
    """
    product = find_product(ctx, p["ProductKey"])
    check_not_distributed(ctx, product["product_key"])
    if product["data_format"] is None:
        raise ApiError("iot.prod.ProductDataFormatIsNull")
    if product["data_format"] != _CUSTOM_FORMAT:
        raise ApiError(
            "iot.prod.ThingScriptDataFormatError", "Only products with a custom data format can have a script"
        )
    if p["ScriptType"] not in _FILES:
        raise ApiError("iot.prod.InvalidScriptType", f"ScriptType must be one of {', '.join(_FILES)}")
    return {
        "product_key": product["product_key"],
        "script_type": p["ScriptType"],
        "content": p["ScriptContent"],
    }


def _find_script(ctx: Context, product_key: str) -> Row | None:
    return ctx.store.one("thing_script", product_key=product_key)
