# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for several OTA jobs with the same devices, and for dynamic jobs that add devices."""

from __future__ import annotations

MINUTE = 60
HOUR = 3600
INSTANCE = "iot-cn-x"


def test_later_job_fails_for_device_with_unfinished_task(
    key, simulate_devices, create_firmware, create_static_job, tasks, status, counts
):
    simulate_devices(2)
    first = create_static_job(create_firmware(key), TargetSelection="SPECIFIC", TargetDeviceName=["lamp00001"])
    second = create_static_job(create_firmware(key, DestVersion="3.0.0"))
    assert counts(first) == {"QUEUED": 1}
    results = {task["DeviceName"]: task["TaskStatus"] for task in tasks(second)}
    assert results == {"lamp00001": "FAILED", "lamp00002": "QUEUED"}
    third = create_static_job(create_firmware(key, DestVersion="4.0.0"))
    assert counts(third) == {"FAILED": 2}
    assert status(third) == "COMPLETED"


def test_overwriting_job_cancels_tasks_not_in_progress(
    key,
    lamp,
    register,
    report_version,
    create_firmware,
    create_static_job,
    report_progress,
    tasks,
    status,
    counts,
    advance_clock,
):
    busy = register("busy")
    report_version(busy, "1.0.0")
    first = create_static_job(create_firmware(key))
    advance_clock(1)
    report_progress(busy, 10)
    second = create_static_job(create_firmware(key, DestVersion="3.0.0"), OverwriteMode=2)
    assert counts(first) == {"CANCELED": 1, "IN_PROGRESS": 1}
    results = {task["DeviceName"]: task["TaskStatus"] for task in tasks(second)}
    assert results == {"lamp": "QUEUED", "busy": "FAILED"}
    third = create_static_job(create_firmware(key, DestVersion="4.0.0"), OverwriteMode=2)
    assert counts(second) == {"CANCELED": 1, "FAILED": 1}
    assert (status(first), status(second), status(third)) == ("IN_PROGRESS", "COMPLETED", "IN_PROGRESS")


def test_multi_module_jobs_conflict_only_for_same_module(
    api, key, lamp, create_firmware, create_static_job, report_progress, tasks, advance_clock
):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    several = {"MultiModuleMode": True, "IotInstanceId": INSTANCE}
    first = create_static_job(create_firmware(key), **several)
    second = create_static_job(create_firmware(key, ModuleName="mcu"), **several)
    third = create_static_job(create_firmware(key, ModuleName="mcu", DestVersion="3.0.0"), **several)
    assert [tasks(job)[0]["TaskStatus"] for job in (first, second, third)] == ["QUEUED", "CANCELED", "QUEUED"]
    advance_clock(1)
    report_progress(lamp, 10, module="mcu")
    assert [tasks(job)[0]["TaskStatus"] for job in (first, second, third)] == ["NOTIFIED", "CANCELED", "IN_PROGRESS"]
    fourth = create_static_job(create_firmware(key, ModuleName="mcu", DestVersion="4.0.0"), **several)
    assert tasks(fourth)[0]["TaskStatus"] == "FAILED"
    single = create_static_job(create_firmware(key, DestVersion="5.0.0"))
    assert tasks(single)[0]["TaskStatus"] == "FAILED"


# Dynamic jobs


def test_dynamic_job_adds_devices_that_become_eligible(
    key, simulate_devices, create_firmware, create_dynamic_job, counts, status, advance_clock
):
    simulate_devices(1, prefix="here")
    job_id = create_dynamic_job(create_firmware(key))
    advance_clock(2)
    assert counts(job_id) == {"SUCCEEDED": 1}
    simulate_devices(2, prefix="come", version="1.0.0")
    simulate_devices(2, prefix="else", version="1.1.0")
    advance_clock(2)
    assert counts(job_id) == {"SUCCEEDED": 3}
    assert status(job_id) == "IN_PROGRESS"


def test_dynamic_job_with_mode_2_adds_devices_on_version_change(
    key, lamp, simulate_devices, create_firmware, create_dynamic_job, report_version, counts, advance_clock
):
    job_id = create_dynamic_job(create_firmware(key), DynamicMode=2)
    report_version(lamp, "1.0.0")
    assert counts(job_id) == {}
    simulate_devices(1)
    advance_clock(2)
    assert counts(job_id) == {"SUCCEEDED": 1}
    report_version(lamp, "0.9.0")
    report_version(lamp, "1.0.0")
    assert counts(job_id) == {"SUCCEEDED": 1, "NOTIFIED": 1}


def test_device_is_added_to_newest_dynamic_job(
    platform, key, simulate_devices, create_firmware, create_dynamic_job, counts, advance_clock
):
    first = create_dynamic_job(create_firmware(key))
    platform.clock.advance(1)
    second = create_dynamic_job(create_firmware(key, DestVersion="3.0.0"))
    simulate_devices(2)
    advance_clock(2)
    assert (counts(first), counts(second)) == ({}, {"SUCCEEDED": 2})


def test_device_is_upgraded_by_consecutive_dynamic_jobs(
    api, key, simulate_devices, create_firmware, create_dynamic_job, counts, advance_clock
):
    first = create_dynamic_job(create_firmware(key))
    second = create_dynamic_job(create_firmware(key, DestVersion="3.0.0"), SrcVersion=["2.0.0"])
    simulate_devices(2)
    advance_clock(2)
    assert (counts(first), counts(second)) == ({"SUCCEEDED": 2}, {"SUCCEEDED": 2})
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "3.0.0"


def test_dynamic_job_adds_device_at_most_10_times(
    api, key, lamp, create_firmware, create_dynamic_job, report_version, counts, tasks
):
    job_id = create_dynamic_job(create_firmware(key))
    for _time in range(20):
        report_version(lamp, "2.0.0")
        report_version(lamp, "1.0.0")
    assert counts(job_id) == {"SUCCEEDED": 10}
    # With device names, all tasks are returned on one page, even if a device has several.
    reply = api("ListOTATaskByJob", JobId=job_id, DeviceNames=[lamp["device_name"]])
    assert reply["Data"]["SimpleOTATaskInfo"] == tasks(job_id)
    assert (reply["Total"], reply["PageCount"], reply["PageSize"]) == (10, 1, 10)


def test_dynamic_job_skips_device_with_unfinished_task(
    key, lamp, create_firmware, create_static_job, create_dynamic_job, report_version, counts
):
    first = create_static_job(create_firmware(key, DestVersion="3.0.0"))
    second = create_dynamic_job(create_firmware(key), DynamicMode=2)
    report_version(lamp, "0.9.0")
    report_version(lamp, "1.0.0")
    assert (counts(first), counts(second)) == ({"QUEUED": 1}, {})


def test_canceled_dynamic_job_adds_no_devices(
    api, key, lamp, simulate_devices, create_firmware, create_dynamic_job, counts, advance_clock
):
    job_id = create_dynamic_job(create_firmware(key))
    api("CancelOTAStrategyByJob", JobId=job_id)
    simulate_devices(1)
    advance_clock(2)
    assert counts(job_id) == {"NOTIFIED": 1}


def test_dynamic_job_for_group_adds_new_members(
    api, key, simulate_devices, create_firmware, create_dynamic_job, counts, advance_clock
):
    expression = 'ota_module.module_name = "default" AND ota_module.firmware_version = "1.0.0"'
    reply = api("CreateDeviceDynamicGroup", GroupName="olds", DynamicGroupExpression=expression, IotInstanceId=INSTANCE)
    group = {"GroupId": reply["Data"]["GroupId"], "GroupType": "LINK_PLATFORM_DYNAMIC", "IotInstanceId": INSTANCE}
    job_id = create_dynamic_job(create_firmware(key), **group)
    simulate_devices(2, version="1.0.0")
    simulate_devices(2, prefix="else", version="1.1.0")
    advance_clock(2)
    assert counts(job_id) == {"SUCCEEDED": 2}
    api("DeleteDeviceDynamicGroup", GroupId=reply["Data"]["GroupId"], IotInstanceId=INSTANCE)
    simulate_devices(2, prefix="late", version="1.0.0")
    advance_clock(2)
    assert counts(job_id) == {"SUCCEEDED": 2}
