# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the sessions of real devices, over direct connections and through gateways."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.services.device import topology


@pytest.fixture
def status(platform):
    """Return the status of devices."""
    return lambda *devices: [platform.store.one("device", iot_id=device["iot_id"])["status"] for device in devices]


@pytest.fixture
def start(platform):
    """Start the session of a directly connected device."""
    return lambda device, clean=True: platform.run(lambda ctx: session.start(ctx, device["iot_id"], "10.0.0.2", clean))


@pytest.fixture
def end(platform):
    """End the session of a directly connected device."""
    return lambda device, *values: platform.run(lambda ctx: session.end(ctx, device["iot_id"], *values))


@pytest.fixture
def find_invalid(platform):
    """Return those of the devices whose connection must be closed."""
    return lambda *devices: platform.run(
        lambda ctx: session.find_invalid(ctx, [device["iot_id"] for device in devices])
    )


@pytest.fixture
def gateway(create_modeled_product, register):
    return register("gateway", create_modeled_product("gateways", NodeType=1), online=False)


@pytest.fixture
def sensors(register):
    return [register(name, online=False) for name in ("sensor1", "sensor2")]


@pytest.fixture
def connected(platform, gateway, sensors, start):
    """Connect a gateway with two sub-devices and return its row."""
    start(gateway)
    row = platform.store.one("device", iot_id=gateway["iot_id"])

    def connect(ctx) -> None:
        for device in sensors:
            topology.attach(ctx, row, device)
            session.start_sub_device(ctx, row, device, clean=False)

    platform.run(connect)
    return row


def test_session_changes_device_status(platform, register, start, end, status):
    device = register(online=False)
    assert start(device) is False
    assert status(device) == ["ONLINE"]
    assert platform.store.one("device", iot_id=device["iot_id"])["ip_address"] == "10.0.0.2"
    end(device)
    assert status(device) == ["OFFLINE"]


def test_session_of_disabled_or_deleted_device_is_rejected(api, register, start, end, status):
    device = register(online=False)
    api("DisableThing", IotId=device["iot_id"])
    assert start(device) is None
    api("DeleteDevice", IotId=device["iot_id"])
    assert start(device) is None
    end(device)


@pytest.mark.parametrize(
    ("first", "second", "seconds", "pause", "continued"),
    [
        ((False, None), (False, None), 0, 0, True),
        ((True, None), (False, None), 0, 0, False),
        ((False, None), (True, None), 0, 0, False),
        ((False, 60), (False, 60), 60, 59, True),
        ((False, 60), (False, 60), 60, 61, False),
        ((False, 0), (False, 60), 0, 0, False),
        ((True, 60), (False, 0), 60, 1, True),
    ],
)
def test_session_continues_if_it_was_kept(platform, register, end, first, second, seconds, pause, continued):
    device = register(online=False)

    def start(clean, kept_seconds):
        return platform.run(lambda ctx: session.start(ctx, device["iot_id"], "10.0.0.2", clean, kept_seconds))

    assert start(*first) is False
    end(device)
    platform.clock.advance(pause)
    assert start(*second) is continued


@pytest.mark.parametrize("clean", [True, False])
def test_clean_session_discards_messages_and_subscriptions(platform, device, start, end, outbox, clean):
    start(device)
    topic = f"/{device['product_key']}/lamp/user/get"
    platform.run(lambda ctx: downlink.subscribe(ctx, device, topic))
    end(device)
    row = platform.store.one("device", iot_id=device["iot_id"])
    platform.run(lambda ctx: downlink.send(ctx, row, topic, "waits", qos=1))
    start(device, clean)
    assert outbox(device) == ([] if clean else [("/{own}/user/get", b"waits")])
    assert platform.run(lambda ctx: downlink.is_subscribed(ctx, device, topic)) is not clean


def test_session_end_of_gateway_ends_sub_devices(connected, gateway, sensors, status, start, end, platform):
    assert status(*sensors) == ["ONLINE", "ONLINE"]
    assert platform.store.one("device", iot_id=sensors[0]["iot_id"])["ip_address"] == "10.0.0.2"
    end(gateway)
    assert status(gateway, *sensors) == ["OFFLINE", "OFFLINE", "OFFLINE"]
    start(gateway)
    assert status(gateway, *sensors) == ["ONLINE", "OFFLINE", "OFFLINE"]


def test_session_start_of_gateway_ends_sub_devices(connected, gateway, sensors, status, start):
    start(gateway)
    assert status(gateway, *sensors) == ["ONLINE", "OFFLINE", "OFFLINE"]


def test_sub_device_session_is_ended(platform, connected, sensors, status):
    row = platform.store.one("device", iot_id=sensors[0]["iot_id"])
    assert platform.run(lambda ctx: session.end_sub_device(ctx, row)) is True
    assert platform.run(lambda ctx: session.end_sub_device(ctx, row)) is False
    assert status(*sensors) == ["OFFLINE", "ONLINE"]


def test_online_sub_device_is_found(api, platform, connected, sensors):
    def is_found(device) -> bool:
        names = device["product_key"], device["device_name"]
        found = platform.run(lambda ctx: session.find_online_sub_device(ctx, connected, *names))
        assert found is None or found["iot_id"] == device["iot_id"]
        return found is not None

    assert is_found(sensors[0])
    assert not is_found(connected)
    assert not is_found({**sensors[0], "device_name": "nothing"})
    api("DisableThing", IotId=sensors[0]["iot_id"])
    assert not is_found(sensors[0])
    api("RemoveThingTopo", IotId=sensors[1]["iot_id"])
    assert not is_found(sensors[1])
    assert session.gateway_of(platform.store, sensors[1]["iot_id"]) is None


def test_sub_device_with_direct_connection_uses_latest_connection(
    platform, connected, sensors, status, start, end, find_invalid
):
    """The latest connection of a sub-device is used: its direct connection or the one of its gateway."""
    start(sensors[0])
    assert session.gateway_of(platform.store, sensors[0]["iot_id"]) is None
    assert find_invalid(sensors[0]) == []
    end(connected)
    assert status(*sensors) == ["ONLINE", "OFFLINE"]
    start(connected)
    platform.run(lambda ctx: session.start_sub_device(ctx, connected, sensors[0], clean=True))
    assert find_invalid(sensors[0]) == [sensors[0]["iot_id"]]
    end(sensors[0])
    assert status(sensors[0]) == ["ONLINE"]


def test_sessions_of_changed_devices_are_invalid(api, register, simulate, find_invalid):
    devices = [register(f"lamp{number}") for number in range(5)]
    assert find_invalid(*devices) == []
    api("DisableThing", IotId=devices[0]["iot_id"])
    api("DeleteDevice", IotId=devices[1]["iot_id"])
    api("ResetThing", IotId=devices[2]["iot_id"])
    simulate(product=devices[3]["product_key"], names=["lamp3"])
    assert find_invalid(*devices) == [device["iot_id"] for device in devices[:4]]


def test_all_sessions_of_real_devices_are_ended(platform, key, connected, sensors, register, simulate, status):
    lamp = register("lamp")
    simulate(product=key, names=["simulated"])
    simulated = platform.store.one("device", device_name="simulated")
    platform.run(session.end_all)
    assert status(connected, *sensors, lamp, simulated) == ["OFFLINE"] * 4 + ["ONLINE"]
    assert platform.store.count("sub_session") == 0
