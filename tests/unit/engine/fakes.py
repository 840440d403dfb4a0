# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A toy API, the resources on it, and a client that keeps a toy account in dictionaries.

Boxes stand in rooms and hold things; shelves hang in rooms. The toy has the platform's manners: an update clears what
it is not given, empty texts are left out of replies, words are written one way and read another, numbers are read as
text.
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

_BOX = "BoxId BoxName RoomId Colour Note Weight Locked:bool ThingCount KeyCode"

FAMILY = SimpleNamespace(
    __name__="toys.box",
    ERRORS={},
    OPERATIONS={
        "CreateBox": Operation(
            "1", CREATE, None, "BoxName! RoomId Colour:int Note Weight:int Pin", response="BoxId Data{KeyCode}"
        ),
        "QueryBox": Operation("1", READ, None, "BoxId!", response=f"Data{{{_BOX}}}", not_found_codes=("box.NotThere",)),
        "ListBoxes": Operation(
            "1",
            READ,
            None,
            "CurrentPage!:int PageSize!:int",
            response=f"Data{{Box[{_BOX}] Total:int}}",
            pages=Pages("CurrentPage", 2, "Data.Box", "Data.Total"),
        ),
        "UpdateBox": Operation("1", SET, None, "BoxId! BoxName! Note Weight:int"),
        "DeleteBox": Operation("1", DELETE, None, "BoxId!", not_found_codes=("box.NotThere",)),
        "LockBox": Operation("1", SET, None, "BoxId!"),
        "UnlockBox": Operation("1", SET, None, "BoxId!"),
        "AddTags": Operation("1", SET, None, "BoxId! Tag![Key Value]", limits={"Tag": 2}),
        "ChangeTags": Operation("1", SET, None, "BoxId! Tag![Key Value]", limits={"Tag": 3}),
        "RemoveTags": Operation("1", DELETE, None, "BoxId! Key![]", limits={"Key": 2}),
        "ListTags": Operation("1", READ, None, "BoxId!", response="Data{Tag[Key Value]}"),
        "PutThings": Operation("1", SET, None, "BoxId! Thing![Code]", response="Refused:int", limits={"Thing": 2}),
        "TakeThings": Operation("1", DELETE, None, "BoxId! Thing![Code]", limits={"Thing": 2}),
        "ListThings": Operation(
            "1",
            READ,
            None,
            "BoxId! CurrentPage:int PageSize:int",
            response="Data{Thing[Code Label]}",
            pages=Pages("CurrentPage", 2, "Data.Thing"),
        ),
        "ListRooms": Operation("1", READ, None, response="Data{Room[RoomId RoomName]}"),
        "PutUpShelf": Operation("1", CREATE, None, "RoomId! ShelfName! Note"),
        "QueryShelf": Operation(
            "1",
            READ,
            None,
            "RoomId! ShelfName!",
            response="Data{RoomId ShelfName Note}",
            not_found_codes=("shelf.NotThere",),
        ),
        "ListShelves": Operation("1", READ, None, "RoomId!", response="Data{Shelf[RoomId ShelfName Note]}"),
        "UpdateShelf": Operation("1", SET, None, "RoomId! ShelfName! Note"),
        "TakeDownShelf": Operation("1", DELETE, None, "RoomId! ShelfName!", not_found_codes=("shelf.NotThere",)),
    },
)


def room_id(reader, name: str):
    """The id of a room that is named by its name."""
    rooms = member(reader.read("ListRooms"), "Data.Room")
    return next((room["RoomId"] for room in rooms if room["RoomName"] == name), None) or reader.not_found("room", name)


def _tags(entries: list) -> dict:
    return {"Tag": [{"Key": key, "Value": value} for key, value in entries]}


def _things(entries: list) -> dict:
    return {"Thing": [{"Code": thing["code"]} for thing in entries]}


def _refused(reply: dict) -> str:
    return f"{reply['Refused']} of the things do not fit" if reply.get("Refused") else ""


class Box(Resource):
    """A resource that has a bit of everything."""

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
        Field("colour", "Colour", Choice({"red": 1, "blue": 2}, {"RED": "red", "BLUE": "blue"})),
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
        Entries("things", add=Batch("PutThings", _things, verify=_refused), remove=Batch("TakeThings", _things)),
        Switch("locked", {True: "LockBox", False: "UnlockBox"}),
    )
    delete = Delete("DeleteBox")
    filters = ("name", "box_id", "room", "colour", "note", "tags")


class Shelf(Resource):
    """A resource below another one, told apart by its name there."""

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
    create = Create("PutUpShelf", outputs={})
    changes = (Update("UpdateShelf", "note"),)
    delete = Delete("TakeDownShelf")
    filters = ("room", "name")
    required_filters = ("room",)


BOX = Box()
SHELF = Shelf()


def lost(operation: str) -> TransportError:
    """No answer: the call may have been carried out."""
    return TransportError("the connection broke", operation=operation, ambiguous=True)


def refusal(operation: str, code: str = "box.Jammed") -> ApiError:
    """The platform says no."""
    return ApiError("the lid is jammed", operation=operation, code=code, request_id="R-1", remedy="Use oil")


def run_resource(resource: Resource, params: dict, client, check_mode: bool = False) -> dict:
    """Run a task for an instance of a resource, as its module does."""
    entry = ResourceEntry(type(resource))
    entry.resource = resource
    return entry.run(params, client, check_mode)


class FakeClient:
    """A client without a platform behind it.

    It holds every request against its operation, as the real one does, and remembers reads until something was written
    with success or ``clear_cache`` is called. ``read_only`` makes any write fail the test.
    """

    def __init__(self, *boxes: dict, rooms: tuple = ("attic", "cellar"), shelves: tuple = ()):
        self.rooms = {f"r-{name}": name for name in rooms}
        self.boxes: dict = {}
        self.shelves = {(f"r-{room}", name): note for room, name, note in shelves}
        self.calls = 0
        self.read_only = False
        self.full = False  # whether things are refused
        self.log: list = []  # the operations that were called
        self.sent: list = []  # the same with their parameters
        self._made = 0
        self._replies: dict = {}
        self._failures: dict = {}
        self._catalogue = Catalogue(FAMILY)
        for box in boxes:
            self._new_box(**box)

    # What a test does

    def fail(self, operation: str, error: Exception | None = None, *, happened: bool = False, after: int = 0) -> None:
        """Make a coming call fail; ``happened`` is whether it is carried out all the same."""
        queue = self._failures.setdefault(operation, [None] * after)
        queue.append((error or refusal(operation), happened))

    def box(self, name: str = "b1") -> dict | None:
        """The box of that name as the account has it."""
        return next((box for box in self.boxes.values() if box["BoxName"] == name), None)

    def state(self) -> dict:
        """All that the account has."""
        return copy.deepcopy({"boxes": self.boxes, "shelves": self.shelves})

    @property
    def writes(self) -> list:
        """The operations called that change something."""
        return [name for name in self.log if self.operation(name).writes]

    def params(self, operation: str) -> list:
        """The parameters of all calls of an operation."""
        return [params for name, params in self.sent if name == operation]

    # What the engine does

    def operation(self, name: str) -> Operation:
        return self._catalogue.operation(name)

    def check(self, name: str, params: dict) -> tuple:
        return encode(name, self.operation(name), params)

    def call(self, name: str, params: dict | None = None) -> dict:
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
        reply = getattr(self, f"_{name}")(**params) or {}
        if failure:
            raise failure[0]
        if writes:
            self._replies.clear()
        return copy.deepcopy(reply)

    def read(self, name: str, params: dict | None = None) -> dict:
        assert not self.operation(name).writes, f"{name} is no read"
        key = (name, json.dumps(params or {}, sort_keys=True))
        if key not in self._replies:
            self._replies[key] = self.call(name, params)
        return self._replies[key]

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
            reply = self.read(name, {**(params or {}), pages.page: number, pages.size: pages.max_size})
            items = member(reply, pages.items)
            yield from items
            if len(items) < pages.max_size:
                return
            number += 1

    def clear_cache(self) -> None:
        self._replies.clear()

    def close(self) -> None:
        pass

    # What the toy platform does

    def _new_box(self, name="b1", room="", colour="RED", note="", weight=1, pin="", tags=None, things=(), locked=False):
        self._made += 1
        box_id = f"box-{self._made}"
        self.boxes[box_id] = {
            "BoxName": name,
            "RoomId": f"r-{room}" if room else "",
            "Colour": colour,
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
            raise ApiError("there is no such box", code="box.NotThere")
        return self.boxes[box_id]

    def _shown(self, box_id: str, box: dict) -> dict:
        shown = {name: value for name, value in box.items() if value != "" and name not in ("Pin", "Tags", "Things")}
        more = {"BoxId": box_id, "KeyCode": f"key of {box_id}", "ThingCount": str(len(box["Things"]))}
        return {**shown, **more, "Weight": str(box["Weight"])}

    def _CreateBox(self, BoxName, RoomId="", Colour=1, Note="", Weight=1, Pin=""):
        if self.box(BoxName):
            raise ApiError("the name is taken", operation="CreateBox", code="box.Exists")
        box_id = self._new_box(BoxName, "", {1: "RED", 2: "BLUE"}[Colour], Note, Weight, Pin)
        self.boxes[box_id]["RoomId"] = RoomId
        return {"BoxId": box_id, "Data": {"KeyCode": f"key of {box_id}"}}

    def _QueryBox(self, BoxId):
        return {"Data": self._shown(BoxId, self._existing(BoxId))}

    def _ListBoxes(self, CurrentPage, PageSize):
        rows = [self._shown(box_id, box) for box_id, box in self.boxes.items()]
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
            assert tag["Key"] not in tags, "a tag is added that is there"
            tags[tag["Key"]] = tag["Value"]
        assert len(tags) <= 10, "too many tags"

    def _ChangeTags(self, BoxId, Tag):
        tags = self._existing(BoxId)["Tags"]
        for tag in Tag:
            assert tags[tag["Key"]] != tag["Value"], "a tag is changed to what it is"
            tags[tag["Key"]] = tag["Value"]

    def _RemoveTags(self, BoxId, Key):
        for key in Key:
            del self._existing(BoxId)["Tags"][key]

    def _ListTags(self, BoxId):
        return {"Data": {"Tag": [{"Key": key, "Value": text} for key, text in self._existing(BoxId)["Tags"].items()]}}

    def _PutThings(self, BoxId, Thing):
        if self.full:
            return {"Refused": len(Thing)}
        things = self._existing(BoxId)["Things"]
        for thing in Thing:
            assert thing["Code"] not in things, "a thing is put that is there"
            things.append(thing["Code"])
        return {"Refused": 0}

    def _TakeThings(self, BoxId, Thing):
        for thing in Thing:
            self._existing(BoxId)["Things"].remove(thing["Code"])

    def _ListThings(self, BoxId, CurrentPage, PageSize):
        things = self._existing(BoxId)["Things"][(CurrentPage - 1) * PageSize : CurrentPage * PageSize]
        return {"Data": {"Thing": [{"Code": code, "Label": f"the {code}"} for code in things]}}

    def _ListRooms(self):
        return {"Data": {"Room": [{"RoomId": id_, "RoomName": name} for id_, name in self.rooms.items()]}}

    def _PutUpShelf(self, RoomId, ShelfName, Note=""):
        assert RoomId in self.rooms, "there is no such room"
        self.shelves[RoomId, ShelfName] = Note

    def _QueryShelf(self, RoomId, ShelfName):
        if (RoomId, ShelfName) not in self.shelves:
            raise ApiError("there is no such shelf", code="shelf.NotThere")
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

    def _TakeDownShelf(self, RoomId, ShelfName):
        del self.shelves[RoomId, ShelfName]
