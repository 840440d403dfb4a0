# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""No operation of the platform is left out: each is used by a module of its own, not by ``iot_api`` alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.tests.tools.operations import users

ROOT = Path(__file__).resolve().parents[3]
OPERATIONS = {name: operation for family in FAMILIES for name, operation in family.OPERATIONS.items()}
USERS = users(ROOT)


def test_there_are_all_of_them():
    assert len(OPERATIONS) == 277


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_a_module(name):
    modules = USERS.get(name, set()) - {"iot_api"}
    if OPERATIONS[name].writes:
        # One that only finds names an operation that writes at most in passing.
        modules = {module for module in modules if not module.endswith("_info")}
    assert modules, f"no module uses {name}"


def test_a_module_that_names_nothing_is_noticed(tmp_path):
    folder = tmp_path / "plugins" / "modules"
    folder.mkdir(parents=True)
    (folder / "iot_none.py").write_text("ENTRY = None\n", encoding="utf-8")
    assert users(tmp_path) == {}
