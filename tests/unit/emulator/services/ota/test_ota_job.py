# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for creating and reading OTA jobs."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.ota import ota_job_creation as service

INSTANCE = "iot-cn-x"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TAG = [{"Key": "ring.1", "Value": "一"}]


@pytest.fixture
def devices(simulate, key):
    """Create simulated devices that never finish an upgrade, and return their names."""

    def devices(count: int = 3, version: str = "1.0.0", prefix: str = "lamp", product: str = key, module="default"):
        profile = {"outcome": "stall"}
        versions = {module: version} if version else {}
        simulate(product=product, count=count, prefix=prefix, module_versions=versions, profile=profile)
        return [f"{prefix}{number:05}" for number in range(1, count + 1)]

    return devices


@pytest.fixture
def targets(api):
    """Return the names of the devices that a job has tasks for."""

    def targets(job_id: str) -> list[str]:
        tasks = api("ListOTATaskByJob", JobId=job_id, PageSize=100)["Data"]["SimpleOTATaskInfo"]
        return [task["DeviceName"] for task in tasks]

    return targets


@pytest.fixture
def job(api):
    """Return a job from QueryOTAJob."""
    return lambda job_id: api("QueryOTAJob", JobId=job_id)["Data"]


def create_group(api, key: str, names: list[str], name: str = "ring") -> str:
    group_id = api("CreateDeviceGroup", GroupName=name)["Data"]["GroupId"]
    api(
        "BatchAddDeviceGroupRelations",
        GroupId=group_id,
        Device=[{"ProductKey": key, "DeviceName": name} for name in names],
    )
    return group_id


def create_dynamic_group(api, expression: str, name: str = "olds") -> dict:
    reply = api("CreateDeviceDynamicGroup", GroupName=name, DynamicGroupExpression=expression, IotInstanceId=INSTANCE)
    return {"GroupId": reply["Data"]["GroupId"], "GroupType": "LINK_PLATFORM_DYNAMIC", "IotInstanceId": INSTANCE}


OLD_VERSION = 'ota_module.module_name = "default" AND ota_module.firmware_version = "1.0.0"'


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

    assert code(TargetSelection="ALL") == "iot.firmware.SrcVersionsMandatory"
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
    assert code(b"nobody\n") == "iot.ota.DeviceNotExist"
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
        ({"TargetSelection": "SPECIFIC", "TargetDeviceName": ["nobody"]}, "iot.ota.DeviceNotExist"),
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
        ({"TargetSelection": "GROUP", "GroupType": "LINK_PLATFORM"}, "MissingGroupId"),
        ({"TargetSelection": "GROUP", "GroupId": "x"}, "MissingGroupType"),
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


# Verification


def test_verification_job_verifies_firmware(api, key, simulate, create_firmware, api_error, job, advance_clock):
    simulate(product=key, count=2, prefix="lamp", module_versions={"default": "1.0.0"}, profile={"delay": 10})
    firmware_id = create_firmware(key, NeedToVerify=True)
    request = {"FirmwareId": firmware_id, "ProductKey": key}
    code = api_error("CreateOTAStaticUpgradeJob", **request, TargetSelection="ALL").code
    assert code == "iot.firmware.FirmwareNotVerified"
    code = api_error("CreateOTADynamicUpgradeJob", **request, SrcVersion=["1.0.0"]).code
    assert code == "iot.firmware.FirmwareNotVerified"
    names = ["lamp00001", "lamp00002"]
    created = api("CreateOTAVerifyJob", **request, TargetDeviceName=names, Tag=TAG)["Data"]

    def verification_status() -> tuple[int, int]:
        info = api("QueryOTAFirmware", FirmwareId=firmware_id)["FirmwareInfo"]
        return info["Status"], info["VerifyProgress"]

    assert verification_status() == (2, 0)
    read = job(created["JobId"])
    expected = {
        "JobType": "VERIFY_FIRMWARE",
        "SelectionType": "STATIC",
        "TargetSelection": "SPECIFIC",
        "JobStatus": "IN_PROGRESS",
        "Tags": {"OtaTagDTO": TAG},
    }
    assert expected.items() <= read.items()
    code = api_error("CreateOTAVerifyJob", **request, TargetDeviceName=names).code
    assert code == "iot.firmware.InProgressVerifyJobExisted"
    advance_clock(12)
    assert verification_status() == (1, 100)
    assert job(created["JobId"])["JobStatus"] == "COMPLETED"
    code = api_error("CreateOTAVerifyJob", **request, TargetDeviceName=names).code
    assert code == "iot.firmware.VerifyFirmwareNoNeed"


def test_failed_verification_can_be_repeated(api, key, simulate, create_firmware, advance_clock):
    profile = {"upgrade": {"outcome": "fail"}}
    simulate(product=key, names=["good"], module_versions={"default": "1.0.0"})
    simulate(product=key, names=["wrong"], module_versions={"default": "1.0.0"}, profile=profile)
    firmware_id = create_firmware(key, NeedToVerify=True)
    request = {"FirmwareId": firmware_id, "ProductKey": key}
    api("CreateOTAVerifyJob", **request, TargetDeviceName=["good", "wrong"])
    advance_clock(2)
    info = api("QueryOTAFirmware", FirmwareId=firmware_id)["FirmwareInfo"]
    assert (info["Status"], info["VerifyProgress"]) == (3, 50)
    simulate(product=key, names=["wrong"], profile={})
    api("CreateOTAVerifyJob", **request, TargetDeviceName=["wrong"])
    advance_clock(2)
    assert api("QueryOTAFirmware", FirmwareId=firmware_id)["FirmwareInfo"]["Status"] == 1


def test_verification_job_without_devices_fails(api, key, devices, create_firmware):
    [name] = devices(1)
    firmware_id = create_firmware(key, NeedToVerify=True)
    request = {"FirmwareId": firmware_id, "ProductKey": key}
    job_id = api("CreateOTAVerifyJob", **request, TargetDeviceName=[name])["Data"]["JobId"]
    api("DeleteDevice", ProductKey=key, DeviceName=name)
    assert api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"] == "COMPLETED"
    assert api("QueryOTAFirmware", FirmwareId=firmware_id)["FirmwareInfo"]["Status"] == 3


@pytest.mark.parametrize(
    ("names", "params", "code"),
    [
        (["nobody"], {}, "iot.ota.DeviceNotExist"),
        (["lamp00001", "lamp00001"], {}, "iot.common.InvalidFormattedParameter"),
        (["lamp00001", "done00001"], {}, "iot.firmware.DeviceWithDestinationVersionInArray"),
        (["lamp00001"], {"TimeoutInMinutes": 1441}, "iot.firmware.InvalidTimeoutSetting"),
        ([f"a{number}" for number in range(11)], {}, "iot.firmware.ParameterSizeExceedMax"),
        (["lamp00001"], {"Tag": [{"Key": f"a{n}", "Value": "c"} for n in range(11)]}, "iot.firmware.JobTagTooMany"),
    ],
)
def test_invalid_verification_job_is_rejected(api, key, devices, create_firmware, api_error, names, params, code):
    devices()
    devices(prefix="done", version="2.0.0")
    firmware_id = create_firmware(key, NeedToVerify=True)
    request = {"FirmwareId": firmware_id, "ProductKey": key, "TargetDeviceName": names}
    assert api_error("CreateOTAVerifyJob", **request, **params).code == code
    assert api("QueryOTAFirmware", FirmwareId=firmware_id)["FirmwareInfo"]["Status"] == 0


def test_verification_of_firmware_without_need_is_rejected(key, devices, create_firmware, api_error):
    names = devices()
    request = {"FirmwareId": create_firmware(key), "ProductKey": key, "TargetDeviceName": names}
    assert api_error("CreateOTAVerifyJob", **request).code == "iot.firmware.VerifyFirmwareNoNeed"


# Dynamic jobs


def test_dynamic_job_with_mode_1_targets_current_devices(
    key, devices, create_firmware, create_dynamic_job, job, targets
):
    names = devices()
    devices(prefix="else", version="1.1.0")
    job_id = create_dynamic_job(create_firmware(key), DynamicMode=1)
    assert targets(job_id) == names
    read = job(job_id)
    expected = {
        "SelectionType": "DYNAMIC",
        "TargetSelection": "ALL",
        "DynamicMode": 1,
        "SrcVersions": {"SrcVersion": ["1.0.0"]},
        "JobStatus": "IN_PROGRESS",
    }
    assert expected.items() <= read.items()


def test_dynamic_job_with_mode_2_has_no_initial_tasks(key, devices, create_firmware, create_dynamic_job, targets, job):
    devices()
    job_id = create_dynamic_job(create_firmware(key), DynamicMode=2)
    assert targets(job_id) == []
    assert job(job_id)["JobStatus"] == "IN_PROGRESS"


def test_dynamic_job_for_dynamic_group_targets_members(api, key, devices, create_firmware, create_dynamic_job, targets, job):
    names = devices()
    devices(prefix="else", version="1.1.0")
    group_params = create_dynamic_group(api, OLD_VERSION)
    job_id = create_dynamic_job(create_firmware(key), **group_params)
    assert targets(job_id) == names
    assert (job(job_id)["GroupId"], job(job_id)["GroupName"]) == (group_params["GroupId"], "olds")


def test_second_running_dynamic_job_of_firmware_is_rejected(
    api, key, devices, create_firmware, create_dynamic_job, api_error
):
    devices()
    firmware_id = create_firmware(key)
    job_id = create_dynamic_job(firmware_id)
    request = {"FirmwareId": firmware_id, "ProductKey": key, "SrcVersion": ["1.1.0"]}
    code = api_error("CreateOTADynamicUpgradeJob", **request).code
    assert code == "iot.firmware.InProgressDynamicJobExisted"
    api("CancelOTAStrategyByJob", JobId=job_id)
    create_dynamic_job(firmware_id)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"SrcVersion": []}, "iot.firmware.NullSrcVersions"),
        ({"SrcVersion": ["2.0.0"]}, "iot.firmware.SrcDestVersionMatched"),
        ({"DynamicMode": 3}, "iot.firmware.InvalidDynamicMode"),
        ({"GroupId": "x", "GroupType": "LINK_PLATFORM_DYNAMIC"}, "iot.firmware.SrcVersionsNotAllowed"),
        (
            {"GroupId": "x", "GroupType": "LINK_PLATFORM_DYNAMIC", "SrcVersion": []},
            "iot.ota.dynamicGroupForbiddenInDefaultInstance",
        ),
        (
            {"GroupId": "x", "GroupType": "LINK_PLATFORM", "SrcVersion": [], "IotInstanceId": INSTANCE},
            "iot.ota.GroupTypeInvalid",
        ),
        (
            {"GroupId": "x", "GroupType": "LINK_PLATFORM_DYNAMIC", "SrcVersion": [], "IotInstanceId": INSTANCE},
            "iot.ota.GroupNotExist",
        ),
        ({"GroupId": "x", "SrcVersion": [], "IotInstanceId": INSTANCE}, "MissingGroupType"),
        ({"MaximumPerMinute": 9}, "iot.firmware.InvalidMaximumPerMinute"),
        ({"SrcVersion": [f"1.{number}" for number in range(11)]}, "iot.firmware.SrcVersionsSizeExceedMax"),
    ],
)
def test_invalid_dynamic_job_is_rejected(platform, api, key, create_firmware, params, code):
    request = {"FirmwareId": create_firmware(key), "ProductKey": key, "SrcVersion": ["1.0.0"], **params}
    with pytest.raises(Exception, match=code) as caught:
        api("CreateOTADynamicUpgradeJob", **request)
    assert caught.value.code == code
    assert platform.store.count("ota_job") == 0


def test_dynamic_job_with_differential_firmware_requires_source_version(
    api, key, devices, create_firmware, create_dynamic_job, targets, api_error
):
    names = devices()
    devices(prefix="else", version="1.1.0")
    firmware_id = create_firmware(key, Type=1, SrcVersion="1.0.0")
    request = {"FirmwareId": firmware_id, "ProductKey": key}
    code = api_error("CreateOTADynamicUpgradeJob", **request, SrcVersion=["1.1.0"]).code
    assert code == "iot.firmware.UpgradeSrcVersionMismatch"
    both = f'{OLD_VERSION} OR ota_module.module_name = "default" AND ota_module.firmware_version = "1.1.0"'
    assert targets(create_dynamic_job(firmware_id, **create_dynamic_group(api, both))) == names


def test_dynamic_group_without_module_name_is_rejected(api, key, create_firmware, create_dynamic_job, api_error):
    request = {"FirmwareId": create_firmware(key), "ProductKey": key}
    nameless = create_dynamic_group(api, 'ota_module.firmware_version = "1.0.0"')
    code = api_error("CreateOTADynamicUpgradeJob", **request, **nameless).code
    assert code == "iot.ota.DynamicGroupExpressionInvalid"


def test_dynamic_jobs_of_group_have_limit_and_same_modes(api, key, create_firmware, create_dynamic_job, api_error):
    request = create_dynamic_group(api, OLD_VERSION)
    for number in range(service.MAX_JOBS_PER_GROUP - 1):
        job_id = create_dynamic_job(create_firmware(key, DestVersion=f"2.{number}"), **request)
    job_request = {"FirmwareId": create_firmware(key, DestVersion="3"), "ProductKey": key, **request}
    code = api_error("CreateOTADynamicUpgradeJob", **job_request, OverwriteMode=2).code
    assert code == "iot.ota.DynamicGroupConflict"
    code = api_error("CreateOTADynamicUpgradeJob", **job_request, MultiModuleMode=True).code
    assert code == "iot.ota.DynamicGroupConflict"
    create_dynamic_job(create_firmware(key, DestVersion="4"), **request)
    code = api_error("CreateOTADynamicUpgradeJob", **job_request).code
    assert code == "iot.ota.DynamicGroupTaskCountExceedLimit"
    api("CancelOTAStrategyByJob", JobId=job_id)
    api("CreateOTADynamicUpgradeJob", **job_request)


# Lists


def test_jobs_of_firmware_are_listed_newest_first(
    platform, api, key, devices, create_firmware, create_static_job, create_dynamic_job, api_error
):
    names = devices()
    firmware_id = create_firmware(key)
    first = create_static_job(firmware_id, TargetSelection="SPECIFIC", TargetDeviceName=names[:1], Tag=TAG)
    platform.clock.advance(1)
    second = create_dynamic_job(firmware_id)
    create_static_job(create_firmware(key, DestVersion="3"))
    reply = api("ListOTAJobByFirmware", FirmwareId=firmware_id, CurrentPage=1, PageSize=10)
    jobs = reply["Data"]["SimpleOTAJobInfo"]
    assert [job["JobId"] for job in jobs] == [second, first]
    assert (reply["Total"], reply["PageCount"]) == (2, 1)
    assert jobs[1] == {
        "JobId": first,
        "JobType": "UPGRADE_FIRMWARE",
        "JobStatus": "IN_PROGRESS",
        "FirmwareId": firmware_id,
        "ProductKey": key,
        "SelectionType": "STATIC",
        "TargetSelection": "SPECIFIC",
        "Tags": {"OtaTagDTO": TAG},
        **{name: jobs[1][name] for name in ("UtcCreate", "UtcModified", "UtcStartTime")},
    }
    page = {"FirmwareId": firmware_id, "CurrentPage": 1}
    assert api_error("ListOTAJobByFirmware", **page, PageSize=201).code == "iot.common.InvalidPageParams"
    page["FirmwareId"] = "x"
    assert api_error("ListOTAJobByFirmware", **page, PageSize=1).code == "iot.firmware.FirmwareNotFound"


def test_jobs_of_device_are_listed(api, key, devices, create_firmware, create_static_job, api_error):
    names = devices()
    firmware_id = create_firmware(key)
    first = create_static_job(firmware_id, TargetSelection="SPECIFIC", TargetDeviceName=names[:1])
    second = create_static_job(firmware_id, TargetSelection="SPECIFIC", TargetDeviceName=names[:2])
    request = {"FirmwareId": firmware_id, "ProductKey": key, "CurrentPage": 1, "PageSize": 10}

    def jobs(name: str) -> list[str]:
        reply = api("ListOTAJobByDevice", **request, DeviceName=name)
        return [job["JobId"] for job in reply["Data"]["SimpleOTAJobInfo"]]

    assert jobs(names[0]) == [second, first]
    assert jobs(names[1]) == [second]
    assert jobs(names[2]) == []
    assert api_error("ListOTAJobByDevice", **request, DeviceName="nobody").code == "iot.device.NotExistedDevice"
    request["PageSize"] = 101
    assert api_error("ListOTAJobByDevice", **request, DeviceName="nobody").code == "iot.common.InvalidPageParams"


def test_operation_on_unknown_job_is_rejected(api_error):
    for action in ("QueryOTAJob", "ListOTATaskByJob", "CancelOTAStrategyByJob", "CancelOTATaskByJob"):
        assert api_error(action, JobId="nothing").code == "iot.firmware.InvalidOTAJobId"


def test_jobs_and_tasks_are_deleted_with_firmware(platform, api, key, devices, create_firmware, create_static_job):
    devices()
    firmware_id = create_firmware(key)
    create_static_job(firmware_id)
    api("DeleteOTAFirmware", FirmwareId=firmware_id)
    platform.clock.advance(10)
    platform.run_due_work()
    assert platform.store.count("ota_job") == platform.store.count("ota_task") == 0
