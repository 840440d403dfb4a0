# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a resource is read by its declaration."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import (
    BOX,
    FAMILY,
    SHELF,
    Box,
    FakeClient,
    Shelf,
    refusal,
)


def reader(client) -> Reader:
    return Reader(client, tolerant=False)


def test_a_resource_is_found_by_its_key_on_any_page():
    client = FakeClient(*({"name": f"b{n}", "note": f"n{n}"} for n in range(5)))
    found = BOX.read(reader(client), {"name": "b4"}, set())
    assert (found["box_id"], found["note"]) == ("box-5", "n4")
    assert client.log == ["ListBoxes"] * 3 + ["QueryBox"]
    assert BOX.read(reader(client), {"name": "b"}) is None


def test_a_resource_whose_identity_is_known_is_not_looked_for():
    client = FakeClient({"note": "n"})
    assert BOX.read(reader(client), {"name": "b1", "box_id": "box-1"}, set())["note"] == "n"
    assert client.log == ["QueryBox"]
    assert BOX.read(reader(client), {"box_id": "box-9"}) is None


def test_details_are_read_when_they_are_wanted():
    client = FakeClient({"tags": {"a": "1"}, "things": ["cog", "nut", "cam"]})
    assert "tags" not in BOX.read(reader(client), {"name": "b1"}, {"note"})
    assert BOX.read(reader(client), {"name": "b1"}, {"tags"})["tags"] == {"a": "1"}
    whole = BOX.read(reader(client), {"name": "b1"})
    assert whole["tags"] == {"a": "1"}
    assert [thing["code"] for thing in whole["things"]] == ["cog", "nut", "cam"]


def test_values_have_their_types_and_empty_texts_that_are_left_out_are_empty():
    found = BOX.read(reader(FakeClient({"weight": 7})), {"name": "b1"}, set())
    assert found == {
        "name": "b1",
        "box_id": "box-1",
        "room_id": "",
        "colour": "red",
        "note": "",
        "weight": 7,
        "locked": False,
        "thing_count": 0,
        "key_code": "key of box-1",
    }


def test_what_is_gone_between_two_reads_is_not_there():
    client = FakeClient({})
    client.fail("QueryBox", refusal("QueryBox", code="box.NotThere"))
    assert BOX.read(reader(client), {"name": "b1"}) is None


def test_any_other_refusal_is_an_error():
    client = FakeClient({})
    client.fail("QueryBox", refusal("QueryBox", code="box.Secret"))
    with pytest.raises(ApiError, match=r"box\.Secret"):
        BOX.read(reader(client), {"name": "b1"})


def test_more_than_one_of_a_name_is_an_error():
    with pytest.raises(AmbiguousReference, match=r"^2 .* answer to b1$"):
        BOX.read(reader(FakeClient({}, {"name": "b2"}, {})), {"name": "b1"})


def test_below_what_is_pending_there_is_nothing_and_nothing_is_read():
    client = FakeClient(shelves=[("attic", "s1", "")])
    assert SHELF.read(reader(client), {"room_id": PENDING, "name": "s1"}) is None
    assert list(SHELF.list_items(reader(client), {"room_id": PENDING})) == []
    assert client.log == []


def test_a_list_below_a_parent_is_sent_the_parent():
    client = FakeClient(shelves=[("attic", "s1", ""), ("cellar", "s2", "")])
    assert [row["name"] for row in SHELF.list_items(reader(client), {"room_id": "r-cellar"})] == ["s2"]


def test_a_list_without_its_items_is_empty():
    class Pile(Resource):
        families = (FAMILY,)
        listing = Listing("ListRooms", "Data.Heap")

    assert list(Pile().list_items(reader(FakeClient()), {})) == []


def test_a_detail_can_be_sent_more_than_what_identifies():
    class Peg(Shelf):
        details = (Detail("QueryShelf", "Data", constants={"ShelfName": "peg"}),)

    client = FakeClient(shelves=[("attic", "peg", "n")])
    assert Peg().read(reader(client), {"room_id": "r-attic", "name": "s1"})["note"] == "n"


def test_what_has_no_read_of_its_own_is_read_in_the_list():
    class Plank(Shelf):
        identity = {"RoomId": "room_id"}
        details = ()

    client = FakeClient(shelves=[("attic", "s1", "n")])
    assert Plank().read(reader(client), {"room_id": "r-attic", "name": "s1"}) == {
        "room_id": "r-attic",
        "name": "s1",
        "note": "n",
    }
    assert Plank().read(reader(client), {"room_id": "r-attic", "name": "s2"}) is None


def test_a_parent_that_is_named_is_resolved_beside_its_name():
    desired = {"name": "b1", "room": "attic"}
    assert BOX.resolve_references(reader(FakeClient()), desired) == {**desired, "room_id": "r-attic"}
    assert desired == {"name": "b1", "room": "attic"}
    assert BOX.resolve_references(reader(FakeClient()), {"name": "b1", "room": None}) == {"name": "b1", "room": None}


def test_a_missing_parent_is_an_error_or_pending():
    with pytest.raises(ReferenceNotFound, match=r"^the room loft does not exist\. Build it$"):
        reader(FakeClient()).not_found("room", "loft", "Build it.")
    tolerant = Reader(FakeClient(), tolerant=True)
    assert tolerant.not_found("room", "loft") is PENDING
    assert tolerant.not_found("room", "loft") is PENDING
    assert tolerant.pending == ["the room loft does not exist yet"]


def test_a_resource_says_how_it_is_named_and_what_of_it_can_change():
    assert BOX.identity_params() == {"BoxId": Ref("box_id")}
    assert BOX.mutable() == {"note", "weight", "tags", "things", "locked"}
    assert (Resource.plural.fget(SHELF), BOX.plural) == ("shelfs", "boxes")


def test_a_fresh_one_has_what_was_sent_and_what_is_usual():
    fresh = BOX.initial_values({"name": "b1", "note": "n", "weight": None, "tags": {"a": "1"}, "locked": True})
    assert fresh["note"] == "n"
    assert fresh["weight"] == 1
    assert fresh["tags"] == {}
    assert fresh["locked"] is False
    assert fresh["colour"] is None


def test_a_detail_can_be_named_by_something_else():
    class Bin(Box):
        details = (Detail("QueryBox", "Data", identity={"BoxId": "note"}),)

    client = FakeClient({"note": "box-2"}, {"name": "b2"})
    assert Bin().read(reader(client), {"name": "b1"})["name"] == "b2"
    assert client.params("QueryBox") == [{"BoxId": "box-2"}]


def test_a_detail_that_there_is_none_of_can_leave_the_resource_there():
    class Bin(Box):
        details = (
            Detail("QueryBox", "Data"),
            Detail("QueryBox", "Data", identity={"BoxId": "note"}, if_not_found={"weight": 0}),
        )

    found = Bin().read(reader(FakeClient({"note": "box-9"})), {"name": "b1"})
    assert (found["name"], found["weight"]) == ("b1", 0)


def test_a_parent_is_named_within_another():
    class Hook(Shelf):
        fields = (
            *Shelf.fields,
            Field(
                "bolt",
                lookup=lambda _reader, value, room: f"{room}/{value}",
                depends_on=("room_id",),
                resolves_to="bolt_id",
            ),
            Field("bolt_id", computed=True),
        )

    resolved = Hook().resolve_references(reader(FakeClient()), {"room": "attic", "bolt": "b"})
    assert resolved == {"room": "attic", "room_id": "r-attic", "bolt": "b", "bolt_id": "r-attic/b"}
    resolved = Hook().resolve_references(Reader(FakeClient(), tolerant=True), {"room": "loft", "bolt": "b"})
    assert resolved["bolt_id"] == f"{PENDING}/b"


def test_what_is_on_top_of_something_else_is_not_made():
    assert ImplicitCreate().steps(BOX, {"name": "b1"}) == []
    assert ImplicitCreate().sent_fields(BOX) == set()


class Paint(Resource):
    """A resource that a word tells apart, which the platform writes as a number."""

    kind = "paint"
    families = (FAMILY,)
    identity = {"BoxId": "colour"}
    fields = (BOX.field("colour"), Field("note", "Note"))
    details = (Detail("QueryBox", "Data"),)


def test_what_identifies_travels_as_its_type_writes_it():
    client = FakeClient()
    assert Paint().read(reader(client), {"colour": "blue"}) is None
    assert client.sent == [("QueryBox", {"BoxId": 2})]
