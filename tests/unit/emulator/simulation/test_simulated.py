# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of simulated devices: creation, profiles and behavior."""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.iotops.aliyun.emulator.http import control_devices
from ansible_collections.iotops.aliyun.emulator.simulation import simulated


@pytest.fixture
def row(platform):
    """Return the row of a device."""
    return lambda name: platform.store.one("device", device_name=name)


@pytest.fixture
def value(api, key):
    """Return the value of a property as text, or None."""

    def value(name: str, identifier: str = "level") -> str | None:
        status = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName=name)["Data"]["List"]
        return {one["Identifier"]: one.get("Value") for one in status["PropertyStatusInfo"]}[identifier]

    return value


@pytest.fixture
def set_level(api, key):
    def set_level(name: str, level: int = 5, **params) -> str:
        items = json.dumps({"level": level})
        return api("SetDeviceProperty", ProductKey=key, DeviceName=name, Items=items, **params)["Data"]["MessageId"]

    return set_level


@pytest.fixture
def response_codes(api, key, platform):
    """Return the codes of the responses of a device to commands; None for a missing response."""

    def response_codes(name: str) -> list[int | None]:
        now = platform.clock.now()
        time_range = {"StartTime": now - 100_000, "EndTime": now + 1, "Asc": 1}
        calls = api("QueryDeviceServiceData", ProductKey=key, DeviceName=name, **time_range)["Data"]["List"][
            "ServiceInfo"
        ]
        return [json.loads(call["OutputData"])["code"] if "OutputData" in call else None for call in calls]

    return response_codes


def list_devices(platform, **options):
    return platform.run(lambda ctx: control_devices.list_devices(ctx, **options))


def test_simulated_devices_by_count_are_created(platform, key, simulate, api):
    assert simulate(product=key, count=3) == {"product_key": key, "devices": 3, "registered": 3}
    assert simulate(product="thermometer", count=4) == {"product_key": key, "devices": 4, "registered": 1}
    assert simulate(product=key, count=1, prefix="lamp")["registered"] == 1
    found = list_devices(platform)
    names = ["sim00001", "sim00002", "sim00003", "sim00004", "lamp00001"]
    assert (found["total"], [device["device_name"] for device in found["devices"]]) == (5, names)
    assert api("QueryProduct", ProductKey=key)["Data"]["DeviceCount"] == 5


def test_simulated_devices_by_name_are_created(platform, key, register, simulate):
    register("present")
    assert simulate(product=key, names=["present", "new_one", "new_one"])["registered"] == 1
    (present, new) = list_devices(platform, product=key)["devices"]
    assert present == {
        "product_key": key,
        "device_name": "present",
        "iot_id": present["iot_id"],
        "status": "ONLINE",
        "module_versions": {},
        "profile": {},
    }
    assert (new["device_name"], new["status"]) == ("new_one", "ONLINE")


def test_simulated_devices_are_listed_in_pages(platform, key, simulate):
    simulate(product=key, count=5)
    found = list_devices(platform, offset=3, limit=10)
    assert (found["total"], [device["device_name"] for device in found["devices"]]) == (5, ["sim00004", "sim00005"])
    assert len(list_devices(platform, limit=2)["devices"]) == 2
    with pytest.raises(ValueError, match="product nothing does not exist"):
        list_devices(platform, product="nothing")


def test_simulated_devices_are_listed_by_product(platform, key, create_modeled_product, simulate):
    simulate(product=key, count=1)
    simulate(product=create_modeled_product("other"), count=2)
    assert list_devices(platform, product="other")["total"] == 2


def test_simulated_device_update_changes_only_given_members(platform, key, simulate):
    simulate(product=key, names=["lamp"], profile={"delay": 1}, module_versions={"default": "1"})
    simulate(product=key, names=["lamp"], online=False)
    (lamp,) = list_devices(platform)["devices"]
    assert (lamp["status"], lamp["profile"], lamp["module_versions"]) == ("OFFLINE", {"delay": 1}, {"default": "1"})
    simulate(product=key, names=["lamp"], profile={})
    (lamp,) = list_devices(platform)["devices"]
    assert (lamp["status"], lamp["profile"], lamp["module_versions"]) == ("OFFLINE", {}, {"default": "1"})
    simulate(product=key, names=["lamp"], online=True, module_versions={})
    assert (
        list_devices(platform)["devices"][0]["status"],
        list_devices(platform)["devices"][0]["module_versions"],
    ) == (
        "ONLINE",
        {},
    )


def test_simulated_device_with_online_false_stays_unactivated(platform, key, simulate):
    simulate(product=key, names=["lamp"], online=False)
    assert list_devices(platform)["devices"][0]["status"] == "UNACTIVE"


def test_disabled_simulated_device_is_not_connected(api, platform, key, simulate):
    simulate(product=key, names=["lamp"])
    api("DisableThing", ProductKey=key, DeviceName="lamp")
    simulate(product=key, names=["lamp"], online=True)
    assert list_devices(platform)["devices"][0]["status"] == "DISABLE"


def test_simulated_device_deletion_stops_reports(api, platform, key, simulate, advance_clock, caplog):
    simulate(product=key, names=["lamp"], profile={"reports": [{"every": 1, "properties": {"level": 1}}]})
    api("DeleteDevice", ProductKey=key, DeviceName="lamp")
    advance_clock(5)
    assert list_devices(platform)["total"] == 0
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "object"),
        ({"product": 1, "count": 1}, "key or the name of a product"),
        ({"product": "nothing", "count": 1}, "product nothing does not exist"),
        ({"product": None, "count": 1}, "key or the name of a product"),
        ({}, "either names or count"),
        ({"count": 1, "names": ["a"]}, "either names or count"),
        ({"names": []}, "names"),
        ({"names": "lamp"}, "names"),
        ({"names": [1]}, "names"),
        ({"names": ["a b c"]}, "'a b c'"),
        ({"names": ["lamp"] * 100_001}, "at most"),
        ({"count": 0}, "count"),
        ({"count": 100_001}, "count"),
        ({"count": True}, "count"),
        ({"count": "1"}, "count"),
        ({"count": 1, "prefix": 1}, "prefix"),
        ({"count": 1, "prefix": "a b"}, "'a b00001'"),
        ({"count": 1, "online": 1}, "online"),
        ({"count": 1, "heartbeat": -1}, "heartbeat"),
        ({"count": 1, "heartbeat": "x"}, "heartbeat"),
        ({"count": 1, "heartbeat": 1e300}, "heartbeat"),
        ({"count": 1, "heartbeat": float("nan")}, "heartbeat"),
        ({"count": 1, "module_versions": []}, "module_versions"),
        ({"count": 1, "module_versions": {"default": 1}}, "module_versions"),
        ({"count": 1, "gateway": "box"}, "gateway must be an object"),
        ({"count": 1, "gateway": {"product": "box"}}, "gateway must be an object"),
        ({"count": 1, "gateway": {"product": "box", "name": 1}}, "gateway must be an object"),
        ({"count": 1, "gateway": {"product": "box", "name": "box-1"}}, "product box does not exist"),
        ({"count": 1, "gateway": {"product": "thermometer", "name": "box-1"}}, "has no gateway box-1"),
        ({"count": 1, "color": "red"}, "unknown member color"),
        ({"count": 1, "profile": {"color": "red"}}, "unknown member color"),
    ],
)
def test_simulated_devices_with_invalid_body_are_rejected(platform, key, body, message):
    if isinstance(body, dict):
        body = {"product": key, **body}
    with pytest.raises(ValueError, match=message):
        platform.run(lambda ctx: control_devices.create_devices(ctx, body))
    assert platform.store.count("device") == 0


def test_simulated_devices_are_attached_to_gateway(platform, api, key, simulate):
    boxes = api("CreateProduct", ProductName="gatebox", NodeType=1)["ProductKey"]
    simulate(product="gatebox", names=["box-1", "box-2"])
    simulate(product=key, names=["lamp-1"])
    gateway = {"product": "gatebox", "name": "box-1"}
    assert simulate(product=key, names=["lamp-1", "lamp-2"], gateway=gateway)["registered"] == 1
    simulate(product=key, names=["lamp-1", "lamp-2"])
    topology = api("GetThingTopo", ProductKey=boxes, DeviceName="box-1", PageNo=1, PageSize=10)["Data"]
    assert [device["DeviceName"] for device in topology["List"]["deviceInfo"]] == ["lamp-1", "lamp-2"]
    with pytest.raises(ValueError, match="box-2 is a gateway"):
        simulate(product="gatebox", names=["box-2"], gateway=gateway)
    with pytest.raises(ValueError, match="has no gateway lamp-1"):
        simulate(product=key, names=["lamp-2"], gateway={"product": key, "name": "lamp-1"})


def test_simulated_devices_above_gateway_limit_are_rejected(platform, api, key, simulate, monkeypatch):
    monkeypatch.setattr(control_devices, "MAX_SUB_DEVICES", 2)
    api("CreateProduct", ProductName="gatebox", NodeType=1)
    simulate(product="gatebox", names=["box-1"])
    simulate(product=key, count=2, gateway={"product": "gatebox", "name": "box-1"})
    with pytest.raises(ValueError, match="at most 2 sub-devices"):
        simulate(product=key, count=3, gateway={"product": "gatebox", "name": "box-1"})
    assert list_devices(platform, product=key)["total"] == 2


PROFILES = [
    ([], "the profile must be an object"),
    ({"delay": -1}, "delay of the profile"),
    ({"delay": True}, "delay of the profile"),
    ({"delay": "1"}, "delay of the profile"),
    ({"delay": [2, 1]}, "delay of the profile"),
    ({"delay": [1]}, "delay of the profile"),
    ({"delay": [1, 2, 3]}, "delay of the profile"),
    ({"outcome": "win"}, "outcome of the profile must be one of succeed, fail, stall"),
    ({"outcome": 1}, "outcome of the profile"),
    ({"outcome": {"fail": "x"}}, "outcome of the profile"),
    ({"outcome": {"fail": 2}}, "outcome of the profile"),
    ({"outcome": {"fail": 0.6, "stall": 0.6}}, "must not exceed 1"),
    ({"properties": []}, "properties must be an object"),
    ({"properties": {"values": 1}}, "values of properties"),
    ({"properties": {"speed": 1}}, "properties has the unknown member speed"),
    ({"services": []}, "services must be an object"),
    ({"services": {"a": 1}}, "services.a must be an object"),
    ({"services": {"a": {"output": 1}}}, "output of services.a"),
    ({"rrpc": {"payload": 1}}, "payload of rrpc"),
    ({"rrpc": {"outcome": "fail"}}, "outcome of rrpc must be one of succeed, stall"),
    ({"shadow": {"outcome": "fail"}}, "outcome of shadow"),
    ({"reports": {}}, "reports must be a list"),
    ({"reports": [1]}, "a report must be an object"),
    ({"reports": [{}]}, "every of a report"),
    ({"reports": [{"every": 0}]}, "every of a report"),
    ({"reports": [{"every": 1, "times": 0}]}, "times of a report"),
    ({"reports": [{"every": 1, "times": True}]}, "times of a report"),
    ({"reports": [{"every": 1, "properties": []}]}, "properties and events"),
]


@pytest.mark.parametrize(("profile", "message"), PROFILES)
def test_invalid_profile_is_rejected(platform, profile, message):
    with pytest.raises(ValueError, match=message):
        simulated.check_profile(profile)


def test_documented_profile_is_valid(platform):
    text = simulated.__doc__.partition("::\n")[2].partition("\n\n- ``delay``")[0]
    simulated.check_profile(json.loads(text))
    simulated.check_profile({})


def test_simulated_device_sets_properties(key, simulate, set_level, value, response_codes, advance_clock):
    simulate(product=key, names=["lamp"])
    set_level("lamp")
    advance_clock(1)
    assert (value("lamp"), response_codes("lamp")) == ("5", [200])


def test_simulated_device_responds_after_delay(key, simulate, set_level, value, advance_clock):
    simulate(product=key, names=["lamp"], profile={"delay": 10})
    set_level("lamp")
    advance_clock(9)
    assert value("lamp") is None
    advance_clock(1)
    assert value("lamp") == "5"


@pytest.mark.parametrize(("outcome", "code"), [("fail", 400), ("stall", None)])
def test_simulated_device_with_failure_does_not_set_properties(
    key, simulate, set_level, value, response_codes, advance_clock, outcome, code
):
    simulate(product=key, names=["lamp"], profile={"properties": {"outcome": outcome}})
    set_level("lamp")
    advance_clock(1)
    assert (value("lamp"), response_codes("lamp")) == (None, [code])


def test_profile_section_overrides_general_outcome(key, simulate, set_level, value, response_codes, advance_clock, api):
    profile = {"outcome": "fail", "properties": {"outcome": "succeed"}}
    simulate(product=key, names=["lamp"], profile=profile)
    set_level("lamp")
    api("InvokeThingService", ProductKey=key, DeviceName="lamp", Identifier="reboot", Args="{}")
    advance_clock(1)
    assert (value("lamp"), response_codes("lamp")) == ("5", [200, 400])


def test_profile_section_of_service_is_used(key, simulate, response_codes, advance_clock, api):
    services = {"reboot": {"outcome": "stall"}, "*": {"output": {"a": 1}}}
    simulate(product=key, names=["lamp"], profile={"services": services})
    for identifier in ("reboot", "battery:drain"):
        api("InvokeThingService", ProductKey=key, DeviceName="lamp", Identifier=identifier, Args="{}")
    advance_clock(1)
    assert response_codes("lamp") == [None, 200]


def test_outcome_shares_are_distributed_over_devices(platform, key, simulate):
    simulate(product=key, count=400, online=False)
    devices = platform.store.all("device")
    part = {"outcome": {"fail": 0.25, "stall": 0.5}}
    outcomes = [simulated.outcome_of(part, device) for device in devices]
    assert 70 < outcomes.count("fail") < 130
    assert 160 < outcomes.count("stall") < 240
    assert outcomes == [simulated.outcome_of(part, device) for device in devices]
    assert outcomes != [simulated.outcome_of(part, device, "other") for device in devices]
    assert {simulated.outcome_of({"outcome": {"fail": 1}}, device) for device in devices} == {"fail"}
    assert {simulated.outcome_of({"outcome": {"fail": 0}}, device) for device in devices} == {"succeed"}


def test_delay_range_is_distributed_over_devices(platform, key, simulate):
    simulate(product=key, count=400, online=False)
    delays = [simulated.delay_of({"delay": [1, 5]}, device) for device in platform.store.all("device")]
    assert 1000 <= min(delays) < 1100
    assert 4900 < max(delays) <= 5000
    assert len(set(delays)) > 300


def test_simulated_device_reports_versions_and_values_at_connect(platform, key, simulate, value, row):
    versions = {"default": "1.0.0", "mcu": "2"}
    profile = {"properties": {"values": {"level": 7}}}
    simulate(product=key, names=["lamp"], module_versions=versions, profile=profile)
    assert value("lamp") == "7"

    def reported_versions() -> list[dict]:
        topic = f"/ota/device/inform/{key}/lamp"
        return [json.loads(message["content"])["params"] for message in platform.store.all("message", topic=topic)]

    first = [{"version": "1.0.0", "module": "default"}, {"version": "2", "module": "mcu"}]
    assert reported_versions() == first
    platform.run(lambda ctx: simulated.set_module_version(ctx, row("lamp"), "mcu", "3"))
    assert reported_versions() == first
    simulate(product=key, names=["lamp"], online=False)
    simulate(product=key, names=["lamp"], online=True)
    assert reported_versions() == [*first, first[0], {"version": "3", "module": "mcu"}]


def test_simulated_device_reports_periodically(platform, key, simulate, advance_clock, row):
    report = {"every": 10, "times": 3, "properties": {"level": 1}, "events": {"alarm": {"code": 2}}}
    simulate(product=key, names=["lamp"], profile={"reports": [report, {"every": 25, "properties": {"humidity": 1}}]})

    def counts() -> tuple[int, int, int]:
        iot_id = row("lamp")["iot_id"]
        properties = [platform.store.count("property_value", iot_id=iot_id, identifier=name) for name in
                      ("level", "humidity")]  # fmt: skip
        return (*properties, platform.store.count("event_record", iot_id=iot_id))

    assert counts() == (0, 0, 0)
    advance_clock(11)
    assert counts() == (1, 0, 1)
    advance_clock(100)
    assert counts() == (3, 4, 3)
    simulate(product=key, names=["lamp"], online=False)
    advance_clock(100)
    assert counts() == (3, 4, 3)
    simulate(product=key, names=["lamp"], online=True)
    advance_clock(101)
    assert counts() == (6, 8, 6)


def test_changed_profile_stops_previous_reports(platform, key, simulate, advance_clock):
    simulate(product=key, names=["lamp"], profile={"reports": [{"every": 1, "properties": {"level": 1}}]})
    simulate(product=key, names=["lamp"], profile={"reports": [{"every": 100, "properties": {"humidity": 1}}]})
    advance_clock(50)
    assert platform.store.count("property_value") == 0
    advance_clock(51)
    assert platform.store.count("property_value") == 1


def test_unchanged_profile_continues_reports(platform, key, simulate, advance_clock):
    profile = {"reports": [{"every": 10, "properties": {"level": 1}}]}
    simulate(product=key, names=["lamp"], profile=profile)
    advance_clock(9)
    simulate(product=key, names=["lamp"], profile=profile)
    advance_clock(1.5)
    assert platform.store.count("property_value") == 1


def test_simulated_device_receives_queued_messages_at_connect(key, simulate, set_level, value, advance_clock, platform):
    simulate(product=key, names=["lamp"], online=False)
    set_level("lamp", 4)
    set_level("lamp", 5, Qos=1)
    advance_clock(1)
    assert value("lamp") is None
    simulate(product=key, names=["lamp"], online=True)
    advance_clock(1)
    assert value("lamp") == "5"
    assert platform.store.count("outbox") == 0
    assert platform.store.count("property_value") == 1


def test_offline_simulated_device_does_not_respond(key, simulate, set_level, value, advance_clock):
    simulate(product=key, names=["lamp"], profile={"delay": 10})
    set_level("lamp")
    simulate(product=key, names=["lamp"], online=False)
    advance_clock(20)
    assert value("lamp") is None


def test_profile_section_registered_twice_is_rejected(platform):
    with pytest.raises(ValueError, match="twice"):
        simulated.section("reports")(print)


def test_ten_thousand_simulated_devices_report(platform, key, simulate):
    started = time.monotonic()
    profile = {"properties": {"values": {"level": 1}}}
    simulate(product=key, count=10_000, module_versions={"default": "1"}, profile=profile)
    assert platform.store.count("property_status", valid_value="1") == 10_000
    assert time.monotonic() - started < 60
