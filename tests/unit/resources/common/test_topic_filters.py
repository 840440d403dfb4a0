# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The check of the topics of rules and data sources."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.topic_filters import find_problem

VALID = (
    ("+/thing/event/property/post", "system"),
    ("/lamp-0001/thing/lifecycle", "system"),
    ("+/thing/event/+/post", "system"),
    ("+/ota/upgrade", "system"),
    ("+/edge/driver/d1/point_post", "system"),
    ("+/_thing/event/notify", "system"),
    ("package1/job-1/ota/job/status", "system"),
    ("+/user/get", "custom"),
    ("+/user/#", "custom"),
    ("*/user/+/get", "custom"),
    ("lamp/update/error", "custom"),
    ("user/user/get", "custom"),
    ("+", "status"),
    ("lamp", "status"),
    ("thing/thing/lifecycle", ""),
    ("lamp/update/error", ""),
    ("+/no/such/topic", ""),
    ("+/user/get", ""),
    ("+", ""),
)
INVALID = (
    ("thing/event/property/post", "system"),
    ("thing/event/property/post", ""),
    ("ota/upgrade", "system"),
    ("user/get", "custom"),
    ("user/get", ""),
    ("user/get", "system"),
    ("+/user//get", "custom"),
    ("+/user/get/", "custom"),
    ("+/user/a b", "custom"),
    ("#", "custom"),
    ("+/#/get", "custom"),
    ("+/user/a#", "custom"),
    ("+/user/a+", "custom"),
    ("lamp+/user/get", "custom"),
    ("灯", "status"),
    ("+/user/get", "status"),
    ("+", "custom"),
    ("+", "system"),
    ("", "custom"),
    ("package1/job-1/ota/job/status", "custom"),
)


@pytest.mark.parametrize(("topic", "kind"), VALID)
def test_valid_topic_is_accepted(topic, kind):
    assert find_problem(topic, kind) == ""


@pytest.mark.parametrize(("topic", "kind"), INVALID)
def test_invalid_topic_is_rejected(topic, kind):
    assert find_problem(topic, kind)
