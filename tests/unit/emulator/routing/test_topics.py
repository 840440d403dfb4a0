# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of topic owners and subscriptions."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.routing import topics


@pytest.mark.parametrize(
    "topic",
    [
        "/sys/a1/lamp/thing/event/property/post",
        "/sys/a1/lamp/rrpc/response/7",
        "/sys/a1/lamp/#",
        "/shadow/update/a1/lamp",
        "/shadow/get/a1/lamp",
        "/ota/device/inform/a1/lamp",
        "/ota/device/progress/a1/lamp",
        "/ext/session/a1/lamp/combine/batch_login",
        "/ext/rrpc/7/sys/a1/lamp/thing/service/reboot",
        "/ext/rrpc/7/a1/lamp/user/get",
        "/ext/rrpc/+/a1/lamp/user/get",
        "/a1/lamp/user/get",
        "/a1/lamp/user/#",
        "/a1/lamp/user/update?_sn=default",
        "/ota/device/inform/a1/lamp?_rid=1700000000123456",
        "/ext/ntp/a1/lamp/response",
        "/ext/error/a1/lamp",
    ],
)
def test_topic_owner_of_device_topic_is_device(topic):
    assert topics.topic_owner(topic) == ("a1", "lamp")


def test_topic_owner_with_all_name_characters_is_device():
    assert topics.topic_owner("/sys/a1/a.b:c@d-e_f/thing/topo/add") == ("a1", "a.b:c@d-e_f")


def test_topic_owner_of_broadcast_topic_is_product():
    assert topics.topic_owner("/broadcast/a1/news") == ("a1", None)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "#",
        "/#",
        "$SYS/broker",
        "/sys/#",
        "/sys/+/lamp/thing/#",
        "/sys/a1/+/thing/#",
        "/a1/+/user/get",
        "/a1/lamp",
        "/a1/lamp/other/get",
        "a1/lamp/user/get",
        "/broadcast/a1",
        "/broadcast/+/news",
        "/ext/rrpc/#",
    ],
)
def test_topic_owner_of_other_topic_is_none(topic):
    assert topics.topic_owner(topic) is None


@pytest.mark.parametrize(
    ("topic", "needed"),
    [
        ("/a1/lamp/user/get", True),
        ("/a1/lamp/user/+/x", True),
        ("/broadcast/a1/news", True),
        ("/sys/a1/lamp/thing/service/property/set", False),
        ("/ext/rrpc/+/a1/lamp/user/get", False),
    ],
)
def test_topic_needs_subscription(topic, needed):
    assert topics.needs_subscription(topic) is needed


@pytest.mark.parametrize(("topic", "has"), [("/a/+/b", True), ("/a/#", True), ("/a/b", False)])
def test_topic_has_wildcard(topic, has):
    assert topics.has_wildcard(topic) is has
