# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the status of devices."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.routing.connection import go_offline, go_online
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device

ABSENT = "a1nothing00"

UNACTIVE, ONLINE, OFFLINE, DISABLE = 0, 1, 3, 8


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0, ResourceGroupId="rg-a")["ProductKey"]


@pytest.fixture
def register(api, product):
    """Return a function that registers a device and returns its ID."""

    def register(name: str = "lamp", **params) -> str:
        return api("RegisterDevice", **{"ProductKey": product, "DeviceName": name, **params})["Data"]["IotId"]

    return register


@pytest.fixture
def connect(platform):
    """Return a function that sets a device online."""

    def connect(iot_id: str) -> None:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        go_online(ctx, find_device(ctx, {"IotId": iot_id}), "192.0.2.1")

    return connect


@pytest.fixture
def disconnect(platform):
    """Return a function that sets a device offline."""

    def disconnect(iot_id: str) -> None:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        go_offline(ctx, find_device(ctx, {"IotId": iot_id}))

    return disconnect


@pytest.fixture
def names_by_status(api):
    """Return a function that returns the names of the devices in a list by status."""

    def names_by_status(status: int, **params) -> list[str]:
        reply = api("QueryDeviceByStatus", Status=status, **params)
        return [device["DeviceName"] for device in reply["Data"]["SimpleDeviceInfo"]]

    return names_by_status


def test_status_over_device_lifecycle(platform, api, product, register, connect, disconnect):
    iot_id = register()
    statuses = []

    def record_status() -> None:
        statuses.append(api("GetDeviceStatus", ProductKey=product, DeviceName="lamp")["Data"])
        platform.clock.advance(1)

    record_status()
    connect(iot_id)
    record_status()
    disconnect(iot_id)
    record_status()
    connect(iot_id)
    api("DisableThing", IotId=iot_id)
    record_status()
    api("EnableThing", IotId=iot_id)
    record_status()
    assert [data["Status"] for data in statuses] == ["UNACTIVE", "ONLINE", "OFFLINE", "DISABLE", "OFFLINE"]
    timestamps = [data["Timestamp"] for data in statuses]
    assert all(earlier + 1000 <= later for earlier, later in pairwise(timestamps))


def test_status_of_missing_device_is_error(api_error):
    assert api_error("GetDeviceStatus", IotId="nothing").code == "iot.device.NotExistedDevice"


def test_batch_state_by_name_and_by_id(platform, api, product, register, connect):
    one, two = register("one1"), register("two2")
    connect(one)
    expected = {
        "IotId": one,
        "DeviceId": one[:20],
        "DeviceName": "one1",
        "Status": "ONLINE",
        "AsAddress": "192.0.2.1",
        "LastOnlineTime": times.beijing(platform.store.one("device", iot_id=one)["online_at"]),
        "Timestamp": platform.store.one("device", iot_id=one)["status_at"],
    }
    by_name = api("BatchGetDeviceState", ProductKey=product, DeviceName=["two2", "absent", "one1"])
    listed = by_name["DeviceStatusList"]["DeviceStatus"]
    assert [device["IotId"] for device in listed] == [two, one]
    assert listed[1] == expected
    assert "AsAddress" not in listed[0]
    assert "LastOnlineTime" not in listed[0]
    by_id = api("BatchGetDeviceState", IotId=[one, "nothing", one], ProductKey=product, DeviceName=["two2"])
    assert by_id["DeviceStatusList"]["DeviceStatus"] == [expected]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "iot.device.NoneDeviceNameElement"),
        ({"ProductKey": ABSENT}, "iot.device.NoneDeviceNameElement"),
        ({"DeviceName": ["lamp"]}, "iot.prod.NullProductKey"),
        ({"DeviceName": ["lamp"], "ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
        ({"DeviceName": ["lamp"] * 51, "ProductKey": ABSENT}, "iot.device.TooManyDeviceNamesPerRequest"),
        ({"IotId": ["nothing"] * 51}, "iot.device.TooManyDeviceNamesPerRequest"),
    ],
)
def test_batch_state_invalid_request_is_rejected(api_error, params, code):
    assert api_error("BatchGetDeviceState", **params).code == code


def test_batch_state_accepts_50_devices(api, register):
    iot_ids = [register(f"lamp{number}") for number in range(50)]
    assert len(api("BatchGetDeviceState", IotId=iot_ids)["DeviceStatusList"]["DeviceStatus"]) == 50


def counts(total: int, active: int, online: int) -> dict[str, dict[str, int]]:
    return {"Data": {"deviceCount": total, "activeCount": active, "onlineCount": online}}


def test_device_statistics_by_product_and_group(api, product, register, connect, disconnect, api_error):
    assert api("QueryDeviceStatistics") == counts(0, 0, 0)
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    group = api("CreateDeviceGroup", GroupName="group")["Data"]["GroupId"]
    one, two, three = register("one1"), register("two2"), register("three")
    far = register("far1", ProductKey=other)
    register("far2", ProductKey=other)
    for iot_id in (one, two, three, far):
        connect(iot_id)
    disconnect(two)
    api("DisableThing", IotId=three)
    entries = [{"ProductKey": product, "DeviceName": "one1"}, {"ProductKey": other, "DeviceName": "far1"}]
    api("BatchAddDeviceGroupRelations", GroupId=group, Device=entries)
    assert api("QueryDeviceStatistics") == counts(5, 4, 2)
    assert api("QueryDeviceStatistics", ProductKey=product) == counts(3, 3, 1)
    assert api("QueryDeviceStatistics", GroupId=group) == counts(2, 2, 2)
    assert api("QueryDeviceStatistics", GroupId=group, ProductKey=other) == counts(1, 1, 1)
    assert api_error("QueryDeviceStatistics", ProductKey=ABSENT).code == "iot.prod.NotExistedProduct"
    assert api_error("QueryDeviceStatistics", GroupId="nothing").code == "iot.group.NotExistedGroup"


def test_list_by_status_item(platform, api, product, register):
    iot_id = register("lamp", Nickname="nickname")
    stored = platform.store.one("device", iot_id=iot_id)
    assert api("QueryDeviceByStatus", Status=UNACTIVE) == {
        "Data": {
            "SimpleDeviceInfo": [
                {
                    "IotId": iot_id,
                    "ProductKey": product,
                    "DeviceName": "lamp",
                    "DeviceSecret": stored["device_secret"],
                    "Nickname": "nickname",
                    "Status": "UNACTIVE",
                    "GmtCreate": times.beijing(stored["created_at"]),
                    "UtcCreate": times.utc(stored["created_at"]),
                    "GmtModified": times.beijing(stored["modified_at"]),
                    "UtcModified": times.utc(stored["modified_at"]),
                }
            ]
        },
        "Page": 1,
        "PageSize": 10,
        "PageCount": 1,
        "Total": 1,
    }


def test_list_by_status_separates_statuses(platform, api, register, connect, disconnect, names_by_status):
    register("new1")
    on, off, out = register("on11"), register("off1"), register("out1")
    for iot_id in (on, off, out):
        connect(iot_id)
    disconnect(off)
    api("DisableThing", IotId=out)
    platform.clock.advance(10)
    assert [names_by_status(status) for status in (UNACTIVE, ONLINE, OFFLINE, DISABLE)] == [
        ["new1"],
        ["on11"],
        ["off1"],
        ["out1"],
    ]


def test_list_by_status_shows_change_after_delay(platform, register, connect, names_by_status):
    iot_id = register("lamp")
    platform.clock.advance(60)
    connect(iot_id)
    assert (names_by_status(UNACTIVE), names_by_status(ONLINE)) == (["lamp"], [])
    platform.clock.advance(9)
    assert (names_by_status(UNACTIVE), names_by_status(ONLINE)) == (["lamp"], [])
    platform.clock.advance(1)
    assert (names_by_status(UNACTIVE), names_by_status(ONLINE)) == ([], ["lamp"])


def test_list_by_status_order_includes_recent_changes(platform, api, register, connect, disconnect, names_by_status):
    iot_ids = []
    for number in range(6):
        iot_ids.append(register(f"lamp{number}"))
        connect(iot_ids[-1])
        platform.clock.advance(20)
    for number in (1, 4):
        disconnect(iot_ids[number])
    all_names = [f"lamp{number}" for number in reversed(range(6))]
    assert names_by_status(ONLINE) == all_names
    assert names_by_status(ONLINE, PageSize=2, CurrentPage=2) == all_names[2:4]
    reply = api("QueryDeviceByStatus", Status=ONLINE, PageSize=2, CurrentPage=3)
    assert [reply[name] for name in ("Page", "PageSize", "PageCount", "Total")] == [3, 2, 3, 6]
    platform.clock.advance(10)
    assert names_by_status(ONLINE) == [name for name in all_names if name not in ("lamp1", "lamp4")]


def test_list_by_status_equal_times_newest_first(platform, register, names_by_status):
    for name in ("one1", "two2", "three"):
        platform.store.update("device", {"created_at": 0}, iot_id=register(name))
    assert names_by_status(UNACTIVE) == ["three", "two2", "one1"]


def test_list_by_status_filters(api, product, register, names_by_status, api_error):
    other = api("CreateProduct", ProductName="other", NodeType=0, ResourceGroupId="rg-b")["ProductKey"]
    register("lamp")
    register("else", ProductKey=other)
    assert names_by_status(UNACTIVE) == ["else", "lamp"]
    assert names_by_status(UNACTIVE, ProductKey=product) == ["lamp"]
    assert names_by_status(UNACTIVE, ResourceGroupId="rg-b") == ["else"]
    assert names_by_status(UNACTIVE, ResourceGroupId="rg-b", ProductKey=product) == []
    assert api_error("QueryDeviceByStatus", Status=UNACTIVE, ProductKey=ABSENT).code == "iot.prod.NotExistedProduct"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Status": 2}, "iot.common.InvalidFormattedParameter"),
        ({"Status": 1, "PageSize": 51}, "iot.common.InvalidPageParams"),
        ({"Status": 1, "CurrentPage": 0}, "iot.common.InvalidPageParams"),
    ],
)
def test_list_by_status_invalid_request_is_rejected(api_error, params, code):
    assert api_error("QueryDeviceByStatus", **params).code == code
