# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the execution of device jobs: sending tasks, reports of devices, timeouts and completion."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.services.job import job_device
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

MINUTE = 60
HOUR = 3600

SET = {"Type": "SET_PROPERTY", "JobDocument": '{"params":{"level":7}}'}
INVOKE = {"Type": "INVOKE_SERVICE", "JobDocument": '{"serviceIdentifier":"reboot","params":{"after":3}}'}
PUB = {"Type": "PUB", "JobDocument": json.dumps({"topicShortName": "get", "messageContent": "aGk="})}
CUSTOM = {"Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}


@pytest.fixture
def create(api, key):
    """Create a job for all devices of a product, and return its id."""

    def create(kind: dict[str, str] | None = None, **params) -> str:
        target = json.dumps({"targetType": "PRODUCT_KEY", "targetProduct": key})
        request = {"JobName": "onejob", "TargetConfig": target, **(kind or CUSTOM), **params}
        for name in ("RolloutConfig", "TimeoutConfig", "JobFile"):
            if name in request:
                request[name] = json.dumps(request[name])
        return api("CreateJob", **request)["JobId"]

    return create


@pytest.fixture
def simulate_devices(simulate, key):
    """Create simulated devices."""

    def simulate_devices(count: int = 2, prefix: str = "lamp", online: bool = True, **profile) -> None:
        simulate(product=key, count=count, prefix=prefix, online=online, profile=profile)

    return simulate_devices


@pytest.fixture
def status(api):
    """Return the status of a job."""
    return lambda job_id: api("QueryJob", JobId=job_id)["Data"]["Status"]


@pytest.fixture
def statistics(api):
    """Return the number of a job's tasks by status, without statuses that have no tasks."""

    def statistics(job_id: str) -> dict[str, int]:
        data = api("QueryJobStatistics", JobId=job_id)["Data"]
        assert data.pop("Total") == sum(data.values())
        return {name: count for name, count in data.items() if count}

    return statistics


@pytest.fixture
def task(api):
    """Return the only task of a job."""

    def task(job_id: str) -> dict:
        [entry] = api("ListTask", JobId=job_id, Limit=10)["Data"]["data"]
        return api("QueryTask", TaskId=entry["TaskId"])["Data"]

    return task


@pytest.fixture
def update(publish_as_device, outbox):
    """Report the progress of a task as the device and return the reply."""

    def update(task_id: str, status: str, **params) -> dict:
        outbox()
        message = {"id": "9", "version": "1.0", "params": {"taskId": task_id, "status": status, **params}}
        publish_as_device("/sys/{own}/thing/job/update", message)
        [(topic, reply)] = outbox()
        assert topic == "/sys/{own}/thing/job/update_reply"
        return reply

    return update


@pytest.fixture
def get(publish_as_device, outbox):
    """Request a task as the device and return the data of the reply."""

    def get(task_id: str) -> dict:
        outbox()
        publish_as_device("/sys/{own}/thing/job/get", {"id": "9", "version": "1.0", "params": {"taskId": task_id}})
        [(topic, reply)] = outbox()
        assert topic == "/sys/{own}/thing/job/get_reply"
        assert (reply["id"], reply["code"]) == ("9", 200)
        return reply["data"]

    return get


# Initialization and sending


def test_job_is_initialized_and_tasks_are_sent(simulate_devices, create, status, statistics, advance_clock):
    simulate_devices(jobs={"outcome": "stall"})
    job_id = create()
    assert (status(job_id), statistics(job_id)) == ("INITIALIZING", {})
    advance_clock(1)
    assert (status(job_id), statistics(job_id)) == ("IN_PROGRESS", {"Sent": 2})


def test_scheduled_job_starts_at_scheduled_time(platform, simulate_devices, create, status, statistics, advance_clock):
    simulate_devices()
    job_id = create(ScheduledTime=platform.clock.now() + HOUR * 1000)
    advance_clock(1)
    assert (status(job_id), statistics(job_id)) == ("WAITING", {"Queued": 2})
    advance_clock(HOUR - 1)
    assert (status(job_id), statistics(job_id)) == ("COMPLETED", {"Succeeded": 2})


def test_tasks_are_sent_at_configured_rate(simulate_devices, create, statistics, advance_clock):
    simulate_devices(120, jobs={"outcome": "stall"})
    job_id = create(RolloutConfig={"maximumPerMinute": 50})
    advance_clock(1)
    assert statistics(job_id) == {"Sent": 50, "Queued": 70}
    advance_clock(59)
    assert statistics(job_id) == {"Sent": 50, "Queued": 70}
    advance_clock(1)
    assert statistics(job_id) == {"Sent": 100, "Queued": 20}
    advance_clock(60)
    assert statistics(job_id) == {"Sent": 120}


def test_rate_update_applies_from_next_minute(api, simulate_devices, create, statistics, advance_clock):
    simulate_devices(200, jobs={"outcome": "stall"})
    job_id = create(RolloutConfig={"maximumPerMinute": 50})
    advance_clock(1)
    api("UpdateJob", JobId=job_id, RolloutConfig='{"maximumPerMinute":100}')
    advance_clock(60)
    assert statistics(job_id) == {"Sent": 150, "Queued": 50}


def test_job_without_devices_completes(create, status, statistics, advance_clock):
    job_id = create()
    advance_clock(1)
    assert (status(job_id), statistics(job_id)) == ("COMPLETED", {})


# Properties and services


@pytest.mark.parametrize(("kind", "part"), [(SET, "properties"), (INVOKE, "services")])
def test_task_status_follows_reply_of_device(
    simulate_devices, create, api, key, status, statistics, advance_clock, kind, part
):
    simulate_devices(1, "good")
    simulate_devices(1, "nope", outcome="fail")
    simulate_devices(1, "mute", outcome="stall")
    job_id = create(kind)
    advance_clock(2)
    assert (status(job_id), statistics(job_id)) == ("IN_PROGRESS", {"Succeeded": 1, "Failed": 1, "Sent": 1})
    advance_clock(MINUTE)
    assert (status(job_id), statistics(job_id)) == ("TIMED_OUT", {"Succeeded": 1, "Failed": 1, "TimeOut": 1})


def test_set_property_job_sets_property(api, key, simulate_devices, create, advance_clock):
    simulate_devices(1)
    create(SET)
    advance_clock(2)
    properties = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName="lamp00001")["Data"]["List"]
    values = {status["Identifier"]: status.get("Value") for status in properties["PropertyStatusInfo"]}
    assert values["level"] == "7"


def test_invoke_service_job_calls_service_and_records_failure(
    device, create, outbox, publish_as_device, task, advance_clock
):
    job_id = create(INVOKE)
    advance_clock(1)
    [(topic, message)] = outbox()
    assert topic == "/sys/{own}/thing/service/reboot"
    assert message["params"] == {"after": 3}
    assert task(job_id)["Status"] == "SENT"
    publish_as_device(
        "/sys/{own}/thing/service/reboot_reply", {"id": message["id"], "code": 500, "message": "no", "data": {}}
    )
    read = task(job_id)
    assert (read["Status"], read["Message"], read["Progress"]) == ("FAILED", "no", "0")


def test_task_fails_if_service_was_deleted_from_thing_model(api, key, device, create, task, status, advance_clock):
    job_id = create(INVOKE)
    api("DeleteThingModel", ProductKey=key, ServiceIdentifier=["reboot"])
    api("PublishThingModel", ProductKey=key)
    advance_clock(1)
    read = task(job_id)
    assert (read["Status"], read["Message"]) == ("FAILED", "service not found")
    assert status(job_id) == "COMPLETED"


@pytest.mark.parametrize("kind", [SET, INVOKE])
def test_task_fails_alone_if_command_cannot_be_converted(
    api, create_modeled_product, register, create, statistics, status, kind, advance_clock
):
    """The product of one device has a custom data format and no script."""
    targets = []
    for name, data_format in (("alink", 1), ("binary", 0)):
        product = create_modeled_product(name, DataFormat=data_format)
        targets.append({"productKey": product, "deviceName": register(f"lamp_{name}", product)["device_name"]})
    job_id = create(kind, TargetConfig=json.dumps({"targetType": "DEVICE_LIST", "targetDevices": targets}))
    advance_clock(1)
    assert (status(job_id), statistics(job_id)) == ("IN_PROGRESS", {"Sent": 1, "Failed": 1})
    [failed] = api("ListTask", JobId=job_id, Limit=10, Status="FAILED")["Data"]["data"]
    assert failed["DeviceName"] == "lamp_binary"
    assert api("QueryTask", TaskId=failed["TaskId"])["Data"]["Message"] == "the product has no script"


def test_task_of_offline_device_times_out(simulate_devices, create, status, statistics, advance_clock):
    simulate_devices(1, online=False)
    job_id = create(SET, TimeoutConfig={"inProgressTimeoutInMinutes": 5})
    advance_clock(5 * MINUTE)
    assert statistics(job_id) == {"Sent": 1}
    advance_clock(1)
    assert (status(job_id), statistics(job_id)) == ("TIMED_OUT", {"TimeOut": 1})


# Messages


@pytest.mark.parametrize(
    ("qos", "online", "expected"),
    [("QoS0", True, "Succeeded"), ("QoS0", False, "Failed"), ("QoS1", True, "Succeeded"), ("QoS1", False, "Succeeded")],
)
def test_pub_task_is_finished_when_message_is_sent(
    simulate_devices, create, status, statistics, advance_clock, qos, online, expected
):
    simulate_devices(1, online=online)
    job_id = create(PUB, RolloutConfig={"messageQoS": qos})
    advance_clock(1)
    assert (status(job_id), statistics(job_id)) == ("COMPLETED", {expected: 1})


def test_pub_job_publishes_message_on_topic(api, key, device, create, outbox, advance_clock, platform):
    api("CreateProductTopic", ProductKey=key, TopicShortName="news", Operation="SUB")
    api("SubscribeTopic", ProductKey=key, DeviceName="lamp", Topic=[f"/{key}/lamp/user/news"])
    for name in ("news", "user/news"):
        create({**PUB, "JobDocument": json.dumps({"topicShortName": name, "messageContent": "aGk="})})
    advance_clock(1)
    assert outbox() == [("/{own}/user/news", b"hi")] * 2


# Custom jobs


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


# Rerunning


def test_rerun_job_sends_failed_and_timed_out_tasks(
    api, simulate_devices, create, status, statistics, api_error, advance_clock
):
    simulate_devices(1, "good")
    simulate_devices(1, "nope", jobs={"outcome": "fail"})
    simulate_devices(1, "shan", jobs={"outcome": "reject"})
    simulate_devices(1, "mute", jobs={"outcome": "stall", "progress": [10]})
    job_id = create(TimeoutConfig={"inProgressTimeoutInMinutes": 1})
    advance_clock(1)
    assert api_error("RerunJob", JobId=job_id).code == "iot.job.JobActionForbidden"
    advance_clock(2 * MINUTE)
    assert status(job_id) == "TIMED_OUT"
    for prefix in ("nope", "mute"):
        simulate_devices(1, prefix, jobs={"delay": 10})
    api("RerunJob", JobId=job_id)
    assert (status(job_id), statistics(job_id)) == ("IN_PROGRESS", {"Sent": 2, "Rejected": 1, "Succeeded": 1})
    advance_clock(11)
    assert (status(job_id), statistics(job_id)) == ("COMPLETED", {"Rejected": 1, "Succeeded": 3})
    api("RerunJob", JobId=job_id)
    assert status(job_id) == "COMPLETED"


# Tasks


def test_query_task_returns_all_members(key, device, create, task, advance_clock):
    job_id = create()
    advance_clock(1)
    read = task(job_id)
    assert read == {
        "TaskId": read["TaskId"],
        "JobId": job_id,
        "JobName": "onejob",
        "IotId": device["iot_id"],
        "ProductKey": key,
        "DeviceName": "lamp",
        "Status": "SENT",
        "Progress": "0",
        "Message": "",
        "UtcQueueTime": read["UtcQueueTime"],
        "UtcModified": read["UtcModified"],
    }


def test_list_task_returns_pages_and_filters_by_status(
    platform, api, key, simulate_devices, create, api_error, advance_clock
):
    simulate_devices(5, jobs={"outcome": "stall"})
    job_id = create()
    advance_clock(1)
    names, token = [], None
    while token is None or token:
        request = {"NextToken": token} if token else {}
        reply = api("ListTask", JobId=job_id, Limit=2, **request)
        names.append([task["DeviceName"] for task in reply["Data"]["data"]])
        token = reply.get("NextToken", "")
    assert names == [["lamp00001", "lamp00002"], ["lamp00003", "lamp00004"], ["lamp00005"]]
    assert api("ListTask", JobId=job_id, Limit=10, Status="QUEUED")["Data"]["data"] == []
    assert len(api("ListTask", JobId=job_id, Limit=10, Status="SENT")["Data"]["data"]) == 5


def test_page_token_expires_after_a_minute(platform, api, simulate_devices, create, api_error, advance_clock):
    simulate_devices(2)
    job_id = create()
    advance_clock(1)
    token = api("ListTask", JobId=job_id, Limit=1)["NextToken"]
    platform.clock.advance(59)
    api("ListTask", JobId=job_id, Limit=1, NextToken=token)
    platform.clock.advance(1)
    for invalid_token in (token, "x", "路", "eA=="):
        code = api_error("ListTask", JobId=job_id, Limit=1, NextToken=invalid_token).code
        assert code == "iot.common.InvalidPageParams"


def test_list_task_returns_tasks_of_device(api, key, simulate_devices, create, advance_clock):
    simulate_devices(2)
    jobs = [create(), create()]
    advance_clock(1)
    for device in ({"ProductKey": key, "DeviceName": "lamp00002"}, {"productKey": key, "deviceName": "lamp00002"}):
        tasks = api("ListTask", Device=json.dumps(device), Limit=10)["Data"]["data"]
        assert [task["JobId"] for task in tasks] == jobs
        assert {task["DeviceName"] for task in tasks} == {"lamp00002"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "iot.job.ListTaskParamJobIdAndDeviceNull"),
        ({"Device": "{}"}, "iot.job.ListTaskParamJobIdAndDeviceNull"),
        ({"Device": '{"iotId":"x"}'}, "iot.job.ListTaskParamDeviceInfoInvalid"),
        ({"Device": '{"productKey":"x"}'}, "iot.job.ListTaskParamDeviceInfoInvalid"),
        ({"JobId": "nothing"}, "iot.job.JobNotExist"),
        ({"JobId": "nothing", "Limit": 51}, "iot.common.InvalidPageParams"),
    ],
)
def test_invalid_list_task_request_is_rejected(api_error, params, code):
    assert api_error("ListTask", **{"Limit": 10, **params}).code == code


def test_list_task_with_unknown_status_is_rejected(create, api_error):
    assert api_error("ListTask", Limit=10, JobId=create(), Status="DONE").code == "iot.job.ParamsError"


def test_query_of_unknown_task_is_rejected(api_error):
    assert api_error("QueryTask", TaskId="nothing").code == "iot.job.TaskNotExist"


@pytest.mark.parametrize(
    "part",
    [
        [],
        {"progress": 1},
        {"progress": [-1]},
        {"error": -1},
        {"outcome": "explode"},
        {"outcome": {"reject": 2}},
        {"details": "text"},
        {"details": {"msg": "x" * 8192}},
    ],
)
def test_invalid_jobs_profile_is_rejected(part):
    with pytest.raises(ValueError, match=r"jobs|outcome"):
        simulated.check_profile({"jobs": part})


def test_valid_jobs_profile_is_accepted():
    simulated.check_profile({"jobs": {"outcome": {"reject": 0.5, "fail": 0.5}, "delay": 3, "progress": [1, 100]}})
    simulated.check_profile(json.loads(job_device.__doc__.partition("::\n")[2].partition("\n\nA device")[0]))
