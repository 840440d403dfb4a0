# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is told of many devices, and in how many requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "thing_model" / "data"
NAMES = [f"lamp-{number:04d}" for number in range(120)]


def overview(account, **options) -> dict:
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.overview import OverviewEntry

    entry = OverviewEntry()
    validated = ArgumentSpecValidator(entry.argument_spec()).validate(options)
    assert not validated.error_messages, validated.error_messages
    account.sent.clear()
    client = account.client(entry.families)
    return execute(entry, validated.validated_parameters, False, lambda *given: client)


def names(result: dict) -> list:
    return [device["name"] for device in result["devices"]]


@pytest.fixture(params=["account", "enterprise"])
def fleet(request):
    """120 lamps, every third of them tagged and the first ten in a group; and another product with one device."""
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


def test_all_there_is(fleet):
    result = overview(fleet)
    assert sorted(names(result)) == ["hub-1", *NAMES]
    assert dict(fleet.sent) == {"QueryProductList": 1, "QueryDevice": 4}
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


def test_facts_page_by_page(fleet):
    result = overview(fleet, products=["lamps"], facts=["tags", "groups", "modules"])
    assert names(result) == NAMES
    assert result["devices"][0]["groups"] == ["bridge"]
    assert result["devices"][11]["groups"] == []
    if fleet.has_search:
        assert result["devices"][3]["tags"] == {"site": "west", "row": "1"}
        assert result["devices"][3]["modules"] == {}
        assert fleet.sent["QueryDeviceBySQL"] == 3
        assert sum(fleet.sent.values()) == 6
    else:
        assert "tags" not in result["devices"][3]
        assert "modules and tags of devices are told by a search only" in result["warnings"][0]
        assert sum(fleet.sent.values()) == 2 + 3 + 2


def test_one_by_one(fleet):
    result = overview(fleet, products=[fleet.key], facts=["tags", "modules"], one_by_one=True)
    assert result["devices"][3]["tags"] == {"site": "west", "row": "1"}
    assert result["devices"][4]["tags"] == {}
    assert result["devices"][4]["modules"] == {}
    assert "warnings" not in result
    assert fleet.sent["QueryDeviceProp"] == (0 if fleet.has_search else 120)


def test_of_a_group(fleet):
    result = overview(fleet, device_groups=["bridge"])
    assert names(result) == NAMES[:10]
    assert fleet.sent["QueryDevice"] == 0
    assert fleet.sent["BatchQueryDeviceDetail"] == 1


def test_with_tags(fleet):
    assert names(overview(fleet, tags={"site": "west", "row": 1})) == NAMES[::3]
    assert names(overview(fleet, tags={"site": "west", "row": "2"})) == []
    assert names(overview(fleet, tags={"site": "west"}, device_groups=["bridge"])) == NAMES[:10:3]
    assert names(overview(fleet, tags={"site": "west"}, products=["hubs"])) == []


def test_in_a_state(fleet):
    assert names(overview(fleet, statuses=["disable"])) == [NAMES[5]]
    assert len(names(overview(fleet, statuses=["unactive", "online"]))) == 120


def test_a_list_of_all_products_is_read_once(fleet):
    result = overview(fleet, facts=["groups"])
    assert {device["name"]: device["groups"] for device in result["devices"]}["hub-1"] == []
    # The one hub stands on a page with nobody else: its groups are read in the lists of members in any case.
    assert fleet.sent["QueryDeviceListByDeviceGroup"] == 2


def test_properties(account):
    lock = json.loads((DATA / "door_lock.json").read_text(encoding="utf-8"))
    product = account.api(
        "CreateProduct", ProductName="locks", NodeType=0, DataFormat=1, AliyunCommodityCode="iothub_senior"
    )
    key = product["Data"]["ProductKey"]
    account.api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(lock))
    account.api("PublishThingModel", ProductKey=key)
    for name in ("lock-1", "lock-2"):
        account.api("RegisterDevice", ProductKey=key, DeviceName=name)
    wanted = [one["identifier"] for one in lock["properties"]][:1]
    result = overview(account, products=["locks"], properties=wanted)
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
def test_values(kind, text, value):
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.overview import value_of

    assert value_of({"DataType": kind, "Value": text}) == value


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"products": ["no_such"]}, "there is no product no_such"),
        ({"device_groups": ["no_such"]}, "there is no device group no_such"),
    ],
)
def test_what_is_not_there(fleet, options, said):
    result = overview(fleet, **options)
    assert result["failed"] is True
    assert said in result["msg"]
