# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the rendering of results."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import (
    render_step,
    render_values,
    to_json_types,
)
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
    "unknown": 1,
}


def test_render_values_omits_fields_without_value():
    shown = render_values(BOX, KNOWN)
    assert list(shown.items()) == [("name", "b1"), ("note", ""), ("tags", {})]
    assert render_values(BOX, None) == {}


def test_render_values_shows_secret_on_request_and_write_only_never():
    assert render_values(BOX, KNOWN, include_secrets=True) == {**render_values(BOX, KNOWN), "key_code": "k"}


def test_to_json_types_converts_keys_tuples_and_pending():
    value = {7: [PENDING, ({"a": PENDING},)], "b": None, "c": True}
    assert json.loads(json.dumps(to_json_types(value))) == to_json_types(value)
    assert to_json_types(value) == {"7": ["(known after apply)", [{"a": "(known after apply)"}]], "b": None, "c": True}


def test_render_step_omits_parameters_and_secrets():
    step = Step(
        UPDATE,
        "UpdateBox",
        {"BoxId": Ref("box_id"), "Pin": "1234"},
        changes={"note": ("old", PENDING), "pin": ("1234", ""), "key_code": (None, "k")},
        status=DONE,
    )
    assert render_step(BOX, step) == {
        "action": "update",
        "operation": "UpdateBox",
        "status": "done",
        "changes": {
            "note": {"before": "old", "after": "(known after apply)"},
            "pin": {"before": "(hidden)", "after": ""},
            "key_code": {"before": None, "after": "(hidden)"},
        },
    }


def test_render_step_uses_shown_changes():
    step = Step(UPDATE, "UpdateBox", {}, {"tags": ({"a": "1", "b": "2"}, {"a": "1", "b": "3"})})
    step.shown_changes = {"tags": ({"b": "2"}, {"b": "3"})}
    assert render_step(BOX, step)["changes"] == {"tags": {"before": {"b": "2"}, "after": {"b": "3"}}}
    step.shown_changes = {}
    assert render_step(BOX, step)["changes"] == {}
