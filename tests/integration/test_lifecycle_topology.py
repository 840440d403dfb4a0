# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a gateway's topology, and of a device's place in one."""

from __future__ import annotations

import pytest

from .tasks import start_with_state

MODULE = "iot_topology"
HUB = {"product": "home_hub", "gateway": "hub-west"}


def lamps(*numbers: int) -> list:
    return [{"product": "street_light", "name": f"lamp-{number:04}"} for number in numbers]


def names(result: dict) -> list:
    return [one["name"] for one in result["topology"]["devices"]]


@pytest.fixture
def account(tasks):
    """Two gateways and thirteen lamps, none of them behind a gateway."""
    tasks.run_ok("iot_product", name="home_hub", node_type="gateway")
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for name in ("hub-west", "hub-east"):
        tasks.run_ok("iot_device", product="home_hub", name=name)
    for number in range(1, 14):
        tasks.run_ok("iot_device", product="street_light", name=f"lamp-{number:04}")


def test_the_life_of_a_topology(tasks, account):
    tasks.assert_unchanged(MODULE, **HUB)
    made = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", **HUB, devices=lamps(1, 2))
    assert names(made) == ["lamp-0001", "lamp-0002"]
    assert made["topology"]["devices"][0]["product"] == "street_light"
    key = made["topology"]["devices"][0]["product_key"]

    changed = tasks.assert_changed_by(MODULE, "RemoveThingTopo", "BatchAddThingTopo", **HUB, devices=lamps(2, 3))
    assert names(changed) == ["lamp-0002", "lamp-0003"]
    tasks.assert_unchanged(MODULE, **HUB, devices=lamps(3, 2))
    tasks.assert_unchanged(MODULE, **HUB, devices=[{"product": key, "name": "lamp-0002"}, *lamps(3)])

    more = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", **HUB, devices=lamps(4), purge_devices=False)
    assert names(more) == ["lamp-0002", "lamp-0003", "lamp-0004"]

    (found,) = tasks.run_ok("iot_topology_info", **HUB)["topologies"]
    assert found == more["topology"]
    assert tasks.run_ok("iot_topology_info", product="home_hub", gateway="hub-none")["topologies"] == []
    assert tasks.run_ok("iot_topology_info", product="nobody", gateway="hub-west")["topologies"] == []

    cleared = tasks.assert_changed_by(MODULE, *["RemoveThingTopo"] * 3, **HUB, devices=[])
    assert names(cleared) == []
    # The devices themselves stay.
    assert tasks.run_ok("iot_device_info", product="street_light", name="lamp-0004")["devices"]


def test_ten_come_in_one_call(tasks, account):
    made = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", "BatchAddThingTopo", **HUB, devices=lamps(*range(1, 14)))
    assert len(names(made)) == 13


def test_a_gateway_is_never_removed_as_if_it_were_a_sub_device(tasks, account):
    east = {"product": "home_hub", "gateway": "hub-east"}
    tasks.run_ok(MODULE, **HUB, devices=lamps(1, 2))
    tasks.run_ok(MODULE, **east, devices=lamps(3, 4))
    tasks.assert_changed_by(MODULE, "RemoveThingTopo", "RemoveThingTopo", **HUB, devices=[])
    assert names(tasks.run_ok(MODULE, **east)) == ["lamp-0003", "lamp-0004"]


def test_a_device_is_not_taken_from_another_gateway_unless_that_is_said(tasks, account):
    tasks.run_ok(MODULE, product="home_hub", gateway="hub-east", devices=lamps(1, 2))
    message = "^lamp-0002 is behind hub-east, a gateway of home_hub. .*move: true"
    tasks.assert_fails(MODULE, message, **HUB, devices=lamps(3, 2))
    tasks.assert_fails(MODULE, message, **HUB, devices=lamps(3, 2), move=False, notify_gateway=True)
    moved = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", **HUB, devices=lamps(3, 2), move=True)
    assert names(moved) == ["lamp-0003", "lamp-0002"]
    assert names(tasks.run_ok(MODULE, product="home_hub", gateway="hub-east")) == ["lamp-0001"]


def test_a_gateway_is_asked_to_add_its_sub_devices(tasks, account):
    for check_mode in (True, False):
        result = tasks.run(MODULE, check_mode, **HUB, devices=lamps(1), notify_gateway=True)
        assert [step["operation"] for step in result["steps"]] == ["NotifyAddThingTopo"]
    # It has not done so yet.
    assert names(result) == []
    assert tasks.run_ok(MODULE, **HUB, devices=lamps(1), notify_gateway=True)["changed"]
    tasks.run_ok(MODULE, **HUB, devices=lamps(1))
    tasks.assert_unchanged(MODULE, **HUB, devices=lamps(1), notify_gateway=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"product": "street_light", "gateway": "lamp-0001"}, "^lamp-0001 is no gateway"),
        ({"gateway": "hub"}, "^gateway must have 4 to 32 characters"),
        ({"devices": [*lamps(1), *lamps(1)]}, "^devices names a device twice"),
        ({"devices": [{"product": "home_hub", "name": "hub-east"}]}, "^hub-east is a gateway itself"),
    ],
)
def test_wrong_input(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **{**HUB, **options})


def test_what_is_planned(tasks, account):
    for options, note in (
        ({"gateway": "hub-new"}, "the gateway hub-new does not exist yet"),
        ({"product": "new_hub"}, "the product new_hub does not exist yet"),
        ({"devices": lamps(99)}, "the device lamp-0099 does not exist yet"),
        ({"devices": [{"product": "path_light", "name": "lamp-0001"}]}, "the product path_light does not exist yet"),
    ):
        given = {**HUB, "devices": lamps(1), **options}
        plan = tasks.run(MODULE, True, **given)
        assert [step["operation"] for step in plan["steps"]] == ["BatchAddThingTopo"]
        assert plan["pending"] == [note]
        result = tasks.run(MODULE, **given)
        assert result["failed"]
        assert "there is no" in result["msg"]


def test_secrets_stay_where_they_are(tasks, account):
    secret = tasks.run_ok("iot_device", product="street_light", name="lamp-0001", include_secrets=True)["device"][
        "device_secret"
    ]
    made = tasks.run_ok(MODULE, **HUB, devices=lamps(1))
    assert secret not in str(made)


# The gateway of one device


def test_the_gateway_of_a_device(tasks, account):
    of = {"product": "street_light", "name": "lamp-0001"}
    west, east = ({"product": "home_hub", "name": name} for name in ("hub-west", "hub-east"))
    put = tasks.assert_changed_by("iot_device", "BatchAddThingTopo", **of, gateway=west)
    assert put["device"]["gateway"]["name"] == "hub-west"
    moved = tasks.assert_changed_by("iot_device", "BatchAddThingTopo", **of, gateway=east)
    assert moved["diff"]["before"]["gateway"]["name"] == "hub-west"
    assert moved["diff"]["after"]["gateway"]["name"] == "hub-east"
    tasks.assert_unchanged("iot_device", **of)
    (found,) = tasks.run_ok("iot_device_info", **of, include=["gateway"])["devices"]
    assert found["gateway"] == moved["device"]["gateway"]
    assert found["gateway"]["product"] == "home_hub"
    assert "gateway" not in tasks.run_ok("iot_device_info", **of)["devices"][0]
    taken = tasks.assert_changed_by("iot_device", "RemoveThingTopo", **of, gateway={})
    assert taken["device"]["gateway"] == {}
    tasks.assert_unchanged("iot_device", **of, gateway={})


def test_a_new_device_goes_behind_its_gateway_at_once(tasks, account):
    west = {"product": "home_hub", "name": "hub-west"}
    made = tasks.assert_changed_by(
        "iot_device", "RegisterDevice", "BatchAddThingTopo", product="street_light", name="lamp-0100", gateway=west
    )
    assert made["device"]["gateway"]["name"] == "hub-west"
    assert names(tasks.run_ok(MODULE, **HUB)) == ["lamp-0100"]


def test_a_gateway_is_behind_none(tasks, account):
    tasks.run_ok(MODULE, **HUB, devices=lamps(1, 2))
    of = {"product": "home_hub", "name": "hub-west"}
    tasks.assert_unchanged("iot_device", **of, gateway={})
    tasks.assert_fails(
        "iot_device", "^a gateway cannot be behind a gateway", **of, gateway={"product": "home_hub", "name": "hub-east"}
    )
    assert names(tasks.run_ok(MODULE, **HUB)) == ["lamp-0001", "lamp-0002"]


def test_a_gateway_that_is_not_there(tasks, account):
    of = {"product": "street_light", "name": "lamp-0001"}
    plan = tasks.run("iot_device", True, **of, gateway={"product": "home_hub", "name": "hub-new"})
    assert plan["pending"] == ["the device hub-new does not exist yet"]
    assert [step["operation"] for step in plan["steps"]] == ["BatchAddThingTopo"]
    result = tasks.run("iot_device", **of, gateway={"product": "home_hub", "name": "hub-new"})
    assert "there is no device hub-new" in result["msg"]
    tasks.assert_fails("iot_device", "^gateway needs product and name", **of, gateway={"name": "hub-west"})


# More sub-devices than the platform deals with at once


MANY = 2_001


def behind_one_gateway(platform) -> None:
    """A gateway with so many sub-devices, one of which is the reason why a job has to be made."""
    from ansible_collections.iotops.aliyun.emulator.services.device.topology import attach

    hub, lamp = (
        platform.call("CreateProduct", {"ProductName": name, "NodeType": kind})["ProductKey"]
        for name, kind in (("home_hub", "1"), ("street_light", "0"))
    )
    platform.call("RegisterDevice", {"ProductKey": hub, "DeviceName": "hub-west"})
    for number in range(MANY):
        platform.call("RegisterDevice", {"ProductKey": lamp, "DeviceName": f"lamp-{number:04}"})

    def attach_all(ctx) -> None:
        gateway = ctx.store.one("device", product_key=hub)
        for device in ctx.store.all("device", product_key=lamp):
            attach(ctx, gateway, device)

    platform.run(attach_all)


@pytest.fixture
def large(launch, tmp_path):
    return start_with_state(launch, tmp_path / "state", behind_one_gateway)


def sub_devices(tasks, **wanted) -> int:
    return len(tasks.run_ok("iot_device_info", product="street_light", **wanted)["devices"])


def test_a_large_gateway_is_waited_for(large):
    hub = {"product": "home_hub", "name": "hub-west"}
    large.assert_changed_by("iot_device", "DisableThing", **hub, enabled=False)
    assert sub_devices(large, enabled=False) == MANY
    large.run_ok("iot_devices", product="home_hub", devices=[{"name": "hub-west", "enabled": True}])
    assert sub_devices(large, enabled=True) == MANY
    large.assert_changed_by("iot_device", "DeleteDevice", **hub, state="absent")
    # Nothing of what is gone is in the way of one of the same name.
    large.assert_changed_by("iot_device", "RegisterDevice", **hub)
    assert sub_devices(large) == MANY


def test_a_large_gateway_is_reset_before_its_task_ends(large):
    reset = large.run_ok("iot_device_reset", product="home_hub", name="hub-west")
    assert reset["job_id"]
    (told,) = large.run_ok("iot_topology_info", **HUB)["topologies"]
    assert told["devices"] == []
