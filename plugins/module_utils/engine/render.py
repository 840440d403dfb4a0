# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of a task: what the plan is, said for people and for playbooks. Secrets end here."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE, FAILED

#: What stands where a secret changes.
HIDDEN = "(hidden)"


def values(resource, known: dict | None, include_secrets: bool = False) -> dict:
    """A resource as it is returned: its fields, in their order, that have a value.

    What a task calls a parent is not among them: the parent's key is.
    """
    visible = _visible(resource, known or {}, include_secrets)
    return {name: plain(value) for name, value in visible.items() if not resource.field(name).lookup}


def _visible(resource, known: dict, include_secrets: bool) -> dict:
    return {
        f.name: known[f.name]
        for f in resource.fields
        if known.get(f.name) is not None and (include_secrets or not f.secret) and not f.write_only
    }


def plain(value):
    """A value that JSON can carry."""
    if value is PENDING:
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    return value


def result(resource, wanted, current, steps, reader, facts=None) -> dict:
    """The result of a run whose plan was ``steps``; of a plan that failed, as far as it was carried out.

    Args:
        resource: the declaration.
        wanted: what was asked for.
        current: what was there.
        steps: the plan, carried out or not.
        reader: what was read with, for what was named and is not there yet.
        facts: what is known afterwards, beside the plan.
    """
    before = dict(current or {})
    facts = facts or {}
    carried = steps
    failed = any(step.status == FAILED for step in steps)
    if failed:
        carried = [step for step in steps if step.status == DONE]
        facts = {name: facts[name] for step in carried for name in step.outputs if name in facts}
    after = {**facts, **before}
    for step in carried:
        after.update((name, new) for name, (_old, new) in step.changes.items())
        for name in step.outputs:
            # What a create will tell has a name already, so that later tasks of a check run can use it.
            after.setdefault(name, PENDING)
    for f in resource.fields:
        if f.lookup and f.name in after and current is not None:
            # What the task calls the parent is not read back; where the parent stays, it had that name before.
            stays = wanted.absent or resource.field(f.resolves_to).equal(
                before.get(f.resolves_to), after.get(f.resolves_to)
            )
            before[f.name] = after[f.name] if stays else before.get(f.resolves_to)
    if wanted.absent and not failed:
        after = {}
    outcome = {
        "changed": bool(carried),
        resource.kind: values(resource, after, wanted.include_secrets),
        "diff": {"before": _shown(resource, before), "after": _shown(resource, after)},
        "steps": [shown_step(resource, step) for step in steps],
    }
    if reader.pending and not wanted.absent:
        outcome["pending"] = list(reader.pending)
    return outcome


def _shown(resource, known: dict) -> dict:
    # Only options are compared; what the platform fills in would make a difference out of nothing.
    return {
        name: _comparable(resource.field(name), value)
        for name, value in _visible(resource, known, include_secrets=False).items()
        if not resource.field(name).computed
    }


def _comparable(field, value):
    """A value for a diff, in which only what means something differs."""
    return plain(value if value is None or value is PENDING else field.type.to_display(value))


def shown_step(resource, step) -> dict:
    """A step as it is returned: what it does to which fields, without the request's parameters."""
    changes = {}
    for name, (before, after) in (step.changes if step.shown_changes is None else step.shown_changes).items():
        field = resource.field(name)
        if field.secret:
            changes[name] = {"before": before and HIDDEN, "after": after and HIDDEN}
        else:
            changes[name] = {"before": _comparable(field, before), "after": _comparable(field, after)}
    return {"action": step.action, "operation": step.operation, "status": step.status, "changes": changes}
