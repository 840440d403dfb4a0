# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read declared resources in parallel: a slow quota of one kind does not delay the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node

#: How many resources of a kind are read at the same time. The rate limits apply to all of them together.
READS_PER_KIND = 4

_Result = TypeVar("_Result")


def read_nodes(
    nodes: list[Node], read: Callable[[Node], _Result], meanwhile: Callable[[list[_Result]], None] | None = None
) -> list[_Result]:
    """Read resources.

    Args:
        nodes: The resources.
        read: Reads one resource. It is called in several threads.
        meanwhile: Called with the results of all resources except sets, such as device sets, while the sets are still
            being read: those can take minutes.

    Returns:
        The results in the order of the resources.
    """
    by_kind: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        by_kind[node.plural].append(node)
    results: dict[int, Future[_Result]] = {}
    with ExitStack() as stack:
        for same in by_kind.values():
            pool = stack.enter_context(ThreadPoolExecutor(min(READS_PER_KIND, len(same))))
            results.update((id(node), pool.submit(read, node)) for node in same)
        if meanwhile is not None:
            meanwhile([results[id(node)].result() for node in nodes if not node.entry.contains])
    return [results[id(node)].result() for node in nodes]
