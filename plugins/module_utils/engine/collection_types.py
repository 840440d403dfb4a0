# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The types of fields that contain several entries, which can be added and removed one by one."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type


class Mapping(Type):
    """A dictionary of strings, such as tags.

    Args:
        key: The type of the keys.
        value: The type of the values.
        maximum: Maximum number of entries; None for no limit.
    """

    argument = {"type": "dict"}

    def __init__(self, key: Type, value: Type, maximum: int | None = None):
        self._key = key
        self._value = value
        self._maximum = maximum

    @property
    def empty(self) -> Any:
        return {}

    def check(self, value: Any) -> str:
        if not isinstance(value, dict):
            return f"must be a dictionary, not {type(value).__name__}"
        problem = self.check_size(value)
        if problem:
            return problem
        for key, text in value.items():
            if text is None:
                return f"has no value for {key!r}; remove the key from the dictionary to delete the entry"
            if isinstance(text, (dict, list)):
                return f"must have string values; the value of {key!r} is a {type(text).__name__}"
            problem = self._key.check(str(key)) or self._value.check(_text(text))
            if problem:
                return f"has an invalid entry {key!r}: it {problem}"
        return ""

    def check_size(self, value: Any) -> str:
        if self._maximum is not None and len(value) > self._maximum:
            return f"takes at most {self._maximum} entries, not {len(value)}"
        return ""

    def limits(self) -> dict[str, Any]:
        limits = {"propertyNames": self._key.limits(), "additionalProperties": self._value.limits()}
        return {**limits, **({"maxProperties": self._maximum} if self._maximum is not None else {})}

    def canonical(self, value: Any) -> dict[str, str]:
        # YAML parses an unquoted 7 as a number and an unquoted yes as a boolean; the platform stores strings.
        return {str(key): _text(text) for key, text in (value or {}).items()}

    def from_wire(self, value: Any) -> dict[str, str]:
        return self.canonical(value)

    def matches(self, value: Any, requested: Any) -> bool:
        return self.canonical(requested).items() <= self.canonical(value).items()

    def merge(self, current: Any, requested: Any) -> dict[str, str]:
        return {**self.canonical(current), **self.canonical(requested)}


class TextSet(Type):
    """A set of strings: their order and duplicates are ignored.

    Args:
        element: The type of the elements.
        maximum: Maximum number of elements; None for no limit.
    """

    argument = {"type": "list", "elements": "str"}

    def __init__(self, element: Type, maximum: int | None = None):
        self._element = element
        self._maximum = maximum

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> str:
        problems = (self._element.check(text) for text in value)
        return self.check_size(value) or next(
            (f"has an invalid element: it {problem}" for problem in problems if problem), ""
        )

    def check_size(self, value: Any) -> str:
        if self._maximum is not None and len(set(value)) > self._maximum:
            return f"takes at most {self._maximum} elements, not {len(set(value))}"
        return ""

    def limits(self) -> dict[str, Any]:
        # The maximum does not count duplicates, which a schema cannot express.
        return {"items": self._element.limits()}

    def from_wire(self, value: Any) -> list[Any]:
        return list(value or [])

    def canonical(self, value: Any) -> set[Any]:
        return set(value or [])

    def matches(self, value: Any, requested: Any) -> bool:
        return self.canonical(requested) <= self.canonical(value)

    def merge(self, current: Any, requested: Any) -> list[Any]:
        return list(dict.fromkeys([*(current or []), *requested]))


class ObjectSet(Type):
    """A set of objects, such as the devices of a group: their order is ignored, and some of their keys identify them.

    Args:
        options: The keys that a task sets for each element. All values are strings.
        identity: The keys that identify an element. They can include keys that are added when a reference is resolved.
        maximum: Maximum number of elements; None for no limit.
    """

    def __init__(self, options: tuple[str, ...], identity: tuple[str, ...], maximum: int | None = None):
        self._options = options
        self._identity = identity
        self._maximum = maximum
        spec = {key: {"type": "str", "required": True} for key in options}
        self.argument = {"type": "list", "elements": "dict", "options": spec}

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> str:
        return self.check_size(value)

    def check_size(self, value: Any) -> str:
        if self._maximum is not None and len(value) > self._maximum:
            return f"takes at most {self._maximum} elements, not {len(value)}"
        return ""

    def limits(self) -> dict[str, Any]:
        return {"maxItems": self._maximum} if self._maximum is not None else {}

    def identity(self, element: dict[str, Any]) -> tuple[str, ...]:
        """Return the values that identify an element."""
        values = [element[key] for key in self._identity]
        if not all(isinstance(value, str) for value in values):
            # The ID of a referenced object is pending. Until it is known, the options of the task identify the element.
            values = [element[key] for key in self._options]
        return tuple(map(str, values))

    def canonical(self, value: Any) -> set[Any]:
        return {self.identity(element) for element in value or []}

    def merge(self, current: Any, requested: Any) -> list[dict[str, Any]]:
        elements = {self.identity(element): element for element in [*(current or []), *requested]}
        return list(elements.values())


class ReferenceSet(ObjectSet):
    """A set of objects that a task refers to by name and the platform by ID.

    When the references are resolved, each name is replaced by an object with its ``name`` and its ID.

    Args:
        identity: The key of the ID.
        minimum: Minimum number of elements.
        maximum: Maximum number of elements; None for no limit.
    """

    def __init__(self, identity: str, minimum: int = 0, maximum: int | None = None):
        super().__init__(("name",), (identity,), maximum)
        self.key = identity
        self._minimum = minimum
        self.argument = {"type": "list", "elements": "str"}

    def check(self, value: Any) -> str:
        if len(value) < self._minimum:
            return f"must have {self._minimum} or more elements, not {len(value)}"
        duplicates = [name for name in value if value.count(name) > 1]
        return f"contains {duplicates[0]} twice" if duplicates else super().check(value)

    def limits(self) -> dict[str, Any]:
        return {**super().limits(), "minItems": self._minimum, "uniqueItems": True}

    def to_wire(self, value: Any) -> list[str]:
        return [element[self.key] for element in value]

    def from_wire(self, value: Any) -> list[dict[str, str]]:
        # A list of IDs contains no names. A resource that knows the names sets them after reading.
        return [{"name": str(element), self.key: str(element)} for element in value or []]

    def to_display(self, value: Any) -> list[str]:
        return sorted(element["name"] for element in value)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
