# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The door: what goes wrong becomes a failed result."""

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
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import Box, FakeClient, refusal


def through(client, entry=None, check_mode=False, **params) -> dict:
    return execute(entry or ResourceEntry(Box), {"name": "b1", **params}, check_mode, lambda entry, params: client)


def test_a_result_passes_as_it_is():
    client = FakeClient()
    assert through(client, check_mode=True)["changed"] is True
    assert client.writes == []
    result = through(client)
    assert "failed" not in result
    assert result["box"]["box_id"] == "box-1"


def test_what_the_engine_refuses_is_told_with_the_option():
    result = through(FakeClient({}), colour="blue")
    assert result.pop("msg").startswith("colour of the box cannot be changed from 'red' to 'blue'. ")
    assert result == {"failed": True, "changed": False, "field": "colour"}


def test_what_the_platform_refuses_on_reading_is_told_with_its_code():
    client = FakeClient({})
    client.fail("QueryBox", refusal("QueryBox", code="Forbidden"))
    assert through(client) == {
        "failed": True,
        "changed": False,
        "msg": "QueryBox: the lid is jammed [Forbidden]. Use oil (request R-1)",
        "code": "Forbidden",
        "request_id": "R-1",
        "operation": "QueryBox",
    }


def test_a_step_that_failed_is_told_with_those_that_are_done():
    client = FakeClient()
    client.fail("AddTags")
    result = through(client, tags={"a": "1"}, state="locked")
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


def test_a_failure_before_anything_was_done_changed_nothing():
    client = FakeClient()
    client.fail("CreateBox")
    result = through(client)
    assert (result["failed"], result["changed"], result["calls"]) == (True, False, client.calls)
    assert "Already done" not in result["msg"]


def test_a_success_by_half_has_no_code():
    client = FakeClient({})
    client.full = True
    result = through(client, things=[{"code": "cog", "label": "x"}])
    assert (result["failed"], result["msg"]) == (True, "PutThings: 1 of the things do not fit")
    assert "code" not in result


def test_a_client_that_cannot_be_made_is_a_failure():
    def make(entry, params):
        raise InvalidRequest("no AccessKey was given", remedy="Give access_key_id")

    assert execute(InfoEntry(Box), {}, False, make) == {
        "failed": True,
        "changed": False,
        "msg": "no AccessKey was given. Give access_key_id",
        "code": "",
        "request_id": "",
        "operation": "",
    }


def test_no_answer_is_a_failure():
    client = FakeClient()
    client.fail("ListBoxes", TransportError("nobody is there", operation="ListBoxes"))
    result = through(client, InfoEntry(Box))
    assert (result["failed"], result["msg"], result["code"]) == (True, "ListBoxes: nobody is there", "")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (EngineError("it cannot be."), "it cannot be"),
        (EngineError("it cannot be.", remedy="Wait."), "it cannot be. Wait"),
    ],
)
def test_a_message_and_its_remedy_are_sentences(error, message):
    class Failing(Entry):
        def perform(self, params, client, check_mode):
            raise error

    assert through(FakeClient(), Failing()) == {"failed": True, "changed": False, "msg": message}


def test_a_fault_of_our_own_is_not_swallowed():
    class Broken(Entry):
        def perform(self, params, client, check_mode):
            raise KeyError("nobody")

    with pytest.raises(KeyError, match="nobody"):
        through(FakeClient(), Broken())


def test_a_client_is_opened_for_the_account_that_the_options_name():
    entry = ResourceEntry(Box)
    client = open_client(entry, {"access_key_id": "id", "access_key_secret": "s", "region": "cn-shanghai"})
    assert (client.connection.access_key_id, client.connection.region) == ("id", "cn-shanghai")
    assert list(client.catalogue) == list(entry.catalogue())
    client.close()


def test_the_connection_is_told_by_its_options_only():
    settings = connection_settings({"name": "b1", "region": "cn-shanghai"})
    assert set(settings) == set(CONNECTION)
    assert settings["region"] == "cn-shanghai"
    assert settings["endpoint"] is None
