# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test connections of devices with the vendor's device SDK."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path

import pytest
from linkkit import linkkit

from ..linkkit_device import TIMEOUT, Device
from .clients import (
    CONNECTION_REFUSED,
    MALFORMED_USER_NAME,
    connect_code,
    connect_without_sdk,
    received_messages,
    wait_for_result,
)


def test_device_connection_changes_status(create_device, credentials, device_status):
    assert device_status() == "UNACTIVE"
    device = create_device(*credentials).connect()
    assert device_status() == "ONLINE"
    device.close()
    wait_for_result("OFFLINE", device_status)


def test_connection_with_invalid_credentials_or_keepalive_is_refused(server, credentials, device_status):
    key, name, secret = credentials
    assert connect_code(server, key, name, "another") == CONNECTION_REFUSED
    assert connect_code(server, key, "other", secret) == CONNECTION_REFUSED
    assert connect_code(server, *credentials, client_id="7") == CONNECTION_REFUSED
    assert connect_code(server, *credentials, username="lamp") == MALFORMED_USER_NAME
    assert connect_code(server, *credentials, keepalive=29) == CONNECTION_REFUSED
    assert connect_code(server, *credentials, keepalive=1201) == CONNECTION_REFUSED
    assert device_status() == "UNACTIVE"
    assert connect_code(server, *credentials) == 0


def test_example_in_documentation_connects_device(server, credentials, device_status):
    text = (Path(__file__).resolve().parents[3] / "docs/emulator.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names = dict(zip(("PRODUCT_KEY", "DEVICE_NAME", "DEVICE_SECRET"), credentials, strict=True))
    names.update(PORT=int(server.mqtt.partition(":")[2]), linkkit=linkkit)
    exec(example, names)
    try:
        wait_for_result("ONLINE", device_status)
    finally:
        names["device"].destruct()


@pytest.mark.parametrize("interface_info", ["Eth|03ACDEFF0032|Eth|03ACDEFF0031", "WiFi|a, b=c|"])
def test_device_with_interface_information_connects(create_device, credentials, device_status, interface_info):
    """The SDK sends the information in the client id, with the separators of the client id."""
    create_device(*credentials, interface_info=interface_info).connect()
    assert device_status() == "ONLINE"


def test_device_connects_with_tls(server, create_device, credentials, device_status):
    device = create_device(*credentials, ca_file=server.ca_file).connect()
    assert device_status() == "ONLINE"
    device.sdk.thing_post_property({"level": 4})
    assert device.wait("on_thing_prop_post")[1] == 200


@pytest.mark.parametrize("clean", [True, False])
def test_refused_connection_does_not_close_existing_connection(server, credentials, device_status, clean):
    """A broker usually closes the existing connection with the same client id."""
    key, name, _secret = credentials
    client, code = connect_without_sdk(server, *credentials, clean=clean)
    assert code == 0
    assert connect_code(server, key, name, "another", clean=clean) == CONNECTION_REFUSED
    _result, number = client.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "1"}', 1)
    acknowledged = []
    client.on_publish = lambda _client, _data, mid: acknowledged.append(mid)
    deadline = time.monotonic() + TIMEOUT
    while not acknowledged and time.monotonic() < deadline:
        assert client.loop(0.1) == 0
    assert acknowledged == [number]
    assert device_status() == "ONLINE"
    client.disconnect()


def test_rrpc_after_broken_connection_returns_halfconn(server, api, credentials, product, device_status):
    client, _code = connect_without_sdk(server, *credentials)
    client.socket().close()
    wait_for_result("OFFLINE", device_status)
    request = base64.b64encode(b"question").decode()
    params = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 1000}
    assert api("RRpc", **params)["RrpcCode"] == "HALFCONN"
    server.control("POST", "clock", {"advance": 61})
    assert api("RRpc", **params)["RrpcCode"] == "OFFLINE"


def test_second_connection_of_device_closes_first(
    api, create_device, credentials, device, device_params, device_status
):
    other = create_device(*credentials).connect()
    device.wait("on_disconnect")
    device.close()
    assert device_status() == "ONLINE"
    api("SetDeviceProperty", **device_params, Items='{"level": 7}')
    assert other.wait("on_thing_prop_changed") == ({"level": 7},)
    assert device.pending_calls("on_thing_prop_changed") == []


def test_disabled_device_is_disconnected_and_refused(server, api, device, credentials, device_params, device_status):
    api("DisableThing", **device_params)
    device.wait("on_disconnect")
    assert received_messages(device) == [(f"/sys/{device.own}/thing/disable", "thing.disable")]
    device.close()
    assert connect_code(server, *credentials) == CONNECTION_REFUSED
    assert device_status() == "DISABLE"
    api("EnableThing", **device_params)
    assert connect_code(server, *credentials) == 0


def test_deleted_device_is_disconnected_and_refused(server, api, device, credentials, device_params):
    api("DeleteDevice", **device_params)
    device.wait("on_disconnect")
    assert received_messages(device) == [(f"/sys/{device.own}/thing/delete", "thing.delete")]
    device.close()
    assert connect_code(server, *credentials) == CONNECTION_REFUSED


def test_reset_disconnects_devices(server, device):
    server.control("POST", "reset")
    device.wait("on_disconnect")


def test_restored_snapshot_disconnects_devices_without_messages(server, api, create_device, credentials, device_status):
    group = api("CreateConsumerGroup", GroupName="billing")["GroupId"]
    relation = {"ProductKey": credentials[0], "Type": "AMQP", "ConsumerGroupIds": [group]}
    api("CreateSubscribeRelation", **relation, DeviceStatusChangeFlag=True)
    first = create_device(*credentials).connect()
    server.control("POST", "snapshot", {"name": "connected"})
    before = server.control("GET", "state")
    for _number in range(3):
        server.control("POST", "restore", {"name": "connected"})
        # The status in the API does not depend on when the end of the connection is noticed.
        assert device_status() == "OFFLINE"
        first.wait("on_disconnect")
        first.close()
        assert server.control("GET", "state")["queued_message"] == before["queued_message"]
        # The restored state has the secret of the device, so it can connect again.
        first = create_device(*credentials).connect()
        assert device_status() == "ONLINE"


def test_devices_after_emulator_kill_are_offline(launch, tmp_path, create_device):
    """The killed emulator had no time to update their status."""
    data = str(tmp_path / "data")
    first = launch("--data", data, "--mqtt-port", "0")
    key = first.call("CreateProduct", ProductName="light", NodeType=0)[1]["ProductKey"]
    secret = first.call("RegisterDevice", ProductKey=key, DeviceName="lamp")[1]["Data"]["DeviceSecret"]
    device = Device(first.mqtt, key, "lamp", secret).connect()
    first.end(9)
    device.wait("on_disconnect")
    device.close()
    second = launch("--data", data)
    assert second.mqtt == ""
    assert second.call("GetDeviceStatus", ProductKey=key, DeviceName="lamp")[1]["Data"]["Status"] == "OFFLINE"
