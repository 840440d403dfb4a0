# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for firmwares."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware as service


@pytest.fixture
def create(api, key, upload):
    """Create a firmware from a newly uploaded file and return its id."""

    def create(**params) -> str:
        request = {"FirmwareName": "one", "DestVersion": "2.0.0", "ProductKey": key}
        if "MultiFiles" not in params:
            request["FirmwareUrl"] = upload()["FirmwareUrl"]
        return api("CreateOTAFirmware", **{**request, **params})["Data"]["FirmwareId"]

    return create


@pytest.fixture
def read(api):
    """Return a firmware from QueryOTAFirmware."""
    return lambda firmware_id: api("QueryOTAFirmware", FirmwareId=firmware_id)["FirmwareInfo"]


def firmware_names(api, **params) -> list[str]:
    reply = api("ListOTAFirmware", **{"CurrentPage": 1, "PageSize": 100, **params})
    assert reply["Total"] == len(reply["FirmwareInfo"]["SimpleFirmwareInfo"])
    return [firmware["FirmwareName"] for firmware in reply["FirmwareInfo"]["SimpleFirmwareInfo"]]


def test_firmware_is_created_and_returned(api, key, create, read, download):
    firmware_id = create(FirmwareDesc="路" * 100, Udi="x" * 4096)
    info = read(firmware_id)
    assert download(info.pop("FirmwareUrl")) == b"firmware"
    assert info == {
        "FirmwareId": firmware_id,
        "FirmwareName": "one",
        "FirmwareDesc": "路" * 100,
        "FirmwareSign": "74b5b5e9570efc5c0553bb327cd41940",
        "FirmwareSize": 8,
        "SignMethod": "MD5",
        "ProductKey": key,
        "ProductName": "thermometer",
        "ModuleName": "default",
        "DestVersion": "2.0.0",
        "SrcVersion": "",
        "Type": 0,
        "Status": 0,
        "VerifyProgress": 0,
        "Udi": "x" * 4096,
        "UtcCreate": info["UtcCreate"],
        "UtcModified": info["UtcCreate"],
    }
    reply = api("ListOTAFirmware", CurrentPage=1, PageSize=10)
    [simple] = reply.pop("FirmwareInfo")["SimpleFirmwareInfo"]
    assert simple == {name: value for name, value in info.items() if name not in ("Udi", "VerifyProgress")}
    assert reply == {"CurrentPage": 1, "PageSize": 10, "PageCount": 1, "Total": 1}


def test_firmware_with_all_options_is_created(create, read, api, key):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    firmware_id = create(
        FirmwareSign="74B5B5E9570EFC5C0553BB327CD41940",
        FirmwareSize=8,
        SignMethod="MD5",
        Type=1,
        SrcVersion="1.0.0",
        ModuleName="MCU",
        NeedToVerify=False,
    )
    info = read(firmware_id)
    expected = {"Type": 1, "SrcVersion": "1.0.0", "ModuleName": "mcu", "Status": -1, "FirmwareSize": 8}
    assert expected.items() <= info.items()


def test_firmware_with_several_files_is_created(api, key, upload, create, read, download):
    contents = {"boot": b"one", "app": b"two!"}
    files = [{"Name": name, "Url": upload(content)["FirmwareUrl"]} for name, content in contents.items()]
    files[0] |= {"Size": 3, "SignValue": hashlib.md5(b"one").hexdigest(), "FileMd5": hashlib.md5(b"one").hexdigest()}
    info = read(create(MultiFiles=files))
    assert not {"FirmwareUrl", "FirmwareSign", "FirmwareSize"} & info.keys()
    assert {file["Name"]: download(file["Url"]) for file in info["MultiFiles"]} == contents
    assert [file["Size"] for file in info["MultiFiles"]] == [3, 4]
    assert [file["FileMd5"] for file in info["MultiFiles"]] == [file["SignValue"] for file in info["MultiFiles"]]


def test_single_file_in_multi_files_needs_no_name(upload, create, read, download):
    info = read(create(MultiFiles=[{"Url": upload(b"one")["FirmwareUrl"]}]))
    assert download(info["FirmwareUrl"]) == b"one"


def test_firmware_file_is_stored_until_firmware_is_deleted(platform, api, create, read, download):
    firmware_id = create()
    platform.clock.advance(30 * 24 * 3600)
    assert download(read(firmware_id)["FirmwareUrl"]) == b"firmware"
    api("DeleteOTAFirmware", FirmwareId=firmware_id)
    assert platform.store.count("stored_file") == 0


def test_shared_file_is_stored_until_last_firmware_is_deleted(api, upload, create, read, download):
    url = upload()["FirmwareUrl"]
    first = create(FirmwareUrl=url)
    second = create(FirmwareUrl=url, FirmwareName="two", DestVersion="3")
    api("DeleteOTAFirmware", FirmwareId=first)
    assert download(read(second)["FirmwareUrl"]) == b"firmware"


@pytest.mark.parametrize("name", ["a", "路", "ア", "1", "a" * 40, "固件(v1)_2-b"])
def test_valid_firmware_name_is_accepted(create, name):
    create(FirmwareName=name)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"FirmwareName": "a" * 41}, "iot.firmware.IncorrectFormattedFirmwareName"),
        ({"FirmwareName": "_a"}, "iot.firmware.IncorrectFormattedFirmwareName"),
        ({"FirmwareName": "a b"}, "iot.firmware.IncorrectFormattedFirmwareName"),
        ({"FirmwareName": "   "}, "iot.firmware.BlankFirmwareName"),
        ({"FirmwareName": "existing"}, "iot.firmware.AlreadyExistedFirmwareName"),
        ({"DestVersion": "1.0"}, "iot.firmware.AlreadyExistedFirmwareVersion"),
        ({"DestVersion": "1 0"}, "iot.firmware.IncorrectFormattedFirmwareVersion"),
        ({"DestVersion": "1" * 65}, "iot.firmware.IncorrectFormattedFirmwareVersion"),
        ({"FirmwareDesc": "a" * 101}, "iot.firmware.FirmwareDescriptionExceedMaxLength"),
        ({"Udi": "a" * 4097}, "iot.common.InvalidFormattedParameter"),
        ({"SignMethod": "SHA256"}, "iot.firmware.InvalidFirmwareSignMethod"),
        ({"Type": 2}, "iot.firmware.InvalidFirmwareType"),
        ({"Type": 1}, "iot.firmware.SrcVersionIsMandatory"),
        ({"Type": 1, "SrcVersion": "2.0.0"}, "iot.firmware.SrcDestVersionMatched"),
        ({"Type": 1, "SrcVersion": "1 0"}, "iot.firmware.IncorrectFormattedSrcVersion"),
        ({"ModuleName": "a b"}, "iot.firmware.IncorrectFormattedModuleName"),
        ({"ModuleName": "mcu"}, "iot.ota.OTAModuleNotExist"),
        ({"FirmwareUrl": ""}, "iot.firmware.NullFirmwareUrl"),
        ({"FirmwareUrl": "ota/a.bin"}, "iot.firmware.MalformedFirmwareUrl"),
        ({"FirmwareUrl": "http://["}, "iot.firmware.MalformedFirmwareUrl"),
        ({"FirmwareUrl": "ftp://127.0.0.1/_upload/ota/a.bin"}, "iot.firmware.MalformedFirmwareUrl"),
        ({"FirmwareUrl": "https://example.com/ota/a.bin"}, "iot.firmware.InvalidFirmwareUrl"),
        ({"FirmwareUrl": "http://127.0.0.1/_upload/ota/a.bin"}, "iot.firmware.InvalidFirmwareUrl"),
        ({"FirmwareSize": 9}, "iot.firmware.InvalidFirmwareSize"),
        ({"FirmwareSign": "0" * 32}, "iot.firmware.InvalidFirmwareSign"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
        ({"MultiFiles": [{"Name": "a", "Url": "x"}], "FirmwareSize": 8}, "iot.ota.PackageFileParamConflict"),
        ({"MultiFiles": [{"Name": "a"}]}, "iot.firmware.NullFirmwareUrl"),
        ({"MultiFiles": [{"Url": "http://a/a"}, {"Name": "b"}]}, "iot.common.InvalidFormattedParameter"),
        ({"MultiFiles": [{"Name": "a" * 33, "Url": "http://a/a"}]}, "iot.common.InvalidFormattedParameter"),
        ({"MultiFiles": [{"Name": "a"}, {"Name": "a"}]}, "iot.ota.PackageFileNameDuplicated"),
        ({"MultiFiles": [{"Name": "a", "Url": "x"}, {"Name": "b", "Url": "x"}]}, "iot.ota.PackageFileUrlDuplicated"),
        (
            {"MultiFiles": [{"Name": "a", "SignValue": "x"}, {"Name": "b", "SignValue": "x"}]},
            "iot.ota.PackageFileSignDuplicated",
        ),
        ({"MultiFiles": [{"Name": str(number)} for number in range(21)]}, "iot.ota.PackageFileAmountExceed"),
    ],
)
def test_invalid_firmware_is_rejected(platform, create, params, code):
    create(FirmwareName="existing", DestVersion="1.0")
    with pytest.raises(Exception, match=code) as caught:
        create(**params)
    assert caught.value.code == code
    assert platform.store.count("ota_firmware") == 1


def test_firmware_with_empty_file_is_rejected(upload, create):
    with pytest.raises(Exception, match=r"iot\.firmware\.EmptyFirmwareFile"):
        create(FirmwareUrl=upload(b"")["FirmwareUrl"])


def test_firmware_with_file_of_other_purpose_is_rejected(upload, create):
    with pytest.raises(Exception, match=r"iot\.firmware\.InvalidFirmwareUrl"):
        create(FirmwareUrl=upload(action="GenerateDeviceNameListURL")["FileUrl"])


def test_firmware_with_expired_file_is_rejected(platform, upload, create):
    url = upload()["FirmwareUrl"]
    platform.clock.advance(3600)
    with pytest.raises(Exception, match=r"iot\.firmware\.InvalidFirmwareUrl"):
        create(FirmwareUrl=url)


def test_duplicate_version_of_same_type_is_rejected(create, create_modeled_product):
    create()
    create(FirmwareName="two", Type=1, SrcVersion="1.0.0")
    create(FirmwareName="three", Type=1, SrcVersion="1.1.0")
    create(FirmwareName="four", ProductKey=create_modeled_product("other"))
    with pytest.raises(Exception, match=r"iot\.firmware\.AlreadyExistedFirmwareVersion"):
        create(FirmwareName="five", Type=1, SrcVersion="1.1.0")


def test_firmware_without_product_is_created(platform, create, read):
    info = read(create(ProductKey=""))
    assert not {"ProductKey", "ProductName"} & info.keys()
    for params, code in (
        ({"ModuleName": "mcu"}, "OTAModuleNotExist"),
        ({"FirmwareName": "two"}, "AlreadyExistedFirmwareVersion"),
    ):
        with pytest.raises(Exception, match=code):
            create(**{"ProductKey": "", "FirmwareName": "three", **params})


def test_firmware_over_account_limit_is_rejected(platform, create, monkeypatch):
    assert service.MAX_FIRMWARES == 500
    monkeypatch.setattr(service, "MAX_FIRMWARES", 2)
    create()
    create(FirmwareName="two", DestVersion="2")
    with pytest.raises(Exception, match=r"iot\.firmware\.FirmwareCountExceedMax"):
        create(FirmwareName="three", DestVersion="3")


def test_firmware_list_is_filtered_and_paged(platform, api, create, key, create_modeled_product, api_error):
    create(FirmwareName="one", DestVersion="1")
    platform.clock.advance(1)
    create(FirmwareName="two", DestVersion="2")
    other = create_modeled_product("other")
    create(FirmwareName="three", DestVersion="2", ProductKey=other)
    assert firmware_names(api) == ["three", "two", "one"]
    assert firmware_names(api, ProductKey=key) == ["two", "one"]
    assert firmware_names(api, DestVersion="2") == ["three", "two"]
    assert firmware_names(api, ProductKey=key, DestVersion="2") == ["two"]
    second = api("ListOTAFirmware", CurrentPage=2, PageSize=2)
    assert (second["Total"], second["PageCount"], len(second["FirmwareInfo"]["SimpleFirmwareInfo"])) == (3, 2, 1)
    assert api_error("ListOTAFirmware", CurrentPage=1, PageSize=101).code == "iot.common.InvalidPageParams"
    unknown = {"CurrentPage": 1, "PageSize": 1, "ProductKey": "a1nothing00"}
    assert api_error("ListOTAFirmware", **unknown).code == "iot.prod.NotExistedProduct"


def test_deleted_or_unknown_firmware_is_rejected(api, create, api_error):
    firmware_id = create()
    api("DeleteOTAFirmware", FirmwareId=firmware_id)
    for action in ("DeleteOTAFirmware", "QueryOTAFirmware"):
        assert api_error(action, FirmwareId=firmware_id).code == "iot.firmware.FirmwareNotFound"
        assert api_error(action, FirmwareId="a-b").code == "iot.firmware.InvalidFirmwareId"


def test_firmware_is_deleted_with_its_product(platform, api, create, key):
    create()
    api("DeleteProduct", ProductKey=key)
    assert platform.store.count("ota_firmware") == platform.store.count("stored_file") == 0


def test_name_and_description_of_firmware_can_be_modified(api, api_error, create, read):
    firmware_id = create(FirmwareName="first", FirmwareDesc="old")
    api("ModifyOTAFirmware", FirmwareId=firmware_id, FirmwareDesc="new", FirmwareUdi="{}")
    info = read(firmware_id)
    assert (info["FirmwareName"], info["FirmwareDesc"], info["Udi"]) == ("first", "new", "{}")
    create(FirmwareName="second", DestVersion="9")
    for invalid, code in (
        ({"FirmwareName": "second"}, "iot.firmware.AlreadyExistedFirmwareName"),
        ({"FirmwareName": ""}, "iot.firmware.BlankFirmwareName"),
        ({"FirmwareDesc": "a" * 101}, "iot.firmware.FirmwareDescriptionExceedMaxLength"),
        ({"FirmwareId": "x"}, "iot.firmware.FirmwareNotFound"),
    ):
        assert api_error("ModifyOTAFirmware", **{"FirmwareId": firmware_id, **invalid}).code == code
