# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Client ids of devices that register dynamically."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.services.device import client_ids as service
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device


@pytest.fixture
def register(api):
    """Register a device and return its id."""
    key = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    return lambda name: api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]["IotId"]


@pytest.fixture
def add(platform):
    """Give a device one more client id and return it."""

    def add(iot_id: str) -> str:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        return service.add_client_id(ctx, find_device(ctx, {"IotId": iot_id}))["client_id"]

    return add


@pytest.fixture
def shut_out(platform):
    """The client ids that are shut out."""
    return lambda: {row["client_id"] for row in platform.store.all("device_client_id", shut_out=1)}


def test_the_list(platform, api, register, add):
    lamp, other = register("lamp"), register("other")
    assert api("QueryClientIds", IotId=lamp) == {"Data": {"IotId": lamp, "DynamicRegClientIds": []}}
    first = add(lamp)
    platform.clock.advance(1)
    second = add(lamp)
    add(other)
    listed = api("QueryClientIds", IotId=lamp)["Data"]["DynamicRegClientIds"]
    assert [entry["ClientId"] for entry in listed] == [second, first]
    moments = {row["client_id"]: row["created_at"] for row in platform.store.all("device_client_id")}
    assert [entry["CreateTime"] for entry in listed] == [moments[second], moments[first]]


def test_one_can_be_declared_the_right_one(api, register, add, shut_out):
    lamp, other = register("lamp"), register("other")
    first, second, third = add(lamp), add(lamp), add(lamp)
    add(other)
    assert shut_out() == set()
    assert api("TransformClientId", IotId=lamp, ClientId=second) == {"Code": "Success"}
    assert shut_out() == {first, third}
    api("TransformClientId", IotId=lamp, ClientId=third)
    assert shut_out() == {first, second}


def test_only_the_devices_own_can_be_the_right_one(api, register, add, shut_out):
    lamp, other = register("lamp"), register("other")
    add(lamp)
    with pytest.raises(ApiError) as caught:
        api("TransformClientId", IotId=lamp, ClientId=add(other))
    assert caught.value.code == "iot.device.VerifyDeviceFailed"
    assert shut_out() == set()


def test_a_device_has_at_most_5_until_they_are_deleted(api, register, add):
    lamp, other = register("lamp"), register("other")
    for _number in range(5):
        add(lamp)
    kept = add(other)
    with pytest.raises(ApiError) as caught:
        add(lamp)
    assert caught.value.code == "iot.device.VerifyDeviceFailed"
    assert api("DeleteClientIds", IotId=lamp) == {"Code": "Success"}
    assert api("QueryClientIds", IotId=lamp)["Data"]["DynamicRegClientIds"] == []
    assert api("QueryClientIds", IotId=other)["Data"]["DynamicRegClientIds"][0]["ClientId"] == kept
    add(lamp)


def test_they_go_with_their_device(platform, api, register, add):
    lamp = register("lamp")
    add(lamp)
    api("DeleteDevice", IotId=lamp)
    assert platform.store.count("device_client_id") == 0


@pytest.mark.parametrize("action", ["QueryClientIds", "TransformClientId", "DeleteClientIds"])
def test_a_device_that_is_not_there(api, action):
    with pytest.raises(ApiError) as caught:
        api(action, IotId="nothing", ClientId="nothing")
    assert caught.value.code == "iot.device.NotExistedDevice"
    with pytest.raises(GatewayError, match="MissingIotId"):
        api(action, ClientId="nothing")
