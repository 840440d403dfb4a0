# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of fields and their options."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, contains_pending
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text


def test_field_argument_spec_has_one_option():
    assert Field("note", "Note").argument_spec() == {"note": {"type": "str", "required": False, "no_log": False}}
    field = Field("color", type=Choice({"red": 1}), required=True, argument={"aliases": ["color"]})
    assert field.argument_spec() == {
        "color": {"type": "str", "choices": ["red"], "aliases": ["color"], "required": True, "no_log": False}
    }


def test_field_with_purge_has_second_option():
    spec = Field("tags", type=Mapping(Text(), Text()), purge=True).argument_spec()
    assert list(spec) == ["tags", "purge_tags"]
    assert spec["tags"]["type"] == "dict"
    assert spec["purge_tags"] == {"type": "bool", "default": True}


def test_field_secret_option_has_no_log():
    assert Field("pin", secret=True).argument_spec()["pin"]["no_log"] is True


def test_field_option_spec_overrides_required():
    assert Field("name").option_spec(required=True)["required"] is True
    assert Field("name", required=True).option_spec(required=False)["required"] is False


@pytest.mark.parametrize("field", [Field("id", computed=True, secret=True), Field("status", option=False)])
def test_field_computed_or_without_option_has_no_option(field):
    assert not field.is_option
    assert field.argument_spec() == {}


def test_field_options_of_shared_type_are_independent():
    number = Number()
    Field("one", type=number, required=True).argument_spec()["one"]["default"] = 1
    assert "default" not in Field("other", type=number).argument_spec()["other"]


def test_field_member_defaults_to_wire():
    assert [f.member for f in (Field("a", "A"), Field("a", "A", read="B"), Field("a"))] == ["A", "B", ""]


def test_field_pending_equals_only_itself():
    field = Field("a", type=Number())
    assert field.equal(PENDING, PENDING)
    assert not field.equal(PENDING, 1)
    assert not field.equal(None, PENDING)
    assert not field.equal(PENDING, None)
    tags = Field("tags", type=Mapping(Text(), Text()))
    assert not tags.equal({}, PENDING)
    assert not tags.equal(PENDING, {})
    assert field.equal(1, 1)
    assert not field.equal(1, None)


def test_pending_is_rendered_as_known_after_apply():
    assert f"{PENDING} {PENDING!r}" == "(known after apply) (known after apply)"
    assert json.dumps([str(PENDING)])


def test_pending_value_is_found_in_text_and_collections():
    for value in (PENDING, str(PENDING), f"f({PENDING});", {"a": [{"b": f"/{PENDING}/x"}]}, (1, PENDING)):
        assert contains_pending(value)
    for value in (None, "", "known", 3, {"a": ["b"]}, [], {str(PENDING): "only a key"}):
        assert not contains_pending(value)
