# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Failures of single devices, failures of the whole task, and invalid options."""

from __future__ import annotations

import pytest

from .conftest import NAMES, rows


def test_failure_of_one_device_does_not_stop_other_devices(account):
    account.devices(NAMES[:10])
    bridge = account.group("bridge")
    for number in range(10):
        account.group(f"other_{number}", [NAMES[3]])

    def before(action, params):
        if action == "SaveDeviceProp" and params["DeviceName"] == NAMES[4]:
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

            raise ApiError("invalid device", operation=action, code="iot.device.Irregular", category="permanent")

    account.before = before
    devices = rows(NAMES[:10], tags={"a": "1"}, groups=["bridge"])
    result = account.run(devices=devices, purge_groups=False)
    assert result["failed"] is True
    assert [failure["name"] for failure in result["failures"]] == [NAMES[3], NAMES[4]]
    assert "already a member of 10 groups" in result["failures"][0]["msg"]
    assert "invalid device" in result["failures"][1]["msg"]
    assert NAMES[3] in result["msg"]
    assert result["counts"]["updated"] == 8
    assert account.api("QueryDeviceListByDeviceGroup", GroupId=bridge)["Total"] == 9
    account.before = lambda action, params: None
    again = account.run(devices=devices, purge_groups=False)
    assert [failure["name"] for failure in again["failures"]] == [NAMES[3]]
    assert account.written()["SaveDeviceProp"] == 1


def test_account_wide_error_stops_the_task(account):
    account.devices(NAMES)
    requests = []

    def before(action, params):
        if action == "SaveDeviceProp":
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

            requests.append(params)
            raise ApiError("no permission", operation=action, code="Forbidden.RAM", category="permanent")

    account.before = before
    result = account.run(devices=rows(tags={"a": "1"}))
    assert result["failed"] is True
    assert result["code"] == "Forbidden.RAM"
    assert len(requests) <= 8


@pytest.mark.parametrize("operation", ["BatchCheckDeviceNames", "BatchRegisterDeviceWithApplyId"])
def test_device_registered_by_another_client_in_the_meantime_is_updated(account, tmp_path, operation):
    def before(action, params):
        if action == operation:
            account.before = lambda action, params: None
            account.devices(NAMES[6:8])

    account.before = before
    account.group("west")
    path = tmp_path / "secrets.csv"
    devices = [
        *rows(NAMES[:6]),
        {"name": NAMES[6], "nickname": "gate_lamp", "tags": {"a": "1"}, "groups": ["west"], "enabled": False},
        *rows(NAMES[7:20]),
    ]
    result = account.run(devices=devices, secrets_file=str(path))
    assert not result.get("failed"), result
    assert (result["counts"]["created"], result["counts"]["existing"], result["updated"]) == (18, 2, [NAMES[6]])
    assert not {NAMES[6], NAMES[7]} & set(result["created"])
    assert len(path.read_text().splitlines()) == 21
    again = account.run(devices=devices)
    assert again["changed"] is False, again


def test_name_that_the_platform_rejects_is_reported_as_failure(account, monkeypatch):
    call = account.platform.call

    def reject(action, params):
        reply = call(action, params)
        if action == "QueryBatchRegisterDeviceStatus" and reply["Data"]["Status"] == "CHECK_SUCCESS" and not rejected:
            rejected.append(NAMES[7])
            reply["Data"] |= {"Status": "CHECK_FAILED", "InvalidList": {"Name": rejected}}
        return reply

    rejected: list[str] = []
    monkeypatch.setattr(account.platform, "call", reject)
    result = account.run(devices=rows(NAMES[:20]))
    assert [failure["name"] for failure in result["failures"]] == [NAMES[7]]
    assert result["counts"]["created"] == 19


def test_run_after_lost_poll_waits_for_the_batch(account):
    def refuse(action, params):
        if action == "QueryBatchRegisterDeviceStatus" and account.sent["BatchRegisterDeviceWithApplyId"]:
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

            raise ApiError("not authorized", operation=action, code="Forbidden.RAM", category="auth")

    account.before = refuse
    devices = rows(NAMES[:20], tags={"a": "1"})
    assert account.run(devices=devices)["failed"]
    account.before = lambda action, params: None
    result = account.run(devices=devices)
    assert not result.get("failed"), result
    assert (result["counts"]["created"], len(result["updated"])) == (0, 20)
    assert account.run(devices=devices)["changed"] is False


@pytest.mark.parametrize("side", ["before", "after"])
def test_registration_with_lost_response_creates_devices_once(account, side):
    lost = []

    def lose(action, params):
        if action == "BatchRegisterDeviceWithApplyId" and not lost:
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError

            lost.append(params)
            raise TransportError("no response", ambiguous=True)

    setattr(account, side, lose)
    result = account.run(devices=rows(NAMES[:20]))
    assert lost
    assert result["counts"]["created"] == 20
    assert account.api("QueryDevice", ProductKey=account.key)["Total"] == 20
    assert account.sent["BatchRegisterDeviceWithApplyId"] == (2 if side == "before" else 1)


def test_apply_id_as_string_is_accepted(account, monkeypatch):
    call = account.platform.call

    def with_string_id(action, params):
        reply = call(action, params)
        if "ApplyId" in reply.get("Data", {}):
            reply["Data"]["ApplyId"] = str(reply["Data"]["ApplyId"])
        return reply

    monkeypatch.setattr(account.platform, "call", with_string_id)
    assert account.run(devices=rows(NAMES[:3]))["counts"]["created"] == 3


def test_interrupted_task_continues_in_next_run(account):
    def before(action, params):
        if action == "SaveDeviceProp" and account.sent[action] > 30:
            raise KeyboardInterrupt

    account.before = before
    interrupted = account.run(devices=rows(tags={"a": "1"}))
    assert (interrupted["failed"], interrupted["changed"]) == (True, True)
    assert "the task was interrupted. Already done: BatchCheckDeviceNames" in interrupted["msg"]
    account.before = lambda action, params: None
    result = account.run(devices=rows(tags={"a": "1"}))
    assert result["counts"]["created"] == 0
    assert 0 < result["counts"]["updated"] <= 90
    assert account.written()["SaveDeviceProp"] == result["counts"]["updated"]


@pytest.mark.parametrize(
    ("devices", "message"),
    [
        ([{"name": "a"}], "must have 4 to 32 characters"),
        ([{"name": "lamp"}, {"name": "lamp"}], "devices contains lamp more than once"),
        ([{"name": "lamp", "nickname": "!"}], "device lamp: nickname"),
        ([{"name": "lamp", "tags": {"a-b": "1"}}], "device lamp: tags"),
        ([{"name": "lamp", "groups": [f"group_{n}" for n in range(11)]}], "device lamp: groups"),
        ([{"name": "lamp", "gateway": {"name": "hub-1"}}], "gateway must have both product and name"),
    ],
)
def test_invalid_device_fails_before_any_request(account, devices, message):
    result = account.run(devices=devices)
    assert message in result["msg"]
    assert not account.sent


def test_invalid_options_fail(account):
    assert "either devices or devices_file" in account.run()["msg"]
    assert "either devices" in account.run(devices=[], devices_file="/tmp/x")["msg"]
    assert "purge: true requires state: present" in account.run(devices=[], state="absent", purge=True)["msg"]
    assert "purge_limit must be" in account.run(devices=[], purge_limit="some")["msg"]
    assert "parallel_requests" in account.run(devices=[], parallel_requests=0)["msg"]
    assert "secrets_file must be an absolute path" in account.run(devices=[], secrets_file="secrets.csv")["msg"]


def test_missing_group_fails_and_is_pending_in_check_mode(account):
    result = account.run(devices=rows(NAMES[:2], groups=["no_such"]))
    assert "the device group no_such does not exist" in result["msg"]
    in_check_mode = account.run(True, devices=rows(NAMES[:2], groups=["no_such"]))
    assert in_check_mode["pending"] == ["the device group no_such does not exist yet"]
    assert in_check_mode["counts"]["created"] == 2


def test_missing_product_fails_and_is_accepted_in_check_mode(account):
    in_check_mode = account.run(True, product="no_such", devices=rows(NAMES[:2]))
    assert in_check_mode["counts"]["created"] == 2
    assert "the product no_such does not exist" in account.run(product="no_such", devices=rows(NAMES[:2]))["msg"]
