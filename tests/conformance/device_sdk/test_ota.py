# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test OTA updates with the vendor's device SDK."""

from __future__ import annotations

import json

import pytest

from .clients import wait_for_result


@pytest.fixture
def create_firmware(server, api, product):
    """Upload a firmware and return its id."""

    def create_firmware(version: str, content: bytes) -> str:
        form = api("GenerateOTAUploadURL")["Data"]
        fields = {
            "key": form["Key"],
            "policy": form["Policy"],
            "OSSAccessKeyId": form["OSSAccessKeyId"],
            "signature": form["Signature"],
        }
        parts = [
            f'--form\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        parts.append(b'--form\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + content)
        path = form["Host"].removeprefix(server.endpoint)
        headers = {"Content-Type": "multipart/form-data; boundary=form"}
        status, _headers, _body = server.exchange("POST", path, b"".join(parts) + b"\r\n--form--\r\n", headers)
        assert status in (200, 201, 204)
        created = api(
            "CreateOTAFirmware",
            ProductKey=product.key,
            FirmwareName="new",
            DestVersion=version,
            FirmwareUrl=form["FirmwareUrl"],
            NeedToVerify=False,
        )
        return created["Data"]["FirmwareId"]

    return create_firmware


@pytest.fixture
def task_status(api):
    """Return status and progress of the only task of a job."""

    def task_status(job_id: str) -> tuple[str, str]:
        [task] = api("ListOTATaskByJob", JobId=job_id, CurrentPage=1, PageSize=10)["Data"]["SimpleOTATaskInfo"]
        return task["TaskStatus"], task.get("Progress", "")

    return task_status


@pytest.fixture
def reported_version(api, device_params):
    """Return the version that the device has reported."""
    return lambda: api("QueryDeviceDetail", **device_params)["Data"].get("FirmwareVersion")


def test_ota_task_from_push_to_success_is_tracked(
    api, device, reported_version, product, create_firmware, task_status, tmp_path
):
    device.sdk.ota_report_version(None, "1.0.0")
    wait_for_result("1.0.0", reported_version)
    content = b"firmware content" * 4096
    firmware_id = create_firmware("2.0.0", content)
    job = {"FirmwareId": firmware_id, "ProductKey": product.key, "TargetSelection": "ALL", "SrcVersion": ["1.0.0"]}
    job_id = api("CreateOTAStaticUpgradeJob", **job)["Data"]["JobId"]

    _kind, new_version, size, url, sign_method, sign, module, _extra = device.wait("on_ota_message_arrived")
    assert (new_version, size, module) == ("2.0.0", len(content), "default")
    assert task_status(job_id)[0] == "NOTIFIED"
    target = tmp_path / "firmware.bin"
    done = device.sdk.download_ota_firmware(url, str(target), sign_method, sign)
    assert done.name == "SUCCESS"
    assert target.read_bytes() == content

    for step in ("10", "100"):
        device.publish("/ota/device/progress/{own}", json.dumps({"id": step, "params": {"step": step, "desc": ""}}))
        wait_for_result(("IN_PROGRESS", f"{step}.00"), task_status, job_id)
    device.sdk.ota_report_version(None, "2.0.0")
    wait_for_result("SUCCEEDED", lambda: task_status(job_id)[0])
    assert reported_version() == "2.0.0"
    wait_for_result("COMPLETED", lambda: api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"])


def test_ota_task_of_offline_device_is_pushed_and_can_be_queried(
    api, device, reported_version, product, create_firmware, task_status
):
    device.sdk.ota_report_version(None, "1.0.0")
    wait_for_result("1.0.0", reported_version)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    job = {"FirmwareId": create_firmware("2.0.0", b"new"), "ProductKey": product.key, "TargetSelection": "ALL"}
    job_id = api("CreateOTAStaticUpgradeJob", **job)["Data"]["JobId"]
    device.connect()
    pushed = device.wait("on_ota_message_arrived")
    device.sdk.query_ota_firmware()
    queried = device.wait("on_ota_message_arrived")
    assert pushed[1:] == queried[1:]
    assert (pushed[0], queried[0]) == (1, 2)
    device.publish("/ota/device/progress/{own}", json.dumps({"id": "1", "params": {"step": "-2", "desc": "no net"}}))
    wait_for_result("FAILED", lambda: task_status(job_id)[0])
