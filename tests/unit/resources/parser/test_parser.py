# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers: the order of steps, so that a running parser always has what it needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.parser import MAX_DESTINATIONS, Parser
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


# The order of attachments, checked with a small model of the platform


def links(names: list, failover: str) -> dict:
    """Return the attachments of a parser as values by field."""
    return {
        "destinations": [{"name": name, "destination_id": name[1:]} for name in names if name != failover],
        "failover_destination_id": failover[1:],
    }


NAMES = [f"d{n}" for n in range(1, 15)]
ANY_LINKS = st.builds(
    links,
    st.lists(st.sampled_from(NAMES), max_size=MAX_DESTINATIONS - 1, unique=True),
    st.sampled_from(["", *NAMES]),
)


def execute(steps: list, attached: dict, runs: bool) -> dict:
    """Return the attachments after the steps. Fail if the platform would reject one of them."""
    state = {destination["destination_id"]: False for destination in attached["destinations"]}
    if attached["failover_destination_id"]:
        state[attached["failover_destination_id"]] = True
    for step in steps:
        key = step.params["DestinationId"]
        if step.operation == "AttachDestination":
            assert state.get(key) is not step.params["IsFailover"], "the destination is already attached"
            state[key] = step.params["IsFailover"]
        else:
            assert step.operation == "DetachDestination"
            del state[key]
        assert len(state) <= MAX_DESTINATIONS
        assert sum(state.values()) <= 1
        assert not runs or not all(state.values()), "a running parser needs a destination"
        changes = {name: after for name, (_before, after) in step.changes.items()}
        assert changes, step
    return state


@settings(deadline=None)
@given(ANY_LINKS, ANY_LINKS, st.booleans())
def test_attachment_steps_are_accepted_by_platform(before, after, runs):
    if runs and not (before["destinations"] and after["destinations"]):
        runs = False
    current = {"status": "started" if runs else "stopped", "data_source_id": "1", "script": "writeAmqp(1)", **before}
    steps = plan(PARSER, after, current)
    expected_state = {destination["destination_id"]: False for destination in after["destinations"]}
    expected_state.update({key: True for key in [after["failover_destination_id"]] if key})
    assert execute(steps, before, runs) == expected_state
    # Each destination has at most one step.
    assert len({step.params["DestinationId"] for step in steps}) == len(steps)


def test_script_is_published_between_attachment_and_detachment():
    result = parser(account(WHOLE), destinations=["d2"], script="writeAmqp(2);")
    assert operations(result) == ["AttachDestination", "SaveScript", "PublishScript", "DetachDestination"]


# Requirements of a running parser


@pytest.mark.parametrize(
    ("current", "options", "missing"),
    [
        (None, {}, "data_source, destinations, script"),
        (None, {"data_source": "lamps", "script": "writeAmqp(1)"}, "destinations"),
        ({**ROW, "Status": "STOP"}, {}, "data_source, script"),
        ({**WHOLE, "Status": "STOP"}, {"data_source": ""}, "data_source"),
        (WHOLE, {"destinations": []}, "destinations"),
    ],
)
def test_running_parser_without_required_fields_fails_before_write(current, options, missing):
    client = account(current)
    message = rf"^{missing} must be set for a running parser\. Set them, or stop the parser with state: stopped$"
    with pytest.raises(InvalidValue, match=message) as caught:
        parser(client, False, state="started", **options)
    assert caught.value.field == missing.split(",")[0]
    assert not any(client.operation(name).writes for name in client.log)


def test_running_parser_is_checked_only_for_set_fields():
    client = account(WHOLE)
    assert operations(parser(client, description="x")) == ["UpdateParser"]
    assert "ListParserDestination" not in client.log


def test_data_source_change_restarts_running_parser():
    result = parser(account(WHOLE), data_source="locks")
    assert operations(result) == ["StopParser", "DetachParserDataSource", "AttachParserDataSource", "StartParser"]
    # The temporary stop is not a change of the status.
    assert all("status" not in step["changes"] for step in result["steps"])
    stopping = parser(account(WHOLE), data_source="locks", state="stopped")
    assert operations(stopping) == ["StopParser", "DetachParserDataSource", "AttachParserDataSource"]


@pytest.mark.parametrize(("status", "expected"), [("RUNNING", True), ("ABNORMAL", True), ("STOP", False)])
def test_running_parser_is_stopped_before_deletion(status, expected):
    result = parser(account({**WHOLE, "Status": status}), state="absent")
    assert operations(result) == ["StopParser", "DeleteParser"][not expected :]


def test_abnormal_parser_counts_as_running():
    current = {**WHOLE, "Status": "ABNORMAL"}
    started = parser(account(current), state="started")
    assert (started["changed"], started["parser"]["status"]) == (False, "abnormal")
    assert operations(parser(account(current), state="stopped")) == ["StopParser"]
    assert operations(parser(account(current), data_source="locks"))[0] == "StopParser"
    with pytest.raises(InvalidValue):
        parser(account(current), data_source="")
    for status, found in (("started", 1), ("stopped", 0)):
        assert len(gather(PARSER, {"status": status}, account(current))["parsers"]) == found


# Scripts


@pytest.mark.parametrize("script", ["writeAmqp(1);", "\r\nwriteAmqp(1);\r\n", "  writeAmqp(1);\n"])
def test_script_with_other_white_space_is_unchanged(script):
    assert parser(account(WHOLE), script=script)["changed"] is False
    assert parser(account(WHOLE), script_draft=script)["changed"] is False


A, B, C, D = (f"writeAmqp({number});" for number in range(4))


@pytest.mark.parametrize(
    ("published", "draft", "options", "expected"),
    [
        (None, None, {"script": A}, ["SaveScript", "PublishScript"]),
        (A, B, {"script": A}, []),
        (A, B, {"script": B}, ["PublishScript"]),
        (A, B, {"script_draft": B}, []),
        (A, B, {"script_draft": C}, ["SaveScript"]),
        (A, B, {"script": C, "script_draft": C}, ["SaveScript", "PublishScript"]),
        (A, B, {"script": C, "script_draft": D}, ["SaveScript", "PublishScript", "SaveScript"]),
        (A, B, {"script": C, "script_draft": B}, ["SaveScript", "PublishScript", "SaveScript"]),
        (A, B, {"script": A, "script_draft": C}, ["SaveScript"]),
    ],
)
def test_script_and_draft_are_saved_and_published(published, draft, options, expected):
    current = {**ROW, **({"Script": published} if published else {}), **({"ScriptDraft": draft} if draft else {})}
    client = account(current)
    assert operations(parser(client, **options)) == expected
    parser(client, False, **options)
    saved = [params["ScriptDraft"] for name, params in client.sent if name == "SaveScript"]
    expected_state = [options[name] for name in ("script", "script_draft") if name in options]
    assert saved == (expected_state if len(expected_state) == len(saved) else expected_state[-1:] if saved else [])


def test_script_with_syntax_error_fails():
    client = account(ROW, PublishScript={"SyntaxErrorMsg": "line 1: unexpected )"})
    with pytest.raises(StepFailed, match=r"PublishScript: line 1: unexpected \)"):
        parser(client, False, script="writeAmqp(1);")


# Names


def test_names_are_sent_as_ids_and_shown_in_diff():
    client = account(ROW, destinations=("d1", "d3"))
    result = parser(client, False, data_source="locks", destinations=["d2", "3"], failover_destination="d4")
    sent = {params["DestinationId"]: params.get("IsFailover") for name, params in client.sent if "hDestin" in name}
    assert sent == {"2": False, "4": True, "1": None}
    assert result["diff"]["before"]["destinations"] == ["d1", "d3"]
    assert result["diff"]["after"]["destinations"] == ["d2", "d3"]
    assert ("AttachParserDataSource", {"ParserId": "7", "DataSourceId": "2"}) in client.sent


def test_missing_destinations_are_distinguished_by_name():
    result = parser(account(), destinations=["new", "newer"], failover_destination="newest")
    assert operations(result) == ["CreateParser", *["AttachDestination"] * 3]
    with pytest.raises(InvalidValue, match=r"^new cannot be in both destinations and failover_destination"):
        parser(account(), destinations=["new"], failover_destination="new")
    (step,) = plan(PARSER, {"failover_destination_id": PENDING}, {})
    assert step.params["DestinationId"] is PENDING


NAMED = """writeAmqp(destinationId("d2"), destinationId('d3'));\nwriteMns(destinationId("d2"));"""


def test_names_of_destinations_in_a_script_are_sent_as_ids():
    client = account(ROW)
    parser(client, False, script=NAMED, script_draft='writeAmqp(destinationId("d4"));')
    saved = [params["ScriptDraft"] for name, params in client.sent if name == "SaveScript"]
    assert saved == ["writeAmqp(2, 3);\nwriteMns(2);", "writeAmqp(4);"]


def test_script_with_names_is_unchanged_if_the_script_with_ids_is_published():
    current = {**WHOLE, "Script": "writeAmqp(2);", "ScriptDraft": "writeAmqp(2);"}
    assert operations(parser(account(current), script="writeAmqp( destinationId('d2') );")) == [
        "SaveScript",
        "PublishScript",
    ]
    assert operations(parser(account(current), script="writeAmqp(destinationId( 'd2' ));")) == []


def test_destination_in_a_script_that_does_not_exist_is_an_error_unless_it_may_be_created():
    with pytest.raises(ReferenceNotFound, match="the destination new does not exist"):
        parser(account(ROW), False, script='writeAmqp(destinationId("new"));')
    result = parser(account(ROW), script='writeAmqp(destinationId("new"));')
    assert result["diff"]["after"]["script"] == "writeAmqp((known after apply));"
