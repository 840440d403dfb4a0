# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for OTA modules and the module versions that devices report."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.ota import ota_module as service


@pytest.fixture
def report_version(publish_as_device):
    """Report the version of a module as the device."""

    def report_version(version: str, module: str | None = None) -> None:
        params = {"version": version} if module is None else {"version": version, "module": module}
        publish_as_device("/ota/device/inform/{own}", {"id": "1", "params": params})

    return report_version


def list_modules(api, key: str) -> dict[str, tuple[str, str]]:
    listed = api("ListOTAModuleByProduct", ProductKey=key)["Data"]
    return {module["ModuleName"]: (module["AliasName"], module["Desc"]) for module in listed}


def list_versions(api, **params) -> dict[str, str]:
    listed = api("ListOTAModuleVersionsByDevice", CurrentPage=1, PageSize=10, **params)["Data"]["SimpleOTAModuleInfo"]
    return {module["ModuleName"]: module["ModuleVersion"] for module in listed}


def test_modules_are_created_and_listed(platform, api, key):
    api("CreateOTAModule", ProductKey=key, ModuleName="scanner", AliasName="条码扫描仪.1_a-b", Desc="路" * 100)
    platform.clock.advance(60)
    api("CreateOTAModule", ProductKey=key, ModuleName="A.b_c-1" + "x" * 57)
    assert list(list_modules(api, key)) == ["scanner", "A.b_c-1" + "x" * 57]
    assert list_modules(api, key)["scanner"] == ("条码扫描仪.1_a-b", "路" * 100)
    [first, _second] = api("ListOTAModuleByProduct", ProductKey=key)["Data"]
    assert first.keys() == {"ProductKey", "ModuleName", "AliasName", "Desc", "GmtCreate", "GmtModified"}
    assert len(first["GmtCreate"]) == len("2020-10-13T09:46Z")


def test_module_update_changes_given_members(platform, api, key):
    api("CreateOTAModule", ProductKey=key, ModuleName="scanner", AliasName="one", Desc="two")
    platform.clock.advance(120)
    api("UpdateOTAModule", ProductKey=key, ModuleName="SCANNER", AliasName="three")
    assert list_modules(api, key) == {"scanner": ("three", "two")}
    api("UpdateOTAModule", ProductKey=key, ModuleName="scanner", AliasName="", Desc="")
    assert list_modules(api, key) == {"scanner": ("", "")}
    [module] = api("ListOTAModuleByProduct", ProductKey=key)["Data"]
    assert module["GmtModified"] > module["GmtCreate"]


def test_module_with_firmware_cannot_be_deleted(api, key, create_firmware, api_error):
    api("CreateOTAModule", ProductKey=key, ModuleName="scanner")
    firmware_id = create_firmware(key, ModuleName="Scanner")
    params = {"ProductKey": key, "ModuleName": "scanner"}
    assert api_error("DeleteOTAModule", **params).code == "iot.ota.DeleteOTAModulePackageExist"
    api("DeleteOTAFirmware", FirmwareId=firmware_id)
    api("DeleteOTAModule", ProductKey=key, ModuleName="Scanner")
    assert list_modules(api, key) == {}
    assert api_error("DeleteOTAModule", **params).code == "iot.ota.OTAModuleNotExist"
    assert api_error("DeleteOTAModule", ProductKey=key, ModuleName="Default").code == "iot.ota.DeleteOtaDefaultModule"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ModuleName": "a b"}, "iot.ota.InvalidOtaModuleName"),
        ({"ModuleName": "路"}, "iot.ota.InvalidOtaModuleName"),
        ({"ModuleName": "a" * 65}, "iot.ota.InvalidOtaModuleName"),
        ({"ModuleName": "DEFAULT"}, "iot.firmware.ModuleNameReserved"),
        ({"ModuleName": "Scanner"}, "iot.ota.CreateOTAModuleNameExist"),
        ({"AliasName": "a b"}, "iot.ota.CreateOTAModuleParamError"),
        ({"AliasName": "a" * 65}, "iot.ota.CreateOTAModuleParamError"),
        ({"Desc": "a" * 101}, "iot.ota.CreateOTAModuleParamError"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_invalid_module_is_rejected(api, key, api_error, params, code):
    api("CreateOTAModule", ProductKey=key, ModuleName="scanner")
    assert api_error("CreateOTAModule", **{"ProductKey": key, "ModuleName": "mcu", **params}).code == code
    assert list(list_modules(api, key)) == ["scanner"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ModuleName": "mcu"}, "iot.ota.OTAModuleNotExist"),
        ({"ModuleName": "default"}, "iot.ota.OTAModuleNotExist"),
        ({"AliasName": "a b"}, "iot.ota.UpdateOTAModuleParamError"),
        ({"Desc": "a" * 101}, "iot.ota.UpdateOTAModuleParamError"),
    ],
)
def test_invalid_module_update_is_rejected(api, key, api_error, params, code):
    api("CreateOTAModule", ProductKey=key, ModuleName="scanner")
    assert api_error("UpdateOTAModule", **{"ProductKey": key, "ModuleName": "scanner", **params}).code == code


def test_module_over_product_limit_is_rejected(api, key, create_modeled_product, api_error):
    for number in range(service.MAX_MODULES):
        api("CreateOTAModule", ProductKey=key, ModuleName=f"module{number}")
    code = api_error("CreateOTAModule", ProductKey=key, ModuleName="one_more").code
    assert code == "iot.ota.CreateOTAModuleExceedLimit"
    api("CreateOTAModule", ProductKey=create_modeled_product("other"), ModuleName="module0")


def test_module_versions_of_device_are_listed(api, device, key, report_version):
    report_version("1.0.0")
    report_version("2.1", "MCU")
    report_version("2.2", "mcu")
    report_version("0.9", "ble")
    by_name = {"ProductKey": key, "DeviceName": device["device_name"]}
    assert list_versions(api, **by_name) == {"ble": "0.9", "default": "1.0.0", "MCU": "2.2"}
    reply = api("ListOTAModuleVersionsByDevice", CurrentPage=2, PageSize=2, IotId=device["iot_id"], DeviceName="x")
    assert (reply["Total"], reply["PageCount"], reply["CurrentPage"], reply["PageSize"]) == (3, 2, 2, 2)
    assert reply["Data"]["SimpleOTAModuleInfo"] == [
        {
            "IotId": device["iot_id"],
            "ProductKey": key,
            "DeviceName": device["device_name"],
            "ModuleName": "MCU",
            "ModuleVersion": "2.2",
        }
    ]


def test_default_module_version_is_firmware_version_of_device(api, device, report_version):
    report_version("1.0.0", "default")
    assert api("QueryDeviceDetail", IotId=device["iot_id"])["Data"]["FirmwareVersion"] == "1.0.0"
    report_version("1.0.1", "Default")
    assert list_versions(api, IotId=device["iot_id"]) == {"default": "1.0.1"}


@pytest.mark.parametrize(("version", "module"), [("", None), ("a b", None), ("1", "a b"), ("1" * 65, None), (1, None)])
def test_invalid_version_report_is_ignored(api, device, report_version, version, module):
    report_version(version, module)
    assert list_versions(api, IotId=device["iot_id"]) == {}


def test_device_search_by_module_version_finds_devices(api, device, register, publish_as_device, report_version):
    report_version("1.0")
    report_version("2.0", "mcu")
    other = register("other")
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "2.0", "module": "ble"}}, other)

    def found(version: str, module: str) -> list[str]:
        sql = (
            "SELECT name, ota_module.module_name, ota_module.firmware_version FROM device WHERE "
            f'ota_module.firmware_version = "{version}" AND ota_module.module_name = "{module}"'
        )
        return api("QueryDeviceBySQL", SQL=sql, IotInstanceId="iot-cn-x")["Data"]

    [only] = found("2.0", "mcu")
    assert only == {
        "IotId": device["iot_id"],
        "DeviceName": "lamp",
        "OTAModules": [
            {"ModuleName": "default", "FirmwareVersion": "1.0"},
            {"ModuleName": "mcu", "FirmwareVersion": "2.0"},
        ],
    }
    assert [one["DeviceName"] for one in found("2.0", "ble")] == ["other"]
    assert found("2.0", "default") == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"PageSize": 201}, "iot.common.InvalidPageParams"),
        ({"IotId": "nothing"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1x", "DeviceName": "x"}, "iot.device.NotExistedDevice"),
        ({}, "iot.prod.NullProductKey"),
    ],
)
def test_invalid_version_list_request_is_rejected(api_error, params, code):
    assert api_error("ListOTAModuleVersionsByDevice", **{"CurrentPage": 1, "PageSize": 10, **params}).code == code


def test_modules_and_versions_are_deleted_with_product(platform, api, key, report_version):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    report_version("1", "mcu")
    api("DeleteProduct", ProductKey=key)
    assert platform.store.count("ota_module") == platform.store.count("device_module") == 0
