# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of destinations."""

from __future__ import annotations

import json

import pytest

ROLE = {"roleArn": "acs:ram::5645:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
ABROAD = {"regionName": "cn-shanghai", "role": ROLE}
TABLE = {"instanceName": "archive", "tableName": "lamps", **ABROAD}

#: A configuration for each type.
CONFIGURATIONS = {
    "republish": {"productKey": "street_light"},
    "amqp": {"groupId": "console"},
    "datahub": {"projectName": "lamps", "topicName": "reports", **ABROAD},
    "ons": {"instanceId": "MQ_INST_1", "topic": "reports", **ABROAD},
    "mns": {"themeName": "reports", **ABROAD},
    "fc": {"serviceName": "lamps", "functionName": "report", **ABROAD},
    "ots": TABLE,
}


@pytest.fixture(autouse=True)
def ids(tasks):
    """Create the product and the consumer group that configurations name; return their ids."""
    return {
        "productKey": tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"],
        "groupId": tasks.run_ok("iot_consumer_group", name="console")["consumer_group"]["group_id"],
    }


def find_destinations(tasks, **filters) -> list:
    return tasks.run_ok("iot_destination_info", **filters)["destinations"]


def test_destination_lifecycle(tasks, ids):
    created = tasks.assert_changed_by(
        "iot_destination",
        "CreateDestination",
        name="to_console",
        type="amqp",
        configuration={"groupId": "console"},
        description="messages for the console",
    )["destination"]
    assert created["configuration"] == {"groupId": ids["groupId"]}
    assert (created["type"], created["description"]) == ("amqp", "messages for the console")

    changed = tasks.assert_changed_by(
        "iot_destination", "UpdateDestination", name="to_console", description="all of them"
    )
    assert changed["destination"] == {**created, "description": "all of them"}
    cleared = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="to_console", description="")
    assert cleared["destination"] == {**created, "description": ""}
    renamed = tasks.assert_changed_by(
        "iot_destination", "UpdateDestination", name="控制台 1", renamed_from="to_console"
    )
    assert renamed["destination"] == {**created, "name": "控制台 1", "description": ""}
    moved = tasks.assert_changed_by(
        "iot_destination", "UpdateDestination", name="控制台 1", type="ots", configuration=TABLE
    )
    assert (moved["destination"]["type"], moved["destination"]["configuration"]) == ("ots", TABLE)
    other = {**TABLE, "tableName": "locks"}
    changed = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="控制台 1", configuration=other)
    assert changed["destination"]["configuration"] == other
    assert changed["destination"]["destination_id"] == created["destination_id"]
    tasks.assert_unchanged("iot_destination", name="控制台 1")

    deleted = tasks.assert_changed_by("iot_destination", "DeleteDestination", name="控制台 1", state="absent")
    assert deleted["destination"] == {}
    tasks.assert_unchanged("iot_destination", name="控制台 1", state="absent")


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_destination_of_each_type_is_created(tasks, ids, kind):
    created = tasks.assert_changed_by(
        "iot_destination", "CreateDestination", name="there", type=kind, configuration=CONFIGURATIONS[kind]
    )
    named = {name: ids[name] for name in ids if name in CONFIGURATIONS[kind]}
    assert created["destination"]["configuration"] == {**CONFIGURATIONS[kind], **named}
    # The configuration can contain the ids instead of the names.
    tasks.assert_unchanged(
        "iot_destination", name="there", type=kind, configuration=created["destination"]["configuration"]
    )


def test_destination_with_members_added_by_platform_is_unchanged(tasks):
    platform = {**TABLE, "uid": "5645", "endPoint": "https://archive.cn-shanghai.ots.aliyuncs.com"}
    tasks.server.call("CreateDestination", Name="to_archive", Type="OTS", Configuration=json.dumps(platform))
    tasks.assert_unchanged("iot_destination", name="to_archive", type="ots", configuration=TABLE)
    tasks.assert_changed_by("iot_destination", "UpdateDestination", name="to_archive", description="for ever")
    (current,) = find_destinations(tasks, name="to_archive")
    assert current["configuration"] == platform


def test_destination_configuration_in_pascal_case_is_accepted(tasks):
    # An example in the manual begins the names of members with capital letters.
    spelt = {"ProjectName": "lamps", "TopicName": "reports", "RegionName": "cn-shanghai", "role": ROLE}
    created = tasks.assert_changed_by(
        "iot_destination", "CreateDestination", name="hub", type="datahub", configuration=spelt
    )
    assert created["destination"]["configuration"] == CONFIGURATIONS["datahub"]
    tasks.assert_unchanged("iot_destination", name="hub", configuration=CONFIGURATIONS["datahub"])


def test_destination_of_type_republish_with_topic_is_created(tasks, ids):
    topic = {"topic": "/street_light/lamp-0001/user/get", "topicType": 1}
    created = tasks.assert_changed_by(
        "iot_destination", "CreateDestination", name="again", type="republish", configuration=topic
    )
    key = ids["productKey"]
    assert created["destination"]["configuration"] == {"topic": f"/{key}/lamp-0001/user/get", "topicType": 1}
    # The manual writes the number as text in some places.
    tasks.assert_unchanged("iot_destination", name="again", configuration={**topic, "topicType": "1"})


def test_destination_with_invalid_options_fails_before_write(tasks):
    def assert_fails(message, **options):
        tasks.assert_fails("iot_destination", message, name="there", **options)

    assert_fails("^type, configuration must be set to create the destination|^configuration, type must be set")
    assert_fails("^configuration must be set", type="amqp")
    for kind, missing in (
        ("republish", "productKey"),
        ("amqp", "groupId"),
        ("datahub", "projectName, topicName, regionName, role"),
        ("ons", "instanceId, topic, regionName, role"),
        ("mns", "themeName, regionName, role"),
        ("fc", "serviceName, functionName, regionName, role"),
        ("ots", "instanceName, tableName, regionName, role"),
    ):
        assert_fails(
            f"^configuration of a destination of type {kind} must contain {missing}$", type=kind, configuration={}
        )
    half = {**TABLE, "role": {"roleName": "x"}}
    assert_fails(r"destination of type ots must contain role\.roleArn$", type="ots", configuration=half)
    tasks.assert_fails("iot_destination", "^name must have at least 1 characters", name="")

    tasks.run_ok("iot_destination", name="there", type="ots", configuration=TABLE)
    assert_fails("^configuration of a destination of type fc must contain serviceName, functionName$", type="fc")
    assert_fails(
        "^configuration of a destination of type ots must contain instanceName", configuration={"tableName": "x"}
    )


def test_destination_with_missing_reference_is_pending_in_check_mode_and_fails(tasks):
    for kind, configuration, missing in (
        ("amqp", {"groupId": "unknown"}, "the consumer group unknown"),
        ("republish", {"productKey": "unknown"}, "the product unknown"),
    ):
        options = {"name": "there", "type": kind, "configuration": configuration}
        result = tasks.run("iot_destination", **options)
        assert f"the {missing[4:]} does not exist" in result["msg"]
        plan = tasks.run("iot_destination", True, **options)
        assert plan["pending"] == [f"{missing} does not exist yet"]
        assert plan["destination"]["configuration"] == configuration
    assert tasks.pop_writes() == ["CreateProduct", "CreateConsumerGroup"]


def test_destination_attached_to_parser_deletion_fails(tasks):
    tasks.run_ok("iot_destination", name="to_archive", type="ots", configuration=TABLE)
    tasks.run_ok("iot_parser", name="forward", destinations=["to_archive"])
    in_use = "^state: absent is not possible: the parser forward uses the destination"
    tasks.assert_fails("iot_destination", in_use, name="to_archive", state="absent")
    tasks.run_ok("iot_parser", name="forward", destinations=[], failover_destination="to_archive")
    tasks.assert_fails("iot_destination", in_use, name="to_archive", state="absent")
    tasks.run_ok("iot_parser", name="forward", failover_destination="")
    tasks.assert_changed_by("iot_destination", "DeleteDestination", name="to_archive", state="absent")


def test_destinations_with_filters_are_returned(tasks):
    created = {
        name: tasks.run_ok(
            "iot_destination", name=name, type=kind, configuration=CONFIGURATIONS[kind], description=f"of {name}"
        )["destination"]
        for name, kind in (("one", "ots"), ("one more", "amqp"))
    }
    assert find_destinations(tasks) == list(created.values())
    # The API searches for a part of the name; the module returns exact matches only.
    assert find_destinations(tasks, name="one") == [created["one"]]
    assert find_destinations(tasks, destination_id=created["one"]["destination_id"]) == [created["one"]]
    assert find_destinations(tasks, type="amqp") == [created["one more"]]
    assert (
        find_destinations(tasks, name="one", type="amqp")
        == find_destinations(tasks, name="on")
        == find_destinations(tasks, destination_id="999")
        == []
    )


def test_destination_with_ambiguous_name_fails_before_write(tasks):
    for _count in range(2):
        tasks.server.call("CreateDestination", Name="there", Type="OTS", Configuration=json.dumps(TABLE))
    tasks.assert_fails("iot_destination", "^2 destinations match there. Rename", name="there")
    tasks.assert_fails(
        "iot_parser", "^2 destinations match there; their IDs are .*Use the ID", name="x", destinations=["there"]
    )
    first, _second = find_destinations(tasks)
    tasks.assert_changed_by(
        "iot_parser", "CreateParser", "AttachDestination", name="x", destinations=[first["destination_id"]]
    )


def test_destination_create_with_lost_response_creates_one(tasks):
    tasks.server.control("PUT", "faults", [{"action": "CreateDestination", "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_destination", name="there", type="ots", configuration=TABLE)
    assert [(step["operation"], step["status"]) for step in created["steps"]] == [("CreateDestination", "done")]
    assert len(find_destinations(tasks)) == 1
