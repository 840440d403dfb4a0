# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a parser with its script and what it is attached to."""

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
    """The ids of two data sources and a dozen destinations."""
    made = {
        name: tasks.run_ok("iot_data_source", name=name)["data_source"]["data_source_id"] for name in ("lamps", "locks")
    }
    for number in range(12):
        name = f"to_{number}"
        options = {"type": "amqp", "configuration": {"groupId": "DEFAULT_GROUP"}}
        made[name] = tasks.run_ok("iot_destination", name=name, **options)["destination"]["destination_id"]
    return made


@pytest.fixture
def running(tasks):
    """A parser that runs."""
    return tasks.assert_changed_by("iot_parser", *STARTED, **FORWARD, state="started")["parser"]


FORWARD = {"name": "forward", "data_source": "lamps", "destinations": ["to_1"], "script": SCRIPT}


def parser(tasks) -> dict:
    (found,) = tasks.run_ok("iot_parser_info", name="forward")["parsers"]
    return found


def names(values: dict) -> set:
    return {destination["name"] for destination in values["destinations"]}


def test_the_life_of_a_parser(tasks, ids):
    made = tasks.assert_changed_by("iot_parser", "CreateParser", name="forward", description="forwards")["parser"]
    assert (made["name"], made["description"], made["status"]) == ("forward", "forwards", "stopped")
    changed = tasks.assert_changed_by("iot_parser", "UpdateParser", name="forward", description="all of it")
    assert changed["parser"]["description"] == "all of it"
    tasks.assert_changed_by("iot_parser", "UpdateParser", name="forward", description="")
    renamed = tasks.assert_changed_by("iot_parser", "UpdateParser", name="パーサ-1", renamed_from="forward")
    assert renamed["parser"]["parser_id"] == made["parser_id"]
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
    tasks.assert_changed_by("iot_parser", "DetachDestination", "AttachDestination", name="forward", failover_destination="to_2")
    cleared = tasks.assert_changed_by("iot_parser", "DetachDestination", name="forward", failover_destination="")
    assert cleared["parser"]["failover_destination_id"] == ""

    gone = tasks.assert_changed_by("iot_parser", "DeleteParser", name="forward", state="absent")
    assert gone["parser"] == {}
    tasks.assert_unchanged("iot_parser", name="forward", state="absent")


def test_a_script_in_force_and_its_draft(tasks):
    tasks.run_ok("iot_parser", name="forward")
    made = tasks.assert_changed_by("iot_parser", *SAVE_AND_PUBLISH, name="forward", script=SCRIPT)["parser"]
    assert made["script"] == made["script_draft"] == SCRIPT
    # White space around it is none of its own.
    tasks.assert_unchanged("iot_parser", name="forward", script=f"\n{SCRIPT.strip()}")
    drafted = tasks.assert_changed_by("iot_parser", "SaveScript", name="forward", script_draft=OTHER)["parser"]
    assert (drafted["script"], drafted["script_draft"]) == (SCRIPT, OTHER)
    # Someone works on it: what is in force is all that a task asks for.
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


def test_a_script_with_an_error_is_told_with_its_place(tasks):
    tasks.run_ok("iot_parser", name="forward", script=SCRIPT)
    result = tasks.run("iot_parser", name="forward", script="var data = payload(;")
    assert result["failed"]
    assert result["code"] == "iot.rule.scriptSyntaxError"
    assert [step["status"] for step in result["steps"]] == ["done", "failed"]
    assert result["parser"]["script"] == SCRIPT
    silent = tasks.run("iot_parser", name="forward", script="var data = 1;")
    assert "script doesn't contains transmit function" in silent["msg"]
    for nothing in ("", "  \n"):
        tasks.assert_fails("iot_parser", "^script (must have at least 1|cannot be empty)", name="forward", script=nothing)


def test_a_parser_starts_last_and_stops_first(tasks, running):
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
    # What it runs with need not be named again.
    tasks.assert_changed_by("iot_parser", "StopParser", name="forward", state="stopped")
    tasks.assert_changed_by("iot_parser", "StartParser", name="forward", state="started")
    tasks.assert_changed_by("iot_parser", "StopParser", "DeleteParser", name="forward", state="absent")


def test_a_parser_that_runs_keeps_what_it_needs(tasks, ids, running):
    # Its only destination is exchanged, and the script with it, without a moment in which it has none.
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
    # It has one data source at a time: for another one it stops, and runs again.
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


def test_a_parser_runs_again_also_where_a_step_failed(tasks, running):
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


def test_destinations_change_their_parts(tasks, ids, running):
    def changes(*operations, **options):
        return tasks.assert_changed_by("iot_parser", *operations, name="forward", **options)["parser"]

    # The only one becomes the one for failures: only after another one is there.
    changed = changes("AttachDestination", "AttachDestination", destinations=["to_2"], failover_destination="to_1")
    assert (names(changed), changed["failover_destination_id"]) == ({"to_2"}, ids["to_1"])
    # And back, which makes its place free for the other.
    changed = changes("AttachDestination", "AttachDestination", destinations=["to_1"], failover_destination="to_2")
    assert (names(changed), changed["failover_destination_id"]) == ({"to_1"}, ids["to_2"])
    # Another one for failures, of which there is one at a time.
    changed = changes(
        "DetachDestination",
        "AttachDestination",
        "AttachDestination",
        "DetachDestination",
        destinations=["to_3"],
        failover_destination="to_4",
    )
    assert (names(changed), changed["failover_destination_id"]) == ({"to_3"}, ids["to_4"])


def test_ten_destinations_give_way_to_others(tasks, running):
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


def test_what_a_parser_cannot_be(tasks):
    def refuses(message, **options):
        tasks.assert_fails("iot_parser", message, name="forward", **options)

    tasks.assert_fails("iot_parser", "^name must have 1 to 30 characters", name="")
    tasks.assert_fails("iot_parser", "^name may hold", name="for ward")
    refuses("^a parser needs data_source, destinations, script in order to run", state="started")
    refuses("^a parser needs script in order to run", state="started", data_source="lamps", destinations=["to_1"])
    refuses("^destinations names to_1 twice$", destinations=["to_1", "to_1"])
    refuses("^destinations takes at most 10", destinations=[f"to_{number}" for number in range(11)])
    tens = {"destinations": [f"to_{number}" for number in range(10)], "failover_destination": "to_10"}
    refuses("^a parser has at most 10 destinations, the failover_destination included", **tens)
    refuses("^to_1 cannot be the failover_destination and one of", destinations=["to_1"], failover_destination="to_1")

    tasks.run_ok("iot_parser", name="forward", destinations=["to_1"], failover_destination="to_2")
    refuses("^to_1 cannot be .*give both options$", failover_destination="to_1")
    refuses("^to_2 cannot be .*give both options$", destinations=["to_2"])
    refuses(
        "^destinations names a destination twice$",
        destinations=["to_1", parser(tasks)["destinations"][0]["destination_id"]],
    )


@pytest.mark.parametrize("state", ["present", "started"])
@pytest.mark.parametrize(
    ("options", "missing"), [({"data_source": ""}, "data_source"), ({"destinations": []}, "destinations")]
)
def test_nothing_is_taken_from_a_parser_that_runs(tasks, running, state, options, missing):
    message = f"^a parser needs {missing} in order to run.*state: stopped$"
    assert tasks.assert_fails("iot_parser", message, name="forward", state=state, **options)["field"] == missing


def test_what_is_named_and_not_there(tasks):
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
        assert f"there is no {missing}" in result["msg"]
        tasks.assert_unchanged("iot_parser", name="forward", state="absent", **options)


def test_finding_parsers(tasks, ids, running):
    tasks.run_ok("iot_parser", name="forward2", data_source="locks")

    def found(**filters):
        return [one["name"] for one in tasks.run_ok("iot_parser_info", **filters)["parsers"]]

    assert found() == ["forward", "forward2"]
    # A name is asked for as a part of names.
    assert found(name="forward") == found(parser_id=running["parser_id"]) == ["forward"]
    assert found(data_source="locks") == found(data_source=ids["locks"]) == ["forward2"]
    assert found(status="started") == ["forward"]
    assert found(status="stopped") == ["forward2"]
    assert found(name="nobody") == found(parser_id="999") == found(data_source="nobody") == []
    whole = parser(tasks)
    assert whole == tasks.run_ok("iot_parser_info", parser_id=running["parser_id"])["parsers"][0]
    assert whole == {**running, "destinations": whole["destinations"]}
    assert "script" not in tasks.run_ok("iot_parser_info")["parsers"][0]
    assert tasks.run_ok("iot_parser_info", details=True)["parsers"][0] == whole


def test_a_create_whose_answer_was_lost(tasks):
    tasks.server.control("PUT", "faults", [{"action": "CreateParser", "drop": "after", "times": 1}])
    made = tasks.run_ok("iot_parser", **FORWARD, state="started")
    assert made["parser"]["status"] == "started"
    assert len(tasks.run_ok("iot_parser_info")["parsers"]) == 1
