# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the members of groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

DYNAMIC = "LINK_PLATFORM_DYNAMIC"
ABSENT = "nothingLikeThis0"


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def devices(platform, product):
    """Return a function that inserts devices into the product and returns their identification for requests."""

    def devices(*names: str, **columns) -> list[dict[str, str]]:
        now = platform.clock.now()
        timestamps = {"created_at": now, "modified_at": now, "status_at": now}
        with platform.store.transaction():
            for name in names:
                row = {"iot_id": f"id{name}", "device_name": name, "device_secret": "x", **timestamps, **columns}
                platform.store.insert("device", product_key=product, **row)
        return [{"ProductKey": product, "DeviceName": name} for name in names]

    return devices


@pytest.fixture
def create(api):
    """Return a function that creates a static group and returns its ID."""

    def create(name: str = "group") -> str:
        return api("CreateDeviceGroup", GroupName=name)["Data"]["GroupId"]

    return create


@pytest.fixture
def add(api):
    """Return a function that adds devices to a group.

    The function returns the counts: valid, added, in too many groups, members before.
    """

    def add(group: str, devices: list[dict[str, str]]) -> tuple[int, int, int, int]:
        reply = api("BatchAddDeviceGroupRelations", GroupId=group, Device=devices)
        counts = ("ValidDevice", "SuccessAddedDevice", "ExceedTenGroupDevice", "AlreadyRelatedGroupDevice")
        failed = len(devices) - reply["SuccessAddedDeviceCount"]
        assert reply.pop("ErrorMessage") == (
            f"{reply['SuccessAddedDeviceCount']} devices have been added, and {failed} devices failed to be added."
        )
        assert len(reply) == len(counts)
        return tuple(reply[f"{name}Count"] for name in counts)

    return add


@pytest.fixture
def remove(api):
    """Return a function that removes devices from a group.

    The function returns the counts: valid, removed, members before.
    """

    def remove(group: str, devices: list[dict[str, str]]) -> tuple[int, int, int]:
        reply = api("BatchDeleteDeviceGroupRelations", GroupId=group, Device=devices)
        counts = ("ValidDevice", "SuccessDevice", "AlreadyRelatedGroupDevice")
        assert len(reply) == len(counts)
        return tuple(reply[f"{name}Count"] for name in counts)

    return remove


def members(api, group: str, **params) -> list[str]:
    items = api("QueryDeviceListByDeviceGroup", GroupId=group, **params)["Data"]["SimpleDeviceInfo"]
    return [device["DeviceName"] for device in items]


def test_add_devices_counts_and_order(platform, api, product, devices, create, add):
    group = create()
    other = create("other")
    lamps = devices("lamp1", "lamp2", "lamp3")
    assert add(group, lamps[2:]) == (1, 1, 0, 0)
    platform.clock.advance(1)
    missing = {"ProductKey": product, "DeviceName": "absent"}
    in_other_product = {"ProductKey": "a1nothing00", "DeviceName": "lamp1"}
    assert add(group, [*lamps, lamps[0], missing, in_other_product]) == (3, 2, 0, 1)
    assert members(api, group) == ["lamp3", "lamp1", "lamp2"]
    assert add(group, lamps) == (3, 0, 0, 3)
    assert add(group, [missing]) == (0, 0, 0, 3)
    assert members(api, other) == []


def test_remove_devices_counts(api, product, devices, create, add, remove):
    group = create()
    other = create("other")
    lamps = devices("lamp1", "lamp2", "lamp3")
    add(group, lamps[:2])
    add(other, lamps)
    missing = {"ProductKey": product, "DeviceName": "absent"}
    assert remove(group, [lamps[0], lamps[0], lamps[2], missing]) == (1, 1, 2)
    assert remove(group, lamps[:1]) == (0, 0, 1)
    assert members(api, group) == ["lamp2"]
    assert members(api, other) == ["lamp1", "lamp2", "lamp3"]


def test_add_device_to_more_than_10_groups_is_skipped(api, devices, create, add, remove):
    full, other = devices("full", "free")
    groups = [create(f"group_{number}") for number in range(10)]
    for group in groups:
        assert add(group, [full]) == (1, 1, 0, 0)
    one_more_group = create("more")
    assert add(one_more_group, [full, other]) == (2, 1, 1, 0)
    assert add(groups[0], [full, other]) == (2, 1, 0, 1), (
        "a device that is already in the group does not exceed the limit"
    )
    remove(groups[3], [full])
    assert add(one_more_group, [full]) == (1, 1, 0, 1)


@pytest.mark.parametrize("action", ["BatchAddDeviceGroupRelations", "BatchDeleteDeviceGroupRelations"])
def test_add_and_remove_invalid_request_is_rejected(api, product, create, api_error, action):
    group = create()
    device = {"ProductKey": product, "DeviceName": "lamp1"}
    api(action, GroupId=group, Device=[device] * 200)
    assert api_error(action, GroupId=group, Device=[device] * 201).code == "iot.system.IllegalRequest"
    assert api_error(action, GroupId=ABSENT, Device=[device]).code == "iot.group.NotExistedGroup"
    for invalid in ([], [{"ProductKey": product}], [device, {"DeviceName": "lamp1"}]):
        with pytest.raises(GatewayError, match="MissingDevice"):
            api(action, GroupId=group, Device=invalid)


def test_member_list_pages(platform, api, product, devices, create, add, api_error):
    group = create()
    for number in range(5):
        add(group, devices(f"lamp{number}"))
        platform.clock.advance(1)
    reply = api("QueryDeviceListByDeviceGroup", GroupId=group, CurrentPage=2, PageSize=4)
    assert reply == {
        "Page": 2,
        "PageSize": 4,
        "PageCount": 2,
        "Total": 5,
        "Data": {
            "SimpleDeviceInfo": [
                {"IotId": "idlamp4", "DeviceName": "lamp4", "ProductKey": product, "ProductName": "light"}
            ]
        },
    }
    assert members(api, group, PageSize=50) == ["lamp0", "lamp1", "lamp2", "lamp3", "lamp4"]
    too_large = api_error("QueryDeviceListByDeviceGroup", GroupId=group, PageSize=51)
    assert too_large.code == "iot.common.InvalidPageParams"
    assert api_error("QueryDeviceListByDeviceGroup", GroupId=ABSENT).code == "iot.group.NotExistedGroup"


def test_group_device_counts(api, devices, create, add):
    group = create()
    group_devices = [
        *devices("new1"),
        *devices("off1", activated_at=1),
        *devices("on_1", "on_2", activated_at=1, online=1),
        *devices("dis1", activated_at=1, online=1, enabled=0),
    ]
    add(group, group_devices)
    devices("other", activated_at=1, online=1)
    data = api("QueryDeviceGroupInfo", GroupId=group)["Data"]
    assert (data["DeviceCount"], data["DeviceActive"], data["DeviceOnline"]) == (5, 4, 2)
    assert "DynamicGroupExpression" not in data


def test_delete_group_keeps_devices(platform, api, devices, create, add):
    group = create()
    add(group, devices("lamp1", "lamp2"))
    api("DeleteDeviceGroup", GroupId=group)
    assert platform.store.count("device_group_member") == 0
    assert platform.store.count("device") == 2


def test_deleted_devices_are_removed_from_groups(api, product, devices, create, add):
    group = create()
    add(group, devices("lamp1", "lamp2"))
    api("DeleteProduct", ProductKey=product)
    assert members(api, group) == []
    assert api("QueryDeviceGroupInfo", GroupId=group)["Data"]["DeviceCount"] == 0


def test_groups_of_device(platform, api, product, devices, create, add, api_error):
    lamp, bulb = devices("lamp1", "bulb1")
    assert api("QueryDeviceGroupByDevice", **lamp) == {"GroupInfos": {"GroupInfo": []}}
    static = api("CreateDeviceGroup", GroupName="static", GroupDesc="by hand")["Data"]
    add(static["GroupId"], [lamp])
    add(create("other"), [bulb])
    platform.clock.advance(1)
    expression = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
    dynamic = api("CreateDeviceDynamicGroup", GroupName="dynamic", **expression)["Data"]
    del dynamic["DynamicGroupExpression"]
    assert api("QueryDeviceGroupByDevice", **lamp)["GroupInfos"]["GroupInfo"] == [
        {**dynamic, "GroupType": DYNAMIC},
        {**static, "GroupType": "LINK_PLATFORM"},
    ]
    items = api("QueryDeviceGroupByDevice", **bulb)["GroupInfos"]["GroupInfo"]
    assert [group["GroupName"] for group in items] == ["other"]
    absent = api_error("QueryDeviceGroupByDevice", ProductKey=product, DeviceName="absent")
    assert absent.code == "iot.device.NotExistedDevice"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("BatchAddDeviceGroupRelations", {"Device": [{"ProductKey": "a1", "DeviceName": "lamp1"}]}),
        ("BatchDeleteDeviceGroupRelations", {"Device": [{"ProductKey": "a1", "DeviceName": "lamp1"}]}),
        ("QueryDeviceListByDeviceGroup", {}),
    ],
)
def test_static_member_operations_on_dynamic_group_are_rejected(api, api_error, action, params):
    expression = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
    group = api("CreateDeviceDynamicGroup", GroupName="dynamic", **expression)["Data"]["GroupId"]
    assert api_error(action, GroupId=group, **params).code == "iot.group.NotExistedGroup"
