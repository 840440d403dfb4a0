# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The path of a task that manages a resource: desired state, read, plan, apply, result. Check mode skips apply."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import waiting
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge, plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import render_result, render_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE, Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client

#: How often the task plans again after a create request without a response, and the seconds before the read that shows
#: whether the resource was created.
REPLANS = 3
RECHECK_DELAY = 1.0


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
    if not check_mode:
        for attempt in range(REPLANS + 1):
            try:
                apply(client, resource, steps, facts)
                break
            except StepFailed as failure:
                failure.result = {
                    **render_result(resource, target, current, [*done, *steps], reader, facts),
                    **extra_results,
                }
                if not _may_have_been_created(resource, failure) or attempt == REPLANS:
                    raise
                create = failure.step
            time.sleep(RECHECK_DELAY)
            client.clear_cache()
            failed_steps = steps
            desired, now, steps = _plan(resource, target, reader)
            # If the create request is not planned again, it was executed.
            if not any(_same_request(planned, create) for planned in steps):
                create.status = DONE
            done += [executed for executed in failed_steps if executed.status == DONE]
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
    return result


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
    # A resource that exists as long as its parent does cannot be deleted: without anything to delete, it is absent.
    return desired, None if target.absent and not steps else current, steps


def _may_have_been_created(resource: Resource, failure: StepFailed) -> bool:
    if failure.error is None or not failure.error.ambiguous:
        return False
    return resource.operation(failure.step.operation).kind == CREATE


def _same_request(one: Step, other: Step) -> bool:
    return (one.operation, one.params) == (other.operation, other.params)
