# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The context of a call: the state, the time, the account and the operation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Store
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

TABLES = """
-- Scheduled work: changes of state that the platform makes by itself, some time after a call.
CREATE TABLE IF NOT EXISTS due (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,  -- milliseconds, by the clock of the emulator
    kind TEXT NOT NULL,  -- selects the handler
    payload TEXT NOT NULL  -- JSON
);
CREATE INDEX IF NOT EXISTS due_at ON due (at, id);
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The emulated Alibaba Cloud account.

    Attributes:
        user_id: the id of the account.
        instance_id: the instance of the request; empty for the public instance.
        endpoint: the endpoint of the emulator, for URLs that point to the emulator.
    """

    user_id: str = "1000000000000001"
    instance_id: str = ""
    endpoint: str = "http://127.0.0.1:8018"


@dataclass(frozen=True, slots=True)
class Warned:
    """A call that the manual allows, but another document of the vendor does not.

    Attributes:
        message: what is not allowed, in ASCII characters.
        source: the document.
    """

    message: str
    source: str


@dataclass(frozen=True, slots=True)
class Context:
    """The context of one call.

    Attributes:
        store: the state.
        now: the time of the emulator in milliseconds; it does not change during a call.
        account: the emulated account.
        operation: the operation in the catalog; None for scheduled work.
        events: the events to publish when the transaction is committed.
        strict: whether ``warn`` refuses the call.
        warnings: the warnings of the call.
    """

    store: Store
    now: int
    account: Account
    operation: Operation | None = None
    events: list[str] = field(default_factory=list)
    strict: bool = False
    warnings: list[Warned] = field(default_factory=list)

    def warn(self, message: str, source: str, code: str) -> None:
        """Record that only the manual allows this call.

        Args:
            message: what is not allowed, in ASCII characters and without values of the request.
            source: the document that does not allow it.
            code: the error code for a strict emulator.

        Raises:
            ApiError: the emulator is strict.
        """
        if self.strict:
            raise ApiError(code, f"{message} ({source})")
        self.warnings.append(Warned(message, source))

    def publish_event(self, event: str) -> None:
        """Notify the listeners of ``event`` as soon as this transaction is committed."""
        self.events.append(event)

    def schedule(self, at: int, kind: str, /, **payload: Any) -> int:
        """Schedule work for ``at`` (milliseconds): the handler declared with ``@when_due(kind)`` receives ``payload``.

        Returns:
            The id of the work; ``store.delete("due", id=…)`` cancels it.
        """
        return self.store.insert("due", at=at, kind=kind, payload=json.dumps(payload))
