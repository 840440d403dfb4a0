# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Current and desired state of a whole thing model, and the changes between them (manual chapter 4.11).

A model is a dictionary of blocks by ID. The ID of the default block, which every model has, is an empty string.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.blocks import comparable
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.compatibility import (
    Changes,
    describe_change,
)

#: The ID of the default block.
DEFAULT = ""


class BreakingChange(InvalidValue):
    """A change that breaks the published version, and that the task does not allow.

    Args:
        changes: The changes. They are added to the result of the task.
    """

    def __init__(self, changes: Changes) -> None:
        breaking = "; ".join(describe_change(change) for change in changes.breaking)
        super().__init__(
            f"the change would break devices and applications that use the published version: {breaking}",
            field="allow_breaking",
            remedy="Change the model in a compatible way, or set allow_breaking: true",
        )
        self.result = {"breaking_changes": changes.breaking, "compatible_changes": changes.compatible}


def to_model(values: dict) -> dict:
    """Return the model for current or desired values by field, with normalized functions."""
    blocks = {DEFAULT: {"functions": plain.normalize(values.get("functions"))}}
    for block in values.get("blocks") or []:
        blocks[block["id"]] = {**block, "functions": plain.normalize(block.get("functions"))}
    return blocks


def equal_models(one: dict | None, other: dict | None) -> bool:
    """Return whether two models are equivalent. None is an empty model."""
    return {key: comparable(block) for key, block in (one or to_model({})).items()} == {
        key: comparable(block) for key, block in (other or to_model({})).items()
    }


def desired_model(desired: dict, current: dict) -> dict:
    """Return the desired model. Parts of the current model that the task does not set are kept."""
    before = to_model(current)
    if (desired.get("copy_from") or {}).get("product_key"):
        return to_model(desired)
    after = dict(before)
    if "functions" in desired:
        functions = plain.normalize(desired["functions"])
        after[DEFAULT] = {"functions": _keep_members(functions, before[DEFAULT]["functions"])}
    if "blocks" in desired:
        if desired.get("purge_blocks"):
            after = {DEFAULT: after[DEFAULT]}
        for block in desired["blocks"]:
            after[block["id"]] = _desired_block(block, before.get(block["id"]))
    return after


def is_pending(desired: dict | None) -> bool:
    """Return whether the desired model depends on an object that an earlier task will create."""
    return any(value is PENDING for name, value in (desired or {}).items() if name in ("functions", "blocks"))


def _keep_members(functions: dict, current: dict) -> dict:
    """Return desired functions with the current extended description and ``custom``, if the task does not set them."""
    result: dict = {}
    for kind, identifier, function in plain.iterate(functions):
        old = (current.get(kind) or {}).get(identifier) or {}
        kept = {name: old[name] for name in ("extended", "custom") if name in old and name not in function}
        result.setdefault(kind, {})[identifier] = {**function, **kept}
    return result


def _desired_block(block: dict, current: dict | None) -> dict:
    if current is None and not block.get("name"):
        raise InvalidValue(
            f"blocks contains the new block {block['id']} without a name", field="blocks", remedy="Set its name"
        )
    old = (current or {}).get("functions") or {}
    result = {"id": block["id"]}
    for member in ("name", "description"):
        value = block.get(member) or (current or {}).get(member)
        if value:
            result[member] = value
    functions = block.get("functions")
    return {**result, "functions": old if functions is None else _keep_members(plain.normalize(functions), old)}


def classify_changes(desired: dict | None, current: dict) -> Changes:
    """Return the changes from the published version to the desired model.

    If no version with functions is published, no device or application depends on the model, and all changes of the
    draft are compatible.

    Args:
        desired: The desired values by field; None for an empty model.
        current: The current values by field.
    """
    published_model = (current.get("known") or {}).get("published_model")
    after = to_model({}) if desired is None else desired_model(desired, current)
    if published_model and any(block["functions"] for block in published_model.values()):
        return Changes(published_model, after)
    changes = Changes(to_model(current), after)
    changes.compatible += changes.breaking
    changes.breaking = []
    return changes


def differing_parts(before: dict, after: dict) -> tuple[dict, dict]:
    """Return two models without the blocks and functions that are equal in both."""
    parts: tuple[dict, dict] = ({}, {})
    for block_id in dict.fromkeys([*before, *after]):
        blocks = before.get(block_id), after.get(block_id)
        if block_id != DEFAULT and blocks[0] == blocks[1]:
            continue
        for part, block, other in zip(parts, blocks, reversed(blocks)):
            if block is not None:
                part[block_id] = {**block, "functions": _without(block["functions"], (other or {}).get("functions"))}
    return parts


def _without(functions: dict, others: dict | None) -> dict:
    """Return functions without those that are equal in ``others``."""
    result: dict = {}
    for kind, identifier, function in plain.iterate(functions):
        other = ((others or {}).get(kind) or {}).get(identifier)
        if other is not function and other != function:
            result.setdefault(kind, {})[identifier] = function
    return result
