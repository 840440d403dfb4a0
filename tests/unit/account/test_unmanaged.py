# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the search for resources that no file declares."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    UNCHANGED,
    PlannedResource,
    facts_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import MAX_NAMES, find_unmanaged
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError

from ..client.conftest import error_response, make_client, ok

LISTINGS = {
    entry.resource.listing.operation: entry.resource
    for entry in kinds().values()
    if isinstance(entry, ResourceEntry) and entry.resource.listing
}


class Platform:
    """A transport with the lists of an account.

    Args:
        lists: The elements by operation; other lists are empty. An exception is the answer to each request.
    """

    def __init__(self, **lists: Any) -> None:
        self.lists = lists
        self.sent: Counter[str] = Counter()

    def post(self, query: str, body: str) -> tuple[int, dict[str, Any]]:
        params = {name: values[0] for name, values in parse_qs(f"{query}&{body}").items()}
        name = params["Action"]
        self.sent[name] += 1
        elements = self.lists.get(name, [])
        if isinstance(elements, str):
            return error_response(elements)
        resource = LISTINGS[name]
        pages = resource.operation(name).pages
        if name == "QueryDeviceGroupList" and "GroupTypes.1" in params:
            elements = self.lists.get("dynamic_groups", [])
        total = len(elements)
        if pages:
            first = (int(params[pages.page]) - 1) * int(params[pages.size])
            elements = elements[first : first + int(params[pages.size])]
        answer: dict[str, Any] = {}
        paths = [(pages.items if pages else resource.listing.items, elements)]
        paths += [(pages.total, total)] if pages and pages.total else []
        for path, value in paths:
            *parents, last = path.split(".")
            target = answer
            for parent in parents:
                target = target.setdefault(parent, {})
            target[last] = value
        return ok(**answer)

    def close(self) -> None:
        """Do nothing."""


def declared(kind: str, **options: Any) -> dict[str, Any]:
    return {"kind": kind, "options": options, "source": ("fleet/a.yml", 1, 1)}


def planned(*items: dict[str, Any], **results: dict[str, Any]) -> list[PlannedResource]:
    """Return the plan of declared resources that exist unchanged, with the results of check mode by kind."""
    fleet = Fleet(items)
    assert fleet.problems == []
    return [
        PlannedResource(node, UNCHANGED, facts=facts_of(node, {node.entry.kind: results.get(node.entry.kind, {})}))
        for node in fleet.nodes
    ]


PRODUCT = declared("products", name="lamp", node_type="device")
PRODUCTS = [{"ProductKey": "a1lamp", "ProductName": "lamp"}, {"ProductKey": "a1old", "ProductName": "old"}]


def devices(count: int) -> list[dict[str, Any]]:
    return [{"DeviceName": f"d{number:06}", "IotId": f"i{number}", "Nickname": "x" * 64} for number in range(count)]


def found(platform: Platform, plan: list[PlannedResource], **options: Any) -> dict[tuple[str, str], list[str]]:
    result = find_unmanaged(make_client(platform), plan, **options)
    assert not any(one.error for one in result)
    return {(one.kind, one.parent): one.names for one in result}


def test_every_kind_with_a_list_is_searched_once_for_each_declared_parent():
    platform = Platform(QueryProductList=PRODUCTS)
    assert found(platform, planned(PRODUCT)) == {("product", ""): ["old"]}
    without_parent = {name for name, resource in LISTINGS.items() if not resource.required_filters}
    # The jobs of firmware and the speeches of projects have parents, of which none is declared.
    assert without_parent - set(platform.sent) == {"ListOTAJobByFirmware"}
    assert {name for name, count in platform.sent.items() if count > 1} == {"QueryDeviceGroupList"}


def test_resources_of_the_platform_and_external_ones_are_not_unmanaged():
    topics = [
        {"Id": str(number), "TopicShortName": f"/a1lamp/${{deviceName}}/user/{name}", "Operation": "0", "Desc": ""}
        for number, name in enumerate(("get", "update", "update/error", "by_hand"))
    ]
    platform = Platform(
        QueryProductList=PRODUCTS,
        QueryProductTopic=topics,
        QueryConsumerGroupList=[
            {"GroupId": "DEFAULT_GROUP", "GroupName": "default", "CreateTime": "t"},
            {"GroupId": "g1", "GroupName": "by_hand", "CreateTime": "2026-01-31T00:00:00.000Z"},
        ],
    )
    assert found(platform, planned(PRODUCT), external={"products": ["old"]}) == {
        ("topic", "lamp"): ["user/by_hand"],
        ("consumer_group", ""): ["by_hand"],
    }
    external = {"products": ["o*"], "topics": ["lamp/user/by_hand"], "consumer_groups": ["other"]}
    assert found(platform, planned(PRODUCT), external=external) == {("consumer_group", ""): ["by_hand"]}
    assert found(platform, planned(PRODUCT), external={"*": ["*"]}) == {}


def test_resource_that_is_renamed_by_the_plan_is_managed():
    groups = [{"GroupId": "g1", "GroupName": "former", "CreateTime": "t"}]
    plan = planned(
        declared("consumer_groups", name="present", renamed_from="former"),
        consumer_group={"group_id": "g1", "name": "present"},
    )
    assert found(Platform(QueryConsumerGroupList=groups), plan) == {}


def test_static_and_dynamic_groups_are_listed():
    platform = Platform(
        QueryDeviceGroupList=[{"GroupId": "g1", "GroupName": "west"}],
        dynamic_groups=[{"GroupId": "g2", "GroupName": "east", "GroupType": "LINK_PLATFORM_DYNAMIC"}],
    )
    assert found(platform, []) == {("device_group", ""): ["east", "west"]}


@pytest.fixture
def lamps(tmp_path):
    """Write a CSV file with one device, and return its path."""
    path = tmp_path / "lamps.csv"
    path.write_text("name\nd000000\n", encoding="utf-8")
    return path


def test_devices_are_listed_only_if_there_are_more_than_the_declared_ones(lamps):
    members = frozenset(one["DeviceName"] for one in devices(120))
    device_set = declared("device_sets", product="lamp", devices_file=str(lamps))
    one_device = declared("devices", product="lamp", name="d000120")
    platform = Platform(QueryProductList=PRODUCTS[:1], QueryDevice=devices(121))
    plan = planned(PRODUCT, device_set, one_device)
    for one in plan:
        if one.node.entry.contains:
            one.members = one.existing = members
    assert found(platform, plan) == {}
    assert platform.sent["QueryDevice"] == 1

    platform = Platform(QueryProductList=PRODUCTS[:1], QueryDevice=devices(123))
    assert found(platform, plan) == {("device", "lamp"): ["d000121", "d000122"]}
    assert platform.sent["QueryDevice"] == 3


def test_devices_that_the_plan_creates_do_not_hide_unmanaged_ones():
    platform = Platform(QueryProductList=PRODUCTS[:1], QueryDevice=devices(1))
    plan = planned(PRODUCT, declared("devices", product="lamp", name="new_one"))
    plan[-1].action = CREATED
    assert found(platform, plan) == {("device", "lamp"): ["d000000"]}


def test_devices_that_the_plan_has_read_are_not_read_again(lamps):
    platform = Platform(QueryProductList=PRODUCTS[:1], QueryDevice=devices(3))
    plan = planned(PRODUCT, declared("device_sets", product="lamp", devices_file=str(lamps)))
    plan[-1].members = plan[-1].existing = frozenset({"d000000"})
    plan[-1].others = {"d000001", "d000002"}
    assert found(platform, plan) == {("device", "lamp"): ["d000001", "d000002"]}
    assert platform.sent["QueryDevice"] == 0


def test_many_unmanaged_devices_are_counted_without_keeping_the_pages():
    count = 30_000
    platform = Platform(QueryProductList=PRODUCTS[:1], QueryDevice=devices(count))
    plan = planned(PRODUCT)
    client = make_client(platform)
    tracemalloc.start()
    try:
        (result,) = find_unmanaged(client, plan)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    shown = result.to_dict()
    assert (shown["count"], len(shown["names"]), shown["names"][0]) == (count, MAX_NAMES, "d000000")
    assert platform.sent["QueryDevice"] == count // 50
    # The names take about 5 MB; the pages would take more than 30 MB.
    assert peak < 15_000_000


def test_list_that_cannot_be_read_is_reported_with_the_others():
    platform = Platform(QueryProductList=PRODUCTS, ListParser="iot.prod.UserNoPermission")
    result = {one.kind: one for one in find_unmanaged(make_client(platform), planned(PRODUCT))}
    assert result["product"].names == ["old"]
    assert "ListParser" in result["parser"].to_dict()["error"]
    refused = Platform(**dict.fromkeys(LISTINGS, "iot.prod.UserNoPermission"))
    with pytest.raises(ApiError):
        find_unmanaged(make_client(refused), [])
