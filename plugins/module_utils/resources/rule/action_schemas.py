# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON schemas of the configuration of rule actions, by type (manual section 4.15.4).

The members that the platform adds are allowed, so that a configuration that the platform returns can be used in a task.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.cloud_services import REGION, ROLE_ARN

_TEXT = {"type": "string", "minLength": 1}
_REGION = {"type": "string", "pattern": f"^{REGION}$"}
_ROLE = {
    "type": "object",
    "properties": {"roleArn": {"type": "string", "pattern": f"^{ROLE_ARN}$"}, "roleName": _TEXT},
    "required": ["roleArn", "roleName"],
}


def _configuration(required: dict, optional: dict | None = None) -> dict:
    added = {"uid": {}, "endPoint": {}}
    return {
        "type": "object",
        "properties": {**required, **(optional or {}), **added},
        "required": list(required),
        "additionalProperties": False,
    }


def _cloud_configuration(required: dict, optional: dict | None = None) -> dict:
    """Return the schema of an action that sends data to another Alibaba Cloud service."""
    return _configuration({**required, "regionName": _REGION, "role": _ROLE}, optional)


_COLUMN = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "value": _TEXT,
        "type": {"enum": ["BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "STRING", "DECIMAL"]},
    },
    "required": ["name", "value", "type"],
}

_PRIMARY_KEY = {
    "type": "object",
    "properties": {
        "columnName": _TEXT,
        "columnType": {"enum": ["INTEGER", "STRING", "BINARY"]},
        "columnValue": {"type": "string"},
        "option": {"enum": ["", "AUTO_INCREMENT", None]},
    },
    "required": ["columnName", "columnType"],
    "if": {"properties": {"option": {"const": "AUTO_INCREMENT"}}, "required": ["option"]},
    "then": {"properties": {"columnType": {"const": "INTEGER"}}},
    "else": {"required": ["columnValue"], "properties": {"columnValue": _TEXT}},
}

#: Messages are published on one topic, so it has no wildcards. The topics of a thing model on which devices receive
#: messages are those of its services.
_REPUBLISH = {
    **_configuration(
        {"topic": {"type": "string", "pattern": r"^(/[^/+#]+){3,}$"}, "topicType": {"enum": [0, 1]}},
    ),
    "if": {"properties": {"topicType": {"const": 0}}, "required": ["topicType"]},
    "then": {"properties": {"topic": {"pattern": "^/sys/[^/]+/[^/]+/thing/service/"}}},
    "else": {"properties": {"topic": {"not": {"pattern": "^/sys/[^/]+/[^/]+/thing/"}}}},
}

#: The schema of the configuration for each type of action.
CONFIGURATIONS = {
    "republish": _REPUBLISH,
    "amqp": _configuration({"groupId": _TEXT}),
    "datahub": _cloud_configuration(
        {"projectName": _TEXT, "topicName": _TEXT, "schemaVals": {"type": "array", "items": _COLUMN, "minItems": 1}}
    ),
    "ons": _cloud_configuration({"instanceId": _TEXT, "topic": _TEXT}, {"tag": {"type": "string", "maxLength": 128}}),
    "mns": _cloud_configuration({"themeName": _TEXT}),
    "fc": _cloud_configuration({"serviceName": _TEXT, "functionName": _TEXT}),
    "ots": _cloud_configuration(
        {
            "instanceName": _TEXT,
            "tableName": _TEXT,
            "primaryKeys": {"type": "array", "items": _PRIMARY_KEY, "minItems": 1, "maxItems": 4},
        }
    ),
}
