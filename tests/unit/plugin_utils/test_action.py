# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's door: what a module would have got, what must not be shown, and what the items of a task share."""

from __future__ import annotations

import datetime
import os
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import CONNECTION, Entry
from ansible_collections.iotops.aliyun.plugins.plugin_utils import action
from ansible_collections.iotops.aliyun.plugins.plugin_utils.action import IotAction, hidden_values, plain, without

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

SPEC = {
    "name": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "number": {"type": "int", "no_log": True},
    "include_secrets": {"type": "bool", "no_log": False},
    "account": {"type": "dict", "options": {"user": {"type": "str"}, "token": {"type": "str", "no_log": True}}},
    "keys": {
        "type": "list",
        "elements": "dict",
        "options": {
            "id": {"type": "str"},
            "key": {"type": "str", "no_log": True},
            "more": {"type": "dict", "options": {"pin": {"no_log": True}}},
        },
    },
}


class Tagged(str):
    """A text as the controller has it: more than a text."""

    __slots__ = ()


# Values as a module gets them


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 2.5, True, None, "x"]}, {"a": [1, 2.5, True, None, "x"]}),
        ({7: "seven"}, {"7": "seven"}),
        (("a", "b"), ["a", "b"]),
        ({"day": datetime.date(2020, 2, 29)}, {"day": "2020-02-29"}),
        ("路灯", "路灯"),
    ],
)
def test_a_value_is_what_json_makes_of_it(value, expected):
    assert plain(value) == expected


def test_a_value_loses_what_the_controller_knows_of_it():
    value = plain({"list": [Tagged("x")], Tagged("key"): Tagged("value")})
    assert value == {"list": ["x"], "key": "value"}
    assert {type(value["list"][0]), type(value["key"]), *map(type, value)} == {str}


def test_a_plain_value_is_a_copy():
    value = {"a": []}
    plain(value)["a"].append(1)
    assert value == {"a": []}


# What must not be shown


@pytest.mark.parametrize(
    ("params", "hidden"),
    [
        ({}, set()),
        ({"name": "n", "include_secrets": True}, set()),
        ({"password": "p"}, {"p"}),
        ({"password": None}, set()),
        ({"password": ""}, set()),
        ({"number": 4711}, {"4711"}),
        ({"account": {"user": "u", "token": "t"}}, {"t"}),
        ({"account": {"user": "u"}}, set()),
        ({"account": None}, set()),
        ({"account": "not what it should be"}, set()),
        ({"keys": [{"id": "1", "key": "k1"}, {"id": "2", "key": "k2"}, {"id": "3"}]}, {"k1", "k2"}),
        ({"keys": [{"more": {"pin": "1234"}}]}, {"1234"}),
        ({"keys": []}, set()),
        (None, set()),
    ],
)
def test_secrets_are_found_at_any_depth(params, hidden):
    assert hidden_values(SPEC, params) == hidden


def test_secrets_of_the_connection_are_found():
    params = {"access_key_id": "id", "access_key_secret": "s1", "security_token": "s2", "profile": "p"}
    assert hidden_values(CONNECTION, params) == {"s1", "s2"}


def test_secrets_are_masked_wherever_they_stand():
    result = {"msg": "no s3cret here", "list": ["s3cret", {"deep": "s3cret"}], "name": "n", "calls": 3}
    assert without({"s3cret"}, result) == {
        "msg": "no ******** here",
        "list": [MASK, {"deep": MASK}],
        "name": "n",
        "calls": 3,
    }
    assert result["list"][0] == "s3cret"


def test_a_list_of_messages_is_masked():
    assert without({"s3cret"}, ["is s3cret", "fine"]) == ["is ********", "fine"]


def test_what_says_how_it_went_stays_whatever_is_secret():
    result = {"changed": True, "failed": False, "box": None, "msg": "True"}
    assert without({"True", "False", "None"}, result) == {**result, "msg": MASK}


def test_without_secrets_nothing_is_masked():
    result = {"changed": True, "msg": "x", "list": [1, None]}
    assert without(set(), result) == result


# The task's options


class Toy(Entry):
    def options(self):
        return SPEC


def task(environment=None, **args) -> SimpleNamespace:
    """As much of an action as its methods ask for."""
    return SimpleNamespace(
        entry=Toy(),
        module="iot_toy",
        _task=SimpleNamespace(args=args, _uuid="task-1"),
        _compute_environment_string=lambda out: out.update(environment or {}),
    )


def test_options_are_complete_and_of_their_type():
    params, hidden = IotAction._params(task(name=Tagged("n"), number="7", password="p", retries="2"))
    assert (params["name"], params["number"], params["retries"], params["timeout_in_seconds"]) == ("n", 7, 2, 30)
    assert params["name"].__class__ is str
    assert params["account"] is None
    assert hidden == {"p", "7"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"nme": "n"}, r"^Unsupported parameters for \(iotops\.aliyun\.iot_toy\) module: nme"),
        ({"number": "seven"}, r"^(?!Unsupported).*number"),
        ({"password": "s3cret", "keys": "s3cret"}, r"^(?!.*s3cret)"),
    ],
)
def test_options_that_cannot_be_fail_the_task_without_a_secret(args, message):
    with pytest.raises(AnsibleActionFail, match=message):
        IotAction._params(task(**args))


# What the items of a task share


@pytest.fixture
def opened(monkeypatch):
    """The clients that were opened, each with whether it was closed."""
    clients = []

    def open_client(_entry, _params):
        clients.append(SimpleNamespace(closed=False))
        clients[-1].close = lambda client=clients[-1]: setattr(client, "closed", True)
        return clients[-1]

    monkeypatch.setattr(action, "open_client", open_client)
    monkeypatch.setattr(action, "_kept", [])
    return clients


def test_the_items_of_a_task_share_a_client(opened):
    one = task()
    assert IotAction._client(one, one.entry, {"name": "a"}) is IotAction._client(one, one.entry, {"name": "b"})
    assert len(opened) == 1


@pytest.mark.parametrize(("uuid", "params"), [("task-2", {}), ("task-1", {"region": "cn-beijing"})])
def test_another_task_or_account_has_another_client(opened, uuid, params):
    one, other = task(), task()
    other._task._uuid = uuid
    first = IotAction._client(one, one.entry, {})
    assert IotAction._client(other, other.entry, params) is not first
    assert [client.closed for client in opened] == [True, False]


def test_an_item_whose_environment_names_another_account_has_another_client(opened):
    one, other = (task(environment={"ALIBABA_CLOUD_ACCESS_KEY_ID": key}) for key in ("k1", "k2"))
    first = IotAction._client(one, one.entry, {})
    assert IotAction._client(one, one.entry, {}) is first
    assert IotAction._client(other, other.entry, {}) is not first


def test_what_was_read_is_dropped_when_a_task_is_tried_again(opened, monkeypatch):
    monkeypatch.setattr(action, "_ran", [])
    one, other = task(), task()
    IotAction._client(one, one.entry, {})
    dropped = []
    opened[0].clear_cache = lambda: dropped.append(True)
    for tried, times in ((one, 0), (other, 0), (other, 1), (other, 2), (one, 2)):
        IotAction._forget_if_tried_again(tried)
        assert len(dropped) == times


def test_the_environment_of_a_task_is_its_own(monkeypatch):
    monkeypatch.setenv("IOTOPS_TEST_CHANGED", "before")
    monkeypatch.delenv("IOTOPS_TEST_NEW", raising=False)

    def compute(raw_environment_out):
        raw_environment_out.update(IOTOPS_TEST_CHANGED="during", IOTOPS_TEST_NEW=7)

    def inside():
        return os.environ.get("IOTOPS_TEST_CHANGED"), os.environ.get("IOTOPS_TEST_NEW")

    here = SimpleNamespace(_compute_environment_string=compute)
    with IotAction._environment(here):
        assert inside() == ("during", "7")
    assert inside() == ("before", None)
    with pytest.raises(ZeroDivisionError), IotAction._environment(here):
        1 / 0  # noqa: B018
    assert inside() == ("before", None)


@pytest.mark.parametrize(
    ("forced", "transport", "asynchronous", "become", "elsewhere"),
    [
        ("", "local", 0, False, False),
        ("no", "local", 0, False, False),
        ("1", "local", 0, False, True),
        ("", "ssh", 0, False, True),
        ("", "local", 30, False, True),
        ("", "local", 0, True, True),
    ],
)
def test_what_a_worker_cannot_do_goes_through_the_module(
    monkeypatch, forced, transport, asynchronous, become, elsewhere
):
    monkeypatch.setenv(action.FORCE_MODULE, forced)
    here = SimpleNamespace(
        _connection=SimpleNamespace(transport=transport),
        _task=SimpleNamespace(async_val=asynchronous),
        _play_context=SimpleNamespace(become=become),
    )
    assert IotAction._belongs_elsewhere(here) is elsewhere
