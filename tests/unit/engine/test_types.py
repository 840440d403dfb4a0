# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the types of fields."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import (
    Mapping,
    ObjectSet,
    ReferenceSet,
    TextSet,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import (
    Choice,
    Flag,
    JsonText,
    Number,
    Text,
    Type,
    width,
)

few_examples = settings(deadline=None, max_examples=30)

NET = Choice({"wifi": "WIFI", "lora": "LORA", "other": "OTHER"}, {3: "wifi", 8: "other"}, aliases={"lora": "other"})
LEVEL = Choice({"weak": 1, "none": 2}, {0: "strong", 1: "weak", 2: "none"})
MODEL = Choice({True: "senior", False: None}, {"senior": True, "basic": False})
TAGS = Mapping(Text(1, 5), Text(0, 5, wide_char_width=2), maximum=3)
TOPICS = TextSet(Text(1, 5), maximum=3)
DEVICES = ObjectSet(("product", "name"), ("product_key", "name"), maximum=3)
GROUPS = ReferenceSet("group_id", minimum=1, maximum=3)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.text(max_size=4)
MEMBERS = st.lists(
    st.fixed_dictionaries({"product": WORDS, "product_key": WORDS, "name": WORDS}), max_size=4, unique_by=str
)

#: Types, each with a strategy for values of tasks.
TYPES = {
    "raw": (Type(), JSON),
    "text": (Text(), st.text()),
    "number": (Number(), st.integers()),
    "flag": (Flag(), st.booleans()),
    "choice": (LEVEL, st.sampled_from(["weak", "none"])),
    "choice with other responses": (NET, st.sampled_from(["wifi", "lora", "other"])),
    "mapping": (TAGS, st.dictionaries(WORDS | st.integers(), WORDS | st.integers() | st.booleans(), max_size=4)),
    "object set": (DEVICES, MEMBERS),
    "reference set": (
        GROUPS,
        st.lists(st.fixed_dictionaries({"name": WORDS, "group_id": WORDS}), max_size=4, unique_by=str),
    ),
    "text set": (TOPICS, st.lists(WORDS, max_size=4)),
    "JSON": (JsonText(), st.dictionaries(st.text(), JSON, max_size=3)),
}


def each_type(test):
    return pytest.mark.parametrize("name", TYPES)(few_examples(given(data=st.data())(test)))


@each_type
def test_type_round_trip_is_equal(name, data):
    kind, values = TYPES[name]
    value = data.draw(values)
    assert kind.canonical(kind.from_wire(kind.to_wire(value))) == kind.canonical(value)


@each_type
def test_type_equality_is_reflexive_and_symmetric(name, data):
    kind, values = TYPES[name]
    one, other = data.draw(values), data.draw(values)
    assert kind.canonical(one) == kind.canonical(one)
    assert (kind.canonical(one) == kind.canonical(other)) is (kind.canonical(other) == kind.canonical(one))


@each_type
def test_type_merge_is_idempotent_and_prefers_requested(name, data):
    kind, values = TYPES[name]
    current, given_ = data.draw(values), data.draw(values)
    merged = kind.merge(current, given_)
    assert kind.canonical(kind.merge(merged, given_)) == kind.canonical(merged)
    assert kind.canonical(kind.merge(None, given_)) == kind.canonical(given_)
    if name in ("object set", "reference set", "text set"):
        assert kind.canonical(merged) == kind.canonical(current) | kind.canonical(given_)
    elif name == "mapping":
        assert kind.canonical(merged) == {**kind.canonical(current), **kind.canonical(given_)}
    else:
        assert merged == given_


@few_examples
@given(MEMBERS, st.randoms(use_true_random=False))
def test_object_set_order_is_ignored(members, random):
    shuffled = random.sample(members, len(members))
    assert DEVICES.canonical(shuffled) == DEVICES.canonical(members)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Text(2, 4), "ab"),
        (Text(2, 4), "abcd"),
        (Text(2, 4, clearable=True), ""),
        (Text(0, 4), ""),
        (Text(4, 6, wide_char_width=2), "灯灯"),
        (Text(0, 3), "灯灯灯"),
        (Text(1, 9, pattern="[a-z]+", hint="letters"), "abc"),
        (Number(0, 3), 0),
        (Number(0, 3), 3),
        (Number(), -1),
        (LEVEL, "weak"),
        (MODEL, False),
        (TAGS, {}),
        (TAGS, {"a": "", "b": 1, 7: True}),
        (DEVICES, [{}, {}, {}]),
        (GROUPS, ["a", "b", "c"]),
        (ReferenceSet("id"), []),
        (Flag(), True),
    ],
)
def test_check_valid_value_is_accepted(kind, value):
    assert kind.check(value) == ""


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (Text(), 7, "must be a string, not int"),
        (Text(2, 4), "", "must have 2 to 4 characters; '' has 0"),
        (Text(2, 4), "a", "2 to 4"),
        (Text(2, 4), "abcde", "2 to 4"),
        (Text(0, 2), "abc", "at most 2"),
        (Text(2), "a", "must have at least 2 characters; 'a' has 1"),
        (Text(4, 6, wide_char_width=2), "灯灯灯灯", "where a Chinese character counts as 2; '灯灯灯灯' has 8"),
        (Text(1, 9, pattern="[a-z]+", hint="letters"), "ab\n", "has an invalid format: expected letters"),
        (
            Text(1, 9, pattern="[a-z]+", hint="letters"),
            "aBc",
            "has an invalid format: expected letters; 'aBc' does not match",
        ),
        (Number(0, 3), 4, "must be 0 to 3, not 4"),
        (Number(0, 3), -1, "must be 0 to 3"),
        (Number(), True, "must be an integer"),
        (Number(), "4", "must be an integer"),
        (LEVEL, "strong", "must be one of weak, none, not 'strong'"),
        (TAGS, [], "must be a dictionary"),
        (TAGS, {"a": None}, "no value for 'a'; remove the key from the dictionary to delete the entry"),
        (TAGS, {"a": ["x"]}, "must have string values; the value of 'a' is a list"),
        (TAGS, {"abcdef": "x"}, "invalid entry 'abcdef': it must have 1 to 5"),
        (TAGS, {"a": "灯灯灯"}, "invalid entry 'a'"),
        (TAGS, {"a": 1, "b": 1, "c": 1, "d": 1}, "at most 3 entries, not 4"),
        (DEVICES, [{}] * 4, "at most 3 elements, not 4"),
        (GROUPS, ["a", "b", "c", "d"], "at most 3 elements, not 4"),
        (GROUPS, [], "must have 1 or more elements, not 0"),
        (GROUPS, ["a", "b", "a"], "contains a twice"),
        (TOPICS, ["a", "b", "c", "d"], "at most 3 elements, not 4"),
        (TOPICS, ["a", ""], "an invalid element: it must have 1 to 5"),
    ],
)
def test_check_invalid_value_is_explained(kind, value, problem):
    assert problem in kind.check(value)


def test_width_counts_wide_characters():
    assert [width(text, 2) for text in ("", "abc", "灯", "灯a", "ｶ")] == [0, 3, 2, 3, 1]
    assert width("灯a", 1) == 2


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        (Text(), None, ""),
        (Text(), 7, "7"),
        (Number(), "7", 7),
        (Number(), "", None),
        (Number(), None, None),
        (Flag(), "TRUE", True),
        (Flag(), "false", False),
        (Flag(), None, None),
        (NET, 3, "wifi"),
        (NET, "3", "wifi"),
        (NET, None, None),
        (NET, "CELLULAR", "cellular"),
        (LEVEL, 0, "strong"),
        (MODEL, "basic", False),
        (TAGS, None, {}),
        (JsonText(), None, {}),
        (JsonText(), "", {}),
        (JsonText(), '{"a": [1]}', {"a": [1]}),
    ],
)
def test_from_wire_converts_response_value(kind, wire, value):
    read = kind.from_wire(wire)
    assert (read, type(read)) == (value, type(value))


def test_choice_aliases_are_equal():
    assert NET.canonical("lora") == NET.canonical("other")
    assert NET.canonical("lora") != NET.canonical("wifi")
    assert NET.to_wire("lora") == "LORA"


def test_choice_none_omits_parameter():
    assert (MODEL.to_wire(True), MODEL.to_wire(False)) == ("senior", None)
    assert MODEL.argument == {"type": "bool"}
    assert LEVEL.argument == {"type": "str", "choices": ["weak", "none"]}


def test_mapping_converts_yaml_scalars_to_strings():
    assert TAGS.canonical({7: 1, "on": True, "off": False}) == {"7": "1", "on": "true", "off": "false"}


def test_object_set_compares_identity_only():
    first = {"product": "lamp", "product_key": "a1", "name": "d1"}
    assert DEVICES.canonical([first]) == DEVICES.canonical([{**first, "product": "a1"}])
    assert DEVICES.canonical([first]) != DEVICES.canonical([{**first, "product_key": "a2"}])
    assert DEVICES.canonical([first]) != DEVICES.canonical([{**first, "name": "d2"}])


def test_object_set_pending_identity_compares_options():
    lamp = {"product": "lamp", "product_key": PENDING, "name": "d1"}
    lock = {**lamp, "product": "lock"}
    assert len(DEVICES.canonical([lamp, lock])) == 2
    assert len(DEVICES.canonical([lamp, dict(lamp)])) == 1


def test_empty_values_are_not_shared():
    for kind in (TAGS, DEVICES, JsonText()):
        assert kind.empty == kind.empty
        assert kind.empty is not kind.empty


@pytest.mark.parametrize(
    ("kind", "value", "requested", "is_match"),
    [
        (Text(), "a", "a", True),
        (Text(), "ab", "a", False),
        (TAGS, {"a": "1", "b": "2"}, {"a": 1}, True),
        (TAGS, {"a": "1"}, {"a": "1", "b": "2"}, False),
        (TAGS, None, {}, True),
        (TOPICS, ["a", "b"], ["b"], True),
        (TOPICS, ["a", "b"], ["b", "c"], False),
        (TOPICS, None, [], True),
    ],
)
def test_matches_filter(kind, value, requested, is_match):
    assert kind.matches(value, requested) is is_match


def test_text_set_ignores_order_and_duplicates():
    assert TOPICS.canonical(["b", "a"]) == TOPICS.canonical(["a", "b", "a"])
    assert TOPICS.check(["a", "a", "b", "c"]) == ""
    assert TOPICS.merge(["b"], ["a", "b"]) == ["b", "a"]


def test_reference_set_sends_ids_and_displays_names():
    groups = [{"name": "west", "group_id": "g1"}, {"name": "east", "group_id": "g2"}]
    assert GROUPS.to_wire(groups) == ["g1", "g2"]
    assert GROUPS.to_display(groups) == ["east", "west"]
    assert GROUPS.from_wire(["g1", 2]) == [{"name": "g1", "group_id": "g1"}, {"name": "2", "group_id": "2"}]
    assert GROUPS.from_wire(None) == []
    assert GROUPS.canonical(groups) == GROUPS.canonical([{"name": "g2", "group_id": "g2"}, groups[0]])


def test_reference_set_pending_ids_compare_names():
    one, other = ({"name": name, "group_id": PENDING} for name in ("west", "east"))
    assert GROUPS.identity(one) != GROUPS.identity(other)
