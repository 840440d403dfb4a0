# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Pushing speeches to devices, and reading how far that is."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.routing import connection
from ansible_collections.iotops.aliyun.emulator.services.speech import speech_push as service

DAY = 24 * 3600


@pytest.fixture
def connect(platform):
    """Let a device come online, or go offline."""

    def connect(device, online: bool = True) -> None:
        context = Context(platform.store, platform.clock.now(), Account())
        row = platform.store.one("device", iot_id=device["IotId"])
        if online:
            connection.go_online(context, row, "10.0.0.1")
        else:
            connection.go_offline(context, row)

    return connect


@pytest.fixture
def device(api, connect):
    """Register a device in one product, and bring it online if it is to be."""
    key = api("CreateProduct", ProductName="speakers", NodeType=0)["ProductKey"]

    def device(name: str, online: bool = False) -> dict:
        data = api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]
        if online:
            connect(data)
        return data

    return device


@pytest.fixture
def speech(api):
    """Create a speech and return its code."""

    def speech(biz_code: str = "ZFDZ", **params) -> str:
        asked = {"ProjectCode": "p1", "Voice": "Siyue", "BizCode": biz_code, "Text": "支付到账", **params}
        return api("CreateSpeech", **asked)["Data"]

    return speech


@pytest.fixture
def push(api):
    """Push speeches to one device, or as the parameters say, and return the job's code."""

    def push(codes: list[str], device=None, **params) -> str:
        target = {"PushMode": "SINGLE_DEVICE", "IotId": device["IotId"]} if device else {}
        return api("PushSpeech", **{"ProjectCode": "p1", "SpeechCodeList": codes, **target, **params})["Data"]

    return push


@pytest.fixture
def job(api):
    """What QuerySpeechPushJob says of a job."""

    def job(code: str) -> dict:
        [found] = api("QuerySpeechPushJob", ProjectCode="p1", JobCode=code)["Data"]["List"]["Items"]
        return found

    return job


@pytest.fixture
def statuses(api):
    """The status of a job on each device, by the device's name."""

    def statuses(code: str, **params) -> dict[str, str]:
        reply = api("QuerySpeechPushJobDevice", JobCode=code, **params)
        return {device["DeviceName"]: device["Status"] for device in reply["Data"]["List"]["Items"]}

    return statuses


def on(api, device) -> list[str]:
    """The identifiers of what is on a device."""
    reply = api("QueryDeviceSpeech", IotId=device["IotId"], PageSize=50)
    return [speech["BizCode"] for speech in reply["Data"]["List"]["Items"]]


def counts(job: dict) -> tuple[int, int, int, int]:
    return tuple(job[f"{what}DeviceNum"] for what in ("Total", "Running", "Success", "Fail"))


def test_a_push_to_a_device_that_is_online(platform, api, device, speech, push, job, statuses):
    lamp = device("lamp1", online=True)
    code = push([speech()], lamp)
    begun = job(code)
    assert begun == {
        "Code": code,
        "CreatedTime": begun["CreatedTime"],
        "DeviceName": "lamp1",
        "ExpiredTime": begun["CreatedTime"] + DAY * 1000,
        "FailDeviceNum": 0,
        "IotId": lamp["IotId"],
        "ProductKey": lamp["ProductKey"],
        "PushMode": "SINGLE_DEVICE",
        "RunningDeviceNum": 1,
        "SpeechNum": 1,
        "SpeechStatus": True,
        "Status": "RUNNING",
        "SuccessDeviceNum": 0,
        "TotalDeviceNum": 1,
    }
    assert statuses(code) == {"lamp1": "SENDING"}
    assert on(api, lamp) == []
    platform.clock.advance(1)
    assert (job(code)["Status"], counts(job(code))) == ("SUCCESS", (1, 0, 1, 0))
    [done] = api("QuerySpeechPushJobDevice", JobCode=code)["Data"]["List"]["Items"]
    assert done == {"DeviceName": "lamp1", "GmtModified": begun["CreatedTime"] + 1000, "Status": "SUCCESS"}
    assert on(api, lamp) == ["ZFDZ"]


def test_a_push_waits_for_the_device(platform, api, device, speech, push, connect, statuses):
    lamp = device("lamp1")
    code = push([speech()], lamp)
    platform.clock.advance(3600)
    assert statuses(code) == {"lamp1": "RUNNING"}
    connect(lamp)
    assert statuses(code) == {"lamp1": "SENDING"}
    platform.clock.advance(1)
    assert statuses(code) == {"lamp1": "SUCCESS"}
    assert on(api, lamp) == ["ZFDZ"]


def test_all_pushes_that_waited_come_in_their_order(platform, api, device, speech, push, connect, statuses):
    lamp = device("lamp1")
    slow, fast = speech("one", SpeechRate=-500), speech("two")
    codes = []
    for pushed in ([slow], [fast], [slow, fast]):
        codes.append(push(pushed, lamp))
        platform.clock.advance(1)
    connect(lamp)
    platform.clock.advance(1)
    assert [statuses(code) for code in codes] == [{"lamp1": "SUCCESS"}] * 3
    assert on(api, lamp) == ["one", "two"]


def test_a_device_that_goes_offline_meanwhile_waits_again(platform, api, device, speech, push, connect, statuses):
    lamp = device("lamp1", online=True)
    code = push([speech()], lamp)
    connect(lamp, online=False)
    platform.clock.advance(1)
    assert statuses(code) == {"lamp1": "RUNNING"}
    assert on(api, lamp) == []
    connect(lamp)
    platform.clock.advance(1)
    assert statuses(code) == {"lamp1": "SUCCESS"}


def test_each_device_takes_its_time(platform, api, device, speech, push, connect, statuses):
    lamp, bulb = device("lamp1"), device("bulb1")
    codes = [push([speech("all")], PushMode="ALL"), push([speech("one")], bulb)]
    connect(lamp)
    platform.clock.advance(0.8)
    connect(bulb)
    platform.clock.advance(0.2)
    assert statuses(codes[0]) == {"lamp1": "SUCCESS", "bulb1": "SENDING"}
    assert statuses(codes[1]) == {"bulb1": "SENDING"}
    platform.clock.advance(0.8)
    assert on(api, bulb) == ["all", "one"]


def test_a_disabled_device_waits(platform, api, device, speech, push, connect, statuses):
    lamp = device("lamp1", online=True)
    api("DisableThing", IotId=lamp["IotId"])
    code = push([speech()], lamp)
    platform.clock.advance(1)
    assert statuses(code) == {"lamp1": "RUNNING"}
    api("EnableThing", IotId=lamp["IotId"])
    platform.clock.advance(1)
    assert statuses(code) == {"lamp1": "RUNNING"}
    connect(lamp)
    platform.clock.advance(1)
    assert statuses(code) == {"lamp1": "SUCCESS"}


def test_a_push_waits_a_day(platform, api, device, speech, push, connect, job, statuses):
    lamp, bulb = device("lamp1"), device("bulb1", online=True)
    code = push([speech()], PushMode="ALL")
    platform.clock.advance(DAY - 60)
    assert job(code)["Status"] == "RUNNING"
    platform.clock.advance(60)
    assert statuses(code) == {"lamp1": "TIMEOUT", "bulb1": "SUCCESS"}
    assert (job(code)["Status"], counts(job(code))) == ("TIMEOUT", (2, 0, 1, 1))
    connect(lamp)
    platform.clock.advance(1)
    assert statuses(code, Status="TIMEOUT") == {"lamp1": "TIMEOUT"}
    assert (on(api, lamp), on(api, bulb)) == ([], ["ZFDZ"])


def test_a_device_without_space_gets_nothing(platform, api, device, speech, push, job):
    lamp = device("lamp1", online=True)
    # 600 KB each, of the 2,000 that there are.
    long = [speech(f"s{number}", Text="a" * 96, SpeechRate=-500) for number in range(4)]
    push(long[:3], lamp)
    platform.clock.advance(1)
    code = push([long[3], speech("short")], lamp)
    platform.clock.advance(1)
    assert (job(code)["Status"], counts(job(code))) == ("CANCEL", (1, 0, 0, 1))
    [failed] = api("QuerySpeechPushJobDevice", JobCode=code)["Data"]["List"]["Items"]
    del failed["GmtModified"]
    assert failed == {
        "DeviceName": "lamp1",
        "ErrorCode": "1",
        "ErrorMessage": "device storage limited",
        "Status": "CANCEL",
    }
    assert on(api, lamp) == ["s0", "s1", "s2"]


@pytest.mark.parametrize(("less", "status"), [(0, "SUCCESS"), (1, "CANCEL")])
def test_what_just_fits(platform, monkeypatch, device, speech, push, job, less, status):
    lamp = device("lamp1", online=True)
    codes = [speech("one"), speech("two")]
    push(codes[:1], lamp)
    platform.clock.advance(1)
    platform.run_due_work()
    monkeypatch.setattr(service, "STORAGE_SIZE", sum(row["size"] for row in platform.store.all("speech")) - less)
    code = push(codes[1:], lamp)
    platform.clock.advance(1)
    assert job(code)["Status"] == status


def test_a_speech_takes_the_place_of_its_former_self(platform, api, device, speech, push, job):
    lamp = device("lamp1", online=True)
    long = [speech(f"s{number}", Text="a" * 96, SpeechRate=-500) for number in range(3)]
    push(long, lamp)
    platform.clock.advance(1)
    again = push(long, lamp)
    platform.clock.advance(1)
    assert job(again)["Status"] == "SUCCESS"
    for code in long:
        api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Siyue", SpeechRate=500)
    push(long, lamp)
    before = api("GetSpeechDeviceDetail", IotId=lamp["IotId"])["Data"]
    platform.clock.advance(1)
    after = api("GetSpeechDeviceDetail", IotId=lamp["IotId"])["Data"]
    assert 2000 - after["AvailableSpace"] == pytest.approx((2000 - before["AvailableSpace"]) / 4, rel=0.01)


def test_space_counts_by_device(platform, device, speech, push, statuses):
    full, empty = device("full1", online=True), device("empty1", online=True)
    long = [speech(f"s{number}", Text="a" * 96, SpeechRate=-500) for number in range(4)]
    push(long[:3], full)
    platform.clock.advance(1)
    code = push(long[3:], PushMode="ALL")
    platform.clock.advance(1)
    assert statuses(code) == {"full1": "CANCEL", "empty1": "SUCCESS"}
    assert platform.store.count("device_speech", iot_id=empty["IotId"]) == 1


def test_a_pack_comes_as_its_words(platform, api, device, speech, push, job):
    lamp = device("lamp1", online=True)
    pack = speech(SpeechType="monetary_unit")
    code = push([pack, speech()], lamp)
    platform.clock.advance(1)
    assert on(api, lamp) == ["SYS_TONE_MONETARY_fen", "SYS_TONE_MONETARY_jiao", "SYS_TONE_MONETARY_yuan", "ZFDZ"]
    assert job(code)["SpeechNum"] == 2
    listed = api("QuerySpeechPushJobSpeech", JobCode=code)["Data"]
    assert (listed["PageId"], listed["PageSize"], listed["Total"]) == (1, 20, 2)
    first, second = listed["List"]["Items"]
    words = [word["Text"] for word in first.pop("SpeechList")["Items"]]
    assert words == ["分", "角", "元"]
    assert first == {
        "BizCode": "SYS_TONE_MONETARY",
        "SpeechType": "MONETARY_UNIT",
        "Text": "货币单位",
        "Voice": "Siyue",
    }
    assert second == {"BizCode": "ZFDZ", "SpeechType": "CUSTOM", "Text": "支付到账", "Voice": "Siyue"}
    [page] = api("QuerySpeechPushJobSpeech", JobCode=code, PageId=2, PageSize=1)["Data"]["List"]["Items"]
    assert page == second


def test_a_single_word_of_a_pack(platform, api, device, speech, push):
    lamp = device("lamp1", online=True)
    speech(SpeechType="number")
    words = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"][0]["SpeechList"]["Items"]
    push([words[0]["SpeechCode"]], lamp)
    platform.clock.advance(1)
    assert on(api, lamp) == ["SYS_TONE_0"]


def test_a_speech_that_is_deleted_on_its_way(platform, api, device, speech, push, connect, job):
    lamp = device("lamp1")
    gone, kept = speech("gone"), speech("kept")
    code = push([gone, kept], lamp)
    other = push([gone], lamp)
    api("DeleteSpeech", SpeechCodeList=[gone])
    assert (job(code)["SpeechNum"], job(code)["SpeechStatus"]) == (2, False)
    connect(lamp)
    platform.clock.advance(1)
    assert on(api, lamp) == ["kept"]
    assert (job(code)["Status"], job(other)["Status"]) == ("SUCCESS", "CANCEL")
    assert job(other)["SpeechStatus"] is False
    assert api("QuerySpeechPushJobSpeech", JobCode=other)["Data"]["Total"] == 0
    api("DeleteSpeech", SpeechCodeList=[kept])
    assert on(api, lamp) == ["kept"]


def test_a_push_to_a_group(platform, api, device, speech, push, job, statuses):
    lamps = [device(f"lamp{number}", online=True) for number in range(2)]
    device("bulb1", online=True)
    group = api("CreateDeviceGroup", GroupName="lamps")["Data"]["GroupId"]
    members = [{name: lamp[name] for name in ("ProductKey", "DeviceName")} for lamp in lamps]
    api("BatchAddDeviceGroupRelations", GroupId=group, Device=members)
    code = push([speech()], PushMode="GROUP_DEVICE", GroupId=group)
    api("BatchDeleteDeviceGroupRelations", GroupId=group, Device=members[:1])
    api("DeleteDeviceGroup", GroupId=group)
    platform.clock.advance(1)
    assert statuses(code) == {"lamp0": "SUCCESS", "lamp1": "SUCCESS"}
    found = job(code)
    assert (found["GroupId"], found["GroupName"], found["PushMode"]) == (group, "lamps", "GROUP_DEVICE")
    assert not {"IotId", "ProductKey", "DeviceName"} & found.keys()


def test_a_push_to_nobody_is_called_off(api, speech, push, job):
    group = api("CreateDeviceGroup", GroupName="empty")["Data"]["GroupId"]
    code = push([speech()], PushMode="GROUP_DEVICE", GroupId=group)
    assert (job(code)["Status"], counts(job(code))) == ("CANCEL", (0, 0, 0, 0))


def test_a_device_by_its_names(device, speech, push, job):
    lamp = device("lamp1")
    code = push([speech()], PushMode="SINGLE_DEVICE", ProductKey=lamp["ProductKey"], DeviceName="lamp1")
    assert job(code)["IotId"] == lamp["IotId"]


def test_pushes_that_are_refused(platform, api, device, speech, api_error):
    lamp = device("lamp1")
    code = speech()
    foreign = speech("other", ProjectCode="p2")
    asked = {"ProjectCode": "p1", "PushMode": "SINGLE_DEVICE", "IotId": lamp["IotId"], "SpeechCodeList": [code]}
    for wrong, error in (
        ({"PushMode": "SOME"}, "iot.common.InvalidFormattedParameter"),
        ({"SpeechCodeList": [code, foreign]}, "iot.speech.InvalidSpeechCodeList"),
        ({"SpeechCodeList": ["x"]}, "iot.speech.InvalidSpeechCodeList"),
        ({"SpeechCodeList": [code] * 101}, "iot.speech.InvalidSpeechCodeList"),
        ({"IotId": "nothing0000000000000000100"}, "iot.device.NotExistedDevice"),
        ({"IotId": ""}, "iot.prod.NullProductKey"),
        ({"IotId": "", "ProductKey": lamp["ProductKey"]}, "iot.device.NullDeviceName"),
        ({"PushMode": "GROUP_DEVICE", "GroupId": "x"}, "iot.group.NotExistedGroup"),
    ):
        assert api_error("PushSpeech", **{**asked, **wrong}).code == error
    with pytest.raises(GatewayError, match="MissingGroupId"):
        api("PushSpeech", **{**asked, "PushMode": "GROUP_DEVICE"})
    assert platform.store.count("speech_push") == 0
    api("PushSpeech", **{**asked, "SpeechCodeList": [code] * 100})


def test_the_list_of_jobs(platform, api, device, speech, push, api_error):
    lamp, bulb = device("lamp1", online=True), device("bulb1")
    code = speech()
    jobs = []
    for target in ({"device": lamp}, {"device": bulb}, {"PushMode": "ALL"}):
        jobs.append(push([code], **target))
        platform.clock.advance(1)
    push([speech("other", ProjectCode="p2")], lamp, ProjectCode="p2")

    def listed(**params) -> list[int]:
        reply = api("QuerySpeechPushJob", ProjectCode="p1", **params)
        return [jobs.index(job["Code"]) for job in reply["Data"]["List"]["Items"]]

    assert listed() == [2, 1, 0]
    assert listed(PageId=2, PageSize=2) == [0]
    assert listed(StatusList=["RUNNING"]) == [2, 1]
    assert listed(StatusList=["SUCCESS", "CANCEL"]) == [0]
    assert listed(StatusList=["TIMEOUT"]) == []
    assert listed(PushMode="ALL") == [2]
    assert listed(JobCode=jobs[1]) == [1]
    assert listed(JobCode=jobs[1], PushMode="ALL") == []
    page = api("QuerySpeechPushJob", ProjectCode="p1", PageSize=2)["Data"]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (1, 2, 3)
    for wrong in ({"StatusList": ["SENDING"]}, {"PushMode": "SOME"}):
        code = api_error("QuerySpeechPushJob", ProjectCode="p1", **wrong).code
        assert code == "iot.common.InvalidFormattedParameter"


def test_the_devices_of_a_job(api, device, speech, push, statuses, api_error):
    for number in range(3):
        device(f"lamp{number}", online=number == 0)
    code = push([speech()], PushMode="ALL")
    assert statuses(code) == {"lamp0": "SENDING", "lamp1": "RUNNING", "lamp2": "RUNNING"}
    assert statuses(code, Status="RUNNING") == {"lamp1": "RUNNING", "lamp2": "RUNNING"}
    assert statuses(code, DeviceName="lamp1") == {"lamp1": "RUNNING"}
    assert statuses(code, DeviceName="lamp") == {}
    assert statuses(code, DeviceName="lamp0", Status="RUNNING") == {}
    both = [statuses(code, PageSize=2, PageId=number) for number in (1, 2)]
    assert [len(page) for page in both] == [2, 1]
    assert api("QuerySpeechPushJobDevice", JobCode=code, PageSize=2)["Data"]["Total"] == 3
    wrong = api_error("QuerySpeechPushJobDevice", JobCode=code, Status="FAILED")
    assert wrong.code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize("action", ["QuerySpeechPushJobDevice", "QuerySpeechPushJobSpeech"])
def test_a_job_that_is_not_there(api_error, action):
    assert api_error(action, JobCode="x").code == "iot.system.IllegalRequest"


def test_what_belongs_to_a_device_goes_with_it(platform, api, device, speech, push, job):
    lamp, bulb = device("lamp1", online=True), device("bulb1")
    push([speech()], lamp)
    code = push([speech("other")], PushMode="ALL")
    api("DeleteDevice", IotId=lamp["IotId"])
    platform.clock.advance(1)
    assert counts(job(code)) == (1, 1, 0, 0)
    assert [row["job_code"] for row in platform.store.all("speech_push")] == [code]
    api("DeleteDevice", IotId=bulb["IotId"])
    assert job(code)["Status"] == "CANCEL"


def test_a_device_that_comes_online_without_pushes_makes_no_work(platform, device, speech, push):
    push([speech()], device("lamp1"))
    before = platform.store.count("due")
    device("bulb1", online=True)
    assert platform.store.count("due") == before


def test_no_work_is_left_when_a_job_is_over(platform, device, speech, push, connect):
    lamp = device("lamp1")
    push([speech()], lamp)
    connect(lamp)
    platform.clock.advance(DAY + 1)
    platform.run_due_work()
    assert platform.store.count("due") == 0
    assert platform.store.one("speech_push_device")["status"] == service.SUCCESS


def test_groups(platform, api, device, api_error):
    lamp = device("lamp1")
    top = api("CreateDeviceGroup", GroupName="lamps_top", GroupDesc="all of them")["Data"]["GroupId"]
    platform.clock.advance(1)
    below = api("CreateDeviceGroup", GroupName="lamps_below", SuperGroupId=top)["Data"]["GroupId"]
    api("CreateDeviceGroup", GroupName="bulbs")
    expression = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
    api("CreateDeviceDynamicGroup", GroupName="lamps_dynamic", **expression)
    member = {name: lamp[name] for name in ("ProductKey", "DeviceName")}
    api("BatchAddDeviceGroupRelations", GroupId=top, Device=[member])

    def asked(**params) -> dict:
        return api("QuerySolutionDeviceGroupPage", **{"ProjectCode": "p1", "PageId": 1, "PageSize": 10, **params})

    first, second = asked(FuzzyGroupName="mps_")["Data"]["List"]["itemName"]
    created = second["GmtCreate"]
    assert second == {
        "DeviceCount": 1,
        "GmtCreate": created,
        "GmtModified": created,
        "GroupDesc": "all of them",
        "GroupId": top,
        "GroupName": "lamps_top",
    }
    assert (first["GroupId"], first["DeviceCount"]) == (below, 0)
    assert asked(PageSize=1)["Data"]["Total"] == 3
    assert asked(PageSize=1, PageId=3)["Data"]["List"]["itemName"] == [second]
    for wrong in ({"PageId": 10_001}, {"PageSize": 51}):
        params = {"ProjectCode": "p1", "PageId": 1, "PageSize": 10, **wrong}
        assert api_error("QuerySolutionDeviceGroupPage", **params).code == "iot.common.InvalidPageParams"
