# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the report page: the flow of messages, the use of quotas, and accounts that are empty, large or hostile."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report import FleetReport
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_devices import (
    DeviceCounts,
    GroupDevices,
    ProductDevices,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_flow import (
    flow_of,
    limited,
    topics_overlap,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_page import to_html
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_quotas import usages
from ansible_collections.iotops.aliyun.plugins.module_utils.account.resource_names import (
    key_of_found,
    keys_of_declared,
    label_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry

TIME = datetime.datetime(2026, 1, 31, 12, 0, tzinfo=datetime.UTC)
HOSTILE = "<img src=x onerror='alert(1)'>"


def account(**resources: list[dict[str, Any]]) -> dict[str, list[Found]]:
    """Return resources by plural from their values by field."""
    return {plural: [Found(plural, kinds()[plural], values) for values in rows] for plural, rows in resources.items()}


def lamp(name: str = "lamp", key: str = "a1lamp", **values: Any) -> dict[str, Any]:
    return {"name": name, "product_key": key, "node_type": "device", "device_count": 1, **values}


def topic(name: str, key: str = "a1lamp") -> dict[str, Any]:
    return {"product_key": key, "short_name": name, "topic_id": f"{key}{name}"}


def rule(name: str, short_topic: str, *actions: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "name": name,
        "rule_id": f"id-{name}",
        "product_key": "a1lamp",
        "short_topic": short_topic,
        "actions": list(actions),
        "status": "started",
        **values,
    }


def amqp(group: str, **values: Any) -> dict[str, Any]:
    return {"type": "amqp", "configuration": {"groupId": group}, **values}


def edges(found: dict[str, list[Found]]) -> dict[tuple[str, str], str]:
    """Return the connections as texts."""
    graph = flow_of(found)
    texts = {key: f"{point.title} {point.label}" for key, point in graph.points.items()}
    return {(texts[start], texts[end]): note for (start, end), note in graph.edges.items()}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/k/+/user/a", "/k/+/user/a", True),
        ("/k/+/user/a", "/k/d/user/a", True),
        ("/k/d/user/a", "/k/e/user/a", False),
        ("/k/+/user/#", "/k/+/user/a/b", True),
        ("/k/+/user/#", "/k/+/user", True),
        ("/k/+/user/a/#", "/k/+/user/b", False),
        ("/k/+/user/a", "/k/+/user/a/b", False),
        ("/k/+/user/+", "/k/+/user/#", True),
        ("/k/+/#", "/other/+/user", False),
    ],
)
def test_topics_overlap_if_one_topic_matches_both(one, other, expected):
    pair = (one, other)
    assert topics_overlap(*pair) is topics_overlap(*reversed(pair)) is expected


def test_flow_connects_topics_with_rules_and_their_targets():
    mns = {"type": "mns", "configuration": {"themeName": "alarms"}, "error_action": True}
    again = {"type": "republish", "configuration": {"topic": "/a1lamp/${deviceName()}/user/near"}}
    found = account(
        products=[lamp()],
        topics=[topic("user/report"), topic("user/near"), topic("user/report", "a1other")],
        rules=[
            rule("overheat", "+/user/report", amqp("g1"), mns, again),
            rule("every", "lamp-1/user/#", amqp("g1")),
            rule("system", "+/thing/event/property/post"),
            rule("status", "+"),
            rule("empty", ""),
        ],
        consumer_groups=[{"group_id": "g1", "name": "console"}],
    )
    assert edges(found) == {
        ("topic of lamp user/report", "rule overheat"): "",
        ("rule overheat", "consumer group console"): "",
        ("rule overheat", "Message Service topic alarms"): "after an error",
        ("rule overheat", "topic /lamp/${deviceName()}/user/near"): "",
        ("topic of lamp user/report", "rule every"): "",
        ("topic of lamp user/near", "rule every"): "",
        ("rule every", "consumer group console"): "",
        ("topic of lamp thing/event/property/post", "rule system"): "",
        ("topic of lamp as/mqtt/status", "rule status"): "",
    }
    assert [point.label for point in flow_of(found).unconnected()] == ["user/report", "empty"]


def test_flow_connects_data_sources_parsers_and_destinations():
    found = account(
        products=[lamp()],
        topics=[topic("user/report")],
        data_sources=[
            {
                "name": "lamps",
                "data_source_id": "1",
                "topics": [
                    {"topic": "/a1lamp/*/user/report"},
                    {"topic": "/as/mqtt/status/a1lamp/+"},
                    {"topic": "/own/topic", "product_key": "a1lamp", "device": "d1"},
                ],
            }
        ],
        destinations=[
            {"name": "out", "destination_id": "7", "type": "amqp", "configuration": {"groupId": "g1"}},
            {"name": "again", "destination_id": "8", "type": "republish", "configuration": {"productKey": "a1lamp"}},
        ],
        parsers=[
            {
                "name": "forward",
                "parser_id": "3",
                "data_source_id": "1",
                "destinations": [{"name": "out", "destination_id": "7"}],
                "failover_destination_id": "8",
                "status": "stopped",
            }
        ],
        consumer_groups=[{"group_id": "g1", "name": "console"}],
    )
    assert edges(found) == {
        ("topic of lamp user/report", "data source lamps"): "",
        ("topic of lamp as/mqtt/status", "data source lamps"): "",
        ("topic of lamp d1/own/topic", "data source lamps"): "",
        ("data source lamps", "parser forward"): "",
        ("parser forward", "destination out"): "",
        ("parser forward", "destination again"): "after an error",
        ("destination out", "consumer group console"): "",
        ("destination again", "topic /lamp"): "",
    }


def test_flow_connects_subscriptions_with_their_message_types_and_consumers():
    found = account(
        products=[lamp()],
        subscriptions=[
            {
                "product_key": "a1lamp",
                "type": "amqp",
                "device_data": True,
                "ota_event": True,
                "consumer_groups": [{"name": "console", "group_id": "g1"}, {"name": "g9", "group_id": "g9"}],
            },
            {"product_key": "a1lamp", "type": "mns", "device_data": True, "mns_configuration": {"queueName": "q"}},
        ],
        consumer_groups=[{"group_id": "g1", "name": "console"}],
    )
    assert edges(found) == {
        ("messages of lamp device data, ota event", "subscription lamp/amqp"): "",
        ("subscription lamp/amqp", "consumer group console"): "",
        ("subscription lamp/amqp", "consumer group g9"): "",
        ("messages of lamp device data", "subscription lamp/mns"): "",
        ("subscription lamp/mns", "Message Service queue q"): "",
    }


def test_flow_of_a_product_contains_only_what_its_messages_reach():
    found = account(
        products=[lamp(), lamp("meter", "a1meter")],
        topics=[topic("user/a"), topic("user/b", "a1meter")],
        rules=[rule("one", "+/user/a", amqp("g1")), rule("two", "+/user/b", amqp("g1"), product_key="a1meter")],
        consumer_groups=[{"group_id": "g1", "name": "console"}],
    )
    parts = flow_of(found).by_product()
    assert list(parts) == ["a1lamp", "a1meter"]
    part = parts["a1meter"]
    assert [point.label for point in part.points.values()] == ["user/b", "two", "console"]
    assert len(part.edges) == 2
    smaller, omitted = limited(part, 2)
    assert ([point.label for point in smaller.points.values()], omitted) == (["two", "console"], 1)


def test_declared_flows_name_only_kinds_and_words_that_have_a_stage():
    for entry in kinds().values():
        flow = entry.resource.flow if isinstance(entry, ResourceEntry) else None
        if flow is not None:
            # An empty resource has no connections.
            empty = {"product_key": "k", "short_name": "user/a"}
            assert list(flow.inputs(empty)) == []
            assert not [end for end in flow.outputs(empty) if end.key]


def test_quotas_count_resources_of_the_account_of_parents_and_elements():
    found = account(
        products=[lamp(tags={"site": "west"}), lamp("meter", "a1meter")],
        topics=[topic(f"user/{number}") for number in range(45)] + [topic("user/a", "a1meter")],
        rules=[rule("small", "+/user/a", amqp("g1")), rule("large", "+/user/a", *[amqp(f"g{n}") for n in range(10)])],
        device_groups=[
            {"name": "top", "group_id": "t", "type": "static"},
            {"name": "sub", "group_id": "s", "type": "static", "super_group_id": "t", "super_group": "t"},
            {"name": "moving", "group_id": "m", "type": "dynamic"},
        ],
    )
    used = {usage.title: (usage.used, usage.maximum, usage.where) for usage in usages(found)}
    assert used["products"] == (2, 1000, "")
    assert used["topics of a product"] == (45, 50, "lamp")
    assert used["actions of a rule"] == (10, 10, "large")
    assert used["tags of a product"] == (1, 100, "lamp")
    assert used["dynamic device groups"] == (1, 10, "")
    assert used["device groups of a super group"] == (1, 100, "top")
    assert used["firmwares"] == (0, 500, "")
    assert next(iter(used)) == "actions of a rule"
    assert all(usage.source.startswith("section 4.") for usage in usages({}))


@pytest.mark.parametrize(
    ("kind", "options", "values"),
    [
        ("topics", {"product": "lamp", "short_name": "report"}, topic("user/report")),
        ("topics", {"product": "a1lamp", "short_name": "user/report"}, topic("user/report")),
        ("consumer_groups", {"name": "present", "renamed_from": "former"}, {"group_id": "g1", "name": "former"}),
        ("device_groups", {"name": "west"}, {"group_id": "w", "name": "west"}),
        ("rules", {"name": "overheat"}, rule("overheat", "+/user/a")),
    ],
)
def test_declared_resource_is_found_by_an_equivalent_name(kind, options, values):
    found = account(products=[lamp()], **{kind: [values]})
    names = Names(found)
    source = ("fleet/a.yml", 1, 1)
    (node,) = Fleet(
        [{"kind": kind, "options": {"operation": "pub", **options} if kind == "topics" else options, "source": source}],
        external={"products": ["lamp", "a1lamp"]},
    ).nodes
    assert key_of_found(found[kind][0], names) in keys_of_declared(node, names)
    (other,) = account(topics=[topic("user/other")])["topics"]
    assert key_of_found(other, names) not in keys_of_declared(node, names)
    assert label_of(other, names) == "lamp/user/other"


def report(found: dict[str, list[Found]], devices: DeviceCounts | None = None, **values: Any) -> FleetReport:
    return FleetReport(
        "0b7d7fa3f0d2a0c1",
        "https://iot.cn-shanghai.aliyuncs.com",
        "",
        TIME,
        found,
        Names(found),
        devices or DeviceCounts(None, True, None),
        usages(found),
        flow_of(found),
        ["shadows", "speeches"],
        values.pop("gaps", []),
        **values,
    )


def test_page_of_an_empty_account_says_what_is_missing():
    text = to_html(report({}))
    for expected in (
        "The account has no products.",
        "The account has no devices.",
        "There are no groups.",
        "No messages are forwarded.",
        "The account is empty.",
        "0 products, 0 devices",
        "2026-01-31 12:00 UTC",
    ):
        assert expected in text


def test_page_shows_devices_models_and_what_no_file_declares():
    devices = DeviceCounts(None, True, {})
    devices.is_complete = False
    devices.products["a1lamp"] = ProductDevices(
        Counter(online=1500, offline=3, sleeping=1),
        Counter({("default", "1.0"): 1000, ("default", "1.1"): 500, ("default", ""): 4, ("modem", "7"): 9}),
        ["guest"],
    )
    devices.groups = [GroupDevices("west", "static", 1200, 1000), GroupDevices("new", "dynamic")]
    found = account(
        products=[
            lamp(thing_model=True, data_format="alink", status="released"),
            lamp("plain", "a1plain", thing_model=False),
            lamp("draft", "a1draft", thing_model=True, data_format="custom"),
            lamp("changed", "a1changed", thing_model=True, data_format="alink"),
        ],
        thing_models=[
            {"product_key": "a1lamp", "version": "2.0", "published": True},
            {"product_key": "a1draft", "version": "", "published": False},
            {"product_key": "a1changed", "version": "1.0", "published": False},
        ],
    )
    gaps = [Gap("rules", "", "", "they cannot be listed: Forbidden")]
    ids = frozenset({id(found["products"][1])})
    text = to_html(report(found, devices, gaps=gaps, unmanaged={"products": ["plain"]}, unmanaged_ids=ids))
    for expected in (
        "4 products, 1,504 devices",
        "online: 1,500",
        "sleeping: 1",
        "1.0: 1,000",
        "not reported: 4",
        "lamp, module modem",
        "1,200 devices",
        "dynamic",
        "never published",
        "draft differs",
        "Only versions of the module default are shown",
        "rules : they cannot be listed: Forbidden",
        "devices of lamp (1)",
        "<li>guest</li>",
        "no file declares them",
    ):
        assert expected in text
    assert text.count('<span class="badge warn">unmanaged</span>') == 1


def test_page_escapes_all_names():
    found = account(
        products=[lamp(HOSTILE)],
        topics=[topic(HOSTILE), topic("user/free")],
        rules=[rule(HOSTILE, f"+/{HOSTILE}", amqp(HOSTILE))],
        consumer_groups=[{"group_id": "g1", "name": HOSTILE}],
        device_groups=[{"name": HOSTILE, "group_id": "w"}],
    )
    devices = DeviceCounts(None, True, {})
    devices.products["a1lamp"] = ProductDevices(Counter({HOSTILE: 1}), Counter({(HOSTILE, HOSTILE): 1}), [HOSTILE])
    devices.groups = [GroupDevices(HOSTILE, "static", 1, 1)]
    gaps = [Gap("rules", HOSTILE, "", HOSTILE)]
    text = to_html(report(found, devices, gaps=gaps, unmanaged={"rules": [HOSTILE]}))
    assert "<img" not in text
    assert "&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;" in text


def test_page_of_a_large_account_has_a_limited_size():
    products = [lamp(f"product_{number:03}_" + "x" * 20, f"a1{number:05}") for number in range(400)]
    found = account(
        products=products,
        topics=[topic(f"user/t{n}", one["product_key"]) for one in products for n in range(50)],
        rules=[
            rule(f"rule_{n}", "+/user/#", *[amqp(f"g{number}") for number in range(10)], product_key=one["product_key"])
            for n, one in enumerate(products)
        ],
        device_groups=[{"name": f"group_{n}", "group_id": f"{n}"} for n in range(2000)],
    )
    devices = DeviceCounts(None, True, None)
    for one in products:
        versions = Counter({("default", f"{n}.0"): n + 1 for n in range(60)})
        devices.products[one["product_key"]] = ProductDevices(Counter(online=9), versions)
    devices.groups = [GroupDevices(f"group_{n}", "static", n, 0) for n in range(2000)]
    text = to_html(report(found, devices))
    assert len(text) < 4_000_000
    for expected in ("further products are not shown", "further groups are not shown", "48 further versions"):
        assert expected in text
