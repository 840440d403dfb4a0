# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Receive messages in a custom data format: convert them with the product's script, process them and send the reply."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.expressions.scripting import ScriptFailed
from ansible_collections.iotops.aliyun.emulator.expressions.translation import NoScript, to_alink, to_custom_format
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing.uplink import receive_translated, uplink

_NO_SCRIPT = 26001
_SCRIPT_FAILED = 26002


@uplink("/sys/{pk}/{dn}/thing/model/down_raw_reply", raw=True)
@uplink("/sys/{pk}/{dn}/thing/model/up_raw", raw=True)
def _report(ctx: Context, device: Row, match: dict[str, str], payload: bytes) -> None:
    """Handle a message in a custom format.

    If the script fails, the reply is an error in JSON. Otherwise the script converts the reply to the custom format.
    """
    reply_topic = f"{match['topic']}_reply"
    try:
        message = to_alink(ctx, device["product_key"], payload)
    except ScriptFailed as error:
        code = _NO_SCRIPT if isinstance(error, NoScript) else _SCRIPT_FAILED
        reply = {"code": code, "data": {}, "id": "", "message": str(error)}
        downlink.send(ctx, device, reply_topic, reply, traced=False)
        return
    message.setdefault("method", _method_of_request(ctx, device, message))
    topic = f"/sys/{device['product_key']}/{device['device_name']}/{message['method'].replace('.', '/')}"
    if "code" in message:
        # It is a reply to a command.
        topic += "_reply"
    content = payloads.to_bytes(message)
    trace.record_transformed(ctx, match["message_id"], topic, content)

    def send_reply(reply: Row) -> None:
        try:
            content = to_custom_format(ctx, device["product_key"], reply)
        except ScriptFailed:
            # The script is not required to convert replies: most devices do not need them.
            return
        if content:
            downlink.send(ctx, device, reply_topic, content, traced=False)

    # Record the converted message: a pending operation reads the reply from the trace.
    message_id = trace.next_id(ctx)
    trace.record(ctx, message_id, device["iot_id"], topic, content)
    receive_translated(ctx, device, topic, message, str(message_id), send_reply)


def _method_of_request(ctx: Context, device: Row, reply: Row) -> str:
    """Return the method of the command that a reply without a method belongs to."""
    request = trace.find_sent(ctx, device, str(reply.get("id", "")))
    call = ctx.store.one("service_record", message_id=request["message_id"]) if request else None
    return f"thing.service.{call['identifier']}" if call else "thing.service"
