# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test pushing speeches to devices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.speech import speech_push as service

DAY = 24 * 3600


def speeches_on_device(api, device) -> list[str]:
    """Return the BizCodes of the speeches on a device."""
    reply = api("QueryDeviceSpeech", IotId=device["IotId"], PageSize=50)
    return [speech["BizCode"] for speech in reply["Data"]["List"]["Items"]]


def device_counts(job: dict) -> tuple[int, int, int, int]:
    """Return the total, running, success and fail counts of a job."""
    return tuple(job[f"{what}DeviceNum"] for what in ("Total", "Running", "Success", "Fail"))


def test_push_to_online_device_succeeds_after_one_second(
    platform, api, register_device, create_speech, push_speeches, read_job, device_statuses
):
    lamp = register_device("lamp1", online=True)
    code = push_speeches([create_speech()], lamp)
    started = read_job(code)
    assert started == {
        "Code": code,
        "CreatedTime": started["CreatedTime"],
        "DeviceName": "lamp1",
        "ExpiredTime": started["CreatedTime"] + DAY * 1000,
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
    assert device_statuses(code) == {"lamp1": "SENDING"}
    assert speeches_on_device(api, lamp) == []
    platform.clock.advance(1)
    assert (read_job(code)["Status"], device_counts(read_job(code))) == ("SUCCESS", (1, 0, 1, 0))
    [finished] = api("QuerySpeechPushJobDevice", JobCode=code)["Data"]["List"]["Items"]
    assert finished == {"DeviceName": "lamp1", "GmtModified": started["CreatedTime"] + 1000, "Status": "SUCCESS"}
    assert speeches_on_device(api, lamp) == ["ZFDZ"]


def test_push_to_offline_device_starts_when_it_connects(
    platform, api, register_device, create_speech, push_speeches, connect, device_statuses
):
    lamp = register_device("lamp1")
    code = push_speeches([create_speech()], lamp)
    platform.clock.advance(3600)
    assert device_statuses(code) == {"lamp1": "RUNNING"}
    connect(lamp)
    assert device_statuses(code) == {"lamp1": "SENDING"}
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp1": "SUCCESS"}
    assert speeches_on_device(api, lamp) == ["ZFDZ"]


def test_waiting_pushes_are_delivered_in_order(
    platform, api, register_device, create_speech, push_speeches, connect, device_statuses
):
    lamp = register_device("lamp1")
    slow, fast = create_speech("one", SpeechRate=-500), create_speech("two")
    codes = []
    for pushed in ([slow], [fast], [slow, fast]):
        codes.append(push_speeches(pushed, lamp))
        platform.clock.advance(1)
    connect(lamp)
    platform.clock.advance(1)
    assert [device_statuses(code) for code in codes] == [{"lamp1": "SUCCESS"}] * 3
    assert speeches_on_device(api, lamp) == ["one", "two"]


def test_push_to_device_going_offline_waits_again(
    platform, api, register_device, create_speech, push_speeches, connect, device_statuses
):
    lamp = register_device("lamp1", online=True)
    code = push_speeches([create_speech()], lamp)
    connect(lamp, online=False)
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp1": "RUNNING"}
    assert speeches_on_device(api, lamp) == []
    connect(lamp)
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp1": "SUCCESS"}


def test_push_duration_is_counted_per_device(
    platform, api, register_device, create_speech, push_speeches, connect, device_statuses
):
    lamp, bulb = register_device("lamp1"), register_device("bulb1")
    codes = [push_speeches([create_speech("all")], PushMode="ALL"), push_speeches([create_speech("one")], bulb)]
    connect(lamp)
    platform.clock.advance(0.8)
    connect(bulb)
    platform.clock.advance(0.2)
    assert device_statuses(codes[0]) == {"lamp1": "SUCCESS", "bulb1": "SENDING"}
    assert device_statuses(codes[1]) == {"bulb1": "SENDING"}
    platform.clock.advance(0.8)
    assert speeches_on_device(api, bulb) == ["all", "one"]


def test_push_to_disabled_device_waits(
    platform, api, register_device, create_speech, push_speeches, connect, device_statuses
):
    lamp = register_device("lamp1", online=True)
    api("DisableThing", IotId=lamp["IotId"])
    code = push_speeches([create_speech()], lamp)
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp1": "RUNNING"}
    api("EnableThing", IotId=lamp["IotId"])
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp1": "RUNNING"}
    connect(lamp)
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp1": "SUCCESS"}


def test_push_times_out_after_one_day(
    platform, api, register_device, create_speech, push_speeches, connect, read_job, device_statuses
):
    lamp, bulb = register_device("lamp1"), register_device("bulb1", online=True)
    code = push_speeches([create_speech()], PushMode="ALL")
    platform.clock.advance(DAY - 60)
    assert read_job(code)["Status"] == "RUNNING"
    platform.clock.advance(60)
    assert device_statuses(code) == {"lamp1": "TIMEOUT", "bulb1": "SUCCESS"}
    assert (read_job(code)["Status"], device_counts(read_job(code))) == ("TIMEOUT", (2, 0, 1, 1))
    connect(lamp)
    platform.clock.advance(1)
    assert device_statuses(code, Status="TIMEOUT") == {"lamp1": "TIMEOUT"}
    assert (speeches_on_device(api, lamp), speeches_on_device(api, bulb)) == ([], ["ZFDZ"])


def test_push_to_device_with_full_storage_fails(platform, api, register_device, create_speech, push_speeches, read_job):
    lamp = register_device("lamp1", online=True)
    # 600 KB each; the storage has 2,000 KB.
    long_speeches = [create_speech(f"s{number}", Text="a" * 96, SpeechRate=-500) for number in range(4)]
    push_speeches(long_speeches[:3], lamp)
    platform.clock.advance(1)
    code = push_speeches([long_speeches[3], create_speech("short")], lamp)
    platform.clock.advance(1)
    assert (read_job(code)["Status"], device_counts(read_job(code))) == ("CANCEL", (1, 0, 0, 1))
    [failed] = api("QuerySpeechPushJobDevice", JobCode=code)["Data"]["List"]["Items"]
    del failed["GmtModified"]
    assert failed == {
        "DeviceName": "lamp1",
        "ErrorCode": "1",
        "ErrorMessage": "device storage limited",
        "Status": "CANCEL",
    }
    assert speeches_on_device(api, lamp) == ["s0", "s1", "s2"]


@pytest.mark.parametrize(("missing_bytes", "status"), [(0, "SUCCESS"), (1, "CANCEL")])
def test_push_that_fits_exactly_succeeds(
    platform, monkeypatch, register_device, create_speech, push_speeches, read_job, missing_bytes, status
):
    lamp = register_device("lamp1", online=True)
    codes = [create_speech("one"), create_speech("two")]
    push_speeches(codes[:1], lamp)
    platform.clock.advance(1)
    platform.run_due_work()
    monkeypatch.setattr(
        service, "STORAGE_SIZE", sum(row["size"] for row in platform.store.all("speech")) - missing_bytes
    )
    code = push_speeches(codes[1:], lamp)
    platform.clock.advance(1)
    assert read_job(code)["Status"] == status


def test_push_of_updated_speech_replaces_old_copy(
    platform, api, register_device, create_speech, push_speeches, read_job
):
    lamp = register_device("lamp1", online=True)
    long_speeches = [create_speech(f"s{number}", Text="a" * 96, SpeechRate=-500) for number in range(3)]
    push_speeches(long_speeches, lamp)
    platform.clock.advance(1)
    second_job = push_speeches(long_speeches, lamp)
    platform.clock.advance(1)
    assert read_job(second_job)["Status"] == "SUCCESS"
    for code in long_speeches:
        api("UpdateSpeech", ProjectCode="p1", SpeechCode=code, Voice="Siyue", SpeechRate=500)
    push_speeches(long_speeches, lamp)
    before = api("GetSpeechDeviceDetail", IotId=lamp["IotId"])["Data"]
    platform.clock.advance(1)
    after = api("GetSpeechDeviceDetail", IotId=lamp["IotId"])["Data"]
    assert 2000 - after["AvailableSpace"] == pytest.approx((2000 - before["AvailableSpace"]) / 4, rel=0.01)


def test_push_storage_is_counted_per_device(platform, register_device, create_speech, push_speeches, device_statuses):
    full, empty = register_device("full1", online=True), register_device("empty1", online=True)
    long_speeches = [create_speech(f"s{number}", Text="a" * 96, SpeechRate=-500) for number in range(4)]
    push_speeches(long_speeches[:3], full)
    platform.clock.advance(1)
    code = push_speeches(long_speeches[3:], PushMode="ALL")
    platform.clock.advance(1)
    assert device_statuses(code) == {"full1": "CANCEL", "empty1": "SUCCESS"}
    assert platform.store.count("device_speech", iot_id=empty["IotId"]) == 1


def test_push_of_pack_delivers_its_words(platform, api, register_device, create_speech, push_speeches, read_job):
    lamp = register_device("lamp1", online=True)
    pack = create_speech(SpeechType="monetary_unit")
    code = push_speeches([pack, create_speech()], lamp)
    platform.clock.advance(1)
    assert speeches_on_device(api, lamp) == [
        "SYS_TONE_MONETARY_fen",
        "SYS_TONE_MONETARY_jiao",
        "SYS_TONE_MONETARY_yuan",
        "ZFDZ",
    ]
    assert read_job(code)["SpeechNum"] == 2
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


def test_push_of_single_word_of_pack_delivers_word(platform, api, register_device, create_speech, push_speeches):
    lamp = register_device("lamp1", online=True)
    create_speech(SpeechType="number")
    words = api("QuerySpeechList", ProjectCode="p1")["Data"]["List"]["Items"][0]["SpeechList"]["Items"]
    push_speeches([words[0]["SpeechCode"]], lamp)
    platform.clock.advance(1)
    assert speeches_on_device(api, lamp) == ["SYS_TONE_0"]


def test_push_of_deleted_speech_is_skipped(
    platform, api, register_device, create_speech, push_speeches, connect, read_job
):
    lamp = register_device("lamp1")
    deleted, remaining = create_speech("deleted"), create_speech("remaining")
    code = push_speeches([deleted, remaining], lamp)
    other = push_speeches([deleted], lamp)
    api("DeleteSpeech", SpeechCodeList=[deleted])
    assert (read_job(code)["SpeechNum"], read_job(code)["SpeechStatus"]) == (2, False)
    connect(lamp)
    platform.clock.advance(1)
    assert speeches_on_device(api, lamp) == ["remaining"]
    assert (read_job(code)["Status"], read_job(other)["Status"]) == ("SUCCESS", "CANCEL")
    assert read_job(other)["SpeechStatus"] is False
    assert api("QuerySpeechPushJobSpeech", JobCode=other)["Data"]["Total"] == 0
    api("DeleteSpeech", SpeechCodeList=[remaining])
    assert speeches_on_device(api, lamp) == ["remaining"]


def test_push_to_group_delivers_to_members_at_creation(
    platform, api, register_device, create_speech, push_speeches, read_job, device_statuses
):
    lamps = [register_device(f"lamp{number}", online=True) for number in range(2)]
    register_device("bulb1", online=True)
    group = api("CreateDeviceGroup", GroupName="lamps")["Data"]["GroupId"]
    members = [{name: lamp[name] for name in ("ProductKey", "DeviceName")} for lamp in lamps]
    api("BatchAddDeviceGroupRelations", GroupId=group, Device=members)
    code = push_speeches([create_speech()], PushMode="GROUP_DEVICE", GroupId=group)
    api("BatchDeleteDeviceGroupRelations", GroupId=group, Device=members[:1])
    api("DeleteDeviceGroup", GroupId=group)
    platform.clock.advance(1)
    assert device_statuses(code) == {"lamp0": "SUCCESS", "lamp1": "SUCCESS"}
    job = read_job(code)
    assert (job["GroupId"], job["GroupName"], job["PushMode"]) == (group, "lamps", "GROUP_DEVICE")
    assert not {"IotId", "ProductKey", "DeviceName"} & job.keys()


def test_push_to_empty_group_is_canceled(api, create_speech, push_speeches, read_job):
    group = api("CreateDeviceGroup", GroupName="empty")["Data"]["GroupId"]
    code = push_speeches([create_speech()], PushMode="GROUP_DEVICE", GroupId=group)
    assert (read_job(code)["Status"], device_counts(read_job(code))) == ("CANCEL", (0, 0, 0, 0))


def test_push_to_device_by_name_is_accepted(register_device, create_speech, push_speeches, read_job):
    lamp = register_device("lamp1")
    code = push_speeches([create_speech()], PushMode="SINGLE_DEVICE", ProductKey=lamp["ProductKey"], DeviceName="lamp1")
    assert read_job(code)["IotId"] == lamp["IotId"]


def test_push_with_invalid_parameters_is_rejected(platform, api, register_device, create_speech, api_error):
    lamp = register_device("lamp1")
    code = create_speech()
    other_project_speech = create_speech("other", ProjectCode="p2")
    params = {"ProjectCode": "p1", "PushMode": "SINGLE_DEVICE", "IotId": lamp["IotId"], "SpeechCodeList": [code]}
    for invalid, error in (
        ({"PushMode": "SOME"}, "iot.common.InvalidFormattedParameter"),
        ({"PushMode": "GROUP_DEVICE"}, "iot.common.InvalidFormattedParameter"),
        ({"SpeechCodeList": [code, other_project_speech]}, "iot.speech.InvalidSpeechCodeList"),
        ({"SpeechCodeList": ["x"]}, "iot.speech.InvalidSpeechCodeList"),
        ({"SpeechCodeList": [code] * 101}, "iot.speech.InvalidSpeechCodeList"),
        ({"IotId": "nothing0000000000000000100"}, "iot.device.NotExistedDevice"),
        ({"IotId": ""}, "iot.prod.NullProductKey"),
        ({"IotId": "", "ProductKey": lamp["ProductKey"]}, "iot.device.NullDeviceName"),
        ({"PushMode": "GROUP_DEVICE", "GroupId": "x"}, "iot.group.NotExistedGroup"),
    ):
        assert api_error("PushSpeech", **{**params, **invalid}).code == error
    assert platform.store.count("speech_push") == 0
    api("PushSpeech", **{**params, "SpeechCodeList": [code] * 100})


def test_device_deletion_deletes_its_push_jobs(platform, api, register_device, create_speech, push_speeches, read_job):
    lamp, bulb = register_device("lamp1", online=True), register_device("bulb1")
    push_speeches([create_speech()], lamp)
    code = push_speeches([create_speech("other")], PushMode="ALL")
    api("DeleteDevice", IotId=lamp["IotId"])
    platform.clock.advance(1)
    assert device_counts(read_job(code)) == (1, 1, 0, 0)
    assert [row["job_code"] for row in platform.store.all("speech_push")] == [code]
    api("DeleteDevice", IotId=bulb["IotId"])
    assert read_job(code)["Status"] == "CANCEL"


def test_connection_without_waiting_push_schedules_no_work(platform, register_device, create_speech, push_speeches):
    push_speeches([create_speech()], register_device("lamp1"))
    before = platform.store.count("due")
    register_device("bulb1", online=True)
    assert platform.store.count("due") == before


def test_finished_push_job_leaves_no_scheduled_work(platform, register_device, create_speech, push_speeches, connect):
    lamp = register_device("lamp1")
    push_speeches([create_speech()], lamp)
    connect(lamp)
    platform.clock.advance(DAY + 1)
    platform.run_due_work()
    assert platform.store.count("due") == 0
    assert platform.store.one("speech_push_device")["status"] == service.SUCCESS
