# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the entries of modules take as options, and that they do what they are for."""

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


def said(spec: dict) -> dict:
    """An argument spec without what is no news: that an option is not required, that it is no secret."""
    return {
        option: {name: value for name, value in entry.items() if name not in ("required", "no_log") or value}
        for option, entry in spec.items()
    }


def test_a_resource_has_its_fields_as_options():
    assert said(ResourceEntry(Box).options()) == {
        "state": {"type": "str", "choices": ["present", "locked", "unlocked", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "room": {"type": "str"},
        "colour": {"type": "str", "choices": ["red", "blue"]},
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
def test_options_that_sound_secret_say_what_they_are(entry):
    # Ansible warns of an option like this where nothing is said.
    assert entry.options()["include_secrets"]["no_log"] is False


def test_what_has_one_state_only_has_no_option_for_it():
    class Rock(Shelf):
        states = {"present": {}}

    assert "state" in ResourceEntry(Shelf).options()
    assert set(ResourceEntry(Rock).options()) == {"room", "name", "note"}


def test_finding_has_its_filters_as_options():
    assert said(InfoEntry(Box).options()) == {
        "name": {"type": "str"},
        "box_id": {"type": "str"},
        "room": {"type": "str"},
        "colour": {"type": "str", "choices": ["red", "blue"]},
        "note": {"type": "str"},
        "tags": {"type": "dict"},
        "details": {"type": "bool", "default": False},
        "include_secrets": {"type": "bool", "default": False},
    }
    assert said(InfoEntry(Shelf).options()) == {
        "room": {"type": "str", "required": True},
        "name": {"type": "str"},
        "details": {"type": "bool", "default": False},
    }


@pytest.mark.parametrize("entry", [ResourceEntry(Box), InfoEntry(Box)])
def test_every_entry_takes_the_options_of_the_connection(entry):
    spec = entry.argument_spec()
    assert spec == {**entry.options(), **CONNECTION}
    assert not set(entry.options()) & set(CONNECTION)
    assert "CreateBox" in entry.catalogue()


def test_secrets_of_the_connection_are_not_logged():
    assert {name for name, entry in CONNECTION.items() if entry.get("no_log")} == {
        "access_key_secret",
        "security_token",
    }


def test_entries_do_what_they_are_for():
    client = FakeClient({"note": "old"})
    task = {"name": "b1", "note": "new"}
    assert ResourceEntry(Box).run(task, client, True)["changed"] is True
    assert client.writes == []
    assert ResourceEntry(Box).run(task, client, False)["changed"] is True
    assert client.writes == ["UpdateBox"]
    assert [box["note"] for box in InfoEntry(Box).run({"name": "b1"}, client, True)["boxes"]] == ["new"]


def test_an_entry_must_say_its_options_and_what_it_does():
    with pytest.raises(NotImplementedError):
        Entry().argument_spec()
    with pytest.raises(NotImplementedError):
        Entry().perform({}, None, False)


def test_what_can_only_be_absent_says_so_each_time():
    class Rubbish(Shelf):
        states = {"absent": None}

    assert ResourceEntry(Rubbish).options()["state"] == {"type": "str", "choices": ["absent"], "required": True}


def test_what_is_told_on_request_can_be_asked_for():
    class Chest(Box):
        fields = tuple(
            replace(field, on_request="insides") if field.name in ("things", "tags") else field for field in Box.fields
        )

    include = InfoEntry(Chest).options()["include"]
    assert include == {"type": "list", "elements": "str", "choices": ["insides"], "default": []}
    assert "include" not in InfoEntry(Box).options()
    assert "include" not in ResourceEntry(Chest).options()


def test_a_secret_that_is_never_read_back_cannot_be_asked_for():
    class Safe(Shelf):
        fields = (*Shelf.fields, Field("door_secret", computed=True, secret=True, write_only=True))

    assert "include_secrets" not in ResourceEntry(Safe).options()
    assert "include_secrets" not in InfoEntry(Safe).options()
