# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Searching devices in a language like SQL (the manual's chapter 4.8); its conditions also make dynamic groups.

The language is small and is translated, never passed on: what reaches the store are names from here and bound values.
A device has any number of groups, tags and OTA modules; conditions on the same of these that are joined by AND mean one
and the same tag (or group, or module), until a field comes that was named before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none

#: A condition of SQL on the table of devices, and the values bound in it.
Sql = tuple[str, list[Any]]

_MAX_STATEMENT_LENGTH = 400
_MAX_CONDITIONS = 5
_MAX_ROWS = 50
_DEFAULT_ROWS = 20
_MAX_POSITION = 10_000

_MIN_PREFIX_LENGTH = 4
_NOT_IN_PREFIXES = frozenset('\\/&|+-!(){}[]^"~*?:%')
_LAST_CHARACTER = "\U0010ffff"

_TEXT = "text"
_DATE = "date"
_DATE_SHAPE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    """What can be asked for: a column of devices, or of what ``part`` names, and its name in replies."""

    column: str
    member: str
    type: str = _TEXT
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """What a device has any number of: the queries that tell it, and the list's name in replies."""

    queries: tuple[str, ...]
    member: str

    @property
    def rows(self) -> str:
        return " UNION ALL ".join(self.queries)


@dataclass(frozen=True, slots=True)
class _Condition:
    field: _Field
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class _Statement:
    fields: list[_Field]  # none for a count
    condition: Sql
    order: str
    offset: int
    size: int


_FIELDS = {
    "product_key": _Field("product_key", "ProductKey"),
    "iot_id": _Field("iot_id", "IotId"),
    "name": _Field("device_name", "DeviceName"),
    "active_time": _Field("activated_at", "ActiveTime", _DATE),
    "nickname": _Field("nickname", "Nickname"),
    "gmt_create": _Field("created_at", "GmtCreate", _DATE),
    "gmt_modified": _Field("modified_at", "GmtModified", _DATE),
    "status": _Field("status", "Status"),
    "group.group_id": _Field("group_id", "GroupId", part="group"),
    "tag.tag_name": _Field("tag_key", "TagName", part="tag"),
    "tag.tag_value": _Field("tag_value", "TagValue", part="tag"),
    "ota_module.module_name": _Field("module_name", "ModuleName", part="ota_module"),
    "ota_module.firmware_version": _Field("firmware_version", "FirmwareVersion", part="ota_module"),
}
_PARTS = {
    "group": _Part(("SELECT iot_id, group_id FROM device_group_member",), "Groups"),
    "tag": _Part(("SELECT iot_id, tag_key, tag_value FROM device_tag",), "Tags"),
    "ota_module": _Part(
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


@operation
def query_device_by_sql(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.40: of instances with an id only; in no particular order where the statement does not give one."""
    if not ctx.account.instance_id:
        raise ApiError("iot.common.APINotSupportedInInstance")
    statement = _parse(p["SQL"])
    condition, values = statement.condition
    if not statement.fields:
        return {"TotalCount": ctx.store.value(f"SELECT count(*) FROM device WHERE {condition}", *values)}
    devices = ctx.store.rows(
        f"SELECT * FROM device WHERE {condition} {statement.order} LIMIT ? OFFSET ?",
        *values,
        statement.size,
        statement.offset,
    )
    parts = {
        name: _rows_of(ctx, name, devices) for name in dict.fromkeys(field.part for field in statement.fields) if name
    }
    return {"Data": [_written(device, statement.fields, parts) for device in devices]}


def conditions_to_sql(text: str) -> Sql:
    """The SQL condition on the table ``device`` that an expression such as ``name LIKE "test%"`` stands for.

    Raises ApiError ``iot.devicesearch.…`` where it is not an expression of the language.
    """
    tokens = _Tokens(text)
    condition = _conditions(tokens)
    tokens.end()
    return condition


class _Tokens:
    """The tokens of a text, taken one after the other. A token is its kind and its text."""

    def __init__(self, text: str) -> None:
        self._tokens = []
        position = 0
        text = text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _invalid(f"It cannot be read from {text[position : position + 20]!r} on")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self._tokens.reverse()

    def take(self) -> tuple[str, str]:
        """The next token; of the kind ``end`` and empty after the last."""
        return self._tokens.pop() if self._tokens else ("end", "")

    def skip(self, *words: str) -> bool:
        """Take ``words`` if they come next, in capitals or not, and tell whether they did."""
        following = [text.upper() for _kind, text in self._tokens[: -len(words) - 1 : -1]]
        if following != list(words):
            return False
        del self._tokens[-len(words) :]
        return True

    def expect(self, *words: str) -> None:
        """Take ``words``. Raises ApiError where something else comes next."""
        if not self.skip(*words):
            raise _invalid(f"{' '.join(words)} is missing before {self.take()[1]!r}")

    def number(self) -> int:
        """Take a whole number. Raises ApiError where something else comes next."""
        kind, text = self.take()
        if kind != "number" or not text.isdigit():
            raise ApiError("iot.devicesearch.InvalidSQLOffsetError", f"LIMIT is followed by {text!r}")
        return int(text)

    def end(self) -> None:
        """Raises ApiError where a token is left."""
        kind, text = self.take()
        if kind != "end":
            raise _unsupported(text)


def _parse(text: str) -> _Statement:
    if len(text) > _MAX_STATEMENT_LENGTH:
        raise _invalid(f"It has more than {_MAX_STATEMENT_LENGTH} characters")
    tokens = _Tokens(text)
    tokens.expect("SELECT")
    fields = _selection(tokens)
    tokens.expect("FROM")
    tokens.expect("DEVICE")
    tokens.expect("WHERE")
    condition = _conditions(tokens)
    order = _order(tokens) if tokens.skip("ORDER", "BY") else ""
    offset, size = _limit(tokens) if tokens.skip("LIMIT") else (0, _DEFAULT_ROWS)
    tokens.end()
    return _Statement(fields, condition, order, offset, size)


def _selection(tokens: _Tokens) -> list[_Field]:
    """The fields of a SELECT, and the id, which is always there; none for a count."""
    if tokens.skip("COUNT", "(", "*", ")"):
        return []
    if tokens.skip("*"):
        return list(_FIELDS.values())
    fields = [_FIELDS["iot_id"], _field(tokens)]
    while tokens.skip(","):
        fields.append(_field(tokens))
    return fields


def _field(tokens: _Tokens) -> _Field:
    kind, text = tokens.take()
    if kind == "mark":
        raise _unsupported(text)
    if kind != "word":
        raise _invalid(f"A field is missing before {text!r}")
    if text not in _FIELDS:
        raise ApiError("iot.devicesearch.InvalidSQLFieldError", f"There is no field {text}")
    return _FIELDS[text]


def _order(tokens: _Tokens) -> str:
    text = tokens.take()[1]
    if text not in _SORTABLE:
        raise ApiError("iot.devicesearch.InvalidSQLOrderError", f"ORDER BY takes one of {', '.join(_SORTABLE)}")
    direction = "DESC" if tokens.skip("DESC") else "ASC"
    if direction == "ASC":
        tokens.skip("ASC")
    if tokens.skip(","):
        raise ApiError("iot.devicesearch.InvalidSQLOrderError", "ORDER BY takes one field")
    return f"ORDER BY {_FIELDS[text].column} {direction}, rowid {direction}"


def _limit(tokens: _Tokens) -> tuple[int, int]:
    """Offset and size."""
    offset, size = 0, tokens.number()
    if tokens.skip(","):
        offset, size = size, tokens.number()
    if not 1 <= size <= _MAX_ROWS or offset + size > _MAX_POSITION:
        raise ApiError(
            "iot.devicesearch.InvalidSQLOffsetError",
            f"LIMIT takes 1 to {_MAX_ROWS} devices, and none beyond the {_MAX_POSITION}th",
        )
    return offset, size


def _conditions(tokens: _Tokens) -> Sql:
    """The conditions that come next; AND binds closer than OR."""
    runs = [[_condition(tokens)]]
    count = 1
    while True:
        if tokens.skip("AND"):
            runs[-1].append(_condition(tokens))
        elif tokens.skip("OR"):
            runs.append([_condition(tokens)])
        else:
            break
        count += 1
        if count > _MAX_CONDITIONS:
            raise ApiError(
                "iot.devicesearch.InvalidSQLConditionError", f"It has more than {_MAX_CONDITIONS} conditions"
            )
    return _joined(" OR ", [_run(run) for run in runs])


def _condition(tokens: _Tokens) -> _Condition:
    field = _field(tokens)
    kind, operator = tokens.take()
    operator = operator.upper()
    if kind == "end":
        raise _invalid("It ends before the operator of a condition")
    if operator not in ("=", "!=", "<", ">", "LIKE"):
        raise _unsupported(operator)
    if (operator in ("<", ">") and field.type != _DATE) or (operator == "LIKE" and field.type != _TEXT):
        raise _type_error(f"{operator} does not suit a {field.type}")
    return _Condition(field, operator, _value(tokens, field, operator))


def _value(tokens: _Tokens, field: _Field, operator: str) -> Any:
    """The value that comes next, as the store has it: milliseconds for a date, the prefix for LIKE, None for null."""
    if tokens.skip("NULL"):
        if operator not in ("=", "!="):
            raise _type_error(f"{operator} does not suit null")
        return None
    kind, text = tokens.take()
    if kind == "number":
        raise _type_error(f"A {field.type} is not compared with a number")
    if kind != "string":
        raise _invalid(f"A value is missing before {text!r}")
    text = text[1:-1]
    if operator == "LIKE":
        return _prefix(text)
    return _milliseconds(text) if field.type == _DATE else text


def _prefix(text: str) -> str:
    prefix = text[:-1]
    if not text.endswith("%") or len(prefix) < _MIN_PREFIX_LENGTH or _NOT_IN_PREFIXES.intersection(prefix):
        raise ApiError(
            "iot.devicesearch.InvalidSQLParamError",
            f"LIKE takes {_MIN_PREFIX_LENGTH} or more characters, none of them special, and % at the end",
        )
    return prefix


def _milliseconds(text: str) -> int:
    try:
        if _DATE_SHAPE.fullmatch(text):
            return round(datetime.fromisoformat(f"{text}+08:00").timestamp() * 1000)
    except ValueError:
        pass
    raise _invalid(f"{text!r} is not a date such as 2020-04-04 16:38:18.607")


def _run(conditions: list[_Condition]) -> Sql:
    """Conditions that are joined by AND."""
    terms = []
    elements: dict[str, list[list[_Condition]]] = {}
    for condition in conditions:
        field = condition.field
        if not field.part:
            terms.append(_comparison(condition, f"device.{field.column}"))
            continue
        described = elements.setdefault(field.part, [[]])
        if any(known.field == field for known in described[-1]):
            described.append([])
        described[-1].append(condition)
    terms += [_element(part, element) for part, described in elements.items() for element in described]
    return _joined(" AND ", terms)


def _comparison(condition: _Condition, column: str) -> Sql:
    """A condition on a column; what is not equal may be NULL."""
    if condition.operator == "LIKE":
        return f"({column} >= ? AND {column} < ?)", [condition.value, condition.value + _LAST_CHARACTER]
    operator = {"=": "IS", "!=": "IS NOT"}.get(condition.operator, condition.operator)
    return f"{column} {operator} ?", [condition.value]


def _element(part: str, conditions: list[_Condition]) -> Sql:
    """A device has a tag (or group, or module) of a kind. Where only ``!=`` describes it: has none that is equal."""
    columns = {condition.field.column for condition in conditions}
    if "module_name" in columns and "firmware_version" not in columns:
        raise ApiError(
            "iot.devicesearch.InvalidSQLParamError",
            "ota_module.module_name is of use only together with ota_module.firmware_version",
        )
    rows = f"SELECT iot_id FROM ({_PARTS[part].rows})"
    if any(_wants(condition) for condition in conditions):
        described, values = _joined(" AND ", [_comparison(one, one.field.column) for one in conditions])
        return f"device.iot_id IN ({rows} WHERE {described})", values
    opposites = [_Condition(one.field, "=" if one.operator == "!=" else "!=", one.value) for one in conditions]
    excluded, values = _joined(" OR ", [_comparison(one, one.field.column) for one in opposites])
    return f"device.iot_id NOT IN ({rows} WHERE {excluded})", values


def _wants(condition: _Condition) -> bool:
    """Whether a condition asks for something to be there: any but ``!= "text"`` and ``= null``."""
    return condition.operator == "LIKE" or (condition.operator == "=") == (condition.value is not None)


def _joined(connective: str, terms: list[Sql]) -> Sql:
    return f"({connective.join(sql for sql, _values in terms)})", [value for _sql, values in terms for value in values]


def _rows_of(ctx: Context, part: str, devices: Iterable[Row]) -> dict[str, list[Row]]:
    """The groups, tags or modules of devices, by the device's id."""
    result: dict[str, list[Row]] = {}
    # Each query by itself, and sorted here: SQLite would look at all devices otherwise.
    found = ctx.store.rows(
        "WITH one AS MATERIALIZED (SELECT value FROM json_each(?)) "
        + " UNION ALL ".join(f"SELECT * FROM ({query}) WHERE iot_id IN one" for query in _PARTS[part].queries),
        json.dumps([device["iot_id"] for device in devices]),
    )
    for row in sorted(found, key=lambda row: tuple(row.values())):
        result.setdefault(row["iot_id"], []).append(row)
    return result


def _written(device: Row, fields: list[_Field], parts: dict[str, dict[str, list[Row]]]) -> Row:
    """What a reply says of a device: the fields asked for, as far as it has them."""
    result = {}
    for field in fields:
        if not field.part:
            value = device[field.column]
            if field.type == _DATE and value is not None:
                value = f"{times.beijing(value)}.{value % 1000:03}"
            result[field.member] = value
            continue
        rows = parts[field.part].get(device["iot_id"])
        if rows:
            listed = result.setdefault(_PARTS[field.part].member, [{} for _row in rows])
            for members, row in zip(listed, rows, strict=True):
                members[field.member] = row[field.column]
    return omit_none(**result)


def _invalid(why: str) -> ApiError:
    return ApiError("iot.devicesearch.InvalidSQLException", why)


def _unsupported(text: str) -> ApiError:
    return ApiError("iot.devicesearch.InvalidSQLParamError", f"The language has no {text!r} there")


def _type_error(why: str) -> ApiError:
    return ApiError("iot.devicesearch.InvalidSQLOperatorTypeError", why)
