# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test thing models, shadows and tags with the vendor's device SDK."""

from __future__ import annotations

import json
import time

import pytest

from .clients import wait_for_result
from .conftest import TSL

#: Translates between properties and a single byte, the level.
SCRIPT = """
function rawDataToProtocol(bytes) {
  return {method: "thing.event.property.post", id: "1", version: "1.0", params: {level: bytes[0]}};
}
function protocolToRawData(json) {
  return json.params ? [json.params.level] : [json.code === 200 ? 1 : 0];
}
"""


def test_reported_property_is_returned_by_api(api, device, device_params):
    code, request_id = device.sdk.thing_post_property({"level": 21})
    assert code == 0
    assert device.wait("on_thing_prop_post") == (request_id, 200, {}, "success")
    [property_status] = api("QueryDevicePropertyStatus", **device_params)["Data"]["List"]["PropertyStatusInfo"]
    assert (property_status["Identifier"], property_status["Value"]) == ("level", "21")


def test_property_set_through_api_is_received_and_reply_stored(api, device, device_params):
    """The SDK answers automatically; the emulator stores the answer."""
    before = int(time.time() * 1000)
    api("SetDeviceProperty", **device_params, Items='{"level": 30}')
    assert device.wait("on_thing_prop_changed") == ({"level": 30},)

    def answer() -> int | None:
        period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
        [record] = api("QueryDeviceServiceData", **device_params, Identifier="set", **period)["Data"]["List"][
            "ServiceInfo"
        ]
        return json.loads(record["OutputData"]).get("code") if record.get("OutputData") else None

    wait_for_result(200, answer)


def test_reported_event_is_returned_by_api(api, device, device_params):
    before = int(time.time() * 1000)
    code, request_id = device.sdk.thing_trigger_event(("alarm", {"code": 3}))
    assert code == 0
    assert device.wait("on_thing_event_post")[:3] == ("alarm", request_id, 200)
    period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
    [record] = api("QueryDeviceEventData", **device_params, Identifier="alarm", **period)["Data"]["List"]["EventInfo"]
    assert json.loads(record["OutputData"]) == {"code": 3}


@pytest.mark.parametrize(("identifier", "synchronous"), [("measure", True), ("reboot", False)])
def test_service_call_is_received_and_output_stored(api, device, device_params, identifier, synchronous):
    device.reactions["on_thing_call_service"] = lambda service, request_id, _params, _data: (
        device.sdk.thing_answer_service(service, request_id, 200, {"result": 42})
    )
    before = int(time.time() * 1000)
    data = api("InvokeThingService", **device_params, Identifier=identifier, Args='{"times": 2}')["Data"]
    # The device sees the last 32 bits of the message ID.
    device_id = str(int(data["MessageId"]) & 0xFFFFFFFF)
    assert device.wait("on_thing_call_service") == (identifier, device_id, {"times": 2})
    if synchronous:
        assert json.loads(data["Result"])["data"] == {"result": 42}

    def output() -> str:
        period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
        found = api("QueryDeviceServiceData", **device_params, Identifier=identifier, **period)["Data"]["List"][
            "ServiceInfo"
        ]
        return found[0].get("OutputData", "")

    wait_for_result(True, lambda: '"result":42' in output().replace(" ", ""))


def test_shadow_is_synchronized_in_both_directions(api, device, device_params):
    desired = {"method": "update", "state": {"desired": {"level": 5}}, "version": 1}
    api("UpdateDeviceShadow", **device_params, ShadowMessage=json.dumps(desired))
    (control,) = device.wait("on_thing_shadow_get")
    assert (control["method"], control["payload"]["state"], control["version"]) == (
        "control",
        {"desired": {"level": 5}},
        1,
    )
    assert device.sdk.thing_update_shadow({"level": 5}, 2)[0] == 0
    (reply,) = device.wait("on_thing_shadow_get")
    assert reply["payload"] == {"status": "success", "version": 2}
    shadow = json.loads(api("GetDeviceShadow", **device_params)["ShadowMessage"])
    assert shadow["state"] == {"desired": {"level": 5}, "reported": {"level": 5}}
    assert device.sdk.thing_get_shadow()[0] == 0
    device.wait("on_thing_shadow_get")
    assert device.sdk.local_get_latest_shadow().get_state() == shadow["state"]
    assert device.sdk.local_get_latest_shadow().get_version() == 2


def test_tags_updated_by_device_are_returned_by_api(api, device, device_params):
    api("SaveDeviceProp", **device_params, Props='{"color": "red", "site": "east"}')
    _code, request_id = device.sdk.thing_update_tags({"site": "west", "floor": "2"})
    assert device.wait("on_thing_device_info_update") == (request_id, 200, {}, "success")
    tags = json.loads(api("QueryDeviceProp", **device_params)["Props"])
    assert tags == {"color": "red", "site": "west", "floor": "2"}
    device.sdk.thing_remove_tags(["floor", "nothing"])
    assert device.wait("on_thing_device_info_delete")[1] == 200
    assert json.loads(api("QueryDeviceProp", **device_params)["Props"]) == {"color": "red", "site": "west"}


def test_raw_data_is_translated_in_both_directions(api, create_device, register):
    kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 0}
    key = api("CreateProduct", ProductName="raw_lights", **kind)["ProductKey"]
    api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    api("PublishThingModel", ProductKey=key)
    api("CreateThingScript", ProductKey=key, ScriptContent=SCRIPT, ScriptType="JavaScript")
    device = create_device(*register("raw-lamp", key)).connect()
    device.sdk.thing_raw_post_data(b"\x0a")
    assert device.wait("on_thing_raw_data_post") == (b"\x01",)
    params = {"ProductKey": key, "DeviceName": "raw-lamp"}
    [found] = api("QueryDevicePropertyStatus", **params)["Data"]["List"]["PropertyStatusInfo"]
    assert found["Value"] == "10"
    api("SetDeviceProperty", **params, Items='{"level": 30}')
    assert device.wait("on_thing_raw_data_arrived") == (b"\x1e",)
