# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts that turn what a product's devices send into the members of its thing model.

They are kept and handed out; what they make of messages is told in ``thing_translation``.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.object_storage import offer
from ansible_collections.iotops.aliyun.emulator.services.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.distributed import check_undistributed
from ansible_collections.iotops.aliyun.emulator.services.shared.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS thing_script (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    script_type TEXT NOT NULL,
    content TEXT NOT NULL
);
"""

# The suffix of each type's files, and what they are.
_FILES = {
    "JavaScript": ("js", "text/javascript"),
    "Python_27": ("py", "text/x-python"),
    "PHP_72": ("php", "application/x-php"),
}

_OWN_FORMAT = 0


@operation
def create_thing_script(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.16: the one script of a product."""
    script = _script_given(ctx, p)
    if _script_of(ctx, script["product_key"]):
        raise ApiError("iot.prod.ThingScriptExisted")
    ctx.store.insert("thing_script", **script)


@operation
def update_thing_script(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.17"""
    script = _script_given(ctx, p)
    if not _script_of(ctx, script["product_key"]):
        raise ApiError("iot.common.FileNotExist", "The product has no script yet: CreateThingScript makes one")
    ctx.store.update("thing_script", script, product_key=script["product_key"])


@operation
def get_thing_script(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.18: nothing where the product has no script."""
    product = find_product(ctx, p["ProductKey"])
    script = _script_of(ctx, product["product_key"])
    if not script:
        return {"Data": {}}
    kind = script["script_type"]
    return {"Data": {"ScriptType": kind, "ScriptUrl": offer(ctx, script["content"].encode(), *_FILES[kind])}}


def _script_given(ctx: Context, p: dict[str, Any]) -> Row:
    """The script of a call. Raises ApiError where its product can have no such script, or no other one."""
    product = find_product(ctx, p["ProductKey"])
    check_undistributed(ctx, product["product_key"])
    if product["data_format"] is None:
        raise ApiError("iot.prod.ProductDataFormatIsNull")
    if product["data_format"] != _OWN_FORMAT:
        raise ApiError("iot.prod.ThingScriptDataFormatError", "Devices that speak Alink JSON need no script")
    if p["ScriptType"] not in _FILES:
        raise ApiError("iot.prod.InvalidScriptType", f"ScriptType is one of {', '.join(_FILES)}")
    return {
        "product_key": product["product_key"],
        "script_type": p["ScriptType"],
        "content": p["ScriptContent"],
    }


def _script_of(ctx: Context, product_key: str) -> Row | None:
    return ctx.store.one("thing_script", product_key=product_key)
