# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The conversion of rules: what cannot be converted, and the text of scripts.

That parsers deliver the same messages as rules is tested with the emulator, in
``tests/unit/emulator/services/parser/test_converted_rules.py``.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion import functions, sql
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.naming import FreeNames
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.rules import Conversion
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.script import Translator
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import script_syntax

KEY, METER = "a1b2c3", "a4d5e6"
CLOUD = {"regionName": "cn-shanghai", "role": {"roleName": "r", "roleArn": "acs:ram::1:role/r"}}
AMQP = {"type": "amqp", "configuration": {"groupId": "g1", "uid": "1"}, "error_action": False}
RULE = {
    "name": "overheat",
    "product_key": KEY,
    "short_topic": "+/user/report",
    "topic_type": "custom",
    "select": "*",
    "where": "",
    "data_type": "json",
    "status": "started",
    "actions": [AMQP],
}


def found(plural: str, **values: str) -> Found:
    return Found(plural, kinds()[plural], values)


def conversion(**options: Any) -> Conversion:
    names = Names(
        {
            "products": [
                found("products", product_key=KEY, name="street_light"),
                found("products", product_key=METER, name="old meter"),
            ],
            "consumer_groups": [found("consumer_groups", group_id="g1", name="console")],
        }
    )
    return Conversion(names, {METER}, FreeNames(), **options)


def converted(**changes: Any) -> Conversion:
    """Return the conversion of a rule."""
    result = conversion()
    result.convert({**RULE, **changes})
    return result


def action(kind: str, error_action: bool = False, **configuration: Any) -> dict[str, Any]:
    return {"type": kind, "configuration": configuration, "error_action": error_action}


COLUMN = {"name": "c", "value": "${a}", "type": "STRING"}
HUB = {"projectName": "p", "topicName": "t", "schemaVals": [COLUMN], **CLOUD}
SET = f"/sys/{KEY}/lamp/thing/service/property/set"

#: Changes of the rule, the part that is not converted, and a part of the reason.
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"select": ""}, "rule", "it has no topic or no SQL"),
    ({"short_topic": None}, "rule", "it has no topic or no SQL"),
    ({"product_key": "a9z9z9"}, "short_topic", "the product a9z9z9 does not exist"),
    ({"short_topic": "+/#"}, "short_topic", "a data source does not accept the topic +/#"),
    ({"short_topic": "+/edge/driver/1/point_post", "topic_type": "system"}, "short_topic", "does not accept the topic"),
    ({"short_topic": "+/+/get"}, "short_topic", "does not accept the topic +/+/get"),
    ({"select": "a, distance(b, c) as far"}, "select", "the function distance has no equivalent in parser scripts"),
    ({"select": "lower(a, b) as x"}, "select", "the function lower does not take 2 arguments"),
    ({"select": "to_hex(a) as x"}, "select", "the arguments of the function to_hex are not those"),
    ({"select": "lower(*) as x"}, "select", "the arguments of the function lower are not those"),
    ({"select": "payload('GBK') as x"}, "select", "parser scripts decode text as UTF-8 only"),
    ({"select": "timestamp(format) as x"}, "select", "can only be converted if they are text in quotes"),
    ({"select": "thingPropertyFlatMap(name)"}, "select", "can only be converted if they are text in quotes"),
    ({"select": "9007199254740993 as x"}, "select", "does not keep all digits of the number 9007199254740993"),
    ({"select": "a as __proto__"}, "select", "JavaScript does not allow a column with the name __proto__"),
    ({"select": "a b c"}, "select", "c is not expected (character 5)"),
    ({"select": "a,"}, "select", "the text ends too early"),
    ({"select": "a; b"}, "select", "; b is not known SQL (character 2)"),
    ({"select": '"a..b"'}, "select", "a..b is not a path of a field"),
    ({"where": "a between 1 and 2"}, "where", "between is not expected"),
    ({"where": "a is null"}, "where", "is is not expected"),
    ({"where": "a not 1"}, "where", "1 is not expected"),
    ({"where": "a like b"}, "where", "b is not expected"),
    ({"where": "case a end"}, "where", "CASE without WHEN"),
    ({"where": "case when case when a then b end then c end"}, "where", "CASE within CASE"),
    ({"where": "(" * 60 + "a" + ")" * 60}, "where", "parentheses are nested deeper than 50 levels"),
    ({"where": "unknown(a) > 1"}, "where", "the function unknown has no equivalent"),
    ({"data_type": "binary", "select": "a"}, "select", "binary data has no field a"),
    ({"data_type": "binary", "select": "*, deviceName() as d"}, "select", "* of binary data is the only column"),
    ({"actions": []}, "actions", "it has none"),
    ({"actions": [action("rds", tableName="t")]}, "action rds", "there is no destination of the type rds"),
    ({"actions": [action("republish", topic="no", topicType=1)]}, "action republish", "has a format that the doc"),
    ({"actions": [action("mns", themeName="t")]}, "action mns", "does not contain regionName, role"),
    ({"actions": [action("datahub", **{**HUB, "schemaVals": "x"})]}, "action datahub", "has a format that the doc"),
    ({"actions": [action("datahub", **HUB)], "select": "b"}, "action datahub", "the column c contains ${a}, which"),
    (
        {"actions": [action("datahub", **HUB)], "data_type": "binary"},
        "action datahub",
        "binary data has no columns",
    ),
    ({"actions": [action("republish", topic="/${key}/lamp/user/get", topicType=1)]}, "action republish", "one product"),
    (
        {"actions": [action("republish", topic="/a9z9z9/lamp/user/get", topicType=1)]},
        "action republish",
        "the product a9z9z9 does not exist",
    ),
    (
        {"actions": [action("republish", topic=f"/{KEY}/${{to}}/user/get", topicType=1)], "select": "a"},
        "action republish",
        "contains ${to}, which the rule does not select",
    ),
    (
        {"actions": [action("republish", topic=SET.replace(KEY, METER), topicType=0)]},
        "action republish",
        "cannot translate a command to the custom data format",
    ),
    (
        {"actions": [action("republish", topic=SET, topicType=0)], "data_type": "binary"},
        "action republish",
        "binary data cannot be the parameters of a command",
    ),
]


@pytest.mark.parametrize(("changes", "part", "reason"), REFUSED)
def test_rule_without_equivalent_is_not_converted(changes, part, reason):
    result = converted(**changes)
    assert (result.converted, result.destinations) == ([], [])
    first = result.not_converted[0]
    assert (first.rule, first.part) == ("overheat", part)
    assert reason in first.text


@pytest.mark.parametrize(
    ("error_action", "reason"),
    [
        (action("republish", True, topic=f"/{KEY}/lamp/user/get", topicType=1), "only a script can name a topic"),
        (action("datahub", True, **HUB), "receives a report as a whole, without columns"),
        (action("tsdb", True), "there is no destination of the type tsdb"),
    ],
)
def test_error_action_without_equivalent_is_not_converted_and_the_rule_is(error_action, reason):
    result = converted(actions=[AMQP, error_action])
    (note,) = result.not_converted
    assert note.part == f"error action {error_action['type']}"
    assert reason in note.text
    assert "failover_destination" not in result.converted[0].parser


def test_converted_rule_refers_to_resources_by_name():
    result = converted(actions=[AMQP, action("republish", topic=f"/{KEY}/lamp/user/get", topicType="1")])
    (one,) = result.converted
    assert one.data_source == {
        "name": "overheat",
        "description": "Converted from the rule overheat",
        "topics": [{"topic": "/street_light/+/user/report"}],
    }
    assert result.destinations == [
        {
            "name": "amqp_console",
            "type": "amqp",
            "configuration": {"groupId": "console"},
            "description": "Converted from rules",
        },
        {
            "name": "republish_street_light",
            "type": "republish",
            "configuration": {"productKey": "street_light"},
            "description": "Converted from rules",
        },
    ]
    assert one.parser["destinations"] == ["amqp_console", "republish_street_light"]
    assert 'writeAmqp(destinationId("amqp_console"), sqlPayload(row));' in one.parser["script"]


def test_product_whose_name_is_no_level_of_a_topic_is_written_as_key():
    assert converted(product_key=METER).converted[0].data_source["topics"] == [{"topic": f"/{METER}/+/user/report"}]


@pytest.mark.parametrize(
    ("short_topic", "kind", "topic"),
    [
        ("+", "status", "/as/mqtt/status/street_light/+"),
        ("lamp-0001", None, "/as/mqtt/status/street_light/lamp-0001"),
        ("/+/thing/event/property/post", None, "/street_light/+/thing/event/property/post"),
        ("+/thing/event/battery:low/history/post", "system", "/street_light/+/thing/event/battery:low/history/post"),
        ("firmware/job/ota/job/status", "system", "/street_light/firmware/job/ota/job/status"),
        ("+/user/#", "custom", "/street_light/+/user/#"),
    ],
)
def test_topic_of_a_rule_is_a_topic_of_the_data_source(short_topic, kind, topic):
    result = converted(short_topic=short_topic, topic_type=kind)
    assert [one.data_source["topics"] for one in result.converted] == [[{"topic": topic}]], result.not_converted


def test_rules_share_destinations_but_not_the_one_for_failures():
    result = conversion()
    for name in ("one", "two"):
        result.convert({**RULE, "name": name, "actions": [AMQP, {**AMQP, "error_action": True}]})
    assert [one["name"] for one in result.destinations] == ["amqp_console", "amqp_console_errors"]
    assert {one.parser["failover_destination"] for one in result.converted} == {"amqp_console_errors"}


@pytest.mark.parametrize(
    ("running", "status", "state"),
    [(True, "started", "started"), (True, "stopped", "stopped"), (False, "started", "stopped")],
)
def test_parser_is_started_only_on_request_and_for_a_running_rule(running, status, state):
    result = conversion(running=running)
    result.convert({**RULE, "status": status})
    assert result.converted[0].parser["state"] == state


def test_comments_of_a_script_stay_in_their_lines():
    script = converted(select="'a\nwriteAmqp(1)' as x\u2028", where="a\r> 1").converted[0].parser["script"]
    comments = [line for line in script.splitlines() if line.startswith("//")]
    assert comments == [
        "// Converted from the rule overheat by iotops.aliyun.convert_rules.",
        "// SELECT 'a writeAmqp(1)' as x",
        "// FROM /street_light/+/user/report",
        "// WHERE a > 1",
    ]
    assert 'row["x"] = "a\\nwriteAmqp(1)";' in script


def test_script_contains_only_the_functions_that_it_needs():
    script = converted(select="deviceName() as name").converted[0].parser["script"]
    assert "function sql" not in script
    compared = converted(where="a > 1").converted[0].parser["script"]
    assert "function sqlCompare(" in compared
    assert "function sqlLike(" not in compared


@pytest.mark.parametrize("name", functions.NAMES)
def test_every_function_is_valid_javascript(name):
    arguments = {"payload": "", "to_hex": "*", "to_base64": "*", "timestamp": "'yyyy'", "timestamp_utc": "'yyyy'"}
    two = ("concat", "crypto", "endswith", "mod", "nanvl", "power", "substring")
    three = ("replace",)
    none = ("deviceName", "messageId", "newuuid", "rand", "thingPropertyFlatMap")
    count = 2 if name in two else 3 if name in three else 0 if name in none else 1
    text = arguments.get(name, ", ".join(["a"] * count))
    result = converted(select=f"{name}({text}) as x")
    script = result.converted[0].parser["script"]
    assert script_syntax.find_javascript_problem(script) == ""
    assert f"{name}(" in script


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("not a = 1", 'sqlIsTrue(sqlNot(sqlCompare(getOrNull(sqlMessage(), "a"), "=", 1)))'),
        ("not not a", 'sqlIsTrue(sqlNot(sqlNot(getOrNull(sqlMessage(), "a"))))'),
        ("a != 1", 'sqlIsTrue(sqlCompare(getOrNull(sqlMessage(), "a"), "<>", 1))'),
        ("x > 1", '(sqlHas(sqlMessage(), "x") ? getOrNull(sqlMessage(), "x") : deviceName())'),
    ],
)
def test_condition_is_translated(where, expected):
    row = Translator(sql.parse("deviceName() as x", where), is_binary=False).row()
    assert any(expected in line for line in row), row


def test_names_are_free_and_short():
    names = FreeNames()
    names.take("parsers", "overheat")
    assert [names.free("parsers", name) for name in ("overheat", "overheat", "a.b c")] == [
        "overheat_2",
        "overheat_3",
        "a_b_c",
    ]
    assert names.free("data_sources", "overheat") == "overheat"
    assert [names.free("destinations", "温" * 20) for _index in range(2)] == ["温" * 15, "温" * 14 + "_2"]
