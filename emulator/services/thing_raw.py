# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that speak a format of their own, which their product's script translates. Nothing here runs scripts."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services import downlink
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.uplink import uplink
from ansible_collections.iotops.aliyun.emulator.store import Row

_OWN_FORMAT = 0

_NO_SCRIPT = 26001
_SCRIPT_FAILED = 26002


def check_format(product: Row, code: str) -> None:
    """Raise ApiError with ``code`` where a message for a product's devices would have to be translated."""
    if product["data_format"] == _OWN_FORMAT:
        message = "The product's devices speak a format of their own, and the embedded platform runs no scripts"
        raise ApiError(code, message)


@uplink("/sys/{pk}/{dn}/thing/model/up_raw", raw=True)
def _report(ctx: Context, device: Row, match: dict[str, str], _payload: bytes) -> None:
    """Tell the device that nobody has understood it."""
    if ctx.store.count("thing_script", product_key=device["product_key"]):
        code, message = _SCRIPT_FAILED, "the embedded platform runs no scripts"
    else:
        code, message = _NO_SCRIPT, "the product has no script"
    reply = {"code": code, "data": {}, "id": "", "message": message}
    downlink.send(ctx, device, f"{match['topic']}_reply", reply, traced=False)
