# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task asks for, taken from its options and checked before anything is read."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


@dataclass(frozen=True)
class Desired:
    """What is asked for.

    Attributes:
        values: the given fields; what is not given is not in it.
        absent: whether the resource is to be absent.
        keep: the collections to which given entries are added and from which none is removed.
        include_secrets: whether the result may show secrets.
    """

    values: dict
    absent: bool
    additive_fields: frozenset
    include_secrets: bool

    @property
    def fields(self) -> set:
        """The names of the fields whose current values matter."""
        return set(self.values)

    @classmethod
    def from_params(cls, resource: Resource, params: dict) -> Desired:
        """What these options ask for; an option that is None is not given, as Ansible has it.

        Raises:
            InvalidValue: a value cannot be.
        """
        state = params.get("state") or next(iter(resource.states))
        implied = resource.states[state]
        values = {f.name: params[f.name] for f in resource.fields if f.is_option and params.get(f.name) is not None}
        check_values(resource, values)
        return cls(
            values={**values, **(implied or {})},
            absent=implied is None,
            additive_fields=frozenset(f.name for f in resource.fields if f.purge and params.get(f"purge_{f.name}") is False),
            include_secrets=bool(params.get("include_secrets")),
        )


def check_values(resource: Resource, values: dict) -> None:
    """Holds each value against its field's type.

    Raises:
        InvalidValue: one cannot be; it is named, with what is wrong.
    """
    for name, value in values.items():
        complaint = resource.field(name).type.check(value)
        if complaint:
            raise InvalidValue(f"{name} {complaint}", field=name)
