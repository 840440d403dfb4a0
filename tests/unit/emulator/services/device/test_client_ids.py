# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the client IDs of devices that register dynamically."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.services.device import client_ids as service
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device


@pytest.fixture
def register(api):
    """Return a function that registers a device and returns its ID."""
    key = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    return lambda name: api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]["IotId"]


@pytest.fixture
def add(platform):
    """Return a function that creates a client ID for a device and returns it."""

    def add(iot_id: str) -> str:
        ctx = Context(platform.store, platform.clock.now(), platform.account)
        return service.add_client_id(ctx, find_device(ctx, {"IotId": iot_id}))["client_id"]

    return add


@pytest.fixture
def blocked_client_ids(platform):
    """Return a function that returns the blocked client IDs."""
    return lambda: {row["client_id"] for row in platform.store.all("device_client_id", shut_out=1)}


def test_client_id_list_is_newest_first(platform, api, register, add):
    lamp, other = register("lamp"), register("other")
    assert api("QueryClientIds", IotId=lamp) == {"Data": {"IotId": lamp, "DynamicRegClientIds": []}}
    first = add(lamp)
    platform.clock.advance(1)
    second = add(lamp)
    add(other)
    listed = api("QueryClientIds", IotId=lamp)["Data"]["DynamicRegClientIds"]
    assert [entry["ClientId"] for entry in listed] == [second, first]
    created_at_by_id = {row["client_id"]: row["created_at"] for row in platform.store.all("device_client_id")}
    assert [entry["CreateTime"] for entry in listed] == [created_at_by_id[second], created_at_by_id[first]]


def test_transform_blocks_other_client_ids(api, register, add, blocked_client_ids):
    lamp, other = register("lamp"), register("other")
    first, second, third = add(lamp), add(lamp), add(lamp)
    add(other)
    assert blocked_client_ids() == set()
    assert api("TransformClientId", IotId=lamp, ClientId=second) == {"Code": "Success"}
    assert blocked_client_ids() == {first, third}
    api("TransformClientId", IotId=lamp, ClientId=third)
    assert blocked_client_ids() == {first, second}


def test_transform_to_client_id_of_other_device_is_rejected(api, register, add, blocked_client_ids):
    lamp, other = register("lamp"), register("other")
    add(lamp)
    with pytest.raises(ApiError) as caught:
        api("TransformClientId", IotId=lamp, ClientId=add(other))
    assert caught.value.code == "iot.device.VerifyDeviceFailed"
    assert blocked_client_ids() == set()


def test_client_id_limit_applies_until_deletion(api, register, add):
    lamp, other = register("lamp"), register("other")
    for _number in range(5):
        add(lamp)
    client_id_of_other = add(other)
    with pytest.raises(ApiError) as caught:
        add(lamp)
    assert caught.value.code == "iot.device.VerifyDeviceFailed"
    assert api("DeleteClientIds", IotId=lamp) == {"Code": "Success"}
    assert api("QueryClientIds", IotId=lamp)["Data"]["DynamicRegClientIds"] == []
    assert api("QueryClientIds", IotId=other)["Data"]["DynamicRegClientIds"][0]["ClientId"] == client_id_of_other
    add(lamp)


def test_client_ids_are_deleted_with_device(platform, api, register, add):
    lamp = register("lamp")
    add(lamp)
    api("DeleteDevice", IotId=lamp)
    assert platform.store.count("device_client_id") == 0


@pytest.mark.parametrize("action", ["QueryClientIds", "TransformClientId", "DeleteClientIds"])
def test_client_ids_of_missing_device_is_error(api, action):
    with pytest.raises(ApiError) as caught:
        api(action, IotId="nothing", ClientId="nothing")
    assert caught.value.code == "iot.device.NotExistedDevice"
    with pytest.raises(GatewayError, match="MissingIotId"):
        api(action, ClientId="nothing")
