# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the samples: every module that manages something has one, and its tasks do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from .samples import samples
from .stage import TASKS, entry_of

ROOT = Path(__file__).resolve().parents[2]

#: Modules with an entry of their own, beside those of the resources.
MANAGING = {"iot_devices", "iot_device_stock", "iot_license", "iot_distribution"}

SAMPLES = {sample.name: sample for sample in samples("/file")}


def test_every_resource_has_a_sample():
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry

    modules = [path.stem for path in (ROOT / "plugins" / "modules").glob("iot_*.py")]
    required = {module for module in modules if isinstance(entry_of(module), ResourceEntry)} | MANAGING
    missing = required - {sample.module for sample in SAMPLES.values()}
    assert not missing, f"add samples of {', '.join(sorted(missing))} to tests/faults/samples.py"


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_changes_the_account_once(stage, name):
    for task in TASKS:
        if getattr(SAMPLES[name], task) is not None:
            case = stage.case(name, task)
            assert case.reference.result["changed"]
            assert case.reference.writes
