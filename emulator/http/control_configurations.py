# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Set the remote configuration of a product for the control endpoint ``/_emulator/configurations``."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.http.control_bodies import check_body, find_product_row
from ansible_collections.iotops.aliyun.emulator.services.device import remote_configuration

_MEMBERS = ("product", "configuration")


def set_configuration(ctx: Context, body: Any) -> dict[str, Any]:
    """Set the remote configuration of a product, and push it to the devices that are online.

    ``body`` is an object; ``product`` is the key or the name of a product, ``configuration`` any JSON object::

        {"product": "light", "configuration": {"interval": 60}}

    Returns:
        The product key, the id of the configuration, and the number of devices that receive it.

    Raises:
        ValueError: ``body`` is not valid.
    """
    check_body(body, _MEMBERS)
    if not (isinstance(body.get("product"), str) and isinstance(body.get("configuration"), dict)):
        raise ValueError("the body must have product, a key or name, and configuration, an object")
    content = payloads.to_json(body["configuration"]).encode()
    if len(content) > remote_configuration.MAX_SIZE:
        raise ValueError(f"configuration can have at most {remote_configuration.MAX_SIZE} bytes, not {len(content)}")
    product_key = find_product_row(ctx, body["product"])["product_key"]
    config_id, devices = remote_configuration.set_configuration(ctx, product_key, content)
    return {"product_key": product_key, "config_id": config_id, "devices": devices}
