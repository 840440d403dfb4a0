# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the conversion of values to JSON types, and of the masking of secrets."""

from __future__ import annotations

import datetime
from types import MappingProxyType

import pytest

from ansible_collections.iotops.aliyun.plugins.plugin_utils import values
from ansible_collections.iotops.aliyun.plugins.plugin_utils.values import json_round_trip, mask_values

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class Tagged(str):
    """A string of a type that the controller uses, a subclass of ``str``."""

    __slots__ = ()


class LazyList(list):
    """A list of a type that the controller uses: its elements are computed when they are read."""

    def __iter__(self):
        return (element.upper() for element in super().__iter__())


# Values as a module receives them


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 2.5, True, None, "x"]}, {"a": [1, 2.5, True, None, "x"]}),
        ({7: "seven"}, {"7": "seven"}),
        (("a", "b"), ["a", "b"]),
        ({"day": datetime.date(2020, 2, 29)}, {"day": "2020-02-29"}),
        ({"at": datetime.datetime(2020, 2, 29, 12, 30)}, {"at": "2020-02-29T12:30:00"}),
        (MappingProxyType({"a": {"b"}}), {"a": ["b"]}),
        (LazyList(["x"]), ["X"]),
        ("路灯", "路灯"),
    ],
)
def test_json_round_trip_returns_json_types(value, expected):
    assert json_round_trip(value) == expected


def test_json_round_trip_removes_controller_types():
    value = json_round_trip({"list": [Tagged("x")], Tagged("key"): Tagged("value")})
    assert value == {"list": ["x"], "key": "value"}
    assert {type(value["list"][0]), type(value["key"]), *map(type, value)} == {str}


def test_json_round_trip_returns_copy():
    value = {"a": []}
    json_round_trip(value)["a"].append(1)
    assert value == {"a": []}


def test_json_round_trip_of_unknown_object_fails():
    with pytest.raises(TypeError):
        json_round_trip({"a": object()})


def test_json_round_trip_decrypts_encrypted_text(monkeypatch):
    class Encrypted:
        def __str__(self):
            return "plain"

    monkeypatch.setattr(values, "EncryptedString", Encrypted)
    assert json_round_trip({"a": [Encrypted()]}) == {"a": ["plain"]}


# Masking of secrets


@pytest.fixture
def masking_in_results(monkeypatch):
    """Mask values in results, as with ansible-core before 2.22."""
    monkeypatch.setattr(values, "register_secrets", None)


@pytest.mark.usefixtures("masking_in_results")
def test_mask_values_masks_nested_values():
    result = {"msg": "no s3cret here", "list": ["s3cret", {"deep": "s3cret"}], "name": "n", "calls": 3}
    assert mask_values({"s3cret"}, result) == {
        "msg": "no ******** here",
        "list": [MASK, {"deep": MASK}],
        "name": "n",
        "calls": 3,
    }
    assert result["list"][0] == "s3cret"


@pytest.mark.usefixtures("masking_in_results")
def test_mask_values_masks_list_of_messages():
    assert mask_values({"s3cret"}, ["is s3cret", "fine"]) == ["is ********", "fine"]


@pytest.mark.usefixtures("masking_in_results")
def test_mask_values_keeps_none_and_booleans():
    result = {"changed": True, "failed": False, "box": None, "msg": "True"}
    assert mask_values({"True", "False", "None"}, result) == {**result, "msg": MASK}


@pytest.mark.usefixtures("masking_in_results")
def test_mask_values_without_secrets_is_unchanged():
    result = {"changed": True, "msg": "x", "list": [1, None]}
    assert mask_values(set(), result) == result


def test_mask_values_registers_secrets_if_ansible_core_masks_output(monkeypatch):
    registered = set()
    monkeypatch.setattr(values, "register_secrets", registered.update)
    result = {"changed": True, "msg": "no s3cret here"}
    assert mask_values({"s3cret"}, result) == {"changed": True, "msg": "no s3cret here"}
    assert registered == {"s3cret"}
