# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for creating static OTA jobs."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.ota import ota_job_creation as service

INSTANCE = "iot-cn-x"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TAG = [{"Key": "ring.1", "Value": "一"}]


def create_group(api, key: str, names: list[str], name: str = "ring") -> str:
    group_id = api("CreateDeviceGroup", GroupName=name)["Data"]["GroupId"]
    api(
        "BatchAddDeviceGroupRelations",
        GroupId=group_id,
        Device=[{"ProductKey": key, "DeviceName": name} for name in names],
    )
    return group_id


def test_static_job_is_created_with_defaults(platform, key, devices, create_firmware, create_static_job, job, targets):
    names = devices()
    firmware_id = create_firmware(key)
    job_id = create_static_job(firmware_id)
    assert targets(job_id) == names
    read = job(job_id)
    assert read == {
        "JobId": job_id,
        "JobType": "UPGRADE_FIRMWARE",
        "JobStatus": "IN_PROGRESS",
        "JobDesc": "batch upgrade",
        "FirmwareId": firmware_id,
        "ProductKey": key,
        "Name": "firmware1",
        "DestVersion": "2.0.0",
        "SelectionType": "STATIC",
        "TargetSelection": "ALL",
        "Tags": {"OtaTagDTO": []},
        "SrcVersions": {"SrcVersion": []},
        "GroupId": "",
        "GroupName": "",
        "DownloadProtocol": "HTTPS",
        "NeedPush": True,
        "NeedConfirm": False,
        "MultiModuleMode": False,
        "OverwriteMode": 1,
        "MaximumPerMinute": 10000,
        "UtcCreate": read["UtcCreate"],
        "UtcModified": read["UtcCreate"],
        "UtcStartTime": read["UtcCreate"],
    }


def test_static_job_is_created_with_all_options(platform, key, devices, create_firmware, create_static_job, job):
    devices()
    begin = platform.clock.now() + 10 * MINUTE
    job_id = create_static_job(
        create_firmware(key),
        Tag=[*TAG, {"Key": "b", "Value": "c"}],
        SrcVersion=["1.0.0", "1.1.0"],
        NeedPush=False,
        NeedConfirm=True,
        DownloadProtocol="MQTT",
        OverwriteMode=2,
        MaximumPerMinute=10,
        RetryInterval=30,
        RetryCount=5,
        TimeoutInMinutes=31,
        ScheduleTime=begin,
        ScheduleFinishTime=begin + HOUR,
    )
    read = job(job_id)
    expected = {
        "JobStatus": "PLANNED",
        "Tags": {"OtaTagDTO": [*TAG, {"Key": "b", "Value": "c"}]},
        "SrcVersions": {"SrcVersion": ["1.0.0", "1.1.0"]},
        "NeedPush": False,
        "NeedConfirm": True,
        "DownloadProtocol": "MQTT",
        "OverwriteMode": 2,
        "MaximumPerMinute": 10,
        "RetryInterval": 30,
        "RetryCount": 5,
        "TimeoutInMinutes": 31,
    }
    assert expected.items() <= read.items()
    assert read["UtcScheduleFinishTime"] > read["UtcScheduleTime"] > read["UtcCreate"]
    assert "UtcStartTime" not in read


def test_job_skips_devices_with_destination_version(key, devices, create_firmware, create_static_job, targets):
    devices(prefix="done", version="2.0.0")
    olds = devices(prefix="old", version="1.0.0")
    unknown = devices(prefix="mute", version="")
    assert targets(create_static_job(create_firmware(key))) == olds + unknown


def test_job_with_source_versions_targets_devices_with_these_versions(
    key, devices, create_firmware, create_static_job, targets
):
    devices(prefix="aaaa", version="1.0.0")
    names = devices(prefix="bbbb", version="1.1.0")
    devices(prefix="cccc", version="")
    assert targets(create_static_job(create_firmware(key), SrcVersion=["1.1.0", "1.2.0"])) == names


def test_job_with_differential_firmware_requires_matching_source_version(
    api, key, devices, create_firmware, create_static_job, targets, api_error
):
    names = devices(prefix="aaaa", version="1.0.0")
    others = devices(prefix="bbbb", version="1.1.0")
    mute = devices(prefix="cccc", version="")
    done = devices(prefix="dddd", version="2.0.0")
    firmware_id = create_firmware(key, Type=1, SrcVersion="1.0.0")
    job_id = create_static_job(firmware_id, SrcVersion=["1.0.0"])
    assert targets(job_id) == names
    api("CancelOTATaskByJob", JobId=job_id, CancelQueuedTask=True)
    request = {"FirmwareId": firmware_id, "ProductKey": key}

    def code(**params) -> str:
        return api_error("CreateOTAStaticUpgradeJob", **request, **params).code

    assert code(TargetSelection="ALL") == "iot.firmware.SrcVersionIsMandatory"
    assert code(TargetSelection="ALL", SrcVersion=["1.1.0"]) == "iot.firmware.UpgradeSrcVersionMismatch"
    assert code(TargetSelection="ALL", SrcVersion=["1.0.0", "1.1.0"]) == "iot.firmware.MoreThanOneSrcVersion"
    specific = {"TargetSelection": "SPECIFIC"}
    assert code(**specific, TargetDeviceName=[names[0], others[0]]) == "iot.firmware.SrcVersionMismatch"
    assert code(**specific, TargetDeviceName=[names[0], mute[0]]) == "iot.firmware.NonVersionedDeviceInArray"
    assert targets(create_static_job(firmware_id, **specific, TargetDeviceName=[done[0], names[0]])) == [names[0]]


def test_job_for_module_targets_devices_by_module_version(
    api, key, devices, create_firmware, create_static_job, targets
):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    names = devices(prefix="aaaa", module="MCU", version="1.0.0")
    devices(prefix="bbbb", module="mcu", version="2.0.0")
    devices(prefix="cccc", version="1.0.0")
    assert targets(create_static_job(create_firmware(key, ModuleName="mcu"), SrcVersion=["1.0.0"])) == names


def test_job_for_specific_devices_targets_given_names(key, devices, create_firmware, create_static_job, targets):
    names = devices()
    assert targets(
        create_static_job(create_firmware(key), TargetSelection="SPECIFIC", TargetDeviceName=[names[2], names[0]])
    ) == [
        names[0],
        names[2],
    ]


@pytest.mark.parametrize("text", ["{0}\n{2}\n", "{0}\r\n{2}\r\n", "\ufeff{2}\n\n  {0}", "{0}\n{0}\n{2}"])
def test_job_with_uploaded_device_list_targets_listed_devices(
    key, devices, create_firmware, create_static_job, targets, upload, text
):
    names = devices()
    form = upload(text.format(*names).encode(), "GenerateDeviceNameListURL")
    job_id = create_static_job(create_firmware(key), TargetSelection="SPECIFIC", DnListFileUrl=form["FileUrl"])
    assert targets(job_id) == [names[0], names[2]]


def test_invalid_device_list_is_rejected(
    platform, key, devices, create_firmware, create_static_job, api_error, upload, monkeypatch
):
    names = devices()
    request = {"FirmwareId": create_firmware(key), "ProductKey": key, "TargetSelection": "SPECIFIC"}

    def code(content: bytes) -> str:
        url = upload(content, "GenerateDeviceNameListURL")["FileUrl"]
        return api_error("CreateOTAStaticUpgradeJob", **request, DnListFileUrl=url).code

    assert code(b"\n \n") == "iot.firmware.NullTargetDeviceNames"
    assert code(b"unknown\n") == "iot.ota.DeviceNotExist"
    assert code(b"\xff\xfe") == "iot.common.IllegalFileFormat"
    monkeypatch.setattr(service, "MAX_LISTED_DEVICES", 2)
    assert code("\n".join(names).encode()) == "iot.ota.UpgradeDeviceCountExceedLimit"
    for url in ("http://127.0.0.1/_upload/ota_device_list/a.csv", upload()["FirmwareUrl"]):
        error = api_error("CreateOTAStaticUpgradeJob", **request, DnListFileUrl=url)
        assert error.code == "iot.common.FileNotExist"
    assert service.MAX_LISTED_DEVICES == 2


def test_job_for_static_group_targets_members_of_product(
    api, key, create_modeled_product, devices, create_firmware, create_static_job, targets, job
):
    names = devices()
    other = create_modeled_product("other")
    devices(prefix="else", product=other)
    group_id = create_group(api, key, names[:2])
    api("BatchAddDeviceGroupRelations", GroupId=group_id, Device=[{"ProductKey": other, "DeviceName": "else00001"}])
    job_id = create_static_job(
        create_firmware(key), TargetSelection="GROUP", GroupId=group_id, GroupType="LINK_PLATFORM"
    )
    assert targets(job_id) == names[:2]
    assert (job(job_id)["GroupId"], job(job_id)["GroupName"]) == (group_id, "ring")
    api("DeleteDeviceGroup", GroupId=group_id)
    assert job(job_id)["GroupName"] == "ring"


@pytest.mark.parametrize(
    ("percent", "count"), [("33.33", 3), ("0.001", 1), ("99.999", 9), ("100", 10), ("50.5", 5), ("100.000", 10)]
)
def test_gray_job_targets_percentage_of_devices(
    key, devices, create_firmware, create_static_job, targets, job, percent, count
):
    devices(10)
    job_id = create_static_job(create_firmware(key), TargetSelection="GRAY", GrayPercent=percent)
    assert len(targets(job_id)) == count
    assert job(job_id)["GrayPercent"] == percent


def test_gray_job_targets_percentage_of_eligible_devices(key, devices, create_firmware, create_static_job, targets):
    devices(4, prefix="done", version="2.0.0")
    names = devices(4, prefix="lamp", version="1.0.0")
    devices(4, prefix="else", version="1.1.0")
    job_id = create_static_job(create_firmware(key), TargetSelection="GRAY", GrayPercent="50", SrcVersion=["1.0.0"])
    assert targets(job_id) == names[:2]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"TargetSelection": "SOME"}, "iot.firmware.InvalidTargetSelection"),
        ({"FirmwareId": "x"}, "iot.firmware.FirmwareNotFound"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
        ({"TargetDeviceName": ["lamp00001"]}, "iot.firmware.TargetDeviceNamesNotAllowed"),
        ({"DnListFileUrl": "http://a/b"}, "iot.firmware.TargetDeviceNamesNotAllowed"),
        ({"TargetSelection": "SPECIFIC"}, "iot.firmware.NullTargetDeviceNames"),
        (
            {"TargetSelection": "SPECIFIC", "TargetDeviceName": ["lamp00001"], "DnListFileUrl": "http://a/b"},
            "iot.firmware.TargetDeviceNamesNotAllowed",
        ),
        (
            {"TargetSelection": "SPECIFIC", "TargetDeviceName": ["lamp00001"] * 2},
            "iot.common.InvalidFormattedParameter",
        ),
        ({"TargetSelection": "SPECIFIC", "TargetDeviceName": ["unknown"]}, "iot.ota.DeviceNotExist"),
        (
            {"TargetSelection": "SPECIFIC", "TargetDeviceName": [f"a{number}" for number in range(201)]},
            "iot.firmware.ParameterSizeExceedMax",
        ),
        (
            {"TargetSelection": "SPECIFIC", "TargetDeviceName": ["lamp00001"], "SrcVersion": ["1.0.0"]},
            "iot.firmware.SrcVersionsNotAllowed",
        ),
        ({"SrcVersion": ["1 0"]}, "iot.firmware.IncorrectFormattedSrcVersion"),
        ({"SrcVersion": ["1.0.0", "1.0.0"]}, "iot.common.InvalidFormattedParameter"),
        ({"SrcVersion": ["2.0.0"]}, "iot.firmware.SrcDestVersionMatched"),
        ({"SrcVersion": [f"1.{number}" for number in range(11)]}, "iot.firmware.SrcVersionsSizeExceedMax"),
        ({"SrcVersion": ["0.9"]}, "iot.firmware.NoDeviceCanUpgrade"),
        ({"TargetSelection": "GRAY"}, "iot.firmware.NullGrayPercent"),
        ({"TargetSelection": "GRAY", "GrayPercent": "a"}, "iot.firmware.BadlyFormattedGrayPercent"),
        ({"TargetSelection": "GRAY", "GrayPercent": "1.2345"}, "iot.firmware.BadlyFormattedGrayPercent"),
        ({"TargetSelection": "GRAY", "GrayPercent": "-1"}, "iot.firmware.BadlyFormattedGrayPercent"),
        ({"TargetSelection": "GRAY", "GrayPercent": "0"}, "iot.firmware.InvalidGrayPercent"),
        ({"TargetSelection": "GRAY", "GrayPercent": "100.001"}, "iot.firmware.InvalidGrayPercent"),
        ({"TargetSelection": "GROUP", "GroupType": "LINK_PLATFORM"}, "iot.ota.GroupNotExist"),
        ({"TargetSelection": "GROUP", "GroupId": "x"}, "iot.ota.GroupTypeInvalid"),
        (
            {"TargetSelection": "GROUP", "GroupId": "x", "GroupType": "LINK_PLATFORM_DYNAMIC"},
            "iot.ota.GroupTypeInvalid",
        ),
        ({"TargetSelection": "GROUP", "GroupId": "x", "GroupType": "LINK_PLATFORM"}, "iot.ota.GroupNotExist"),
        ({"MaximumPerMinute": 9}, "iot.firmware.InvalidMaximumPerMinute"),
        ({"MaximumPerMinute": 10001}, "iot.firmware.InvalidMaximumPerMinute"),
        ({"TimeoutInMinutes": 0}, "iot.firmware.InvalidTimeoutSetting"),
        ({"TimeoutInMinutes": 1441}, "iot.firmware.InvalidTimeoutSetting"),
        ({"RetryInterval": 5, "RetryCount": 1}, "iot.firmware.InvalidRetryInterval"),
        ({"RetryCount": 1}, "iot.firmware.InvalidRetryInterval"),
        ({"RetryInterval": 10}, "iot.firmware.InvalidRetryCount"),
        ({"RetryInterval": 10, "RetryCount": 3}, "iot.firmware.InvalidRetryCount"),
        ({"RetryInterval": 60, "RetryCount": 1, "TimeoutInMinutes": 60}, "iot.firmware.InvalidRetryInterval"),
        ({"OverwriteMode": 3}, "iot.firmware.InvalidOverwriteMode"),
        (
            {"OverwriteMode": 2, "MultiModuleMode": True, "IotInstanceId": INSTANCE},
            "iot.ota.OverWriteAndMultiModuleConflict",
        ),
        ({"MultiModuleMode": True}, "iot.ota.multiModuleModeForbiddenInDefaultInstance"),
        ({"DownloadProtocol": "FTP"}, "iot.ota.DownloadProtocolInvalid"),
        ({"Tag": [{"Key": "a-b", "Value": "c"}]}, "iot.firmware.JobTagKeyInvalid"),
        ({"Tag": [{"Key": "a" * 31, "Value": "c"}]}, "iot.firmware.JobTagKeyInvalid"),
        ({"Tag": [{"Value": "c"}]}, "iot.firmware.JobTagKeyInvalid"),
        ({"Tag": [{"Key": "a"}]}, "iot.firmware.JobTagValueInvalid"),
        ({"Tag": [{"Key": "a", "Value": "c" * 1025}]}, "iot.firmware.JobTagValueInvalid"),
        ({"Tag": [{"Key": "a", "Value": "c"}] * 2}, "iot.ota.tag.KeyDuplicated"),
        ({"Tag": [{"Key": f"a{n}", "Value": "c" * 1024} for n in range(4)]}, "iot.firmware.JobTagsTooLong"),
        ({"Tag": [{"Key": f"a{n}", "Value": "c"} for n in range(11)]}, "iot.firmware.JobTagTooMany"),
        ({"ScheduleFinishTime": 1}, "iot.firmware.ScheduleFinishTimeWithoutStartTime"),
    ],
)
def test_invalid_static_job_is_rejected(platform, api, key, devices, create_firmware, params, code):
    devices()
    request = {"FirmwareId": create_firmware(key), "ProductKey": key, "TargetSelection": "ALL", **params}
    with pytest.raises(Exception, match=code) as caught:
        api("CreateOTAStaticUpgradeJob", **request)
    assert caught.value.code == code
    assert platform.store.count("ota_job") == platform.store.count("ota_task") == 0


@pytest.mark.parametrize(
    ("start_offset", "duration", "code"),
    [
        (0, None, "FireTimeMustLargeThanCurrentTime"),
        (-DAY, None, "FireTimeMustLargeThanCurrentTime"),
        (4 * MINUTE, None, "FireTimeTooShort"),
        (7 * DAY + MINUTE, None, "FireTimeTooLate"),
        (HOUR, 0, "ScheduleFinishTimeEarlierThanStartTime"),
        (HOUR, -1, "ScheduleFinishTimeEarlierThanStartTime"),
        (HOUR, HOUR - 1, "ScheduleFinishTimeTooEarly"),
        (HOUR, 30 * DAY + 1, "ScheduleFinishTimeTooLate"),
    ],
)
def test_invalid_schedule_is_rejected(platform, key, devices, create_firmware, api_error, start_offset, duration, code):
    devices()
    begin = platform.clock.now() + start_offset
    request = {"FirmwareId": create_firmware(key), "ProductKey": key, "TargetSelection": "ALL", "ScheduleTime": begin}
    if duration is not None:
        request["ScheduleFinishTime"] = begin + duration
    assert api_error("CreateOTAStaticUpgradeJob", **request).code == f"iot.firmware.{code}"


def test_job_with_firmware_of_other_product_is_rejected(
    key, create_modeled_product, devices, create_firmware, api_error, create_static_job
):
    devices()
    request = {"ProductKey": key, "TargetSelection": "ALL"}
    other = create_firmware(create_modeled_product("other"))
    code = api_error("CreateOTAStaticUpgradeJob", FirmwareId=other, **request).code
    assert code == "iot.firmware.FirmwareAndProductKeyMismatch"
    create_static_job(create_firmware(""))


def test_mqtt_download_of_large_or_multi_file_firmware_is_rejected(
    api, key, devices, create_firmware, api_error, upload, monkeypatch
):
    devices()
    request = {"ProductKey": key, "TargetSelection": "ALL", "DownloadProtocol": "MQTT"}
    files = [{"Name": name, "Url": upload(name.encode())["FirmwareUrl"]} for name in "ab"]
    code = api_error("CreateOTAStaticUpgradeJob", FirmwareId=create_firmware(key, MultiFiles=files), **request).code
    assert code == "iot.ota.DownloadProtocolMqttNotSuitable"
    monkeypatch.setattr(service, "MAX_MQTT_BYTES", 8)
    code = api_error("CreateOTAStaticUpgradeJob", FirmwareId=create_firmware(key, DestVersion="3"), **request).code
    assert code == "iot.ota.DownloadProtocolMqttNotSuitable"
