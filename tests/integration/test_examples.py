# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The examples in the documentation of every module run as they are printed."""

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

#: What examples take for granted: the product that most of them name, and its devices.
PREPARED = (
    {
        "iotops.aliyun.iot_product": {
            "name": "street_light",
            "node_type": "device",
            "thing_model": True,
            "data_format": "alink",
        }
    },
    {"iotops.aliyun.iot_device": {"product": "street_light", "name": "lamp-0001"}},
    {"iotops.aliyun.iot_device_group": {"name": "west_side"}},
    {"iotops.aliyun.iot_rule": {"name": "overheat"}},
)


@pytest.mark.parametrize("module", MODULES)
def test_examples(server, tmp_path, module):
    documentation = importlib.import_module(f"ansible_collections.iotops.aliyun.plugins.modules.{module}")
    examples = yaml.safe_load(documentation.EXAMPLES)
    assert any(f"iotops.aliyun.{module}" in task for task in examples)
    # The examples of a module that makes what is prepared show how it is made.
    prepared = list(takewhile(lambda task: f"iotops.aliyun.{module}" not in task, PREPARED))
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {
            "group/iotops.aliyun.iot": {
                "endpoint": "{{ endpoint }}",
                "access_key_id": "emulator",
                "access_key_secret": "emulator",
            }
        },
        "tasks": [*prepared, *examples],
    }
    playbook = tmp_path / "examples.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = Playbooks(server, "action").run(playbook)
    assert run.status == 0, run.output
