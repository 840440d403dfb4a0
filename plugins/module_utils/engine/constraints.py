# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Constraints: rules of the platform that concern several values or several resources.

Types validate single values. A constraint is checked after the plan and before the first write, in check mode too, so
that a plan never contains a request that the platform is certain to reject. See ``Resource.constraints`` and
``Resource.used_by``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, contains_pending
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


#: The number of elements of a list whose details are read to find out whether one of them uses a resource. More reads
#: would delay a deletion for minutes, because the platform limits their rate.
MAX_ELEMENTS_WITH_DETAILS = 200


@dataclass(frozen=True)
class State:
    """The state that a plan leads to.

    Attributes:
        resource: The declaration of the resource.
        reader: Reads the account.
        after: The values by field after the plan: the desired values, and the current ones of the other fields.
        current: The current values by field, or None if the resource does not exist.
        changed: The names of the fields that the plan changes.
    """

    resource: Resource
    reader: Reader
    after: dict[str, Any]
    current: dict[str, Any] | None
    changed: set[str]


class Constraint:
    """A rule for a combination of values.

    A constraint is not checked if check mode does not know one of the values.

    Attributes:
        fields: The names of the fields that the rule concerns. An existing resource is checked only if the plan changes
            one of them, because the platform may keep a combination that it would no longer accept.
    """

    fields: tuple[str, ...] = ()

    def check(self, state: State) -> None:
        """Raise InvalidValue if the platform would reject the state."""
        raise NotImplementedError(type(self).__name__)


class Requires(Constraint):
    """A field must be set if other fields have certain values.

    For example, a product with a thing model needs a data format::

        Requires("data_format", thing_model=True)

    Args:
        field: The name of the field that must be set.
        when: The values of the other fields, by name.
    """

    def __init__(self, field: str, **when: Any):
        self.field = field
        self.when = when
        self.fields = (field, *when)

    def check(self, state: State) -> None:
        if _matches(state.after, self.when) and state.after.get(self.field) in (None, "", [], {}):
            option = option_of(state.resource, self.field)
            raise InvalidValue(f"{option} must be set with {_condition(state.resource, self.when)}", field=option)


class OneOf(Constraint):
    """A field can have only some values if other fields have certain values.

    For example, the devices of a LoRaWAN product authenticate with a secret::

        OneOf("auth_type", ("secret",), net_type="lora")

    A field that is not set meets the constraint.

    Args:
        field: The name of the field.
        choices: The valid values.
        when: The values of the other fields, by name.
    """

    def __init__(self, field: str, choices: tuple[Any, ...], **when: Any):
        self.field = field
        self.choices = choices
        self.when = when
        self.fields = (field, *when)

    def check(self, state: State) -> None:
        value = state.after.get(self.field)
        if _matches(state.after, self.when) and value not in (None, "", PENDING, *self.choices):
            option = option_of(state.resource, self.field)
            choices = " or ".join(map(_text, self.choices))
            raise InvalidValue(
                f"{option} must be {choices} with {_condition(state.resource, self.when)}, not {_text(value)}",
                field=option,
            )


class Ordered(Constraint):
    """The value of one field must not be less than that of another one, such as the end of a period.

    Args:
        first: The name of the field with the lower value.
        last: The name of the field with the higher value.
    """

    def __init__(self, first: str, last: str):
        self.fields = (first, last)

    def check(self, state: State) -> None:
        first, last = (state.after.get(name) for name in self.fields)
        if first in (None, "", PENDING) or last in (None, "", PENDING) or first <= last:
            return
        # The option in the task is the one to change.
        raise InvalidValue(
            f"{self.fields[1]} must not be before {self.fields[0]}, {first}, not {last}",
            field=next(name for name in reversed(self.fields) if name in state.changed),
        )


class Satisfies(Constraint):
    """Values must satisfy a condition that only code can express.

    Args:
        find_problem: Called with the ``State``. Returns why the platform would reject it, as a sentence that starts
            with the name of an option, or an empty string.
        fields: The names of the fields that the condition concerns.
    """

    def __init__(self, find_problem: Callable[[State], str], *fields: str):
        self.find_problem = find_problem
        self.fields = fields

    def check(self, state: State) -> None:
        problem = self.find_problem(state)
        if problem:
            raise InvalidValue(problem, field=problem.split(" ", 1)[0])


class Unique(Constraint):
    """No other resource in the list has the same values.

    The list that was read to find the resource is used. If the resource was found without a list, the list is read
    when one of the fields changes, for example when the resource is renamed.

    Args:
        fields: The names of the fields whose values must be unique together.
    """

    def __init__(self, *fields: str):
        self.fields = fields

    def check(self, state: State) -> None:
        resource = state.resource
        values = self._values(resource, state.after)
        if any(value is None or value is PENDING for value in values.values()):
            return
        identity = tuple((state.current or {}).get(name) for name in resource.identity.values())
        for row in resource.list_items(state.reader, state.after):
            if state.current and tuple(row.get(name) for name in resource.identity.values()) == identity:
                continue
            others = self._values(resource, row)
            if all(resource.field(name).equal(others[name], value) for name, value in values.items()):
                shown = {option_of(resource, name): value for name, value in values.items() if value != ""}
                option = list(shown)[-1]
                raise InvalidValue(
                    f"another {resource.title} already has {' and '.join(map(' '.join, shown.items()))}",
                    field=option,
                    remedy=f"Set another {option}, or delete the other {resource.title} first",
                )

    def _values(self, resource: Resource, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of the fields. A field without a value has the value of a new resource."""
        initial = {name: resource.field(name).initial for name in self.fields}
        return {name: values[name] if values.get(name) is not None else initial[name] for name in self.fields}


class AtMost(Constraint):
    """The list that contains the resource can have a limited number of elements, such as the topics of a product.

    Args:
        maximum: Maximum number of elements.
        parent: What has the list, for the message.
    """

    def __init__(self, maximum: int, parent: str):
        self.maximum = maximum
        self.parent = parent

    def check(self, state: State) -> None:
        if state.current is not None:
            return
        count = sum(1 for _row in state.resource.list_items(state.reader, state.after))
        if count >= self.maximum:
            option = state.resource.key[-1]
            raise InvalidValue(
                f"{option} cannot be created: the {self.parent} already has {count} elements of the kind "
                f"{state.resource.title}, which is the maximum",
                field=option,
                remedy="Delete one first",
            )


@dataclass(frozen=True)
class UsedBy:
    """Resources that use this one, so that the platform refuses to delete it.

    They are listed when a deletion is planned. For example, a room with boxes cannot be deleted::

        UsedBy("box", "ListBoxes", name="BoxName", member="RoomId", reference="room_id")

    If the account is not allowed to list them, or has too many of them to read their details, the deletion is planned,
    and the platform decides.

    Attributes:
        title: What a resource that uses this one is called in messages.
        operation: The operation that lists resources that may use this one.
        name: The member of a list element that names it in messages.
        reference: The name of the field whose value refers to this resource.
        params: The parameters of the list: API parameter to the name of a field of this resource.
        items: The path of the elements in the response. Paged operations have it in their API data.
        member: The member of a list element, or of an element at ``path`` in the response of a detail, with the
            reference. If empty, the elements at ``path`` are the references, and every element of a list without
            details uses this resource.
        details: The operations that read one element of the list, each with its constant parameters.
        identity: The parameters of the details: API parameter to the member of a list element.
        path: The path in the response of a detail of a list of elements, or of one.
        condition: Called with the current values. Returns whether the resource can be used at all.
        remedy: What to do.
    """

    title: str
    operation: str
    name: str
    reference: str
    remedy: str
    params: dict[str, str] = field(default_factory=dict)
    items: str = ""
    member: str = ""
    details: tuple[tuple[str, dict[str, Any]], ...] = ()
    identity: dict[str, str] = field(default_factory=dict)
    path: str = ""
    condition: Callable[[dict[str, Any]], bool] | None = None

    def users(self, resource: Resource, reader: Reader, current: dict[str, Any]) -> Iterator[str]:
        """Yield the names of the resources that use the one with these values."""
        if self.condition and not self.condition(current):
            return
        params = {wire: current[name] for wire, name in self.params.items()}
        rows: Iterable[dict[str, Any]]
        if resource.operation(self.operation).pages:
            rows = reader.pages(self.operation, params)
        else:
            rows = member(reader.read(self.operation, params), self.items) or []
        value = str(current[self.reference])
        for row in itertools.islice(rows, MAX_ELEMENTS_WITH_DETAILS if self.details else None):
            if value in (self._read_references(reader, row) if self.details else self._references(row, value)):
                yield str(row[self.name])

    def _references(self, row: dict[str, Any], value: str) -> list[str]:
        return [str(row.get(self.member))] if self.member else [value]

    def _read_references(self, reader: Reader, row: dict[str, Any]) -> list[str]:
        found: list[str] = []
        for operation, constants in self.details:
            params = {wire: row[name] for wire, name in self.identity.items()}
            response = reader.find(operation, {**params, **constants})
            elements = member(response, self.path) if response is not None else None
            for element in elements if isinstance(elements, list) else [elements]:
                found.append(str(element.get(self.member) if isinstance(element, dict) else element))
        return found


def check_plan(
    resource: Resource,
    reader: Reader,
    desired: dict[str, Any] | None,
    current: dict[str, Any] | None,
    steps: list[Step],
) -> None:
    """Check a plan against the constraints of a resource.

    Args:
        resource: The declaration of the resource.
        reader: Reads the account.
        desired: The desired values by field, or None if the resource shall not exist.
        current: The current values by field, or None if the resource does not exist.
        steps: The plan.

    Raises:
        InvalidValue: The platform would reject the plan.
        IotError: A read failed.
    """
    if not steps:
        return
    for step in steps:
        param = resource.operation(step.operation).params.get("IotInstanceId")
        if param is not None and param.required and not reader.has_instance:
            raise InvalidValue(
                f"iot_instance_id must be set for the operation {step.operation}: the old public instance does not "
                "support it",
                field="iot_instance_id",
            )
    if desired is None:
        _check_unused(resource, reader, current or {})
        return
    after = {**(current or {}), **{name: value for name, value in desired.items() if value is not None}}
    changed = {name for step in steps for name in step.changes}
    state = State(resource, reader, after, current, changed)
    for constraint in resource.constraints:
        is_changed = current is None or changed.intersection(constraint.fields)
        if is_changed and not any(contains_pending(after.get(name)) for name in constraint.fields):
            constraint.check(state)
    name = resource.key[-1]
    if resource.unique_names and resource.listing and current is not None and name in changed:
        Unique(*resource.key).check(state)


def _check_unused(resource: Resource, reader: Reader, current: dict[str, Any]) -> None:
    for use in resource.used_by:
        try:
            name = next(use.users(resource, reader, current), None)
        except ApiError:
            # The platform checks it as well: without the right to list the users, its answer must do.
            continue
        if name is not None:
            raise InvalidValue(
                f"state: absent is not possible: the {use.title} {name} uses the {resource.title}",
                field="state",
                remedy=use.remedy,
            )


def option_of(resource: Resource, name: str) -> str:
    """Return the name of the option that sets a field: the reference that resolves to it, or the field itself."""
    return next((f.name for f in resource.fields if f.resolves_to == name), name)


def _matches(values: dict[str, Any], when: dict[str, Any]) -> bool:
    return all(values.get(name) == value for name, value in when.items())


def _condition(resource: Resource, when: dict[str, Any]) -> str:
    return " and ".join(f"{option_of(resource, name)}: {_text(value)}" for name, value in when.items())


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
