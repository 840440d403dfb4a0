# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations: where parsers send messages to (manual chapter 4.16).

The emulator does not check whether resources of other cloud products, such as a table or a function, exist.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.topics import DEVICE_NAME
from ansible_collections.iotops.aliyun.emulator.services.common import configuration as configuration_checks
from ansible_collections.iotops.aliyun.emulator.services.common.forwarding import bounded_page, status_from_check
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group

TABLES = """
CREATE TABLE IF NOT EXISTS destination (
    destination_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,  -- any text, not unique: the manual requires neither
    type TEXT NOT NULL,
    configuration TEXT NOT NULL,  -- as in the request
    description TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
"""

REPUBLISH = "REPUBLISH"
AMQP = "AMQP"

_CONFIGURATION_ERROR = "iot.rule.ParseRuleActionConfigError"

# Destinations in other cloud products: the required strings, each with the error code for a missing value. All of them
# also require a region and a role.
_CLOUD_DESTINATIONS = {
    "DATAHUB": {
        "projectName": "iot.ruleng.NullProjectOfDatahub",
        "topicName": "iot.ruleng.NullTopicInDatahubProject",
    },
    "ONS": {"instanceId": _CONFIGURATION_ERROR, "topic": "iot.messagebroker.NullTopicName"},
    "MNS": {"themeName": "iot.ruleng.NullTopicNameInMns"},
    "FC": {"serviceName": "iot.ruleng.NullServiceNameInFc", "functionName": "iot.ruleng.NullFunctionNameInFc"},
    "OTS": {"instanceName": "iot.ruleng.NullOtsInstanceName", "tableName": "iot.ruleng.NullTableNameInOtsInstance"},
}
# A custom topic, or a topic on which a device receives thing model requests.
_TOPIC = re.compile(rf"(?:/sys)?/([A-Za-z0-9]+)/{DEVICE_NAME}/(?:user|thing/service)/.+")

_TYPES = (REPUBLISH, AMQP, *_CLOUD_DESTINATIONS)


def find_destination(ctx: Context, destination_id: int) -> Row:
    """Return the row of a destination. Raise ApiError if it does not exist."""
    destination = ctx.store.one("destination", destination_id=destination_id)
    if destination is None:
        raise ApiError("iot.rule.destinationNotExists")
    return destination


def destination_settings(destination: Row) -> dict[str, Any]:
    """Return the configuration of a destination."""
    return _normalize_settings(json.loads(destination["configuration"]))


def republish_product_key(destination: Row) -> str:
    """Return the key of the product to whose topics a destination of type ``REPUBLISH`` publishes."""
    return _product_key_of(destination_settings(destination))


def destination_to_reply(destination: Row, is_failover: bool) -> Row:
    """Return the members that all replies about a destination have in common."""
    return {
        "DestinationId": destination["destination_id"],
        "Name": destination["name"],
        "Type": destination["type"],
        "Configuration": destination["configuration"],
        "IsFailover": is_failover,
        "UtcCreated": times.utc(destination["created_at"]),
    }


@operation
def create_destination(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.14: Create a destination.

    Whether it is a failover destination is only defined when it is attached to a parser.
    """
    _check_configuration(ctx, p["Type"], p["Configuration"])
    destination_id = ctx.store.insert(
        "destination",
        name=p["Name"],
        type=p["Type"],
        configuration=p["Configuration"],
        description=p.get("Description"),
        created_at=ctx.now,
        modified_at=ctx.now,
    )
    return {"Destination": destination_to_reply(find_destination(ctx, destination_id), False)}


@operation
def update_destination(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.15: Update a destination. An absent description is left unchanged."""
    destination = find_destination(ctx, p["DestinationId"])
    _check_configuration(ctx, p["Type"], p["Configuration"])
    changes = omit_none(
        name=p["Name"],
        type=p["Type"],
        configuration=p["Configuration"],
        description=p.get("Description"),
        modified_at=ctx.now,
    )
    ctx.store.update("destination", changes, destination_id=destination["destination_id"])


@operation
def list_destination(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.16: List destinations, oldest first."""
    page = bounded_page(ctx, p)
    types = p.get("Types") or list(_TYPES)
    for kind in types:
        _check_type(kind)
    destinations, total = ctx.store.page_of(
        "SELECT * FROM destination WHERE instr(name, ?) AND type IN (SELECT value FROM json_each(?))",
        (p.get("SearchName", ""), json.dumps(types)),
        page.offset,
        page.size,
        "destination_id",
    )
    listed = [
        omit_none(
            **destination_to_reply(destination, _is_failover(ctx, destination)),
            Description=destination["description"],
            Status=_status(ctx, destination),
        )
        for destination in destinations
    ]
    return {
        "Destinations": {"destinations": listed},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def get_destination(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.17: Read a destination. Unlike other operations, this one returns the id as a string."""
    destination = find_destination(ctx, p["DestinationId"])
    members = destination_to_reply(destination, _is_failover(ctx, destination))
    details = {"DestinationId": str(destination["destination_id"]), "Status": _status(ctx, destination)}
    return {"Destination": members | details}


@operation
def delete_destination(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.20: Delete a destination. It must not be attached to a parser."""
    destination = find_destination(ctx, p["DestinationId"])
    attached = ctx.store.one("parser_destination", destination_id=destination["destination_id"])
    if attached:
        message = f"Parser {attached['parser_id']} uses the destination: detach the destination from it first"
        raise ApiError("iot.system.IllegalRequest", message)
    ctx.store.delete("destination", destination_id=destination["destination_id"])


def _is_failover(ctx: Context, destination: Row) -> bool:
    """Return whether any parser uses a destination for failed messages."""
    failover_link = {"destination_id": destination["destination_id"], "is_failover": True}
    return ctx.store.one("parser_destination", **failover_link) is not None


def _status(ctx: Context, destination: Row) -> str:
    """Return whether messages can be sent to a destination. Its product or consumer group may have been deleted."""
    return status_from_check(lambda: _check_configuration(ctx, destination["type"], destination["configuration"]))


def _check_type(kind: str) -> None:
    if kind not in _TYPES:
        raise ApiError("iot.rule.IncorrentRuleActionType", f"Type must be one of {', '.join(_TYPES)}")


def _check_configuration(ctx: Context, kind: str, text: str) -> None:
    """Raise ApiError if a configuration is invalid for a destination of type ``kind``."""
    _check_type(kind)
    settings = configuration_checks.parse_object(text)
    if settings is None:
        raise ApiError("iot.ruleng.RuleActionConfigurationIsNotJson")
    if not settings:
        raise ApiError("iot.ruleng.NullRuleActionConfig")
    settings = _normalize_settings(settings)
    if kind == REPUBLISH:
        find_product(ctx, _product_key_of(settings))
    elif kind == AMQP:
        _check_text(settings, "groupId", _CONFIGURATION_ERROR)
        find_consumer_group(ctx, settings["groupId"])
    else:
        for name, code in _CLOUD_DESTINATIONS[kind].items():
            _check_text(settings, name, code)
        _check_region_and_role(settings)


def _normalize_settings(members: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with lowerCamelCase keys: an example in the manual uses UpperCamelCase."""
    return {name[:1].lower() + name[1:]: value for name, value in members.items()}


def _product_key_of(settings: dict[str, Any]) -> str:
    """Return the key of the product to whose topics messages are republished.

    The script of the parser determines the topic, but the examples in the manual have ``topic`` instead of
    ``productKey``.
    """
    if settings.get("productKey") or "topic" not in settings:
        _check_text(settings, "productKey", _CONFIGURATION_ERROR)
        return settings["productKey"]
    _check_text(settings, "topic", "iot.messagebroker.NullTopicName")
    match = _TOPIC.fullmatch(settings["topic"])
    if match is None:
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")
    return match[1]


def _check_region_and_role(settings: dict[str, Any]) -> None:
    if not configuration_checks.is_region(settings.get("regionName")):
        raise ApiError("iot.ruleng.IncorrectRegionName")
    role = settings.get("role")
    if not isinstance(role, dict):
        raise ApiError("iot.ruleng.InvalidRamRole", "role must be an object with roleArn and roleName")
    _check_text(role, "roleArn", "iot.ruleng.NullRamRoleArn")
    _check_text(role, "roleName", "iot.ruleng.NullRamRoleName")
    if not configuration_checks.is_role_arn(role["roleArn"]):
        raise ApiError("iot.ruleng.InvalidRamRole")


def _check_text(settings: dict[str, Any], name: str, code: str) -> None:
    if not configuration_checks.is_non_blank(settings.get(name)):
        raise ApiError(code, f"{name} is required and must be a string")
