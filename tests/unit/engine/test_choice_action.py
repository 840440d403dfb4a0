# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions of which a task chooses one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, Operation
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import (
    ActionFailed,
    ApiAction,
    ChoiceAction,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text

OPERATIONS = {
    "Ring": Operation("1", CREATE, None, "Bell! Tone", response="Id:int"),
    "RingAll": Operation("1", CREATE, None, "Bell![]", response="Id", limits={"Bell": 2}),
}


class Client:
    """Keeps what it is sent; after the given answers comes an error, where one is given."""

    def __init__(self, *answers, fails: ApiError | None = None):
        self.answers = list(answers)
        self.fails = fails
        self.sent: list = []
        self.calls = 0
        self.read = self.find = self.pages = None

    def operation(self, name):
        return OPERATIONS[name]

    def call(self, name, params):
        self.calls += 1
        self.sent.append((name, params))
        if self.answers:
            return self.answers.pop(0)
        if self.fails:
            raise self.fails
        return {"Id": len(self.sent)}


class Bells(ChoiceAction):
    """Rings bells."""

    families = (SimpleNamespace(OPERATIONS=OPERATIONS, ERRORS={}),)
    api_actions = {
        "one": ApiAction(
            "Ring",
            "The bell would be rung",
            {"Bell": "bell", "Tone": "loud"},
            required=("bell",),
            optional=("tone",),
            returns={"id": ("Id", str)},
            verify=lambda reply: "the bell is cracked" if reply["Id"] == 13 else "",
        ),
        "all": ApiAction(
            "RingAll", "The bells would be rung", {"Bell": "bells"}, required=("bells",), returns={"ids": ("Id", str)}
        ),
    }
    fields = (
        Field("action", type=Choice({"one": "one", "all": "all"}), required=True),
        Field("bell", type=Choice({"big": "B", "small": "S"})),
        Field("bells", type=TextSet(Text(1))),
        Field("tone", type=Text(1)),
    )

    def prepare_values(self, values):
        return {**values, "loud": values["tone"].upper()} if "tone" in values else values


def ring(client, check_mode=False, **options) -> dict:
    return Bells().run(options, client, check_mode)


def test_what_is_chosen_is_done():
    client = Client()
    assert ring(client, action="one", bell="big", tone="a") == {"changed": True, "id": "1", "calls": 1}
    assert client.sent == [("Ring", {"Bell": "B", "Tone": "A"})]


def test_check_mode_says_which_would_be_done():
    client = Client()
    result = ring(client, True, action="all", bells=["a"])
    assert result["msg"] == "The bells would be rung; nothing was done in check mode"
    assert client.sent == []


def test_long_lists_are_sent_in_portions():
    client = Client()
    assert ring(client, action="all", bells=["a", "b", "c"])["ids"] == ["1", "2"]
    assert [params for _name, params in client.sent] == [{"Bell": ["a", "b"]}, {"Bell": ["c"]}]
    # What is told is a list however few they are.
    assert ring(Client(), action="all", bells=["a"])["ids"] == ["1"]


def failure() -> ApiError:
    return ApiError("no", code="x", operation="RingAll", category="permanent")


def test_a_failure_of_the_first_is_told_as_it_is():
    with pytest.raises(ApiError):
        ring(Client(fails=failure()), action="all", bells=["a", "b", "c"])


def test_a_failure_of_another_tells_what_was_done():
    error = failure()
    with pytest.raises(ActionFailed, match="1 of 2 requests were sent before") as caught:
        ring(Client({"Id": 5}, fails=error), action="all", bells=["a", "b", "c"])
    assert caught.value.result == {"changed": True, "ids": ["5"], "calls": 2}
    assert caught.value.error is error


def test_a_success_that_is_none():
    with pytest.raises(ActionFailed, match="the bell is cracked") as caught:
        ring(Client({"Id": 13}), action="one", bell="big")
    assert caught.value.result == {"changed": True, "id": "13", "calls": 1}
    assert caught.value.error is None


@pytest.mark.parametrize(
    ("options", "message", "field"),
    [
        ({"action": "one"}, "^bell must be set with action: one$", "bell"),
        ({"action": "all", "bells": ["a"], "tone": "a"}, "^tone cannot be used with action: all$", "tone"),
        ({"action": "one", "bell": "big", "bells": ["a"]}, "^bells cannot be used with action: one$", "bells"),
        ({"action": "one", "bell": "huge"}, "^bell must be one of big, small", "bell"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_cannot_be_is_refused_before_anything_is_sent(options, message, field, check_mode):
    client = Client()
    with pytest.raises(InvalidValue, match=message) as caught:
        ring(client, check_mode, **options)
    assert caught.value.field == field
    assert client.sent == []
