# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Routes: which topics there are, and what the platform says that it has not done."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic_route import TOPIC, TopicRoute
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

ROUTE = TopicRoute()
LAMP = "/street_light/lamp_1/user/report"


@pytest.mark.parametrize(
    ("topic", "good"),
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
def test_topics(topic, good):
    assert (TOPIC.check(topic) == "") is good


def account(**replies) -> Answers:
    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryTopicRouteTable={"DstTopics": {"Topic": ["/a1/lamp_2/user/x"]}},
        **replies,
    )


def test_a_product_may_be_named_in_place_of_its_key():
    client = account()
    options = {"source": LAMP, "destinations": ["/street_light/lamp_2/user/x", "/a1/lamp_2/user/x"]}
    result = converge(ROUTE, options, client, False)
    assert result["changed"] is False
    assert result["topic_route"]["source_topic"] == "/a1/lamp_1/user/report"
    assert ("QueryTopicRouteTable", {"Topic": "/a1/lamp_1/user/report"}) in client.sent


@pytest.mark.parametrize("reply", [{}, {"FailureTopics": {"Topic": []}}, {"IsAllSucceed": True}])
def test_what_was_done_is_no_failure(reply):
    client = account(CreateTopicRouteTable=reply, DeleteTopicRouteTable=reply)
    result = converge(ROUTE, {"source": LAMP, "destinations": ["/a1/lamp_3/user/x"]}, client, False)
    assert [step["status"] for step in result["steps"]] == ["done", "done"]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"FailureTopics": {"Topic": ["/a1/x", "/a1/y"]}}, r"CreateTopicRouteTable: not done for /a1/x, /a1/y; a dest"),
        ({"IsAllSucceed": False}, r"CreateTopicRouteTable: not done for all; a destination is"),
    ],
)
def test_what_was_not_done_is_a_failure(reply, message):
    with pytest.raises(StepFailed, match=message):
        converge(
            ROUTE, {"source": LAMP, "destinations": ["/a1/lamp_3/user/x"]}, account(CreateTopicRouteTable=reply), False
        )


def test_a_full_route_makes_room_first():
    there = [f"/a1/lamp_{n}/user/x" for n in range(100)]
    wanted = [f"/a1/lamp_{n}/user/x" for n in range(1, 101)]
    steps = plan(ROUTE, {"destinations": wanted}, {"source_topic": "/a1/lamp_1/user/y", "destinations": there})
    assert [(step.operation, step.params["DstTopic"]) for step in steps] == [
        ("DeleteTopicRouteTable", there[:1]),
        ("CreateTopicRouteTable", wanted[-1:]),
    ]
