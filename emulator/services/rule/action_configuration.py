# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validate and render the ``Configuration`` of a rule action, for each type of destination."""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError

Configuration = dict[str, Any]

# Members that the platform adds when it returns a configuration. A client that writes back what it read sends them too.
_PLATFORM_MEMBERS = ("uid", "endPoint")

_REGION = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
_ROLE_ARN = re.compile(r"acs:ram::[^:/]+:role/\S+")
_MAX_TAG_BYTES = 128  # bytes

# One level of a topic. It can contain a column that the rule selects: ${deviceName}.
_TOPIC_LEVEL = r"(?:[A-Za-z0-9_.:@-]|\$\{[^{}/]+\})+"
_DOWNLINK = re.compile(rf"/sys/{_TOPIC_LEVEL}/{_TOPIC_LEVEL}/thing/service/(?:property/set|{_TOPIC_LEVEL})")
_CUSTOM = re.compile(rf"/{_TOPIC_LEVEL}/{_TOPIC_LEVEL}/user(?:/{_TOPIC_LEVEL})+")

_SCHEMA_TYPES = ("BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "STRING", "DECIMAL")
_KEY_TYPES = ("INTEGER", "STRING", "BINARY")
_AUTO_INCREMENT = "AUTO_INCREMENT"

_CONFIGURATION_ERROR = "iot.rule.ParseRuleActionConfigError"


def parse_configuration(kind: str, text: str) -> Configuration:
    """Return the configuration of an action, without the members that the platform adds.

    Args:
        kind: the type of the action.
        text: the configuration as JSON.

    Raises:
        ApiError: ``kind`` is unknown, ``text`` is not a JSON object, or a member is missing or invalid.
    """
    check = _CHECKS.get(kind)
    if check is None:
        raise ApiError("iot.rule.IncorrentRuleActionType")
    try:
        configuration = json.loads(text)
        # json.loads accepts NaN and unpaired surrogates, but they cannot be returned as valid JSON.
        json.dumps(configuration, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        configuration = None
    if not isinstance(configuration, dict):
        raise ApiError("iot.ruleng.RuleActionConfigurationIsNotJson")
    for name in _PLATFORM_MEMBERS:
        configuration.pop(name, None)
    if not configuration:
        raise ApiError("iot.ruleng.NullRuleActionConfig")
    check(configuration)
    return configuration


def render_configuration(kind: str, configuration: Configuration, user_id: str) -> str:
    """Return a configuration as the API returns it: as sorted JSON, with the members that the platform adds."""
    added = {"uid": user_id}
    if kind == "OTS":
        host = f"{configuration['instanceName']}.{configuration['regionName']}.ots.aliyuncs.com"
        added["endPoint"] = f"http://{host}"
    return json.dumps({**configuration, **added}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def republish_product_key(topic: str) -> str:
    """Return the product key in a republish topic, or an empty string if it comes from each message (``${...}``)."""
    product_key = topic.removeprefix("/sys").split("/")[1]
    return "" if "$" in product_key else product_key


def _check_republish(configuration: Configuration) -> None:
    topic = _require_text(configuration, "topic", "iot.messagebroker.NullTopicName")
    topic_type = configuration.get("topicType")
    if isinstance(topic_type, bool) or topic_type not in (0, 1):
        raise ApiError(
            "iot.ruleng.IncorrectType", "topicType must be 0 (downlink topic of a thing model) or 1 (custom topic)"
        )
    if topic_type == 0 and not _DOWNLINK.fullmatch(topic):
        raise ApiError("iot.ruleng.IncorrectSysTopic")
    if topic_type == 1 and not _CUSTOM.fullmatch(topic):
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")


def _check_amqp(configuration: Configuration) -> None:
    _require_text(configuration, "groupId", "iot.rule.NullForwardDestForRule")


def _check_datahub(configuration: Configuration) -> None:
    _require_text(configuration, "projectName", "iot.ruleng.NullProjectOfDatahub")
    _require_text(configuration, "topicName", "iot.ruleng.NullTopicInDatahubProject")
    _check_region_and_role(configuration)
    for column in _require_objects(configuration, "schemaVals", "iot.ruleng.NullOrEmptySchemaOfTopic"):
        _require_text(column, "name", "iot.ruleng.EmptySchemaNameOfTopic")
        _require_text(column, "value", "iot.ruleng.EmptySchemaValueOfTopic")
        _require_choice(column, "type", _SCHEMA_TYPES, "iot.ruleng.EmptySchemaTypeOfTopic")


def _check_ots(configuration: Configuration) -> None:
    _require_text(configuration, "instanceName", "iot.ruleng.NullOtsInstanceName")
    _require_text(configuration, "tableName", "iot.ruleng.NullTableNameInOtsInstance")
    _check_region_and_role(configuration)
    for key in _require_objects(configuration, "primaryKeys", "iot.ruleng.NullPrimaryKeyInOtsTable"):
        _require_text(key, "columnName", "iot.ruleng.NullPrimaryKeyNameInOts")
        kind = _require_choice(key, "columnType", _KEY_TYPES, "iot.ruleng.NullPrimaryKeyTypeInOts")
        option = key.get("option") or ""
        if option not in ("", _AUTO_INCREMENT) or (option == _AUTO_INCREMENT and kind != "INTEGER"):
            message = f"option must be empty, or {_AUTO_INCREMENT} for a primary key of type INTEGER"
            raise ApiError("iot.ruleng.IncorrectPrimaryKeyValueInOtsTable", message)
        if option != _AUTO_INCREMENT:
            _require_text(key, "columnValue", "iot.ruleng.NullPrimaryKeyValueInOts")


def _check_mns(configuration: Configuration) -> None:
    _require_text(configuration, "themeName", "iot.ruleng.NullTopicNameInMns")
    _check_region_and_role(configuration)


def _check_fc(configuration: Configuration) -> None:
    _require_text(configuration, "serviceName", "iot.ruleng.NullServiceNameInFc")
    _require_text(configuration, "functionName", "iot.ruleng.NullFunctionNameInFc")
    _check_region_and_role(configuration)


def _check_ons(configuration: Configuration) -> None:
    _require_text(configuration, "instanceId", "iot.ruleng.InstanceNotFound")
    _require_text(configuration, "topic", "iot.messagebroker.NullTopicName")
    _check_region_and_role(configuration)
    tag = configuration.get("tag") or ""
    if not isinstance(tag, str):
        raise ApiError(_CONFIGURATION_ERROR, "tag must be a string")
    if len(tag.encode()) > _MAX_TAG_BYTES:
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
    if not _REGION.fullmatch(_require_text(configuration, "regionName", "iot.ruleng.IncorrectRegionName")):
        raise ApiError("iot.ruleng.IncorrectRegionName")
    role = configuration.get("role")
    if not isinstance(role, dict):
        raise ApiError("iot.ruleng.InvalidRamRole", "role must be an object with roleArn and roleName")
    _require_text(role, "roleName", "iot.ruleng.NullRamRoleName")
    if not _ROLE_ARN.fullmatch(_require_text(role, "roleArn", "iot.ruleng.NullRamRoleArn")):
        raise ApiError("iot.ruleng.InvalidRamRole")


def _require_text(container: Configuration, name: str, code: str) -> str:
    """Return a member that must be a non-empty string. Raise ApiError with ``code`` if it is missing or empty."""
    value = container.get(name)
    if value in (None, ""):
        raise ApiError(code)
    if not isinstance(value, str):
        raise ApiError(_CONFIGURATION_ERROR, f"{name} must be a string")
    return value


def _require_choice(container: Configuration, name: str, choices: tuple[str, ...], code: str) -> str:
    value = _require_text(container, name, code)
    if value not in choices:
        raise ApiError(_CONFIGURATION_ERROR, f"{name} must be one of {', '.join(choices)}")
    return value


def _require_objects(configuration: Configuration, name: str, code: str) -> list[Configuration]:
    """Return a member that must be a non-empty list of objects.

    Raise ApiError with ``code`` if it is missing or empty.
    """
    value = configuration.get(name)
    if value in (None, []):
        raise ApiError(code)
    if not (isinstance(value, list) and all(isinstance(element, dict) for element in value)):
        raise ApiError(_CONFIGURATION_ERROR, f"{name} must be a list of objects")
    return value
