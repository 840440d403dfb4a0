# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A field, and the options that it gives."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text


def test_a_field_gives_one_option():
    assert Field("note", "Note").argument_spec() == {"note": {"type": "str", "required": False, "no_log": False}}
    field = Field("colour", type=Choice({"red": 1}), required=True, argument={"aliases": ["color"]})
    assert field.argument_spec() == {
        "colour": {"type": "str", "choices": ["red"], "aliases": ["color"], "required": True, "no_log": False}
    }


def test_a_field_with_entries_gives_a_second_one():
    spec = Field("tags", type=Mapping(Text(), Text()), purge=True).argument_spec()
    assert list(spec) == ["tags", "purge_tags"]
    assert spec["tags"]["type"] == "dict"
    assert spec["purge_tags"] == {"type": "bool", "default": True}


def test_a_secret_option_is_not_logged():
    assert Field("pin", secret=True).argument_spec()["pin"]["no_log"] is True


def test_an_option_can_be_required_where_the_field_is_not():
    assert Field("name").option_spec(required=True)["required"] is True
    assert Field("name", required=True).option_spec(required=False)["required"] is False


@pytest.mark.parametrize("field", [Field("id", computed=True, secret=True), Field("status", option=False)])
def test_what_a_task_cannot_say_is_no_option(field):
    assert not field.is_option
    assert field.argument_spec() == {}


def test_options_of_fields_of_one_type_are_not_shared():
    kind = Number()
    Field("one", type=kind, required=True).argument_spec()["one"]["default"] = 1
    assert "default" not in Field("other", type=kind).argument_spec()["other"]


def test_the_member_of_a_reply_has_the_parameters_name_unless_it_says_so():
    assert [f.member for f in (Field("a", "A"), Field("a", "A", read="B"), Field("a"))] == ["A", "B", ""]


def test_what_is_pending_is_the_same_as_itself_only():
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


def test_what_is_pending_says_so():
    assert f"{PENDING} {PENDING!r}" == "(known after apply) (known after apply)"
    assert json.dumps([str(PENDING)])
