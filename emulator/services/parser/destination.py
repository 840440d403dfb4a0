# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations: where parsers send messages to (the manual's chapter 4.16).

What lies outside of the platform, such as a table or a function, is believed to be there.
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
from ansible_collections.iotops.aliyun.emulator.services.common import configuration as judge
from ansible_collections.iotops.aliyun.emulator.services.common.forwarding import bounded_page, status_from_check
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group

TABLES = """
CREATE TABLE IF NOT EXISTS destination (
    destination_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,  -- the manual asks neither for a form nor for it to be unique
    type TEXT NOT NULL,
    configuration TEXT NOT NULL,  -- as written
    description TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
"""

REPUBLISH = "REPUBLISH"
AMQP = "AMQP"

_WRONG = "iot.rule.ParseRuleActionConfigError"

# The destinations in other cloud products: which texts each needs, and the error where one is not there. All of them
# need a region and a role as well.
_ABROAD = {
    "DATAHUB": {
        "projectName": "iot.ruleng.NullProjectOfDatahub",
        "topicName": "iot.ruleng.NullTopicInDatahubProject",
    },
    "ONS": {"instanceId": _WRONG, "topic": "iot.messagebroker.NullTopicName"},
    "MNS": {"themeName": "iot.ruleng.NullTopicNameInMns"},
    "FC": {"serviceName": "iot.ruleng.NullServiceNameInFc", "functionName": "iot.ruleng.NullFunctionNameInFc"},
    "OTS": {"instanceName": "iot.ruleng.NullOtsInstanceName", "tableName": "iot.ruleng.NullTableNameInOtsInstance"},
}
# A custom topic, or one on which a device gets what a thing model has for it.
_TOPIC = re.compile(rf"(?:/sys)?/([A-Za-z0-9]+)/{DEVICE_NAME}/(?:user|thing/service)/.+")

_TYPES = (REPUBLISH, AMQP, *_ABROAD)


def find_destination(ctx: Context, destination_id: int) -> Row:
    """The row of a destination. Raises ApiError where there is no such destination."""
    destination = ctx.store.one("destination", destination_id=destination_id)
    if destination is None:
        raise ApiError("iot.rule.destinationNotExists")
    return destination


def settings_of(destination: Row) -> dict[str, Any]:
    """The configuration of a destination."""
    return _settings(json.loads(destination["configuration"]))


def product_of(destination: Row) -> str:
    """The key of the product on whose topics a destination of the type ``REPUBLISH`` publishes."""
    return _product_key_of(settings_of(destination))


def destination_written(destination: Row, is_failover: bool) -> Row:
    """What every reply that describes a destination says of it."""
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
    """4.16.14: whether it is for what failed elsewhere is only said when it is attached to a parser."""
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
    return {"Destination": destination_written(find_destination(ctx, destination_id), False)}


@operation
def update_destination(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.15: a description that is not given stays."""
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
    """4.16.16: the oldest first."""
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
            **destination_written(destination, _is_failover(ctx, destination)),
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
    """4.16.17: here the id is a text."""
    destination = find_destination(ctx, p["DestinationId"])
    written = destination_written(destination, _is_failover(ctx, destination))
    own = {"DestinationId": str(destination["destination_id"]), "Status": _status(ctx, destination)}
    return {"Destination": written | own}


@operation
def delete_destination(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.20: no parser may have it."""
    destination = find_destination(ctx, p["DestinationId"])
    attached = ctx.store.one("parser_destination", destination_id=destination["destination_id"])
    if attached:
        message = f"Parser {attached['parser_id']} has the destination: detach it first"
        raise ApiError("iot.system.IllegalRequest", message)
    ctx.store.delete("destination", destination_id=destination["destination_id"])


def _is_failover(ctx: Context, destination: Row) -> bool:
    """Whether any parser sends to a destination what failed elsewhere."""
    wanted = {"destination_id": destination["destination_id"], "is_failover": True}
    return ctx.store.one("parser_destination", **wanted) is not None


def _status(ctx: Context, destination: Row) -> str:
    """Whether messages can be sent to a destination, whose product or consumer group may be gone by now."""
    return status_from_check(lambda: _check_configuration(ctx, destination["type"], destination["configuration"]))


def _check_type(kind: str) -> None:
    if kind not in _TYPES:
        raise ApiError("iot.rule.IncorrentRuleActionType", f"Type is one of {', '.join(_TYPES)}")


def _check_configuration(ctx: Context, kind: str, text: str) -> None:
    """Raise ApiError where a destination of type ``kind`` cannot have this configuration."""
    _check_type(kind)
    settings = judge.parse_object(text)
    if settings is None:
        raise ApiError("iot.ruleng.RuleActionConfigurationsNotJson")
    if not settings:
        raise ApiError("iot.ruleng.NullRuleActionConfig")
    settings = _settings(settings)
    if kind == REPUBLISH:
        find_product(ctx, _product_key_of(settings))
    elif kind == AMQP:
        _check_text(settings, "groupId", _WRONG)
        find_consumer_group(ctx, settings["groupId"])
    else:
        for name, code in _ABROAD[kind].items():
            _check_text(settings, name, code)
        _check_region_and_role(settings)


def _settings(written: dict[str, Any]) -> dict[str, Any]:
    """A configuration by the right names: an example of the manual begins them with capitals."""
    return {name[:1].lower() + name[1:]: value for name, value in written.items()}


def _product_key_of(settings: dict[str, Any]) -> str:
    """The product on whose topics messages are published again.

    Which topic it is only the script says, but the manual's examples have a topic in place of the product.
    """
    if settings.get("productKey") or "topic" not in settings:
        _check_text(settings, "productKey", _WRONG)
        return settings["productKey"]
    _check_text(settings, "topic", "iot.messagebroker.NullTopicName")
    match = _TOPIC.fullmatch(settings["topic"])
    if match is None:
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")
    return match[1]


def _check_region_and_role(settings: dict[str, Any]) -> None:
    if not judge.is_region(settings.get("regionName")):
        raise ApiError("iot.ruleng.IncorrectRegionName")
    role = settings.get("role")
    if not isinstance(role, dict):
        raise ApiError("iot.ruleng.InvalidRamRole", "role is an object with roleArn and roleName")
    _check_text(role, "roleArn", "iot.ruleng.NullRamRoleArn")
    _check_text(role, "roleName", "iot.ruleng.NullRamRoleName")
    if not judge.is_role_arn(role["roleArn"]):
        raise ApiError("iot.ruleng.InvalidRamRole")


def _check_text(settings: dict[str, Any], name: str, code: str) -> None:
    if not judge.is_non_blank(settings.get(name)):
        raise ApiError(code, f"{name} is mandatory, and a text")
