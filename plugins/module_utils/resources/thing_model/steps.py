# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""By which calls a thing model is brought to what it should be.

Of the calls that lead there, the fewest are taken that put nothing at risk:

- Functions that are new or other are made and changed one by one (CreateThingModel takes ten, UpdateThingModel one):
  whatever else the block holds stays as it is, with its age and its extended descriptions.
- Where that takes more calls, or cannot say what is asked for, or functions go, the block is imported as TSL, which
  replaces it as a whole. TSL has no extended descriptions, so those that are to be there are put back after.
- DeleteThingModel is never told functions: where none of those that it is told is there, because somebody else was
  faster or because the first answer got lost, it deletes the whole block, or all blocks. It takes blocks away, and the
  whole model.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref, Step
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import thing_model_json, tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.blocks import comparable
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.compatibility import Changes
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.state import (
    DEFAULT,
    BreakingChange,
    classed,
    desired_model,
    differing_parts,
    is_unknown,
    model_of,
    same_model,
)

#: The most functions that one call makes.
MOST_NEW = 10

RELEASED = "RELEASE_STATUS"


class ModelChange(Change):
    """The draft is brought to what is desired, and comes into force when it is published.

    A released product refuses both: its release is withdrawn before and put back after, even when one of them fails.
    """

    fields = ("functions", "blocks", "published", "version")

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if is_unknown(desired):
            return self._unknown(resource, desired, current)
        known = current.get("known") or {}
        plan = _Plan(resource, desired, current)
        after = desired_model(desired, current)
        if (desired.get("copy_from") or {}).get("product_key"):
            plan.copy(desired["copy_from"], after)
        else:
            plan.bring(after)
        edited, published = bool(plan.steps), plan.published
        if edited and "in_force" in known:
            published = same_model(known["in_force"], after)
            if published:
                # The draft is again what it was when it was published.
                plan.steps[-1].changes["published"] = plan.steps[-1].shown_changes["published"] = (False, True)
        if desired.get("published"):
            plan.publish(desired, current, published, known)
        if plan.steps and not desired.get("allow_breaking"):
            self._refuse_breaking(desired, current, plan.steps[-1].operation == "PublishThingModel")
        return around_release(resource, plan.steps, current)

    def _refuse_breaking(self, desired: dict, current: dict, publishes: bool) -> None:
        changes = classed(desired, current)
        # What somebody else did to the draft is of no account before it is published.
        if changes.breaking and (publishes or Changes(model_of(current), desired_model(desired, current)).breaking):
            raise BreakingChange(changes)

    def _unknown(self, resource, desired, current):
        """A plan to make what an earlier task is about to make into something that is not known yet."""
        operation = "CopyThingModel" if desired.get("copy_from") else "UpdateThingModel"
        changes = {name: (current.get(name), desired[name]) for name in ("functions", "blocks") if name in desired}
        steps = [Step(step.UPDATE, operation, resource.identity_params(), changes)]
        if desired.get("published"):
            steps.append(
                Step(step.CREATE, "PublishThingModel", resource.identity_params(), {"published": (False, True)})
            )
        return steps


def around_release(resource, steps: list, current: dict) -> list:
    """Steps, with the product's release withdrawn before them and put back after them where it is released."""
    if not steps or (current.get("known") or {}).get("status") != RELEASED:
        return steps
    withdraw = Step(step.UPDATE, "CancelReleaseProduct", resource.identity_params())
    release = Step(step.UPDATE, "ReleaseProduct", resource.identity_params(), always_run=True)
    return [withdraw, *steps, release]


class DeleteModel(Delete):
    """The draft is emptied, and what is in force gives way to it."""

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        result = []
        model = model_of(current)
        if len(model) > 1 or model[DEFAULT]["functions"]:
            changes = {"functions": (current.get("functions"), {}), "blocks": (current.get("blocks"), [])}
            # Told nothing but the product, it deletes all blocks.
            result.append(Step(step.DELETE, self.operation, resource.identity_params(), changes))
        in_force = (current.get("known") or {}).get("in_force")
        if in_force and not same_model(in_force, None):
            result.append(
                Step(step.CREATE, "PublishThingModel", resource.identity_params(), {"published": (False, True)})
            )
        return around_release(resource, result, current)


class _Plan:
    """The steps of one plan, each with what it changes of the draft."""

    def __init__(self, resource, desired: dict, current: dict):
        self.steps: list = []
        self.published = bool(current.get("published"))
        self._resource = resource
        self._key = desired.get("product_key") or current.get("product_key")
        self._state = model_of(current)

    def copy(self, source: dict, after: dict) -> None:
        """Makes the whole model what another product's is."""
        if same_model(self._state, after):
            return
        params = {
            "SourceProductKey": source["product_key"],
            "TargetProductKey": Ref("product_key"),
            "SourceModelVersion": source["version"],
        }
        self._add("CopyThingModel", params, after)

    def bring(self, after: dict) -> None:
        """Makes each block what it should be; those that go go first."""
        for block_id in [block_id for block_id in self._state if block_id not in after]:
            rest = {key: block for key, block in self._state.items() if key != block_id}
            self._add("DeleteThingModel", {**self._resource.identity_params(), "FunctionBlockId": block_id}, rest)
        for block_id, block in after.items():
            before = self._state.get(block_id)
            if before is None or comparable(before) != comparable(block):
                self._bring_block(block_id, before, block)

    def publish(self, desired: dict, current: dict, published: bool, known: dict) -> None:
        """Makes the draft a version that is in force, where it is none, or none of the name that is asked for."""
        version, versions = desired.get("version"), known.get("versions") or {}
        newest = next(iter(versions), current.get("version") or "")
        if published and version in (None, newest):
            self._check_description(desired, versions.get(version))
            return
        if version in versions:
            if published and same_model(known.get("named"), self._state):
                return
            raise InvalidValue(
                f"there is a version {version} already, and it is not what would be published",
                field="version",
                remedy="Give the new version another name",
            )
        params = {
            **self._resource.identity_params(),
            "ModelVersion": version,
            "Description": desired.get("version_description"),
        }
        changes = {} if published else {"published": (False, True)}
        if version is not None:
            changes["version"] = (newest, version)
        self.steps.append(Step(step.CREATE, "PublishThingModel", params, changes))

    @staticmethod
    def _check_description(desired: dict, version: dict | None) -> None:
        asked = desired.get("version_description")
        if version is not None and asked is not None and asked != version["description"]:
            raise InvalidValue(
                f"the description of version {desired['version']} cannot be changed: it is {version['description']!r} "
                f"and was asked to be {asked!r}",
                field="version_description",
                remedy="Publish another version, or leave the option as it is",
            )

    # Blocks

    def _bring_block(self, block_id: str, before: dict | None, after: dict) -> None:
        old, new = (before or {}).get("functions") or {}, after["functions"]
        added, changed, removed = _difference(old, new)
        if not (added or changed or removed):
            if before is None:
                self._create(block_id, after, {})
            else:
                self._describe(block_id, after)
            return
        order = None if removed else self._one_by_one(old, new, added, changed)
        if order is None:
            self._replace(block_id, before, after)
            return
        for kind, identifier in order:
            self._update(block_id, after, kind, identifier, new[kind][identifier])
        for some in chunked(added, MOST_NEW):
            self._create(block_id, after, _chosen(new, some))

    @staticmethod
    def _one_by_one(old: dict, new: dict, added: list, changed: list) -> list | None:
        """The order in which functions change one by one; None where they cannot, or where an import takes less."""
        order = _in_turn(old, new, changed)
        if order is None or not all(thing_model_json.can_say(new[kind][name]) for kind, name in [*added, *changed]):
            return None
        functions = [function for _kind, _identifier, function in plain.every(new)]
        if any(function.get("custom") is False for function in functions):
            # An import would make standard functions into the product's own.
            return order
        described = sum(1 for function in functions if function.get("extended"))
        calls = -(-len(added) // MOST_NEW) + len(changed)
        return order if calls <= 1 + described and (old or described) else None

    def _replace(self, block_id: str, before: dict | None, after: dict) -> None:
        """Imports a block, and puts back what TSL does not have."""
        described = [item for item in plain.every(after["functions"]) if item[2].get("extended")]
        for _kind, identifier, function in described:
            if not thing_model_json.can_say(function):
                raise InvalidValue(
                    f"{identifier} cannot have an extended description: its numbers need min, max and step, and its "
                    f"texts at most {thing_model_json.LONGEST_TEXT} bytes for that",
                    field="functions" if block_id == DEFAULT else "blocks",
                    remedy="Give it those, or take the description away with an empty dictionary",
                )
        self._import(block_id, before, after)
        for kind, identifier, function in described:
            self._update(block_id, after, kind, identifier, function)
        if (after.get("description") or "") != (self._state[block_id].get("description") or ""):
            self._describe(block_id, after)

    def _create(self, block_id: str, block: dict, functions: dict) -> None:
        more = self._description(block)
        params = {**self._named(block_id, block), "ThingModelJson": self._json(functions, **more)}
        self._add("CreateThingModel", params, self._with(block_id, block, functions, more))

    def _update(self, block_id: str, block: dict, kind: str, identifier: str, function: dict) -> None:
        functions = {kind: {identifier: function}}
        more = self._description(block)
        params = {
            **self._named(block_id, block),
            "Identifier": identifier,
            "ThingModelJson": self._json(functions, **more),
        }
        self._add("UpdateThingModel", params, self._with(block_id, block, functions, more))

    def _describe(self, block_id: str, block: dict) -> None:
        params = self._named(block_id, block)
        more = self._description(block)
        if more:
            params["ThingModelJson"] = thing_model_json.text(more)
        self._add("UpdateThingModel", params, self._with(block_id, block, {}, more))

    def _import(self, block_id: str, before: dict | None, block: dict) -> None:
        functions: dict = {}
        for kind, identifier, function in plain.every(block["functions"]):
            said = {name: member for name, member in function.items() if name not in ("extended", "custom")}
            functions.setdefault(kind, {})[identifier] = said
        params = {**self._named(block_id, block), "TslStr": tsl.text(tsl.written(functions))}
        there = {name: member for name, member in (before or {}).items() if name == "description"}
        state = {**self._state, block_id: {**_titled(block_id, block), **there, "functions": functions}}
        self._add("ImportThingModelTsl", params, state)

    def _named(self, block_id: str, block: dict) -> dict:
        named = self._resource.identity_params()
        if block_id != DEFAULT:
            named.update(FunctionBlockId=block_id, FunctionBlockName=block["name"])
        return named

    def _description(self, block: dict) -> dict:
        return {"description": block["description"]} if block.get("description") else {}

    def _json(self, functions: dict, **more) -> str:
        return thing_model_json.written(functions, str(self._key), **more)

    def _with(self, block_id: str, block: dict, functions: dict, more: dict) -> dict:
        """The model with functions of a block as given, and what its name and description then are."""
        there = self._state.get(block_id) or {"functions": {}}
        merged = {kind: {**there["functions"].get(kind, {}), **functions.get(kind, {})} for kind in plain.KINDS}
        merged = {kind: found for kind, found in merged.items() if found}
        return {**self._state, block_id: {**there, **_titled(block_id, block), **more, "functions": merged}}

    def _add(self, operation: str, params: dict, state: dict) -> None:
        changes = {name: pair for name, pair in _fields(self._state, state).items() if pair[0] != pair[1]}
        # A step among many would show the whole model twice.
        told = {name: pair for name, pair in _fields(*differing_parts(self._state, state)).items() if name in changes}
        if self.published:
            # What is in force stays the version before, until the draft is published.
            changes["published"] = told["published"] = (True, False)
            self.published = False
        action = step.CREATE if operation == "CreateThingModel" else step.UPDATE
        self.steps.append(Step(action, operation, params, changes, shown_changes=told))
        self._state = state


def _titled(block_id: str, block: dict) -> dict:
    return {} if block_id == DEFAULT else {"id": block_id, "name": block["name"]}


def _fields(before: dict, after: dict) -> dict:
    """Two models as the fields of the resource, by name."""
    blocks = [[block for key, block in model.items() if key != DEFAULT] for model in (before, after)]
    return {
        "functions": (before[DEFAULT]["functions"], after[DEFAULT]["functions"]),
        "blocks": (blocks[0], blocks[1]),
    }


def _difference(old: dict, new: dict) -> tuple:
    """The kinds and identifiers of functions that are new, other, and gone."""
    before, after = (
        {(kind, identifier): function for kind, identifier, function in plain.every(plain.compared(functions))}
        for functions in (old, new)
    )
    added = [key for key in after if key not in before]
    changed = [key for key in after if key in before and after[key] != before[key]]
    return added, changed, [key for key in before if key not in after]


def _in_turn(old: dict, new: dict, changed: list) -> list | None:
    """Functions that change, in an order in which none takes a name that another still has, or None."""
    names = {(kind, identifier): function.get("name") for kind, identifier, function in plain.every(old)}
    waiting, order = list(changed), []
    while waiting:
        taken = set(names.values())
        wanted = {key: new[key[0]][key[1]]["name"] for key in waiting}
        key = next((key for key in waiting if wanted[key] == names[key] or wanted[key] not in taken), None)
        if key is None:
            return None
        names[key] = wanted[key]
        waiting.remove(key)
        order.append(key)
    return order


def _chosen(functions: dict, keys: list) -> dict:
    chosen: dict = {}
    for kind, identifier in keys:
        chosen.setdefault(kind, {})[identifier] = functions[kind][identifier]
    return chosen
