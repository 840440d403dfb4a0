# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Apply a fleet: each resource after those that it needs, and different kinds at the same time."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.progress import Progress
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute

#: How many sets, such as device sets, are applied at the same time.
THREADS_PER_SET = 4

#: The seconds in which requests that were sent before an interrupt can end.
_INTERRUPT_TIMEOUT = 10.0
#: The seconds after which the waiting thread looks for an interrupt.
_WAKE_UP_INTERVAL = 0.2

DONE, UNCHANGED, FAILED, SKIPPED = "done", "unchanged", "failed", "skipped"


@dataclass
class Outcome:
    """What happened to one resource.

    Attributes:
        node: The declared resource.
        status: ``DONE``, ``UNCHANGED``, ``FAILED`` or ``SKIPPED``.
        message: Why it failed or was skipped.
        result: The result of its task.
    """

    node: Node
    status: str
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as the task returns it."""
        found = {"kind": self.node.entry.kind, "name": "/".join(self.node.key[1:]), "status": self.status}
        if self.message:
            found.update(message=self.message, source=str(self.node.source))
        return found


def result_of(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the outcomes as the task returns them."""
    counts = Counter(outcome.status for outcome in outcomes)
    return {
        "changed": any(one.status == DONE or one.result.get("changed") for one in outcomes),
        "summary": ", ".join(f"{counts[status]} {status}" for status in (DONE, UNCHANGED, FAILED, SKIPPED)),
        "resources": [outcome.to_dict() for outcome in outcomes if outcome.status != UNCHANGED],
    }


class Interrupted(EngineError):
    """The user interrupted the task. What was done until then is in the result.

    Attributes:
        outcomes: The outcome of each resource.
    """

    def __init__(self, outcomes: list[Outcome]) -> None:
        result = result_of(outcomes)
        super().__init__(f"the task was interrupted: {result['summary']}. Run it again to continue")
        self.outcomes = outcomes
        self.result = result


class Application:
    """The application of a fleet.

    Each kind has one thread and one client, so that its lists are read once, and a slow quota of one kind does not
    delay the others. Kinds of sets have ``THREADS_PER_SET``, because most of the time, a set waits for the platform.

    Args:
        nodes: The declared resources, in an order in which each one comes after those that it needs. Needed resources
            that are not among them are already as declared.
        open_client: Opens a client for the account.
        fail_fast: Whether nothing else is started after a failure. Otherwise only the resources that need the one that
            failed are skipped.
        progress: Shows the progress.
        verb: What is done with the resources, for messages.
    """

    def __init__(
        self,
        nodes: list[Node],
        open_client: Callable[[], Any],
        fail_fast: bool = False,
        progress: Progress | None = None,
        verb: str = "applied",
    ) -> None:
        self._verb = verb
        self._nodes = nodes
        self._open_client = open_client
        self._fail_fast = fail_fast
        self._progress = progress or Progress()
        self._changed = threading.Condition()
        self._ready: dict[str, deque[Node]] = defaultdict(deque)
        listed = {id(node) for node in nodes}
        self._waiting = {id(node): sum(id(needed) in listed for needed in node.needs) for node in nodes}
        self._users: dict[int, list[Node]] = defaultdict(list)
        self._outcomes: dict[int, Outcome] = {}
        self._stopped = False
        # When resources were changed: the number of changes until then.
        self._changed_at: dict[int, int] = {}
        self._clients: list[Any] = []
        for node in nodes:
            for needed in node.needs:
                self._users[id(needed)].append(node)
            if not self._waiting[id(node)]:
                self._ready[node.plural].append(node)

    def run(self) -> list[Outcome]:
        """Apply all resources, and return the outcome of each one in the order of the plan.

        Raises:
            Interrupted: The user interrupted the task.
        """
        threads = [
            threading.Thread(target=self._work, args=(plural,), daemon=True)
            for plural, nodes in self._by_kind().items()
            for _number in range(min(len(nodes), THREADS_PER_SET if nodes[0].entry.contains else 1))
        ]
        started = reported = time.monotonic()
        is_interrupted = False
        try:
            for thread in threads:
                thread.start()
            with self._changed:
                while len(self._outcomes) < len(self._nodes):
                    # With a timeout, so that an interrupt that another thread receives is handled soon.
                    self._changed.wait(_WAKE_UP_INTERVAL)
                    if time.monotonic() - reported >= self._progress.interval:
                        reported = time.monotonic()
                        self._report(reported - started)
        except KeyboardInterrupt:
            is_interrupted = True
            for client in self._clients:
                client.interrupt()
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()
        deadline = time.monotonic() + _INTERRUPT_TIMEOUT
        for thread in threads:
            if thread.ident is None:  # the interrupt came before its start
                continue
            thread.join(max(deadline - time.monotonic(), 0) if is_interrupted else None)
        if is_interrupted:
            with self._changed:
                for node in self._nodes:
                    self._outcomes.setdefault(id(node), Outcome(node, SKIPPED, "the task was interrupted"))
        for client in self._clients:
            client.close()
        self._report(time.monotonic() - started)
        outcomes = [self._outcomes[id(node)] for node in self._nodes]
        if is_interrupted:
            raise Interrupted(outcomes)
        return outcomes

    def _by_kind(self) -> dict[str, list[Node]]:
        by_kind: dict[str, list[Node]] = defaultdict(list)
        for node in self._nodes:
            by_kind[node.plural].append(node)
        return by_kind

    @property
    def calls(self) -> int:
        """The number of requests that were sent."""
        return sum(client.calls for client in self._clients)

    def _work(self, plural: str) -> None:
        client = self._open_client()
        cached_at = 0
        with self._changed:
            self._clients.append(client)
        while True:
            with self._changed:
                while not self._ready[plural] and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                node = self._ready[plural].popleft()
                # Resources of other kinds are changed with other clients, so lists of them may be outdated.
                if any(self._changed_at.get(id(needed), 0) > cached_at for needed in node.needs):
                    cached_at = len(self._changed_at)
                    client.clear_cache()
            outcome = self._apply(node, client)
            with self._changed:
                self._finish(outcome)
                self._changed.notify_all()

    @staticmethod
    def _apply(node: Node, client: Any) -> Outcome:
        try:
            result = execute(node.entry, node.params, False, lambda _entry, _params: client)
        except Exception as error:  # an error in one resource must not stop the threads of the others
            return Outcome(node, FAILED, f"{type(error).__name__}: {error}")
        if result.get("failed"):
            return Outcome(node, FAILED, str(result["msg"]), result)
        return Outcome(node, DONE if result.get("changed") else UNCHANGED, result=result)

    def _finish(self, outcome: Outcome) -> None:
        """Record an outcome, and start or skip the resources that need the one that is finished."""
        finished = deque([outcome])
        while finished:
            one = finished.popleft()
            self._outcomes[id(one.node)] = one
            if one.status in (DONE, FAILED):
                self._changed_at[id(one.node)] = len(self._changed_at) + 1
            for user in self._users[id(one.node)]:
                if id(user) in self._outcomes:
                    continue
                if one.status in (FAILED, SKIPPED):
                    finished.append(Outcome(user, SKIPPED, f"{one.node.label} was not {self._verb}"))
                    continue
                self._waiting[id(user)] -= 1
                if not self._waiting[id(user)]:
                    self._ready[user.plural].append(user)
        if outcome.status == FAILED and self._fail_fast:
            for node in self._nodes:
                self._outcomes.setdefault(id(node), Outcome(node, SKIPPED, f"{outcome.node.label} failed"))

    def _report(self, seconds: float) -> None:
        if not self._nodes:
            return
        counts: dict[str, list[int]] = {node.plural: [0, 0] for node in self._nodes}
        for node in self._nodes:
            counts[node.plural][1] += 1
            counts[node.plural][0] += id(node) in self._outcomes
        parts = ", ".join(f"{plural} {done}/{total}" for plural, (done, total) in counts.items())
        rate = self.calls / seconds if seconds else 0.0
        remaining = ""
        finished = len(self._outcomes)
        if 0 < finished < len(self._nodes):
            remaining = f", about {seconds / finished * (len(self._nodes) - finished):.0f} s left"
        self._progress(f"{parts}; {rate:.1f} requests/s{remaining}", finished / len(self._nodes))
