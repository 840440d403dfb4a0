# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the AMQP endpoint with in-memory clients; tests/conformance/amqp tests it over the network."""

from __future__ import annotations

import asyncio

import proton
import pytest

from ansible_collections.iotops.aliyun.emulator.amqp import gateway as tested
from ansible_collections.iotops.aliyun.emulator.amqp.connection import Connection
from ansible_collections.iotops.aliyun.emulator.core.access_keys import TOLERANCE, AccessKeys
from ansible_collections.iotops.aliyun.emulator.network.tls import TlsSettings
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

from ....amqp_client import credentials
from ....conftest import KEY


@pytest.fixture
def group(api) -> str:
    """Create a consumer group and return its id."""
    return api("CreateConsumerGroup", GroupName="billing")["GroupId"]


@pytest.fixture
def now():
    """Return real time as a list with one element, in seconds."""
    return [1_700_000_000.0]


@pytest.fixture
def gateway(platform, now):
    """Create a gateway that does not listen."""
    keys = AccessKeys({KEY: KEY}, clock=lambda: now[0])
    return tested.Gateway(platform, keys, TlsSettings(platform))


@pytest.fixture
def enqueue(platform, group):
    """Queue payloads for the group."""

    def enqueue(*payloads: bytes) -> None:
        for payload in payloads:
            platform.run(
                lambda ctx, it=payload: consumer_queue.enqueue_for_group(ctx, group, "/topic", "a1", "lamp", it)
            )

    return enqueue


@pytest.fixture
def connect(gateway, create_client, group, now):
    """Connect a client with a receiver link, and return the client, its link and its connection."""

    def connect(credit: int, name: str = "client"):
        client = create_client()
        connection = Connection(client, gateway, "192.0.2.1:1000")
        timestamp = str(int(now[0] * 1000))
        client.authenticate(connection, *credentials(group, name, timestamp=timestamp))
        link = client.open(credit)
        client.exchange(connection)
        return client, link, connection

    return connect


async def scheduled_work() -> None:
    """Let the gateway do the work that it scheduled."""
    for _turn in range(10):
        await asyncio.sleep(0)


def bodies(client, link) -> list[bytes]:
    """Return the bodies of the messages on a link that have not been read."""
    return [body for _delivery, body in client.bodies(link)]


def test_messages_go_to_clients_in_turn_up_to_their_credit(connect, enqueue):
    enqueue(*(b"%d" % number for number in range(8)))

    async def main():
        clients = [connect(credit, str(credit)) for credit in (2, 4, 1)]
        await scheduled_work()
        return [bodies(client, link) for client, link, _connection in clients]

    assert asyncio.run(main()) == [[b"0", b"3"], [b"1", b"4", b"5", b"6"], [b"2"]]


def test_client_receives_more_messages_than_one_batch(monkeypatch, connect, enqueue):
    monkeypatch.setattr(tested, "_BATCH_SIZE", 3)
    enqueue(*(b"%d" % number for number in range(8)))

    async def main():
        client, link, _connection = connect(100)
        await scheduled_work()
        return bodies(client, link)

    assert asyncio.run(main()) == [b"%d" % number for number in range(8)]


def test_client_that_does_not_receive_gets_messages_later(connect, enqueue):
    enqueue(b"0", b"1")

    async def main():
        slow, slow_link, slow_connection = connect(0, "slow")
        slow.may_write = False
        slow_link.flow(10)
        slow.exchange(slow_connection)
        await scheduled_work()
        assert bodies(slow, slow_link) == []
        client, link, _connection = connect(1)
        await scheduled_work()
        return bodies(client, link)

    assert asyncio.run(main()) == [b"0"]


def test_acknowledged_message_is_consumed(api, connect, enqueue, group):
    enqueue(b"0")

    async def main():
        client, link, connection = connect(1)
        await scheduled_work()
        ((delivery, _body),) = client.bodies(link)
        delivery.update(proton.Delivery.ACCEPTED)
        delivery.settle()
        client.exchange(connection)

    asyncio.run(main())
    assert api("QueryConsumerGroupStatus", GroupId=group)["AccumulationCount"] == 0


def test_message_without_acknowledgement_is_sent_again_after_timeout(platform, connect, enqueue):
    enqueue(b"0")

    async def main():
        client, link, connection = connect(2)
        await scheduled_work()
        assert bodies(client, link) == [b"0"]
        platform.clock.advance(tested.ACKNOWLEDGEMENT_TIMEOUT / 1000 + 1)
        connection.check(platform.clock.now(), tested.ACKNOWLEDGEMENT_TIMEOUT)
        await scheduled_work()
        return bodies(client, link)

    assert asyncio.run(main()) == [b"0"]


def test_client_reconnects_with_credentials_that_became_old(gateway, create_client, group, now):
    login = credentials(group, timestamp=str(int(now[0] * 1000)))

    def is_accepted() -> bool:
        client = create_client()
        client.authenticate(Connection(client, gateway, "192.0.2.1:1000"), *login)
        return not client.is_closed

    assert is_accepted()
    now[0] += 2 * TOLERANCE
    assert is_accepted()
    login = credentials(group, "other", timestamp=str(int((now[0] - 2 * TOLERANCE) * 1000)))
    assert not is_accepted()
