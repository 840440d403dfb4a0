# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fields: the declared properties of a resource, and the resolution of references to other objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


_Lookup = TypeVar("_Lookup", bound=Callable)


def finds(*kinds: str) -> Callable[[_Lookup], _Lookup]:
    """Declare which kinds of resources a lookup finds, such as ``@finds("product")``.

    The order in which the resources of an account are managed follows from it.
    """

    def declare(lookup: _Lookup) -> _Lookup:
        lookup.kinds = kinds  # type: ignore[attr-defined]
        return lookup

    return declare


class Pending:
    """The type of ``PENDING``."""

    def __repr__(self) -> str:
        return "(known after apply)"

    __str__ = __repr__


#: A value that is unknown until an earlier task or step has run, such as the ID of an object that check mode only plans
#: to create. It differs from all values that can be read, so a field that depends on it is planned as a change.
PENDING = Pending()


def contains_pending(value: Any) -> bool:
    """Return whether a value is pending, or contains the text that check mode returns in place of a pending value.

    A task gets this text from the result of an earlier task, for example as a part of a script.
    """
    if isinstance(value, str):
        return str(PENDING) in value
    if isinstance(value, dict):
        return any(map(contains_pending, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(contains_pending, value))
    return value is PENDING


@dataclass(frozen=True)
class Field:
    """A property of a resource.

    A field defines the Ansible option, the API parameter, the member of responses, and the comparison of values. For
    example, a required string of 1 to 8 characters, a reference to a room, and the ID that the reference resolves to::

        Field("name", "BoxName", Text(1, 8), required=True)
        Field("room", lookup=room_id, resolves_to="room_id")
        Field("room_id", "RoomId", computed=True)

    A field is mutable if one of the ``changes`` of the resource names it, and immutable otherwise.

    Attributes:
        name: The name of the option and of the member of the result.
        wire: The name of the API parameter; empty if no operation takes the field as a parameter of its own.
        type: Validates, converts and compares values.
        read: The name of the member of responses. Defaults to ``wire``.
        required: Whether every task must set the option, as for the key of a resource.
        computed: Whether the platform sets the field. It is returned, and is not an option.
        option: Whether the field is an option. Set it to False for a field that ``state`` determines.
        secret: Whether the value is hidden in results, diffs and logs, unless ``include_secrets`` is set.
        write_only: Whether the field is sent but never read, so that a different value alone does not cause a change.
        initial: The value of a new resource if the create operation does not send the field.
        purge: Whether there is an option ``purge_<name>`` that determines if entries that are not in the task are
            removed.
        lookup: Resolves the reference in this option: ``lookup(reader, value, *values of depends_on)`` returns the
            value of the field ``resolves_to``.
        lookup_each: Resolves each element of a list: ``lookup_each(reader, element)`` returns the element that replaces
            it.
        element: With ``lookup_each``, what an element is called in messages. If set, two elements that resolve to the
            same object are an error.
        resolves_to: The name of the field that ``lookup`` sets.
        depends_on: The names of fields, declared before this one, whose resolved values ``lookup`` takes. A device, for
            example, is looked up in its product.
        on_request: The choice of the option ``include`` of the info module that requests the field. The info module
            does not read the field otherwise.
        returned_once: Whether only the response of the create operation contains the value, as for a token. The task
            that creates the resource returns it.
        argument: Additional settings of the option in the argument spec, such as a default.
        exported_with: The kind whose resources contain the value in an export, so that it is not exported twice.
        data_file: The ending of the data file that contains the value in an export. If empty, the file of the resource
            contains it.
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
    depends_on: tuple[str, ...] = ()
    on_request: str = ""
    returned_once: bool = False
    argument: dict[str, Any] = field(default_factory=dict)
    exported_with: str = ""
    data_file: str = ""

    @property
    def is_option(self) -> bool:
        """Whether a task can set the field."""
        return self.option and not self.computed

    @property
    def member(self) -> str:
        """The name of the member of responses that contains the field."""
        return self.read or self.wire

    @property
    def referenced_kinds(self) -> tuple[str, ...]:
        """The kinds of the resources that a value of the field can refer to, as declared with ``finds``."""
        lookup = self.lookup or self.lookup_each
        # A lookup can be a method of an object that declares the kinds.
        owner = getattr(lookup, "__self__", None)
        kinds: tuple[str, ...] = getattr(lookup, "kinds", ()) or getattr(owner, "kinds", ())
        return kinds

    def equal(self, one: Any, other: Any) -> bool:
        """Return whether two values are equivalent for the platform."""
        if one is PENDING or other is PENDING:
            return one is other
        return self.type.canonical(one) == self.type.canonical(other)

    def check_distinct(self, elements: list[Any], title: str) -> None:
        """Check that the elements of a set are different objects.

        Args:
            elements: The resolved elements.
            title: What an element is called in messages.

        Raises:
            InvalidValue: Two elements are the same object, although the task may use different names for it.
        """
        if len(self.type.canonical(elements)) < len(elements):
            raise InvalidValue(f"{self.name} contains a {title} twice", field=self.name)

    def option_spec(self, required: bool) -> dict[str, Any]:
        """Return the option in the argument spec. ``no_log`` is always set, or Ansible would guess it from the name."""
        return {**self.type.argument, **self.argument, "required": required, "no_log": self.secret}

    def argument_spec(self) -> dict[str, Any]:
        """Return the options of the field: the option itself and, if declared, ``purge_<name>``."""
        if not self.is_option:
            return {}
        options = {self.name: self.option_spec(self.required)}
        if self.purge:
            options[f"purge_{self.name}"] = {"type": "bool", "default": True}
        return options


def resolve_references(fields: tuple[Field, ...], reader: Reader, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of fields with the references in them resolved.

    Args:
        fields: The declared fields.
        reader: Reads the account.
        values: The values of the task, by field.

    Returns:
        The values, with the fields that references resolve to.

    Raises:
        ReferenceNotFound: A referenced object does not exist, and the reader does not tolerate that.
        InvalidValue: Two elements of a list are the same object.
    """
    resolved = dict(values)
    for f in fields:
        if f.lookup and values.get(f.name) is not None:
            resolved[f.resolves_to] = f.lookup(reader, values[f.name], *(resolved.get(name) for name in f.depends_on))
        if f.lookup_each and values.get(f.name) is not None:
            resolved[f.name] = [f.lookup_each(reader, element) for element in values[f.name]]
            if f.element:
                f.check_distinct(resolved[f.name], f.element)
    return resolved
