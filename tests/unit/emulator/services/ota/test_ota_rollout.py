# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Upgrades under way: tasks from their making to their end, as time goes by."""

from __future__ import annotations

from collections import Counter

import pytest

MINUTE = 60
HOUR = 3600
INSTANCE = "iot-cn-x"


@pytest.fixture
def fleet(simulate, key):
    """Make simulated devices with a profile for upgrades."""

    def fleet(count: int = 3, version: str = "1.0.0", prefix: str = "lamp", online: bool = True, **upgrade) -> None:
        versions = {"default": version} if version else {}
        profile = {"upgrade": upgrade}
        simulate(product=key, count=count, prefix=prefix, online=online, module_versions=versions, profile=profile)

    return fleet


@pytest.fixture
def tasks(api):
    """The tasks of a job."""

    def tasks(job_id: str, **params) -> list[dict]:
        return api("ListOTATaskByJob", JobId=job_id, PageSize=100, **params)["Data"]["SimpleOTATaskInfo"]

    return tasks


@pytest.fixture
def counts(tasks):
    """How many tasks of a job are in which state."""
    return lambda job_id: dict(Counter(task["TaskStatus"] for task in tasks(job_id)))


@pytest.fixture
def status(api):
    """The state of a job."""
    return lambda job_id: api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"]


@pytest.fixture
def inform(say):
    """Let a device that is not simulated report the version of a module."""

    def inform(device: dict, version: str, **about: str) -> None:
        say("/ota/device/inform/{own}", {"id": "1", "params": {"version": version, **about}}, device)

    return inform


@pytest.fixture
def progress(say):
    """Let a device that is not simulated report progress."""

    def progress(device: dict, step: int | str, **about: str) -> None:
        say("/ota/device/progress/{own}", {"id": "1", "params": {"step": step, "desc": "", **about}}, device)

    return progress


@pytest.fixture
def lamp(device, inform):
    """The row of a device that is connected and of version 1.0.0; what it is sent stays in its outbox."""
    inform(device, "1.0.0")
    return device


def test_an_upgrade(platform, api, key, fleet, firmware, static, tasks, counts, status, pass_time):
    fleet(delay=10, progress=[20, 60])
    job_id = static(firmware(key))
    assert counts(job_id) == {"QUEUED": 3}
    pass_time(1)
    assert counts(job_id) == {"NOTIFIED": 3}
    pass_time(3.5)
    assert counts(job_id) == {"IN_PROGRESS": 3}
    assert {task["Progress"] for task in tasks(job_id)} == {"20.00"}
    pass_time(3.5)
    assert {task["Progress"] for task in tasks(job_id)} == {"60.00"}
    assert status(job_id) == "IN_PROGRESS"
    pass_time(4)
    assert counts(job_id) == {"SUCCEEDED": 3}
    [task, *_others] = tasks(job_id)
    expected = {"Progress": "100.00", "SrcVersion": "1.0.0", "DestVersion": "2.0.0", "Timeout": ""}
    assert expected.items() <= task.items()
    assert status(job_id) == "COMPLETED"
    assert "UtcEndTime" in api("QueryOTAJob", JobId=job_id)["Data"]
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "2.0.0"


def test_a_simulated_device_keeps_its_new_version(platform, api, key, fleet, simulate, firmware, static, pass_time):
    fleet(1)
    static(firmware(key))
    pass_time(2)
    for online in (False, True):
        simulate(product=key, names=["lamp00001"], online=online)
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "2.0.0"


def test_what_a_task_says(api, key, fleet, firmware, static, tasks):
    fleet(1)
    firmware_id = firmware(key)
    job_id = static(firmware_id, TimeoutInMinutes=60)
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


def test_tasks_are_listed(api, key, fleet, firmware, static, tasks, refused, pass_time):
    fleet(4)
    fleet(1, prefix="away", online=False)
    job_id = static(firmware(key))
    pass_time(2)
    assert [task["DeviceName"] for task in tasks(job_id, TaskStatus="QUEUED")] == ["away00001"]
    reply = api("ListOTATaskByJob", JobId=job_id, CurrentPage=2, PageSize=2)
    assert [task["DeviceName"] for task in reply["Data"]["SimpleOTATaskInfo"]] == ["lamp00003", "lamp00004"]
    assert (reply["Total"], reply["PageCount"], reply["CurrentPage"], reply["PageSize"]) == (5, 3, 2, 2)
    reply = api("ListOTATaskByJob", JobId=job_id)
    assert (reply["PageSize"], reply["Total"]) == (10, 5)
    reply = api("ListOTATaskByJob", JobId=job_id, CurrentPage=9, PageSize=1, DeviceNames=["lamp00002", "nobody"])
    assert [task["DeviceName"] for task in reply["Data"]["SimpleOTATaskInfo"]] == ["lamp00002"]
    assert (reply["Total"], reply["PageCount"], reply["CurrentPage"], reply["PageSize"]) == (1, 1, 1, 2)
    assert api("ListOTATaskByJob", JobId=job_id, PageSize=101, DeviceNames=["lamp00002"])["Data"] == reply["Data"]
    assert refused("ListOTATaskByJob", JobId=job_id, TaskStatus="DONE").code == "iot.firmware.InvalidTaskStatus"
    assert refused("ListOTATaskByJob", JobId=job_id, PageSize=101).code == "iot.common.InvalidPageParams"
    deep = {"JobId": job_id, "CurrentPage": 1001, "PageSize": 100}
    assert refused("ListOTATaskByJob", **deep).code == "iot.common.InvalidPageParams"
    names = [f"a{number}" for number in range(51)]
    code = refused("ListOTATaskByJob", JobId=job_id, DeviceNames=names).code
    assert code == "iot.firmware.ParameterSizeExceedMax"


# Pushing


def test_so_many_are_pushed_in_a_minute(key, fleet, firmware, static, counts, pass_time):
    fleet(25, outcome="stall")
    job_id = static(firmware(key), MaximumPerMinute=10)
    pass_time(1)
    assert counts(job_id) == {"NOTIFIED": 10, "QUEUED": 15}
    pass_time(59)
    assert counts(job_id) == {"NOTIFIED": 10, "QUEUED": 15}
    pass_time(1)
    assert counts(job_id) == {"NOTIFIED": 20, "QUEUED": 5}
    pass_time(60)
    assert counts(job_id) == {"NOTIFIED": 25}


def test_devices_that_come_online_count_as_well(platform, key, fleet, simulate, firmware, static, counts, pass_time):
    fleet(8, outcome="stall")
    fleet(5, prefix="late", outcome="stall", online=False)
    job_id = static(firmware(key), MaximumPerMinute=10)
    pass_time(10)
    assert counts(job_id) == {"NOTIFIED": 8, "QUEUED": 5}
    simulate(product=key, count=5, prefix="late", online=True)
    assert counts(job_id) == {"NOTIFIED": 10, "QUEUED": 3}
    pass_time(60)
    assert counts(job_id) == {"NOTIFIED": 13}


def test_nothing_is_done_for_devices_that_are_offline(platform, key, fleet, firmware, static, pass_time):
    fleet(5, online=False)
    static(firmware(key))
    pass_time(2)
    assert platform.store.count("due") == 0


def test_a_device_is_told_again_when_it_comes_back(platform, key, lamp, firmware, static, outbox, counts, pass_time):
    from ansible_collections.iotops.aliyun.emulator.routing import connection

    job_id = static(firmware(key))
    pass_time(1)
    assert [topic for topic, _message in outbox(lamp)] == ["/ota/device/upgrade/{own}"]
    gone = platform.run(lambda ctx: connection.disconnect(ctx, platform.store.one("device", iot_id=lamp["iot_id"])))
    platform.run(lambda ctx: connection.connect(ctx, gone, "10.0.0.1"))
    assert [topic for topic, _message in outbox(lamp)] == ["/ota/device/upgrade/{own}"]
    assert counts(job_id) == {"NOTIFIED": 1}


def test_devices_can_ask_for_themselves(key, lamp, firmware, static, say, outbox, counts, pass_time):
    job_id = static(firmware(key), NeedPush=False)
    pass_time(HOUR)
    assert outbox(lamp) == []
    assert counts(job_id) == {"QUEUED": 1}
    say("/sys/{own}/thing/ota/firmware/get", {"id": "7", "version": "1.0", "params": {}}, lamp)
    [(topic, reply)] = outbox(lamp)
    assert topic == "/sys/{own}/thing/ota/firmware/get_reply"
    assert (reply["id"], reply["code"], reply["data"]["version"]) == ("7", 200, "2.0.0")
    assert counts(job_id) == {"NOTIFIED": 1}


# How tasks end


def test_failures(key, fleet, firmware, static, tasks, status, pass_time):
    fleet(1, prefix="aaaa", outcome="fail")
    fleet(1, prefix="bbbb", outcome="fail", error=-2, progress=[10])
    job_id = static(firmware(key))
    pass_time(2)
    told = {task["DeviceName"]: (task["TaskStatus"], task["Progress"], task["TaskDesc"]) for task in tasks(job_id)}
    assert told == {
        "aaaa00001": ("FAILED", "50.00", "the upgrade failed"),
        "bbbb00001": ("FAILED", "10.00", "the download failed"),
    }
    assert status(job_id) == "COMPLETED"


def test_a_device_that_reports_neither_version(key, lamp, firmware, static, progress, inform, tasks, pass_time):
    job_id = static(firmware(key))
    pass_time(1)
    inform(lamp, "1.5.0")
    assert tasks(job_id)[0]["TaskStatus"] == "NOTIFIED"
    progress(lamp, "10")
    inform(lamp, "1.0.0")
    assert tasks(job_id)[0]["TaskStatus"] == "IN_PROGRESS"
    inform(lamp, "1.6.0")
    [task] = tasks(job_id)
    assert (task["TaskStatus"], task["TaskDesc"]) == ("FAILED", "report version is not conform")


def test_a_device_that_has_the_version_without_having_been_told(key, lamp, firmware, static, inform, counts):
    job_id = static(firmware(key), NeedConfirm=True)
    inform(lamp, "2.0.0")
    assert counts(job_id) == {"SUCCEEDED": 1}


def test_time_counts_from_the_first_progress(key, fleet, lamp, firmware, static, progress, tasks, status, pass_time):
    fleet(1, prefix="mute", outcome="stall")
    job_id = static(firmware(key), TimeoutInMinutes=10, RetryInterval=0, RetryCount=5)
    pass_time(HOUR)
    progress(lamp, 10)
    pass_time(6 * MINUTE)
    progress(lamp, 20)
    pass_time(4 * MINUTE - 1)
    assert {task["TaskStatus"] for task in tasks(job_id)} == {"NOTIFIED", "IN_PROGRESS"}
    pass_time(1)
    told = {task["DeviceName"]: (task["TaskStatus"], task["TaskDesc"]) for task in tasks(job_id)}
    assert told == {"lamp": ("FAILED", "timeout"), "mute00001": ("NOTIFIED", "")}
    assert status(job_id) == "IN_PROGRESS"


def test_each_device_has_its_own_time(key, register, inform, firmware, static, progress, counts, pass_time):
    devices = [register(name) for name in ("lamp1", "lamp2")]
    for device in devices:
        inform(device, "1.0.0")
    job_id = static(firmware(key), TimeoutInMinutes=10, SrcVersion=["1.0.0"])
    pass_time(1)
    progress(devices[0], 1)
    pass_time(5 * MINUTE)
    progress(devices[1], 1)
    pass_time(5 * MINUTE)
    assert counts(job_id) == {"FAILED": 1, "IN_PROGRESS": 1}
    pass_time(5 * MINUTE)
    assert counts(job_id) == {"FAILED": 2}


def test_a_failure_is_tried_again(platform, key, lamp, firmware, static, progress, outbox, tasks, pass_time):
    job_id = static(firmware(key), RetryInterval=10, RetryCount=2)
    pass_time(1)
    progress(lamp, 30)
    for _attempt in range(2):
        assert len(outbox(lamp)) == 1
        progress(lamp, -3)
        [task] = tasks(job_id)
        assert (task["TaskStatus"], task["Progress"]) == ("IN_PROGRESS", "30.00")
        pass_time(10 * MINUTE - 1)
        assert outbox(lamp) == []
        pass_time(1)
    assert len(outbox(lamp)) == 1
    progress(lamp, -1)
    assert tasks(job_id)[0]["TaskStatus"] == "FAILED"
    pass_time(HOUR)
    assert outbox(lamp) == []


def test_a_failure_is_tried_again_at_once(key, lamp, firmware, static, progress, outbox, inform, counts, pass_time):
    job_id = static(firmware(key), RetryInterval=0, RetryCount=1)
    pass_time(1)
    progress(lamp, -1)
    pass_time(0)
    assert len(outbox(lamp)) == 2
    assert counts(job_id) == {"NOTIFIED": 1}
    inform(lamp, "2.0.0")
    assert counts(job_id) == {"SUCCEEDED": 1}


# Confirming and scheduling


def test_a_task_waits_to_be_confirmed(api, key, fleet, firmware, static, tasks, counts, pass_time):
    fleet(2)
    job_id = static(firmware(key), NeedConfirm=True)
    pass_time(HOUR)
    assert counts(job_id) == {"CONFIRM": 2}
    api("ConfirmOTATask", TaskId=[tasks(job_id)[0]["TaskId"]])
    assert counts(job_id) == {"SUCCEEDED": 1, "CONFIRM": 1}


def test_a_device_cannot_have_what_is_not_confirmed(key, lamp, firmware, static, say, progress, outbox, counts):
    job_id = static(firmware(key), NeedConfirm=True)
    say("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {}}, lamp)
    assert outbox(lamp)[0][1]["data"] == {}
    progress(lamp, 10)
    assert counts(job_id) == {"CONFIRM": 1}


def test_a_scheduled_job(platform, key, fleet, lamp, firmware, static, say, outbox, counts, status, pass_time):
    fleet()
    begin = platform.clock.now() + 10 * MINUTE * 1000
    job_id = static(firmware(key), ScheduleTime=begin)
    pass_time(9 * MINUTE)
    assert (status(job_id), counts(job_id)) == ("PLANNED", {"QUEUED": 4})
    say("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {}}, lamp)
    assert outbox(lamp)[0][1]["data"] == {}
    pass_time(MINUTE)
    assert (status(job_id), counts(job_id)) == ("IN_PROGRESS", {"SUCCEEDED": 3, "NOTIFIED": 1})


def test_devices_come_online_before_the_time(platform, key, fleet, simulate, firmware, static, counts, pass_time):
    fleet(1, online=False)
    begin = platform.clock.now() + 10 * MINUTE * 1000
    job_id = static(firmware(key), ScheduleTime=begin)
    simulate(product=key, count=1, prefix="lamp", online=True)
    assert counts(job_id) == {"QUEUED": 1}
    pass_time(11 * MINUTE)
    assert counts(job_id) == {"SUCCEEDED": 1}


def test_a_job_ends_at_its_time(platform, key, fleet, firmware, static, tasks, counts, status, pass_time):
    fleet(1)
    fleet(2, prefix="mute", outcome="stall")
    begin = platform.clock.now() + 10 * MINUTE * 1000
    job_id = static(firmware(key), ScheduleTime=begin, ScheduleFinishTime=begin + HOUR * 1000)
    pass_time(10 * MINUTE + HOUR - 1)
    assert counts(job_id) == {"SUCCEEDED": 1, "NOTIFIED": 2}
    pass_time(1)
    assert counts(job_id) == {"SUCCEEDED": 1, "CANCELED": 2}
    assert status(job_id) == "COMPLETED"
    assert tasks(job_id)[1]["TaskDesc"] == "the time of the batch is over"


# Several jobs


def test_the_later_job_fails_for_a_device_that_is_queued(key, fleet, firmware, static, tasks, status, counts):
    fleet(2)
    first = static(firmware(key), TargetSelection="SPECIFIC", TargetDeviceName=["lamp00001"])
    second = static(firmware(key, DestVersion="3.0.0"))
    assert counts(first) == {"QUEUED": 1}
    told = {task["DeviceName"]: task["TaskStatus"] for task in tasks(second)}
    assert told == {"lamp00001": "FAILED", "lamp00002": "QUEUED"}
    third = static(firmware(key, DestVersion="4.0.0"))
    assert counts(third) == {"FAILED": 2}
    assert status(third) == "COMPLETED"


def test_a_job_overwrites(key, lamp, register, inform, firmware, static, progress, tasks, status, counts, pass_time):
    busy = register("busy")
    inform(busy, "1.0.0")
    first = static(firmware(key))
    pass_time(1)
    progress(busy, 10)
    second = static(firmware(key, DestVersion="3.0.0"), OverwriteMode=2)
    assert counts(first) == {"CANCELED": 1, "IN_PROGRESS": 1}
    told = {task["DeviceName"]: task["TaskStatus"] for task in tasks(second)}
    assert told == {"lamp": "QUEUED", "busy": "FAILED"}
    third = static(firmware(key, DestVersion="4.0.0"), OverwriteMode=2)
    assert counts(second) == {"CANCELED": 1, "FAILED": 1}
    assert (status(first), status(second), status(third)) == ("IN_PROGRESS", "COMPLETED", "IN_PROGRESS")


def test_several_modules_at_once(api, key, lamp, firmware, static, progress, tasks, pass_time):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    several = {"MultiModuleMode": True, "IotInstanceId": INSTANCE}
    first = static(firmware(key), **several)
    second = static(firmware(key, ModuleName="mcu"), **several)
    third = static(firmware(key, ModuleName="mcu", DestVersion="3.0.0"), **several)
    assert [tasks(job)[0]["TaskStatus"] for job in (first, second, third)] == ["QUEUED", "CANCELED", "QUEUED"]
    pass_time(1)
    progress(lamp, 10, module="mcu")
    assert [tasks(job)[0]["TaskStatus"] for job in (first, second, third)] == ["NOTIFIED", "CANCELED", "IN_PROGRESS"]
    fourth = static(firmware(key, ModuleName="mcu", DestVersion="4.0.0"), **several)
    assert tasks(fourth)[0]["TaskStatus"] == "FAILED"
    single = static(firmware(key, DestVersion="5.0.0"))
    assert tasks(single)[0]["TaskStatus"] == "FAILED"


# Dynamic jobs


def test_a_dynamic_job_takes_in_what_comes_to_fit(key, fleet, firmware, dynamic, counts, status, pass_time):
    fleet(1, prefix="here")
    job_id = dynamic(firmware(key))
    pass_time(2)
    assert counts(job_id) == {"SUCCEEDED": 1}
    fleet(2, prefix="come", version="1.0.0")
    fleet(2, prefix="else", version="1.1.0")
    pass_time(2)
    assert counts(job_id) == {"SUCCEEDED": 3}
    assert status(job_id) == "IN_PROGRESS"


def test_a_dynamic_job_for_what_is_to_come(key, lamp, fleet, firmware, dynamic, inform, counts, pass_time):
    job_id = dynamic(firmware(key), DynamicMode=2)
    inform(lamp, "1.0.0")
    assert counts(job_id) == {}
    fleet(1)
    pass_time(2)
    assert counts(job_id) == {"SUCCEEDED": 1}
    inform(lamp, "0.9.0")
    inform(lamp, "1.0.0")
    assert counts(job_id) == {"SUCCEEDED": 1, "NOTIFIED": 1}


def test_the_newest_dynamic_job_wins(platform, key, fleet, firmware, dynamic, counts, pass_time):
    first = dynamic(firmware(key))
    platform.clock.advance(1)
    second = dynamic(firmware(key, DestVersion="3.0.0"))
    fleet(2)
    pass_time(2)
    assert (counts(first), counts(second)) == ({}, {"SUCCEEDED": 2})


def test_from_one_dynamic_job_to_the_next(api, key, fleet, firmware, dynamic, counts, pass_time):
    first = dynamic(firmware(key))
    second = dynamic(firmware(key, DestVersion="3.0.0"), SrcVersion=["2.0.0"])
    fleet(2)
    pass_time(2)
    assert (counts(first), counts(second)) == ({"SUCCEEDED": 2}, {"SUCCEEDED": 2})
    detail = api("QueryDeviceDetail", ProductKey=key, DeviceName="lamp00001")["Data"]
    assert detail["FirmwareVersion"] == "3.0.0"


def test_a_dynamic_job_takes_a_device_in_so_often(api, key, lamp, firmware, dynamic, inform, counts, tasks):
    job_id = dynamic(firmware(key))
    for _time in range(20):
        inform(lamp, "2.0.0")
        inform(lamp, "1.0.0")
    assert counts(job_id) == {"SUCCEEDED": 10}
    # Names of devices win over pages, however often the devices were in the job.
    reply = api("ListOTATaskByJob", JobId=job_id, DeviceNames=[lamp["device_name"]])
    assert reply["Data"]["SimpleOTATaskInfo"] == tasks(job_id)
    assert (reply["Total"], reply["PageCount"], reply["PageSize"]) == (10, 1, 10)


def test_a_dynamic_job_leaves_a_device_alone_that_is_upgraded(key, lamp, firmware, static, dynamic, inform, counts):
    first = static(firmware(key, DestVersion="3.0.0"))
    second = dynamic(firmware(key), DynamicMode=2)
    inform(lamp, "0.9.0")
    inform(lamp, "1.0.0")
    assert (counts(first), counts(second)) == ({"QUEUED": 1}, {})


def test_a_strategy_that_was_cancelled_takes_in_nothing(api, key, lamp, fleet, firmware, dynamic, counts, pass_time):
    job_id = dynamic(firmware(key))
    api("CancelOTAStrategyByJob", JobId=job_id)
    fleet(1)
    pass_time(2)
    assert counts(job_id) == {"NOTIFIED": 1}


def test_a_dynamic_group_grows(api, key, fleet, firmware, dynamic, counts, pass_time):
    expression = 'ota_module.module_name = "default" AND ota_module.firmware_version = "1.0.0"'
    made = api("CreateDeviceDynamicGroup", GroupName="olds", DynamicGroupExpression=expression, IotInstanceId=INSTANCE)
    group = {"GroupId": made["Data"]["GroupId"], "GroupType": "LINK_PLATFORM_DYNAMIC", "IotInstanceId": INSTANCE}
    job_id = dynamic(firmware(key), **group)
    fleet(2, version="1.0.0")
    fleet(2, prefix="else", version="1.1.0")
    pass_time(2)
    assert counts(job_id) == {"SUCCEEDED": 2}
    api("DeleteDeviceDynamicGroup", GroupId=made["Data"]["GroupId"], IotInstanceId=INSTANCE)
    fleet(2, prefix="late", version="1.0.0")
    pass_time(2)
    assert counts(job_id) == {"SUCCEEDED": 2}


# The whole


def test_a_rollout_over_many_devices(platform, api, key, fleet, firmware, static, status, pass_time):
    fleet(2000, outcome={"succeed": 0.9, "fail": 0.05, "stall": 0.05}, delay=[1, 50])
    job_id = static(firmware(key), MaximumPerMinute=1000)
    pass_time(3 * MINUTE)
    found = platform.store.rows("SELECT status, count(*) AS tasks FROM ota_task GROUP BY status ORDER BY status")
    counts = {row["status"]: row["tasks"] for row in found}
    assert sum(counts.values()) == 2000
    assert counts.keys() == {"SUCCEEDED", "FAILED", "NOTIFIED"}
    assert 1750 < counts["SUCCEEDED"] < 1850
    assert status(job_id) == "IN_PROGRESS"
    assert platform.store.count("due") == 0


def test_tasks_go_with_their_devices(platform, api, key, fleet, firmware, static, status, pass_time):
    fleet(2, outcome="stall")
    job_id = static(firmware(key))
    pass_time(2)
    api("DeleteDevice", ProductKey=key, DeviceName="lamp00001")
    assert status(job_id) == "IN_PROGRESS"
    api("DeleteDevice", ProductKey=key, DeviceName="lamp00002")
    [job] = api(
        "ListOTAJobByFirmware", FirmwareId=platform.store.one("ota_job")["firmware_id"], CurrentPage=1, PageSize=1
    )["Data"]["SimpleOTAJobInfo"]
    assert job["JobStatus"] == "COMPLETED"


def test_what_consumers_are_told(api, key, fleet, firmware, static, subscribed, pass_time):
    messages = subscribed(key, OtaEventFlag=True, OtaVersionFlag=True, OtaJobFlag=True)
    fleet(1)
    firmware_id = firmware(key)
    job_id = static(firmware_id)
    pass_time(2)
    told = [(topic.replace(key, "{pk}"), message) for topic, message in messages()]
    job = f"/{{pk}}/{firmware_id}/{job_id}/ota/job/status"
    assert [topic for topic, _message in told] == [
        "/{pk}/lamp00001/ota/version/post",
        job,
        "/{pk}/lamp00001/ota/upgrade",
        "/{pk}/lamp00001/ota/version/post",
        "/{pk}/lamp00001/ota/upgrade",
        job,
    ]
    version, begun, moving, _version, done, ended = (message for _topic, message in told)
    assert (version["moduleName"], version["moduleVersion"]) == ("default", "1.0.0")
    assert (begun["jobStatus"], ended["jobStatus"]) == ("IN_PROGRESS", "COMPLETED")
    assert (moving["status"], moving["step"], done["status"]) == ("IN_PROGRESS", "50", "SUCCEEDED")
    expected = {"productKey": key, "deviceName": "lamp00001", "srcVersion": "1.0.0", "destVersion": "2.0.0"}
    assert {**expected, "jobId": job_id, "desc": "success"}.items() <= done.items()
