# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of quarantine: how it starts, and what is recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.existing import Existing
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.last_applied import AppliedResource, LastApplied
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune import in_deletion_order
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_candidates import TAG, Candidate
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_plan import Pruned
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_quarantine import (
    Quarantine,
    has_tags,
    parse_time,
    start_nodes,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found

NOW = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
TIME = "20260131T020000Z"


def candidate(plural: str, options: dict[str, str], existing: Existing | None = None, **values: Any) -> Candidate:
    return Candidate(kinds()[plural], options, TAG, "so", {}, existing=existing, values=values)


def product(**values: Any) -> Candidate:
    found = Existing(Found("products", kinds()["products"], values), {"name": "lamp"})
    return candidate("products", {"name": "lamp"}, found, **values)


def device(name: str, **values: Any) -> Candidate:
    return candidate("devices", {"product": "lamp", "name": name}, **values)


def manifest(*applied: AppliedResource) -> LastApplied:
    result = LastApplied("m.json", "account1", "lamps")
    result.resources = {one.key: one for one in applied}
    return result


def test_start_disables_and_tags_the_devices_of_a_product_together():
    (node,) = start_nodes([device("lamp-0001", enabled=True), device("lamp-0002", enabled=False)], NOW, None)
    assert (node.plural, node.params["product"], node.params["purge_tags"]) == ("device_sets", "lamp", False)
    options = [{key: value for key, value in one.items() if value is not None} for one in node.params["devices"]]
    tags = {"iotops.quarantine.since": TIME}
    assert options == [
        {"name": "lamp-0001", "enabled": False, "tags": {"iotops.quarantine": "disabled", **tags}},
        {"name": "lamp-0002", "tags": {"iotops.quarantine": "tagged", **tags}},
    ]


def test_start_adds_tags_to_a_product_and_keeps_the_others():
    (node,) = start_nodes([product(tags={"site": "west"})], NOW, None)
    assert node.params["tags"] == {"iotops.quarantine": "tagged", "iotops.quarantine.since": TIME}
    assert node.params["purge_tags"] is False


def test_start_records_kinds_without_tags_in_the_manifest():
    rule = candidate("rules", {"name": "overheat"})
    recorded = manifest()
    assert start_nodes([rule], NOW, recorded) == []
    assert recorded.resources["rules", "overheat"].quarantined == TIME


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"iotops.quarantine": "disabled", "iotops.quarantine.since": TIME}, TIME),
        ({"iotops.quarantine.since": TIME}, ""),
        ({"iotops.quarantine": "disabled", "iotops.quarantine.since": "long ago"}, ""),
        ({"iotops.quarantine": "disabled"}, ""),
        ({}, ""),
    ],
)
def test_time_of_a_resource_with_tags_is_in_its_tags_only(tags, expected):
    recorded = manifest(AppliedResource("product", {"name": "lamp"}, quarantined=TIME))
    quarantine = Quarantine(_client(), None, PruneSettings(manifest=recorded))
    assert quarantine.since(product(tags=tags), TIME) == expected


def test_time_of_a_resource_without_tags_is_in_the_manifest_or_that_of_its_parent():
    topic = candidate("topics", {"product": "lamp", "short_name": "user/a"})
    recorded = manifest(AppliedResource("topic", topic.options, quarantined=TIME))
    assert Quarantine(_client(), None, PruneSettings(manifest=recorded)).since(topic, "") == TIME
    without = Quarantine(_client(), None, PruneSettings())
    assert without.since(topic, TIME) == TIME
    assert without.since(topic, "") == ""
    assert not without.can_start(topic)
    assert without.can_start(product())


def test_kinds_with_tags_are_known_from_their_declarations():
    tagged = {plural for plural, entry in kinds().items() if hasattr(entry, "resource") and has_tags(entry.resource)}
    assert tagged == {"device_groups", "devices", "products"}
    assert parse_time(TIME) == NOW


def test_deletion_order_is_the_reverse_of_the_references():
    rows = {}
    resources = {
        "product": Existing(Found("products", kinds()["products"], {}), {"name": "lamp"}),
        "topic": Existing(Found("topics", kinds()["topics"], {}), {"product": "lamp", "short_name": "user/a"}),
        "rule": Existing(Found("rules", kinds()["rules"], {}), {"name": "overheat"}),
        "group": Existing(Found("consumer_groups", kinds()["consumer_groups"], {}), {"name": "console"}),
    }
    resources["topic"].needs = [("product", resources["product"])]
    resources["rule"].needs = [("product", resources["product"]), ("actions", resources["group"])]
    # A part of the product that vanishes with it.
    part = Existing(Found("subscriptions", kinds()["subscriptions"], {}), {"product": "lamp", "type": "amqp"})
    part.needs = [("product", resources["product"]), ("consumer_groups", resources["group"])]
    resources["product"].users = [("product", part)]
    for name, one in resources.items():
        rows[name] = Pruned(candidate(one.found.plural, one.options, one), node=start_node(one))
    rows["device"] = Pruned(device("lamp-0001"), node=start_node(resources["product"]))
    rows["device"].candidate.parent = resources["product"]
    ordered = [next(name for name, one in rows.items() if one is row) for row in in_deletion_order(list(rows.values()))]
    assert ordered.index("product") > max(ordered.index(name) for name in ("topic", "rule", "device"))
    assert ordered.index("group") > max(ordered.index(name) for name in ("rule", "product"))


def start_node(one: Existing) -> Any:
    return Node(one.found.plural, one.found.entry, {**one.options, "state": "absent"})


def _client() -> Any:
    return SimpleNamespace(read=None, find=None, pages=None)
