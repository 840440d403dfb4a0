# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the reading of resources."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError, InvalidResponse
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import with_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import (
    AmbiguousReference,
    InvalidValue,
    ReferenceNotFound,
)
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
    api_error,
)


def reader(client) -> Reader:
    return Reader(client, tolerant=False)


def test_read_by_key_finds_resource_on_any_page():
    client = FakeClient(*({"name": f"b{n}", "note": f"n{n}"} for n in range(5)))
    found = BOX.read(reader(client), {"name": "b4"}, set())
    assert (found["box_id"], found["note"]) == ("box-5", "n4")
    assert client.log == ["ListBoxes"] * 3 + ["QueryBox"]
    assert BOX.read(reader(client), {"name": "b"}) is None


def test_read_by_identity_does_not_list():
    client = FakeClient({"note": "n"})
    assert BOX.read(reader(client), {"name": "b1", "box_id": "box-1"}, set())["note"] == "n"
    assert client.log == ["QueryBox"]
    assert BOX.read(reader(client), {"box_id": "box-9"}) is None


def test_read_wanted_fields_selects_details():
    client = FakeClient({"tags": {"a": "1"}, "things": ["cog", "nut", "cam"]})
    assert "tags" not in BOX.read(reader(client), {"name": "b1"}, {"note"})
    assert BOX.read(reader(client), {"name": "b1"}, {"tags"})["tags"] == {"a": "1"}
    values = BOX.read(reader(client), {"name": "b1"})
    assert values["tags"] == {"a": "1"}
    assert [thing["code"] for thing in values["things"]] == ["cog", "nut", "cam"]


def test_read_converts_values_and_missing_strings_are_empty():
    found = BOX.read(reader(FakeClient({"weight": 7})), {"name": "b1"}, set())
    assert found == {
        "name": "b1",
        "box_id": "box-1",
        "room_id": "",
        "color": "red",
        "note": "",
        "weight": 7,
        "locked": False,
        "thing_count": 0,
        "key_code": "key of box-1",
    }


def test_read_resource_deleted_after_list_is_none():
    client = FakeClient({})
    client.fail("QueryBox", api_error("QueryBox", code="box.NotFound"))
    assert BOX.read(reader(client), {"name": "b1"}) is None


def test_read_other_error_code_raises():
    client = FakeClient({})
    client.fail("QueryBox", api_error("QueryBox", code="box.Secret"))
    with pytest.raises(ApiError, match=r"box\.Secret"):
        BOX.read(reader(client), {"name": "b1"})


def test_read_ambiguous_key_raises():
    with pytest.raises(AmbiguousReference, match=r"^2 .* match b1\. Rename"):
        BOX.read(reader(FakeClient({}, {"name": "b2"}, {})), {"name": "b1"})


def test_read_in_pending_parent_is_none_without_request():
    client = FakeClient(shelves=[("attic", "s1", "")])
    assert SHELF.read(reader(client), {"room_id": PENDING, "name": "s1"}) is None
    assert list(SHELF.list_items(reader(client), {"room_id": PENDING})) == []
    assert client.log == []


def test_list_items_sends_parent():
    client = FakeClient(shelves=[("attic", "s1", ""), ("cellar", "s2", "")])
    assert [row["name"] for row in SHELF.list_items(reader(client), {"room_id": "r-cellar"})] == ["s2"]


def test_list_items_without_list_raises():
    class NoList(Resource):
        key = ()
        families = (FAMILY,)
        listing = Listing("ListRooms", "Data.Missing")

    with pytest.raises(InvalidResponse, match=r"^ListRooms: .*Data\.Missing is missing"):
        list(NoList().list_items(reader(FakeClient()), {}))


def test_read_detail_sends_constants():
    class ConstantShelf(Shelf):
        details = (Detail("QueryShelf", "Data", constants={"ShelfName": "peg"}),)

    client = FakeClient(shelves=[("attic", "peg", "n")])
    assert ConstantShelf().read(reader(client), {"room_id": "r-attic", "name": "s1"})["note"] == "n"


def test_read_without_details_uses_list():
    class ShelfWithoutDetails(Shelf):
        identity = {"RoomId": "room_id"}
        details = ()

    client = FakeClient(shelves=[("attic", "s1", "n")])
    assert ShelfWithoutDetails().read(reader(client), {"room_id": "r-attic", "name": "s1"}) == {
        "room_id": "r-attic",
        "name": "s1",
        "note": "n",
    }
    assert ShelfWithoutDetails().read(reader(client), {"room_id": "r-attic", "name": "s2"}) is None


def test_resolve_references_adds_id_to_name():
    desired = {"name": "b1", "room": "attic"}
    assert BOX.resolve_references(reader(FakeClient()), desired) == {**desired, "room_id": "r-attic"}
    assert desired == {"name": "b1", "room": "attic"}
    assert BOX.resolve_references(reader(FakeClient()), {"name": "b1", "room": None}) == {"name": "b1", "room": None}


def test_not_found_raises_or_is_pending():
    with pytest.raises(ReferenceNotFound, match=r"^the room loft does not exist\. Build it$"):
        reader(FakeClient()).not_found("room", "loft", "Build it.")
    tolerant = Reader(FakeClient(), tolerant=True)
    assert tolerant.not_found("room", "loft") is PENDING
    assert tolerant.not_found("room", "loft") is PENDING
    assert tolerant.pending == ["the room loft does not exist yet"]


@pytest.mark.parametrize("tolerant", [True, False])
@pytest.mark.parametrize("name", ["", " "])
def test_empty_reference_is_invalid(tolerant, name):
    with pytest.raises(InvalidValue, match="the name of the room is empty"):
        Reader(FakeClient(), tolerant=tolerant).not_found("room", name)


def test_resource_identity_params_and_mutable_fields():
    assert BOX.identity_params() == {"BoxId": Ref("box_id")}
    assert BOX.mutable() == {"note", "weight", "tags", "things", "locked"}
    assert (Resource.plural.fget(SHELF), BOX.plural) == ("shelfs", "boxes")


def test_initial_values_are_sent_or_declared_values():
    initial = BOX.initial_values({"name": "b1", "note": "n", "weight": None, "tags": {"a": "1"}, "locked": True})
    assert initial["note"] == "n"
    assert initial["weight"] == 1
    assert initial["tags"] == {}
    assert initial["locked"] is False
    assert initial["color"] is None


def test_read_detail_with_other_identity():
    class BoxByNote(Box):
        details = (Detail("QueryBox", "Data", identity={"BoxId": "note"}),)

    client = FakeClient({"note": "box-2"}, {"name": "b2"})
    assert BoxByNote().read(reader(client), {"name": "b1"})["name"] == "b2"
    assert client.params("QueryBox") == [{"BoxId": "box-2"}]


def test_read_detail_not_found_uses_declared_values():
    class BoxByNote(Box):
        details = (
            Detail("QueryBox", "Data"),
            Detail("QueryBox", "Data", identity={"BoxId": "note"}, if_not_found={"weight": 0}),
        )

    found = BoxByNote().read(reader(FakeClient({"note": "box-9"})), {"name": "b1"})
    assert (found["name"], found["weight"]) == ("b1", 0)


def test_resolve_references_depending_on_another_reference():
    class ShelfWithBolt(Shelf):
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

    resolved = ShelfWithBolt().resolve_references(reader(FakeClient()), {"room": "attic", "bolt": "b"})
    assert resolved == {"room": "attic", "room_id": "r-attic", "bolt": "b", "bolt_id": "r-attic/b"}
    resolved = ShelfWithBolt().resolve_references(Reader(FakeClient(), tolerant=True), {"room": "loft", "bolt": "b"})
    assert resolved["bolt_id"] == f"{PENDING}/b"


def test_implicit_create_has_no_steps():
    assert ImplicitCreate().steps(BOX, {"name": "b1"}) == []
    assert ImplicitCreate().sent_fields(BOX) == set()


class Paint(Resource):
    """A resource that is identified by a word, which the platform represents as a number."""

    kind = "paint"
    families = (FAMILY,)
    identity = {"BoxId": "color"}
    fields = (BOX.field("color"), Field("note", "Note"))
    details = (Detail("QueryBox", "Data"),)


def test_read_detail_identity_is_converted_by_field_type():
    client = FakeClient()
    assert Paint().read(reader(client), {"color": "blue"}) is None
    assert client.sent == [("QueryBox", {"BoxId": 2})]


# Malformed responses


class BoxesOf:
    """A reader that returns one list element and one object.

    Args:
        row: The element of the list.
        item: The object.
    """

    def __init__(self, row: dict, item: dict | None = None):
        self._row = row
        self._item = item
        self.elements = lambda *_arguments: [self._row]
        self.pages = lambda *_arguments: iter([with_members("ListBoxes", {"RequestId": "R-1", "Row": row})["Row"]])
        self.find = lambda *_arguments: with_members("QueryBox", {"RequestId": "R-2", "Data": item})


@pytest.mark.parametrize("name", [None, "", "b\x001"])
def test_list_element_without_usable_name_raises(name):
    with pytest.raises(InvalidResponse, match=r"^ListBoxes: .*BoxName of a box (is missing|contains control).*R-1"):
        list(Box().list_items(BoxesOf({"BoxId": "box-1", "BoxName": name}), {"room_id": "r-attic"}))


def test_list_element_without_id_raises():
    with pytest.raises(InvalidResponse, match=r"^ListBoxes: .*BoxId of a box is missing.*R-1"):
        list(Box().list_items(BoxesOf({"BoxName": "b1"}), {"room_id": "r-attic"}))


def test_detail_without_object_raises():
    with pytest.raises(InvalidResponse, match=r"^QueryBox: .*Data is missing.*R-2"):
        Box().read_detail(BoxesOf({}), Detail("QueryBox", "Data"), {"box_id": "box-1"})


def test_detail_of_another_resource_raises():
    with pytest.raises(InvalidResponse, match=r"^QueryBox: .*describes another box: box_id is 'box-2'.*R-2"):
        Box().read_detail(BoxesOf({}, {"BoxId": "box-2"}), Detail("QueryBox", "Data"), {"box_id": "box-1"})


@pytest.mark.parametrize(
    "parse", [lambda item: {"note": item["Note"]}, lambda item: {"note": json.loads(item["Text"])}]
)
def test_detail_that_cannot_be_parsed_raises(parse):
    reader = BoxesOf({}, {"BoxId": "box-1", "Text": "{"})
    with pytest.raises(InvalidResponse, match=r"^QueryBox: .*(Note is missing|cannot be read).*R-2"):
        Box().read_detail(reader, Detail("QueryBox", "Data", parse=parse), {"box_id": "box-1"})
