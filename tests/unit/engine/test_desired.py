# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task asks for, taken from its options."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF


def test_an_option_that_is_null_is_not_given_and_an_empty_one_is():
    wanted = Desired.from_params(BOX, {"name": "b1", "note": "", "weight": None, "tags": {}, "things": []})
    assert wanted.values == {"name": "b1", "note": "", "tags": {}, "things": []}
    assert wanted.fields == {"name", "note", "tags", "things"}


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
def test_a_state_is_absence_or_what_fields_are(state, absent, implied):
    wanted = Desired.from_params(BOX, {"name": "b1", "state": state})
    assert (wanted.absent, wanted.values) == (absent, {"name": "b1", **implied})


def test_what_is_no_option_is_not_listened_to():
    wanted = Desired.from_params(
        BOX, {"name": "b1", "box_id": "box-9", "locked": True, "key_code": "x", "timeout_in_seconds": 3}
    )
    assert wanted.values == {"name": "b1"}


def test_entries_are_kept_only_where_purging_is_refused():
    keep = [
        Desired.from_params(BOX, {"name": "b1", "purge_tags": purge, "purge_note": False}).additive_fields
        for purge in (None, True, False)
    ]
    assert keep == [frozenset(), frozenset(), {"tags"}]


def test_secrets_are_included_only_on_request():
    assert [
        Desired.from_params(BOX, {"name": "b1", "include_secrets": x}).include_secrets for x in (None, False, True)
    ] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("resource", "option", "value", "complaint"),
    [
        (BOX, "name", "much too long", "name must have 1 to 8 characters; 'much too long' has 13"),
        (BOX, "colour", "green", "colour must be one of red, blue, not 'green'"),
        (BOX, "weight", 101, "weight must be 0 to 100, not 101"),
        (BOX, "tags", {"a": None}, "tags has no value for 'a'; leave the key out to remove it"),
        (BOX, "things", [{}] * 11, "things takes at most 10 elements, not 11"),
        (SHELF, "note", "x" * 21, "note must have at most 20 characters; 'xxxxxxxxxxxxxxxxxxxxx' has 21"),
    ],
)
def test_a_value_that_cannot_be_is_named(resource, option, value, complaint):
    with pytest.raises(InvalidValue) as caught:
        Desired.from_params(resource, {"name": "b1", option: value})
    assert (str(caught.value), caught.value.field) == (complaint, option)
