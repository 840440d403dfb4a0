# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Opening the service (the manual's chapter 4.2).

Here every account can use the platform at once: an order is noted down, and nothing waits for it.
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

_FIRST_ORDER = 10**14


@operation
def open_iot_service(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.2: opening it again answers the order that opened it."""
    owner = p.get("OwnerId")
    if owner is not None and str(owner) != ctx.account.user_id:
        raise ApiError("iot.common.InvalidTenant")
    opened = ctx.store.one("iot_service", id=1)
    if opened is None:
        opened = {"id": 1, "order_id": str(_FIRST_ORDER + secrets.randbelow(9 * _FIRST_ORDER)), "opened_at": ctx.now}
        ctx.store.insert("iot_service", **opened)
    return {"OrderId": opened["order_id"]}
