# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for emulator tests: an emulated account in this process, a product with a thing model, and its devices.

Imports from the collection are inside functions: pytest loads this file before the collection finder of Ansible is
installed, and modules that were imported before would break it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ...conftest import flatten

#: A member of the envelope that a few operations return on success.
CODE_OF_SUCCESS = ("Code", "Success")

_PYTHON_TYPES = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}


@pytest.fixture
def platform() -> Iterator[Any]:
    """Create an empty emulated account in memory."""
    from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture
def api(platform):
    """Call an operation: ``api("QueryProduct", ProductKey="a1")`` returns the response without the envelope.

    Also checks that the response only has members and types that the catalog defines.
    """
    from ansible_collections.iotops.aliyun.emulator.core.catalogue import KNOWN_OPERATIONS as OPERATIONS

    def call(action: str, **params: Any) -> dict[str, Any]:
        reply = platform.call(action, flatten(params))
        members = {name: value for name, value in reply.items() if (name, str(value)) != CODE_OF_SUCCESS}
        check_members(action, OPERATIONS[action].result, members)
        return reply

    return call


@pytest.fixture
def api_error(api):
    """Call an operation that must fail with a business error, and return the error."""
    from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError

    def call(action: str, **params: Any) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return call


@pytest.fixture
def download(platform):
    """Download the file of a URL that an operation returned; if set, check its ``media_type``."""
    from ansible_collections.iotops.aliyun.emulator.storage import object_storage

    def download(url: str, media_type: str | None = None) -> bytes:
        query = dict(parse_qsl(urlsplit(url).query))
        file = platform.run(lambda ctx: object_storage.find_for_download(ctx, object_storage.key_of_url(url), query))
        assert media_type in (None, file["media_type"])
        return platform.run(lambda ctx: object_storage.read_content(ctx, file))

    return download


@pytest.fixture
def upload(platform, api):
    """Request an upload form, upload a file with it, and return the data of the response with the form."""
    from ansible_collections.iotops.aliyun.emulator.storage import object_storage

    def upload(content: bytes = b"firmware", action: str = "GenerateOTAUploadURL", **params: Any) -> dict[str, Any]:
        form = api(action, **params)["Data"]
        platform.run(lambda ctx: object_storage.store(ctx, form["Key"], [content] if content else []))
        return form

    return upload


@pytest.fixture
def create_firmware(api, upload):
    """Create a firmware of version 2.0.0 that needs no verification, and return its id."""
    created = []

    def create_firmware(product: str, **params: Any) -> str:
        created.append(product)
        defaults = {"FirmwareName": f"firmware{len(created)}", "DestVersion": "2.0.0", "NeedToVerify": False}
        if "MultiFiles" not in params:
            # Every firmware has different content.
            defaults["FirmwareUrl"] = upload(f"content {len(created)}".encode())["FirmwareUrl"]
        return api("CreateOTAFirmware", ProductKey=product, **{**defaults, **params})["Data"]["FirmwareId"]

    return create_firmware


@pytest.fixture
def create_static_job(api, key):
    """Create a static job for all devices of a product and return its id."""

    def create_static_job(firmware_id: str, **params: Any) -> str:
        request = {"FirmwareId": firmware_id, "ProductKey": key, "TargetSelection": "ALL", **params}
        return api("CreateOTAStaticUpgradeJob", **request)["Data"]["JobId"]

    return create_static_job


@pytest.fixture
def create_dynamic_job(api, key):
    """Create a dynamic job for devices of version 1.0.0, or of a group, and return its id."""

    def create_dynamic_job(firmware_id: str, **params: Any) -> str:
        request = {"FirmwareId": firmware_id, "ProductKey": key, **params}
        if "GroupId" not in params:
            request.setdefault("SrcVersion", ["1.0.0"])
        return api("CreateOTADynamicUpgradeJob", **request)["Data"]["JobId"]

    return create_dynamic_job


def check_members(where: str, declared: dict[str, Any], members: dict[str, Any]) -> None:
    """Fail if a response has a member or a type that the catalog does not define."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import ENVELOPE

    for name, value in members.items():
        if name in ENVELOPE:
            continue
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


#: The thing model of ``create_modeled_product``, as TSL.
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
    """Create a product with a thing model and return its key."""
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
    """Register a connected device and return its row. It has no MQTT connection: messages stay in the outbox."""
    return register()


@pytest.fixture
def publish_as_device(platform, device):
    """Publish a message of a device and return the id of the message.

    ``{own}`` in the topic is replaced by the product key and the name of the device.
    """

    def publish_as_device(topic: str, content: Any, who: dict[str, Any] = device) -> int:
        from ansible_collections.iotops.aliyun.emulator.routing.uplink import receive

        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        topic = topic.format(own=f"{who['product_key']}/{who['device_name']}")
        return platform.run(lambda ctx: receive(ctx, who, topic, payload))

    return publish_as_device


@pytest.fixture
def report(publish_as_device, device):
    """Report properties of a device and return the id of the message."""

    def report(who: dict[str, Any] = device, **properties: Any) -> int:
        return publish_as_device(
            "/sys/{own}/thing/event/property/post", {"id": "1", "version": "1.0", "params": properties}, who
        )

    return report


@pytest.fixture
def outbox(platform, device):
    """Remove all messages from the outbox of a device, and return them as tuples of topic and payload.

    Product key and name of the device in the topic are replaced by ``{own}``. JSON payloads are decoded unless ``raw``
    is set.
    """

    def outbox(who: dict[str, Any] = device, raw: bool = False) -> list[tuple[str, Any]]:
        from ansible_collections.iotops.aliyun.emulator.outbox import downlink

        def take(ctx) -> list[dict[str, Any]]:
            messages = downlink.pending_messages(ctx, who["iot_id"])
            downlink.remove_delivered(ctx, [message["id"] for message in messages])
            return messages

        own = f"{who['product_key']}/{who['device_name']}"
        decode = bytes if raw else _decode
        return [(message["topic"].replace(own, "{own}"), decode(message["payload"])) for message in platform.run(take)]

    return outbox


@pytest.fixture
def simulate(platform):
    """Create simulated devices as ``POST /_emulator/devices`` does, and run due work."""

    def simulate(**body: Any) -> dict[str, Any]:
        from ansible_collections.iotops.aliyun.emulator.http import control_devices

        created = platform.run(lambda ctx: control_devices.create_devices(ctx, body))
        platform.run_due_work()
        return created

    return simulate


@pytest.fixture
def advance_clock(platform):
    """Move the clock forward by ``seconds``, and run due work."""

    def advance_clock(seconds: float) -> None:
        platform.clock.advance(seconds)
        platform.run_due_work()

    return advance_clock


@pytest.fixture
def subscribe_consumer_group(platform, api):
    """Subscribe a consumer group to messages of a product.

    Returns a function that removes the queued messages and returns them as tuples of topic and payload.
    """

    def subscribe(product: str, **flags: bool):
        from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

        group = api("CreateConsumerGroup", GroupName=f"group_{product}")["GroupId"]
        message_types = flags or {"DeviceDataFlag": True, "DeviceStatusChangeFlag": True, "ThingHistoryFlag": True}
        api("CreateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[group], **message_types)

        def messages() -> list[tuple[str, Any]]:
            queued = platform.run(lambda ctx: consumer_queue.queued_messages(ctx, group, 100))
            api("ResetConsumerGroupPosition", GroupId=group)
            return [(message["topic"], _decode(message["payload"])) for message in queued]

        return messages

    return subscribe


def _decode(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload
