# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures that connect devices with the vendor's device SDK to an emulator with MQTT gateway."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from ...conftest import running_emulator
from ..conftest import UpgradedSdk
from ..linkkit_device import Device

NUMBER = {"type": "int", "specs": {"min": "0", "max": "100", "step": "1"}}
TSL = {
    "properties": [
        {"identifier": "level", "name": "level", "required": False, "accessMode": "rw", "dataType": NUMBER},
    ],
    "services": [
        {
            "identifier": identifier,
            "name": identifier,
            "required": False,
            "callType": call_type,
            "inputData": [{"identifier": "times", "name": "times", "dataType": NUMBER}],
            "outputData": [{"identifier": "result", "name": "result", "dataType": NUMBER}],
        }
        for identifier, call_type in (("measure", "sync"), ("reboot", "async"))
    ],
    "events": [
        {
            "identifier": "alarm",
            "name": "alarm",
            "required": False,
            "type": "alert",
            "outputData": [{"identifier": "code", "name": "code", "dataType": NUMBER}],
        }
    ],
}


@pytest.fixture(scope="session")
def _shared(tmp_path_factory):
    """Start an emulator with MQTT gateway and HTTPS."""
    options = ("--no-throttle", "--mqtt-port", "0", "--https-port", "0")
    with running_emulator(tmp_path_factory.mktemp("device_sdk"), *options) as running:
        yield running


@pytest.fixture
def api(server):
    """Call an operation that must succeed."""
    sdk = UpgradedSdk(server.address)

    def call(operation: str, **params):
        reply = sdk(operation, **params)
        assert reply["Success"], (operation, reply)
        return reply

    return call


@pytest.fixture
def product(api, tmp_path):
    """Create a product with the thing model ``TSL``.

    Return key, secret and the path of the published model for the SDK.
    """
    kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    key = api("CreateProduct", ProductName="thermometer", **kind)["ProductKey"]
    api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    api("PublishThingModel", ProductKey=key)
    model = tmp_path / "model.json"
    model.write_text(api("GetThingModelTslPublished", ProductKey=key)["Data"]["TslStr"], encoding="utf-8")
    return SimpleNamespace(key=key, secret=api("QueryProduct", ProductKey=key)["Data"]["ProductSecret"], model=model)


@pytest.fixture
def register(api, product):
    """Register a device and return product key, device name and secret."""

    def register(name: str, key: str = product.key) -> tuple[str, str, str]:
        data = api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]
        return key, name, data["DeviceSecret"]

    return register


@pytest.fixture
def create_device(server, product):
    """Create devices for the SDK and close them at the end of the test."""
    created = []

    def create_device(*credentials: str, **options) -> Device:
        created.append(Device(server.mqtt, *credentials, model=product.model, **options))
        return created[-1]

    yield create_device
    for device in created:
        device.close()


@pytest.fixture
def credentials(register):
    """Register a device and return product key, device name and secret."""
    return register("lamp")


@pytest.fixture
def device(create_device, credentials):
    """Create and connect a device."""
    return create_device(*credentials).connect()


@pytest.fixture
def device_params(product):
    """Return the API parameters that identify the device."""
    return {"ProductKey": product.key, "DeviceName": "lamp"}


@pytest.fixture
def device_status(api, product):
    """Return the status of a device."""

    def device_status(name: str = "lamp", key: str = product.key) -> str:
        return api("GetDeviceStatus", ProductKey=key, DeviceName=name)["Data"]["Status"]

    return device_status


@pytest.fixture
def gateway_credentials(api, register):
    """Register a gateway and return product key, device name and secret."""
    key = api("CreateProduct", ProductName="gateways", NodeType=1)["ProductKey"]
    return register("gateway", key)
