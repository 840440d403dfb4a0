# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Destinations of parsers."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.times import utc

ABSENT = 999

ROLE = {"roleArn": "acs:ram::5645:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
ABROAD = {"regionName": "cn-shanghai", "role": ROLE}
CONFIGURATIONS = {
    "DATAHUB": {"projectName": "project", "topicName": "topic", **ABROAD},
    "ONS": {"instanceId": "MQ_INST_1", "topic": "topic", **ABROAD},
    "MNS": {"themeName": "theme", **ABROAD},
    "FC": {"serviceName": "service", "functionName": "function", **ABROAD},
    "OTS": {"instanceName": "instance", "tableName": "table", **ABROAD},
}
WRONG = "iot.rule.ParseRuleActionConfigError"


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def create(api):
    """Create a destination and return its id."""

    def create(name: str = "destination", kind: str = "MNS", **params) -> int:
        text = json.dumps(CONFIGURATIONS[kind])
        reply = api("CreateDestination", Name=name, Type=kind, Configuration=text, **params)
        return reply["Destination"]["DestinationId"]

    return create


@pytest.fixture
def code_of(api_error):
    """The error code for a configuration."""

    def code_of(kind: str, configuration) -> str:
        text = configuration if isinstance(configuration, str) else json.dumps(configuration)
        return api_error("CreateDestination", Name="destination", Type=kind, Configuration=text).code

    return code_of


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_destination_in_another_cloud_product(platform, api, kind):
    before = platform.clock.now()
    text = json.dumps(CONFIGURATIONS[kind], indent=1)
    made = api("CreateDestination", Name="目的 1", Type=kind, Configuration=text, Description="far away")["Destination"]
    expected = {"Name": "目的 1", "Type": kind, "Configuration": text, "IsFailover": False}
    assert made == {**expected, "DestinationId": made["DestinationId"], "UtcCreated": made["UtcCreated"]}
    assert utc(before) <= made["UtcCreated"] <= utc(platform.clock.now())
    read = api("GetDestination", DestinationId=made["DestinationId"])["Destination"]
    assert read == {**made, "DestinationId": str(made["DestinationId"]), "Status": "NORMAL"}


@pytest.mark.parametrize(
    "configuration",
    [
        {"productKey": "{key}"},
        {"topic": "/{key}/lamp/user/get", "topicType": 1},
        {"topic": "/sys/{key}/lamp/thing/service/property/set", "topicType": 0},
    ],
)
def test_a_product_as_destination(api, product, code_of, configuration):
    text = json.dumps(configuration)
    api("CreateDestination", Name="lamp", Type="REPUBLISH", Configuration=text.replace("{key}", product))
    assert code_of("REPUBLISH", text.replace("{key}", "a1nothing00")) == "iot.prod.NotExistedProduct"


def test_a_consumer_group_as_destination(api, code_of):
    group = api("CreateConsumerGroup", GroupName="group")["GroupId"]
    for one in (group, "DEFAULT_GROUP"):
        api("CreateDestination", Name="group", Type="AMQP", Configuration=json.dumps({"groupId": one}))
    absent = {"groupId": "nothingLikeThis0000000100"}
    assert code_of("AMQP", absent) == "iot.consumer.group.ConsumerGroupNotExist"


def test_names_with_capitals_are_taken(api):
    capitals = {"ProjectName": "project", "TopicName": "topic", "RegionName": "cn-shanghai", "role": ROLE}
    api("CreateDestination", Name="hub", Type="DATAHUB", Configuration=json.dumps(capitals))


@pytest.mark.parametrize(
    ("kind", "configuration", "code"),
    [
        ("RDS", "{}", "iot.rule.IncorrentRuleActionType"),
        ("REUBLISH", {"productKey": "a1"}, "iot.rule.IncorrentRuleActionType"),
        ("MNS", "theme", "iot.ruleng.RuleActionConfigurationsNotJson"),
        ("MNS", "[]", "iot.ruleng.RuleActionConfigurationsNotJson"),
        ("MNS", '{"themeName": NaN}', "iot.ruleng.RuleActionConfigurationsNotJson"),
        ("MNS", '{"themeName": "\\ud800"}', "iot.ruleng.RuleActionConfigurationsNotJson"),
        ("MNS", "[" * 100_000, "iot.ruleng.RuleActionConfigurationsNotJson"),
        ("MNS", "{}", "iot.ruleng.NullRuleActionConfig"),
        ("REPUBLISH", {"topicType": 1}, WRONG),
        ("REPUBLISH", {"productKey": 1}, WRONG),
        ("REPUBLISH", {"topic": ""}, "iot.messagebroker.NullTopicName"),
        ("REPUBLISH", {"topic": "a1/lamp/user/get"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ("AMQP", {"group": "DEFAULT_GROUP"}, WRONG),
        ("AMQP", {"groupId": ["DEFAULT_GROUP"]}, WRONG),
        ("AMQP", {"groupId": "no/id"}, "iot.consumer.group.InvalidConsumerGroupId"),
    ],
)
def test_what_cannot_be_a_destination(platform, code_of, kind, configuration, code):
    assert code_of(kind, configuration) == code
    assert platform.store.count("destination") == 0


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("DATAHUB", "projectName", "iot.ruleng.NullProjectOfDatahub"),
        ("DATAHUB", "topicName", "iot.ruleng.NullTopicInDatahubProject"),
        ("ONS", "instanceId", WRONG),
        ("ONS", "topic", "iot.messagebroker.NullTopicName"),
        ("MNS", "themeName", "iot.ruleng.NullTopicNameInMns"),
        ("FC", "serviceName", "iot.ruleng.NullServiceNameInFc"),
        ("FC", "functionName", "iot.ruleng.NullFunctionNameInFc"),
        ("OTS", "instanceName", "iot.ruleng.NullOtsInstanceName"),
        ("OTS", "tableName", "iot.ruleng.NullTableNameInOtsInstance"),
    ],
)
def test_what_each_type_needs(code_of, kind, name, code):
    for value in (None, "", 7):
        assert code_of(kind, {**CONFIGURATIONS[kind], name: value}) == code


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_what_all_of_them_need(code_of, kind):
    good = CONFIGURATIONS[kind]
    for region in (None, "", "shanghai", "CN-Shanghai", 7):
        assert code_of(kind, {**good, "regionName": region}) == "iot.ruleng.IncorrectRegionName"
    for role, code in (
        (None, "InvalidRamRole"),
        ("role", "InvalidRamRole"),
        ({"roleName": "role"}, "NullRamRoleArn"),
        ({"roleArn": ROLE["roleArn"], "roleName": ""}, "NullRamRoleName"),
        ({"roleArn": "acs:ram:5645:role/role", "roleName": "role"}, "InvalidRamRole"),
    ):
        assert code_of(kind, {**good, "role": role}) == f"iot.ruleng.{code}"


def test_an_update(platform, api, create):
    destination = create("old", Description="old")
    created = api("GetDestination", DestinationId=destination)["Destination"]["UtcCreated"]
    parser = api("CreateParser", Name="parser")["ParserId"]
    api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=False)
    platform.clock.advance(10)
    text = json.dumps(CONFIGURATIONS["FC"])
    api("UpdateDestination", DestinationId=destination, Name="new", Type="FC", Configuration=text)
    (listed,) = api("ListDestination", Page=1, PageSize=10)["Destinations"]["destinations"]
    written = {name: listed[name] for name in ("Name", "Type", "Configuration", "Description", "UtcCreated")}
    expected = {"Name": "new", "Type": "FC", "Configuration": text, "Description": "old", "UtcCreated": created}
    assert written == expected
    (attached,) = api("ListParserDestination", ParserId=parser)["Data"]["destinations"]
    assert attached["UtcModified"] > created == attached["UtcCreated"]


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("RDS", "{}", "iot.rule.IncorrentRuleActionType"),
        ("FC", json.dumps(CONFIGURATIONS["MNS"]), "iot.ruleng.NullServiceNameInFc"),
    ],
)
def test_updates_that_are_refused(api, create, api_error, kind, text, code):
    destination = create()
    before = api("GetDestination", DestinationId=destination)
    call = {"DestinationId": destination, "Name": "new", "Type": kind, "Configuration": text}
    assert api_error("UpdateDestination", **call).code == code
    assert api("GetDestination", DestinationId=destination) == before


def test_the_list(api, create, api_error):
    made = [create(name, kind) for name, kind in (("a1", "MNS"), ("a2", "FC"), ("A3", "OTS"), ("b1", "OTS"))]

    def listed(**params) -> list[int]:
        reply = api("ListDestination", **{"Page": 1, "PageSize": 10, **params})
        return [destination["DestinationId"] for destination in reply["Destinations"]["destinations"]]

    reply = api("ListDestination", Page=2, PageSize=3)
    assert [one["DestinationId"] for one in reply["Destinations"]["destinations"]] == made[3:]
    assert {name: reply[name] for name in ("Page", "PageSize", "Total")} == {"Page": 2, "PageSize": 3, "Total": 4}
    assert listed() == made
    assert listed(SearchName="a") == made[:2]
    assert listed(Types=["OTS", "MNS"]) == [made[0], *made[2:]]
    assert listed(Types=["OTS"], SearchName="1") == made[3:]
    assert api_error("ListDestination", Page=1, PageSize=1, Types=["RDS"]).code == "iot.rule.IncorrentRuleActionType"
    for page in ({"Page": 101, "PageSize": 1}, {"Page": 1, "PageSize": 101}, {"Page": 0, "PageSize": 1}):
        assert api_error("ListDestination", **page).code == "iot.common.InvalidPageParams"


def test_a_destination_is_for_failures_where_a_parser_uses_it_so(api, create):
    destination = create()

    def is_failover() -> list[bool]:
        (listed,) = api("ListDestination", Page=1, PageSize=1)["Destinations"]["destinations"]
        return [listed["IsFailover"], api("GetDestination", DestinationId=destination)["Destination"]["IsFailover"]]

    parser = api("CreateParser", Name="parser")["ParserId"]
    for flag in (False, True):
        api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=flag)
        assert is_failover() == [flag, flag]
    api("DetachDestination", ParserId=parser, DestinationId=destination)
    assert is_failover() == [False, False]


def test_a_destination_is_invalid_when_it_has_nowhere_to_send_to(api, product):
    group = api("CreateConsumerGroup", GroupName="everything")["GroupId"]
    wanted = {"REPUBLISH": {"productKey": product}, "AMQP": {"groupId": group}, "MNS": CONFIGURATIONS["MNS"]}
    made = [
        api("CreateDestination", Name=kind, Type=kind, Configuration=json.dumps(settings))["Destination"]
        for kind, settings in wanted.items()
    ]

    def statuses() -> list[str]:
        listed = api("ListDestination", Page=1, PageSize=10)["Destinations"]["destinations"]
        single = [api("GetDestination", DestinationId=one["DestinationId"])["Destination"]["Status"] for one in made]
        assert [one["Status"] for one in listed] == single
        return single

    assert statuses() == ["NORMAL", "NORMAL", "NORMAL"]
    api("DeleteProduct", ProductKey=product)
    assert statuses() == ["INVALID", "NORMAL", "NORMAL"]
    api("DeleteConsumerGroup", GroupId=group)
    assert statuses() == ["INVALID", "INVALID", "NORMAL"]


def test_a_deleted_destination_is_gone(api, create, api_error):
    destination = create()
    parser = api("CreateParser", Name="parser")["ParserId"]
    api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=False)
    assert api_error("DeleteDestination", DestinationId=destination).code == "iot.system.IllegalRequest"
    api("DetachDestination", ParserId=parser, DestinationId=destination)
    api("DeleteDestination", DestinationId=destination)
    assert api_error("GetDestination", DestinationId=destination).code == "iot.rule.destinationNotExists"
    assert create() > destination  # an id is given once


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("UpdateDestination", {"Name": "new", "Type": "MNS", "Configuration": "{}"}),
        ("GetDestination", {}),
        ("DeleteDestination", {}),
    ],
)
def test_a_destination_that_is_not_there(api_error, action, params):
    assert api_error(action, DestinationId=ABSENT, **params).code == "iot.rule.destinationNotExists"
