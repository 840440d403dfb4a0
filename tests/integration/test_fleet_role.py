# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role fleet: lists, kinds without a list of their own, files, and its entry points."""

from __future__ import annotations

import json

import pytest
import yaml

CONNECTION = {"access_key_id": "emulator-id", "access_key_secret": "emulator-secret-2018"}

FILES = """
topics:
  - {product: street_light, short_name: user/report, operation: pub, description: "{{ nothing | default(omit) }}"}
device_groups:
  - {name: east, devices: "{{ nothing | default(omit) }}"}
"""

PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "module_defaults": {"group/iotops.aliyun.iot": {"endpoint": "{{ endpoint }}", **CONNECTION}},
    "vars": {
        "fleet_products": [
            {"name": "street_light", "node_type": "device", "description": "{{ nothing | default(omit) }}"}
        ],
        # The group `everywhere` is not declared, it exists.
        "fleet_devices": [{"product": "street_light", "name": "lamp-0001", "groups": ["east", "everywhere"]}],
        "fleet_resources": {
            "consumer_groups": [{"name": "console"}],
            "devices": [{"product": "street_light", "name": "lamp-0002"}],
        },
        "fleet_directory": "{{ playbook_dir }}/fleet",
    },
    "tasks": [
        {"ansible.builtin.include_role": {"name": "iotops.aliyun.fleet", "tasks_from": "validate"}},
        {
            "ansible.builtin.include_role": {"name": "iotops.aliyun.fleet", "tasks_from": "plan"},
            "vars": {"fleet_plan_dir": "{{ playbook_dir }}/out"},
        },
        {
            "ansible.builtin.include_role": {"name": "iotops.aliyun.fleet"},
            "vars": {"fleet_plan": "{{ playbook_dir }}/out/plan.json", "fleet_fail_fast": True},
        },
        {
            "ansible.builtin.include_role": {"name": "iotops.aliyun.fleet", "tasks_from": "drift"},
            "vars": {"fleet_drift_dir": "{{ playbook_dir }}/out"},
        },
        {
            "ansible.builtin.assert": {
                "that": [
                    "fleet_planned.summary is match('Plan: 6 to create, 0 to update')",
                    "fleet_applied.summary == '6 done, 0 unchanged, 0 failed, 0 skipped'",
                    "not fleet_compared.has_drift",
                ]
            }
        },
    ],
}


@pytest.fixture
def play(tmp_path):
    """Return a function that writes a playbook with variables, and the fleet files beside it."""
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet/all.yml").write_text(FILES, encoding="utf-8")

    def write(**variables):
        path = tmp_path / "play.yml"
        path.write_text(yaml.safe_dump([{**PLAY, "vars": {**PLAY["vars"], **variables}}]), encoding="utf-8")
        return path

    return write


def test_role_plans_applies_and_compares_lists_and_files_with_undeclared_references(playbooks, tasks, play, tmp_path):
    tasks.run_ok("iot_device_group", name="everywhere")
    run = playbooks.run(play())
    assert run.status == 0, run.output
    report = json.loads((tmp_path / "out/drift.json").read_text(encoding="utf-8"))
    assert report["summary"]["in_sync"] == 6
    (found,) = tasks.run_ok("iot_device_info", product="street_light", name="lamp-0001", include=["groups"])["devices"]
    assert {group["name"] for group in found["groups"]} == {"everywhere", "east"}


def test_role_without_external_names_reports_references_to_undeclared_resources(playbooks, play):
    run = playbooks.run(play(fleet_external={}))
    assert run.status == 2
    assert "devices[0]: groups: the device_group everywhere is not declared in the fleet" in run.output
    assert playbooks.pop_writes() == []
