# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test server-side subscriptions."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.services.subscription import subscription as service

DEFAULT = "DEFAULT_GROUP"
ABSENT = "a1nothing00"
ABSENT_GROUP = "nothingLikeThis0000000100"

FLAGS = {
    "DeviceDataFlag": "device_data",
    "DeviceStatusChangeFlag": "device_status_change",
    "DeviceTopoLifeCycleFlag": "device_topo_life_cycle",
    "FoundDeviceListFlag": "found_device_list",
    "ThingHistoryFlag": "thing_history",
    "DeviceLifeCycleFlag": "device_life_cycle",
    "OtaEventFlag": "ota_event",
    "DeviceTagFlag": "device_tag",
    "OtaVersionFlag": "ota_version",
    "OtaJobFlag": "ota_job",
}
ALL_TRUE = dict.fromkeys(FLAGS, True)
ALL_FALSE = dict.fromkeys(FLAGS, False)
GATEWAY_FLAGS = ("DeviceTopoLifeCycleFlag", "FoundDeviceListFlag")
AMQP_FLAGS = ("DeviceTagFlag", "OtaVersionFlag", "OtaJobFlag")

QUEUE = {
    "queueName": "mns-test-topic1",
    "regionName": "cn-shanghai",
    "role": {
        "roleArn": "acs:ram::5645:role/aliyuniotaccessingmnsrole",
        "roleName": "AliyunIOTAccessingMNSRole",
    },
}


@pytest.fixture
def create_product(api):
    """Create a product and return its key."""

    def create_product(name: str = "light", node_type: int = 0) -> str:
        return api("CreateProduct", ProductName=name, NodeType=node_type)["ProductKey"]

    return create_product


@pytest.fixture
def product(create_product):
    """Create a product and return its key."""
    return create_product()


@pytest.fixture
def groups(api):
    """Create two consumer groups and return their ids."""
    return [api("CreateConsumerGroup", GroupName=name)["GroupId"] for name in ("group_1", "group_2")]


@pytest.fixture
def subscribe(api, product):
    """Create an AMQP subscription of the product."""

    def subscribe(*groups: str, **flags: bool) -> None:
        call = {"ProductKey": product, "Type": "AMQP", "ConsumerGroupIds": list(groups)}
        api("CreateSubscribeRelation", **call, **(flags or {"DeviceDataFlag": True}))

    return subscribe


@pytest.fixture
def read(api, product):
    """Read the product's subscription of a type."""

    def read(kind: str = "AMQP") -> dict:
        return api("QuerySubscribeRelation", ProductKey=product, Type=kind)

    return read


@pytest.fixture
def subscribed(platform):
    """Return the consumer groups that receive messages of a type from a product."""

    def subscribed(product_key: str, message_type: str) -> list[str]:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        return service.subscribed_groups(ctx, product_key, message_type)

    return subscribed


def test_amqp_subscription_returns_flags_and_groups_in_order(product, groups, subscribe, read):
    subscribe(groups[1], DEFAULT, groups[1], OtaEventFlag=True, DeviceDataFlag=False)
    assert read() == {
        **ALL_FALSE,
        "OtaEventFlag": True,
        "ProductKey": product,
        "Type": "AMQP",
        "ConsumerGroupIds": [groups[1], DEFAULT],
    }


def test_mns_subscription_returns_configuration_unchanged(api, product, read):
    text = json.dumps(QUEUE, indent=2)
    api("CreateSubscribeRelation", ProductKey=product, Type="MNS", MnsConfiguration=text, ThingHistoryFlag=True)
    expected = {**ALL_FALSE, "ThingHistoryFlag": True, "ProductKey": product, "Type": "MNS", "MnsConfiguration": text}
    assert read("MNS") == expected


def test_subscription_creation_replaces_subscription_of_same_type(platform, api, product, groups, subscribe, read):
    subscribe(groups[0], DeviceDataFlag=True)
    subscribe(groups[1], OtaJobFlag=True)
    mns = {"ProductKey": product, "MnsConfiguration": json.dumps(QUEUE), "DeviceDataFlag": True}
    api("CreateSubscribeRelation", **mns)  # without Type, MnsConfiguration selects MNS
    assert platform.store.count("subscription") == 2
    assert (read()["ConsumerGroupIds"], read()["DeviceDataFlag"], read()["OtaJobFlag"]) == ([groups[1]], False, True)
    assert read("MNS")["DeviceDataFlag"]
    api("CreateSubscribeRelation", ProductKey=product, ConsumerGroupIds=[DEFAULT], DeviceDataFlag=True)
    assert read()["ConsumerGroupIds"] == [DEFAULT]


def test_gateway_flags_of_other_products_are_ignored(api, create_product):
    for name, node_type in (("light", 0), ("gateway", 1)):
        key = create_product(name, node_type)
        api("CreateSubscribeRelation", ProductKey=key, Type="AMQP", ConsumerGroupIds=[DEFAULT], **ALL_TRUE)
        read = api("QuerySubscribeRelation", ProductKey=key, Type="AMQP")
        assert {flag for flag in FLAGS if not read[flag]} == (set() if node_type else set(GATEWAY_FLAGS))


def test_amqp_flags_of_mns_subscription_are_ignored(api, create_product):
    key = create_product("gateway", 1)
    api("CreateSubscribeRelation", ProductKey=key, Type="MNS", MnsConfiguration=json.dumps(QUEUE), **ALL_TRUE)
    read = api("QuerySubscribeRelation", ProductKey=key, Type="MNS")
    assert {flag for flag in FLAGS if not read[flag]} == set(AMQP_FLAGS)


def test_subscribe_flags_are_returned_unchanged_and_cleared_by_update(api, product, subscribe, read):
    text = '{"jt808DeviceDataFlag":  true, "lvDeviceStatusFlag": false}'
    subscribe(DEFAULT, SubscribeFlags=text)
    assert read()["SubscribeFlags"] == text
    assert not any(read()[name] for name in ALL_FALSE)
    api("UpdateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[DEFAULT], OtaJobFlag=True)
    assert "SubscribeFlags" not in read()


@pytest.mark.parametrize("text", ["true", "[]", "{", '{"jt808DeviceDataFlag": "true"}', '{"deviceDataFlag": true}'])
def test_subscribe_flags_malformed_are_rejected(platform, product, api_error, text):
    params = {"ProductKey": product, "Type": "AMQP", "ConsumerGroupIds": [DEFAULT], "DeviceDataFlag": True}
    error = api_error("CreateSubscribeRelation", **params, SubscribeFlags=text)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert platform.store.count("subscription") == 0


@pytest.mark.parametrize(
    "params",
    [
        {"ConsumerGroupIds": [DEFAULT]},
        {"ConsumerGroupIds": [DEFAULT], "SubscribeFlags": '{"lvDeviceStatusFlag": false}'},
        {"ConsumerGroupIds": [DEFAULT], "DeviceDataFlag": False, "OtaJobFlag": False},
        {"ConsumerGroupIds": [DEFAULT], "FoundDeviceListFlag": True},
        {"Type": "MNS", "MnsConfiguration": json.dumps(QUEUE), "DeviceTagFlag": True},
    ],
)
def test_subscription_without_true_flag_is_rejected(platform, product, api_error, params):
    code = api_error("CreateSubscribeRelation", **{"ProductKey": product, "Type": "AMQP", **params}).code
    assert code == "iot.consumer.group.CallbackTypeEmpty"
    assert platform.store.count("subscription") == 0


@pytest.mark.parametrize("action", ["CreateSubscribeRelation", "UpdateSubscribeRelation"])
def test_subscription_without_groups_or_configuration_is_rejected(
    platform, api, product, groups, subscribe, api_error, action
):
    api("CreateSubscribeRelation", ProductKey=product, MnsConfiguration=json.dumps(QUEUE), DeviceDataFlag=True)
    subscribe(groups[0])
    before = platform.store.tables()
    call = {"ProductKey": product, "DeviceDataFlag": True}
    assert api_error(action, **call, Type="AMQP").code == "iot.consumer.group.InvalidConsumerGroupId"
    assert api_error(action, **call, Type="MNS").code == "iot.common.InvalidFormattedParameter"
    for group, code in ((ABSENT_GROUP, "ConsumerGroupNotExist"), ("no/id", "InvalidConsumerGroupId")):
        error = api_error(action, **call, Type="AMQP", ConsumerGroupIds=[groups[1], group])
        assert error.code == f"iot.consumer.group.{code}"
    error = api_error(action, **call, Type="HTTP2", ConsumerGroupIds=groups)
    assert error.code == "iot.consumer.group.InvalidSubscribeType"
    assert platform.store.tables() == before


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ("queue", "iot.common.InvalidFormattedParameter"),
        ("[]", "iot.common.InvalidFormattedParameter"),
        ({**QUEUE, "queueName": ""}, "iot.common.InvalidFormattedParameter"),
        ({**QUEUE, "queueName": 7}, "iot.common.InvalidFormattedParameter"),
        ({**QUEUE, "regionName": "Shanghai"}, "iot.common.InvalidFormattedParameter"),
        ({**QUEUE, "regionName": None}, "iot.common.InvalidFormattedParameter"),
        ({**QUEUE, "role": None}, "iot.consumer.group.MnsCheckFailed"),
        ({**QUEUE, "role": {"roleArn": QUEUE["role"]["roleArn"]}}, "iot.consumer.group.MnsCheckFailed"),
        ({**QUEUE, "role": {"roleName": "r"}}, "iot.consumer.group.MnsCheckFailed"),
        ({**QUEUE, "role": {"roleName": "r", "roleArn": "5645"}}, "iot.consumer.group.MnsCheckFailed"),
    ],
)
def test_mns_configuration_invalid_is_rejected(product, api_error, configuration, code):
    text = configuration if isinstance(configuration, str) else json.dumps(configuration)
    call = {"ProductKey": product, "Type": "MNS", "DeviceDataFlag": True, "MnsConfiguration": text}
    assert api_error("CreateSubscribeRelation", **call).code == code


def test_subscription_update_replaces_flags_and_groups(api, product, groups, subscribe, read):
    subscribe(groups[0], DeviceDataFlag=True, OtaJobFlag=True)
    call = {"ProductKey": product, "Type": "AMQP", "ConsumerGroupIds": [groups[1]]}
    api("UpdateSubscribeRelation", **call, ThingHistoryFlag=True)
    expected = {**ALL_FALSE, "ThingHistoryFlag": True, "ProductKey": product, "Type": "AMQP"}
    assert read() == {**expected, "ConsumerGroupIds": [groups[1]]}


def test_subscription_update_without_true_flag_is_rejected(product, groups, subscribe, read, api_error):
    subscribe(groups[0], OtaJobFlag=True)
    error = api_error("UpdateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[groups[1]])
    assert error.code == "iot.consumer.group.CallbackTypeEmpty"
    assert read()["ConsumerGroupIds"] == [groups[0]]


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("UpdateSubscribeRelation", {"Type": "AMQP", "DeviceDataFlag": True, "ConsumerGroupIds": [DEFAULT]}),
        ("QuerySubscribeRelation", {"Type": "AMQP"}),
        ("DeleteSubscribeRelation", {"Type": "AMQP"}),
        ("CreateConsumerGroupSubscribeRelation", {"ConsumerGroupId": DEFAULT}),
        ("DeleteConsumerGroupSubscribeRelation", {"ConsumerGroupId": DEFAULT}),
    ],
)
def test_missing_subscription_is_not_found(api, product, api_error, action, params):
    api("CreateSubscribeRelation", ProductKey=product, MnsConfiguration=json.dumps(QUEUE), DeviceDataFlag=True)
    assert api_error(action, ProductKey=product, **params).code == "iot.consumer.group.SubscribeNotExist"
    assert api_error(action, ProductKey=ABSENT, **params).code == "iot.prod.NotExistedProduct"
    if "Type" in params:
        error = api_error(action, **{"ProductKey": product, **params, "Type": "amqp"})
        assert error.code == "iot.consumer.group.InvalidSubscribeType"


def test_subscription_of_missing_product_is_rejected(api_error):
    call = {"ProductKey": ABSENT, "Type": "AMQP", "ConsumerGroupIds": [DEFAULT], "DeviceDataFlag": True}
    assert api_error("CreateSubscribeRelation", **call).code == "iot.prod.NotExistedProduct"


def test_subscription_deletion_deletes_rows(platform, api, product, groups, subscribe):
    subscribe(*groups)
    api("DeleteSubscribeRelation", ProductKey=product, Type="AMQP")
    assert platform.store.count("subscription") == platform.store.count("subscription_group") == 0


def test_product_deletion_deletes_its_subscriptions(platform, api, product, groups, subscribe):
    subscribe(*groups)
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("subscription") == platform.store.count("subscription_group") == 0
    api("DeleteConsumerGroup", GroupId=groups[0])


def test_subscription_groups_added_and_removed_except_last(api, product, groups, subscribe, read, api_error):
    subscribe(groups[0])
    for _twice in range(2):
        api("CreateConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[1])
    assert read()["ConsumerGroupIds"] == groups
    api("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[0])
    assert read()["ConsumerGroupIds"] == [groups[1]]
    error = api_error("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[0])
    assert error.code == "iot.consumer.group.ConsumerGroupNotExist"
    error = api_error("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[1])
    assert error.code == "iot.consumer.group.InvalidConsumerGroup"
    assert read()["ConsumerGroupIds"] == [groups[1]]
    for action in ("CreateConsumerGroupSubscribeRelation", "DeleteConsumerGroupSubscribeRelation"):
        error = api_error(action, ProductKey=product, ConsumerGroupId=ABSENT_GROUP)
        assert error.code == "iot.consumer.group.ConsumerGroupNotExist"


def test_subscription_groups_beyond_limit_are_rejected(product, groups, subscribe, read, api_error, monkeypatch):
    monkeypatch.setattr(service, "MAX_GROUPS", 2)
    subscribe(*groups)
    error = api_error("CreateConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=DEFAULT)
    assert error.code == "iot.consumer.group.ConsumerGroupExceedsLimit"
    call = {"ProductKey": product, "Type": "AMQP", "DeviceDataFlag": True}
    error = api_error("UpdateSubscribeRelation", **call, ConsumerGroupIds=[*groups, DEFAULT])
    assert error.code == "iot.consumer.group.ConsumerGroupExceedsLimit"
    assert read()["ConsumerGroupIds"] == groups


def test_consumer_group_products_beyond_limit_are_rejected(
    create_product, groups, subscribe, read, api_error, monkeypatch
):
    monkeypatch.setattr(service, "MAX_PRODUCTS", 1)
    subscribe(groups[0])
    subscribe(groups[0])  # replacing its own subscription does not exceed the limit
    call = {"Type": "AMQP", "DeviceDataFlag": True, "ConsumerGroupIds": groups}
    error = api_error("CreateSubscribeRelation", ProductKey=create_product("lock"), **call)
    assert error.code == "iot.consumer.group.ProductKeyExceedsLimit"


def test_subscribed_groups_returns_groups_of_product_and_message_type(api, create_product, groups, subscribed):
    gateway_product = create_product("gateway", 1)
    device_product = create_product("lamp")
    for flag, message_type in FLAGS.items():
        call = {"ProductKey": gateway_product, "Type": "AMQP", "ConsumerGroupIds": groups, flag: True}
        api("CreateSubscribeRelation", **call)
        for other in FLAGS.values():
            assert subscribed(gateway_product, other) == (groups if other == message_type else [])
        assert subscribed(device_product, message_type) == []


def test_subscribed_groups_of_mns_subscription_is_empty(api, product, subscribed):
    api("CreateSubscribeRelation", ProductKey=product, MnsConfiguration=json.dumps(QUEUE), DeviceDataFlag=True)
    assert subscribed(product, service.DEVICE_DATA) == []


def test_subscribed_groups_of_unknown_message_type_fails(product, subscribed):
    with pytest.raises(ValueError, match="weather"):
        subscribed(product, "weather")
