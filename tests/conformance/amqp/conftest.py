# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures that connect consumers with AMQP libraries to an emulator with AMQP endpoint."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from ...amqp_client import credentials, require_proton
from ...conftest import running_emulator
from ..device_sdk.clients import connect_without_sdk
from ..linkkit_device import TIMEOUT
from ..node_sdk import run_script
from .rhea_client import RheaClient


@pytest.fixture(scope="session")
def _shared(tmp_path_factory):
    """Start an emulator with AMQP endpoint, and with MQTT endpoint for the device that sends the messages."""
    require_proton()
    options = ("--no-throttle", "--amqp-port", "0", "--mqtt-port", "0")
    with running_emulator(tmp_path_factory.mktemp("amqp"), *options) as running:
        yield running


@pytest.fixture
def call(server):
    """Call an operation that must succeed."""

    def call(operation: str, **params: Any) -> dict[str, Any]:
        _status, reply = server.call(operation, **params)
        assert reply["Success"], (operation, reply)
        return reply

    return call


@pytest.fixture
def group(call) -> str:
    """Create a consumer group and return its id."""
    return call("CreateConsumerGroup", GroupName="billing")["GroupId"]


@pytest.fixture
def other(call) -> str:
    """Create another consumer group and return its id."""
    return call("CreateConsumerGroup", GroupName="archive")["GroupId"]


@pytest.fixture
def publish(call, server):
    """Return a function that publishes payloads of a device, to which the groups subscribe, one after the other."""
    key = call("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    secret = call("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]["DeviceSecret"]
    device, code = connect_without_sdk(server, key, "lamp", secret)
    assert code == 0
    device.loop_start()

    def publish(*payloads: bytes, groups: list[str]) -> None:
        call("CreateSubscribeRelation", ProductKey=key, Type="AMQP", ConsumerGroupIds=groups, DeviceDataFlag=True)
        for payload in payloads:
            sent = device.publish(f"/{key}/lamp/user/update", payload, qos=1)
            sent.wait_for_publish(TIMEOUT)
            assert sent.is_published()

    yield publish
    device.disconnect()
    device.loop_stop()


@pytest.fixture
def connect(server):
    """Return a function that connects a consumer of a group with rhea; all consumers are stopped after the test."""
    with contextlib.ExitStack() as processes:

        def connect(group: str, client: str = "client", **options: Any) -> RheaClient:
            login = options.pop("login", None) or credentials(group, client)
            return RheaClient(processes.enter_context(run_script("consumer.js")), server.amqp, login, **options)

        yield connect
