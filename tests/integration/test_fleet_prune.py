# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: prune deletes what left the files, if it is clearly the fleet's."""

from __future__ import annotations

import copy
import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).resolve().parent
FIRMWARE = str(HERE / "playbooks/files/light.json")
TAG = {"fleet": "lamps"}
DAY = 24 * 60 * 60

#: A fleet of which the product old_meter, and all that belongs to it, leaves the files.
FLEET: dict[str, list[dict[str, Any]]] = {
    "products": [
        {"name": "street_light", "node_type": "device", "tags": TAG},
        {"name": "old_meter", "node_type": "device", "tags": TAG},
    ],
    "topics": [
        {"product": "street_light", "short_name": "user/report", "operation": "pub"},
        {"product": "street_light", "short_name": "user/old", "operation": "pub"},
        {"product": "old_meter", "short_name": "user/report", "operation": "pub"},
    ],
    "device_sets": [
        {"product": "street_light", "devices": [{"name": "lamp-0001"}]},
        {"product": "old_meter", "devices": [{"name": "meter-0001", "nickname": "cellar"}, {"name": "meter-0002"}]},
    ],
    "rules": [{"name": "overheat", "product": "old_meter", "short_topic": "+/user/report", "select": "*"}],
    "consumer_groups": [{"name": "console"}],
    "subscriptions": [
        {"product": "old_meter", "type": "amqp", "consumer_groups": ["console"], "device_data": True},
    ],
}

#: What is left of it in the files.
LEFT = {
    "products": FLEET["products"][:1],
    "topics": FLEET["topics"][:1],
    "device_sets": FLEET["device_sets"][:1],
}


class Fleet:
    """Applies declared resources with prune, in this process."""

    def __init__(self, tasks, folder: Path) -> None:
        self.tasks = tasks
        self.manifest = folder / "last_applied.json"
        self.exports = folder / "exports"
        self.options: dict[str, Any] = {"prune_limit_percent": 100, "prune_export_dir": str(self.exports)}

    def run(self, fleet: dict[str, Any], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        options = {**self.options, **options}
        return self.tasks.run("iot_fleet_apply", check_mode, fleet=copy.deepcopy(fleet), **options)

    def apply(self, fleet: dict[str, Any], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        result = self.run(fleet, check_mode, **options)
        assert not result.get("failed"), result["msg"]
        return result

    def with_manifest(self) -> Fleet:
        self.options.update(last_applied=str(self.manifest), fleet_name="lamps")
        return self

    def with_tag(self) -> Fleet:
        self.options.update(prune_tag=TAG)
        return self

    def names(self, plural: str, module: str, **filters: Any) -> set[str]:
        rows = self.tasks.run_ok(f"iot_{module}_info", **filters)[plural]
        return {row.get("name") or row["short_name"] for row in rows}


@pytest.fixture
def fleet(tasks, tmp_path) -> Fleet:
    return Fleet(tasks, tmp_path)


def rows(result: dict[str, Any], *statuses: str) -> dict[str, str]:
    """Return the resources that prune reports with a status: the reason, or the message if there is one."""
    return {
        f"{row['kind']} {row['name']}": row.get("message") or row["reason"]
        for row in result["pruned"]["resources"]
        if row["status"] in statuses
    }


def test_nothing_is_deleted_unless_prune_is_set(fleet):
    fleet.with_manifest().with_tag().apply(FLEET)
    fleet.tasks.pop_writes()
    assert "pruned" not in fleet.apply(LEFT)
    warned = fleet.apply(LEFT, prune=True, prune_tag={}, last_applied=None)
    assert warned["warnings"] == [
        "prune deletes nothing: neither prune_tag nor last_applied says which resources are the fleet's"
    ]
    assert fleet.tasks.pop_writes() == []
    # The manifest still contains what a later prune deletes.
    assert "meter-0002" in fleet.manifest.read_text(encoding="utf-8")


def test_tagged_resources_and_their_parts_are_deleted_once_and_foreign_ones_never(fleet):
    fleet.with_tag().apply(FLEET)
    foreign = {
        "products": [{"name": "other_meter", "node_type": "device", "tags": {"fleet": "meters"}}],
        "topics": [{"product": "other_meter", "short_name": "user/report", "operation": "pub"}],
        "device_sets": [{"product": "other_meter", "devices": [{"name": "other-0001", "tags": {"fleet": "meters"}}]}],
        "device_groups": [{"name": "west", "tags": {"fleet": "meters"}}, {"name": "east"}],
        "rules": [{"name": "foreign", "product": "street_light", "short_topic": "+/user/report", "select": "*"}],
    }
    fleet.tasks.run_ok("iot_fleet_apply", fleet=foreign, external={"products": ["street_light"]})
    fleet.tasks.pop_writes()

    checked = fleet.apply(LEFT, check_mode=True, prune=True)
    assert (checked["changed"], fleet.tasks.pop_writes(), fleet.exports.exists()) == (True, [], False)
    result = fleet.apply(LEFT, prune=True)
    expected = {
        "product old_meter": "carries the tag fleet=lamps",
        "topic old_meter/user/report": "belongs to product old_meter",
        "device old_meter/meter-0001": "belongs to product old_meter",
        "device old_meter/meter-0002": "belongs to product old_meter",
        "rule overheat": "depends on product old_meter",
        "topic street_light/user/old": "belongs to product street_light",
    }
    assert rows(result, "deleted") == rows(checked, "delete") == expected
    writes = fleet.tasks.pop_writes()
    assert writes[-1] == "DeleteProduct"
    assert sorted(writes) == sorted(
        ["DeleteRule", "DeleteDevice", "DeleteDevice", "DeleteProductTopic", "DeleteProductTopic", "DeleteProduct"]
    )
    # The consumer group has no tag, and only the manifest would say whose it is.
    assert fleet.names("consumer_groups", "consumer_group") >= {"console"}
    assert fleet.names("products", "product") == {"street_light", "other_meter"}
    assert fleet.names("rules", "rule") == {"foreign"}
    assert fleet.names("device_groups", "device_group") == {"west", "east"}
    assert "user/report" in fleet.names("topics", "topic", product="other_meter")

    again = fleet.apply(LEFT, prune=True)
    assert (again["changed"], fleet.tasks.pop_writes()) == (False, [])
    assert again["summary"].endswith("Prune: nothing to delete")


def test_resources_of_the_manifest_are_deleted_and_export_can_be_applied_again(fleet, tmp_path):
    fleet.with_manifest()
    without_tags = copy.deepcopy(FLEET)
    for product in without_tags["products"]:
        del product["tags"]
    left = {**LEFT, "products": without_tags["products"][:1]}
    fleet.apply(without_tags)
    # Registered by hand in a product that stays, and not the fleet's.
    fleet.tasks.run_ok("iot_device", product="street_light", name="by-hand")
    fleet.tasks.pop_writes()
    result = fleet.apply(left, prune=True)
    assert set(rows(result, "deleted")) == {
        "product old_meter",
        "topic old_meter/user/report",
        "topic street_light/user/old",
        "device old_meter/meter-0001",
        "device old_meter/meter-0002",
        "rule overheat",
        "consumer_group console",
        "subscription old_meter/amqp",
    }
    assert set(rows(result, "deleted").values()) == {"in the last applied manifest"}
    writes = fleet.tasks.pop_writes()
    assert writes.index("DeleteSubscribeRelation") < writes.index("DeleteConsumerGroup")
    manifest = json.loads(fleet.manifest.read_text(encoding="utf-8"))
    assert (manifest["fleet"], len(manifest["resources"])) == ("lamps", 3)
    assert fleet.apply(left, prune=True)["changed"] is False
    assert fleet.names("devices", "device", product="street_light") == {"lamp-0001", "by-hand"}

    # The export declares what was deleted.
    exported: dict[str, list[dict[str, Any]]] = {}
    (folder,) = fleet.exports.iterdir()
    for path in folder.rglob("*.yml"):
        for kind, resources in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            exported.setdefault(kind, []).extend(resources)
    for one in exported["device_sets"]:
        one["devices_file"] = str(folder / "products" / one["devices_file"])
    restored = fleet.apply({kind: [*left.get(kind, []), *exported.get(kind, [])] for kind in {**left, **exported}})
    assert restored["summary"].startswith("7 done, 3 unchanged")
    assert fleet.names("devices", "device", product="old_meter") == {"meter-0001", "meter-0002"}
    assert fleet.apply(without_tags)["changed"] is False


def test_resource_with_the_name_of_an_applied_one_but_another_id_is_kept(fleet):
    fleet.with_manifest().apply({"rules": [{"name": "overheat"}], **LEFT})
    fleet.tasks.run_ok("iot_rule", name="overheat", state="absent")
    fleet.tasks.run_ok("iot_rule", name="overheat", description="another team")
    fleet.tasks.pop_writes()
    result = fleet.apply(LEFT, prune=True)
    assert rows(result, "refused") == {
        "rule overheat": "it is another resource than the one in the manifest, with the same name"
    }
    assert (result["changed"], fleet.tasks.pop_writes()) == (False, [])


def test_product_with_foreign_parts_or_users_is_kept(fleet):
    fleet.with_manifest().apply({"products": [{"name": "old_meter", "node_type": "device"}], **_without("products")})
    fleet.tasks.run_ok("iot_rule", name="foreign", product="old_meter", short_topic="+/user/update", select="*")
    fleet.tasks.pop_writes()
    kept = rows(fleet.apply(_without("products"), prune=True), "refused")
    assert kept == {"product old_meter": "rule foreign refers to it, and is not deleted"}
    fleet.tasks.run_ok("iot_rule", name="foreign", state="absent")
    fleet.tasks.run_ok("iot_device", product="old_meter", name="foreign-0001")
    fleet.tasks.pop_writes()
    kept = rows(fleet.apply(_without("products"), prune=True), "refused")
    assert kept == {"product old_meter": "the device foreign-0001 belongs to it, and is not deleted"}
    kept_elsewhere = {"devices": ["foreign-0001"]}
    kept = rows(fleet.apply(_without("products"), prune=True, external=kept_elsewhere), "refused")
    assert kept == {"product old_meter": "the device foreign-0001 belongs to it, and is not deleted"}
    external = fleet.apply(_without("products"), prune=True, external={"products": ["old_meter"]})
    assert external["pruned"]["resources"] == []
    assert fleet.tasks.pop_writes() == []


def _without(*names: str) -> dict[str, Any]:
    """Return a fleet that is always declared, without some kinds."""
    return {kind: resources for kind, resources in {"device_groups": [{"name": "west"}]}.items() if kind not in names}


def test_limits_are_checked_before_any_write(fleet):
    fleet.with_manifest().with_tag().apply(FLEET)
    fleet.tasks.pop_writes()
    changed = {**LEFT, "device_groups": [{"name": "new_group"}]}
    for options, message in (
        ({"prune_limit": 7}, "prune_limit: 8 resources would be deleted, but only 7 may be"),
        (
            {"prune_limit_percent": 50, "prune_limit": 8},
            "prune_limit_percent: 8 of the 11 resources of the fleet would be deleted, which is more than 50 %",
        ),
    ):
        for check_mode in (True, False):
            failed = fleet.run(changed, check_mode, prune=True, **options)
            assert failed["failed"]
            assert message in failed["msg"]
        planned = fleet.tasks.run_ok("iot_fleet_plan", fleet=changed, **_plan_options(fleet), **options)
        assert planned["plan"]["summary"]["delete"] == 8
        assert message in planned["warnings"][0]
        assert "topic old_meter/user/report" in planned["warnings"][0]
        assert fleet.tasks.pop_writes() == []
    assert len(rows(fleet.apply(changed, prune=True, prune_limit=8, prune_limit_percent=73), "deleted")) == 8


def _plan_options(fleet: Fleet) -> dict[str, Any]:
    options = {**fleet.options, "prune": True}
    del options["prune_export_dir"], options["prune_limit_percent"]
    return options


def test_devices_in_use_are_kept_unless_they_are_named(fleet):
    fleet.with_tag().apply(FLEET)
    fleet.tasks.connect_devices("old_meter", "meter-0001")
    fleet.tasks.connect_devices("old_meter", "meter-0002")
    fleet.tasks.connect_devices("old_meter", "meter-0002", online=False)
    fleet.tasks.pop_writes()
    plan_dir = str(fleet.manifest.parent / "out")
    fleet.tasks.run_ok("iot_fleet_plan", fleet=LEFT, plan_dir=plan_dir, **_plan_options(fleet), prune_limit_percent=90)
    line = "  device old_meter/meter-0001: it is online; to delete it, name it in prune_named\n"
    assert line in (Path(plan_dir) / "plan.txt").read_text(encoding="utf-8")
    assert line.strip() in (Path(plan_dir) / "plan.md").read_text(encoding="utf-8")
    result = fleet.apply(LEFT, prune=True, prune_active_days=2)
    refused = rows(result, "refused")
    assert refused.pop("device old_meter/meter-0001") == "it is online; to delete it, name it in prune_named"
    assert re.match("it was online at 20.*Z; to delete", refused.pop("device old_meter/meter-0002"))
    # What needs the product, and what belongs to it, is deleted all the same.
    reason = "the device meter-0001 and 1 more belongs to it, and is not deleted"
    assert refused == {"product old_meter": reason, "rule overheat": f"product old_meter is kept: {reason}"}
    assert "DeleteProduct" not in fleet.tasks.pop_writes()
    # The time of the platform counts, not that of this machine.
    fleet.tasks.server.control("POST", "clock", {"advance": 3 * DAY})
    result = fleet.apply(LEFT, prune=True, prune_active_days=2)
    assert set(rows(result, "deleted")) == {"device old_meter/meter-0002"}
    result = fleet.apply(LEFT, prune=True, prune_named=["device old_meter/meter-0001"])
    assert set(rows(result, "deleted")) == {"device old_meter/meter-0001", "rule overheat", "product old_meter"}


def test_released_product_and_its_parts_are_kept_unless_it_is_named(fleet):
    released = copy.deepcopy(FLEET)
    released["products"][1]["status"] = "released"
    fleet.with_manifest().with_tag().apply(released)
    fleet.tasks.pop_writes()
    left = {**LEFT, "topics": FLEET["topics"][:2]}
    result = fleet.apply(left, prune=True)
    assert set(rows(result, "refused")) == {
        "product old_meter",
        "topic old_meter/user/report",
        "device old_meter/meter-0001",
        "device old_meter/meter-0002",
    }
    # In the manifest, and not parts of the product.
    assert set(rows(result, "deleted")) == {"rule overheat", "consumer_group console", "subscription old_meter/amqp"}
    result = fleet.apply(left, prune=True, prune_named=["product old_meter"])
    assert len(rows(result, "deleted")) == 4


def test_firmware_with_running_job_is_kept_unless_it_is_named(fleet):
    firmware = {
        "products": LEFT["products"],
        "ota_modules": [{"product": "street_light", "name": "modem"}],
        "ota_firmwares": [
            {
                "name": name,
                "product": "street_light",
                "module": "modem",
                "version": name[-1],
                "file": FIRMWARE,
                "needs_verification": False,
            }
            for name in ("modem_2", "modem_3")
        ],
        "ota_jobs": [{"name": "june", "firmware": "modem_2", "type": "dynamic", "source_versions": ["1"], "tags": TAG}],
    }
    fleet.with_manifest().apply(firmware)
    fleet.tasks.pop_writes()
    left = {"products": LEFT["products"]}
    result = fleet.apply(left, prune=True)
    refused = rows(result, "refused")
    assert re.match(r"its job \w+ is in_progress; to delete", refused["ota_firmware modem_2"])
    assert refused["ota_job modem_2/june"] == "it cannot be deleted: the API has no operation for it"
    assert "ota_firmware modem_2 refers to it" in refused["ota_module street_light/modem"]
    assert (set(rows(result, "deleted")), fleet.tasks.pop_writes()) == ({"ota_firmware modem_3"}, ["DeleteOTAFirmware"])
    named = fleet.apply(left, prune=True, prune_named=["ota_firmware modem_2"])
    assert set(rows(named, "deleted")) == {"ota_firmware modem_2", "ota_module street_light/modem"}
    assert fleet.tasks.pop_writes() == ["DeleteOTAFirmware", "DeleteOTAModule"]


def test_quarantine_disables_and_tags_and_deletes_after_the_days(fleet):
    fleet.with_manifest().with_tag().apply(FLEET)
    fleet.tasks.run_ok("iot_device", product="old_meter", name="meter-0002", enabled=False)
    fleet.tasks.pop_writes()
    quarantine = {"prune": True, "prune_quarantine": {"days": 14}}
    started = fleet.apply(LEFT, **quarantine)
    assert rows(started, "deleted") == {}
    assert len(rows(started, "quarantined")) == 7
    assert rows(started, "waiting") == {"topic old_meter/user/report": "in quarantine with product old_meter"}
    writes = fleet.tasks.pop_writes()
    assert sorted(set(writes)) == ["CreateProductTags", "DisableThing", "SaveDeviceProp"]
    assert writes.count("DisableThing") == 1
    device = _device(fleet, "meter-0001")
    assert (device["enabled"], device["tags"]["iotops.quarantine"]) == (False, "disabled")
    assert _device(fleet, "meter-0002")["tags"]["iotops.quarantine"] == "tagged"

    fleet.tasks.server.control("POST", "clock", {"advance": 13 * DAY})
    waiting = fleet.apply(LEFT, **quarantine)
    assert len(rows(waiting, "waiting")) == 8
    assert not waiting["changed"]
    assert all(re.fullmatch(r"in quarantine until 20\d\d-.*Z", text) for text in rows(waiting, "waiting").values())
    assert fleet.tasks.pop_writes() == []

    # A device that is declared again leaves the quarantine. Its product must be declared for that, too.
    back = {**LEFT, "products": FLEET["products"], "devices": [{"product": "old_meter", "name": "meter-0001"}]}
    returned = fleet.apply(back, **quarantine)
    assert rows(returned, "left quarantine") == {
        "device old_meter/meter-0001": "declared again",
        "product old_meter": "declared again",
    }
    device = _device(fleet, "meter-0001")
    assert (device["enabled"], device["tags"]) == (True, {})
    product = fleet.tasks.run_ok("iot_product_info", name="old_meter")["products"][0]
    assert product["tags"] == TAG
    assert fleet.apply(back, **quarantine)["changed"] is False

    fleet.tasks.server.control("POST", "clock", {"advance": 2 * DAY})
    result = fleet.apply(back, **quarantine)
    assert "device old_meter/meter-0002" in rows(result, "deleted")
    assert "consumer_group console" in rows(result, "deleted")
    assert fleet.names("devices", "device", product="old_meter") == {"meter-0001"}


def _device(fleet: Fleet, name: str) -> dict[str, Any]:
    device: dict[str, Any] = fleet.tasks.run_ok("iot_device_info", product="old_meter", name=name)["devices"][0]
    return device


def test_quarantined_resources_are_exported_as_they_were(fleet):
    fleet.with_tag().apply(FLEET)
    quarantine = {"prune": True, "prune_quarantine": {"days": 14}}
    # Without a manifest, the time of a topic of a product that stays cannot be recorded.
    refused = rows(fleet.apply(LEFT, **quarantine), "refused")
    assert refused["topic street_light/user/old"] == (
        "quarantine needs last_applied: resources of this kind have no tags"
    )
    fleet.tasks.server.control("POST", "clock", {"advance": 15 * DAY})
    assert "product old_meter" in rows(fleet.apply(LEFT, **quarantine), "deleted")
    (folder,) = fleet.exports.iterdir()
    assert (folder / "products/old_meter.devices.csv").read_text(encoding="utf-8") == (
        "name,nickname\nmeter-0001,cellar\nmeter-0002,\n"
    )
    exported = yaml.safe_load((folder / "products/old_meter.yml").read_text(encoding="utf-8"))
    assert exported["products"][0]["tags"] == TAG


def test_failed_export_deletes_nothing(fleet, tmp_path):
    fleet.with_tag().apply(FLEET)
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    fleet.tasks.pop_writes()
    failed = fleet.run(LEFT, prune=True, prune_export_dir=str(tmp_path / "file"))
    assert failed["failed"]
    assert "nothing was deleted, because the export" in failed["msg"]
    assert fleet.tasks.pop_writes() == []
    missing = fleet.run(LEFT, prune=True, prune_export_dir=None)
    assert "prune_export_dir must be set with prune_tag" in missing["msg"]


def test_resource_whose_user_cannot_be_deleted_is_skipped(fleet):
    fleet.with_manifest().with_tag().apply(FLEET)
    fault = {"action": "DeleteRule", "code": "iot.rule.NullSql"}
    fleet.tasks.server.control("PUT", "faults", [fault])
    failed = fleet.run(LEFT, prune=True)
    fleet.tasks.server.control("PUT", "faults", [])
    assert failed["failed"]
    assert failed["msg"].startswith("prune failed for 1 resources:\nrule overheat: ")
    assert rows(failed, "skipped") == {"product old_meter": "rule overheat was not deleted"}
    kept = json.loads(fleet.manifest.read_text(encoding="utf-8"))["resources"]
    assert {"rule", "product"} == {row["kind"] for row in kept} - {"topic", "device"}
    repaired = fleet.apply(LEFT, prune=True)
    assert set(rows(repaired, "deleted")) == {"rule overheat", "product old_meter"}


def test_nothing_is_deleted_if_a_declared_resource_failed(fleet):
    fleet.with_manifest().apply(FLEET)
    fleet.tasks.server.control("PUT", "faults", [{"action": "CreateDeviceGroup", "code": "iot.group.NullGroupName"}])
    fleet.tasks.pop_writes()
    failed = fleet.run({**LEFT, "device_groups": [{"name": "west"}]}, prune=True)
    assert failed["failed"]
    assert "device_group west" in failed["msg"]
    assert not [name for name in fleet.tasks.pop_writes() if name.startswith("Delete")]


def test_invalid_manifest_is_reported_with_all_other_problems_before_any_request(fleet):
    fleet.with_manifest().apply(LEFT)
    text = fleet.manifest.read_text(encoding="utf-8")
    account = json.loads(text)["account"]
    invalid = {**LEFT, "topics": [{"product": "street_light", "short_name": "user/a", "operaton": "pub"}]}
    for changed, expected in (
        (text.replace('"lamps"', '"meters"'), "last_applied is the manifest of the fleet meters, not lamps"),
        (text.replace(account, "0123456789abcdef"), "last_applied is the manifest of another account"),
        (text.replace('"1.0"', '"2.0"'), "last_applied has the format 2.0, this version reads 1.0"),
        (text.replace('"kind": "topic"', '"kind": "tpoic"'), "is not a resource of a known kind"),
        (text[:50], "last_applied cannot be read"),
    ):
        fleet.manifest.write_text(changed, encoding="utf-8")
        fleet.tasks.pop_calls()
        failed = fleet.run(invalid, prune=True, prune_tag={"no_underscore": "x y"}, prune_limit=-1)
        assert fleet.tasks.pop_calls() == []
        assert expected in failed["msg"]
        for problem in ("operaton is not an option", "prune_tag: 'x y'", "prune_limit must be 0 or more, not -1"):
            assert problem in failed["msg"]
        assert fleet.manifest.read_text(encoding="utf-8") == changed
    unnamed = fleet.run(LEFT, fleet_name=None)
    assert "fleet_name must be set with last_applied" in unnamed["msg"]


@pytest.fixture
def run(run_playbook, tmp_path):
    """Run a playbook of the collection with a folder of files."""
    manifest = str(tmp_path / "state/last_applied.json")
    return functools.partial(run_playbook, fleet=str(tmp_path / "lamps"), last_applied=manifest)


def test_playbooks_show_and_apply_a_saved_plan_with_deletions(run, playbooks, tmp_path):
    files = tmp_path / "lamps"
    files.mkdir()
    (files / "all.yml").write_text(json.dumps(FLEET), encoding="utf-8")
    applied = run("apply")
    assert applied.status == 0, applied.output
    (files / "all.yml").write_text(json.dumps(LEFT), encoding="utf-8")
    playbooks.pop_writes()
    options = {"prune": "true", "prune_limit_percent": "100", "plan_dir": str(tmp_path / "out")}
    planned = run("plan", **options)
    assert (planned.status, playbooks.pop_writes()) == (0, []), planned.output
    plan = json.loads((tmp_path / "out/plan.json").read_text(encoding="utf-8"))
    assert plan["summary"] == {"create": 0, "update": 0, "delete": 8, "none": 3}
    text = (tmp_path / "out/plan.txt").read_text(encoding="utf-8")
    assert "- product old_meter\n    prune: in the last applied manifest\n" in text
    deleted = [one["name"] for one in plan["resources"] if one["action"] == "delete"]
    assert deleted.index("overheat") < deleted.index("old_meter")

    saved = str(tmp_path / "out/plan.json")
    refused = run("apply", plan=saved)
    assert (refused.status, playbooks.pop_writes()) == (2, [])
    assert "now prune would not do that" in refused.output
    pruned = run("apply", plan=saved, prune="true", prune_limit_percent="100")
    assert pruned.status == 0, pruned.output
    assert "0 done, 3 unchanged, 0 failed, 0 skipped. Prune: 8 deleted" in pruned.output
    assert (tmp_path / "state/pruned").is_dir()
    assert "DeleteProduct" in playbooks.pop_writes()
