# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Server-side subscriptions."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
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
ALL = dict.fromkeys(FLAGS, True)
NONE = dict.fromkeys(FLAGS, False)
OF_GATEWAYS = ("DeviceTopoLifeCycleFlag", "FoundDeviceListFlag")
OVER_AMQP = ("DeviceTagFlag", "OtaVersionFlag", "OtaJobFlag")

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
    """The key of a product."""
    return create_product()


@pytest.fixture
def groups(api):
    """The ids of two consumer groups."""
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
    """The groups that get messages of a type from a product's devices."""

    def subscribed(product_key: str, message_type: str) -> list[str]:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        return service.subscribed_groups(ctx, product_key, message_type)

    return subscribed


def test_an_amqp_subscription(product, groups, subscribe, read):
    subscribe(groups[1], DEFAULT, groups[1], OtaEventFlag=True, DeviceDataFlag=False)
    assert read() == {
        **NONE,
        "OtaEventFlag": True,
        "ProductKey": product,
        "Type": "AMQP",
        "ConsumerGroupIds": [groups[1], DEFAULT],
    }


def test_an_mns_subscription(api, product, read):
    written = json.dumps(QUEUE, indent=2)
    api("CreateSubscribeRelation", ProductKey=product, Type="MNS", MnsConfiguration=written, ThingHistoryFlag=True)
    expected = {**NONE, "ThingHistoryFlag": True, "ProductKey": product, "Type": "MNS", "MnsConfiguration": written}
    assert read("MNS") == expected


def test_a_product_has_one_subscription_of_each_type(platform, api, product, groups, subscribe, read):
    subscribe(groups[0], DeviceDataFlag=True)
    subscribe(groups[1], OtaJobFlag=True)
    mns = {"ProductKey": product, "MnsConfiguration": json.dumps(QUEUE), "DeviceDataFlag": True}
    api("CreateSubscribeRelation", **mns)  # the type is told by what is given
    assert platform.store.count("subscription") == 2
    assert (read()["ConsumerGroupIds"], read()["DeviceDataFlag"], read()["OtaJobFlag"]) == ([groups[1]], False, True)
    assert read("MNS")["DeviceDataFlag"]
    api("CreateSubscribeRelation", ProductKey=product, ConsumerGroupIds=[DEFAULT], DeviceDataFlag=True)
    assert read()["ConsumerGroupIds"] == [DEFAULT]


def test_flags_that_count_for_gateways_only(api, create_product):
    for name, node_type in (("light", 0), ("gateway", 1)):
        key = create_product(name, node_type)
        api("CreateSubscribeRelation", ProductKey=key, Type="AMQP", ConsumerGroupIds=[DEFAULT], **ALL)
        read = api("QuerySubscribeRelation", ProductKey=key, Type="AMQP")
        assert {flag for flag in FLAGS if not read[flag]} == (set() if node_type else set(OF_GATEWAYS))


def test_flags_that_count_over_amqp_only(api, create_product):
    key = create_product("gateway", 1)
    api("CreateSubscribeRelation", ProductKey=key, Type="MNS", MnsConfiguration=json.dumps(QUEUE), **ALL)
    read = api("QuerySubscribeRelation", ProductKey=key, Type="MNS")
    assert {flag for flag in FLAGS if not read[flag]} == set(OVER_AMQP)


def test_other_flags_are_kept_as_they_were_written(api, product, subscribe, read):
    written = '{"jt808DeviceDataFlag":  true, "lvDeviceStatusFlag": false}'
    subscribe(DEFAULT, SubscribeFlags=written)
    assert read()["SubscribeFlags"] == written
    assert not any(read()[name] for name in NONE)
    api("UpdateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[DEFAULT], OtaJobFlag=True)
    assert "SubscribeFlags" not in read()


@pytest.mark.parametrize("written", ["true", "[]", "{", '{"jt808DeviceDataFlag": "true"}', '{"deviceDataFlag": true}'])
def test_other_flags_that_there_are_not(platform, product, api_error, written):
    given = {"ProductKey": product, "Type": "AMQP", "ConsumerGroupIds": [DEFAULT], "DeviceDataFlag": True}
    error = api_error("CreateSubscribeRelation", **given, SubscribeFlags=written)
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
def test_one_flag_must_be_true(platform, product, api_error, params):
    code = api_error("CreateSubscribeRelation", **{"ProductKey": product, "Type": "AMQP", **params}).code
    assert code == "iot.consumer.group.CallbackTypeEmpty"
    assert platform.store.count("subscription") == 0


@pytest.mark.parametrize("action", ["CreateSubscribeRelation", "UpdateSubscribeRelation"])
def test_what_a_type_needs(platform, api, product, groups, subscribe, api_error, action):
    api("CreateSubscribeRelation", ProductKey=product, MnsConfiguration=json.dumps(QUEUE), DeviceDataFlag=True)
    subscribe(groups[0])
    before = platform.store.tables()
    call = {"ProductKey": product, "DeviceDataFlag": True}
    with pytest.raises(GatewayError, match="MissingConsumerGroupIds"):
        api(action, **call, Type="AMQP")
    with pytest.raises(GatewayError, match="MissingMnsConfiguration"):
        api(action, **call, Type="MNS")
    for group, code in ((ABSENT_GROUP, "ConsumerGroupNotExist"), ("no/id", "InvalidConsumerGroupId")):
        wrong = api_error(action, **call, Type="AMQP", ConsumerGroupIds=[groups[1], group])
        assert wrong.code == f"iot.consumer.group.{code}"
    wrong = api_error(action, **call, Type="HTTP2", ConsumerGroupIds=groups)
    assert wrong.code == "iot.consumer.group.InvalidSubscribeType"
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
def test_queues_that_are_refused(product, api_error, configuration, code):
    text = configuration if isinstance(configuration, str) else json.dumps(configuration)
    call = {"ProductKey": product, "Type": "MNS", "DeviceDataFlag": True, "MnsConfiguration": text}
    assert api_error("CreateSubscribeRelation", **call).code == code


def test_an_update_replaces_all(api, product, groups, subscribe, read):
    subscribe(groups[0], DeviceDataFlag=True, OtaJobFlag=True)
    call = {"ProductKey": product, "Type": "AMQP", "ConsumerGroupIds": [groups[1]]}
    api("UpdateSubscribeRelation", **call, ThingHistoryFlag=True)
    expected = {**NONE, "ThingHistoryFlag": True, "ProductKey": product, "Type": "AMQP"}
    assert read() == {**expected, "ConsumerGroupIds": [groups[1]]}


def test_an_update_needs_a_flag(product, groups, subscribe, read, api_error):
    subscribe(groups[0], OtaJobFlag=True)
    wrong = api_error("UpdateSubscribeRelation", ProductKey=product, Type="AMQP", ConsumerGroupIds=[groups[1]])
    assert wrong.code == "iot.consumer.group.CallbackTypeEmpty"
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
def test_a_subscription_that_is_not_there(api, product, api_error, action, params):
    api("CreateSubscribeRelation", ProductKey=product, MnsConfiguration=json.dumps(QUEUE), DeviceDataFlag=True)
    assert api_error(action, ProductKey=product, **params).code == "iot.consumer.group.SubscribeNotExist"
    assert api_error(action, ProductKey=ABSENT, **params).code == "iot.prod.NotExistedProduct"
    if "Type" in params:
        wrong = api_error(action, **{"ProductKey": product, **params, "Type": "amqp"})
        assert wrong.code == "iot.consumer.group.InvalidSubscribeType"


def test_a_subscription_needs_its_product(api_error):
    call = {"ProductKey": ABSENT, "Type": "AMQP", "ConsumerGroupIds": [DEFAULT], "DeviceDataFlag": True}
    assert api_error("CreateSubscribeRelation", **call).code == "iot.prod.NotExistedProduct"


def test_a_deleted_subscription_is_gone(platform, api, product, groups, subscribe):
    subscribe(*groups)
    api("DeleteSubscribeRelation", ProductKey=product, Type="AMQP")
    assert platform.store.count("subscription") == platform.store.count("subscription_group") == 0


def test_a_deleted_product_takes_its_subscriptions_along(platform, api, product, groups, subscribe):
    subscribe(*groups)
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("subscription") == platform.store.count("subscription_group") == 0
    api("DeleteConsumerGroup", GroupId=groups[0])


def test_groups_come_and_go(api, product, groups, subscribe, read, api_error):
    subscribe(groups[0])
    for _twice in range(2):
        api("CreateConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[1])
    assert read()["ConsumerGroupIds"] == groups
    api("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[0])
    assert read()["ConsumerGroupIds"] == [groups[1]]
    stranger = api_error("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[0])
    assert stranger.code == "iot.consumer.group.ConsumerGroupNotExist"
    last = api_error("DeleteConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=groups[1])
    assert last.code == "iot.consumer.group.InvalidConsumerGroup"
    assert read()["ConsumerGroupIds"] == [groups[1]]
    for action in ("CreateConsumerGroupSubscribeRelation", "DeleteConsumerGroupSubscribeRelation"):
        absent = api_error(action, ProductKey=product, ConsumerGroupId=ABSENT_GROUP)
        assert absent.code == "iot.consumer.group.ConsumerGroupNotExist"


def test_a_subscription_has_so_many_groups(product, groups, subscribe, read, api_error, monkeypatch):
    monkeypatch.setattr(service, "MOST_GROUPS", 2)
    subscribe(*groups)
    more = api_error("CreateConsumerGroupSubscribeRelation", ProductKey=product, ConsumerGroupId=DEFAULT)
    assert more.code == "iot.consumer.group.ConsumerGroupExceedsLimit"
    call = {"ProductKey": product, "Type": "AMQP", "DeviceDataFlag": True}
    more = api_error("UpdateSubscribeRelation", **call, ConsumerGroupIds=[*groups, DEFAULT])
    assert more.code == "iot.consumer.group.ConsumerGroupExceedsLimit"
    assert read()["ConsumerGroupIds"] == groups


def test_a_group_is_subscribed_to_so_many_products(create_product, groups, subscribe, read, api_error, monkeypatch):
    monkeypatch.setattr(service, "MOST_PRODUCTS", 1)
    subscribe(groups[0])
    subscribe(groups[0])  # its own subscription does not count against it
    call = {"Type": "AMQP", "DeviceDataFlag": True, "ConsumerGroupIds": groups}
    more = api_error("CreateSubscribeRelation", ProductKey=create_product("lock"), **call)
    assert more.code == "iot.consumer.group.ProductKeyExceedsLimit"


def test_who_gets_which_messages(api, create_product, groups, subscribed):
    gateway = create_product("gateway", 1)
    lamp = create_product("lamp")
    for flag, message_type in FLAGS.items():
        call = {"ProductKey": gateway, "Type": "AMQP", "ConsumerGroupIds": groups, flag: True}
        api("CreateSubscribeRelation", **call)
        for other in FLAGS.values():
            assert subscribed(gateway, other) == (groups if other == message_type else [])
        assert subscribed(lamp, message_type) == []


def test_a_queue_of_mns_is_no_group(api, product, subscribed):
    api("CreateSubscribeRelation", ProductKey=product, MnsConfiguration=json.dumps(QUEUE), DeviceDataFlag=True)
    assert subscribed(product, service.DEVICE_DATA) == []


def test_a_type_of_messages_that_there_is_not(product, subscribed):
    with pytest.raises(ValueError, match="weather"):
        subscribed(product, "weather")
