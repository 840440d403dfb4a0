# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One AMQP connection of a consumer: authentication, the link to the consumer, and the messages on it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import proton

from ansible_collections.iotops.aliyun.emulator.amqp import messages
from ansible_collections.iotops.aliyun.emulator.amqp.sasl import Sasl, SaslError
from ansible_collections.iotops.aliyun.emulator.core.store import Row

#: The seconds within which a client must authenticate, and again within which it must open its link.
START_TIMEOUT = 15.0

#: The seconds after which a connection without any frame is closed: what the client requests in its ``open`` frame,
#: within these limits.
MIN_IDLE_TIMEOUT = 30.0
MAX_IDLE_TIMEOUT = 300.0

#: The maximum number of messages that a client has not acknowledged, however much credit it grants.
MAX_UNACKNOWLEDGED = 1000

_CONTAINER = "iotops-emulator"

# The highest number of a session. All messages need one session.
_MAX_SESSION = 15

# Error conditions of the specification.
NOT_ALLOWED = "amqp:not-allowed"
NOT_FOUND = "amqp:not-found"
LIMIT_EXCEEDED = "amqp:resource-limit-exceeded"
DELETED = "amqp:resource-deleted"
FORCED = "amqp:connection:forced"
FRAMING_ERROR = "amqp:connection:framing-error"

_ACCEPTED = proton.Delivery.ACCEPTED
_FAILED = (proton.Delivery.RELEASED, proton.Delivery.REJECTED, proton.Delivery.MODIFIED)


class Refused(Exception):
    """A connection or link is refused.

    Attributes:
        condition: the error condition of AMQP.
    """

    def __init__(self, condition: str, reason: str) -> None:
        super().__init__(reason)
        self.condition = condition


class Channel(Protocol):
    """What a connection writes its bytes to."""

    @property
    def may_write(self) -> bool:
        """Whether the client has received enough of the sent bytes to send more."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Close the connection after all sent bytes have left."""

    def abort(self) -> None:
        """Close the connection at once."""


class Listener(Protocol):
    """What a connection notifies. All methods return immediately."""

    def authenticate(self, connection: Connection, username: str, password: str) -> bool:
        """Return whether a client is accepted."""

    def opened(self, connection: Connection) -> None:
        """Handle that an authenticated client opened the connection. Raises Refused."""

    def attached(self, connection: Connection) -> None:
        """Handle that a client opened its link for messages. Raises Refused."""

    def detached(self, connection: Connection) -> None:
        """Handle that the link for messages was closed."""

    def acknowledged(self, connection: Connection, accepted: list[int], failed: list[int]) -> None:
        """Handle that a client accepted messages, or refused them; both are ids in the queue."""

    def wants_messages(self, connection: Connection) -> None:
        """Handle that a client may be able to receive more messages."""

    def ended(self, connection: Connection) -> None:
        """Handle that the connection has ended."""


class _Sent(NamedTuple):
    """A message that the client has not acknowledged."""

    queue_id: int
    at: int  # milliseconds, by the clock of the emulator


class Connection:
    """A connection.

    Args:
        channel: sends bytes to the client.
        listener: is notified about the client.
        address: the IP address and the port of the client.
        clock: returns the time in seconds, for timeouts of the protocol.

    Attributes:
        address: the IP address and the port of the client.
    """

    def __init__(
        self, channel: Channel, listener: Listener, address: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.address = address
        self._channel = channel
        self._listener = listener
        self._clock = clock
        self._deadline = clock() + START_TIMEOUT
        self._sasl = Sasl(channel.write, lambda username, password: listener.authenticate(self, username, password))
        self._collector = proton.Collector()
        self._engine = proton.Connection()
        self._engine.collect(self._collector)
        self._transport = proton.Transport(proton.Transport.SERVER)
        self._transport.channel_max = _MAX_SESSION
        self._transport.bind(self._engine)
        self._link: proton.Sender | None = None
        self._unacknowledged: dict[str, _Sent] = {}
        self._tags = 0
        self._accepted: list[int] = []
        self._failed: list[int] = []
        self._is_closing = False
        self._is_closed = False

    # Input

    def feed(self, data: bytes) -> None:
        """Process bytes of the client."""
        if self._is_closed:
            return
        if not self._sasl.is_complete:
            try:
                data = self._sasl.feed(data)
            except SaslError:
                self._end_channel()
                return
            if self._sasl.is_complete:
                self._deadline = self._clock() + START_TIMEOUT
        self._push(data)
        self._process()

    def _push(self, data: bytes) -> None:
        view = memoryview(data)
        while view and (capacity := self._transport.capacity()) > 0:
            part, view = view[:capacity], view[capacity:]
            with contextlib.suppress(proton.ProtonException):  # the library records the error
                self._transport.push(bytes(part))
            # Processed after each part: it is the input buffer that limits the size of a part.
            self._run_events()
        if self._transport.capacity() < 0 and not self._engine.state & proton.Endpoint.REMOTE_CLOSED:
            self.close(FRAMING_ERROR, "the client violates the protocol")

    def ended(self) -> None:
        """Handle that the connection has ended."""
        self._is_closed = True
        self._detach()
        self._listener.ended(self)
        # The objects of the library refer to each other.
        self._collector.release()

    # Output

    def capacity(self) -> int:
        """Return how many messages the client can receive now."""
        if self._link is None or self._is_closed or not self._channel.may_write:
            return 0
        return max(0, min(self._link.credit, MAX_UNACKNOWLEDGED - len(self._unacknowledged)))

    def send(self, rows: Iterable[Row], now: int) -> None:
        """Send queued messages; ``now`` is the time of the emulator in milliseconds."""
        link = self._link
        if link is None:
            return
        is_unreliable = link.snd_settle_mode == proton.Link.SND_SETTLED
        for row in rows:
            self._tags += 1
            tag = str(self._tags)
            delivery = link.delivery(tag)
            link.stream(messages.encode(row))
            link.advance()
            if is_unreliable:
                delivery.settle()
                self._accepted.append(row["id"])
            else:
                self._unacknowledged[tag] = _Sent(row["id"], now)
        self._process()

    def drain(self) -> None:
        """Return the credit of a client that only wants messages that are already waiting."""
        if self._link is not None and self._link.drain_mode and self.capacity() > 0:
            self._link.drained()
            self._process()

    def close(self, condition: str, reason: str) -> None:
        """Close the connection with an error."""
        if self._is_closed or self._is_closing:
            return
        if self._engine.state & proton.Endpoint.LOCAL_UNINIT:
            # A client that has not opened the connection could not receive the error.
            self._end_channel()
            return
        self._close_engine(condition, reason)
        self._process()

    def _close_engine(self, condition: str, reason: str) -> None:
        self._detach()
        self._engine.condition = proton.Condition(condition, reason)
        self._engine.close()
        self._is_closing = True
        self._deadline = self._clock() + START_TIMEOUT

    # Timeouts

    def check(self, now: int, timeout: int) -> None:
        """Send heartbeats, and apply the timeouts of the protocol and of acknowledgements.

        Args:
            now: the time of the emulator in milliseconds.
            timeout: the time in milliseconds after which a message without acknowledgement counts as failed.
        """
        if self._is_closed:
            if self._clock() > self._deadline:
                # The client does not receive what was sent before.
                self._channel.abort()
            return
        if self._link is None and self._clock() > self._deadline:
            if self._is_closing:
                self._end_channel()
            self.close(FORCED, f"no receiver link within {START_TIMEOUT:.0f} seconds")
            return
        # Sent messages are in the order of their time.
        while self._unacknowledged:
            tag, sent = next(iter(self._unacknowledged.items()))
            if now - sent.at < timeout:
                break
            del self._unacknowledged[tag]
            self._failed.append(sent.queue_id)
        if self._sasl.is_complete:
            self._transport.tick(self._clock())
        self._process()

    # Events of the library

    def _process(self) -> None:
        self._run_events()
        if self._accepted or self._failed:
            accepted, self._accepted = self._accepted, []
            failed, self._failed = self._failed, []
            self._listener.acknowledged(self, accepted, failed)
        if self._sasl.is_complete:
            self._flush()

    def _run_events(self) -> None:
        while (event := self._collector.peek()) is not None:
            handle = _HANDLERS.get(event.type)
            if handle:
                handle(self, event)
            self._collector.pop()

    def _flush(self) -> None:
        while (size := self._transport.pending()) > 0:
            self._channel.write(self._transport.peek(size) or b"")
            self._transport.pop(size)
        # All bytes were sent. The client must be able to read the error before the channel ends, so its answer is
        # awaited; it cannot answer after a violation of the protocol.
        is_answered = self._engine.state & proton.Endpoint.REMOTE_CLOSED or self._transport.capacity() < 0
        if size < 0 and is_answered:
            self._end_channel()

    def _end_channel(self) -> None:
        self._is_closed = True
        self._detach()
        self._deadline = self._clock() + START_TIMEOUT
        self._channel.close()

    def _on_connection_open(self, _event: Any) -> None:
        requested = self._transport.remote_idle_timeout or MAX_IDLE_TIMEOUT
        self._transport.idle_timeout = min(max(requested, MIN_IDLE_TIMEOUT), MAX_IDLE_TIMEOUT)
        self._engine.container = _CONTAINER
        self._engine.open()
        try:
            self._listener.opened(self)
        except Refused as refusal:
            self._close_engine(refusal.condition, str(refusal))

    def _on_connection_close(self, _event: Any) -> None:
        self._detach()
        self._engine.close()

    def _on_session_open(self, event: Any) -> None:
        event.session.open()

    def _on_session_close(self, event: Any) -> None:
        if self._link is not None and self._link.session == event.session:
            self._detach()
        event.session.close()

    def _on_link_open(self, event: Any) -> None:
        link = event.link
        try:
            if self._is_closing:
                return
            if link.is_receiver:
                raise Refused(NOT_ALLOWED, "clients cannot send messages")
            if self._link is not None:
                raise Refused(NOT_ALLOWED, "a connection can have one receiver link")
            self._listener.attached(self)
        except Refused as refusal:
            # A link without a source and a target that is closed at once is the way to refuse it.
            link.open()
            link.condition = proton.Condition(refusal.condition, str(refusal))
            link.close()
            return
        # All addresses are names of the queue of the consumer group: the vendor's samples use different ones.
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        link.snd_settle_mode = link.remote_snd_settle_mode
        link.rcv_settle_mode = proton.Link.RCV_FIRST
        link.open()
        self._link = link

    def _on_link_close(self, event: Any) -> None:
        if event.link == self._link:
            self._detach()
        event.link.close()

    def _on_link_flow(self, event: Any) -> None:
        if event.link == self._link:
            self._listener.wants_messages(self)

    def _on_delivery(self, event: Any) -> None:
        delivery = event.delivery
        if not delivery.updated:
            return
        outcome = delivery.remote_state
        if outcome != _ACCEPTED and outcome not in _FAILED and not delivery.settled:
            return
        sent = self._unacknowledged.pop(delivery.tag, None)
        if outcome == _ACCEPTED and sent:
            self._accepted.append(sent.queue_id)
        elif sent:
            self._failed.append(sent.queue_id)
        if outcome and not delivery.settled:
            delivery.update(outcome)
        delivery.settle()

    def _detach(self) -> None:
        """Release the link: messages without acknowledgement are sent to another client."""
        if self._link is None:
            return
        self._link = None
        self._unacknowledged.clear()
        self._deadline = self._clock() + START_TIMEOUT
        self._listener.detached(self)


_HANDLERS: dict[Any, Callable[[Connection, Any], None]] = {
    proton.Event.CONNECTION_REMOTE_OPEN: Connection._on_connection_open,
    proton.Event.CONNECTION_REMOTE_CLOSE: Connection._on_connection_close,
    proton.Event.SESSION_REMOTE_OPEN: Connection._on_session_open,
    proton.Event.SESSION_REMOTE_CLOSE: Connection._on_session_close,
    proton.Event.LINK_REMOTE_OPEN: Connection._on_link_open,
    proton.Event.LINK_REMOTE_CLOSE: Connection._on_link_close,
    proton.Event.LINK_REMOTE_DETACH: Connection._on_link_close,
    proton.Event.LINK_FLOW: Connection._on_link_flow,
    proton.Event.DELIVERY: Connection._on_delivery,
}
