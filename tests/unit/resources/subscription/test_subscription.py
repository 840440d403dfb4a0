# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Subscriptions: updates as a whole and by consumer group, and invalid message types."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.subscription import (
    AMQP_ONLY,
    GATEWAY_ONLY,
    MESSAGES,
    Queue,
    Subscription,
)
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

SUBSCRIPTION = Subscription()
FLAGS = dict.fromkeys(MESSAGES.values(), False)
CURRENT = {"ProductKey": "a1", "Type": "AMQP", "ConsumerGroupIds": ["g1"], **FLAGS, "DeviceDataFlag": True}
GROUPS = [{"GroupId": f"g{n}", "GroupName": f"group_{n}"} for n in range(1, 4)]


def account(current=None) -> FakeClient:
    """Return a client of an account with two products, three consumer groups and, if given, a subscription."""
    return FakeClient(
        QueryProductList=[
            {"ProductKey": "a1", "ProductName": "street_light", "NodeType": 0},
            {"ProductKey": "a2", "ProductName": "gateway", "NodeType": 1},
        ],
        QueryConsumerGroupList=GROUPS,
        QuerySubscribeRelation=current,
    )


def subscription(client, check_mode=False, **options) -> dict:
    return converge(SUBSCRIPTION, {"product": "street_light", "type": "amqp", **options}, client, check_mode)


def writes(client) -> list:
    return [(name, params) for name, params in client.sent if client.operation(name).writes]


def test_type_is_sent_in_uppercase():
    client = account(CURRENT)
    subscription(client, state="absent")
    assert [params for name, params in client.sent if "Subscribe" in name] == [{"ProductKey": "a1", "Type": "AMQP"}] * 2


def test_subscription_is_created_with_all_options():
    client = account()
    subscription(client, consumer_groups=["group_1", "g2"], device_data=True)
    params = {"ProductKey": "a1", "Type": "AMQP", "ConsumerGroupIds": ["g1", "g2"], "DeviceDataFlag": True}
    assert writes(client) == [("CreateSubscribeRelation", params)]


def test_consumer_groups_are_added_before_others_are_removed():
    client = account(CURRENT)
    subscription(client, consumer_groups=["group_2", "group_3"])
    assert writes(client) == [
        ("CreateConsumerGroupSubscribeRelation", {"ProductKey": "a1", "ConsumerGroupId": "g2"}),
        ("CreateConsumerGroupSubscribeRelation", {"ProductKey": "a1", "ConsumerGroupId": "g3"}),
        ("DeleteConsumerGroupSubscribeRelation", {"ProductKey": "a1", "ConsumerGroupId": "g1"}),
    ]


@pytest.mark.parametrize(("groups", "sent"), [({}, ["g1"]), ({"consumer_groups": ["group_2"]}, ["g2"])])
def test_update_sends_all_options(groups, sent):
    # An update sets each flag that is not sent to false.
    client = account(CURRENT)
    subscription(client, ota_event=True, **groups)
    expected = {**CURRENT, "OtaEventFlag": True, "ConsumerGroupIds": sent}
    assert writes(client) == [("UpdateSubscribeRelation", expected)]


def test_consumer_groups_are_displayed_by_name():
    current = {**CURRENT, "ConsumerGroupIds": ["g1", "deleted"]}
    result = subscription(account(current), True, consumer_groups=["g2"])
    assert (result["diff"]["before"]["consumer_groups"], result["diff"]["after"]["consumer_groups"]) == (
        ["deleted", "group_1"],
        ["group_2"],
    )


@pytest.mark.parametrize("flag", GATEWAY_ONLY)
def test_gateway_message_type_of_other_product_fails(flag):
    options = {"consumer_groups": ["group_1"], flag: True}
    with pytest.raises(InvalidValue, match=f"^{flag} is valid only for gateways") as caught:
        subscription(account(), **options)
    assert caught.value.field == flag
    assert subscription(account(), True, **{**options, "product": "gateway"})["changed"]
    assert subscription(account(CURRENT), True, **{flag: False})["changed"] is False


@pytest.mark.parametrize("flag", AMQP_ONLY)
def test_amqp_message_type_of_mns_subscription_fails(flag):
    with pytest.raises(InvalidValue, match=f"^{flag} is valid only for a subscription of type amqp, not mns\\. "):
        subscription(account(), type="mns", **{flag: True})


def test_subscription_without_message_type_fails():
    with pytest.raises(InvalidValue, match=r"^a subscription must have at least one message type"):
        subscription(account(CURRENT), device_data=False)
    assert subscription(account(CURRENT), True, device_data=False, ota_job=True)["changed"]


ROLE = {"roleArn": "acs:ram::1:role/n", "roleName": "n"}


@pytest.mark.parametrize(
    ("queue", "error"),
    [
        (
            {"queueName": "q", "regionName": "cn-shanghai", "role": ROLE},
            "",
        ),
        (
            {"queueName": "q", "regionName": "r", "role": ROLE},
            "is invalid: regionName must be the ID of a region such as cn-shanghai, not 'r'",
        ),
        (
            {"queueName": "q", "regionName": "cn-shanghai", "role": {"roleArn": "a", "roleName": "n"}},
            "is invalid: role.roleArn must be the ARN of a RAM role, acs:ram::{account}:role/{name}, not 'a'",
        ),
        (
            {"queueName": " ", "regionName": "cn-shanghai", "role": ROLE},
            "is invalid: queueName must be a string that is not blank, not ' '",
        ),
        ({}, "must have queueName, regionName, role"),
        ({"queueName": "q", "regionName": "r", "role": "n"}, "must have role.roleArn, role.roleName"),
        ({"queueName": "q", "regionName": "r", "role": {"roleArn": "a"}}, "must have role.roleName"),
    ],
)
def test_queue_is_checked(queue, error):
    assert Queue().check(queue) == error


def test_queue_with_members_added_by_platform_is_equal():
    queue = {"queueName": "q", "regionName": "r", "role": {"roleArn": "a", "roleName": "n"}}
    assert Queue().canonical({**queue, "endPoint": "e", "uid": 1}) == Queue().canonical(queue)
