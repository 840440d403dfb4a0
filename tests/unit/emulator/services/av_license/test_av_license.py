# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Audio and video licences."""

from __future__ import annotations

import csv
import io

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.av_license import av_license as service

REFUSED = "iot.system.IllegalRequest"
MALFORMED = "iot.common.InvalidFormattedParameter"
ABSENT = "a1nothing00"

EACH = 60  # seconds for each device, so that no test is too slow to look in between


@pytest.fixture(autouse=True)
def _slow(monkeypatch):
    monkeypatch.setattr(service, "TIME_EACH", EACH * 1000)


@pytest.fixture
def product(api):
    """The key of a product that has the licence 720P."""
    key = api("CreateProduct", ProductName="camera", NodeType=0)["ProductKey"]
    assert api("BindLicenseProduct", ProductKey=key, LicenseCode="720P") == {"Data": True}
    return key


@pytest.fixture
def register(api, product):
    """Register devices and return their ids."""

    def register(*names: str, key: str = product) -> list[str]:
        return [api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]["IotId"] for name in names]

    return register


@pytest.fixture
def bind(api, product):
    """Have devices licensed."""
    return lambda iot_ids, **params: api(
        "BindLicenseDevice", **{"ProductKey": product, "LicenseCode": "720P", "IotIdList": iot_ids, **params}
    )["Data"]


@pytest.fixture
def check(api, product):
    """How far it has come."""
    return lambda number: api(
        "CheckBindLicenseDeviceProgress", ProductKey=product, LicenseCode="720P", CheckProgressId=number
    )["Data"]


@pytest.fixture
def licensed(api):
    """The names of the licensed devices of a page."""

    def licensed(**params) -> list[str]:
        return [item["DeviceName"] for item in api("QueryLicenseDeviceList", **params)["Data"]["DeviceList"]["item"]]

    return licensed


@pytest.fixture
def failures(download):
    """What a reply tells of devices that did not get a licence."""

    def failures(reply) -> list[list[str]]:
        rows = list(csv.reader(io.StringIO(download(reply["ResultCsvFile"]).decode())))
        assert rows[0] == ["Device", "ErrorMessage"]
        return rows[1:]

    return failures


def test_a_product_gets_licences_and_loses_them(platform, api, api_error):
    key = api("CreateProduct", ProductName="camera", NodeType=0)["ProductKey"]
    for code in ("480P", "720P", "720P"):
        assert api("BindLicenseProduct", ProductKey=key, LicenseCode=code) == {"Data": True}
    assert platform.store.count("product_license") == 2
    assert api("UnbindLicenseProduct", ProductKey=key, LicenseCode="720P") == {"Data": True}
    assert platform.store.all("product_license") == [{"product_key": key, "license_code": "480P"}]
    assert api_error("UnbindLicenseProduct", ProductKey=key, LicenseCode="720P").code == REFUSED


@pytest.mark.parametrize("action", ["BindLicenseProduct", "UnbindLicenseProduct"])
def test_products_and_licences_that_there_are_not(product, api_error, action):
    assert api_error(action, ProductKey=product, LicenseCode="1080P").code == MALFORMED
    assert api_error(action, ProductKey=ABSENT, LicenseCode="720P").code == "iot.prod.NotExistedProduct"


def test_devices_are_licensed_one_after_the_other(platform, register, bind, check, licensed, failures):
    one, two = register("dev_one", "dev_two")
    began = bind([one, "absent", two])
    number = began.pop("CheckProgressId")
    assert began == {**began, "Progress": 1, "SuccessSum": 0, "FailSum": 0}
    assert failures(began) == []
    assert licensed() == []
    platform.clock.advance(EACH)
    assert check(number) == {**check(number), "Progress": 33, "SuccessSum": 1, "FailSum": 0}
    assert licensed() == ["dev_one"]
    platform.clock.advance(2 * EACH)
    ended = check(number)
    assert ended == {**ended, "Progress": 100, "SuccessSum": 2, "FailSum": 1}
    assert failures(ended) == [["absent", "The product has no such device"]]
    assert licensed() == ["dev_two", "dev_one"]


def test_a_licensed_device(platform, api, product, register, bind):
    [one] = register("dev_one")
    bind([one])
    platform.clock.advance(EACH)
    reply = api("QueryLicenseDeviceList")["Data"]
    [item] = reply["DeviceList"]["item"]
    assert item == {
        "IotId": one,
        "ProductKey": product,
        "ProductName": "camera",
        "DeviceName": "dev_one",
        "LicenseCode": "720P",
        "GmtCreate": item["GmtCreate"],
        "ExpiryTime": item["GmtCreate"] + 1095 * 24 * 3600 * 1000,
    }
    assert (reply["PageId"], reply["PageSize"], reply["Total"]) == (1, 20, 1)


def test_a_second_licence_of_the_same_kind_changes_nothing(platform, api, register, bind, check):
    [one] = register("dev_one")
    bind([one])
    platform.clock.advance(EACH)
    before = api("QueryLicenseDeviceList")["Data"]
    number = bind([one, one])["CheckProgressId"]
    platform.clock.advance(EACH)
    assert (check(number)["Progress"], check(number)["SuccessSum"]) == (100, 1)
    assert api("QueryLicenseDeviceList")["Data"] == before


def test_devices_by_name(platform, register, bind, check, licensed, failures):
    one, _two = register("dev_one", "dev_two")
    number = bind([one], DeviceNameList=["dev_one", "dev_two", "dev_three"])["CheckProgressId"]
    platform.clock.advance(3 * EACH)
    ended = check(number)
    assert (ended["Progress"], ended["SuccessSum"], ended["FailSum"]) == (100, 2, 1)
    assert [row[0] for row in failures(ended)] == ["dev_three"]
    assert licensed() == ["dev_two", "dev_one"]


def test_a_device_of_another_product_fails(platform, api, register, bind, check):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    [one] = register("dev_one", key=other)
    number = bind([one])["CheckProgressId"]
    platform.clock.advance(EACH)
    assert (check(number)["SuccessSum"], check(number)["FailSum"]) == (0, 1)


def test_what_cannot_be_licensed(platform, api, product, register, api_error):
    [one] = register("dev_one")
    asked = {"ProductKey": product, "LicenseCode": "720P", "IotIdList": [one]}
    assert api_error("BindLicenseDevice", **{**asked, "LicenseCode": "480P"}).code == REFUSED
    assert api_error("BindLicenseDevice", **{**asked, "LicenseCode": "4K"}).code == MALFORMED
    assert api_error("BindLicenseDevice", **{**asked, "ProductKey": ABSENT}).code == "iot.prod.NotExistedProduct"
    with pytest.raises(GatewayError, match="MissingIotIdList"):
        api("BindLicenseDevice", ProductKey=product, LicenseCode="720P", DeviceNameList=["dev_one"])
    assert platform.store.count("license_progress") == 0


def test_progress_that_there_is_not(api, product, register, bind, api_error):
    number = bind(register("dev_one"))["CheckProgressId"]
    asked = {"ProductKey": product, "LicenseCode": "720P", "CheckProgressId": number}
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    for params in ({"CheckProgressId": "0"}, {"CheckProgressId": "x"}, {"ProductKey": other}, {"LicenseCode": "480P"}):
        assert api_error("CheckBindLicenseDeviceProgress", **{**asked, **params}).code == REFUSED
    assert api_error("CheckBindLicenseDeviceProgress", **{**asked, "LicenseCode": "x"}).code == MALFORMED


def test_the_list_filters(platform, api, product, register, bind, licensed, api_error):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    for key, code in ((other, "480P"), (product, "480P")):
        api("BindLicenseProduct", ProductKey=key, LicenseCode=code)
    one, two = register("dev_one", "dev_two")
    [three] = register("dev_three", key=other)
    bind([one, two])
    platform.clock.advance(3 * EACH)
    bind([one], LicenseCode="480P")
    bind([three], ProductKey=other, LicenseCode="480P")
    platform.clock.advance(EACH)
    assert sorted(licensed()) == ["dev_one", "dev_one", "dev_three", "dev_two"]
    assert sorted(licensed(LicenseCode="480P")) == ["dev_one", "dev_three"]
    assert licensed(ProductKey=other) == ["dev_three"]
    assert licensed(IotId=one, LicenseCode="720P") == ["dev_one"]
    at = platform.store.one("device_license", iot_id=two)["licensed_at"]
    assert licensed(StartTime=at, EndTime=at) == ["dev_two"]
    assert len(licensed(StartTime=at)) == 3
    assert licensed(EndTime=at, ProductKey=product) == ["dev_two", "dev_one"]
    wrong = api_error("QueryLicenseDeviceList", StartTime=at + 1, EndTime=at)
    assert wrong.code == "iot.check.ParametersNotLessThanMax"
    assert api_error("QueryLicenseDeviceList", LicenseCode="x").code == MALFORMED
    assert api_error("QueryLicenseDeviceList", ProductKey=ABSENT).code == "iot.prod.NotExistedProduct"
    assert api_error("QueryLicenseDeviceList", IotId="absent").code == "iot.device.NotExistedDevice"


def test_no_licence_is_listed_before_its_time(platform, register, bind, licensed):
    bind(register("dev_one"))
    assert licensed(EndTime=platform.clock.now() + 10 * EACH * 1000) == []


def test_pages(platform, api, register, bind, licensed, api_error):
    bind(register("dev_one", "dev_two", "dev_three"))
    platform.clock.advance(3 * EACH)
    assert licensed(PageId=2, PageSize=2) == ["dev_one"]
    reply = api("QueryLicenseDeviceList", PageId=2, PageSize=2)["Data"]
    assert (reply["PageId"], reply["PageSize"], reply["Total"]) == (2, 2, 3)
    assert api_error("QueryLicenseDeviceList", PageSize=101).code == "iot.common.InvalidPageParams"


def test_licences_go_with_devices_and_products(platform, api, product, register, bind, licensed):
    one, two = register("dev_one", "dev_two")
    bind([one, two])
    platform.clock.advance(2 * EACH)
    api("UnbindLicenseProduct", ProductKey=product, LicenseCode="720P")
    api("DeleteDevice", IotId=one)
    assert licensed() == ["dev_two"]
    api("BindLicenseProduct", ProductKey=product, LicenseCode="720P")
    api("DeleteProduct", ProductKey=product)
    for table in ("product_license", "device_license", "license_progress", "license_progress_entry"):
        assert platform.store.count(table) == 0
