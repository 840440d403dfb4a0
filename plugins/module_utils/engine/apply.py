# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Execution of the steps of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidResponse, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import identifier_problem, response_id
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import cached_lists
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Ref, Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


class StepFailed(EngineError):
    """A step of a plan failed. The effects of the steps before it remain.

    Attributes:
        step: The step.
        error: The cause; None if the platform reported success but did only a part of the request.
        after_ambiguous: Whether the request was repeated after an attempt that may have been executed.
    """

    def __init__(self, failed: Step, error: IotError | None, message: str, after_ambiguous: bool = False):
        super().__init__(message)
        self.step = failed
        self.error = error
        self.after_ambiguous = after_ambiguous or bool(error and error.after_ambiguous)


def apply(client: Client, resource: Resource, steps: list[Step], facts: dict[str, Any]) -> None:
    """Execute the steps in order, and update the status of each one.

    After a failure, only the steps with ``always_run`` are executed.

    Args:
        client: The API client.
        resource: The declaration of the resource, for the types of the outputs.
        steps: The plan.
        facts: The values, by field, that steps can refer to. The outputs of the steps are added.

    Raises:
        StepFailed: A step failed. If several failed, this is the first one.
    """
    failure = None
    for current in steps:
        if failure and not current.always_run:
            continue
        try:
            _execute(client, resource, current, facts)
            cached_lists.update(client, resource, current, facts)
        except StepFailed as error:
            cached_lists.drop(client, resource)
            failure = failure or error
    if failure:
        raise failure


def _execute(client: Client, resource: Resource, current: Step, facts: dict[str, Any]) -> None:
    try:
        params = _resolve_params(resource, current.params, facts)
        kept = cached_lists.kept_operation(resource)
        response = client.call(current.operation, params, **({"keep_lists": kept} if kept else {}))
        if current.upload:
            current.upload.send(client, response, facts)
    except IotError as error:
        current.status = step.FAILED
        raise StepFailed(current, error, str(error)) from error
    for name, path in current.outputs.items():
        value = member(response, path)
        if name in resource.identity.values() and identifier_problem(value):
            # Without its id the new resource cannot be used, but it can be found by a read.
            current.status = step.FAILED
            missing = InvalidResponse(
                f"{path} {identifier_problem(value)}", operation=current.operation, request_id=response_id(response)
            )
            raise StepFailed(current, missing, str(missing))
        facts[name] = resource.field(name).type.from_wire(value)
    problem = current.verify(response) if current.verify else ""
    if not problem and current.wait_for:
        try:
            problem = current.wait_for(client.call, response)
        except IotError as error:
            current.status = step.FAILED
            raise StepFailed(current, error, str(error)) from error
    if problem:
        current.status = step.FAILED
        raise StepFailed(current, None, f"{current.operation}: {problem}", client.last_call_was_repeated)
    current.status = step.DONE


def _resolve_params(resource: Resource, value: Any, facts: dict[str, Any]) -> Any:
    """Return parameters in which references are replaced by values."""
    if isinstance(value, Ref):
        return resource.field(value.field).type.to_wire(facts[value.field])
    if isinstance(value, Derived):
        return value.function(*(facts[name] for name in value.fields))
    if isinstance(value, dict):
        return {key: _resolve_params(resource, element, facts) for key, element in value.items()}
    if isinstance(value, list):
        return [_resolve_params(resource, element, facts) for element in value]
    return value
