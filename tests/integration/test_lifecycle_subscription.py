# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of subscriptions."""

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
    """The ids of what subscriptions name."""
    made = {
        name: tasks.run_ok("iot_product", name=name, node_type=kind)["product"]["product_key"]
        for name, kind in (("street_light", "device"), ("gateways", "gateway"))
    }
    for name in ("console", "archive", "backup"):
        made[name] = tasks.run_ok("iot_consumer_group", name=name)["consumer_group"]["group_id"]
    return made


AMQP = {"product": "street_light", "type": "amqp"}
MNS = {"product": "street_light", "type": "mns"}


def names(result: dict) -> set:
    return {group["name"] for group in result["subscription"]["consumer_groups"]}


def test_the_life_of_a_subscription_over_amqp(tasks, ids):
    made = tasks.assert_changed_by("iot_subscription", CREATE, **AMQP, consumer_groups=["console"], device_data=True)
    assert made["subscription"] == {
        "product_key": ids["street_light"],
        "type": "amqp",
        "consumer_groups": [{"name": "console", "group_id": ids["console"]}],
        **dict.fromkeys(FLAGS, False),
        "device_data": True,
    }
    assert made["steps"][0]["action"] == "create"
    assert made["diff"]["after"]["consumer_groups"] == ["console"]

    # Each kind of messages on its own: the others stay, and so do the groups.
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

    # Two kinds are of gateways only.
    hubs = {"product": "gateways", "type": "amqp"}
    tasks.run_ok("iot_subscription", **hubs, consumer_groups=["console"], device_data=True)
    for flag in OF_GATEWAYS:
        assert tasks.assert_changed_by("iot_subscription", UPDATE, **hubs, **{flag: True})["subscription"][flag]

    # Groups come before others go, by their names or ids.
    changed = tasks.assert_changed_by("iot_subscription", ADD, REMOVE, **AMQP, consumer_groups=["archive"])
    assert names(changed) == {"archive"}
    assert changed["diff"]["before"]["consumer_groups"] == ["console"]
    changed = tasks.assert_changed_by("iot_subscription", ADD, **AMQP, consumer_groups=["backup"], purge_consumer_groups=False)
    assert names(changed) == {"archive", "backup"}
    tasks.assert_unchanged("iot_subscription", **AMQP, consumer_groups=[ids["backup"], "archive"])
    changed = tasks.assert_changed_by("iot_subscription", REMOVE, **AMQP, consumer_groups=["backup"])
    assert names(changed) == {"backup"}
    changed = tasks.assert_changed_by("iot_subscription", ADD, REMOVE, **AMQP, consumer_groups=["DEFAULT_GROUP"])
    assert changed["subscription"]["consumer_groups"][0]["group_id"] == "DEFAULT_GROUP"
    # With anything else, all of it at once.
    changed = tasks.assert_changed_by("iot_subscription", UPDATE, **AMQP, consumer_groups=["console"], device_data=True)
    assert (names(changed), changed["subscription"]["device_data"]) == ({"console"}, True)

    gone = tasks.assert_changed_by("iot_subscription", DELETE, **AMQP, state="absent")
    assert gone["subscription"] == {}
    tasks.assert_unchanged("iot_subscription", **AMQP, state="absent")


def test_the_life_of_a_subscription_to_a_queue(tasks, ids):
    made = tasks.assert_changed_by("iot_subscription", CREATE, **MNS, mns_configuration=QUEUE, ota_event=True)
    assert made["subscription"] == {
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


def test_both_at_once(tasks, ids):
    tasks.assert_changed_by("iot_subscription", CREATE, **AMQP, consumer_groups=["console"], device_data=True)
    tasks.assert_changed_by("iot_subscription", CREATE, **MNS, mns_configuration=QUEUE, device_data=True)

    def found(**filters):
        return [one["type"] for one in tasks.run_ok("iot_subscription_info", **filters)["subscriptions"]]

    for product in ("street_light", ids["street_light"]):
        assert found(product=product) == ["amqp", "mns"]
        assert found(product=product, type="mns") == ["mns"]
    assert found(product="gateways") == found(product="nobody") == found(product="gateways", type="amqp") == []
    (there,) = tasks.run_ok("iot_subscription_info", **AMQP)["subscriptions"]
    assert there["consumer_groups"] == [{"name": "console", "group_id": ids["console"]}]
    tasks.assert_changed_by("iot_subscription", DELETE, **AMQP, state="absent")
    assert found(product="street_light") == ["mns"]


@pytest.mark.parametrize("flag", OF_GATEWAYS)
def test_what_only_gateways_have(tasks, flag):
    # The platform would drop it without a word, and the task would be changed for ever.
    options = {"type": "amqp", "consumer_groups": ["console"], flag: True}
    message = f"^{flag} is of gateways, and street_light is a product of none$"
    tasks.assert_fails("iot_subscription", message, product="street_light", **options)
    tasks.assert_changed_by("iot_subscription", CREATE, product="gateways", **options)
    tasks.assert_unchanged("iot_subscription", **AMQP, state="absent", **{flag: False})


@pytest.mark.parametrize("flag", OVER_AMQP)
def test_what_only_amqp_carries(tasks, flag):
    message = f"^{flag} is for a subscription of type amqp$"
    tasks.assert_fails("iot_subscription", message, **MNS, mns_configuration=QUEUE, device_data=True, **{flag: True})
    tasks.assert_changed_by("iot_subscription", CREATE, **MNS, mns_configuration=QUEUE, device_data=True, **{flag: False})


def test_what_a_subscription_cannot_be(tasks):
    def refuses(message, of, **options):
        return tasks.assert_fails("iot_subscription", message, **of, **options)

    nothing = "^a subscription must be to one kind of messages at least.*state: absent"
    refuses(nothing, AMQP, consumer_groups=["console"])
    refuses(nothing, AMQP, consumer_groups=["console"], device_data=False)
    refuses("^consumer_groups must be given to make an amqp subscription$", AMQP, device_data=True)
    refuses("^mns_configuration must be given to make an mns subscription$", MNS, device_data=True)
    refuses("^consumer_groups must name 1 at least$", AMQP, consumer_groups=[], device_data=True)
    refuses("^consumer_groups names console twice$", AMQP, consumer_groups=["console"] * 2, device_data=True)
    refuses("^mns_configuration is for a subscription of type mns, not amqp$", AMQP, mns_configuration=QUEUE)
    refuses("^consumer_groups is for a subscription of type amqp, not mns$", MNS, consumer_groups=["console"])
    refuses("^mns_configuration lacks queueName, regionName, role$", MNS, mns_configuration={"queue": "x"})
    no_role = {**QUEUE, "role": {"roleName": "x"}}
    refuses(r"^mns_configuration lacks role\.roleArn$", MNS, mns_configuration=no_role)

    tasks.run_ok("iot_subscription", **AMQP, consumer_groups=["console"], device_data=True)
    refuses(nothing, AMQP, device_data=False)
    refuses("^consumer_groups must name 1 at least$", AMQP, consumer_groups=[])


def test_a_group_that_is_named_by_name_and_by_id(tasks, ids):
    message = "^consumer_groups names a group twice$"
    tasks.assert_fails("iot_subscription", message, **AMQP, consumer_groups=["console", ids["console"]], device_data=True)


def test_what_is_named_and_not_there(tasks):
    options = {"type": "amqp", "consumer_groups": ["one", "two"], "device_topo_life_cycle": True}
    plan = tasks.run("iot_subscription", True, product="new", **options)
    assert [step["operation"] for step in plan["steps"]] == [CREATE]
    assert plan["pending"] == [
        "the product new does not exist yet",
        "the consumer group one does not exist yet",
        "the consumer group two does not exist yet",
    ]
    assert plan["diff"]["after"]["consumer_groups"] == ["one", "two"]
    assert "there is no product new" in tasks.run("iot_subscription", product="new", **options)["msg"]
    result = tasks.run("iot_subscription", **AMQP, consumer_groups=["one"], device_data=True)
    assert "there is no consumer group one" in result["msg"]
    tasks.assert_unchanged("iot_subscription", product="new", type="amqp", consumer_groups=["one"], state="absent")
    planned = tasks.run(
        "iot_subscription", True, product="street_light", type="amqp", consumer_groups=["one"], ota_job=True
    )
    assert planned["diff"]["after"]["consumer_groups"] == ["one"]


def test_a_create_whose_answer_was_lost(tasks):
    tasks.server.control("PUT", "faults", [{"action": CREATE, "drop": "after", "times": 1}])
    made = tasks.run_ok("iot_subscription", **AMQP, consumer_groups=["console"], device_data=True)
    assert [(step["operation"], step["status"]) for step in made["steps"]] == [(CREATE, "done")]
