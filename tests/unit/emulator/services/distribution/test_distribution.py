# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Distributing devices and products to other instances."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import go_online
from ansible_collections.iotops.aliyun.emulator.services.common.distributed import is_distributed
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.distribution import distribution_job as service
from ansible_collections.iotops.aliyun.emulator.services.distribution.instances import region_of
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import StorageError

UID = "1000000000000001"
HOME = "iotx-oxssharez200"
ABROAD = "iotx-oxssharez300"
AWAY = "iot-cn-6ja1x"
FAR = "iot-060a02"
ABSENT = "a1nothing00"

INITIAL, RUNNING, FINISHED, INTERRUPTED = range(4)


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def register(api, product):
    """Register devices and return their ids."""

    def register(*names: str) -> list[str]:
        return [api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"] for name in names]

    return register


@pytest.fixture
def asked(product):
    """The parameters of a device job."""

    def asked(*names: str, to: tuple[str, ...] = (AWAY,), **params) -> dict:
        return {
            "ProductKey": product,
            "DeviceName": list(names),
            "SourceInstanceId": HOME,
            "TargetInstanceConfig": [{"TargetInstanceId": target} for target in to],
            "TargetUid": UID,
            "Strategy": 0,
            **params,
        }

    return asked


@pytest.fixture
def begin(api, asked):
    """Begin a device job and return its id."""
    return lambda *names, **params: api("CreateDeviceDistributeJob", **asked(*names, **params))["JobId"]


@pytest.fixture
def begin_product(api, product):
    """Begin a product job and return its id."""
    given = {"ProductKey": product, "SourceInstanceId": HOME, "TargetInstanceId": AWAY, "TargetUid": UID}
    return lambda **params: api("CreateProductDistributeJob", **{**given, **params})["JobId"]


@pytest.fixture
def later(platform):
    """Let the jobs that run end."""
    return lambda: platform.clock.advance(10)


@pytest.fixture
def status(api):
    """The status of a device job."""
    return lambda job: api("QueryDeviceDistributeJob", JobId=job)["Data"]["Status"]


@pytest.fixture
def codes(api, download):
    """What became of the devices of a job, by name."""

    def codes(job: str) -> dict[str, str]:
        results = json.loads(download(api("QueryDeviceDistributeDetail", JobId=job)["File"]))
        assert all(set(result) == {"ProductKey", "DeviceName", "Code", "Message"} for result in results)
        assert all((result["Message"] == "success") == (result["Code"] == "200") for result in results)
        return {result["DeviceName"]: result["Code"] for result in results}

    return codes


@pytest.fixture
def places(api):
    """Where distributed devices are: name and target."""

    def places(**params) -> list[tuple[str, str]]:
        items = api("ListDistributedDevice", CurrentPage=1, PageSize=100, **params)["Data"]["Info"]["items"]
        return [(item["DeviceName"], item["TargetInstanceId"]) for item in items]

    return places


@pytest.fixture
def product_places(api):
    """Where distributed products are: target, newest first."""

    def product_places(**params) -> list[str]:
        items = api("ListDistributedProduct", CurrentPage=1, PageSize=100, **params)["Data"]["Info"]["items"]
        return [item["TargetInstanceId"] for item in items]

    return product_places


def test_a_job_from_its_beginning_to_its_end(platform, api, product, register, begin, status, api_error):
    register("dev_one", "dev_two")
    job = begin("dev_one", "dev_two", "dev_one", TargetAliyunId="io@example.com")
    read = api("QueryDeviceDistributeJob", JobId=job)["Data"]
    assert read == {
        "JobId": job,
        "ProductKey": product,
        "Status": INITIAL,
        "Strategy": 0,
        "SourceInstanceId": HOME,
        "SourceUid": UID,
        "TargetUid": UID,
        "TargetInstanceConfigs": {"targetInstanceConfigs": [{"TargetInstanceId": AWAY}]},
        "Total": 2,
        "GmtCreate": read["GmtCreate"],
    }
    assert api_error("QueryDeviceDistributeDetail", JobId=job).code == "iot.provisioning.TaskNotFinish"
    assert api_error("DeleteDeviceDistributeJob", JobId=job).code == "iot.provisioning.TasksProcessing"
    platform.clock.advance(1)
    assert status(job) == RUNNING
    assert api_error("QueryDeviceDistributeDetail", JobId=job).code == "iot.provisioning.TaskNotFinish"
    assert api_error("DeleteDeviceDistributeJob", JobId=job).code == "iot.provisioning.TasksProcessing"
    platform.clock.advance(2)
    assert status(job) == FINISHED
    api("DeleteDeviceDistributeJob", JobId=job)
    for action in ("QueryDeviceDistributeJob", "QueryDeviceDistributeDetail", "DeleteDeviceDistributeJob"):
        assert api_error(action, JobId=job).code == "iot.provisioning.TaskNotExist"
    assert api("ListDistributedDevice", CurrentPage=1, PageSize=10)["Data"]["Total"] == 2


def test_a_distributed_device(platform, api, product, register, begin, codes, later):
    [iot_id] = register("dev_one")
    before = api("QueryDeviceDetail", IotId=iot_id)["Data"]
    job = begin("dev_one", TargetAliyunId="io@example.com", to=(ABROAD,))
    created_at = api("QueryDeviceDistributeJob", JobId=job)["Data"]["GmtCreate"]
    assert api("ListDistributedDevice", CurrentPage=1, PageSize=10)["Data"] == {"Info": {"items": []}, "Total": 0}
    later()
    assert codes(job) == {"dev_one": "200"}
    reply = api("ListDistributedDevice", CurrentPage=1, PageSize=10)["Data"]
    [item] = reply["Info"]["items"]
    assert item == {
        "ProductKey": product,
        "DeviceName": "dev_one",
        "SourceInstanceId": HOME,
        "SourceInstanceName": HOME,
        "SourceRegion": "cn-shanghai",
        "SourceUid": UID,
        "TargetInstanceId": ABROAD,
        "TargetInstanceName": ABROAD,
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


def test_the_name_of_a_distributed_device_stays_taken(product, register, begin, later, api_error):
    register("dev_one", "dev_two")
    begin("dev_one")
    later()
    given = {"ProductKey": product}
    assert api_error("RegisterDevice", **given, DeviceName="dev_one").code == "iot.device.DeviceHasDistributed"
    assert api_error("RegisterDevice", **given, DeviceName="dev_two").code == "iot.device.AlreadyExistedDeviceName"


def test_a_device_that_speaks_a_format_of_its_own_is_told_in_the_platform_s(platform, product, register, begin, later):
    platform.run(lambda ctx: ctx.store.update("product", {"data_format": 0}, product_key=product))
    (on,) = register("online")
    platform.run(lambda ctx: go_online(ctx, find_device(ctx, {"IotId": on}), "192.0.2.1"))
    begin("online")
    later()
    platform.run_due_work()
    [message] = platform.run(lambda ctx: downlink.pending_messages(ctx, on))
    assert json.loads(message["payload"])["method"] == "thing.bootstrap.notify"


def test_only_a_device_that_is_online_is_told(platform, product, register, begin, later):
    on, off = register("online", "offline")
    platform.run(lambda ctx: go_online(ctx, find_device(ctx, {"IotId": on}), "192.0.2.1"))
    begin("online", "offline")
    later()
    platform.run_due_work()
    [message] = platform.run(lambda ctx: downlink.pending_messages(ctx, on))
    assert message["topic"] == f"/sys/{product}/online/thing/bootstrap/notify"
    payload = json.loads(message["payload"])
    assert (payload["method"], payload["params"]) == ("thing.bootstrap.notify", {"cmd": 0})
    assert platform.run(lambda ctx: downlink.pending_messages(ctx, off)) == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ProductKey": ""}, "iot.prod.NullProductKey"),
        ({"ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
        ({"DeviceName": []}, "iot.device.NoneDeviceNameElement"),
        ({"SourceInstanceId": "here"}, "iot.provisioning.SourceInstanceNotFound"),
        ({"to": (AWAY, "")}, "iot.provisioning.TargetInstanceNotFound"),
        ({"to": ("there",)}, "iot.provisioning.TargetInstanceNotFound"),
        ({"to": (HOME,)}, "iot.system.InstanceIdSame"),
        ({"to": (ABROAD, HOME), "Strategy": 1}, "iot.system.InstanceIdSame"),
        ({"TargetUid": ""}, "iot.provisioning.TargetAccountParamsError"),
        ({"TargetUid": "io@example.com"}, "iot.provisioning.AccountNotFound"),
        ({"TargetUid": "1000000000000002"}, "iot.provisioning.NotCrossTenantId"),
        ({"Strategy": 2}, "iot.provisioning.ErrorStrategy"),
        ({"to": (AWAY, ABROAD)}, "iot.provisioning.ErrorStrategy"),
        ({"to": (AWAY, FAR), "Strategy": 1}, "iot.provisioning.InstanceRegionConflict"),
    ],
)
def test_jobs_that_cannot_begin(platform, register, asked, api_error, params, code):
    register("dev_one")
    assert api_error("CreateDeviceDistributeJob", **asked("dev_one", **params)).code == code
    assert platform.store.count("distribution_job") == 0


@pytest.mark.parametrize("name", ["SourceInstanceId", "TargetInstanceConfig"])
def test_what_a_device_job_needs(api, asked, name):
    params = asked("dev_one")
    del params[name]
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        api("CreateDeviceDistributeJob", **params)


@pytest.mark.parametrize("name", ["SourceInstanceId", "TargetInstanceId"])
def test_what_a_product_job_needs(begin_product, name):
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        begin_product(**{name: ""})


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
        ({"ProductKey": ""}, "iot.prod.NullProductKey"),
        ({"SourceInstanceId": "here"}, "iot.provisioning.SourceInstanceNotFound"),
        ({"TargetInstanceId": "there"}, "iot.provisioning.TargetInstanceNotFound"),
        ({"TargetInstanceId": HOME}, "iot.system.InstanceIdSame"),
        ({"TargetUid": ""}, "iot.provisioning.TargetAccountParamsError"),
        ({"TargetUid": "2"}, "iot.provisioning.NotCrossTenantId"),
    ],
)
def test_product_jobs_that_cannot_begin(product, api_error, params, code):
    given = {"ProductKey": product, "SourceInstanceId": HOME, "TargetInstanceId": AWAY, "TargetUid": UID}
    assert api_error("CreateProductDistributeJob", **{**given, **params}).code == code


@pytest.mark.parametrize(
    "action", ["QueryDeviceDistributeJob", "QueryDeviceDistributeDetail", "DeleteDeviceDistributeJob"]
)
def test_jobs_are_found_by_their_id(api, begin_product, api_error, action):
    with pytest.raises(GatewayError, match="MissingJobId"):
        api(action)
    assert api_error(action, JobId="absent").code == "iot.provisioning.TaskNotExist"
    assert api_error(action, JobId=begin_product()).code == "iot.provisioning.TaskNotExist"


def test_a_login_name_is_enough(api, begin, register):
    register("dev_one")
    job = begin("dev_one", TargetUid="", TargetAliyunId="io@example.com")
    assert api("QueryDeviceDistributeJob", JobId=job)["Data"]["TargetUid"] == UID


def test_a_job_has_10000_devices(asked, begin, api_error, monkeypatch):
    assert service.MAX_DEVICES == 10_000
    monkeypatch.setattr(service, "MAX_DEVICES", 2)
    begin("dev_one", "dev_two", "dev_one")
    error = api_error("CreateDeviceDistributeJob", **asked("dev_one", "dev_two", "dev_three"))
    assert error.code == "iot.provisioning.LimitExceeded"


def test_an_account_has_10_jobs_at_a_time(api, product, asked, begin, begin_product, later, api_error):
    for number in range(9):
        begin(f"device_{number}")
    begin_product()
    assert api_error("CreateDeviceDistributeJob", **asked("dev_one")).code == "iot.provisioning.RunningTaskExceedLimit"
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    given = {"ProductKey": other, "SourceInstanceId": HOME, "TargetInstanceId": AWAY, "TargetUid": UID}
    assert api_error("CreateProductDistributeJob", **given).code == "iot.provisioning.RunningTaskExceedLimit"
    later()
    begin("dev_one")


def test_a_job_ends_well_even_where_devices_fail(register, begin, codes, status, places, later):
    register("dev_one")
    job = begin("dev_one", "absent")
    later()
    assert status(job) == FINISHED
    assert codes(job) == {"dev_one": "200", "absent": "iot.device.NotExistedDevice"}
    assert places() == [("dev_one", AWAY)]


def test_only_one_of_two_jobs_gets_a_device(register, begin, codes, places, later):
    register("dev_one", "dev_two")
    first = begin("dev_one")
    second = begin("dev_one", "dev_two", to=(FAR,))
    later()
    assert codes(first) == {"dev_one": "200"}
    assert codes(second) == {"dev_one": "iot.provisioning.DeviceIsInAnotherTask", "dev_two": "200"}
    assert sorted(places()) == [("dev_one", AWAY), ("dev_two", FAR)]


def test_a_job_in_another_product_does_not_matter(api, register, begin, codes, later):
    register("dev_one")
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    api("RegisterDevice", ProductKey=other, DeviceName="dev_one")
    jobs = [begin("dev_one"), begin("dev_one", ProductKey=other)]
    later()
    assert [codes(job) for job in jobs] == [{"dev_one": "200"}] * 2


def test_a_device_goes_on_and_comes_home(register, begin, codes, places, product_places, later):
    register("dev_one")

    def moved(source: str, target: str) -> str:
        job = begin("dev_one", SourceInstanceId=source, to=(target,))
        later()
        return codes(job)["dev_one"]

    assert moved(HOME, AWAY) == "200"
    assert moved(FAR, ABROAD) == "iot.provisioning.NotDeviceOwner"
    assert places() == [("dev_one", AWAY)]
    assert moved(AWAY, FAR) == "200"
    assert places() == [("dev_one", FAR)]
    assert moved(AWAY, ABROAD) == "iot.provisioning.NotDeviceOwner"
    assert moved(HOME, AWAY) == "200"
    assert places() == [("dev_one", AWAY)]
    assert moved(AWAY, HOME) == "200"
    assert places() == []
    assert HOME not in product_places()
    assert moved(FAR, AWAY) == "200"


def test_the_nearest_of_several_instances(api, register, begin, places, later):
    register("dev_one")
    job = begin("dev_one", to=(AWAY, ABROAD), Strategy=1)
    later()
    assert sorted(places()) == [("dev_one", AWAY), ("dev_one", ABROAD)]
    [listed] = api("ListDeviceDistributeJob", PageSize=10)["Data"]["JobInfo"]["items"]
    assert (listed["JobId"], listed["Strategy"]) == (job, 1)
    begin("dev_one", to=(FAR,), SourceInstanceId=ABROAD)
    later()
    assert places() == [("dev_one", FAR)]


def test_a_product_alone(api, product, register, begin_product, places, product_places, later):
    register("dev_one")
    begin_product()
    assert product_places() == []
    later()
    assert product_places() == [AWAY]
    assert places() == []
    begin_product(TargetInstanceId=FAR)
    later()
    assert product_places() == [FAR, AWAY]
    assert product_places(TargetInstanceId=AWAY) == [AWAY]
    assert product_places(ProductKey=product, SourceInstanceId=HOME, TargetUid=UID) == [FAR, AWAY]
    for params in ({"ProductKey": ABSENT}, {"SourceInstanceId": AWAY}, {"TargetUid": "2"}, {"TargetInstanceId": HOME}):
        assert product_places(**params) == []
    page = api("ListDistributedProduct", CurrentPage=2, PageSize=1)["Data"]
    assert ([item["TargetInstanceId"] for item in page["Info"]["items"]], page["Total"]) == ([AWAY], 2)
    begin_product(SourceInstanceId=FAR, TargetInstanceId=HOME)
    later()
    assert product_places() == [FAR, AWAY]


@pytest.mark.parametrize("alone", [True, False])
def test_what_devices_of_a_distributed_product_speak_is_settled(
    platform, api, create_modeled_product, begin, begin_product, later, api_error, alone
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
    begin_product(ProductKey=key) if alone else begin("dev_one", ProductKey=key)
    later()
    for action, params in changes:
        error = api_error(action, **params)
        assert (error.code, "distributed" in error.message) == ("iot.system.IllegalRequest", True), action
    assert (platform.store.all("thing_model_version"), platform.store.all("thing_model")) == before
    api("UpdateThingModel", **{**changes[2][1], "ProductKey": create_modeled_product("another")})


def test_the_results_can_be_fetched_for_ten_minutes(platform, api, register, begin, download, later):
    register("dev_one")
    job = begin("dev_one")
    later()
    address = api("QueryDeviceDistributeDetail", JobId=job)["File"]
    platform.clock.advance(599)
    download(address)
    platform.clock.advance(2)
    with pytest.raises(StorageError, match="expired"):
        download(address)
    download(api("QueryDeviceDistributeDetail", JobId=job)["File"])


def test_a_product_is_distributed_by_one_job_at_a_time(
    platform, product, register, begin, begin_product, status, later, api_error
):
    register("dev_one")
    begin_product()
    given = {"ProductKey": product, "SourceInstanceId": HOME, "TargetInstanceId": FAR, "TargetUid": UID}
    assert api_error("CreateProductDistributeJob", **given).code == "iot.provisioning.ProductIsDistributing"
    job = begin("dev_one")
    platform.clock.advance(2)
    assert status(job) == INITIAL
    platform.clock.advance(1)
    assert status(job) == RUNNING
    later()
    assert status(job) == FINISHED
    begin_product(TargetInstanceId=FAR)


def test_a_job_without_its_product_is_interrupted(api, product, register, begin, codes, status, places, later):
    register("dev_one")
    job = begin("dev_one")
    api("DeleteProduct", ProductKey=product)
    later()
    assert status(job) == INTERRUPTED
    assert codes(job) == {"dev_one": "iot.prod.NotExistedProduct"}
    assert places() == []
    api("DeleteDeviceDistributeJob", JobId=job)


def test_where_a_device_is_goes_with_it(platform, api, product, register, begin, later):
    one, _two = register("dev_one", "dev_two")
    begin("dev_one", "dev_two")
    later()
    api("DeleteDevice", IotId=one)
    assert platform.store.count("distributed_device") == 1
    assert not platform.run(lambda ctx: is_distributed(ctx, product, "dev_one"))
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("distributed_device") == 0
    assert platform.store.count("distributed_product") == 0


def test_the_list_of_devices(api, product, register, begin, places, later, api_error):
    register("dev_one", "dev_two", "dev_three")
    begin("dev_one")
    later()
    begin("dev_two", "dev_three")
    later()
    assert places()[2:] == [("dev_one", AWAY)]
    assert places(DeviceName="dev_two") == [("dev_two", AWAY)]
    assert len(places(ProductKey=product, SourceInstanceId=HOME, TargetUid=UID)) == 3
    for params in ({"ProductKey": ABSENT}, {"DeviceName": "x"}, {"SourceInstanceId": AWAY}, {"TargetUid": "2"}):
        assert places(**params) == []
    page = api("ListDistributedDevice", CurrentPage=2, PageSize=2)["Data"]
    assert ([item["DeviceName"] for item in page["Info"]["items"]], page["Total"]) == (["dev_one"], 3)
    for action in ("ListDistributedDevice", "ListDistributedProduct", "ListDeviceDistributeJob"):
        api(action, CurrentPage=1, PageSize=200)
        assert api_error(action, CurrentPage=1, PageSize=201).code == "iot.common.InvalidPageParams"


def test_the_list_of_jobs(api, product, begin, begin_product, later):
    jobs = [begin(f"device_{number}") for number in range(2)]
    later()
    jobs.append(begin("device_2"))
    begin_product()

    def listed(**params) -> list[str]:
        return [item["JobId"] for item in api("ListDeviceDistributeJob", **params)["Data"]["JobInfo"]["items"]]

    reply = api("ListDeviceDistributeJob", CurrentPage=1, PageSize=10)["Data"]
    assert (reply["Total"], reply["NextToken"]) == (3, "")
    read = api("QueryDeviceDistributeJob", JobId=jobs[2])["Data"]
    target = {"TargetInstanceId": AWAY, "TargetInstanceName": AWAY, "TargetRegion": "cn-shanghai"}
    assert reply["JobInfo"]["items"][0] == {
        **read,
        "SourceInstanceName": HOME,
        "SourceRegion": "cn-shanghai",
        "TargetInstanceConfigs": {"targetInstanceConfigs": [target]},
    }
    assert listed() == jobs[::-1]
    assert listed(CurrentPage=2, PageSize=2) == jobs[:1]
    assert listed(JobId=jobs[1]) == [jobs[1]]
    assert listed(Status=FINISHED) == [jobs[1], jobs[0]]
    assert listed(Status=INITIAL, ProductKey=product, TargetUid=UID) == [jobs[2]]
    for params in ({"JobId": "x"}, {"ProductKey": ABSENT}, {"Status": 3}, {"TargetUid": "2"}):
        assert listed(**params) == []


def test_a_token_says_where_to_go_on(api, begin, api_error):
    jobs = [begin(f"device_{number}") for number in range(5)]
    seen = []
    token = ""
    for _page in range(3):
        reply = (
            api("ListDeviceDistributeJob", CurrentPage=9, PageSize=2, NextToken=token)["Data"]
            if token
            else (api("ListDeviceDistributeJob", PageSize=2)["Data"])
        )
        assert reply["Total"] == 5
        seen += [item["JobId"] for item in reply["JobInfo"]["items"]]
        token = reply["NextToken"]
    assert seen == jobs[::-1]
    assert token == ""
    for wrong in ("x", "eA==", base64.b64encode(b"-1").decode()):
        error = api_error("ListDeviceDistributeJob", PageSize=2, NextToken=wrong)
        assert error.code == "iot.common.InvalidPageParams"


def test_there_is_no_token_after_the_last_page(api, begin):
    begin("dev_one")
    begin("dev_two")
    assert api("ListDeviceDistributeJob", PageSize=2)["Data"]["NextToken"] == ""


def test_a_job_takes_longer_for_more_devices(platform, begin, status):
    job = begin(*(f"device_{number}" for number in range(5000)))
    platform.clock.advance(10)
    assert status(job) == RUNNING
    platform.clock.advance(2)
    assert status(job) == FINISHED


@pytest.mark.parametrize(
    ("instance", "region"),
    [
        (HOME, "cn-shanghai"),
        (ABROAD, "ap-northeast-1"),
        ("iotx-oxssharez400", "ap-southeast-1"),
        ("iotx-oxssharez500", "us-west-1"),
        ("iotx-oxssharez600", "us-east-1"),
        ("iotx-oxssharez700", "eu-central-1"),
        (AWAY, "cn-shanghai"),
    ],
)
def test_where_instances_are(instance, region):
    assert region_of(instance) == region


def test_deep_pages_need_a_token(api, api_error):
    assert api("ListDeviceDistributeJob", CurrentPage=101, PageSize=100)["Data"]["JobInfo"]["items"] == []
    error = api_error("ListDeviceDistributeJob", CurrentPage=102, PageSize=100)
    assert error.code == "iot.provisioning.NextTokenNotNull"


def test_the_ids_of_jobs_differ(begin):
    one, two = begin("dev_one"), begin("dev_two")
    assert one != two
    assert len(one) == 25
