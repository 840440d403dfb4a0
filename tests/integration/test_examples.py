# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The examples in the documentation of every module run without changes."""

from __future__ import annotations

import importlib
import json
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from .conftest import Playbooks

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("iot_*.py"))

#: An image of a license plate, which contains its text.
PICTURE = (
    "data:image/png,%89PNG%0D%0A%1A%0A%00%00%00%0DIHDR%00%00%00%08%00%00%00%08%01%00%00%00%00%ECt%83%"
    "26%00%00%00%15iTXtTitle%00%00%00zh%00%00%E4%BA%ACA12345%B8%21%20%96%00%00%00%00IDAT5%AF%06%1E%00"
    "%00%00%00IEND%AEB%60%82"
)

#: Tasks that create what the examples use: a product, its devices, of which one has connected, and more.
PREPARED = (
    {"ansible.builtin.set_fact": {"gate_picture": PICTURE}},
    {
        "iotops.aliyun.iot_product": {
            "name": "street_light",
            "node_type": "device",
            "thing_model": True,
            "data_format": "alink",
        }
    },
    {"iotops.aliyun.iot_device_group": {"name": "bridge_lamps"}},
    {"iotops.aliyun.iot_device": {"product": "street_light", "name": "lamp-0001"}},
    {"iotops.aliyun.iot_device": {"product": "street_light", "name": "lamp-0002"}},
    {
        "ansible.builtin.uri": {
            "url": "{{ endpoint }}/_emulator/devices",
            "method": "POST",
            "body_format": "json",
            "body": {"product": "street_light", "names": ["lamp-0001"], "online": True},
        }
    },
    {"iotops.aliyun.iot_device_group": {"name": "west_side"}},
    {"iotops.aliyun.iot_rule": {"name": "overheat"}},
    {"ansible.builtin.copy": {"content": "a firmware", "dest": "{{ playbook_dir }}/lamp.bin", "mode": "0644"}},
    {
        "iotops.aliyun.iot_ota_firmware": {
            "name": "lamp_1_0",
            "product": "street_light",
            "version": "1.0",
            "file": "{{ playbook_dir }}/lamp.bin",
            "needs_verification": False,
        }
    },
    {
        "iotops.aliyun.iot_ota_firmware": {
            "name": "lamp_2_0",
            "product": "street_light",
            "version": "2.0",
            "file": "{{ playbook_dir }}/lamp.bin",
        }
    },
    {"iotops.aliyun.iot_consumer_group": {"name": "console"}},
    {
        "ansible.builtin.file": {"path": "{{ playbook_dir }}/{{ item }}", "state": "directory", "mode": "0755"},
        "loop": ["fleet", "main/fleet", "rules", "out"],
    },
    {
        "ansible.builtin.copy": {
            "content": "products:\n- {name: sensor, node_type: device}\n",
            "dest": "{{ playbook_dir }}/{{ item }}/sensors.yml",
            "mode": "0644",
        },
        "loop": ["fleet", "main/fleet"],
    },
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_module_succeed(server, tmp_path, module):
    documentation = importlib.import_module(f"ansible_collections.iotops.aliyun.plugins.modules.{module}")
    examples = yaml.safe_load(documentation.EXAMPLES)
    assert any(f"iotops.aliyun.{module}" in task for task in examples)
    # The examples of a module that creates one of these resources create it themselves.
    prepared = list(takewhile(lambda task: f"iotops.aliyun.{module}" not in task, PREPARED))
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {
            "group/iotops.aliyun.iot": {
                "endpoint": "{{ endpoint }}",
                "access_key_id": "emulator-id",
                "access_key_secret": "emulator-secret-2018",
            }
        },
        "tasks": [*prepared, *examples],
    }
    playbook = tmp_path / "examples.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = Playbooks(server, "action").run(playbook)
    assert run.status == 0, run.output
