# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups: members by product and name, tags all at once, the group above."""

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
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

GROUP = DeviceGroup()


def account(above=None, devices=(), added=None) -> Answers:
    """An account with the groups ``west`` and ``all_of`` and two products; ``above`` is what is above ``west``."""
    return Answers(
        QueryProductList=[
            {"ProductKey": "a1", "ProductName": "street_light"},
            {"ProductKey": "a2", "ProductName": "lock"},
        ],
        QueryDeviceGroupList=[{"GroupId": "g1", "GroupName": "west"}, {"GroupId": "g2", "GroupName": "all_of"}],
        QueryDeviceGroupInfo={"Data": {"GroupId": "g1", "GroupName": "west"}},
        QuerySuperDeviceGroup={"Data": above},
        QueryDeviceListByDeviceGroup=[
            {"ProductKey": key, "DeviceName": name, "ProductName": "as it is called"} for key, name in devices
        ],
        BatchAddDeviceGroupRelations=added or {},
    )


def group(client, check_mode=False, **options) -> dict:
    return converge(GROUP, {"name": "west", **options}, client, check_mode)


def members(*pairs) -> list:
    return [{"product": product, "name": name} for product, name in pairs]


def test_a_group_is_named_by_its_name_or_its_id():
    reader = Reader(account(), tolerant=False)
    assert [group_id(reader, name) for name in ("west", "g1", "all_of")] == ["g1", "g1", "g2"]
    with pytest.raises(ReferenceNotFound, match="there is no device group east"):
        group_id(reader, "east")
    assert group_id(Reader(account(), tolerant=True), "east") is PENDING


@pytest.mark.parametrize("above", [{"GroupInfo": [{"GroupId": "g2"}]}, {"GroupId": "g2"}])
def test_the_group_above_is_read_in_both_of_the_manuals_shapes(above):
    result = group(account(above), super_group="all_of")
    assert result["changed"] is False
    assert result["device_group"]["super_group_id"] == "g2"


@pytest.mark.parametrize("above", [{"GroupInfo": []}, {}, None])
def test_the_group_above_cannot_change(above):
    with pytest.raises(
        ImmutableField, match=r"^super_group of the device group cannot be changed: it is '' "
    ) as caught:
        group(account(above), super_group="all_of")
    assert caught.value.field == "super_group"


def test_nothing_is_said_of_the_group_above_where_it_was_not_read():
    assert "super_group_id" not in group(account({"GroupId": "g2"}))["device_group"]


def test_members_are_compared_by_key_and_name():
    client = account(devices=[("a1", "lamp_1"), ("a2", "lock_1")])
    assert group(client, devices=members(("a2", "lock_1"), ("street_light", "lamp_1")))["changed"] is False


def test_only_what_is_missing_is_added_and_what_is_too_much_goes_first():
    client = account(devices=[("a1", "lamp_1"), ("a2", "lock_1")])
    group(client, devices=members(("street_light", "lamp_1"), ("lock", "lock_2")))
    writes = [(name, params["Device"]) for name, params in client.sent if "Relations" in name]
    assert writes == [
        ("BatchDeleteDeviceGroupRelations", [{"ProductKey": "a2", "DeviceName": "lock_1"}]),
        ("BatchAddDeviceGroupRelations", [{"ProductKey": "a2", "DeviceName": "lock_2"}]),
    ]


def test_a_device_of_the_same_name_of_another_product_is_another():
    client = account(devices=[("a1", "x_01")])
    assert group(client, True, devices=members(("lock", "x_01")))["changed"] is True


@pytest.mark.parametrize("other", ["street_light", "a1"])
def test_a_device_that_is_named_twice_is_refused(other):
    with pytest.raises(InvalidValue, match=r"^devices names a device twice$") as caught:
        group(account(), devices=members(("street_light", "lamp_1"), (other, "lamp_1")))
    assert caught.value.field == "devices"


def test_devices_of_two_products_that_are_still_to_be_made_are_two():
    result = group(account(), True, devices=members(("new_lamp", "x_01"), ("new_lock", "x_01")))
    (step,) = result["steps"]
    assert [device["product"] for device in step["changes"]["devices"]["after"]] == ["new_lamp", "new_lock"]
    assert result["pending"] == ["the product new_lamp does not exist yet", "the product new_lock does not exist yet"]


def test_a_device_in_ten_groups_fails_the_task():
    client = account(added={"ExceedTenGroupDeviceCount": 1, "SuccessAddedDeviceCount": 0})
    with pytest.raises(StepFailed, match="1 of the devices are in ten groups already, which is the most"):
        group(client, devices=members(("lock", "lock_2")))


def test_tags_are_set_all_at_once():
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
