# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Routes between custom topics."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.topic import topic_route as service


@pytest.fixture
def product(api):
    """The key of a product whose devices ``lamp``, ``lock`` and ``new`` have two custom topics each way."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture(autouse=True)
def _devices(platform, product):
    moments = {"created_at": 1, "modified_at": 1, "status_at": 1}
    with platform.store.transaction():
        for name, activated_at in (("lamp", 2), ("lock", 2), ("new", None)):
            row = {"iot_id": f"id{name}", "device_name": name, "device_secret": "x", **moments}
            platform.store.insert("device", product_key=product, activated_at=activated_at, **row)


@pytest.fixture
def topic(product):
    """A topic of a device of the product."""

    def topic(device: str, name: str = "update") -> str:
        return f"/{product}/{device}/user/{name}"

    return topic


@pytest.fixture
def route(platform):
    """Create or delete routes and return what failed."""

    def route(source: str, *destinations: str, action: str = "CreateTopicRouteTable") -> list[str]:
        numbered = {f"DstTopic.{number}": name for number, name in enumerate(destinations, 1)}
        reply = platform.call(action, {"SrcTopic": source, **numbered})
        failed = reply["FailureTopics"]["Topic"]
        assert reply == {"FailureTopics": {"Topic": failed}, "IsAllSucceed": not failed}
        return failed

    return route


@pytest.fixture
def routed(platform):
    """What both tables say of a topic: where its messages go, and where from it gets some."""

    def routed(topic: str) -> tuple[list[str], list[str]]:
        to = platform.call("QueryTopicRouteTable", {"Topic": topic})
        back = platform.call("QueryTopicReverseRouteTable", {"Topic": topic})
        assert (list(to), list(back)) == (["DstTopics"], ["SrcTopics"])
        return to["DstTopics"]["Topic"], back["SrcTopics"]["Topic"]

    return routed


def test_routes_there_and_back(route, routed, topic, platform):
    first, second, third = topic("lamp"), topic("lock", "get"), topic("new", "get")
    assert route(first, third, second) == []
    assert route(topic("lock"), third) == []
    assert routed(first) == ([third, second], [])
    assert routed(third) == ([], [first, topic("lock")])
    assert routed(topic("new", "nothing")) == ([], [])
    assert service.find_destinations(Context(platform.store, 0, Account()), first) == [third, second]


def test_the_same_route_again_changes_nothing(route, routed, topic):
    for _time in range(2):
        assert route(topic("lamp"), topic("lock", "get"), topic("lock", "get")) == []
    assert routed(topic("lamp"))[0] == [topic("lock", "get")]


def test_destinations_that_cannot_be(route, routed, topic, product):
    wrong = [
        topic("absent", "get"),  # no such device
        topic("lock", "nothing"),  # no such topic class
        f"/sys/{product}/lock/thing/service/property/set",
        "/a1nothing00/lock/user/get",
        "lock",
        "",
    ]
    assert route(topic("lamp"), wrong[0], topic("lock", "get"), *wrong[1:]) == wrong
    assert routed(topic("lamp"))[0] == [topic("lock", "get")]


def test_sources_that_cannot_be(api_error, topic, product, platform):
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


def test_what_must_be_there(api, topic):
    for action in ("CreateTopicRouteTable", "DeleteTopicRouteTable"):
        with pytest.raises(GatewayError, match="MissingDstTopic"):
            api(action, SrcTopic=topic("lamp"))
        with pytest.raises(GatewayError, match="MissingSrcTopic"):
            api(action, DstTopic=[topic("lamp")])


def test_a_source_has_at_most_100_destinations(api, route, api_error, routed, topic, product, platform):
    many = [f"many_{number}" for number in range(101)]
    with platform.store.transaction():
        for name in many:
            platform.store.insert("product_topic", product_key=product, short_name=f"user/{name}", operation="SUB")
    source, targets = topic("lamp"), [topic("lock", name) for name in many]
    too_many = "iot.messagebroker.DestTopicNameArraySizeIsLarge"
    assert api_error("CreateTopicRouteTable", SrcTopic=source, DstTopic=targets).code == too_many
    assert routed(source)[0] == []
    assert route(source, *targets[:60]) == []
    assert route(source, *targets[50:100]) == []
    assert api_error("CreateTopicRouteTable", SrcTopic=source, DstTopic=targets[100:]).code == too_many
    assert route(source, *targets[:100]) == []
    assert route(topic("lock"), targets[100]) == []
    assert routed(source)[0] == targets[:100]


def test_routes_that_are_deleted(route, routed, topic, api_error):
    source, gone, stays = topic("lamp"), topic("lock", "get"), topic("new", "get")
    route(source, gone, stays)
    assert route(source, gone, topic("lock", "nothing"), gone, action="DeleteTopicRouteTable") == [
        topic("lock", "nothing")
    ]
    assert routed(source)[0] == [stays]
    assert route(source, gone, action="DeleteTopicRouteTable") == [gone]
    wrong = api_error("DeleteTopicRouteTable", SrcTopic="lamp", DstTopic=[gone])
    assert wrong.code == "iot.messagebroker.InvalidFormattedSrcTopicName"


def test_what_is_no_custom_topic_has_no_table(api_error, product):
    for action in ("QueryTopicRouteTable", "QueryTopicReverseRouteTable"):
        wrong = api_error(action, Topic=f"/sys/{product}/lamp/thing/event/property/post")
        assert wrong.code == "iot.messagebroker.InvalidFormattedTopicName"


@pytest.mark.parametrize("device", ["lamp", "lock"])
def test_a_deleted_device_takes_its_routes_along(platform, route, topic, device):
    route(topic("lamp"), topic("lock", "get"))
    with platform.store.transaction():
        platform.store.delete("device", device_name=device)
    assert platform.store.count("topic_route") == 0
