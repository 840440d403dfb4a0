# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secure tunnels."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.http.control import MASK, _masked
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import go_offline, go_online
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.tunnel import tunnel as service

HOUR = 3600  # seconds
DAY = 24 * HOUR


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def offline(api, product):
    """Register a device and return its id."""
    return lambda name: api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]


@pytest.fixture
def online(platform, offline):
    """Register a device, bring it online and return its id."""

    def online(name: str) -> str:
        iot_id = offline(name)
        platform.run(lambda ctx: go_online(ctx, find_device(ctx, {"IotId": iot_id}), "192.0.2.1"))
        return iot_id

    return online


@pytest.fixture
def device(online):
    """The id of a device that is online."""
    return online("lamp")


@pytest.fixture
def create(api):
    """Create a tunnel and return its id."""
    return lambda iot_id, **params: api("CreateDeviceTunnel", IotId=iot_id, **params)["Data"]["TunnelId"]


@pytest.fixture
def read(api):
    """What a tunnel is."""
    return lambda tunnel: api("QueryDeviceTunnel", TunnelId=tunnel)["Data"]


@pytest.fixture
def told(platform):
    """What a device was told, topic by topic and message by message."""

    def told(iot_id: str) -> list[tuple[str, dict]]:
        messages = platform.run(lambda ctx: downlink.pending_messages(ctx, iot_id))
        return [(message["topic"], json.loads(message["payload"])) for message in messages]

    return told


def test_a_tunnel(platform, api, product, device):
    made = api("CreateDeviceTunnel", ProductKey=product, DeviceName="lamp", Description="remote", Udi="reboot")["Data"]
    tunnel = made["TunnelId"]
    assert made["SourceURI"] == f"wss://secure-tunnel-ws.iot.aliyun.test/tunnel/{tunnel}/source"
    assert made["SourceAccessToken"] not in (tunnel, "")
    read = api("QueryDeviceTunnel", TunnelId=tunnel)["Data"]
    assert read == {
        "TunnelId": tunnel,
        "TunnelState": "OPEN",
        "SourceConnState": "DISCONNECTED",
        "DeviceConnState": "DISCONNECTED",
        "IotId": device,
        "ProductKey": product,
        "ProductName": "light",
        "DeviceName": "lamp",
        "Description": "remote",
        "Udi": "reboot",
        "UtcCreated": times.utc(platform.store.one("tunnel")["created_at"]),
    }


def test_what_need_not_be_given(create, read, device):
    found = read(create(device))
    assert not {"Description", "Udi", "UtcClosed"} & found.keys()


def test_the_device_is_told(platform, api, product, device, told):
    tunnel = api("CreateDeviceTunnel", IotId=device, Udi="reboot")["Data"]["TunnelId"]
    api("CloseDeviceTunnel", TunnelId=tunnel)
    token = platform.store.one("tunnel")["device_access_token"]
    topic = f"/sys/{product}/lamp/secure_tunnel/notify"
    opening = {
        "operation": "connect",
        "tunnel_id": tunnel,
        "uri": f"wss://secure-tunnel-ws.iot.aliyun.test/tunnel/{tunnel}/device",
        "token": token,
        "token_expire": DAY,
        "udi": "reboot",
    }
    closing = {"operation": "close", "tunnel_id": tunnel, "close_reason": "closed by its owner"}
    assert told(device) == [(topic, opening), (topic, closing)]


def test_tokens_are_secrets(platform, api, device):
    api("CreateDeviceTunnel", IotId=device)
    [row] = _masked(platform.store.tables())["tunnel"]
    assert (row["source_access_token"], row["device_access_token"]) == (MASK, MASK)
    [message] = _masked(platform.store.tables())["outbox"]
    assert json.loads(message["content"])["token"] == MASK


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "DeviceNotSpecified"),
        ({"DeviceName": "lamp"}, "DeviceNotSpecified"),
        ({"ProductKey": "a1nothing00"}, "DeviceNotSpecified"),
        ({"IotId": "absent"}, "DeviceNotExist"),
        ({"IotId": "no id at all"}, "DeviceNotExist"),
        ({"ProductKey": "a1nothing00", "DeviceName": "lamp"}, "DeviceNotExist"),
        ({"IotId": "absent", "Description": "路" * 1025}, "DescriptionTooLong"),
        ({"IotId": "absent", "Udi": "路" * 4097}, "UdiTooLong"),
    ],
)
def test_what_cannot_be_created(platform, device, api_error, params, code):
    assert api_error("CreateDeviceTunnel", **params).code == f"iot.securetunnel.{code}"
    assert platform.store.count("tunnel") == 0


def test_a_device_must_be_online(platform, create, offline, online, api_error):
    assert api_error("CreateDeviceTunnel", IotId=offline("never")).code == "iot.securetunnel.DeviceNotOnline"
    iot_id = online("once")
    platform.run(lambda ctx: go_offline(ctx, find_device(ctx, {"IotId": iot_id})))
    assert api_error("CreateDeviceTunnel", IotId=iot_id).code == "iot.securetunnel.DeviceNotOnline"


def test_texts_at_the_limits(create, device):
    create(device, Description="路" * 1024, Udi="路" * 4096)


def test_the_id_wins_over_the_names(api, read, product, device, online):
    online("other")
    made = api("CreateDeviceTunnel", IotId=device, ProductKey=product, DeviceName="other")
    assert read(made["Data"]["TunnelId"])["DeviceName"] == "lamp"


def test_a_device_has_10_tunnels(api, create, device, online, api_error):
    tunnels = [create(device) for _number in range(10)]
    assert api_error("CreateDeviceTunnel", IotId=device).code == "iot.securetunnel.TunnelAmountExceedByDevice"
    api("CloseDeviceTunnel", TunnelId=tunnels[0])
    assert api_error("CreateDeviceTunnel", IotId=device).code == "iot.securetunnel.TunnelAmountExceedByDevice"
    create(online("other"))
    api("DeleteDeviceTunnel", TunnelId=tunnels[0])
    create(device)


def test_an_instance_has_1000_tunnels(create, device, online, api_error, monkeypatch):
    assert service.MAX_TUNNELS_PER_INSTANCE == 1000
    monkeypatch.setattr(service, "MAX_TUNNELS_PER_INSTANCE", 2)
    create(device)
    create(device)
    other = online("other")
    assert api_error("CreateDeviceTunnel", IotId=other).code == "iot.securetunnel.TunnelAmountExceedByInstance"
    create(other, IotInstanceId="iot-other")


def test_a_tunnel_belongs_to_its_instance(api, create, device, api_error):
    tunnel = create(device, IotInstanceId="iot-one")
    for action in ("QueryDeviceTunnel", "CloseDeviceTunnel", "DeleteDeviceTunnel"):
        error = api_error(action, TunnelId=tunnel, IotInstanceId="iot-other")
        assert error.code == "iot.securetunnel.InstanceIdMismatch"
    api("CloseDeviceTunnel", TunnelId=tunnel, IotInstanceId="iot-one")


def test_a_tunnel_is_closed_and_deleted(platform, api, create, read, device, api_error):
    tunnel = create(device)
    assert api_error("DeleteDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.IllegalState"
    platform.clock.advance(HOUR)
    api("CloseDeviceTunnel", TunnelId=tunnel)
    closed = read(tunnel)
    assert closed["TunnelState"] == "CLOSED"
    assert closed["UtcClosed"] > closed["UtcCreated"]
    assert api_error("CloseDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.IllegalState"
    platform.clock.advance(DAY)
    assert read(tunnel) == closed
    api("DeleteDeviceTunnel", TunnelId=tunnel)
    for action in ("QueryDeviceTunnel", "CloseDeviceTunnel", "DeleteDeviceTunnel"):
        assert api_error(action, TunnelId=tunnel).code == "iot.securetunnel.TunnelNotExist"


def test_a_tunnel_is_closed_after_a_day_and_gone_after_30(platform, create, read, device, told, api_error):
    tunnel = create(device)
    platform.clock.advance(DAY - 60)
    assert read(tunnel)["TunnelState"] == "OPEN"
    platform.clock.advance(60)
    assert read(tunnel)["TunnelState"] == "CLOSED"
    kept = platform.store.one("tunnel")
    assert kept["closed_at"] == kept["created_at"] + DAY * 1000
    assert told(device)[-1][1]["operation"] == "close"
    platform.clock.advance(29 * DAY - 60)
    assert read(tunnel)["TunnelState"] == "CLOSED"
    platform.clock.advance(60)
    assert api_error("QueryDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.TunnelNotExist"


def test_a_tunnel_goes_with_its_device(platform, api, create, device, api_error):
    tunnel = create(device)
    api("DeleteDevice", IotId=device)
    assert api_error("QueryDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.TunnelNotExist"
    platform.clock.advance(31 * DAY)
    platform.run_due_work()
    assert platform.store.count("due") == 0


def test_ends_connect_with_their_tokens(platform, api, create, read, device):
    made = api("CreateDeviceTunnel", IotId=device)["Data"]
    tunnel = made["TunnelId"]
    device_token = platform.store.one("tunnel")["device_access_token"]

    def connect(end: str, token: str, tunnel_id: str = tunnel) -> None:
        platform.run(lambda ctx: service.connect(ctx, tunnel_id, end, token))

    connect(service.SOURCE, made["SourceAccessToken"])
    assert (read(tunnel)["SourceConnState"], read(tunnel)["DeviceConnState"]) == ("CONNECTED", "DISCONNECTED")
    with pytest.raises(ValueError, match="token"):
        connect(service.DEVICE, made["SourceAccessToken"])
    connect(service.DEVICE, device_token)
    platform.run(lambda ctx: service.disconnect(ctx, tunnel, service.SOURCE))
    assert (read(tunnel)["SourceConnState"], read(tunnel)["DeviceConnState"]) == ("DISCONNECTED", "CONNECTED")
    connect(service.SOURCE, made["SourceAccessToken"])
    api("CloseDeviceTunnel", TunnelId=tunnel)
    assert (read(tunnel)["SourceConnState"], read(tunnel)["DeviceConnState"]) == ("DISCONNECTED", "DISCONNECTED")
    for tunnel_id in (tunnel, "absent"):
        with pytest.raises(ValueError, match="not open"):
            connect(service.DEVICE, device_token, tunnel_id)
