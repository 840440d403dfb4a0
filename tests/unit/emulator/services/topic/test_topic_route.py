# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of topic routes."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.topic import topic_route as service


@pytest.fixture
def product(api):
    """Return the key of a product with the devices ``lamp``, ``lock`` and ``new`` and the default topic classes."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture(autouse=True)
def _devices(platform, product):
    timestamps = {"created_at": 1, "modified_at": 1, "status_at": 1}
    with platform.store.transaction():
        for name, activated_at in (("lamp", 2), ("lock", 2), ("new", None)):
            row = {"iot_id": f"id{name}", "device_name": name, "device_secret": "x", **timestamps}
            platform.store.insert("device", product_key=product, activated_at=activated_at, **row)


@pytest.fixture
def topic(product):
    """Return a function that returns a topic of a device of the product."""

    def topic(device: str, name: str = "update") -> str:
        return f"/{product}/{device}/user/{name}"

    return topic


@pytest.fixture
def route(platform):
    """Return a function that creates or deletes routes and returns the failed destinations."""

    def route(source: str, *destinations: str, action: str = "CreateTopicRouteTable") -> list[str]:
        numbered = {f"DstTopic.{number}": name for number, name in enumerate(destinations, 1)}
        reply = platform.call(action, {"SrcTopic": source, **numbered})
        failed = reply["FailureTopics"]["Topic"]
        assert reply == {"FailureTopics": {"Topic": failed}, "IsAllSucceed": not failed}
        return failed

    return route


@pytest.fixture
def routes_of(platform):
    """Return a function that returns the destination topics and the source topics of a topic."""

    def routes_of(topic: str) -> tuple[list[str], list[str]]:
        destinations = platform.call("QueryTopicRouteTable", {"Topic": topic})
        sources = platform.call("QueryTopicReverseRouteTable", {"Topic": topic})
        assert (list(destinations), list(sources)) == (["DstTopics"], ["SrcTopics"])
        return destinations["DstTopics"]["Topic"], sources["SrcTopics"]["Topic"]

    return routes_of


def test_routes_are_listed_in_both_directions(route, routes_of, topic, platform):
    first, second, third = topic("lamp"), topic("lock", "get"), topic("new", "get")
    assert route(first, third, second) == []
    assert route(topic("lock"), third) == []
    assert routes_of(first) == ([third, second], [])
    assert routes_of(third) == ([], [first, topic("lock")])
    assert routes_of(topic("new", "nothing")) == ([], [])
    assert service.find_destinations(Context(platform.store, 0, Account()), first) == [third, second]


def test_create_existing_route_changes_nothing(route, routes_of, topic):
    for _time in range(2):
        assert route(topic("lamp"), topic("lock", "get"), topic("lock", "get")) == []
    assert routes_of(topic("lamp"))[0] == [topic("lock", "get")]


def test_create_route_returns_invalid_destinations(route, routes_of, topic, product):
    invalid = [
        topic("absent", "get"),  # no such device
        topic("lock", "nothing"),  # no such topic class
        f"/sys/{product}/lock/thing/service/property/set",
        "/a1nothing00/lock/user/get",
        "lock",
        "",
    ]
    assert route(topic("lamp"), invalid[0], topic("lock", "get"), *invalid[1:]) == invalid
    assert routes_of(topic("lamp"))[0] == [topic("lock", "get")]


def test_create_route_invalid_source_is_rejected(api_error, topic, product, platform):
    target = [topic("lock", "get")]
    for source, code in (
        (topic("new"), "iot.device.InactiveDevice"),
        (topic("absent"), "iot.device.NotExistedDevice"),
        (topic("lamp", "nothing"), "iot.messagebroker.InvalidFormattedSrcTopicName"),
        (f"/sys/{product}/lamp/thing/event/property/post", "iot.messagebroker.InvalidFormattedSrcTopicName"),
        (f"/{product}/lamp/user/+", "iot.messagebroker.InvalidFormattedSrcTopicName"),
        ("/a1nothing00/lamp/user/get", "iot.messagebroker.NotMatchedProductKeyWithSrcTopicOwner"),
    ):
        assert api_error("CreateTopicRouteTable", SrcTopic=source, DstTopic=target).code == code
    assert platform.store.count("topic_route") == 0


def test_route_missing_parameter_is_rejected(api, topic):
    for action in ("CreateTopicRouteTable", "DeleteTopicRouteTable"):
        with pytest.raises(GatewayError, match="MissingDstTopic"):
            api(action, SrcTopic=topic("lamp"))
        with pytest.raises(GatewayError, match="MissingSrcTopic"):
            api(action, DstTopic=[topic("lamp")])


def test_more_than_100_destinations_are_rejected(api, route, api_error, routes_of, topic, product, platform):
    names = [f"many_{number}" for number in range(101)]
    with platform.store.transaction():
        for name in names:
            platform.store.insert("product_topic", product_key=product, short_name=f"user/{name}", operation="SUB")
    source, targets = topic("lamp"), [topic("lock", name) for name in names]
    too_many = "iot.messagebroker.DestTopicNameArraySizeIsLarge"
    assert api_error("CreateTopicRouteTable", SrcTopic=source, DstTopic=targets).code == too_many
    assert routes_of(source)[0] == []
    assert route(source, *targets[:60]) == []
    assert route(source, *targets[50:100]) == []
    assert api_error("CreateTopicRouteTable", SrcTopic=source, DstTopic=targets[100:]).code == too_many
    assert route(source, *targets[:100]) == []
    assert route(topic("lock"), targets[100]) == []
    assert routes_of(source)[0] == targets[:100]


def test_delete_route_returns_missing_routes(route, routes_of, topic, api_error):
    source, deleted, remaining = topic("lamp"), topic("lock", "get"), topic("new", "get")
    route(source, deleted, remaining)
    assert route(source, deleted, topic("lock", "nothing"), deleted, action="DeleteTopicRouteTable") == [
        topic("lock", "nothing")
    ]
    assert routes_of(source)[0] == [remaining]
    assert route(source, deleted, action="DeleteTopicRouteTable") == [deleted]
    error = api_error("DeleteTopicRouteTable", SrcTopic="lamp", DstTopic=[deleted])
    assert error.code == "iot.messagebroker.InvalidFormattedSrcTopicName"


def test_routes_of_non_custom_topic_are_rejected(api_error, product):
    for action in ("QueryTopicRouteTable", "QueryTopicReverseRouteTable"):
        error = api_error(action, Topic=f"/sys/{product}/lamp/thing/event/property/post")
        assert error.code == "iot.messagebroker.InvalidFormattedTopicName"


@pytest.mark.parametrize("device", ["lamp", "lock"])
def test_routes_are_deleted_with_device(platform, route, topic, device):
    route(topic("lamp"), topic("lock", "get"))
    with platform.store.transaction():
        platform.store.delete("device", device_name=device)
    assert platform.store.count("topic_route") == 0
