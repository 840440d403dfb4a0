# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test audio and video licenses."""

from __future__ import annotations

import csv
import io

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.av_license import av_license as service

ILLEGAL_REQUEST = "iot.system.IllegalRequest"
INVALID_PARAMETER = "iot.common.InvalidFormattedParameter"
ABSENT = "a1nothing00"

SECONDS_PER_DEVICE = 60  # long enough that a slow test can still read the progress between devices


@pytest.fixture(autouse=True)
def _slow_licensing(monkeypatch):
    monkeypatch.setattr(service, "TIME_PER_DEVICE", SECONDS_PER_DEVICE * 1000)


@pytest.fixture
def product(api):
    """Create a product with the license 720P and return its key."""
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
    """License devices and return the reply."""
    return lambda iot_ids, **params: api(
        "BindLicenseDevice", **{"ProductKey": product, "LicenseCode": "720P", "IotIdList": iot_ids, **params}
    )["Data"]


@pytest.fixture
def read_progress(api, product):
    """Read the progress of licensing."""
    return lambda number: api(
        "CheckBindLicenseDeviceProgress", ProductKey=product, LicenseCode="720P", CheckProgressId=number
    )["Data"]


@pytest.fixture
def licensed_names(api):
    """Return the names of the licensed devices on a page."""

    def licensed_names(**params) -> list[str]:
        return [item["DeviceName"] for item in api("QueryLicenseDeviceList", **params)["Data"]["DeviceList"]["item"]]

    return licensed_names


@pytest.fixture
def failed_devices(download):
    """Return the rows of the CSV file with the devices that could not be licensed."""

    def failed_devices(reply) -> list[list[str]]:
        rows = list(csv.reader(io.StringIO(download(reply["ResultCsvFile"]).decode())))
        assert rows[0] == ["Device", "ErrorMessage"]
        return rows[1:]

    return failed_devices


def test_product_licenses_are_bound_and_unbound(platform, api, api_error):
    key = api("CreateProduct", ProductName="camera", NodeType=0)["ProductKey"]
    for code in ("480P", "720P", "720P"):
        assert api("BindLicenseProduct", ProductKey=key, LicenseCode=code) == {"Data": True}
    assert platform.store.count("product_license") == 2
    assert api("UnbindLicenseProduct", ProductKey=key, LicenseCode="720P") == {"Data": True}
    assert platform.store.all("product_license") == [{"product_key": key, "license_code": "480P"}]
    assert api_error("UnbindLicenseProduct", ProductKey=key, LicenseCode="720P").code == ILLEGAL_REQUEST


@pytest.mark.parametrize("action", ["BindLicenseProduct", "UnbindLicenseProduct"])
def test_product_license_of_missing_product_or_code_is_rejected(product, api_error, action):
    assert api_error(action, ProductKey=product, LicenseCode="1080P").code == INVALID_PARAMETER
    assert api_error(action, ProductKey=ABSENT, LicenseCode="720P").code == "iot.prod.NotExistedProduct"


def test_device_licensing_progress_advances_with_time(
    platform, register, bind, read_progress, licensed_names, failed_devices
):
    one, two = register("dev_one", "dev_two")
    started = bind([one, "absent", two])
    number = started.pop("CheckProgressId")
    assert started == {**started, "Progress": 1, "SuccessSum": 0, "FailSum": 0}
    assert failed_devices(started) == []
    assert licensed_names() == []
    platform.clock.advance(SECONDS_PER_DEVICE)
    assert read_progress(number) == {**read_progress(number), "Progress": 33, "SuccessSum": 1, "FailSum": 0}
    assert licensed_names() == ["dev_one"]
    platform.clock.advance(2 * SECONDS_PER_DEVICE)
    completed = read_progress(number)
    assert completed == {**completed, "Progress": 100, "SuccessSum": 2, "FailSum": 1}
    assert failed_devices(completed) == [["absent", "The product has no such device"]]
    assert licensed_names() == ["dev_two", "dev_one"]


def test_licensed_device_is_listed_with_expiry(platform, api, product, register, bind):
    [one] = register("dev_one")
    bind([one])
    platform.clock.advance(SECONDS_PER_DEVICE)
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


def test_device_license_bound_twice_is_unchanged(platform, api, register, bind, read_progress):
    [one] = register("dev_one")
    bind([one])
    platform.clock.advance(SECONDS_PER_DEVICE)
    before = api("QueryLicenseDeviceList")["Data"]
    number = bind([one, one])["CheckProgressId"]
    platform.clock.advance(SECONDS_PER_DEVICE)
    assert (read_progress(number)["Progress"], read_progress(number)["SuccessSum"]) == (100, 1)
    assert api("QueryLicenseDeviceList")["Data"] == before


def test_device_licensing_by_name_ignores_duplicates(
    platform, register, bind, read_progress, licensed_names, failed_devices
):
    one, _two = register("dev_one", "dev_two")
    number = bind([one], DeviceNameList=["dev_one", "dev_two", "dev_three"])["CheckProgressId"]
    platform.clock.advance(3 * SECONDS_PER_DEVICE)
    completed = read_progress(number)
    assert (completed["Progress"], completed["SuccessSum"], completed["FailSum"]) == (100, 2, 1)
    assert [row[0] for row in failed_devices(completed)] == ["dev_three"]
    assert licensed_names() == ["dev_two", "dev_one"]


def test_device_licensing_of_other_product_fails(platform, api, register, bind, read_progress):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    [one] = register("dev_one", key=other)
    number = bind([one])["CheckProgressId"]
    platform.clock.advance(SECONDS_PER_DEVICE)
    assert (read_progress(number)["SuccessSum"], read_progress(number)["FailSum"]) == (0, 1)


def test_device_licensing_with_invalid_parameters_is_rejected(platform, api, product, register, api_error):
    [one] = register("dev_one")
    params = {"ProductKey": product, "LicenseCode": "720P", "IotIdList": [one]}
    assert api_error("BindLicenseDevice", **{**params, "LicenseCode": "480P"}).code == ILLEGAL_REQUEST
    assert api_error("BindLicenseDevice", **{**params, "LicenseCode": "4K"}).code == INVALID_PARAMETER
    assert api_error("BindLicenseDevice", **{**params, "ProductKey": ABSENT}).code == "iot.prod.NotExistedProduct"
    with pytest.raises(GatewayError, match="MissingIotIdList"):
        api("BindLicenseDevice", ProductKey=product, LicenseCode="720P", DeviceNameList=["dev_one"])
    assert platform.store.count("license_progress") == 0


def test_missing_progress_is_rejected(api, product, register, bind, api_error):
    number = bind(register("dev_one"))["CheckProgressId"]
    valid = {"ProductKey": product, "LicenseCode": "720P", "CheckProgressId": number}
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    for params in ({"CheckProgressId": "0"}, {"CheckProgressId": "x"}, {"ProductKey": other}, {"LicenseCode": "480P"}):
        assert api_error("CheckBindLicenseDeviceProgress", **{**valid, **params}).code == ILLEGAL_REQUEST
    assert api_error("CheckBindLicenseDeviceProgress", **{**valid, "LicenseCode": "x"}).code == INVALID_PARAMETER


def test_license_list_is_filtered(platform, api, product, register, bind, licensed_names, api_error):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    for key, code in ((other, "480P"), (product, "480P")):
        api("BindLicenseProduct", ProductKey=key, LicenseCode=code)
    one, two = register("dev_one", "dev_two")
    [three] = register("dev_three", key=other)
    bind([one, two])
    platform.clock.advance(3 * SECONDS_PER_DEVICE)
    bind([one], LicenseCode="480P")
    bind([three], ProductKey=other, LicenseCode="480P")
    platform.clock.advance(SECONDS_PER_DEVICE)
    assert sorted(licensed_names()) == ["dev_one", "dev_one", "dev_three", "dev_two"]
    assert sorted(licensed_names(LicenseCode="480P")) == ["dev_one", "dev_three"]
    assert licensed_names(ProductKey=other) == ["dev_three"]
    assert licensed_names(IotId=one, LicenseCode="720P") == ["dev_one"]
    at = platform.store.one("device_license", iot_id=two)["licensed_at"]
    assert licensed_names(StartTime=at, EndTime=at) == ["dev_two"]
    assert len(licensed_names(StartTime=at)) == 3
    assert licensed_names(EndTime=at, ProductKey=product) == ["dev_two", "dev_one"]
    error = api_error("QueryLicenseDeviceList", StartTime=at + 1, EndTime=at)
    assert error.code == "iot.check.ParameterIsNotLessThanMax"
    assert api_error("QueryLicenseDeviceList", LicenseCode="x").code == INVALID_PARAMETER
    assert api_error("QueryLicenseDeviceList", ProductKey=ABSENT).code == "iot.prod.NotExistedProduct"
    assert api_error("QueryLicenseDeviceList", IotId="absent").code == "iot.device.NotExistedDevice"


def test_license_list_excludes_pending_devices(platform, register, bind, licensed_names):
    bind(register("dev_one"))
    assert licensed_names(EndTime=platform.clock.now() + 10 * SECONDS_PER_DEVICE * 1000) == []


def test_license_list_returns_requested_page(platform, api, register, bind, licensed_names, api_error):
    bind(register("dev_one", "dev_two", "dev_three"))
    platform.clock.advance(3 * SECONDS_PER_DEVICE)
    assert licensed_names(PageId=2, PageSize=2) == ["dev_one"]
    reply = api("QueryLicenseDeviceList", PageId=2, PageSize=2)["Data"]
    assert (reply["PageId"], reply["PageSize"], reply["Total"]) == (2, 2, 3)
    assert api_error("QueryLicenseDeviceList", PageSize=101).code == "iot.common.InvalidPageParams"


def test_device_and_product_deletion_deletes_licenses(platform, api, product, register, bind, licensed_names):
    one, two = register("dev_one", "dev_two")
    bind([one, two])
    platform.clock.advance(2 * SECONDS_PER_DEVICE)
    api("UnbindLicenseProduct", ProductKey=product, LicenseCode="720P")
    api("DeleteDevice", IotId=one)
    assert licensed_names() == ["dev_two"]
    api("BindLicenseProduct", ProductKey=product, LicenseCode="720P")
    api("DeleteProduct", ProductKey=product)
    for table in ("product_license", "device_license", "license_progress", "license_progress_entry"):
        assert platform.store.count(table) == 0
