# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Send a request to a device and wait for its response: RRPC (manual section 4.17.6)."""

from __future__ import annotations

import base64
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import PendingReply, Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.routing.connection import check_enabled, is_half_connected
from ansible_collections.iotops.aliyun.emulator.routing.uplink import uplink
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.message.message import MAX_BROADCAST_BYTES, decode_content
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import store_service_reply

#: The range of the Timeout parameter in milliseconds.
MIN_TIMEOUT_MS = 1000
MAX_TIMEOUT_MS = 8000


@operation
def rrpc(ctx: Context, p: dict[str, Any]) -> Reply | PendingReply:
    """Manual section 4.17.6: send a request. ``RrpcCode`` is the outcome. A missing response is not an API error."""
    content = decode_content(p["RequestBase64Byte"], MAX_BROADCAST_BYTES)
    if not MIN_TIMEOUT_MS <= p["Timeout"] <= MAX_TIMEOUT_MS:
        raise ApiError("iot.messagebroker.InvalidTimeoutValue")
    device = find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])
    check_enabled(device)
    message_id = trace.next_id(ctx)
    _send(ctx, device, p.get("Topic"), content, message_id)
    if not device["online"]:
        return {"RrpcCode": "HALFCONN" if is_half_connected(ctx, device) else "OFFLINE", "MessageId": message_id}
    return PendingReply(trace.response_event(message_id), p["Timeout"], lambda later: _reply(later, message_id))


@operation
def async_rrpc(ctx: Context, p: dict[str, Any]) -> Reply:
    """Send a request on a custom topic without waiting for the response. ``ExtInfo`` has no effect."""
    content = decode_content(p["MessageContent"], MAX_BROADCAST_BYTES)
    device = find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])
    check_enabled(device)
    message_id = trace.next_id(ctx)
    _send(ctx, device, p["TopicFullName"], content, message_id)
    return {"MessageId": message_id}


def _send(ctx: Context, device: Row, topic: str | None, content: bytes, message_id: int) -> None:
    """Send a request, on a custom topic if one is given. Raise ApiError if the topic is not one of the device."""
    own = f"{device['product_key']}/{device['device_name']}"
    if not topic:
        downlink.send(ctx, device, f"/sys/{own}/rrpc/request/{message_id}", content, message_id=message_id)
        return
    parts = custom_topic(topic)
    if parts is None or f"{parts.product_key}/{parts.device_name}" != own:
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")
    if session.has_custom_rrpc(ctx, device):
        downlink.send(ctx, device, f"/ext/rrpc/{message_id}{topic}", content, message_id=message_id)
    else:
        # The device cannot receive the request: it did not connect with the option ext=1.
        trace.record(ctx, message_id, device["iot_id"], f"/ext/rrpc/{message_id}{topic}", content)


@uplink("/sys/{pk}/{dn}/rrpc/response/{request}", raw=True)
def _response(ctx: Context, device: Row, match: dict[str, str], payload: bytes) -> None:
    _record_response(ctx, device, match, payload, f"/rrpc/request/{match['request']}")


@uplink("/ext/rrpc/{request}/{request_topic*}", raw=True)
def _custom_response(ctx: Context, device: Row, match: dict[str, str], payload: bytes) -> None:
    """Handle a response on a custom topic, which is the topic of the request."""
    _record_response(ctx, device, match, payload, match["topic"])


def _record_response(ctx: Context, device: Row, match: dict[str, str], payload: bytes, topic_end: str) -> None:
    request = trace.find_message(ctx, match["request"])
    if request is None or not request["topic"].endswith(topic_end):
        return
    if trace.record_response(ctx, device, match["request"], match["message_id"]):
        response = payloads.parse_json_object(payload)
        if response is not None:
            # A synchronous service call also uses RRPC.
            store_service_reply(ctx, device, request["message_id"], response)


def _reply(ctx: Context, message_id: int) -> Reply:
    payload = trace.response_payload(ctx, message_id)
    if payload is None:
        return {"RrpcCode": "TIMEOUT", "MessageId": message_id}
    return {
        "RrpcCode": "SUCCESS",
        "MessageId": message_id,
        "PayloadBase64Byte": base64.b64encode(payload).decode(),
    }
