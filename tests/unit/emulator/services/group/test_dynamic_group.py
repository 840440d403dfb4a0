# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of dynamic groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

DYNAMIC = "LINK_PLATFORM_DYNAMIC"
ABSENT = "nothingLikeThis0"
INSTANCE = {"IotInstanceId": "iot-1"}
LAMPS = 'name LIKE "lamp%"'
ACTIVATED_AT = 1533523721000
ONLINE = {"activated_at": ACTIVATED_AT, "online_at": ACTIVATED_AT + 60_000, "online": 1}


@pytest.fixture
def product(api):
    """Return a function that creates a product and returns its key."""

    def product(name: str = "light", **params) -> str:
        return api("CreateProduct", ProductName=name, NodeType=1, **params)["ProductKey"]

    return product


@pytest.fixture
def devices(platform):
    """Return a function that inserts devices into a product."""

    def devices(product_key: str, *names: str, **columns) -> None:
        now = platform.clock.now()
        timestamps = {"created_at": now, "modified_at": now, "status_at": now}
        with platform.store.transaction():
            for name in names:
                row = {"iot_id": f"id{name}", "device_name": name, "device_secret": "x", **timestamps, **columns}
                platform.store.insert("device", product_key=product_key, **row)

    return devices


@pytest.fixture
def create(api):
    """Return a function that creates a dynamic group and returns its ID."""

    def create(expression: str = LAMPS, name: str = "group") -> str:
        params = {"DynamicGroupExpression": expression, **INSTANCE}
        return api("CreateDeviceDynamicGroup", GroupName=name, **params)["Data"]["GroupId"]

    return create


def members(api, group: str, **params) -> list[str]:
    items = api("QueryDynamicGroupDevices", GroupId=group, **INSTANCE, **params)["Data"]["SimpleDeviceInfo"]
    return [device["DeviceName"] for device in items]


def test_create_dynamic_group_reply_and_details(api):
    params = {"GroupName": "路灯_1", "GroupDesc": "lit", "DynamicGroupExpression": LAMPS}
    created_group = api("CreateDeviceDynamicGroup", **params, **INSTANCE)["Data"]
    assert created_group == {**params, "GroupId": created_group["GroupId"], "UtcCreate": created_group["UtcCreate"]}
    counts = {"DeviceCount": 0, "DeviceActive": 0, "DeviceOnline": 0}
    read = api("QueryDeviceGroupInfo", GroupId=created_group["GroupId"], GroupType=DYNAMIC)["Data"]
    assert read == {**created_group, **counts}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"GroupName": "abc"}, "iot.group.InvalidGroupName"),
        ({"GroupDesc": "路" * 101}, "iot.group.LongGroupDescError"),
        ({"DynamicGroupExpression": 'shade = "red"'}, "iot.devicesearch.InvalidSQLFieldError"),
        ({"DynamicGroupExpression": 'name > "lamp"'}, "iot.devicesearch.InvalidSQLOperatorTypeError"),
    ],
)
def test_create_dynamic_group_invalid_value_is_rejected(platform, api_error, params, code):
    request = {"GroupName": "group", "DynamicGroupExpression": LAMPS, **INSTANCE, **params}
    assert api_error("CreateDeviceDynamicGroup", **request).code == code
    assert platform.store.count("device_group") == 0


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateDeviceDynamicGroup", {"GroupName": "group", "DynamicGroupExpression": LAMPS}),
        ("DeleteDeviceDynamicGroup", {"GroupId": ABSENT}),
        ("QueryDynamicGroupDevices", {"GroupId": ABSENT}),
    ],
)
def test_dynamic_group_requires_instance_id(api, action, params):
    with pytest.raises(GatewayError, match="MissingIotInstanceId"):
        api(action, **params)


def test_create_more_than_10_dynamic_groups_is_rejected(api, create, api_error):
    groups = [create(name=f"group_{number}") for number in range(10)]
    params = {"GroupName": "more", "DynamicGroupExpression": LAMPS, **INSTANCE}
    assert api_error("CreateDeviceDynamicGroup", **params).code == "iot.group.GroupCountExceedMax"
    api("CreateDeviceGroup", GroupName="static")
    api("DeleteDeviceDynamicGroup", GroupId=groups[0], **INSTANCE)
    create(name="more")


def test_delete_static_or_missing_group_is_rejected(api, create, api_error):
    group = create()
    static = api("CreateDeviceGroup", GroupName="static")["Data"]["GroupId"]
    for other in (static, ABSENT):
        assert api_error("DeleteDeviceDynamicGroup", GroupId=other, **INSTANCE).code == "iot.group.NotExistedGroup"
        assert api_error("QueryDynamicGroupDevices", GroupId=other, **INSTANCE).code == "iot.group.NotExistedGroup"
    api("DeleteDeviceDynamicGroup", GroupId=group, **INSTANCE)
    absent = api_error("DeleteDeviceDynamicGroup", GroupId=group, **INSTANCE)
    assert absent.code == "iot.group.NotExistedGroup"


def test_members_follow_expression(platform, api, product, devices, create):
    key = product()
    group = create(f'product_key = "{key}" and status = "ONLINE"')
    assert members(api, group) == []
    devices(key, "lamp1", "lamp2")
    devices(key, "bulb1", **ONLINE)
    devices(product("other"), "bulb2", **ONLINE)
    assert members(api, group) == ["bulb1"]
    with platform.store.transaction():
        platform.store.update("device", {"activated_at": 1, "online": 1}, device_name="lamp2")
        platform.store.update("device", {"online": 0}, device_name="bulb1")
    assert members(api, group) == ["lamp2"]
    api("DeleteProduct", ProductKey=key)
    assert members(api, group) == []


def test_group_device_counts(api, product, devices, create):
    group = create()
    key = product()
    devices(key, "lamp1")
    devices(key, "lamp2", activated_at=1)
    devices(key, "lamp3", "bulb1", **ONLINE)
    data = api("QueryDeviceGroupInfo", GroupId=group, GroupType=DYNAMIC)["Data"]
    assert (data["DeviceCount"], data["DeviceActive"], data["DeviceOnline"]) == (3, 2, 1)


def test_member_details(api, product, devices, create):
    group = create()
    key = product("lights", CategoryKey="Lighting")
    devices(key, "lamp1", nickname="in the hall", **ONLINE)
    devices(key, "lamp2")
    items = api("QueryDynamicGroupDevices", GroupId=group, **INSTANCE)["Data"]["SimpleDeviceInfo"]
    common = {"ProductKey": key, "ProductName": "lights", "CategoryKey": "Lighting", "NodeType": 1}
    assert items == [
        {
            **common,
            "IotId": "idlamp1",
            "DeviceName": "lamp1",
            "Nickname": "in the hall",
            "Status": "ONLINE",
            "ActiveTime": "2018-08-06 10:48:41",
            "UtcActiveTime": "2018-08-06T02:48:41.000Z",
            "LastOnlineTime": "2018-08-06 10:49:41",
            "UtcLastOnlineTime": "2018-08-06T02:49:41.000Z",
        },
        {**common, "IotId": "idlamp2", "DeviceName": "lamp2", "Status": "UNACTIVE"},
    ]


def test_member_pages_by_number_and_token(api, product, devices, create, api_error):
    group = create()
    names = [f"lamp{number}" for number in range(5)]
    devices(product(), *names)
    reply = api("QueryDynamicGroupDevices", GroupId=group, CurrentPage=2, PageSize=2, **INSTANCE)
    page = {name: reply[name] for name in ("Page", "PageSize", "PageCount", "Total")}
    assert page == {"Page": 2, "PageSize": 2, "PageCount": 3, "Total": 5}
    assert [device["DeviceName"] for device in reply["Data"]["SimpleDeviceInfo"]] == names[2:4]
    next_page = api(
        "QueryDynamicGroupDevices", GroupId=group, CurrentPage=1, PageSize=2, NextToken=reply["NextToken"], **INSTANCE
    )
    assert [device["DeviceName"] for device in next_page["Data"]["SimpleDeviceInfo"]] == names[4:]
    assert (next_page["Page"], next_page["NextToken"]) == (3, "")
    for params in ({"PageSize": 201}, {"NextToken": "x"}, {"NextToken": "9" * 30}):
        error = api_error("QueryDynamicGroupDevices", GroupId=group, **INSTANCE, **params)
        assert error.code == "iot.common.InvalidPageParams"
    assert len(members(api, group, PageSize=200)) == 5


def test_member_filters(api, product, devices, create, api_error):
    group = create()
    key = product()
    devices(key, "lamp_1", "lamp_12")
    devices(product("other"), "lamp_13", "lamp%13", **ONLINE)
    assert members(api, group, ProductKey=key) == ["lamp_1", "lamp_12"]
    assert members(api, group, ProductKey="a1nothing00") == []
    assert members(api, group, Status="ONLINE") == ["lamp_13", "lamp%13"]
    assert members(api, group, Status="ONLINE", ProductKey=key) == []
    assert members(api, group, DeviceName="lamp_1") == ["lamp_1"]
    assert members(api, group, DeviceName="lamp_1", FuzzyName=False) == ["lamp_1"]
    assert members(api, group, DeviceName="lamp_1", FuzzyName=True) == ["lamp_1", "lamp_12", "lamp_13"]
    assert members(api, group, DeviceName="LAMP_1", FuzzyName=True) == []
    assert members(api, group, DeviceName="lamp_", FuzzyName=True, Status="UNACTIVE") == ["lamp_1", "lamp_12"]
    error = api_error("QueryDynamicGroupDevices", GroupId=group, DeviceName="lamp", FuzzyName=True, **INSTANCE)
    assert error.code == "iot.device.FuzzyRuntimeSearchMinLengthLimit"
    error = api_error("QueryDynamicGroupDevices", GroupId=group, Status="online", **INSTANCE)
    assert error.code == "iot.common.InvalidFormattedParameter"


def test_expression_with_or_is_combined_with_filters(api, product, devices, create):
    key = product()
    devices(key, "lamp1", "bulb1", "gate1")
    group = create('name = "lamp1" or name = "bulb1"')
    assert members(api, group) == ["lamp1", "bulb1"]
    assert members(api, group, DeviceName="bulb1") == ["bulb1"]
    items = api("QueryDeviceGroupByDevice", ProductKey=key, DeviceName="gate1")["GroupInfos"]["GroupInfo"]
    assert items == []
