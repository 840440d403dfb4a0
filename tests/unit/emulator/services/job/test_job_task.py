# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for reading the tasks of device jobs, and for the profile section of simulated devices."""

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
