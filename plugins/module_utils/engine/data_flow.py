# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The flow of messages through resources: from topics through rules and parsers to destinations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Callable

#: The stages of the flow in order.
TOPICS, SOURCES, PROCESSING, DESTINATIONS, TARGETS = range(5)

#: The kind of ends that are topics. A topic is connected with all that match it, with wildcards in both.
TOPIC = "topic"


@dataclass(frozen=True)
class End:
    """The other end of a connection: a resource, or something outside the declared kinds.

    Attributes:
        kind: The kind of the resource, ``TOPIC``, or another word.
        key: What identifies it: the ID of the resource, or the topic with ProductKey and wildcards.
        title: What it is called if it is not a resource.
        owner: The ProductKey of the product that it belongs to; empty if it belongs to none.
        note: When messages take the connection, if not always.
    """

    kind: str
    key: str
    title: str = ""
    owner: str = ""
    note: str = ""


def no_ends(_values: dict[str, Any]) -> Iterable[End]:
    """Return no connections."""
    return ()


@dataclass(frozen=True)
class DataFlow:
    """How messages flow through the resources of a kind. The functions take the values of a resource by field.

    Attributes:
        stage: Where the resources are in the flow.
        inputs: Returns where messages come from.
        outputs: Returns where messages are sent to.
        itself: Returns the end that others name to connect with the resource; None for its kind and ID.
    """

    stage: int
    inputs: Callable[[dict[str, Any]], Iterable[End]] = no_ends
    outputs: Callable[[dict[str, Any]], Iterable[End]] = no_ends
    itself: Callable[[dict[str, Any]], End] | None = None
