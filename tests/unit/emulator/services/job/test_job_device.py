# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for custom jobs: notifications, task requests and progress reports of devices."""

from __future__ import annotations

import json

import pytest

MINUTE = 60
HOUR = 3600

SET = {"Type": "SET_PROPERTY", "JobDocument": '{"params":{"level":7}}'}
INVOKE = {"Type": "INVOKE_SERVICE", "JobDocument": '{"serviceIdentifier":"reboot","params":{"after":3}}'}
PUB = {"Type": "PUB", "JobDocument": json.dumps({"topicShortName": "get", "messageContent": "aGk="})}
CUSTOM = {"Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}


def test_custom_job_sends_notification_with_file(device, create, outbox, task, upload, download, advance_clock):
    form = upload(b"file", "GenerateFileUploadURL", BizCode="DEVICE_JOB_FILE", FileSuffix="bin")
    job_id = create(JobFile={"fileKey": form["Key"], "signMethod": "MD5", "sign": ""})
    advance_clock(1)
    [(topic, message)] = outbox()
    assert topic == "/sys/{own}/thing/job/notify"
    assert message.keys() == {"id", "version", "params"}
    notified = message["params"]["task"]
    file = notified.pop("jobFile")
    assert notified == {"taskId": task(job_id)["TaskId"], "status": "SENT", "jobDocument": {"key": "value"}}
    assert download(file.pop("fileUrl")) == b"file"
    assert file == {"signMethod": "MD5", "sign": ""}


def test_device_reports_progress_until_task_is_finished(device, create, task, status, update, advance_clock):
    job_id = create()
    advance_clock(1)
    task_id = task(job_id)["TaskId"]
    reply = update(task_id, "IN_PROGRESS", progress=40, statusDetails={"msg": "路"})
    assert (reply["code"], reply["data"]) == (200, {"taskId": task_id})
    read = task(job_id)
    assert (read["Status"], read["Progress"], read["StatusDetail"]) == ("IN_PROGRESS", "40", '{"msg":"路"}')
    update(task_id, "SUCCEEDED")
    read = task(job_id)
    assert (read["Status"], read["Progress"], read["StatusDetail"]) == ("SUCCEEDED", "40", '{"msg":"路"}')
    assert status(job_id) == "COMPLETED"
    assert update(task_id, "FAILED")["code"] == 460
    assert task(job_id)["Status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("status", "params"),
    [
        ("SENT", {}),
        ("CANCELLED", {}),
        ("DONE", {}),
        ("IN_PROGRESS", {"progress": 101}),
        ("IN_PROGRESS", {"progress": "x"}),
        ("IN_PROGRESS", {"statusDetails": []}),
        ("IN_PROGRESS", {"statusDetails": {"a": "b" * 8192}}),
        ("IN_PROGRESS", {"task_id": "nothing"}),
    ],
)
def test_invalid_task_report_is_rejected(device, create, task, update, advance_clock, status, params):
    job_id = create()
    advance_clock(1)
    request = {"task_id": task(job_id)["TaskId"], "status": status, **params}
    assert update(**request)["code"] == 460
    assert task(job_id)["Status"] == "SENT"


def test_task_report_for_other_device_is_rejected(register, create, api, update, advance_clock):
    register("other")
    job_id = create()
    advance_clock(1)
    tasks = api("ListTask", JobId=job_id, Limit=10)["Data"]["data"]
    [other] = [task["TaskId"] for task in tasks if task["DeviceName"] == "other"]
    assert update(other, "SUCCEEDED")["code"] == 460


def test_device_gets_task_next_task_and_task_list(device, create, get, update, task, advance_clock):
    assert get("$list") == {"taskId": "$list", "tasks": []}
    assert get("$next") == {"taskId": "$next"}
    first, second = create(), create({**CUSTOM, "JobDocument": '{"number":2}'})
    advance_clock(1)
    first_id, second_id = task(first)["TaskId"], task(second)["TaskId"]
    task_list = [{"taskId": first_id, "status": "SENT"}, {"taskId": second_id, "status": "SENT"}]
    assert get("$list") == {"taskId": "$list", "tasks": task_list}
    first_task = {"taskId": first_id, "status": "SENT", "jobDocument": {"key": "value"}}
    assert get("$next") == {"taskId": "$next", "task": first_task}
    assert get(second_id)["task"]["jobDocument"] == {"number": 2}
    assert get("nothing") == {"taskId": "nothing"}
    update(first_id, "REJECTED")
    assert get("$next")["task"]["taskId"] == second_id


def test_task_request_without_task_id_is_rejected(device, publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/job/get", {"id": "9", "params": {}})
    [(_topic, reply)] = outbox()
    assert reply["code"] == 460


@pytest.mark.parametrize(("action", "expected"), [("CancelJob", "CANCELLED"), ("DeleteJob", "REMOVED")])
def test_device_is_notified_of_canceled_or_deleted_job(api, device, create, outbox, advance_clock, action, expected):
    job_id = create()
    advance_clock(1)
    [(_topic, notification)] = outbox()
    api(action, JobId=job_id)
    advance_clock(1)
    [(topic, message)] = outbox()
    assert topic == "/sys/{own}/thing/job/notify"
    task_id = notification["params"]["task"]["taskId"]
    assert message["params"] == {"task": {"taskId": task_id, "status": expected}}


def test_simulated_devices_execute_tasks_according_to_profile(
    simulate_devices, create, status, statistics, advance_clock
):
    simulate_devices(1, "good", jobs={"delay": 10, "progress": [50]})
    simulate_devices(1, "nope", jobs={"outcome": "fail"})
    simulate_devices(1, "shan", jobs={"outcome": "reject"})
    simulate_devices(1, "mute", jobs={"outcome": "stall", "progress": [10]})
    job_id = create(TimeoutConfig={"inProgressTimeoutInMinutes": 2})
    advance_clock(7)
    assert statistics(job_id) == {"InProgress": 2, "Failed": 1, "Rejected": 1}
    advance_clock(5)
    assert statistics(job_id) == {"InProgress": 1, "Failed": 1, "Rejected": 1, "Succeeded": 1}
    advance_clock(2 * MINUTE)
    assert statistics(job_id) == {"TimeOut": 1, "Failed": 1, "Rejected": 1, "Succeeded": 1}
    assert status(job_id) == "TIMED_OUT"


def test_simulated_devices_report_details_at_end_of_task(api, simulate_devices, create, advance_clock):
    details = {"msg": "disk is full", "free": [0]}
    simulate_devices(1, "nope", jobs={"outcome": "fail", "progress": [50], "delay": 10, "details": details})
    simulate_devices(1, "good", jobs={"delay": 10})
    job_id = create()

    def details_by_status() -> dict[str, str | None]:
        tasks = api("ListTask", JobId=job_id, Limit=10)["Data"]["data"]
        queried = [api("QueryTask", TaskId=task["TaskId"])["Data"] for task in tasks]
        return {task["Status"]: task.get("StatusDetail") for task in queried}

    advance_clock(7)
    assert details_by_status() == {"IN_PROGRESS": None, "SENT": None}
    advance_clock(5)
    result = details_by_status()
    assert json.loads(result.pop("FAILED")) == details
    assert result == {"SUCCEEDED": None}


def test_custom_task_timeout_starts_with_first_progress_report(device, create, task, update, advance_clock):
    job_id = create(TimeoutConfig={"inProgressTimeoutInMinutes": 10})
    advance_clock(HOUR)
    assert task(job_id)["Status"] == "SENT"
    update(task(job_id)["TaskId"], "IN_PROGRESS")
    advance_clock(9 * MINUTE)
    update(task(job_id)["TaskId"], "IN_PROGRESS", progress=10)
    advance_clock(MINUTE - 1)
    assert task(job_id)["Status"] == "IN_PROGRESS"
    advance_clock(1)
    read = task(job_id)
    assert (read["Status"], read["Message"]) == ("TIMED_OUT", "timeout")


def test_timeout_update_applies_to_running_tasks(api, device, create, task, update, advance_clock):
    job_id = create(TimeoutConfig={"inProgressTimeoutInMinutes": 60})
    advance_clock(1)
    update(task(job_id)["TaskId"], "IN_PROGRESS")
    api("UpdateJob", JobId=job_id, TimeoutConfig='{"inProgressTimeoutInMinutes":5}')
    advance_clock(5 * MINUTE)
    assert task(job_id)["Status"] == "TIMED_OUT"


@pytest.mark.parametrize("qos", ["QoS0", "QoS1"])
def test_simulated_device_executes_missed_task_after_connecting(
    simulate_devices, create, statistics, advance_clock, qos
):
    simulate_devices(1, online=False)
    job_id = create(RolloutConfig={"messageQoS": qos})
    advance_clock(HOUR)
    assert statistics(job_id) == {"Sent": 1}
    simulate_devices(1, online=True)
    advance_clock(1)
    assert statistics(job_id) == {"Succeeded": 1}


def test_job_completes_when_device_of_last_task_is_deleted(api, key, simulate_devices, create, status, advance_clock):
    simulate_devices(1, jobs={"outcome": "stall"})
    job_id = create()
    advance_clock(1)
    assert status(job_id) == "IN_PROGRESS"
    api("DeleteDevice", ProductKey=key, DeviceName="lamp00001")
    assert status(job_id) == "COMPLETED"
    assert [job["Status"] for job in api("ListJob", CurrentPage=1, PageSize=1)["Data"]["data"]] == ["COMPLETED"]
