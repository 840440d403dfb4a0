# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Confirming, cancelling and repeating upgrade tasks."""

from __future__ import annotations

from collections import Counter

import pytest

MINUTE = 60
HOUR = 3600


@pytest.fixture
def devices(simulate, key):
    """Make simulated devices that stall, or do what else their profile says."""

    def devices(count: int = 2, prefix: str = "lamp", online: bool = True, **upgrade) -> None:
        profile = {"upgrade": {"outcome": "stall", **upgrade}}
        versions = {"default": "1.0.0"}
        simulate(product=key, count=count, prefix=prefix, online=online, module_versions=versions, profile=profile)

    return devices


@pytest.fixture
def tasks(api):
    """The tasks of a job by their devices."""

    def tasks(job_id: str) -> dict[str, dict]:
        listed = api("ListOTATaskByJob", JobId=job_id, PageSize=100)["Data"]["SimpleOTATaskInfo"]
        return {task["DeviceName"]: task for task in listed}

    return tasks


@pytest.fixture
def counts(tasks):
    """How many tasks of a job are in which state."""
    return lambda job_id: dict(Counter(task["TaskStatus"] for task in tasks(job_id).values()))


@pytest.fixture
def status(api):
    """The state of a job."""
    return lambda job_id: api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"]


@pytest.fixture
def mixed(platform, api, key, devices, create_firmware, create_static_job, advance_clock, tasks):
    """The id of a job that has a task in each state that is not an end."""
    devices(1, "runs", progress=[10])
    devices(1, "told")
    devices(1, "away", online=False)
    devices(1, "wait", online=False)
    job_id = create_static_job(create_firmware(key), NeedConfirm=True)
    waiting = [task["TaskId"] for name, task in tasks(job_id).items() if name != "wait00001"]
    api("ConfirmOTATask", TaskId=waiting)
    advance_clock(1)
    assert {name: task["TaskStatus"] for name, task in tasks(job_id).items()} == {
        "runs00001": "IN_PROGRESS",
        "told00001": "NOTIFIED",
        "away00001": "QUEUED",
        "wait00001": "CONFIRM",
    }
    return job_id


# Cancelling by job


@pytest.mark.parametrize(
    ("flags", "canceled"),
    [
        ({"CancelQueuedTask": True}, {"away", "wait"}),
        ({"CancelQueuedTask": True, "CancelUnconfirmedTask": False}, {"away"}),
        ({"CancelQueuedTask": True, "CancelUnconfirmedTask": True}, {"away", "wait"}),
        ({"CancelUnconfirmedTask": True}, {"wait"}),
        ({"CancelQueuedTask": False}, set()),
        ({"CancelInProgressTask": True}, {"runs"}),
        ({"CancelNotifiedTask": True}, {"told"}),
        ({"CancelNotifiedTask": True, "CancelInProgressTask": True}, {"told", "runs"}),
        ({"CancelInProgressTask": False, "CancelUnconfirmedTask": False}, set()),
    ],
)
def test_which_tasks_are_cancelled(api, mixed, tasks, status, flags, canceled):
    api("CancelOTATaskByJob", JobId=mixed, **flags)
    found = {name[:4] for name, task in tasks(mixed).items() if task["TaskStatus"] == "CANCELED"}
    assert found == canceled
    assert status(mixed) == "IN_PROGRESS"
    descriptions = {task["TaskDesc"] for name, task in tasks(mixed).items() if name[:4] in canceled}
    assert descriptions <= {"the task was cancelled"}


def test_nothing_is_cancelled_where_the_call_does_not_say_what(mixed, api_error, counts):
    before = counts(mixed)
    assert api_error("CancelOTATaskByJob", JobId=mixed).code == "iot.firmware.CancelOptionsMandatory"
    assert counts(mixed) == before


def test_a_job_without_tasks_left_is_cancelled(api, mixed, status, api_error, advance_clock):
    flags = {"CancelQueuedTask": True, "CancelNotifiedTask": True, "CancelInProgressTask": True}
    api("CancelOTATaskByJob", JobId=mixed, **flags)
    assert status(mixed) == "CANCELED"
    assert api_error("CancelOTATaskByJob", JobId=mixed, **flags).code == "iot.firmware.JobAlreadyCanceled"
    advance_clock(HOUR)
    assert status(mixed) == "CANCELED"


def test_what_was_cancelled_is_not_pushed(
    api, key, devices, simulate, create_firmware, create_static_job, counts, advance_clock
):
    devices(1, online=False, outcome="succeed")
    job_id = create_static_job(create_firmware(key))
    api("CancelOTATaskByJob", JobId=job_id, CancelQueuedTask=True)
    simulate(product=key, count=1, prefix="lamp", online=True)
    advance_clock(2)
    assert counts(job_id) == {"CANCELED": 1}


def test_a_device_that_goes_on_after_all(api, key, devices, create_firmware, create_static_job, counts, advance_clock):
    devices(1, outcome="succeed", delay=10)
    job_id = create_static_job(create_firmware(key))
    advance_clock(7)
    api("CancelOTATaskByJob", JobId=job_id, CancelInProgressTask=True)
    advance_clock(10)
    assert counts(job_id) == {"CANCELED": 1}
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "2.0.0"


def test_a_planned_job_is_cancelled(
    platform, api, key, devices, create_firmware, create_static_job, counts, status, api_error, advance_clock
):
    devices()
    planned = create_static_job(create_firmware(key), ScheduleTime=platform.clock.now() + HOUR * 1000)
    api("CancelOTATaskByJob", JobId=planned, CancelScheduledTask=False)
    assert (status(planned), counts(planned)) == ("PLANNED", {"QUEUED": 2})
    api("CancelOTATaskByJob", JobId=planned, CancelScheduledTask=True)
    assert (status(planned), counts(planned)) == ("CANCELED", {"CANCELED": 2})
    advance_clock(2 * HOUR)
    assert (status(planned), counts(planned)) == ("CANCELED", {"CANCELED": 2})
    job_id = create_static_job(create_firmware(key, DestVersion="3"))
    code = api_error("CancelOTATaskByJob", JobId=job_id, CancelScheduledTask=True).code
    assert code == "iot.firmware.JobHasNoScheduleTime"


def test_a_strategy_is_cancelled(
    api, key, devices, create_firmware, create_static_job, create_dynamic_job, counts, status, api_error, advance_clock
):
    devices()
    job_id = create_dynamic_job(create_firmware(key))
    api("CancelOTAStrategyByJob", JobId=job_id)
    assert status(job_id) == "CANCELED"
    assert api_error("CancelOTAStrategyByJob", JobId=job_id).code == "iot.firmware.JobAlreadyCanceled"
    advance_clock(2)
    assert counts(job_id) == {"NOTIFIED": 2}
    api("CancelOTATaskByJob", JobId=job_id, CancelNotifiedTask=True)
    assert counts(job_id) == {"CANCELED": 2}
    other = create_static_job(create_firmware(key, DestVersion="3"))
    assert api_error("CancelOTAStrategyByJob", JobId=other).code == "iot.firmware.NotDynamicJob"


def test_the_tasks_of_a_dynamic_job_are_cancelled(
    api, key, devices, create_firmware, create_dynamic_job, counts, status
):
    devices()
    job_id = create_dynamic_job(create_firmware(key))
    api("CancelOTATaskByJob", JobId=job_id, CancelQueuedTask=True)
    assert (status(job_id), counts(job_id)) == ("IN_PROGRESS", {"CANCELED": 2})


# Cancelling by device


def test_the_tasks_of_devices_are_cancelled(api, key, mixed, tasks, status):
    firmware_id = next(iter(tasks(mixed).values()))["FirmwareId"]
    names = ["runs00001", "told00001", "away00001"]
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=names[:1])
    assert tasks(mixed)["runs00001"]["TaskStatus"] == "CANCELED"
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=names[1:], JobId=mixed)
    assert {tasks(mixed)[name]["TaskStatus"] for name in names} == {"CANCELED"}
    assert tasks(mixed)["wait00001"]["TaskStatus"] == "CONFIRM"
    assert status(mixed) == "IN_PROGRESS"


def test_a_job_whose_devices_were_cancelled_has_ended(api, key, devices, create_firmware, create_static_job, status):
    devices()
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id)
    names = ["lamp00001", "lamp00002"]
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=names)
    assert status(job_id) == "COMPLETED"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DeviceName": ["nobody"]}, "iot.ota.DeviceNotExist"),
        ({"DeviceName": ["told00001", "told00001"]}, "iot.common.InvalidFormattedParameter"),
        ({"DeviceName": [f"a{number}" for number in range(201)]}, "iot.firmware.ParameterSizeExceedMax"),
        ({"DeviceName": ["told00001", "idle00001"]}, "iot.firmware.DeviceUpgradeRecordNotFound"),
        ({"DeviceName": ["told00001", "wait00001"]}, "iot.firmware.IncorrectDeviceUpgradeJobStatus"),
        ({"JobId": "nothing"}, "iot.firmware.InvalidOTAJobId"),
        ({"FirmwareId": "nothing"}, "iot.firmware.FirmwareNotFound"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_devices_that_cannot_be_cancelled(key, mixed, devices, tasks, counts, api_error, params, code):
    devices(1, "idle")
    before = counts(mixed)
    firmware_id = tasks(mixed)["told00001"]["FirmwareId"]
    asked = {"FirmwareId": firmware_id, "ProductKey": key, "DeviceName": ["told00001"], **params}
    assert api_error("CancelOTATaskByDevice", **asked).code == code
    assert counts(mixed) == before


def test_a_task_of_another_job_or_firmware(api, key, mixed, create_firmware, create_static_job, tasks, api_error):
    other = create_firmware(key, DestVersion="3")
    job_id = create_static_job(other)
    asked = {"ProductKey": key, "DeviceName": ["told00001"]}
    code = "iot.firmware.DeviceUpgradeRecordNotFound"
    assert api_error("CancelOTATaskByDevice", FirmwareId=other, **asked).code == code
    firmware_id = tasks(mixed)["told00001"]["FirmwareId"]
    assert api_error("CancelOTATaskByDevice", FirmwareId=firmware_id, JobId=job_id, **asked).code == code


# Confirming


def test_tasks_that_cannot_be_confirmed(platform, api, key, mixed, tasks, counts, api_error):
    waiting = tasks(mixed)["wait00001"]["TaskId"]
    told = tasks(mixed)["told00001"]["TaskId"]
    assert api_error("ConfirmOTATask", TaskId=["nothing"]).code == "iot.firmware.InvalidOTATaskId"
    assert api_error("ConfirmOTATask", TaskId=[waiting, told]).code == "iot.firmware.InvalidTaskStatus"
    assert api_error("ConfirmOTATask", TaskId=[waiting] * 11).code == "iot.ota.TooManyOtaTask"
    assert api_error("ConfirmOTATask", TaskId=[""]).code == "iot.ota.TaskIdsIsNull"
    assert counts(mixed)["CONFIRM"] == 1


def test_a_planned_task_is_not_confirmed_before_its_time(
    platform, api, key, devices, create_firmware, create_static_job, tasks, counts, status, api_error, advance_clock
):
    devices(1, outcome="succeed")
    begin = platform.clock.now() + HOUR * 1000
    job_id = create_static_job(
        create_firmware(key), NeedConfirm=True, ScheduleTime=begin, ScheduleFinishTime=begin + 2 * HOUR * 1000
    )
    task_ids = [task["TaskId"] for task in tasks(job_id).values()]
    assert api_error("ConfirmOTATask", TaskId=task_ids).code == "iot.ota.ConfirmNotAllowedNow"
    advance_clock(HOUR)
    api("ConfirmOTATask", TaskId=task_ids)
    assert (status(job_id), counts(job_id)) == ("COMPLETED", {"SUCCEEDED": 1})


# Repeating


def test_tasks_are_repeated(
    api, key, devices, simulate, create_firmware, create_static_job, tasks, counts, status, advance_clock
):
    devices(2, outcome="fail")
    job_id = create_static_job(create_firmware(key))
    advance_clock(2)
    assert (status(job_id), counts(job_id)) == ("COMPLETED", {"FAILED": 2})
    simulate(product=key, count=2, prefix="lamp", profile={})
    api("ReupgradeOTATask", JobId=job_id, TaskId=[tasks(job_id)["lamp00001"]["TaskId"]])
    assert (status(job_id), counts(job_id)) == ("COMPLETED", {"SUCCEEDED": 1, "FAILED": 1})


def test_a_repeated_task_begins_anew(
    api, key, devices, create_firmware, create_static_job, tasks, status, advance_clock
):
    devices(1, prefix="lamp", outcome="fail", progress=[40], delay=10)
    job_id = create_static_job(create_firmware(key), RetryInterval=0, RetryCount=1)
    advance_clock(60)
    task = tasks(job_id)["lamp00001"]
    assert (task["TaskStatus"], task["Progress"]) == ("FAILED", "40.00")
    api("ReupgradeOTATask", JobId=job_id, TaskId=[task["TaskId"]])
    task = tasks(job_id)["lamp00001"]
    assert (task["TaskStatus"], task["Progress"], task["TaskDesc"]) == ("NOTIFIED", "0.00", "")
    assert status(job_id) == "IN_PROGRESS"


def test_a_cancelled_task_is_repeated(api, key, mixed, tasks):
    task = tasks(mixed)["runs00001"]
    api("CancelOTATaskByJob", JobId=mixed, CancelInProgressTask=True)
    api("ReupgradeOTATask", JobId=mixed, TaskId=[task["TaskId"]])
    assert tasks(mixed)["runs00001"]["TaskStatus"] in ("NOTIFIED", "IN_PROGRESS")


def test_what_was_not_confirmed_is_to_be_confirmed_again(api, mixed, tasks):
    api("CancelOTATaskByJob", JobId=mixed, CancelUnconfirmedTask=True)
    api("ReupgradeOTATask", JobId=mixed, TaskId=[tasks(mixed)["wait00001"]["TaskId"]])
    assert tasks(mixed)["wait00001"]["TaskStatus"] == "CONFIRM"


def test_tasks_that_cannot_be_repeated(
    api, key, mixed, devices, create_firmware, create_static_job, tasks, status, api_error, advance_clock
):
    told, runs = (tasks(mixed)[name]["TaskId"] for name in ("told00001", "runs00001"))

    def code(*task_ids: str, job_id: str = mixed) -> str:
        return api_error("ReupgradeOTATask", JobId=job_id, TaskId=list(task_ids)).code

    assert code(told) == "iot.ota.FailedTaskNotFound"
    api("CancelOTATaskByJob", JobId=mixed, CancelInProgressTask=True)
    assert code(told) == "iot.ota.InvalidTaskExist"
    assert code("nothing") == "iot.ota.InvalidTaskId"
    assert code("") == "iot.ota.TaskIdsIsNull"
    assert code(*[told] * 11) == "iot.ota.TooManyOtaTask"
    assert code(told, job_id="nothing") == "iot.ota.InvalidJobId"
    other = create_static_job(create_firmware(key, DestVersion="3"))
    assert code(runs, job_id=other) == "iot.ota.UnmatchedJob"
    assert code(runs) == "iot.ota.DeviceNotReUpgraded"  # the other job has the device by now
    api("CancelOTATaskByJob", JobId=other, CancelQueuedTask=True, CancelNotifiedTask=True)
    assert status(other) == "CANCELED"
    assert code(tasks(other)["runs00001"]["TaskId"], job_id=other) == "iot.ota.JobCanceled"


def test_a_device_that_has_the_version_is_not_upgraded_again(
    api, key, device, publish_as_device, create_firmware, create_static_job, tasks, api_error
):
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "1.0.0"}})
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id)
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=["lamp"])
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "2.0.0"}})
    task_ids = [tasks(job_id)["lamp"]["TaskId"]]
    assert api_error("ReupgradeOTATask", JobId=job_id, TaskId=task_ids).code == "iot.ota.DeviceNotReUpgraded"


def test_a_firmware_that_does_not_work_is_not_tried_again(
    api, key, devices, create_firmware, api_error, tasks, advance_clock
):
    devices(1, outcome="fail")
    firmware_id = create_firmware(key, NeedToVerify=True)
    asked = {"FirmwareId": firmware_id, "ProductKey": key, "TargetDeviceName": ["lamp00001"]}
    job_id = api("CreateOTAVerifyJob", **asked)["Data"]["JobId"]
    advance_clock(2)
    task_ids = [tasks(job_id)["lamp00001"]["TaskId"]]
    assert api_error("ReupgradeOTATask", JobId=job_id, TaskId=task_ids).code == "iot.ota.FirmwareNotVerified"


# What a device has to do


def test_the_unfinished_tasks_of_a_device(api, key, mixed, tasks):
    def found(name: str, **params) -> list[dict]:
        device = {"ProductKey": key, "DeviceName": name}
        return api("ListOTAUnfinishedTaskByDevice", **device, **params)["Data"]["SimpleOTATaskInfo"]

    task = tasks(mixed)["wait00001"]
    [only] = found("wait00001", TaskStatus="CONFIRM")
    members = {name: value for name, value in task.items() if name not in ("Progress", "TaskDesc", "Timeout")}
    assert only == {**members, "ModuleName": "default"}
    assert found("wait00001", TaskStatus="CONFIRM", ModuleName="Default") == [only]
    assert found("wait00001", TaskStatus="CONFIRM", ModuleName="") == [only]
    assert found("wait00001", TaskStatus="CONFIRM", ModuleName="mcu") == []
    assert found("wait00001", TaskStatus="QUEUED") == []
    assert found("wait00001", TaskStatus="QUEUED", TaskStatusList=["CONFIRM", "NOTIFIED"]) == [only]
    by_id = api("ListOTAUnfinishedTaskByDevice", TaskStatus="CONFIRM", IotId=only["IotId"])
    assert by_id["Data"]["SimpleOTATaskInfo"] == [only]
    api("CancelOTATaskByJob", JobId=mixed, CancelUnconfirmedTask=True)
    assert found("wait00001", TaskStatus="CONFIRM") == []


def test_unfinished_tasks_that_cannot_be_listed(key, mixed, api_error):
    def code(**params) -> str:
        return api_error("ListOTAUnfinishedTaskByDevice", **{"TaskStatus": "CONFIRM", **params}).code

    assert code() == "iot.ota.EmptyDeviceInfoParams"
    assert code(IotId="nothing") == "iot.device.NotExistedDevice"
    assert code(ProductKey=key) == "iot.device.NullDeviceName"
    named = {"ProductKey": key, "DeviceName": "told00001"}
    assert code(**named, TaskStatus="FAILED") == "iot.firmware.InvalidTaskStatus"
    assert code(**named, TaskStatusList=["CONFIRM", "FAILED"]) == "iot.firmware.InvalidTaskStatus"
