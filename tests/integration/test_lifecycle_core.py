# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole life of a product and of a device: made, every field changed or refused, cleared, gone and gone again."""

from __future__ import annotations

import re

import pytest

PRODUCT = {"name": "street_light"}
LAMP = {"product": "street_light", "name": "lamp-0001"}


def test_the_life_of_a_product(tasks):
    made = tasks.assert_changed_by(
        "iot_product",
        "CreateProduct",
        "CreateProductTags",
        **PRODUCT,
        node_type="device",
        net_type="wifi",
        thing_model=True,
        data_format="alink",
        auth_type="secret",
        description="lamps",
        tags={"site": "west", "kind": "light"},
    )["product"]
    key = made["product_key"]
    assert len(key) >= 10
    for field, there, asked in [
        ("node_type", "device", "gateway"),
        ("net_type", "wifi", "cellular"),
        ("thing_model", True, False),
        ("auth_type", "secret", "id2"),
        ("data_format", "alink", "custom"),
    ]:
        refused = tasks.assert_fails(
            "iot_product", f"^{field} of the product cannot be changed", **PRODUCT, **{field: asked}
        )
        assert refused["field"] == field
        assert str(there) in refused["msg"]
        assert "make another one" in refused["msg"]
    tasks.assert_changed_by("iot_product", "UpdateProduct", **PRODUCT, description="all lamps")
    # Tags that go, that change and that come each have an operation.
    tags = {"site": "east", "row": "1"}
    changed = tasks.assert_changed_by(
        "iot_product", "DeleteProductTags", "UpdateProductTags", "CreateProductTags", **PRODUCT, tags=tags
    )
    assert changed["product"]["tags"] == tags
    added = tasks.assert_changed_by("iot_product", "CreateProductTags", **PRODUCT, tags={"lane": "2"}, purge_tags=False)
    assert added["product"]["tags"] == {**tags, "lane": "2"}
    tasks.assert_changed_by("iot_product", "ReleaseProduct", **PRODUCT, status="released")
    tasks.assert_changed_by("iot_product", "CancelReleaseProduct", **PRODUCT, status="development")
    tasks.assert_unchanged("iot_product", **PRODUCT)
    tasks.assert_unchanged("iot_product", **PRODUCT, node_type="device", net_type="wifi", description="all lamps")

    for wanted in (PRODUCT, {"product_key": key}, {"tags": {"site": "east"}}, {"node_type": "device"}):
        (found,) = tasks.run_ok("iot_product_info", **wanted)["products"]
        assert (found["product_key"], found["description"]) == (key, "all lamps")
    assert tasks.run_ok("iot_product_info", tags={"site": "west"})["products"] == []

    cleared = tasks.assert_changed_by("iot_product", "UpdateProduct", "DeleteProductTags", **PRODUCT, description="", tags={})
    assert (cleared["product"]["description"], cleared["product"]["tags"]) == ("", {})
    tasks.assert_changed_by("iot_product", "DeleteProduct", **PRODUCT, state="absent")
    tasks.assert_unchanged("iot_product", **PRODUCT, state="absent")
    assert tasks.run_ok("iot_product_info", **PRODUCT)["products"] == []


def test_what_a_product_is_made_with_stays(tasks):
    lamp = {
        "category_key": "Lighting",
        "validate_type": "weak",
        "resource_group_id": "rg-acfm4l5tcwd5h4i",
        "thing_model": True,
        "data_format": "alink",
    }
    made = tasks.assert_changed_by("iot_product", "CreateProduct", **PRODUCT, node_type="device", **lamp, include_secrets=True)
    assert made["product"]["product_secret"]
    tasks.run_ok("iot_product", name="flow_meter", node_type="device", net_type="other", protocol_type="modbus")
    for name, options in (
        ("street_light", {"category_key": "Meter"}),
        ("street_light", {"validate_type": "none"}),
        ("flow_meter", {"protocol_type": "ble"}),
    ):
        (option,) = options
        tasks.assert_fails("iot_product", f"^{option} of the product cannot be changed", name=name, **options)
    # Into which group it was put nothing tells, and it makes no difference.
    tasks.assert_unchanged("iot_product", **PRODUCT, **lamp)
    tasks.run_ok("iot_product", **PRODUCT, status="released")
    for status, found in (("released", ["street_light"]), ("development", ["flow_meter"])):
        told = tasks.run_ok("iot_product_info", status=status)["products"]
        assert [product["name"] for product in told] == found
    (told,) = tasks.run_ok("iot_product_info", **PRODUCT, include_secrets=True)["products"]
    assert told["product_secret"] == made["product"]["product_secret"]


def test_any_operation_hides_secrets(tasks):
    key = tasks.run_ok("iot_product", **PRODUCT, node_type="device")["product"]["product_key"]
    register = {"operation": "RegisterDevice", "params": {"ProductKey": key}}
    assert tasks.run_ok("iot_api", **register)["reply"]["Data"]["DeviceSecret"] == "(hidden)"
    assert len(tasks.run_ok("iot_api", **register, include_secrets=True)["reply"]["Data"]["DeviceSecret"]) == 32
    listed = {"operation": "QueryDevice", "params": {"ProductKey": key}, "all_pages": True}
    assert len(tasks.run_ok("iot_api", **listed)["elements"]) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "abc"}, "^name must have 4 to 30 characters"),
        # A Chinese character counts as 2 in a name and as 1 in a description.
        ({"name": "\u8def\u706f" * 8}, "^name must have 4 to 30 characters.* has 32"),
        ({**PRODUCT, "description": "\u706f" * 101}, "^description must have at most 100 characters"),
        ({**PRODUCT, "tags": {"a-b": "1"}}, "^tags has an entry 'a-b'"),
        ({**PRODUCT, "tags": {"a": ""}}, "^tags has an entry 'a'"),
        (PRODUCT, "^node_type must be given to make a product"),
    ],
)
def test_a_product_that_cannot_be(tasks, options, message):
    tasks.assert_fails("iot_product", message, **options)


def test_names_are_as_long_as_the_platform_says(tasks):
    tasks.run_ok("iot_product", name="\u8def\u706f" * 7 + "ab", node_type="device", description="\u706f" * 100)


@pytest.fixture
def product(tasks):
    return tasks.run_ok("iot_product", **PRODUCT, node_type="device")["product"]["product_key"]


def test_the_life_of_a_device(tasks, product):
    made = tasks.assert_changed_by(
        "iot_device",
        "RegisterDevice",
        "SaveDeviceProp",
        **LAMP,
        nickname="North_lamp",
        tags={"site": "west", "row": "1"},
    )["device"]
    assert made["status"] == "unactive"
    assert "device_secret" not in made
    tasks.assert_changed_by("iot_device", "BatchUpdateDeviceNickname", **LAMP, nickname="South_lamp")
    changed = tasks.assert_changed_by(
        "iot_device", "DeleteDeviceProp", "SaveDeviceProp", **LAMP, tags={"site": "east", "lane": "a b+c&d"}
    )
    assert changed["device"]["tags"] == {"site": "east", "lane": "a b+c&d"}
    tasks.assert_changed_by("iot_device", "SaveDeviceProp", **LAMP, tags={"row": "2"}, purge_tags=False)
    tasks.assert_changed_by("iot_device", "DisableThing", **LAMP, enabled=False)
    tasks.assert_changed_by("iot_device", "EnableThing", **LAMP, enabled=True)
    tasks.assert_unchanged("iot_device", **LAMP)
    tasks.assert_unchanged("iot_device", product=product, name="lamp-0001", nickname="South_lamp", enabled=True)

    for wanted in ({"name": "lamp-0001"}, {"nickname": "South_lamp"}, {"tags": {"row": 2}}, {"status": "unactive"}):
        (found,) = tasks.run_ok("iot_device_info", product="street_light", **wanted)["devices"]
        assert found["iot_id"] == made["iot_id"]
    assert tasks.run_ok("iot_device_info", product="street_light", enabled=False)["devices"] == []
    (whole,) = tasks.run_ok("iot_device_info", product="street_light", enabled=True, details=True)["devices"]
    assert whole["tags"] == {"site": "east", "lane": "a b+c&d", "row": "2"}
    (told,) = tasks.run_ok("iot_device_info", **LAMP, include_secrets=True)["devices"]
    assert told["device_secret"]

    cleared = tasks.assert_changed_by(
        "iot_device", "BatchUpdateDeviceNickname", *["DeleteDeviceProp"] * 3, **LAMP, nickname="", tags={}
    )
    assert (cleared["device"]["nickname"], cleared["device"]["tags"]) == ("", {})
    tasks.assert_changed_by("iot_device", "DeleteDevice", **LAMP, state="absent")
    tasks.assert_unchanged("iot_device", **LAMP, state="absent")


def test_the_groups_of_a_device(tasks, product):
    join, leave = "BatchAddDeviceGroupRelations", "BatchDeleteDeviceGroupRelations"
    ids = {name: tasks.run_ok("iot_device_group", name=name)["device_group"]["group_id"] for name in ("east", "west")}

    def groups(**options) -> list:
        (found,) = tasks.run_ok("iot_device_info", **LAMP, include=["groups"], **options)["devices"]
        return sorted(group["name"] for group in found["groups"])

    made = tasks.assert_changed_by("iot_device", "RegisterDevice", join, **LAMP, groups=["west"])["device"]
    assert made["groups"] == [{"name": "west", "group_id": ids["west"]}]
    # A group that is named by its id is the same.
    tasks.assert_unchanged("iot_device", **LAMP, groups=[ids["west"]])
    tasks.assert_changed_by("iot_device", join, **LAMP, groups=["east"], purge_groups=False)
    assert groups() == ["east", "west"]
    tasks.assert_changed_by("iot_device", leave, **LAMP, groups=["east"])
    assert groups() == ["east"]
    tasks.assert_changed_by("iot_device", leave, join, **LAMP, groups=["west"])
    (member,) = tasks.run_ok("iot_device_group_info", name="west")["device_groups"][0]["devices"]
    assert member["name"] == LAMP["name"]
    assert "groups" not in tasks.run_ok("iot_device", **LAMP)["device"]
    tasks.assert_changed_by("iot_device", leave, **LAMP, groups=[])
    assert groups() == []
    tasks.assert_fails("iot_device", "^groups names a group twice", **LAMP, groups=["west", ids["west"]])
    tasks.assert_fails("iot_device", "^groups takes at most 10 elements", **LAMP, groups=[f"group{n}" for n in range(11)])
    planned = tasks.run("iot_device", True, **LAMP, groups=["nobody"])
    assert planned["pending"] == ["the device group nobody does not exist yet"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "abc"}, "^name must have 4 to 32 characters"),
        ({"name": "lamp 1"}, "^name may hold letters"),
        ({"nickname": "abc"}, "^nickname must have 4 to 64 characters"),
        ({"tags": {"a-b": "1"}}, "^tags has an entry 'a-b'"),
        ({"tags": {str(number): "x" for number in range(101)}}, "^tags takes at most 100 entries"),
        ({"gateway": {"name": "hub-1"}}, "^gateway needs product and name"),
        ({"groups": ["nobody"]}, "^there is no device group nobody"),
        ({"product": "nobody"}, "^there is no product nobody"),
    ],
)
def test_a_device_that_cannot_be(tasks, product, options, message):
    result = tasks.run("iot_device", **{**LAMP, **options})
    assert result.get("failed"), result
    assert not result["changed"]
    assert re.search(message, result["msg"]), result["msg"]


def test_a_fleet_as_one_set(tasks, product):
    fleet = {"product": "street_light", "devices": [{"name": f"lamp-{n:04}", "tags": {"a": "1"}} for n in range(20)]}
    tasks.pop_writes()
    assert tasks.run("iot_devices", check_mode=True, **fleet)["counts"]["created"] == 20
    assert tasks.pop_writes() == []
    made = tasks.run_ok("iot_devices", **fleet)
    assert made["changed"]
    assert sorted(set(tasks.pop_writes())) == ["BatchCheckDeviceNames", "BatchRegisterDeviceWithApplyId", "SaveDeviceProp"]
    for check_mode in (False, True):
        assert not tasks.run("iot_devices", check_mode=check_mode, **fleet)["changed"]
    assert tasks.pop_writes() == []
    found = tasks.run_ok("iot_devices_info", products=["street_light"], facts=["tags"], one_by_one=True)["devices"]
    assert [device["tags"] for device in found] == [{"a": "1"}] * 20
    stock = tasks.run_ok("iot_device_stock", product="street_light", count=25)
    assert len(stock["created"]) == 5
    assert not tasks.run_ok("iot_device_stock", product="street_light", count=25)["changed"]
