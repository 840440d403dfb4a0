# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of info modules of resources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF, Box, FakeClient, api_error


@pytest.fixture
def client():
    client = FakeClient(
        {"name": "b1", "room": "attic", "tags": {"a": "1", "b": "2"}},
        {"name": "b2", "room": "cellar", "color": "BLUE", "tags": {"a": "1"}, "note": "n"},
        {"name": "b3", "room": "attic", "color": "BLUE", "things": ["cog"]},
        shelves=[("attic", "s1", "n"), ("attic", "s2", ""), ("cellar", "s1", "")],
    )
    client.read_only = True
    return client


def names(client, **params) -> list:
    return [box["name"] for box in gather(BOX, params, client)["boxes"]]


def test_gather_without_filters_returns_all(client):
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
        ({"color": "blue"}, ["b2", "b3"]),
        ({"color": None, "name": None}, ["b1", "b2", "b3"]),
        ({"room": "attic"}, ["b1", "b3"]),
        ({"room": "loft"}, []),
        ({"room": "attic", "color": "blue"}, ["b3"]),
        ({"name": "b1", "color": "blue"}, []),
        ({"note": ""}, ["b1", "b3"]),
        ({"tags": {"a": 1}}, ["b1", "b2"]),
        ({"tags": {"a": "1", "b": "2"}}, ["b1"]),
        ({"tags": {"a": "2"}}, []),
        ({"tags": {}}, ["b1", "b2", "b3"]),
        ({"tags": {"a": "1"}, "color": "blue"}, ["b2"]),
        ({"weight": 99}, ["b1", "b2", "b3"]),  # not a filter of boxes
    ],
)
def test_gather_filters_return_matching_resources(client, filters, found):
    assert names(client, **filters) == found


def test_gather_by_name_reads_all_fields(client):
    (box,) = gather(BOX, {"name": "b1"}, client)["boxes"]
    assert box["tags"] == {"a": "1", "b": "2"}
    assert box["things"] == []
    assert box["room_id"] == "r-attic"
    assert "room" not in box


def test_gather_by_id_reads_all_fields_without_list(client):
    (box,) = gather(BOX, {"box_id": "box-1"}, client)["boxes"]
    assert box["tags"] == {"a": "1", "b": "2"}
    assert "ListBoxes" not in client.log


def test_gather_by_id_without_details_reads_list(client):
    class BoxWithoutDetails(Box):
        details = ()

    (box,) = gather(BoxWithoutDetails(), {"box_id": "box-2"}, client)["boxes"]
    assert (box["name"], set(client.log)) == ("b2", {"ListBoxes"})


def test_gather_with_details_reads_each_element(client):
    plain = gather(BOX, {}, client)["boxes"]
    detailed = gather(BOX, {"details": True}, client)["boxes"]
    assert ["tags" in box for box in plain] == [False] * 3
    assert [box["tags"] for box in detailed] == [{"a": "1", "b": "2"}, {"a": "1"}, {}]
    assert [{name: box[name] for name in plain[0]} for box in detailed] == plain


def test_gather_reads_details_of_candidates_only(client):
    assert names(client, color="blue", tags={"a": "1"}) == ["b2"]
    assert [params["BoxId"] for params in client.params("ListTags")] == ["box-2", "box-3"]


def test_gather_resource_deleted_after_list_is_omitted(client):
    client.fail("QueryBox", api_error("QueryBox", code="box.NotFound"), after=1)
    assert names(client, details=True) == ["b1", "b3"]


def test_gather_list_error_is_raised(client):
    client.fail("ListBoxes", api_error("ListBoxes"))
    with pytest.raises(ApiError):
        names(client)


def test_gather_in_missing_parent_is_empty(client):
    assert gather(SHELF, {"room": "loft"}, client)["shelves"] == []
    assert gather(SHELF, {"room": "loft", "name": "s1"}, client)["shelves"] == []


def test_gather_in_parent_returns_its_resources(client):
    shelves = gather(SHELF, {"room": "attic"}, client)["shelves"]
    assert [(shelf["name"], shelf["note"]) for shelf in shelves] == [("s1", "n"), ("s2", "")]
    assert gather(SHELF, {"room": "cellar", "name": "s1"}, client)["shelves"] == [
        {"room_id": "r-cellar", "name": "s1", "note": ""}
    ]
    assert gather(SHELF, {"room": "cellar", "name": "s2"}, client)["shelves"] == []


class BoxWithThingsOnRequest(Box):
    """A box whose things are read on request."""

    fields = tuple(replace(field, on_request="things") if field.name == "things" else field for field in Box.fields)


@pytest.mark.parametrize("filters", [{"name": "b3"}, {"box_id": "box-3"}, {"room": "attic", "color": "blue"}])
def test_gather_on_request_field_requires_include(client, filters):
    resource = BoxWithThingsOnRequest()
    (box,) = gather(resource, {**filters, "details": True}, client)["boxes"]
    assert "things" not in box
    assert "tags" in box
    assert "ListThings" not in client.log
    (box,) = gather(resource, {**filters, "include": ["things"]}, client)["boxes"]
    assert [thing["code"] for thing in box["things"]] == ["cog"]
