# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ctrl-C ends a task soon, with both runners, and the output says what was done."""

from __future__ import annotations

import csv

import pytest

HEAD = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/iotops.aliyun.iot:
      endpoint: "{{ endpoint }}"
      access_key_id: emulator
      access_key_secret: emulator
      pacing: false
  tasks:
"""

PRODUCT = """
    - iotops.aliyun.iot_product: {name: street_light, node_type: device, tags: {site: west}}
"""

DEVICES = """
    - iotops.aliyun.iot_product: {name: street_light, node_type: device}
    - iotops.aliyun.iot_devices:
        product: street_light
        devices: [{name: lamp-0001}, {name: lamp-0002}]
        defaults: {tags: {site: west}}
        secrets_file: "{{ secrets_file }}"
        secrets_vault: "{{ vault | bool }}"
        secrets_vault_password_file: "{{ password_file }}"
"""

#: Longer than the test waits for the end of the playbook.
DELAY = 60


@pytest.fixture
def interrupted(playbooks, tmp_path):
    """A function that runs tasks and interrupts them while the platform does not answer an operation."""

    def run(tasks: str, operation: str, after: str, **variables: str):
        playbook = tmp_path / "site.yml"
        playbook.write_text(HEAD + tasks, encoding="utf-8")
        playbooks.pop_writes()
        playbooks.server.control("PUT", "faults", [{"action": operation, "delay": DELAY}])

        def is_due() -> bool:
            return any(call["action"] == after for call in playbooks.server.control("GET", "calls")["calls"])

        run = playbooks.run_and_interrupt(playbook, is_due, **variables)
        playbooks.server.control("PUT", "faults", [])
        assert run.status != 0
        assert "Traceback" not in run.output
        return run, playbook

    return run


def test_interrupted_task_reports_what_was_done(playbooks, interrupted):
    run, playbook = interrupted(PRODUCT, "CreateProductTags", after="CreateProduct")
    assert "iotops.aliyun.iot_product: the task was interrupted. Already done: CreateProduct. " in run.output
    assert playbooks.run(playbook).status == 0


@pytest.mark.parametrize("vault", [False, True], ids=["plain", "vault"])
def test_interrupted_device_set_keeps_the_secrets_of_new_devices(playbooks, interrupted, tmp_path, vault):
    password = tmp_path / "password"
    password.write_text("correct horse\n", encoding="utf-8")
    path = tmp_path / "secrets.csv"
    variables = {"secrets_file": str(path), "password_file": str(password), "vault": str(vault)}
    run, playbook = interrupted(DEVICES, "SaveDeviceProp", after="QueryPageByApplyId", **variables)
    assert "iotops.aliyun.iot_devices: the task was interrupted. Already done: BatchCheckDeviceNames, " in run.output
    content = path.read_text(encoding="utf-8")
    if vault:
        assert content.startswith("$ANSIBLE_VAULT")
    else:
        assert len(list(csv.DictReader(content.splitlines()))) == 2
    assert playbooks.run(playbook, **variables).status == 0
    assert playbooks.run(playbook, **variables).changed == 0
