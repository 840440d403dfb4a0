# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that speak: a product with a thing model, devices of it, and what goes to and fro.

Imports from the collection are inside of functions, as in the file of this name one level up.
"""

from __future__ import annotations

import json
from typing import Any

import pytest


def _function(identifier: str, **members: Any) -> dict[str, Any]:
    return {"identifier": identifier, "name": identifier, "required": False, **members}


def _type(kind: str = "float", **specs: str) -> dict[str, Any]:
    return {"type": kind, "specs": {"min": "-50", "max": "100", "step": "1", **specs}}


def _parameter(identifier: str, data_type: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"identifier": identifier, "name": identifier, "dataType": data_type or _type("int")}


#: The thing model of the product ``modelled``, as TSL.
TSL = {
    "properties": [
        _function("temperature", accessMode="rw", dataType=_type(unit="°C")),
        _function("level", accessMode="rw", dataType=_type("int")),
        _function("humidity", accessMode="r", dataType=_type("int")),
        _function("label", accessMode="rw", dataType={"type": "text", "specs": {"length": "10"}}),
        _function(
            "GeoLocation",
            accessMode="r",
            dataType={
                "type": "struct",
                "specs": [
                    _parameter("Longitude", _type("double", min="-180", max="180")),
                    _parameter("Latitude", _type("double", min="-90", max="90")),
                    _parameter("CoordinateSystem", {"type": "enum", "specs": {"1": "WGS_84", "2": "GCJ_02"}}),
                ],
            },
        ),
    ],
    "services": [
        _function("reboot", callType="async", inputData=[_parameter("after")], outputData=[]),
        _function("measure", callType="sync", inputData=[], outputData=[_parameter("result")]),
    ],
    "events": [
        _function("alarm", type="alert", outputData=[_parameter("code")]),
        _function("hello", type="info", outputData=[]),
    ],
}
BLOCK = {
    "properties": [_function("charge", accessMode="rw", dataType=_type("int"))],
    "services": [_function("drain", callType="async", inputData=[], outputData=[])],
    "events": [],
}


@pytest.fixture
def modelled(api):
    """Create a product with the thing model ``TSL`` and its block ``battery``, and return its key."""

    def create(name: str = "thermometer", **params: Any) -> str:
        kind = {"ProductName": name, "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
        key = api("CreateProduct", **{**kind, **params})["ProductKey"]
        api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
        block = {"FunctionBlockId": "battery", "FunctionBlockName": "battery"}
        api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(BLOCK), **block)
        api("PublishThingModel", ProductKey=key)
        return key

    return create


@pytest.fixture
def key(modelled) -> str:
    """The key of a product with a thing model."""
    return modelled()


@pytest.fixture
def register(platform, api, key):
    """Register a device, connect it, and return its row."""

    def register(name: str = "lamp", product: str = key, online: bool = True) -> dict[str, Any]:
        from ansible_collections.iotops.aliyun.emulator.services.connection import connect

        iot_id = api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]
        device = platform.store.one("device", iot_id=iot_id)
        return platform.run(lambda ctx: connect(ctx, device, "10.0.0.1")) if online else device

    return register


@pytest.fixture
def device(register) -> dict[str, Any]:
    """The row of a device that is connected; no gateway has it, so that its messages stay in the outbox."""
    return register()


@pytest.fixture
def say(platform, device):
    """Let a device publish; ``{own}`` in the topic is what its own topics begin with. Returns the message's id."""

    def say(topic: str, content: Any, who: dict[str, Any] = device) -> int:
        from ansible_collections.iotops.aliyun.emulator.services.uplink import receive

        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        topic = topic.format(own=f"{who['product_key']}/{who['device_name']}")
        return platform.run(lambda ctx: receive(ctx, who, topic, payload))

    return say


@pytest.fixture
def report(say, device):
    """Let a device report properties. Returns the message's id."""

    def report(who: dict[str, Any] = device, **properties: Any) -> int:
        return say("/sys/{own}/thing/event/property/post", {"id": "1", "version": "1.0", "params": properties}, who)

    return report


@pytest.fixture
def outbox(platform, device):
    """Take what waits for a device out of its outbox, as topics without its own part and payloads.

    With ``raw`` the payloads are the bytes that they are.
    """

    def outbox(who: dict[str, Any] = device, raw: bool = False) -> list[tuple[str, Any]]:
        from ansible_collections.iotops.aliyun.emulator.services import downlink

        def take(ctx) -> list[dict[str, Any]]:
            waiting = downlink.waiting(ctx, who["iot_id"])
            downlink.delivered(ctx, [message["id"] for message in waiting])
            return waiting

        own = f"{who['product_key']}/{who['device_name']}"
        read = bytes if raw else _read
        return [(message["topic"].replace(own, "{own}"), read(message["payload"])) for message in platform.run(take)]

    return outbox


@pytest.fixture
def simulate(platform):
    """Make simulated devices as ``POST /_emulator/devices`` does, and do what they have to do at once."""

    def simulate(**wanted: Any) -> dict[str, Any]:
        from ansible_collections.iotops.aliyun.emulator.services import fleet

        made = platform.run(lambda ctx: fleet.make(ctx, wanted))
        platform.do_due_work()
        return made

    return simulate


@pytest.fixture
def pass_time(platform):
    """Move the clock by so many seconds, and do what falls due."""

    def pass_time(seconds: float) -> None:
        platform.clock.advance(seconds)
        platform.do_due_work()

    return pass_time


@pytest.fixture
def subscribed(platform, api):
    """Subscribe a consumer group to all messages of a product; returns what reads them as topics and contents."""

    def subscribe(product: str, **flags: bool):
        from ansible_collections.iotops.aliyun.emulator.services import consumer_queue

        group = api("CreateConsumerGroup", GroupName=f"group_{product}")["GroupId"]
        wanted = flags or {"DeviceDataFlag": True, "DeviceStatusChangeFlag": True, "ThingHistoryFlag": True}
        api("CreateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[group], **wanted)

        def messages() -> list[tuple[str, Any]]:
            waiting = platform.run(lambda ctx: consumer_queue.waiting(ctx, group, 100))
            api("ResetConsumerGroupPosition", GroupId=group)
            return [(message["topic"], _read(message["payload"])) for message in waiting]

        return messages

    return subscribe


def _read(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload
