# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: one directory is applied to two accounts, and the accounts are compared."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, PlaybookRun, Playbooks

EXAMPLE = ROOT / "examples/gitops"

#: The differences between the inventories of the example, as drift of production compared with staging.
BETWEEN_INVENTORIES = {
    ("product", "street_light"): {"tags": {"before": {"site": "west"}, "after": {"site": "test"}}},
    ("rule", "overheat"): {"where": {"before": "temperature > 60", "after": "temperature > 40"}},
}


class Account:
    """An account with the inventory of an environment."""

    def __init__(self, server, environment: str, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server = server
        self._playbooks = Playbooks(server, "action")
        self._inventory = str(EXAMPLE / "inventories" / environment)
        self._fleet = str(fleet)
        self._monkeypatch = monkeypatch

    def run(self, name: str, **variables: str) -> PlaybookRun:
        """Run a playbook of the collection for this account."""
        self._monkeypatch.setenv("ALIBABA_CLOUD_IOT_ENDPOINT", self.server.endpoint)
        return self._playbooks.run(Path(f"iotops.aliyun.{name}"), "-i", self._inventory, **variables)

    def applied(self) -> str:
        """Apply the fleet, and return the output."""
        run = self.run("apply", fleet=self._fleet)
        assert run.status == 0, run.output
        return run.output

    def plan(self, fleet: Path, folder: Path) -> dict[str, Any]:
        """Return a plan of a fleet."""
        run = self.run("plan", fleet=str(fleet), plan_dir=str(folder))
        assert run.status == 0, run.output
        return json.loads((folder / "plan.json").read_text(encoding="utf-8"))

    def ids(self) -> set[str]:
        """Return the ProductKey and the GroupIds of the account."""
        _status, products = self.server.call("QueryProductList", CurrentPage=1, PageSize=10)
        _status, groups = self.server.call("QueryDeviceGroupList", CurrentPage=1, PageSize=10)
        keys = {one["ProductKey"] for one in products["Data"]["List"]["ProductInfo"]}
        return keys | {one["GroupId"] for one in groups["Data"]["GroupInfo"]}

    def hash_of(self, instance: str) -> str:
        """Return what identifies the account in plans and reports, for an instance."""
        text = "\n".join(("emulator", self.server.endpoint, instance))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.fixture
def fleet(tmp_path) -> Path:
    """Copy the fleet of the example, and return the folder."""
    return Path(shutil.copytree(EXAMPLE / "fleet", tmp_path / "fleet"))


@pytest.fixture
def accounts(server, launch, fleet, monkeypatch) -> tuple[Account, Account]:
    """Return the accounts of both environments, each on an emulator of its own."""
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        monkeypatch.setenv(name, "emulator")
    servers = {"staging": server, "production": launch("--no-throttle")}
    staging, production = (Account(one, name, fleet, monkeypatch) for name, one in servers.items())
    return staging, production


def drift_of(account: Account, fleet: Path, folder: Path) -> dict[str, Any]:
    """Return how an account differs from exported files."""
    run = account.run("drift", fleet=str(fleet), drift_dir=str(folder))
    assert (run.status, (folder / "drift.json").exists()) == (2, True), run.output
    return json.loads((folder / "drift.json").read_text(encoding="utf-8"))


def test_change_is_promoted_and_accounts_differ_only_by_their_inventories(accounts, fleet, tmp_path):
    staging, production = accounts
    for account in accounts:
        assert "11 done, 0 unchanged, 0 failed, 0 skipped" in account.applied()
    assert len(staging.ids()) == len(production.ids()) == 2
    assert staging.ids().isdisjoint(production.ids())

    # A change is applied to the first account.
    lamps = fleet / "lamps.yml"
    text = lamps.read_text(encoding="utf-8")
    topic = "topics:\n  - {product: street_light, short_name: user/alarm, operation: sub, description: alarms}\n"
    lamps.write_text(text.replace("topics:\n", topic, 1), encoding="utf-8")
    model = fleet / "light.tsl.json"
    model.write_text(model.read_text(encoding="utf-8").replace('"name": "brightness"', '"name": "level"'), "utf-8")
    assert "2 done, 10 unchanged, 0 failed, 0 skipped" in staging.applied()
    exported = tmp_path / "exported"
    assert staging.run("export", export_dir=str(exported)).status == 0
    content = "".join(path.read_text(encoding="utf-8") for path in exported.rglob("*.*"))
    assert not [one for one in staging.ids() if one in content]

    # The second one differs by the change, and by what the inventories say.
    report = drift_of(production, exported, tmp_path / "before")
    assert report["account"] == production.hash_of("iot-production01")
    changed = {(one["kind"], one["name"]): one["fields"] for one in report["drift"] if one["status"] == "changed"}
    model_change = changed.pop(("thing_model", "street_light"))
    assert set(model_change) == {"functions", "published"}
    assert changed == BETWEEN_INVENTORIES
    assert [one["name"] for one in report["drift"] if one["status"] == "missing"] == ["street_light/user/alarm"]
    assert [one["names"] for one in report["unmanaged"]] == [["lamp-0003"]]

    # The same files bring the change to the second account.
    assert "2 done, 10 unchanged, 0 failed, 0 skipped" in production.applied()
    plan = production.plan(exported, tmp_path / "out")
    assert plan["summary"] | {"none": 0} == {"create": 0, "update": 2, "delete": 0, "none": 0}
    updated = {
        (one["kind"], one["name"]): {
            name: {side: change[side] for side in ("before", "after")}
            for step in one["steps"]
            for name, change in step["changes"].items()
        }
        for one in plan["resources"]
        if one["action"] == "update"
    }
    assert updated == BETWEEN_INVENTORIES
    assert [one["names"] for one in plan["unmanaged"]] == [["lamp-0003"]]

    # What exists in one account only is missing in the other one.
    there = tmp_path / "production"
    assert production.run("export", export_dir=str(there)).status == 0
    report = drift_of(staging, there, tmp_path / "after")
    assert report["account"] == staging.hash_of("iot-staging01")
    assert report["summary"] | {"in_sync": 0} == {
        "missing": 1,
        "changed": 2,
        "unwanted": 0,
        "unmanaged": 0,
        "ignored": 0,
        "in_sync": 0,
    }
    assert [one["name"] for one in report["drift"] if one["status"] == "missing"] == ["street_light/lamp-0003"]


def test_resource_that_an_export_cannot_recreate_is_missing_in_the_other_account(accounts, tmp_path):
    _staging, production = accounts
    firmware = {"name": "modem_2", "product": "street_light", "version": "2.0", "module": "modem"}
    content = {"products": [{"name": "street_light", "node_type": "device"}], "ota_firmwares": [firmware]}
    exported = tmp_path / "exported"
    exported.mkdir()
    modules = {"ota_modules": [{"product": "street_light", "name": "modem"}]}
    (exported / "all.json").write_text(json.dumps({**content, **modules}), encoding="utf-8")
    report = drift_of(production, exported, tmp_path / "out")
    assert {(one["kind"], one["status"]) for one in report["drift"]} == {
        ("product", "missing"),
        ("ota_module", "missing"),
        ("ota_firmware", "missing"),
    }
    (note,) = (one["note"] for one in report["drift"] if one["kind"] == "ota_firmware")
    assert note == "file or files must be set to create a firmware"
