# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Translate the device search language, which is similar to SQL, into SQL (manual chapter 4.8).

The conditions of dynamic groups use the same language.

User input is never passed on as SQL: the resulting SQL contains only names defined in this module and bound values.

A device can have any number of groups, tags and OTA modules (*collections*). Conditions on fields of the same
collection that are joined by AND refer to the same element, for example to one tag. A field that occurs a second time
starts the conditions on another element.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError

#: An SQL condition on the table ``device`` and its bound values.
Sql = tuple[str, list[Any]]

_MAX_STATEMENT_LENGTH = 400
_MAX_CONDITIONS = 5
_MAX_ROWS = 50
_DEFAULT_ROWS = 20
_MAX_POSITION = 10_000

_MIN_PREFIX_LENGTH = 4
_FORBIDDEN_IN_PREFIX = frozenset('\\/&|+-!(){}[]^"~*?:%')
_LAST_CHARACTER = "\U0010ffff"

_TEXT = "text"
DATE = "date"
_DATE_FORMAT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the language: a column of the table ``device`` or of a collection."""

    column: str
    member: str  # the name in replies
    type: str = _TEXT
    collection: str = ""  # empty for a column of the table device


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of elements that belong to devices, such as tags."""

    queries: tuple[str, ...]
    member: str  # the name of the list in replies

    @property
    def rows(self) -> str:
        """The SQL query that selects all elements."""
        return " UNION ALL ".join(self.queries)


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition of the language, such as ``name = "lamp"``."""

    field: Field
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed SELECT statement."""

    fields: list[Field]  # empty for count(*)
    condition: Sql
    order: str
    offset: int
    size: int


_FIELDS = {
    "product_key": Field("product_key", "ProductKey"),
    "iot_id": Field("iot_id", "IotId"),
    "name": Field("device_name", "DeviceName"),
    "active_time": Field("activated_at", "ActiveTime", DATE),
    "nickname": Field("nickname", "Nickname"),
    "gmt_create": Field("created_at", "GmtCreate", DATE),
    "gmt_modified": Field("modified_at", "GmtModified", DATE),
    "status": Field("status", "Status"),
    "group.group_id": Field("group_id", "GroupId", collection="group"),
    "tag.tag_name": Field("tag_key", "TagName", collection="tag"),
    "tag.tag_value": Field("tag_value", "TagValue", collection="tag"),
    "ota_module.module_name": Field("module_name", "ModuleName", collection="ota_module"),
    "ota_module.firmware_version": Field("firmware_version", "FirmwareVersion", collection="ota_module"),
}
COLLECTIONS = {
    "group": Collection(("SELECT iot_id, group_id FROM device_group_member",), "Groups"),
    "tag": Collection(("SELECT iot_id, tag_key, tag_value FROM device_tag",), "Tags"),
    "ota_module": Collection(
        (
            "SELECT iot_id, 'default' AS module_name, firmware_version FROM device WHERE firmware_version IS NOT NULL",
            "SELECT iot_id, module_name, firmware_version FROM device_module",
        ),
        "OTAModules",
    ),
}
_SORTABLE = ("gmt_create", "gmt_modified", "active_time")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"[^"]*"|'[^']*')
        |(?P<number>-?\d+(?:\.\d+)?)
        |(?P<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)
        |(?P<mark>!=|<=|>=|<>|[=<>,*()])
    )""",
    re.VERBOSE | re.ASCII,
)


def conditions_to_sql(text: str) -> Sql:
    """Return the SQL condition on the table ``device`` for an expression such as ``name LIKE "test%"``.

    Raises:
        ApiError: The expression is invalid. The code starts with ``iot.devicesearch.``.
    """
    tokens = _Tokens(text)
    condition = _conditions(tokens)
    tokens.expect_end()
    return condition


class _Tokens:
    """The tokens of a text. Each token is a pair of its kind and its text."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        text = text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _syntax_error(f"Unexpected input: {text[position : position + 20]!r}")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match[kind]))
            position = match.end()
        self._tokens.reverse()

    def next_token(self) -> tuple[str, str]:
        """Consume and return the next token. After the last one, return an empty token of the kind ``end``."""
        return self._tokens.pop() if self._tokens else ("end", "")

    def accept(self, *words: str) -> bool:
        """Consume ``words`` if they come next, ignoring case. Return whether they did."""
        following = [text.upper() for _kind, text in self._tokens[: -len(words) - 1 : -1]]
        if following != list(words):
            return False
        del self._tokens[-len(words) :]
        return True

    def expect(self, *words: str) -> None:
        """Consume ``words``. Raise ApiError if something else comes next."""
        if not self.accept(*words):
            raise _syntax_error(f"{' '.join(words)} is missing before {self.next_token()[1]!r}")

    def expect_number(self) -> int:
        """Consume and return an integer. Raise ApiError if something else comes next."""
        kind, text = self.next_token()
        if kind != "number" or not text.isdigit():
            raise ApiError("iot.devicesearch.InvalidSQLOffsetError", f"LIMIT requires a number, not {text!r}")
        return int(text)

    def expect_end(self) -> None:
        """Raise ApiError if a token is left."""
        kind, text = self.next_token()
        if kind != "end":
            raise _unsupported(text)


def parse_statement(text: str) -> Statement:
    """Parse a SELECT statement on ``device``. Raise ApiError if it is invalid."""
    if len(text) > _MAX_STATEMENT_LENGTH:
        raise _syntax_error(f"The statement must have at most {_MAX_STATEMENT_LENGTH} characters")
    tokens = _Tokens(text)
    tokens.expect("SELECT")
    fields = _selection(tokens)
    tokens.expect("FROM")
    tokens.expect("DEVICE")
    tokens.expect("WHERE")
    condition = _conditions(tokens)
    order = _order(tokens) if tokens.accept("ORDER", "BY") else ""
    offset, size = _limit(tokens) if tokens.accept("LIMIT") else (0, _DEFAULT_ROWS)
    tokens.expect_end()
    return Statement(fields, condition, order, offset, size)


def _selection(tokens: _Tokens) -> list[Field]:
    """Parse the fields of a SELECT. The result always includes ``iot_id``, and is empty for ``count(*)``."""
    if tokens.accept("COUNT", "(", "*", ")"):
        return []
    if tokens.accept("*"):
        return list(_FIELDS.values())
    fields = [_FIELDS["iot_id"], _field(tokens)]
    while tokens.accept(","):
        fields.append(_field(tokens))
    return fields


def _field(tokens: _Tokens) -> Field:
    kind, text = tokens.next_token()
    if kind == "mark":
        raise _unsupported(text)
    if kind != "word":
        raise _syntax_error(f"A field is missing before {text!r}")
    if text not in _FIELDS:
        raise ApiError("iot.devicesearch.InvalidSQLFieldError", f"The field {text} does not exist")
    return _FIELDS[text]


def _order(tokens: _Tokens) -> str:
    text = tokens.next_token()[1]
    if text not in _SORTABLE:
        raise ApiError("iot.devicesearch.InvalidSQLOrderError", f"ORDER BY must be one of {', '.join(_SORTABLE)}")
    direction = "DESC" if tokens.accept("DESC") else "ASC"
    if direction == "ASC":
        tokens.accept("ASC")
    if tokens.accept(","):
        raise ApiError("iot.devicesearch.InvalidSQLOrderError", "ORDER BY accepts only one field")
    return f"ORDER BY {_FIELDS[text].column} {direction}, rowid {direction}"


def _limit(tokens: _Tokens) -> tuple[int, int]:
    """Parse the operands of LIMIT and return the offset and the size."""
    offset, size = 0, tokens.expect_number()
    if tokens.accept(","):
        offset, size = size, tokens.expect_number()
    if not 1 <= size <= _MAX_ROWS or offset + size > _MAX_POSITION:
        raise ApiError(
            "iot.devicesearch.InvalidSQLOffsetError",
            f"LIMIT must request 1 to {_MAX_ROWS} devices, and none after the {_MAX_POSITION}th",
        )
    return offset, size


def _conditions(tokens: _Tokens) -> Sql:
    """Parse conditions joined by AND and OR. AND has higher precedence."""
    conjunctions = [[_condition(tokens)]]
    count = 1
    while True:
        if tokens.accept("AND"):
            conjunctions[-1].append(_condition(tokens))
        elif tokens.accept("OR"):
            conjunctions.append([_condition(tokens)])
        else:
            break
        count += 1
        if count > _MAX_CONDITIONS:
            raise ApiError(
                "iot.devicesearch.InvalidSQLConditionError", f"There must be at most {_MAX_CONDITIONS} conditions"
            )
    return _join(" OR ", [_conjunction(conjunction) for conjunction in conjunctions])


def _condition(tokens: _Tokens) -> _Condition:
    field = _field(tokens)
    kind, operator = tokens.next_token()
    operator = operator.upper()
    if kind == "end":
        raise _syntax_error("The operator of the last condition is missing")
    if operator not in ("=", "!=", "<", ">", "LIKE"):
        raise _unsupported(operator)
    if (operator in ("<", ">") and field.type != DATE) or (operator == "LIKE" and field.type != _TEXT):
        raise _type_error(f"{operator} is not supported for a {field.type}")
    return _Condition(field, operator, _value(tokens, field, operator))


def _value(tokens: _Tokens, field: Field, operator: str) -> Any:
    """Parse a value and return it as in the database: milliseconds for a date, the prefix for LIKE, None for null."""
    if tokens.accept("NULL"):
        if operator not in ("=", "!="):
            raise _type_error(f"{operator} is not supported for null")
        return None
    kind, text = tokens.next_token()
    if kind == "number":
        raise _type_error(f"A {field.type} cannot be compared with a number")
    if kind != "string":
        raise _syntax_error(f"A value is missing before {text!r}")
    text = text[1:-1]
    if operator == "LIKE":
        return _like_prefix(text)
    return _parse_date(text) if field.type == DATE else text


def _like_prefix(text: str) -> str:
    prefix = text[:-1]
    if not text.endswith("%") or len(prefix) < _MIN_PREFIX_LENGTH or _FORBIDDEN_IN_PREFIX.intersection(prefix):
        raise ApiError(
            "iot.devicesearch.InvalidSQLParamError",
            f"LIKE requires at least {_MIN_PREFIX_LENGTH} characters, no special characters, and % at the end",
        )
    return prefix


def _parse_date(text: str) -> int:
    try:
        if _DATE_FORMAT.fullmatch(text):
            return round(datetime.fromisoformat(f"{text}+08:00").timestamp() * 1000)
    except ValueError:
        pass
    raise _syntax_error(f"{text!r} is not a date such as 2020-04-04 16:38:18.607")


def _conjunction(conditions: list[_Condition]) -> Sql:
    """Translate conditions that are joined by AND."""
    terms = []
    element_conditions: dict[str, list[list[_Condition]]] = {}
    for condition in conditions:
        field = condition.field
        if not field.collection:
            terms.append(_comparison(condition, f"device.{field.column}"))
            continue
        groups = element_conditions.setdefault(field.collection, [[]])
        if any(known.field == field for known in groups[-1]):
            groups.append([])
        groups[-1].append(condition)
    terms += [
        _collection_condition(collection, group)
        for collection, groups in element_conditions.items()
        for group in groups
    ]
    return _join(" AND ", terms)


def _comparison(condition: _Condition, column: str) -> Sql:
    """Translate a condition on a column. ``!=`` is also true for NULL."""
    if condition.operator == "LIKE":
        return f"({column} >= ? AND {column} < ?)", [condition.value, condition.value + _LAST_CHARACTER]
    operator = {"=": "IS", "!=": "IS NOT"}.get(condition.operator, condition.operator)
    return f"{column} {operator} ?", [condition.value]


def _collection_condition(collection: str, conditions: list[_Condition]) -> Sql:
    """Translate conditions on one element of a collection.

    The result is true if the device has an element with all conditions. If all conditions are of the kind
    ``!= "text"`` or ``= null``, it is true if the device has no element that violates one of them.
    """
    columns = {condition.field.column for condition in conditions}
    if "module_name" in columns and "firmware_version" not in columns:
        raise ApiError(
            "iot.devicesearch.InvalidSQLParamError",
            "ota_module.module_name requires a condition on ota_module.firmware_version",
        )
    rows = f"SELECT iot_id FROM ({COLLECTIONS[collection].rows})"
    if any(_requires_existence(condition) for condition in conditions):
        included, values = _join(" AND ", [_comparison(condition, condition.field.column) for condition in conditions])
        return f"device.iot_id IN ({rows} WHERE {included})", values
    negated = [
        _Condition(condition.field, "=" if condition.operator == "!=" else "!=", condition.value)
        for condition in conditions
    ]
    excluded, values = _join(" OR ", [_comparison(condition, condition.field.column) for condition in negated])
    return f"device.iot_id NOT IN ({rows} WHERE {excluded})", values


def _requires_existence(condition: _Condition) -> bool:
    """Return whether a condition requires an element to exist: any condition but ``!= "text"`` and ``= null``."""
    return condition.operator == "LIKE" or (condition.operator == "=") == (condition.value is not None)


def _join(connective: str, terms: list[Sql]) -> Sql:
    return f"({connective.join(sql for sql, _values in terms)})", [value for _sql, values in terms for value in values]


def _syntax_error(reason: str) -> ApiError:
    return ApiError("iot.devicesearch.InvalidSQLException", reason)


def _unsupported(text: str) -> ApiError:
    return ApiError("iot.devicesearch.InvalidSQLParamError", f"{text!r} is not supported at this position")


def _type_error(reason: str) -> ApiError:
    return ApiError("iot.devicesearch.InvalidSQLOperatorTypeError", reason)
