# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The path of a task that manages a resource: desired state, read, plan, apply, result. Check mode skips apply."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, EXISTS, NOT_FOUND
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as steps_module
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import waiting
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import check_plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError, EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge, plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import render_result, render_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE, SKIPPED, Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client

#: How often the task plans again after a create request without a response, and the seconds before the read that shows
#: whether the resource was created.
REPLANS = 3
RECHECK_DELAY = 1.0

#: The seconds to wait for a create request that timed out, if a second request could create a second resource.
LATE_CREATE_TIMEOUT = 30.0

#: The prefix of error codes about the content of a request. Other codes come from the API gateway.
BUSINESS_PREFIX = "iot."


def converge(resource: Resource, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
    """Change one resource to its desired state.

    A create request without a response may have been executed. It is repeated only after a read has shown that it was
    not.

    Args:
        resource: The declaration of the resource.
        params: The options of the task. An option that is None is not set.
        client: The API client.
        check_mode: Whether to stop before the first write.

    Returns:
        The result: ``changed``, the resource with its kind as the key, ``diff`` and ``steps``.

    Raises:
        WaitTimeout: The resource was not finished before the timeout. The error has a ``result``.
        StepFailed: A step failed. The error has a ``result`` with the steps that are done.
        EngineError: The task is invalid. No write request was sent.
        IotError: A read failed.
    """
    target = Desired.from_params(resource, params)
    reader = Reader(client, tolerant=check_mode or target.absent)
    desired, current, steps = _plan(resource, target, reader)
    facts = {**desired, **(current or {})}
    extra_results = resource.extra_results(None if target.absent else desired, current, steps)
    done: list[Step] = []
    try:
        if not check_mode:
            for attempt in range(REPLANS + 1):
                failure = _apply(client, resource, steps, facts)
                if failure is None:
                    break
                if attempt == REPLANS or not (_state_is_unknown(resource, failure) or _was_rejected(failure)):
                    raise failure
                executed = [step for step in steps if step.status == DONE]
                desired, now, steps = _plan_again(resource, target, reader, client, failure)
                # Only now: if planning again fails, the executed steps are still in ``steps``.
                done += executed
                if failure.step.status == DONE:
                    done.append(failure.step)
                facts = {**facts, **desired, **(now or {})}
            steps = [*done, *steps]
        result = {**render_result(resource, target, current, steps, reader, facts), **extra_results}
        if steps and not check_mode and not target.absent:
            # A renamed resource is found by its new name.
            after = resource.read(reader, {**facts, **desired}, target.fields)
            returned_once = {f.name: facts[f.name] for f in resource.fields if f.returned_once and f.name in facts}
            values = {**returned_once, **(after or facts)}
            result[resource.kind] = render_values(resource, values, target.include_secrets)
        if desired.get("wait") and not check_mode and not target.absent:
            _wait(resource, target, {**facts, **desired}, reader, client, result)
    except (EngineError, IotError) as error:
        # Whatever fails after a write: the result contains the steps that are done.
        if not error.result and not check_mode:
            shown = steps if steps[: len(done)] == done else [*done, *steps]
            error.result = {**render_result(resource, target, current, shown, reader, facts), **extra_results}
        raise
    return result


def _apply(client: Client, resource: Resource, steps: list[Step], facts: dict[str, Any]) -> StepFailed | None:
    """Execute the steps; return the failure, if any."""
    try:
        apply(client, resource, steps, facts)
    except StepFailed as failure:
        return failure
    return None


def _plan_again(
    resource: Resource, target: Desired, reader: Reader, client: Client, failure: StepFailed
) -> tuple[dict[str, Any], dict[str, Any] | None, list[Step]]:
    """Read and plan again after a step whose effect is unknown.

    If the step is not planned again, it was executed, or another client did the same. A create request that timed out
    may be executed later: if the platform allows several resources of the same name, this function waits for it.

    Raises:
        StepFailed: The step is planned again, and repeating it would fail again or could create a second resource.
    """
    cause = failure.error
    is_create = resource.operation(failure.step.operation).kind == CREATE
    if is_create and not resource.is_found_after_create and not (cause and cause.category == EXISTS):
        raise StepFailed(
            failure.step,
            cause,
            f"{cause}. The platform may have created the {resource.title}, and no operation lists it",
        )
    may_come_late = bool(cause and cause.timed_out and is_create and not resource.unique_names)
    deadline = time.monotonic() + (LATE_CREATE_TIMEOUT if may_come_late else 0)
    was_rejected = _was_rejected(failure)
    while True:
        if not was_rejected:
            time.sleep(RECHECK_DELAY)
        client.clear_cache()
        try:
            desired, now, steps = _plan(resource, target, reader)
        except IotError:
            # The first failure says more than that of a read after it.
            raise failure from failure.error
        except EngineError:
            if was_rejected and failure.step.action != steps_module.CREATE:
                raise failure from failure.error
            raise
        is_planned = any(_same_request(planned, failure.step) for planned in steps)
        if not is_planned or time.monotonic() >= deadline:
            break
    if was_rejected and now is None and not target.absent and failure.step.action != steps_module.CREATE:
        # The resource does not exist any more: the rejection says why the task cannot change it.
        raise failure
    if not is_planned:
        failed_by_other = cause is not None and not (cause.ambiguous or cause.after_ambiguous)
        # Without the resource, an update is not planned even if it was never executed.
        is_deleted = now is None and failure.step.action == steps_module.UPDATE
        failure.step.status = SKIPPED if failed_by_other or (is_deleted and not target.absent) else DONE
        return desired, now, steps
    if may_come_late:
        raise StepFailed(
            failure.step,
            cause,
            f"{cause}. The {resource.title} does not exist {LATE_CREATE_TIMEOUT:g} seconds later, but the platform may "
            "still create it. Run the task again later",
        )
    if not (cause and cause.ambiguous and is_create):
        raise failure
    return desired, now, steps


def _wait(
    resource: Resource,
    target: Desired,
    known: dict[str, Any],
    reader: Reader,
    client: Client,
    result: dict[str, Any],
) -> None:
    """Wait until the resource is finished, and set it in the result.

    Raises:
        WaitTimeout: The resource was not finished before the timeout.
    """

    def read() -> dict[str, Any] | None:
        client.clear_cache()
        return resource.read(reader, known, target.fields)

    seconds = known["wait_timeout_in_seconds"]
    current, reason = waiting.wait(read, resource.unfinished_reason, seconds)
    result[resource.kind] = render_values(resource, current, target.include_secrets)
    if reason:
        error = waiting.WaitTimeout(
            f"timed out after {seconds} seconds: {reason}",
            remedy="The platform continues: run the task again, or set a longer wait_timeout_in_seconds",
        )
        error.result = result
        raise error


def _plan(
    resource: Resource, target: Desired, reader: Reader
) -> tuple[dict[str, Any], dict[str, Any] | None, list[Step]]:
    """Return the desired values, the current values and the steps between them."""
    desired = resource.resolve_references(reader, target.values)
    current = resource.read(reader, desired, target.fields)
    desired = merge(resource, desired, current, target.additive_fields)
    steps = plan(resource, None if target.absent else desired, current)
    check_plan(resource, reader, None if target.absent else desired, current, steps)
    # A resource that exists as long as its parent does cannot be deleted: without anything to delete, it is absent.
    return desired, None if target.absent and not steps else current, steps


def _state_is_unknown(resource: Resource, failure: StepFailed) -> bool:
    """Return whether only a read can show if the failed step is still necessary.

    That is so after a request without a valid response, after a retry that was rejected because an earlier attempt may
    have been executed, and if another client created or deleted the same resource.
    """
    error = failure.error
    if failure.after_ambiguous:
        return True
    if error is None:
        return False
    operation = resource.operation(failure.step.operation)
    if error.ambiguous:
        return True
    if failure.step.action == steps_module.DELETE:
        return error.category == NOT_FOUND or operation.means_not_found(error.code)
    return failure.step.action == steps_module.CREATE and error.category == EXISTS


def _was_rejected(failure: StepFailed) -> bool:
    """Return whether the platform rejected a request because of the state of the resource.

    Another client may have done the same in the meantime: a read shows whether the step is still necessary.
    """
    error = failure.error
    return isinstance(error, ApiError) and not error.ambiguous and error.code.startswith(BUSINESS_PREFIX)


def _same_request(one: Step, other: Step) -> bool:
    return (one.operation, one.params) == (other.operation, other.params)
