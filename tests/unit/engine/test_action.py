# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of actions."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Text
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import FAMILY, FakeClient, room_id


class Sweep(ActionEntry):
    """Sweeps a room."""

    families = (FAMILY,)
    fields = (
        Field("room", required=True, lookup=room_id, resolves_to="room_id"),
        Field("broom", type=Text(2, 4)),
        Field("dry", type=Flag(), argument={"default": True}),
        Field("room_id", computed=True),
    )
    summary = "The room would be swept"

    def __init__(self):
        self.done: list = []

    def run_action(self, client, values):
        client.call("LockBox", {"BoxId": "box-1"})
        self.done.append(values)
        return {"dust": 3}


def test_action_options_are_its_fields():
    assert Sweep().options() == {
        "room": {"type": "str", "required": True, "no_log": False},
        "broom": {"type": "str", "required": False, "no_log": False},
        "dry": {"type": "bool", "default": True, "required": False, "no_log": False},
    }


def test_action_repeated_is_changed_each_time():
    sweep = Sweep()
    client = FakeClient({})
    for _number in range(2):
        result = sweep.run({"room": "attic", "broom": None, "dry": False}, client, False)
        assert (result["changed"], result["dust"]) == (True, 3)
    assert result["calls"] == client.calls - 2
    assert sweep.done == [{"room": "attic", "room_id": "r-attic", "dry": False}] * 2


def test_action_in_check_mode_returns_summary_only():
    sweep = Sweep()
    client = FakeClient({})
    client.read_only = True
    assert sweep.run({"room": "attic"}, client, True) == {
        "changed": True,
        "msg": "The room would be swept; nothing was done in check mode",
        "calls": 1,
    }
    assert sweep.done == []


def test_action_missing_reference_fails_or_is_pending():
    sweep = Sweep()
    with pytest.raises(ReferenceNotFound):
        sweep.run({"room": "loft"}, FakeClient({}), False)
    result = sweep.run({"room": "loft"}, FakeClient({}), True)
    assert result["pending"] == ["the room loft does not exist yet"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_action_invalid_value_fails_before_read(check_mode):
    client = FakeClient({})
    with pytest.raises(InvalidValue, match=r"^broom must have 2 to 4 characters"):
        Sweep().run({"room": "attic", "broom": "x"}, client, check_mode)
    assert client.log == []


def test_action_field_is_found_by_name():
    assert Sweep().field("broom").name == "broom"
    with pytest.raises(KeyError):
        Sweep().field("mop")


def test_action_without_implementation_raises():
    with pytest.raises(NotImplementedError):
        ActionEntry().run({}, FakeClient(), False)
