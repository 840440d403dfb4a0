# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Topic routes: the format of topics, and destinations that the platform rejects."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic_route import TOPIC, TopicRoute
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

ROUTE = TopicRoute()
LAMP = "/street_light/lamp_1/user/report"


@pytest.mark.parametrize(
    ("topic", "valid"),
    [
        ("/a1/lamp_1/user/report", True),
        ("/路灯/lamp-1@x.y:z/user/a/b_1", True),
        ("/a1/lamp_1/user", False),
        ("/a1/lamp_1/report", False),
        ("/a1/lamp_1/user/", False),
        ("/a1/lamp_1/user/a-b", False),
        ("/a1/lamp_1/user/+", False),
        ("/a1/${deviceName}/user/report", False),
        ("/a1/+/user/report", False),
        ("a1/lamp_1/user/report", False),
        ("/sys/a1/lamp_1/user/report", False),
        ("", False),
    ],
)
def test_topic_is_checked(topic, valid):
    assert (TOPIC.check(topic) == "") is valid


def account(**replies) -> FakeClient:
    """Return a client of an account where a topic of lamp_1 is routed to a topic of lamp_2."""
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryTopicRouteTable={"DstTopics": {"Topic": ["/a1/lamp_2/user/x"]}},
        **replies,
    )


def test_topic_with_product_name_is_resolved():
    client = account()
    options = {"source": LAMP, "destinations": ["/street_light/lamp_2/user/x", "/a1/lamp_2/user/x"]}
    result = converge(ROUTE, options, client, False)
    assert result["changed"] is False
    assert result["topic_route"]["source_topic"] == "/a1/lamp_1/user/report"
    assert ("QueryTopicRouteTable", {"Topic": "/a1/lamp_1/user/report"}) in client.sent


@pytest.mark.parametrize("reply", [{}, {"FailureTopics": {"Topic": []}}, {"IsAllSucceed": True}])
def test_route_with_successful_response_is_changed(reply):
    client = account(CreateTopicRouteTable=reply, DeleteTopicRouteTable=reply)
    result = converge(ROUTE, {"source": LAMP, "destinations": ["/a1/lamp_3/user/x"]}, client, False)
    assert [step["status"] for step in result["steps"]] == ["done", "done"]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"FailureTopics": {"Topic": ["/a1/x", "/a1/y"]}}, r"CreateTopicRouteTable: failed for /a1/x, /a1/y\. A dest"),
        ({"IsAllSucceed": False}, r"CreateTopicRouteTable: failed for some topics\. A destination must"),
    ],
)
def test_route_with_rejected_destinations_fails(reply, message):
    with pytest.raises(StepFailed, match=message):
        converge(
            ROUTE, {"source": LAMP, "destinations": ["/a1/lamp_3/user/x"]}, account(CreateTopicRouteTable=reply), False
        )


def test_route_with_maximum_of_destinations_is_removed_from_first():
    current = [f"/a1/lamp_{n}/user/x" for n in range(100)]
    desired = [f"/a1/lamp_{n}/user/x" for n in range(1, 101)]
    steps = plan(ROUTE, {"destinations": desired}, {"source_topic": "/a1/lamp_1/user/y", "destinations": current})
    assert [(step.operation, step.params["DstTopic"]) for step in steps] == [
        ("DeleteTopicRouteTable", current[:1]),
        ("CreateTopicRouteTable", desired[-1:]),
    ]
