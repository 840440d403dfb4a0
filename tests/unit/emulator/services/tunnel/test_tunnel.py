# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of secure tunnels."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.http.masking import MASK, masked
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import go_offline, go_online
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.tunnel import tunnel as service

HOUR = 3600  # seconds
DAY = 24 * HOUR


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def offline(api, product):
    """Return a function that registers a device and returns its ID."""
    return lambda name: api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]


@pytest.fixture
def online(platform, offline):
    """Return a function that registers a device, sets it online and returns its ID."""

    def online(name: str) -> str:
        iot_id = offline(name)
        platform.run(lambda ctx: go_online(ctx, find_device(ctx, {"IotId": iot_id}), "192.0.2.1"))
        return iot_id

    return online


@pytest.fixture
def device(online):
    """Return the ID of an online device."""
    return online("lamp")


@pytest.fixture
def create(api):
    """Return a function that creates a tunnel and returns its ID."""
    return lambda iot_id, **params: api("CreateDeviceTunnel", IotId=iot_id, **params)["Data"]["TunnelId"]


@pytest.fixture
def details_of(api):
    """Return a function that returns the details of a tunnel."""
    return lambda tunnel: api("QueryDeviceTunnel", TunnelId=tunnel)["Data"]


@pytest.fixture
def messages_to(platform):
    """Return a function that returns the topics and the content of the messages to a device."""

    def messages_to(iot_id: str) -> list[tuple[str, dict]]:
        messages = platform.run(lambda ctx: downlink.pending_messages(ctx, iot_id))
        return [(message["topic"], json.loads(message["payload"])) for message in messages]

    return messages_to


def test_create_tunnel_reply_and_details(platform, api, product, device):
    created = api("CreateDeviceTunnel", ProductKey=product, DeviceName="lamp", Description="remote", Udi="reboot")[
        "Data"
    ]
    tunnel = created["TunnelId"]
    assert created["SourceURI"] == f"wss://secure-tunnel-ws.iot.aliyun.test/tunnel/{tunnel}/source"
    assert created["SourceAccessToken"] not in (tunnel, "")
    details = api("QueryDeviceTunnel", TunnelId=tunnel)["Data"]
    assert details == {
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


def test_tunnel_details_omit_unset_parameters(create, details_of, device):
    details = details_of(create(device))
    assert not {"Description", "Udi", "UtcClosed"} & details.keys()


def test_device_is_notified_about_tunnel(platform, api, product, device, messages_to):
    tunnel = api("CreateDeviceTunnel", IotId=device, Udi="reboot")["Data"]["TunnelId"]
    api("CloseDeviceTunnel", TunnelId=tunnel)
    token = platform.store.one("tunnel")["device_access_token"]
    topic = f"/sys/{product}/lamp/secure_tunnel/notify"
    connect_message = {
        "operation": "connect",
        "tunnel_id": tunnel,
        "uri": f"wss://secure-tunnel-ws.iot.aliyun.test/tunnel/{tunnel}/device",
        "token": token,
        "token_expire": DAY,
        "udi": "reboot",
    }
    close_message = {"operation": "close", "tunnel_id": tunnel, "close_reason": "closed by its owner"}
    assert messages_to(device) == [(topic, connect_message), (topic, close_message)]


def test_tunnel_tokens_aremasked(platform, api, device):
    api("CreateDeviceTunnel", IotId=device)
    [row] = masked(platform.store.tables())["tunnel"]
    assert (row["source_access_token"], row["device_access_token"]) == (MASK, MASK)
    [message] = masked(platform.store.tables())["outbox"]
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
def test_create_tunnel_invalid_request_is_rejected(platform, device, api_error, params, code):
    assert api_error("CreateDeviceTunnel", **params).code == f"iot.securetunnel.{code}"
    assert platform.store.count("tunnel") == 0


def test_create_tunnel_to_offline_device_is_rejected(platform, create, offline, online, api_error):
    assert api_error("CreateDeviceTunnel", IotId=offline("never")).code == "iot.securetunnel.DeviceNotOnline"
    iot_id = online("once")
    platform.run(lambda ctx: go_offline(ctx, find_device(ctx, {"IotId": iot_id})))
    assert api_error("CreateDeviceTunnel", IotId=iot_id).code == "iot.securetunnel.DeviceNotOnline"


def test_create_tunnel_accepts_texts_at_limits(create, device):
    create(device, Description="路" * 1024, Udi="路" * 4096)


def test_create_tunnel_id_takes_precedence_over_name(api, details_of, product, device, online):
    online("other")
    created = api("CreateDeviceTunnel", IotId=device, ProductKey=product, DeviceName="other")
    assert details_of(created["Data"]["TunnelId"])["DeviceName"] == "lamp"


def test_create_more_than_10_tunnels_per_device_is_rejected(api, create, device, online, api_error):
    tunnels = [create(device) for _number in range(10)]
    assert api_error("CreateDeviceTunnel", IotId=device).code == "iot.securetunnel.TunnelAmountExceedByDevice"
    api("CloseDeviceTunnel", TunnelId=tunnels[0])
    assert api_error("CreateDeviceTunnel", IotId=device).code == "iot.securetunnel.TunnelAmountExceedByDevice"
    create(online("other"))
    api("DeleteDeviceTunnel", TunnelId=tunnels[0])
    create(device)


def test_create_tunnels_beyond_instance_limit_is_rejected(create, device, online, api_error, monkeypatch):
    assert service.MAX_TUNNELS_PER_INSTANCE == 1000
    monkeypatch.setattr(service, "MAX_TUNNELS_PER_INSTANCE", 2)
    create(device)
    create(device)
    other = online("other")
    assert api_error("CreateDeviceTunnel", IotId=other).code == "iot.securetunnel.TunnelAmountExceedByInstance"
    create(other, IotInstanceId="iot-other")


def test_tunnel_of_other_instance_is_rejected(api, create, device, api_error):
    tunnel = create(device, IotInstanceId="iot-one")
    for action in ("QueryDeviceTunnel", "CloseDeviceTunnel", "DeleteDeviceTunnel"):
        error = api_error(action, TunnelId=tunnel, IotInstanceId="iot-other")
        assert error.code == "iot.securetunnel.InstanceIdMismatch"
    api("CloseDeviceTunnel", TunnelId=tunnel, IotInstanceId="iot-one")


def test_tunnel_is_closed_before_deletion(platform, api, create, details_of, device, api_error):
    tunnel = create(device)
    assert api_error("DeleteDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.IllegalState"
    platform.clock.advance(HOUR)
    api("CloseDeviceTunnel", TunnelId=tunnel)
    closed = details_of(tunnel)
    assert closed["TunnelState"] == "CLOSED"
    assert closed["UtcClosed"] > closed["UtcCreated"]
    assert api_error("CloseDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.IllegalState"
    platform.clock.advance(DAY)
    assert details_of(tunnel) == closed
    api("DeleteDeviceTunnel", TunnelId=tunnel)
    for action in ("QueryDeviceTunnel", "CloseDeviceTunnel", "DeleteDeviceTunnel"):
        assert api_error(action, TunnelId=tunnel).code == "iot.securetunnel.TunnelNotExist"


def test_tunnel_closes_after_1_day_and_is_deleted_after_30(
    platform, create, details_of, device, messages_to, api_error
):
    tunnel = create(device)
    platform.clock.advance(DAY - 60)
    assert details_of(tunnel)["TunnelState"] == "OPEN"
    platform.clock.advance(60)
    assert details_of(tunnel)["TunnelState"] == "CLOSED"
    stored = platform.store.one("tunnel")
    assert stored["closed_at"] == stored["created_at"] + DAY * 1000
    assert messages_to(device)[-1][1]["operation"] == "close"
    platform.clock.advance(29 * DAY - 60)
    assert details_of(tunnel)["TunnelState"] == "CLOSED"
    platform.clock.advance(60)
    assert api_error("QueryDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.TunnelNotExist"


def test_tunnel_is_deleted_with_device(platform, api, create, device, api_error):
    tunnel = create(device)
    api("DeleteDevice", IotId=device)
    assert api_error("QueryDeviceTunnel", TunnelId=tunnel).code == "iot.securetunnel.TunnelNotExist"
    platform.clock.advance(31 * DAY)
    platform.run_due_work()
    assert platform.store.count("due") == 0


def test_tunnel_ends_connect_with_their_tokens(platform, api, create, details_of, device):
    created = api("CreateDeviceTunnel", IotId=device)["Data"]
    tunnel = created["TunnelId"]
    device_token = platform.store.one("tunnel")["device_access_token"]

    def connect(end: str, token: str, tunnel_id: str = tunnel) -> None:
        platform.run(lambda ctx: service.connect(ctx, tunnel_id, end, token))

    connect(service.SOURCE, created["SourceAccessToken"])
    assert (details_of(tunnel)["SourceConnState"], details_of(tunnel)["DeviceConnState"]) == (
        "CONNECTED",
        "DISCONNECTED",
    )
    with pytest.raises(ValueError, match="token"):
        connect(service.DEVICE, created["SourceAccessToken"])
    connect(service.DEVICE, device_token)
    platform.run(lambda ctx: service.disconnect(ctx, tunnel, service.SOURCE))
    assert (details_of(tunnel)["SourceConnState"], details_of(tunnel)["DeviceConnState"]) == (
        "DISCONNECTED",
        "CONNECTED",
    )
    connect(service.SOURCE, created["SourceAccessToken"])
    api("CloseDeviceTunnel", TunnelId=tunnel)
    assert (details_of(tunnel)["SourceConnState"], details_of(tunnel)["DeviceConnState"]) == (
        "DISCONNECTED",
        "DISCONNECTED",
    )
    for tunnel_id in (tunnel, "absent"):
        with pytest.raises(ValueError, match="not open"):
            connect(service.DEVICE, device_token, tunnel_id)
