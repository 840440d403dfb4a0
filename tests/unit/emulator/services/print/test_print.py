# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Printing."""

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
    """A device that is online."""
    key = api("CreateProduct", ProductName="printers", NodeType=0)["ProductKey"]
    device = api("RegisterDevice", ProductKey=key, DeviceName="printer1")["Data"]
    platform.store.update("device", {"online": 1, "activated_at": 1}, iot_id=device["IotId"])
    return device


def test_a_page(platform, api, printer):
    params = json.dumps(RECEIPT, ensure_ascii=False)
    reply = api("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test", ParamsJsonString=params)["Data"]
    assert reply == {"Id": reply["Id"], "MaxRetryCount": 2, "RetryCount": 0, "Success": True}
    [job] = platform.store.all("print_job")
    assert (job["print_id"], job["iot_id"], job["template_biz_code"]) == (reply["Id"], printer["IotId"], "test")
    assert json.loads(job["params"]) == RECEIPT
    assert job["page"] == PAGE
    assert job["topic"] == f"/ext/rrpc/{reply['Id']}/{printer['ProductKey']}/printer1/user/print"


def test_the_topic_of_former_times(platform, api, printer):
    named = {name: printer[name] for name in ("ProductKey", "DeviceName")}
    reply = api("PrintByTemplate", **named, TemplateBizCode="test", HistoryPrintTopic=True)["Data"]
    [job] = platform.store.all("print_job")
    assert job["topic"] == f"/ext/rrpc/{reply['Id']}/{printer['ProductKey']}/printer1/print"
    assert (job["params"], job["page"]) == ("{}", "")


def test_each_page_has_an_id_of_its_own(api, printer):
    asked = {"IotId": printer["IotId"], "TemplateBizCode": "test"}
    assert len({api("PrintByTemplate", **asked)["Data"]["Id"] for _number in range(3)}) == 3


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"online": 0}, "iot.deviceprint.DeviceOffline"),
        ({"online": 0, "activated_at": None}, "iot.deviceprint.DeviceNotActivated"),
        ({"enabled": 0}, "iot.deviceprint.InvalidDevice"),
    ],
)
def test_a_device_that_cannot_be_reached(platform, api_error, printer, state, code):
    platform.store.update("device", state, iot_id=printer["IotId"])
    assert api_error("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test").code == code
    assert platform.store.count("print_job") == 0


@pytest.mark.parametrize(
    "named",
    [{}, {"IotId": "nothing0000000000000000100"}, {"IotId": "no/id"}, {"ProductKey": "a1", "DeviceName": "x"}],
)
def test_a_device_that_is_not_there(api_error, named):
    assert api_error("PrintByTemplate", **named, TemplateBizCode="test").code == "iot.deviceprint.InvalidDevice"


@pytest.mark.parametrize("template", ["no/template", "模板", "a b", "a" * 65])
def test_a_template_that_there_cannot_be(api_error, printer, template):
    wrong = api_error("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode=template)
    assert wrong.code == "iot.deviceprint.PrintingTemplateNotExists"


def test_a_template_must_be_named(api, printer):
    with pytest.raises(GatewayError, match="MissingTemplateBizCode"):
        api("PrintByTemplate", IotId=printer["IotId"])


@pytest.mark.parametrize("params", ["{", "[]", '"text"', "null", '{"a": NaN}'])
def test_parameters_that_are_none(platform, api_error, printer, params):
    wrong = api_error("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test", ParamsJsonString=params)
    assert wrong.code == "iot.deviceprint.PrintingParamsError"
    assert platform.store.count("print_job") == 0


def test_pages_go_with_their_device(platform, api, printer):
    api("PrintByTemplate", IotId=printer["IotId"], TemplateBizCode="test")
    api("DeleteDevice", IotId=printer["IotId"])
    assert platform.store.count("print_job") == 0
