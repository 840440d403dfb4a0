# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages that wait for consumer groups."""

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
    """The id of a consumer group."""
    return api("CreateConsumerGroup", GroupName="group")["GroupId"]


@pytest.fixture
def other(api):
    """The id of another consumer group."""
    return api("CreateConsumerGroup", GroupName="other")["GroupId"]


@pytest.fixture
def product(api, group, other):
    """The key of a product whose data both groups get."""
    key = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    call = {"ProductKey": key, "Type": "AMQP", "ConsumerGroupIds": [group, other]}
    api("CreateSubscribeRelation", **call, DeviceDataFlag=True)
    return key


@pytest.fixture
def now(platform):
    """The context of this moment."""
    return lambda: Context(platform.store, platform.clock.now(), platform.account)


@pytest.fixture
def send(now, product):
    """Let a device of the product send payloads, and return the groups that got the last of them."""

    def send(*payloads: bytes | str) -> list[str]:
        groups = []
        for payload in payloads:
            groups = queue.enqueue(now(), product, DEVICE_DATA, TOPIC, "lamp", payload)
        return groups

    return send


@pytest.fixture
def status(api):
    """The status of a group."""
    return lambda group: api("QueryConsumerGroupStatus", GroupId=group)


def test_a_message_waits_for_each_group_that_is_subscribed(now, group, other, product, send):
    before = now().now
    assert send('{"a": 1}') == [group, other]
    for one in (group, other):
        assert queue.backlog(now(), one) == 1
        (message,) = queue.queued_messages(now(), one, 10)
        assert (message["topic"], message["product_key"], message["device_name"]) == (TOPIC, product, "lamp")
        assert message["payload"] == b'{"a": 1}'
        assert before <= message["at"] <= now().now
    assert queue.backlog(now(), "DEFAULT_GROUP") == 0


def test_a_message_of_another_type_waits_for_nobody(platform, now, product):
    assert queue.enqueue(now(), product, DEVICE_TAG, TOPIC, "lamp", "{}") == []
    assert platform.store.count("queued_message") == 0


def test_a_message_for_a_group_that_is_not_subscribed(now, other):
    queue.enqueue_for_group(now(), other, TOPIC, "a1", "lamp", "{}")
    assert queue.backlog(now(), other) == 1
    with pytest.raises(ApiError, match="ConsumerGroupNotExist"):
        queue.enqueue_for_group(now(), "nothing", TOPIC, "a1", "lamp", "{}")


def test_any_payload_comes_back(now, group, send):
    payloads = [b"\xff\x00\xfe", "路灯".encode(), b"", b"text"]
    send(*payloads)
    assert [message["payload"] for message in queue.queued_messages(now(), group, 10)] == payloads


def test_messages_come_in_their_order(now, group, send):
    send(*"abcde")
    first = queue.queued_messages(now(), group, 2)
    assert [message["payload"] for message in first] == [b"a", b"b"]
    rest = queue.queued_messages(now(), group, 10, after_id=first[-1]["id"])
    assert [message["payload"] for message in rest] == [b"c", b"d", b"e"]


def test_a_message_waits_for_a_day(platform, now, group, send):
    send("a")
    platform.clock.advance(DAY - 5)
    send("b")
    assert queue.backlog(now(), group) == 2
    platform.clock.advance(5)
    assert [message["payload"] for message in queue.queued_messages(now(), group, 10)] == [b"b"]
    platform.clock.advance(DAY)
    assert queue.backlog(now(), group) == 0


def test_old_messages_make_room_for_new_ones(platform, now, group, other, send):
    send("a")
    platform.clock.advance(DAY)
    send("b")
    kept = platform.store.all("queued_message")
    assert [(message["group_id"], message["payload"]) for message in kept] == [(group, "b"), (other, "b")]


def test_a_group_that_nobody_connected_to(status, group):
    assert status(group) == IDLE
    assert status("DEFAULT_GROUP") == IDLE


def test_the_backlog_is_seen_and_cleared(now, api, status, group, other, send):
    send("a", "b")
    assert status(group) == {**IDLE, "AccumulationCount": 2}
    api("ResetConsumerGroupPosition", GroupId=group)
    assert status(group) == IDLE
    assert status(other)["AccumulationCount"] == 2
    send("c")
    assert [message["payload"] for message in queue.queued_messages(now(), group, 10)] == [b"c"]


def test_what_clients_do_is_seen(platform, now, status, group, other, send):
    send("a", "b", "c")
    queue.connect_consumer(now(), group, "one", "192.0.2.1:1000")
    online_at = now().now
    platform.clock.advance(1)
    queue.connect_consumer(now(), group, "two", "192.0.2.2:2000")
    send("d", "e")
    waited = [message["id"] for message in queue.queued_messages(now(), group, 10)]
    queue.consume(now(), group, "one", waited[:2])
    queue.consume(now(), group, "two", waited[2:4])
    read = status(group)
    one, two = read.pop("ClientConnectionStatusList")["ConsumerGroupClientConnectionInfo"]
    assert online_at - 1000 <= one.pop("OnlineTime") <= online_at
    assert two.pop("OnlineTime") >= online_at + 1000
    rates = ("AccumulatedConsumeCountPerMinute", "RealTimeConsumeCountPerMinute")
    assert one == {"ClientId": "one", "ClientIpPort": "192.0.2.1:1000", rates[0]: 2, rates[1]: 0}
    assert two == {"ClientId": "two", "ClientIpPort": "192.0.2.2:2000", rates[0]: 1, rates[1]: 1}
    assert utc(online_at) < read.pop("LastConsumerTime") <= utc(now().now)
    assert read == {"AccumulationCount": 1, "ConsumerSpeed": 4, rates[0]: 3, rates[1]: 1}
    assert status(other) == {**IDLE, "AccumulationCount": 5}


def test_rates_are_those_of_the_last_minute(platform, now, status, group, send):
    queue.connect_consumer(now(), group, "one", "192.0.2.1:1000")
    for wait in (0, 30):
        platform.clock.advance(wait)
        send("a")
        queue.consume(now(), group, "one", [queue.queued_messages(now(), group, 1)[0]["id"]])
    assert status(group)["ConsumerSpeed"] == 2
    platform.clock.advance(30)
    assert status(group)["ConsumerSpeed"] == 1
    platform.clock.advance(30)
    assert status(group)["ConsumerSpeed"] == 0
    assert "LastConsumerTime" in status(group)


def test_old_rates_are_forgotten(platform, now, group, send):
    for _time in range(3):
        send("a")
        queue.consume(now(), group, "one", [queue.queued_messages(now(), group, 1)[0]["id"]])
        platform.clock.advance(61)
    assert platform.store.count("consumption") == 1


def test_a_group_only_takes_what_is_its_own(now, status, group, other, send):
    send("a")
    queue.consume(now(), other, "one", [queue.queued_messages(now(), group, 1)[0]["id"]])
    assert queue.backlog(now(), group) == queue.backlog(now(), other) == 1
    assert "LastConsumerTime" not in status(other)


def test_clients_go(now, status, group, other):
    def seen(group: str) -> list[str]:
        infos = status(group)["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
        return [info["ClientId"] for info in infos]

    for client in ("one", "two"):
        for one in (group, other):
            queue.connect_consumer(now(), one, client, "192.0.2.1:1000")
    queue.disconnect_consumer(now(), group, "one")
    assert (seen(group), seen(other)) == (["two"], ["one", "two"])
    queue.disconnect_all_consumers(now())
    assert seen(group) == seen(other) == []
    with pytest.raises(ApiError, match="ConsumerGroupNotExist"):
        queue.connect_consumer(now(), "nothing", "one", "192.0.2.1:1000")


def test_a_deleted_group_takes_its_messages_along(platform, now, api, group, product, send):
    send("a")
    queue.connect_consumer(now(), group, "one", "192.0.2.1:1000")
    queue.consume(now(), group, "one", [queue.queued_messages(now(), group, 1)[0]["id"]])
    send("b")
    api("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=group)
    api("DeleteConsumerGroup", GroupId=group)
    for table in ("queued_message", "consumer_client", "consumption"):
        assert platform.store.count(table, group_id=group) == 0


def test_messages_outlive_their_product(now, api, group, product, send):
    send("a")
    api("DeleteProduct", ProductKey=product)
    assert queue.backlog(now(), group) == 1
