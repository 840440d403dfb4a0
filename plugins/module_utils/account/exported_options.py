# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turn the values of a resource into the options that declare it, with names in place of IDs."""

from __future__ import annotations

import json
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import SETS
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

_EMPTY = (None, "", [], {})


class OptionsBuilder:
    """Builds the options of resources.

    Args:
        names: The names of the resources of the account.
        reader: Reads the account, to look up names. The lists that it needs are in the cache.

    Attributes:
        gaps: What the options do not contain.
    """

    def __init__(self, names: Names, reader: Reader) -> None:
        self.gaps: list[Gap] = []
        self._reader = reader
        self._names = names
        self._reported: set[tuple[str, str]] = set()

    def options(self, found: Found) -> dict[str, Any] | None:
        """Return the options that differ from their initial values, in the order of the documentation.

        Returns:
            None if the resource needs no declaration, or cannot have a valid one.
        """
        resource = found.entry.resource
        values = resource.values_to_export(found.values)
        options = {**self._state(resource, values)}
        for f in resource.fields:
            value = self._option(found, f, values)
            if value not in _EMPTY or (f.required and value is not None):
                options[f.name] = value
        if not self._validate(found, options):
            return None
        required = {f.name for f in resource.fields if f.required}
        if isinstance(getattr(resource, "create", None), ImplicitCreate) and not set(options) - required:
            return None  # it exists with these values as soon as its parent does
        return options

    def _state(self, resource: Resource, values: dict[str, Any]) -> dict[str, str]:
        for state, implied in resource.states.items():
            fields = [(resource.field(name), value) for name, value in (implied or {}).items()]
            if fields and all(
                f.equal(value, values.get(f.name)) and not f.equal(value, f.initial) for f, value in fields
            ):
                return {"state": state}
        return {}

    def _option(self, found: Found, f: Field, values: dict[str, Any]) -> Any:
        """Return the value of an option; None if it is not exported."""
        resource = found.entry.resource
        outputs = getattr(resource.create, "outputs", {})
        if not f.is_option or f.exported_with in SETS.values() or (f.name in outputs and f.name not in resource.key):
            return None
        if f.secret or (f.write_only and f.name not in values):
            # Without a parameter of its own, the option only says how a change is made.
            if (f.secret or f.wire) and (found.plural, f.name) not in self._reported:
                self._reported.add((found.plural, f.name))
                self.gaps.append(Gap(found.plural, "", f.name, "the API does not return it"))
            return None
        kinds = f.referenced_kinds or resource.references.get(f.name, ())
        stored = resource.field(f.resolves_to) if f.lookup and f.resolves_to else f
        value = values.get(stored.name)
        if value in _EMPTY or (not f.required and stored.equal(value, stored.initial)):
            return None
        if stored is not f and not kinds:
            self.gaps.append(Gap(found.plural, found.name, f.name, "the API does not return its content"))
            return None
        value = stored.type.to_option(_in_order(value, stored))
        if f.lookup_each and isinstance(value, list):
            return [self._named(f, element, tuple(kinds)) for element in value]
        return _shaped(self._names.replace(value, tuple(kinds)), f)

    def _named(self, f: Field, element: Any, kinds: tuple[str, ...]) -> Any:
        """Return an element of a list with names, if the platform's IDs follow from them; otherwise with the IDs."""
        (named,) = _shaped([self._names.replace(element, kinds)], f)
        lookup = f.lookup_each
        if lookup is None or f.equal([lookup(self._reader, named)], [element]):
            return named
        return _shaped([element], f)[0]

    def _validate(self, found: Found, options: dict[str, Any]) -> bool:
        """Remove the options that the collection does not accept; return whether the others are valid."""
        spec = found.entry.options()
        while True:
            validated = ArgumentSpecValidator(spec).validate(options)
            problem = next(iter(validated.error_messages), "")
            option = next((name for name in options if f" {name} " in f" {problem} " and problem), "")
            if not problem:
                try:
                    Desired.from_params(found.entry.resource, validated.validated_parameters)
                except EngineError as error:
                    problem, option = str(error), error.field or ""
            if not problem:
                return True
            if option not in options or spec[option].get("required"):
                self.gaps.append(Gap(found.plural, found.name, "", problem))
                return False
            self.gaps.append(Gap(found.plural, found.name, option, problem))
            del options[option]


def _in_order(value: Any, f: Field) -> Any:
    """Return a list in a stable order if its order has no meaning."""
    if not isinstance(value, (list, set, tuple)):
        return value
    elements = sorted(value, key=_sort_key)
    return elements if f.equal(elements, value) else list(value)


def _shaped(value: Any, f: Field) -> Any:
    """Return a value with the members that the option takes only."""
    argument = f.type.argument
    if not isinstance(value, list):
        return _members(value, argument.get("options"))
    if argument.get("elements") == "str":
        key = getattr(f.type, "key", "")
        return [str(one[key]) if isinstance(one, dict) else str(one) for one in value]
    return [_members(one, argument.get("options")) for one in value]


def _members(value: Any, options: dict[str, Any] | None) -> Any:
    if not isinstance(value, dict):
        return value
    if options is None:
        return dict(sorted(value.items()))
    result = {}
    for name in options:
        # A resolved reference has the ID in a member such as product_key, which contains the name by now.
        stems = [member for member in value if member not in options and member.rsplit("_", 1)[0] == name]
        inner = value.get(name) if value.get(name) is not None or not stems else value[stems[0]]
        if inner is not None and inner != options[name].get("default"):
            result[name] = inner
    return result


def _sort_key(element: Any) -> str:
    return json.dumps(element, sort_keys=True, default=str)
