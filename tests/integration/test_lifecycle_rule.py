# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a rule with its actions, and of a topic class."""

from __future__ import annotations

import pytest

RULE = "iot_rule"
HOT = {"name": "overheat"}
SQL = {"product": "street_light", "short_topic": "+/thing/event/property/post", "select": "*"}
ROLE = {"roleArn": "acs:ram::1234:role/forwarding", "roleName": "forwarding"}
ELSEWHERE = {"regionName": "cn-shanghai", "role": ROLE}

#: A configuration of each type, with a member of it that can be changed.
CONFIGURATIONS = {
    "republish": ({"topic": "/street_light/console/user/alarm", "topicType": 1}, None),
    "amqp": ({"groupId": "listeners"}, None),
    "datahub": (
        {
            "projectName": "project",
            "topicName": "topic",
            "schemaVals": [{"name": "level", "value": "${level}", "type": "BIGINT"}],
            **ELSEWHERE,
        },
        {"schemaVals": [{"name": "level", "value": "${level}", "type": "DOUBLE"}]},
    ),
    "ons": ({"instanceId": "MQ_INST", "topic": "alarms", **ELSEWHERE}, {"tag": "hot"}),
    "mns": ({"themeName": "alarms", **ELSEWHERE}, {"regionName": "cn-beijing"}),
    "fc": ({"serviceName": "service", "functionName": "function", **ELSEWHERE}, {"regionName": "cn-beijing"}),
    "ots": (
        {
            "instanceName": "instance",
            "tableName": "table",
            "primaryKeys": [{"columnName": "id", "columnType": "STRING", "columnValue": "${deviceName}", "option": ""}],
            **ELSEWHERE,
        },
        {"primaryKeys": [{"columnName": "id", "columnType": "INTEGER", "option": "AUTO_INCREMENT"}]},
    ),
}


@pytest.fixture
def account(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    tasks.run_ok("iot_product", name="other_light", node_type="device", thing_model=True, data_format="alink")
    tasks.run_ok("iot_consumer_group", name="listeners")


def test_the_life_of_a_rule(tasks, account):
    made = tasks.assert_changed_by(RULE, "CreateRule", **HOT, description="too hot")["rule"]
    assert (made["status"], made.get("topic_type")) == ("stopped", None)
    tasks.assert_fails(RULE, "needs product, short_topic, select before it can start", **HOT, state="started")
    tasks.assert_changed_by(RULE, "UpdateRule", **HOT, **SQL)
    for changed in (
        {"where": "level > 3"},
        {"select": "deviceName() as name"},
        {"description": "much too hot"},
        {"short_topic": "+/user/report"},
        {"product": "other_light"},
        {"short_topic": "+", "topic_type": "status"},
    ):
        tasks.assert_changed_by(RULE, "UpdateRule", **HOT, **changed)
    for nothing in ({"select": ""}, {"short_topic": ""}, {"product": ""}):
        tasks.assert_fails(RULE, f"^{next(iter(nothing))} must have at least 1", **HOT, **nothing)
    tasks.assert_changed_by(RULE, "StartRule", **HOT, state="started")
    tasks.assert_changed_by(RULE, "StopRule", **HOT, state="stopped")
    tasks.assert_unchanged(RULE, **HOT)
    for wanted in (HOT, {"product": "other_light"}, {"status": "stopped"}):
        (found,) = tasks.run_ok("iot_rule_info", **wanted)["rules"]
        assert (found["rule_id"], found["select"]) == (made["rule_id"], "deviceName() as name")
    assert tasks.run_ok("iot_rule_info", status="started")["rules"] == []
    assert tasks.run_ok("iot_rule_info", details=True) == tasks.run_ok("iot_rule_info", **HOT)
    tasks.assert_changed_by(RULE, "UpdateRule", **HOT, where="", description="")
    tasks.run_ok(RULE, **HOT, state="started")
    tasks.assert_changed_by(RULE, "StopRule", "DeleteRule", **HOT, state="absent")
    tasks.assert_unchanged(RULE, **HOT, state="absent")


@pytest.mark.parametrize("kind", sorted(CONFIGURATIONS))
def test_an_action_of_each_type(tasks, account, kind):
    configuration, change = CONFIGURATIONS[kind]
    tasks.run_ok(RULE, **HOT, **SQL)
    action = {"type": kind, "configuration": configuration}
    made = tasks.assert_changed_by(RULE, "CreateRuleAction", **HOT, actions=[action])
    (there,) = made["rule"]["actions"]
    if change:
        changed = {**configuration, **change}
        kept = tasks.assert_changed_by(RULE, "UpdateRuleAction", **HOT, actions=[{"type": kind, "configuration": changed}])
        assert kept["rule"]["actions"][0]["action_id"] == there["action_id"]
    # What is read, with all that the platform adds, can be written back.
    (read,) = tasks.run_ok("iot_rule_info", **HOT)["rules"][0]["actions"]
    copied = {name: read[name] for name in ("type", "configuration", "error_action")}
    tasks.assert_unchanged(RULE, **HOT, actions=[copied])
    tasks.assert_changed_by(RULE, "CreateRuleAction", **HOT, actions=[{**action, "error_action": True}], purge_actions=False)
    tasks.assert_changed_by(RULE, "DeleteRuleAction", "DeleteRuleAction", **HOT, actions=[])


def test_a_consumer_group_by_its_name_or_its_id(tasks, account):
    tasks.run_ok(RULE, **HOT, **SQL, actions=[{"type": "amqp", "configuration": {"groupId": "listeners"}}])
    group = tasks.run_ok("iot_consumer_group", name="listeners")["consumer_group"]["group_id"]
    tasks.assert_unchanged(RULE, **HOT, actions=[{"type": "amqp", "configuration": {"groupId": group}}])
    nobody = [{"type": "amqp", "configuration": {"groupId": "nobody"}}]
    assert "there is no consumer group nobody" in tasks.run(RULE, **HOT, actions=nobody)["msg"]
    planned = tasks.run(RULE, check_mode=True, **HOT, actions=nobody)
    assert planned["pending"] == ["the consumer group nobody does not exist yet"]


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("republish", {"topic": None}, "topic"),
        ("republish", {"topicType": 2}, "at topicType"),
        ("amqp", {"groupId": ""}, "at groupId"),
        ("amqp", {"group": "x"}, "'group' was unexpected"),
        ("datahub", {"schemaVals": []}, "at schemaVals"),
        ("datahub", {"schemaVals": [{"name": "a", "value": "b", "type": "INT"}]}, r"at schemaVals\[0\].type"),
        ("ons", {"tag": "x" * 129}, "at tag"),
        ("mns", {"regionName": "Shanghai"}, "at regionName"),
        ("fc", {"role": {"roleArn": "me", "roleName": "me"}}, "at role.roleArn"),
        ("ots", {"primaryKeys": [{"columnName": "id", "columnType": "STRING"}]}, "columnValue"),
        (
            "ots",
            {"primaryKeys": [{"columnName": "id", "columnType": "STRING", "option": "AUTO_INCREMENT"}]},
            "columnType",
        ),
    ],
)
def test_a_configuration_that_cannot_be(tasks, account, kind, change, said):
    configuration = {**CONFIGURATIONS[kind][0], **change}
    configuration = {name: value for name, value in configuration.items() if value is not None}
    actions = [{"type": kind, "configuration": configuration}]
    tasks.assert_fails(RULE, f"^actions has a {kind} action whose configuration is wrong .*{said}", **HOT, actions=actions)


def test_more_than_a_rule_can_have(tasks, account):
    def to(number: int, **more) -> dict:
        topic = f"/street_light/console/user/alarm{number}"
        return {"type": "republish", "configuration": {"topic": topic, "topicType": 1}, **more}

    tasks.assert_fails(RULE, "at most 10 actions", **HOT, actions=[to(number) for number in range(11)])
    tasks.assert_fails(RULE, "names a type and target twice", **HOT, actions=[to(1), to(1)])
    errors = [to(1, error_action=True), to(2, error_action=True)]
    tasks.assert_fails(RULE, "one error action at most", **HOT, actions=errors)


# Topic classes


def test_the_life_of_a_topic(tasks, account):
    report = {"product": "street_light", "short_name": "user/report"}
    made = tasks.assert_changed_by("iot_topic", "CreateProductTopic", **report, operation="pub", description="hourly")["topic"]
    tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **report, operation="all")
    tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **report, description="daily")
    cleared = tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **report, description="")
    assert cleared["topic"]["topic_id"] == made["topic_id"]
    tasks.assert_unchanged("iot_topic", **report, operation="all")
    for wanted in (report, {"product": "street_light"}):
        found = tasks.run_ok("iot_topic_info", **wanted)["topics"]
        assert made["topic_id"] in [topic["topic_id"] for topic in found]
    for wanted, found in (("all", [made["topic_id"]]), ("sub", [])):
        told = tasks.run_ok("iot_topic_info", product="street_light", operation=wanted)["topics"]
        assert [one["topic_id"] for one in told if one["short_name"].endswith("user/report")] == found
    assert tasks.run_ok("iot_topic_info", product="street_light", short_name="user/nothing")["topics"] == []
    tasks.assert_changed_by("iot_topic", "DeleteProductTopic", **report, state="absent")
    tasks.assert_unchanged("iot_topic", **report, state="absent")
    tasks.assert_fails("iot_topic", "^short_name", product="street_light", short_name="user/a b")
