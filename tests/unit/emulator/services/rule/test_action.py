# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test rule actions and the validation of their configurations."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.rule import action as service

ROLE = {"roleArn": "acs:ram::6541***:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
REGION_AND_ROLE = {"regionName": "cn-shanghai", "role": ROLE}
COLUMN = {"name": "devicename", "value": "${deviceName}", "type": "STRING"}
KEY = {"columnType": "STRING", "columnName": "ttt", "columnValue": "${tt}", "option": ""}
AUTO_INCREMENT_KEY = {"columnType": "INTEGER", "columnName": "id", "columnValue": "", "option": "AUTO_INCREMENT"}

VALID_CONFIGURATIONS = {
    "AMQP": {"groupId": "DEFAULT_GROUP"},
    "DATAHUB": {**REGION_AND_ROLE, "projectName": "iot_stream", "topicName": "device_message", "schemaVals": [COLUMN]},
    "ONS": {**REGION_AND_ROLE, "instanceId": "MQ_INST_1", "topic": "aliyun-iot", "tag": "t" * 128},
    "MNS": {**REGION_AND_ROLE, "themeName": "mns-test-topic1"},
    "FC": {**REGION_AND_ROLE, "functionName": "weatherForecast", "serviceName": "weather"},
    "OTS": {**REGION_AND_ROLE, "instanceName": "testaaa", "tableName": "tt", "primaryKeys": [KEY, AUTO_INCREMENT_KEY]},
}


def without(name: str, configuration: dict) -> dict:
    """Return a configuration without a member."""
    return {key: value for key, value in configuration.items() if key != name}


def amqp(number: int = 0) -> dict:
    """Return the configuration of an AMQP action."""
    return {"groupId": f"group{number}"}


@pytest.fixture(autouse=True)
def _consumer_groups(platform):
    """Create the consumer groups that ``amqp`` refers to."""
    with platform.store.transaction():
        for number in range(11):
            name = f"group{number}"
            platform.store.insert("consumer_group", group_id=name, group_name=name, created_at=1)


@pytest.fixture
def product(api):
    """Create a product and return its key."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def rule(api):
    """Create a rule and return its id."""
    return api("CreateRule", Name="forward")["RuleId"]


@pytest.fixture
def create(api, rule):
    """Create an action and return its id."""

    def create(kind: str, configuration: dict, rule_id: int = rule, **params) -> int:
        text = json.dumps(configuration)
        return api("CreateRuleAction", RuleId=rule_id, Type=kind, Configuration=text, **params)["ActionId"]

    return create


@pytest.fixture
def read(api):
    """Read an action with GetRuleAction and parse its configuration."""

    def read(action_id: int) -> dict:
        info = api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]
        return {**info, "Configuration": json.loads(info["Configuration"])}

    return read


@pytest.fixture
def creation_error(api_error, rule):
    """Try to create an action and return the error code."""

    def creation_error(kind: str, configuration) -> str:
        text = configuration if isinstance(configuration, str) else json.dumps(configuration)
        return api_error("CreateRuleAction", RuleId=rule, Type=kind, Configuration=text).code

    return creation_error


@pytest.mark.parametrize("kind", VALID_CONFIGURATIONS)
def test_action_of_each_type_is_created_with_uid(platform, create, read, rule, kind):
    action_id = create(kind, VALID_CONFIGURATIONS[kind])
    info = read(action_id)
    assert info["Configuration"].items() >= VALID_CONFIGURATIONS[kind].items()
    assert info["Configuration"]["uid"] == platform.account.user_id
    assert (info["Id"], info["RuleId"], info["Type"], info["ErrorActionFlag"]) == (action_id, rule, kind, False)


@pytest.mark.parametrize(
    ("topic_suffix", "topic_type"),
    [
        ("thing/service/property/set", 0),
        ("thing/service/reboot", 0),
        ("user/get", 1),
        ("user/a/${name}", 1),
    ],
)
def test_republish_action_topic_is_returned_unchanged(api, create, platform, product, topic_suffix, topic_type):
    topic = f"{'' if topic_type else '/sys'}/{product}/lamp/{topic_suffix}"
    action_id = create("REPUBLISH", {"topicType": topic_type, "topic": topic})
    text = api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]["Configuration"]
    assert text == f'{{"topic":"{topic}","topicType":{topic_type},"uid":"{platform.account.user_id}"}}'


def test_republish_action_with_product_key_from_message_is_accepted(create):
    create("REPUBLISH", {"topic": "/${productKey}/${deviceName}/user/get", "topicType": 1})


def test_amqp_action_with_missing_consumer_group_is_rejected(api, create, creation_error, api_error):
    action_id = create("AMQP", amqp())
    assert creation_error("AMQP", amqp(11)) == "iot.consumer.group.ConsumerGroupNotExist"
    change = {"ActionId": action_id, "Type": "AMQP", "Configuration": json.dumps(amqp(11))}
    assert api_error("UpdateRuleAction", **change).code == "iot.consumer.group.ConsumerGroupNotExist"


def test_ots_action_read_returns_endpoint(create, read):
    added = read(create("OTS", VALID_CONFIGURATIONS["OTS"]))["Configuration"]["endPoint"]
    assert added == "http://testaaa.cn-shanghai.ots.aliyuncs.com"


def test_action_update_with_platform_members_ignores_them(api, create, api_error, rule):
    action_id = create("OTS", VALID_CONFIGURATIONS["OTS"])
    first = api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]["Configuration"]
    same = api_error("CreateRuleAction", RuleId=rule, Type="OTS", Configuration=first)
    assert same.code == "iot.rule.RuleActionIsAlreadyCreated"
    api("UpdateRuleAction", ActionId=action_id, Type="OTS", Configuration=first)
    assert api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]["Configuration"] == first


@pytest.mark.parametrize("text", ["x", "[]", '"x"', "1", "null", '{"a": NaN}', '{"groupId": "\\ud800"}', "[" * 9999])
def test_action_configuration_not_json_object_is_rejected(creation_error, text):
    assert creation_error("AMQP", text) == "iot.ruleng.RuleActionConfigurationIsNotJson"


@pytest.mark.parametrize("configuration", [{}, {"uid": "1"}])
def test_action_configuration_empty_is_rejected(creation_error, configuration):
    assert creation_error("AMQP", configuration) == "iot.ruleng.NullRuleActionConfig"


@pytest.mark.parametrize("kind", ["RDS", "TSDB", "REUBLISH", "amqp"])
def test_action_type_unknown_is_rejected(creation_error, kind):
    assert creation_error(kind, amqp()) == "iot.rule.IncorrentRuleActionType"


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("AMQP", "groupId", "iot.rule.NullForwardDestForRule"),
        ("DATAHUB", "projectName", "iot.ruleng.NullProjectOfDatahub"),
        ("DATAHUB", "topicName", "iot.ruleng.NullTopicInDatahubProject"),
        ("DATAHUB", "schemaVals", "iot.ruleng.NullOrEmptySchemaOfTopic"),
        ("DATAHUB", "regionName", "iot.ruleng.IncorrectRegionName"),
        ("DATAHUB", "role", "iot.ruleng.InvalidRamRole"),
        ("ONS", "instanceId", "iot.ruleng.InstanceNotFound"),
        ("ONS", "topic", "iot.messagebroker.NullTopicName"),
        ("ONS", "regionName", "iot.ruleng.IncorrectRegionName"),
        ("ONS", "role", "iot.ruleng.InvalidRamRole"),
        ("MNS", "themeName", "iot.ruleng.NullTopicNameInMns"),
        ("MNS", "regionName", "iot.ruleng.IncorrectRegionName"),
        ("MNS", "role", "iot.ruleng.InvalidRamRole"),
        ("FC", "serviceName", "iot.ruleng.NullServiceNameInFc"),
        ("FC", "functionName", "iot.ruleng.NullFunctionNameInFc"),
        ("FC", "regionName", "iot.ruleng.IncorrectRegionName"),
        ("FC", "role", "iot.ruleng.InvalidRamRole"),
        ("OTS", "instanceName", "iot.ruleng.NullOtsInstanceName"),
        ("OTS", "tableName", "iot.ruleng.NullTableNameInOtsInstance"),
        ("OTS", "primaryKeys", "iot.ruleng.NullPrimaryKeyInOtsTable"),
        ("OTS", "regionName", "iot.ruleng.IncorrectRegionName"),
        ("OTS", "role", "iot.ruleng.InvalidRamRole"),
    ],
)
def test_action_configuration_without_required_member_is_rejected(creation_error, kind, name, code):
    empty = [] if isinstance(VALID_CONFIGURATIONS[kind][name], list) else ""
    assert creation_error(kind, {"more": 1, **without(name, VALID_CONFIGURATIONS[kind])}) == code
    assert creation_error(kind, {**VALID_CONFIGURATIONS[kind], name: empty}) == code
    if not isinstance(VALID_CONFIGURATIONS[kind][name], dict):
        assert creation_error(kind, {**VALID_CONFIGURATIONS[kind], name: 1}) == "iot.rule.ParseRuleActionConfigError"


def test_ons_action_tag_is_optional_and_limited_to_128_bytes(create, creation_error):
    create("ONS", without("tag", VALID_CONFIGURATIONS["ONS"]))
    assert (
        creation_error("ONS", {**VALID_CONFIGURATIONS["ONS"], "tag": "t" * 129})
        == "iot.ruleng.InvalidFormattedTagInConfiguration"
    )
    assert (
        creation_error("ONS", {**VALID_CONFIGURATIONS["ONS"], "tag": "路" * 43})
        == "iot.ruleng.InvalidFormattedTagInConfiguration"
    )
    assert creation_error("ONS", {**VALID_CONFIGURATIONS["ONS"], "tag": 1}) == "iot.rule.ParseRuleActionConfigError"


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (without("roleArn", ROLE), "iot.ruleng.NullRamRoleArn"),
        (without("roleName", ROLE), "iot.ruleng.NullRamRoleName"),
        ({**ROLE, "roleArn": "acs:ram:role"}, "iot.ruleng.InvalidRamRole"),
        ("AliyunIOTAccessingRole", "iot.ruleng.InvalidRamRole"),
    ],
)
def test_action_role_incomplete_or_malformed_is_rejected(creation_error, role, code):
    assert creation_error("MNS", {**VALID_CONFIGURATIONS["MNS"], "role": role}) == code


def test_action_region_malformed_is_rejected(creation_error):
    assert (
        creation_error("MNS", {**VALID_CONFIGURATIONS["MNS"], "regionName": "Shanghai"})
        == "iot.ruleng.IncorrectRegionName"
    )


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (without("name", COLUMN), "iot.ruleng.EmptySchemaNameOfTopic"),
        (without("value", COLUMN), "iot.ruleng.EmptySchemaValueOfTopic"),
        (without("type", COLUMN), "iot.ruleng.EmptySchemaTypeOfTopic"),
        ({**COLUMN, "type": "TEXT"}, "iot.rule.ParseRuleActionConfigError"),
        ("devicename", "iot.rule.ParseRuleActionConfigError"),
    ],
)
def test_datahub_action_schema_column_invalid_is_rejected(creation_error, column, code):
    assert creation_error("DATAHUB", {**VALID_CONFIGURATIONS["DATAHUB"], "schemaVals": [COLUMN, column]}) == code


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (without("columnName", KEY), "iot.ruleng.NullPrimaryKeyNameInOts"),
        (without("columnType", KEY), "iot.ruleng.NullPrimaryKeyTypeInOts"),
        (without("columnValue", KEY), "iot.ruleng.NullPrimaryKeyValueInOts"),
        ({**AUTO_INCREMENT_KEY, "option": ""}, "iot.ruleng.NullPrimaryKeyValueInOts"),
        ({**AUTO_INCREMENT_KEY, "columnType": "STRING"}, "iot.ruleng.IncorrectPrimaryKeyValueInOtsTable"),
        ({**AUTO_INCREMENT_KEY, "option": "COUNTING"}, "iot.ruleng.IncorrectPrimaryKeyValueInOtsTable"),
        ({**KEY, "columnType": "DOUBLE"}, "iot.rule.ParseRuleActionConfigError"),
    ],
)
def test_ots_action_primary_key_invalid_is_rejected(creation_error, key, code):
    assert creation_error("OTS", {**VALID_CONFIGURATIONS["OTS"], "primaryKeys": [KEY, key]}) == code


def test_ots_action_primary_key_without_option_is_accepted(create):
    create("OTS", {**VALID_CONFIGURATIONS["OTS"], "primaryKeys": [without("option", KEY)]})


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ({"topicType": 1}, "iot.messagebroker.NullTopicName"),
        ({"topic": "", "topicType": 1}, "iot.messagebroker.NullTopicName"),
        ({"topic": 1, "topicType": 1}, "iot.rule.ParseRuleActionConfigError"),
        ({"topic": "/{key}/lamp/user/get"}, "iot.ruleng.IncorrectType"),
        ({"topic": "/{key}/lamp/user/get", "topicType": 2}, "iot.ruleng.IncorrectType"),
        ({"topic": "/{key}/lamp/user/get", "topicType": True}, "iot.ruleng.IncorrectType"),
        ({"topic": "/{key}/lamp/user/get", "topicType": "1"}, "iot.ruleng.IncorrectType"),
        ({"topic": "/{key}/lamp/user/get", "topicType": 0}, "iot.ruleng.IncorrectSysTopic"),
        ({"topic": "/sys/{key}/lamp/thing/event/property/post", "topicType": 0}, "iot.ruleng.IncorrectSysTopic"),
        ({"topic": "/sys/{key}/+/thing/service/property/set", "topicType": 0}, "iot.ruleng.IncorrectSysTopic"),
        ({"topic": "/{key}/lamp/get", "topicType": 1}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"topic": "/{key}/+/user/get", "topicType": 1}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"topic": "/sys/{key}/lamp/user/get", "topicType": 1}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"topic": "/a1nothing00/lamp/user/get", "topicType": 1}, "iot.prod.NotExistedProduct"),
        ({"topic": "/sys/a1nothing00/lamp/thing/service/a", "topicType": 0}, "iot.prod.NotExistedProduct"),
    ],
)
def test_republish_action_topic_invalid_is_rejected(creation_error, product, configuration, code):
    text = json.dumps(configuration).replace("{key}", product)
    assert creation_error("REPUBLISH", text) == code


def test_ots_action_of_binary_rule_is_rejected(api, create, api_error):
    binary = api("CreateRule", Name="binary", DataType="BINARY")["RuleId"]
    text = json.dumps(VALID_CONFIGURATIONS["OTS"])
    code = "iot.rule.IncorrentRuleActionType"
    assert api_error("CreateRuleAction", RuleId=binary, Type="OTS", Configuration=text).code == code
    action_id = create("AMQP", amqp(), binary)
    assert api_error("UpdateRuleAction", ActionId=action_id, Type="OTS", Configuration=text).code == code


def test_action_creation_without_required_parameter_fails(api, rule):
    complete = {"RuleId": rule, "Type": "AMQP", "Configuration": "{}"}
    for name in complete:
        with pytest.raises(GatewayError, match=f"Missing{name}"):
            api("CreateRuleAction", **{**complete, name: ""})


def test_action_creation_beyond_10_per_rule_is_rejected(create, creation_error, api):
    assert service.MAX_ACTIONS == 10
    action_id = create("AMQP", amqp(), ErrorActionFlag=True)
    for number in range(1, 10):
        create("AMQP", amqp(number))
    assert creation_error("AMQP", amqp(10)) == "iot.rule.TooManyRuleAction"
    api("DeleteRuleAction", ActionId=action_id)
    create("AMQP", amqp(10))


def test_second_error_action_of_rule_is_rejected(api, create, api_error, rule, read):
    action_id = create("AMQP", amqp(), ErrorActionFlag=True)
    assert read(action_id)["ErrorActionFlag"] is True
    params = {"RuleId": rule, "Type": "AMQP", "Configuration": json.dumps(amqp(1)), "ErrorActionFlag": True}
    assert api_error("CreateRuleAction", **params).code == "iot.ruleng.OnlyAllowOneErrorAction"
    create("AMQP", amqp())
    other = api("CreateRule", Name="other")["RuleId"]
    create("AMQP", amqp(), other, ErrorActionFlag=True)


def test_duplicate_action_of_rule_is_rejected(api, create, creation_error, api_error):
    create("DATAHUB", VALID_CONFIGURATIONS["DATAHUB"])
    assert (
        creation_error("DATAHUB", dict(reversed(VALID_CONFIGURATIONS["DATAHUB"].items())))
        == "iot.rule.RuleActionIsAlreadyCreated"
    )
    other = create("DATAHUB", {**VALID_CONFIGURATIONS["DATAHUB"], "topicName": "other"})
    same = api_error(
        "UpdateRuleAction", ActionId=other, Type="DATAHUB", Configuration=json.dumps(VALID_CONFIGURATIONS["DATAHUB"])
    )
    assert same.code == "iot.rule.RuleActionIsAlreadyCreated"
    create("DATAHUB", VALID_CONFIGURATIONS["DATAHUB"], api("CreateRule", Name="other")["RuleId"])


def test_action_update_replaces_type_and_configuration(api, create, read, api_error):
    action_id = create("ONS", VALID_CONFIGURATIONS["ONS"], ErrorActionFlag=True)
    api(
        "UpdateRuleAction",
        ActionId=action_id,
        Type="ONS",
        Configuration=json.dumps(without("tag", VALID_CONFIGURATIONS["ONS"])),
    )
    assert "tag" not in read(action_id)["Configuration"]
    api("UpdateRuleAction", ActionId=action_id, Type="AMQP", Configuration=json.dumps(amqp()))
    info = read(action_id)
    assert (info["Type"], info["Configuration"]["groupId"], info["ErrorActionFlag"]) == ("AMQP", "group0", True)
    error = api_error("UpdateRuleAction", ActionId=action_id, Type="FC", Configuration=json.dumps(amqp()))
    assert error.code == "iot.ruleng.NullServiceNameInFc"
    assert read(action_id) == info


def test_action_list_returns_oldest_first_with_status(api, create, rule, read, platform):
    ids = [create("AMQP", amqp(number)) for number in (2, 1)]
    listed = api("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"]
    assert [action["Id"] for action in listed] == ids
    assert [{**action, "Configuration": json.loads(action["Configuration"])} for action in listed] == [
        {**read(action_id), "Status": "NORMAL"} for action_id in ids
    ]
    empty = api("CreateRule", Name="other")["RuleId"]
    assert api("ListRuleActions", RuleId=empty) == {"RuleActionList": {"RuleActionInfo": []}}
    found = service.list_actions(Context(platform.store, 0, Account()), {"rule_id": rule})
    assert [json.loads(action["configuration"]) for action in found] == [amqp(2), amqp(1)]


def test_action_status_is_invalid_after_target_was_deleted(api, create, rule, product):
    create("REPUBLISH", {"topic": f"/{product}/lamp/user/get", "topicType": 1})
    create("AMQP", amqp(1))
    create("MNS", VALID_CONFIGURATIONS["MNS"])

    def statuses() -> list[str]:
        return [one["Status"] for one in api("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"]]

    assert statuses() == ["NORMAL", "NORMAL", "NORMAL"]
    api("DeleteProduct", ProductKey=product)
    api("DeleteConsumerGroup", GroupId="group1")
    assert statuses() == ["INVALID", "INVALID", "NORMAL"]


def test_deleted_action_is_not_found(api, create, api_error, rule):
    action_id = create("AMQP", amqp())
    api("DeleteRuleAction", ActionId=action_id)
    assert api("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"] == []
    change = {"Type": "AMQP", "Configuration": json.dumps(amqp())}
    for action, params in (("GetRuleAction", {}), ("DeleteRuleAction", {}), ("UpdateRuleAction", change)):
        assert api_error(action, ActionId=action_id, **params).code == "iot.rule.NotFoundRuleAction"


def test_rule_deletion_deletes_its_actions(platform, api, create, rule, api_error):
    create("AMQP", amqp())
    api("DeleteRule", RuleId=rule)
    assert platform.store.count("rule_action") == 0
    params = {"RuleId": rule, "Type": "AMQP", "Configuration": json.dumps(amqp())}
    assert api_error("CreateRuleAction", **params).code == "iot.rule.NotFoundRule"
    assert api_error("ListRuleActions", RuleId=rule).code == "iot.rule.NotFoundRule"
