# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures: an emulator in this process, a product with a thing model, and its devices.

Imports from the collection are inside of functions here: pytest reads this file before Ansible's way of finding
collections is in force, and what was imported by then would stand in its way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ...conftest import flatten

#: A member of the envelope that a few operations have where they say yes.
CODE_OF_SUCCESS = ("Code", "Success")

_PYTHON_TYPES = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}


@pytest.fixture
def platform() -> Iterator[Any]:
    """An empty platform in memory."""
    from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture
def api(platform):
    """Call an operation as Python: ``api("QueryProduct", ProductKey="a1")`` returns the reply without its envelope.

    Also holds every reply to the members and types that the catalogue declares.
    """
    from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS

    def call(action: str, **params: Any) -> dict[str, Any]:
        reply = platform.call(action, flatten(params))
        own = {name: value for name, value in reply.items() if (name, str(value)) != CODE_OF_SUCCESS}
        check_members(action, OPERATIONS[action].result, own)
        return reply

    return call


@pytest.fixture
def api_error(api):
    """Call an operation that must answer with a business error, and return the error."""
    from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError

    def call(action: str, **params: Any) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return call


@pytest.fixture
def download(platform):
    """What is fetched from a URL that the platform has given out; of ``media_type``, where a test says so."""
    from ansible_collections.iotops.aliyun.emulator.storage import object_storage

    def download(url: str, media_type: str | None = None) -> bytes:
        query = dict(parse_qsl(urlsplit(url).query))
        file = platform.run(lambda ctx: object_storage.find_for_download(ctx, object_storage.key_of_url(url), query))
        assert media_type in (None, file["media_type"])
        return platform.run(lambda ctx: object_storage.read_content(ctx, file))

    return download


@pytest.fixture
def upload(platform, api):
    """Ask an operation for a form and upload a file with it; returns what the operation answered."""
    from ansible_collections.iotops.aliyun.emulator.storage import object_storage

    def upload(content: bytes = b"firmware", action: str = "GenerateOTAUploadURL", **params: Any) -> dict[str, Any]:
        form = api(action, **params)["Data"]
        platform.run(lambda ctx: object_storage.store(ctx, form["Key"], [content] if content else []))
        return form

    return upload


@pytest.fixture
def create_firmware(api, upload):
    """Make a firmware of version 2.0.0 that needs no verification, and return its id."""
    made = []

    def create_firmware(product: str, **params: Any) -> str:
        made.append(product)
        described = {"FirmwareName": f"firmware{len(made)}", "DestVersion": "2.0.0", "NeedToVerify": False}
        if "MultiFiles" not in params:
            # Every firmware has a content of its own.
            described["FirmwareUrl"] = upload(f"content {len(made)}".encode())["FirmwareUrl"]
        return api("CreateOTAFirmware", ProductKey=product, **{**described, **params})["Data"]["FirmwareId"]

    return create_firmware


@pytest.fixture
def create_static_job(api, key):
    """Create a static job for all devices of a product and return its id."""

    def create_static_job(firmware_id: str, **params: Any) -> str:
        asked = {"FirmwareId": firmware_id, "ProductKey": key, "TargetSelection": "ALL", **params}
        return api("CreateOTAStaticUpgradeJob", **asked)["Data"]["JobId"]

    return create_static_job


@pytest.fixture
def create_dynamic_job(api, key):
    """Create a dynamic job for devices of version 1.0.0, or of a group, and return its id."""

    def create_dynamic_job(firmware_id: str, **params: Any) -> str:
        asked = {"FirmwareId": firmware_id, "ProductKey": key, **params}
        if "GroupId" not in params:
            asked.setdefault("SrcVersion", ["1.0.0"])
        return api("CreateOTADynamicUpgradeJob", **asked)["Data"]["JobId"]

    return create_dynamic_job


def check_members(where: str, declared: dict, given: dict[str, Any]) -> None:
    """Fail where a reply has a member or a type that the catalogue does not know."""
    for name, value in given.items():
        assert name in declared, f"{where} has no {name}"
        param = declared[name]
        if param.type == "list":
            assert isinstance(value, list), f"{where}.{name} is a list"
            for element in value:
                if param.members:
                    check_members(f"{where}.{name}", param.members, element)
                else:
                    assert isinstance(element, _PYTHON_TYPES[param.element])
        elif param.type == "object":
            assert isinstance(value, dict), f"{where}.{name} is an object"
            if param.members:
                check_members(f"{where}.{name}", param.members, value)
        else:
            assert isinstance(value, _PYTHON_TYPES[param.type]), f"{where}.{name} is a {param.type}"
            assert param.type == "boolean" or not isinstance(value, bool), f"{where}.{name} is a {param.type}"


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
def create_modeled_product(api):
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
def key(create_modeled_product) -> str:
    """The key of a product with a thing model."""
    return create_modeled_product()


@pytest.fixture
def register(platform, api, key):
    """Register a device, connect it, and return its row."""

    def register(name: str = "lamp", product: str = key, online: bool = True) -> dict[str, Any]:
        from ansible_collections.iotops.aliyun.emulator.routing.connection import connect

        iot_id = api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]
        device = platform.store.one("device", iot_id=iot_id)
        return platform.run(lambda ctx: connect(ctx, device, "10.0.0.1")) if online else device

    return register


@pytest.fixture
def device(register) -> dict[str, Any]:
    """The row of a device that is connected; no gateway has it, so that its messages stay in the outbox."""
    return register()


@pytest.fixture
def publish_as_device(platform, device):
    """Let a device publish; ``{own}`` in the topic is what its own topics begin with. Returns the message's id."""

    def publish_as_device(topic: str, content: Any, who: dict[str, Any] = device) -> int:
        from ansible_collections.iotops.aliyun.emulator.routing.uplink import receive

        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        topic = topic.format(own=f"{who['product_key']}/{who['device_name']}")
        return platform.run(lambda ctx: receive(ctx, who, topic, payload))

    return publish_as_device


@pytest.fixture
def report(publish_as_device, device):
    """Let a device report properties. Returns the message's id."""

    def report(who: dict[str, Any] = device, **properties: Any) -> int:
        return publish_as_device(
            "/sys/{own}/thing/event/property/post", {"id": "1", "version": "1.0", "params": properties}, who
        )

    return report


@pytest.fixture
def outbox(platform, device):
    """Take what waits for a device out of its outbox, as topics without its own part and payloads.

    With ``raw`` the payloads are the bytes that they are.
    """

    def outbox(who: dict[str, Any] = device, raw: bool = False) -> list[tuple[str, Any]]:
        from ansible_collections.iotops.aliyun.emulator.outbox import downlink

        def take(ctx) -> list[dict[str, Any]]:
            waiting = downlink.pending_messages(ctx, who["iot_id"])
            downlink.remove_delivered(ctx, [message["id"] for message in waiting])
            return waiting

        own = f"{who['product_key']}/{who['device_name']}"
        read = bytes if raw else _read
        return [(message["topic"].replace(own, "{own}"), read(message["payload"])) for message in platform.run(take)]

    return outbox


@pytest.fixture
def simulate(platform):
    """Make simulated devices as ``POST /_emulator/devices`` does, and do what they have to do at once."""

    def simulate(**wanted: Any) -> dict[str, Any]:
        from ansible_collections.iotops.aliyun.emulator.http import control_devices

        made = platform.run(lambda ctx: control_devices.create_devices(ctx, wanted))
        platform.run_due_work()
        return made

    return simulate


@pytest.fixture
def advance_clock(platform):
    """Move the clock by so many seconds, and do what falls due."""

    def advance_clock(seconds: float) -> None:
        platform.clock.advance(seconds)
        platform.run_due_work()

    return advance_clock


@pytest.fixture
def subscribed(platform, api):
    """Subscribe a consumer group to all messages of a product; returns what reads them as topics and contents."""

    def subscribe(product: str, **flags: bool):
        from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

        group = api("CreateConsumerGroup", GroupName=f"group_{product}")["GroupId"]
        wanted = flags or {"DeviceDataFlag": True, "DeviceStatusChangeFlag": True, "ThingHistoryFlag": True}
        api("CreateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[group], **wanted)

        def messages() -> list[tuple[str, Any]]:
            waiting = platform.run(lambda ctx: consumer_queue.queued_messages(ctx, group, 100))
            api("ResetConsumerGroupPosition", GroupId=group)
            return [(message["topic"], _read(message["payload"])) for message in waiting]

        return messages

    return subscribe


def _read(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload
