# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of subscriptions."""

from __future__ import annotations

import pytest

QUEUE = {
    "queueName": "lamps",
    "regionName": "cn-shanghai",
    "role": {"roleArn": "acs:ram::5645:role/aliyuniotaccessingmnsrole", "roleName": "AliyunIOTAccessingMNSRole"},
}
FLAGS = (
    "device_data",
    "device_status_change",
    "device_life_cycle",
    "device_topo_life_cycle",
    "found_device_list",
    "thing_history",
    "ota_event",
    "ota_version",
    "ota_job",
    "device_tag",
)
OF_GATEWAYS = ("device_topo_life_cycle", "found_device_list")
OVER_AMQP = ("ota_version", "ota_job", "device_tag")
CREATE, UPDATE, DELETE = (f"{verb}SubscribeRelation" for verb in ("Create", "Update", "Delete"))
ADD, REMOVE = (f"{verb}ConsumerGroupSubscribeRelation" for verb in ("Create", "Delete"))


@pytest.fixture(autouse=True)
def ids(tasks):
    """Create the products and consumer groups that subscriptions name; return their ids by name."""
    created = {
        name: tasks.run_ok("iot_product", name=name, node_type=kind)["product"]["product_key"]
        for name, kind in (("street_light", "device"), ("gateways", "gateway"))
    }
    for name in ("console", "archive", "backup"):
        created[name] = tasks.run_ok("iot_consumer_group", name=name)["consumer_group"]["group_id"]
    return created


AMQP = {"product": "street_light", "type": "amqp"}
MNS = {"product": "street_light", "type": "mns"}


def names(result: dict) -> set:
    return {group["name"] for group in result["subscription"]["consumer_groups"]}


def test_amqp_subscription_lifecycle(tasks, ids):
    created = tasks.assert_changed_by("iot_subscription", CREATE, **AMQP, consumer_groups=["console"], device_data=True)
    assert created["subscription"] == {
        "product_key": ids["street_light"],
        "type": "amqp",
        "consumer_groups": [{"name": "console", "group_id": ids["console"]}],
        **dict.fromkeys(FLAGS, False),
        "device_data": True,
    }
    assert created["steps"][0]["action"] == "create"
    assert created["diff"]["after"]["consumer_groups"] == ["console"]

    # Each message type is changed alone: the other types and the consumer groups are kept.
    on = {"device_data"}
    for flag in FLAGS[1:]:
        if flag not in OF_GATEWAYS:
            on.add(flag)
            changed = tasks.assert_changed_by("iot_subscription", UPDATE, **AMQP, **{flag: True})
            assert {name for name in FLAGS if changed["subscription"][name]} == on
            assert names(changed) == {"console"}
    changed = tasks.assert_changed_by("iot_subscription", UPDATE, **AMQP, device_data=False)
    assert changed["subscription"]["device_data"] is False
    tasks.assert_unchanged("iot_subscription", **AMQP)

    # Two message types are for gateways only.
    hubs = {"product": "gateways", "type": "amqp"}
    tasks.run_ok("iot_subscription", **hubs, consumer_groups=["console"], device_data=True)
    for flag in OF_GATEWAYS:
        assert tasks.assert_changed_by("iot_subscription", UPDATE, **hubs, **{flag: True})["subscription"][flag]

    # Consumer groups, by name or id, are added before others are removed.
    changed = tasks.assert_changed_by("iot_subscription", ADD, REMOVE, **AMQP, consumer_groups=["archive"])
    assert names(changed) == {"archive"}
    assert changed["diff"]["before"]["consumer_groups"] == ["console"]
    changed = tasks.assert_changed_by(
        "iot_subscription", ADD, **AMQP, consumer_groups=["backup"], purge_consumer_groups=False
    )
    assert names(changed) == {"archive", "backup"}
    tasks.assert_unchanged("iot_subscription", **AMQP, consumer_groups=[ids["backup"], "archive"])
    changed = tasks.assert_changed_by("iot_subscription", REMOVE, **AMQP, consumer_groups=["backup"])
    assert names(changed) == {"backup"}
    changed = tasks.assert_changed_by("iot_subscription", ADD, REMOVE, **AMQP, consumer_groups=["DEFAULT_GROUP"])
    assert changed["subscription"]["consumer_groups"][0]["group_id"] == "DEFAULT_GROUP"
    # Together with another change, one call updates everything.
    changed = tasks.assert_changed_by("iot_subscription", UPDATE, **AMQP, consumer_groups=["console"], device_data=True)
    assert (names(changed), changed["subscription"]["device_data"]) == ({"console"}, True)

    deleted = tasks.assert_changed_by("iot_subscription", DELETE, **AMQP, state="absent")
    assert deleted["subscription"] == {}
    tasks.assert_unchanged("iot_subscription", **AMQP, state="absent")


def test_mns_subscription_lifecycle(tasks, ids):
    created = tasks.assert_changed_by("iot_subscription", CREATE, **MNS, mns_configuration=QUEUE, ota_event=True)
    assert created["subscription"] == {
        "product_key": ids["street_light"],
        "type": "mns",
        "mns_configuration": QUEUE,
        **dict.fromkeys(FLAGS, False),
        "ota_event": True,
    }
    other = {**QUEUE, "queueName": "upgrades"}
    changed = tasks.assert_changed_by("iot_subscription", UPDATE, **MNS, mns_configuration=other)
    assert changed["subscription"]["mns_configuration"] == other
    changed = tasks.assert_changed_by("iot_subscription", UPDATE, **MNS, thing_history=True)
    assert changed["subscription"]["mns_configuration"] == other
    assert changed["subscription"]["ota_event"]
    tasks.assert_changed_by("iot_subscription", DELETE, **MNS, state="absent")
    tasks.assert_unchanged("iot_subscription", **MNS, state="absent")


def test_subscriptions_of_both_types_are_independent(tasks, ids):
    tasks.assert_changed_by("iot_subscription", CREATE, **AMQP, consumer_groups=["console"], device_data=True)
    tasks.assert_changed_by("iot_subscription", CREATE, **MNS, mns_configuration=QUEUE, device_data=True)

    def found(**filters):
        return [one["type"] for one in tasks.run_ok("iot_subscription_info", **filters)["subscriptions"]]

    for product in ("street_light", ids["street_light"]):
        assert found(product=product) == ["amqp", "mns"]
        assert found(product=product, type="mns") == ["mns"]
    assert found(product="gateways") == found(product="unknown") == found(product="gateways", type="amqp") == []
    (current,) = tasks.run_ok("iot_subscription_info", **AMQP)["subscriptions"]
    assert current["consumer_groups"] == [{"name": "console", "group_id": ids["console"]}]
    tasks.assert_changed_by("iot_subscription", DELETE, **AMQP, state="absent")
    assert found(product="street_light") == ["mns"]


@pytest.mark.parametrize("flag", OF_GATEWAYS)
def test_subscription_to_gateway_messages_of_other_product_fails_before_write(tasks, flag):
    # The platform would ignore it, and each run of the task would report a change.
    options = {"type": "amqp", "consumer_groups": ["console"], flag: True}
    message = f"^{flag} is valid only for gateways; street_light is not a product of gateways"
    tasks.assert_fails("iot_subscription", message, product="street_light", **options)
    tasks.assert_changed_by("iot_subscription", CREATE, product="gateways", **options)
    tasks.assert_unchanged("iot_subscription", **AMQP, state="absent", **{flag: False})


@pytest.mark.parametrize("flag", OVER_AMQP)
def test_mns_subscription_to_amqp_messages_fails_before_write(tasks, flag):
    message = f"^{flag} is valid only for a subscription of type amqp, not mns"
    tasks.assert_fails("iot_subscription", message, **MNS, mns_configuration=QUEUE, device_data=True, **{flag: True})
    tasks.assert_changed_by(
        "iot_subscription", CREATE, **MNS, mns_configuration=QUEUE, device_data=True, **{flag: False}
    )


def test_subscription_with_invalid_options_fails_before_write(tasks):
    def assert_fails(message, of, **options):
        return tasks.assert_fails("iot_subscription", message, **of, **options)

    nothing = "^a subscription must have at least one message type.*state: absent"
    assert_fails(nothing, AMQP, consumer_groups=["console"])
    assert_fails(nothing, AMQP, consumer_groups=["console"], device_data=False)
    assert_fails("^consumer_groups must be set for a subscription of type amqp$", AMQP, device_data=True)
    assert_fails("^mns_configuration must be set for a subscription of type mns$", MNS, device_data=True)
    assert_fails("^consumer_groups must have 1 or more elements, not 0$", AMQP, consumer_groups=[], device_data=True)
    assert_fails("^consumer_groups contains console twice$", AMQP, consumer_groups=["console"] * 2, device_data=True)
    assert_fails(
        "^mns_configuration is valid only for a subscription of type mns, not amqp", AMQP, mns_configuration=QUEUE
    )
    assert_fails(
        "^consumer_groups is valid only for a subscription of type amqp, not mns", MNS, consumer_groups=["console"]
    )
    assert_fails("^mns_configuration must have queueName, regionName, role$", MNS, mns_configuration={"queue": "x"})
    no_role = {**QUEUE, "role": {"roleName": "x"}}
    assert_fails(r"^mns_configuration must have role\.roleArn$", MNS, mns_configuration=no_role)

    tasks.run_ok("iot_subscription", **AMQP, consumer_groups=["console"], device_data=True)
    assert_fails(nothing, AMQP, device_data=False)
    assert_fails("^consumer_groups must have 1 or more elements, not 0$", AMQP, consumer_groups=[])


def test_subscription_with_group_name_and_id_of_same_group_fails_before_write(tasks, ids):
    message = "^consumer_groups contains a group twice$"
    tasks.assert_fails(
        "iot_subscription", message, **AMQP, consumer_groups=["console", ids["console"]], device_data=True
    )


def test_subscription_with_missing_reference_is_pending_in_check_mode_and_fails(tasks):
    options = {"type": "amqp", "consumer_groups": ["one", "two"], "device_topo_life_cycle": True}
    plan = tasks.run("iot_subscription", True, product="new", **options)
    assert [step["operation"] for step in plan["steps"]] == [CREATE]
    assert plan["pending"] == [
        "the product new does not exist yet",
        "the consumer group one does not exist yet",
        "the consumer group two does not exist yet",
    ]
    assert plan["diff"]["after"]["consumer_groups"] == ["one", "two"]
    assert "the product new does not exist" in tasks.run("iot_subscription", product="new", **options)["msg"]
    result = tasks.run("iot_subscription", **AMQP, consumer_groups=["one"], device_data=True)
    assert "the consumer group one does not exist" in result["msg"]
    tasks.assert_unchanged("iot_subscription", product="new", type="amqp", consumer_groups=["one"], state="absent")
    planned = tasks.run(
        "iot_subscription", True, product="street_light", type="amqp", consumer_groups=["one"], ota_job=True
    )
    assert planned["diff"]["after"]["consumer_groups"] == ["one"]


def test_subscription_create_with_lost_response_succeeds(tasks):
    tasks.server.control("PUT", "faults", [{"action": CREATE, "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_subscription", **AMQP, consumer_groups=["console"], device_data=True)
    assert [(step["operation"], step["status"]) for step in created["steps"]] == [(CREATE, "done")]
