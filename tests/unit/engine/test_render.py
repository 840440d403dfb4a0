# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a result looks like."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import plain, shown_step, values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE, UPDATE, Ref, Step
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX

KNOWN = {
    "key_code": "k",
    "pin": "1234",
    "tags": {},
    "note": "",
    "weight": None,
    "name": "b1",
    "room": "attic",
    "more": 1,
}


def test_a_resource_is_its_fields_in_their_order_that_have_a_value():
    shown = values(BOX, KNOWN)
    assert list(shown.items()) == [("name", "b1"), ("note", ""), ("tags", {})]
    assert values(BOX, None) == {}


def test_a_secret_is_shown_on_request_and_what_is_only_written_never():
    assert values(BOX, KNOWN, include_secrets=True) == {**values(BOX, KNOWN), "key_code": "k"}


def test_what_is_rendered_is_json():
    value = {7: [PENDING, ({"a": PENDING},)], "b": None, "c": True}
    assert json.loads(json.dumps(plain(value))) == plain(value)
    assert plain(value) == {"7": ["(known after apply)", [{"a": "(known after apply)"}]], "b": None, "c": True}


def test_a_step_is_shown_without_its_request():
    step = Step(
        UPDATE,
        "UpdateBox",
        {"BoxId": Ref("box_id"), "Pin": "1234"},
        changes={"note": ("old", PENDING), "pin": ("1234", ""), "key_code": (None, "k")},
        status=DONE,
    )
    assert shown_step(BOX, step) == {
        "action": "update",
        "operation": "UpdateBox",
        "status": "done",
        "changes": {
            "note": {"before": "old", "after": "(known after apply)"},
            "pin": {"before": "(hidden)", "after": ""},
            "key_code": {"before": None, "after": "(hidden)"},
        },
    }


def test_a_step_that_changes_a_part_of_something_large_shows_that_part():
    step = Step(UPDATE, "UpdateBox", {}, {"tags": ({"a": "1", "b": "2"}, {"a": "1", "b": "3"})})
    step.shown_changes = {"tags": ({"b": "2"}, {"b": "3"})}
    assert shown_step(BOX, step)["changes"] == {"tags": {"before": {"b": "2"}, "after": {"b": "3"}}}
    step.shown_changes = {}
    assert shown_step(BOX, step)["changes"] == {}
