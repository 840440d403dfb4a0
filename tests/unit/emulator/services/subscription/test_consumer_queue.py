# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the message queues of consumer groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.times import utc
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_DATA, DEVICE_TAG
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue as queue

TOPIC = "/a1/lamp/user/update"
DAY = 24 * 3600

IDLE = {
    "AccumulatedConsumeCountPerMinute": 0,
    "AccumulationCount": 0,
    "ClientConnectionStatusList": {"ConsumerGroupClientConnectionInfo": []},
    "ConsumerSpeed": 0,
    "RealTimeConsumeCountPerMinute": 0,
}


@pytest.fixture
def group(api):
    """Create a consumer group and return its id."""
    return api("CreateConsumerGroup", GroupName="group")["GroupId"]


@pytest.fixture
def other(api):
    """Create another consumer group and return its id."""
    return api("CreateConsumerGroup", GroupName="other")["GroupId"]


@pytest.fixture
def product(api, group, other):
    """Create a product whose data both groups receive, and return its key."""
    key = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    call = {"ProductKey": key, "Type": "AMQP", "ConsumerGroupIds": [group, other]}
    api("CreateSubscribeRelation", **call, DeviceDataFlag=True)
    return key


@pytest.fixture
def context(platform):
    """Return a function that creates a context at the current time."""
    return lambda: Context(platform.store, platform.clock.now(), platform.account)


@pytest.fixture
def enqueue_payloads(context, product):
    """Queue payloads of a device of the product and return the groups that received the last one."""

    def enqueue_payloads(*payloads: bytes | str) -> list[str]:
        groups = []
        for payload in payloads:
            groups = queue.enqueue(context(), product, DEVICE_DATA, TOPIC, "lamp", payload)
        return groups

    return enqueue_payloads


@pytest.fixture
def status(api):
    """Read the status of a group."""
    return lambda group: api("QueryConsumerGroupStatus", GroupId=group)


def test_message_is_queued_for_each_subscribed_group(context, group, other, product, enqueue_payloads):
    before = context().now
    assert enqueue_payloads('{"a": 1}') == [group, other]
    for one in (group, other):
        assert queue.backlog(context(), one) == 1
        (message,) = queue.queued_messages(context(), one, 10)
        assert (message["topic"], message["product_key"], message["device_name"]) == (TOPIC, product, "lamp")
        assert message["payload"] == b'{"a": 1}'
        assert before <= message["at"] <= context().now
    assert queue.backlog(context(), "DEFAULT_GROUP") == 0


def test_message_of_unsubscribed_type_is_not_queued(platform, context, product):
    assert queue.enqueue(context(), product, DEVICE_TAG, TOPIC, "lamp", "{}") == []
    assert platform.store.count("queued_message") == 0


def test_message_for_unsubscribed_group_is_queued(context, other):
    queue.enqueue_for_group(context(), other, TOPIC, "a1", "lamp", "{}")
    assert queue.backlog(context(), other) == 1
    with pytest.raises(ApiError, match="ConsumerGroupNotExist"):
        queue.enqueue_for_group(context(), "nothing", TOPIC, "a1", "lamp", "{}")


def test_queued_payload_is_returned_unchanged(context, group, enqueue_payloads):
    payloads = [b"\xff\x00\xfe", "路灯".encode(), b"", b"text"]
    enqueue_payloads(*payloads)
    assert [message["payload"] for message in queue.queued_messages(context(), group, 10)] == payloads


def test_queued_messages_are_returned_oldest_first(context, group, enqueue_payloads):
    enqueue_payloads(*"abcde")
    first = queue.queued_messages(context(), group, 2)
    assert [message["payload"] for message in first] == [b"a", b"b"]
    remaining = queue.queued_messages(context(), group, 10, after_id=first[-1]["id"])
    assert [message["payload"] for message in remaining] == [b"c", b"d", b"e"]


def test_queued_message_expires_after_one_day(platform, context, group, enqueue_payloads):
    enqueue_payloads("a")
    platform.clock.advance(DAY - 5)
    enqueue_payloads("b")
    assert queue.backlog(context(), group) == 2
    platform.clock.advance(5)
    assert [message["payload"] for message in queue.queued_messages(context(), group, 10)] == [b"b"]
    platform.clock.advance(DAY)
    assert queue.backlog(context(), group) == 0


def test_enqueue_deletes_expired_messages(platform, context, group, other, enqueue_payloads):
    enqueue_payloads("a")
    platform.clock.advance(DAY)
    enqueue_payloads("b")
    rows = platform.store.all("queued_message")
    assert [(message["group_id"], message["payload"]) for message in rows] == [(group, "b"), (other, "b")]


def test_status_of_unused_group_is_zero(status, group):
    assert status(group) == IDLE
    assert status("DEFAULT_GROUP") == IDLE


def test_position_reset_discards_queued_messages(context, api, status, group, other, enqueue_payloads):
    enqueue_payloads("a", "b")
    assert status(group) == {**IDLE, "AccumulationCount": 2}
    api("ResetConsumerGroupPosition", GroupId=group)
    assert status(group) == IDLE
    assert status(other)["AccumulationCount"] == 2
    enqueue_payloads("c")
    assert [message["payload"] for message in queue.queued_messages(context(), group, 10)] == [b"c"]


def test_status_returns_clients_and_rates(platform, context, status, group, other, enqueue_payloads):
    enqueue_payloads("a", "b", "c")
    queue.connect_consumer(context(), group, "one", "192.0.2.1:1000")
    online_at = context().now
    platform.clock.advance(1)
    queue.connect_consumer(context(), group, "two", "192.0.2.2:2000")
    enqueue_payloads("d", "e")
    message_ids = [message["id"] for message in queue.queued_messages(context(), group, 10)]
    queue.consume(context(), group, "one", message_ids[:2])
    queue.consume(context(), group, "two", message_ids[2:4])
    read = status(group)
    one, two = read.pop("ClientConnectionStatusList")["ConsumerGroupClientConnectionInfo"]
    assert online_at - 1000 <= one.pop("OnlineTime") <= online_at
    assert two.pop("OnlineTime") >= online_at + 1000
    rates = ("AccumulatedConsumeCountPerMinute", "RealTimeConsumeCountPerMinute")
    assert one == {"ClientId": "one", "ClientIpPort": "192.0.2.1:1000", rates[0]: 2, rates[1]: 0}
    assert two == {"ClientId": "two", "ClientIpPort": "192.0.2.2:2000", rates[0]: 1, rates[1]: 1}
    assert utc(online_at) < read.pop("LastConsumerTime") <= utc(context().now)
    assert read == {"AccumulationCount": 1, "ConsumerSpeed": 4, rates[0]: 3, rates[1]: 1}
    assert status(other) == {**IDLE, "AccumulationCount": 5}


def test_status_rates_cover_last_minute(platform, context, status, group, enqueue_payloads):
    queue.connect_consumer(context(), group, "one", "192.0.2.1:1000")
    for wait in (0, 30):
        platform.clock.advance(wait)
        enqueue_payloads("a")
        queue.consume(context(), group, "one", [queue.queued_messages(context(), group, 1)[0]["id"]])
    assert status(group)["ConsumerSpeed"] == 2
    platform.clock.advance(30)
    assert status(group)["ConsumerSpeed"] == 1
    platform.clock.advance(30)
    assert status(group)["ConsumerSpeed"] == 0
    assert "LastConsumerTime" in status(group)


def test_consume_deletes_old_rates(platform, context, group, enqueue_payloads):
    for _time in range(3):
        enqueue_payloads("a")
        queue.consume(context(), group, "one", [queue.queued_messages(context(), group, 1)[0]["id"]])
        platform.clock.advance(61)
    assert platform.store.count("consumption") == 1


def test_consume_of_message_of_other_group_does_nothing(context, status, group, other, enqueue_payloads):
    enqueue_payloads("a")
    queue.consume(context(), other, "one", [queue.queued_messages(context(), group, 1)[0]["id"]])
    assert queue.backlog(context(), group) == queue.backlog(context(), other) == 1
    assert "LastConsumerTime" not in status(other)


def test_disconnected_clients_are_not_in_status(context, status, group, other):
    def connected_clients(group: str) -> list[str]:
        infos = status(group)["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
        return [info["ClientId"] for info in infos]

    for client in ("one", "two"):
        for one in (group, other):
            queue.connect_consumer(context(), one, client, "192.0.2.1:1000")
    queue.disconnect_consumer(context(), group, "one")
    assert (connected_clients(group), connected_clients(other)) == (["two"], ["one", "two"])
    queue.disconnect_all_consumers(context())
    assert connected_clients(group) == connected_clients(other) == []
    with pytest.raises(ApiError, match="ConsumerGroupNotExist"):
        queue.connect_consumer(context(), "nothing", "one", "192.0.2.1:1000")


def test_group_deletion_deletes_its_messages_and_clients(platform, context, api, group, product, enqueue_payloads):
    enqueue_payloads("a")
    queue.connect_consumer(context(), group, "one", "192.0.2.1:1000")
    queue.consume(context(), group, "one", [queue.queued_messages(context(), group, 1)[0]["id"]])
    enqueue_payloads("b")
    api("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=group)
    api("DeleteConsumerGroup", GroupId=group)
    for table in ("queued_message", "consumer_client", "consumption"):
        assert platform.store.count(table, group_id=group) == 0


def test_queued_messages_remain_after_product_deletion(context, api, group, product, enqueue_payloads):
    enqueue_payloads("a")
    api("DeleteProduct", ProductKey=product)
    assert queue.backlog(context(), group) == 1
