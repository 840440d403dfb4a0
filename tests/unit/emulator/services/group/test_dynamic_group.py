# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dynamic groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError

DYNAMIC = "LINK_PLATFORM_DYNAMIC"
ABSENT = "nothingLikeThis0"
INSTANCE = {"IotInstanceId": "iot-1"}
LAMPS = 'name LIKE "lamp%"'
CONNECTED = 1533523721000
ONLINE = {"activated_at": CONNECTED, "online_at": CONNECTED + 60_000, "online": 1}


@pytest.fixture
def product(api):
    """Create a product and return its key."""

    def product(name: str = "light", **params) -> str:
        return api("CreateProduct", ProductName=name, NodeType=1, **params)["ProductKey"]

    return product


@pytest.fixture
def devices(platform):
    """Put devices of these names into a product."""

    def devices(product_key: str, *names: str, **columns) -> None:
        now = platform.clock.now()
        moments = {"created_at": now, "modified_at": now, "status_at": now}
        with platform.store.transaction():
            for name in names:
                row = {"iot_id": f"id{name}", "device_name": name, "device_secret": "x", **moments, **columns}
                platform.store.insert("device", product_key=product_key, **row)

    return devices


@pytest.fixture
def create(api):
    """Create a dynamic group and return its id."""

    def create(expression: str = LAMPS, name: str = "group") -> str:
        params = {"DynamicGroupExpression": expression, **INSTANCE}
        return api("CreateDeviceDynamicGroup", GroupName=name, **params)["Data"]["GroupId"]

    return create


@pytest.fixture
def api_error(api):
    """The error that a call must get."""

    def api_error(action: str, **params) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return api_error


def members(api, group: str, **params) -> list[str]:
    found = api("QueryDynamicGroupDevices", GroupId=group, **INSTANCE, **params)["Data"]["SimpleDeviceInfo"]
    return [device["DeviceName"] for device in found]


def test_a_dynamic_group(api):
    params = {"GroupName": "路灯_1", "GroupDesc": "lit", "DynamicGroupExpression": LAMPS}
    made = api("CreateDeviceDynamicGroup", **params, **INSTANCE)["Data"]
    assert made == {**params, "GroupId": made["GroupId"], "UtcCreate": made["UtcCreate"]}
    counts = {"DeviceCount": 0, "DeviceActive": 0, "DeviceOnline": 0}
    read = api("QueryDeviceGroupInfo", GroupId=made["GroupId"], GroupType=DYNAMIC)["Data"]
    assert read == {**made, **counts}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"GroupName": "abc"}, "iot.group.InvalidGroupName"),
        ({"GroupDesc": "路" * 101}, "iot.group.LongGroupDescError"),
        ({"DynamicGroupExpression": 'colour = "red"'}, "iot.devicesearch.InvalidSQLFieldError"),
        ({"DynamicGroupExpression": 'name > "lamp"'}, "iot.devicesearch.InvalidSQLOperatorTypeError"),
    ],
)
def test_what_cannot_be_created(platform, api_error, params, code):
    whole = {"GroupName": "group", "DynamicGroupExpression": LAMPS, **INSTANCE, **params}
    assert api_error("CreateDeviceDynamicGroup", **whole).code == code
    assert platform.store.count("device_group") == 0


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateDeviceDynamicGroup", {"GroupName": "group", "DynamicGroupExpression": LAMPS}),
        ("DeleteDeviceDynamicGroup", {"GroupId": ABSENT}),
        ("QueryDynamicGroupDevices", {"GroupId": ABSENT}),
    ],
)
def test_dynamic_groups_belong_to_an_instance(api, action, params):
    with pytest.raises(GatewayError, match="MissingIotInstanceId"):
        api(action, **params)


def test_an_account_has_at_most_10_dynamic_groups(api, create, api_error):
    groups = [create(name=f"group_{number}") for number in range(10)]
    params = {"GroupName": "more", "DynamicGroupExpression": LAMPS, **INSTANCE}
    assert api_error("CreateDeviceDynamicGroup", **params).code == "iot.group.GroupCountExceedMax"
    api("CreateDeviceGroup", GroupName="static")
    api("DeleteDeviceDynamicGroup", GroupId=groups[0], **INSTANCE)
    create(name="more")


def test_only_dynamic_groups_are_deleted(api, create, api_error):
    group = create()
    static = api("CreateDeviceGroup", GroupName="static")["Data"]["GroupId"]
    for other in (static, ABSENT):
        assert api_error("DeleteDeviceDynamicGroup", GroupId=other, **INSTANCE).code == "iot.group.NotExistedGroup"
        assert api_error("QueryDynamicGroupDevices", GroupId=other, **INSTANCE).code == "iot.group.NotExistedGroup"
    api("DeleteDeviceDynamicGroup", GroupId=group, **INSTANCE)
    absent = api_error("DeleteDeviceDynamicGroup", GroupId=group, **INSTANCE)
    assert absent.code == "iot.group.NotExistedGroup"


def test_a_group_follows_its_expression(platform, api, product, devices, create):
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


def test_counts_of_a_group(api, product, devices, create):
    group = create()
    key = product()
    devices(key, "lamp1")
    devices(key, "lamp2", activated_at=1)
    devices(key, "lamp3", "bulb1", **ONLINE)
    data = api("QueryDeviceGroupInfo", GroupId=group, GroupType=DYNAMIC)["Data"]
    assert (data["DeviceCount"], data["DeviceActive"], data["DeviceOnline"]) == (3, 2, 1)


def test_a_member(api, product, devices, create):
    group = create()
    key = product("lights", CategoryKey="Lighting")
    devices(key, "lamp1", nickname="in the hall", **ONLINE)
    devices(key, "lamp2")
    found = api("QueryDynamicGroupDevices", GroupId=group, **INSTANCE)["Data"]["SimpleDeviceInfo"]
    common = {"ProductKey": key, "ProductName": "lights", "CategoryKey": "Lighting", "NodeType": 1}
    assert found == [
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


def test_members_page_by_page(api, product, devices, create, api_error):
    group = create()
    names = [f"lamp{number}" for number in range(5)]
    devices(product(), *names)
    reply = api("QueryDynamicGroupDevices", GroupId=group, CurrentPage=2, PageSize=2, **INSTANCE)
    page = {name: reply[name] for name in ("Page", "PageSize", "PageCount", "Total")}
    assert page == {"Page": 2, "PageSize": 2, "PageCount": 3, "Total": 5}
    assert [device["DeviceName"] for device in reply["Data"]["SimpleDeviceInfo"]] == names[2:4]
    following = api(
        "QueryDynamicGroupDevices", GroupId=group, CurrentPage=1, PageSize=2, NextToken=reply["NextToken"], **INSTANCE
    )
    assert [device["DeviceName"] for device in following["Data"]["SimpleDeviceInfo"]] == names[4:]
    assert (following["Page"], following["NextToken"]) == (3, "")
    for params in ({"PageSize": 201}, {"NextToken": "x"}, {"NextToken": "9" * 30}):
        wrong = api_error("QueryDynamicGroupDevices", GroupId=group, **INSTANCE, **params)
        assert wrong.code == "iot.common.InvalidPageParams"
    assert len(members(api, group, PageSize=200)) == 5


def test_narrowing_the_members(api, product, devices, create, api_error):
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
    short = api_error("QueryDynamicGroupDevices", GroupId=group, DeviceName="lamp", FuzzyName=True, **INSTANCE)
    assert short.code == "iot.device.FuzzyRuntimeSearchMinLengthLimit"
    wrong = api_error("QueryDynamicGroupDevices", GroupId=group, Status="online", **INSTANCE)
    assert wrong.code == "iot.common.InvalidFormattedParameter"


def test_an_expression_with_or_keeps_to_itself(api, product, devices, create):
    key = product()
    devices(key, "lamp1", "bulb1", "door1")
    group = create('name = "lamp1" or name = "bulb1"')
    assert members(api, group) == ["lamp1", "bulb1"]
    assert members(api, group, DeviceName="bulb1") == ["bulb1"]
    found = api("QueryDeviceGroupByDevice", ProductKey=key, DeviceName="door1")["GroupInfos"]["GroupInfo"]
    assert found == []
