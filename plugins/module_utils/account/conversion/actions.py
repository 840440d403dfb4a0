# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The actions of rules as destinations of parsers, and as calls of scripts that send to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.script import Translator, literal
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import REQUIRED

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")

#: The first level of a topic of the thing model. The ProductKey follows it.
_SYSTEM = "sys"

_TYPED = {
    "STRING": "sqlColumnText",
    "BINARY": "sqlColumnText",
    "BOOLEAN": "sqlBoolean",
    **dict.fromkeys(("BIGINT", "DOUBLE", "DECIMAL", "TIMESTAMP", "INTEGER"), "sqlNumeric"),
}


class NotConvertible(ValueError):
    """A part of a rule has no equivalent. The text is the reason."""


@dataclass
class Sending:
    """How a parser does what an action does.

    Attributes:
        type: The type of the destination.
        configuration: The configuration of the destination.
        call: The call in the script; ``{id}`` is the ID of the destination.
        differences: What the parser does differently.
    """

    type: str
    configuration: dict[str, Any]
    call: str = ""
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _ActionType:
    """How actions of a type are converted.

    Attributes:
        function: The function of scripts that sends to the destination.
        extra: Returns further arguments of the function, and adds differences to the last argument.
        content: Returns what is sent, the JavaScript of ``row`` by default.
        has_columns: Whether the action assigns columns, which a failover destination cannot do.
    """

    function: str
    extra: Callable[[dict[str, Any], Translator], list[str]] = lambda _configuration, _translator: []
    content: Callable[[dict[str, Any], Translator, list[str]], str] | None = None
    has_columns: bool = False


def _tag(configuration: dict[str, Any], translator: Translator) -> list[str]:
    return [_filled(configuration["tag"], translator)] if configuration.get("tag") else []


def _datahub_row(configuration: dict[str, Any], translator: Translator, differences: list[str]) -> str:
    differences.append("a column of DataHub is null if the message does not have the field")
    columns = [(one["name"], one["value"], one["type"]) for one in configuration["schemaVals"]]
    return _object(columns, translator)


def _table_store_row(configuration: dict[str, Any], translator: Translator, differences: list[str]) -> str:
    differences.append("a primary key is null if the message does not have the field")
    keys = [one for one in configuration["primaryKeys"] if not one.get("option")]
    if len(keys) < len(configuration["primaryKeys"]):
        differences.append("the script does not set the primary key that Table Store increments")
    columns = [(one["columnName"], one["columnValue"], one["columnType"]) for one in keys]
    return f"sqlRecord(row, {_object(columns, translator)})"


_TYPES = {
    "amqp": _ActionType("writeAmqp"),
    "mns": _ActionType("writeMns"),
    "fc": _ActionType("writeFc"),
    "ons": _ActionType("writeMq", extra=_tag),
    "datahub": _ActionType("writeDatahub", content=_datahub_row, has_columns=True),
    "ots": _ActionType("writeTableStore", content=_table_store_row, has_columns=True),
    "republish": _ActionType("writeIotTopic"),
}


def send(action: dict[str, Any], translator: Translator, uses_custom_format: Callable[[str], bool]) -> Sending:
    """Return how a parser does what an action does.

    Args:
        action: The action, as the collection reads it.
        translator: The translator of the SQL of the rule.
        uses_custom_format: Returns whether the devices of the product with a key use a custom data format.

    Raises:
        NotConvertible: It has no equivalent.
    """
    kind = _type_of(action)
    configuration = action["configuration"]
    if action["type"] == "republish":
        return _republish(configuration, translator, uses_custom_format)
    sending = Sending(action["type"], _members(action))
    content = translator.content
    if kind.content is not None:
        if translator.is_binary_message:
            raise NotConvertible("binary data has no columns")
        content = kind.content(configuration, translator, sending.differences)
    arguments = ["{id}", content, *kind.extra(configuration, translator)]
    sending.call = f"{kind.function}({', '.join(arguments)});"
    return sending


def fail_over(action: dict[str, Any]) -> Sending:
    """Return the failover destination that replaces an error action.

    Raises:
        NotConvertible: It has no equivalent.
    """
    kind = _type_of(action)
    if action["type"] == "republish":
        raise NotConvertible("a failover destination cannot be a topic, because only a script can name a topic")
    if kind.has_columns:
        raise NotConvertible("a failover destination receives a report as a whole, without columns")
    differences = ["the report about a failure has the format of parsers (parserName, and function and destinationId)"]
    if action["configuration"].get("tag"):
        differences.append(f"the report does not have the tag {action['configuration']['tag']}")
    return Sending(action["type"], _members(action), differences=differences)


def _type_of(action: dict[str, Any]) -> _ActionType:
    kind = _TYPES.get(action["type"])
    if kind is None:
        raise NotConvertible(f"there is no destination of the type {action['type']} in the API")
    return kind


def _members(action: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of the destination: the members that say where it is."""
    missing = [name for name in REQUIRED[action["type"]] if name not in action["configuration"]]
    if missing:
        raise NotConvertible(f"its configuration does not contain {', '.join(missing)}")
    return {name: action["configuration"][name] for name in REQUIRED[action["type"]]}


def _republish(
    configuration: dict[str, Any], translator: Translator, uses_custom_format: Callable[[str], bool]
) -> Sending:
    topic = configuration["topic"]
    levels = topic.split("/")
    product_key = levels[2] if levels[1] == _SYSTEM else levels[1]
    if "$" in product_key:
        raise NotConvertible(f"a destination has one product, but the topic {topic} takes it from the message")
    filled = _filled(topic, translator, "sqlTopic")
    sending = Sending("republish", {"productKey": product_key})
    content = translator.content
    if str(configuration.get("topicType")) == "0":
        if uses_custom_format(product_key):
            raise NotConvertible("a script cannot translate a command to the custom data format of the devices")
        if translator.is_binary_message:
            raise NotConvertible("binary data cannot be the parameters of a command")
        content = f"sqlCommand({filled}, row)"
        sending.differences.append("the ID of a command is derived from the ID of the message")
    sending.call = f"writeIotTopic({{id}}, {filled}, {content});"
    return sending


def _filled(text: str, translator: Translator, function: str = "sqlFill") -> str:
    """Return text with columns in it as JavaScript."""
    parts = _PLACEHOLDER.split(text)
    if len(parts) == 1:
        return literal(text)
    for name in parts[1::2]:
        if not translator.selects(name):
            raise NotConvertible(f"{text} contains ${{{name}}}, which the rule does not select")
    return f"{function}(row, {json.dumps(parts)})"


def _object(columns: list[tuple[str, str, str]], translator: Translator) -> str:
    """Return an object with columns as JavaScript. Each column has a name, a value and a type."""
    members = []
    for name, value, kind in columns:
        found = _PLACEHOLDER.fullmatch(value)
        if found and not translator.selects(found[1]):
            raise NotConvertible(f"the column {name} contains {value}, which the rule does not select")
        content = f"sqlColumn(row, {literal(found[1])})" if found else _filled(value, translator)
        members.append(f"{literal(name)}: {_TYPED.get(kind, 'sqlColumnText')}({content})")
    return "{ " + ", ".join(members) + " }"
