# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test consumer groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.times import utc
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_group as service

DEFAULT = "DEFAULT_GROUP"
ABSENT = "nothingLikeThis0000000100"


@pytest.fixture
def create(api):
    """Create a consumer group and return its id."""

    def create(name: str = "group") -> str:
        return api("CreateConsumerGroup", GroupName=name)["GroupId"]

    return create


def names(reply) -> list[str]:
    """Return the names of the listed groups."""
    return [group["GroupName"] for group in reply["Data"]["ConsumerGroupDTO"]]


def test_group_creation_stores_parameters(platform, api, create):
    before = platform.clock.now()
    group = create("A类消费组_1")
    assert len(group) == 26
    assert group.isalnum()
    read = api("QueryConsumerGroupByGroupId", GroupId=group)["Data"]
    assert read == {"GroupId": group, "GroupName": "A类消费组_1", "CreateTime": read["CreateTime"]}
    assert utc(before) <= read["CreateTime"] <= utc(platform.clock.now())


def test_default_group_exists_after_reset(platform, api):
    assert api("QueryConsumerGroupByGroupId", GroupId=DEFAULT)["Data"]["GroupId"] == DEFAULT
    platform.reset()
    reply = api("QueryConsumerGroupList", CurrentPage=1, PageSize=10)
    assert [group["GroupId"] for group in reply["Data"]["ConsumerGroupDTO"]] == [DEFAULT]


def test_default_group_update_or_deletion_is_rejected(api, api_error):
    for action, params in (("UpdateConsumerGroup", {"NewGroupName": "other"}), ("DeleteConsumerGroup", {})):
        code = api_error(action, GroupId=DEFAULT, **params).code
        assert code == "iot.consumer.group.ChangeDefaultConsumerGroupNotAllowed"
    assert api("QueryConsumerGroupByGroupId", GroupId=DEFAULT)["Data"]["GroupName"] == "默认消费组"


@pytest.mark.parametrize("name", ["abc", "路", "路" * 16, "a" * 31, "a-group", "a group"])
def test_group_name_invalid_is_rejected(platform, create, api_error, name):
    group = create()
    error = "iot.consumer.group.InvalidConsumerGroupName"
    assert api_error("CreateConsumerGroup", GroupName=name).code == error
    assert api_error("UpdateConsumerGroup", GroupId=group, NewGroupName=name).code == error
    assert platform.store.count("consumer_group", group_name=name) == 0


@pytest.mark.parametrize("name", ["abcd", "路灯", "路" * 15, "a" * 30, "A_1_路灯"])
def test_group_name_at_limits_is_accepted(create, name):
    create(name)


def test_group_name_duplicate_is_rejected(api, create, api_error):
    group = create("one_")
    create("two_")
    for name in ("one_", "默认消费组"):
        assert api_error("CreateConsumerGroup", GroupName=name).code == "iot.consumer.group.ConsumerGroupNameExisted"
    error = api_error("UpdateConsumerGroup", GroupId=group, NewGroupName="two_")
    assert error.code == "iot.consumer.group.ConsumerGroupNameExisted"
    api("UpdateConsumerGroup", GroupId=group, NewGroupName="one_")
    api("UpdateConsumerGroup", GroupId=group, NewGroupName="three")
    assert api("QueryConsumerGroupByGroupId", GroupId=group)["Data"]["GroupName"] == "three"


def test_group_creation_beyond_limit_is_rejected(create, api_error, monkeypatch):
    monkeypatch.setattr(service, "MAX_GROUPS", 3)
    create("one_")
    create("two_")  # the third group, including the default group
    error = api_error("CreateConsumerGroup", GroupName="three")
    assert error.code == "iot.consumer.group.ConsumerGroupExceedLimit"


def test_group_list_returns_requested_page_newest_first(platform, api, create, api_error):
    for name in ("light_1", "light_2", "LIGHT_3", "lock_1"):
        create(name)
        platform.clock.advance(1)
    reply = api("QueryConsumerGroupList", CurrentPage=2, PageSize=2)
    assert names(reply) == ["light_2", "light_1"]
    page = {name: reply[name] for name in ("CurrentPage", "PageSize", "PageCount", "Total")}
    assert page == {"CurrentPage": 2, "PageSize": 2, "PageCount": 3, "Total": 5}
    filtered = api("QueryConsumerGroupList", CurrentPage=1, PageSize=1000, Fuzzy=True, GroupName="ight_")
    assert names(filtered) == ["light_2", "light_1"]
    assert filtered["Total"] == 2
    without_fuzzy = api("QueryConsumerGroupList", CurrentPage=1, PageSize=10, Fuzzy=False, GroupName="ight_")
    assert without_fuzzy["Total"] == 5
    assert names(api("QueryConsumerGroupList", CurrentPage=1, PageSize=9, Fuzzy=True, GroupName="%")) == []
    error = api_error("QueryConsumerGroupList", CurrentPage=1, PageSize=10, Fuzzy=True)
    assert error.code == "iot.consumer.group.InvalidConsumerGroupName"
    for page in ({"CurrentPage": 0, "PageSize": 1}, {"CurrentPage": 1, "PageSize": 1001}):
        assert api_error("QueryConsumerGroupList", **page).code == "iot.common.InvalidPageParams"


def test_deleted_group_is_not_found(platform, api, create, api_error):
    group = create()
    api("DeleteConsumerGroup", GroupId=group)
    assert platform.store.count("consumer_group", group_id=group) == 0
    assert api_error("DeleteConsumerGroup", GroupId=group).code == "iot.consumer.group.ConsumerGroupNotExist"


def test_group_deletion_while_subscribed_is_rejected(platform, api, create, api_error):
    group = create()
    product = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    subscription = {"ProductKey": product, "Type": "AMQP"}
    api("CreateSubscribeRelation", **subscription, DeviceDataFlag=True, ConsumerGroupIds=[group])
    error = api_error("DeleteConsumerGroup", GroupId=group)
    assert error.code == "iot.consumer.group.DeleteConsumerGroupFailed"
    assert product in error.message
    assert platform.store.count("consumer_group", group_id=group) == 1
    api("DeleteSubscribeRelation", **subscription)
    api("DeleteConsumerGroup", GroupId=group)


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("UpdateConsumerGroup", {"NewGroupName": "other"}),
        ("QueryConsumerGroupByGroupId", {}),
        ("QueryConsumerGroupStatus", {}),
        ("ResetConsumerGroupPosition", {}),
        ("DeleteConsumerGroup", {}),
    ],
)
def test_missing_group_is_not_found(api_error, action, params):
    assert api_error(action, GroupId=ABSENT, **params).code == "iot.consumer.group.ConsumerGroupNotExist"
    assert api_error(action, GroupId="no/id", **params).code == "iot.consumer.group.InvalidConsumerGroupId"
