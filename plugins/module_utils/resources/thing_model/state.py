# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole thing model, block by block: as it is, as it is to be, and what the way between them means."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.blocks import comparable
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.compatibility import Changes, sentence

#: The id of the block that every model has.
DEFAULT = ""


class BreakingChange(InvalidValue):
    """A change that breaks what is in force, and that the task does not allow.

    Attributes:
        result: the changes, for the result of the task.
    """

    def __init__(self, changes: Changes):
        told = "; ".join(sentence(change) for change in changes.breaking)
        super().__init__(
            f"the change would break what is in force: {told}",
            field="allow_breaking",
            remedy="Leave in place what devices and programs rely on, or say allow_breaking: true",
        )
        self.result = {"breaking_changes": changes.breaking, "compatible_changes": changes.compatible}


def model_of(values: dict) -> dict:
    """The blocks of a model by their id, of what was read or is desired of it."""
    blocks = {DEFAULT: {"functions": plain.normal(values.get("functions"))}}
    for block in values.get("blocks") or []:
        blocks[block["id"]] = {**block, "functions": plain.normal(block.get("functions"))}
    return blocks


def same_model(one: dict | None, other: dict | None) -> bool:
    """Whether two models mean the same; one that is None is empty."""
    return {key: comparable(block) for key, block in (one or model_of({})).items()} == {
        key: comparable(block) for key, block in (other or model_of({})).items()
    }


def desired_model(desired: dict, current: dict) -> dict:
    """The model as it is to be after, where what is not given stays."""
    before = model_of(current)
    if (desired.get("copy_from") or {}).get("product_key"):
        return model_of(desired)
    after = dict(before)
    if "functions" in desired:
        after[DEFAULT] = {"functions": _kept(plain.normal(desired["functions"]), before[DEFAULT]["functions"])}
    if "blocks" in desired:
        if desired.get("purge_blocks"):
            after = {DEFAULT: after[DEFAULT]}
        for block in desired["blocks"]:
            after[block["id"]] = _block(block, before.get(block["id"]))
    return after


def is_unknown(desired: dict | None) -> bool:
    """Whether what is desired hangs on something that an earlier task is about to make."""
    return any(value is PENDING for name, value in (desired or {}).items() if name in ("functions", "blocks"))


def _kept(functions: dict, there: dict) -> dict:
    """Functions with what they have and the task does not speak of: extended descriptions, and where they come from."""
    result: dict = {}
    for kind, identifier, function in plain.every(functions):
        old = (there.get(kind) or {}).get(identifier) or {}
        kept = {name: old[name] for name in ("extended", "custom") if name in old and name not in function}
        result.setdefault(kind, {})[identifier] = {**function, **kept}
    return result


def _block(block: dict, there: dict | None) -> dict:
    if there is None and not block.get("name"):
        raise InvalidValue(f"blocks has a new one, {block['id']}, without a name", field="blocks")
    old = (there or {}).get("functions") or {}
    result = {"id": block["id"]}
    for member in ("name", "description"):
        value = block.get(member) or (there or {}).get(member)
        if value:
            result[member] = value
    given = block.get("functions")
    return {**result, "functions": old if given is None else _kept(plain.normal(given), old)}


def classed(desired: dict | None, current: dict) -> Changes:
    """What the model as it is to be after is to those who rely on what is in force; None desires none.

    Where nothing is in force, nobody relies on anything: whatever changes in the draft is compatible.
    """
    in_force = (current.get("known") or {}).get("in_force")
    after = model_of({}) if desired is None else desired_model(desired, current)
    if in_force and any(block["functions"] for block in in_force.values()):
        return Changes(in_force, after)
    changes = Changes(model_of(current), after)
    changes.compatible += changes.breaking
    changes.breaking = []
    return changes


def differing_parts(before: dict, after: dict) -> tuple:
    """Two models without the blocks and functions that are the same in both."""
    parts: tuple = ({}, {})
    for block_id in dict.fromkeys([*before, *after]):
        blocks = before.get(block_id), after.get(block_id)
        if block_id != DEFAULT and blocks[0] == blocks[1]:
            continue
        for part, block, other in zip(parts, blocks, reversed(blocks)):
            if block is not None:
                part[block_id] = {**block, "functions": _without(block["functions"], (other or {}).get("functions"))}
    return parts


def _without(functions: dict, others: dict | None) -> dict:
    """Functions without those that the others have too."""
    kept: dict = {}
    for kind, identifier, function in plain.every(functions):
        there = ((others or {}).get(kind) or {}).get(identifier)
        if there is not function and there != function:
            kept.setdefault(kind, {})[identifier] = function
    return kept
