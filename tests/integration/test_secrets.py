# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secrets are not shown at the highest verbosity, and tasks that write one secrets file at the same time keep all."""

from __future__ import annotations

import csv
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

HEAD = """
- hosts: {hosts}
  gather_facts: false
  connection: local
  ignore_errors: {ignore_errors}
  module_defaults:
    group/iotops.aliyun.iot: {{endpoint: "{{{{ endpoint }}}}", access_key_id: emulator, access_key_secret: emulator}}
  tasks:
"""


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a playbook with tasks, as lines, and returns its path."""

    def write(name: str, *tasks: str, hosts: str = "localhost", ignore_errors: bool = False):
        path = tmp_path / f"{name}.yml"
        path.write_text(
            HEAD.format(hosts=hosts, ignore_errors=ignore_errors) + "".join(f"    - {task}\n" for task in tasks),
            encoding="utf-8",
        )
        return path

    return write


#: Tasks, each with a secret from the environment, so that no message quotes it from the playbook.
TASKS_WITH_SECRETS = (
    "iotops.aliyun.iot_api: {operation: ImportDevice, params: {ProductKey: x, DeviceName: l-01, DeviceSecret: SECRET}}",
    "iotops.aliyun.iot_product_info: {endpoint: 'http://me:SECRET@127.0.0.1:9', retries: 0}",
    "iotops.aliyun.iot_lora_devices: {product: x, devices: [{dev_eui: '0011223344556677', pin_code: SECRET}]}",
    "iotops.aliyun.iot_imported_devices: {product: x, devices: [{name: lamp-0001, device_secret: SECRET}]}",
    "iotops.aliyun.iot_product_info: {access_key_secret: SECRET}",
    "iotops.aliyun.iot_product_info: {security_token: SECRET}",
)


def test_secrets_are_not_shown_at_the_highest_verbosity(playbooks, write, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "CANARY/token+1==")
    tasks = []
    for number, task in enumerate(TASKS_WITH_SECRETS):
        monkeypatch.setenv(f"SECRET_{number}", f"CANARY{number}secret")
        tasks.append(task.replace("SECRET", f"{{{{ lookup('env', 'SECRET_{number}') }}}}"))
    quoted = [re.sub(r"'?((?:http://me:)?\{\{.*?\}\}(?:@127.0.0.1:9)?)'?", r'"\1"', task) for task in tasks]
    run = playbooks.run(write("secrets", *quoted, ignore_errors=True), "-vvvv")
    assert run.status == 0, run.output
    # The emulator accepts any token.
    assert run.output.count("...ignoring") == len(tasks) - 1
    assert "CANARY" not in run.output


def read_names(path) -> list[str]:
    with open(path, encoding="utf-8", newline="") as file:
        return sorted(row["device_name"] for row in csv.DictReader(file))


def test_hosts_that_write_one_secrets_file_keep_all_secrets(playbooks, write, tmp_path):
    setup = write("setup", "iotops.aliyun.iot_product: {name: street_light, node_type: device}")
    assert playbooks.run(setup).status == 0
    path = tmp_path / "secrets.csv"
    hosts = [f"host-{number:02}" for number in range(12)]
    playbook = write(
        "hosts",
        "iotops.aliyun.iot_devices: {product: street_light, devices: [{name: '{{ inventory_hostname }}'}], "
        f"secrets_file: '{path}'}}",
        hosts="all",
    )
    run = playbooks.run(playbook, "-f", "12", "-i", ",".join(hosts) + ",")
    assert run.status == 0, run.output
    assert read_names(path) == hosts


def test_slices_that_write_one_secrets_file_keep_all_secrets(playbooks, write, tmp_path):
    setup = write("setup", "iotops.aliyun.iot_product: {name: street_light, node_type: device}")
    assert playbooks.run(setup).status == 0
    path = tmp_path / "secrets.csv"
    names = [f"lamp-{number:03}" for number in range(60)]
    devices = ", ".join(f"{{name: {name}}}" for name in names)
    playbooks_of_slices = [
        write(
            f"slice{part}",
            f"iotops.aliyun.iot_devices: {{product: street_light, devices: [{devices}], slice: '{part}/2', "
            f"secrets_file: '{path}'}}",
        )
        for part in (1, 2)
    ]
    with ThreadPoolExecutor(2) as pool:
        for run in pool.map(playbooks.run, playbooks_of_slices):
            assert run.status == 0, run.output
    assert read_names(path) == names
