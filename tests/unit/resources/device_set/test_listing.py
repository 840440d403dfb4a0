# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The devices that iot_devices_info returns, and the number of requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import NAMES

DATA = Path(__file__).resolve().parents[1] / "thing_model" / "data"


def list_devices(account, **options) -> dict:
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.listing import ListingEntry

    entry = ListingEntry()
    validated = ArgumentSpecValidator(entry.argument_spec()).validate(options)
    assert not validated.error_messages, validated.error_messages
    account.sent.clear()
    client = account.client(entry.families)
    return execute(entry, validated.validated_parameters, False, lambda *_args: client)


def names(result: dict) -> list:
    return [device["name"] for device in result["devices"]]


@pytest.fixture(params=["account", "enterprise"])
def lamps(request):
    """An account with 120 lamps, every third with tags and the first ten in a group, and a product with one hub."""
    account = request.getfixturevalue(request.param)
    account.devices(NAMES)
    for name in NAMES[::3]:
        account.tag(name, '{"site": "west", "row": "1"}')
    account.group("bridge", NAMES[:10])
    account.group("tunnel")
    other = account.api("CreateProduct", ProductName="hubs", NodeType=1)["Data"]["ProductKey"]
    account.api("RegisterDevice", ProductKey=other, DeviceName="hub-1")
    account.api("DisableThing", ProductKey=account.key, DeviceName=NAMES[5])
    account.has_search = request.param == "enterprise"
    return account


def test_listing_without_options_returns_all_devices(lamps):
    result = list_devices(lamps)
    assert sorted(names(result)) == ["hub-1", *NAMES]
    assert dict(lamps.sent) == {"QueryProductList": 1, "QueryDevice": 4}
    (hub,) = (device for device in result["devices"] if device["name"] == "hub-1")
    assert hub["iot_id"]
    assert {**hub, "iot_id": "", "product_key": ""} == {
        "name": "hub-1",
        "product": "hubs",
        "product_key": "",
        "iot_id": "",
        "nickname": "",
        "status": "unactive",
    }
    assert "warnings" not in result


def test_facts_are_read_page_by_page(lamps):
    result = list_devices(lamps, products=["lamps"], facts=["tags", "groups", "modules"])
    assert names(result) == NAMES
    assert result["devices"][0]["groups"] == ["bridge"]
    assert result["devices"][11]["groups"] == []
    if lamps.has_search:
        assert result["devices"][3]["tags"] == {"site": "west", "row": "1"}
        assert result["devices"][3]["modules"] == {}
        assert lamps.sent["QueryDeviceBySQL"] == 3
        assert sum(lamps.sent.values()) == 6
    else:
        assert "tags" not in result["devices"][3]
        assert "modules and tags of the devices were not read" in result["warnings"][0]
        assert sum(lamps.sent.values()) == 2 + 3 + 2


def test_facts_with_one_by_one_are_read_for_each_device(lamps):
    result = list_devices(lamps, products=[lamps.key], facts=["tags", "modules"], one_by_one=True)
    assert result["devices"][3]["tags"] == {"site": "west", "row": "1"}
    assert result["devices"][4]["tags"] == {}
    assert result["devices"][4]["modules"] == {}
    assert "warnings" not in result
    assert lamps.sent["QueryDeviceProp"] == (0 if lamps.has_search else 120)


def test_listing_with_device_group_returns_members(lamps):
    result = list_devices(lamps, device_groups=["bridge"])
    assert names(result) == NAMES[:10]
    assert lamps.sent["QueryDevice"] == 0
    assert lamps.sent["BatchQueryDeviceDetail"] == 1


def test_listing_with_tags_returns_devices_with_all_tags(lamps):
    assert names(list_devices(lamps, tags={"site": "west", "row": 1})) == NAMES[::3]
    assert names(list_devices(lamps, tags={"site": "west", "row": "2"})) == []
    assert names(list_devices(lamps, tags={"site": "west"}, device_groups=["bridge"])) == NAMES[:10:3]
    assert names(list_devices(lamps, tags={"site": "west"}, products=["hubs"])) == []


def test_listing_with_statuses_returns_devices_with_one_of_them(lamps):
    assert names(list_devices(lamps, statuses=["disable"])) == [NAMES[5]]
    assert len(names(list_devices(lamps, statuses=["unactive", "online"]))) == 120


def test_list_with_devices_of_all_products_is_read_once(lamps):
    result = list_devices(lamps, facts=["groups"])
    assert {device["name"]: device["groups"] for device in result["devices"]}["hub-1"] == []
    # The list of the hub's product has one page, but its groups are read from the lists of members.
    assert lamps.sent["QueryDeviceListByDeviceGroup"] == 2


def test_properties_are_read_for_each_device(account):
    lock = json.loads((DATA / "door_lock.json").read_text(encoding="utf-8"))
    product = account.api(
        "CreateProduct", ProductName="locks", NodeType=0, DataFormat=1, AliyunCommodityCode="iothub_senior"
    )
    key = product["Data"]["ProductKey"]
    account.api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(lock))
    account.api("PublishThingModel", ProductKey=key)
    for name in ("lock-1", "lock-2"):
        account.api("RegisterDevice", ProductKey=key, DeviceName=name)
    identifiers = [one["identifier"] for one in lock["properties"]][:1]
    result = list_devices(account, products=["locks"], properties=identifiers)
    assert [device["properties"] for device in result["devices"]] == [{}, {}]
    assert account.sent["QueryDevicePropertyStatus"] == 2


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "7", 7),
        ("float", "7.5", 7.5),
        ("text", "7", "7"),
        ("bool", "1", 1),
        ("array", "[1]", [1]),
        ("int", "x", "x"),
    ],
)
def test_property_value_has_its_data_type(kind, text, value):
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.listing import property_value

    assert property_value({"DataType": kind, "Value": text}) == value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"products": ["no_such"]}, "the product no_such does not exist"),
        ({"device_groups": ["no_such"]}, "the device group no_such does not exist"),
    ],
)
def test_listing_with_missing_reference_fails(lamps, options, message):
    result = list_devices(lamps, **options)
    assert result["failed"] is True
    assert message in result["msg"]
