# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the manifest of the last apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.apply import (
    DONE,
    FAILED,
    SKIPPED,
    UNCHANGED,
    Outcome,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.last_applied import LastApplied
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue

from ..client.conftest import make_client
from .test_unmanaged import PRODUCTS, Platform, declared

LAMP = ("products", "lamp")
SECRET = "Fv1uQ5rZs7yPq9Wn"


def manifest_at(path: Path, fleet: str = "lamps") -> LastApplied:
    manifest = LastApplied(str(path), "account1", fleet)
    assert not list(manifest.read())
    return manifest


def nodes(*items: dict[str, Any]) -> list[Node]:
    fleet = Fleet(items)
    assert fleet.problems == []
    return fleet.nodes


def product(name: str = "lamp", status: str = DONE, **options: Any) -> Outcome:
    (node,) = nodes(declared("products", name=name, node_type="device", **options))
    result = {} if status == SKIPPED else {"changed": status == DONE, "product": {"product_key": f"a1{name}"}}
    return Outcome(node, status, result=result)


def updated(path: Path, *outcomes: Outcome) -> LastApplied:
    manifest = manifest_at(path)
    manifest.update(outcomes, make_client(Platform(QueryProductList=PRODUCTS)))
    manifest.write()
    return manifest


def test_manifest_contains_names_and_ids_and_nothing_else(tmp_path):
    path = tmp_path / "new/last_applied.json"
    description = {"description": SECRET}
    assert updated(path, product(**description), product("meter", UNCHANGED)).resources.keys() == {
        LAMP,
        ("products", "meter"),
    }
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content == {
        "format_version": "1.0",
        "account": "account1",
        "fleet": "lamps",
        "resources": [
            {"kind": "product", "options": {"name": "lamp"}, "identity": {"product_key": "a1lamp"}},
            {"kind": "product", "options": {"name": "meter"}, "identity": {"product_key": "a1meter"}},
        ],
    }
    assert [one.name for one in path.parent.iterdir()] == ["last_applied.json"]


def test_resources_in_sets_are_recorded_one_by_one(tmp_path):
    items = [declared("products", name="lamp", node_type="device")]
    items.append(declared("device_sets", product="lamp", devices=[{"name": "lamp-0001"}, {"name": "lamp-0002"}]))
    _product, device_set = nodes(*items)
    result = {"changed": True, "failures": [{"name": "lamp-0002", "msg": "so"}]}
    manifest = updated(tmp_path / "m.json", Outcome(device_set, FAILED, result=result))
    (recorded,) = manifest.resources.values()
    assert recorded.key == ("devices", "lamp", "lamp-0001")
    assert recorded.identity == {"product_key": "a1lamp", "name": "lamp-0001"}


@pytest.mark.parametrize(("status", "is_changed", "is_kept"), [(FAILED, False, False), (FAILED, True, True)])
def test_failed_resource_is_recorded_only_if_it_was_changed(tmp_path, status, is_changed, is_kept):
    outcome = product(status=status)
    outcome.result["changed"] = is_changed
    assert (LAMP in updated(tmp_path / "m.json", outcome).resources) is is_kept


def test_resource_stays_recorded_until_it_is_declared_absent(tmp_path):
    path = tmp_path / "m.json"
    updated(path, product())
    assert LAMP in updated(path, product("meter")).resources
    assert LAMP in updated(path, product(status=SKIPPED)).resources
    absent = product(state="absent")
    assert LAMP not in updated(path, absent).resources
    assert LAMP not in manifest_at(path).resources


def test_failed_resource_keeps_the_recorded_id(tmp_path):
    path = tmp_path / "m.json"
    updated(path, product())
    failed = product(status=FAILED)
    failed.result = {"changed": True}
    assert updated(path, failed).resources[LAMP].identity == {"product_key": "a1lamp"}


def test_quarantine_is_recorded_and_ends_when_the_resource_is_applied(tmp_path):
    path = tmp_path / "m.json"
    manifest = updated(path, product())
    manifest.resources[LAMP].quarantined = "20260101T000000Z"
    manifest.write()
    assert manifest_at(path).resources[LAMP].quarantined == "20260101T000000Z"
    assert updated(path, product(status=UNCHANGED)).resources[LAMP].quarantined == ""


def test_forgotten_resource_is_kept_if_apply_has_created_it_again(tmp_path):
    manifest = updated(tmp_path / "m.json", product(), product("meter"))
    manifest.forget([LAMP, ("products", "missing")])
    assert LAMP in manifest.resources
    later = manifest_at(tmp_path / "m.json")
    later.forget([LAMP])
    assert later.resources.keys() == {("products", "meter")}


def test_file_is_not_written_without_a_change(tmp_path):
    path = tmp_path / "m.json"
    updated(path, product())
    before = path.stat()
    updated(path, product(status=UNCHANGED))
    assert path.stat().st_ino == before.st_ino


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[", "cannot be read"),
        ("[]", "is not a manifest"),
        ('{"resources": [], "format_version": "2.1"}', "has the format 2.1"),
        ('{"resources": [], "format_version": "1.0", "fleet": "x"}', "is the manifest of the fleet x, not lamps"),
        (
            '{"resources": [], "format_version": "1.0", "fleet": "lamps", "account": "a"}',
            "another account, endpoint or instance; this one is account1",
        ),
    ],
)
def test_invalid_file_is_a_problem(tmp_path, text, expected):
    path = tmp_path / "m.json"
    path.write_text(text, encoding="utf-8")
    problems = list(LastApplied(str(path), "account1", "lamps").read())
    assert expected in "".join(one.message for one in problems)
    assert {str(one.source) for one in problems} == {str(path)}


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "tpoic", "options": {"name": "a"}},
        {"kind": "device_set", "options": {"product": "a"}},
        {"kind": "product", "options": {}},
        {"kind": "product", "options": {"name": "a", "state": "absent"}},
        {"kind": "product", "options": {"name": "a"}, "identity": []},
        "product",
    ],
)
def test_invalid_resource_is_a_problem(tmp_path, row):
    path = tmp_path / "m.json"
    content = {"format_version": "1.0", "account": "account1", "fleet": "lamps", "resources": [row]}
    path.write_text(json.dumps(content), encoding="utf-8")
    (problem,) = LastApplied(str(path), "account1", "lamps").read()
    assert "resources[0] is not a resource of a known kind" in problem.message


def test_file_that_cannot_be_written_is_a_problem_before_apply_and_an_error_after_it(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file/m.json"):
        manifest = LastApplied(str(path), "account1", "lamps")
        assert ["cannot be written" in one.message for one in manifest.check_writable()] == [True]
        manifest.update([product()], make_client(Platform()))
        with pytest.raises(InvalidValue, match="last_applied cannot be written"):
            manifest.write()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
