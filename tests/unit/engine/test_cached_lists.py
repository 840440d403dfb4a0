# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cached lists: what the steps of a resource change in them, and when they are dropped."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import cached_lists
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import CREATE, UPDATE, Step
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import Box, FakeClient, Shelf, api_error


class KeptBox(Box):
    """A box with details, whose list is kept."""

    listing = replace(Box.listing, keep=True)


class KeptShelf(Shelf):
    """A shelf without details, whose list is kept for each room."""

    listing = replace(Shelf.listing, keep=True)
    details = ()


class Client(FakeClient):
    """A client with cached lists: [operation, parameters, elements]."""

    def __init__(self, *lists: list, **account):
        super().__init__(**account)
        self.lists = copy.deepcopy(list(lists))
        self.kept: list = []

    def call(self, name, params=None, keep_lists=""):
        self.kept.append(keep_lists)
        return super().call(name, params)

    def update_lists(self, name, change):
        changed = [[operation, params, change(params, copy.deepcopy(list_))] for operation, params, list_ in self.lists]
        self.lists = [
            new if new[0] == name else old for new, old in zip(changed, self.lists, strict=True) if new[2] is not None
        ]


def run(client, resource, desired, current=None):
    """Plan and apply a resource."""
    apply(client, resource, plan(resource, desired, current), {**(current or {}), **(desired or {})})
    return client.lists


def test_created_resource_is_added_to_list():
    box = KeptBox()
    client = Client(["ListBoxes", {}, [{"BoxId": "b-0", "BoxName": "old"}]])
    ((_name, _params, elements),) = run(client, box, {"name": "new", "note": "n"})
    assert client.kept == ["ListBoxes"]
    assert [element["BoxName"] for element in elements] == ["old", "new"]
    added = box.parse(elements[1])
    assert (added["box_id"], added["note"]) == (next(iter(client.boxes)), "n")
    assert "KeyCode" not in elements[1]


def test_changed_resource_is_changed_in_list():
    client = Client()
    run(client, KeptBox(), {"name": "one", "note": "old"})
    [box_id] = list(client.boxes)
    client.lists = [
        ["ListBoxes", {}, [{"BoxId": box_id, "BoxName": "one", "Note": "old"}, {"BoxId": "b", "Note": "x"}]]
    ]
    current = {"box_id": box_id, "name": "one", "note": "old", "weight": 1, "tags": {}}
    ((_name, _params, elements),) = run(client, KeptBox(), {"name": "one", "note": "new", "tags": {"a": "b"}}, current)
    assert elements == [{"BoxId": box_id, "BoxName": "one", "Note": "new"}, {"BoxId": "b", "Note": "x"}]


def test_deleted_resource_is_removed_from_list():
    client = Client()
    run(client, KeptBox(), {"name": "one"})
    [box_id] = list(client.boxes)
    client.lists = [["ListBoxes", {}, [{"BoxId": box_id, "BoxName": "one"}, {"BoxId": "b", "BoxName": "two"}]]]
    ((_name, _params, elements),) = run(client, KeptBox(), None, {"box_id": box_id, "name": "one"})
    assert elements == [{"BoxId": "b", "BoxName": "two"}]


def test_only_list_of_parent_is_changed():
    attic, cellar = ["ListShelves", {"RoomId": "r-attic"}, []], ["ListShelves", {"RoomId": "r-cellar"}, []]
    client = Client(attic, cellar)
    first, second = run(client, KeptShelf(), {"room_id": "r-attic", "name": "top", "note": "n"})
    assert first[2] == [{"RoomId": "r-attic", "ShelfName": "top", "Note": "n"}]
    assert second == cellar


@pytest.mark.parametrize("params", [{"Search": "x"}, {"RoomId": "r-attic", "Search": "x"}])
def test_list_with_other_parameters_is_dropped(params):
    client = Client(["ListShelves", params, []])
    assert run(client, KeptShelf(), {"room_id": "r-attic", "name": "top"}) == []


def test_list_of_another_operation_is_kept():
    other = ["ListRooms", {}, [{"RoomId": "r"}]]
    assert run(Client(other), KeptShelf(), {"room_id": "r-attic", "name": "top"}) == [other]


def test_list_is_dropped_if_step_fails():
    client = Client(["ListBoxes", {}, []])
    client.fail("CreateBox", api_error("CreateBox"))
    with pytest.raises(StepFailed):
        run(client, KeptBox(), {"name": "new"})
    assert client.lists == []


def test_list_is_not_kept_without_declaration_or_without_unique_names():
    class Duplicates(KeptBox):
        unique_names = False

    for resource in (Box(), Duplicates()):
        client = Client(["ListBoxes", {}, []])
        run(client, resource, {"name": "new"})
        assert client.kept == [""]
        assert client.lists == [["ListBoxes", {}, []]]


def test_list_is_dropped_if_another_operation_created_the_resource():
    client = Client(["ListBoxes", {}, []])
    step = Step(CREATE, "CreateBigBox", {}, {"name": (None, "new")}, {"box_id": "BoxId"})
    cached_lists.update(client, KeptBox(), step, {"name": "new", "box_id": "b-1"})
    assert client.lists == []


def test_list_is_dropped_if_value_is_not_known():
    client = Client(["ListShelves", {"RoomId": "r-attic"}, []])
    step = Step(
        CREATE, "CreateShelf", {}, {"room_id": (None, "r-attic"), "name": (None, "top"), "note": (None, PENDING)}
    )
    cached_lists.update(client, KeptShelf(), step, {"room_id": "r-attic", "name": "top", "note": PENDING})
    assert client.lists == []


def test_list_is_dropped_if_platform_returns_value_in_another_form():
    # The operation takes the number of a color, and the list contains its word.
    client = Client(["ListBoxes", {}, []])
    assert run(client, KeptBox(), {"name": "new", "color": "red"}) == []


def test_step_before_create_keeps_list():
    kept = ["ListBoxes", {}, [{"BoxId": "b-0", "BoxName": "old"}]]
    client = Client(kept)
    cached_lists.update(client, KeptBox(), Step(UPDATE, "RequestForm", {}), {"name": "new"})
    assert client.lists == [kept]
