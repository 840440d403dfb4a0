# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of parsers, their scripts, data sources and destinations."""

from __future__ import annotations

import pytest

SCRIPT = 'var data = payload("json");\nwriteAmqp(1, data, "tag");\n'
OTHER = 'writeAmqp(2, payload("json"), "tag");'
SAVE_AND_PUBLISH = ("SaveScript", "PublishScript")
STARTED = (
    "CreateParser",
    "AttachParserDataSource",
    "AttachDestination",
    *SAVE_AND_PUBLISH,
    "StartParser",
)


@pytest.fixture(autouse=True)
def ids(tasks):
    """Create two data sources and twelve destinations; return their ids by name."""
    created = {
        name: tasks.run_ok("iot_data_source", name=name)["data_source"]["data_source_id"] for name in ("lamps", "locks")
    }
    for number in range(12):
        name = f"to_{number}"
        options = {"type": "amqp", "configuration": {"groupId": "DEFAULT_GROUP"}}
        created[name] = tasks.run_ok("iot_destination", name=name, **options)["destination"]["destination_id"]
    return created


@pytest.fixture
def running(tasks):
    """Create a running parser."""
    return tasks.assert_changed_by("iot_parser", *STARTED, **FORWARD, state="started")["parser"]


FORWARD = {"name": "forward", "data_source": "lamps", "destinations": ["to_1"], "script": SCRIPT}


def parser(tasks) -> dict:
    (found,) = tasks.run_ok("iot_parser_info", name="forward")["parsers"]
    return found


def names(values: dict) -> set:
    return {destination["name"] for destination in values["destinations"]}


def test_parser_lifecycle(tasks, ids):
    created = tasks.assert_changed_by("iot_parser", "CreateParser", name="forward", description="forwards")["parser"]
    assert (created["name"], created["description"], created["status"]) == ("forward", "forwards", "stopped")
    changed = tasks.assert_changed_by("iot_parser", "UpdateParser", name="forward", description="all of it")
    assert changed["parser"]["description"] == "all of it"
    tasks.assert_changed_by("iot_parser", "UpdateParser", name="forward", description="")
    renamed = tasks.assert_changed_by("iot_parser", "UpdateParser", name="パーサ-1", renamed_from="forward")
    assert renamed["parser"]["parser_id"] == created["parser_id"]
    tasks.assert_changed_by("iot_parser", "UpdateParser", name="forward", renamed_from="パーサ-1")

    attached = tasks.assert_changed_by("iot_parser", "AttachParserDataSource", name="forward", data_source="lamps")
    assert attached["parser"]["data_source_id"] == ids["lamps"]
    tasks.assert_unchanged("iot_parser", name="forward", data_source=ids["lamps"])
    moved = tasks.assert_changed_by(
        "iot_parser", "DetachParserDataSource", "AttachParserDataSource", name="forward", data_source="locks"
    )
    assert moved["parser"]["data_source_id"] == ids["locks"]
    assert (moved["diff"]["before"]["data_source"], moved["diff"]["after"]["data_source"]) == (ids["lamps"], "locks")
    detached = tasks.assert_changed_by("iot_parser", "DetachParserDataSource", name="forward", data_source="")
    assert "data_source_id" not in detached["parser"]

    for options, operations, left in (
        ({"destinations": ["to_1", "to_2"]}, ["AttachDestination"] * 2, {"to_1", "to_2"}),
        ({"destinations": ["to_3", ids["to_2"]]}, ["AttachDestination", "DetachDestination"], {"to_2", "to_3"}),
        ({"destinations": ["to_4"], "purge_destinations": False}, ["AttachDestination"], {"to_2", "to_3", "to_4"}),
        ({"failover_destination": "to_1"}, ["AttachDestination"], {"to_2", "to_3", "to_4"}),
        ({"destinations": []}, ["DetachDestination"] * 3, set()),
    ):
        changed = tasks.assert_changed_by("iot_parser", *operations, name="forward", **options)
        assert names(changed["parser"]) == left
    assert parser(tasks)["failover_destination_id"] == ids["to_1"]
    tasks.assert_changed_by(
        "iot_parser", "DetachDestination", "AttachDestination", name="forward", failover_destination="to_2"
    )
    cleared = tasks.assert_changed_by("iot_parser", "DetachDestination", name="forward", failover_destination="")
    assert cleared["parser"]["failover_destination_id"] == ""

    deleted = tasks.assert_changed_by("iot_parser", "DeleteParser", name="forward", state="absent")
    assert deleted["parser"] == {}
    tasks.assert_unchanged("iot_parser", name="forward", state="absent")


def test_parser_script_and_draft_are_saved_and_published(tasks):
    tasks.run_ok("iot_parser", name="forward")
    created = tasks.assert_changed_by("iot_parser", *SAVE_AND_PUBLISH, name="forward", script=SCRIPT)["parser"]
    assert created["script"] == created["script_draft"] == SCRIPT
    # Leading and trailing white space does not matter.
    tasks.assert_unchanged("iot_parser", name="forward", script=f"\n{SCRIPT.strip()}")
    drafted = tasks.assert_changed_by("iot_parser", "SaveScript", name="forward", script_draft=OTHER)["parser"]
    assert (drafted["script"], drafted["script_draft"]) == (SCRIPT, OTHER)
    # Without script_draft, a task compares only the published script: the draft may be work in progress.
    tasks.assert_unchanged("iot_parser", name="forward", script=SCRIPT)
    published = tasks.assert_changed_by("iot_parser", "PublishScript", name="forward", script=OTHER)["parser"]
    assert published["script"] == published["script_draft"] == OTHER
    both = tasks.assert_changed_by(
        "iot_parser", *SAVE_AND_PUBLISH, "SaveScript", name="forward", script=SCRIPT, script_draft="// later"
    )
    assert (both["parser"]["script"], both["parser"]["script_draft"]) == (SCRIPT, "// later")
    overwritten = tasks.assert_changed_by("iot_parser", *SAVE_AND_PUBLISH, name="forward", script=OTHER)
    save, publish = overwritten["steps"]
    assert save["changes"] == {"script_draft": {"before": "// later", "after": OTHER}}
    assert publish["changes"] == {"script": {"before": SCRIPT, "after": OTHER}}


def test_parser_with_script_error_fails_with_platform_message(tasks):
    tasks.run_ok("iot_parser", name="forward", script=SCRIPT)
    result = tasks.run("iot_parser", name="forward", script="writeAmqp(1001, @);")
    assert result["failed"]
    assert result["code"] == "iot.rule.scriptSyntaxError"
    assert [step["status"] for step in result["steps"]] == ["done", "failed"]
    assert result["parser"]["script"] == SCRIPT
    for nothing in ("", "  \n"):
        tasks.assert_fails(
            "iot_parser", "^script (must have at least 1|cannot be empty)", name="forward", script=nothing
        )


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("writeAmqp(1001, payload('json'", r"has a syntax error in line 1: \( is not closed"),
        ("var data = payload(;", "has a syntax error in line 1"),
        ("var data = 'a;\nwriteAmqp(1001, data);", "has a syntax error in line 1: a string is not closed"),
        ("var data = payload('json');", "must call a function that sends the message to a destination"),
    ],
)
def test_parser_with_invalid_script_fails_before_write(tasks, script, problem):
    tasks.assert_fails("iot_parser", f"^script {problem}", name="forward", script=script)
    # A draft is not validated.
    tasks.assert_changed_by("iot_parser", "CreateParser", "SaveScript", name="forward", script_draft=script)


def test_parser_is_started_last_and_stopped_first(tasks, running):
    assert running["status"] == "started"
    tasks.assert_unchanged("iot_parser", **FORWARD)
    stopped = tasks.assert_changed_by(
        "iot_parser",
        "StopParser",
        "DetachParserDataSource",
        "DetachDestination",
        name="forward",
        state="stopped",
        data_source="",
        destinations=[],
    )
    assert stopped["parser"]["status"] == "stopped"
    tasks.assert_unchanged("iot_parser", name="forward", state="stopped")
    tasks.assert_changed_by(
        "iot_parser",
        "AttachParserDataSource",
        "AttachDestination",
        "StartParser",
        name="forward",
        state="started",
        data_source="lamps",
        destinations=["to_2"],
    )
    # The data source, destination and script need not be given again.
    tasks.assert_changed_by("iot_parser", "StopParser", name="forward", state="stopped")
    tasks.assert_changed_by("iot_parser", "StartParser", name="forward", state="started")
    tasks.assert_changed_by("iot_parser", "StopParser", "DeleteParser", name="forward", state="absent")


def test_running_parser_change_keeps_it_runnable(tasks, ids, running):
    # The only destination and the script are replaced; the parser has a destination at any time.
    changed = tasks.assert_changed_by(
        "iot_parser",
        "AttachDestination",
        *SAVE_AND_PUBLISH,
        "DetachDestination",
        name="forward",
        destinations=["to_2"],
        script=OTHER,
    )
    assert (names(changed["parser"]), changed["parser"]["status"]) == ({"to_2"}, "started")
    # A parser can have one data source only, so it is stopped to replace it, and started again.
    moved = tasks.assert_changed_by(
        "iot_parser",
        "StopParser",
        "DetachParserDataSource",
        "AttachParserDataSource",
        "StartParser",
        name="forward",
        data_source="locks",
    )
    assert (moved["parser"]["data_source_id"], moved["parser"]["status"]) == (ids["locks"], "started")


def test_running_parser_with_failed_step_is_restarted(tasks, running):
    tasks.server.control("PUT", "faults", [{"action": "DetachParserDataSource", "code": "iot.system.SystemException"}])
    result = tasks.run("iot_parser", name="forward", data_source="locks", retries=0)
    assert result["failed"]
    assert [(step["operation"], step["status"]) for step in result["steps"]] == [
        ("StopParser", "done"),
        ("DetachParserDataSource", "failed"),
        ("AttachParserDataSource", "planned"),
        ("StartParser", "done"),
    ]
    tasks.server.control("PUT", "faults", [])
    assert parser(tasks)["status"] == "started"


def test_running_parser_destinations_swap_with_failover_destination(tasks, ids, running):
    def change_parser(*operations, **options):
        return tasks.assert_changed_by("iot_parser", *operations, name="forward", **options)["parser"]

    # The only destination becomes the failover destination after another one was attached.
    changed = change_parser(
        "AttachDestination", "AttachDestination", destinations=["to_2"], failover_destination="to_1"
    )
    assert (names(changed), changed["failover_destination_id"]) == ({"to_2"}, ids["to_1"])
    # The reverse exchange.
    changed = change_parser(
        "AttachDestination", "AttachDestination", destinations=["to_1"], failover_destination="to_2"
    )
    assert (names(changed), changed["failover_destination_id"]) == ({"to_1"}, ids["to_2"])
    # A parser can have one failover destination only, so it is detached before another one is attached.
    changed = change_parser(
        "DetachDestination",
        "AttachDestination",
        "AttachDestination",
        "DetachDestination",
        destinations=["to_3"],
        failover_destination="to_4",
    )
    assert (names(changed), changed["failover_destination_id"]) == ({"to_3"}, ids["to_4"])


def test_running_parser_with_ten_destinations_replaces_them(tasks, running):
    nine = [f"to_{number}" for number in range(1, 10)]
    tasks.assert_changed_by(
        "iot_parser", *["AttachDestination"] * 9, name="forward", destinations=nine, failover_destination="to_0"
    )
    wanted = ["to_0", "to_10", "to_11", *nine[3:]]
    changed = tasks.assert_changed_by(
        "iot_parser",
        "AttachDestination",
        *["DetachDestination", "AttachDestination"] * 2,
        "DetachDestination",
        name="forward",
        destinations=wanted,
        failover_destination="",
    )
    assert names(changed["parser"]) == set(wanted)
    assert changed["parser"]["status"] == "started"


def test_parser_with_invalid_options_fails_before_write(tasks):
    def assert_fails(message, **options):
        tasks.assert_fails("iot_parser", message, name="forward", **options)

    tasks.assert_fails("iot_parser", "^name must have 1 to 30 characters", name="")
    tasks.assert_fails("iot_parser", "^name has an invalid format", name="for ward")
    assert_fails("^data_source, destinations, script must be set for a running parser", state="started")
    assert_fails(
        "^script must be set for a running parser", state="started", data_source="lamps", destinations=["to_1"]
    )
    assert_fails("^destinations contains to_1 twice$", destinations=["to_1", "to_1"])
    assert_fails("^destinations takes at most 10", destinations=[f"to_{number}" for number in range(11)])
    tens = {"destinations": [f"to_{number}" for number in range(10)], "failover_destination": "to_10"}
    assert_fails("^destinations takes at most 10 elements, including failover_destination, not 11", **tens)
    assert_fails(
        "^to_1 cannot be in both destinations and failover_destination",
        destinations=["to_1"],
        failover_destination="to_1",
    )

    tasks.run_ok("iot_parser", name="forward", destinations=["to_1"], failover_destination="to_2")
    assert_fails("^to_1 cannot be .*set both options$", failover_destination="to_1")
    assert_fails("^to_2 cannot be .*set both options$", destinations=["to_2"])
    assert_fails(
        "^destinations contains a destination twice$",
        destinations=["to_1", parser(tasks)["destinations"][0]["destination_id"]],
    )


@pytest.mark.parametrize("state", ["present", "started"])
@pytest.mark.parametrize(
    ("options", "missing"), [({"data_source": ""}, "data_source"), ({"destinations": []}, "destinations")]
)
def test_running_parser_without_required_parts_fails_before_write(tasks, running, state, options, missing):
    message = f"^{missing} must be set for a running parser.*state: stopped$"
    assert tasks.assert_fails("iot_parser", message, name="forward", state=state, **options)["field"] == missing


def test_parser_with_missing_reference_is_pending_in_check_mode_and_fails(tasks):
    plan = tasks.run(
        "iot_parser",
        True,
        name="forward",
        data_source="new",
        destinations=["one", "two"],
        failover_destination="three",
        script=SCRIPT,
        state="started",
    )
    assert [step["operation"] for step in plan["steps"]] == [*STARTED[:2], *["AttachDestination"] * 3, *STARTED[3:]]
    assert len(plan["pending"]) == 4
    assert plan["diff"]["after"]["destinations"] == ["one", "two"]
    for options, missing in (
        ({"data_source": "new"}, "data source new"),
        ({"destinations": ["new"]}, "destination new"),
        ({"failover_destination": "new"}, "destination new"),
    ):
        result = tasks.run("iot_parser", name="forward", **options)
        assert f"the {missing} does not exist" in result["msg"]
        tasks.assert_unchanged("iot_parser", name="forward", state="absent", **options)


def test_parsers_with_filters_are_returned(tasks, ids, running):
    tasks.run_ok("iot_parser", name="forward2", data_source="locks")

    def found(**filters):
        return [one["name"] for one in tasks.run_ok("iot_parser_info", **filters)["parsers"]]

    assert found() == ["forward", "forward2"]
    # The API searches for a part of the name; the module returns exact matches only.
    assert found(name="forward") == found(parser_id=running["parser_id"]) == ["forward"]
    assert found(data_source="locks") == found(data_source=ids["locks"]) == ["forward2"]
    assert found(status="started") == ["forward"]
    assert found(status="stopped") == ["forward2"]
    assert found(name="unknown") == found(parser_id="999") == found(data_source="unknown") == []
    whole = parser(tasks)
    assert whole == tasks.run_ok("iot_parser_info", parser_id=running["parser_id"])["parsers"][0]
    assert whole == {**running, "destinations": whole["destinations"]}
    assert "script" not in tasks.run_ok("iot_parser_info")["parsers"][0]
    assert tasks.run_ok("iot_parser_info", details=True)["parsers"][0] == whole


def test_parser_create_with_lost_response_creates_one(tasks):
    tasks.server.control("PUT", "faults", [{"action": "CreateParser", "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_parser", **FORWARD, state="started")
    assert created["parser"]["status"] == "started"
    assert len(tasks.run_ok("iot_parser_info")["parsers"]) == 1
