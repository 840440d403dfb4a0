# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Translate messages with the script of a product, between the custom data format of its devices and Alink JSON.

The functions of the script are those of manual chapters 4.11.16 and 4.11.17. They receive signed bytes (-128 to 127),
as in Java.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.expressions.scripting import (
    ENGINE,
    ScriptEngineUnavailable,
    ScriptFailed,
)

CUSTOM_FORMAT = 0

_JAVASCRIPT = "JavaScript"


class NoScript(ScriptFailed):
    """The product has no script."""


def uses_custom_format(ctx: Context, product_key: str) -> bool:
    """Return whether the devices of a product use a custom data format."""
    product = ctx.store.one("product", product_key=product_key)
    return product is not None and product["data_format"] == CUSTOM_FORMAT


def to_alink(ctx: Context, product_key: str, content: bytes) -> Row:
    """Return a message of a device as an Alink message. Raises ScriptFailed."""
    result = _call(ctx, product_key, "rawDataToProtocol", to_signed_bytes(content))
    message = payloads.parse_json_object(result.encode()) if isinstance(result, str) else result
    if not isinstance(message, dict):
        raise ScriptFailed("rawDataToProtocol must return an object")
    is_reply = "code" in message and "id" in message and "method" not in message
    if not is_reply and not isinstance(message.get("method"), str):
        raise ScriptFailed("rawDataToProtocol must return an object with a method, or a reply with id and code")
    return message


def to_custom_format(ctx: Context, product_key: str, message: Row) -> bytes:
    """Return an Alink message in the custom format. Raises ScriptFailed."""
    return from_script_bytes(_call(ctx, product_key, "protocolToRawData", message), "protocolToRawData")


def transform_payload(ctx: Context, product_key: str, topic: str, content: bytes) -> bytes:
    """Return a message of a device on a custom topic as JSON. Raises ScriptFailed."""
    return payloads.to_json(_call(ctx, product_key, "transformPayload", topic, to_signed_bytes(content))).encode()


def to_signed_bytes(content: bytes) -> list[int]:
    """Return bytes as signed numbers, as scripts receive them."""
    return [byte - 256 if byte > 127 else byte for byte in content]


def from_script_bytes(values: Any, name: str) -> bytes:
    """Return the bytes that the function ``name`` of a script returned. Raises ScriptFailed for other types."""
    if isinstance(values, dict):
        # JSON.stringify converts a Uint8Array to an object with the members 0, 1, 2 and so on.
        values = list(values.values())
    numbers = isinstance(values, list) and all(
        isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) for value in values
    )
    if not numbers:
        raise ScriptFailed(f"{name} must return bytes")
    return bytes(int(value) & 255 for value in values)


def _call(ctx: Context, product_key: str, function: str, *arguments: Any) -> Any:
    script = ctx.store.one("thing_script", product_key=product_key)
    if script is None:
        raise NoScript("the product has no script")
    if script["script_type"] != _JAVASCRIPT:
        raise ScriptEngineUnavailable(f"the emulator only runs scripts in JavaScript, not in {script['script_type']}")
    return ENGINE.call(script["content"], f"{function}.apply(undefined, _arguments)", *arguments)
