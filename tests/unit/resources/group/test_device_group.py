# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups: members, tags and the parent group."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import (
    ImmutableField,
    InvalidValue,
    ReferenceNotFound,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import (
    DeviceGroup,
    GroupTags,
    group_id,
)
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

GROUP = DeviceGroup()


def account(super_group=None, devices=(), added=None) -> FakeClient:
    """Return a client of an account with the groups west and all_of and two products.

    Args:
        super_group: The response with the parent group of west.
        devices: ProductKey and name of each member of west.
        added: The response to a request that adds members.
    """
    return FakeClient(
        QueryProductList=[
            {"ProductKey": "a1", "ProductName": "street_light"},
            {"ProductKey": "a2", "ProductName": "lock"},
        ],
        QueryDeviceGroupList=[{"GroupId": "g1", "GroupName": "west"}, {"GroupId": "g2", "GroupName": "all_of"}],
        QueryDeviceGroupInfo={"Data": {"GroupId": "g1", "GroupName": "west"}},
        QuerySuperDeviceGroup={"Data": super_group},
        QueryDeviceListByDeviceGroup=[
            {"ProductKey": key, "DeviceName": name, "ProductName": "any_name"} for key, name in devices
        ],
        BatchAddDeviceGroupRelations=added or {},
    )


def group(client, check_mode=False, **options) -> dict:
    return converge(GROUP, {"name": "west", **options}, client, check_mode)


def members(*pairs) -> list:
    """Return devices as a task sets them."""
    return [{"product": product, "name": name} for product, name in pairs]


def test_group_id_by_name_or_id_is_found():
    reader = Reader(account(), tolerant=False)
    assert [group_id(reader, name) for name in ("west", "g1", "all_of")] == ["g1", "g1", "g2"]
    with pytest.raises(ReferenceNotFound, match="the device group east does not exist"):
        group_id(reader, "east")
    assert group_id(Reader(account(), tolerant=True), "east") is PENDING


@pytest.mark.parametrize("super_group", [{"GroupInfo": [{"GroupId": "g2"}]}, {"GroupId": "g2"}])
def test_super_group_is_read_in_both_documented_formats(super_group):
    result = group(account(super_group), super_group="all_of")
    assert result["changed"] is False
    assert result["device_group"]["super_group_id"] == "g2"


@pytest.mark.parametrize("super_group", [{"GroupInfo": []}, {}, None])
def test_super_group_change_fails(super_group):
    with pytest.raises(
        ImmutableField, match=r"^super_group of the device group cannot be changed from '' to "
    ) as caught:
        group(account(super_group), super_group="all_of")
    assert caught.value.field == "super_group"


def test_super_group_is_not_returned_unless_read():
    assert "super_group_id" not in group(account({"GroupId": "g2"}))["device_group"]


def test_members_are_compared_by_product_key_and_name():
    client = account(devices=[("a1", "lamp_1"), ("a2", "lock_1")])
    assert group(client, devices=members(("a2", "lock_1"), ("street_light", "lamp_1")))["changed"] is False


def test_members_are_removed_before_missing_members_are_added():
    client = account(devices=[("a1", "lamp_1"), ("a2", "lock_1")])
    group(client, devices=members(("street_light", "lamp_1"), ("lock", "lock_2")))
    writes = [(name, params["Device"]) for name, params in client.sent if "Relations" in name]
    assert writes == [
        ("BatchDeleteDeviceGroupRelations", [{"ProductKey": "a2", "DeviceName": "lock_1"}]),
        ("BatchAddDeviceGroupRelations", [{"ProductKey": "a2", "DeviceName": "lock_2"}]),
    ]


def test_member_with_same_name_in_other_product_differs():
    client = account(devices=[("a1", "x_01")])
    assert group(client, True, devices=members(("lock", "x_01")))["changed"] is True


@pytest.mark.parametrize("other", ["street_light", "a1"])
def test_duplicate_member_fails(other):
    with pytest.raises(InvalidValue, match=r"^devices contains a device twice$") as caught:
        group(account(), devices=members(("street_light", "lamp_1"), (other, "lamp_1")))
    assert caught.value.field == "devices"


def test_members_of_two_pending_products_differ():
    result = group(account(), True, devices=members(("new_lamp", "x_01"), ("new_lock", "x_01")))
    (step,) = result["steps"]
    assert [device["product"] for device in step["changes"]["devices"]["after"]] == ["new_lamp", "new_lock"]
    assert result["pending"] == ["the product new_lamp does not exist yet", "the product new_lock does not exist yet"]


def test_member_in_ten_groups_fails():
    client = account(added={"ExceedTenGroupDeviceCount": 1, "SuccessAddedDeviceCount": 0})
    with pytest.raises(StepFailed, match="1 of the devices were not added: they are already in 10 groups, the maximum"):
        group(client, devices=members(("lock", "lock_2")))


def test_tags_are_set_in_one_request():
    current = {"name": "west", "group_id": "g1", "tags": {"site": "west"}}
    (step,) = plan(GROUP, {"tags": {"ab": 1, "cd": "东"}}, current)
    assert step.operation == "SetDeviceGroupTags"
    assert json.loads(step.params["TagString"]) == [
        {"tagKey": "ab", "tagValue": "1"},
        {"tagKey": "cd", "tagValue": "东"},
    ]
    (step,) = plan(GROUP, {"tags": {}}, current)
    assert json.loads(step.params["TagString"]) == []
    assert GroupTags().check({"a": "x"}) != ""
    assert GroupTags().check({"a_b": "x"}) != ""
    assert GroupTags().check({"ab": "x"}) == ""
