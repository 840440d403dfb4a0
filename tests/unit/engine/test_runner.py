# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the execution of entries."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest, TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import (
    CONNECTION,
    Entry,
    InfoEntry,
    ResourceEntry,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import (
    connection_settings,
    execute,
    open_client,
)
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import Box, FakeClient, api_error


def run(client, entry=None, check_mode=False, **params) -> dict:
    return execute(entry or ResourceEntry(Box), {"name": "b1", **params}, check_mode, lambda entry, params: client)


def test_execute_success_returns_result_of_entry():
    client = FakeClient()
    assert run(client, check_mode=True)["changed"] is True
    assert client.writes == []
    result = run(client)
    assert "failed" not in result
    assert result["box"]["box_id"] == "box-1"


def test_execute_engine_error_returns_option():
    result = run(FakeClient({}), color="blue")
    assert result.pop("msg").startswith("color of the box cannot be changed from 'red' to 'blue'. ")
    assert result == {"failed": True, "changed": False, "field": "color"}


def test_execute_api_error_returns_code():
    client = FakeClient({})
    client.fail("QueryBox", api_error("QueryBox", code="Forbidden"))
    assert run(client) == {
        "failed": True,
        "changed": False,
        "msg": "QueryBox: the lid is jammed [Forbidden]. Use oil (request R-1)",
        "code": "Forbidden",
        "request_id": "R-1",
        "operation": "QueryBox",
    }


def test_execute_failed_step_returns_done_steps():
    client = FakeClient()
    client.fail("AddTags")
    result = run(client, tags={"a": "1"}, state="locked")
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result["code"], result["request_id"], result["operation"]) == ("box.Jammed", "R-1", "AddTags")
    assert result["msg"] == "AddTags: the lid is jammed [box.Jammed]. Use oil (request R-1). Already done: CreateBox"
    assert [(step["operation"], step["status"]) for step in result["steps"]] == [
        ("CreateBox", "done"),
        ("AddTags", "failed"),
        ("LockBox", "planned"),
    ]
    assert result["box"]["box_id"] == "box-1"
    assert "field" not in result


def test_execute_failed_first_step_is_unchanged():
    client = FakeClient()
    client.fail("CreateBox")
    result = run(client)
    assert (result["failed"], result["changed"], result["calls"]) == (True, False, client.calls)
    assert "Already done" not in result["msg"]


def test_execute_failed_verification_has_no_code():
    client = FakeClient({})
    client.reject_things = True
    result = run(client, things=[{"code": "cog", "label": "x"}])
    assert (result["failed"], result["msg"]) == (True, "AddThings: 1 of the things do not fit")
    assert "code" not in result


def test_execute_without_credentials_fails():
    def make(entry, params):
        raise InvalidRequest("no AccessKey is set", remedy="Set access_key_id")

    assert execute(InfoEntry(Box), {}, False, make) == {
        "failed": True,
        "changed": False,
        "msg": "no AccessKey is set. Set access_key_id",
        "code": "",
        "request_id": "",
        "operation": "",
    }


def test_execute_connection_error_fails():
    client = FakeClient()
    client.fail("ListBoxes", TransportError("connection refused", operation="ListBoxes"))
    result = run(client, InfoEntry(Box))
    assert (result["failed"], result["msg"], result["code"]) == (True, "ListBoxes: connection refused", "")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (EngineError("it failed."), "it failed"),
        (EngineError("it failed.", remedy="Wait."), "it failed. Wait"),
    ],
)
def test_execute_message_includes_remedy(error, message):
    class Failing(Entry):
        def perform(self, params, client, check_mode):
            raise error

    assert run(FakeClient(), Failing()) == {"failed": True, "changed": False, "msg": message}


def test_execute_programming_error_is_raised():
    class Broken(Entry):
        def perform(self, params, client, check_mode):
            raise KeyError("unknown")

    with pytest.raises(KeyError, match="unknown"):
        run(FakeClient(), Broken())


def test_open_client_uses_connection_options():
    entry = ResourceEntry(Box)
    client = open_client(entry, {"access_key_id": "id", "access_key_secret": "s", "region": "cn-shanghai"})
    assert (client.connection.access_key_id, client.connection.region) == ("id", "cn-shanghai")
    assert list(client.catalogue) == list(entry.catalogue())
    client.close()


def test_connection_settings_excludes_other_options():
    settings = connection_settings({"name": "b1", "region": "cn-shanghai"})
    assert set(settings) == set(CONNECTION)
    assert settings["region"] == "cn-shanghai"
    assert settings["endpoint"] is None


def test_execute_interrupted_task_returns_what_was_done():
    client = FakeClient()
    client.fail("AddTags", KeyboardInterrupt())
    result = run(client, tags={"a": "1"})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("the task was interrupted. Already done: CreateBox. Requests")
    assert [step["operation"] for step in result["steps"]] == ["CreateBox"]


def test_execute_task_interrupted_before_first_write_changed_nothing():
    client = FakeClient()
    client.fail("CreateBox", KeyboardInterrupt())
    result = run(client)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith("the task was interrupted. No write was completed. ")


def test_execute_failure_after_many_requests_reports_each_operation_once():
    class Many(Entry):
        def options(self):
            return {}

        def perform(self, params, client, check_mode):
            client.completed_writes += ["AddTag"] * 3 + ["LockBox"]
            raise KeyboardInterrupt

    result = run(FakeClient(), Many())
    assert "Already done: AddTag (3 requests), LockBox. " in result["msg"]
    assert [step["operation"] for step in result["steps"]] == ["AddTag", "LockBox"]
