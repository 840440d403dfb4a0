# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of gateways and their sub-devices."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.services.device import lifecycle
from ansible_collections.iotops.aliyun.emulator.services.device import topology as service

ABSENT = "nothing0000000000000000100"


@pytest.fixture
def keys(api):
    """Return the keys of a gateway product and of a sub-device product."""
    gateways = api("CreateProduct", ProductName="gateways", NodeType=1)["ProductKey"]
    return gateways, api("CreateProduct", ProductName="sensors", NodeType=0)["ProductKey"]


@pytest.fixture
def gateway(api, keys):
    """Return a gateway."""
    return api("RegisterDevice", ProductKey=keys[0], DeviceName="gateway")["Data"]


@pytest.fixture
def other(api, keys):
    """Return another gateway."""
    return api("RegisterDevice", ProductKey=keys[0], DeviceName="other")["Data"]


@pytest.fixture
def sensors(api, keys):
    """Return three devices that can be sub-devices."""
    return [api("RegisterDevice", ProductKey=keys[1], DeviceName=f"sensor_{number}")["Data"] for number in range(3)]


def item(device, **changes) -> dict[str, str]:
    """Return a sub-device as an item of BatchAddThingTopo."""
    text = f"deviceName{device['DeviceName']}productKey{device['ProductKey']}"
    sign = hmac.digest(device["DeviceSecret"].encode(), text.encode(), "sha1").hex()
    references = {"ProductKey": device["ProductKey"], "DeviceName": device["DeviceName"]}
    return {**references, "Sign": sign, "SignMethod": "hmacSha1", **changes}


def batch_add_params(gateway, *items) -> dict:
    """Return the parameters of BatchAddThingTopo for a gateway and items."""
    return {
        "GwProductKey": gateway["ProductKey"],
        "GwDeviceName": gateway["DeviceName"],
        "TopoAddItem": list(items),
    }


@pytest.fixture
def add(api):
    """Return a function that attaches devices to a gateway."""
    return lambda gateway, *devices: api("BatchAddThingTopo", **batch_add_params(gateway, *map(item, devices)))


@pytest.fixture
def sub_device_names(api):
    """Return a function that returns the names of a gateway's sub-devices."""

    def sub_device_names(gateway) -> list[str]:
        data = api("GetThingTopo", IotId=gateway["IotId"], PageSize=50)["Data"]
        assert data["Total"] == len(data["List"]["deviceInfo"])
        return [device["DeviceName"] for device in data["List"]["deviceInfo"]]

    return sub_device_names


def gateway_messages(platform) -> list[tuple[str, object]]:
    """Return the methods and parameters of the messages sent to gateways."""
    messages = [(row["topic"], json.loads(row["content"])) for row in platform.store.all("message")]
    for topic, message in messages:
        assert topic.endswith(f"/{message['method'].replace('.', '/')}")
    return [(message["method"], message["params"]) for _topic, message in messages]


def connect(platform, device) -> None:
    platform.store.update("device", {"online": 1, "activated_at": 1, "status_at": 1}, iot_id=device["IotId"])


def status(api, device) -> str:
    return api("GetDeviceStatus", IotId=device["IotId"])["Data"]["Status"]


def test_signature_matches_manual_example():
    example = {"ClientId": "868575026974305", "DeviceName": "868575026974305", "ProductKey": "a1PB5fp1234"}
    example["Timestamp"] = "1646277090411"
    assert service.signature("hmacMd5", "1234", example) == "3BA0DFA4C477B40C007D84D30D6466CC"


@pytest.mark.parametrize("method", ["hmacSha1", "HMACSHA256", "hmacmd5", "Sha256"])
@pytest.mark.parametrize("upper", [True, False])
def test_batch_add_accepts_all_signature_methods(api, gateway, sensors, sub_device_names, method, upper):
    device = sensors[0]
    text = f"clientId7deviceName{device['DeviceName']}productKey{device['ProductKey']}timestamp99"
    if method == "Sha256":
        sign = hashlib.sha256(f"{text}{device['DeviceSecret']}".encode()).hexdigest()
    else:
        sign = hmac.digest(device["DeviceSecret"].encode(), text.encode(), method[4:].lower()).hex()
    signed = item(device, SignMethod=method, Sign=sign.upper() if upper else sign, ClientId="7", Timestamp="99")
    api("BatchAddThingTopo", **batch_add_params(gateway, signed))
    assert sub_device_names(gateway) == ["sensor_0"]


def test_sub_device_list_is_in_order_of_attachment(api, gateway, sensors, add, keys):
    add(gateway, sensors[2])
    add(gateway, sensors[0], sensors[1])
    reply = api("GetThingTopo", ProductKey=keys[0], DeviceName="gateway", PageSize=2)
    references = [
        {name: device[name] for name in ("IotId", "ProductKey", "DeviceName")} for device in (sensors[2], sensors[0])
    ]
    assert reply["Data"] == {
        "List": {"deviceInfo": references},
        "CurrentPage": 1,
        "PageSize": 2,
        "PageCount": 2,
        "Total": 3,
        "NextToken": "2",
    }
    for following in ({"PageNo": 2}, {"NextToken": reply["Data"]["NextToken"]}):
        second = api("GetThingTopo", IotId=gateway["IotId"], PageSize=2, **following)["Data"]
        assert [device["DeviceName"] for device in second["List"]["deviceInfo"]] == ["sensor_1"]
        assert (second["CurrentPage"], second.get("NextToken")) == (2, None)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ({"PageSize": 51}, "between 1 and 50"),
        ({"PageSize": 0}, "between 1 and 50"),
        ({"PageSize": 10, "PageNo": 0}, "at least 1"),
        ({"PageSize": 10, "PageNo": 2}, "beyond the last page"),
        ({"PageSize": 10, "NextToken": "x"}, "not a page token"),
        ({"PageSize": 10, "NextToken": "10000"}, "Only the first 10000"),
        ({"PageSize": 50, "PageNo": 200}, "beyond the last page"),
        ({"PageSize": 50, "PageNo": 201}, "10000"),
    ],
)
def test_sub_device_list_invalid_page_is_rejected(gateway, api_error, page, reason):
    error = api_error("GetThingTopo", IotId=gateway["IotId"], **page)
    assert error.code == "iot.device.QueryTopoRelationFailed"
    assert reason in error.message


def test_sub_device_list_of_new_gateway_is_empty(api, gateway, sub_device_names):
    assert sub_device_names(gateway) == []
    data = api("GetThingTopo", IotId=gateway["IotId"], PageSize=10)["Data"]
    assert (data["Total"], data["PageCount"]) == (0, 0)


def test_gateway_of_sub_device_details(platform, api, gateway, sensors, add):
    add(gateway, sensors[0])
    data = api("GetGatewayBySubDevice", IotId=sensors[0]["IotId"])["Data"]
    detail = api("QueryDeviceDetail", IotId=gateway["IotId"])["Data"]
    assert data == {
        "iotId": gateway["IotId"],
        "region": "cn-shanghai",
        "ProductKey": gateway["ProductKey"],
        "ProductName": "gateways",
        "DeviceName": "gateway",
        "DeviceSecret": gateway["DeviceSecret"],
        "NodeType": "1",
        "Status": "unactive",
        "GmtCreate": detail["GmtCreate"],
        "UtcCreate": detail["UtcCreate"],
    }
    online = {"online": 1, "activated_at": 1576682730176, "online_at": 1579513264879, "ip_address": "192.0.2.1"}
    platform.store.update("device", online, iot_id=gateway["IotId"])
    platform.store.update("device", {"nickname": "hidden"}, iot_id=gateway["IotId"])
    references = {name: sensors[0][name] for name in ("ProductKey", "DeviceName")}
    assert api("GetGatewayBySubDevice", **references)["Data"] == {
        **data,
        "Status": "online",
        "IpAddress": "192.0.2.1",
        "GmtActive": "2019-12-18 23:25:30",
        "UtcActive": "2019-12-18T15:25:30.176Z",
        "GmtOnline": "2020-01-20 17:41:04",
        "UtcOnline": "2020-01-20T09:41:04.879Z",
    }


def test_gateway_of_unattached_device_is_error(gateway, sensors, api_error):
    for device in (gateway, sensors[0]):
        error = api_error("GetGatewayBySubDevice", IotId=device["IotId"])
        assert error.code == "iot.device.QueryTopoRelationFailed"


def test_batch_add_detaches_sub_device_from_previous_gateway(
    platform, api, gateway, other, sensors, add, sub_device_names
):
    add(gateway, *sensors)
    connect(platform, sensors[1])
    connect(platform, sensors[2])
    platform.clock.advance(1)
    add(other, sensors[1])
    assert sub_device_names(gateway) == ["sensor_0", "sensor_2"]
    assert sub_device_names(other) == ["sensor_1"]
    assert [status(api, device) for device in sensors[1:]] == ["OFFLINE", "ONLINE"]


def test_batch_add_of_attached_sub_device_changes_nothing(platform, api, gateway, sensors, add, sub_device_names):
    add(gateway, *sensors)
    connect(platform, sensors[0])
    platform.clock.advance(1)
    add(gateway, sensors[0])
    assert sub_device_names(gateway) == ["sensor_0", "sensor_1", "sensor_2"]
    assert status(api, sensors[0]) == "ONLINE"


def test_batch_add_notifies_gateway(platform, gateway, sensors, add):
    add(gateway, *sensors[:2])
    references = [{"productKey": sensors[0]["ProductKey"], "deviceName": f"sensor_{number}"} for number in range(2)]
    assert gateway_messages(platform) == [("thing.topo.change", {"status": 0, "subList": references})]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Sign": "0" * 40}, "iot.device.VerifyDeviceFailed"),
        ({"Sign": "é"}, "iot.device.VerifyDeviceFailed"),
        ({"SignMethod": "hmacMd5"}, "iot.device.VerifyDeviceFailed"),
        ({"ClientId": "7"}, "iot.device.VerifyDeviceFailed"),
        ({"Timestamp": "7"}, "iot.device.VerifyDeviceFailed"),
        ({"SignMethod": "md5"}, "iot.common.InvalidFormattedParameter"),
        ({"DeviceName": "nothing"}, "iot.device.NotExistedDevice"),
    ],
)
def test_batch_add_with_one_invalid_item_adds_none(
    platform, gateway, sensors, api_error, sub_device_names, changes, code
):
    valid, invalid = item(sensors[0]), item(sensors[1], **changes)
    assert api_error("BatchAddThingTopo", **batch_add_params(gateway, valid, invalid)).code == code
    assert sub_device_names(gateway) == []
    assert gateway_messages(platform) == []


def test_gateway_with_raw_data_format_gets_alink_messages(platform, api, sensors, sub_device_names):
    raw = {"NodeType": 1, "AliyunCommodityCode": "iothub_senior", "DataFormat": 0}
    product = api("CreateProduct", ProductName="raw_gateways", **raw)["ProductKey"]
    gateway = api("RegisterDevice", ProductKey=product, DeviceName="gateway")["Data"]
    api("BatchAddThingTopo", **batch_add_params(gateway, item(sensors[0])))
    requested = json.dumps([{"iotId": sensors[1]["IotId"]}])
    api("NotifyAddThingTopo", GwIotId=gateway["IotId"], DeviceListStr=requested)
    assert sub_device_names(gateway) == ["sensor_0"]
    assert [method for method, _params in gateway_messages(platform)] == ["thing.topo.change", "thing.topo.add.notify"]


@pytest.mark.parametrize("name", ["ProductKey", "DeviceName", "Sign", "SignMethod"])
def test_batch_add_incomplete_item_is_rejected(api, gateway, sensors, name):
    incomplete = {member: value for member, value in item(sensors[1]).items() if member != name}
    with pytest.raises(GatewayError, match=f"MissingTopoAddItem.2.{name}"):
        api("BatchAddThingTopo", **batch_add_params(gateway, item(sensors[0]), incomplete))


def test_batch_add_without_items_is_rejected(api, gateway):
    with pytest.raises(GatewayError, match="MissingTopoAddItem"):
        api("BatchAddThingTopo", **batch_add_params(gateway))


def test_batch_add_more_than_10_items_is_rejected(gateway, sensors, api_error):
    eleven = [item(sensors[0])] * 11
    assert api_error("BatchAddThingTopo", **batch_add_params(gateway, *eleven)).code == "iot.system.IllegalRequest"


def test_batch_add_wrong_device_types_are_rejected(gateway, other, sensors, api_error):
    for params in (
        batch_add_params(sensors[0], item(sensors[1])),
        batch_add_params(gateway, item(other)),
        batch_add_params(gateway, item(gateway)),
    ):
        assert api_error("BatchAddThingTopo", **params).code == "iot.device.AddTopoRelationFailed"
    missing = {"ProductKey": gateway["ProductKey"], "DeviceName": "nothing"}
    assert (
        api_error("BatchAddThingTopo", **batch_add_params(missing, item(sensors[0]))).code
        == "iot.device.NotExistedDevice"
    )


def test_batch_add_beyond_sub_device_limit_is_rejected(gateway, sensors, add, api_error, sub_device_names, monkeypatch):
    monkeypatch.setattr(service, "MAX_SUB_DEVICES", 2)
    add(gateway, *sensors[:2])
    add(gateway, *sensors[:2])
    error = api_error("BatchAddThingTopo", **batch_add_params(gateway, item(sensors[2])))
    assert error.code == "iot.device.TopoRelationCountExceeded"
    assert sub_device_names(gateway) == ["sensor_0", "sensor_1"]


def test_remove_detaches_and_disconnects_sub_device(platform, api, gateway, sensors, add, sub_device_names):
    add(gateway, *sensors)
    connect(platform, sensors[0])
    assert api("RemoveThingTopo", IotId=sensors[0]["IotId"]) == {"Data": True}
    assert sub_device_names(gateway) == ["sensor_1", "sensor_2"]
    assert status(api, sensors[0]) == "OFFLINE"
    assert api("RemoveThingTopo", IotId=sensors[0]["IotId"]) == {"Data": False}


def test_remove_of_gateway_detaches_all_sub_devices(platform, api, gateway, other, sensors, add, sub_device_names):
    add(gateway, *sensors[:2])
    add(other, sensors[2])
    connect(platform, sensors[0])
    connect(platform, sensors[2])
    before = api("GetDeviceStatus", IotId=sensors[1]["IotId"])
    platform.clock.advance(1)
    assert api("RemoveThingTopo", IotId=gateway["IotId"]) == {"Data": True}
    assert api("GetDeviceStatus", IotId=sensors[1]["IotId"]) == before
    assert sub_device_names(gateway) == []
    assert sub_device_names(other) == ["sensor_2"]
    assert [status(api, device) for device in sensors] == ["OFFLINE", "UNACTIVE", "ONLINE"]
    assert api("RemoveThingTopo", IotId=gateway["IotId"]) == {"Data": False}


def test_remove_of_large_gateway_creates_job(platform, api, gateway, sensors, add, sub_device_names, monkeypatch):
    add(gateway, *sensors)
    monkeypatch.setattr(lifecycle, "MAX_SUB_DEVICES_AT_ONCE", 2)
    reply = platform.call("RemoveThingTopo", {"IotId": gateway["IotId"]})
    assert reply["Data"] is True
    job = platform.store.one("gateway_job")
    assert (job["job_id"], job["iot_id"]) == (reply["JobId"], gateway["IotId"])
    assert len(platform.store.all("topology")) == 3
    platform.clock.advance(1)
    assert sub_device_names(gateway) == []


def test_remove_job_of_deleted_gateway_does_nothing(platform, api, gateway, sensors, add, monkeypatch, caplog):
    add(gateway, *sensors)
    monkeypatch.setattr(lifecycle, "MAX_SUB_DEVICES_AT_ONCE", 2)
    platform.call("RemoveThingTopo", {"IotId": gateway["IotId"]})
    platform.store.delete("device", iot_id=gateway["IotId"])
    platform.clock.advance(1)
    platform.run_due_work()
    assert caplog.text == ""


def test_topology_and_messages_are_deleted_with_devices(
    platform, api, keys, gateway, other, sensors, add, sub_device_names
):
    add(gateway, *sensors[:2])
    add(other, sensors[2])
    api("DeleteDevice", IotId=sensors[0]["IotId"])
    assert sub_device_names(gateway) == ["sensor_1"]
    api("DeleteDevice", IotId=gateway["IotId"])
    assert (platform.store.count("topology"), len(gateway_messages(platform))) == (1, 1)
    api("DeleteProduct", ProductKey=keys[0])
    assert (platform.store.count("topology"), len(gateway_messages(platform))) == (0, 0)


def test_notify_add_sends_message_and_keeps_topology(platform, api, gateway, sensors, sub_device_names):
    devices = [
        {"productKey": sensors[0]["ProductKey"], "deviceName": "sensor_0"},
        {"IotId": sensors[1]["IotId"]},
        {"iotId": sensors[2]["IotId"]},
    ]
    first = api("NotifyAddThingTopo", GwIotId=gateway["IotId"], DeviceListStr=json.dumps(devices))
    references = {"GwProductKey": gateway["ProductKey"], "GwDeviceName": "gateway"}
    second = api("NotifyAddThingTopo", **references, DeviceListStr=json.dumps(devices[:1]))
    requested = [{"productKey": device["ProductKey"], "deviceName": device["DeviceName"]} for device in sensors]
    assert gateway_messages(platform) == [
        ("thing.topo.add.notify", requested),
        ("thing.topo.add.notify", requested[:1]),
    ]
    sent = [str(row["message_id"]) for row in platform.store.all("message")]
    assert sent == [reply["Data"]["MessageId"] for reply in (first, second)]
    assert sub_device_names(gateway) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "iot.device.AddTopoRelationFailed"),
        ("[", "iot.common.InvalidFormattedParameter"),
        ("[]", "iot.common.InvalidFormattedParameter"),
        ("{}", "iot.common.InvalidFormattedParameter"),
        ('["sensor_0"]', "iot.common.InvalidFormattedParameter"),
        ('[{"IotId": 7}]', "iot.common.InvalidFormattedParameter"),
        ('[{"IotId": "\\ud800"}]', "iot.common.InvalidFormattedParameter"),
        ("[" * 100_000, "iot.common.InvalidFormattedParameter"),
        (f'[{{"IotId": "{ABSENT}"}}]', "iot.device.NotExistedDevice"),
    ],
)
def test_notify_add_invalid_device_list_is_rejected(platform, gateway, api_error, text, code):
    assert api_error("NotifyAddThingTopo", GwIotId=gateway["IotId"], DeviceListStr=text).code == code
    assert gateway_messages(platform) == []


def test_notify_add_and_list_of_non_gateway_are_rejected(sensors, api_error):
    devices = json.dumps([{"IotId": sensors[1]["IotId"]}])
    error = api_error("NotifyAddThingTopo", GwIotId=sensors[0]["IotId"], DeviceListStr=devices)
    assert error.code == "iot.device.AddTopoRelationFailed"
    assert (
        api_error("GetThingTopo", IotId=sensors[0]["IotId"], PageSize=10).code == "iot.device.QueryTopoRelationFailed"
    )


@pytest.mark.parametrize(
    ("action", "name", "params"),
    [
        ("GetGatewayBySubDevice", "IotId", {}),
        ("GetThingTopo", "IotId", {"PageSize": 10}),
        ("NotifyAddThingTopo", "GwIotId", {"DeviceListStr": "[]"}),
        ("RemoveThingTopo", "IotId", {}),
    ],
)
def test_topology_of_missing_device_is_error(api_error, action, name, params):
    error = api_error(action, **{name: ABSENT}, **params)
    assert isinstance(error, ApiError)
    assert error.code == "iot.device.NotExistedDevice"
