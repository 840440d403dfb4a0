# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations: configurations that mean the same, and what each type needs."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import (
    NEEDED,
    Configuration,
    Destination,
    lacking,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import TARGETS
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

DESTINATION = Destination()
KIND = Configuration()
ROLE = {"roleArn": "acs:ram::1:role/r", "roleName": "r"}
TABLE = {"instanceName": "i", "tableName": "t", "regionName": "cn-shanghai", "role": ROLE}
ROW = {"DestinationId": 3, "Name": "there", "Type": "OTS", "Configuration": json.dumps(TABLE), "Description": "old"}


def account(*rows) -> FakeClient:
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryConsumerGroupList=[{"GroupId": "g1", "GroupName": "console"}],
        ListDestination=list(rows),
        CreateDestination={"Destination": {"DestinationId": 3}},
        GetDestination={"Destination": {"DestinationId": "3", "Name": "there"}},
    )


def destination(client, check_mode=True, **options) -> dict:
    return converge(DESTINATION, {"name": "there", **options}, client, check_mode)


@pytest.mark.parametrize(
    "same",
    [
        {**TABLE, "uid": "1", "endPoint": "e"},
        {name[0].upper() + name[1:]: value for name, value in TABLE.items()},
        dict(reversed(TABLE.items())),
    ],
)
def test_configurations_that_mean_the_same(same):
    assert KIND.canonical(same) == KIND.canonical(TABLE)
    assert destination(account(ROW), configuration=same)["changed"] is False


def test_a_number_that_comes_back_as_a_text_is_the_same():
    assert KIND.canonical({"topicType": 1, "more": [2]}) == KIND.canonical({"topicType": "1", "more": ["2"]})
    assert KIND.canonical({"topicType": 1}) != KIND.canonical({"topicType": 0})
    assert KIND.canonical({"flag": True}) != KIND.canonical({"flag": 1})


@pytest.mark.parametrize("kind", TARGETS)
def test_each_member_that_a_type_needs_is_missed(kind):
    whole = {**dict.fromkeys(NEEDED[kind], "x"), "role": ROLE}
    assert lacking(kind, whole) == []
    for name in NEEDED[kind]:
        for without in ({**whole, name: ""}, {key: value for key, value in whole.items() if key != name}):
            if name in without or name != "role":
                assert lacking(kind, without) == [name]
    if "role" in NEEDED[kind]:
        assert lacking(kind, {**whole, "role": {}}) == ["role"]
        assert lacking(kind, {**whole, "role": "r"}) == ["role.roleArn", "role.roleName"]
        assert lacking(kind, {**whole, "role": {"roleArn": "r"}}) == ["role.roleName"]


def test_a_topic_does_for_a_product():
    assert lacking("republish", {"topic": "/a1/d/user/get"}) == []


def test_a_type_and_a_configuration_go_together():
    with pytest.raises(InvalidValue, match=r"of the fc destination lacks serviceName, functionName$") as caught:
        destination(account(ROW), type="fc")
    assert caught.value.field == "configuration"
    (step,) = destination(account(ROW), description="new")["steps"]
    assert step["operation"] == "UpdateDestination"


def test_an_update_sends_all_of_it_also_of_a_type_that_no_task_can_give():
    current = DESTINATION.parse({**ROW, "Type": "TSDB", "Configuration": '{"uid": "1"}'})
    (step,) = plan(DESTINATION, {"description": "new"}, current)
    assert step.params == {
        **DESTINATION.identity_params(),
        "Name": "there",
        "Type": "TSDB",
        "Configuration": '{"uid":"1"}',
        "Description": "new",
    }


@pytest.mark.parametrize(
    ("kind", "given", "sent"),
    [
        ("amqp", {"groupId": "console"}, {"groupId": "g1"}),
        ("amqp", {"GroupId": "g1"}, {"groupId": "g1"}),
        ("republish", {"productKey": "street_light"}, {"productKey": "a1"}),
        ("republish", {"topic": "/street_light/d/user/get"}, {"topic": "/a1/d/user/get"}),
        ("republish", {"topic": "/sys/street_light/d/thing/service/x"}, {"topic": "/sys/a1/d/thing/service/x"}),
    ],
)
def test_what_a_configuration_names_is_resolved(kind, given, sent):
    client = account()
    destination(client, False, type=kind, configuration=given)
    (configuration,) = (params["Configuration"] for name, params in client.sent if name == "CreateDestination")
    assert json.loads(configuration) == sent


def test_a_topic_of_a_message_queue_names_no_product():
    queue = {"instanceId": "i", "topic": "/street_light/x", "regionName": "cn-shanghai", "role": ROLE}
    result = destination(account(), type="ons", configuration=queue)
    assert result["destination"]["configuration"] == queue


def test_what_an_earlier_task_is_to_make_is_planned():
    for group in ("new", str(PENDING)):
        result = destination(account(), type="amqp", configuration={"groupId": group})
        assert result["destination"]["configuration"] == {"groupId": group}
    assert "pending" not in result


def test_a_destination_is_read_by_its_id_where_that_is_known():
    # Only the list tells the description, and it is asked for the name that the id has now.
    client = account({**ROW, "DestinationId": 4, "Name": "there too"}, ROW)
    found = DESTINATION.read(client, {"name": "called so before", "destination_id": "3"})
    assert (found["destination_id"], found["description"]) == ("3", "old")
    assert client.sent[-1] == ("ListDestination", {"SearchName": "there"})
