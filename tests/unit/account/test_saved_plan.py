# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test how saved plans are read and compared."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import AccountPlan
from ansible_collections.iotops.aliyun.plugins.module_utils.account.saved_plan import differences, read_saved_plan

SAVED = {
    "format_version": "1.0",
    "account": "account1",
    "resources": [{"kind": "topic", "name": "lamp/user/report", "action": "none", "steps": []}],
}


@pytest.fixture
def problems(tmp_path):
    """Return the problems of a plan file with a content."""

    def problems(content):
        path = tmp_path / "plan.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return [(one.message, one.source.file == str(path)) for one in read_saved_plan(str(path), "account1")[1]]

    return problems


def test_plan_for_the_same_account_has_no_problems(problems):
    assert problems(SAVED) == []


def test_problems_with_account_and_version_are_reported_together(problems):
    assert problems({**SAVED, "account": "account2", "format_version": "2.0"}) == [
        ("the plan has the format 2.0, this version reads 1.0", True),
        ("the plan is for another account, endpoint or instance; this one is account1", True),
    ]


@pytest.mark.parametrize("content", [[], {}, {"resources": {}}, "null"])
def test_other_json_file_is_no_plan(problems, content):
    assert problems(content) == [("plan is not a saved plan of iot_fleet_plan", True)]


def test_file_that_is_not_json_is_a_problem(problems):
    ((message, _is_source),) = problems("{")
    assert message.startswith("plan cannot be read: ")


def test_missing_file_is_a_problem(tmp_path):
    saved, ((problem),) = read_saved_plan(str(tmp_path / "missing.json"), "account1")
    assert saved == {}
    assert "plan cannot be read" in problem.message


def test_resource_that_is_no_longer_declared_is_a_difference():
    current = AccountPlan("account1", [], [], 0)
    assert differences(SAVED, current) == ["topic lamp/user/report is in the plan, but is no longer declared"]
