# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fake API, two resources that use it, and a client that keeps the account in dictionaries.

The account has rooms; rooms contain boxes and shelves, and boxes contain things. The fake API has the irregularities of
the platform: an update clears parameters that are not sent, responses omit empty strings, words have another form in
responses than in requests, and responses contain numbers as strings.
"""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    CREATE,
    DELETE,
    READ,
    SET,
    Operation,
    Pages,
    member,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
from ansible_collections.iotops.aliyun.plugins.module_utils.client.encoding import encode
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError, TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import required_list
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Batch,
    Create,
    Delete,
    Entries,
    Switch,
    Update,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping, ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text

_BOX = "BoxId BoxName RoomId Color Note Weight Locked:bool ThingCount KeyCode"

FAMILY = SimpleNamespace(
    __name__="fakes.box",
    ERRORS={},
    OPERATIONS={
        "CreateBox": Operation(
            "1", CREATE, None, "BoxName! RoomId Color:int Note Weight:int Pin", response="BoxId Data{KeyCode}"
        ),
        "QueryBox": Operation("1", READ, None, "BoxId!", response=f"Data{{{_BOX}}}", not_found_codes=("box.NotFound",)),
        "ListBoxes": Operation(
            "1",
            READ,
            None,
            "CurrentPage!:int PageSize!:int",
            response=f"Data{{Box[{_BOX}] Total:int}}",
            pages=Pages("CurrentPage", 2, "Data.Box", "Data.Total"),
        ),
        "UpdateBox": Operation("1", SET, None, "BoxId! BoxName! Note Weight:int"),
        "DeleteBox": Operation("1", DELETE, None, "BoxId!", not_found_codes=("box.NotFound",)),
        "LockBox": Operation("1", SET, None, "BoxId!"),
        "UnlockBox": Operation("1", SET, None, "BoxId!"),
        "AddTags": Operation("1", SET, None, "BoxId! Tag![Key Value]", limits={"Tag": 2}),
        "ChangeTags": Operation("1", SET, None, "BoxId! Tag![Key Value]", limits={"Tag": 3}),
        "RemoveTags": Operation("1", DELETE, None, "BoxId! Key![]", limits={"Key": 2}),
        "ListTags": Operation("1", READ, None, "BoxId!", response="Data{Tag[Key Value]}"),
        "AddThings": Operation("1", SET, None, "BoxId! Thing![Code]", response="Rejected:int", limits={"Thing": 2}),
        "RemoveThings": Operation("1", DELETE, None, "BoxId! Thing![Code]", limits={"Thing": 2}),
        "ListThings": Operation(
            "1",
            READ,
            None,
            "BoxId! CurrentPage:int PageSize:int",
            response="Data{Thing[Code Label]}",
            pages=Pages("CurrentPage", 2, "Data.Thing"),
        ),
        "ListRooms": Operation("1", READ, None, response="Data{Room[RoomId RoomName]}"),
        "CreateShelf": Operation("1", CREATE, None, "RoomId! ShelfName! Note"),
        "QueryShelf": Operation(
            "1",
            READ,
            None,
            "RoomId! ShelfName!",
            response="Data{RoomId ShelfName Note}",
            not_found_codes=("shelf.NotFound",),
        ),
        "ListShelves": Operation("1", READ, None, "RoomId!", response="Data{Shelf[RoomId ShelfName Note]}"),
        "UpdateShelf": Operation("1", SET, None, "RoomId! ShelfName! Note"),
        "DeleteShelf": Operation("1", DELETE, None, "RoomId! ShelfName!", not_found_codes=("shelf.NotFound",)),
    },
)


def room_id(reader, name: str):
    """Return the ID of a room, which tasks refer to by name."""
    rooms = member(reader.read("ListRooms"), "Data.Room")
    return next((room["RoomId"] for room in rooms if room["RoomName"] == name), None) or reader.not_found("room", name)


def _tags(entries: list) -> dict:
    return {"Tag": [{"Key": key, "Value": value} for key, value in entries]}


def _things(entries: list) -> dict:
    return {"Thing": [{"Code": thing["code"]} for thing in entries]}


def _rejected(response: dict) -> str:
    return f"{response['Rejected']} of the things do not fit" if response.get("Rejected") else ""


class Box(Resource):
    """A resource that uses all kinds of fields, details and changes."""

    kind = "box"
    plural = "boxes"
    title = "box"
    families = (FAMILY,)
    identity = {"BoxId": "box_id"}
    states = {"present": {}, "locked": {"locked": True}, "unlocked": {"locked": False}, "absent": None}
    fields = (
        Field("name", "BoxName", Text(1, 8), required=True),
        Field("box_id", "BoxId", computed=True),
        Field("room", lookup=room_id, resolves_to="room_id"),
        Field("room_id", "RoomId", computed=True, initial=""),
        Field("color", "Color", Choice({"red": 1, "blue": 2}, {"RED": "red", "BLUE": "blue"})),
        Field("note", "Note", Text(0, 20), initial=""),
        Field("weight", "Weight", Number(0, 100), initial=1),
        Field("pin", "Pin", Text(2), write_only=True, secret=True),
        Field("tags", type=Mapping(Text(1, 5), Text(0, 5), maximum=10), initial={}, purge=True),
        Field("things", type=ObjectSet(("code", "label"), ("code",), maximum=10), initial=[], purge=True),
        Field("locked", read="Locked", type=Flag(), option=False, initial=False),
        Field("thing_count", read="ThingCount", type=Number(), computed=True),
        Field("key_code", read="KeyCode", computed=True, secret=True),
    )
    listing = Listing("ListBoxes")
    details = (
        Detail("QueryBox", "Data"),
        Detail(
            "ListTags",
            "Data.Tag",
            only_for=("tags",),
            parse=lambda items: {"tags": {item["Key"]: item["Value"] for item in items}},
        ),
        Detail(
            "ListThings",
            "Data.Thing",
            only_for=("things",),
            parse=lambda items: {"things": [{"code": item["Code"], "label": item["Label"]} for item in items]},
        ),
    )
    create = Create("CreateBox", outputs={"box_id": "BoxId", "key_code": "Data.KeyCode"})
    changes = (
        Update("UpdateBox", "note", "weight"),
        Entries(
            "tags",
            add=Batch("AddTags", _tags),
            change=Batch("ChangeTags", _tags),
            remove=Batch("RemoveTags", lambda entries: {"Key": [key for key, _value in entries]}),
        ),
        Entries("things", add=Batch("AddThings", _things, verify=_rejected), remove=Batch("RemoveThings", _things)),
        Switch("locked", {True: "LockBox", False: "UnlockBox"}),
    )
    delete = Delete("DeleteBox")
    filters = ("name", "box_id", "room", "color", "note", "tags")


class Shelf(Resource):
    """A resource that is identified by its parent and its name."""

    kind = "shelf"
    title = "shelf"
    plural = "shelves"
    families = (FAMILY,)
    identity = {"RoomId": "room_id", "ShelfName": "name"}
    fields = (
        Field("room", required=True, lookup=room_id, resolves_to="room_id"),
        Field("room_id", "RoomId", computed=True),
        Field("name", "ShelfName", required=True),
        Field("note", "Note", Text(0, 20), initial=""),
    )
    listing = Listing("ListShelves", "Data.Shelf", params={"RoomId": "room_id"})
    details = (Detail("QueryShelf", "Data"),)
    create = Create("CreateShelf", outputs={})
    changes = (Update("UpdateShelf", "note"),)
    delete = Delete("DeleteShelf")
    filters = ("room", "name")
    required_filters = ("room",)


BOX = Box()
SHELF = Shelf()


def lost_response(operation: str) -> TransportError:
    """Return the error of a request without a response, which may have been executed."""
    return TransportError("the connection broke", operation=operation, ambiguous=True)


def api_error(operation: str, code: str = "box.Jammed", **details) -> ApiError:
    """Return the error of a request that the platform rejects."""
    return ApiError("the lid is jammed", operation=operation, code=code, request_id="R-1", remedy="Use oil", **details)


def run_resource(resource: Resource, params: dict, client, check_mode: bool = False) -> dict:
    """Run a task for an instance of a resource, as the module of the resource does."""
    entry = ResourceEntry(type(resource))
    entry.resource = resource
    return entry.run(params, client, check_mode)


class FakeClient:
    """A client that executes operations on a fake account.

    Like the real client, it validates every request, and caches reads until a write succeeds or ``clear_cache`` is
    called. If ``read_only`` is set, a write fails the test.

    Args:
        boxes: The boxes of the account; see ``_new_box``.
        rooms: The names of the rooms.
        shelves: The shelves, each with its room, name and note.
    """

    has_instance = True
    reads_whole_lists = False

    def __init__(self, *boxes: dict, rooms: tuple = ("attic", "cellar"), shelves: tuple = ()):
        self.rooms = {f"r-{name}": name for name in rooms}
        self.boxes: dict = {}
        self.shelves = {(f"r-{room}", name): note for room, name, note in shelves}
        self.calls = 0
        self.warnings: list = []
        self.completed_writes: list = []
        self.last_call_was_repeated = False
        self.read_only = False
        self.reject_things = False
        self.log: list = []  # the names of the operations that were called
        self.sent: list = []  # the same, with their parameters
        self._box_count = 0
        self._cache: dict = {}
        self._failures: dict = {}
        self._catalogue = Catalogue(FAMILY)
        for box in boxes:
            self._new_box(**box)

    # Methods for tests

    def fail(
        self, operation: str, error: BaseException | None = None, *, executed: bool = False, after: int = 0
    ) -> None:
        """Make a later call fail.

        Args:
            operation: The name of the operation.
            error: The exception. Defaults to a rejection by the platform.
            executed: Whether the operation is executed nevertheless.
            after: The number of calls that succeed before.
        """
        queue = self._failures.setdefault(operation, [None] * after)
        queue.append((error or api_error(operation), executed))

    def box(self, name: str = "b1") -> dict | None:
        """Return the box with this name, or None."""
        return next((box for box in self.boxes.values() if box["BoxName"] == name), None)

    def state(self) -> dict:
        """Return a copy of the whole account."""
        return copy.deepcopy({"boxes": self.boxes, "shelves": self.shelves})

    @property
    def writes(self) -> list:
        """The names of the write operations that were called."""
        return [name for name in self.log if self.operation(name).writes]

    def params(self, operation: str) -> list:
        """Return the parameters of all calls of an operation."""
        return [params for name, params in self.sent if name == operation]

    # Methods that the engine calls

    def operation(self, name: str) -> Operation:
        return self._catalogue.operation(name)

    def check(self, name: str, params: dict) -> tuple:
        return encode(name, self.operation(name), params)

    def call(self, name: str, params: dict | None = None, keep_lists: str = "") -> dict:
        params = params or {}
        self.check(name, params)
        writes = self.operation(name).writes
        assert not (writes and self.read_only), f"{name} was called"
        self.calls += 1
        self.log.append(name)
        self.sent.append((name, copy.deepcopy(params)))
        queue = self._failures.get(name)
        failure = queue.pop(0) if queue else None
        if failure and not failure[1]:
            raise failure[0]
        response = getattr(self, f"_{name}")(**params) or {}
        if failure:
            raise failure[0]
        if writes:
            self.completed_writes.append(name)
            self._cache.clear()
        return copy.deepcopy(response)

    def read(self, name: str, params: dict | None = None) -> dict:
        assert not self.operation(name).writes, f"{name} is not a read"
        key = (name, json.dumps(params or {}, sort_keys=True))
        if key not in self._cache:
            self._cache[key] = self.call(name, params)
        return self._cache[key]

    def find(self, name: str, params: dict | None = None) -> dict | None:
        try:
            return self.read(name, params)
        except ApiError as error:
            if error.code in self.operation(name).not_found_codes:
                return None
            raise

    def pages(self, name: str, params: dict | None = None):
        pages = self.operation(name).pages
        number = 1
        while True:
            response = self.read(name, {**(params or {}), pages.page: number, pages.size: pages.max_size})
            items = member(response, pages.items)
            yield from items
            if len(items) < pages.max_size:
                return
            number += 1

    def elements(self, name: str, params: dict | None, path: str) -> list:
        return required_list(name, self.read(name, params), path)

    def update_lists(self, name: str, change) -> None:
        """Do nothing: a write clears the cache."""

    def clear_cache(self) -> None:
        self._cache.clear()

    def close(self) -> None:
        pass

    # Operations of the fake API

    def _new_box(self, name="b1", room="", color="RED", note="", weight=1, pin="", tags=None, things=(), locked=False):
        self._box_count += 1
        box_id = f"box-{self._box_count}"
        self.boxes[box_id] = {
            "BoxName": name,
            "RoomId": f"r-{room}" if room else "",
            "Color": color,
            "Note": note,
            "Weight": weight,
            "Pin": pin,
            "Locked": locked,
            "Tags": dict(tags or {}),
            "Things": list(things),
        }
        return box_id

    def _existing(self, box_id: str) -> dict:
        if box_id not in self.boxes:
            raise ApiError("the box does not exist", code="box.NotFound")
        return self.boxes[box_id]

    def _response_item(self, box_id: str, box: dict) -> dict:
        item = {name: value for name, value in box.items() if value != "" and name not in ("Pin", "Tags", "Things")}
        extra = {"BoxId": box_id, "KeyCode": f"key of {box_id}", "ThingCount": str(len(box["Things"]))}
        return {**item, **extra, "Weight": str(box["Weight"])}

    def _CreateBox(self, BoxName, RoomId="", Color=1, Note="", Weight=1, Pin=""):
        if self.box(BoxName):
            raise ApiError("the name is taken", operation="CreateBox", code="box.Exists")
        box_id = self._new_box(BoxName, "", {1: "RED", 2: "BLUE"}[Color], Note, Weight, Pin)
        self.boxes[box_id]["RoomId"] = RoomId
        return {"BoxId": box_id, "Data": {"KeyCode": f"key of {box_id}"}}

    def _QueryBox(self, BoxId):
        return {"Data": self._response_item(BoxId, self._existing(BoxId))}

    def _ListBoxes(self, CurrentPage, PageSize):
        rows = [self._response_item(box_id, box) for box_id, box in self.boxes.items()]
        start = (CurrentPage - 1) * PageSize
        return {"Data": {"Box": rows[start : start + PageSize], "Total": len(rows)}}

    def _UpdateBox(self, BoxId, BoxName, Note="", Weight=1):
        self._existing(BoxId).update(BoxName=BoxName, Note=Note, Weight=Weight)

    def _DeleteBox(self, BoxId):
        self._existing(BoxId)
        del self.boxes[BoxId]

    def _LockBox(self, BoxId):
        self._existing(BoxId)["Locked"] = True

    def _UnlockBox(self, BoxId):
        self._existing(BoxId)["Locked"] = False

    def _AddTags(self, BoxId, Tag):
        tags = self._existing(BoxId)["Tags"]
        for tag in Tag:
            assert tag["Key"] not in tags, "the added tag exists"
            tags[tag["Key"]] = tag["Value"]
        assert len(tags) <= 10, "too many tags"

    def _ChangeTags(self, BoxId, Tag):
        tags = self._existing(BoxId)["Tags"]
        for tag in Tag:
            assert tags[tag["Key"]] != tag["Value"], "the tag has the value already"
            tags[tag["Key"]] = tag["Value"]

    def _RemoveTags(self, BoxId, Key):
        for key in Key:
            del self._existing(BoxId)["Tags"][key]

    def _ListTags(self, BoxId):
        return {"Data": {"Tag": [{"Key": key, "Value": text} for key, text in self._existing(BoxId)["Tags"].items()]}}

    def _AddThings(self, BoxId, Thing):
        if self.reject_things:
            return {"Rejected": len(Thing)}
        things = self._existing(BoxId)["Things"]
        for thing in Thing:
            assert thing["Code"] not in things, "the added thing exists"
            things.append(thing["Code"])
        return {"Rejected": 0}

    def _RemoveThings(self, BoxId, Thing):
        for thing in Thing:
            self._existing(BoxId)["Things"].remove(thing["Code"])

    def _ListThings(self, BoxId, CurrentPage, PageSize):
        things = self._existing(BoxId)["Things"][(CurrentPage - 1) * PageSize : CurrentPage * PageSize]
        return {"Data": {"Thing": [{"Code": code, "Label": f"the {code}"} for code in things]}}

    def _ListRooms(self):
        return {"Data": {"Room": [{"RoomId": id_, "RoomName": name} for id_, name in self.rooms.items()]}}

    def _CreateShelf(self, RoomId, ShelfName, Note=""):
        assert RoomId in self.rooms, "the room does not exist"
        self.shelves[RoomId, ShelfName] = Note

    def _QueryShelf(self, RoomId, ShelfName):
        if (RoomId, ShelfName) not in self.shelves:
            raise ApiError("the shelf does not exist", code="shelf.NotFound")
        note = self.shelves[RoomId, ShelfName]
        return {"Data": {"RoomId": RoomId, "ShelfName": ShelfName, **({"Note": note} if note else {})}}

    def _ListShelves(self, RoomId):
        shelves = [
            {"RoomId": room, "ShelfName": name, "Note": note}
            for (room, name), note in self.shelves.items()
            if room == RoomId
        ]
        return {"Data": {"Shelf": shelves}}

    def _UpdateShelf(self, RoomId, ShelfName, Note=""):
        self.shelves[RoomId, ShelfName] = Note

    def _DeleteShelf(self, RoomId, ShelfName):
        del self.shelves[RoomId, ShelfName]
