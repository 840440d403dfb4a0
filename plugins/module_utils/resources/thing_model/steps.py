# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The requests that change a thing model to its desired state (manual chapter 4.11).

The plan uses the smallest number of requests that cannot damage other parts of the model:

- New and changed functions are created and updated individually (CreateThingModel accepts ten functions,
  UpdateThingModel one). The other functions of the block stay unchanged, with their creation time and their extended
  descriptions.
- If that takes more requests, if ThingModelJson cannot express the functions, or if functions are removed, the block is
  imported as TSL, which replaces the whole block. TSL does not contain extended descriptions, so the desired ones are
  set again after the import.
- DeleteThingModel is never sent identifiers of functions: if none of them exists, because another client has deleted
  them or because the response to the first request was lost, it deletes the whole block, or all blocks. It is used to
  delete blocks and the whole model.
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
    classify_changes,
    desired_model,
    differing_parts,
    equal_models,
    is_pending,
    to_model,
)

#: Maximum number of functions in one request of CreateThingModel.
MAX_NEW_PER_REQUEST = 10

RELEASED = "RELEASE_STATUS"


class ModelChange(Change):
    """Change of the draft, and its publication.

    Custom code: the API has several operations with different side effects, and rejects all of them for a released
    product. The release is canceled before the change and restored afterwards, even if a step fails.
    """

    fields = ("functions", "blocks", "published", "version")

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if is_pending(desired):
            return self._pending_steps(resource, desired, current)
        known = current.get("known") or {}
        plan = _Plan(resource, desired, current)
        after = desired_model(desired, current)
        if (desired.get("copy_from") or {}).get("product_key"):
            plan.copy(desired["copy_from"], after)
        else:
            plan.change(after)
        edited, published = bool(plan.steps), plan.published
        if edited and "published_model" in known:
            published = equal_models(known["published_model"], after)
            if published:
                # The draft is changed back to the published version.
                plan.steps[-1].changes["published"] = plan.steps[-1].shown_changes["published"] = (False, True)
        if desired.get("published"):
            plan.publish(desired, current, published, known)
        if plan.steps and not desired.get("allow_breaking"):
            self._check_compatibility(desired, current, plan.steps[-1].operation == "PublishThingModel")
        return with_release(resource, plan.steps, current)

    def _check_compatibility(self, desired: dict, current: dict, publishes: bool) -> None:
        changes = classify_changes(desired, current)
        # Changes of the draft that this task does not make matter only if it publishes the draft.
        if changes.breaking and (publishes or Changes(to_model(current), desired_model(desired, current)).breaking):
            raise BreakingChange(changes)

    def _pending_steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        """Return the steps if the desired model depends on an object that an earlier task will create."""
        operation = "CopyThingModel" if desired.get("copy_from") else "UpdateThingModel"
        changes = {name: (current.get(name), desired[name]) for name in ("functions", "blocks") if name in desired}
        steps = [Step(step.UPDATE, operation, resource.identity_params(), changes)]
        if desired.get("published"):
            steps.append(
                Step(step.CREATE, "PublishThingModel", resource.identity_params(), {"published": (False, True)})
            )
        return steps


def with_release(resource: Resource, steps: list[Step], current: dict) -> list[Step]:
    """Return the steps; for a released product, cancel the release before them and restore it after them."""
    if not steps or (current.get("known") or {}).get("status") != RELEASED:
        return steps
    cancel = Step(step.UPDATE, "CancelReleaseProduct", resource.identity_params())
    restore = Step(step.UPDATE, "ReleaseProduct", resource.identity_params(), always_run=True)
    return [cancel, *steps, restore]


class DeleteModel(Delete):
    """Deletion of all blocks of the draft, and publication of the empty draft.

    Custom code: the API cannot withdraw a published version, so an empty version is published.
    """

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        result = []
        model = to_model(current)
        if len(model) > 1 or model[DEFAULT]["functions"]:
            changes = {"functions": (current.get("functions"), {}), "blocks": (current.get("blocks"), [])}
            # Without other parameters than the product, the operation deletes all blocks.
            result.append(Step(step.DELETE, self.operation, resource.identity_params(), changes))
        published_model = (current.get("known") or {}).get("published_model")
        if published_model and not equal_models(published_model, None):
            result.append(
                Step(step.CREATE, "PublishThingModel", resource.identity_params(), {"published": (False, True)})
            )
        return with_release(resource, result, current)


class _Plan:
    """The steps of one plan, each with its changes of the draft.

    Args:
        resource: The resource.
        desired: The desired values by field.
        current: The current values by field.

    Attributes:
        steps: The steps so far.
        published: Whether the draft equals the published version after these steps.
    """

    def __init__(self, resource: Resource, desired: dict, current: dict) -> None:
        self.steps: list[Step] = []
        self.published = bool(current.get("published"))
        self._resource = resource
        self._key = desired.get("product_key") or current.get("product_key")
        self._state = to_model(current)

    def copy(self, source: dict, after: dict) -> None:
        """Add the step that replaces the whole model with that of another product."""
        if equal_models(self._state, after):
            return
        params = {
            "SourceProductKey": source["product_key"],
            "TargetProductKey": Ref("product_key"),
            "SourceModelVersion": source["version"],
        }
        self._add("CopyThingModel", params, after)

    def change(self, after: dict) -> None:
        """Add the steps that change all blocks to their desired state. Blocks are deleted first."""
        for block_id in [block_id for block_id in self._state if block_id not in after]:
            rest = {key: block for key, block in self._state.items() if key != block_id}
            self._add("DeleteThingModel", {**self._resource.identity_params(), "FunctionBlockId": block_id}, rest)
        for block_id, block in after.items():
            before = self._state.get(block_id)
            if before is None or comparable(before) != comparable(block):
                self._change_block(block_id, before, block)

    def publish(self, desired: dict, current: dict, published: bool, known: dict) -> None:
        """Add the step that publishes the draft, unless it is already published under the requested version name.

        Raises:
            InvalidValue: The version exists with another model or another description.
        """
        version, versions = desired.get("version"), known.get("versions") or {}
        newest = next(iter(versions), current.get("version") or "")
        if published and version in (None, newest):
            self._check_description(desired, versions.get(version))
            return
        if version in versions:
            if published and equal_models(known.get("version_model"), self._state):
                return
            raise InvalidValue(
                f"version {version} already exists with a different model",
                field="version",
                remedy="Set another name for the new version",
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
        requested = desired.get("version_description")
        if version is not None and requested is not None and requested != version["description"]:
            raise InvalidValue(
                f"version_description of version {desired['version']} cannot be changed from "
                f"{version['description']!r} to {requested!r}",
                field="version_description",
                remedy="Publish another version, or keep the current value",
            )

    # Blocks

    def _change_block(self, block_id: str, before: dict | None, after: dict) -> None:
        old, new = (before or {}).get("functions") or {}, after["functions"]
        added, changed, removed = _difference(old, new)
        if not (added or changed or removed):
            if before is None:
                self._create(block_id, after, {})
            else:
                self._update_block(block_id, after)
            return
        order = None if removed else self._update_order(old, new, added, changed)
        if order is None:
            self._replace(block_id, before, after)
            return
        for kind, identifier in order:
            self._update(block_id, after, kind, identifier, new[kind][identifier])
        for chunk in chunked(added, MAX_NEW_PER_REQUEST):
            self._create(block_id, after, _select(new, chunk))

    @staticmethod
    def _update_order(old: dict, new: dict, added: list, changed: list) -> list | None:
        """Return the order in which functions are updated individually.

        Returns:
            Kind and identifier of the functions; None if that is not possible, or if an import takes fewer requests.
        """
        order = _order_by_names(old, new, changed)
        if order is None or not all(thing_model_json.can_express(new[kind][name]) for kind, name in [*added, *changed]):
            return None
        functions = [function for _kind, _identifier, function in plain.iterate(new)]
        if any(function.get("custom") is False for function in functions):
            # An import would turn standard functions of the category into custom functions.
            return order
        described = sum(1 for function in functions if function.get("extended"))
        requests = -(-len(added) // MAX_NEW_PER_REQUEST) + len(changed)
        return order if requests <= 1 + described and (old or described) else None

    def _replace(self, block_id: str, before: dict | None, after: dict) -> None:
        """Add the steps that import a block, and set what TSL does not contain.

        Raises:
            InvalidValue: ThingModelJson cannot express a function that has an extended description.
        """
        described = [item for item in plain.iterate(after["functions"]) if item[2].get("extended")]
        for _kind, identifier, function in described:
            if not thing_model_json.can_express(function):
                raise InvalidValue(
                    f"{identifier} cannot have an extended description: this requires min, max and step for numbers, "
                    f"a maximum length of {thing_model_json.MAX_TEXT_BYTES} bytes for texts, and access r or rw",
                    field="functions" if block_id == DEFAULT else "blocks",
                    remedy="Change the function, or remove the extended description with an empty dictionary",
                )
        self._import(block_id, before, after)
        for kind, identifier, function in described:
            self._update(block_id, after, kind, identifier, function)
        if (after.get("description") or "") != (self._state[block_id].get("description") or ""):
            self._update_block(block_id, after)

    def _create(self, block_id: str, block: dict, functions: dict) -> None:
        description = self._description(block)
        params = {**self._block_params(block_id, block), "ThingModelJson": self._json(functions, **description)}
        self._add("CreateThingModel", params, self._merged(block_id, block, functions, description))

    def _update(self, block_id: str, block: dict, kind: str, identifier: str, function: dict) -> None:
        functions = {kind: {identifier: function}}
        description = self._description(block)
        params = {
            **self._block_params(block_id, block),
            "Identifier": identifier,
            "ThingModelJson": self._json(functions, **description),
        }
        self._add("UpdateThingModel", params, self._merged(block_id, block, functions, description))

    def _update_block(self, block_id: str, block: dict) -> None:
        """Add the step that updates name and description of a block."""
        params = self._block_params(block_id, block)
        description = self._description(block)
        if description:
            params["ThingModelJson"] = thing_model_json.to_text(description)
        self._add("UpdateThingModel", params, self._merged(block_id, block, {}, description))

    def _import(self, block_id: str, before: dict | None, block: dict) -> None:
        functions: dict = {}
        for kind, identifier, function in plain.iterate(block["functions"]):
            imported = {name: member for name, member in function.items() if name not in ("extended", "custom")}
            functions.setdefault(kind, {})[identifier] = imported
        params = {**self._block_params(block_id, block), "TslStr": tsl.to_text(tsl.from_functions(functions))}
        # An import does not change the description of the block.
        kept = {name: member for name, member in (before or {}).items() if name == "description"}
        state = {**self._state, block_id: {**_id_and_name(block_id, block), **kept, "functions": functions}}
        self._add("ImportThingModelTsl", params, state)

    def _block_params(self, block_id: str, block: dict) -> dict:
        params = self._resource.identity_params()
        if block_id != DEFAULT:
            params.update(FunctionBlockId=block_id, FunctionBlockName=block["name"])
        return params

    def _description(self, block: dict) -> dict:
        return {"description": block["description"]} if block.get("description") else {}

    def _json(self, functions: dict, **description: str) -> str:
        return thing_model_json.from_functions(functions, str(self._key), **description)

    def _merged(self, block_id: str, block: dict, functions: dict, description: dict) -> dict:
        """Return the model with some functions, the name and the description of a block changed."""
        old = self._state.get(block_id) or {"functions": {}}
        merged = {kind: {**old["functions"].get(kind, {}), **functions.get(kind, {})} for kind in plain.KINDS}
        merged = {kind: by_identifier for kind, by_identifier in merged.items() if by_identifier}
        new = {**old, **_id_and_name(block_id, block), **description, "functions": merged}
        return {**self._state, block_id: new}

    def _add(self, operation: str, params: dict, state: dict) -> None:
        changes = {name: pair for name, pair in _fields(self._state, state).items() if pair[0] != pair[1]}
        # Otherwise, each step would show the whole model before and after.
        shown = {name: pair for name, pair in _fields(*differing_parts(self._state, state)).items() if name in changes}
        if self.published:
            # From now on the draft differs from the published version, until it is published.
            changes["published"] = shown["published"] = (True, False)
            self.published = False
        action = step.CREATE if operation == "CreateThingModel" else step.UPDATE
        self.steps.append(Step(action, operation, params, changes, shown_changes=shown))
        self._state = state


def _id_and_name(block_id: str, block: dict) -> dict:
    return {} if block_id == DEFAULT else {"id": block_id, "name": block["name"]}


def _fields(before: dict, after: dict) -> dict:
    """Return the fields of the resource for two models: field name to (before, after)."""
    blocks = [[block for key, block in model.items() if key != DEFAULT] for model in (before, after)]
    return {
        "functions": (before[DEFAULT]["functions"], after[DEFAULT]["functions"]),
        "blocks": (blocks[0], blocks[1]),
    }


def _difference(old: dict, new: dict) -> tuple:
    """Return kind and identifier of the functions that are new, changed and removed, as three lists."""
    before, after = (
        {
            (kind, identifier): function
            for kind, identifier, function in plain.iterate(plain.comparable_functions(functions))
        }
        for functions in (old, new)
    )
    added = [key for key in after if key not in before]
    changed = [key for key in after if key in before and after[key] != before[key]]
    return added, changed, [key for key in before if key not in after]


def _order_by_names(old: dict, new: dict, changed: list) -> list | None:
    """Return changed functions in an order in which each new name is free when it is set.

    Returns:
        Kind and identifier of the functions; None if there is no such order, because functions exchange names.
    """
    names = {(kind, identifier): function.get("name") for kind, identifier, function in plain.iterate(old)}
    remaining, order = list(changed), []
    while remaining:
        used = set(names.values())
        new_names = {key: new[key[0]][key[1]]["name"] for key in remaining}
        key = next((key for key in remaining if new_names[key] == names[key] or new_names[key] not in used), None)
        if key is None:
            return None
        names[key] = new_names[key]
        remaining.remove(key)
        order.append(key)
    return order


def _select(functions: dict, keys: list) -> dict:
    """Return the functions with these kinds and identifiers."""
    selected: dict = {}
    for kind, identifier in keys:
        selected.setdefault(kind, {})[identifier] = functions[kind][identifier]
    return selected
