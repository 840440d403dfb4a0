# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of topic classes."""

from __future__ import annotations

import pytest


@pytest.fixture
def account(tasks):
    """Create a product."""
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")


def test_topic_lifecycle(tasks, account):
    report = {"product": "street_light", "short_name": "user/report"}
    created = tasks.assert_changed_by(
        "iot_topic", "CreateProductTopic", **report, operation="pub", description="hourly"
    )["topic"]
    tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **report, operation="all")
    tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **report, description="daily")
    cleared = tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **report, description="")
    assert cleared["topic"]["topic_id"] == created["topic_id"]
    tasks.assert_unchanged("iot_topic", **report, operation="all")
    for wanted in (report, {"product": "street_light"}):
        found = tasks.run_ok("iot_topic_info", **wanted)["topics"]
        assert created["topic_id"] in [topic["topic_id"] for topic in found]
    for wanted, found in (("all", [created["topic_id"]]), ("sub", [])):
        returned = tasks.run_ok("iot_topic_info", product="street_light", operation=wanted)["topics"]
        assert [one["topic_id"] for one in returned if one["short_name"].endswith("user/report")] == found
    assert tasks.run_ok("iot_topic_info", product="street_light", short_name="user/nothing")["topics"] == []
    tasks.assert_changed_by("iot_topic", "DeleteProductTopic", **report, state="absent")
    tasks.assert_unchanged("iot_topic", **report, state="absent")
    tasks.assert_fails("iot_topic", "^short_name", product="street_light", short_name="user/a b")


@pytest.mark.parametrize("name", ["user/+/state", "user/alarm/#", "+", "#"])
def test_topic_with_wildcards_can_only_be_subscribed_to(tasks, account, name):
    topic = {"product": "street_light", "short_name": name}
    for operation in ("pub", "all"):
        tasks.assert_fails("iot_topic", "^operation must be sub", **topic, operation=operation)
    tasks.assert_changed_by("iot_topic", "CreateProductTopic", **topic, operation="sub")
    tasks.assert_fails("iot_topic", "^operation must be sub", **topic, operation="all")
    tasks.assert_changed_by("iot_topic", "UpdateProductTopic", **topic, description="daily")
    tasks.assert_changed_by("iot_topic", "DeleteProductTopic", **topic, state="absent")
    tasks.assert_fails(
        "iot_topic", "^short_name has an invalid format", product="street_light", short_name=f"{name}/#/x"
    )
