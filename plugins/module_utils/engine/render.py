# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rendering of the result of a task: the resource, the diff and the steps. Secrets are removed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE, FAILED, Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

#: Replaces the value of a secret.
HIDDEN = "(hidden)"


def render_values(resource: Resource, values: dict[str, Any] | None, include_secrets: bool = False) -> dict[str, Any]:
    """Return a resource as modules return it: the fields that have a value, in the order of their declaration.

    References are omitted: the fields that they resolve to are returned instead.
    """
    visible = _visible(resource, values or {}, include_secrets)
    return {name: to_json_types(value) for name, value in visible.items() if not resource.field(name).lookup}


def _visible(resource: Resource, values: dict[str, Any], include_secrets: bool) -> dict[str, Any]:
    return {
        f.name: values[f.name]
        for f in resource.fields
        if values.get(f.name) is not None and (include_secrets or not f.secret) and not f.write_only
    }


def to_json_types(value: Any) -> Any:
    """Return a value in which pending values, keys and tuples are replaced by types that JSON has."""
    if value is PENDING:
        return str(value)
    if isinstance(value, dict):
        return {str(key): to_json_types(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_types(element) for element in value]
    return value


def render_result(
    resource: Resource,
    target: Desired,
    current: dict[str, Any] | None,
    steps: list[Step],
    reader: Reader,
    facts: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the result of a task: of the whole plan or, if a step failed, of the steps that are done.

    Args:
        resource: The declaration of the resource.
        target: The desired state.
        current: The values by field before the task; None if the resource did not exist.
        steps: The plan, executed or not.
        reader: The reader that was used, for the references that do not exist yet.
        facts: The values by field that are known after the steps in addition to their changes.
    """
    before = dict(current or {})
    facts = facts or {}
    effective = steps
    failed = any(step.status == FAILED for step in steps)
    if failed:
        effective = [step for step in steps if step.status == DONE]
        facts = {name: facts[name] for step in effective for name in step.outputs if name in facts}
    after = {**facts, **before}
    for step in effective:
        after.update((name, new) for name, (_old, new) in step.changes.items())
        for name in step.outputs:
            # Outputs are pending in check mode, so that later tasks of the play can refer to them.
            after.setdefault(name, PENDING)
    for f in resource.fields:
        if f.lookup and f.name in after and current is not None:
            # References are not read back. If the object that a reference resolves to is the same, so is the reference.
            is_same = target.absent or resource.field(f.resolves_to).equal(
                before.get(f.resolves_to), after.get(f.resolves_to)
            )
            before[f.name] = after[f.name] if is_same else before.get(f.resolves_to)
    if target.absent and not failed:
        after = {}
    result: dict[str, Any] = {
        "changed": bool(effective),
        resource.kind: render_values(resource, after, target.include_secrets),
        "diff": {"before": _diff_values(resource, before), "after": _diff_values(resource, after)},
        "steps": [render_step(resource, step) for step in steps],
    }
    if reader.pending and not target.absent:
        result["pending"] = list(reader.pending)
    return result


def _diff_values(resource: Resource, values: dict[str, Any]) -> dict[str, Any]:
    # Computed fields are omitted: they would show differences that no option causes.
    return {
        name: _display_value(resource.field(name), value)
        for name, value in _visible(resource, values, include_secrets=False).items()
        if not resource.field(name).computed
    }


def _display_value(field: Field, value: Any) -> Any:
    """Return a value for a diff, in a form in which equivalent values are equal."""
    return to_json_types(value if value is None or value is PENDING else field.type.to_display(value))


def render_step(resource: Resource, step: Step) -> dict[str, Any]:
    """Return a step as modules return it: its action, operation, status and changes, without its parameters."""
    changes: dict[str, dict[str, Any]] = {}
    for name, (before, after) in (step.changes if step.shown_changes is None else step.shown_changes).items():
        field = resource.field(name)
        if field.secret:
            changes[name] = {"before": before and HIDDEN, "after": after and HIDDEN}
        else:
            changes[name] = {"before": _display_value(field, before), "after": _display_value(field, after)}
    return {"action": step.action, "operation": step.operation, "status": step.status, "changes": changes}
