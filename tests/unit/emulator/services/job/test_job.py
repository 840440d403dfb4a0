# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for creating, reading, updating, canceling and deleting device jobs."""

from __future__ import annotations

import hashlib
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.services.job import job as service
from ansible_collections.iotops.aliyun.emulator.services.job import job_config

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SET = {"Type": "SET_PROPERTY", "JobDocument": '{"params":{"level":7}}'}
INVOKE = {"Type": "INVOKE_SERVICE", "JobDocument": '{"serviceIdentifier":"reboot","params":{"after":3}}'}
PUB = {"Type": "PUB", "JobDocument": json.dumps({"topicShortName": "get", "messageContent": "aGk="})}
CUSTOM = {"Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}


@pytest.fixture
def read(api):
    """Return a job from QueryJob."""
    return lambda job_id: api("QueryJob", JobId=job_id)["Data"]


@pytest.fixture
def upload_job_file(upload):
    """Upload a job file and return its key."""

    def upload_job_file(content: bytes = b"file") -> str:
        return upload(content, "GenerateFileUploadURL", BizCode="DEVICE_JOB_FILE", FileSuffix="bin")["Key"]

    return upload_job_file


def test_custom_job_is_created_with_all_options(platform, key, device, create, read, upload_job_file, download):
    file_key = upload_job_file()
    md5 = hashlib.md5(b"file").hexdigest()
    job_id = create(
        Description="路" * 100,
        JobFile={"fileKey": file_key, "signMethod": "Md5", "sign": md5.upper()},
        RolloutConfig={"maximumPerMinute": 50, "messageQoS": "QoS1"},
        TimeoutConfig={"inProgressTimeoutInMinutes": 3600},
    )
    job = read(job_id)
    file = job.pop("JobFile")
    assert (file["SignMethod"], file["Sign"]) == ("MD5", md5.upper())
    assert download(file["FileUrl"]) == b"file"
    assert job == {
        "JobId": job_id,
        "JobName": "onejob",
        "Type": "CUSTOM_JOB",
        "Description": "路" * 100,
        "JobDocument": '{"key":"value"}',
        "Status": "INITIALIZING",
        "TargetConfig": {"TargetType": "PRODUCT_KEY", "TargetProduct": key},
        "RolloutConfig": {"MaximumPerMinute": 50, "MessageQoS": "QoS1"},
        "TimeoutConfig": {"InProgressTimeoutInMinutes": 3600},
        "UtcCreate": job["UtcCreate"],
        "UtcModified": job["UtcCreate"],
    }


@pytest.mark.parametrize(
    ("kind", "rollout", "timeout"),
    [
        (SET, {"MaximumPerMinute": 1000}, {"InProgressTimeoutInMinutes": 1}),
        (INVOKE, {"MaximumPerMinute": 1000}, {"InProgressTimeoutInMinutes": 1}),
        (PUB, {"MaximumPerMinute": 1000, "MessageQoS": "QoS0"}, None),
        (CUSTOM, {"MaximumPerMinute": 1000, "MessageQoS": "QoS0"}, {"InProgressTimeoutInMinutes": 60}),
    ],
)
def test_job_without_options_has_defaults(create, read, kind, rollout, timeout):
    job = read(create(**kind))
    assert job["RolloutConfig"] == rollout
    assert job.get("TimeoutConfig") == timeout
    assert not {"JobFile", "Description", "ScheduledTime"} & job.keys()


def test_config_members_are_accepted_with_uppercase_first_letter(key, register, create, read):
    device = register("other")
    target = {
        "TargetType": "DEVICE_LIST",
        "TargetDevices": [
            {"IotId": device["iot_id"]},
            {"ProductKey": key, "DeviceName": "other"},
            {"productKey": key, "deviceName": "other"},
        ],
    }
    job = read(create(TargetConfig=target, RolloutConfig={"MaximumPerMinute": 60}))
    device_names = [{"ProductKey": key, "DeviceName": "other"}]
    assert job["TargetConfig"] == {"TargetType": "DEVICE_LIST", "TargetDevices": {"targetDevices": device_names}}
    assert job["RolloutConfig"]["MaximumPerMinute"] == 60


@pytest.mark.parametrize("name", ["abcd", "路灯照明", "路" * 30, "a" * 30, "A_1_路灯"])
def test_valid_job_name_is_accepted(create, name):
    create(JobName=name)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"JobName": "路灯"}, "iot.job.ParamsError"),
        ({"JobName": "abc"}, "iot.job.ParamsError"),
        ({"JobName": "a" * 31}, "iot.job.ParamsError"),
        ({"JobName": "one-job"}, "iot.job.ParamsError"),
        ({"Type": "REBOOT"}, "iot.job.ParamsError"),
        ({"Description": "a" * 101}, "iot.job.ParamsError"),
        ({"JobDocument": "[]"}, "iot.job.ParamsError"),
        ({"JobDocument": "{"}, "iot.job.ParamsError"),
        ({"JobDocument": json.dumps({"a": "b" * 65536})}, "iot.job.ParamsError"),
        ({**INVOKE, "JobDocument": "{}"}, "iot.job.JobInvokeServiceSidError"),
        ({**INVOKE, "JobDocument": '{"serviceIdentifier":"jump"}'}, "iot.job.JobInvokeServiceSidError"),
        ({**INVOKE, "JobDocument": '{"serviceIdentifier":"measure"}'}, "iot.job.JobInvokeServiceSidError"),
        ({**INVOKE, "JobDocument": '{"serviceIdentifier":"reboot","params":[]}'}, "iot.job.ParamsError"),
        ({**INVOKE, "JobDocument": '{"serviceIdentifier":"reboot","params":{"x":1}}'}, "iot.job.ParamsError"),
        ({**SET, "JobDocument": "{}"}, "iot.job.JobSetPropertyParamsError"),
        ({**SET, "JobDocument": '{"params":{}}'}, "iot.job.JobSetPropertyParamsError"),
        ({**SET, "JobDocument": '{"params":{"humidity":1}}'}, "iot.job.JobSetPropertyParamsError"),
        ({**SET, "JobDocument": '{"params":{"level":"x"}}'}, "iot.job.JobSetPropertyParamsError"),
        ({**PUB, "JobDocument": '{"topicShortName":"get"}'}, "iot.job.ParamsError"),
        ({**PUB, "JobDocument": '{"topicShortName":"/","messageContent":"aGk="}'}, "iot.job.ParamsError"),
        ({"RolloutConfig": {"maximumPerMinute": 49}}, "iot.job.ParamsError"),
        ({"RolloutConfig": {"maximumPerMinute": 1001}}, "iot.job.ParamsError"),
        ({"RolloutConfig": {"maximumPerMinute": True}}, "iot.job.ParamsError"),
        ({"RolloutConfig": {"messageQoS": "QoS2"}}, "iot.job.ParamsError"),
        ({"RolloutConfig": {"messageQoS": ["QoS1"]}}, "iot.job.ParamsError"),
        ({"RolloutConfig": {"a": "b" * 8192}}, "iot.job.ParamsError"),
        ({"TimeoutConfig": {"inProgressTimeoutInMinutes": 0}}, "iot.job.ParamsError"),
        ({"TimeoutConfig": {"inProgressTimeoutInMinutes": 3601}}, "iot.job.ParamsError"),
        ({**SET, "TimeoutConfig": {"inProgressTimeoutInMinutes": 6}}, "iot.job.ParamsError"),
        ({**SET, "JobFile": {"fileKey": "x"}}, "iot.job.ParamsError"),
        ({"JobFile": {"sign": "x"}}, "iot.job.ParamsError"),
        ({"JobFile": {"fileKey": "device_job/x.bin"}}, "iot.common.FileNotExist"),
        ({"TargetConfig": {}}, "iot.job.ParamsError"),
        ({"TargetConfig": {"targetType": "PRODUCT_KEY"}}, "iot.job.ParamsError"),
        ({"TargetConfig": {"targetType": "PRODUCT_KEY", "targetProduct": "a1none"}}, "iot.prod.NotExistedProduct"),
        ({"TargetConfig": {"targetType": "GROUP_ID", "targetGroup": "x"}}, "iot.job.ParamsError"),
        ({"TargetConfig": {"targetType": "DEVICE_LIST"}}, "iot.job.IllegalTargetDevices"),
        ({"TargetConfig": {"targetType": "DEVICE_LIST", "targetDevices": []}}, "iot.job.IllegalTargetDevices"),
        ({"TargetConfig": {"targetType": "DEVICE_LIST", "targetDevices": ["x"]}}, "iot.job.IllegalTargetDevices"),
        (
            {"TargetConfig": {"targetType": "DEVICE_LIST", "targetDevices": [{"iotId": 7}]}},
            "iot.job.IllegalTargetDevices",
        ),
        (
            {"TargetConfig": {"targetType": "DEVICE_LIST", "targetDevices": [{"iotId": "x"}] * 201}},
            "iot.job.IllegalTargetDevices",
        ),
    ],
)
def test_invalid_job_is_rejected(platform, create, params, code):
    with pytest.raises(Exception, match=code) as caught:
        create(**params)
    assert caught.value.code == code
    assert platform.store.count("device_job") == 0


@pytest.mark.parametrize(("offset", "valid"), [(9 * MINUTE, False), (HOUR, True), (7 * DAY + MINUTE, False)])
def test_scheduled_time_out_of_range_is_rejected(platform, create, read, offset, valid):
    scheduled_at = platform.clock.now() + offset
    if valid:
        assert read(create(ScheduledTime=scheduled_at))["ScheduledTime"] == scheduled_at
    else:
        with pytest.raises(Exception, match=r"iot\.job\.ParamsError"):
            create(ScheduledTime=scheduled_at)


def test_job_file_with_wrong_signature_or_key_is_rejected(create, read, upload_job_file, upload):
    sha256 = hashlib.sha256(b"file").hexdigest()
    create(JobFile={"fileKey": upload_job_file(), "signMethod": "SHA256", "sign": sha256})
    assert read(create(JobFile={"fileKey": upload_job_file(), "signMethod": "", "sign": ""}))["JobFile"]["Sign"] == ""
    for config, code in (
        ({"fileKey": upload_job_file(), "signMethod": "SHA256", "sign": "x"}, "JobFileInSecure"),
        ({"fileKey": upload_job_file(), "sign": sha256}, "JobFileInSecure"),
        ({"fileKey": upload_job_file(), "signMethod": "SHA1"}, "ParamsError"),
        ({"fileKey": upload_job_file(), "sign": 7}, "ParamsError"),
        ({"fileKey": upload()["Key"]}, "FileNotExist"),
    ):
        with pytest.raises(Exception, match=code):
            create(JobFile=config)


def test_job_for_product_without_thing_model_must_be_custom(api, register, create):
    plain = api("CreateProduct", ProductName="plain", NodeType=0)["ProductKey"]
    target = {"targetType": "PRODUCT_KEY", "targetProduct": plain}
    create(TargetConfig=target)
    for kind in (SET, INVOKE):
        with pytest.raises(Exception, match=r"iot\.prod\.NotSeniorProduct"):
            create(**kind, TargetConfig=target)


def test_document_must_fit_thing_models_of_all_devices(api, key, register, create_modeled_product, create):
    other = create_modeled_product("other")
    tsl = {"properties": [], "services": [], "events": []}
    api("ImportThingModelTsl", ProductKey=other, TslStr=json.dumps(tsl))
    api("PublishThingModel", ProductKey=other)
    names = [(key, "one1"), (other, "two2")]
    for product, name in names:
        register(name, product)
    devices = [{"productKey": product, "deviceName": name} for product, name in names]
    target = {"targetType": "DEVICE_LIST", "targetDevices": devices}
    with pytest.raises(Exception, match=r"iot\.job\.JobSetPropertyParamsError"):
        create(**SET, TargetConfig=target)
    create(**SET, TargetConfig={**target, "targetDevices": devices[:1]})


def test_job_for_group_targets_group_members(api, key, register, create, read, statistics, advance_clock):
    register("one1")
    register("two2")
    group_id = api("CreateDeviceGroup", GroupName="ring")["Data"]["GroupId"]
    api("BatchAddDeviceGroupRelations", GroupId=group_id, Device=[{"ProductKey": key, "DeviceName": "one1"}])
    job_id = create(TargetConfig={"targetType": "GROUP_ID", "targetGroup": group_id})
    advance_clock(1)
    assert statistics(job_id) == {"Sent": 1}
    assert read(job_id)["TargetConfig"] == {"TargetType": "GROUP_ID", "TargetGroup": group_id}


def test_target_with_too_many_devices_is_rejected(monkeypatch, api, key, register, create):
    assert (job_config.MAX_LISTED_DEVICES, job_config.MAX_DEVICES) == (200, 100_000)
    monkeypatch.setattr(job_config, "MAX_DEVICES", 1)
    create()
    devices = [register(name)["device_name"] for name in ("one1", "two2")]
    group_id = api("CreateDeviceGroup", GroupName="ring")["Data"]["GroupId"]
    members = [{"ProductKey": key, "DeviceName": name} for name in devices]
    api("BatchAddDeviceGroupRelations", GroupId=group_id, Device=members)
    for target in ({}, {"TargetConfig": {"targetType": "GROUP_ID", "targetGroup": group_id}}):
        with pytest.raises(Exception, match=r"iot\.job\.ParamsError"):
            create(**target)


def test_job_over_account_limit_is_rejected(monkeypatch, create):
    assert service.MAX_JOBS == 10_000
    monkeypatch.setattr(service, "MAX_JOBS", 1)
    create()
    with pytest.raises(Exception, match=r"iot\.job\.JobCountExceedLimit"):
        create()


def test_job_file_is_stored_until_job_is_deleted(platform, api, create, read, upload_job_file, download, advance_clock):
    job_id = create(JobFile={"fileKey": upload_job_file()})
    advance_clock(DAY // 1000)
    assert download(read(job_id)["JobFile"]["FileUrl"]) == b"file"
    api("DeleteJob", JobId=job_id)
    advance_clock(1)
    assert platform.store.count("stored_file") == 0


# Updating


def test_job_update_changes_given_options(api, create, read):
    job_id = create(Description="one")
    api(
        "UpdateJob",
        JobId=job_id,
        Description="two",
        RolloutConfig=json.dumps({"maximumPerMinute": 50, "messageQoS": "QoS1"}),
        TimeoutConfig=json.dumps({"inProgressTimeoutInMinutes": 5}),
    )
    job = read(job_id)
    assert job["Description"] == "two"
    assert job["RolloutConfig"] == {"MaximumPerMinute": 50, "MessageQoS": "QoS1"}
    assert job["TimeoutConfig"] == {"InProgressTimeoutInMinutes": 5}
    api("UpdateJob", JobId=job_id)
    assert read(job_id)["Description"] == "two"


@pytest.mark.parametrize(
    "params",
    [
        {"Description": "a" * 101},
        {"RolloutConfig": '{"maximumPerMinute":1}'},
        {"TimeoutConfig": '{"inProgressTimeoutInMinutes":0}'},
    ],
)
def test_invalid_job_update_is_rejected(create, api_error, params):
    assert api_error("UpdateJob", JobId=create(), **params).code == "iot.job.ParamsError"


def test_completed_job_cannot_be_updated_or_canceled(platform, api, create, read, api_error, advance_clock):
    job_id = create()
    advance_clock(1)
    assert read(job_id)["Status"] == "COMPLETED"  # the product has no devices
    for action in ("UpdateJob", "CancelJob"):
        assert api_error(action, JobId=job_id).code == "iot.job.JobActionForbidden"


# Lists


def test_list_job_returns_newest_first_and_filters_by_status(
    platform, api, key, register, create, api_error, advance_clock
):
    first = create(JobName="first", Description="one", ScheduledTime=platform.clock.now() + HOUR)
    advance_clock(1)
    second = create(JobName="second")

    def job_names(**params) -> list[str]:
        return [job["JobName"] for job in api("ListJob", CurrentPage=1, PageSize=50, **params)["Data"]["data"]]

    assert job_names() == ["second", "first"]
    assert job_names(Status="WAITING") == ["first"]
    assert job_names(Status="INITIALIZING") == ["second"]
    assert job_names(Status="TIMED_OUT") == []
    reply = api("ListJob", CurrentPage=2, PageSize=1)
    [job] = reply.pop("Data")["data"]
    assert reply == {"Page": 2, "PageSize": 1, "Total": 2}
    expected = {"JobId": first, "JobName": "first", "Type": "CUSTOM_JOB", "Description": "one", "Status": "WAITING"}
    assert expected.items() <= job.items()
    assert job.keys() == {*expected, "ScheduledTime", "UtcCreate", "UtcModified"}
    assert second
    assert api_error("ListJob", CurrentPage=1, PageSize=51).code == "iot.common.InvalidPageParams"
    assert api_error("ListJob", CurrentPage=1, PageSize=1, Status="DONE").code == "iot.job.ParamsError"


def test_operation_on_unknown_job_is_rejected(api_error):
    for action in ("QueryJob", "UpdateJob", "CancelJob", "DeleteJob", "RerunJob", "QueryJobStatistics"):
        assert api_error(action, JobId="nothing").code == "iot.job.JobNotExist"


# Canceling and deleting


def test_cancel_job_cancels_unfinished_tasks(api, register, create, read, statistics, api_error, advance_clock):
    register()
    job_id = create()
    advance_clock(1)
    assert statistics(job_id) == {"Sent": 1}
    api("CancelJob", JobId=job_id)
    assert read(job_id)["Status"] == "CANCELLING"
    for action in ("CancelJob", "UpdateJob", "RerunJob"):
        assert api_error(action, JobId=job_id).code == "iot.job.JobActionForbidden"
    advance_clock(1)
    assert read(job_id)["Status"] == "CANCELLED"
    assert statistics(job_id) == {"Cancelled": 1}


@pytest.mark.parametrize("seconds", [0, 1])
def test_cancel_job_before_start_sends_no_tasks(
    platform, api, register, create, read, statistics, advance_clock, seconds
):
    register()
    job_id = create(ScheduledTime=platform.clock.now() + HOUR)
    advance_clock(seconds)
    api("CancelJob", JobId=job_id)
    advance_clock(2 * HOUR // 1000)
    assert read(job_id)["Status"] == "CANCELLED"
    assert statistics(job_id) == ({"Cancelled": 1} if seconds else {})


def test_delete_job_removes_job_after_a_moment(api, register, create, read, api_error, advance_clock):
    register()
    job_id = create()
    advance_clock(1)
    api("DeleteJob", JobId=job_id)
    assert read(job_id)["Status"] == "REMOVING"
    assert api_error("DeleteJob", JobId=job_id).code == "iot.job.JobActionForbidden"
    advance_clock(1)
    assert api_error("QueryJob", JobId=job_id).code == "iot.job.JobNotExist"


# Jobs of gateways


def test_job_of_large_gateway_is_returned_by_query_job(platform, api, monkeypatch, register, advance_clock, read):
    from ansible_collections.iotops.aliyun.emulator.services.device import lifecycle

    monkeypatch.setattr(lifecycle, "MAX_SUB_DEVICES_AT_ONCE", 0)
    monkeypatch.setattr(lifecycle, "MILLISECONDS_PER_SUB_DEVICE", 5000)
    key = api("CreateProduct", ProductName="gateways", NodeType=1)["ProductKey"]
    gateway, sub_device = register("gateway", key), register("sub1")
    platform.store.insert("topology", gateway_iot_id=gateway["iot_id"], iot_id=sub_device["iot_id"], added_at=0)
    job_id = api("RemoveThingTopo", ProductKey=key, DeviceName="gateway")["JobId"]
    job = read(job_id)
    assert (job["JobId"], job["Status"]) == (job_id, "IN_PROGRESS")
    device_names = [{"ProductKey": key, "DeviceName": "gateway"}]
    assert job["TargetConfig"] == {"TargetType": "DEVICE_LIST", "TargetDevices": {"targetDevices": device_names}}
    advance_clock(5)
    assert read(job_id)["Status"] == "COMPLETED"
