# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions of rules, and what their configurations must hold."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.rule import action as service

ROLE = {"roleArn": "acs:ram::6541***:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
CLOUD = {"regionName": "cn-shanghai", "role": ROLE}
COLUMN = {"name": "devicename", "value": "${deviceName}", "type": "STRING"}
KEY = {"columnType": "STRING", "columnName": "ttt", "columnValue": "${tt}", "option": ""}
COUNTER = {"columnType": "INTEGER", "columnName": "id", "columnValue": "", "option": "AUTO_INCREMENT"}

GOOD = {
    "AMQP": {"groupId": "DEFAULT_GROUP"},
    "DATAHUB": {**CLOUD, "projectName": "iot_stream", "topicName": "device_message", "schemaVals": [COLUMN]},
    "ONS": {**CLOUD, "instanceId": "MQ_INST_1", "topic": "aliyun-iot", "tag": "t" * 128},
    "MNS": {**CLOUD, "themeName": "mns-test-topic1"},
    "FC": {**CLOUD, "functionName": "weatherForecast", "serviceName": "weather"},
    "OTS": {**CLOUD, "instanceName": "testaaa", "tableName": "tt", "primaryKeys": [KEY, COUNTER]},
}


def without(name: str, configuration: dict) -> dict:
    return {key: value for key, value in configuration.items() if key != name}


def amqp(number: int = 0) -> dict:
    return {"groupId": f"group{number}"}


@pytest.fixture(autouse=True)
def _groups(platform):
    """The consumer groups that ``amqp`` means."""
    with platform.store.transaction():
        for number in range(11):
            name = f"group{number}"
            platform.store.insert("consumer_group", group_id=name, group_name=name, created_at=1)


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def rule(api):
    """The id of a rule."""
    return api("CreateRule", Name="forward")["RuleId"]


@pytest.fixture
def create(api, rule):
    """Create an action and return its id."""

    def create(kind: str, configuration: dict, rule_id: int = rule, **params) -> int:
        written = json.dumps(configuration)
        return api("CreateRuleAction", RuleId=rule_id, Type=kind, Configuration=written, **params)["ActionId"]

    return create


@pytest.fixture
def read(api):
    """What GetRuleAction says of an action, its configuration taken apart."""

    def read(action_id: int) -> dict:
        info = api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]
        return {**info, "Configuration": json.loads(info["Configuration"])}

    return read


@pytest.fixture
def wrong(api_error, rule):
    """The error code that an action of this configuration gets."""

    def wrong(kind: str, configuration) -> str:
        written = configuration if isinstance(configuration, str) else json.dumps(configuration)
        return api_error("CreateRuleAction", RuleId=rule, Type=kind, Configuration=written).code

    return wrong


@pytest.mark.parametrize("kind", GOOD)
def test_every_type(platform, create, read, rule, kind):
    action_id = create(kind, GOOD[kind])
    info = read(action_id)
    assert info["Configuration"].items() >= GOOD[kind].items()
    assert info["Configuration"]["uid"] == platform.account.user_id
    assert (info["Id"], info["RuleId"], info["Type"], info["ErrorActionFlag"]) == (action_id, rule, kind, False)


@pytest.mark.parametrize(
    ("below", "topic_type"),
    [
        ("thing/service/property/set", 0),
        ("thing/service/reboot", 0),
        ("user/get", 1),
        ("user/a/${name}", 1),
    ],
)
def test_republishing(api, create, platform, product, below, topic_type):
    topic = f"{'' if topic_type else '/sys'}/{product}/lamp/{below}"
    action_id = create("REPUBLISH", {"topicType": topic_type, "topic": topic})
    written = api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]["Configuration"]
    assert written == f'{{"topic":"{topic}","topicType":{topic_type},"uid":"{platform.account.user_id}"}}'


def test_a_product_that_only_the_message_tells(create):
    create("REPUBLISH", {"topic": "/${productKey}/${deviceName}/user/get", "topicType": 1})


def test_a_consumer_group_must_be_there(api, create, wrong, api_error):
    action_id = create("AMQP", amqp())
    assert wrong("AMQP", amqp(11)) == "iot.consumer.group.ConsumerGroupNotExist"
    change = {"ActionId": action_id, "Type": "AMQP", "Configuration": json.dumps(amqp(11))}
    assert api_error("UpdateRuleAction", **change).code == "iot.consumer.group.ConsumerGroupNotExist"


def test_the_end_point_of_a_table_store(create, read):
    added = read(create("OTS", GOOD["OTS"]))["Configuration"]["endPoint"]
    assert added == "http://testaaa.cn-shanghai.ots.aliyuncs.com"


def test_what_the_platform_adds_can_be_written_back(api, create, api_error, rule):
    action_id = create("OTS", GOOD["OTS"])
    first = api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]["Configuration"]
    same = api_error("CreateRuleAction", RuleId=rule, Type="OTS", Configuration=first)
    assert same.code == "iot.rule.RuleActionsAlreadyCreated"
    api("UpdateRuleAction", ActionId=action_id, Type="OTS", Configuration=first)
    assert api("GetRuleAction", ActionId=action_id)["RuleActionInfo"]["Configuration"] == first


@pytest.mark.parametrize("written", ["x", "[]", '"x"', "1", "null", '{"a": NaN}', '{"groupId": "\\ud800"}', "[" * 9999])
def test_what_is_not_json(wrong, written):
    assert wrong("AMQP", written) == "iot.ruleng.RuleActionConfigurationsNotJson"


@pytest.mark.parametrize("configuration", [{}, {"uid": "1"}])
def test_an_empty_configuration(wrong, configuration):
    assert wrong("AMQP", configuration) == "iot.ruleng.NullRuleActionConfig"


@pytest.mark.parametrize("kind", ["RDS", "TSDB", "REUBLISH", "amqp"])
def test_types_that_there_are_not(wrong, kind):
    assert wrong(kind, amqp()) == "iot.rule.IncorrentRuleActionType"


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
def test_members_that_must_be_there(wrong, kind, name, code):
    empty = [] if isinstance(GOOD[kind][name], list) else ""
    assert wrong(kind, {"more": 1, **without(name, GOOD[kind])}) == code
    assert wrong(kind, {**GOOD[kind], name: empty}) == code
    if not isinstance(GOOD[kind][name], dict):
        assert wrong(kind, {**GOOD[kind], name: 1}) == "iot.rule.ParseRuleActionConfigError"


def test_a_tag_may_be_missing_but_not_long(create, wrong):
    create("ONS", without("tag", GOOD["ONS"]))
    assert wrong("ONS", {**GOOD["ONS"], "tag": "t" * 129}) == "iot.ruleng.InvalidFormattedTagInConfiguration"
    assert wrong("ONS", {**GOOD["ONS"], "tag": "路" * 43}) == "iot.ruleng.InvalidFormattedTagInConfiguration"
    assert wrong("ONS", {**GOOD["ONS"], "tag": 1}) == "iot.rule.ParseRuleActionConfigError"


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (without("roleArn", ROLE), "iot.ruleng.NullRamRoleArn"),
        (without("roleName", ROLE), "iot.ruleng.NullRamRoleName"),
        ({**ROLE, "roleArn": "acs:ram:role"}, "iot.ruleng.InvalidRamRole"),
        ("AliyunIOTAccessingRole", "iot.ruleng.InvalidRamRole"),
    ],
)
def test_roles(wrong, role, code):
    assert wrong("MNS", {**GOOD["MNS"], "role": role}) == code


def test_regions(wrong):
    assert wrong("MNS", {**GOOD["MNS"], "regionName": "Shanghai"}) == "iot.ruleng.IncorrectRegionName"


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
def test_columns_of_a_schema(wrong, column, code):
    assert wrong("DATAHUB", {**GOOD["DATAHUB"], "schemaVals": [COLUMN, column]}) == code


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (without("columnName", KEY), "iot.ruleng.NullPrimaryKeyNameInOts"),
        (without("columnType", KEY), "iot.ruleng.NullPrimaryKeyTypeInOts"),
        (without("columnValue", KEY), "iot.ruleng.NullPrimaryKeyValueInOts"),
        ({**COUNTER, "option": ""}, "iot.ruleng.NullPrimaryKeyValueInOts"),
        ({**COUNTER, "columnType": "STRING"}, "iot.ruleng.IncorrectPrimaryKeyValueInOtsTable"),
        ({**COUNTER, "option": "COUNTING"}, "iot.ruleng.IncorrectPrimaryKeyValueInOtsTable"),
        ({**KEY, "columnType": "DOUBLE"}, "iot.rule.ParseRuleActionConfigError"),
    ],
)
def test_primary_keys(wrong, key, code):
    assert wrong("OTS", {**GOOD["OTS"], "primaryKeys": [KEY, key]}) == code


def test_a_primary_key_needs_no_option(create):
    create("OTS", {**GOOD["OTS"], "primaryKeys": [without("option", KEY)]})


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
def test_topics_that_cannot_be_published_to_again(wrong, product, configuration, code):
    written = json.dumps(configuration).replace("{key}", product)
    assert wrong("REPUBLISH", written) == code


def test_binary_data_do_not_go_to_a_table_store(api, create, api_error):
    binary = api("CreateRule", Name="binary", DataType="BINARY")["RuleId"]
    written = json.dumps(GOOD["OTS"])
    code = "iot.rule.IncorrentRuleActionType"
    assert api_error("CreateRuleAction", RuleId=binary, Type="OTS", Configuration=written).code == code
    action_id = create("AMQP", amqp(), binary)
    assert api_error("UpdateRuleAction", ActionId=action_id, Type="OTS", Configuration=written).code == code


def test_what_must_be_there(api, rule):
    whole = {"RuleId": rule, "Type": "AMQP", "Configuration": "{}"}
    for name in whole:
        with pytest.raises(GatewayError, match=f"Missing{name}"):
            api("CreateRuleAction", **{**whole, name: ""})


def test_a_rule_has_at_most_10(create, wrong, api):
    assert service.MOST_ACTIONS == 10
    action_id = create("AMQP", amqp(), ErrorActionFlag=True)
    for number in range(1, 10):
        create("AMQP", amqp(number))
    assert wrong("AMQP", amqp(10)) == "iot.rule.TooManyRuleAction"
    api("DeleteRuleAction", ActionId=action_id)
    create("AMQP", amqp(10))


def test_a_rule_has_one_action_for_errors(api, create, api_error, rule, read):
    action_id = create("AMQP", amqp(), ErrorActionFlag=True)
    assert read(action_id)["ErrorActionFlag"] is True
    params = {"RuleId": rule, "Type": "AMQP", "Configuration": json.dumps(amqp(1)), "ErrorActionFlag": True}
    assert api_error("CreateRuleAction", **params).code == "iot.ruleng.OnlyAllowOneErrorAction"
    create("AMQP", amqp())
    other = api("CreateRule", Name="other")["RuleId"]
    create("AMQP", amqp(), other, ErrorActionFlag=True)


def test_the_same_action_twice(api, create, wrong, api_error):
    create("DATAHUB", GOOD["DATAHUB"])
    assert wrong("DATAHUB", dict(reversed(GOOD["DATAHUB"].items()))) == "iot.rule.RuleActionsAlreadyCreated"
    other = create("DATAHUB", {**GOOD["DATAHUB"], "topicName": "other"})
    same = api_error("UpdateRuleAction", ActionId=other, Type="DATAHUB", Configuration=json.dumps(GOOD["DATAHUB"]))
    assert same.code == "iot.rule.RuleActionsAlreadyCreated"
    create("DATAHUB", GOOD["DATAHUB"], api("CreateRule", Name="other")["RuleId"])


def test_an_update(api, create, read, api_error):
    action_id = create("ONS", GOOD["ONS"], ErrorActionFlag=True)
    api("UpdateRuleAction", ActionId=action_id, Type="ONS", Configuration=json.dumps(without("tag", GOOD["ONS"])))
    assert "tag" not in read(action_id)["Configuration"]
    api("UpdateRuleAction", ActionId=action_id, Type="AMQP", Configuration=json.dumps(amqp()))
    info = read(action_id)
    assert (info["Type"], info["Configuration"]["groupId"], info["ErrorActionFlag"]) == ("AMQP", "group0", True)
    bad = api_error("UpdateRuleAction", ActionId=action_id, Type="FC", Configuration=json.dumps(amqp()))
    assert bad.code == "iot.ruleng.NullServiceNameInFc"
    assert read(action_id) == info


def test_the_list(api, create, rule, read, platform):
    ids = [create("AMQP", amqp(number)) for number in (2, 1)]
    listed = api("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"]
    assert [action["Id"] for action in listed] == ids
    assert [{**action, "Configuration": json.loads(action["Configuration"])} for action in listed] == [
        {**read(action_id), "Status": "NORMAL"} for action_id in ids
    ]
    empty = api("CreateRule", Name="other")["RuleId"]
    assert api("ListRuleActions", RuleId=empty) == {"RuleActionList": {"RuleActionInfo": []}}
    found = service.actions_of(Context(platform.store, 0, Account()), {"rule_id": rule})
    assert [json.loads(action["configuration"]) for action in found] == [amqp(2), amqp(1)]


def test_an_action_is_invalid_when_it_has_nowhere_to_send_to(api, create, rule, product):
    create("REPUBLISH", {"topic": f"/{product}/lamp/user/get", "topicType": 1})
    create("AMQP", amqp(1))
    create("MNS", GOOD["MNS"])

    def statuses() -> list[str]:
        return [one["Status"] for one in api("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"]]

    assert statuses() == ["NORMAL", "NORMAL", "NORMAL"]
    api("DeleteProduct", ProductKey=product)
    api("DeleteConsumerGroup", GroupId="group1")
    assert statuses() == ["INVALID", "INVALID", "NORMAL"]


def test_a_deleted_action_is_gone(api, create, api_error, rule):
    action_id = create("AMQP", amqp())
    api("DeleteRuleAction", ActionId=action_id)
    assert api("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"] == []
    change = {"Type": "AMQP", "Configuration": json.dumps(amqp())}
    for action, params in (("GetRuleAction", {}), ("DeleteRuleAction", {}), ("UpdateRuleAction", change)):
        assert api_error(action, ActionId=action_id, **params).code == "iot.rule.NotFoundRuleAction"


def test_a_deleted_rule_takes_its_actions_along(platform, api, create, rule, api_error):
    create("AMQP", amqp())
    api("DeleteRule", RuleId=rule)
    assert platform.store.count("rule_action") == 0
    params = {"RuleId": rule, "Type": "AMQP", "Configuration": json.dumps(amqp())}
    assert api_error("CreateRuleAction", **params).code == "iot.rule.NotFoundRule"
    assert api_error("ListRuleActions", RuleId=rule).code == "iot.rule.NotFoundRule"
