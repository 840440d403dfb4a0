# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for confirming, canceling and repeating OTA tasks."""

from __future__ import annotations

from collections import Counter

import pytest

MINUTE = 60
HOUR = 3600


@pytest.fixture
def devices(simulate, key):
    """Create simulated devices, which stall unless their profile says otherwise."""

    def devices(count: int = 2, prefix: str = "lamp", online: bool = True, **upgrade) -> None:
        profile = {"upgrade": {"outcome": "stall", **upgrade}}
        versions = {"default": "1.0.0"}
        simulate(product=key, count=count, prefix=prefix, online=online, module_versions=versions, profile=profile)

    return devices


@pytest.fixture
def tasks(api):
    """Return the tasks of a job by device name."""

    def tasks(job_id: str) -> dict[str, dict]:
        task_list = api("ListOTATaskByJob", JobId=job_id, PageSize=100)["Data"]["SimpleOTATaskInfo"]
        return {task["DeviceName"]: task for task in task_list}

    return tasks


@pytest.fixture
def counts(tasks):
    """Return the number of a job's tasks by status."""
    return lambda job_id: dict(Counter(task["TaskStatus"] for task in tasks(job_id).values()))


@pytest.fixture
def job_with_all_statuses(platform, api, key, devices, create_firmware, create_static_job, advance_clock, tasks):
    """Return the id of a job that has a task in each unfinished status."""
    devices(1, "runs", progress=[10])
    devices(1, "sent")
    devices(1, "down", online=False)
    devices(1, "wait", online=False)
    job_id = create_static_job(create_firmware(key), NeedConfirm=True)
    waiting = [task["TaskId"] for name, task in tasks(job_id).items() if name != "wait00001"]
    api("ConfirmOTATask", TaskId=waiting)
    advance_clock(1)
    assert {name: task["TaskStatus"] for name, task in tasks(job_id).items()} == {
        "runs00001": "IN_PROGRESS",
        "sent00001": "NOTIFIED",
        "down00001": "QUEUED",
        "wait00001": "CONFIRM",
    }
    return job_id


# Canceling by job


@pytest.mark.parametrize(
    ("flags", "canceled"),
    [
        ({"CancelQueuedTask": True}, {"down", "wait"}),
        ({"CancelQueuedTask": True, "CancelUnconfirmedTask": False}, {"down"}),
        ({"CancelQueuedTask": True, "CancelUnconfirmedTask": True}, {"down", "wait"}),
        ({"CancelUnconfirmedTask": True}, {"wait"}),
        ({"CancelQueuedTask": False}, set()),
        ({"CancelInProgressTask": True}, {"runs"}),
        ({"CancelNotifiedTask": True}, {"sent"}),
        ({"CancelNotifiedTask": True, "CancelInProgressTask": True}, {"sent", "runs"}),
        ({"CancelInProgressTask": False, "CancelUnconfirmedTask": False}, set()),
    ],
)
def test_cancel_by_job_cancels_tasks_with_selected_status(api, job_with_all_statuses, tasks, status, flags, canceled):
    api("CancelOTATaskByJob", JobId=job_with_all_statuses, **flags)
    found = {name[:4] for name, task in tasks(job_with_all_statuses).items() if task["TaskStatus"] == "CANCELED"}
    assert found == canceled
    assert status(job_with_all_statuses) == "IN_PROGRESS"
    descriptions = {task["TaskDesc"] for name, task in tasks(job_with_all_statuses).items() if name[:4] in canceled}
    assert descriptions <= {"the task was canceled"}


def test_cancel_by_job_without_flags_is_rejected(job_with_all_statuses, api_error, counts):
    before = counts(job_with_all_statuses)
    assert api_error("CancelOTATaskByJob", JobId=job_with_all_statuses).code == "iot.firmware.CancelOptionIsMandatory"
    assert counts(job_with_all_statuses) == before


def test_job_without_unfinished_tasks_is_canceled(api, job_with_all_statuses, status, api_error, advance_clock):
    flags = {"CancelQueuedTask": True, "CancelNotifiedTask": True, "CancelInProgressTask": True}
    api("CancelOTATaskByJob", JobId=job_with_all_statuses, **flags)
    assert status(job_with_all_statuses) == "CANCELED"
    assert (
        api_error("CancelOTATaskByJob", JobId=job_with_all_statuses, **flags).code == "iot.firmware.JobAlreadyCanceled"
    )
    advance_clock(HOUR)
    assert status(job_with_all_statuses) == "CANCELED"


def test_canceled_task_is_not_pushed(
    api, key, devices, simulate, create_firmware, create_static_job, counts, advance_clock
):
    devices(1, online=False, outcome="succeed")
    job_id = create_static_job(create_firmware(key))
    api("CancelOTATaskByJob", JobId=job_id, CancelQueuedTask=True)
    simulate(product=key, count=1, prefix="lamp", online=True)
    advance_clock(2)
    assert counts(job_id) == {"CANCELED": 1}


def test_version_report_after_cancellation_updates_device_but_not_task(
    api, key, devices, create_firmware, create_static_job, counts, advance_clock
):
    devices(1, outcome="succeed", delay=10)
    job_id = create_static_job(create_firmware(key))
    advance_clock(7)
    api("CancelOTATaskByJob", JobId=job_id, CancelInProgressTask=True)
    advance_clock(10)
    assert counts(job_id) == {"CANCELED": 1}
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "2.0.0"


def test_cancel_scheduled_task_cancels_planned_job(
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


def test_cancel_strategy_stops_dynamic_job_but_not_its_tasks(
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


def test_cancel_by_job_keeps_dynamic_job_in_progress(
    api, key, devices, create_firmware, create_dynamic_job, counts, status
):
    devices()
    job_id = create_dynamic_job(create_firmware(key))
    api("CancelOTATaskByJob", JobId=job_id, CancelQueuedTask=True)
    assert (status(job_id), counts(job_id)) == ("IN_PROGRESS", {"CANCELED": 2})


# Canceling by device


def test_cancel_by_device_cancels_tasks_of_devices(api, key, job_with_all_statuses, tasks, status):
    firmware_id = next(iter(tasks(job_with_all_statuses).values()))["FirmwareId"]
    names = ["runs00001", "sent00001", "down00001"]
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=names[:1])
    assert tasks(job_with_all_statuses)["runs00001"]["TaskStatus"] == "CANCELED"
    api(
        "CancelOTATaskByDevice",
        FirmwareId=firmware_id,
        ProductKey=key,
        DeviceName=names[1:],
        JobId=job_with_all_statuses,
    )
    assert {tasks(job_with_all_statuses)[name]["TaskStatus"] for name in names} == {"CANCELED"}
    assert tasks(job_with_all_statuses)["wait00001"]["TaskStatus"] == "CONFIRM"
    assert status(job_with_all_statuses) == "IN_PROGRESS"


def test_cancel_by_device_of_all_tasks_completes_job(api, key, devices, create_firmware, create_static_job, status):
    devices()
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id)
    names = ["lamp00001", "lamp00002"]
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=names)
    assert status(job_id) == "COMPLETED"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DeviceName": ["unknown"]}, "iot.ota.DeviceNotExist"),
        ({"DeviceName": ["sent00001", "sent00001"]}, "iot.common.InvalidFormattedParameter"),
        ({"DeviceName": [f"a{number}" for number in range(201)]}, "iot.firmware.ParameterSizeExceedMax"),
        ({"DeviceName": ["sent00001", "idle00001"]}, "iot.firmware.DeviceUpgradeRecordNotFound"),
        ({"DeviceName": ["sent00001", "wait00001"]}, "iot.firmware.IncorrectDeviceUpgradeJobStatus"),
        ({"JobId": "nothing"}, "iot.firmware.InvalidOTAJobId"),
        ({"FirmwareId": "nothing"}, "iot.firmware.FirmwareNotFound"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_invalid_cancel_by_device_changes_nothing(
    key, job_with_all_statuses, devices, tasks, counts, api_error, params, code
):
    devices(1, "idle")
    before = counts(job_with_all_statuses)
    firmware_id = tasks(job_with_all_statuses)["sent00001"]["FirmwareId"]
    request = {"FirmwareId": firmware_id, "ProductKey": key, "DeviceName": ["sent00001"], **params}
    assert api_error("CancelOTATaskByDevice", **request).code == code
    assert counts(job_with_all_statuses) == before


def test_cancel_by_device_with_other_job_or_firmware_is_rejected(
    api, key, job_with_all_statuses, create_firmware, create_static_job, tasks, api_error
):
    other = create_firmware(key, DestVersion="3")
    job_id = create_static_job(other)
    request = {"ProductKey": key, "DeviceName": ["sent00001"]}
    code = "iot.firmware.DeviceUpgradeRecordNotFound"
    assert api_error("CancelOTATaskByDevice", FirmwareId=other, **request).code == code
    firmware_id = tasks(job_with_all_statuses)["sent00001"]["FirmwareId"]
    assert api_error("CancelOTATaskByDevice", FirmwareId=firmware_id, JobId=job_id, **request).code == code


# Confirming


def test_invalid_confirmation_is_rejected(platform, api, key, job_with_all_statuses, tasks, counts, api_error):
    waiting = tasks(job_with_all_statuses)["wait00001"]["TaskId"]
    sent = tasks(job_with_all_statuses)["sent00001"]["TaskId"]
    assert api_error("ConfirmOTATask", TaskId=["nothing"]).code == "iot.firmware.InvalidOTATaskId"
    assert api_error("ConfirmOTATask", TaskId=[waiting, sent]).code == "iot.firmware.InvalidTaskStatus"
    assert api_error("ConfirmOTATask", TaskId=[waiting] * 11).code == "iot.ota.TooManyOtaTask"
    assert api_error("ConfirmOTATask", TaskId=[""]).code == "iot.ota.TaskIdsIsNull"
    assert counts(job_with_all_statuses)["CONFIRM"] == 1


def test_task_of_planned_job_cannot_be_confirmed_before_start(
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


def test_reupgrade_repeats_failed_task(
    api, key, devices, simulate, create_firmware, create_static_job, tasks, counts, status, advance_clock
):
    devices(2, outcome="fail")
    job_id = create_static_job(create_firmware(key))
    advance_clock(2)
    assert (status(job_id), counts(job_id)) == ("COMPLETED", {"FAILED": 2})
    simulate(product=key, count=2, prefix="lamp", profile={})
    api("ReupgradeOTATask", JobId=job_id, TaskId=[tasks(job_id)["lamp00001"]["TaskId"]])
    assert (status(job_id), counts(job_id)) == ("COMPLETED", {"SUCCEEDED": 1, "FAILED": 1})


def test_reupgrade_resets_progress_and_retries(
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


def test_reupgrade_repeats_canceled_task(api, key, job_with_all_statuses, tasks):
    task = tasks(job_with_all_statuses)["runs00001"]
    api("CancelOTATaskByJob", JobId=job_with_all_statuses, CancelInProgressTask=True)
    api("ReupgradeOTATask", JobId=job_with_all_statuses, TaskId=[task["TaskId"]])
    assert tasks(job_with_all_statuses)["runs00001"]["TaskStatus"] in ("NOTIFIED", "IN_PROGRESS")


def test_reupgrade_of_unconfirmed_task_requires_confirmation(api, job_with_all_statuses, tasks):
    api("CancelOTATaskByJob", JobId=job_with_all_statuses, CancelUnconfirmedTask=True)
    api("ReupgradeOTATask", JobId=job_with_all_statuses, TaskId=[tasks(job_with_all_statuses)["wait00001"]["TaskId"]])
    assert tasks(job_with_all_statuses)["wait00001"]["TaskStatus"] == "CONFIRM"


def test_invalid_reupgrade_is_rejected(
    api,
    key,
    job_with_all_statuses,
    devices,
    create_firmware,
    create_static_job,
    tasks,
    status,
    api_error,
    advance_clock,
):
    sent, runs = (tasks(job_with_all_statuses)[name]["TaskId"] for name in ("sent00001", "runs00001"))

    def code(*task_ids: str, job_id: str = job_with_all_statuses) -> str:
        return api_error("ReupgradeOTATask", JobId=job_id, TaskId=list(task_ids)).code

    assert code(sent) == "iot.ota.FailedTaskNotFound"
    api("CancelOTATaskByJob", JobId=job_with_all_statuses, CancelInProgressTask=True)
    assert code(sent) == "iot.ota.InvalidTaskExist"
    assert code("nothing") == "iot.ota.InvalidTaskId"
    assert code("") == "iot.ota.TaskIdsIsNull"
    assert code(*[sent] * 11) == "iot.ota.TooManyOtaTask"
    assert code(sent, job_id="nothing") == "iot.ota.InvalidJobId"
    other = create_static_job(create_firmware(key, DestVersion="3"))
    assert code(runs, job_id=other) == "iot.ota.UnmatchedJob"
    assert code(runs) == "iot.ota.DeviceNotReUpgraded"  # the device has a task of the other job now
    api("CancelOTATaskByJob", JobId=other, CancelQueuedTask=True, CancelNotifiedTask=True)
    assert status(other) == "CANCELED"
    api("ReupgradeOTATask", JobId=other, TaskId=[tasks(other)["runs00001"]["TaskId"]])
    assert status(other) == "IN_PROGRESS"


def test_reupgrade_of_device_with_destination_version_is_rejected(
    api, key, device, publish_as_device, create_firmware, create_static_job, tasks, api_error
):
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "1.0.0"}})
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id)
    api("CancelOTATaskByDevice", FirmwareId=firmware_id, ProductKey=key, DeviceName=["lamp"])
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "2.0.0"}})
    task_ids = [tasks(job_id)["lamp"]["TaskId"]]
    assert api_error("ReupgradeOTATask", JobId=job_id, TaskId=task_ids).code == "iot.ota.DeviceNotReUpgraded"


def test_reupgrade_with_unverified_firmware_is_rejected(
    api, key, devices, create_firmware, api_error, tasks, advance_clock
):
    devices(1, outcome="fail")
    firmware_id = create_firmware(key, NeedToVerify=True)
    request = {"FirmwareId": firmware_id, "ProductKey": key, "TargetDeviceName": ["lamp00001"]}
    job_id = api("CreateOTAVerifyJob", **request)["Data"]["JobId"]
    advance_clock(2)
    task_ids = [tasks(job_id)["lamp00001"]["TaskId"]]
    assert api_error("ReupgradeOTATask", JobId=job_id, TaskId=task_ids).code == "iot.ota.FirmwareNotVerified"


# Unfinished tasks of a device


def test_unfinished_tasks_of_device_are_listed_and_filtered(api, key, job_with_all_statuses, tasks):
    def found(name: str, **params) -> list[dict]:
        device = {"ProductKey": key, "DeviceName": name}
        return api("ListOTAUnfinishedTaskByDevice", **device, **params)["Data"]["SimpleOTATaskInfo"]

    task = tasks(job_with_all_statuses)["wait00001"]
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
    api("CancelOTATaskByJob", JobId=job_with_all_statuses, CancelUnconfirmedTask=True)
    assert found("wait00001", TaskStatus="CONFIRM") == []


def test_invalid_unfinished_task_request_is_rejected(key, job_with_all_statuses, api_error):
    def code(**params) -> str:
        return api_error("ListOTAUnfinishedTaskByDevice", **{"TaskStatus": "CONFIRM", **params}).code

    assert code() == "iot.ota.EmptyDeviceInfoParams"
    assert code(IotId="nothing") == "iot.device.NotExistedDevice"
    assert code(ProductKey=key) == "iot.device.NullDeviceName"
    params = {"ProductKey": key, "DeviceName": "sent00001"}
    assert code(**params, TaskStatus="FAILED") == "iot.firmware.InvalidTaskStatus"
    assert code(**params, TaskStatusList=["CONFIRM", "FAILED"]) == "iot.firmware.InvalidTaskStatus"
