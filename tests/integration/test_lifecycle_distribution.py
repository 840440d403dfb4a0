# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the distribution of products and devices to other instances."""

from __future__ import annotations

import pytest

MODULE = "iot_distribution"
INFO = "iot_distribution_info"
HOME = "iot-060a0abc"
EAST, WEST = "iotx-oxssharez300", "iotx-oxssharez500"
OF = {"product": "street_light", "source_instance_id": HOME, "target_uid": "1000000000000001"}


@pytest.fixture
def account(tasks):
    """Create two devices."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for number in (1, 2):
        tasks.run_ok("iot_device", product="street_light", name=f"lamp-000{number}")
    tasks.pop_writes()


def assert_done_once(tasks, operation: str, **options) -> dict:
    """Assert that a task writes one operation, nothing in check mode or a second time; return its result."""
    plan = tasks.run(MODULE, True, **options)
    assert plan["changed"], plan
    assert "nothing was done" in plan["msg"]
    assert tasks.pop_writes() == []
    result = tasks.run_ok(MODULE, **options)
    assert result["changed"]
    assert tasks.pop_writes() == [operation]
    for check_mode in (True, False):
        assert not tasks.run(MODULE, check_mode, **options)["changed"]
    assert tasks.pop_writes() == []
    return result


def test_distribution_of_devices_creates_job_that_can_be_deleted(tasks, account):
    given = {**OF, "devices": ["lamp-0001"], "target_instance_ids": [EAST]}
    result = assert_done_once(tasks, "CreateDeviceDistributeJob", **given)
    assert result["distributed"] == ["lamp-0001"]
    by_name = {**given, "target_uid": None, "target_aliyun_id": "other_account", "wait_timeout_in_seconds": 60}
    tasks.assert_unchanged(MODULE, **by_name)
    # Only devices that are not distributed yet are distributed.
    more = tasks.run_ok(MODULE, **{**given, "devices": ["lamp-0001", "lamp-0002"]})
    assert more["distributed"] == ["lamp-0002"]
    (found,) = tasks.run_ok(INFO, what="devices", product="street_light", device="lamp-0001")["devices"]
    assert len(tasks.run_ok(INFO, what="jobs", target_uid=OF["target_uid"])["jobs"]) == 2
    assert (found["target_instance_id"], found["target_region"]) == (EAST, "ap-northeast-1")
    assert len(tasks.run_ok(INFO, what="products", target_instance_id=EAST)["products"]) == 1
    (job,) = tasks.run_ok(INFO, what="jobs", job_id=result["job_id"], results=True)["jobs"]
    assert (job["status"], job["strategy"], job["device_count"]) == ("finished", "specified", 1)
    assert [(one["device_name"], one["code"]) for one in job["results"]] == [("lamp-0001", "200")]
    assert len(tasks.run_ok(INFO, what="jobs", status="finished")["jobs"]) == 2
    for filters in ({"status": "running"}, {"target_instance_id": WEST}, {"product": "path_light"}):
        assert tasks.run_ok(INFO, what="jobs", **filters)["jobs"] == []
    assert tasks.run_ok(INFO, what="devices", source_instance_id=WEST)["devices"] == []
    tasks.pop_writes()
    assert_done_once(tasks, "DeleteDeviceDistributeJob", job_id=result["job_id"], state="absent")


def test_distribution_to_several_instances_uses_nearest(tasks, account):
    given = {**OF, "devices": ["lamp-0001"], "target_instance_ids": [EAST, WEST]}
    assert_done_once(tasks, "CreateDeviceDistributeJob", **given)
    (job,) = tasks.run_ok(INFO, what="jobs")["jobs"]
    assert job["strategy"] == "nearest"
    assert job["target_instance_ids"] == [EAST, WEST]


def test_distribution_of_product_distributes_no_devices(tasks, account):
    assert_done_once(tasks, "CreateProductDistributeJob", **OF, target_instance_ids=[EAST])
    assert tasks.run_ok(INFO, what="devices")["devices"] == []


def test_distribution_of_missing_device_reports_failure(tasks, account):
    given = {**OF, "devices": ["lamp-0001", "lamp-0009"], "target_instance_ids": [EAST]}
    result = tasks.run(MODULE, **given)
    assert result["failed"]
    assert result["changed"]
    assert result["msg"].startswith("1 devices were not distributed: lamp-0009")
    assert [one["device_name"] for one in result["failures"]] == ["lamp-0009"]


def test_distribution_without_wait_returns_running_job(tasks, account):
    given = {**OF, "devices": ["lamp-0001"], "target_instance_ids": [EAST]}
    job = tasks.run_ok(MODULE, **given, wait=False)["job_id"]
    (found,) = tasks.run_ok(INFO, what="jobs", job_id=job, results=True)["jobs"]
    assert found["status"] in ("initial", "running")
    assert "results" not in found


def test_distribution_after_lost_poll_waits_for_the_running_job(tasks, account):
    given = {**OF, "devices": ["lamp-0001"], "target_instance_ids": [EAST]}
    refused = {"action": "QueryDeviceDistributeJob", "code": "Forbidden.RAM", "status": 403, "times": 1}
    tasks.server.control("PUT", "faults", [refused])
    first = tasks.run(MODULE, **given)
    assert (first["failed"], first["changed"]) == (True, True)
    plan = tasks.run(MODULE, True, **given)
    assert plan["pending"] == [f"the job {first['job_id']} is still running and may distribute some of the devices"]
    assert tasks.run_ok(MODULE, **given, wait=False)["job_id"] == first["job_id"]
    second = tasks.run_ok(MODULE, **given)
    assert (second["changed"], second["distributed"]) == (False, [])
    assert tasks.pop_writes() == ["CreateDeviceDistributeJob"]
    tasks.assert_unchanged(MODULE, **given)


def test_distribution_of_more_devices_waits_for_running_job_and_distributes_the_others(tasks, account):
    given = {**OF, "target_instance_ids": [EAST]}
    tasks.run_ok(MODULE, **given, devices=["lamp-0001"], wait=False)
    result = tasks.run_ok(MODULE, **given, devices=["lamp-0001", "lamp-0002"])
    assert (result["changed"], result["distributed"]) == (True, ["lamp-0002"])


def test_distribution_of_product_that_is_being_distributed_waits(tasks, account):
    given = {**OF, "target_instance_ids": [EAST]}
    tasks.run_ok(MODULE, **given, wait=False)
    assert not tasks.run_ok(MODULE, **given)["changed"]
    assert len(tasks.run_ok(INFO, what="products")["products"]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"product": None}, "^product must be set with state: distributed"),
        ({"target_instance_ids": None}, "^target_instance_ids must be set"),
        ({"target_uid": None}, "^target_uid or target_aliyun_id must be set"),
        ({"target_uid": "a"}, "^target_uid has an invalid format: expected digits"),
        ({"target_instance_ids": [HOME]}, "^target_instance_ids must not contain source_instance_id"),
        (
            {"target_instance_ids": [EAST, WEST]},
            "^target_instance_ids must contain exactly one instance if devices is not set",
        ),
        ({"devices": ["x"]}, "^devices has an invalid element"),
        ({"job_id": "j"}, "^job_id can be set with state: absent only"),
        ({"state": "absent"}, "^job_id must be set with state: absent"),
    ],
)
def test_distribution_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **{**OF, "target_instance_ids": [EAST], **options})


def test_distribution_of_missing_product_is_pending_in_check_mode_and_fails(tasks, account):
    given = {**OF, "product": "path_light", "target_instance_ids": [EAST]}
    plan = tasks.run(MODULE, True, **given, devices=["lamp-0001"])
    assert plan["pending"] == ["the product path_light does not exist yet"]
    assert plan["distributed"] == ["lamp-0001"]
    assert "the product path_light does not exist" in tasks.run(MODULE, **given)["msg"]
    assert "status can be set with what: jobs only" in tasks.run(INFO, what="devices", status="running")["msg"]
