# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Data sources: comparison, resolution and validation of topics."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import DataSource, Topics
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

SOURCE = DataSource()
KIND = Topics()


def account(*topics) -> FakeClient:
    row = {"DataSourceId": 1, "Name": "lamps"}
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        ListParserDataSource=[row],
        GetParserDataSource={"DataSource": row},
        ListDataSourceItem=[{"DataSourceItemId": n, "Topic": topic} for n, topic in enumerate(topics, 10)],
    )


def source(client, check_mode=False, **options) -> dict:
    return converge(SOURCE, {"name": "lamps", **options}, client, check_mode)


def writes(client) -> list:
    return [(name, params) for name, params in client.sent if client.operation(name).writes]


@pytest.mark.parametrize("written", ["/street_light/+/user/get", "/a1/*/user/get", "/a1/+/user/get"])
@pytest.mark.parametrize("read", ["/a1/+/user/get", "/a1/*/user/get"])
def test_topic_in_each_notation_is_unchanged(written, read):
    assert source(account(read), topics=[{"topic": written}])["changed"] is False


@pytest.mark.parametrize("other", ["/a1/+/user/#", "/a1/+/user/+", "/a1/lamp/user/get", "/a1/+/user/get2"])
def test_topic_with_other_wildcard_is_replaced(other):
    client = account("/a1/+/user/get")
    source(client, topics=[{"topic": other}])
    assert writes(client) == [
        ("DeleteDataSourceItem", {"DataSourceId": "1", "DataSourceItemId": "10"}),
        ("CreateDataSourceItem", {"DataSourceId": "1", "Topic": other, "DeviceName": None}),
    ]


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, {"DeviceName": None}),
        ({"product": "street_light"}, {"ScopeType": "PRODUCT", "ProductKey": "a1", "DeviceName": None}),
        ({"product": "a1", "device": "lamp"}, {"ScopeType": "DEVICE", "ProductKey": "a1", "DeviceName": "lamp"}),
    ],
)
def test_topic_with_product_is_sent_with_scope(options, sent):
    client = account()
    topic = "/a1/home/get"
    # Ansible sets options that a task does not set to None.
    source(client, topics=[{"topic": topic, "product": None, "device": None, **options}])
    assert writes(client) == [("CreateDataSourceItem", {"DataSourceId": "1", "Topic": topic, **sent})]


def test_topic_of_two_products_is_two_topics():
    topics = [{"topic": "home/get", "product": product} for product in ("new", "newer")]
    result = source(account(), True, topics=topics)
    assert len(result["steps"]) == 2
    one, other = ({"topic": "home/get", "product_key": key} for key in ("a1", "a2"))
    assert KIND.canonical([one]) != KIND.canonical([other])
    assert KIND.identity({"topic": "x", "product": "new", "product_key": PENDING}) == ("x", "new", "")


def test_topic_with_product_name_is_resolved():
    for written, full in (
        ("/as/mqtt/status/street_light/+", "/as/mqtt/status/a1/+"),
        ("/street_light/+/thing/lifecycle", "/a1/+/thing/lifecycle"),
    ):
        client = account()
        source(client, topics=[{"topic": written}])
        assert writes(client)[0][1]["Topic"] == full


@pytest.mark.parametrize(
    ("topics", "problem"),
    [
        ([{"topic": "/a1/+/user/get"}], ""),
        ([{"topic": "home/get", "product": "a1"}], ""),
        ([{"topic": "home/get"}], "contains the topic 'home/get', which does not have the format"),
        ([{"topic": "/a1"}], "contains the topic '/a1', which does not have the format"),
        ([{"topic": "/a 1/d/user/get"}], "contains the topic '/a 1/d/user/get', which does not"),
        ([{"topic": "/a1/d/user/get", "device": "d"}], "contains the topic '/a1/d/user/get' with a device but without"),
        ([{"topic": f"/a1/d/user/{n}"} for n in range(1001)], "takes at most 1000 elements"),
    ],
)
def test_topics_are_validated(topics, problem):
    assert KIND.check(topics).startswith(problem)
    assert bool(KIND.check(topics)) is bool(problem)


def test_topic_in_two_notations_is_rejected():
    with pytest.raises(InvalidValue, match=r"^topics contains a topic twice$"):
        source(account(), topics=[{"topic": "/a1/+/user/get"}, {"topic": "/street_light/*/user/get"}])
