# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Activate the IoT Platform service (manual chapter 4.2).

In the emulator every account can use the platform without activation: the order is stored, but nothing depends on it.
"""

from __future__ import annotations

import secrets
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation

TABLES = """
CREATE TABLE IF NOT EXISTS iot_service (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    order_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL
);
"""

_MIN_ORDER_ID = 10**14


@operation
def open_iot_service(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.2: Activate the service. If it is already activated, return the id of the first order."""
    owner_id = p.get("OwnerId")
    if owner_id is not None and str(owner_id) != ctx.account.user_id:
        raise ApiError("iot.common.InvalidTenant")
    order = ctx.store.one("iot_service", id=1)
    if order is None:
        order = {"id": 1, "order_id": str(_MIN_ORDER_ID + secrets.randbelow(9 * _MIN_ORDER_ID)), "opened_at": ctx.now}
        ctx.store.insert("iot_service", **order)
    return {"OrderId": order["order_id"]}
