# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carrying a plan out."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Ref, Step


class StepFailed(EngineError):
    """A step of a plan failed; those before it are done and stay done.

    Attributes:
        step: the step.
        error: why; None where the platform reported success and did less than was asked.
    """

    def __init__(self, failed: Step, error: IotError | None, message: str):
        super().__init__(message)
        self.step = failed
        self.error = error


def apply(client, resource, steps: list[Step], facts: dict) -> None:
    """Carries the steps out, in their order.

    Args:
        client: the client.
        resource: the declaration, for the types of what is learned.
        steps: the plan; the status of each step is kept up to date.
        facts: values by field that steps may refer to; what replies tell is added to it.

    Raises:
        StepFailed: a step failed. Steps that put something back were carried out all the same.
    """
    failure = None
    for current in steps:
        if failure and not current.always_run:
            continue
        try:
            _execute(client, resource, current, facts)
        except StepFailed as error:
            failure = failure or error
    if failure:
        raise failure


def _execute(client, resource, current: Step, facts: dict) -> None:
    try:
        reply = client.call(current.operation, _resolve_params(resource, current.params, facts))
        if current.upload:
            current.upload.send(client, reply, facts)
    except IotError as error:
        current.status = step.FAILED
        raise StepFailed(current, error, str(error)) from error
    for name, path in current.outputs.items():
        facts[name] = resource.field(name).type.from_wire(member(reply, path))
    complaint = current.verify(reply) if current.verify else ""
    if not complaint and current.wait_for:
        complaint = current.wait_for(client.call, reply)
    if complaint:
        current.status = step.FAILED
        raise StepFailed(current, None, f"{current.operation}: {complaint}")
    current.status = step.DONE


def _resolve_params(resource, value, facts: dict):
    if isinstance(value, Ref):
        return resource.field(value.field).type.to_wire(facts[value.field])
    if isinstance(value, Derived):
        return value.function(*(facts[name] for name in value.fields))
    if isinstance(value, dict):
        return {key: _resolve_params(resource, member_, facts) for key, member_ in value.items()}
    if isinstance(value, list):
        return [_resolve_params(resource, element, facts) for element in value]
    return value
