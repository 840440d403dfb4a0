# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of a task with a device set: counts, names and differences, but no secrets."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.desired import DesiredDevice
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.plan import Plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.write import PlanExecutor

#: The maximum number of devices in a diff.
MAX_DEVICES_IN_DIFF = 500
#: The maximum number of device names in an error message.
MAX_NAMES_IN_MESSAGE = 5


class DeviceSetIncomplete(EngineError):
    """Some devices are not in their desired state.

    Attributes:
        result: The result of the task.
        error: The error of the platform or the connection that stopped the task; None if no such error did.
    """

    def __init__(self, message: str, result: dict, error: IotError | None = None, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.result = result
        self.error = error


def add_plan(
    result: dict, devices: list[DesiredDevice], device_set: DeviceSet, plan: Plan, group_names: dict[str, str]
) -> None:
    """Add a plan to the result of a task.

    Args:
        result: The result.
        devices: The desired state.
        device_set: The current state.
        plan: The plan.
        group_names: The names of the groups by GroupId.
    """
    created = [device.name for device in plan.register]
    new, deleted = set(created), set(plan.delete)
    updated = [name for name in plan.changes if name not in new and name not in deleted]
    result.update(
        changed=bool(plan.changes),
        created=created,
        updated=updated,
        deleted=list(plan.delete),
        failures=[],
        counts={
            "named": len(devices),
            "existing": len(device_set.devices),
            "created": len(created),
            "updated": len(updated),
            "deleted": len(plan.delete),
            "failed": 0,
        },
        diff=_diff(plan, group_names),
    )


def _diff(plan: Plan, group_names: dict[str, str]) -> dict:
    before: dict = {}
    after: dict = {}
    for name, changes in list(plan.changes.items())[:MAX_DEVICES_IN_DIFF]:
        for fact, (old, new) in changes.items():
            for side, value in ((before, old), (after, new)):
                if value is not None:
                    side.setdefault(name, {})[fact] = _value_in_diff(fact, value, group_names)
    if len(plan.changes) > MAX_DEVICES_IN_DIFF:
        after["and more devices"] = len(plan.changes) - MAX_DEVICES_IN_DIFF
    return {"before": before, "after": after}


def _value_in_diff(fact: str, value: Any, group_names: dict[str, str]) -> Any:
    if fact == "groups":
        return sorted(group_names.get(group, str(group)) for group in value)
    if fact == "gateway":
        return {"product_key": str(value[0]), "name": value[1]} if value else {}
    return value


def add_outcome(result: dict, plan: Plan, executor: PlanExecutor, is_stopped: bool) -> None:
    """Replace the planned changes in the result of a task by the changes that were made.

    Args:
        result: The result.
        plan: The plan.
        executor: The executor of the plan, which has the failures.
        is_stopped: Whether an error stopped the task before the end of the plan.
    """
    failed = executor.failed
    result["failures"] = [{"name": name, "msg": reason} for name, reason in sorted(failed.items())]
    result["created"] = [device.name for device in plan.register if device.name in executor.registered]
    result["counts"]["existing"] += len(executor.adopted)
    result["updated"] += [
        name
        for name, is_renamed in executor.adopted.items()
        if is_renamed or plan.changes[name].keys() - {"name", "nickname"}
    ]
    if not is_stopped:
        result["updated"] = [name for name in result["updated"] if name not in failed]
        result["deleted"] = [name for name in result["deleted"] if name not in failed]
    for name in ("created", "updated", "deleted"):
        result["counts"][name] = len(result[name])
    result["counts"]["failed"] = len(failed)
    result["changed"] = bool(result["created"] or result["updated"] or result["deleted"] or failed)


def failure_message(failed: dict[str, str], count: int) -> str:
    """Return the error message for devices that failed.

    Args:
        failed: The reason by device name.
        count: The number of devices that failed.
    """
    reasons = "; ".join(f"{name}: {reason}" for name, reason in sorted(failed.items())[:MAX_NAMES_IN_MESSAGE])
    hidden = count - MAX_NAMES_IN_MESSAGE
    more = f"; and {hidden} more, see failures in the result" if hidden > 0 else ""
    return f"{count} devices failed: {reasons}{more}"
