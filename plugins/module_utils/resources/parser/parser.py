# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers, which forward messages from a data source to destinations with a script (manual chapter 4.16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import parser
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, StopThenDelete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import PROCESSING, DataFlow, End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import script_syntax
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Renamable, renamed_from
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import RULE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.attachments import (
    MAX_DESTINATIONS,
    destination_steps,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import DATA_SOURCES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import DESTINATIONS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.script_references import with_ids

#: The options that a parser needs in order to run, with the fields that they set.
REQUIRED_TO_RUN = {"data_source": "data_source_id", "destinations": "destinations", "script": "script"}

#: The names of the functions that send a message. The platform rejects a script that calls none of them.
TRANSMIT_FUNCTION = r"write[A-Z]\w*"

#: The fields for which the attached destinations are read.
_DESTINATION_FIELDS = ("destinations", "failover_destination", "status")


class Script(Text):
    """A script. The comparison ignores surrounding white space and the type of line endings."""

    def check(self, value: Any) -> str:
        return super().check(value) or ("" if value.strip() else "cannot be empty: a script cannot be deleted")

    def canonical(self, value: Any) -> Any:
        return (value or "").replace("\r\n", "\n").strip()


class PublishedScript(Script):
    """A script that is published. The platform does not validate a draft."""

    def check(self, value: Any) -> str:
        problem = super().check(value)
        if problem:
            return problem
        problem = script_syntax.find_javascript_problem(value)
        if problem:
            return f"has a syntax error in {problem}"
        if not script_syntax.calls(value, TRANSMIT_FUNCTION):
            return "must call a function that sends the message to a destination, such as writeAmqp"
        return ""


class AttachedId(Text):
    """The ID of an attached object; an empty string if none is attached."""

    def canonical(self, value: Any) -> Any:
        # Responses omit objects that are not attached.
        return value or ""


def _syntax_error(response: dict) -> str:
    return response.get("SyntaxErrorMsg") or ""


def _is_running(status: str | None) -> bool:
    """Return whether a parser with this status is running. A parser whose script fails on messages is running too."""
    return status not in (None, "stopped")


class Forwarding(Change):
    """Change of the data source, the destinations, the script and the status of a parser.

    Custom code: each of them has separate operations, whose order matters for a running parser. Destinations are
    attached before others are detached and before a script that uses them is published. Only the data source cannot be
    changed while the parser is running, because a parser has exactly one.
    """

    fields = ("data_source_id", "destinations", "failover_destination_id", "script", "script_draft", "status")

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        was_running = _is_running(current.get("status"))
        is_running = _is_running({**current, **desired}.get("status"))
        if is_running:
            _check_can_run(desired, current)
        attach, detach = destination_steps(resource, desired, current)
        source = self._source_steps(resource, changes)
        script = self._script_steps(resource, desired, current)
        result = [*source, *attach, *script, *detach]
        if "status" in changes:
            operation = "StartParser" if is_running else "StopParser"
            switch = Step(steps.UPDATE, operation, resource.identity_params(), {"status": changes["status"]})
            return [*result, switch] if is_running else [switch, *result]
        if was_running and source:
            stop = Step(steps.UPDATE, "StopParser", resource.identity_params())
            start = Step(steps.UPDATE, "StartParser", resource.identity_params(), always_run=True)
            return [stop, *result, start]
        return result

    def _source_steps(self, resource: Resource, changes: dict) -> list[Step]:
        if "data_source_id" not in changes:
            return []
        before, after = changes["data_source_id"]
        result = []
        for operation, source, change in (
            ("DetachParserDataSource", before, (before, "")),
            ("AttachParserDataSource", after, ("", after)),
        ):
            if source:
                params = {**resource.identity_params(), "DataSourceId": source}
                result.append(Step(steps.UPDATE, operation, params, {"data_source_id": change}))
        return result

    def _script_steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        """Return the steps that publish the desired script, and save the desired draft if it differs from it."""
        published, draft = resource.field("script"), resource.field("script_draft")
        current_draft = current.get("script_draft") or ""
        result = []

        def save(text: str) -> None:
            params = {**resource.identity_params(), "ScriptDraft": text}
            result.append(Step(steps.UPDATE, "SaveScript", params, {"script_draft": (current_draft, text)}))

        if "script" in desired and not published.equal(desired["script"], current.get("script")):
            if not draft.equal(desired["script"], current_draft):
                save(desired["script"])
                current_draft = desired["script"]
            changes = {"script": (current.get("script") or "", desired["script"])}
            step = Step(steps.UPDATE, "PublishScript", resource.identity_params(), changes, verify=_syntax_error)
            result.append(step)
        if "script_draft" in desired and not draft.equal(desired["script_draft"], current_draft):
            save(desired["script_draft"])
        return result


def _check_can_run(desired: dict, current: dict) -> None:
    """Check that a parser that will be running has all that it needs.

    Raises:
        InvalidValue: An option is missing.
    """
    # If the task does not start the parser, only the fields that it sets can be missing.
    checked = REQUIRED_TO_RUN.values() if "status" in desired else desired
    after = {**current, **desired}
    missing = [option for option, name in REQUIRED_TO_RUN.items() if name in checked and not after.get(name)]
    if missing:
        raise InvalidValue(
            f"{', '.join(missing)} must be set for a running parser",
            field=missing[0],
            remedy="Set them, or stop the parser with state: stopped",
        )


def _parse_destinations(items: list | None) -> dict:
    found = [{"name": item["Name"], "destination_id": str(item["DestinationId"])} for item in items or []]
    return {"destinations": found}


def _parse_failover(items: list | None) -> dict:
    ids = [str(item["DestinationId"]) for item in items or []]
    return {"failover_destination_id": ids[0] if ids else ""}


def _flow_inputs(values: dict) -> Iterator[End]:
    """Yield the data source of a parser."""
    if values.get("data_source_id"):
        yield End("data_source", str(values["data_source_id"]))


def _flow_outputs(values: dict) -> Iterator[End]:
    """Yield the destinations of a parser."""
    for destination in values.get("destinations") or ():
        yield End("destination", str(destination["destination_id"]))
    if values.get("failover_destination_id"):
        yield End("destination", str(values["failover_destination_id"]), note="after an error")


class Parser(Renamable):
    """A parser with its script, its data source and its destinations.

    Custom code: a script contains the IDs of destinations, which are known only after they are created.
    """

    kind = "parser"
    title = "parser"
    families = (parser,)
    key = ("name",)
    identity = {"ParserId": "parser_id"}
    states = {
        "present": {},
        "started": {"status": "started"},
        "stopped": {"status": "stopped"},
        "absent": None,
    }
    fields = (
        Field("name", "Name", RULE_NAME, required=True),
        renamed_from(RULE_NAME),
        Field("parser_id", "ParserId", computed=True),
        Field("description", "Description", Text(), initial=""),
        Field("data_source", lookup=DATA_SOURCES.find_id, resolves_to="data_source_id"),
        Field("data_source_id", read="DataSourceId", type=AttachedId(), computed=True, initial=""),
        Field(
            "destinations",
            type=ReferenceSet("destination_id", maximum=MAX_DESTINATIONS),
            lookup_each=DESTINATIONS.find,
            element="destination",
            initial=[],
            purge=True,
        ),
        Field("failover_destination", lookup=DESTINATIONS.find_id, resolves_to="failover_destination_id"),
        Field("failover_destination_id", type=AttachedId(), computed=True, initial=""),
        Field("script", read="Script", type=PublishedScript(1), initial=""),
        Field("script_draft", read="ScriptDraft", type=Script(1), initial=""),
        Field(
            "status",
            read="Status",
            type=Choice(
                {"started": "RUNNING", "stopped": "STOP"},
                {"RUNNING": "started", "STOP": "stopped", "ABNORMAL": "abnormal"},
                # An abnormal parser is running, but its script fails on messages.
                aliases={"abnormal": "started"},
            ),
            option=False,
            initial="stopped",
        ),
        Field("created", read="UtcCreated", computed=True),
        Field("modified", read="UtcModified", computed=True),
    )
    listing = Listing("ListParser", params={"SearchName": "name"})
    details = (
        Detail("GetParser", "Data"),
        Detail(
            "ListParserDestination",
            "Data.destinations",
            only_for=_DESTINATION_FIELDS,
            constants={"IsFailover": False},
            parse=_parse_destinations,
        ),
        Detail(
            "ListParserDestination",
            "Data.destinations",
            only_for=_DESTINATION_FIELDS,
            constants={"IsFailover": True},
            parse=_parse_failover,
        ),
    )
    create = Create("CreateParser", outputs={"parser_id": "ParserId"})
    changes = (Update("UpdateParser", "name", "description"), Forwarding())
    delete = StopThenDelete("DeleteParser", stop="StopParser")
    flow = DataFlow(PROCESSING, _flow_inputs, _flow_outputs)
    filters = ("name", "parser_id", "data_source", "status")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        for name in ("script", "script_draft"):
            if resolved.get(name):
                resolved[name] = with_ids(reader, resolved[name])
        return resolved
