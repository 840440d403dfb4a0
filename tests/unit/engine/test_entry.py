# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of entries: their options, and what they call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import (
    CONNECTION,
    Entry,
    InfoEntry,
    ResourceEntry,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import Box, FakeClient, Shelf


def without_defaults(spec: dict) -> dict:
    """Return an argument spec without ``required: False`` and ``no_log: False``."""
    return {
        option: {name: value for name, value in entry.items() if name not in ("required", "no_log") or value}
        for option, entry in spec.items()
    }


def test_resource_entry_options_are_fields():
    assert without_defaults(ResourceEntry(Box).options()) == {
        "state": {"type": "str", "choices": ["present", "locked", "unlocked", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "room": {"type": "str"},
        "color": {"type": "str", "choices": ["red", "blue"]},
        "note": {"type": "str"},
        "weight": {"type": "int"},
        "pin": {"type": "str", "no_log": True},
        "tags": {"type": "dict"},
        "purge_tags": {"type": "bool", "default": True},
        "things": {
            "type": "list",
            "elements": "dict",
            "options": {"code": {"type": "str", "required": True}, "label": {"type": "str", "required": True}},
        },
        "purge_things": {"type": "bool", "default": True},
        "include_secrets": {"type": "bool", "default": False},
    }


@pytest.mark.parametrize("entry", [ResourceEntry(Box), InfoEntry(Box)])
def test_entry_include_secrets_has_no_log_false(entry):
    # Ansible warns about an option with this name if no_log is not set.
    assert entry.options()["include_secrets"]["no_log"] is False


def test_resource_entry_single_state_has_no_state_option():
    class FixedShelf(Shelf):
        states = {"present": {}}

    assert "state" in ResourceEntry(Shelf).options()
    assert set(ResourceEntry(FixedShelf).options()) == {"room", "name", "note"}


def test_info_entry_options_are_filters():
    assert without_defaults(InfoEntry(Box).options()) == {
        "name": {"type": "str"},
        "box_id": {"type": "str"},
        "room": {"type": "str"},
        "color": {"type": "str", "choices": ["red", "blue"]},
        "note": {"type": "str"},
        "tags": {"type": "dict"},
        "details": {"type": "bool", "default": False},
        "include_secrets": {"type": "bool", "default": False},
    }
    assert without_defaults(InfoEntry(Shelf).options()) == {
        "room": {"type": "str", "required": True},
        "name": {"type": "str"},
        "details": {"type": "bool", "default": False},
    }


@pytest.mark.parametrize("entry", [ResourceEntry(Box), InfoEntry(Box)])
def test_entry_argument_spec_includes_connection(entry):
    spec = entry.argument_spec()
    assert spec == {**entry.options(), **CONNECTION}
    assert not set(entry.options()) & set(CONNECTION)
    assert "CreateBox" in entry.catalogue()


def test_connection_secrets_have_no_log():
    assert {name for name, entry in CONNECTION.items() if entry.get("no_log")} == {
        "access_key_secret",
        "security_token",
    }


def test_entry_run_converges_or_gathers():
    client = FakeClient({"note": "old"})
    task = {"name": "b1", "note": "new"}
    assert ResourceEntry(Box).run(task, client, True)["changed"] is True
    assert client.writes == []
    assert ResourceEntry(Box).run(task, client, False)["changed"] is True
    assert client.writes == ["UpdateBox"]
    assert [box["note"] for box in InfoEntry(Box).run({"name": "b1"}, client, True)["boxes"]] == ["new"]


def test_entry_without_implementation_raises():
    with pytest.raises(NotImplementedError):
        Entry().argument_spec()
    with pytest.raises(NotImplementedError):
        Entry().perform({}, None, False)


def test_resource_entry_only_absent_requires_state():
    class DeletableShelf(Shelf):
        states = {"absent": None}

    assert ResourceEntry(DeletableShelf).options()["state"] == {"type": "str", "choices": ["absent"], "required": True}


def test_info_entry_on_request_fields_add_include_option():
    class BoxWithContents(Box):
        fields = tuple(
            replace(field, on_request="contents") if field.name in ("things", "tags") else field for field in Box.fields
        )

    include = InfoEntry(BoxWithContents).options()["include"]
    assert include == {"type": "list", "elements": "str", "choices": ["contents"], "default": []}
    assert "include" not in InfoEntry(Box).options()
    assert "include" not in ResourceEntry(BoxWithContents).options()


def test_entry_write_only_secret_has_no_include_secrets_option():
    class ShelfWithSecret(Shelf):
        fields = (*Shelf.fields, Field("secret", computed=True, secret=True, write_only=True))

    assert "include_secrets" not in ResourceEntry(ShelfWithSecret).options()
    assert "include_secrets" not in InfoEntry(ShelfWithSecret).options()
