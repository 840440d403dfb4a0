# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of data sources and their topics."""

from __future__ import annotations

import re

import pytest

REPORTS = {"topic": "/street_light/+/thing/event/property/post"}
STATUS = {"topic": "/as/mqtt/status/street_light/+"}
OWN = {"topic": "/street_light/lamp-0001/user/report"}


@pytest.fixture(autouse=True)
def key(tasks):
    """Create a product and return its ProductKey."""
    return tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]


def topics(result: dict) -> set:
    return {topic["topic"] for topic in result["data_source"]["topics"]}


def test_data_source_lifecycle(tasks, key):
    created = tasks.assert_changed_by(
        "iot_data_source",
        "CreateParserDataSource",
        "CreateDataSourceItem",
        "CreateDataSourceItem",
        name="lamps",
        description="what lamps report",
        topics=[REPORTS, STATUS],
    )
    source = created["data_source"]
    assert (source["name"], source["description"]) == ("lamps", "what lamps report")
    # A topic can contain the product name; the platform returns it with the ProductKey.
    assert topics(created) == {f"/as/mqtt/status/{key}/+", f"/{key}/+/thing/event/property/post"}
    assert all(topic["item_id"] for topic in source["topics"])
    assert [step["action"] for step in created["steps"]] == ["create"] * 3
    assert {topic["topic"] for topic in created["diff"]["after"]["topics"]} == topics(created)

    changed = tasks.assert_changed_by(
        "iot_data_source", "UpdateParserDataSource", name="lamps", description="all of it"
    )
    assert changed["data_source"]["description"] == "all of it"
    cleared = tasks.assert_changed_by("iot_data_source", "UpdateParserDataSource", name="lamps", description="")
    assert cleared["data_source"]["description"] == ""
    renamed = tasks.assert_changed_by("iot_data_source", "UpdateParserDataSource", name="lamps-2", renamed_from="lamps")
    assert renamed["data_source"]["data_source_id"] == source["data_source_id"]

    # Only the difference is deleted and created, deletions first.
    changed = tasks.assert_changed_by(
        "iot_data_source", "DeleteDataSourceItem", "CreateDataSourceItem", name="lamps-2", topics=[REPORTS, OWN]
    )
    assert topics(changed) == {f"/{key}/+/thing/event/property/post", f"/{key}/lamp-0001/user/report"}
    added = tasks.assert_changed_by(
        "iot_data_source", "CreateDataSourceItem", name="lamps-2", topics=[STATUS], purge_topics=False
    )
    assert len(topics(added)) == 3
    tasks.assert_unchanged("iot_data_source", name="lamps-2", topics=[OWN], purge_topics=False)
    tasks.assert_unchanged("iot_data_source", name="lamps-2")
    emptied = tasks.assert_changed_by("iot_data_source", *["DeleteDataSourceItem"] * 3, name="lamps-2", topics=[])
    assert topics(emptied) == set()

    deleted = tasks.assert_changed_by("iot_data_source", "DeleteParserDataSource", name="lamps-2", state="absent")
    assert deleted["data_source"] == {}
    tasks.assert_unchanged("iot_data_source", name="lamps-2", state="absent")


def test_data_source_topic_in_equivalent_form_is_unchanged(tasks, key):
    tasks.run_ok("iot_data_source", name="lamps", topics=[REPORTS, STATUS])
    for one in ("+", "*"):
        for product in ("street_light", key):
            written = [f"/as/mqtt/status/{product}/{one}", f"/{product}/{one}/thing/event/property/post"]
            tasks.assert_unchanged("iot_data_source", name="lamps", topics=[{"topic": topic} for topic in written])


def test_data_source_topic_with_product_and_device_is_created(tasks, key):
    # Custom topics of devices that use plain MQTT need not begin with the product.
    topic = f"/{key}/+/user/report"
    created = tasks.assert_changed_by(
        "iot_data_source",
        "CreateParserDataSource",
        "CreateDataSourceItem",
        name="meters",
        topics=[{"topic": topic, "product": "street_light"}],
    )
    (current,) = created["data_source"]["topics"]
    assert (current["topic"], current["product_key"]) == (topic, key)
    tasks.server.call("RegisterDevice", ProductKey=key, DeviceName="lamp-0001")
    of_device = {"topic": topic, "product": key, "device": "lamp-0001"}
    changed = tasks.assert_changed_by(
        "iot_data_source", "DeleteDataSourceItem", "CreateDataSourceItem", name="meters", topics=[of_device]
    )
    assert changed["data_source"]["topics"][0]["device"] == "lamp-0001"
    (item,) = tasks.server.call(
        "ListDataSourceItem", DataSourceId=created["data_source"]["data_source_id"], Page=1, PageSize=10
    )[1]["DataSourceItems"]["dataSourceItem"]
    assert item["ScopeType"] == "DEVICE"


def test_data_source_with_invalid_topics_fails_before_write(tasks, key):
    def assert_fails(message, *given):
        tasks.assert_fails("iot_data_source", message, name="lamps", topics=list(given))

    assert_fails("^topics contains the topic 'user/report', which does not have the format", {"topic": "user/report"})
    assert_fails("^topics contains the topic .* with a device but without its product", {**OWN, "device": "lamp-0001"})
    assert_fails("^topics contains a topic twice", REPORTS, {"topic": f"/{key}/*/thing/event/property/post"})
    assert_fails("^topics takes at most 1000 elements", *({"topic": f"/street_light/+/user/t{n}"} for n in range(1001)))
    tasks.assert_fails("iot_data_source", "^name must have 1 to 30 characters", name="灯" * 16)
    tasks.assert_fails("iot_data_source", "^name has an invalid format", name="lamps of the west")
    result = tasks.run("iot_data_source", name="lamps", topics=[{"topic": "/unknown/+/user/report"}])
    assert "the product unknown does not exist" in result["msg"]
    assert tasks.pop_writes() == []


def test_data_source_with_rejected_topic_reports_completed_steps(tasks):
    result = tasks.run("iot_data_source", name="lamps", topics=[{"topic": "/street_light/+/no/such/topic"}])
    assert result["failed"]
    assert result["changed"]
    assert result["msg"].endswith("Already done: CreateParserDataSource")
    assert [step["status"] for step in result["steps"]] == ["done", "failed"]


def test_data_source_with_missing_product_is_pending_in_check_mode(tasks):
    plan = tasks.run("iot_data_source", True, name="locks", topics=[{"topic": "/lock/+/user/report"}])
    assert plan["pending"] == ["the product lock does not exist yet"]
    assert [step["operation"] for step in plan["steps"]] == ["CreateParserDataSource", "CreateDataSourceItem"]
    assert plan["diff"]["after"]["topics"] == [{"topic": "/lock/+/user/report"}]


def test_data_source_attached_to_parser_deletion_fails(tasks):
    tasks.run_ok("iot_data_source", name="lamps")
    tasks.run_ok("iot_parser", name="forward", data_source="lamps")
    tasks.assert_fails(
        "iot_data_source",
        "^state: absent is not possible: the parser forward uses the data source. Set another data source",
        name="lamps",
        state="absent",
    )


@pytest.mark.parametrize(
    "topic",
    [
        "/street_light/thing/event/property/post",
        "/street_light/user/get",
        "/street_light/+/user/#/get",
        "/street_light/lamp+/user/get",
        "/as/mqtt/status/street_light",
    ],
)
def test_data_source_with_topic_without_device_or_with_misplaced_wildcard_fails_before_write(tasks, topic):
    tasks.assert_fails(
        "iot_data_source",
        f"^topics contains the invalid topic '{re.escape(topic)}'",
        name="lamps",
        topics=[{"topic": topic}],
    )


def test_data_sources_with_filters_are_returned(tasks, key):
    created = {
        name: tasks.run_ok("iot_data_source", name=name, topics=[REPORTS])["data_source"]
        for name in ("lamps", "lamps2")
    }

    def found(**filters):
        return tasks.run_ok("iot_data_source_info", **filters)["data_sources"]

    assert [source["name"] for source in found()] == ["lamps", "lamps2"]
    assert not any("topics" in source for source in found())
    assert all(source["topics"][0]["topic"] == f"/{key}/+/thing/event/property/post" for source in found(details=True))
    # The API searches for a part of the name; the module returns exact matches only.
    assert found(name="lamps") == [created["lamps"]]
    assert found(data_source_id=created["lamps2"]["data_source_id"]) == [created["lamps2"]]
    assert found(name="lamp") == found(data_source_id="999") == []


def test_data_source_with_ambiguous_name_fails_before_write(tasks):
    for _count in range(2):
        tasks.server.call("CreateParserDataSource", Name="lamps")
    tasks.assert_fails("iot_data_source", "^2 data sources match lamps. Rename", name="lamps")
    tasks.assert_fails(
        "iot_parser", "^2 data sources match lamps; their IDs are .* and .*Use the ID", name="x", data_source="lamps"
    )


@pytest.mark.parametrize("action", ["CreateParserDataSource", "CreateDataSourceItem"])
def test_data_source_create_with_lost_response_creates_one(tasks, action):
    tasks.server.control("PUT", "faults", [{"action": action, "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_data_source", name="lamps", topics=[REPORTS])
    assert len(created["data_source"]["topics"]) == 1
    assert len(tasks.run_ok("iot_data_source_info")["data_sources"]) == 1
