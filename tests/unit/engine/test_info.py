# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finding what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF, Box, FakeClient, refusal


@pytest.fixture
def client():
    client = FakeClient(
        {"name": "b1", "room": "attic", "tags": {"a": "1", "b": "2"}},
        {"name": "b2", "room": "cellar", "colour": "BLUE", "tags": {"a": "1"}, "note": "n"},
        {"name": "b3", "room": "attic", "colour": "BLUE", "things": ["cog"]},
        shelves=[("attic", "s1", "n"), ("attic", "s2", ""), ("cellar", "s1", "")],
    )
    client.read_only = True
    return client


def names(client, **params) -> list:
    return [box["name"] for box in gather(BOX, params, client)["boxes"]]


def test_all_are_found(client):
    result = InfoEntry(Box).run({}, client, False)
    assert [box["box_id"] for box in result["boxes"]] == ["box-1", "box-2", "box-3"]
    assert (result["changed"], result["calls"]) == (False, 2)
    assert set(client.log) == {"ListBoxes"}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"name": "b2"}, ["b2"]),
        ({"name": "b"}, []),
        ({"box_id": "box-3"}, ["b3"]),
        ({"box_id": "box-9"}, []),
        ({"name": "b2", "box_id": "box-2"}, ["b2"]),
        ({"name": "b2", "box_id": "box-3"}, []),
        ({"colour": "blue"}, ["b2", "b3"]),
        ({"colour": None, "name": None}, ["b1", "b2", "b3"]),
        ({"room": "attic"}, ["b1", "b3"]),
        ({"room": "loft"}, []),
        ({"room": "attic", "colour": "blue"}, ["b3"]),
        ({"name": "b1", "colour": "blue"}, []),
        ({"note": ""}, ["b1", "b3"]),
        ({"tags": {"a": 1}}, ["b1", "b2"]),
        ({"tags": {"a": "1", "b": "2"}}, ["b1"]),
        ({"tags": {"a": "2"}}, []),
        ({"tags": {}}, ["b1", "b2", "b3"]),
        ({"tags": {"a": "1"}, "colour": "blue"}, ["b2"]),
        ({"weight": 99}, ["b1", "b2", "b3"]),  # no filter of a box
    ],
)
def test_filters(client, filters, found):
    assert names(client, **filters) == found


def test_one_that_is_named_is_read_whole(client):
    (box,) = gather(BOX, {"name": "b1"}, client)["boxes"]
    assert box["tags"] == {"a": "1", "b": "2"}
    assert box["things"] == []
    assert box["room_id"] == "r-attic"
    assert "room" not in box


def test_one_that_is_named_by_its_id_is_read_whole_without_the_list(client):
    (box,) = gather(BOX, {"box_id": "box-1"}, client)["boxes"]
    assert box["tags"] == {"a": "1", "b": "2"}
    assert "ListBoxes" not in client.log


def test_what_has_no_read_of_its_own_is_found_in_the_list_by_its_id(client):
    class Plain(Box):
        details = ()

    (box,) = gather(Plain(), {"box_id": "box-2"}, client)["boxes"]
    assert (box["name"], set(client.log)) == ("b2", {"ListBoxes"})


def test_a_list_is_read_whole_on_request(client):
    plain = gather(BOX, {}, client)["boxes"]
    whole = gather(BOX, {"details": True}, client)["boxes"]
    assert ["tags" in box for box in plain] == [False] * 3
    assert [box["tags"] for box in whole] == [{"a": "1", "b": "2"}, {"a": "1"}, {}]
    assert [{name: box[name] for name in plain[0]} for box in whole] == plain


def test_only_what_may_fit_is_read_whole(client):
    assert names(client, colour="blue", tags={"a": "1"}) == ["b2"]
    assert [params["BoxId"] for params in client.params("ListTags")] == ["box-2", "box-3"]


def test_what_is_gone_between_list_and_read_is_left_out(client):
    client.fail("QueryBox", refusal("QueryBox", code="box.NotThere"), after=1)
    assert names(client, details=True) == ["b1", "b3"]


def test_an_error_is_not_an_empty_list(client):
    client.fail("ListBoxes", refusal("ListBoxes"))
    with pytest.raises(ApiError):
        names(client)


def test_a_parent_that_is_not_there_has_no_children(client):
    assert gather(SHELF, {"room": "loft"}, client)["shelves"] == []
    assert gather(SHELF, {"room": "loft", "name": "s1"}, client)["shelves"] == []


def test_children_are_found_below_their_parent(client):
    shelves = gather(SHELF, {"room": "attic"}, client)["shelves"]
    assert [(shelf["name"], shelf["note"]) for shelf in shelves] == [("s1", "n"), ("s2", "")]
    assert gather(SHELF, {"room": "cellar", "name": "s1"}, client)["shelves"] == [
        {"room_id": "r-cellar", "name": "s1", "note": ""}
    ]
    assert gather(SHELF, {"room": "cellar", "name": "s2"}, client)["shelves"] == []


class Chest(Box):
    """A box whose things are told on request."""

    fields = tuple(replace(field, on_request="things") if field.name == "things" else field for field in Box.fields)


@pytest.mark.parametrize("filters", [{"name": "b3"}, {"box_id": "box-3"}, {"room": "attic", "colour": "blue"}])
def test_what_is_told_on_request_is_read_on_request(client, filters):
    chest = Chest()
    (told,) = gather(chest, {**filters, "details": True}, client)["boxes"]
    assert "things" not in told
    assert "tags" in told
    assert "ListThings" not in client.log
    (told,) = gather(chest, {**filters, "include": ["things"]}, client)["boxes"]
    assert [thing["code"] for thing in told["things"]] == ["cog"]
