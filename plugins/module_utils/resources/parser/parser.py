# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers: forwarding by script, from a data source to destinations (manual chapter 4.16)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import parser
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, StopThenDelete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Renamable, renamed_from
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import RULE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import DATA_SOURCES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import DESTINATIONS

#: The most destinations of a parser, the one for failures included.
MOST_DESTINATIONS = 10

#: What a parser needs in order to run: the option, and the field that it gives.
NEEDED_TO_RUN = {"data_source": "data_source_id", "destinations": "destinations", "script": "script"}

#: The options for which the attached destinations must be known.
_ABOUT_DESTINATIONS = ("destinations", "failover_destination", "status")


class Script(Text):
    """A script. White space around it, and how its lines end, means nothing."""

    def check(self, value: Any) -> str:
        return super().check(value) or ("" if value.strip() else "cannot be empty: a parser keeps a script that it has")

    def canonical(self, value: Any) -> Any:
        return (value or "").replace("\r\n", "\n").strip()


class Attached(Text):
    """The id of something that is attached, or nothing."""

    def canonical(self, value: Any) -> Any:
        # A reply leaves out what is not attached.
        return value or ""


def _syntax_error(reply: dict) -> str:
    return reply.get("SyntaxErrorMsg") or ""


def _runs(status: str | None) -> bool:
    """Whether a parser of that status runs; one that fails on messages does."""
    return status not in (None, "stopped")


class Forwarding(Change):
    """What a parser forwards, from where and to where, and whether it runs.

    A parser that runs keeps what it needs: destinations come before others go and before the script that names them is
    published. Only its data source cannot be exchanged while it runs, since it has one at a time.
    """

    fields = ("data_source_id", "destinations", "failover_destination_id", "script", "script_draft", "status")

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        runs, runs_after = _runs(current.get("status")), _runs({**current, **desired}.get("status"))
        if runs_after:
            _check_can_run(desired, current)
        coming, going = _destinations(resource, desired, current)
        source = self._source(resource, changes)
        script = self._script(resource, desired, current)
        way = [*source, *coming, *script, *going]
        if "status" in changes:
            operation = "StartParser" if runs_after else "StopParser"
            switch = Step(steps.UPDATE, operation, resource.identity_params(), {"status": changes["status"]})
            return [*way, switch] if runs_after else [switch, *way]
        if runs and source:
            stop = Step(steps.UPDATE, "StopParser", resource.identity_params())
            start = Step(steps.UPDATE, "StartParser", resource.identity_params(), always_run=True)
            return [stop, *way, start]
        return way

    def _source(self, resource, changes: dict) -> list:
        if "data_source_id" not in changes:
            return []
        before, after = changes["data_source_id"]
        result = []
        for operation, moved, change in (
            ("DetachParserDataSource", before, (before, "")),
            ("AttachParserDataSource", after, ("", after)),
        ):
            if moved:
                params = {**resource.identity_params(), "DataSourceId": moved}
                result.append(Step(steps.UPDATE, operation, params, {"data_source_id": change}))
        return result

    def _script(self, resource, desired: dict, current: dict) -> list:
        """The steps to the script that is in force, and to a draft that is to be another one."""
        published, draft = resource.field("script"), resource.field("script_draft")
        there = current.get("script_draft") or ""
        result = []

        def save(text):
            params = {**resource.identity_params(), "ScriptDraft": text}
            result.append(Step(steps.UPDATE, "SaveScript", params, {"script_draft": (there, text)}))

        if "script" in desired and not published.equal(desired["script"], current.get("script")):
            if not draft.equal(desired["script"], there):
                save(desired["script"])
                there = desired["script"]
            changes = {"script": (current.get("script") or "", desired["script"])}
            step = Step(steps.UPDATE, "PublishScript", resource.identity_params(), changes, verify=_syntax_error)
            result.append(step)
        if "script_draft" in desired and not draft.equal(desired["script_draft"], there):
            save(desired["script_draft"])
        return result


def _check_can_run(desired: dict, current: dict) -> None:
    """Raises InvalidValue where a parser that is to run would lack what it needs."""
    # One that runs already has what the task does not speak of.
    spoken_of = NEEDED_TO_RUN.values() if "status" in desired else desired
    after = {**current, **desired}
    missing = [option for option, name in NEEDED_TO_RUN.items() if name in spoken_of and not after.get(name)]
    if missing:
        raise InvalidValue(
            f"a parser needs {', '.join(missing)} in order to run",
            field=missing[0],
            remedy="Give them, or stop it with state: stopped",
        )


def _links(kind: ReferenceSet, values: dict) -> dict:
    """The destinations of a parser by identity, each with whether it is the one for failures, which is the last."""
    links = {kind.identity(one): (one, False) for one in values.get("destinations") or []}
    failover = values.get("failover_destination_id")
    if failover:
        one = {"name": values.get("failover_destination") or failover, "destination_id": failover}
        key = kind.identity(one)
        links[key] = (links[key][0] if key in links else one, True)
    return links


def _check_links(desired: dict, current: dict, links: dict) -> None:
    """Raises InvalidValue where a parser would have too many destinations, or one in two ways."""
    if len(links) > MOST_DESTINATIONS:
        raise InvalidValue(
            f"a parser has at most {MOST_DESTINATIONS} destinations, the failover_destination included",
            field="destinations",
        )
    after = {**current, **desired}
    if len(links) < len(after.get("destinations") or []) + bool(after.get("failover_destination_id")):
        (name,) = (one["name"] for one, failover in links.values() if failover)
        raise InvalidValue(
            f"{name} cannot be the failover_destination and one of destinations",
            field="destinations" if "destinations" in desired else "failover_destination",
            remedy="Where one becomes the other, give both options",
        )


def _destinations(resource, desired: dict, current: dict) -> tuple:
    """The steps by which destinations come, and those by which the last of them go."""
    kind = resource.field("destinations").type
    state, after = _links(kind, current), _links(kind, {**current, **desired})
    _check_links(desired, current, after)

    def attach(key):
        one, failover = after[key]
        return step("AttachDestination", {**state, key: after[key]}, one, {"IsFailover": failover})

    def detach(key):
        return step("DetachDestination", {other: state[other] for other in state if other != key}, state[key][0], {})

    def step(operation, new, one, more):
        shown, now = _as_fields(state), _as_fields(new)
        state.clear()
        state.update(new)
        params = {**resource.identity_params(), "DestinationId": one["destination_id"], **more}
        changes = {name: (shown[name], now[name]) for name in now if shown[name] != now[name]}
        return Step(steps.UPDATE, operation, params, changes)

    coming = []
    leaving = [key for key in state if key not in after]
    # There is one for failures at most: where it goes, its place is made free first.
    for key in [key for key in leaving if state[key][1]]:
        leaving.remove(key)
        coming.append(detach(key))
    # The one that is to be for failures is the last: until others are there it may be needed as what it is.
    for key in after:
        if key not in state or state[key][1] != after[key][1]:
            if key not in state and len(state) == MOST_DESTINATIONS:
                coming.append(detach(leaving.pop(0)))
            coming.append(attach(key))
    return coming, [detach(key) for key in leaving]


def _as_fields(links: dict) -> dict:
    ids = [one["destination_id"] for one, failover in links.values() if failover]
    return {
        "destinations": [one for one, failover in links.values() if not failover],
        "failover_destination_id": ids[0] if ids else "",
    }


def _of_destinations(items: list | None) -> dict:
    found = [{"name": item["Name"], "destination_id": str(item["DestinationId"])} for item in items or []]
    return {"destinations": found}


def _of_failover(items: list | None) -> dict:
    ids = [str(item["DestinationId"]) for item in items or []]
    return {"failover_destination_id": ids[0] if ids else ""}


class Parser(Renamable):
    """A parser with its script and what it is attached to."""

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
        Field("data_source_id", read="DataSourceId", type=Attached(), computed=True, initial=""),
        Field(
            "destinations",
            type=ReferenceSet("destination_id", maximum=MOST_DESTINATIONS),
            lookup_each=DESTINATIONS.find,
            element="destination",
            initial=[],
            purge=True,
        ),
        Field("failover_destination", lookup=DESTINATIONS.find_id, resolves_to="failover_destination_id"),
        Field("failover_destination_id", type=Attached(), computed=True, initial=""),
        Field("script", read="Script", type=Script(1), initial=""),
        Field("script_draft", read="ScriptDraft", type=Script(1), initial=""),
        Field(
            "status",
            read="Status",
            type=Choice(
                {"started": "RUNNING", "stopped": "STOP"},
                {"RUNNING": "started", "STOP": "stopped", "ABNORMAL": "abnormal"},
                # It runs, and its script fails on messages.
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
            only_for=_ABOUT_DESTINATIONS,
            constants={"IsFailover": False},
            parse=_of_destinations,
        ),
        Detail(
            "ListParserDestination",
            "Data.destinations",
            only_for=_ABOUT_DESTINATIONS,
            constants={"IsFailover": True},
            parse=_of_failover,
        ),
    )
    create = Create("CreateParser", outputs={"parser_id": "ParserId"})
    changes = (Update("UpdateParser", "name", "description"), Forwarding())
    delete = StopThenDelete("DeleteParser", stop="StopParser")
    filters = ("name", "parser_id", "data_source", "status")
