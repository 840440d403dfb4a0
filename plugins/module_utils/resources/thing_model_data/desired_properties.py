# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Desired properties of a device (manual sections 4.12.9 and 4.12.10)."""

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

#: Maximum number of properties in one request.
MAX_PER_REQUEST = 10

_TEXT_TYPES = ("text", "date")


class Values(Type):
    """Values of a thing model by identifier. Null deletes the desired value."""

    argument = {"type": "dict"}

    @property
    def empty(self) -> Any:
        return {}

    def check(self, value: Any) -> str:
        return "" if isinstance(value, dict) else f"must be a dictionary, not {type(value).__name__}"

    def canonical(self, value: Any) -> Any:
        return {name: member for name, member in (value or {}).items() if member is not None}

    def merge(self, current: Any, requested: Any) -> Any:
        return {**(current or {}), **requested}


def parse_desired_properties(rows: list | None) -> dict:
    """Return the desired properties and their versions. The platform counts the changes of each property."""
    desired = {}
    versions = {}
    for row in rows or []:
        versions[row["Identifier"]] = int(row.get("Version") or 0)
        if row.get("Value") is not None:
            value = row["Value"]
            desired[row["Identifier"]] = value if row.get("DataType") in _TEXT_TYPES else parsed(value)
    return {"desired_properties": desired, "desired_versions": versions}


class DesiredProperties(Change):
    """Update of the desired properties that differ. Properties that the task does not contain stay unchanged.

    Custom code: each request contains the versions that were read, so that the platform rejects it if another client
    has changed a property in the meantime.
    """

    fields = ("desired_properties",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        before = current.get("desired_properties") or {}
        versions = current.get("desired_versions") or {}
        changed = {
            name: value
            for name, value in (desired.get("desired_properties") or {}).items()
            if before.get(name) != value
        }
        result = []
        state = dict(before)
        for chunk in chunked(list(changed), MAX_PER_REQUEST):
            state_before = dict(state)
            state.update((name, changed[name]) for name in chunk)
            params = {
                **resource.identity_params(),
                "Items": json.dumps({name: changed[name] for name in chunk}, ensure_ascii=False),
                "Versions": json.dumps({name: versions.get(name, 0) for name in chunk}),
            }
            after = {name: value for name, value in state.items() if value is not None}
            changes = {"desired_properties": (state_before, after)}
            result.append(Step(steps.UPDATE, "SetDeviceDesiredProperty", params, changes))
        return result
