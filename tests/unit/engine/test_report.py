# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be asked and is no resource."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import FAMILY, FakeClient, room_id


class Dust(ReportEntry):
    """How much dust there is."""

    families = (FAMILY,)
    fields = (
        Field("room", required=True, lookup=room_id, resolves_to="room_id"),
        Field("room_id", computed=True),
        Field("depth", type=Number(1, 5)),
    )
    empty_result = {"dust": 0}

    def gather(self, reader, values):
        return {"dust": 3, "of": values}


@pytest.mark.parametrize("check_mode", [True, False])
def test_it_tells_and_changes_nothing(check_mode):
    client = FakeClient({})
    result = Dust().run({"room": "attic", "depth": None}, client, check_mode)
    assert result == {
        "changed": False,
        "dust": 3,
        "of": {"room": "attic", "room_id": "r-attic"},
        "calls": client.calls,
    }


def test_of_what_is_not_there_it_tells_nothing():
    assert Dust().run({"room": "loft", "depth": 1}, FakeClient({}), False)["dust"] == 0


def test_its_options_are_checked():
    assert list(Dust().options()) == ["room", "depth"]
    with pytest.raises(InvalidValue, match=r"^depth must be 1 to 5"):
        Dust().run({"room": "attic", "depth": 9}, FakeClient({}), False)


def test_it_must_say_what_it_tells():
    with pytest.raises(NotImplementedError):
        ReportEntry().run({}, FakeClient({}), False)


def test_members_without_a_value_are_left_out():
    assert rename_members({"A": 0, "B": None, "C": 1}, {"A": "a", "B": "b", "D": "d"}) == {"a": 0}
