# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of rule SQL."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import FUNCTIONS, EvaluationError, Message
from ansible_collections.iotops.aliyun.emulator.expressions.rule_sql import (
    MAX_FIELDS,
    InvalidRuleSql,
    fill_template,
    parse,
)

NOW = 1543373798943  # 2018-11-28 10:56:38.943 in China
POST = {
    "iotId": "H5KURkKdibnZvSls000100",
    "productKey": "a1HHrkm",
    "gmtCreate": 1564569974224,
    "deviceName": "TestDevice1",
    "items": {
        "Temperature": {"value": 23.5, "time": 1564569974229},
        "Humidity": {"value": 60, "time": 1564569974229},
        "Position": {"value": {"latitude": 39.9, "longitude": 116.38}, "time": 1564569974229},
    },
}


def message(content: Any = None, **fields) -> Message:
    """Return a message of a device; ``content`` is encoded as the JSON payload."""
    payload = fields.pop("payload", None)
    return Message(
        **{
            "topic": "/a1HHrkm/TestDevice1/user/set",
            "payload": json.dumps(content).encode() if payload is None else payload,
            "device_name": "TestDevice1",
            "message_id": "1199884266",
            "now": NOW,
            "tags": {"location": "西溪"},
            **fields,
        }
    )


def value(expression: str, content: Any = None, **fields) -> Any:
    """Return the value of an expression."""
    return parse(f"{expression} as result").apply(message(POST if content is None else content, **fields))["result"]


def is_met(condition: str, content: Any = None, select: str = "*") -> bool:
    """Return whether a message meets a condition."""
    return parse(select, condition).apply(message(POST if content is None else content)) is not None


def test_manual_example_is_evaluated():
    select = "deviceName() as deviceName, items.Humidity.value as Humidity, items.Temperature.value as Temperature"
    statement = parse(select, "Temperature>35")
    assert statement.apply(message(POST)) is None
    hot = {"items": {"Temperature": {"value": 35.1}}}
    assert statement.apply(message(hot)) == {"deviceName": "TestDevice1", "Humidity": None, "Temperature": 35.1}


def test_second_manual_example_is_evaluated():
    statement = parse("deviceName() as deviceName , timestamp('yyyy-MM-dd HH:mm:ss') as time, pm25, pm10")
    assert statement.apply(message({"pm25": 63, "pm10": 12, "more": 1})) == {
        "deviceName": "TestDevice1",
        "time": "2018-11-28 10:56:38",
        "pm25": 63,
        "pm10": 12,
    }


@pytest.mark.parametrize(
    ("select", "names"),
    [
        ("a", ["a"]),
        ("a.b[0].c , deviceName()", ["a.b[0].c", "deviceName()"]),
        ('"$.a"', ["$.a"]),
        ("1 + a", ["1 + a"]),
        ('a AS "out put"', ["out put"]),
        ("a As b", ["b"]),
        ("a as 温度", ["温度"]),
    ],
)
def test_column_names_are_derived(select, names):
    assert list(parse(select).apply(message({}))) == names


@pytest.mark.parametrize("content", [{"a": 1}, [1, {"a": 2}], {}, []])
def test_star_returns_payload_unchanged(content):
    assert parse("*").apply(message(content)) == content


def test_star_is_combined_with_columns():
    assert parse("*, deviceName() as a").apply(message({"a": 1, "b": 2})) == {"a": "TestDevice1", "b": 2}
    assert parse("deviceName() as a, *").apply(message({"a": 1, "b": 2})) == {"a": 1, "b": 2}
    with pytest.raises(EvaluationError):
        parse("*, deviceName() as a").apply(message([1]))


@pytest.mark.parametrize("payload", [b"", b"x", b"\xff", b"1", b'"x"', b"null", b'{"a": NaN}', b"[" * 5000])
def test_payload_without_json_object_or_array_fails(payload):
    for statement in (parse("*"), parse("a"), parse("deviceName()", "a = 1")):
        with pytest.raises(EvaluationError):
            statement.apply(message(payload=payload))
    assert parse("deviceName() as name").apply(message(payload=payload)) == {"name": "TestDevice1"}


ARRAY = {"a": [{"v": 0}, {"v": 1}, {"v": 2}], "b": {"c.d": 1, "v": None}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ('"a[0]"', {"v": 0}),
        ('"$.a[0]"', {"v": 0}),
        ('".a[0]"', [{"v": 0}]),
        ('"a[1].v"', 1),
        ('"$.a[1].v"', 1),
        ('".a[1].v"', [1]),
        ("a[1].v", 1),
        ("a[3].v", None),
        ("a.v", None),
        ("b[0]", None),
        ("b.v.x", None),
        ('".b.v"', None),
        ("absent.x[0].y", None),
        ("'a[0]'", "a[0]"),
    ],
)
def test_path_returns_member(path, found):
    assert value(path, ARRAY) == found


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1", 1),
        ("2.50", 2.5),
        ("1e3", 1000.0),
        ("'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        ("''", ""),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("4 + 5", 9),
        ("5 - 4 - 3", -2),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("20 / 4", 5),
        ("5 / 2", 2.5),
        ("20 % 6", 2),
        ("-20 % 6", -2),
        ("7.5 % -2", 1.5),
        ("--3", 3),
        ("-n", -2),
        ("2 - -n", 4),
        ("n + absent", None),
        ("absent * n", None),
        ("-absent", None),
        ("9000000000000000000 * 10", 9e19),
    ],
)
def test_expression_is_calculated(expression, result):
    found = value(expression, {"n": 2})
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize("expression", ["n / 0", "n % 0", "n + 'a'", "t + 1", "-t", "big * big", "flag + 1"])
def test_expression_with_wrong_types_fails(expression):
    with pytest.raises(EvaluationError):
        value(expression, {"n": 2, "t": "text", "big": 1e200, "flag": True})


CONTENT = {"color": "red", "siren": "on", "isTest": True, "n": 5, "x": 5.0, "nothing": None, "list": [1]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("color = 'red'", True),
        ("color <> 'red'", False),
        ("color = 'red' AND siren = 'on'", True),
        ("color = 'blue' and siren = 'on'", False),
        ("color = 'blue' Or siren = 'on'", True),
        ("color = 'red' AND (siren = 'off' OR isTest)", True),
        ("color = 'red' OR siren = 'on' AND n = 6", True),
        ("(color = 'red' OR siren = 'on') AND n = 6", False),
        ("4 + 5 = n + 4", True),
        ("n < 6 AND n <= 5 AND 6 > n AND 5 >= n", True),
        ("n < 5", False),
        ("n > 5", False),
        ("n = x", True),
        ("n = '5'", False),
        ("n <> '5'", True),
        ("isTest = true", True),
        ("isTest = 1", False),
        ("color < 'reds'", True),
        ("list = list", True),
        ("n IN (1, 2 + 3)", True),
        ("n IN (1, 2)", False),
        ("n NOT IN (1, 2)", True),
        ("n not in (5)", False),
        ("color IN ('red')", True),
        ("deviceName() in ('TestDevice1', 'TestDevice2')", True),
        ("color LIKE 'r%'", True),
        ("color LIKE '%d'", True),
        ("color LIKE '%e%'", True),
        ("color LIKE 'red'", True),
        ("color LIKE 're'", False),
        ("color LIKE 'r%e%d%'", True),
        ("color LIKE 're%ed'", False),
        ("color LIKE 'r_d'", False),
        ("color LIKE '%e%e%'", False),
        ("color not LIKE '%def%'", True),
        ("n LIKE '5%'", True),
        ("nothing = nothing", False),
        ("nothing <> 'a'", False),
        ("absent > 1", False),
        ("absent NOT IN (1)", False),
        ("n NOT IN (1, null)", False),
        ("n IN (5, null)", True),
        ("absent LIKE '%'", False),
        ("absent not LIKE 'a'", False),
        ("absent = 1 OR n = 5", True),
        ("absent = 1 AND n = 5", False),
        ("absent", False),
        ("isTest", True),
        ("CASE n WHEN 5 THEN 'Y' WHEN 0 THEN 'N' ELSE '' END = 'Y'", True),
        ("CASE WHEN n > 9 THEN 1 WHEN isTest THEN 2 END = 2", True),
        ("CASE n WHEN 1 THEN 1 ELSE 3 END = 3", True),
        ("endswith(color, 'ed')", True),
    ],
)
def test_condition_is_evaluated(condition, expected):
    assert is_met(condition, CONTENT) is expected


@pytest.mark.parametrize("condition", ["n", "color", "n < 'a'", "isTest > false", "list < list", "n AND isTest"])
def test_condition_with_wrong_types_fails(condition):
    with pytest.raises(EvaluationError):
        is_met(condition, CONTENT)


def test_case_without_match_is_null():
    assert value("CASE n WHEN 1 THEN 'Y' END", CONTENT) is None


def test_condition_can_use_columns():
    assert is_met("hot > 30", {"t": 31}, "t as hot")
    assert not is_met("hot > 30", {"t": 31, "hot": 1}, "t as hot")
    # A column cannot refer to another column, which prevents endless recursion.
    assert not is_met("a > 1", {}, "b as a, a as b")


@pytest.mark.parametrize(
    ("select", "where"),
    [
        ("", ""),
        (" ", ""),
        ("a,", ""),
        (",a", ""),
        ("a b c", ""),
        ("a as", ""),
        ("a as 'b'", ""),
        ("a as b.c", ""),
        ("a as from", ""),
        ("select a", ""),
        ("a from b", ""),
        ("a where b", ""),
        ("a; b", ""),
        ("a # b", ""),
        ("１", ""),
        ("(a", ""),
        ("a)", ""),
        ("a..b", ""),
        ("a[x]", ""),
        ("a[0", ""),
        ("2a", ""),
        ("a.2b", ""),
        ('"a', ""),
        ('""', ""),
        ('"a[x]"', ""),
        ('"$$.a"', ""),
        ("'a", ""),
        ("\u2018a\u2019", ""),
        ("1e999", ""),
        ("* as a", ""),
        ("count(*)", ""),
        ("deviceName", "deviceName("),
        ("deviceName(1)", ""),
        ("devicename()", ""),
        ("productKey()", ""),
        ("abs()", ""),
        ("abs(1, 2)", ""),
        ("abs('a')", ""),
        ("abs(*)", ""),
        ("to_base64(a)", ""),
        ("to_base64()", ""),
        ("a.b()", ""),
        ("substring(true, 1.2)", ""),
        ("timestamp('yyyy Q')", ""),
        ("timestamp('MMM')", ""),
        (r"timestamp('yyyy\'T')", ""),
        ("crypto(a, 'MD4')", ""),
        ("crypto(a, 'MD2')", ""),
        ("CASE END", ""),
        ("CASE a ELSE 1 END", ""),
        ("CASE WHEN a THEN 1", ""),
        ("CASE WHEN a 1 END", ""),
        ("CASE WHEN a THEN CASE WHEN b THEN 1 END END", ""),
        ("*", "a ="),
        ("*", "= a"),
        ("*", "a == b"),
        ("*", "a != b"),
        ("*", "a < b < c"),
        ("*", "a AND"),
        ("*", "a b"),
        ("*", "*"),
        ("*", "a as b"),
        ("*", "NOT a"),
        ("*", "a NOT = b"),
        ("*", "a IN ()"),
        ("*", "a IN 1"),
        ("*", "a IN (SELECT b)"),
        ("*", "a LIKE b"),
        ("*", "a BETWEEN 1 AND 2"),
        ("*", "a IS NULL"),
        ("*", "(" * 40 + "a" + ")" * 40),
        ("*", "(" * 5000),
    ],
)
def test_invalid_sql_is_rejected(select, where):
    with pytest.raises(InvalidRuleSql):
        parse(select, where)


def test_unsupported_digest_is_named_in_error():
    with pytest.raises(InvalidRuleSql, match="MD2"):
        parse("crypto(a, 'MD2')")


def test_timestamp_with_12_hours_is_formatted():
    midnight = NOW // 86_400_000 * 86_400_000
    for hour, expected in ((0, "12 AM"), (1, "1 AM"), (12, "12 PM"), (23, "11 PM")):
        assert value("timestamp_utc('h a')", now=midnight + hour * 3_600_000) == expected


def test_long_expression_is_accepted():
    assert value(" + ".join(["1"] * 5000)) == 5000
    assert is_met(" OR ".join(["1 = 2"] * 5000 + ["1 = 1"]))
    assert value("-" * 5000 + "1") == 1
    assert value("(" * 20 + "1" + ")" * 20) == 1


def test_select_with_more_than_50_fields_is_rejected():
    parse(", ".join(["a"] * MAX_FIELDS))
    assert MAX_FIELDS == 50
    with pytest.raises(InvalidRuleSql, match="50"):
        parse(", ".join(["a"] * 51))


def test_binary_rule_processes_payload():
    binary_message = message(payload=b"\x00\xff")
    assert parse("*", "", True).apply(binary_message) == b"\x00\xff"
    select = "deviceName() as name, to_base64(*) as text, to_hex(*) as hex"
    assert parse(select, "topic(3) = 'user'", True).apply(binary_message) == {
        "name": "TestDevice1",
        "text": "AP8=",
        "hex": "00ff",
    }
    assert parse("*", "topic(3) = 'sys'", True).apply(binary_message) is None
    for select, where in (("a", ""), ('"a"', ""), ("*, deviceName()", ""), ("*", "a = 1")):
        with pytest.raises(InvalidRuleSql):
            parse(select, where, True)


RESULTS = [
    ("abs(-5)", 5),
    ("abs(-2.5)", 2.5),
    ("asin(1)", math.pi / 2),
    ("attribute('location')", "西溪"),
    ("attribute('absent')", None),
    ("concat(t, 'x')", "Textx"),
    ("concat(t, 5)", "Text5"),
    ("concat(t, absent)", None),
    ("cos(0)", 1.0),
    ("cosh(0)", 1.0),
    ("crypto(t, 'MD5')", hashlib.md5(b"Text").hexdigest()),
    ("crypto(t, 'SHA1')", hashlib.sha1(b"Text").hexdigest()),
    ("crypto(t, 'SHA-256')", hashlib.sha256(b"Text").hexdigest()),
    ("crypto(t, 'SHA-384')", hashlib.sha384(b"Text").hexdigest()),
    ("crypto(5, 'SHA-512')", hashlib.sha512(b"5").hexdigest()),
    ("deviceName()", "TestDevice1"),
    ("endswith(t, 'xt')", True),
    ("endswith(t, 'Te')", False),
    ("exp(1)", math.e),
    ("floor(2.9)", 2),
    ("floor(-2.1)", -3),
    ("log(8, 2)", 3.0),
    ("log(1)", 0.0),
    ("lower(t)", "text"),
    ("upper(t)", "TEXT"),
    ("messageId()", "1199884266"),
    ("mod(7, 4)", 3),
    ("mod(-7, 4)", -3),
    ("nanvl(absent, 'd')", "d"),
    ("nanvl(t, 'd')", "Text"),
    ("nanvl(absent, null)", None),
    ("payload()", '{"t": "Text"}'),
    ("payload('utf-8')", '{"t": "Text"}'),
    ("power(2, 10)", 1024),
    ("power(2, -1)", 0.5),
    ("power(4, 0.5)", 2.0),
    ("replace(t, 'e', '3')", "T3xt"),
    ("sin(0)", 0.0),
    ("sinh(0)", 0.0),
    ("tan(0)", 0.0),
    ("tanh(0)", 0.0),
    ("substring('012345', 0)", "012345"),
    ("substring('012345', 2)", "2345"),
    ("substring('012345', 2.745)", "2345"),
    ("substring(123, 2)", "3"),
    ("substring('012345', -1)", "012345"),
    ("substring('012345', 1, 3)", "12"),
    ("substring('012345', -50, 50)", "012345"),
    ("substring('012345', 3, 1)", ""),
    ("substring('012345', 3, -1)", ""),
    ("timestamp()", NOW),
    ("timestamp_utc()", NOW),
    (r"timestamp('yyyy-MM-dd\'T\'HH:mm:ss\'Z\'')", "2018-11-28T10:56:38Z"),
    (r"timestamp_utc('yyyy-MM-dd\'T\'HH:mm:ss\'Z\'')", "2018-11-28T02:56:38Z"),
    ("timestamp('yy/M/d h:m:s.SSS a')", "18/11/28 10:56:38.943 AM"),
    (r"timestamp('h \'o\'\'clock\' \'\'')", "10 o'clock '"),
    ("topic()", "/a1HHrkm/TestDevice1/user/set"),
    ("topic(1)", "a1HHrkm"),
    ("topic(4)", "set"),
    ("to_base64(*)", "eyJ0IjogIlRleHQifQ=="),
    ("to_hex(*)", "7b2274223a202254657874227d"),
    ("upper(lower(concat('a', upper('b'))))", "AB"),
]


@pytest.mark.parametrize(("expression", "result"), RESULTS)
def test_function_returns_result(expression, result):
    found = value(expression, {"t": "Text"})
    assert found == (pytest.approx(result) if isinstance(result, float) else result)
    assert type(found) is type(result)


def test_random_functions_return_different_values():
    assert 0 <= value("rand()") < 1
    assert value("rand()") != value("rand()")
    assert str(uuid.UUID(value("newuuid()"))) != value("newuuid()")


@pytest.mark.parametrize(
    "expression",
    [
        "abs(t)",
        "asin(n)",
        "log(-n)",
        "exp(big)",
        "power(big, big)",
        "power(-n, 0.5)",
        "mod(n, 0)",
        "lower(n)",
        "attribute(n)",
        "crypto(t, t)",
        "replace(t, n, 'x')",
        "substring(t, t)",
        "substring(list, 1)",
        "timestamp(t)",
        "timestamp(n)",
        "topic(0)",
        "topic(5)",
        "topic(n / 2)",
        "payload('klingon')",
        "thingPropertyFlatMap()",
    ],
)
def test_function_with_invalid_argument_fails(expression):
    with pytest.raises(EvaluationError):
        value(expression, {"t": "Text", "n": 3, "big": 1e9, "list": []})


def test_payload_with_wrong_encoding_fails():
    with pytest.raises(EvaluationError):
        value("payload('ascii')", payload="路".encode())


def test_properties_are_flattened():
    flat = {"Temperature": 23.5, "Humidity": 60, "Position_latitude": 39.9, "Position_longitude": 116.38}
    assert parse("thingPropertyFlatMap()").apply(message(POST)) == flat
    selected = parse("deviceName() as name, thingPropertyFlatMap('Position', 'absent')").apply(message(POST))
    assert selected == {"name": "TestDevice1", "Position_latitude": 39.9, "Position_longitude": 116.38}
    assert value("thingPropertyFlatMap('Humidity')") == {"Humidity": 60}


def test_every_function_is_tested():
    tested = {expression.partition("(")[0] for expression, _result in RESULTS}
    assert tested >= set(FUNCTIONS) - {"newuuid", "rand", "thingPropertyFlatMap"}


def test_template_is_filled_with_columns():
    result = {"name": "lamp", "n": 5, "deep": {"a": [1]}, "nothing": None}
    assert fill_template("/a1/${name}/user/get", result) == "/a1/lamp/user/get"
    assert fill_template("${n}${name} ${deep}", result) == '5lamp {"a":[1]}'
    assert fill_template("nothing", [1]) == "nothing"
    for template in ("${absent}", "${nothing}"):
        with pytest.raises(EvaluationError):
            fill_template(template, result)
    with pytest.raises(EvaluationError):
        fill_template("${name}", [1])


@pytest.mark.parametrize(
    ("select", "result"),
    [
        ("abs(x) ax, y yy", {"ax": 3, "yy": "v"}),
        ('\'z\' zz, "y" "other name"', {"zz": "z", "other name": "v"}),
        ("case x when -3 then 'on' else '' end flag", {"flag": "on"}),
        ("x + 1 as a, y", {"a": -2, "y": "v"}),
    ],
)
def test_alias_without_as_names_the_column(select, result):
    assert parse(select).apply(message({"x": -3, "y": "v"})) == result


@pytest.mark.parametrize("select", ["x a b", "x 'a'", "x 1", "* a", "x as"])
def test_invalid_alias_is_rejected(select):
    with pytest.raises(InvalidRuleSql):
        parse(select)


@pytest.mark.parametrize(
    ("topic", "level", "found"),
    [
        ("/a1/lamp/thing/event/property/post", 3, "lamp"),
        ("/a1/lamp/thing/event/property/post", 1, "sys"),
        ("/a1/lamp/user/get", 2, "lamp"),
        ("/as/mqtt/status/a1/lamp", 5, "lamp"),
    ],
)
def test_topic_levels_are_those_of_the_device(topic, level, found):
    assert value(f"topic({level})", topic=topic) == found


def test_text_that_no_message_can_contain_is_not_computed():
    doubled = "v"
    for _number in range(10):
        doubled = f"concat({doubled}, {doubled})"
    with pytest.raises(EvaluationError, match="more than a message can contain"):
        value(doubled, {"v": "a" * 100_000})
    with pytest.raises(EvaluationError, match="more than a message can contain"):
        value(f"replace(v, 'a', '{'b' * 10}')", {"v": "a" * 100_000})
    assert len(value("replace(v, 'a', 'bb')", {"v": "a" * 100_000})) == 200_000
    constant = "'a'"
    for _number in range(8):
        constant = f"replace({constant}, 'a', '{'a' * 9}')"
    with pytest.raises(EvaluationError, match="more than a message can contain"):
        is_met(f"upper({constant}) = 'A'")
