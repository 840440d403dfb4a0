# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of custom topic classes, and of parsing and matching topics."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import topics
from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.topic import topic as service


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def create(api, product):
    """Return a function that creates a topic class and returns its ID as a string, as in later requests."""

    def create(name: str = "submit", operation: str = "PUB", **params) -> str:
        created = api("CreateProductTopic", ProductKey=product, TopicShortName=name, Operation=operation, **params)
        return str(created["TopicId"])

    return create


@pytest.fixture
def topic_classes(api, product):
    """Return a function that returns the topic classes of the product by their short name."""

    def topic_classes() -> dict[str, dict]:
        items = api("QueryProductTopic", ProductKey=product)["Data"]["ProductTopicInfo"]
        return {topic["TopicShortName"].removeprefix(f"/{product}/${{deviceName}}/"): topic for topic in items}

    return topic_classes


def test_new_product_has_three_topic_classes(api, product):
    first, second, third = api("QueryProductTopic", ProductKey=product)["Data"]["ProductTopicInfo"]
    assert first == {
        "Id": first["Id"],
        "ProductKey": product,
        "TopicShortName": f"/{product}/${{deviceName}}/user/update",
        "Operation": "0",
    }
    assert (second["TopicShortName"], second["Operation"]) == (f"/{product}/${{deviceName}}/user/update/error", "0")
    assert (third["TopicShortName"], third["Operation"]) == (f"/{product}/${{deviceName}}/user/get", "1")
    assert len({first["Id"], second["Id"], third["Id"]}) == 3


def test_topic_classes_are_separate_per_product(api, topic_classes):
    api("CreateProduct", ProductName="other", NodeType=0)
    assert set(topic_classes()) == {"user/update", "user/update/error", "user/get"}


@pytest.mark.parametrize(
    ("name", "returned"),
    [
        ("submit", "user/submit"),
        ("user/submit", "user/submit"),
        ("a_1/B/2", "user/a_1/B/2"),
        ("user", "user/user"),
        ("users/get", "user/users/get"),
    ],
)
def test_create_topic_adds_user_prefix(create, topic_classes, name, returned):
    create(name)
    assert returned in topic_classes()


@pytest.mark.parametrize(("name", "returned"), [("PUB", "0"), ("SUB", "1"), ("ALL", "2")])
def test_operation_is_returned_as_number(create, topic_classes, name, returned):
    create("submit", name)
    assert topic_classes()["user/submit"]["Operation"] == returned


def test_create_topic_stores_optional_parameters(create, topic_classes):
    topic_id = create(Desc="路" * 100, Codec="JSON", EnableProxySubscribe=True)
    create("plain", EnableProxySubscribe=False)
    returned = topic_classes()
    assert returned["user/submit"].items() >= {"Id": topic_id, "Desc": "路" * 100, "Codec": "JSON"}.items()
    assert returned["user/submit"]["EnableProxySubscribe"] is True
    assert returned["user/plain"]["EnableProxySubscribe"] is False


INVALID = [
    ({"TopicShortName": "/submit"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ({"TopicShortName": "submit/"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ({"TopicShortName": "a//b"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ({"TopicShortName": "a-b"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ({"TopicShortName": "a/+"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ({"TopicShortName": "路"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ({"Operation": "0"}, "iot.messagebroker.InvalidTopicTemplateOperationValue"),
    ({"Operation": "pub"}, "iot.messagebroker.InvalidTopicTemplateOperationValue"),
    ({"Desc": "x" * 101}, "iot.common.InvalidFormattedParameter"),
]


@pytest.mark.parametrize(("params", "code"), INVALID)
def test_create_and_update_topic_invalid_value_is_rejected(api_error, create, topic_classes, product, params, code):
    topic_id = create("other")
    before = topic_classes()
    request = {"TopicShortName": "submit", "Operation": "PUB", **params}
    assert api_error("CreateProductTopic", ProductKey=product, **request).code == code
    assert api_error("UpdateProductTopic", TopicId=topic_id, **request).code == code
    assert topic_classes() == before


def test_create_topic_missing_parameter_is_rejected(api, product):
    for name in ("TopicShortName", "Operation", "ProductKey"):
        params = {"ProductKey": product, "TopicShortName": "submit", "Operation": "PUB", name: ""}
        with pytest.raises(GatewayError, match=f"Missing{name}"):
            api("CreateProductTopic", **params)


def test_create_topic_existing_name_is_rejected(api, create, api_error, product):
    create("submit")
    for name in ("submit", "user/submit", "get"):
        error = api_error("CreateProductTopic", ProductKey=product, TopicShortName=name, Operation="SUB")
        assert error.code == "iot.messagebroker.TopicAlreadyFound"
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    api("CreateProductTopic", ProductKey=other, TopicShortName="submit", Operation="PUB")


def test_create_more_than_50_topics_is_rejected(create, api_error, product):
    assert service.MAX_TOPICS == 50
    for number in range(47):
        create(f"topic_{number}")
    params = {"ProductKey": product, "TopicShortName": "more", "Operation": "PUB"}
    assert api_error("CreateProductTopic", **params).code == "iot.messagebroker.TopicTemplateCountExceedMax"


def test_update_topic_keeps_unset_parameters(create, api, topic_classes, api_error):
    topic_id = create("submit", Desc="old", Codec="JSON", EnableProxySubscribe=True)
    api("UpdateProductTopic", TopicId=topic_id, TopicShortName="resubmit", Operation="ALL")
    returned = topic_classes()["user/resubmit"]
    assert (returned["Id"], returned["Operation"], returned["Desc"], returned["Codec"]) == (
        topic_id,
        "2",
        "old",
        "JSON",
    )
    assert returned["EnableProxySubscribe"] is True
    api("UpdateProductTopic", TopicId=topic_id, TopicShortName="resubmit", Operation="SUB", Desc="")
    returned = topic_classes()["user/resubmit"]
    assert (returned["Operation"], returned["Desc"]) == ("1", "")
    error = api_error("UpdateProductTopic", TopicId=topic_id, TopicShortName="user/get", Operation="SUB")
    assert error.code == "iot.messagebroker.TopicAlreadyFound"


def test_deleted_topic_does_not_exist(create, api, topic_classes, api_error):
    topic_id = create()
    api("DeleteProductTopic", TopicId=topic_id)
    assert "user/submit" not in topic_classes()
    assert api_error("DeleteProductTopic", TopicId=topic_id).code == "iot.messagebroker.TopicTemplateIsNotFound"
    assert create() != topic_id
    default = topic_classes()["user/get"]["Id"]
    api("DeleteProductTopic", TopicId=default)
    assert "user/get" not in topic_classes()


@pytest.mark.parametrize("topic_id", ["x", "1.5", "-1", "9" * 19, "１"])
def test_malformed_topic_id_is_rejected(api_error, topic_id):
    code = "iot.messagebroker.InvalidFormattedTopicTemplateId"
    assert api_error("DeleteProductTopic", TopicId=topic_id).code == code
    assert api_error("UpdateProductTopic", TopicId=topic_id, TopicShortName="a", Operation="PUB").code == code


@pytest.mark.parametrize("topic_id", ["9999", "9" * 18])
def test_missing_topic_is_error(api_error, topic_id):
    error = api_error("UpdateProductTopic", TopicId=topic_id, TopicShortName="a", Operation="PUB")
    assert error.code == "iot.messagebroker.TopicTemplateIsNotFound"


def test_topics_of_missing_product_is_error(api_error):
    params = {"ProductKey": "a1nothing00", "TopicShortName": "a", "Operation": "PUB"}
    assert api_error("CreateProductTopic", **params).code == "iot.prod.NotExistedProduct"
    assert api_error("QueryProductTopic", ProductKey="a1nothing00").code == "iot.prod.NotExistedProduct"


def test_topics_are_deleted_with_product(platform, api, product, create):
    create()
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("product_topic") == 0


def test_find_topic_class(platform, product, create):
    create("a/b", "ALL")
    ctx = Context(platform.store, 0, Account())
    assert service.find_topic_class(ctx, f"/{product}/lamp/user/a/b")["operation"] == "ALL"
    assert service.find_topic_class(ctx, f"/{product}/lamp/user/get")["operation"] == "SUB"
    for topic in (f"/{product}/lamp/user/a", f"/{product}/lamp/a/b", "/a1nothing00/lamp/user/get", "user/get", ""):
        assert service.find_topic_class(ctx, topic) is None


def test_topic_class_with_wildcards_is_for_subscriptions_only(platform, product, create, api, api_error, topic_classes):
    for name in ("alarm/#", "+/state", "user/all/+/#"):
        create(name, "SUB")
        for operation in ("PUB", "ALL"):
            request = {"ProductKey": product, "TopicShortName": f"x/{name}", "Operation": operation}
            assert api_error("CreateProductTopic", **request).code == "iot.messagebroker.InvalidFormattedTopicName"
    topic_id = topic_classes()["user/alarm/#"]["Id"]
    request = {"TopicId": topic_id, "TopicShortName": "alarm/#", "Operation": "ALL"}
    assert api_error("UpdateProductTopic", **request).code == "iot.messagebroker.InvalidFormattedTopicName"
    for name in ("alarm/#/x", "alarm#", "al+", "#/a"):
        request = {"ProductKey": product, "TopicShortName": name, "Operation": "SUB"}
        assert api_error("CreateProductTopic", **request).code == "iot.messagebroker.InvalidFormattedTopicName"
    ctx = Context(platform.store, 0, Account())
    for topic, matching in (
        ("alarm/a/b", "alarm/#"),
        ("a/state", "+/state"),
        ("alarm/state", "alarm/#"),
        ("get", "get"),
    ):
        assert service.find_topic_class(ctx, f"/{product}/lamp/user/{topic}")["short_name"] == f"user/{matching}"
    assert service.find_topic_class(ctx, f"/{product}/lamp/user/a/b/state") is None


def test_parse_custom_topic():
    assert topics.custom_topic("/a1/my-lamp.1@x:y_z/user/a/b") == ("a1", "my-lamp.1@x:y_z", "user/a/b")
    for topic in ("/sys/a1/lamp/user/a", "/a1/lamp/user", "/a1/lamp/user/", "/a1/lamp/get", "/a1/lamp/user/+"):
        assert topics.custom_topic(topic) is None


@pytest.mark.parametrize(
    ("pattern", "topic", "matched"),
    [
        ("/a/b/user/get", "/a/b/user/get", True),
        ("/a/b/user/get", "/a/b/user/get/all", False),
        ("/a/b/user/get/all", "/a/b/user/get", False),
        ("/a/+/user/get", "/a/c/user/get", True),
        ("/a/+/user/get", "/a/b/c/user/get", False),
        ("/a/+/user/+", "/a/c/user/set", True),
        ("/a/+/user/#", "/a/c/user/set/more", True),
        ("/a/+/user/#", "/a/c/user", True),
        ("/a/+/user/#", "/a/c/users/get", False),
        ("/a/+/user/#", "/a/c", False),
        ("/a/b/user/get", "/a/b/user/+", False),
    ],
)
def test_topic_filter_matches(pattern, topic, matched):
    assert topics.filter_matches(pattern, topic) is matched


@pytest.mark.parametrize(
    ("pattern", "topic", "matched"),
    [
        ("/a/+/thing/lifecycle", "/a/+/thing/lifecycle", True),
        ("/a/lamp/thing/lifecycle", "/a/+/thing/lifecycle", True),
        ("/a/lamp/thing/lifecycle", "/a/lamp/thing/lifecycle", True),
        ("/a/lamp/thing/lifecycle", "/a/other/thing/lifecycle", False),
        ("/a/lamp/thing/topo/lifecycle", "/a/+/thing/lifecycle", False),
        ("/b/lamp/thing/lifecycle", "/a/+/thing/lifecycle", False),
        ("/a/lamp/#", "/a/+/thing/lifecycle", True),
        ("/a/lamp", "/a/+/thing/lifecycle", False),
    ],
)
def test_topic_filter_overlaps(pattern, topic, matched):
    assert topics.filter_overlaps(pattern, topic) is matched
