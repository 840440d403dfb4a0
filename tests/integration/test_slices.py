# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Several controllers manage slices of one device set concurrently; the devices are hosts of the inventory."""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLICES = 5
LAMPS = {f"lamp-{number:03}": number for number in range(120)}


@pytest.fixture
def project(tmp_path, server) -> Path:
    """Create a project with devices as hosts and a playbook that creates the devices."""
    hosts = {
        name: {
            "iot_nickname": f"Lamp_{number}",
            "iot_tags": {"row": "{{ row }}"},
            "row": number % 7,
            "iot_groups": ["bridge"] if number % 2 else [],
        }
        for name, number in LAMPS.items()
    }
    (tmp_path / "inventory.json").write_text(
        json.dumps({"all": {"children": {"lamps": {"hosts": hosts}}}}), encoding="utf-8"
    )
    defaults = {
        "endpoint": server.endpoint,
        "access_key_id": "emulator-id",
        "access_key_secret": "emulator-secret-2018",
        "pacing": False,
    }
    task = {
        "iotops.aliyun.iot_devices": {
            "product": "street_light",
            "devices": "{{ groups['lamps'] | iotops.aliyun.hosts_to_devices(hostvars) }}",
            "slice": "{{ slice | default(omit) }}",
            "purge": True,
            "purge_limit": "20",
            "secrets_file": f"{tmp_path}/secrets-{{{{ slice | default('all') | replace('/', '-') }}}}.csv",
        },
        "register": "fleet",
    }
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"group/iotops.aliyun.iot": defaults},
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [task],
    }
    (tmp_path / "fleet.yml").write_text(json.dumps([play]), encoding="utf-8")
    return tmp_path


@pytest.fixture
def account(tasks):
    """Create the product with devices that are not in the inventory, and the group; return the ProductKey."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    tasks.run_ok("iot_device_group", name="bridge")
    tasks.run_ok("iot_devices", product="street_light", devices=[{"name": f"old-{number:03}"} for number in range(20)])
    return key


def run_slices(project: Path, names: list) -> list:
    """Run the playbook for all slices concurrently with ansible-runner, and return the results of the task."""
    import ansible_runner

    # ansible-runner calls ansible-playbook by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "PATH": path}
    started = []
    for name in names:
        folder = project / f"runner-{name.replace('/', '-')}"
        folder.mkdir()
        started.append(
            ansible_runner.run_async(
                private_data_dir=str(folder),
                ident="run",
                playbook=str(project / "fleet.yml"),
                inventory=str(project / "inventory.json"),
                extravars={"slice": name},
                envvars=environment,
                quiet=True,
            )
        )
    results = []
    for thread, runner in started:
        thread.join(120)
        assert runner.status == "successful", runner.stdout.read()
        (event,) = (one for one in runner.events if one["event"] == "runner_on_ok")
        results.append(event["event_data"]["res"])
    return results


def read_devices(tasks) -> list:
    found = tasks.run_ok("iot_devices_info", products=["street_light"], facts=["tags", "groups"], one_by_one=True)[
        "devices"
    ]
    return [{name: device.get(name) for name in ("name", "nickname", "tags", "groups")} for device in found]


def test_slices_run_concurrently_create_same_devices_as_one_run(tasks, account, project):
    names = [f"{number}/{SLICES}" for number in range(1, SLICES + 1)]
    results = run_slices(project, names)
    created = [name for result in results for name in result["created"]]
    deleted = [name for result in results for name in result["deleted"]]
    assert sorted(created) == sorted(LAMPS)
    assert sorted(deleted) == [f"old-{number:03}" for number in range(20)]
    assert all(result["counts"]["failed"] == 0 for result in results)
    assert {device["name"]: device for device in read_devices(tasks)}["lamp-009"] == {
        "name": "lamp-009",
        "nickname": "Lamp_9",
        "tags": {"row": "2"},
        "groups": ["bridge"],
    }
    # A run over all devices changes nothing.
    devices = [
        {
            "name": name,
            "nickname": f"Lamp_{number}",
            "tags": {"row": str(number % 7)},
            "groups": ["bridge"] if number % 2 else [],
        }
        for name, number in LAMPS.items()
    ]
    whole = tasks.run_ok("iot_devices", product="street_light", devices=devices, purge=True)
    assert whole["changed"] is False
    # Each slice has written the secrets of its devices.
    returned = []
    for name in names:
        with open(project / f"secrets-{name.replace('/', '-')}.csv", encoding="utf-8", newline="") as file:
            returned += [row["device_name"] for row in csv.DictReader(file)]
    assert sorted(returned) == sorted(LAMPS)
