# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of reports."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import FAMILY, FakeClient, room_id


class Dust(ReportEntry):
    """The amount of dust in a room."""

    families = (FAMILY,)
    fields = (
        Field("room", required=True, lookup=room_id, resolves_to="room_id"),
        Field("room_id", computed=True),
        Field("depth", type=Number(1, 5)),
    )
    empty_result = {"dust": 0}

    def gather(self, reader, values):
        return {"dust": 3, "values": values}


@pytest.mark.parametrize("check_mode", [True, False])
def test_report_returns_result_unchanged(check_mode):
    client = FakeClient({})
    result = Dust().run({"room": "attic", "depth": None}, client, check_mode)
    assert result == {
        "changed": False,
        "dust": 3,
        "values": {"room": "attic", "room_id": "r-attic"},
        "calls": client.calls,
    }


def test_report_missing_reference_returns_empty_result():
    assert Dust().run({"room": "loft", "depth": 1}, FakeClient({}), False)["dust"] == 0


def test_report_invalid_option_fails():
    assert list(Dust().options()) == ["room", "depth"]
    with pytest.raises(InvalidValue, match=r"^depth must be 1 to 5"):
        Dust().run({"room": "attic", "depth": 9}, FakeClient({}), False)


def test_report_without_implementation_raises():
    with pytest.raises(NotImplementedError):
        ReportEntry().run({}, FakeClient({}), False)


def test_rename_members_omits_missing_values():
    assert rename_members({"A": 0, "B": None, "C": 1}, {"A": "a", "B": "b", "D": "d"}) == {"a": 0}
