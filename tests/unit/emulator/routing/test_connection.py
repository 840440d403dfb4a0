# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of connections and disconnections of devices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import connection


@pytest.fixture
def connect(platform):
    return lambda device: platform.run(lambda ctx: connection.connect(ctx, device, "10.0.0.1"))


@pytest.fixture
def disconnect(platform):
    return lambda device, **options: platform.run(lambda ctx: connection.disconnect(ctx, device, **options))


def test_connection_changes_device_status(api, platform, register, connect, disconnect):
    device = register(online=False)
    assert device["status"] == "UNACTIVE"
    connected = connect(device)
    assert (connected["status"], connected["ip_address"]) == ("ONLINE", "10.0.0.1")
    assert api("GetDeviceStatus", IotId=device["iot_id"])["Data"]["Status"] == "ONLINE"
    assert disconnect(connected)["status"] == "OFFLINE"
    assert api("GetDeviceStatus", IotId=device["iot_id"])["Data"]["Status"] == "OFFLINE"


def test_status_change_is_forwarded_to_subscriber(key, register, connect, disconnect, subscribe_consumer_group):
    messages = subscribe_consumer_group(key)
    device = register(online=False)
    connected = connect(device)
    disconnected = disconnect(connected)
    topic = f"/as/mqtt/status/{key}/lamp"
    (first, online), (second, offline) = messages()
    assert first == second == topic
    assert online == {
        "status": "online",
        "iotId": device["iot_id"],
        "productKey": key,
        "deviceName": "lamp",
        "lastTime": f"{times.beijing(device['status_at'])}.{device['status_at'] % 1000:03}",
        "utcLastTime": times.utc(device["status_at"]),
        "time": f"{times.beijing(connected['status_at'])}.{connected['status_at'] % 1000:03}",
        "utcTime": times.utc(connected["status_at"]),
        "clientIp": "10.0.0.1",
    }
    assert offline["status"] == "offline"
    assert offline["utcTime"] == times.utc(disconnected["status_at"])


def test_unchanged_status_is_not_forwarded(key, device, connect, disconnect, subscribe_consumer_group):
    messages = subscribe_consumer_group(key)
    connect(device)
    assert messages() == []
    disconnected = disconnect(device)
    messages()
    assert disconnect(disconnected) == disconnected
    assert messages() == []


def test_lost_connection_is_half_connected(platform, device, connect, disconnect):
    def check(row) -> str:
        try:
            platform.run(lambda ctx: connection.check_connected(ctx, row))
        except ApiError as error:
            return error.code
        return ""

    assert check(device) == ""
    assert check(disconnect(device)) == "iot.messagebroker.OFFLINE"
    lost_device = disconnect(connect(device), heartbeat=60)
    assert check(lost_device) == "iot.messagebroker.HALFCONN"
    platform.clock.advance(60)
    assert check(lost_device) == "iot.messagebroker.OFFLINE"
    reconnected = connect(disconnect(connect(lost_device), heartbeat=60))
    assert check(reconnected) == ""
    assert check(disconnect(reconnected)) == "iot.messagebroker.OFFLINE"


def test_short_connection_is_forwarded_and_drops_messages_with_qos_0(platform, key, register, subscribe_consumer_group):
    messages = subscribe_consumer_group(key)
    device = register(online=False)

    def receive_two(ctx):
        with connection.short_connection(ctx, device, "10.0.0.2") as connected:
            assert (connected["status"], connected["ip_address"]) == ("ONLINE", "10.0.0.2")
            for qos in (0, 1):
                downlink.send(ctx, connected, f"/sys/{key}/lamp/test", {}, qos)

    platform.run(receive_two)
    assert [message["status"] for _topic, message in messages()] == ["online", "offline"]
    assert platform.store.one("device", iot_id=device["iot_id"])["status"] == "OFFLINE"
    assert [row["qos"] for row in platform.store.all("outbox")] == [1]


def test_short_connection_of_connected_device_has_no_effect(platform, key, device, subscribe_consumer_group):
    messages = subscribe_consumer_group(key)

    def connect_twice(ctx):
        with connection.short_connection(ctx, device, "10.0.0.2") as connected:
            assert connected == device

    platform.run(connect_twice)
    assert messages() == []
    assert platform.store.one("device", iot_id=device["iot_id"]) == device
