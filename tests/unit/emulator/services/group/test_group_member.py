# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which devices are in which groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError

DYNAMIC = "LINK_PLATFORM_DYNAMIC"
ABSENT = "nothingLikeThis0"


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def devices(platform, product):
    """Put devices of these names into the product and return what names them in a call."""

    def devices(*names: str, **columns) -> list[dict[str, str]]:
        now = platform.clock.now()
        moments = {"created_at": now, "modified_at": now, "status_at": now}
        with platform.store.transaction():
            for name in names:
                row = {"iot_id": f"id{name}", "device_name": name, "device_secret": "x", **moments, **columns}
                platform.store.insert("device", product_key=product, **row)
        return [{"ProductKey": product, "DeviceName": name} for name in names]

    return devices


@pytest.fixture
def create(api):
    """Create a static group and return its id."""

    def create(name: str = "group") -> str:
        return api("CreateDeviceGroup", GroupName=name)["Data"]["GroupId"]

    return create


@pytest.fixture
def api_error(api):
    """The error that a call must get."""

    def api_error(action: str, **params) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return api_error


@pytest.fixture
def add(api):
    """Add devices to a group and return the counts: valid, added, in too many groups, there before."""

    def add(group: str, devices: list[dict[str, str]]) -> tuple[int, int, int, int]:
        reply = api("BatchAddDeviceGroupRelations", GroupId=group, Device=devices)
        counts = ("ValidDevice", "SuccessAddedDevice", "ExceedTenGroupDevice", "AlreadyRelatedGroupDevice")
        assert len(reply) == len(counts)
        return tuple(reply[f"{name}Count"] for name in counts)

    return add


@pytest.fixture
def remove(api):
    """Remove devices from a group and return the counts: valid, removed, there before."""

    def remove(group: str, devices: list[dict[str, str]]) -> tuple[int, int, int]:
        reply = api("BatchDeleteDeviceGroupRelations", GroupId=group, Device=devices)
        counts = ("ValidDevice", "SuccessDevice", "AlreadyRelatedGroupDevice")
        assert len(reply) == len(counts)
        return tuple(reply[f"{name}Count"] for name in counts)

    return remove


def members(api, group: str, **params) -> list[str]:
    found = api("QueryDeviceListByDeviceGroup", GroupId=group, **params)["Data"]["SimpleDeviceInfo"]
    return [device["DeviceName"] for device in found]


def test_adding_devices(platform, api, product, devices, create, add):
    group = create()
    other = create("other")
    lamps = devices("lamp1", "lamp2", "lamp3")
    assert add(group, lamps[2:]) == (1, 1, 0, 0)
    platform.clock.advance(1)
    nobody = {"ProductKey": product, "DeviceName": "nobody"}
    elsewhere = {"ProductKey": "a1nothing00", "DeviceName": "lamp1"}
    assert add(group, [*lamps, lamps[0], nobody, elsewhere]) == (3, 2, 0, 1)
    assert members(api, group) == ["lamp3", "lamp1", "lamp2"]
    assert add(group, lamps) == (3, 0, 0, 3)
    assert add(group, [nobody]) == (0, 0, 0, 3)
    assert members(api, other) == []


def test_removing_devices(api, product, devices, create, add, remove):
    group = create()
    other = create("other")
    lamps = devices("lamp1", "lamp2", "lamp3")
    add(group, lamps[:2])
    add(other, lamps)
    nobody = {"ProductKey": product, "DeviceName": "nobody"}
    assert remove(group, [lamps[0], lamps[0], lamps[2], nobody]) == (1, 1, 2)
    assert remove(group, lamps[:1]) == (0, 0, 1)
    assert members(api, group) == ["lamp2"]
    assert members(api, other) == ["lamp1", "lamp2", "lamp3"]


def test_a_device_is_in_at_most_10_groups(api, devices, create, add, remove):
    full, free = devices("full", "free")
    groups = [create(f"group_{number}") for number in range(10)]
    for group in groups:
        assert add(group, [full]) == (1, 1, 0, 0)
    more = create("more")
    assert add(more, [full, free]) == (2, 1, 1, 0)
    assert add(groups[0], [full, free]) == (2, 1, 0, 1), "the group that the device is in already does not count"
    remove(groups[3], [full])
    assert add(more, [full]) == (1, 1, 0, 1)


@pytest.mark.parametrize("action", ["BatchAddDeviceGroupRelations", "BatchDeleteDeviceGroupRelations"])
def test_relations_that_are_refused(api, product, create, api_error, action):
    group = create()
    device = {"ProductKey": product, "DeviceName": "lamp1"}
    api(action, GroupId=group, Device=[device] * 200)
    assert api_error(action, GroupId=group, Device=[device] * 201).code == "iot.system.IllegalRequest"
    assert api_error(action, GroupId=ABSENT, Device=[device]).code == "iot.group.NotExistedGroup"
    for wrong in ([], [{"ProductKey": product}], [device, {"DeviceName": "lamp1"}]):
        with pytest.raises(GatewayError, match="MissingDevice"):
            api(action, GroupId=group, Device=wrong)


def test_the_list_of_a_group(platform, api, product, devices, create, add, api_error):
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


def test_counts_of_a_group(api, devices, create, add):
    group = create()
    some = [
        *devices("new1"),
        *devices("off1", activated_at=1),
        *devices("on_1", "on_2", activated_at=1, online=1),
        *devices("dis1", activated_at=1, online=1, enabled=0),
    ]
    add(group, some)
    devices("other", activated_at=1, online=1)
    data = api("QueryDeviceGroupInfo", GroupId=group)["Data"]
    assert (data["DeviceCount"], data["DeviceActive"], data["DeviceOnline"]) == (5, 4, 2)
    assert "DynamicGroupExpression" not in data


def test_a_deleted_group_leaves_its_devices(platform, api, devices, create, add):
    group = create()
    add(group, devices("lamp1", "lamp2"))
    api("DeleteDeviceGroup", GroupId=group)
    assert platform.store.count("device_group_member") == 0
    assert platform.store.count("device") == 2


def test_deleted_devices_leave_their_groups(api, product, devices, create, add):
    group = create()
    add(group, devices("lamp1", "lamp2"))
    api("DeleteProduct", ProductKey=product)
    assert members(api, group) == []
    assert api("QueryDeviceGroupInfo", GroupId=group)["Data"]["DeviceCount"] == 0


def test_the_groups_of_a_device(platform, api, product, devices, create, add, api_error):
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
    found = api("QueryDeviceGroupByDevice", **bulb)["GroupInfos"]["GroupInfo"]
    assert [group["GroupName"] for group in found] == ["other"]
    absent = api_error("QueryDeviceGroupByDevice", ProductKey=product, DeviceName="nobody")
    assert absent.code == "iot.device.NotExistedDevice"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("BatchAddDeviceGroupRelations", {"Device": [{"ProductKey": "a1", "DeviceName": "lamp1"}]}),
        ("BatchDeleteDeviceGroupRelations", {"Device": [{"ProductKey": "a1", "DeviceName": "lamp1"}]}),
        ("QueryDeviceListByDeviceGroup", {}),
    ],
)
def test_a_dynamic_group_has_no_members_of_its_own(api, api_error, action, params):
    expression = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
    group = api("CreateDeviceDynamicGroup", GroupName="dynamic", **expression)["Data"]["GroupId"]
    assert api_error(action, GroupId=group, **params).code == "iot.group.NotExistedGroup"
