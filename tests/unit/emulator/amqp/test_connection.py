# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test one AMQP connection with an in-memory client."""

from __future__ import annotations

import proton
import pytest

from ansible_collections.iotops.aliyun.emulator.amqp import connection as tested

NOW = 1_000_000  # milliseconds


class RecordingListener:
    """Records what a connection notifies.

    Attributes:
        events: the names of the notifications.
        accepted: the messages that the client accepted.
        failed: the messages that the client refused.
        refusal: raised when the connection or the link is opened.
    """

    def __init__(self):
        self.events: list[str] = []
        self.accepted: list[int] = []
        self.failed: list[int] = []
        self.refusal: dict[str, Exception] = {}

    def authenticate(self, connection, username, password) -> bool:
        return (username, password) == ("me", "secret")

    def _record(self, name: str) -> None:
        self.events.append(name)
        if name in self.refusal:
            raise self.refusal[name]

    def opened(self, connection) -> None:
        self._record("opened")

    def attached(self, connection) -> None:
        self._record("attached")

    def detached(self, connection) -> None:
        self._record("detached")

    def wants_messages(self, connection) -> None:
        self._record("wants_messages")

    def ended(self, connection) -> None:
        self._record("ended")

    def acknowledged(self, connection, accepted, failed) -> None:
        self.accepted += accepted
        self.failed += failed


@pytest.fixture
def listener():
    """Create the listener of the connection."""
    return RecordingListener()


@pytest.fixture
def clock():
    """Return the time of the connection as a list with one element, in seconds."""
    return [0.0]


@pytest.fixture
def client(create_client):
    """Create a client that is not connected."""
    return create_client()


@pytest.fixture
def connection(client, listener, clock):
    """Create the connection under test."""
    return tested.Connection(client, listener, "127.0.0.1:1000", lambda: clock[0])


@pytest.fixture
def link(client, connection):
    """Authenticate, open a link with a credit of 10, and return it."""
    client.authenticate(connection, "me", "secret")
    link = client.open(credit=10)
    client.exchange(connection)
    return link


def rows(*numbers: int) -> list[dict]:
    """Return queued messages whose payloads are their numbers."""
    return [{"id": one, "message_id": one, "topic": "/t", "at": NOW, "payload": b"%d" % one} for one in numbers]


def test_link_is_opened_after_authentication(connection, link, listener):
    assert listener.events == ["opened", "attached", "wants_messages"]
    assert link.state & proton.Endpoint.REMOTE_ACTIVE
    assert connection.capacity() == 10


def test_wrong_password_closes_connection(client, connection, listener):
    client.authenticate(connection, "me", "wrong")
    assert client.is_closed
    assert client.sasl.endswith(b"\x50\x01")
    connection.feed(b"AMQP\0\1\0\0")
    assert listener.events == []


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_input_may_arrive_in_parts(client, connection, listener, size):
    client.authenticate(connection, "me", "secret")
    client.open(credit=10)
    while (pending := client.transport.pending()) > 0:
        part = client.transport.peek(min(size, pending))
        client.transport.pop(len(part))
        connection.feed(part)
    assert listener.events == ["opened", "attached", "wants_messages"]


@pytest.mark.parametrize(
    ("outcome", "accepted", "failed"),
    [
        (proton.Delivery.ACCEPTED, [1], []),
        (proton.Delivery.RELEASED, [], [1]),
        (proton.Delivery.REJECTED, [], [1]),
        (proton.Delivery.MODIFIED, [], [1]),
        (0, [], [1]),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_final", [True, False], ids=["final", "open"])
def test_outcome_of_message_is_reported_once(client, connection, link, listener, outcome, accepted, failed, is_final):
    connection.send(rows(1), NOW)
    ((delivery, body),) = client.bodies(link)
    assert body == b"1"
    if outcome:
        delivery.update(outcome)
    if is_final or not outcome:
        delivery.settle()
    client.exchange(connection)
    assert (listener.accepted, listener.failed) == (accepted, failed)
    if not is_final and outcome:
        assert delivery.settled
    connection.check(NOW + 10**6, 30_000)
    assert (listener.accepted, listener.failed) == (accepted, failed)


def test_credit_limits_capacity(client, connection, link):
    connection.send(rows(*range(4)), NOW)
    assert connection.capacity() == 6
    connection.send(rows(*range(4, 10)), NOW)
    assert connection.capacity() == 0
    for delivery, _body in client.bodies(link):
        delivery.update(proton.Delivery.ACCEPTED)
        delivery.settle()
    link.flow(5)
    client.exchange(connection)
    assert connection.capacity() == 5


def test_unacknowledged_messages_limit_capacity(client, connection, link):
    link.flow(5000)
    client.exchange(connection)
    connection.send(rows(*range(900)), NOW)
    assert connection.capacity() == 100
    client.may_write = False
    assert connection.capacity() == 0


def test_message_without_acknowledgement_fails_after_timeout(client, connection, link, listener):
    connection.send(rows(1), NOW)
    connection.send(rows(2), NOW + 10_000)
    connection.check(NOW + 29_999, 30_000)
    assert listener.failed == []
    connection.check(NOW + 30_000, 30_000)
    assert listener.failed == [1]
    # A late acknowledgement has no effect on the connection.
    for delivery, _body in client.bodies(link):
        delivery.update(proton.Delivery.ACCEPTED)
        delivery.settle()
    client.exchange(connection)
    assert (listener.accepted, listener.failed) == ([2], [1])


def test_messages_of_unreliable_link_are_accepted_when_sent(client, connection, listener):
    client.authenticate(connection, "me", "secret")
    client.engine.open()
    client.session.open()
    link = client.attach(5, unreliable=True)
    client.exchange(connection)
    connection.send(rows(1, 2), NOW)
    assert listener.accepted == [1, 2]
    assert [body for _delivery, body in client.bodies(link)] == [b"1", b"2"]


def test_second_link_is_refused_until_first_is_closed(client, connection, link, listener):
    second = client.attach(1, "second")
    client.exchange(connection)
    assert second.remote_condition.name == tested.NOT_ALLOWED
    link.close()
    client.exchange(connection)
    assert listener.events[-1] == "detached"
    third = client.attach(1, "third")
    client.exchange(connection)
    assert third.remote_condition is None
    assert connection.capacity() == 1


def test_sender_link_is_refused(client, connection, link):
    sender = client.session.sender("sender")
    sender.open()
    client.exchange(connection)
    assert sender.remote_condition.name == tested.NOT_ALLOWED
    assert sender.state & proton.Endpoint.REMOTE_CLOSED


@pytest.mark.parametrize("part", ["link", "session", "connection"])
def test_close_of_client_detaches(client, connection, link, listener, part):
    connection.send(rows(1), NOW)
    {"link": link, "session": client.session, "connection": client.engine}[part].close()
    client.exchange(connection)
    assert listener.events.count("detached") == 1
    assert connection.capacity() == 0
    connection.ended()
    assert listener.events.count("detached") == 1
    assert listener.events[-1] == "ended"


def test_acknowledgement_before_close_is_reported(client, connection, link, listener):
    connection.send(rows(1), NOW)
    ((delivery, _body),) = client.bodies(link)
    delivery.update(proton.Delivery.ACCEPTED)
    delivery.settle()
    client.engine.close()
    client.exchange(connection)
    assert listener.accepted == [1]
    assert client.is_closed


def test_refused_connection_receives_error(client, connection, listener):
    listener.refusal["opened"] = tested.Refused(tested.LIMIT_EXCEEDED, "too many")
    client.authenticate(connection, "me", "secret")
    client.open(credit=1)
    client.exchange(connection)
    condition = client.engine.remote_condition
    assert (condition.name, condition.description) == (tested.LIMIT_EXCEEDED, "too many")
    assert "attached" not in listener.events


def test_refused_link_receives_error(client, connection, listener):
    listener.refusal["attached"] = tested.Refused(tested.NOT_FOUND, "deleted")
    client.authenticate(connection, "me", "secret")
    link = client.open(credit=1)
    client.exchange(connection)
    assert link.remote_condition.name == tested.NOT_FOUND
    assert connection.capacity() == 0


def test_close_sends_error(client, connection, link, listener):
    connection.close(tested.DELETED, "the group was deleted")
    assert client.engine.remote_condition.name == tested.DELETED
    assert listener.events[-1] == "detached"
    # The channel ends with the answer of the client.
    assert not client.is_closed
    client.engine.close()
    client.exchange(connection)
    assert client.is_closed


def test_channel_that_does_not_end_is_aborted(client, connection, link, clock):
    connection.close(tested.DELETED, "the group was deleted")
    clock[0] += tested.START_TIMEOUT + 1
    connection.check(NOW, 30_000)
    assert (client.is_closed, client.is_aborted) == (True, False)
    clock[0] += tested.START_TIMEOUT + 1
    connection.check(NOW, 30_000)
    assert client.is_aborted


def test_sixteenth_session_is_the_last(client, connection, link):
    assert client.transport.remote_channel_max == 15


def test_client_that_does_not_authenticate_is_closed(client, connection, clock):
    clock[0] = tested.START_TIMEOUT
    connection.check(NOW, 30_000)
    assert not client.is_closed
    clock[0] += 1
    connection.check(NOW, 30_000)
    assert client.is_closed


def test_client_without_link_is_closed(client, connection, clock):
    client.authenticate(connection, "me", "secret")
    client.engine.open()
    client.exchange(connection)
    clock[0] += tested.START_TIMEOUT + 1
    connection.check(NOW, 30_000)
    assert client.engine.remote_condition.name == tested.FORCED


@pytest.mark.parametrize(("requested", "timeout"), [(None, 300), (10, 30), (120, 60), (10_000, 300)], ids=str)
def test_silent_client_is_closed_after_its_idle_timeout(create_client, listener, clock, requested, timeout):
    # The library sends half of the timeout to the other side, as the specification recommends.
    client = create_client(idle_timeout=requested)
    connection = tested.Connection(client, listener, "127.0.0.1:1000", lambda: clock[0])
    clock[0] = 1
    client.authenticate(connection, "me", "secret")
    client.open(credit=1)
    client.exchange(connection)
    connection.check(NOW, 30_000)
    clock[0] += timeout - 1
    connection.check(NOW, 30_000)
    assert not client.is_closed
    clock[0] += 2
    connection.check(NOW, 30_000)
    assert client.is_closed
    assert listener.events[-1] == "detached"


def test_heartbeats_are_sent_to_silent_client(create_client, listener, clock):
    client = create_client(idle_timeout=60)
    connection = tested.Connection(client, listener, "127.0.0.1:1000", lambda: clock[0])
    clock[0] = 1
    client.authenticate(connection, "me", "secret")
    client.open(credit=1)
    client.exchange(connection)
    connection.check(NOW, 30_000)
    before = client.transport.frames_input
    clock[0] += 20
    connection.check(NOW, 30_000)
    assert client.transport.frames_input == before + 1


def test_drain_returns_credit(client, connection, link):
    link.drain(0)
    client.exchange(connection)
    assert connection.capacity() == 10
    connection.drain()
    assert connection.capacity() == 0
    assert link.credit == 0


def test_credit_is_not_returned_while_client_cannot_receive(client, connection, link):
    link.drain(0)
    client.exchange(connection)
    client.may_write = False
    connection.drain()
    client.may_write = True
    assert connection.capacity() == 10


def test_malformed_frame_closes_connection(client, connection, link, listener):
    connection.feed(b"\0\0\0\x10\2\0\0\0" + b"\xff" * 8)
    assert client.is_closed
    connection.feed(b"more")
    connection.ended()
    assert listener.events[-2:] == ["detached", "ended"]
