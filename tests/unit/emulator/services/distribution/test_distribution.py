# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of distributed devices and products."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import go_online
from ansible_collections.iotops.aliyun.emulator.services.common.distributed import is_distributed
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.distribution.instances import region_of

from .conftest import HOME, OTHER_REGION, OTHER_TARGET, TARGET, UID

ABSENT = "a1nothing00"


def test_distributed_device_is_listed_and_unchanged(
    platform, api, product, register, start_device_job, result_codes, finish_jobs
):
    [iot_id] = register("dev_one")
    before = api("QueryDeviceDetail", IotId=iot_id)["Data"]
    job = start_device_job("dev_one", TargetAliyunId="io@example.com", targets=(OTHER_REGION,))
    created_at = api("QueryDeviceDistributeJob", JobId=job)["Data"]["GmtCreate"]
    assert api("ListDistributedDevice", CurrentPage=1, PageSize=10)["Data"] == {"Info": {"items": []}, "Total": 0}
    finish_jobs()
    assert result_codes(job) == {"dev_one": "200"}
    reply = api("ListDistributedDevice", CurrentPage=1, PageSize=10)["Data"]
    [item] = reply["Info"]["items"]
    assert item == {
        "ProductKey": product,
        "DeviceName": "dev_one",
        "SourceInstanceId": HOME,
        "SourceInstanceName": HOME,
        "SourceRegion": "cn-shanghai",
        "SourceUid": UID,
        "TargetInstanceId": OTHER_REGION,
        "TargetInstanceName": OTHER_REGION,
        "TargetRegion": "ap-northeast-1",
        "TargetUid": UID,
        "TargetAliyunId": "io@example.com",
        "GmtCreate": created_at,
        "GmtModified": item["GmtModified"],
    }
    assert item["GmtModified"] > created_at
    [product_item] = api("ListDistributedProduct", CurrentPage=1, PageSize=10)["Data"]["Info"]["items"]
    assert product_item == {name: item[name] for name in item if name not in ("DeviceName", "GmtModified")}
    assert api("QueryDeviceDetail", IotId=iot_id)["Data"] == before
    assert platform.run(lambda ctx: is_distributed(ctx, product, "dev_one"))
    assert not platform.run(lambda ctx: is_distributed(ctx, product, "dev_two"))


def test_register_name_of_distributed_device_is_rejected(product, register, start_device_job, finish_jobs, api_error):
    register("dev_one", "dev_two")
    start_device_job("dev_one")
    finish_jobs()
    params = {"ProductKey": product}
    assert api_error("RegisterDevice", **params, DeviceName="dev_one").code == "iot.device.DeviceHasDistributed"
    assert api_error("RegisterDevice", **params, DeviceName="dev_two").code == "iot.device.AlreadyExistedDeviceName"


def test_device_with_raw_data_format_gets_alink_message(platform, product, register, start_device_job, finish_jobs):
    platform.run(lambda ctx: ctx.store.update("product", {"data_format": 0}, product_key=product))
    (online,) = register("online")
    platform.run(lambda ctx: go_online(ctx, find_device(ctx, {"IotId": online}), "192.0.2.1"))
    start_device_job("online")
    finish_jobs()
    platform.run_due_work()
    [message] = platform.run(lambda ctx: downlink.pending_messages(ctx, online))
    assert json.loads(message["payload"])["method"] == "thing.bootstrap.notify"


def test_only_online_device_is_notified(platform, product, register, start_device_job, finish_jobs):
    online, offline = register("online", "offline")
    platform.run(lambda ctx: go_online(ctx, find_device(ctx, {"IotId": online}), "192.0.2.1"))
    start_device_job("online", "offline")
    finish_jobs()
    platform.run_due_work()
    [message] = platform.run(lambda ctx: downlink.pending_messages(ctx, online))
    assert message["topic"] == f"/sys/{product}/online/thing/bootstrap/notify"
    payload = json.loads(message["payload"])
    assert (payload["method"], payload["params"]) == ("thing.bootstrap.notify", {"cmd": 0})
    assert platform.run(lambda ctx: downlink.pending_messages(ctx, offline)) == []


def test_device_is_distributed_further_and_back_home(
    register, start_device_job, result_codes, device_targets, product_targets, finish_jobs
):
    register("dev_one")

    def distribute(source: str, target: str) -> str:
        job = start_device_job("dev_one", SourceInstanceId=source, targets=(target,))
        finish_jobs()
        return result_codes(job)["dev_one"]

    assert distribute(HOME, TARGET) == "200"
    assert distribute(OTHER_TARGET, OTHER_REGION) == "iot.provisioning.NotDeviceOwner"
    assert device_targets() == [("dev_one", TARGET)]
    assert distribute(TARGET, OTHER_TARGET) == "200"
    assert device_targets() == [("dev_one", OTHER_TARGET)]
    assert distribute(TARGET, OTHER_REGION) == "iot.provisioning.NotDeviceOwner"
    assert distribute(HOME, TARGET) == "200"
    assert device_targets() == [("dev_one", TARGET)]
    assert distribute(TARGET, HOME) == "200"
    assert device_targets() == []
    assert HOME not in product_targets()
    assert distribute(OTHER_TARGET, TARGET) == "200"


def test_nearest_strategy_distributes_to_all_instances(api, register, start_device_job, device_targets, finish_jobs):
    register("dev_one")
    job = start_device_job("dev_one", targets=(TARGET, OTHER_REGION), Strategy=1)
    finish_jobs()
    assert sorted(device_targets()) == [("dev_one", TARGET), ("dev_one", OTHER_REGION)]
    [job_item] = api("ListDeviceDistributeJob", PageSize=10)["Data"]["JobInfo"]["items"]
    assert (job_item["JobId"], job_item["Strategy"]) == (job, 1)
    start_device_job("dev_one", targets=(OTHER_TARGET,), SourceInstanceId=OTHER_REGION)
    finish_jobs()
    assert device_targets() == [("dev_one", OTHER_TARGET)]


def test_product_job_distributes_product_without_devices(
    api, product, register, start_product_job, device_targets, product_targets, finish_jobs
):
    register("dev_one")
    start_product_job()
    assert product_targets() == []
    finish_jobs()
    assert product_targets() == [TARGET]
    assert device_targets() == []
    start_product_job(TargetInstanceId=OTHER_TARGET)
    finish_jobs()
    assert product_targets() == [OTHER_TARGET, TARGET]
    assert product_targets(TargetInstanceId=TARGET) == [TARGET]
    assert product_targets(ProductKey=product, SourceInstanceId=HOME, TargetUid=UID) == [OTHER_TARGET, TARGET]
    for params in (
        {"ProductKey": ABSENT},
        {"SourceInstanceId": TARGET},
        {"TargetUid": "2"},
        {"TargetInstanceId": HOME},
    ):
        assert product_targets(**params) == []
    page = api("ListDistributedProduct", CurrentPage=2, PageSize=1)["Data"]
    assert ([item["TargetInstanceId"] for item in page["Info"]["items"]], page["Total"]) == ([TARGET], 2)
    start_product_job(SourceInstanceId=OTHER_TARGET, TargetInstanceId=HOME)
    finish_jobs()
    assert product_targets() == [OTHER_TARGET, TARGET]


@pytest.mark.parametrize("product_only", [True, False])
def test_thing_model_of_distributed_product_cannot_change(
    platform, api, create_modeled_product, start_device_job, start_product_job, finish_jobs, api_error, product_only
):
    key = create_modeled_product(DataFormat=0)
    script = {"ProductKey": key, "ScriptType": "JavaScript", "ScriptContent": "function rawDataToProtocol() {}"}
    api("CreateThingScript", **script)
    source = create_modeled_product("other")
    changes = [
        ("ImportThingModelTsl", {"ProductKey": key, "TslStr": json.dumps({"properties": []})}),
        ("CreateThingModel", {"ProductKey": key, "FunctionBlockId": "more", "FunctionBlockName": "more"}),
        ("UpdateThingModel", {"ProductKey": key, "FunctionBlockId": "battery", "FunctionBlockName": "accumulator"}),
        ("CopyThingModel", {"SourceProductKey": source, "TargetProductKey": key}),
        ("DeleteThingModel", {"ProductKey": key, "PropertyIdentifier": ["level"]}),
        ("PublishThingModel", {"ProductKey": key}),
        ("CreateThingScript", script),
        ("UpdateThingScript", {**script, "ScriptContent": "function protocolToRawData() {}"}),
    ]
    before = platform.store.all("thing_model_version"), platform.store.all("thing_model")
    start_product_job(ProductKey=key) if product_only else start_device_job("dev_one", ProductKey=key)
    finish_jobs()
    for action, params in changes:
        error = api_error(action, **params)
        assert (error.code, "distributed" in error.message) == ("iot.system.IllegalRequest", True), action
    assert (platform.store.all("thing_model_version"), platform.store.all("thing_model")) == before
    api("UpdateThingModel", **{**changes[2][1], "ProductKey": create_modeled_product("another")})


def test_distribution_is_deleted_with_device_and_product(
    platform, api, product, register, start_device_job, finish_jobs
):
    one, _two = register("dev_one", "dev_two")
    start_device_job("dev_one", "dev_two")
    finish_jobs()
    api("DeleteDevice", IotId=one)
    assert platform.store.count("distributed_device") == 1
    assert not platform.run(lambda ctx: is_distributed(ctx, product, "dev_one"))
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("distributed_device") == 0
    assert platform.store.count("distributed_product") == 0


def test_distributed_device_list_pages_and_filters(
    api, product, register, start_device_job, device_targets, finish_jobs, api_error
):
    register("dev_one", "dev_two", "dev_three")
    start_device_job("dev_one")
    finish_jobs()
    start_device_job("dev_two", "dev_three")
    finish_jobs()
    assert device_targets()[2:] == [("dev_one", TARGET)]
    assert device_targets(DeviceName="dev_two") == [("dev_two", TARGET)]
    assert len(device_targets(ProductKey=product, SourceInstanceId=HOME, TargetUid=UID)) == 3
    for params in ({"ProductKey": ABSENT}, {"DeviceName": "x"}, {"SourceInstanceId": TARGET}, {"TargetUid": "2"}):
        assert device_targets(**params) == []
    page = api("ListDistributedDevice", CurrentPage=2, PageSize=2)["Data"]
    assert ([item["DeviceName"] for item in page["Info"]["items"]], page["Total"]) == (["dev_one"], 3)
    for action in ("ListDistributedDevice", "ListDistributedProduct", "ListDeviceDistributeJob"):
        api(action, CurrentPage=1, PageSize=200)
        assert api_error(action, CurrentPage=1, PageSize=201).code == "iot.common.InvalidPageParams"


@pytest.mark.parametrize(
    ("instance", "region"),
    [
        (HOME, "cn-shanghai"),
        (OTHER_REGION, "ap-northeast-1"),
        ("iotx-oxssharez400", "ap-southeast-1"),
        ("iotx-oxssharez500", "us-west-1"),
        ("iotx-oxssharez600", "us-east-1"),
        ("iotx-oxssharez700", "eu-central-1"),
        (TARGET, "cn-shanghai"),
    ],
)
def test_region_of_instance(instance, region):
    assert region_of(instance) == region
