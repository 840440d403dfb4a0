# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The functions that a rule's SQL calls, and the message that they look at. Nothing here knows the platform's state."""

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
from typing import Any, NamedTuple


class EvaluationError(ValueError):
    """A message from which a statement cannot be computed. The platform does not forward such a message."""


@dataclass(frozen=True)
class Message:
    """What a device sent: ``now`` is when, in milliseconds, and ``tags`` are the device's."""

    topic: str
    payload: bytes
    device_name: str = ""
    message_id: str = ""
    now: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> dict[str, Any] | list[Any]:
        """The payload as JSON. Raises Unprocessable where it is none, or neither an object nor an array."""
        try:
            content = json.loads(self.payload, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise EvaluationError("the payload is not JSON") from None
        if not isinstance(content, dict | list):
            raise EvaluationError("the payload is neither a JSON object nor a JSON array")
        return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class Function(NamedTuple):
    """What a function computes of a message and its arguments, and how many of those it takes.

    Where one of the arguments is null the result is null, but for a function that ``takes_null``.
    """

    compute: Callable[..., Any]
    least: int
    most: int
    takes_null: bool = False

    def __call__(self, message: Message, arguments: list[Any]) -> Any:
        """The result. Raises Unprocessable where the arguments are not of the types that the function takes."""
        if not self.takes_null and any(argument is None for argument in arguments):
            return None
        try:
            return self.compute(message, *arguments)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise EvaluationError(str(error)) from error


def number(value: Any) -> int | float:
    """``value``, which must be a number. Raises Unprocessable where it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvaluationError(f"{value!r} is not a number")
    return value


def text(value: Any) -> str:
    """``value`` as it stands in a text: strings as they are, everything else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def finite(value: int | float) -> int | float:
    """``value`` as the platform can hold it: a whole number of more than 64 bits loses its last digits.

    Raises Unprocessable where it is no number at all, or infinite.
    """
    if isinstance(value, int):
        return value if abs(value) < 2**63 else float(value)
    if not math.isfinite(value):
        raise EvaluationError("the result is too large")
    return value


def remainder(dividend: int | float, divisor: int | float) -> int | float:
    """What is left of a division that rounds towards zero: it has the sign of the dividend."""
    if isinstance(dividend, int) and isinstance(divisor, int):
        return abs(dividend) % abs(divisor) * (-1 if dividend < 0 else 1)
    return math.fmod(dividend, divisor)


# Digests

_DIGESTS = {"MD5": "md5", "SHA1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def digest_algorithm(name: Any) -> str:
    """Python's name of a digest of ``crypto``. Raises Unprocessable for any other, and for MD2, which Python lacks."""
    if name == "MD2":
        raise EvaluationError("the embedded platform cannot compute MD2")
    if name not in _DIGESTS:
        raise EvaluationError(f"{name!r} is none of {', '.join(_DIGESTS)}")
    return _DIGESTS[name]


def _crypto(_message: Message, value: Any, name: Any) -> str:
    return hashlib.new(digest_algorithm(name), text(value).encode(), usedforsecurity=False).hexdigest()


# Times, in the patterns of Java's SimpleDateFormat

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


def _moment(zone: timezone) -> Callable[..., int | str]:
    def compute(message: Message, pattern: str | None = None) -> int | str:
        if pattern is None:
            return message.now
        moment = datetime.fromtimestamp(message.now // 1000, zone).replace(microsecond=message.now % 1000 * 1000)
        return _written(moment, pattern)

    return compute


def _written(moment: datetime, pattern: str) -> str:
    parts = []
    position = 0
    while position < len(pattern):
        match = _PATTERN.match(pattern, position)
        if match is None:
            raise ValueError(f"the time pattern {pattern!r} has a quote without its counterpart")
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
    # Three letters of a month ask for its name, in a language that the platform does not tell.
    if letter not in _FIELDS or (letter == "M" and length > 2):
        raise ValueError(f"the embedded platform cannot write {letter * length} of a time pattern")
    value = _FIELDS[letter](moment)
    if letter == "y" and length == 2:
        value %= 100
    return str(value).zfill(length)


# Texts


def _substring(_message: Message, target: Any, start: Any, end: Any = None) -> str:
    if isinstance(target, bool) or not isinstance(target, str | int):
        raise TypeError("substring takes a string or an integer")
    whole = str(target)
    last = len(whole) if end is None else max(int(number(end)), 0)
    return whole[max(int(number(start)), 0) : last]


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


# The message


def _topic(message: Message, level: Any = None) -> str:
    if level is None:
        return message.topic
    levels = message.topic.split("/")
    if level not in range(1, len(levels)):
        raise ValueError(f"the topic has no level {level}")
    return levels[level]


def _properties(message: Message, *names: Any) -> dict[str, Any]:
    """The values of the properties ``names``, or of all, without the levels above and beside them."""
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


def _of_number(compute: Callable[[float], float]) -> Function:
    return Function(lambda _message, value: compute(number(value)), 1, 1)


def _power(_message: Message, base: Any, exponent: Any) -> int | float:
    # Never by whole numbers: a message could ask for one that fills the memory.
    power = math.pow(number(base), number(exponent))
    whole = isinstance(base, int) and isinstance(exponent, int) and power.is_integer() and abs(power) < 2**53
    return int(power) if whole else power


#: The functions by name. Those of ``WHOLE_PAYLOAD`` take ``*`` and nothing else.
FUNCTIONS = {
    "abs": _of_number(abs),
    "asin": _of_number(math.asin),
    "attribute": Function(lambda message, key: message.tags.get(_string(key)), 1, 1),
    "concat": Function(lambda _message, one, other: text(one) + text(other), 2, 2),
    "cos": _of_number(math.cos),
    "cosh": _of_number(math.cosh),
    "crypto": Function(_crypto, 2, 2),
    "deviceName": Function(lambda message: message.device_name, 0, 0),
    "endswith": Function(lambda _message, value, suffix: text(value).endswith(text(suffix)), 2, 2),
    "exp": _of_number(math.exp),
    "floor": _of_number(math.floor),
    "log": Function(lambda _message, value, *base: math.log(number(value), *map(number, base)), 1, 2),
    "lower": Function(lambda _message, value: _string(value).lower(), 1, 1),
    "messageId": Function(lambda message: message.message_id, 0, 0),
    "mod": Function(lambda _message, value, divisor: remainder(number(value), number(divisor)), 2, 2),
    "nanvl": Function(lambda _message, value, default: default if value is None else value, 2, 2, takes_null=True),
    "newuuid": Function(lambda _message: str(uuid.uuid4()), 0, 0),
    "payload": Function(lambda message, encoding="utf-8": message.payload.decode(encoding), 0, 1),
    "power": Function(_power, 2, 2),
    "rand": Function(lambda _message: random.random(), 0, 0),
    "replace": Function(lambda _message, value, old, new: text(value).replace(_string(old), _string(new)), 3, 3),
    "sin": _of_number(math.sin),
    "sinh": _of_number(math.sinh),
    "substring": Function(_substring, 2, 3),
    "tan": _of_number(math.tan),
    "tanh": _of_number(math.tanh),
    "thingPropertyFlatMap": Function(_properties, 0, 50),
    "timestamp": Function(_moment(_BEIJING), 0, 1),
    "timestamp_utc": Function(_moment(UTC), 0, 1),
    "topic": Function(_topic, 0, 1),
    "upper": Function(lambda _message, value: _string(value).upper(), 1, 1),
}

#: The functions of the whole payload, by name.
WHOLE_PAYLOAD = {
    "to_base64": Function(lambda message: base64.b64encode(message.payload).decode(), 0, 0),
    "to_hex": Function(lambda message: message.payload.hex(), 0, 0),
}
