# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Subscriptions: what is sent at once, and what group by group."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.subscription import (
    MESSAGES,
    OF_GATEWAYS,
    OVER_AMQP,
    Queue,
    Subscription,
)
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

SUBSCRIPTION = Subscription()
FLAGS = dict.fromkeys(MESSAGES.values(), False)
THERE = {"ProductKey": "a1", "Type": "AMQP", "ConsumerGroupIds": ["g1"], **FLAGS, "DeviceDataFlag": True}
GROUPS = [{"GroupId": f"g{n}", "GroupName": f"group_{n}"} for n in range(1, 4)]


def account(there=None) -> Answers:
    return Answers(
        QueryProductList=[
            {"ProductKey": "a1", "ProductName": "street_light", "NodeType": 0},
            {"ProductKey": "a2", "ProductName": "gateway", "NodeType": 1},
        ],
        QueryConsumerGroupList=GROUPS,
        QuerySubscribeRelation=there,
    )


def subscription(client, check_mode=False, **options) -> dict:
    return converge(SUBSCRIPTION, {"product": "street_light", "type": "amqp", **options}, client, check_mode)


def writes(client) -> list:
    return [(name, params) for name, params in client.sent if client.operation(name).writes]


def test_the_type_travels_as_the_platform_writes_it():
    client = account(THERE)
    subscription(client, state="absent")
    assert [params for name, params in client.sent if "Subscribe" in name] == [{"ProductKey": "a1", "Type": "AMQP"}] * 2


def test_one_is_made_with_all_that_it_is():
    client = account()
    subscription(client, consumer_groups=["group_1", "g2"], device_data=True)
    made = {"ProductKey": "a1", "Type": "AMQP", "ConsumerGroupIds": ["g1", "g2"], "DeviceDataFlag": True}
    assert writes(client) == [("CreateSubscribeRelation", made)]


def test_groups_alone_come_one_by_one_before_others_go():
    client = account(THERE)
    subscription(client, consumer_groups=["group_2", "group_3"])
    assert writes(client) == [
        ("CreateConsumerGroupSubscribeRelation", {"ProductKey": "a1", "ConsumerGroupId": "g2"}),
        ("CreateConsumerGroupSubscribeRelation", {"ProductKey": "a1", "ConsumerGroupId": "g3"}),
        ("DeleteConsumerGroupSubscribeRelation", {"ProductKey": "a1", "ConsumerGroupId": "g1"}),
    ]


@pytest.mark.parametrize(("groups", "sent"), [({}, ["g1"]), ({"consumer_groups": ["group_2"]}, ["g2"])])
def test_anything_else_changes_all_of_it_at_once(groups, sent):
    # What an update is not given it makes false.
    client = account(THERE)
    subscription(client, ota_event=True, **groups)
    expected = {**THERE, "OtaEventFlag": True, "ConsumerGroupIds": sent}
    assert writes(client) == [("UpdateSubscribeRelation", expected)]


def test_groups_are_shown_by_their_names():
    there = {**THERE, "ConsumerGroupIds": ["g1", "gone"]}
    result = subscription(account(there), True, consumer_groups=["g2"])
    assert (result["diff"]["before"]["consumer_groups"], result["diff"]["after"]["consumer_groups"]) == (
        ["gone", "group_1"],
        ["group_2"],
    )


@pytest.mark.parametrize("flag", OF_GATEWAYS)
def test_what_only_gateways_have_is_refused_of_others(flag):
    options = {"consumer_groups": ["group_1"], flag: True}
    with pytest.raises(InvalidValue, match=f"^{flag} is of gateways") as caught:
        subscription(account(), **options)
    assert caught.value.field == flag
    assert subscription(account(), True, **{**options, "product": "gateway"})["changed"]
    assert subscription(account(THERE), True, **{flag: False})["changed"] is False


@pytest.mark.parametrize("flag", OVER_AMQP)
def test_what_only_amqp_carries_is_refused_of_others(flag):
    with pytest.raises(InvalidValue, match=f"^{flag} is for a subscription of type amqp$"):
        subscription(account(), type="mns", **{flag: True})


def test_one_to_nothing_is_refused():
    with pytest.raises(InvalidValue, match=r"^a subscription must be to one kind of messages at least"):
        subscription(account(THERE), device_data=False)
    assert subscription(account(THERE), True, device_data=False, ota_job=True)["changed"]


@pytest.mark.parametrize(
    ("queue", "complaint"),
    [
        ({"queueName": "q", "regionName": "r", "role": {"roleArn": "a", "roleName": "n"}}, ""),
        ({}, "lacks queueName, regionName, role"),
        ({"queueName": "q", "regionName": "r", "role": "n"}, "lacks role.roleArn, role.roleName"),
        ({"queueName": "q", "regionName": "r", "role": {"roleArn": "a"}}, "lacks role.roleName"),
    ],
)
def test_what_a_queue_needs(queue, complaint):
    assert Queue().check(queue) == complaint


def test_what_the_platform_adds_to_a_queue_is_no_difference():
    queue = {"queueName": "q", "regionName": "r", "role": {"roleArn": "a", "roleName": "n"}}
    assert Queue().canonical({**queue, "endPoint": "e", "uid": 1}) == Queue().canonical(queue)
