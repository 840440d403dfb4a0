# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the confirmation of OTA tasks and for scheduled OTA jobs."""

from __future__ import annotations

MINUTE = 60
HOUR = 3600
INSTANCE = "iot-cn-x"


def test_task_is_not_pushed_before_confirmation(
    api, key, simulate_devices, create_firmware, create_static_job, tasks, counts, advance_clock
):
    simulate_devices(2)
    job_id = create_static_job(create_firmware(key), NeedConfirm=True)
    advance_clock(HOUR)
    assert counts(job_id) == {"CONFIRM": 2}
    api("ConfirmOTATask", TaskId=[tasks(job_id)[0]["TaskId"]])
    assert counts(job_id) == {"SUCCEEDED": 1, "CONFIRM": 1}


def test_unconfirmed_task_ignores_request_and_progress_of_device(
    key, lamp, create_firmware, create_static_job, publish_as_device, report_progress, outbox, counts
):
    job_id = create_static_job(create_firmware(key), NeedConfirm=True)
    publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {}}, lamp)
    assert outbox(lamp)[0][1]["data"] == {}
    report_progress(lamp, 10)
    assert counts(job_id) == {"CONFIRM": 1}


def test_scheduled_job_starts_at_scheduled_time(
    platform,
    key,
    simulate_devices,
    lamp,
    create_firmware,
    create_static_job,
    publish_as_device,
    outbox,
    counts,
    status,
    advance_clock,
):
    simulate_devices()
    begin = platform.clock.now() + 10 * MINUTE * 1000
    job_id = create_static_job(create_firmware(key), ScheduleTime=begin)
    advance_clock(9 * MINUTE)
    assert (status(job_id), counts(job_id)) == ("PLANNED", {"QUEUED": 4})
    publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {}}, lamp)
    assert outbox(lamp)[0][1]["data"] == {}
    advance_clock(MINUTE)
    assert (status(job_id), counts(job_id)) == ("IN_PROGRESS", {"SUCCEEDED": 3, "NOTIFIED": 1})


def test_device_connecting_before_scheduled_time_is_upgraded_at_that_time(
    platform, key, simulate_devices, simulate, create_firmware, create_static_job, counts, advance_clock
):
    simulate_devices(1, online=False)
    begin = platform.clock.now() + 10 * MINUTE * 1000
    job_id = create_static_job(create_firmware(key), ScheduleTime=begin)
    simulate(product=key, count=1, prefix="lamp", online=True)
    assert counts(job_id) == {"QUEUED": 1}
    advance_clock(11 * MINUTE)
    assert counts(job_id) == {"SUCCEEDED": 1}


def test_job_cancels_unfinished_tasks_at_scheduled_end(
    platform, key, simulate_devices, create_firmware, create_static_job, tasks, counts, status, advance_clock
):
    simulate_devices(1)
    simulate_devices(2, prefix="mute", outcome="stall")
    begin = platform.clock.now() + 10 * MINUTE * 1000
    job_id = create_static_job(create_firmware(key), ScheduleTime=begin, ScheduleFinishTime=begin + HOUR * 1000)
    advance_clock(10 * MINUTE + HOUR - 1)
    assert counts(job_id) == {"SUCCEEDED": 1, "NOTIFIED": 2}
    advance_clock(1)
    assert counts(job_id) == {"SUCCEEDED": 1, "CANCELED": 2}
    assert status(job_id) == "COMPLETED"
    assert tasks(job_id)[1]["TaskDesc"] == "the scheduled end time of the job has passed"
