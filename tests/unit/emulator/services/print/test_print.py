# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test printing on devices."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

RECEIPT = {
    "title": "XX外卖单",
    "orderTable": [{"number": "1", "name": "糖醋排骨"}, {"number": 2, "name": "Tea", "more": ["糖"]}, "none"],
    "shop": {"name": "XX食品商店", "open": True},
    "total": 74.5,
}
PAGE = """title: XX外卖单
orderTable:
  number: 1  name: 糖醋排骨
  number: 2  name: Tea  more: ["糖"]
  none
shop: name: XX食品商店  open: true
total: 74.5"""


@pytest.fixture
def printer(platform, api):
    """Register a device and set it online."""
    key = api("CreateProduct", ProductName="printers", NodeType=0)["ProductKey"]
    device = api("RegisterDevice", ProductKey=key, DeviceName="printer1")["Data"]
    platform.store.update("device", {"online": 1, "activated_at": 1}, iot_id=device["IotId"])
    return device


def test_print_stores_rendered_page(platform, api, printer):
    params = json.dumps(RECEIPT, ensure_ascii=False)
    reply = api("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test", ParamsJsonString=params)["Data"]
    assert reply == {"Id": reply["Id"], "MaxRetryCount": 2, "RetryCount": 0, "Success": True}
    [job] = platform.store.all("print_job")
    assert (job["print_id"], job["iot_id"], job["template_biz_code"]) == (reply["Id"], printer["IotId"], "test")
    assert json.loads(job["params"]) == RECEIPT
    assert job["page"] == PAGE
    assert job["topic"] == f"/ext/rrpc/{reply['Id']}/{printer['ProductKey']}/printer1/user/print"


def test_print_with_history_topic_uses_old_topic(platform, api, printer):
    device_params = {name: printer[name] for name in ("ProductKey", "DeviceName")}
    reply = api("PrintByTemplate", **device_params, TemplateBizCode="test", HistoryPrintTopic=True)["Data"]
    [job] = platform.store.all("print_job")
    assert job["topic"] == f"/ext/rrpc/{reply['Id']}/{printer['ProductKey']}/printer1/print"
    assert (job["params"], job["page"]) == ("{}", "")


def test_print_returns_unique_ids(api, printer):
    params = {"IotId": printer["IotId"], "TemplateBizCode": "test"}
    assert len({api("PrintByTemplate", **params)["Data"]["Id"] for _number in range(3)}) == 3


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"online": 0}, "iot.deviceprint.DeviceOffline"),
        ({"online": 0, "activated_at": None}, "iot.deviceprint.DeviceNotActivated"),
        ({"enabled": 0}, "iot.deviceprint.InvalidDevice"),
    ],
)
def test_print_on_unavailable_device_is_rejected(platform, api_error, printer, state, code):
    platform.store.update("device", state, iot_id=printer["IotId"])
    assert api_error("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test").code == code
    assert platform.store.count("print_job") == 0


@pytest.mark.parametrize(
    "device_params",
    [{}, {"IotId": "nothing0000000000000000100"}, {"IotId": "no/id"}, {"ProductKey": "a1", "DeviceName": "x"}],
)
def test_print_on_missing_device_is_rejected(api_error, device_params):
    assert api_error("PrintByTemplate", **device_params, TemplateBizCode="test").code == "iot.deviceprint.InvalidDevice"


@pytest.mark.parametrize("template", ["no/template", "模板", "a b", "a" * 65])
def test_print_with_malformed_template_is_rejected(api_error, printer, template):
    error = api_error("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode=template)
    assert error.code == "iot.deviceprint.PrintingTemplateNotExists"


def test_print_without_template_fails(api, printer):
    with pytest.raises(GatewayError, match="MissingTemplateBizCode"):
        api("PrintByTemplate", IotId=printer["IotId"])


@pytest.mark.parametrize("params", ["{", "[]", '"text"', "null", '{"a": NaN}'])
def test_print_with_params_not_json_object_is_rejected(platform, api_error, printer, params):
    error = api_error("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test", ParamsJsonString=params)
    assert error.code == "iot.deviceprint.PrintingParamsError"
    assert platform.store.count("print_job") == 0


def test_device_deletion_deletes_its_print_jobs(platform, api, printer):
    api("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test")
    api("DeleteDevice", IotId=printer["IotId"])
    assert platform.store.count("print_job") == 0
