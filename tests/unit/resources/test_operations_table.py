# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every operation of the API is sent by a module other than ``iot_api``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.tests.tools.operations import RECORD, users

ROOT = Path(__file__).resolve().parents[3]
OPERATIONS = {name: operation for family in FAMILIES for name, operation in family.OPERATIONS.items()}
USERS = users(ROOT)


def test_api_data_has_277_operations():
    assert len(OPERATIONS) == 277


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation_is_sent_by_a_module(name):
    modules = USERS.get(name, set()) - {"iot_api"}
    if OPERATIONS[name].writes:
        # An info module never sends a write.
        assert not {module for module in modules if module.endswith("_info")}
    assert modules, f"no module sends {name}"


def test_users_of_record_without_operations_are_empty(tmp_path):
    record = tmp_path / RECORD
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"iot_none": []}), encoding="utf-8")
    assert users(tmp_path) == {}
