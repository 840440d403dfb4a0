# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operation is given beside its parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.store import Store
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

TABLES = """
-- Work that was put off: a change of state that the platform makes by itself, some time after a call.
CREATE TABLE IF NOT EXISTS due (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,  -- milliseconds, by the platform's clock
    kind TEXT NOT NULL,  -- which handler does it
    payload TEXT NOT NULL  -- JSON
);
CREATE INDEX IF NOT EXISTS due_at ON due (at, id);
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose platform it is: the Alibaba Cloud account, and the instance asked for (empty for the public one).

    ``endpoint`` is where the platform is reached, for URLs that lead back to it.
    """

    user_id: str = "1000000000000001"
    instance_id: str = ""
    endpoint: str = "http://127.0.0.1:8018"


@dataclass(frozen=True, slots=True)
class Context:
    """One call.

    ``now`` is the platform's time in milliseconds, the same from the beginning of a call to its end. ``operation`` is
    the catalogue's entry, or None where the platform does due work.
    """

    store: Store
    now: int
    account: Account
    operation: Operation | None = None
    announced: list[str] = field(default_factory=list)

    def publish_event(self, what: str) -> None:
        """Tell whoever listens for ``what`` on the platform, as soon as this transaction is kept."""
        self.announced.append(what)

    def schedule(self, at: int, kind: str, /, **payload: Any) -> int:
        """Put work off until ``at`` (milliseconds): the handler declared with ``@when_due(kind)`` gets ``payload``.

        Returns the work's id; ``store.delete("due", id=…)`` calls it off.
        """
        return self.store.insert("due", at=at, kind=kind, payload=json.dumps(payload))
