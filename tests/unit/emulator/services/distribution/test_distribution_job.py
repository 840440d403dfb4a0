# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of distribution jobs."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.iotops.aliyun.emulator.services.distribution import distribution_job as service
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import StorageError

from .conftest import HOME, OTHER_REGION, OTHER_TARGET, TARGET, UID

ABSENT = "a1nothing00"

INITIAL, RUNNING, FINISHED, INTERRUPTED = range(4)


def test_device_job_lifecycle(platform, api, product, register, start_device_job, status, api_error):
    register("dev_one", "dev_two")
    job = start_device_job("dev_one", "dev_two", "dev_one", TargetAliyunId="io@example.com")
    details = api("QueryDeviceDistributeJob", JobId=job)["Data"]
    assert details == {
        "JobId": job,
        "ProductKey": product,
        "Status": INITIAL,
        "Strategy": 0,
        "SourceInstanceId": HOME,
        "SourceUid": UID,
        "TargetUid": UID,
        "TargetInstanceConfigs": {"targetInstanceConfigs": [{"TargetInstanceId": TARGET}]},
        "Total": 2,
        "GmtCreate": details["GmtCreate"],
    }
    assert api_error("QueryDeviceDistributeDetail", JobId=job).code == "iot.provisioning.TaskNotFinish"
    assert api_error("DeleteDeviceDistributeJob", JobId=job).code == "iot.provisioning.TasksProcessing"
    platform.clock.advance(1)
    assert status(job) == RUNNING
    assert api_error("QueryDeviceDistributeDetail", JobId=job).code == "iot.provisioning.TaskNotFinish"
    assert api_error("DeleteDeviceDistributeJob", JobId=job).code == "iot.provisioning.TasksProcessing"
    platform.clock.advance(2)
    assert status(job) == FINISHED
    api("DeleteDeviceDistributeJob", JobId=job)
    for action in ("QueryDeviceDistributeJob", "QueryDeviceDistributeDetail", "DeleteDeviceDistributeJob"):
        assert api_error(action, JobId=job).code == "iot.provisioning.TaskNotExist"
    assert api("ListDistributedDevice", CurrentPage=1, PageSize=10)["Data"]["Total"] == 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ProductKey": ""}, "iot.prod.NullProductKey"),
        ({"ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
        ({"DeviceName": []}, "iot.device.NoneDeviceNameElement"),
        ({"SourceInstanceId": "here"}, "iot.provisioning.SourceInstanceNotFound"),
        ({"targets": (TARGET, "")}, "iot.provisioning.TargetInstanceNotFound"),
        ({"targets": ("there",)}, "iot.provisioning.TargetInstanceNotFound"),
        ({"targets": (HOME,)}, "iot.system.InstanceIdSame"),
        ({"targets": (OTHER_REGION, HOME), "Strategy": 1}, "iot.system.InstanceIdSame"),
        ({"TargetUid": ""}, "iot.provisioning.TargetAccountParamsError"),
        ({"TargetUid": "io@example.com"}, "iot.provisioning.AccountNotFound"),
        ({"TargetUid": "1000000000000002"}, "iot.provisioning.NotCrossTenantId"),
        ({"Strategy": 2}, "iot.provisioning.ErrorStrategy"),
        ({"targets": (TARGET, OTHER_REGION)}, "iot.provisioning.ErrorStrategy"),
        ({"targets": (TARGET, OTHER_TARGET), "Strategy": 1}, "iot.provisioning.InstanceRegionConflict"),
    ],
)
def test_device_job_invalid_request_is_rejected(platform, register, job_params, api_error, params, code):
    register("dev_one")
    assert api_error("CreateDeviceDistributeJob", **job_params("dev_one", **params)).code == code
    assert platform.store.count("distribution_job") == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SourceInstanceId", "iot.provisioning.SourceInstanceNotFound"),
        ("TargetInstanceConfig", "iot.provisioning.TargetInstanceNotFound"),
    ],
)
def test_device_job_missing_parameter_is_rejected(api_error, job_params, name, code):
    params = job_params("dev_one")
    del params[name]
    assert api_error("CreateDeviceDistributeJob", **params).code == code


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
        ({"ProductKey": ""}, "iot.prod.NullProductKey"),
        ({"SourceInstanceId": "here"}, "iot.provisioning.SourceInstanceNotFound"),
        ({"SourceInstanceId": ""}, "iot.provisioning.SourceInstanceNotFound"),
        ({"TargetInstanceId": "there"}, "iot.provisioning.TargetInstanceNotFound"),
        ({"TargetInstanceId": ""}, "iot.provisioning.TargetInstanceNotFound"),
        ({"TargetInstanceId": HOME}, "iot.system.InstanceIdSame"),
        ({"TargetUid": ""}, "iot.provisioning.TargetAccountParamsError"),
        ({"TargetUid": "2"}, "iot.provisioning.NotCrossTenantId"),
    ],
)
def test_product_job_invalid_request_is_rejected(product, api_error, params, code):
    defaults = {"ProductKey": product, "SourceInstanceId": HOME, "TargetInstanceId": TARGET, "TargetUid": UID}
    assert api_error("CreateProductDistributeJob", **{**defaults, **params}).code == code


@pytest.mark.parametrize(
    "action", ["QueryDeviceDistributeJob", "QueryDeviceDistributeDetail", "DeleteDeviceDistributeJob"]
)
def test_missing_device_job_is_error(start_product_job, api_error, action):
    assert api_error(action).code == "iot.provisioning.TaskNotExist"
    assert api_error(action, JobId="absent").code == "iot.provisioning.TaskNotExist"
    assert api_error(action, JobId=start_product_job()).code == "iot.provisioning.TaskNotExist"


def test_device_job_accepts_login_name_only(api, start_device_job, register):
    register("dev_one")
    job = start_device_job("dev_one", TargetUid="", TargetAliyunId="io@example.com")
    assert api("QueryDeviceDistributeJob", JobId=job)["Data"]["TargetUid"] == UID


def test_device_job_beyond_device_limit_is_rejected(job_params, start_device_job, api_error, monkeypatch):
    assert service.MAX_DEVICES == 10_000
    monkeypatch.setattr(service, "MAX_DEVICES", 2)
    start_device_job("dev_one", "dev_two", "dev_one")
    error = api_error("CreateDeviceDistributeJob", **job_params("dev_one", "dev_two", "dev_three"))
    assert error.code == "iot.provisioning.LimitExceeded"


def test_more_than_10_unfinished_jobs_are_rejected(
    api, product, job_params, start_device_job, start_product_job, finish_jobs, api_error
):
    for number in range(9):
        start_device_job(f"device_{number}")
    start_product_job()
    assert (
        api_error("CreateDeviceDistributeJob", **job_params("dev_one")).code
        == "iot.provisioning.RunningTaskExceedLimit"
    )
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    params = {"ProductKey": other, "SourceInstanceId": HOME, "TargetInstanceId": TARGET, "TargetUid": UID}
    assert api_error("CreateProductDistributeJob", **params).code == "iot.provisioning.RunningTaskExceedLimit"
    finish_jobs()
    start_device_job("dev_one")


def test_device_job_succeeds_even_if_devices_fail(
    register, start_device_job, result_codes, status, device_targets, finish_jobs
):
    register("dev_one")
    job = start_device_job("dev_one", "absent")
    finish_jobs()
    assert status(job) == FINISHED
    assert result_codes(job) == {"dev_one": "200", "absent": "iot.device.NotExistedDevice"}
    assert device_targets() == [("dev_one", TARGET)]


def test_device_in_two_jobs_is_distributed_once(register, start_device_job, result_codes, device_targets, finish_jobs):
    register("dev_one", "dev_two")
    first = start_device_job("dev_one")
    second = start_device_job("dev_one", "dev_two", targets=(OTHER_TARGET,))
    finish_jobs()
    assert result_codes(first) == {"dev_one": "200"}
    assert result_codes(second) == {"dev_one": "iot.provisioning.DeviceIsInAnotherTask", "dev_two": "200"}
    assert sorted(device_targets()) == [("dev_one", TARGET), ("dev_two", OTHER_TARGET)]


def test_devices_with_same_name_in_other_product_do_not_conflict(
    api, register, start_device_job, result_codes, finish_jobs
):
    register("dev_one")
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    api("RegisterDevice", ProductKey=other, DeviceName="dev_one")
    jobs = [start_device_job("dev_one"), start_device_job("dev_one", ProductKey=other)]
    finish_jobs()
    assert [result_codes(job) for job in jobs] == [{"dev_one": "200"}] * 2


def test_result_file_expires_after_ten_minutes(platform, api, register, start_device_job, download, finish_jobs):
    register("dev_one")
    job = start_device_job("dev_one")
    finish_jobs()
    url = api("QueryDeviceDistributeDetail", JobId=job)["File"]
    platform.clock.advance(599)
    download(url)
    platform.clock.advance(2)
    with pytest.raises(StorageError, match="expired"):
        download(url)
    download(api("QueryDeviceDistributeDetail", JobId=job)["File"])


def test_product_jobs_of_same_product_do_not_overlap(
    platform, product, register, start_device_job, start_product_job, status, finish_jobs, api_error
):
    register("dev_one")
    start_product_job()
    params = {"ProductKey": product, "SourceInstanceId": HOME, "TargetInstanceId": OTHER_TARGET, "TargetUid": UID}
    assert api_error("CreateProductDistributeJob", **params).code == "iot.provisioning.ProductIsDistributing"
    job = start_device_job("dev_one")
    platform.clock.advance(2)
    assert status(job) == INITIAL
    platform.clock.advance(1)
    assert status(job) == RUNNING
    finish_jobs()
    assert status(job) == FINISHED
    start_product_job(TargetInstanceId=OTHER_TARGET)


def test_job_of_deleted_product_is_interrupted(
    api, product, register, start_device_job, result_codes, status, device_targets, finish_jobs
):
    register("dev_one")
    job = start_device_job("dev_one")
    api("DeleteProduct", ProductKey=product)
    finish_jobs()
    assert status(job) == INTERRUPTED
    assert result_codes(job) == {"dev_one": "iot.prod.NotExistedProduct"}
    assert device_targets() == []
    api("DeleteDeviceDistributeJob", JobId=job)


def test_device_job_list_pages_and_filters(api, product, start_device_job, start_product_job, finish_jobs):
    jobs = [start_device_job(f"device_{number}") for number in range(2)]
    finish_jobs()
    jobs.append(start_device_job("device_2"))
    start_product_job()

    def list_job_ids(**params) -> list[str]:
        return [item["JobId"] for item in api("ListDeviceDistributeJob", **params)["Data"]["JobInfo"]["items"]]

    reply = api("ListDeviceDistributeJob", CurrentPage=1, PageSize=10)["Data"]
    assert (reply["Total"], reply["NextToken"]) == (3, "")
    details = api("QueryDeviceDistributeJob", JobId=jobs[2])["Data"]
    target = {"TargetInstanceId": TARGET, "TargetInstanceName": TARGET, "TargetRegion": "cn-shanghai"}
    assert reply["JobInfo"]["items"][0] == {
        **details,
        "SourceInstanceName": HOME,
        "SourceRegion": "cn-shanghai",
        "TargetInstanceConfigs": {"targetInstanceConfigs": [target]},
    }
    assert list_job_ids() == jobs[::-1]
    assert list_job_ids(CurrentPage=2, PageSize=2) == jobs[:1]
    assert list_job_ids(JobId=jobs[1]) == [jobs[1]]
    assert list_job_ids(Status=FINISHED) == [jobs[1], jobs[0]]
    assert list_job_ids(Status=INITIAL, ProductKey=product, TargetUid=UID) == [jobs[2]]
    for params in ({"JobId": "x"}, {"ProductKey": ABSENT}, {"Status": 3}, {"TargetUid": "2"}):
        assert list_job_ids(**params) == []


def test_device_job_list_continues_after_token(api, start_device_job, api_error):
    jobs = [start_device_job(f"device_{number}") for number in range(5)]
    job_ids = []
    token = ""
    for _page in range(3):
        reply = (
            api("ListDeviceDistributeJob", CurrentPage=9, PageSize=2, NextToken=token)["Data"]
            if token
            else (api("ListDeviceDistributeJob", PageSize=2)["Data"])
        )
        assert reply["Total"] == 5
        job_ids += [item["JobId"] for item in reply["JobInfo"]["items"]]
        token = reply["NextToken"]
    assert job_ids == jobs[::-1]
    assert token == ""
    for invalid in ("x", "eA==", base64.b64encode(b"-1").decode()):
        error = api_error("ListDeviceDistributeJob", PageSize=2, NextToken=invalid)
        assert error.code == "iot.common.InvalidPageParams"


def test_device_job_list_last_page_has_no_token(api, start_device_job):
    start_device_job("dev_one")
    start_device_job("dev_two")
    assert api("ListDeviceDistributeJob", PageSize=2)["Data"]["NextToken"] == ""


def test_device_job_duration_depends_on_device_count(platform, start_device_job, status):
    job = start_device_job(*(f"device_{number}" for number in range(5000)))
    platform.clock.advance(10)
    assert status(job) == RUNNING
    platform.clock.advance(2)
    assert status(job) == FINISHED


def test_device_job_list_deep_page_requires_token(api, api_error):
    assert api("ListDeviceDistributeJob", CurrentPage=101, PageSize=100)["Data"]["JobInfo"]["items"] == []
    error = api_error("ListDeviceDistributeJob", CurrentPage=102, PageSize=100)
    assert error.code == "iot.provisioning.NextTokenNotNull"


def test_job_ids_are_unique(start_device_job):
    one, two = start_device_job("dev_one"), start_device_job("dev_two")
    assert one != two
    assert len(one) == 25
