# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for creating dynamic OTA jobs."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.ota import ota_job_creation as service

INSTANCE = "iot-cn-x"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TAG = [{"Key": "ring.1", "Value": "一"}]


def create_dynamic_group(api, expression: str, name: str = "olds") -> dict:
    reply = api("CreateDeviceDynamicGroup", GroupName=name, DynamicGroupExpression=expression, IotInstanceId=INSTANCE)
    return {"GroupId": reply["Data"]["GroupId"], "GroupType": "LINK_PLATFORM_DYNAMIC", "IotInstanceId": INSTANCE}


OLD_VERSION = 'ota_module.module_name = "default" AND ota_module.firmware_version = "1.0.0"'


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


def test_dynamic_job_for_dynamic_group_targets_members(
    api, key, devices, create_firmware, create_dynamic_job, targets, job
):
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
        ({"GroupId": "x", "SrcVersion": [], "IotInstanceId": INSTANCE}, "iot.ota.GroupTypeInvalid"),
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
