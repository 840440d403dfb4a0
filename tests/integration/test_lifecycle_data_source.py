# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a data source with its topics."""

from __future__ import annotations

import pytest

REPORTS = {"topic": "/street_light/+/thing/event/property/post"}
STATUS = {"topic": "/as/mqtt/status/street_light/+"}
OWN = {"topic": "/street_light/lamp-0001/user/report"}


@pytest.fixture(autouse=True)
def key(tasks):
    """The ProductKey of a product."""
    return tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]


def topics(result: dict) -> set:
    return {topic["topic"] for topic in result["data_source"]["topics"]}


def test_the_life_of_a_data_source(tasks, key):
    made = tasks.assert_changed_by(
        "iot_data_source",
        "CreateParserDataSource",
        "CreateDataSourceItem",
        "CreateDataSourceItem",
        name="lamps",
        description="what lamps report",
        topics=[REPORTS, STATUS],
    )
    source = made["data_source"]
    assert (source["name"], source["description"]) == ("lamps", "what lamps report")
    # A topic may name the product, and is returned with its ProductKey.
    assert topics(made) == {f"/as/mqtt/status/{key}/+", f"/{key}/+/thing/event/property/post"}
    assert all(topic["item_id"] for topic in source["topics"])
    assert [step["action"] for step in made["steps"]] == ["create"] * 3
    assert {topic["topic"] for topic in made["diff"]["after"]["topics"]} == topics(made)

    changed = tasks.assert_changed_by("iot_data_source", "UpdateParserDataSource", name="lamps", description="all of it")
    assert changed["data_source"]["description"] == "all of it"
    cleared = tasks.assert_changed_by("iot_data_source", "UpdateParserDataSource", name="lamps", description="")
    assert cleared["data_source"]["description"] == ""
    renamed = tasks.assert_changed_by("iot_data_source", "UpdateParserDataSource", name="lamps-2", renamed_from="lamps")
    assert renamed["data_source"]["data_source_id"] == source["data_source_id"]

    # Only what differs goes and comes, and what goes goes first.
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

    gone = tasks.assert_changed_by("iot_data_source", "DeleteParserDataSource", name="lamps-2", state="absent")
    assert gone["data_source"] == {}
    tasks.assert_unchanged("iot_data_source", name="lamps-2", state="absent")


def test_a_topic_is_the_same_however_it_is_written(tasks, key):
    tasks.run_ok("iot_data_source", name="lamps", topics=[REPORTS, STATUS])
    for one in ("+", "*"):
        for product in ("street_light", key):
            written = [f"/as/mqtt/status/{product}/{one}", f"/{product}/{one}/thing/event/property/post"]
            tasks.assert_unchanged("iot_data_source", name="lamps", topics=[{"topic": topic} for topic in written])


def test_topics_that_say_whose_they_are(tasks, key):
    # Custom topics of devices that speak plain MQTT do not begin with their product.
    topic = f"/{key}/+/user/report"
    made = tasks.assert_changed_by(
        "iot_data_source",
        "CreateParserDataSource",
        "CreateDataSourceItem",
        name="meters",
        topics=[{"topic": topic, "product": "street_light"}],
    )
    (there,) = made["data_source"]["topics"]
    assert (there["topic"], there["product_key"]) == (topic, key)
    tasks.server.call("RegisterDevice", ProductKey=key, DeviceName="lamp-0001")
    of_device = {"topic": topic, "product": key, "device": "lamp-0001"}
    changed = tasks.assert_changed_by(
        "iot_data_source", "DeleteDataSourceItem", "CreateDataSourceItem", name="meters", topics=[of_device]
    )
    assert changed["data_source"]["topics"][0]["device"] == "lamp-0001"
    (item,) = tasks.server.call(
        "ListDataSourceItem", DataSourceId=made["data_source"]["data_source_id"], Page=1, PageSize=10
    )[1]["DataSourceItems"]["dataSourceItem"]
    assert item["ScopeType"] == "DEVICE"


def test_what_topics_cannot_be(tasks, key):
    def refuses(message, *given):
        tasks.assert_fails("iot_data_source", message, name="lamps", topics=list(given))

    refuses("^topics has a topic 'user/report' that is not of the form", {"topic": "user/report"})
    refuses("^topics has a topic .* with a device and without its product", {**OWN, "device": "lamp-0001"})
    refuses("^topics names a topic twice", REPORTS, {"topic": f"/{key}/*/thing/event/property/post"})
    refuses("^topics takes at most 1000 elements", *({"topic": f"/street_light/+/user/t{n}"} for n in range(1001)))
    tasks.assert_fails("iot_data_source", "^name must have 1 to 30 characters", name="灯" * 16)
    tasks.assert_fails("iot_data_source", "^name may hold", name="lamps of the west")
    result = tasks.run("iot_data_source", name="lamps", topics=[{"topic": "/nobody/+/user/report"}])
    assert "there is no product nobody" in result["msg"]
    assert tasks.pop_writes() == []


def test_a_topic_that_the_platform_refuses_is_told_with_what_was_done(tasks):
    result = tasks.run("iot_data_source", name="lamps", topics=[{"topic": "/street_light/+/no/such/topic"}])
    assert result["failed"]
    assert result["changed"]
    assert result["msg"].endswith("Already done: CreateParserDataSource")
    assert [step["status"] for step in result["steps"]] == ["done", "failed"]


def test_a_product_that_is_planned(tasks):
    plan = tasks.run("iot_data_source", True, name="locks", topics=[{"topic": "/lock/+/user/report"}])
    assert plan["pending"] == ["the product lock does not exist yet"]
    assert [step["operation"] for step in plan["steps"]] == ["CreateParserDataSource", "CreateDataSourceItem"]
    assert plan["diff"]["after"]["topics"] == [{"topic": "/lock/+/user/report"}]


def test_a_data_source_of_a_parser_cannot_be_deleted(tasks):
    tasks.run_ok("iot_data_source", name="lamps")
    tasks.run_ok("iot_parser", name="forward", data_source="lamps")
    result = tasks.run("iot_data_source", name="lamps", state="absent")
    assert result["failed"]
    assert "detach it first" in result["msg"]


def test_finding_data_sources(tasks, key):
    made = {
        name: tasks.run_ok("iot_data_source", name=name, topics=[REPORTS])["data_source"] for name in ("lamps", "lamps2")
    }

    def found(**filters):
        return tasks.run_ok("iot_data_source_info", **filters)["data_sources"]

    assert [source["name"] for source in found()] == ["lamps", "lamps2"]
    assert not any("topics" in source for source in found())
    assert all(source["topics"][0]["topic"] == f"/{key}/+/thing/event/property/post" for source in found(details=True))
    # A name is asked for as a part of names.
    assert found(name="lamps") == [made["lamps"]]
    assert found(data_source_id=made["lamps2"]["data_source_id"]) == [made["lamps2"]]
    assert found(name="lamp") == found(data_source_id="999") == []


def test_a_name_that_two_have_is_refused(tasks):
    for _count in range(2):
        tasks.server.call("CreateParserDataSource", Name="lamps")
    tasks.assert_fails("iot_data_source", "^2 data sources answer to lamps$", name="lamps")
    tasks.assert_fails("iot_parser", "^2 data sources answer to lamps: .* and .*Give the id", name="x", data_source="lamps")


@pytest.mark.parametrize("action", ["CreateParserDataSource", "CreateDataSourceItem"])
def test_a_create_whose_answer_was_lost(tasks, action):
    tasks.server.control("PUT", "faults", [{"action": action, "drop": "after", "times": 1}])
    made = tasks.run_ok("iot_data_source", name="lamps", topics=[REPORTS])
    assert len(made["data_source"]["topics"]) == 1
    assert len(tasks.run_ok("iot_data_source_info")["data_sources"]) == 1
