# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the script of a product makes of messages: its devices' own format into Alink JSON, and back.

The functions that a script has for that are those of the manual's chapters 4.11.16 and 4.11.17. They get bytes as Java
has them, from -128 to 127.
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
    """Whether a product's devices speak a format of their own."""
    product = ctx.store.one("product", product_key=product_key)
    return product is not None and product["data_format"] == CUSTOM_FORMAT


def to_alink(ctx: Context, product_key: str, content: bytes) -> Row:
    """What a device has sent, as a message of Alink. Raises ScriptFailed."""
    message = _call(ctx, product_key, "rawDataToProtocol", to_signed_bytes(content))
    message = payloads.parse_json_object(message.encode()) if isinstance(message, str) else message
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        raise ScriptFailed("rawDataToProtocol has to return an object that has a method")
    return message


def to_custom_format(ctx: Context, product_key: str, message: Row) -> bytes:
    """A message of Alink, as a device understands it. Raises ScriptFailed."""
    return from_script_bytes(_call(ctx, product_key, "protocolToRawData", message), "protocolToRawData")


def transform_payload(ctx: Context, product_key: str, topic: str, content: bytes) -> bytes:
    """What a device has sent on a custom topic, as JSON. Raises ScriptFailed."""
    return payloads.to_json(_call(ctx, product_key, "transformPayload", topic, to_signed_bytes(content))).encode()


def to_signed_bytes(content: bytes) -> list[int]:
    """Bytes as scripts get them."""
    return [byte - 256 if byte > 127 else byte for byte in content]


def from_script_bytes(values: Any, name: str) -> bytes:
    """The bytes that a script has returned. Raises ScriptFailed where it has returned something else."""
    if isinstance(values, dict):
        # JSON knows no typed arrays: a Uint8Array becomes an object whose members are called 0, 1, 2.
        values = list(values.values())
    numbers = isinstance(values, list) and all(
        isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) for value in values
    )
    if not numbers:
        raise ScriptFailed(f"{name} has to return bytes")
    return bytes(int(value) & 255 for value in values)


def _call(ctx: Context, product_key: str, function: str, *arguments: Any) -> Any:
    script = ctx.store.one("thing_script", product_key=product_key)
    if script is None:
        raise NoScript("the product has no script")
    if script["script_type"] != _JAVASCRIPT:
        raise ScriptEngineUnavailable(
            f"the embedded platform runs scripts in JavaScript only, not {script['script_type']}"
        )
    return ENGINE.call(script["content"], f"{function}.apply(undefined, _arguments)", *arguments)
