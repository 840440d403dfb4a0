# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of actions with several choices."""

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
    """A client that records requests. It returns the responses, then raises the error or returns default responses."""

    def __init__(self, *responses, error: ApiError | None = None):
        self.responses = list(responses)
        self.error = error
        self.sent: list = []
        self.calls = 0
        self.read = self.find = self.pages = None

    def operation(self, name):
        return OPERATIONS[name]

    def call(self, name, params):
        self.calls += 1
        self.sent.append((name, params))
        if self.responses:
            return self.responses.pop(0)
        if self.error:
            raise self.error
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
            verify=lambda response: "the bell is cracked" if response["Id"] == 13 else "",
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


def test_choice_action_calls_operation_of_choice():
    client = Client()
    assert ring(client, action="one", bell="big", tone="a") == {"changed": True, "id": "1", "calls": 1}
    assert client.sent == [("Ring", {"Bell": "B", "Tone": "A"})]


def test_choice_action_in_check_mode_returns_summary_of_choice():
    client = Client()
    result = ring(client, True, action="all", bells=["a"])
    assert result["msg"] == "The bells would be rung; nothing was done in check mode"
    assert client.sent == []


def test_choice_action_long_list_is_split():
    client = Client()
    assert ring(client, action="all", bells=["a", "b", "c"])["ids"] == ["1", "2"]
    assert [params for _name, params in client.sent] == [{"Bell": ["a", "b"]}, {"Bell": ["c"]}]
    # The result of an operation with a limit is a list even after one request.
    assert ring(Client(), action="all", bells=["a"])["ids"] == ["1"]


def failure() -> ApiError:
    return ApiError("no", code="x", operation="RingAll", category="permanent")


def test_choice_action_first_request_failure_raises_api_error():
    with pytest.raises(ApiError):
        ring(Client(error=failure()), action="all", bells=["a", "b", "c"])


def test_choice_action_later_request_failure_keeps_results():
    error = failure()
    with pytest.raises(ActionFailed, match="1 of 2 requests were sent before") as caught:
        ring(Client({"Id": 5}, error=error), action="all", bells=["a", "b", "c"])
    assert caught.value.result == {"changed": True, "ids": ["5"], "calls": 2}
    assert caught.value.error is error


def test_choice_action_failed_verification_fails():
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
def test_choice_action_invalid_options_fail_before_request(options, message, field, check_mode):
    client = Client()
    with pytest.raises(InvalidValue, match=message) as caught:
        ring(client, check_mode, **options)
    assert caught.value.field == field
    assert client.sent == []
