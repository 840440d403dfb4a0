# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for listing OTA jobs."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.http import dashboard

INSTANCE = "iot-cn-x"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TAG = [{"Key": "ring.1", "Value": "一"}]


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
    assert api_error("ListOTAJobByDevice", **request, DeviceName="unknown").code == "iot.device.NotExistedDevice"
    request["PageSize"] = 101
    assert api_error("ListOTAJobByDevice", **request, DeviceName="unknown").code == "iot.common.InvalidPageParams"


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


def test_job_of_dashboard_has_number_of_tasks_by_status(
    platform, simulate_devices, key, create_firmware, create_static_job
):
    simulate_devices(3, outcome="succeed")
    firmware_id = create_firmware(key)
    create_static_job(firmware_id)
    platform.clock.advance(3600)
    page = platform.run(lambda ctx: dashboard.read_list(ctx, dashboard.LISTS["ota-jobs"], {}, 0, 10))
    (job,) = page["rows"]
    assert (page["total"], job["status"], job["total"], job["finished"]) == (1, "COMPLETED", 3, 3)
    assert job["tasks"] == {"SUCCEEDED": 3}
