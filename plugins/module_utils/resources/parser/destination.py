# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations: where a parser's script sends messages to (manual chapter 4.16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import parser, product, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, JsonText, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import (
    Lookup,
    Renamable,
    renamed_from,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key, resolve_topic
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import TARGETS, comparable
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import CONSUMER_GROUPS

DESTINATIONS = Lookup("destination", "ListDestination", "DestinationId", "Name", "destination_id")

NAME = Text(1)

#: The members that a configuration of each type must have. What lies in another cloud product is reached by a role.
_ABROAD = ("regionName", "role")
NEEDED = {kind: names if kind == "amqp" else (*names, *_ABROAD) for kind, names in TARGETS.items()}
NEEDED["republish"] = ("productKey",)

_OF_ROLE = ("roleArn", "roleName")

#: The members that may name something of the platform in place of its id.
_NAMING = {"productKey": product_key, "topic": resolve_topic, "groupId": CONSUMER_GROUPS.find_id}
_NAMED = {"republish": ("productKey", "topic"), "amqp": ("groupId",)}


def spelt(configuration: dict) -> dict:
    """A configuration whose members begin with small letters: an example of the manual has them with capitals."""
    return {name[:1].lower() + name[1:]: value for name, value in configuration.items()}


class Kind(Choice):
    """The type of a destination; one that a task cannot give goes back as it came."""

    def to_wire(self, value: Any) -> Any:
        return value.upper()


class Configuration(JsonText):
    """A configuration, which comes back with members that the platform added."""

    def to_wire(self, value: Any) -> Any:
        return super().to_wire(spelt(value))

    def from_wire(self, value: Any) -> Any:
        return spelt(super().from_wire(value))

    def canonical(self, value: Any) -> Any:
        return comparable(spelt(value or {}))


def lacking(kind: str, configuration: dict) -> list:
    """The members that a configuration of a type must have and has not."""
    missing = [name for name in NEEDED.get(kind, ()) if not configuration.get(name)]
    # The manual's examples have a topic where its tables have a product.
    if kind == "republish" and configuration.get("topic"):
        return []
    role = configuration.get("role")
    if role:
        missing += [f"role.{name}" for name in _OF_ROLE if not isinstance(role, dict) or not role.get(name)]
    return missing


def _check(desired: dict, current: dict) -> None:
    after = {**current, **desired}
    missing = lacking(after["type"], spelt(after.get("configuration") or {}))
    if missing:
        raise InvalidValue(
            f"the configuration of the {after['type']} destination lacks {', '.join(missing)}", field="configuration"
        )


class CreateChecked(Create):
    """A type and a configuration go together."""

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        made = super().steps(resource, desired)
        _check(desired, {})
        return made


class UpdateChecked(Update):
    """A type and a configuration go together, whichever of them changes."""

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changed = super().steps(resource, desired, current)
        if {"type", "configuration"} & {name for one in changed for name in one.changes}:
            _check(desired, current)
        return changed


class Destination(Renamable):
    """A place that messages are sent to."""

    kind = "destination"
    title = "destination"
    families = (parser, product, subscription)
    key = ("name",)
    identity = {"DestinationId": "destination_id"}
    fields = (
        Field("name", "Name", NAME, required=True),
        renamed_from(NAME),
        Field("destination_id", "DestinationId", computed=True),
        Field(
            "type",
            "Type",
            # The manual spells one of them in two ways.
            Kind(
                {kind: kind.upper() for kind in TARGETS},
                {"REUBLISH": "republish", **{kind.upper(): kind for kind in TARGETS}},
            ),
        ),
        Field("configuration", "Configuration", Configuration()),
        Field("description", "Description", Text(), initial=""),
        Field("created", read="UtcCreated", computed=True),
    )
    listing = Listing("ListDestination", params={"SearchName": "name"})
    create = CreateChecked("CreateDestination", outputs={"destination_id": "Destination.DestinationId"})
    changes = (UpdateChecked("UpdateDestination", "name", "type", "configuration", "description"),)
    delete = Delete("DeleteDestination")
    filters = ("name", "destination_id", "type")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        # Each of these members means the same in every type that has it, but for the topic of a message queue.
        configuration = spelt(desired.get("configuration") or {})
        for kind, names in _NAMED.items():
            for name in names if desired.get("type", kind) == kind else ():
                named = configuration.get(name)
                if isinstance(named, str) and named and named != str(PENDING):
                    known = _NAMING[name](reader, named)
                    configuration[name] = named if known is PENDING else known
        if configuration:
            resolved["configuration"] = configuration
        return resolved

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        if "destination_id" in desired:
            # Only the list tells the description, and it can be asked for a name only.
            told = reader.find("GetDestination", {"DestinationId": desired["destination_id"]})
            if told is None:
                return
            desired = {"name": member(told, "Destination.Name")}
        yield from super().list_items(reader, desired)

    def matches_key(self, row: dict, desired: dict) -> bool:
        if "destination_id" in desired:
            return row["destination_id"] == desired["destination_id"]
        return super().matches_key(row, desired)
