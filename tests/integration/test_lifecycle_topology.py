# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of the topology of gateways, and of the gateway of a device."""

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
    """Create two gateways and thirteen devices that are not attached to a gateway."""
    tasks.run_ok("iot_product", name="home_hub", node_type="gateway")
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for name in ("hub-west", "hub-east"):
        tasks.run_ok("iot_device", product="home_hub", name=name)
    for number in range(1, 14):
        tasks.run_ok("iot_device", product="street_light", name=f"lamp-{number:04}")


def test_topology_lifecycle(tasks, account):
    tasks.assert_unchanged(MODULE, **HUB)
    created = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", **HUB, devices=lamps(1, 2))
    assert names(created) == ["lamp-0001", "lamp-0002"]
    assert created["topology"]["devices"][0]["product"] == "street_light"
    key = created["topology"]["devices"][0]["product_key"]

    changed = tasks.assert_changed_by(MODULE, "RemoveThingTopo", "BatchAddThingTopo", **HUB, devices=lamps(2, 3))
    assert names(changed) == ["lamp-0002", "lamp-0003"]
    tasks.assert_unchanged(MODULE, **HUB, devices=lamps(3, 2))
    tasks.assert_unchanged(MODULE, **HUB, devices=[{"product": key, "name": "lamp-0002"}, *lamps(3)])

    more = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", **HUB, devices=lamps(4), purge_devices=False)
    assert names(more) == ["lamp-0002", "lamp-0003", "lamp-0004"]

    (found,) = tasks.run_ok("iot_topology_info", **HUB)["topologies"]
    assert found == more["topology"]
    assert tasks.run_ok("iot_topology_info", product="home_hub", gateway="hub-none")["topologies"] == []
    assert tasks.run_ok("iot_topology_info", product="unknown", gateway="hub-west")["topologies"] == []

    cleared = tasks.assert_changed_by(MODULE, *["RemoveThingTopo"] * 3, **HUB, devices=[])
    assert names(cleared) == []
    # The devices themselves are kept.
    assert tasks.run_ok("iot_device_info", product="street_light", name="lamp-0004")["devices"]


def test_topology_above_ten_devices_is_split_into_calls(tasks, account):
    created = tasks.assert_changed_by(
        MODULE, "BatchAddThingTopo", "BatchAddThingTopo", **HUB, devices=lamps(*range(1, 14))
    )
    assert len(names(created)) == 13


def test_topology_clear_keeps_other_gateways(tasks, account):
    east = {"product": "home_hub", "gateway": "hub-east"}
    tasks.run_ok(MODULE, **HUB, devices=lamps(1, 2))
    tasks.run_ok(MODULE, **east, devices=lamps(3, 4))
    tasks.assert_changed_by(MODULE, "RemoveThingTopo", "RemoveThingTopo", **HUB, devices=[])
    assert names(tasks.run_ok(MODULE, **east)) == ["lamp-0003", "lamp-0004"]


def test_topology_with_device_of_other_gateway_needs_move(tasks, account):
    tasks.run_ok(MODULE, product="home_hub", gateway="hub-east", devices=lamps(1, 2))
    message = "^lamp-0002 is already attached to hub-east, a gateway of home_hub. .*move: true"
    tasks.assert_fails(MODULE, message, **HUB, devices=lamps(3, 2))
    tasks.assert_fails(MODULE, message, **HUB, devices=lamps(3, 2), move=False, notify_gateway=True)
    moved = tasks.assert_changed_by(MODULE, "BatchAddThingTopo", **HUB, devices=lamps(3, 2), move=True)
    assert names(moved) == ["lamp-0003", "lamp-0002"]
    assert names(tasks.run_ok(MODULE, product="home_hub", gateway="hub-east")) == ["lamp-0001"]


def test_topology_with_notify_gateway_notifies_gateway(tasks, account):
    for check_mode in (True, False):
        result = tasks.run(MODULE, check_mode, **HUB, devices=lamps(1), notify_gateway=True)
        assert [step["operation"] for step in result["steps"]] == ["NotifyAddThingTopo"]
    # The gateway has not added the device yet.
    assert names(result) == []
    assert tasks.run_ok(MODULE, **HUB, devices=lamps(1), notify_gateway=True)["changed"]
    tasks.run_ok(MODULE, **HUB, devices=lamps(1))
    tasks.assert_unchanged(MODULE, **HUB, devices=lamps(1), notify_gateway=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"product": "street_light", "gateway": "lamp-0001"},
            "^gateway must be the name of a gateway; lamp-0001 is not a gateway",
        ),
        ({"gateway": "hub"}, "^gateway must have 4 to 32 characters"),
        ({"devices": [*lamps(1), *lamps(1)]}, "^devices contains a device twice"),
        (
            {"devices": [{"product": "home_hub", "name": "hub-east"}]},
            "^hub-east cannot be attached to a gateway: it is a gateway itself",
        ),
    ],
)
def test_topology_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **{**HUB, **options})


def test_topology_with_missing_reference_is_pending_in_check_mode_and_fails(tasks, account):
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
        assert "does not exist" in result["msg"]


def test_topology_result_contains_no_device_secret(tasks, account):
    secret = tasks.run_ok("iot_device", product="street_light", name="lamp-0001", include_secrets=True)["device"][
        "device_secret"
    ]
    created = tasks.run_ok(MODULE, **HUB, devices=lamps(1))
    assert secret not in str(created)


# The gateway of one device


def test_new_device_with_gateway_is_attached(tasks, account):
    west = {"product": "home_hub", "name": "hub-west"}
    created = tasks.assert_changed_by(
        "iot_device", "RegisterDevice", "BatchAddThingTopo", product="street_light", name="lamp-0100", gateway=west
    )
    assert created["device"]["gateway"]["name"] == "hub-west"
    assert names(tasks.run_ok(MODULE, **HUB)) == ["lamp-0100"]


def test_gateway_with_gateway_option_fails_before_write(tasks, account):
    tasks.run_ok(MODULE, **HUB, devices=lamps(1, 2))
    of = {"product": "home_hub", "name": "hub-west"}
    tasks.assert_unchanged("iot_device", **of, gateway={})
    tasks.assert_fails(
        "iot_device",
        "^gateway cannot be set for a device that is a gateway itself",
        **of,
        gateway={"product": "home_hub", "name": "hub-east"},
    )
    assert names(tasks.run_ok(MODULE, **HUB)) == ["lamp-0001", "lamp-0002"]


def test_device_with_missing_gateway_is_pending_in_check_mode_and_fails(tasks, account):
    of = {"product": "street_light", "name": "lamp-0001"}
    plan = tasks.run("iot_device", True, **of, gateway={"product": "home_hub", "name": "hub-new"})
    assert plan["pending"] == ["the device hub-new does not exist yet"]
    assert [step["operation"] for step in plan["steps"]] == ["BatchAddThingTopo"]
    result = tasks.run("iot_device", **of, gateway={"product": "home_hub", "name": "hub-new"})
    assert "the device hub-new does not exist" in result["msg"]
    tasks.assert_fails("iot_device", "^gateway must have both product and name", **of, gateway={"name": "hub-west"})


# More sub-devices than the platform changes synchronously


MANY = 2_001


def create_large_gateway(platform) -> None:
    """Create a gateway with one sub-device more than the platform changes without an asynchronous job."""
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
def prepared_tasks(launch, tmp_path):
    return start_with_state(launch, tmp_path / "state", create_large_gateway)


def count_devices(tasks, **wanted) -> int:
    return len(tasks.run_ok("iot_device_info", product="street_light", **wanted)["devices"])


def test_large_gateway_change_waits_for_platform_job(prepared_tasks):
    hub = {"product": "home_hub", "name": "hub-west"}
    prepared_tasks.assert_changed_by("iot_device", "DisableThing", **hub, enabled=False)
    assert count_devices(prepared_tasks, enabled=False) == MANY
    prepared_tasks.run_ok("iot_devices", product="home_hub", devices=[{"name": "hub-west", "enabled": True}])
    assert count_devices(prepared_tasks, enabled=True) == MANY
    prepared_tasks.assert_changed_by("iot_device", "DeleteDevice", **hub, state="absent")
    # A gateway with the same name can be registered again.
    prepared_tasks.assert_changed_by("iot_device", "RegisterDevice", **hub)
    assert count_devices(prepared_tasks) == MANY


def test_large_gateway_reset_waits_for_platform_job(prepared_tasks):
    reset = prepared_tasks.run_ok("iot_device_reset", product="home_hub", name="hub-west")
    assert reset["job_id"]
    (returned,) = prepared_tasks.run_ok("iot_topology_info", **HUB)["topologies"]
    assert returned["devices"] == []
