# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulated devices: how they behave, and how many are made."""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.iotops.aliyun.emulator.http import control_devices
from ansible_collections.iotops.aliyun.emulator.simulation import simulated


@pytest.fixture
def row(platform):
    """The row of a device."""
    return lambda name: platform.store.one("device", device_name=name)


@pytest.fixture
def value(api, key):
    """A property's value as a text, or None."""

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
def answers(api, key, platform):
    """The codes with which a device answered what it was told."""

    def answers(name: str) -> list[int | None]:
        now = platform.clock.now()
        span = {"StartTime": now - 100_000, "EndTime": now + 1, "Asc": 1}
        calls = api("QueryDeviceServiceData", ProductKey=key, DeviceName=name, **span)["Data"]["List"]["ServiceInfo"]
        return [json.loads(call["OutputData"])["code"] if "OutputData" in call else None for call in calls]

    return answers


def listed(platform, **options):
    return platform.run(lambda ctx: control_devices.list_devices(ctx, **options))


def test_devices_by_number(platform, key, simulate, api):
    assert simulate(product=key, count=3) == {"product_key": key, "devices": 3, "registered": 3}
    assert simulate(product="thermometer", count=4) == {"product_key": key, "devices": 4, "registered": 1}
    assert simulate(product=key, count=1, prefix="lamp")["registered"] == 1
    found = listed(platform)
    names = ["sim00001", "sim00002", "sim00003", "sim00004", "lamp00001"]
    assert (found["total"], [device["device_name"] for device in found["devices"]]) == (5, names)
    assert api("QueryProduct", ProductKey=key)["Data"]["DeviceCount"] == 5


def test_devices_by_name(platform, key, register, simulate):
    register("present")
    assert simulate(product=key, names=["present", "new_one", "new_one"])["registered"] == 1
    (present, new) = listed(platform, product=key)["devices"]
    assert present == {
        "product_key": key,
        "device_name": "present",
        "iot_id": present["iot_id"],
        "status": "ONLINE",
        "module_versions": {},
        "profile": {},
    }
    assert (new["device_name"], new["status"]) == ("new_one", "ONLINE")


def test_pages_of_devices(platform, key, simulate):
    simulate(product=key, count=5)
    found = listed(platform, offset=3, limit=10)
    assert (found["total"], [device["device_name"] for device in found["devices"]]) == (5, ["sim00004", "sim00005"])
    assert len(listed(platform, limit=2)["devices"]) == 2
    with pytest.raises(ValueError, match="no product"):
        listed(platform, product="nothing")


def test_devices_of_one_product(platform, key, create_modeled_product, simulate):
    simulate(product=key, count=1)
    simulate(product=create_modeled_product("other"), count=2)
    assert listed(platform, product="other")["total"] == 2


def test_a_second_call_changes_what_it_says(platform, key, simulate):
    simulate(product=key, names=["lamp"], profile={"delay": 1}, module_versions={"default": "1"})
    simulate(product=key, names=["lamp"], online=False)
    (lamp,) = listed(platform)["devices"]
    assert (lamp["status"], lamp["profile"], lamp["module_versions"]) == ("OFFLINE", {"delay": 1}, {"default": "1"})
    simulate(product=key, names=["lamp"], profile={})
    (lamp,) = listed(platform)["devices"]
    assert (lamp["status"], lamp["profile"], lamp["module_versions"]) == ("OFFLINE", {}, {"default": "1"})
    simulate(product=key, names=["lamp"], online=True, module_versions={})
    assert (listed(platform)["devices"][0]["status"], listed(platform)["devices"][0]["module_versions"]) == (
        "ONLINE",
        {},
    )


def test_devices_that_stay_away(platform, key, simulate):
    simulate(product=key, names=["lamp"], online=False)
    assert listed(platform)["devices"][0]["status"] == "UNACTIVE"


def test_a_disabled_device_does_not_connect(api, platform, key, simulate):
    simulate(product=key, names=["lamp"])
    api("DisableThing", ProductKey=key, DeviceName="lamp")
    simulate(product=key, names=["lamp"], online=True)
    assert listed(platform)["devices"][0]["status"] == "DISABLE"


def test_a_simulated_device_can_be_deleted(api, platform, key, simulate, advance_clock, caplog):
    simulate(product=key, names=["lamp"], profile={"reports": [{"every": 1, "properties": {"level": 1}}]})
    api("DeleteDevice", ProductKey=key, DeviceName="lamp")
    advance_clock(5)
    assert listed(platform)["total"] == 0
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ([], "object"),
        ({"product": 1, "count": 1}, "a product.s key or name"),
        ({"product": "nothing", "count": 1}, "no product nothing"),
        ({"product": None, "count": 1}, "a product.s key or name"),
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
        ({"count": 1, "gateway": "box"}, "gateway is an object"),
        ({"count": 1, "gateway": {"product": "box"}}, "gateway is an object"),
        ({"count": 1, "gateway": {"product": "box", "name": 1}}, "gateway is an object"),
        ({"count": 1, "gateway": {"product": "box", "name": "box-1"}}, "no product box"),
        ({"count": 1, "gateway": {"product": "thermometer", "name": "box-1"}}, "has no gateway box-1"),
        ({"count": 1, "colour": "red"}, "no colour"),
        ({"count": 1, "profile": {"colour": "red"}}, "no colour"),
    ],
)
def test_what_cannot_be_made(platform, key, wanted, why):
    if isinstance(wanted, dict):
        wanted = {"product": key, **wanted}
    with pytest.raises(ValueError, match=why):
        platform.run(lambda ctx: control_devices.create_devices(ctx, wanted))
    assert platform.store.count("device") == 0


def test_devices_behind_a_gateway(platform, api, key, simulate):
    boxes = api("CreateProduct", ProductName="gatebox", NodeType=1)["ProductKey"]
    simulate(product="gatebox", names=["box-1", "box-2"])
    simulate(product=key, names=["lamp-1"])
    behind = {"product": "gatebox", "name": "box-1"}
    assert simulate(product=key, names=["lamp-1", "lamp-2"], gateway=behind)["registered"] == 1
    simulate(product=key, names=["lamp-1", "lamp-2"])
    topology = api("GetThingTopo", ProductKey=boxes, DeviceName="box-1", PageNo=1, PageSize=10)["Data"]
    assert [device["DeviceName"] for device in topology["List"]["deviceInfo"]] == ["lamp-1", "lamp-2"]
    with pytest.raises(ValueError, match="box-2 is a gateway"):
        simulate(product="gatebox", names=["box-2"], gateway=behind)
    with pytest.raises(ValueError, match="has no gateway lamp-1"):
        simulate(product=key, names=["lamp-2"], gateway={"product": key, "name": "lamp-1"})


def test_more_devices_than_a_gateway_takes(platform, api, key, simulate, monkeypatch):
    monkeypatch.setattr(control_devices, "MAX_SUB_DEVICES", 2)
    api("CreateProduct", ProductName="gatebox", NodeType=1)
    simulate(product="gatebox", names=["box-1"])
    simulate(product=key, count=2, gateway={"product": "gatebox", "name": "box-1"})
    with pytest.raises(ValueError, match="at most 2 sub-devices"):
        simulate(product=key, count=3, gateway={"product": "gatebox", "name": "box-1"})
    assert listed(platform, product=key)["total"] == 2


PROFILES = [
    ([], "the profile is an object"),
    ({"delay": -1}, "delay of the profile"),
    ({"delay": True}, "delay of the profile"),
    ({"delay": "1"}, "delay of the profile"),
    ({"delay": [2, 1]}, "delay of the profile"),
    ({"delay": [1]}, "delay of the profile"),
    ({"delay": [1, 2, 3]}, "delay of the profile"),
    ({"outcome": "win"}, "outcome of the profile is one of succeed, fail, stall"),
    ({"outcome": 1}, "outcome of the profile"),
    ({"outcome": {"fail": "x"}}, "outcome of the profile"),
    ({"outcome": {"fail": 2}}, "outcome of the profile"),
    ({"outcome": {"fail": 0.6, "stall": 0.6}}, "more than 1"),
    ({"properties": []}, "properties is an object"),
    ({"properties": {"values": 1}}, "values of properties"),
    ({"properties": {"speed": 1}}, "properties has no speed"),
    ({"services": []}, "services is an object"),
    ({"services": {"a": 1}}, "services.a is an object"),
    ({"services": {"a": {"output": 1}}}, "output of services.a"),
    ({"rrpc": {"payload": 1}}, "payload of rrpc"),
    ({"rrpc": {"outcome": "fail"}}, "outcome of rrpc is one of succeed, stall"),
    ({"shadow": {"outcome": "fail"}}, "outcome of shadow"),
    ({"reports": {}}, "reports is a list"),
    ({"reports": [1]}, "a report is an object"),
    ({"reports": [{}]}, "every of a report"),
    ({"reports": [{"every": 0}]}, "every of a report"),
    ({"reports": [{"every": 1, "times": 0}]}, "times of a report"),
    ({"reports": [{"every": 1, "times": True}]}, "times of a report"),
    ({"reports": [{"every": 1, "properties": []}]}, "properties and events"),
]


@pytest.mark.parametrize(("profile", "why"), PROFILES)
def test_profiles_that_are_none(platform, profile, why):
    with pytest.raises(ValueError, match=why):
        simulated.check_profile(profile)


def test_the_profile_of_the_documentation(platform):
    text = simulated.__doc__.partition("::\n")[2].partition("\n\n``delay``")[0]
    simulated.check_profile(json.loads(text))
    simulated.check_profile({})


def test_a_device_sets_its_properties(key, simulate, set_level, value, answers, advance_clock):
    simulate(product=key, names=["lamp"])
    set_level("lamp")
    advance_clock(1)
    assert (value("lamp"), answers("lamp")) == ("5", [200])


def test_a_device_takes_its_time(key, simulate, set_level, value, advance_clock):
    simulate(product=key, names=["lamp"], profile={"delay": 10})
    set_level("lamp")
    advance_clock(9)
    assert value("lamp") is None
    advance_clock(1)
    assert value("lamp") == "5"


@pytest.mark.parametrize(("outcome", "code"), [("fail", 400), ("stall", None)])
def test_a_device_does_not_set_its_properties(key, simulate, set_level, value, answers, advance_clock, outcome, code):
    simulate(product=key, names=["lamp"], profile={"properties": {"outcome": outcome}})
    set_level("lamp")
    advance_clock(1)
    assert (value("lamp"), answers("lamp")) == (None, [code])


def test_a_section_decides_over_the_whole(key, simulate, set_level, value, answers, advance_clock, api):
    profile = {"outcome": "fail", "properties": {"outcome": "succeed"}}
    simulate(product=key, names=["lamp"], profile=profile)
    set_level("lamp")
    api("InvokeThingService", ProductKey=key, DeviceName="lamp", Identifier="reboot", Args="{}")
    advance_clock(1)
    assert (value("lamp"), answers("lamp")) == ("5", [200, 400])


def test_services_have_sections(key, simulate, answers, advance_clock, api):
    services = {"reboot": {"outcome": "stall"}, "*": {"output": {"a": 1}}}
    simulate(product=key, names=["lamp"], profile={"services": services})
    for identifier in ("reboot", "battery:drain"):
        api("InvokeThingService", ProductKey=key, DeviceName="lamp", Identifier=identifier, Args="{}")
    advance_clock(1)
    assert answers("lamp") == [None, 200]


def test_a_share_of_the_devices_fails(platform, key, simulate):
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


def test_devices_spread_over_time(platform, key, simulate):
    simulate(product=key, count=400, online=False)
    delays = [simulated.delay_of({"delay": [1, 5]}, device) for device in platform.store.all("device")]
    assert 1000 <= min(delays) < 1100
    assert 4900 < max(delays) <= 5000
    assert len(set(delays)) > 300


def test_a_device_says_what_it_is_whenever_it_connects(platform, key, simulate, value, row):
    versions = {"default": "1.0.0", "mcu": "2"}
    profile = {"properties": {"values": {"level": 7}}}
    simulate(product=key, names=["lamp"], module_versions=versions, profile=profile)
    assert value("lamp") == "7"

    def said() -> list[dict]:
        topic = f"/ota/device/inform/{key}/lamp"
        return [json.loads(message["content"])["params"] for message in platform.store.all("message", topic=topic)]

    first = [{"version": "1.0.0", "module": "default"}, {"version": "2", "module": "mcu"}]
    assert said() == first
    platform.run(lambda ctx: simulated.set_module_version(ctx, row("lamp"), "mcu", "3"))
    assert said() == first
    simulate(product=key, names=["lamp"], online=False)
    simulate(product=key, names=["lamp"], online=True)
    assert said() == [*first, first[0], {"version": "3", "module": "mcu"}]


def test_reports_come_again_and_again(platform, key, simulate, advance_clock, row):
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


def test_another_profile_ends_the_reports_of_the_one_before(platform, key, simulate, advance_clock):
    simulate(product=key, names=["lamp"], profile={"reports": [{"every": 1, "properties": {"level": 1}}]})
    simulate(product=key, names=["lamp"], profile={"reports": [{"every": 100, "properties": {"humidity": 1}}]})
    advance_clock(50)
    assert platform.store.count("property_value") == 0
    advance_clock(51)
    assert platform.store.count("property_value") == 1


def test_the_same_profile_changes_nothing(platform, key, simulate, advance_clock):
    profile = {"reports": [{"every": 10, "properties": {"level": 1}}]}
    simulate(product=key, names=["lamp"], profile=profile)
    advance_clock(9)
    simulate(product=key, names=["lamp"], profile=profile)
    advance_clock(1.5)
    assert platform.store.count("property_value") == 1


def test_what_waited_reaches_a_device_that_connects(key, simulate, set_level, value, advance_clock, platform):
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


def test_a_device_that_has_gone_does_not_answer(key, simulate, set_level, value, advance_clock):
    simulate(product=key, names=["lamp"], profile={"delay": 10})
    set_level("lamp")
    simulate(product=key, names=["lamp"], online=False)
    advance_clock(20)
    assert value("lamp") is None


def test_a_section_is_declared_once(platform):
    with pytest.raises(ValueError, match="twice"):
        simulated.section("reports")(print)


def test_ten_thousand_devices_are_made_and_report(platform, key, simulate):
    started = time.monotonic()
    profile = {"properties": {"values": {"level": 1}}}
    simulate(product=key, count=10_000, module_versions={"default": "1"}, profile=profile)
    assert platform.store.count("property_status", valid_value="1") == 10_000
    assert time.monotonic() - started < 60
