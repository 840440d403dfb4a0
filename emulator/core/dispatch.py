# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Find and execute operations of the emulated account, each in one transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ansible_collections.iotops.aliyun.emulator.core import (
    clock,
    context,
    loader,
    newer_operations,
    registry,
    validation,
)
from ansible_collections.iotops.aliyun.emulator.core.catalogue import KNOWN_OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context, Warned
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.listeners import Listeners
from ansible_collections.iotops.aliyun.emulator.core.registry import PendingReply, Reply
from ansible_collections.iotops.aliyun.emulator.core.store import Row, Store
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

DATABASE = "platform.sqlite3"

#: The event that the whole state was replaced or deleted. Connections that depend on the former state must be closed.
STATE_REPLACED = "state/replaced"

T = TypeVar("T")

_log = logging.getLogger(__name__)


def find_operation(action: str) -> tuple[Operation, registry.Implementation]:
    """Return an operation of the catalog and its implementation.

    Raises:
        GatewayError: 404 if the API has no such operation, 501 if no service implements it. The emulator never
            returns a fabricated success.
    """
    operation = KNOWN_OPERATIONS.get(action)
    if operation is None and action not in newer_operations.NAMES:
        raise GatewayError(404, "InvalidAction.NotFound")
    implementation = registry.OPERATIONS.get(action)
    if operation is None or implementation is None:
        raise GatewayError(501, "NotImplemented", f"The emulator does not implement {action}.")
    return operation, implementation


class Platform:
    """The state, the clock and the event listeners of the emulated account.

    Args:
        folder: the directory for the state, created if it does not exist; None to keep everything in memory.
        strict: refuse calls that the manual allows and other documents of the vendor do not.

    Raises:
        StoreError: the directory cannot be used.
    """

    def __init__(self, folder: Path | None = None, strict: bool = False) -> None:
        schemas = [clock.TABLES, context.TABLES, *loader.load()]
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(folder / DATABASE if folder else None, schemas)
        self.clock = clock.Clock(self.store)
        self.account = Account()
        self._strict = strict
        self.listeners = Listeners()

    def call(self, action: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Execute an operation on a flat request and return the members of the response without the envelope.

        This call blocks: nothing outside the emulator can happen meanwhile, so an operation that waits for an event
        moves the clock to the next scheduled work.

        Raises:
            GatewayError: the request is invalid.
            ApiError: the operation failed.
        """
        operation, implementation = find_operation(action)
        params = validation.parse_parameters(operation, implementation, values)
        reply = self.execute(operation, implementation, params)
        if isinstance(reply, PendingReply):
            self._advance_until(reply)
            return self.finish(reply)
        return reply

    def execute(
        self,
        operation: Operation,
        implementation: registry.Implementation,
        params: dict[str, Any],
        warnings: list[Warned] | None = None,
    ) -> Reply | PendingReply:
        """Execute an operation whose parameters are validated, and add its warnings to a list.

        Returns:
            The response, or a PendingReply if the operation waits for an event. In that case call ``finish`` when
            the event was published or the timeout is over.
        """
        self.run_due_work()
        account = self.account
        if params.get("IotInstanceId"):
            account = replace(account, instance_id=params["IotInstanceId"])
        members: dict[str, Any] = {"account": account, "operation": operation, "strict": self._strict}
        with self._transaction(**members, warnings=[] if warnings is None else warnings) as ctx:
            return implementation.function(ctx, params) or {}

    def finish(self, pending: PendingReply) -> Reply:
        """Return the response of an operation that waited.

        Raises:
            ApiError: the operation failed.
        """
        return self.run(pending.finish) or {}

    def run(self, function: Callable[[Context], T]) -> T:
        """Run a function that is not an operation in one transaction and return its result."""
        self.run_due_work()
        with self._transaction() as ctx:
            return function(ctx)

    def run_due_work(self) -> None:
        """Run all work that became due since the last call, in order, each in a separate transaction."""
        now = self.clock.now()
        while (work := self._next_work(now)) is not None:
            try:
                # The work takes place at its due time, even if it runs later.
                with self._transaction(now=work["at"]) as ctx:
                    self.store.delete("due", id=work["id"])
                    registry.HANDLERS[work["kind"]](ctx, json.loads(work["payload"]))
            except Exception:
                # Without a retry, because a handler that fails would fail again before every following call.
                _log.exception("Scheduled work of the kind %s failed.", work["kind"])
                with self.store.transaction():
                    self.store.delete("due", id=work["id"])

    def next_due_at(self) -> int | None:
        """Return when the next work becomes due, by the clock of the emulator; None if no work is scheduled."""
        return self.store.value("SELECT min(at) FROM due")

    def _advance_until(self, pending: PendingReply) -> None:
        """Move the clock to the next scheduled work until the event is published or the timeout is over."""
        events: list[str] = []
        end = self.clock.now() + pending.timeout
        with self.listeners.listening(pending.event, events.append):
            while not events and self.clock.now() < end:
                at = min(self.next_due_at() or end, end)
                self.clock.advance(max(0, at - self.clock.now()) / 1000)
                self.run_due_work()

    @contextmanager
    def _transaction(self, now: int | None = None, **members: Any) -> Iterator[Context]:
        """Open a transaction, and publish its events when it is committed."""
        ctx = Context(self.store, self.clock.now() if now is None else now, **{"account": self.account, **members})
        with self.store.transaction():
            yield ctx
        self.listeners.publish(ctx.events)

    def _next_work(self, now: int) -> Row | None:
        rows = self.store.rows("SELECT * FROM due WHERE at <= ? ORDER BY at, id LIMIT 1", now)
        return rows[0] if rows else None

    def reset(self) -> None:
        """Delete all state and set the clock to real time. Listeners of ``STATE_REPLACED`` are called before."""
        self.listeners.publish([STATE_REPLACED])
        self.store.clear()
        self.clock.reload()

    def restore(self, content: bytes) -> None:
        """Replace the state by a copy that ``store.dump`` returned. Listeners of ``STATE_REPLACED`` are called before.

        The clock has the offset to real time that it had when the copy was created. As after a restart, no device and
        no consumer is connected, except simulated devices, and work that became due since then is executed. No
        messages are sent about lost connections.
        """
        self.listeners.publish([STATE_REPLACED])
        self.store.load(content)
        self.clock.reload()
        with self._transaction() as ctx:
            session.drop_all(ctx)
            consumer_queue.disconnect_all_consumers(ctx)
        self.run_due_work()

    def close(self) -> None:
        """Close the store."""
        self.store.close()
