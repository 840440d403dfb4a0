# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: the playbooks validate, plan and apply with a directory of fleet files."""

from __future__ import annotations

import functools
import json
import os
import pty
import sys
from pathlib import Path

import pytest

FILES = {
    "lamps.yml": """
products:
  - {name: street_light, node_type: device, thing_model: true, data_format: alink, tags: {site: "{{ site }}"}}
thing_models:
  - {product: street_light, tsl: "{{ lookup('file', fleet ~ '/light.json') }}", published: true}
device_sets:
  - {product: street_light, devices_file: lamps.csv, secrets_file: "{{ secrets }}"}
rules:
  - {name: overheat, product: street_light, short_topic: +/user/report, select: "*"}
""",
    "nested/topics.yaml": """
topics:
  - {product: street_light, short_name: user/report, operation: pub}
  - {product: street_light, short_name: user/command, operation: sub}
""",
    "nested/groups.json": json.dumps(
        {"device_groups": [{"name": "west", "devices": [{"product": "street_light", "name": "lamp-0001"}]}]}
    ),
    "lamps.csv": "name,nickname\nlamp-0001,gate_lamp\nlamp-0002,\n",
    "light.json": json.dumps(
        {
            "schema": "https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json",
            "profile": {"productKey": "a1"},
            "properties": [
                {
                    "identifier": "level",
                    "name": "level",
                    "accessMode": "rw",
                    "required": False,
                    "dataType": {"type": "int", "specs": {"min": "0", "max": "100", "step": "1"}},
                }
            ],
            "services": [],
            "events": [],
        }
    ),
}


@pytest.fixture
def fleet(tmp_path) -> Path:
    """Write the files of a fleet, and return the folder."""
    folder = tmp_path / "fleet"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(run_playbook, fleet, tmp_path):
    """Run a playbook of the collection with the fleet."""
    return functools.partial(run_playbook, fleet=str(fleet), site="west", secrets=str(tmp_path / "secrets.csv"))


def test_fleet_is_validated_planned_and_applied(run, playbooks, tmp_path):
    playbooks.server.control("DELETE", "calls")
    assert run("validate").status == 0
    assert playbooks.server.control("GET", "calls")["calls"] == []

    planned = run("plan", plan_dir=str(tmp_path / "out"))
    assert (planned.status, playbooks.pop_writes()) == (0, [])
    plan = json.loads((tmp_path / "out/plan.json").read_text(encoding="utf-8"))
    assert plan["summary"] == {"create": 6, "update": 1, "delete": 0, "none": 0}
    assert "+ topic street_light/user/report" in (tmp_path / "out/plan.txt").read_text(encoding="utf-8")
    assert "<summary>topics: 2</summary>" in (tmp_path / "out/plan.md").read_text(encoding="utf-8")

    assert run("apply", "--check").status == 0
    assert playbooks.pop_writes() == []
    applied = run("apply", plan=str(tmp_path / "out/plan.json"))
    assert applied.status == 0, applied.output
    assert "7 done, 0 unchanged, 0 failed, 0 skipped" in applied.output
    assert playbooks.pop_writes()

    again = run("apply")
    assert (again.status, again.changed, playbooks.pop_writes()) == (0, 0, [])
    assert "Plan: 0 to create, 0 to update, 0 to delete, 7 unchanged, 0 unmanaged" in run("plan").output


def test_saved_plan_is_refused_after_the_account_has_changed(run, playbooks, fleet, tmp_path):
    assert run("plan", plan_dir=str(tmp_path / "out")).status == 0
    (fleet / "nested/topics.yaml").unlink()
    playbooks.pop_writes()
    refused = run("apply", plan=str(tmp_path / "out/plan.json"))
    assert (refused.status, playbooks.pop_writes()) == (2, [])
    assert "topic street_light/user/report is in the plan, but is no longer declared" in refused.output


def test_all_problems_are_reported_together_before_any_request(run, playbooks, fleet, tmp_path):
    (fleet / "nested/topics.yaml").write_text(
        "topics:\n"
        "  - {product: street_light, short_name: user/a, operaton: pub}\n"
        "  - {product: lamp, short_name: '{{ nothing }}', operation: pub}\n"
        "tpoics: []\n",
        encoding="utf-8",
    )
    (fleet / "broken.yml").write_text("products: [{name: street_light\n", encoding="utf-8")
    (tmp_path / "plan.json").write_text('{"format_version": "1.0", "account": "other", "resources": []}')
    playbooks.server.control("DELETE", "calls")
    run = run("apply", plan=str(tmp_path / "plan.json"))
    assert run.status == 2
    assert playbooks.server.control("GET", "calls")["calls"] == []
    for expected in (
        "nested/topics.yaml:2:49: operaton is not an option of topics; did you mean operation?",
        "nested/topics.yaml:3:6: product: the product lamp is not declared in the fleet",
        "nested/topics.yaml:3:21: the template cannot be evaluated:",
        "nested/topics.yaml:4:1: tpoics is not a kind of resource; did you mean topics?",
        "plan.json: the plan is for another account, endpoint or instance",
        "the fleet has 6 problems:",
        "broken.yml:2:1: the file is not valid YAML:",
    ):
        assert expected in run.output


def test_failure_skips_only_the_resources_that_need_the_failed_one(run, playbooks):
    fault = {"action": "BatchCheckDeviceNames", "code": "iot.device.InvalidDeviceParams"}
    playbooks.server.control("PUT", "faults", [fault])
    failed = run("apply")
    assert failed.status == 2
    assert "device_set street_light/" in failed.output
    playbooks.server.control("PUT", "faults", [])
    writes = playbooks.pop_writes()
    assert {"CreateProductTopic", "CreateRule", "PublishThingModel"} <= set(writes)
    # The group contains a device of the set that failed.
    assert "CreateDeviceGroup" not in writes
    repaired = run("apply")
    assert repaired.status == 0, repaired.output
    assert "2 done, 5 unchanged, 0 failed, 0 skipped" in repaired.output


def test_ambiguous_names_are_reported_together_before_any_write(run, playbooks, fleet):
    for name in ("lamps.yml", "lamps.csv", "nested/groups.json", "nested/topics.yaml"):
        (fleet / name).unlink()
    (fleet / "all.yml").write_text(
        "products: [{name: new_product, node_type: device}]\n"
        "data_sources:\n"
        "  - {name: first, description: new}\n"
        "  - {name: second, description: new}\n",
        encoding="utf-8",
    )
    for name in ("first", "first", "second", "second"):
        assert playbooks.server.call("CreateParserDataSource", Name=name, Description="old")[1]["Success"]
    playbooks.pop_writes()
    refused = run("apply")
    assert (refused.status, playbooks.pop_writes()) == (2, [])
    assert "the fleet has 2 problems:" in refused.output


def test_apply_on_a_terminal_shows_a_bar(run, fleet, tmp_path, monkeypatch):
    # `run` has set the connection.
    for name in ("lamps.yml", "lamps.csv", "nested/groups.json"):
        (fleet / name).unlink()
    (fleet / "product.yml").write_text("products: [{name: street_light, node_type: device}]", encoding="utf-8")
    shown = bytearray()

    def read(terminal: int) -> bytes:
        chunk = os.read(terminal, 65536)
        shown.extend(chunk)
        return chunk

    monkeypatch.setenv("COLUMNS", "120")
    command = [sys.executable, "-m", "ansible", "playbook", "iotops.aliyun.apply", "-e", f"fleet={fleet}"]
    status = pty.spawn(command, read)
    assert os.waitstatus_to_exitcode(status) == 0, shown.decode()
    assert "] 100% products 1/1, topics 2/2; " in shown.decode()


def test_resources_can_be_declared_in_a_task(tasks):
    fleet = {
        "topics": [{"product": "street_light", "short_name": "user/a", "operation": "pub"}],
        "products": [{"name": "street_light", "node_type": "device"}],
    }
    planned = tasks.run_ok("iot_fleet_plan", fleet=fleet)
    assert planned["summary"].startswith("Plan: 2 to create, 0 to update, 0 to delete, 0 unchanged, 0 unmanaged")
    assert [diff["before_header"] for diff in planned["diff"]] == ["product street_light", "topic street_light/user/a"]
    applied = tasks.run_ok("iot_fleet_apply", fleet=fleet)
    assert applied["summary"] == "2 done, 0 unchanged, 0 failed, 0 skipped"
    assert tasks.run_ok("iot_fleet_apply", fleet=fleet)["changed"] is False
    tasks.assert_fails(
        "iot_fleet_validate", r"products\[0\]: node_typ is not an option", fleet={"products": [{"node_typ": 1}]}
    )
    tasks.assert_fails("iot_fleet_apply", "fleet is not the value of the lookup", fleet={"products": 1})
