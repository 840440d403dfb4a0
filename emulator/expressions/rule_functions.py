# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Define the functions of rule SQL and the message they process. This module does not depend on the state."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

#: The largest number of characters of a text that a function computes: the size of a message in bytes.
MAX_TEXT_LENGTH = 256 * 1024


class EvaluationError(ValueError):
    """A statement cannot be evaluated for a message. The platform does not forward such a message."""


@dataclass(frozen=True)
class Message:
    """A message of a device; ``now`` is its time in milliseconds, ``tags`` are the tags of the device."""

    topic: str
    payload: bytes
    device_name: str = ""
    message_id: str = ""
    now: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> dict[str, Any] | list[Any]:
        """The payload as JSON. Raises EvaluationError if it is not a JSON object or array."""
        try:
            content = json.loads(self.payload, parse_constant=_reject_constant)
        except (ValueError, RecursionError):
            raise EvaluationError("the payload is not JSON") from None
        if not isinstance(content, dict | list):
            raise EvaluationError("the payload is neither a JSON object nor a JSON array")
        return content


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class Function(NamedTuple):
    """A function of rule SQL.

    Attributes:
        compute: computes the result from the message and the arguments.
        min_arguments: the smallest number of arguments.
        max_arguments: the largest number of arguments.
        takes_null: whether the function accepts null. Otherwise the result is null if any argument is null.
    """

    compute: Callable[..., Any]
    min_arguments: int
    max_arguments: int
    takes_null: bool = False

    def __call__(self, message: Message, arguments: list[Any]) -> Any:
        """Return the result. Raises EvaluationError if the arguments have wrong types or values."""
        if not self.takes_null and any(argument is None for argument in arguments):
            return None
        try:
            return self.compute(message, *arguments)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise EvaluationError(str(error)) from error


def require_number(value: Any) -> int | float:
    """Return ``value`` if it is a number, otherwise raise EvaluationError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvaluationError(f"{value!r} is not a number")
    return value


def to_text(value: Any) -> str:
    """Return strings unchanged, and other values as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def to_finite(value: int | float) -> int | float:
    """Return ``value`` in the number range of the platform: an integer of more than 64 bits becomes a float.

    Raises:
        EvaluationError: the value is infinite or NaN.
    """
    if isinstance(value, int):
        return value if abs(value) < 2**63 else float(value)
    if not math.isfinite(value):
        raise EvaluationError("the result is too large")
    return value


def remainder(dividend: int | float, divisor: int | float) -> int | float:
    """Return the remainder of a division that rounds toward zero; it has the sign of the dividend."""
    if isinstance(dividend, int) and isinstance(divisor, int):
        return abs(dividend) % abs(divisor) * (-1 if dividend < 0 else 1)
    return math.fmod(dividend, divisor)


# Digests

_DIGESTS = {"MD5": "md5", "SHA1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def digest_algorithm(name: Any) -> str:
    """Return the hashlib name of a digest. Raises EvaluationError for unknown digests and MD2, which hashlib lacks."""
    if name == "MD2":
        raise EvaluationError("the emulator does not support MD2")
    if name not in _DIGESTS:
        raise EvaluationError(f"{name!r} is not one of {', '.join(_DIGESTS)}")
    return _DIGESTS[name]


def _crypto(_message: Message, value: Any, name: Any) -> str:
    return hashlib.new(digest_algorithm(name), to_text(value).encode(), usedforsecurity=False).hexdigest()


# Times, formatted with the patterns of Java's SimpleDateFormat

_BEIJING = timezone(timedelta(hours=8))
_PATTERN = re.compile(
    r"(?P<quote>'')|'(?P<quoted>(?:[^']|'')+)'|(?P<field>(?P<letter>[A-Za-z])(?P=letter)*)|[^A-Za-z']+"
)
_FIELDS: dict[str, Callable[[datetime], int]] = {
    "y": lambda moment: moment.year,
    "M": lambda moment: moment.month,
    "d": lambda moment: moment.day,
    "H": lambda moment: moment.hour,
    "h": lambda moment: moment.hour % 12 or 12,
    "m": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
    "S": lambda moment: moment.microsecond // 1000,
}


def _timestamp_function(zone: timezone) -> Callable[..., int | str]:
    def compute(message: Message, pattern: str | None = None) -> int | str:
        if pattern is None:
            return message.now
        moment = datetime.fromtimestamp(message.now // 1000, zone).replace(microsecond=message.now % 1000 * 1000)
        return _format_time(moment, pattern)

    return compute


def _format_time(moment: datetime, pattern: str) -> str:
    parts = []
    position = 0
    while position < len(pattern):
        match = _PATTERN.match(pattern, position)
        if match is None:
            raise ValueError(f"the time pattern {pattern!r} has an unmatched quote")
        position = match.end()
        if match["quote"]:
            parts.append("'")
        elif match["quoted"]:
            parts.append(match["quoted"].replace("''", "'"))
        elif match["field"]:
            parts.append(_time_field(moment, match["letter"], len(match["field"])))
        else:
            parts.append(match[0])
    return "".join(parts)


def _time_field(moment: datetime, letter: str, length: int) -> str:
    if letter == "a":
        return "AM" if moment.hour < 12 else "PM"
    # Three or more letters of a month request its name, in a language that the manual does not define.
    if letter not in _FIELDS or (letter == "M" and length > 2):
        raise ValueError(f"the emulator does not support {letter * length} in time patterns")
    value = _FIELDS[letter](moment)
    if letter == "y" and length == 2:
        value %= 100
    return str(value).zfill(length)


# Strings


def _substring(_message: Message, target: Any, start: Any, end: Any = None) -> str:
    if isinstance(target, bool) or not isinstance(target, str | int):
        raise TypeError("substring needs a string or an integer")
    whole = str(target)
    last = len(whole) if end is None else max(int(require_number(end)), 0)
    return whole[max(int(require_number(start)), 0) : last]


def _concat(_message: Message, one: Any, other: Any) -> str:
    first, second = to_text(one), to_text(other)
    _check_length(len(first) + len(second))
    return first + second


def _replace(_message: Message, value: Any, old: Any, new: Any) -> str:
    text, old, new = to_text(value), _string(old), _string(new)
    _check_length(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _check_length(length: int) -> None:
    """Raise ValueError for a text that no message can contain. Nested calls could exhaust the memory."""
    if length > MAX_TEXT_LENGTH:
        raise ValueError(f"the result has {length} characters, more than a message can contain")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


# The message


def _topic(message: Message, level: Any = None) -> str:
    if level is None:
        return message.topic
    levels = _full_topic(message.topic).split("/")
    if level not in range(1, len(levels)):
        raise ValueError(f"the topic has no level {level}")
    return levels[level]


def _full_topic(topic: str) -> str:
    """Return the topic on which a device has sent a message. Rules know those of the thing model without ``/sys``."""
    return f"/sys{topic}" if topic.split("/")[3:4] == ["thing"] else topic


def _properties(message: Message, *names: Any) -> dict[str, Any]:
    """Return the values of the properties ``names`` (default: all) as a flat object."""
    content = message.content
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, dict):
        raise ValueError("the message has no properties")
    flat: dict[str, Any] = {}
    for name in names or items:
        item = items.get(name)
        if isinstance(item, dict) and "value" in item:
            _flatten(flat, name, item["value"])
    return flat


def _flatten(flat: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, dict):
        for member, inner in value.items():
            _flatten(flat, f"{name}_{member}", inner)
    else:
        flat[name] = value


def _numeric(compute: Callable[[float], float]) -> Function:
    return Function(lambda _message, value: compute(require_number(value)), 1, 1)


def _power(_message: Message, base: Any, exponent: Any) -> int | float:
    # Computed with floats: an integer power could exhaust the memory.
    power = math.pow(require_number(base), require_number(exponent))
    whole = isinstance(base, int) and isinstance(exponent, int) and power.is_integer() and abs(power) < 2**53
    return int(power) if whole else power


#: Functions by name.
FUNCTIONS = {
    "abs": _numeric(abs),
    "asin": _numeric(math.asin),
    "attribute": Function(lambda message, key: message.tags.get(_string(key)), 1, 1),
    "concat": Function(_concat, 2, 2),
    "cos": _numeric(math.cos),
    "cosh": _numeric(math.cosh),
    "crypto": Function(_crypto, 2, 2),
    "deviceName": Function(lambda message: message.device_name, 0, 0),
    "endswith": Function(lambda _message, value, suffix: to_text(value).endswith(to_text(suffix)), 2, 2),
    "exp": _numeric(math.exp),
    "floor": _numeric(math.floor),
    "log": Function(lambda _message, value, *base: math.log(require_number(value), *map(require_number, base)), 1, 2),
    "lower": Function(lambda _message, value: _string(value).lower(), 1, 1),
    "messageId": Function(lambda message: message.message_id, 0, 0),
    "mod": Function(lambda _message, value, divisor: remainder(require_number(value), require_number(divisor)), 2, 2),
    "nanvl": Function(lambda _message, value, default: default if value is None else value, 2, 2, takes_null=True),
    "newuuid": Function(lambda _message: str(uuid.uuid4()), 0, 0),
    "payload": Function(lambda message, encoding="utf-8": message.payload.decode(encoding), 0, 1),
    "power": Function(_power, 2, 2),
    "rand": Function(lambda _message: random.random(), 0, 0),
    "replace": Function(_replace, 3, 3),
    "sin": _numeric(math.sin),
    "sinh": _numeric(math.sinh),
    "substring": Function(_substring, 2, 3),
    "tan": _numeric(math.tan),
    "tanh": _numeric(math.tanh),
    "thingPropertyFlatMap": Function(_properties, 0, 50),
    "timestamp": Function(_timestamp_function(_BEIJING), 0, 1),
    "timestamp_utc": Function(_timestamp_function(UTC), 0, 1),
    "topic": Function(_topic, 0, 1),
    "upper": Function(lambda _message, value: _string(value).upper(), 1, 1),
}

#: Functions of the whole payload by name; their only argument is ``*``.
WHOLE_PAYLOAD = {
    "to_base64": Function(lambda message: base64.b64encode(message.payload).decode(), 0, 0),
    "to_hex": Function(lambda message: message.payload.hex(), 0, 0),
}
