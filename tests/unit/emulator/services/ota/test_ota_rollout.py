# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the execution of OTA jobs: tasks from their creation to their end."""

from __future__ import annotations

MINUTE = 60
HOUR = 3600
INSTANCE = "iot-cn-x"


def test_upgrade_passes_all_statuses_until_job_completes(
    platform, api, key, simulate_devices, create_firmware, create_static_job, tasks, counts, status, advance_clock
):
    simulate_devices(delay=10, progress=[20, 60])
    job_id = create_static_job(create_firmware(key))
    assert counts(job_id) == {"QUEUED": 3}
    advance_clock(1)
    assert counts(job_id) == {"NOTIFIED": 3}
    advance_clock(3.5)
    assert counts(job_id) == {"IN_PROGRESS": 3}
    assert {task["Progress"] for task in tasks(job_id)} == {"20.00"}
    advance_clock(3.5)
    assert {task["Progress"] for task in tasks(job_id)} == {"60.00"}
    assert status(job_id) == "IN_PROGRESS"
    advance_clock(4)
    assert counts(job_id) == {"SUCCEEDED": 3}
    [task, *_others] = tasks(job_id)
    expected = {"Progress": "100.00", "SrcVersion": "1.0.0", "DestVersion": "2.0.0", "Timeout": ""}
    assert expected.items() <= task.items()
    assert status(job_id) == "COMPLETED"
    assert "UtcEndTime" in api("QueryOTAJob", JobId=job_id)["Data"]
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "2.0.0"


def test_simulated_device_keeps_new_version_after_reconnect(
    platform, api, key, simulate_devices, simulate, create_firmware, create_static_job, advance_clock
):
    simulate_devices(1)
    create_static_job(create_firmware(key))
    advance_clock(2)
    for online in (False, True):
        simulate(product=key, names=["lamp00001"], online=online)
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "2.0.0"


def test_task_list_contains_all_members(api, key, simulate_devices, create_firmware, create_static_job, tasks):
    simulate_devices(1)
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id, TimeoutInMinutes=60)
    [task] = tasks(job_id)
    device = api("QueryDeviceInfo", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert task == {
        "TaskId": task["TaskId"],
        "JobId": job_id,
        "FirmwareId": firmware_id,
        "IotId": device["IotId"],
        "ProductKey": key,
        "ProductName": "thermometer",
        "DeviceName": "lamp00001",
        "SrcVersion": "1.0.0",
        "DestVersion": "2.0.0",
        "TaskStatus": "QUEUED",
        "TaskDesc": "",
        "Progress": "0.00",
        "Timeout": "60",
        "UtcCreate": task["UtcCreate"],
        "UtcModified": task["UtcCreate"],
    }


def test_task_list_is_filtered_and_paged(
    api, key, simulate_devices, create_firmware, create_static_job, tasks, api_error, advance_clock
):
    simulate_devices(4)
    simulate_devices(1, prefix="down", online=False)
    job_id = create_static_job(create_firmware(key))
    advance_clock(2)
    assert [task["DeviceName"] for task in tasks(job_id, TaskStatus="QUEUED")] == ["down00001"]
    reply = api("ListOTATaskByJob", JobId=job_id, CurrentPage=2, PageSize=2)
    assert [task["DeviceName"] for task in reply["Data"]["SimpleOTATaskInfo"]] == ["lamp00003", "lamp00004"]
    assert (reply["Total"], reply["PageCount"], reply["CurrentPage"], reply["PageSize"]) == (5, 3, 2, 2)
    reply = api("ListOTATaskByJob", JobId=job_id)
    assert (reply["PageSize"], reply["Total"]) == (10, 5)
    reply = api("ListOTATaskByJob", JobId=job_id, CurrentPage=9, PageSize=1, DeviceNames=["lamp00002", "unknown"])
    assert [task["DeviceName"] for task in reply["Data"]["SimpleOTATaskInfo"]] == ["lamp00002"]
    assert (reply["Total"], reply["PageCount"], reply["CurrentPage"], reply["PageSize"]) == (1, 1, 1, 2)
    assert api("ListOTATaskByJob", JobId=job_id, PageSize=101, DeviceNames=["lamp00002"])["Data"] == reply["Data"]
    assert api_error("ListOTATaskByJob", JobId=job_id, TaskStatus="DONE").code == "iot.firmware.InvalidTaskStatus"
    assert api_error("ListOTATaskByJob", JobId=job_id, PageSize=101).code == "iot.common.InvalidPageParams"
    deep = {"JobId": job_id, "CurrentPage": 1001, "PageSize": 100}
    assert api_error("ListOTATaskByJob", **deep).code == "iot.common.InvalidPageParams"
    names = [f"a{number}" for number in range(51)]
    code = api_error("ListOTATaskByJob", JobId=job_id, DeviceNames=names).code
    assert code == "iot.firmware.ParameterSizeExceedMax"


# Pushing


def test_tasks_are_pushed_at_configured_rate(
    key, simulate_devices, create_firmware, create_static_job, counts, advance_clock
):
    simulate_devices(25, outcome="stall")
    job_id = create_static_job(create_firmware(key), MaximumPerMinute=10)
    advance_clock(1)
    assert counts(job_id) == {"NOTIFIED": 10, "QUEUED": 15}
    advance_clock(59)
    assert counts(job_id) == {"NOTIFIED": 10, "QUEUED": 15}
    advance_clock(1)
    assert counts(job_id) == {"NOTIFIED": 20, "QUEUED": 5}
    advance_clock(60)
    assert counts(job_id) == {"NOTIFIED": 25}


def test_pushes_to_connecting_devices_count_for_rate(
    platform, key, simulate_devices, simulate, create_firmware, create_static_job, counts, advance_clock
):
    simulate_devices(8, outcome="stall")
    simulate_devices(5, prefix="late", outcome="stall", online=False)
    job_id = create_static_job(create_firmware(key), MaximumPerMinute=10)
    advance_clock(10)
    assert counts(job_id) == {"NOTIFIED": 8, "QUEUED": 5}
    simulate(product=key, count=5, prefix="late", online=True)
    assert counts(job_id) == {"NOTIFIED": 10, "QUEUED": 3}
    advance_clock(60)
    assert counts(job_id) == {"NOTIFIED": 13}


def test_offline_devices_cause_no_scheduled_work(
    platform, key, simulate_devices, create_firmware, create_static_job, advance_clock
):
    simulate_devices(5, online=False)
    create_static_job(create_firmware(key))
    advance_clock(2)
    assert platform.store.count("due") == 0


def test_notification_is_sent_again_after_reconnect(
    platform, key, lamp, create_firmware, create_static_job, outbox, counts, advance_clock
):
    from ansible_collections.iotops.aliyun.emulator.routing import connection

    job_id = create_static_job(create_firmware(key))
    advance_clock(1)
    assert [topic for topic, _message in outbox(lamp)] == ["/ota/device/upgrade/{own}"]
    offline = platform.run(lambda ctx: connection.disconnect(ctx, platform.store.one("device", iot_id=lamp["iot_id"])))
    platform.run(lambda ctx: connection.connect(ctx, offline, "10.0.0.1"))
    assert [topic for topic, _message in outbox(lamp)] == ["/ota/device/upgrade/{own}"]
    assert counts(job_id) == {"NOTIFIED": 1}


def test_job_without_push_waits_for_request_of_device(
    key, lamp, create_firmware, create_static_job, publish_as_device, outbox, counts, advance_clock
):
    job_id = create_static_job(create_firmware(key), NeedPush=False)
    advance_clock(HOUR)
    assert outbox(lamp) == []
    assert counts(job_id) == {"QUEUED": 1}
    publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "version": "1.0", "params": {}}, lamp)
    [(topic, reply)] = outbox(lamp)
    assert topic == "/sys/{own}/thing/ota/firmware/get_reply"
    assert (reply["id"], reply["code"], reply["data"]["version"]) == ("7", 200, "2.0.0")
    assert counts(job_id) == {"NOTIFIED": 1}


# End of tasks


def test_failed_upgrade_fails_task_with_description(
    key, simulate_devices, create_firmware, create_static_job, tasks, status, advance_clock
):
    simulate_devices(1, prefix="aaaa", outcome="fail")
    simulate_devices(1, prefix="bbbb", outcome="fail", error=-2, progress=[10])
    job_id = create_static_job(create_firmware(key))
    advance_clock(2)
    results = {task["DeviceName"]: (task["TaskStatus"], task["Progress"], task["TaskDesc"]) for task in tasks(job_id)}
    assert results == {
        "aaaa00001": ("FAILED", "50.00", "the upgrade failed"),
        "bbbb00001": ("FAILED", "10.00", "the download failed"),
    }
    assert status(job_id) == "COMPLETED"


def test_unexpected_version_report_fails_task_in_progress(
    key, lamp, create_firmware, create_static_job, report_progress, report_version, tasks, advance_clock
):
    job_id = create_static_job(create_firmware(key))
    advance_clock(1)
    report_version(lamp, "1.5.0")
    assert tasks(job_id)[0]["TaskStatus"] == "NOTIFIED"
    report_progress(lamp, "10")
    report_version(lamp, "1.0.0")
    assert tasks(job_id)[0]["TaskStatus"] == "IN_PROGRESS"
    report_version(lamp, "1.6.0")
    [task] = tasks(job_id)
    assert (task["TaskStatus"], task["TaskDesc"]) == ("FAILED", "report version is not conform")


def test_version_report_before_notification_finishes_task(
    key, lamp, create_firmware, create_static_job, report_version, counts
):
    job_id = create_static_job(create_firmware(key), NeedConfirm=True)
    report_version(lamp, "2.0.0")
    assert counts(job_id) == {"SUCCEEDED": 1}


def test_task_timeout_starts_with_first_progress_report(
    key, simulate_devices, lamp, create_firmware, create_static_job, report_progress, tasks, status, advance_clock
):
    simulate_devices(1, prefix="mute", outcome="stall")
    job_id = create_static_job(create_firmware(key), TimeoutInMinutes=10, RetryInterval=0, RetryCount=5)
    advance_clock(HOUR)
    report_progress(lamp, 10)
    advance_clock(6 * MINUTE)
    report_progress(lamp, 20)
    advance_clock(4 * MINUTE - 1)
    assert {task["TaskStatus"] for task in tasks(job_id)} == {"NOTIFIED", "IN_PROGRESS"}
    advance_clock(1)
    results = {task["DeviceName"]: (task["TaskStatus"], task["TaskDesc"]) for task in tasks(job_id)}
    assert results == {"lamp": ("FAILED", "timeout"), "mute00001": ("NOTIFIED", "")}
    assert status(job_id) == "IN_PROGRESS"


def test_task_timeout_applies_per_device(
    key, register, report_version, create_firmware, create_static_job, report_progress, counts, advance_clock
):
    devices = [register(name) for name in ("lamp1", "lamp2")]
    for device in devices:
        report_version(device, "1.0.0")
    job_id = create_static_job(create_firmware(key), TimeoutInMinutes=10, SrcVersion=["1.0.0"])
    advance_clock(1)
    report_progress(devices[0], 1)
    advance_clock(5 * MINUTE)
    report_progress(devices[1], 1)
    advance_clock(5 * MINUTE)
    assert counts(job_id) == {"FAILED": 1, "IN_PROGRESS": 1}
    advance_clock(5 * MINUTE)
    assert counts(job_id) == {"FAILED": 2}


def test_failed_task_is_retried_after_interval(
    platform, key, lamp, create_firmware, create_static_job, report_progress, outbox, tasks, advance_clock
):
    job_id = create_static_job(create_firmware(key), RetryInterval=10, RetryCount=2)
    advance_clock(1)
    report_progress(lamp, 30)
    for _attempt in range(2):
        assert len(outbox(lamp)) == 1
        report_progress(lamp, -3)
        [task] = tasks(job_id)
        assert (task["TaskStatus"], task["Progress"]) == ("IN_PROGRESS", "30.00")
        advance_clock(10 * MINUTE - 1)
        assert outbox(lamp) == []
        advance_clock(1)
    assert len(outbox(lamp)) == 1
    report_progress(lamp, -1)
    assert tasks(job_id)[0]["TaskStatus"] == "FAILED"
    advance_clock(HOUR)
    assert outbox(lamp) == []


def test_failed_task_with_interval_0_is_retried_immediately(
    key, lamp, create_firmware, create_static_job, report_progress, outbox, report_version, counts, advance_clock
):
    job_id = create_static_job(create_firmware(key), RetryInterval=0, RetryCount=1)
    advance_clock(1)
    report_progress(lamp, -1)
    advance_clock(0)
    assert len(outbox(lamp)) == 2
    assert counts(job_id) == {"NOTIFIED": 1}
    report_version(lamp, "2.0.0")
    assert counts(job_id) == {"SUCCEEDED": 1}


# Complete jobs


def test_job_with_2000_devices_finishes_with_expected_results(
    platform, api, key, simulate_devices, create_firmware, create_static_job, status, advance_clock
):
    simulate_devices(2000, outcome={"succeed": 0.9, "fail": 0.05, "stall": 0.05}, delay=[1, 50])
    job_id = create_static_job(create_firmware(key), MaximumPerMinute=1000)
    advance_clock(3 * MINUTE)
    found = platform.store.rows("SELECT status, count(*) AS tasks FROM ota_task GROUP BY status ORDER BY status")
    counts = {row["status"]: row["tasks"] for row in found}
    assert sum(counts.values()) == 2000
    assert counts.keys() == {"SUCCEEDED", "FAILED", "NOTIFIED"}
    assert 1750 < counts["SUCCEEDED"] < 1850
    assert status(job_id) == "IN_PROGRESS"
    assert platform.store.count("due") == 0


def test_job_completes_when_devices_of_last_tasks_are_deleted(
    platform, api, key, simulate_devices, create_firmware, create_static_job, status, advance_clock
):
    simulate_devices(2, outcome="stall")
    job_id = create_static_job(create_firmware(key))
    advance_clock(2)
    api("DeleteDevice", ProductKey=key, DeviceName="lamp00001")
    assert status(job_id) == "IN_PROGRESS"
    api("DeleteDevice", ProductKey=key, DeviceName="lamp00002")
    [job] = api(
        "ListOTAJobByFirmware", FirmwareId=platform.store.one("ota_job")["firmware_id"], CurrentPage=1, PageSize=1
    )["Data"]["SimpleOTAJobInfo"]
    assert job["JobStatus"] == "COMPLETED"


def test_ota_messages_are_sent_to_consumers(
    api, key, simulate_devices, create_firmware, create_static_job, subscribe_consumer_group, advance_clock
):
    messages = subscribe_consumer_group(key, OtaEventFlag=True, OtaVersionFlag=True, OtaJobFlag=True)
    simulate_devices(1)
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id)
    advance_clock(2)
    results = [(topic.replace(key, "{pk}"), message) for topic, message in messages()]
    job = f"/{{pk}}/{firmware_id}/{job_id}/ota/job/status"
    assert [topic for topic, _message in results] == [
        "/{pk}/lamp00001/ota/version/post",
        job,
        "/{pk}/lamp00001/ota/upgrade",
        "/{pk}/lamp00001/ota/version/post",
        "/{pk}/lamp00001/ota/upgrade",
        job,
    ]
    version, begun, moving, _version, done, ended = (message for _topic, message in results)
    assert (version["moduleName"], version["moduleVersion"]) == ("default", "1.0.0")
    assert (begun["jobStatus"], ended["jobStatus"]) == ("IN_PROGRESS", "COMPLETED")
    assert (moving["status"], moving["step"], done["status"]) == ("IN_PROGRESS", "50", "SUCCEEDED")
    expected = {"productKey": key, "deviceName": "lamp00001", "srcVersion": "1.0.0", "destVersion": "2.0.0"}
    assert {**expected, "jobId": job_id, "desc": "success"}.items() <= done.items()
