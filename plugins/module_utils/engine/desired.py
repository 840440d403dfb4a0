# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The desired state: the options of a task, validated before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field, contains_pending
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


@dataclass(frozen=True)
class Desired:
    """The desired state of a resource.

    Attributes:
        values: The values of the fields that the task sets. It does not contain fields that are not set.
        absent: Whether the resource shall not exist.
        additive_fields: The collections to which the entries in the task are added, without removing other entries
            (``purge_<name>`` is false).
        include_secrets: Whether the result contains secrets.
    """

    values: dict[str, Any]
    absent: bool
    additive_fields: frozenset[str]
    include_secrets: bool

    @property
    def fields(self) -> set[str]:
        """The names of the fields whose current values must be read."""
        return set(self.values)

    @classmethod
    def from_params(cls, resource: Resource, params: dict[str, Any]) -> Desired:
        """Return the desired state for the options of a task. An option that is None is not set.

        Raises:
            InvalidValue: A value is invalid.
        """
        state = params.get("state") or next(iter(resource.states))
        implied = resource.states[state]
        values = {f.name: params[f.name] for f in resource.fields if f.is_option and params.get(f.name) is not None}
        check_values(resource, values)
        return cls(
            values={**values, **(implied or {})},
            absent=implied is None,
            additive_fields=frozenset(
                f.name for f in resource.fields if f.purge and params.get(f"purge_{f.name}") is False
            ),
            include_secrets=bool(params.get("include_secrets")),
        )


class HasFields(Protocol):
    """An object with declared fields: a resource, an action or a report."""

    def field(self, name: str) -> Field:
        """Return the field with this name."""


def check_values(declaration: HasFields, values: dict[str, Any]) -> None:
    """Validate values against the types of their fields.

    Text that check mode does not know completely is not validated.

    Raises:
        InvalidValue: A value is invalid.
    """
    for name, value in values.items():
        is_unknown = isinstance(value, str) and contains_pending(value)
        problem = "" if is_unknown else declaration.field(name).type.check(value)
        if problem:
            raise InvalidValue(f"{name} {problem}", field=name)
