# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations: comparison of configurations, and the required members of each type."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import (
    REQUIRED,
    Configuration,
    Destination,
    missing_members,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import TARGETS
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

DESTINATION = Destination()
KIND = Configuration()
ROLE = {"roleArn": "acs:ram::1:role/r", "roleName": "r"}
TABLE = {"instanceName": "i", "tableName": "t", "regionName": "cn-shanghai", "role": ROLE}
ROW = {"DestinationId": 3, "Name": "archive", "Type": "OTS", "Configuration": json.dumps(TABLE), "Description": "old"}


def account(*rows) -> FakeClient:
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryConsumerGroupList=[{"GroupId": "g1", "GroupName": "console"}],
        ListDestination=list(rows),
        CreateDestination={"Destination": {"DestinationId": 3}},
        GetDestination={"Destination": {"DestinationId": "3", "Name": "archive"}},
    )


def destination(client, check_mode=True, **options) -> dict:
    return converge(DESTINATION, {"name": "archive", **options}, client, check_mode)


@pytest.mark.parametrize(
    "equivalent",
    [
        {**TABLE, "uid": "1", "endPoint": "e"},
        {name[0].upper() + name[1:]: value for name, value in TABLE.items()},
        dict(reversed(TABLE.items())),
    ],
)
def test_equivalent_configuration_is_unchanged(equivalent):
    assert KIND.canonical(equivalent) == KIND.canonical(TABLE)
    assert destination(account(ROW), configuration=equivalent)["changed"] is False


def test_number_returned_as_text_is_equal():
    assert KIND.canonical({"topicType": 1, "more": [2]}) == KIND.canonical({"topicType": "1", "more": ["2"]})
    assert KIND.canonical({"topicType": 1}) != KIND.canonical({"topicType": 0})
    assert KIND.canonical({"flag": True}) != KIND.canonical({"flag": 1})


@pytest.mark.parametrize("kind", TARGETS)
def test_missing_member_of_each_type_is_reported(kind):
    complete = {**dict.fromkeys(REQUIRED[kind], "x"), "role": ROLE}
    assert missing_members(kind, complete) == []
    for name in REQUIRED[kind]:
        for without in ({**complete, name: ""}, {key: value for key, value in complete.items() if key != name}):
            if name in without or name != "role":
                assert missing_members(kind, without) == [name]
    if "role" in REQUIRED[kind]:
        assert missing_members(kind, {**complete, "role": {}}) == ["role"]
        assert missing_members(kind, {**complete, "role": "r"}) == ["role.roleArn", "role.roleName"]
        assert missing_members(kind, {**complete, "role": {"roleArn": "r"}}) == ["role.roleName"]


def test_republish_configuration_with_topic_needs_no_product():
    assert missing_members("republish", {"topic": "/a1/d/user/get"}) == []


def test_type_without_matching_configuration_fails():
    with pytest.raises(
        InvalidValue, match=r"^configuration of a destination of type fc must contain serviceName, functionName$"
    ) as caught:
        destination(account(ROW), type="fc")
    assert caught.value.field == "configuration"
    (step,) = destination(account(ROW), description="new")["steps"]
    assert step["operation"] == "UpdateDestination"


def test_update_of_unknown_type_sends_unchanged_fields():
    current = DESTINATION.parse({**ROW, "Type": "TSDB", "Configuration": '{"uid": "1"}'})
    (step,) = plan(DESTINATION, {"description": "new"}, current)
    assert step.params == {
        **DESTINATION.identity_params(),
        "Name": "archive",
        "Type": "TSDB",
        "Configuration": '{"uid":"1"}',
        "Description": "new",
    }


@pytest.mark.parametrize(
    ("kind", "option", "sent"),
    [
        ("amqp", {"groupId": "console"}, {"groupId": "g1"}),
        ("amqp", {"GroupId": "g1"}, {"groupId": "g1"}),
        ("republish", {"productKey": "street_light"}, {"productKey": "a1"}),
        ("republish", {"topic": "/street_light/d/user/get"}, {"topic": "/a1/d/user/get"}),
        ("republish", {"topic": "/sys/street_light/d/thing/service/x"}, {"topic": "/sys/a1/d/thing/service/x"}),
    ],
)
def test_names_in_configuration_are_resolved(kind, option, sent):
    client = account()
    destination(client, False, type=kind, configuration=option)
    (configuration,) = (params["Configuration"] for name, params in client.sent if name == "CreateDestination")
    assert json.loads(configuration) == sent


def test_topic_of_message_queue_is_not_resolved():
    queue = {"instanceId": "i", "topic": "/street_light/x", "regionName": "cn-shanghai", "role": ROLE}
    result = destination(account(), type="ons", configuration=queue)
    assert result["destination"]["configuration"] == queue


def test_missing_consumer_group_is_planned_in_check_mode():
    for group in ("new", str(PENDING)):
        result = destination(account(), type="amqp", configuration={"groupId": group})
        assert result["destination"]["configuration"] == {"groupId": group}
    assert "pending" not in result


def test_destination_with_known_id_is_read_by_id():
    # Only the list contains the description, and it is searched by the current name of the destination.
    client = account({**ROW, "DestinationId": 4, "Name": "archive_2"}, ROW)
    found = DESTINATION.read(client, {"name": "old_name", "destination_id": "3"})
    assert (found["destination_id"], found["description"]) == ("3", "old")
    assert client.sent[-1] == ("ListDestination", {"SearchName": "archive"})
