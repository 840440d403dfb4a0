# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The emulated account: finds an operation and carries it out, in one transaction and at one moment."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.iotops.aliyun.emulator import clock, services, validate
from ansible_collections.iotops.aliyun.emulator.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.shared import context, registry
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.store import Row, Store
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

DATABASE = "platform.sqlite3"

_log = logging.getLogger(__name__)


def find(action: str) -> tuple[Operation, registry.Implementation]:
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
    """The account's state and time, and the way to change them.

    ``folder`` keeps the state, and is made where it is missing; with None everything stays in memory. Raises StoreError
    where the folder cannot be used.
    """

    def __init__(self, folder: Path | None = None) -> None:
        schemas = [clock.TABLES, context.TABLES, *services.load()]
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(folder / DATABASE if folder else None, schemas)
        self.clock = clock.Clock(self.store)
        self.account = Account()

    def call(self, action: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Carry out an operation on a flat request and return the reply's members without the envelope.

        Raises GatewayError or ApiError.
        """
        operation, implementation = find(action)
        return self.carry_out(operation, implementation, validate.parameters(operation, implementation, values))

    def carry_out(
        self, operation: Operation, implementation: registry.Implementation, params: dict[str, Any]
    ) -> dict[str, Any]:
        """As ``call``, of an operation that was found and parameters that were checked."""
        self.do_due_work()
        account = self.account
        if params.get("IotInstanceId"):
            account = replace(account, instance_id=params["IotInstanceId"])
        with self.store.transaction():
            return implementation.function(Context(self.store, self.clock.now(), account, operation), params) or {}

    def do_due_work(self) -> None:
        """Do all that fell due since the last call, in its order, each in a transaction of its own."""
        now = self.clock.now()
        while (work := self._next_due(now)) is not None:
            try:
                with self.store.transaction():
                    self.store.delete("due", id=work["id"])
                    # The work happens when it fell due, even if the platform notices only now.
                    moment = Context(self.store, work["at"], self.account)
                    registry.HANDLERS[work["kind"]](moment, json.loads(work["payload"]))
            except Exception:
                # A handler that fails would fail before every call to come: it is not tried again.
                _log.exception("work of the kind %s failed", work["kind"])
                with self.store.transaction():
                    self.store.delete("due", id=work["id"])

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
