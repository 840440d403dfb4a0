# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A field: one thing that can be said of a resource, and all that the engine has to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type


class Pending:
    """A value that an earlier task is about to make: unknown while it is only planned."""

    def __repr__(self) -> str:
        return "(known after apply)"

    __str__ = __repr__


#: The one pending value. It equals nothing that can be read, so whatever hangs on it is planned as a change.
PENDING = Pending()


@dataclass(frozen=True)
class Field:
    """One field of a resource.

    Whether it can change is not said here: a field can change when one of the resource's changes names it, and is
        fixed at
    creation otherwise.

    Attributes:
        name: the option, and the member of the returned resource.
        wire: the operations' parameter; empty where none carries the field by itself.
        type: how it is checked, translated and compared.
        read: the reply's member, where it is not called as the parameter is.
        required: whether every task must name it; the key of a resource is.
        computed: whether the platform fills it in; it is returned and is no option.
        option: whether it is an option; a field that follows from ``state`` is none.
        secret: never shown unless asked for by name.
        write_only: sent and never read back, so it never makes a change by itself.
        initial: what a fresh resource has where the create does not send the field.
        purge: whether an option ``purge_<name>`` tells if entries that are not given are removed.
        resolve: turns what the user named into what the platform knows, ``resolve(reader, value)``; the result is the
            value of the field ``into``.
        lookup_each: for a list; resolves each element, ``lookup_each(reader, element)``. The results replace the value.
        element: what an element of the list is called in messages; two elements that mean the same are an error.
        into: see ``resolve``.
        beside: fields before this one whose values, as resolved, ``resolve`` is given as well: a device is named within
            its product.
        on_request: the word of the info module's ``include`` that asks for it; without that it is not read there.
        once: told by the reply of what makes the resource and by nothing afterwards, as a token; the task that makes it
            returns it.
        argument: additions to the option's entry in the argument spec.
    """

    name: str
    wire: str = ""
    type: Type = field(default_factory=Text)
    read: str = ""
    required: bool = False
    computed: bool = False
    option: bool = True
    secret: bool = False
    write_only: bool = False
    initial: Any = None
    purge: bool = False
    lookup: Callable | None = None
    lookup_each: Callable | None = None
    element: str = ""
    resolves_to: str = ""
    depends_on: tuple = ()
    on_request: str = ""
    returned_once: bool = False
    argument: dict = field(default_factory=dict)

    @property
    def is_option(self) -> bool:
        """Whether a task can give it."""
        return self.option and not self.computed

    @property
    def member(self) -> str:
        """The reply's member that holds it."""
        return self.read or self.wire

    def equal(self, one, other) -> bool:
        """Whether two values of the field mean the same to the platform."""
        if one is PENDING or other is PENDING:
            return one is other
        return self.type.canonical(one) == self.type.canonical(other)

    def check_distinct(self, elements: list, title: str) -> None:
        """Raises InvalidValue where two elements of a set are the same to the platform, whatever the task calls them.

        Args:
            elements: what the task named, resolved.
            title: what an element is.
        """
        if len(self.type.canonical(elements)) < len(elements):
            raise InvalidValue(f"{self.name} names a {title} twice", field=self.name)

    def option_spec(self, required: bool) -> dict:
        """The field's entry in an argument spec; it says of each option whether it is a secret, whatever its name."""
        return {**self.type.argument, **self.argument, "required": required, "no_log": self.secret}

    def argument_spec(self) -> dict:
        """The options that the field brings: itself, and its purge where it has one."""
        if not self.is_option:
            return {}
        options = {self.name: self.option_spec(self.required)}
        if self.purge:
            options[f"purge_{self.name}"] = {"type": "bool", "default": True}
        return options


def resolve_references(fields: tuple, reader, given: dict) -> dict:
    """Given values, and what those of them mean to the platform that name something else."""
    resolved = dict(given)
    for f in fields:
        if f.lookup and given.get(f.name) is not None:
            resolved[f.resolves_to] = f.lookup(reader, given[f.name], *(resolved.get(name) for name in f.depends_on))
        if f.lookup_each and given.get(f.name) is not None:
            resolved[f.name] = [f.lookup_each(reader, element) for element in given[f.name]]
            if f.element:
                f.check_distinct(resolved[f.name], f.element)
    return resolved
