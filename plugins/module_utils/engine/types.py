# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The types of fields: what Ansible takes, what the platform takes and gives, and when two values are the same.

A type is a small object without state. ``to_wire`` and ``from_wire`` translate; ``canonical`` gives a value whose
equality is what the platform means by the same; ``check`` says what is wrong with a value before anything is sent.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, timezone


class Type:
    """A value that travels as it is."""

    #: The option's entry in an argument spec.
    argument: dict = {"type": "raw"}
    #: What a cleared value of this type is.
    empty = ""

    def check(self, value) -> str:
        """What is wrong with a given value; empty where nothing is."""
        return ""

    def to_wire(self, value):
        """The value as a parameter of an operation."""
        return value

    def from_wire(self, value):
        """The value that a reply holds; None where it holds none."""
        return value

    def canonical(self, value):
        """A value that is equal for two values that mean the same."""
        return value

    def to_display(self, value):
        """The value as a diff shows it."""
        return value

    def matches(self, value, asked) -> bool:
        """Whether a value is what a filter asks for: the same, or in a collection also among others."""
        return self.canonical(value) == self.canonical(asked)

    def merge(self, current, given):
        """What is desired when a given value adds to the current one (``purge`` off); only collections can."""
        return given


def width(text: str, wide: int) -> int:
    """The length of a text in the platform's own way of counting: an East Asian wide character counts ``wide``."""
    if wide == 1:
        return len(text)
    return sum(wide if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


class Text(Type):
    """Text of a limited length.

    Args:
        least, most: the shortest and the longest, in characters; an empty text, which clears, is always allowed where
            ``least`` is 0 or ``clearable`` is set.
        wide: how many characters the platform counts an East Asian wide character as.
        allowed: a regular expression that the whole text must match, and ``hint``, its meaning in words.
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

    def check(self, value) -> str:
        if not isinstance(value, str):
            return f"must be text, not {type(value).__name__}"
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
            return f"may hold {self._hint}; {value!r} does not fit"
        return ""

    def from_wire(self, value):
        # Members without a value are left out of replies: not there and empty are the same text.
        return "" if value is None else str(value)


class Number(Type):
    """A whole number between two limits."""

    argument = {"type": "int"}
    empty = None

    def __init__(self, minimum: int | None = None, maximum: int | None = None):
        self._minimum = minimum
        self._maximum = maximum

    def check(self, value) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            return f"must be a whole number, not {value!r}"
        if (self._minimum is not None and value < self._minimum) or (
            self._maximum is not None and value > self._maximum
        ):
            return f"must be {self._minimum} to {self._maximum}, not {value}"
        return ""

    def from_wire(self, value):
        # An identifier or a count is a number in one reply and a text in another.
        return None if value in (None, "") else int(value)


class Flag(Type):
    """True or false."""

    argument = {"type": "bool"}
    empty = False

    def from_wire(self, value):
        return value if value is None or isinstance(value, bool) else str(value).lower() == "true"


class NumberChoice(Number):
    """One of a few whole numbers."""

    def __init__(self, *numbers: int):
        super().__init__()
        self._numbers = numbers
        self.argument = {"type": "int", "choices": list(numbers)}

    def check(self, value) -> str:
        if value in self._numbers:
            return ""
        return f"must be one of {', '.join(map(str, self._numbers))}, not {value!r}"


class Timestamp(Type):
    """A point in time, a text such as ``2030-01-31T20:00:00+08:00``; operations take it in milliseconds since 1970."""

    argument = {"type": "str"}

    def check(self, value) -> str:
        try:
            moment = _parsed(value)
        except ValueError:
            return f"must be a time such as 2030-01-31T20:00:00+08:00, not {value!r}"
        return "" if moment.tzinfo else f"must say its time zone, as in 2030-01-31T20:00:00Z; {value!r} does not"

    def to_wire(self, value):
        return round(_parsed(value).timestamp() * 1000)

    def from_wire(self, value):
        # Some replies have milliseconds as well, and some the time in UTC.
        if value in (None, "", 0, "0"):
            return ""
        if str(value).isdigit():
            value = datetime.fromtimestamp(int(value) / 1000, timezone.utc).isoformat(timespec="milliseconds")
        return str(value).replace("+00:00", "Z")

    def canonical(self, value):
        try:
            return self.to_wire(value) if value else ""
        except ValueError:
            return value


def _parsed(text) -> datetime:
    # The Z that stands for UTC is new to Python 3.11.
    return datetime.fromisoformat(re.sub("[Zz]$", "+00:00", str(text)))


class Choice(Type):
    """One of a few words.

    Args:
        written: what each word is written as; None leaves the parameter out.
        read: what each value that is read means, where that is not the same.
        alike: words that are read as another word: word to word.
    """

    def __init__(self, written: dict, read: dict | None = None, aliases: dict | None = None):
        self._written = written
        self._aliases = aliases or {}
        self._read = {str(wire): word for wire, word in (read or {v: k for k, v in written.items()}).items()}
        flags = all(isinstance(word, bool) for word in written)
        self.argument = {"type": "bool"} if flags else {"type": "str", "choices": list(written)}

    def check(self, value) -> str:
        if value in self._written:
            return ""
        return f"must be one of {', '.join(map(str, self._written))}, not {value!r}"

    def to_wire(self, value):
        return self._written[value]

    def from_wire(self, value):
        return None if value is None else self._read.get(str(value), str(value).lower())

    def canonical(self, value):
        return self._aliases.get(value, value)


class Mapping(Type):
    """Text by key, such as tags.

    Args:
        key, value: the types of keys and values.
        most: the largest number of entries.
    """

    argument = {"type": "dict"}

    def __init__(self, key: Text, value: Text, maximum: int | None = None):
        self._key = key
        self._value = value
        self._maximum = maximum

    @property
    def empty(self):
        return {}

    def check(self, value) -> str:
        if not isinstance(value, dict):
            return f"must be a dictionary, not {type(value).__name__}"
        if self._maximum is not None and len(value) > self._maximum:
            return f"takes at most {self._maximum} entries, not {len(value)}"
        for key, text in value.items():
            if text is None:
                return f"has no value for {key!r}; leave the key out to remove it"
            if isinstance(text, (dict, list)):
                return f"must hold text; that of {key!r} is not"
            complaint = self._key.check(str(key)) or self._value.check(_text(text))
            if complaint:
                return f"has an entry {key!r} that cannot be: it {complaint}"
        return ""

    def canonical(self, value):
        # YAML turns "7" without quotes into a number and yes into a boolean; the platform knows text only.
        return {str(key): _text(text) for key, text in (value or {}).items()}

    def from_wire(self, value):
        return self.canonical(value)

    def matches(self, value, asked) -> bool:
        return self.canonical(asked).items() <= self.canonical(value).items()

    def merge(self, current, given):
        return {**self.canonical(current), **self.canonical(given)}


class TextSet(Type):
    """A set of texts; their order means nothing.

    Args:
        element: the type of each.
        most: the largest number of elements.
    """

    argument = {"type": "list", "elements": "str"}

    def __init__(self, element: Text, maximum: int | None = None):
        self._element = element
        self._maximum = maximum

    @property
    def empty(self):
        return []

    def check(self, value) -> str:
        if self._maximum is not None and len(set(value)) > self._maximum:
            return f"takes at most {self._maximum} elements, not {len(set(value))}"
        complaints = (self._element.check(text) for text in value)
        return next((f"has an element that cannot be: it {complaint}" for complaint in complaints if complaint), "")

    def identity(self, element):
        """What makes an element the same: itself."""
        return element

    def from_wire(self, value):
        return list(value or [])

    def canonical(self, value):
        return set(value or [])

    def matches(self, value, asked) -> bool:
        return self.canonical(asked) <= self.canonical(value)

    def merge(self, current, given):
        return list(dict.fromkeys([*(current or []), *given]))


class ObjectSet(Type):
    """A set of things, each told apart by some of its keys; their order means nothing.

    Args:
        options: the keys that a task gives for each element, all of them text.
        identity: the keys that make an element the same; they may be filled in when what the task named is resolved.
        most: the largest number of elements.
    """

    def __init__(self, options: tuple, identity: tuple, maximum: int | None = None):
        self._options = options
        self._identity = identity
        self._maximum = maximum
        spec = {key: {"type": "str", "required": True} for key in options}
        self.argument = {"type": "list", "elements": "dict", "options": spec}

    @property
    def empty(self):
        return []

    def check(self, value) -> str:
        if self._maximum is not None and len(value) > self._maximum:
            return f"takes at most {self._maximum} elements, not {len(value)}"
        return ""

    def identity(self, element: dict) -> tuple:
        """What makes an element the same."""
        values = [element[key] for key in self._identity]
        if not all(isinstance(value, str) for value in values):
            # What is to be filled in is pending: until then the task's own words tell the elements apart.
            values = [element[key] for key in self._options]
        return tuple(map(str, values))

    def canonical(self, value):
        return {self.identity(element) for element in value or []}

    def merge(self, current, given):
        known = {self.identity(element): element for element in [*(current or []), *given]}
        return list(known.values())


class ReferenceSet(ObjectSet):
    """A set of things that a task names by one text each, and that the platform knows by an id.

    Its elements are what the names are resolved to: each has its ``name`` and its id.

    Args:
        identity: the key of the id.
        least, most: the smallest and the largest number of elements.
    """

    def __init__(self, identity: str, minimum: int = 0, maximum: int | None = None):
        super().__init__(("name",), (identity,), maximum)
        self.key = identity
        self._minimum = minimum
        self.argument = {"type": "list", "elements": "str"}

    def check(self, value) -> str:
        if len(value) < self._minimum:
            return f"must name {self._minimum} at least"
        twice = [name for name in value if value.count(name) > 1]
        return f"names {twice[0]} twice" if twice else super().check(value)

    def to_wire(self, value):
        return [element[self.key] for element in value]

    def from_wire(self, value):
        # A list of ids has no names in it: whoever reads it fills them in.
        return [{"name": str(element), self.key: str(element)} for element in value or []]

    def to_display(self, value):
        return sorted(element["name"] for element in value)


class JsonText(Type):
    """An object that travels as JSON text; two are the same when they parse to the same."""

    argument = {"type": "dict"}

    @property
    def empty(self):
        return {}

    def to_wire(self, value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_wire(self, value):
        return json.loads(value) if value else {}


def _text(value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
