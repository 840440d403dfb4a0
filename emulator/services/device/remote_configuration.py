# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The remote configuration of a product: devices request it, and the platform pushes a new one to them.

The formats are those of the platform's public documentation for devices. In the cloud, the configuration is edited in
the console, because the API has no operation for it; the emulator has the control endpoint
``/_emulator/configurations``.
"""

from __future__ import annotations

import hashlib
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

TABLES = """
CREATE TABLE IF NOT EXISTS remote_configuration (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    config_id TEXT NOT NULL,
    content BLOB NOT NULL
);
"""

#: The maximum size of a configuration, in bytes.
MAX_SIZE = 64 * 1024

_METHOD = "thing.config.push"
_NO_CONFIGURATION = 6710

# The only scope and the only form in which the platform sends a configuration.
_SCOPE = "product"
_FORM = "file"


def set_configuration(ctx: Context, product_key: str, content: bytes) -> tuple[str, int]:
    """Replace the configuration of a product, and push it to the devices of the product that are online.

    Returns:
        The id of the configuration, and the number of devices.
    """
    config_id = ids.hexadecimal(32)
    ctx.store.put(
        "remote_configuration", ("product_key",), product_key=product_key, config_id=config_id, content=content
    )
    message = _to_message(ctx, config_id, content)
    devices = ctx.store.all("device", product_key=product_key, online=1)
    for device in devices:
        topic = f"/sys/{product_key}/{device['device_name']}/thing/config/push"
        downlink.send_alink_message(ctx, device, topic, _METHOD, message)
    return config_id, len(devices)


@uplink("/sys/{pk}/{dn}/thing/config/get")
def _configuration(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    params = message.get("params")
    if not isinstance(params, dict) or (params.get("configScope"), params.get("getType")) != (_SCOPE, _FORM):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    row = ctx.store.one("remote_configuration", product_key=device["product_key"])
    if row is None:
        raise MessageRejected(_NO_CONFIGURATION, "no data")
    return _to_message(ctx, row["config_id"], row["content"])


def _to_message(ctx: Context, config_id: str, content: bytes) -> dict[str, Any]:
    return {
        "configId": config_id,
        "configSize": len(content),
        "sign": hashlib.sha256(content).hexdigest(),
        "signMethod": "Sha256",
        "url": object_storage.publish_file(ctx, content, "json", "application/json"),
        "getType": _FORM,
    }
