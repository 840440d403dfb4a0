# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the in-process runner: the options of a task, and the shared client."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import CONNECTION, Entry, no_log_values
from ansible_collections.iotops.aliyun.plugins.plugin_utils import action
from ansible_collections.iotops.aliyun.plugins.plugin_utils.action import IotAction

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
            "extra": {"type": "dict", "options": {"pin": {"no_log": True}}},
        },
    },
}


class Tagged(str):
    """A string of a type that the controller uses, a subclass of ``str``."""

    __slots__ = ()


# Options with no_log


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
        ({"account": "wrong type"}, set()),
        ({"keys": [{"id": "1", "key": "k1"}, {"id": "2", "key": "k2"}, {"id": "3"}]}, {"k1", "k2"}),
        ({"keys": [{"extra": {"pin": "1234"}}]}, {"1234"}),
        ({"keys": []}, set()),
        (None, set()),
    ],
)
def test_no_log_values_are_found_at_any_depth(params, hidden):
    assert no_log_values(SPEC, params) == hidden


def test_no_log_values_include_connection_secrets():
    params = {"access_key_id": "id", "access_key_secret": "s1", "security_token": "s2", "profile": "p"}
    assert no_log_values(CONNECTION, params) == {"s1", "s2"}


# Options of a task


class FakeEntry(Entry):
    def options(self):
        return SPEC


def task(environment=None, **args) -> SimpleNamespace:
    """Return an object with the attributes of an action that the tested methods use."""
    return SimpleNamespace(
        entry=FakeEntry(),
        module="iot_toy",
        _task=SimpleNamespace(args=args, _uuid="task-1"),
        _compute_environment_string=lambda out: out.update(environment or {}),
    )


def test_params_are_converted_and_complete():
    params, hidden = IotAction._params(task(name=Tagged("n"), number="7", password="p", retries="2"), [])
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
def test_params_invalid_options_fail_without_secret(args, message):
    with pytest.raises(AnsibleActionFail, match=message):
        IotAction._params(task(**args), [])


# The client that the items of a task share


@pytest.fixture
def opened(monkeypatch):
    """Replace ``open_client``, and return the list of opened clients, which have an attribute ``closed``."""
    clients = []

    def open_client(_entry, _params):
        clients.append(SimpleNamespace(closed=False))
        clients[-1].close = lambda client=clients[-1]: setattr(client, "closed", True)
        return clients[-1]

    monkeypatch.setattr(action, "open_client", open_client)
    monkeypatch.setattr(action, "_shared_client", [])
    return clients


def test_client_is_shared_by_items_of_task(opened):
    one = task()
    assert IotAction._client(one, one.entry, {"name": "a"}) is IotAction._client(one, one.entry, {"name": "b"})
    assert len(opened) == 1


@pytest.mark.parametrize(("uuid", "params"), [("task-2", {}), ("task-1", {"region": "cn-beijing"})])
def test_client_of_other_task_or_account_is_new(opened, uuid, params):
    one, other = task(), task()
    other._task._uuid = uuid
    first = IotAction._client(one, one.entry, {})
    assert IotAction._client(other, other.entry, params) is not first
    assert [client.closed for client in opened] == [True, False]


def test_client_of_other_environment_is_new(opened):
    one, other = (task(environment={"ALIBABA_CLOUD_ACCESS_KEY_ID": key}) for key in ("k1", "k2"))
    first = IotAction._client(one, one.entry, {})
    assert IotAction._client(one, one.entry, {}) is first
    assert IotAction._client(other, other.entry, {}) is not first


def test_retried_task_clears_cache(opened, monkeypatch):
    monkeypatch.setattr(action, "_last_task", [])
    one, other = task(), task()
    IotAction._client(one, one.entry, {})
    cleared = []
    opened[0].clear_cache = lambda: cleared.append(True)
    for current, times in ((one, 0), (other, 0), (other, 1), (other, 2), (one, 2)):
        IotAction._clear_cache_on_retry(current)
        assert len(cleared) == times


def test_task_environment_is_restored(monkeypatch):
    monkeypatch.setenv("IOTOPS_TEST_CHANGED", "before")
    monkeypatch.delenv("IOTOPS_TEST_NEW", raising=False)

    def compute(raw_environment_out):
        raw_environment_out.update(IOTOPS_TEST_CHANGED="during", IOTOPS_TEST_NEW=7)

    def variables():
        return os.environ.get("IOTOPS_TEST_CHANGED"), os.environ.get("IOTOPS_TEST_NEW")

    action_ = SimpleNamespace(_compute_environment_string=compute)
    with IotAction._task_environment(action_):
        assert variables() == ("during", "7")
    assert variables() == ("before", None)
    with pytest.raises(ZeroDivisionError), IotAction._task_environment(action_):
        1 / 0  # noqa: B018
    assert variables() == ("before", None)


@pytest.mark.parametrize(
    ("forced", "transport", "asynchronous", "become", "needs_module"),
    [
        ("", "local", 0, False, False),
        ("no", "local", 0, False, False),
        ("1", "local", 0, False, True),
        ("", "ssh", 0, False, True),
        ("", "local", 30, False, True),
        ("", "local", 0, True, True),
    ],
)
def test_task_that_needs_module_is_detected(monkeypatch, forced, transport, asynchronous, become, needs_module):
    monkeypatch.setenv(action.FORCE_MODULE, forced)
    action_ = SimpleNamespace(
        _connection=SimpleNamespace(transport=transport),
        _task=SimpleNamespace(async_val=asynchronous),
        _play_context=SimpleNamespace(become=become),
    )
    assert IotAction._needs_module(action_) is needs_module


# Warnings


def test_converted_option_is_warned_about_once_per_task(monkeypatch):
    monkeypatch.setattr(action, "_warned", ["", set()])
    first, item, other = task(name=7), task(name=8, password=9), task(name=7)
    other._task._uuid = "task-2"
    assert [message.split()[0] for message in IotAction._warnings(first)] == ["name"]
    assert [message.split()[0] for message in IotAction._warnings(item)] == ["password"]
    assert [message.split()[0] for message in IotAction._warnings(other)] == ["name"]


def test_warnings_are_added_to_those_of_the_module():
    for before, after in (({}, ["a"]), ({"warnings": ["b"]}, ["b", "a"])):
        action.add_warnings(before, ["a"])
        assert before["warnings"] == after
    nothing: dict = {}
    action.add_warnings(nothing, [])
    assert nothing == {}


def test_warnings_are_shown_if_validation_fails(monkeypatch):
    shown: list = []
    monkeypatch.setattr(action, "_display", SimpleNamespace(warning=shown.append))
    IotAction._params(task(number=7), ["quote it"])
    assert shown == []
    with pytest.raises(AnsibleActionFail):
        IotAction._params(task(number="seven"), ["quote it"])
    assert shown == ["quote it"]
