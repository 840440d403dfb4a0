# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Topics: short names, and that topics are read from the list, because no operation reads a single topic."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic import ShortName, Topic
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

KIND = ShortName()
TOPIC = Topic()


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("user/get", "get", True),
        ("get", "get", True),
        ("user/a/b", "a/b", True),
        ("get", "put", False),
        ("user/get", "user/user/get", False),
        ("users/get", "get", False),
        ("get", None, False),
    ],
)
def test_short_name_without_user_level_is_equal(one, other, equal):
    assert (KIND.canonical(one) == KIND.canonical(other)) is equal


@pytest.mark.parametrize(
    ("returned", "value"),
    [
        ("/a1BwAGVxxxx/${deviceName}/user/get", "user/get"),
        ("/a1BwAGVxxxx/${deviceName}/user/a/b", "user/a/b"),
        ("user/get", "user/get"),
        (None, ""),
    ],
)
def test_short_name_is_returned_with_user_level(returned, value):
    assert KIND.from_wire(returned) == value


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("get", True),
        ("user/a_1/b", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("/get", False),
        ("get/", False),
        ("a//b", False),
        ("a-b", False),
        ("+/get", True),
        ("user/+", True),
        ("user/#", True),
        ("#", True),
        ("user/#/get", False),
        ("user/a+", False),
        ("user/a#", False),
        ("a b", False),
    ],
)
def test_short_name_is_checked(name, valid):
    assert (KIND.check(name) == "") is valid


def account(*topics) -> FakeClient:
    """Return a client of an account whose product street_light has these topics: short name and returned operation."""
    rows = [
        {"Id": str(n), "ProductKey": "a1", "TopicShortName": f"/a1/${{deviceName}}/{name}", "Operation": str(operation)}
        for n, (name, operation) in enumerate(topics, 1)
    ]

    def create(params):
        short = params["TopicShortName"]
        name = short if short.startswith("user/") else f"user/{short}"
        operation = {"PUB": "0", "SUB": "1", "ALL": "2"}[params["Operation"]]
        row = {"Id": str(len(rows) + 1), "ProductKey": "a1", "TopicShortName": f"/a1/${{deviceName}}/{name}"}
        rows.append({**row, "Operation": operation, "Desc": params.get("Desc", "")})
        return {"TopicId": len(rows)}

    def update(params):
        row = next(row for row in rows if row["Id"] == params["TopicId"])
        row.update(Operation={"PUB": "0", "SUB": "1", "ALL": "2"}[params["Operation"]], Desc=params.get("Desc", ""))
        return {}

    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryProductTopic={"Data": {"ProductTopicInfo": rows}},
        CreateProductTopic=create,
        UpdateProductTopic=update,
    )


def topic(client, check_mode=False, **options) -> dict:
    return converge(TOPIC, {"product": "street_light", "short_name": "get", **options}, client, check_mode)


def test_created_topic_is_returned_with_all_fields():
    client = account()
    result = topic(client, operation="sub", description="d")
    assert [step["operation"] for step in result["steps"]] == ["CreateProductTopic"]
    assert result["topic"] == {
        "product_key": "a1",
        "short_name": "user/get",
        "topic_id": "1",
        "operation": "sub",
        "description": "d",
    }
    assert topic(client, operation="sub", description="d")["changed"] is False
    assert topic(client, short_name="user/get", operation="sub")["changed"] is False


def test_updated_topic_is_returned_with_all_fields():
    client = account(("user/get", 1))
    result = topic(client, operation="all")
    assert result["topic"] == {
        "product_key": "a1",
        "short_name": "user/get",
        "topic_id": "1",
        "operation": "all",
        "description": "",
    }
    assert client.sent[-2] == (
        "UpdateProductTopic",
        {"TopicId": "1", "TopicShortName": "get", "Operation": "ALL", "Desc": ""},
    )


def test_new_topic_without_operation_fails():
    client = account()
    with pytest.raises(InvalidValue, match=r"^operation must be set to create the topic$"):
        topic(client)
    assert topic(account(("user/get", 1)))["changed"] is False


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["user/get", "user/put"]),
        ({"short_name": "put"}, ["user/put"]),
        ({"short_name": "user/put"}, ["user/put"]),
        ({"operation": "sub"}, ["user/get"]),
        ({"short_name": "put", "operation": "sub"}, []),
        ({"short_name": "none"}, []),
        ({"product": "nothing"}, []),
    ],
)
def test_topics_with_filters_are_returned(filters, found):
    client = account(("user/get", 1), ("user/put", 0))
    result = gather(TOPIC, {"product": "street_light", **filters}, client)
    assert [item["short_name"] for item in result["topics"]] == found
