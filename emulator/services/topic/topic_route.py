# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Topic routes (manual chapter 4.14): messages that a device publishes to a topic are also sent to other topics."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topics import CustomTopic, custom_topic
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class

TABLES = """
CREATE TABLE IF NOT EXISTS topic_route (
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    source_iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    destination_iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    PRIMARY KEY (source, destination)
);
CREATE INDEX IF NOT EXISTS topic_route_by_destination ON topic_route (destination);
CREATE INDEX IF NOT EXISTS topic_route_by_source_device ON topic_route (source_iot_id);
CREATE INDEX IF NOT EXISTS topic_route_by_destination_device ON topic_route (destination_iot_id);
"""

#: The maximum number of destination topics of one source topic.
MAX_DESTINATIONS = 100

_TOO_MANY = "iot.messagebroker.DestTopicNameArraySizeIsLarge"


def find_destinations(ctx: Context, source: str) -> list[str]:
    """Return the destination topics of ``source``, in the order in which their routes were created."""
    return [route["destination"] for route in ctx.store.all("topic_route", source=source)]


@operation(too_many=_TOO_MANY)
def create_topic_route_table(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.14.5: Create topic routes. An invalid destination does not prevent the routes to the others."""
    source = p["SrcTopic"]
    device = _source_device(ctx, source)
    valid = {}
    failed = []
    for destination in p["DstTopic"]:
        target = _destination_device(ctx, destination)
        if target is None:
            failed.append(destination)
        else:
            valid[destination] = target["iot_id"]
    if len(valid.keys() | set(find_destinations(ctx, source))) > MAX_DESTINATIONS:
        raise ApiError(_TOO_MANY)
    for destination, iot_id in valid.items():
        ctx.store.put(
            "topic_route",
            ("source", "destination"),
            source=source,
            destination=destination,
            source_iot_id=device["iot_id"],
            destination_iot_id=iot_id,
        )
    return _render_result(failed)


@operation
def delete_topic_route_table(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.14.6: Delete topic routes. Routes that do not exist are returned as failures."""
    _parse_source_topic(p["SrcTopic"])
    names = dict.fromkeys(p["DstTopic"])  # without duplicates: the second deletion of a route would fail
    failed = [name for name in names if not ctx.store.delete("topic_route", source=p["SrcTopic"], destination=name)]
    return _render_result(failed)


@operation
def query_topic_reverse_route_table(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.14.7: List the source topics that are routed to a topic."""
    _check_custom_topic(p["Topic"])
    routes = ctx.store.all("topic_route", destination=p["Topic"])
    return {"SrcTopics": {"Topic": [route["source"] for route in routes]}}


@operation
def query_topic_route_table(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.14.8: List the destination topics of a topic."""
    _check_custom_topic(p["Topic"])
    return {"DstTopics": {"Topic": find_destinations(ctx, p["Topic"])}}


def _source_device(ctx: Context, source: str) -> Row:
    """Return the device that publishes to ``source``. Raise ApiError if its topic is invalid or it was never online."""
    parts = _parse_source_topic(source)
    if ctx.store.one("product", product_key=parts.product_key) is None:
        raise ApiError("iot.messagebroker.NotMatchedProductKeyWithSrcTopicOwner")
    device = find_device_by_name(ctx, parts.product_key, parts.device_name)
    if device["activated_at"] is None:
        raise ApiError("iot.device.InactiveDevice")
    if find_topic_class(ctx, source) is None:
        raise ApiError("iot.messagebroker.InvalidFormattedSrcTopicName", f"The product has no topic class for {source}")
    return device


def _destination_device(ctx: Context, destination: str) -> Row | None:
    """Return the device that receives messages on ``destination``, or None if the topic does not exist."""
    parts = custom_topic(destination)
    if parts is None or find_topic_class(ctx, destination) is None:
        return None
    return ctx.store.one("device", product_key=parts.product_key, device_name=parts.device_name)


def _parse_source_topic(source: str) -> CustomTopic:
    parts = custom_topic(source)
    if parts is None:
        raise ApiError("iot.messagebroker.InvalidFormattedSrcTopicName")
    return parts


def _check_custom_topic(topic: str) -> None:
    if custom_topic(topic) is None:
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")


def _render_result(failed: list[str]) -> Reply:
    return {"FailureTopics": {"Topic": failed}, "IsAllSucceed": not failed}
