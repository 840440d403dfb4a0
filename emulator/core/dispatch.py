# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The emulated account: finds an operation and carries it out, in one transaction and at one moment."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ansible_collections.iotops.aliyun.emulator.core import clock, context, loader, registry, validation
from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.listeners import Listeners
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, PendingReply
from ansible_collections.iotops.aliyun.emulator.core.store import Row, Store
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

DATABASE = "platform.sqlite3"

T = TypeVar("T")

_log = logging.getLogger(__name__)


def find_operation(action: str) -> tuple[Operation, registry.Implementation]:
    """The catalogue's entry of an operation and what carries it out.

    Raises GatewayError: 404 where the API has no such operation, 501 where no service has it. Never a made-up success.
    """
    operation = OPERATIONS.get(action)
    if operation is None:
        raise GatewayError(404, "InvalidAction.NotFound")
    implementation = registry.OPERATIONS.get(action)
    if implementation is None:
        raise GatewayError(501, "NotImplemented", f"The embedded platform does not carry out {action}.")
    return operation, implementation


class Platform:
    """The account's state and time, and the way to change them; ``listeners`` hear what happens.

    ``folder`` keeps the state, and is made where it is missing; with None everything stays in memory. Raises StoreError
    where the folder cannot be used.
    """

    def __init__(self, folder: Path | None = None) -> None:
        schemas = [clock.TABLES, context.TABLES, *loader.load()]
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(folder / DATABASE if folder else None, schemas)
        self.clock = clock.Clock(self.store)
        self.account = Account()
        self.listeners = Listeners()

    def call(self, action: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Carry out an operation on a flat request and return the reply's members without the envelope.

        Nobody but the platform itself can do anything meanwhile: an operation that waits moves the clock to what falls
        due next. Raises GatewayError or ApiError.
        """
        operation, implementation = find_operation(action)
        reply = self.execute(operation, implementation, validation.parse_parameters(operation, implementation, values))
        if isinstance(reply, PendingReply):
            self._pass_time(reply)
            return self.finish(reply)
        return reply

    def execute(
        self, operation: Operation, implementation: registry.Implementation, params: dict[str, Any]
    ) -> Reply | PendingReply:
        """As ``call``, of an operation that was found and parameters that were checked.

        Returns ``Waiting`` where the operation waits for something: when it was announced, or the time is over,
        ``finish`` returns the reply.
        """
        self.run_due_work()
        account = self.account
        if params.get("IotInstanceId"):
            account = replace(account, instance_id=params["IotInstanceId"])
        with self._transaction(account=account, operation=operation) as ctx:
            return implementation.function(ctx, params) or {}

    def finish(self, waiting: PendingReply) -> Reply:
        """The reply of an operation that has waited. Raises ApiError."""
        return self.run(waiting.finish) or {}

    def run(self, function: Callable[[Context], T]) -> T:
        """Let a function that is no operation see and change the state, in one transaction and at one moment."""
        self.run_due_work()
        with self._transaction() as ctx:
            return function(ctx)

    def run_due_work(self) -> None:
        """Do all that fell due since the last call, in its order, each in a transaction of its own."""
        now = self.clock.now()
        while (work := self._next_due(now)) is not None:
            try:
                # The work happens when it fell due, even if the platform notices only now.
                with self._transaction(now=work["at"]) as ctx:
                    self.store.delete("due", id=work["id"])
                    registry.HANDLERS[work["kind"]](ctx, json.loads(work["payload"]))
            except Exception:
                # A handler that fails would fail before every call to come: it is not tried again.
                _log.exception("work of the kind %s failed", work["kind"])
                with self.store.transaction():
                    self.store.delete("due", id=work["id"])

    def next_due_at(self) -> int | None:
        """When work falls due next, by the platform's clock; None where none was put off."""
        return self.store.value("SELECT min(at) FROM due")

    def _pass_time(self, waiting: PendingReply) -> None:
        """Move the clock to what falls due next, until what is awaited was announced or the time is over."""
        announced: list[str] = []
        end = self.clock.now() + waiting.timeout
        with self.listeners.listening(waiting.what, announced.append):
            while not announced and self.clock.now() < end:
                at = min(self.next_due_at() or end, end)
                self.clock.advance(max(0, at - self.clock.now()) / 1000)
                self.run_due_work()

    @contextmanager
    def _transaction(self, now: int | None = None, **members: Any) -> Iterator[Context]:
        """A transaction; when it is kept, listeners hear of what was announced in it."""
        ctx = Context(self.store, self.clock.now() if now is None else now, **{"account": self.account, **members})
        with self.store.transaction():
            yield ctx
        self.listeners.tell(ctx.announced)

    def _next_due(self, now: int) -> Row | None:
        rows = self.store.rows("SELECT * FROM due WHERE at <= ? ORDER BY at, id LIMIT 1", now)
        return rows[0] if rows else None

    def reset(self) -> None:
        """Back to an empty account in the present."""
        self.store.clear()
        self.clock.read()

    def close(self) -> None:
        """Let go of the state."""
        self.store.close()
