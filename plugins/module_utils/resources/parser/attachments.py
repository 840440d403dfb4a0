# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attachment of destinations to a parser (manual chapter 4.16)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step

#: Maximum number of destinations of a parser, including the failover destination.
MAX_DESTINATIONS = 10


def destination_steps(resource: Resource, desired: dict, current: dict) -> tuple[list[Step], list[Step]]:
    """Return the steps that attach and detach destinations.

    Returns:
        The steps that attach destinations, including the detachments that they require; the other detachments.

    Raises:
        InvalidValue: The parser would have too many destinations, or one of them twice.
    """
    kind = resource.field("destinations").type
    state, after = _attachments(kind, current), _attachments(kind, {**current, **desired})
    _check_attachments(desired, current, after)

    def attach(key: Any) -> Step:
        destination, is_failover = after[key]
        return step("AttachDestination", {**state, key: after[key]}, destination, {"IsFailover": is_failover})

    def detach(key: Any) -> Step:
        return step("DetachDestination", {other: state[other] for other in state if other != key}, state[key][0], {})

    def step(operation: str, new_state: dict, destination: dict, flags: dict) -> Step:
        values_before, values_after = _as_fields(state), _as_fields(new_state)
        state.clear()
        state.update(new_state)
        params = {**resource.identity_params(), "DestinationId": destination["destination_id"], **flags}
        changes = {
            name: (values_before[name], value) for name, value in values_after.items() if values_before[name] != value
        }
        return Step(steps.UPDATE, operation, params, changes)

    attachments = []
    removed = [key for key in state if key not in after]
    # There can be only one failover destination, so a removed one is detached before another is attached.
    for key in [key for key in removed if state[key][1]]:
        removed.remove(key)
        attachments.append(detach(key))
    # The new failover destination is the last: as long as no other destination is attached, the parser may need it as a
    # normal one.
    for key in after:
        if key not in state or state[key][1] != after[key][1]:
            if key not in state and len(state) == MAX_DESTINATIONS:
                attachments.append(detach(removed.pop(0)))
            attachments.append(attach(key))
    return attachments, [detach(key) for key in removed]


def _attachments(kind: ReferenceSet, values: dict) -> dict:
    """Return the destinations of a parser by identity, each with whether it is the failover destination.

    The failover destination is the last one.
    """
    attachments = {kind.identity(destination): (destination, False) for destination in values.get("destinations") or []}
    failover = values.get("failover_destination_id")
    if failover:
        destination = {"name": values.get("failover_destination") or failover, "destination_id": failover}
        key = kind.identity(destination)
        attachments[key] = (attachments[key][0] if key in attachments else destination, True)
    return attachments


def _check_attachments(desired: dict, current: dict, attachments: dict) -> None:
    if len(attachments) > MAX_DESTINATIONS:
        raise InvalidValue(
            f"destinations takes at most {MAX_DESTINATIONS} elements, including failover_destination, not "
            f"{len(attachments)}",
            field="destinations",
        )
    after = {**current, **desired}
    if len(attachments) < len(after.get("destinations") or []) + bool(after.get("failover_destination_id")):
        (name,) = (destination["name"] for destination, is_failover in attachments.values() if is_failover)
        raise InvalidValue(
            f"{name} cannot be in both destinations and failover_destination",
            field="destinations" if "destinations" in desired else "failover_destination",
            remedy="To change a destination to the failover destination or back, set both options",
        )


def _as_fields(attachments: dict) -> dict:
    """Return the values by field."""
    ids = [destination["destination_id"] for destination, is_failover in attachments.values() if is_failover]
    return {
        "destinations": [destination for destination, is_failover in attachments.values() if not is_failover],
        "failover_destination_id": ids[0] if ids else "",
    }
