# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The functions of rule SQL as calls of the functions that parser scripts have.

A function of SQL is null if one of its arguments is null, and fails for values of other types.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.sql import (
    Call,
    Constant,
    Everything,
    UnsupportedSql,
)

#: The names of the encoding that scripts support.
_UTF_8 = ("utf-8", "utf8", "utf_8")

_NUMBER = "sqlNumber({name}(sqlNumber(value)))"


@dataclass(frozen=True)
class Function:
    """A function of SQL.

    Attributes:
        parameters: The names of the parameters.
        body: The JavaScript expression; empty if the script calls the function of the same name directly.
        optional: How many of the last parameters can be omitted.
        constant: Whether the arguments must be constant text.
        takes_null: Whether the function takes null.
    """

    parameters: tuple[str, ...] = ()
    body: str = ""
    optional: int = 0
    constant: bool = False
    takes_null: bool = False


_FUNCTIONS = {
    **{
        name: Function(("value",), _NUMBER.format(name=name))
        for name in ("abs", "asin", "cos", "cosh", "exp", "floor", "sin", "sinh", "tan", "tanh")
    },
    "attribute": Function(("key",), "attribute(sqlString(key))"),
    "concat": Function(("one", "other"), "sqlShort(concat(sqlText(one), sqlText(other)))"),
    "crypto": Function(("value", "algorithm"), "crypto(sqlText(value), algorithm)"),
    "deviceName": Function(),
    "endswith": Function(("value", "suffix"), "endswith(sqlText(value), sqlText(suffix))"),
    "log": Function(
        ("value", "base"),
        # The logarithm of the base fails for bases that are not positive.
        "sqlNumber(base === undefined ? log(sqlNumber(value)) "
        ": sqlNumber(log(sqlNumber(value))) / sqlNumber(log(sqlNumber(base))))",
        optional=1,
    ),
    "lower": Function(("value",), "lower(sqlString(value))"),
    "messageId": Function(),
    "mod": Function(("value", "divisor"), "sqlNumber(mod(sqlNumber(value), sqlNumber(divisor)))"),
    "nanvl": Function(("value", "other"), takes_null=True),
    "newuuid": Function(),
    "payload": Function(("encoding",), optional=1, constant=True),
    "power": Function(("base", "exponent"), "sqlNumber(power(sqlNumber(base), sqlNumber(exponent)))"),
    "rand": Function(),
    "replace": Function(
        ("value", "old", "fresh"), "sqlShort(replace(sqlText(value), sqlString(old), sqlString(fresh)))"
    ),
    "substring": Function(
        ("value", "start", "end"),
        'sqlPart(typeof value === "number" && value % 1 === 0 ? String(value) : sqlString(value), start, end)',
        optional=1,
    ),
    "timestamp": Function(("pattern",), optional=1, constant=True),
    "timestamp_utc": Function(("pattern",), optional=1, constant=True),
    "to_base64": Function(("everything",)),
    "to_hex": Function(("everything",)),
    "topic": Function(("level",), optional=1),
    "upper": Function(("value",), "upper(sqlString(value))"),
}
#: The only function with any number of arguments.
_PROPERTIES = "thingPropertyFlatMap"

#: What the functions above need in addition to ``helpers``.
_MORE = {
    "sqlPart": """
function sqlPart(text, start, end) {
  var first = Math.max(sqlWhole(start), 0);
  var last = end === undefined ? text.length : Math.max(sqlWhole(end), 0);
  return first < last ? substring(text, first, Math.min(last, text.length)) : "";
}
""",
}

#: The names of all functions that can be converted.
NAMES = (*_FUNCTIONS, _PROPERTIES)


def sources() -> dict[str, str]:
    """Return the JavaScript functions of SQL functions by their names."""
    result = dict(_MORE)
    for name, function in _FUNCTIONS.items():
        if function.body:
            nulls = " || ".join(f"{parameter} === null" for parameter in function.parameters)
            head = f"function {_script_name(name)}({', '.join(function.parameters)}) {{"
            result[_script_name(name)] = f"{head}\n  return {nulls} ? null : {function.body};\n}}"
    return result


def call_of(call: Call, arguments: list[str]) -> str:
    """Return the JavaScript of a call.

    Args:
        call: The call.
        arguments: The JavaScript of its arguments.

    Raises:
        UnsupportedSql: The parser script has no equivalent.
    """
    if call.name == _PROPERTIES:
        _check_constant(call)
        return f"{call.name}({', '.join(arguments)})"
    function = _FUNCTIONS.get(call.name)
    if function is None:
        raise UnsupportedSql(f"the function {call.name} has no equivalent in parser scripts")
    minimum = len(function.parameters) - function.optional
    if not minimum <= len(arguments) <= len(function.parameters):
        raise UnsupportedSql(f"the function {call.name} does not take {len(arguments)} arguments")
    if ("everything" in function.parameters) is not (Everything() in call.arguments):
        raise UnsupportedSql(f"the arguments of the function {call.name} are not those that the documentation defines")
    if Everything() in call.arguments:
        return f'{call.name}(payload("binary"))'
    if function.constant:
        _check_constant(call)
    if call.name == "payload":
        return _payload(call)
    if call.name == "topic" and arguments:
        return f"sqlTopicLevel({arguments[0]})"
    name = _script_name(call.name) if function.body else call.name
    return f"{name}({', '.join(arguments)})"


def _payload(call: Call) -> str:
    encodings = [argument.value for argument in call.arguments]
    if encodings and encodings[0].lower() not in _UTF_8:
        raise UnsupportedSql(f"payload('{encodings[0]}'): parser scripts decode text as UTF-8 only")
    return "payload()"


def _check_constant(call: Call) -> None:
    if not all(isinstance(argument, Constant) and isinstance(argument.value, str) for argument in call.arguments):
        raise UnsupportedSql(f"the arguments of {call.name} can only be converted if they are text in quotes")


def _script_name(name: str) -> str:
    return f"sql{name[0].upper()}{name[1:]}"
