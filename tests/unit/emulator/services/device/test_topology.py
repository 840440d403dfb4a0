# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Gateways and their sub-devices."""

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
    """The keys of a product of gateways and of one of sub-devices."""
    gateways = api("CreateProduct", ProductName="gateways", NodeType=1)["ProductKey"]
    return gateways, api("CreateProduct", ProductName="sensors", NodeType=0)["ProductKey"]


@pytest.fixture
def gateway(api, keys):
    """A gateway."""
    return api("RegisterDevice", ProductKey=keys[0], DeviceName="gateway")["Data"]


@pytest.fixture
def other(api, keys):
    """Another gateway."""
    return api("RegisterDevice", ProductKey=keys[0], DeviceName="other")["Data"]


@pytest.fixture
def sensors(api, keys):
    """Three devices that can be sub-devices."""
    return [api("RegisterDevice", ProductKey=keys[1], DeviceName=f"sensor_{number}")["Data"] for number in range(3)]


def item(device, **changes) -> dict[str, str]:
    """A sub-device as BatchAddThingTopo takes it."""
    text = f"deviceName{device['DeviceName']}productKey{device['ProductKey']}"
    sign = hmac.digest(device["DeviceSecret"].encode(), text.encode(), "sha1").hex()
    named = {"ProductKey": device["ProductKey"], "DeviceName": device["DeviceName"]}
    return {**named, "Sign": sign, "SignMethod": "hmacSha1", **changes}


def to(gateway, *items) -> dict:
    """The parameters that put items behind a gateway."""
    return {
        "GwProductKey": gateway["ProductKey"],
        "GwDeviceName": gateway["DeviceName"],
        "TopoAddItem": list(items),
    }


@pytest.fixture
def add(api):
    """Put devices behind a gateway."""
    return lambda gateway, *devices: api("BatchAddThingTopo", **to(gateway, *map(item, devices)))


@pytest.fixture
def behind(api):
    """The names of a gateway's sub-devices."""

    def behind(gateway) -> list[str]:
        data = api("GetThingTopo", IotId=gateway["IotId"], PageSize=50)["Data"]
        assert data["Total"] == len(data["List"]["deviceInfo"])
        return [device["DeviceName"] for device in data["List"]["deviceInfo"]]

    return behind


def notices(platform) -> list[tuple[str, object]]:
    """What gateways were told."""
    messages = [(row["topic"], json.loads(row["content"])) for row in platform.store.all("message")]
    for topic, message in messages:
        assert topic.endswith(f"/{message['method'].replace('.', '/')}")
    return [(message["method"], message["params"]) for _topic, message in messages]


def connect(platform, device) -> None:
    platform.store.update("device", {"online": 1, "activated_at": 1, "status_at": 1}, iot_id=device["IotId"])


def status(api, device) -> str:
    return api("GetDeviceStatus", IotId=device["IotId"])["Data"]["Status"]


def test_the_manuals_signature():
    example = {"ClientId": "868575026974305", "DeviceName": "868575026974305", "ProductKey": "a1PB5fp1234"}
    example["Timestamp"] = "1646277090411"
    assert service.signature("hmacMd5", "1234", example) == "3BA0DFA4C477B40C007D84D30D6466CC"


@pytest.mark.parametrize("method", ["hmacSha1", "HMACSHA256", "hmacmd5", "Sha256"])
@pytest.mark.parametrize("upper", [True, False])
def test_ways_to_sign(api, gateway, sensors, behind, method, upper):
    device = sensors[0]
    text = f"clientId7deviceName{device['DeviceName']}productKey{device['ProductKey']}timestamp99"
    if method == "Sha256":
        sign = hashlib.sha256(f"{text}{device['DeviceSecret']}".encode()).hexdigest()
    else:
        sign = hmac.digest(device["DeviceSecret"].encode(), text.encode(), method[4:].lower()).hex()
    signed = item(device, SignMethod=method, Sign=sign.upper() if upper else sign, ClientId="7", Timestamp="99")
    api("BatchAddThingTopo", **to(gateway, signed))
    assert behind(gateway) == ["sensor_0"]


def test_sub_devices_are_listed_in_their_order(api, gateway, sensors, add, keys):
    add(gateway, sensors[2])
    add(gateway, sensors[0], sensors[1])
    reply = api("GetThingTopo", ProductKey=keys[0], DeviceName="gateway", PageSize=2)
    named = [
        {name: device[name] for name in ("IotId", "ProductKey", "DeviceName")} for device in (sensors[2], sensors[0])
    ]
    assert reply["Data"] == {
        "List": {"deviceInfo": named},
        "CurrentPage": 1,
        "PageSize": 2,
        "PageCount": 2,
        "Total": 3,
    }
    second = api("GetThingTopo", IotId=gateway["IotId"], PageSize=2, PageNo=2)["Data"]
    assert [device["DeviceName"] for device in second["List"]["deviceInfo"]] == ["sensor_1"]


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"PageSize": 51}, "between 1 and 50"),
        ({"PageSize": 0}, "between 1 and 50"),
        ({"PageSize": 10, "PageNo": 0}, "counts from 1"),
        ({"PageSize": 10, "PageNo": 2}, "beyond the last page"),
        ({"PageSize": 50, "PageNo": 200}, "beyond the last page"),
        ({"PageSize": 50, "PageNo": 201}, "10000"),
    ],
)
def test_pages_that_there_are_not(gateway, api_error, page, why):
    error = api_error("GetThingTopo", IotId=gateway["IotId"], **page)
    assert error.code == "iot.device.QueryTopoRelationFailed"
    assert why in error.message


def test_a_gateway_without_sub_devices(api, gateway, behind):
    assert behind(gateway) == []
    data = api("GetThingTopo", IotId=gateway["IotId"], PageSize=10)["Data"]
    assert (data["Total"], data["PageCount"]) == (0, 0)


def test_the_gateway_of_a_sub_device(platform, api, gateway, sensors, add):
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
    named = {name: sensors[0][name] for name in ("ProductKey", "DeviceName")}
    assert api("GetGatewayBySubDevice", **named)["Data"] == {
        **data,
        "Status": "online",
        "IpAddress": "192.0.2.1",
        "GmtActive": "2019-12-18 23:25:30",
        "UtcActive": "2019-12-18T15:25:30.176Z",
        "GmtOnline": "2020-01-20 17:41:04",
        "UtcOnline": "2020-01-20T09:41:04.879Z",
    }


def test_a_device_without_a_gateway(gateway, sensors, api_error):
    for device in (gateway, sensors[0]):
        error = api_error("GetGatewayBySubDevice", IotId=device["IotId"])
        assert error.code == "iot.device.QueryTopoRelationFailed"


def test_a_sub_device_moves_without_asking(platform, api, gateway, other, sensors, add, behind):
    add(gateway, *sensors)
    connect(platform, sensors[1])
    connect(platform, sensors[2])
    platform.clock.advance(1)
    add(other, sensors[1])
    assert behind(gateway) == ["sensor_0", "sensor_2"]
    assert behind(other) == ["sensor_1"]
    assert [status(api, device) for device in sensors[1:]] == ["OFFLINE", "ONLINE"]


def test_adding_again_changes_nothing(platform, api, gateway, sensors, add, behind):
    add(gateway, *sensors)
    connect(platform, sensors[0])
    platform.clock.advance(1)
    add(gateway, sensors[0])
    assert behind(gateway) == ["sensor_0", "sensor_1", "sensor_2"]
    assert status(api, sensors[0]) == "ONLINE"


def test_the_gateway_is_told(platform, gateway, sensors, add):
    add(gateway, *sensors[:2])
    named = [{"productKey": sensors[0]["ProductKey"], "deviceName": f"sensor_{number}"} for number in range(2)]
    assert notices(platform) == [("thing.topo.change", {"status": 0, "subList": named})]


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
def test_one_that_fails_fails_all(platform, gateway, sensors, api_error, behind, changes, code):
    good, bad = item(sensors[0]), item(sensors[1], **changes)
    assert api_error("BatchAddThingTopo", **to(gateway, good, bad)).code == code
    assert behind(gateway) == []
    assert notices(platform) == []


def test_a_gateway_with_a_format_of_its_own_is_told_as_others_are(platform, api, sensors, behind):
    raw = {"NodeType": 1, "AliyunCommodityCode": "iothub_senior", "DataFormat": 0}
    product = api("CreateProduct", ProductName="raw_gateways", **raw)["ProductKey"]
    gateway = api("RegisterDevice", ProductKey=product, DeviceName="gateway")["Data"]
    api("BatchAddThingTopo", **to(gateway, item(sensors[0])))
    asked = json.dumps([{"iotId": sensors[1]["IotId"]}])
    api("NotifyAddThingTopo", GwIotId=gateway["IotId"], DeviceListStr=asked)
    assert behind(gateway) == ["sensor_0"]
    assert [method for method, _params in notices(platform)] == ["thing.topo.change", "thing.topo.add.notify"]


@pytest.mark.parametrize("name", ["ProductKey", "DeviceName", "Sign", "SignMethod"])
def test_an_item_that_lacks_something(api, gateway, sensors, name):
    incomplete = {member: value for member, value in item(sensors[1]).items() if member != name}
    with pytest.raises(GatewayError, match=f"MissingTopoAddItem.2.{name}"):
        api("BatchAddThingTopo", **to(gateway, item(sensors[0]), incomplete))


def test_no_items(api, gateway):
    with pytest.raises(GatewayError, match="MissingTopoAddItem"):
        api("BatchAddThingTopo", **to(gateway))


def test_at_most_10_items(gateway, sensors, api_error):
    eleven = [item(sensors[0])] * 11
    assert api_error("BatchAddThingTopo", **to(gateway, *eleven)).code == "iot.system.IllegalRequest"


def test_who_can_be_behind_whom(gateway, other, sensors, api_error):
    for params in (to(sensors[0], item(sensors[1])), to(gateway, item(other)), to(gateway, item(gateway))):
        assert api_error("BatchAddThingTopo", **params).code == "iot.device.AddTopoRelationFailed"
    missing = {"ProductKey": gateway["ProductKey"], "DeviceName": "nothing"}
    assert api_error("BatchAddThingTopo", **to(missing, item(sensors[0]))).code == "iot.device.NotExistedDevice"


def test_a_gateway_can_be_full(gateway, sensors, add, api_error, behind, monkeypatch):
    monkeypatch.setattr(service, "MAX_SUB_DEVICES", 2)
    add(gateway, *sensors[:2])
    add(gateway, *sensors[:2])
    error = api_error("BatchAddThingTopo", **to(gateway, item(sensors[2])))
    assert error.code == "iot.device.TopoRelationCountExceeded"
    assert behind(gateway) == ["sensor_0", "sensor_1"]


def test_a_sub_device_leaves(platform, api, gateway, sensors, add, behind):
    add(gateway, *sensors)
    connect(platform, sensors[0])
    assert api("RemoveThingTopo", IotId=sensors[0]["IotId"]) == {"Data": True}
    assert behind(gateway) == ["sensor_1", "sensor_2"]
    assert status(api, sensors[0]) == "OFFLINE"
    assert api("RemoveThingTopo", IotId=sensors[0]["IotId"]) == {"Data": False}


def test_a_gateway_loses_all(platform, api, gateway, other, sensors, add, behind):
    add(gateway, *sensors[:2])
    add(other, sensors[2])
    connect(platform, sensors[0])
    connect(platform, sensors[2])
    before = api("GetDeviceStatus", IotId=sensors[1]["IotId"])
    platform.clock.advance(1)
    assert api("RemoveThingTopo", IotId=gateway["IotId"]) == {"Data": True}
    assert api("GetDeviceStatus", IotId=sensors[1]["IotId"]) == before
    assert behind(gateway) == []
    assert behind(other) == ["sensor_2"]
    assert [status(api, device) for device in sensors] == ["OFFLINE", "UNACTIVE", "ONLINE"]
    assert api("RemoveThingTopo", IotId=gateway["IotId"]) == {"Data": False}


def test_a_large_gateway_loses_them_later(platform, api, gateway, sensors, add, behind, monkeypatch):
    add(gateway, *sensors)
    monkeypatch.setattr(lifecycle, "MAX_SUB_DEVICES_AT_ONCE", 2)
    reply = platform.call("RemoveThingTopo", {"IotId": gateway["IotId"]})
    assert reply["Data"] is True
    job = platform.store.one("gateway_job")
    assert (job["job_id"], job["iot_id"]) == (reply["JobId"], gateway["IotId"])
    assert len(platform.store.all("topology")) == 3
    platform.clock.advance(1)
    assert behind(gateway) == []


def test_a_job_outlives_its_gateway(platform, api, gateway, sensors, add, monkeypatch, caplog):
    add(gateway, *sensors)
    monkeypatch.setattr(lifecycle, "MAX_SUB_DEVICES_AT_ONCE", 2)
    platform.call("RemoveThingTopo", {"IotId": gateway["IotId"]})
    platform.store.delete("device", iot_id=gateway["IotId"])
    platform.clock.advance(1)
    platform.run_due_work()
    assert caplog.text == ""


def test_relations_and_notices_go_with_their_devices(platform, api, keys, gateway, other, sensors, add, behind):
    add(gateway, *sensors[:2])
    add(other, sensors[2])
    api("DeleteDevice", IotId=sensors[0]["IotId"])
    assert behind(gateway) == ["sensor_1"]
    api("DeleteDevice", IotId=gateway["IotId"])
    assert (platform.store.count("topology"), len(notices(platform))) == (1, 1)
    api("DeleteProduct", ProductKey=keys[0])
    assert (platform.store.count("topology"), len(notices(platform))) == (0, 0)


def test_a_gateway_is_asked_to_add_devices(platform, api, gateway, sensors, behind):
    wanted = [
        {"productKey": sensors[0]["ProductKey"], "deviceName": "sensor_0"},
        {"IotId": sensors[1]["IotId"]},
        {"iotId": sensors[2]["IotId"]},
    ]
    first = api("NotifyAddThingTopo", GwIotId=gateway["IotId"], DeviceListStr=json.dumps(wanted))
    named = {"GwProductKey": gateway["ProductKey"], "GwDeviceName": "gateway"}
    second = api("NotifyAddThingTopo", **named, DeviceListStr=json.dumps(wanted[:1]))
    asked = [{"productKey": device["ProductKey"], "deviceName": device["DeviceName"]} for device in sensors]
    assert notices(platform) == [("thing.topo.add.notify", asked), ("thing.topo.add.notify", asked[:1])]
    sent = [str(row["message_id"]) for row in platform.store.all("message")]
    assert sent == [reply["Data"]["MessageId"] for reply in (first, second)]
    assert behind(gateway) == []


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
def test_what_a_gateway_cannot_be_asked(platform, gateway, api_error, text, code):
    assert api_error("NotifyAddThingTopo", GwIotId=gateway["IotId"], DeviceListStr=text).code == code
    assert notices(platform) == []


def test_only_gateways_are_asked(sensors, api_error):
    wanted = json.dumps([{"IotId": sensors[1]["IotId"]}])
    error = api_error("NotifyAddThingTopo", GwIotId=sensors[0]["IotId"], DeviceListStr=wanted)
    assert error.code == "iot.device.AddTopoRelationFailed"
    assert (
        api_error("GetThingTopo", IotId=sensors[0]["IotId"], PageSize=10).code == "iot.device.QueryTopoRelationFailed"
    )


@pytest.mark.parametrize(
    ("action", "name", "more"),
    [
        ("GetGatewayBySubDevice", "IotId", {}),
        ("GetThingTopo", "IotId", {"PageSize": 10}),
        ("NotifyAddThingTopo", "GwIotId", {"DeviceListStr": "[]"}),
        ("RemoveThingTopo", "IotId", {}),
    ],
)
def test_a_device_that_is_not_there(api_error, action, name, more):
    error = api_error(action, **{name: ABSENT}, **more)
    assert isinstance(error, ApiError)
    assert error.code == "iot.device.NotExistedDevice"
