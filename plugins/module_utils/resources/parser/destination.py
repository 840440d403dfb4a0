# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations: the targets to which the script of a parser sends messages (manual chapter 4.16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import parser, product, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import UsedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import DESTINATIONS as DESTINATIONS_STAGE
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import DataFlow, End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, JsonText, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.cloud_services import find_problem
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import (
    Lookup,
    Renamable,
    renamed_from,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key, resolve_topic
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import (
    TARGETS,
    comparable,
    target_end,
    without_added_members,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.lookup import CONSUMER_GROUPS

DESTINATIONS = Lookup(
    "destination", "ListDestination", "DestinationId", "Name", "destination_id", kinds=("destination",)
)

NAME = Text(1)

#: The required members of a configuration, by type. The platform needs a role to access another Alibaba Cloud service.
_CLOUD_MEMBERS = ("regionName", "role")
REQUIRED = {kind: names if kind == "amqp" else (*names, *_CLOUD_MEMBERS) for kind, names in TARGETS.items()}
REQUIRED["republish"] = ("productKey",)

_ROLE_MEMBERS = ("roleArn", "roleName")

#: The members that can contain a name in place of an ID, and the types that have them.
_LOOKUPS = {"productKey": product_key, "topic": resolve_topic, "groupId": CONSUMER_GROUPS.find_id}
_REFERENCES = {"republish": ("productKey", "topic"), "amqp": ("groupId",)}


def lower_initials(configuration: dict) -> dict:
    """Return a configuration whose members start with lowercase letters. One example of the manual capitalizes them."""
    return {name[:1].lower() + name[1:]: value for name, value in configuration.items()}


class DestinationType(Choice):
    """The type of a destination. Types that a task cannot set are sent back unchanged in updates."""

    def to_wire(self, value: Any) -> Any:
        return value.upper()


class Configuration(JsonText):
    """A configuration. The comparison ignores the members that the platform adds."""

    def to_wire(self, value: Any) -> Any:
        return super().to_wire(lower_initials(value))

    def from_wire(self, value: Any) -> Any:
        return lower_initials(super().from_wire(value))

    def to_option(self, value: Any) -> Any:
        return without_added_members(value)

    def canonical(self, value: Any) -> Any:
        return comparable(lower_initials(value or {}))


def missing_members(kind: str, configuration: dict) -> list:
    """Return the required members that a configuration does not have."""
    missing = [name for name in REQUIRED.get(kind, ()) if not configuration.get(name)]
    # In the examples of the manual, the configuration has a topic; in its tables, it has a product.
    if kind == "republish" and configuration.get("topic"):
        return []
    role = configuration.get("role")
    if role:
        missing += [f"role.{name}" for name in _ROLE_MEMBERS if not isinstance(role, dict) or not role.get(name)]
    return missing


def _check_configuration(desired: dict, current: dict) -> None:
    after = {**current, **desired}
    configuration = lower_initials(after.get("configuration") or {})
    missing = missing_members(after["type"], configuration)
    if missing:
        raise InvalidValue(
            f"configuration of a destination of type {after['type']} must contain {', '.join(missing)}",
            field="configuration",
        )
    problem = find_problem(configuration, TARGETS.get(after["type"], ()))
    if problem:
        raise InvalidValue(f"configuration is invalid: {problem}", field="configuration")


class CreateValidated(Create):
    """Creation of a destination.

    Custom code: the required members of the configuration depend on the type.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        result = super().steps(resource, desired)
        _check_configuration(desired, {})
        return result


class UpdateValidated(Update):
    """Update of a destination.

    Custom code: the required members of the configuration depend on the type, even if only one of them changes.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        result = super().steps(resource, desired, current)
        if {"type", "configuration"} & {name for step in result for name in step.changes}:
            _check_configuration(desired, current)
        return result


def _flow_outputs(values: dict) -> list[End]:
    return [target_end(values.get("type") or "", lower_initials(values.get("configuration") or {}))]


class Destination(Renamable):
    """A destination: a target to which the script of a parser sends messages.

    Custom code: names in the configuration are resolved to IDs, and only the list, which is searched by name, contains
    the description.
    """

    kind = "destination"
    references = {"configuration": ("product", "device", "consumer_group")}
    title = "destination"
    unique_names = False
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
            # The manual has two spellings of one type.
            DestinationType(
                {kind: kind.upper() for kind in TARGETS},
                {"REUBLISH": "republish", **{kind.upper(): kind for kind in TARGETS}},
            ),
        ),
        Field("configuration", "Configuration", Configuration()),
        Field("description", "Description", Text(), initial=""),
        Field("created", read="UtcCreated", computed=True),
    )
    listing = Listing("ListDestination", params={"SearchName": "name"})
    create = CreateValidated("CreateDestination", outputs={"destination_id": "Destination.DestinationId"})
    changes = (UpdateValidated("UpdateDestination", "name", "type", "configuration", "description"),)
    delete = Delete("DeleteDestination")
    used_by = (
        UsedBy(
            "parser",
            "ListParser",
            name="Name",
            reference="destination_id",
            details=tuple(("ListParserDestination", {"IsFailover": is_failover}) for is_failover in (False, True)),
            identity={"ParserId": "ParserId"},
            path="Data.destinations",
            member="DestinationId",
            remedy="Remove the destination from the parser, or delete the parser first",
        ),
    )
    flow = DataFlow(DESTINATIONS_STAGE, outputs=_flow_outputs)
    filters = ("name", "destination_id", "type")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        # If the task does not set the type, the members of all types are resolved. The member topic also exists in the
        # type ons, where it is not a topic of the platform.
        configuration = lower_initials(desired.get("configuration") or {})
        for kind, names in _REFERENCES.items():
            for name in names if desired.get("type", kind) == kind else ():
                reference = configuration.get(name)
                if isinstance(reference, str) and reference and reference != str(PENDING):
                    found = _LOOKUPS[name](reader, reference)
                    configuration[name] = reference if found is PENDING else found
        if configuration:
            resolved["configuration"] = configuration
        return resolved

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        if "destination_id" in desired:
            # The list can be searched by name only, and the response to GetDestination has no description.
            response = reader.find("GetDestination", {"DestinationId": desired["destination_id"]})
            if response is None:
                return
            desired = {"name": member(response, "Destination.Name")}
        yield from super().list_items(reader, desired)

    def matches_key(self, row: dict, desired: dict) -> bool:
        if "destination_id" in desired:
            return row["destination_id"] == desired["destination_id"]
        return super().matches_key(row, desired)
