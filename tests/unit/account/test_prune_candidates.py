# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the rules by which a resource is the fleet's."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account import existing, prune_candidates
from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.last_applied import AppliedResource, LastApplied
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import UNCHANGED, PlannedResource
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_candidates import CandidateSearch, carries
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import Unmanaged

from ..client.conftest import make_client, ok
from .test_unmanaged import declared

TAG = {"fleet": "lamps"}
NAMES = {"a1lamp": "lamp", "a1meter": "meter"}


class Account:
    """The resources of an account, in place of the reads of the platform."""

    def __init__(self, *found: Found, devices: dict[str, list[str]] | None = None, tagged: tuple[str, ...] = ()):
        self.found: dict[str, list[Found]] = defaultdict(list)
        self.gaps: list[Gap] = []
        self.devices = devices or {}
        self.tagged = tagged
        for one in found:
            self.found[one.plural].append(one)

    def run(self, _accept: Any) -> None:
        """Do nothing, in place of the reads of ``Scan``."""

    def unmanaged(
        self, _client: Any, planned: list[PlannedResource], external: dict[str, list[str]]
    ) -> list[Unmanaged]:
        """Return the lists of what is not planned, in place of ``find_unmanaged``."""
        keys = {one.node.key for one in planned}
        parents = {one.node.key[-1] for one in planned if one.node.plural == "products"}
        lists: dict[tuple[str, str], list[str]] = defaultdict(list)
        for plural, rows in self.found.items():
            for one in rows:
                if not one.entry.resource.listing:
                    continue
                parent = "" if plural in ("products", "rules", "jobs") else NAMES[one.values["product_key"]]
                is_planned = (plural, *([parent] if parent else []), one.name) in keys
                if not is_planned and (not parent or parent in parents) and one.name not in external.get(plural, ()):
                    lists[one.entry.kind, parent].append(one.name)
        for key, names in self.devices.items():
            if NAMES[key] in parents:
                lists["device", NAMES[key]] = [name for name in names if ("devices", NAMES[key], name) not in keys]
        return [Unmanaged(kind, parent, names) for (kind, parent), names in lists.items()]

    def post(self, query: str, _body: str) -> tuple[int, dict[str, Any]]:
        """Answer the only request that is sent: the list of devices with a tag."""
        assert "Action=QueryDeviceByTags" in query
        rows = [dict(zip(("ProductKey", "DeviceName"), one.split("/"), strict=True)) for one in self.tagged]
        return ok(Data={"SimpleDeviceInfo": rows}, Total=len(rows), PageCount=1, Page=1)

    def close(self) -> None:
        """Do nothing."""


def resource(plural: str, **values: Any) -> Found:
    return Found(plural, kinds()[plural], values)


def product(key: str, tags: dict[str, str] | None = None) -> Found:
    return resource("products", name=NAMES[key], product_key=key, tags=tags or {})


def topic(key: str, name: str) -> Found:
    return resource("topics", product_key=key, short_name=name, topic_id=f"{key}-{name}", operation="pub")


def rule(name: str, key: str = "", **values: Any) -> Found:
    return resource("rules", name=name, rule_id=f"r-{name}", product_key=key, **values)


LAMP = declared("products", name="lamp", node_type="device")


@pytest.fixture
def search(monkeypatch):
    """Return a function that returns what prune may delete: the rule by label, with ``(refused)`` if it is refused."""

    def search(account: Account, *items: dict[str, Any], applied=(), external=None, tag=None) -> dict[str, str]:
        monkeypatch.setattr(existing, "Scan", lambda _client, _filters: account)
        monkeypatch.setattr(prune_candidates, "find_unmanaged", account.unmanaged)
        fleet = Fleet(items, external=external)
        assert fleet.problems == []
        planned = [PlannedResource(node, UNCHANGED) for node in fleet.nodes]
        manifest = LastApplied("m.json", "account1", "lamps")
        manifest.resources = {one.key: one for one in applied}
        settings = PruneSettings(TAG if tag is None else tag, manifest=manifest)
        found = CandidateSearch(make_client(account), planned, external or {}, settings).run()
        return {one.label: f"{one.rule} (refused)" if one.refused else one.rule for one in found}

    return search


def test_nothing_is_found_without_tag_and_manifest(search):
    account = Account(product("a1lamp", TAG), topic("a1lamp", "user/a"), devices={"a1lamp": ["lamp-0001"]})
    assert search(account, tag={}) == {}


@pytest.mark.parametrize(
    ("tags", "is_found"),
    [
        ({"fleet": "lamps", "site": "west"}, True),
        ({"fleet": "meters"}, False),
        ({"Fleet": "lamps"}, False),
        ({}, False),
    ],
)
def test_resource_with_the_tag_is_the_fleets(search, tags, is_found):
    assert search(Account(product("a1meter", tags))) == ({"product meter": "tag"} if is_found else {})


def test_resource_needs_all_of_several_tags(search):
    both = {"fleet": "lamps", "site": "west"}
    assert search(Account(product("a1meter", TAG)), tag=both) == {}
    assert carries({"tags": both}, both)
    assert not carries({"tags": both}, {})


def test_parts_of_a_tagged_resource_are_the_fleets_also_if_it_is_declared(search):
    account = Account(
        product("a1lamp", TAG),
        product("a1meter"),
        topic("a1lamp", "user/a"),
        topic("a1lamp", "user/get"),
        topic("a1meter", "user/a"),
        devices={"a1lamp": ["lamp-0001", "lamp-0002"], "a1meter": ["meter-0001"]},
    )
    device = declared("devices", product="lamp", name="lamp-0001")
    # user/get is created by the platform.
    assert search(account, LAMP, device) == {"topic lamp/user/a": "belongs to", "device lamp/lamp-0002": "belongs to"}


def test_tag_that_is_declared_but_not_set_yet_does_not_count(search):
    account = Account(product("a1lamp"), topic("a1lamp", "user/a"), devices={"a1lamp": ["lamp-0001"]})
    assert search(account, declared("products", name="lamp", node_type="device", tags=TAG)) == {}


def test_user_of_a_tagged_resource_is_the_fleets_only_if_the_resource_is_deleted(search):
    account = Account(product("a1lamp", TAG), rule("overheat", "a1lamp"))
    assert search(account, LAMP) == {}
    assert search(account) == {"product lamp": "tag", "rule overheat": "depends on"}
    declared_rule = declared("rules", name="overheat", product="lamp")
    assert search(account, declared_rule, external={"products": ["lamp"]}) == {}


def test_reference_in_a_list_makes_nothing_the_fleets(search):
    action = {"type": "republish", "configuration": {"topic": "/a1lamp/x/user/get"}}
    account = Account(product("a1lamp", TAG), rule("foreign", "a1meter", actions=[action]), product("a1meter"))
    assert search(account) == {"product lamp": "tag"}


def test_job_that_has_ended_needs_nothing(search):
    for is_ended, rule_ in ((False, {"job calibrate": "depends on"}), (True, {})):
        values = {"name": "calibrate", "job_id": "j1", "product_key": "a1lamp", "stopped": is_ended}
        account = Account(product("a1lamp", TAG), resource("jobs", **values))
        assert search(account) == {"product lamp": "tag", **rule_}


def test_resource_of_the_manifest_needs_the_recorded_id(search):
    applied = {
        "same": AppliedResource("rule", {"name": "same"}, {"rule_id": "r-same"}),
        "other": AppliedResource("rule", {"name": "other"}, {"rule_id": "r-before"}),
        "unknown": AppliedResource("rule", {"name": "unknown"}),
        "deleted": AppliedResource("rule", {"name": "deleted"}, {"rule_id": "r-deleted"}),
    }
    account = Account(rule("same"), rule("other"), rule("unknown"), rule("foreign"))
    assert search(account, applied=applied.values()) == {
        "rule same": "manifest",
        "rule other": "manifest (refused)",
        "rule unknown": "manifest (refused)",
    }
    assert search(account, declared("rules", name="same"), applied=[applied["same"]]) == {}


def test_parts_of_a_resource_of_the_manifest_are_not_the_fleets(search):
    account = Account(product("a1meter"), topic("a1meter", "user/a"), devices={"a1meter": ["meter-0001"]})
    applied = [AppliedResource("product", {"name": "meter"}, {"product_key": "a1meter"})]
    assert search(account, applied=applied) == {"product meter": "manifest"}


def test_manifest_that_calls_the_product_by_its_id_is_understood(search):
    account = Account(product("a1lamp"), topic("a1lamp", "user/a"), devices={"a1lamp": ["lamp-0001"]})
    options = {"product": "a1lamp", "name": "lamp-0001"}
    applied = [
        AppliedResource("topic", {"product": "a1lamp", "short_name": "user/a"}, {"topic_id": "a1lamp-user/a"}),
        AppliedResource("device", options, {"product_key": "a1lamp", "name": "lamp-0001"}),
    ]
    assert search(account, LAMP, applied=applied) == {
        "topic lamp/user/a": "manifest",
        "device lamp/lamp-0001": "manifest",
    }


def test_devices_are_found_by_tag_in_any_product_but_not_if_they_are_declared_or_external(search):
    devices = {"a1lamp": ["lamp-0001", "lamp-0002", "lamp-0003"]}
    tagged = ("a1lamp/lamp-0001", "a1lamp/lamp-0002", "a1lamp/lamp-0003", "a1meter/meter-0001", "a1gone/x")
    account = Account(product("a1lamp"), product("a1meter"), devices=devices, tagged=tagged)
    device = declared("devices", product="lamp", name="lamp-0001")
    assert search(account, LAMP, device, external={"devices": ["lamp/lamp-0003"]}) == {
        "device lamp/lamp-0002": "tag",
        "device meter/meter-0001": "tag",
    }


def test_devices_of_the_manifest_are_found_if_they_are_in_the_list(search):
    account = Account(product("a1lamp"), devices={"a1lamp": ["lamp-0001"]})
    applied = [
        AppliedResource("device", {"product": "lamp", "name": name}, {"product_key": key, "name": name})
        for name, key in (("lamp-0001", "a1lamp"), ("lamp-0002", "a1lamp"))
    ]
    assert search(account, LAMP, applied=applied) == {"device lamp/lamp-0001": "manifest"}
    applied[0].identity["product_key"] = "a1before"
    assert search(account, LAMP, applied=applied) == {"device lamp/lamp-0001": "manifest (refused)"}


def test_external_resource_is_never_found(search):
    account = Account(product("a1meter", TAG), topic("a1meter", "user/a"))
    assert search(account, external={"products": ["meter"]}) == {}
    assert search(account, external={"products": ["a1meter"]}) == {}
    assert search(account, external={"topics": ["meter/user/a"]}) == {"product meter": "tag"}


def test_resource_that_is_not_in_the_list_of_unmanaged_ones_is_not_found(search, monkeypatch):
    account = Account(product("a1meter", TAG))
    account.unmanaged = lambda *_arguments: []
    assert search(account) == {}


def test_kind_that_nothing_can_list_or_delete_is_reported(search):
    account = Account(product("a1lamp"))
    account.gaps = [Gap("shadows", "", "", "the API has no list of all of them; name them in filters")]
    options = {"product": "lamp", "device": "lamp-0001"}
    applied = [AppliedResource("shadow", options, {"product_key": "a1lamp", "device": "lamp-0001"})]
    assert search(account, LAMP, applied=applied) == {"shadow lamp/lamp-0001": "manifest"}
    applied[0].options["product"] = "unknown"
    assert search(account, LAMP, applied=applied) == {}
