# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the properties of a device are desired to be (the manual's chapters 4.12.9 and 4.12.10)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_text import parsed

#: The most properties of one call.
MOST_A_CALL = 10

_IS_TEXT = ("text", "date")


class Values(Type):
    """Values of a thing model by identifier; a null takes away what is desired."""

    argument = {"type": "dict"}

    @property
    def empty(self) -> Any:
        return {}

    def check(self, value: Any) -> str:
        return "" if isinstance(value, dict) else f"must be a dictionary, not {type(value).__name__}"

    def canonical(self, value: Any) -> Any:
        return {name: same for name, same in (value or {}).items() if same is not None}

    def merge(self, current: Any, requested: Any) -> Any:
        return {**(current or {}), **requested}


def of_rows(rows: list | None) -> dict:
    """What is desired, as the platform lists it: with a version that counts the changes of each property."""
    desired = {}
    versions = {}
    for row in rows or []:
        versions[row["Identifier"]] = int(row.get("Version") or 0)
        if row.get("Value") is not None:
            value = row["Value"]
            desired[row["Identifier"]] = value if row.get("DataType") in _IS_TEXT else parsed(value)
    return {"desired_properties": desired, "desired_versions": versions}


class DesiredProperties(Change):
    """Sets those of the given properties that are desired to be otherwise; the others stay as they are.

    Each is set on top of the version that was read: what somebody else has changed meanwhile is not lost.
    """

    fields = ("desired_properties",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        before = current.get("desired_properties") or {}
        versions = current.get("desired_versions") or {}
        wanted = {
            name: value
            for name, value in (desired.get("desired_properties") or {}).items()
            if before.get(name) != value
        }
        result = []
        state = dict(before)
        for some in chunked(list(wanted), MOST_A_CALL):
            shown = dict(state)
            state.update((name, wanted[name]) for name in some)
            params = {
                **resource.identity_params(),
                "Items": json.dumps({name: wanted[name] for name in some}, ensure_ascii=False),
                "Versions": json.dumps({name: versions.get(name, 0) for name in some}),
            }
            after = {name: value for name, value in state.items() if value is not None}
            changes = {"desired_properties": (shown, after)}
            result.append(Step(steps.UPDATE, "SetDeviceDesiredProperty", params, changes))
        return result
