# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sessions of real devices, over a connection of their own or a gateway's."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.services.device import topology


@pytest.fixture
def status(platform):
    """Each device's status."""
    return lambda *devices: [platform.store.one("device", iot_id=device["iot_id"])["status"] for device in devices]


@pytest.fixture
def begin(platform):
    """Give a device a connection of its own."""
    return lambda device, clean=True: platform.run(lambda ctx: session.start(ctx, device["iot_id"], "10.0.0.2", clean))


@pytest.fixture
def end(platform):
    """Take it away again."""
    return lambda device, *values: platform.run(lambda ctx: session.end(ctx, device["iot_id"], *values))


@pytest.fixture
def cut_off(platform):
    """Which of some devices must not be connected."""
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
def connected(platform, gateway, sensors, begin):
    """The row of a gateway that has connected two sub-devices."""
    begin(gateway)
    row = platform.store.one("device", iot_id=gateway["iot_id"])

    def connect(ctx) -> None:
        for device in sensors:
            topology.attach(ctx, row, device)
            session.start_sub_device(ctx, row, device, clean=False)

    platform.run(connect)
    return row


def test_a_session_shows_in_the_status(platform, register, begin, end, status):
    device = register(online=False)
    assert begin(device) is True
    assert status(device) == ["ONLINE"]
    assert platform.store.one("device", iot_id=device["iot_id"])["ip_address"] == "10.0.0.2"
    end(device)
    assert status(device) == ["OFFLINE"]


def test_devices_that_cannot_have_one(api, register, begin, end, status):
    device = register(online=False)
    api("DisableThing", IotId=device["iot_id"])
    assert begin(device) is False
    api("DeleteDevice", IotId=device["iot_id"])
    assert begin(device) is False
    end(device)


@pytest.mark.parametrize("clean", [True, False])
def test_a_clean_session_knows_nothing_of_those_before(platform, device, begin, end, outbox, clean):
    begin(device)
    topic = f"/{device['product_key']}/lamp/user/get"
    platform.run(lambda ctx: downlink.subscribe(ctx, device, topic))
    end(device)
    row = platform.store.one("device", iot_id=device["iot_id"])
    platform.run(lambda ctx: downlink.send(ctx, row, topic, "waits", qos=1))
    begin(device, clean)
    assert outbox(device) == ([] if clean else [("/{own}/user/get", b"waits")])
    assert platform.run(lambda ctx: downlink.is_subscribed(ctx, device, topic)) is not clean


def test_sub_devices_come_and_go_with_their_gateway(connected, gateway, sensors, status, begin, end, platform):
    assert status(*sensors) == ["ONLINE", "ONLINE"]
    assert platform.store.one("device", iot_id=sensors[0]["iot_id"])["ip_address"] == "10.0.0.2"
    end(gateway)
    assert status(gateway, *sensors) == ["OFFLINE", "OFFLINE", "OFFLINE"]
    begin(gateway)
    assert status(gateway, *sensors) == ["ONLINE", "OFFLINE", "OFFLINE"]


def test_a_gateway_that_connects_anew_begins_without_sub_devices(connected, gateway, sensors, status, begin):
    begin(gateway)
    assert status(gateway, *sensors) == ["ONLINE", "OFFLINE", "OFFLINE"]


def test_a_gateway_disconnects_a_sub_device(platform, connected, sensors, status):
    row = platform.store.one("device", iot_id=sensors[0]["iot_id"])
    assert platform.run(lambda ctx: session.end_sub_device(ctx, row)) is True
    assert platform.run(lambda ctx: session.end_sub_device(ctx, row)) is False
    assert status(*sensors) == ["OFFLINE", "ONLINE"]


def test_who_is_behind_a_gateway(api, platform, connected, sensors):
    def behind(device) -> bool:
        names = device["product_key"], device["device_name"]
        found = platform.run(lambda ctx: session.find_online_sub_device(ctx, connected, *names))
        assert found is None or found["iot_id"] == device["iot_id"]
        return found is not None

    assert behind(sensors[0])
    assert not behind(connected)
    assert not behind({**sensors[0], "device_name": "nothing"})
    api("DisableThing", IotId=sensors[0]["iot_id"])
    assert not behind(sensors[0])
    api("RemoveThingTopo", IotId=sensors[1]["iot_id"])
    assert not behind(sensors[1])
    assert session.gateway_of(platform.store, sensors[1]["iot_id"]) is None


def test_a_sub_device_with_a_connection_of_its_own(platform, connected, sensors, status, begin, end, cut_off):
    """It has either that or the gateway's, whichever came last."""
    begin(sensors[0])
    assert session.gateway_of(platform.store, sensors[0]["iot_id"]) is None
    assert cut_off(sensors[0]) == []
    end(connected)
    assert status(*sensors) == ["ONLINE", "OFFLINE"]
    begin(connected)
    platform.run(lambda ctx: session.start_sub_device(ctx, connected, sensors[0], clean=True))
    assert cut_off(sensors[0]) == [sensors[0]["iot_id"]]
    end(sensors[0])
    assert status(sensors[0]) == ["ONLINE"]


def test_devices_that_must_not_be_connected_any_longer(api, register, simulate, cut_off):
    devices = [register(f"lamp{number}") for number in range(5)]
    assert cut_off(*devices) == []
    api("DisableThing", IotId=devices[0]["iot_id"])
    api("DeleteDevice", IotId=devices[1]["iot_id"])
    api("ResetThing", IotId=devices[2]["iot_id"])
    simulate(product=devices[3]["product_key"], names=["lamp3"])
    assert cut_off(*devices) == [device["iot_id"] for device in devices[:4]]


def test_no_connection_outlives_the_process(platform, key, connected, sensors, register, simulate, status):
    lamp = register("lamp")
    simulate(product=key, names=["simulated"])
    simulated = platform.store.one("device", device_name="simulated")
    platform.run(session.end_all)
    assert status(connected, *sensors, lamp, simulated) == ["OFFLINE"] * 4 + ["ONLINE"]
    assert platform.store.count("sub_session") == 0
