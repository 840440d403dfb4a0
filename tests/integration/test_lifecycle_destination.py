# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a destination."""

from __future__ import annotations

import json

import pytest

ROLE = {"roleArn": "acs:ram::5645:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
ABROAD = {"regionName": "cn-shanghai", "role": ROLE}
TABLE = {"instanceName": "archive", "tableName": "lamps", **ABROAD}

#: A configuration of each type.
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
    """The ids of what configurations name."""
    return {
        "productKey": tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"],
        "groupId": tasks.run_ok("iot_consumer_group", name="console")["consumer_group"]["group_id"],
    }


def found(tasks, **filters) -> list:
    return tasks.run_ok("iot_destination_info", **filters)["destinations"]


def test_the_life_of_a_destination(tasks, ids):
    made = tasks.assert_changed_by(
        "iot_destination",
        "CreateDestination",
        name="to_console",
        type="amqp",
        configuration={"groupId": "console"},
        description="messages for the console",
    )["destination"]
    assert made["configuration"] == {"groupId": ids["groupId"]}
    assert (made["type"], made["description"]) == ("amqp", "messages for the console")

    changed = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="to_console", description="all of them")
    assert changed["destination"] == {**made, "description": "all of them"}
    cleared = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="to_console", description="")
    assert cleared["destination"] == {**made, "description": ""}
    renamed = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="控制台 1", renamed_from="to_console")
    assert renamed["destination"] == {**made, "name": "控制台 1", "description": ""}
    moved = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="控制台 1", type="ots", configuration=TABLE)
    assert (moved["destination"]["type"], moved["destination"]["configuration"]) == ("ots", TABLE)
    other = {**TABLE, "tableName": "locks"}
    changed = tasks.assert_changed_by("iot_destination", "UpdateDestination", name="控制台 1", configuration=other)
    assert changed["destination"]["configuration"] == other
    assert changed["destination"]["destination_id"] == made["destination_id"]
    tasks.assert_unchanged("iot_destination", name="控制台 1")

    gone = tasks.assert_changed_by("iot_destination", "DeleteDestination", name="控制台 1", state="absent")
    assert gone["destination"] == {}
    tasks.assert_unchanged("iot_destination", name="控制台 1", state="absent")


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_destination_of_each_type(tasks, ids, kind):
    made = tasks.assert_changed_by(
        "iot_destination", "CreateDestination", name="there", type=kind, configuration=CONFIGURATIONS[kind]
    )
    named = {name: ids[name] for name in ids if name in CONFIGURATIONS[kind]}
    assert made["destination"]["configuration"] == {**CONFIGURATIONS[kind], **named}
    # By the id as well as by the name.
    tasks.assert_unchanged("iot_destination", name="there", type=kind, configuration=made["destination"]["configuration"])


def test_what_the_platform_adds_is_no_difference(tasks):
    platform = {**TABLE, "uid": "5645", "endPoint": "https://archive.cn-shanghai.ots.aliyuncs.com"}
    tasks.server.call("CreateDestination", Name="to_archive", Type="OTS", Configuration=json.dumps(platform))
    tasks.assert_unchanged("iot_destination", name="to_archive", type="ots", configuration=TABLE)
    tasks.assert_changed_by("iot_destination", "UpdateDestination", name="to_archive", description="for ever")
    (there,) = found(tasks, name="to_archive")
    assert there["configuration"] == platform


def test_names_of_members_begin_with_small_letters_or_capitals(tasks):
    # An example of the manual has them with capitals.
    spelt = {"ProjectName": "lamps", "TopicName": "reports", "RegionName": "cn-shanghai", "role": ROLE}
    made = tasks.assert_changed_by("iot_destination", "CreateDestination", name="hub", type="datahub", configuration=spelt)
    assert made["destination"]["configuration"] == CONFIGURATIONS["datahub"]
    tasks.assert_unchanged("iot_destination", name="hub", configuration=CONFIGURATIONS["datahub"])


def test_a_topic_in_place_of_a_product(tasks, ids):
    topic = {"topic": "/street_light/lamp-0001/user/get", "topicType": 1}
    made = tasks.assert_changed_by("iot_destination", "CreateDestination", name="again", type="republish", configuration=topic)
    key = ids["productKey"]
    assert made["destination"]["configuration"] == {"topic": f"/{key}/lamp-0001/user/get", "topicType": 1}
    # The manual writes it as a text now and then.
    tasks.assert_unchanged("iot_destination", name="again", configuration={**topic, "topicType": "1"})


def test_what_a_destination_cannot_be(tasks):
    def refuses(message, **options):
        tasks.assert_fails("iot_destination", message, name="there", **options)

    refuses("^type, configuration must be given to make a destination|^configuration, type must be given")
    refuses("^configuration must be given", type="amqp")
    for kind, missing in (
        ("republish", "productKey"),
        ("amqp", "groupId"),
        ("datahub", "projectName, topicName, regionName, role"),
        ("ons", "instanceId, topic, regionName, role"),
        ("mns", "themeName, regionName, role"),
        ("fc", "serviceName, functionName, regionName, role"),
        ("ots", "instanceName, tableName, regionName, role"),
    ):
        refuses(f"^the configuration of the {kind} destination lacks {missing}$", type=kind, configuration={})
    half = {**TABLE, "role": {"roleName": "x"}}
    refuses(r"destination lacks role\.roleArn$", type="ots", configuration=half)
    tasks.assert_fails("iot_destination", "^name must have at least 1 characters", name="")

    tasks.run_ok("iot_destination", name="there", type="ots", configuration=TABLE)
    refuses("^the configuration of the fc destination lacks serviceName, functionName$", type="fc")
    refuses("^the configuration of the ots destination lacks instanceName", configuration={"tableName": "x"})


def test_what_is_named_and_not_there(tasks):
    for kind, configuration, missing in (
        ("amqp", {"groupId": "nobody"}, "the consumer group nobody"),
        ("republish", {"productKey": "nobody"}, "the product nobody"),
    ):
        options = {"name": "there", "type": kind, "configuration": configuration}
        result = tasks.run("iot_destination", **options)
        assert f"there is no {missing[4:]}" in result["msg"]
        plan = tasks.run("iot_destination", True, **options)
        assert plan["pending"] == [f"{missing} does not exist yet"]
        assert plan["destination"]["configuration"] == configuration
    assert tasks.pop_writes() == ["CreateProduct", "CreateConsumerGroup"]


def test_a_destination_of_a_parser_cannot_be_deleted(tasks):
    tasks.run_ok("iot_destination", name="to_archive", type="ots", configuration=TABLE)
    tasks.run_ok("iot_parser", name="forward", destinations=["to_archive"])
    result = tasks.run("iot_destination", name="to_archive", state="absent")
    assert result["failed"]
    assert "detach it first" in result["msg"]


def test_finding_destinations(tasks):
    made = {
        name: tasks.run_ok(
            "iot_destination", name=name, type=kind, configuration=CONFIGURATIONS[kind], description=f"of {name}"
        )["destination"]
        for name, kind in (("one", "ots"), ("one more", "amqp"))
    }
    assert found(tasks) == list(made.values())
    # A name is asked for as a part of names.
    assert found(tasks, name="one") == [made["one"]]
    assert found(tasks, destination_id=made["one"]["destination_id"]) == [made["one"]]
    assert found(tasks, type="amqp") == [made["one more"]]
    assert found(tasks, name="one", type="amqp") == found(tasks, name="on") == found(tasks, destination_id="999") == []


def test_a_name_that_two_have_is_refused(tasks):
    for _count in range(2):
        tasks.server.call("CreateDestination", Name="there", Type="OTS", Configuration=json.dumps(TABLE))
    tasks.assert_fails("iot_destination", "^2 destinations answer to there$", name="there")
    tasks.assert_fails("iot_parser", "^2 destinations answer to there: .*Give the id", name="x", destinations=["there"])
    first, _second = found(tasks)
    tasks.assert_changed_by("iot_parser", "CreateParser", "AttachDestination", name="x", destinations=[first["destination_id"]])


def test_a_create_whose_answer_was_lost(tasks):
    tasks.server.control("PUT", "faults", [{"action": "CreateDestination", "drop": "after", "times": 1}])
    made = tasks.run_ok("iot_destination", name="there", type="ots", configuration=TABLE)
    assert [(step["operation"], step["status"]) for step in made["steps"]] == [("CreateDestination", "done")]
    assert len(found(tasks)) == 1
