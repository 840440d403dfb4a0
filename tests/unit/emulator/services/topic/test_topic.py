# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Custom topic classes, and topics taken apart."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import topics
from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.topic import topic as service


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def create(api, product):
    """Create a topic class and return its id, as it is written in later calls."""

    def create(name: str = "submit", operation: str = "PUB", **params) -> str:
        made = api("CreateProductTopic", ProductKey=product, TopicShortName=name, Operation=operation, **params)
        return str(made["TopicId"])

    return create


@pytest.fixture
def listed(api, product):
    """The topic classes of the product by what is read as their short name."""

    def listed() -> dict[str, dict]:
        found = api("QueryProductTopic", ProductKey=product)["Data"]["ProductTopicInfo"]
        return {topic["TopicShortName"].removeprefix(f"/{product}/${{deviceName}}/"): topic for topic in found}

    return listed


def test_a_product_begins_with_three(api, product):
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


def test_every_product_has_its_own(api, listed):
    api("CreateProduct", ProductName="other", NodeType=0)
    assert set(listed()) == {"user/update", "user/update/error", "user/get"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("submit", "user/submit"),
        ("user/submit", "user/submit"),
        ("a_1/B/2", "user/a_1/B/2"),
        ("user", "user/user"),
        ("users/get", "user/users/get"),
    ],
)
def test_all_lie_below_user(create, listed, written, read):
    create(written)
    assert read in listed()


@pytest.mark.parametrize(("written", "read"), [("PUB", "0"), ("SUB", "1"), ("ALL", "2")])
def test_an_operation_is_read_as_a_number(create, listed, written, read):
    create("submit", written)
    assert listed()["user/submit"]["Operation"] == read


def test_what_is_optional_is_kept(create, listed):
    topic_id = create(Desc="路" * 100, Codec="JSON", EnableProxySubscribe=True)
    create("plain", EnableProxySubscribe=False)
    read = listed()
    assert read["user/submit"].items() >= {"Id": topic_id, "Desc": "路" * 100, "Codec": "JSON"}.items()
    assert read["user/submit"]["EnableProxySubscribe"] is True
    assert read["user/plain"]["EnableProxySubscribe"] is False


WRONG = [
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


@pytest.mark.parametrize(("params", "code"), WRONG)
def test_what_cannot_be_created_or_changed(api_error, create, listed, product, params, code):
    topic_id = create("other")
    before = listed()
    whole = {"TopicShortName": "submit", "Operation": "PUB", **params}
    assert api_error("CreateProductTopic", ProductKey=product, **whole).code == code
    assert api_error("UpdateProductTopic", TopicId=topic_id, **whole).code == code
    assert listed() == before


def test_what_must_be_there(api, product):
    for name in ("TopicShortName", "Operation", "ProductKey"):
        params = {"ProductKey": product, "TopicShortName": "submit", "Operation": "PUB", name: ""}
        with pytest.raises(GatewayError, match=f"Missing{name}"):
            api("CreateProductTopic", **params)


def test_a_name_is_there_once_in_a_product(api, create, api_error, product):
    create("submit")
    for name in ("submit", "user/submit", "get"):
        again = api_error("CreateProductTopic", ProductKey=product, TopicShortName=name, Operation="SUB")
        assert again.code == "iot.messagebroker.TopicAlreadyFound"
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    api("CreateProductTopic", ProductKey=other, TopicShortName="submit", Operation="PUB")


def test_a_product_has_at_most_50(create, api_error, product):
    assert service.MAX_TOPICS == 50
    for number in range(47):
        create(f"topic_{number}")
    more = {"ProductKey": product, "TopicShortName": "more", "Operation": "PUB"}
    assert api_error("CreateProductTopic", **more).code == "iot.messagebroker.TopicTemplateCountExceedMax"


def test_an_update(create, api, listed, api_error):
    topic_id = create("submit", Desc="old", Codec="JSON", EnableProxySubscribe=True)
    api("UpdateProductTopic", TopicId=topic_id, TopicShortName="resubmit", Operation="ALL")
    read = listed()["user/resubmit"]
    assert (read["Id"], read["Operation"], read["Desc"], read["Codec"]) == (topic_id, "2", "old", "JSON")
    assert read["EnableProxySubscribe"] is True
    api("UpdateProductTopic", TopicId=topic_id, TopicShortName="resubmit", Operation="SUB", Desc="")
    read = listed()["user/resubmit"]
    assert (read["Operation"], read["Desc"]) == ("1", "")
    taken = api_error("UpdateProductTopic", TopicId=topic_id, TopicShortName="user/get", Operation="SUB")
    assert taken.code == "iot.messagebroker.TopicAlreadyFound"


def test_a_deleted_class_is_gone(create, api, listed, api_error):
    topic_id = create()
    api("DeleteProductTopic", TopicId=topic_id)
    assert "user/submit" not in listed()
    assert api_error("DeleteProductTopic", TopicId=topic_id).code == "iot.messagebroker.TopicTemplatsNotFound"
    assert create() != topic_id
    default = listed()["user/get"]["Id"]
    api("DeleteProductTopic", TopicId=default)
    assert "user/get" not in listed()


@pytest.mark.parametrize("topic_id", ["x", "1.5", "-1", "9" * 19, "１"])
def test_what_is_no_id(api_error, topic_id):
    code = "iot.messagebroker.InvalidFormattedTopicTemplateId"
    assert api_error("DeleteProductTopic", TopicId=topic_id).code == code
    assert api_error("UpdateProductTopic", TopicId=topic_id, TopicShortName="a", Operation="PUB").code == code


@pytest.mark.parametrize("topic_id", ["9999", "9" * 18])
def test_a_class_that_is_not_there(api_error, topic_id):
    wrong = api_error("UpdateProductTopic", TopicId=topic_id, TopicShortName="a", Operation="PUB")
    assert wrong.code == "iot.messagebroker.TopicTemplatsNotFound"


def test_a_product_that_is_not_there(api_error):
    params = {"ProductKey": "a1nothing00", "TopicShortName": "a", "Operation": "PUB"}
    assert api_error("CreateProductTopic", **params).code == "iot.prod.NotExistedProduct"
    assert api_error("QueryProductTopic", ProductKey="a1nothing00").code == "iot.prod.NotExistedProduct"


def test_a_deleted_product_takes_its_classes_along(platform, api, product, create):
    create()
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("product_topic") == 0


def test_the_class_of_a_topic(platform, product, create):
    create("a/b", "ALL")
    ctx = Context(platform.store, 0, Account())
    assert service.find_topic_class(ctx, f"/{product}/lamp/user/a/b")["operation"] == "ALL"
    assert service.find_topic_class(ctx, f"/{product}/lamp/user/get")["operation"] == "SUB"
    for topic in (f"/{product}/lamp/user/a", f"/{product}/lamp/a/b", "/a1nothing00/lamp/user/get", "user/get", ""):
        assert service.find_topic_class(ctx, topic) is None


def test_custom_topics_taken_apart():
    assert topics.custom_topic("/a1/my-lamp.1@x:y_z/user/a/b") == ("a1", "my-lamp.1@x:y_z", "user/a/b")
    for topic in ("/sys/a1/lamp/user/a", "/a1/lamp/user", "/a1/lamp/user/", "/a1/lamp/get", "/a1/lamp/user/+"):
        assert topics.custom_topic(topic) is None


@pytest.mark.parametrize(
    ("pattern", "topic", "met"),
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
def test_filters(pattern, topic, met):
    assert topics.filter_matches(pattern, topic) is met


@pytest.mark.parametrize(
    ("pattern", "topic", "met"),
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
def test_filters_that_mean_some_devices_topic(pattern, topic, met):
    assert topics.filter_overlaps(pattern, topic) is met
