# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Answer requests of devices that have no counterpart in the API: the time and the log.

The formats are those of the platform's public documentation for devices. The API has no operation that reads the log of
a device. So the reply says that the device need not upload its log; lines that it uploads nevertheless are accepted and
dropped.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink

_CONTENT = "content"
_LOG_OFF = {"mode": 0}


@uplink("/ext/ntp/{pk}/{dn}/request", reply=False)
def _time(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """Send the time of the platform in milliseconds, as numbers or texts like the time of the device."""
    sent = message.get("deviceSendTime")
    now: int | str = str(ctx.now) if isinstance(sent, str) else ctx.now
    topic = f"/ext/ntp/{device['product_key']}/{device['device_name']}/response"
    content = {"deviceSendTime": sent, "serverRecvTime": now, "serverSendTime": now}
    downlink.send(ctx, device, topic, content, traced=False)


@uplink("/sys/{pk}/{dn}/thing/config/log/get")
def _log_configuration(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    """Return that the device shall not upload its log."""
    return {"getType": _CONTENT, _CONTENT: _LOG_OFF}


@uplink("/sys/{pk}/{dn}/thing/log/post")
def _log_lines(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    if not isinstance(message.get("params"), list):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
