# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conversion of Python values to flat parameters."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import READ, Operation
from ansible_collections.iotops.aliyun.plugins.module_utils.client.encoding import encode
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest

OPERATION = Operation(
    "4.0.1",
    READ,
    10,
    "Key! Count:int Flag:bool Ratio:num Name[] Number[:int] Tag[Key Value] Text@ File@[Id Size:int] Rule~ "
    "Deep{Inner[Leaf{Name} List[]]}",
    limits={"Name": 2, "File": 2},
)


def encoded(**params):
    return encode("Example", OPERATION, {"Key": "k", **params})


def query(**params):
    values = encoded(**params)[0]
    assert values.pop("Key") == "k"
    return values


def rejected(**params) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        encoded(**params)
    assert caught.value.operation == "Example"
    assert not caught.value.ambiguous
    return caught.value


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("Key", "a b", "a b"),
        ("Key", "", ""),
        ("Key", 12, "12"),
        ("Key", True, "true"),
        ("Count", 7, "7"),
        ("Count", "-7", "-7"),
        ("Flag", True, "true"),
        ("Flag", False, "false"),
        ("Flag", "True", "true"),
        ("Ratio", 1.5, "1.5"),
        ("Ratio", "2", "2"),
    ],
)
def test_scalar_is_encoded_as_string(name, value, text):
    assert encoded(**{name: value})[0][name] == text


def test_list_elements_are_numbered_from_1():
    assert query(Name=["a", "b"]) == {"Name.1": "a", "Name.2": "b"}
    assert query(Number=(3, "4")) == {"Number.1": "3", "Number.2": "4"}
    assert query(Name=[]) == {}


def test_list_of_objects_is_flattened():
    tags = [{"Key": "a", "Value": 1}, {"Key": "b", "Value": None}]
    assert query(Tag=tags) == {"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.Key": "b"}


def test_nested_lists_and_objects_are_flattened():
    deep = {"Inner": [{"Leaf": {"Name": "a"}, "List": ["x", "y"]}, {"List": ["z"]}]}
    assert query(Deep=deep) == {
        "Deep.Inner.1.Leaf.Name": "a",
        "Deep.Inner.1.List.1": "x",
        "Deep.Inner.1.List.2": "y",
        "Deep.Inner.2.List.1": "z",
    }


def test_json_object_is_encoded_as_text():
    value = {"b": [1, True, None], "a": {"路": "灯"}}
    text = query(Rule=value)["Rule"]
    assert json.loads(text) == value
    assert text == '{"b":[1,true,null],"a":{"路":"灯"}}'
    assert query(Rule=text) == {"Rule": text}


def test_body_parameters_are_separated_from_query():
    values, body = encoded(Text="t", File=[{"Id": "a", "Size": 1}], Name=["n"])
    assert values == {"Key": "k", "Name.1": "n"}
    assert body == {"Text": "t", "File.1.Id": "a", "File.1.Size": "1"}


def test_none_parameter_is_not_sent():
    assert encoded(Count=None, Name=None, Text=None) == ({"Key": "k"}, {})


@pytest.mark.parametrize("name", ["Name", "File"])
def test_list_over_limit_raises_invalid_request(name):
    element = {"Id": "a"} if name == "File" else "a"
    encoded(**{name: [element] * 2})
    assert f"{name} has 3 elements, but one request can have at most 2" in str(rejected(**{name: [element] * 3}))


def test_unknown_parameter_error_lists_supported_parameters():
    error = rejected(Color="red")
    assert "unknown parameter Color" in error.message
    assert "Count" in error.remedy
    assert "IotInstanceId" in error.remedy
    assert "unknown parameter key" in rejected(key="k").message


def test_unknown_parameter_with_none_raises_invalid_request():
    assert "Color" in rejected(Color=None).message


@pytest.mark.parametrize("params", [{}, {"Key": None}])
def test_missing_parameter_is_named(params):
    with pytest.raises(InvalidRequest, match="Key must be given"):
        encode("Example", OPERATION, params)


def test_all_missing_parameters_are_named():
    with pytest.raises(InvalidRequest, match="A, C must be given"):
        encode("Example", Operation("4.0.2", READ, 1, "A! B C![]"), {"B": "b"})


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"Count": "many"}, "Count"),
        ({"Count": 1.5}, "Count"),
        ({"Count": True}, "Count"),
        ({"Count": ""}, "Count"),
        ({"Ratio": "half"}, "Ratio"),
        ({"Ratio": False}, "Ratio"),
        ({"Flag": "yes"}, "Flag"),
        ({"Flag": 1}, "Flag"),
        ({"Key": ["k"]}, "Key"),
        ({"Key": {"k": "k"}}, "Key"),
        ({"Name": "abc"}, "Name"),
        ({"Name": {"1": "a"}}, "Name"),
        ({"Name": ["a", ["b"]]}, "Name.2"),
        ({"Name": ["a", None]}, "Name.2"),
        ({"Number": [1, "x"]}, "Number.2"),
        ({"Tag": {"Key": "a"}}, "Tag"),
        ({"Tag": ["a"]}, "Tag.1"),
        ({"Tag": [{"Key": "a"}, None]}, "Tag.2"),
        ({"Tag": [{"Key": "a", "Color": "red"}]}, "Tag.1"),
        ({"File": [{"Id": "a", "Size": "big"}]}, "File.1.Size"),
        ({"Deep": []}, "Deep"),
        ({"Deep": {"Inner": [{"Leaf": "a"}]}}, "Deep.Inner.1.Leaf"),
    ],
)
def test_wrong_type_error_starts_with_path(params, path):
    assert rejected(**params).message.startswith(f"{path} ")
