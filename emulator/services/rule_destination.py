# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ``Configuration`` of a rule's actions: what it must hold for each type of destination."""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.errors import ApiError

Configuration = dict[str, Any]

# What the platform adds; whoever writes back what was read gives it along.
_ADDED = ("uid", "endPoint")

_REGION = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
_ROLE_ARN = re.compile(r"acs:ram::[^:/]+:role/\S+")
_LONGEST_TAG = 128  # bytes

# One level of a topic, in which a column that the rule selects can stand: ${deviceName}.
_LEVEL = r"(?:[A-Za-z0-9_.:@-]|\$\{[^{}/]+\})+"
_DOWNLINK = re.compile(rf"/sys/{_LEVEL}/{_LEVEL}/thing/service/(?:property/set|{_LEVEL})")
_CUSTOM = re.compile(rf"/{_LEVEL}/{_LEVEL}/user(?:/{_LEVEL})+")

_SCHEMA_TYPES = ("BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "STRING", "DECIMAL")
_KEY_TYPES = ("INTEGER", "STRING", "BINARY")
_COUNTING = "AUTO_INCREMENT"

_WRONG = "iot.rule.ParseRuleActionConfigError"


def configuration_given(kind: str, written: str) -> Configuration:
    """The configuration of an action of type ``kind``. Raises ApiError where it is not JSON, or not as it must be."""
    check = _CHECKS.get(kind)
    if check is None:
        raise ApiError("iot.rule.IncorrentRuleActionType")
    try:
        configuration = json.loads(written)
        # NaN and half a character can be read but are not JSON that could be given back.
        json.dumps(configuration, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        configuration = None
    if not isinstance(configuration, dict):
        raise ApiError("iot.ruleng.RuleActionConfigurationsNotJson")
    for name in _ADDED:
        configuration.pop(name, None)
    if not configuration:
        raise ApiError("iot.ruleng.NullRuleActionConfig")
    check(configuration)
    return configuration


def as_read(kind: str, configuration: Configuration, user_id: str) -> str:
    """A configuration as the platform gives it back: with what it adds, and its names in order."""
    added = {"uid": user_id}
    if kind == "OTS":
        host = f"{configuration['instanceName']}.{configuration['regionName']}.ots.aliyuncs.com"
        added["endPoint"] = f"http://{host}"
    return json.dumps({**configuration, **added}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def product_of(topic: str) -> str:
    """The product of a topic that messages are published to again; empty where only the message tells it."""
    product_key = topic.removeprefix("/sys").split("/")[1]
    return "" if "$" in product_key else product_key


def _check_republish(configuration: Configuration) -> None:
    topic = _text(configuration, "topic", "iot.messagebroker.NullTopicName")
    topic_type = configuration.get("topicType")
    if isinstance(topic_type, bool) or topic_type not in (0, 1):
        raise ApiError("iot.ruleng.IncorrectType", "topicType is 0 (sent down by a thing model) or 1 (custom)")
    if topic_type == 0 and not _DOWNLINK.fullmatch(topic):
        raise ApiError("iot.ruleng.IncorrectSysTopic")
    if topic_type == 1 and not _CUSTOM.fullmatch(topic):
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")


def _check_amqp(configuration: Configuration) -> None:
    _text(configuration, "groupId", "iot.rule.NullForwardDestForRule")


def _check_datahub(configuration: Configuration) -> None:
    _text(configuration, "projectName", "iot.ruleng.NullProjectOfDatahub")
    _text(configuration, "topicName", "iot.ruleng.NullTopicInDatahubProject")
    _check_region_and_role(configuration)
    for column in _objects(configuration, "schemaVals", "iot.ruleng.NullOrEmptySchemaOfTopic"):
        _text(column, "name", "iot.ruleng.EmptySchemaNameOfTopic")
        _text(column, "value", "iot.ruleng.EmptySchemaValueOfTopic")
        _choice(column, "type", _SCHEMA_TYPES, "iot.ruleng.EmptySchemaTypeOfTopic")


def _check_ots(configuration: Configuration) -> None:
    _text(configuration, "instanceName", "iot.ruleng.NullOtsInstanceName")
    _text(configuration, "tableName", "iot.ruleng.NullTableNameInOtsInstance")
    _check_region_and_role(configuration)
    for key in _objects(configuration, "primaryKeys", "iot.ruleng.NullPrimaryKeyInOtsTable"):
        _text(key, "columnName", "iot.ruleng.NullPrimaryKeyNameInOts")
        kind = _choice(key, "columnType", _KEY_TYPES, "iot.ruleng.NullPrimaryKeyTypeInOts")
        option = key.get("option") or ""
        if option not in ("", _COUNTING) or (option == _COUNTING and kind != "INTEGER"):
            message = f"option is empty, or {_COUNTING} for a primary key of the type INTEGER"
            raise ApiError("iot.ruleng.IncorrectPrimaryKeyValueInOtsTable", message)
        if option != _COUNTING:
            _text(key, "columnValue", "iot.ruleng.NullPrimaryKeyValueInOts")


def _check_mns(configuration: Configuration) -> None:
    _text(configuration, "themeName", "iot.ruleng.NullTopicNameInMns")
    _check_region_and_role(configuration)


def _check_fc(configuration: Configuration) -> None:
    _text(configuration, "serviceName", "iot.ruleng.NullServiceNameInFc")
    _text(configuration, "functionName", "iot.ruleng.NullFunctionNameInFc")
    _check_region_and_role(configuration)


def _check_ons(configuration: Configuration) -> None:
    _text(configuration, "instanceId", "iot.ruleng.InstanceNotFound")
    _text(configuration, "topic", "iot.messagebroker.NullTopicName")
    _check_region_and_role(configuration)
    tag = configuration.get("tag") or ""
    if not isinstance(tag, str):
        raise ApiError(_WRONG, "tag is a text")
    if len(tag.encode()) > _LONGEST_TAG:
        raise ApiError("iot.ruleng.InvalidFormattedTagInConfiguration")


_CHECKS = {
    "REPUBLISH": _check_republish,
    "AMQP": _check_amqp,
    "DATAHUB": _check_datahub,
    "ONS": _check_ons,
    "MNS": _check_mns,
    "FC": _check_fc,
    "OTS": _check_ots,
}


def _check_region_and_role(configuration: Configuration) -> None:
    if not _REGION.fullmatch(_text(configuration, "regionName", "iot.ruleng.IncorrectRegionName")):
        raise ApiError("iot.ruleng.IncorrectRegionName")
    role = configuration.get("role")
    if not isinstance(role, dict):
        raise ApiError("iot.ruleng.InvalidRamRole", "role is an object with roleArn and roleName")
    _text(role, "roleName", "iot.ruleng.NullRamRoleName")
    if not _ROLE_ARN.fullmatch(_text(role, "roleArn", "iot.ruleng.NullRamRoleArn")):
        raise ApiError("iot.ruleng.InvalidRamRole")


def _text(holder: Configuration, name: str, code: str) -> str:
    """A text that must be there: it is an error ``code`` where it is not."""
    value = holder.get(name)
    if value in (None, ""):
        raise ApiError(code)
    if not isinstance(value, str):
        raise ApiError(_WRONG, f"{name} is a text")
    return value


def _choice(holder: Configuration, name: str, choices: tuple[str, ...], code: str) -> str:
    value = _text(holder, name, code)
    if value not in choices:
        raise ApiError(_WRONG, f"{name} is one of {', '.join(choices)}")
    return value


def _objects(configuration: Configuration, name: str, code: str) -> list[Configuration]:
    """A list of objects that must be there and not be empty: it is an error ``code`` where it is."""
    value = configuration.get(name)
    if value in (None, []):
        raise ApiError(code)
    if not (isinstance(value, list) and all(isinstance(element, dict) for element in value)):
        raise ApiError(_WRONG, f"{name} is a list of objects")
    return value
