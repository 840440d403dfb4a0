# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the execution of device jobs: sending tasks, replies of devices, timeouts and reruns."""

from __future__ import annotations

import json

import pytest

MINUTE = 60
HOUR = 3600

SET = {"Type": "SET_PROPERTY", "JobDocument": '{"params":{"level":7}}'}
INVOKE = {"Type": "INVOKE_SERVICE", "JobDocument": '{"serviceIdentifier":"reboot","params":{"after":3}}'}
PUB = {"Type": "PUB", "JobDocument": json.dumps({"topicShortName": "get", "messageContent": "aGk="})}
CUSTOM = {"Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}


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
