# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""OTA jobs: the name in a tag, percentages and cancellation."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job import NAME_TAG, OtaJob, Percent

JOB = OtaJob()
NEW = {"name": "june", "firmware_id": "f", "product_key": "a1", "type": "static", "target": "all"}
FLAGS = dict.fromkeys(
    (
        "CancelQueuedTask",
        "CancelNotifiedTask",
        "CancelInProgressTask",
        "CancelUnconfirmedTask",
        "CancelScheduledTask",
    ),
    False,
)


def cancel(cancel=None, **current) -> list:
    """Return operation and parameters of each step that cancels a job."""
    desired = {"stopped": True, **({"cancel": cancel} if cancel else {})}
    steps = plan(JOB, desired, {"stopped": False, "type": "static", **current})
    assert [step.changes for step in steps[:-1]] == [{}] * (len(steps) - 1)
    assert all(step.params.pop("JobId") == Ref("job_id") for step in steps)
    return [(step.operation, step.params) for step in steps]


def test_job_name_is_stored_in_tag():
    (step,) = plan(JOB, {**NEW, "tags": {"wave": 1}}, None)
    assert step.params["Tag"] == [{"Key": NAME_TAG, "Value": "june"}, {"Key": "wave", "Value": "1"}]
    read = JOB.parse({"Tags": {"OtaTagDTO": step.params["Tag"]}, "JobType": "UPGRADE_FIRMWARE"})
    assert (read["name"], read["tags"]) == ("june", {"wave": "1"})


@pytest.mark.parametrize("tags", [{}, {"Tags": {}}, {"Tags": {"OtaTagDTO": []}}, {"Tags": None}])
def test_job_without_name_tag_has_empty_name(tags):
    read = JOB.parse({**tags, "JobType": "VERIFY_FIRMWARE", "SelectionType": "STATIC"})
    assert (read["name"], read["tags"], read["type"]) == ("", {}, "verify")


def test_job_cancel_sends_all_flags():
    # The platform derives missing flags from others.
    assert cancel(["queued"], cancelable=["queued"]) == [("CancelOTATaskByJob", {**FLAGS, "CancelQueuedTask": True})]
    assert cancel(cancelable=["queued", "unconfirmed"]) == [
        ("CancelOTATaskByJob", {**FLAGS, "CancelQueuedTask": True, "CancelUnconfirmedTask": True})
    ]


def test_job_strategy_is_canceled_separately():
    assert cancel(type="dynamic", cancelable=["strategy"]) == [("CancelOTAStrategyByJob", {})]
    assert [operation for operation, _params in cancel(type="dynamic", cancelable=["strategy", "queued"])] == [
        "CancelOTAStrategyByJob",
        "CancelOTATaskByJob",
    ]


def test_ended_job_cannot_be_started_again():
    assert plan(JOB, {"stopped": True}, {"stopped": True, "type": "static"}) == []
    with pytest.raises(InvalidValue, match="cannot be started again"):
        plan(JOB, {"stopped": False}, {"stopped": True, "type": "static"})


@pytest.mark.parametrize(
    ("percentage", "is_valid"),
    [("33.3", True), ("100", True), ("0.001", True), ("0", False), ("100.1", False), ("1.2345", False), ("a", False)],
)
def test_percentage_is_validated(percentage, is_valid):
    assert (Percent().check(percentage) == "") is is_valid


def test_percentage_with_trailing_zeros_is_equal():
    assert Percent().canonical("33.3") == Percent().canonical("33.300")
    assert Percent().canonical("33.3") != Percent().canonical("33.33")
    assert Percent().canonical("") == ""
