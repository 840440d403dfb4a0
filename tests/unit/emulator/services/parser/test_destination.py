# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test destinations of parsers."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.times import utc

ABSENT = 999

ROLE = {"roleArn": "acs:ram::5645:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
REGION_AND_ROLE = {"regionName": "cn-shanghai", "role": ROLE}
CONFIGURATIONS = {
    "DATAHUB": {"projectName": "project", "topicName": "topic", **REGION_AND_ROLE},
    "ONS": {"instanceId": "MQ_INST_1", "topic": "topic", **REGION_AND_ROLE},
    "MNS": {"themeName": "theme", **REGION_AND_ROLE},
    "FC": {"serviceName": "service", "functionName": "function", **REGION_AND_ROLE},
    "OTS": {"instanceName": "instance", "tableName": "table", **REGION_AND_ROLE},
}
INVALID_CONFIGURATION = "iot.rule.ParseRuleActionConfigError"


@pytest.fixture
def product(api):
    """Create a product and return its key."""
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
def creation_error(api_error):
    """Try to create a destination and return the error code."""

    def creation_error(kind: str, configuration) -> str:
        text = configuration if isinstance(configuration, str) else json.dumps(configuration)
        return api_error("CreateDestination", Name="destination", Type=kind, Configuration=text).code

    return creation_error


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_destination_creation_stores_parameters(platform, api, kind):
    before = platform.clock.now()
    text = json.dumps(CONFIGURATIONS[kind], indent=1)
    created = api("CreateDestination", Name="目的 1", Type=kind, Configuration=text, Description="far away")[
        "Destination"
    ]
    expected = {"Name": "目的 1", "Type": kind, "Configuration": text, "IsFailover": False}
    assert created == {**expected, "DestinationId": created["DestinationId"], "UtcCreated": created["UtcCreated"]}
    assert utc(before) <= created["UtcCreated"] <= utc(platform.clock.now())
    read = api("GetDestination", DestinationId=created["DestinationId"])["Destination"]
    assert read == {**created, "DestinationId": str(created["DestinationId"]), "Status": "NORMAL"}


@pytest.mark.parametrize(
    "configuration",
    [
        {"productKey": "{key}"},
        {"topic": "/{key}/lamp/user/get", "topicType": 1},
        {"topic": "/sys/{key}/lamp/thing/service/property/set", "topicType": 0},
    ],
)
def test_republish_destination_with_missing_product_is_rejected(api, product, creation_error, configuration):
    text = json.dumps(configuration)
    api("CreateDestination", Name="lamp", Type="REPUBLISH", Configuration=text.replace("{key}", product))
    assert creation_error("REPUBLISH", text.replace("{key}", "a1nothing00")) == "iot.prod.NotExistedProduct"


def test_amqp_destination_with_missing_consumer_group_is_rejected(api, creation_error):
    group = api("CreateConsumerGroup", GroupName="group")["GroupId"]
    for one in (group, "DEFAULT_GROUP"):
        api("CreateDestination", Name="group", Type="AMQP", Configuration=json.dumps({"groupId": one}))
    absent = {"groupId": "nothingLikeThis0000000100"}
    assert creation_error("AMQP", absent) == "iot.consumer.group.ConsumerGroupNotExist"


def test_destination_configuration_with_uppercase_keys_is_accepted(api):
    capitals = {"ProjectName": "project", "TopicName": "topic", "RegionName": "cn-shanghai", "role": ROLE}
    api("CreateDestination", Name="hub", Type="DATAHUB", Configuration=json.dumps(capitals))


@pytest.mark.parametrize(
    ("kind", "configuration", "code"),
    [
        ("RDS", "{}", "iot.rule.IncorrentRuleActionType"),
        ("REUBLISH", {"productKey": "a1"}, "iot.rule.IncorrentRuleActionType"),
        ("MNS", "theme", "iot.ruleng.RuleActionConfigurationIsNotJson"),
        ("MNS", "[]", "iot.ruleng.RuleActionConfigurationIsNotJson"),
        ("MNS", '{"themeName": NaN}', "iot.ruleng.RuleActionConfigurationIsNotJson"),
        ("MNS", '{"themeName": "\\ud800"}', "iot.ruleng.RuleActionConfigurationIsNotJson"),
        ("MNS", "[" * 100_000, "iot.ruleng.RuleActionConfigurationIsNotJson"),
        ("MNS", "{}", "iot.ruleng.NullRuleActionConfig"),
        ("REPUBLISH", {"topicType": 1}, INVALID_CONFIGURATION),
        ("REPUBLISH", {"productKey": 1}, INVALID_CONFIGURATION),
        ("REPUBLISH", {"topic": ""}, "iot.messagebroker.NullTopicName"),
        ("REPUBLISH", {"topic": "a1/lamp/user/get"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ("AMQP", {"group": "DEFAULT_GROUP"}, INVALID_CONFIGURATION),
        ("AMQP", {"groupId": ["DEFAULT_GROUP"]}, INVALID_CONFIGURATION),
        ("AMQP", {"groupId": "no/id"}, "iot.consumer.group.InvalidConsumerGroupId"),
    ],
)
def test_destination_configuration_invalid_is_rejected(platform, creation_error, kind, configuration, code):
    assert creation_error(kind, configuration) == code
    assert platform.store.count("destination") == 0


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("DATAHUB", "projectName", "iot.ruleng.NullProjectOfDatahub"),
        ("DATAHUB", "topicName", "iot.ruleng.NullTopicInDatahubProject"),
        ("ONS", "instanceId", INVALID_CONFIGURATION),
        ("ONS", "topic", "iot.messagebroker.NullTopicName"),
        ("MNS", "themeName", "iot.ruleng.NullTopicNameInMns"),
        ("FC", "serviceName", "iot.ruleng.NullServiceNameInFc"),
        ("FC", "functionName", "iot.ruleng.NullFunctionNameInFc"),
        ("OTS", "instanceName", "iot.ruleng.NullOtsInstanceName"),
        ("OTS", "tableName", "iot.ruleng.NullTableNameInOtsInstance"),
    ],
)
def test_destination_configuration_without_member_of_type_is_rejected(creation_error, kind, name, code):
    for value in (None, "", 7):
        assert creation_error(kind, {**CONFIGURATIONS[kind], name: value}) == code


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_destination_configuration_without_region_or_role_is_rejected(creation_error, kind):
    valid = CONFIGURATIONS[kind]
    for region in (None, "", "shanghai", "CN-Shanghai", 7):
        assert creation_error(kind, {**valid, "regionName": region}) == "iot.ruleng.IncorrectRegionName"
    for role, code in (
        (None, "InvalidRamRole"),
        ("role", "InvalidRamRole"),
        ({"roleName": "role"}, "NullRamRoleArn"),
        ({"roleArn": ROLE["roleArn"], "roleName": ""}, "NullRamRoleName"),
        ({"roleArn": "acs:ram:5645:role/role", "roleName": "role"}, "InvalidRamRole"),
    ):
        assert creation_error(kind, {**valid, "role": role}) == f"iot.ruleng.{code}"


def test_destination_update_changes_modification_time(platform, api, create):
    destination = create("old", Description="old")
    created = api("GetDestination", DestinationId=destination)["Destination"]["UtcCreated"]
    parser = api("CreateParser", Name="parser")["ParserId"]
    api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=False)
    platform.clock.advance(10)
    text = json.dumps(CONFIGURATIONS["FC"])
    api("UpdateDestination", DestinationId=destination, Name="new", Type="FC", Configuration=text)
    (listed,) = api("ListDestination", Page=1, PageSize=10)["Destinations"]["destinations"]
    returned = {name: listed[name] for name in ("Name", "Type", "Configuration", "Description", "UtcCreated")}
    expected = {"Name": "new", "Type": "FC", "Configuration": text, "Description": "old", "UtcCreated": created}
    assert returned == expected
    (attached,) = api("ListParserDestination", ParserId=parser)["Data"]["destinations"]
    assert attached["UtcModified"] > created == attached["UtcCreated"]


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("RDS", "{}", "iot.rule.IncorrentRuleActionType"),
        ("FC", json.dumps(CONFIGURATIONS["MNS"]), "iot.ruleng.NullServiceNameInFc"),
    ],
)
def test_destination_update_invalid_is_rejected(api, create, api_error, kind, text, code):
    destination = create()
    before = api("GetDestination", DestinationId=destination)
    call = {"DestinationId": destination, "Name": "new", "Type": kind, "Configuration": text}
    assert api_error("UpdateDestination", **call).code == code
    assert api("GetDestination", DestinationId=destination) == before


def test_destination_list_returns_requested_page_oldest_first(api, create, api_error):
    created = [create(name, kind) for name, kind in (("a1", "MNS"), ("a2", "FC"), ("A3", "OTS"), ("b1", "OTS"))]

    def listed(**params) -> list[int]:
        reply = api("ListDestination", **{"Page": 1, "PageSize": 10, **params})
        return [destination["DestinationId"] for destination in reply["Destinations"]["destinations"]]

    reply = api("ListDestination", Page=2, PageSize=3)
    assert [one["DestinationId"] for one in reply["Destinations"]["destinations"]] == created[3:]
    assert {name: reply[name] for name in ("Page", "PageSize", "Total")} == {"Page": 2, "PageSize": 3, "Total": 4}
    assert listed() == created
    assert listed(SearchName="a") == created[:2]
    assert listed(Types=["OTS", "MNS"]) == [created[0], *created[2:]]
    assert listed(Types=["OTS"], SearchName="1") == created[3:]
    assert api_error("ListDestination", Page=1, PageSize=1, Types=["RDS"]).code == "iot.rule.IncorrentRuleActionType"
    for page in ({"Page": 101, "PageSize": 1}, {"Page": 1, "PageSize": 101}, {"Page": 0, "PageSize": 1}):
        assert api_error("ListDestination", **page).code == "iot.common.InvalidPageParams"


def test_destination_is_failover_depends_on_attachment(api, create):
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


def test_destination_status_is_invalid_after_target_was_deleted(api, product):
    group = api("CreateConsumerGroup", GroupName="everything")["GroupId"]
    configurations = {"REPUBLISH": {"productKey": product}, "AMQP": {"groupId": group}, "MNS": CONFIGURATIONS["MNS"]}
    created = [
        api("CreateDestination", Name=kind, Type=kind, Configuration=json.dumps(settings))["Destination"]
        for kind, settings in configurations.items()
    ]

    def statuses() -> list[str]:
        listed = api("ListDestination", Page=1, PageSize=10)["Destinations"]["destinations"]
        read = [api("GetDestination", DestinationId=one["DestinationId"])["Destination"]["Status"] for one in created]
        assert [one["Status"] for one in listed] == read
        return read

    assert statuses() == ["NORMAL", "NORMAL", "NORMAL"]
    api("DeleteProduct", ProductKey=product)
    assert statuses() == ["INVALID", "NORMAL", "NORMAL"]
    api("DeleteConsumerGroup", GroupId=group)
    assert statuses() == ["INVALID", "INVALID", "NORMAL"]


def test_destination_deletion_while_attached_is_rejected(api, create, api_error):
    destination = create()
    parser = api("CreateParser", Name="parser")["ParserId"]
    api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=False)
    assert api_error("DeleteDestination", DestinationId=destination).code == "iot.system.IllegalRequest"
    api("DetachDestination", ParserId=parser, DestinationId=destination)
    api("DeleteDestination", DestinationId=destination)
    assert api_error("GetDestination", DestinationId=destination).code == "iot.rule.destinationNotExists"
    assert create() > destination  # ids are not reused


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("UpdateDestination", {"Name": "new", "Type": "MNS", "Configuration": "{}"}),
        ("GetDestination", {}),
        ("DeleteDestination", {}),
    ],
)
def test_missing_destination_is_not_found(api_error, action, params):
    assert api_error(action, DestinationId=ABSENT, **params).code == "iot.rule.destinationNotExists"
