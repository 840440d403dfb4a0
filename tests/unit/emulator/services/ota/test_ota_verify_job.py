# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for verification jobs."""

from __future__ import annotations

import pytest

INSTANCE = "iot-cn-x"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TAG = [{"Key": "ring.1", "Value": "一"}]


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
        (["unknown"], {}, "iot.ota.DeviceNotExist"),
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
