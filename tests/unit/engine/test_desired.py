# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the desired state."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF


def test_desired_null_option_is_not_set_and_empty_one_is():
    target = Desired.from_params(BOX, {"name": "b1", "note": "", "weight": None, "tags": {}, "things": []})
    assert target.values == {"name": "b1", "note": "", "tags": {}, "things": []}
    assert target.fields == {"name", "note", "tags", "things"}


@pytest.mark.parametrize(
    ("state", "absent", "implied"),
    [
        (None, False, {}),
        ("present", False, {}),
        ("locked", False, {"locked": True}),
        ("unlocked", False, {"locked": False}),
        ("absent", True, {}),
    ],
)
def test_desired_state_sets_absent_or_fields(state, absent, implied):
    target = Desired.from_params(BOX, {"name": "b1", "state": state})
    assert (target.absent, target.values) == (absent, {"name": "b1", **implied})


def test_desired_computed_fields_are_ignored():
    target = Desired.from_params(
        BOX, {"name": "b1", "box_id": "box-9", "locked": True, "key_code": "x", "timeout_in_seconds": 3}
    )
    assert target.values == {"name": "b1"}


def test_desired_additive_fields_require_purge_false():
    additive_fields = [
        Desired.from_params(BOX, {"name": "b1", "purge_tags": purge, "purge_note": False}).additive_fields
        for purge in (None, True, False)
    ]
    assert additive_fields == [frozenset(), frozenset(), {"tags"}]


def test_desired_include_secrets_requires_true():
    assert [
        Desired.from_params(BOX, {"name": "b1", "include_secrets": x}).include_secrets for x in (None, False, True)
    ] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("resource", "option", "value", "problem"),
    [
        (BOX, "name", "much too long", "name must have 1 to 8 characters; 'much too long' has 13"),
        (BOX, "color", "green", "color must be one of red, blue, not 'green'"),
        (BOX, "weight", 101, "weight must be 0 to 100, not 101"),
        (BOX, "tags", {"a": None}, "tags has no value for 'a'; remove the key from the dictionary to delete the entry"),
        (BOX, "things", [{}] * 11, "things takes at most 10 elements, not 11"),
        (SHELF, "note", "x" * 21, "note must have at most 20 characters; 'xxxxxxxxxxxxxxxxxxxxx' has 21"),
    ],
)
def test_desired_invalid_value_names_option(resource, option, value, problem):
    with pytest.raises(InvalidValue) as caught:
        Desired.from_params(resource, {"name": "b1", option: value})
    assert (str(caught.value), caught.value.field) == (problem, option)
