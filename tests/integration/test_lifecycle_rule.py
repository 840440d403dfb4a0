# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of rules and their actions."""

from __future__ import annotations

import pytest

RULE = "iot_rule"
HOT = {"name": "overheat"}
SQL = {"product": "street_light", "short_topic": "+/thing/event/property/post", "select": "*"}
ROLE = {"roleArn": "acs:ram::1234:role/forwarding", "roleName": "forwarding"}
ELSEWHERE = {"regionName": "cn-shanghai", "role": ROLE}

#: A configuration for each type, and a change of it or None.
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


def test_rule_lifecycle(tasks, account):
    created = tasks.assert_changed_by(RULE, "CreateRule", **HOT, description="too hot")["rule"]
    assert (created["status"], created.get("topic_type")) == ("stopped", None)
    tasks.assert_fails(
        RULE, "product, short_topic, select must be set before a rule can be started", **HOT, state="started"
    )
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
        assert (found["rule_id"], found["select"]) == (created["rule_id"], "deviceName() as name")
    assert tasks.run_ok("iot_rule_info", status="started")["rules"] == []
    assert tasks.run_ok("iot_rule_info", details=True) == tasks.run_ok("iot_rule_info", **HOT)
    tasks.assert_changed_by(RULE, "UpdateRule", **HOT, where="", description="")
    tasks.run_ok(RULE, **HOT, state="started")
    tasks.assert_changed_by(RULE, "StopRule", "DeleteRule", **HOT, state="absent")
    tasks.assert_unchanged(RULE, **HOT, state="absent")


def test_rule_for_binary_data_lifecycle(tasks, account):
    raw = {"name": "raw_frames", "data_type": "binary"}
    sql = {"product": "street_light", "short_topic": "+/user/frame", "select": "to_base64(*) as data"}
    created = tasks.assert_changed_by(RULE, "CreateRule", **raw, **sql)["rule"]
    assert (created["data_type"], created["topic_type"]) == ("binary", "custom")
    action = {"type": "amqp", "configuration": {"groupId": "listeners"}}
    tasks.assert_changed_by(
        RULE, "UpdateRule", "CreateRuleAction", "StartRule", **raw, select="*", actions=[action], state="started"
    )
    tasks.assert_changed_by(RULE, "UpdateRule", **raw, short_topic="+")
    assert tasks.run_ok("iot_rule_info", name="raw_frames")["rules"][0]["data_type"] == "binary"
    tasks.assert_fails(RULE, "data_type of the rule cannot be changed", name="raw_frames", data_type="json")
    tasks.run_ok(RULE, **HOT)
    tasks.assert_fails(RULE, "data_type of the rule cannot be changed", **HOT, data_type="binary")
    tasks.assert_unchanged(RULE, **HOT, data_type="json")
    tasks.assert_changed_by(RULE, "StopRule", "DeleteRule", **raw, state="absent")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"short_topic": "+/thing/event/property/post"}, "^short_topic .* is a topic of the platform"),
        ({"short_topic": "+", "topic_type": "system"}, "^short_topic .* is a topic of the platform"),
        (
            {"actions": [{"type": "ots", "configuration": CONFIGURATIONS["ots"][0]}]},
            "^actions contains an action of type ots",
        ),
    ],
    ids=["system topic", "type of topic", "ots"],
)
def test_rule_for_binary_data_rejects_what_is_for_json_only(tasks, account, options, message):
    raw = {"name": "raw_frames", "product": "street_light", "short_topic": "+/user/frame", "select": "*"}
    tasks.assert_fails(RULE, message, **{**raw, "data_type": "binary", **options})
    tasks.run_ok(RULE, **raw, data_type="binary")
    tasks.assert_fails(RULE, message, name="raw_frames", **options)


@pytest.mark.parametrize("kind", sorted(CONFIGURATIONS))
def test_rule_action_of_each_type_is_created_changed_and_deleted(tasks, account, kind):
    configuration, change = CONFIGURATIONS[kind]
    tasks.run_ok(RULE, **HOT, **SQL)
    action = {"type": kind, "configuration": configuration}
    created = tasks.assert_changed_by(RULE, "CreateRuleAction", **HOT, actions=[action])
    (current,) = created["rule"]["actions"]
    if change:
        changed = {**configuration, **change}
        kept = tasks.assert_changed_by(
            RULE, "UpdateRuleAction", **HOT, actions=[{"type": kind, "configuration": changed}]
        )
        assert kept["rule"]["actions"][0]["action_id"] == current["action_id"]
    # The configuration that the platform returns, with all members that it adds, can be used as an option.
    (read,) = tasks.run_ok("iot_rule_info", **HOT)["rules"][0]["actions"]
    copied = {name: read[name] for name in ("type", "configuration", "error_action")}
    tasks.assert_unchanged(RULE, **HOT, actions=[copied])
    tasks.assert_changed_by(
        RULE, "CreateRuleAction", **HOT, actions=[{**action, "error_action": True}], purge_actions=False
    )
    tasks.assert_changed_by(RULE, "DeleteRuleAction", "DeleteRuleAction", **HOT, actions=[])


def test_rule_action_with_consumer_group_name_or_id_is_unchanged(tasks, account):
    tasks.run_ok(RULE, **HOT, **SQL, actions=[{"type": "amqp", "configuration": {"groupId": "listeners"}}])
    group = tasks.run_ok("iot_consumer_group", name="listeners")["consumer_group"]["group_id"]
    tasks.assert_unchanged(RULE, **HOT, actions=[{"type": "amqp", "configuration": {"groupId": group}}])
    missing = [{"type": "amqp", "configuration": {"groupId": "unknown"}}]
    assert "the consumer group unknown does not exist" in tasks.run(RULE, **HOT, actions=missing)["msg"]
    planned = tasks.run(RULE, check_mode=True, **HOT, actions=missing)
    assert planned["pending"] == ["the consumer group unknown does not exist yet"]


@pytest.mark.parametrize(
    ("kind", "change", "complaint"),
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
def test_rule_action_with_invalid_configuration_fails_before_write(tasks, account, kind, change, complaint):
    configuration = {**CONFIGURATIONS[kind][0], **change}
    configuration = {name: value for name, value in configuration.items() if value is not None}
    actions = [{"type": kind, "configuration": configuration}]
    tasks.assert_fails(
        RULE,
        f"^actions contains an action of type {kind} whose configuration is invalid .*{complaint}",
        **HOT,
        actions=actions,
    )


def test_rule_with_too_many_or_duplicate_actions_fails_before_write(tasks, account):
    def republish_to(number: int, **more) -> dict:
        topic = f"/street_light/console/user/alarm{number}"
        return {"type": "republish", "configuration": {"topic": topic, "topicType": 1}, **more}

    tasks.assert_fails(RULE, "at most 10 actions", **HOT, actions=[republish_to(number) for number in range(11)])
    tasks.assert_fails(
        RULE, "contains two actions with the same type and target", **HOT, actions=[republish_to(1), republish_to(1)]
    )
    errors = [republish_to(1, error_action=True), republish_to(2, error_action=True)]
    tasks.assert_fails(RULE, "at most one action with error_action: true", **HOT, actions=errors)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("select", "a as as b,,"),
        ("select", "deviceName( as name"),
        ("select", "SELECT * FROM topic"),
        ("where", "temperature >"),
        ("where", "level = 'high"),
        ("where", "(a > 1 AND b < 2"),
    ],
)
@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_rule_with_invalid_sql_fails_before_write(tasks, account, exists, option, text):
    if exists:
        tasks.run_ok(RULE, **HOT, **SQL)
    tasks.assert_fails(RULE, f"^{option} is not valid SQL: ", **HOT, **{**SQL, option: text})


@pytest.mark.parametrize(
    ("topic", "more"),
    [
        ("thing/event/property/post", {}),
        ("user/get", {}),
        ("user/get", {"topic_type": "custom"}),
        ("+/user//get", {}),
        ("+/user/#/get", {}),
        ("+/user/get", {"topic_type": "status"}),
        ("+/user/get", {"topic_type": "system"}),
    ],
)
def test_rule_with_topic_without_device_or_of_another_type_fails_before_write(tasks, account, topic, more):
    tasks.assert_fails(RULE, "^short_topic .* does not", **HOT, **{**SQL, "short_topic": topic}, **more)
    # Together with the current topic, a type alone can be invalid too.
    tasks.run_ok(RULE, **HOT, **SQL)
    tasks.assert_fails(RULE, "^short_topic .* does not", **HOT, topic_type="status")
