# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the delivery of queued messages to consumers that acknowledge them."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_delivery as delivery
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue as queue
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_delivery import Consumer

ADDRESS = "192.0.2.1:1000"


@pytest.fixture
def group(api):
    """Create a consumer group and return its id."""
    return api("CreateConsumerGroup", GroupName="group")["GroupId"]


@pytest.fixture
def one(platform, group):
    """Connect a consumer of the group."""
    consumer = Consumer("connection1", group, "client1")
    platform.run(lambda ctx: delivery.begin(ctx, consumer, ADDRESS))
    return consumer


@pytest.fixture
def two(platform, group):
    """Connect another consumer of the group."""
    consumer = Consumer("connection2", group, "client2")
    platform.run(lambda ctx: delivery.begin(ctx, consumer, ADDRESS))
    return consumer


@pytest.fixture
def enqueue(platform, group):
    """Queue payloads for the group."""

    def enqueue(*payloads: str) -> None:
        for payload in payloads:
            platform.run(lambda ctx, it=payload: queue.enqueue_for_group(ctx, group, "/topic", "a1", "lamp", it))

    return enqueue


@pytest.fixture
def assign(platform, group):
    """Assign messages to consumers in turn, and return consumer ids and payloads."""

    def assign(*consumers: Consumer) -> list[tuple[str, bytes]]:
        order = [consumer.connection_id for consumer in consumers]
        assigned = platform.run(lambda ctx: delivery.assign(ctx, group, order))
        return [(connection_id, message["payload"]) for connection_id, message in assigned]

    return assign


@pytest.fixture
def ids(platform):
    """Return the ids of the queued messages by payload."""
    return lambda: {row["payload"]: row["id"] for row in platform.store.all("queued_message")}


@pytest.fixture
def status(api, group):
    """Read the status of the group."""
    return lambda: api("QueryConsumerGroupStatus", GroupId=group)


def test_messages_are_assigned_in_turn_and_once(enqueue, assign, one, two, status):
    enqueue("a", "b", "c")
    assert assign(one, two) == [("connection1", b"a"), ("connection2", b"b")]
    assert assign(two, one, two) == [("connection2", b"c")]
    assert assign(one) == []
    assert status()["AccumulationCount"] == 3


def test_assigned_message_is_not_consumed_by_simulated_client(platform, enqueue, assign, one, group):
    enqueue("a", "b")
    assign(one)
    waiting = platform.run(lambda ctx: queue.queued_messages(ctx, group, 10))
    assert [message["payload"] for message in waiting] == [b"b"]


def test_acknowledged_messages_are_consumed(platform, enqueue, assign, one, ids, status):
    enqueue("a", "b")
    assign(one, one)
    platform.run(lambda ctx: delivery.acknowledge(ctx, one, list(ids().values())))
    read = status()
    assert (read["AccumulationCount"], read["RealTimeConsumeCountPerMinute"]) == (0, 2)
    (info,) = read["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
    assert (info["ClientId"], info["ClientIpPort"], info["RealTimeConsumeCountPerMinute"]) == ("client1", ADDRESS, 2)


def test_acknowledgement_of_message_of_other_connection_is_ignored(platform, enqueue, assign, one, two, ids, status):
    enqueue("a")
    assign(two)
    platform.run(lambda ctx: delivery.acknowledge(ctx, one, list(ids().values())))
    assert status()["AccumulationCount"] == 1


def test_late_acknowledgement_of_waiting_message_is_accepted(platform, enqueue, assign, one, ids, status):
    enqueue("a")
    assign(one)
    platform.run(lambda ctx: delivery.fail(ctx, one, list(ids().values())))
    platform.run(lambda ctx: delivery.acknowledge(ctx, one, list(ids().values())))
    assert status()["AccumulationCount"] == 0


def test_failed_message_waits_for_a_minute_after_second_failure(
    platform, enqueue, assign, one, ids, advance_clock, status
):
    events = []
    platform.listeners.add(queue.QUEUE_EVENT, events.append)
    enqueue("a")
    for _failure in range(2):
        assert assign(one) == [("connection1", b"a")]
        platform.run(lambda ctx: delivery.fail(ctx, one, list(ids().values())))
    assert len(events) == 2
    for _repetition in range(2):
        assert assign(one) == []
        advance_clock(59)
        assert assign(one) == []
        advance_clock(1)
        assert assign(one) == [("connection1", b"a")]
        platform.run(lambda ctx: delivery.fail(ctx, one, list(ids().values())))
    assert len(events) == 4
    assert status()["AccumulationCount"] == 1


def test_failed_message_counts_as_accumulated(platform, enqueue, assign, one, ids, status):
    enqueue("a")
    assign(one)
    platform.run(lambda ctx: delivery.fail(ctx, one, list(ids().values())))
    assign(one)
    platform.run(lambda ctx: delivery.acknowledge(ctx, one, list(ids().values())))
    assert status()["AccumulatedConsumeCountPerMinute"] == 1


def test_end_of_connection_returns_its_messages(platform, enqueue, assign, one, two, status):
    events = []
    platform.listeners.add(queue.QUEUE_EVENT, events.append)
    enqueue("a", "b")
    assign(one, two)
    platform.run(lambda ctx: delivery.end(ctx, one))
    assert events[2:] == [queue.QUEUE_EVENT + one.group_id]
    assert assign(two, two) == [("connection2", b"a")]
    infos = status()["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
    assert [info["ClientId"] for info in infos] == ["client2"]


def test_client_with_two_connections_is_listed_once(platform, one, status, group):
    second = Consumer("connection3", group, one.client_id)
    platform.run(lambda ctx: delivery.begin(ctx, second, "192.0.2.1:2000"))
    (info,) = status()["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
    assert info["ClientIpPort"] == "192.0.2.1:2000"
    platform.run(lambda ctx: delivery.end(ctx, second))
    (info,) = status()["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
    assert info["ClientIpPort"] == ADDRESS


def test_restart_returns_messages_of_all_connections(platform, enqueue, assign, one, two, ids):
    enqueue("a", "b")
    assign(one, two)
    platform.run(queue.disconnect_all_consumers)
    assert platform.run(delivery.online_connections) == set()
    assert [payload for _connection, payload in assign(one, one)] == [b"a", b"b"]


def test_delivery_of_deleted_group_ends(platform, api, enqueue, assign, one, ids):
    enqueue("a")
    assign(one)
    numbers = list(ids().values())
    for _failure in range(2):
        platform.run(lambda ctx: delivery.fail(ctx, one, numbers))
        assign(one)
    assert platform.run(delivery.online_connections) == {"connection1"}
    api("DeleteConsumerGroup", GroupId=one.group_id)
    assert platform.run(delivery.online_connections) == set()
    platform.run(lambda ctx: delivery.acknowledge(ctx, one, numbers))
    platform.run(lambda ctx: delivery.end(ctx, one))
    platform.clock.advance(61)
    platform.run_due_work()
    with pytest.raises(ApiError, match="ConsumerGroupNotExist"):
        platform.run(lambda ctx: delivery.begin(ctx, one, ADDRESS))
