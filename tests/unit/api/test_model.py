# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The data model of the API description."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    CREATE,
    DELETE,
    NOT_FOUND,
    READ,
    SET,
    ErrorCode,
    Operation,
    Param,
    error_codes,
    member,
    parse_signature,
)

from .conftest import render


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("A", Param("A")),
        ("A!", Param("A", required=True)),
        ("A@", Param("A", body=True)),
        ("A!@", Param("A", required=True, body=True)),
        ("A@!", Param("A", required=True, body=True)),
        ("A~", Param("A", "object", json=True)),
        ("A@~", Param("A", "object", body=True, json=True)),
        ("A:int", Param("A", "integer")),
        ("A:bool", Param("A", "boolean")),
        ("A:num", Param("A", "number")),
        ("A:obj", Param("A", "object")),
        ("A!:int", Param("A", "integer", required=True)),
        ("A[]", Param("A", "list")),
        ("A![]", Param("A", "list", required=True)),
        ("A[:int]", Param("A", "list", element="integer")),
        ("A[:obj]", Param("A", "list", element="object")),
        ("A[B C:int]", Param("A", "list", members={"B": Param("B"), "C": Param("C", "integer")})),
        ("A{B}", Param("A", "object", members={"B": Param("B")})),
        ("A{}", Param("A", "object")),
        ("A_b-c.d", Param("A_b-c.d")),
    ],
)
def test_member_is_parsed(text, param):
    assert parse_signature(text) == {param.name: param}


def test_documented_signature_is_parsed():
    params = parse_signature("ProductKey! CurrentPage:int ProductTag[TagKey TagValue] DeviceName[] JobFile~ Text@")
    assert list(params) == ["ProductKey", "CurrentPage", "ProductTag", "DeviceName", "JobFile", "Text"]
    assert [name for name, param in params.items() if param.required] == ["ProductKey"]
    assert list(params["ProductTag"].members) == ["TagKey", "TagValue"]


def test_nested_members_are_parsed():
    inner = parse_signature("A{B[C{D:int} E[]] F} G")["A"].members
    assert inner["B"].members["C"].members == {"D": Param("D", "integer")}
    assert inner["B"].members["E"] == Param("E", "list")
    assert inner["F"] == Param("F")


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_empty_signature_has_no_parameters(text):
    assert parse_signature(text) == {}


def test_whitespace_in_signature_is_ignored():
    assert parse_signature("  A  B[ C\n D ]  ") == parse_signature("A B[C D]")


@pytest.mark.parametrize(
    "text",
    [
        "A[",
        "A{B",
        "A]",
        "A}",
        "A[B}",
        "A{B]",
        "[A]",
        "A[[B]]",
        "A[:int",
        "A[:int B]",
        "A[:int :int]",
        "A:long",
        ":int",
        "A ?",
        "!A",
        "A,B",
        "A*",
    ],
)
def test_invalid_signature_raises_value_error(text):
    with pytest.raises(ValueError, match=r"signature|plain values"):
        parse_signature(text)


def members(shapes):
    """Return a strategy for the members of a signature, with nested members of the given strategy."""
    names = st.text("ABCabc019_.-", min_size=1, max_size=8)
    params = st.dictionaries(names, shapes, max_size=4)
    return params.map(lambda made: {name: Param(name, **shape) for name, shape in made.items()})


FLAGS = st.fixed_dictionaries({"required": st.booleans(), "body": st.booleans()})
LEAVES = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "boolean", "number", "object"])}),
    st.just({"type": "object", "json": True}),
    st.builds(
        lambda element: {"type": "list", "element": element},
        st.sampled_from(["string", "integer", "boolean", "number", "object"]),
    ),
)
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda kind, within: {"type": kind, "members": within}, st.sampled_from(["list", "object"]), members(inner)
    ),
    max_leaves=8,
)
ANY = members(st.builds(lambda shape, flags: {**shape, **flags}, SHAPES, FLAGS))


@settings(deadline=None, max_examples=50)
@given(ANY)
def test_rendered_signature_parses_to_same_members(params):
    assert parse_signature(render(params)) == params


@settings(deadline=None, max_examples=50)
@given(st.text("A[]{}!@~: \n:intbool", max_size=30))
def test_any_text_parses_or_raises_value_error(text):
    try:
        params = parse_signature(text)
    except ValueError:
        return
    assert parse_signature(render(params)) == params


def test_operation_accepts_iot_instance_id_by_default():
    assert list(Operation("4.0.1", READ, 1, "A!").params) == ["A", "IotInstanceId"]
    assert not Operation("4.0.1", READ, 1, "A").params["IotInstanceId"].required
    assert list(Operation("4.0.1", READ, 1, "A", instance=False).params) == ["A"]
    assert Operation("4.0.1", READ, 1, "IotInstanceId!").params["IotInstanceId"].required


@pytest.mark.parametrize(("kind", "writes"), [(READ, False), (SET, True), (CREATE, True), (DELETE, True)])
def test_operation_writes_depends_on_kind(kind, writes):
    assert Operation("4.0.1", kind, 1).writes is writes


def test_not_found_codes_are_matched_case_insensitively():
    operation = Operation("4.0.1", READ, 1, not_found_codes=("iot.prod.NotExistedProduct",))
    assert operation.means_not_found("iot.prod.NotExistedProduct")
    assert operation.means_not_found("iot.Prod.NotExistedProduct")
    assert not operation.means_not_found("iot.prod.NotExisted")
    assert not operation.means_not_found("")
    assert not Operation("4.0.1", READ, 1).means_not_found("iot.prod.NotExistedProduct")


def test_error_code_table_is_converted():
    assert error_codes({"a.b": (NOT_FOUND, "No such b"), "a.c": (NOT_FOUND, "No such c", "Create it")}) == {
        "a.b": ErrorCode(NOT_FOUND, "No such b", ""),
        "a.c": ErrorCode(NOT_FOUND, "No such c", "Create it"),
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", {"Total": 3, "Data": {"List": {"Item": [1]}, "None": None}}),
        ("Total", 3),
        ("Data", {"List": {"Item": [1]}, "None": None}),
        ("Data.List.Item", [1]),
        ("Data.Else", None),
        ("Else.List", None),
        ("Total.List", None),
        ("Data.None.List", None),
        ("Data.List.Item.0", None),
    ],
)
def test_member_of_response_is_found_by_path(path, value):
    assert member({"Total": 3, "Data": {"List": {"Item": [1]}, "None": None}}, path) == value
