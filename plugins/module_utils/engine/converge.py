# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one way through the house: desired state, read, plan, (check mode stops here), apply, result."""

from __future__ import annotations

import time

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import render, waiting
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge, plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE, Step

#: How often a plan is made anew after a create that may or may not have happened, and the seconds before the read that
#: tells.
REPLANS = 3
RECHECK_DELAY = 1.0


def converge(resource: Resource, params: dict, client, check_mode: bool) -> dict:
    """Brings one resource to what the parameters ask for.

    Args:
        resource: the declaration.
        params: the options of the task; None is not given.
        client: the client; only its requests count in the result.
        check_mode: whether to stop before the first write.

    Returns:
        The result: ``changed``, the resource under its kind, ``diff`` and ``steps``.

    Raises:
        EngineError: the task cannot be done as written; nothing was sent that changes anything.
        TookTooLong: what was waited for has not come about; its ``result`` tells what was done.
        StepFailed: a step failed; its ``result`` tells the steps that are done.
        IotError: a read failed.
    """
    wanted = Desired.from_params(resource, params)
    reader = Reader(client, tolerant=check_mode or wanted.absent)
    desired, current, steps = _plan(resource, wanted, reader)
    facts = {**desired, **(current or {})}
    also = resource.extra_results(None if wanted.absent else desired, current, steps)
    done: list = []
    if not check_mode:
        for attempt in range(REPLANS + 1):
            try:
                apply(client, resource, steps, facts)
                break
            except StepFailed as failure:
                failure.result = {
                    **render.result(resource, wanted, current, [*done, *steps], reader, facts),
                    **also,
                }
                if not _may_have_been_created(resource, failure) or attempt == REPLANS:
                    raise
                create = failure.step
            # Nobody knows whether the create came through: only the account can tell.
            time.sleep(RECHECK_DELAY)
            client.clear_cache()
            tried = steps
            desired, now, steps = _plan(resource, wanted, reader)
            # A create that is no longer planned did come through.
            if not any(_same_request(planned, create) for planned in steps):
                create.status = DONE
            done += [finished for finished in tried if finished.status == DONE]
            facts = {**facts, **desired, **(now or {})}
        steps = [*done, *steps]
    outcome = {**render.result(resource, wanted, current, steps, reader, facts), **also}
    if steps and not check_mode and not wanted.absent:
        # What was renamed is found by the name that it has now.
        there = resource.read(reader, {**facts, **desired}, wanted.fields)
        told = {f.name: facts[f.name] for f in resource.fields if f.returned_once and f.name in facts}
        outcome[resource.kind] = render.values(resource, {**told, **(there or facts)}, wanted.include_secrets)
    if desired.get("wait") and not check_mode and not wanted.absent:
        _wait(resource, wanted, {**facts, **desired}, reader, client, outcome)
    return outcome


def _wait(resource: Resource, wanted: Desired, known: dict, reader: Reader, client, outcome: dict) -> None:
    """Waits until the resource is finished, and tells in the outcome how it is then.

    Raises:
        TookTooLong: it is not in time.
    """

    def read():
        client.clear_cache()
        return resource.read(reader, known, wanted.fields)

    seconds = known["wait_timeout_in_seconds"]
    there, reason = waiting.wait(read, resource.unfinished_reason, seconds)
    outcome[resource.kind] = render.values(resource, there, wanted.include_secrets)
    if reason:
        error = waiting.WaitTimeout(
            f"after {seconds} seconds {reason}", remedy="It goes on: run the task again to wait on, or wait longer"
        )
        error.result = outcome
        raise error


def _plan(resource: Resource, wanted: Desired, reader: Reader):
    desired = resource.resolve_references(reader, wanted.values)
    current = resource.read(reader, desired, wanted.fields)
    desired = merge(resource, desired, current, wanted.additive_fields)
    steps = plan(resource, None if wanted.absent else desired, current)
    # What goes along with something else is there as long as that is; where nothing of it can go, it is absent.
    return desired, None if wanted.absent and not steps else current, steps


def _may_have_been_created(resource: Resource, failure: StepFailed) -> bool:
    if failure.error is None or not failure.error.ambiguous:
        return False
    return resource.operation(failure.step.operation).kind == CREATE


def _same_request(one: Step, other: Step) -> bool:
    return (one.operation, one.params) == (other.operation, other.params)
