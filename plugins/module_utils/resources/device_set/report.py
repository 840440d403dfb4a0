# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task says of a fleet: counts, names and differences, and never a secret."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Failure
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.plan import Work
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.write import Writing

#: The most devices that a diff shows, and that a message names.
MOST_SHOWN = 500
MOST_NAMED = 5


class NotAllDone(EngineError):
    """Some devices are not what they should be; the others are.

    Attributes:
        result: the result of the task.
        error: what the platform answered, where that ended the task; None otherwise.
    """

    def __init__(self, message: str, result: dict, error: Failure | None = None):
        super().__init__(message)
        self.result = result
        self.error = error


def describe(result: dict, devices: list, fleet: Fleet, work: Work, group_names: dict) -> None:
    """Puts into a result what is planned."""
    created = [one.name for one in work.register]
    new, gone = set(created), set(work.delete)
    changed = [name for name in work.changes if name not in new and name not in gone]
    result.update(
        changed=bool(work.changes),
        created=created,
        updated=changed,
        deleted=list(work.delete),
        failures=[],
        counts={
            "named": len(devices),
            "existing": len(fleet.devices),
            "created": len(created),
            "updated": len(changed),
            "deleted": len(work.delete),
            "failed": 0,
        },
        diff=_diff(work, group_names),
    )


def _diff(work: Work, group_names: dict) -> dict:
    before: dict = {}
    after: dict = {}
    for name, changes in list(work.changes.items())[:MOST_SHOWN]:
        for fact, (old, new) in changes.items():
            for side, value in ((before, old), (after, new)):
                if value is not None:
                    side.setdefault(name, {})[fact] = _shown(fact, value, group_names)
    if len(work.changes) > MOST_SHOWN:
        after["and more devices"] = len(work.changes) - MOST_SHOWN
    return {"before": before, "after": after}


def _shown(fact: str, value, group_names: dict):
    if fact == "groups":
        return sorted(group_names.get(group, str(group)) for group in value)
    if fact == "gateway":
        return {"product_key": str(value[0]), "name": value[1]} if value else {}
    return value


def outcome(result: dict, work: Work, carrying: Writing, is_cut_short: bool) -> None:
    """Puts into a result what came of the plan."""
    failed = carrying.failed
    result["failures"] = [{"name": name, "msg": reason} for name, reason in sorted(failed.items())]
    result["created"] = [one.name for one in work.register if one.name in carrying.registered]
    if not is_cut_short:
        result["updated"] = [name for name in result["updated"] if name not in failed]
        result["deleted"] = [name for name in result["deleted"] if name not in failed]
    for name in ("created", "updated", "deleted"):
        result["counts"][name] = len(result[name])
    result["counts"]["failed"] = len(failed)
    result["changed"] = bool(result["created"] or result["updated"] or result["deleted"] or failed)


def complaint(failed: dict, count: int) -> str:
    """What a failed task says of the devices that failed."""
    named = "; ".join(f"{name}: {reason}" for name, reason in sorted(failed.items())[:MOST_NAMED])
    more = f"; and {count - MOST_NAMED} more, see failures" if count > MOST_NAMED else ""
    return f"{count} of the devices failed: {named}{more}"
