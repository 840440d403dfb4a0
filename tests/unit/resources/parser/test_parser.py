# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers: what comes and goes in which order, so that one that runs keeps what it needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.parser import MOST_DESTINATIONS, Parser
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

PARSER = Parser()
ROW = {"ParserId": 7, "Name": "forward", "Status": "RUNNING"}
WHOLE = {**ROW, "DataSourceId": 1, "Script": "writeAmqp(1);\n", "ScriptDraft": "writeAmqp(1);\n"}


def account(parser=None, destinations=("d1",), failover=(), **replies) -> FakeClient:
    def attached(params):
        names = failover if params["IsFailover"] else destinations
        return {"Data": {"destinations": [{"Name": name, "DestinationId": int(name[1:])} for name in names]}}

    return FakeClient(
        ListParser=[parser] if parser else [],
        GetParser={"Data": parser} if parser else None,
        ListParserDestination=attached,
        ListParserDataSource=[{"DataSourceId": 1, "Name": "lamps"}, {"DataSourceId": 2, "Name": "locks"}],
        ListDestination=[{"DestinationId": n, "Name": f"d{n}"} for n in range(1, 12)],
        CreateParser={"ParserId": 7},
        **replies,
    )


def parser(client, check_mode=True, **options) -> dict:
    return converge(PARSER, {"name": "forward", **options}, client, check_mode)


def operations(result) -> list:
    return [step["operation"] for step in result["steps"]]


# The order of attachments, against a platform in a few lines


def links(names: list, failover: str) -> dict:
    """A parser's attachments, as values by field."""
    return {
        "destinations": [{"name": name, "destination_id": name[1:]} for name in names if name != failover],
        "failover_destination_id": failover[1:],
    }


NAMES = [f"d{n}" for n in range(1, 15)]
ANY_LINKS = st.builds(
    links,
    st.lists(st.sampled_from(NAMES), max_size=MOST_DESTINATIONS - 1, unique=True),
    st.sampled_from(["", *NAMES]),
)


def carried_out(steps: list, attached: dict, runs: bool) -> dict:
    """What the platform makes of the steps; AssertionError where it would refuse one."""
    state = {one["destination_id"]: False for one in attached["destinations"]}
    if attached["failover_destination_id"]:
        state[attached["failover_destination_id"]] = True
    for step in steps:
        key = step.params["DestinationId"]
        if step.operation == "AttachDestination":
            assert state.get(key) is not step.params["IsFailover"], "attached in vain"
            state[key] = step.params["IsFailover"]
        else:
            assert step.operation == "DetachDestination"
            del state[key]
        assert len(state) <= MOST_DESTINATIONS
        assert sum(state.values()) <= 1
        assert not runs or not all(state.values()), "it needs one in order to run"
        told = {name: after for name, (_before, after) in step.changes.items()}
        assert told, step
    return state


@settings(deadline=None)
@given(ANY_LINKS, ANY_LINKS, st.booleans())
def test_no_step_is_one_that_the_platform_refuses(before, after, runs):
    if runs and not (before["destinations"] and after["destinations"]):
        runs = False
    current = {"status": "started" if runs else "stopped", "data_source_id": "1", "script": "x", **before}
    steps = plan(PARSER, after, current)
    wanted = {one["destination_id"]: False for one in after["destinations"]}
    wanted.update({key: True for key in [after["failover_destination_id"]] if key})
    assert carried_out(steps, before, runs) == wanted
    # Nothing is done twice: a destination is moved once, and only one that has to be.
    assert len({step.params["DestinationId"] for step in steps}) == len(steps)


def test_a_script_is_published_when_its_destinations_are_there_and_before_others_go():
    result = parser(account(WHOLE), destinations=["d2"], script="writeAmqp(2);")
    assert operations(result) == ["AttachDestination", "SaveScript", "PublishScript", "DetachDestination"]


# What it needs in order to run


@pytest.mark.parametrize(
    ("there", "options", "missing"),
    [
        (None, {}, "data_source, destinations, script"),
        (None, {"data_source": "lamps", "script": "x"}, "destinations"),
        ({**ROW, "Status": "STOP"}, {}, "data_source, script"),
        ({**WHOLE, "Status": "STOP"}, {"data_source": ""}, "data_source"),
        (WHOLE, {"destinations": []}, "destinations"),
    ],
)
def test_what_it_needs_is_asked_for_before_it_starts(there, options, missing):
    client = account(there)
    message = rf"^a parser needs {missing} in order to run\. Give them, or stop it with state: stopped$"
    with pytest.raises(InvalidValue, match=message) as caught:
        parser(client, False, state="started", **options)
    assert caught.value.field == missing.split(",")[0]
    assert not any(client.operation(name).writes for name in client.log)


def test_only_what_a_task_speaks_of_is_asked_for_while_it_runs():
    client = account(WHOLE)
    assert operations(parser(client, description="x")) == ["UpdateParser"]
    assert "ListParserDestination" not in client.log


def test_a_parser_that_runs_stops_for_another_data_source_and_runs_again():
    result = parser(account(WHOLE), data_source="locks")
    assert operations(result) == ["StopParser", "DetachParserDataSource", "AttachParserDataSource", "StartParser"]
    # That it stops meanwhile is no change of its status.
    assert all("status" not in step["changes"] for step in result["steps"])
    stopping = parser(account(WHOLE), data_source="locks", state="stopped")
    assert operations(stopping) == ["StopParser", "DetachParserDataSource", "AttachParserDataSource"]


@pytest.mark.parametrize(("status", "expected"), [("RUNNING", True), ("ABNORMAL", True), ("STOP", False)])
def test_a_parser_that_runs_is_stopped_before_it_goes(status, expected):
    result = parser(account({**WHOLE, "Status": status}), state="absent")
    assert operations(result) == ["StopParser", "DeleteParser"][not expected :]


def test_one_that_fails_on_messages_runs():
    there = {**WHOLE, "Status": "ABNORMAL"}
    started = parser(account(there), state="started")
    assert (started["changed"], started["parser"]["status"]) == (False, "abnormal")
    assert operations(parser(account(there), state="stopped")) == ["StopParser"]
    assert operations(parser(account(there), data_source="locks"))[0] == "StopParser"
    with pytest.raises(InvalidValue):
        parser(account(there), data_source="")
    for status, found in (("started", 1), ("stopped", 0)):
        assert len(gather(PARSER, {"status": status}, account(there))["parsers"]) == found


# Scripts


@pytest.mark.parametrize("same", ["writeAmqp(1);", "\r\nwriteAmqp(1);\r\n", "  writeAmqp(1);\n"])
def test_white_space_around_a_script_means_nothing(same):
    assert parser(account(WHOLE), script=same)["changed"] is False
    assert parser(account(WHOLE), script_draft=same)["changed"] is False


@pytest.mark.parametrize(
    ("published", "draft", "options", "expected"),
    [
        (None, None, {"script": "a"}, ["SaveScript", "PublishScript"]),
        ("a", "b", {"script": "a"}, []),
        ("a", "b", {"script": "b"}, ["PublishScript"]),
        ("a", "b", {"script_draft": "b"}, []),
        ("a", "b", {"script_draft": "c"}, ["SaveScript"]),
        ("a", "b", {"script": "c", "script_draft": "c"}, ["SaveScript", "PublishScript"]),
        ("a", "b", {"script": "c", "script_draft": "d"}, ["SaveScript", "PublishScript", "SaveScript"]),
        ("a", "b", {"script": "c", "script_draft": "b"}, ["SaveScript", "PublishScript", "SaveScript"]),
        ("a", "b", {"script": "a", "script_draft": "c"}, ["SaveScript"]),
    ],
)
def test_the_way_to_a_script_and_a_draft(published, draft, options, expected):
    there = {**ROW, **({"Script": published} if published else {}), **({"ScriptDraft": draft} if draft else {})}
    client = account(there)
    assert operations(parser(client, **options)) == expected
    parser(client, False, **options)
    saved = [params["ScriptDraft"] for name, params in client.sent if name == "SaveScript"]
    wanted = [options[name] for name in ("script", "script_draft") if name in options]
    assert saved == (wanted if len(wanted) == len(saved) else wanted[-1:] if saved else [])


def test_a_script_that_the_platform_publishes_with_an_error_is_none():
    client = account(ROW, PublishScript={"SyntaxErrorMsg": "line 1: unexpected )"})
    with pytest.raises(StepFailed, match=r"PublishScript: line 1: unexpected \)"):
        parser(client, False, script="a(;")


# Names


def test_ids_are_sent_for_names_and_names_are_shown():
    client = account(ROW, destinations=("d1", "d3"))
    result = parser(client, False, data_source="locks", destinations=["d2", "3"], failover_destination="d4")
    sent = {params["DestinationId"]: params.get("IsFailover") for name, params in client.sent if "hDestin" in name}
    assert sent == {"2": False, "4": True, "1": None}
    assert result["diff"]["before"]["destinations"] == ["d1", "d3"]
    assert result["diff"]["after"]["destinations"] == ["d2", "d3"]
    assert ("AttachParserDataSource", {"ParserId": "7", "DataSourceId": "2"}) in client.sent


def test_what_is_still_to_be_made_is_told_apart_by_its_name():
    result = parser(account(), destinations=["new", "newer"], failover_destination="newest")
    assert operations(result) == ["CreateParser", *["AttachDestination"] * 3]
    with pytest.raises(InvalidValue, match=r"^new cannot be the failover_destination and one of destinations"):
        parser(account(), destinations=["new"], failover_destination="new")
    (step,) = plan(PARSER, {"failover_destination_id": PENDING}, {})
    assert step.params["DestinationId"] is PENDING
