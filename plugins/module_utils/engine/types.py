# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The types of fields.

The type of a field defines the Ansible option, the conversion to and from the API, and the comparison of two values:

- ``check`` validates an option before any request is sent.
- ``to_wire`` and ``from_wire`` convert between the option and the API.
- ``canonical`` converts a value to a form in which equivalent values are equal.

Types have no state, and one instance can be used by several fields. This module has the types of single values, the
types of collections are in ``collection_types``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, timezone
from typing import Any


class Type:
    """A value of any kind, which is sent unchanged."""

    #: The option in the argument spec.
    argument: dict[str, Any] = {"type": "raw"}

    @property
    def empty(self) -> Any:
        """The value that clears a field of this type."""
        return ""

    def check(self, value: Any) -> str:
        """Validate the value of an option.

        Returns:
            What is wrong with the value, to follow the name of the option in a message, such as
            ``must be an integer, not 'x'``; an empty string if the value is valid.
        """
        return ""

    def check_size(self, value: Any) -> str:
        """Validate the number of entries of a collection; returns as ``check``. Other types have no entries."""
        return ""

    def limits(self) -> dict[str, Any]:
        """Return the limits that ``check`` validates as keywords of JSON schema, as far as it can express them."""
        return {}

    def to_wire(self, value: Any) -> Any:
        """Return the value of the API parameter; None omits the parameter."""
        return value

    def from_wire(self, value: Any) -> Any:
        """Return the value of a response member, or None if the response does not contain it."""
        return value

    def canonical(self, value: Any) -> Any:
        """Return the form of a value that is used for comparison: it is equal for equivalent values."""
        return value

    def to_display(self, value: Any) -> Any:
        """Return the form of a value that is shown in diffs."""
        return value

    def to_option(self, value: Any) -> Any:
        """Return the value of the option that sets a value that was read, for exports."""
        return value

    def identity(self, element: Any) -> Any:
        """Return what identifies an element of a set: by default the element itself."""
        return element

    def matches(self, value: Any, requested: Any) -> bool:
        """Return whether a value matches a filter: it is equivalent or, for a collection, contains all its entries."""
        return self.canonical(value) == self.canonical(requested)

    def merge(self, current: Any, requested: Any) -> Any:
        """Return the desired value if entries are not purged; only collections keep the current entries."""
        return requested


def width(text: str, wide_char_width: int) -> int:
    """Return the length of a text as the platform counts it: a wide East Asian character as ``wide_char_width``."""
    if wide_char_width == 1 or text.isascii():
        return len(text)
    return sum(wide_char_width if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


class Text(Type):
    """A string of a limited length.

    Args:
        minimum: Minimum length in characters.
        maximum: Maximum length in characters; None for no limit.
        wide_char_width: The number of characters that the platform counts an East Asian wide character as.
        pattern: A regular expression that the whole string must match.
        hint: The meaning of the pattern, for messages such as ``expected letters and digits``.
        clearable: Whether an empty string, which clears the field, is valid although ``minimum`` is greater than 0.
    """

    argument = {"type": "str"}

    def __init__(
        self,
        minimum: int = 0,
        maximum: int | None = None,
        *,
        wide_char_width: int = 1,
        pattern: str = "",
        hint: str = "",
        clearable: bool = False,
    ):
        self._minimum = minimum
        self._maximum = maximum
        self._wide_char_width = wide_char_width
        self._pattern = re.compile(pattern) if pattern else None
        self._hint = hint
        self._clearable = clearable or not minimum

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            return f"must be a string, not {type(value).__name__}"
        if not value and self._clearable:
            return ""
        length = width(value, self._wide_char_width)
        if length < self._minimum or (self._maximum is not None and length > self._maximum):
            limits = f"{self._minimum} to {self._maximum}" if self._minimum else f"at most {self._maximum}"
            limits = limits if self._maximum is not None else f"at least {self._minimum}"
            counting = (
                f", where a Chinese character counts as {self._wide_char_width}" if self._wide_char_width > 1 else ""
            )
            return f"must have {limits} characters{counting}; {value!r} has {length}"
        if self._pattern and not self._pattern.fullmatch(value):
            return f"has an invalid format: expected {self._hint}; {value!r} does not match"
        return ""

    def limits(self) -> dict[str, Any]:
        # A string of wide characters can be shorter than the minimum.
        limits: dict[str, Any] = {"minLength": -(-self._minimum // self._wide_char_width)}
        if self._maximum is not None:
            limits["maxLength"] = self._maximum
        # Groups with names, flags and lookbehind differ between Python and ECMAScript, whose expressions schemas use.
        if self._pattern and not re.search(r"\(\?(?!:)|\\[ZA]", self._pattern.pattern):
            limits["pattern"] = f"^(?:{self._pattern.pattern})$"
        return {"anyOf": [{"maxLength": 0}, limits]} if self._clearable and (self._minimum or self._pattern) else limits

    def from_wire(self, value: Any) -> str:
        # Responses omit members without a value: a missing member is an empty string.
        return "" if value is None else str(value)


class Number(Type):
    """An integer.

    Args:
        minimum: Minimum value; None for no limit.
        maximum: Maximum value; None for no limit.
    """

    argument = {"type": "int"}
    empty = None

    def __init__(self, minimum: int | None = None, maximum: int | None = None):
        self._minimum = minimum
        self._maximum = maximum

    def check(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            return f"must be an integer, not {value!r}"
        if (self._minimum is not None and value < self._minimum) or (
            self._maximum is not None and value > self._maximum
        ):
            return f"must be {self._limits()}, not {value}"
        return ""

    def limits(self) -> dict[str, Any]:
        limits = {"minimum": self._minimum, "maximum": self._maximum}
        return {name: limit for name, limit in limits.items() if limit is not None}

    def _limits(self) -> str:
        if self._maximum is None:
            return f"at least {self._minimum}"
        return f"at most {self._maximum}" if self._minimum is None else f"{self._minimum} to {self._maximum}"

    def from_wire(self, value: Any) -> int | None:
        # The platform returns an ID or a count as a number in some responses and as a string in others.
        return None if value in (None, "") else int(value)


class NumberChoice(Number):
    """One of several integers.

    Args:
        numbers: The valid values.
    """

    def __init__(self, *numbers: int):
        super().__init__()
        self._numbers = numbers
        self.argument = {"type": "int", "choices": list(numbers)}

    def check(self, value: Any) -> str:
        if value in self._numbers:
            return ""
        return f"must be one of {', '.join(map(str, self._numbers))}, not {value!r}"


class Flag(Type):
    """A boolean."""

    argument = {"type": "bool"}
    empty = False

    def from_wire(self, value: Any) -> bool | None:
        return value if value is None or isinstance(value, bool) else str(value).lower() == "true"


class Timestamp(Type):
    """A point in time such as ``2030-01-31T20:00:00+08:00``, which operations take in milliseconds since 1970."""

    argument = {"type": "str"}

    def check(self, value: Any) -> str:
        try:
            time = parse_time(value)
        except ValueError:
            return f"must be a time such as 2030-01-31T20:00:00+08:00, not {value!r}"
        return "" if time.tzinfo else f"must include a time zone, as in 2030-01-31T20:00:00Z; {value!r} has none"

    def to_wire(self, value: Any) -> int:
        return round(parse_time(value).timestamp() * 1000)

    def from_wire(self, value: Any) -> str:
        # Some responses contain milliseconds since 1970, others a time in UTC.
        if value in (None, "", 0, "0"):
            return ""
        if str(value).isdigit():
            value = datetime.fromtimestamp(int(value) / 1000, timezone.utc).isoformat(timespec="milliseconds")
        return str(value).replace("+00:00", "Z")

    def canonical(self, value: Any) -> Any:
        try:
            return self.to_wire(value) if value else ""
        except ValueError:
            return value


def parse_time(text: Any) -> datetime:
    # Python before 3.11 does not parse a Z as UTC.
    return datetime.fromisoformat(re.sub("[Zz]$", "+00:00", str(text)))


class Choice(Type):
    """One of several words, or a boolean that the API represents as a word or a number.

    The API may represent a value in one way in requests and in another way in responses::

        Choice({"pub": "PUB", "sub": "SUB"}, {0: "pub", 1: "sub"})

    Args:
        requests: The parameter for each word; None omits the parameter.
        responses: The word for each value in responses. Defaults to the inverse of ``requests``.
        aliases: Words that the platform returns as another word, with that other word.
    """

    def __init__(
        self,
        requests: dict[Any, Any],
        responses: dict[Any, Any] | None = None,
        aliases: dict[Any, Any] | None = None,
    ):
        self._requests = requests
        self._aliases = aliases or {}
        self._responses = {str(k): word for k, word in (responses or {v: k for k, v in requests.items()}).items()}
        is_boolean = all(isinstance(word, bool) for word in requests)
        self.argument = {"type": "bool"} if is_boolean else {"type": "str", "choices": list(requests)}

    def check(self, value: Any) -> str:
        if value in self._requests:
            return ""
        return f"must be one of {', '.join(map(str, self._requests))}, not {value!r}"

    def to_wire(self, value: Any) -> Any:
        return self._requests[value]

    def from_wire(self, value: Any) -> Any:
        return None if value is None else self._responses.get(str(value), str(value).lower())

    def canonical(self, value: Any) -> Any:
        return self._aliases.get(value, value)


class JsonText(Type):
    """An object that the API represents as JSON text; objects are compared, not texts."""

    argument = {"type": "dict"}

    @property
    def empty(self) -> Any:
        return {}

    def to_wire(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_wire(self, value: Any) -> Any:
        return json.loads(value) if value else {}
