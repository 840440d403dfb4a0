# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of device groups, their hierarchy and their tags."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.times import utc

DYNAMIC = "LINK_PLATFORM_DYNAMIC"
ABSENT = "nothingLikeThis0"


@pytest.fixture
def create(api):
    """Return a function that creates a static group and returns its ID."""

    def create(name: str = "group", parent: str = "", **params) -> str:
        if parent:
            params["SuperGroupId"] = parent
        return api("CreateDeviceGroup", GroupName=name, **params)["Data"]["GroupId"]

    return create


@pytest.fixture
def dynamic(api):
    """Return a function that creates a dynamic group and returns its ID."""

    def dynamic(name: str = "dynamic") -> str:
        params = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
        return api("CreateDeviceDynamicGroup", GroupName=name, **params)["Data"]["GroupId"]

    return dynamic


def tag_string(**pairs: str) -> str:
    return json.dumps([{"tagKey": key, "tagValue": value} for key, value in pairs.items()], ensure_ascii=False)


def names(reply) -> list[str]:
    inner = reply["Data"].get("GroupInfo") or reply["Data"].get("DeviceGroup") or []
    return [group["GroupName"] for group in inner]


def test_create_group_reply_and_details(platform, api):
    created_group = api("CreateDeviceGroup", GroupName="路灯_1", GroupDesc="all of them")["Data"]
    created = utc(platform.store.one("device_group")["created_at"])
    assert created_group == {
        "GroupId": created_group["GroupId"],
        "GroupName": "路灯_1",
        "GroupDesc": "all of them",
        "UtcCreate": created,
    }
    assert len(created_group["GroupId"]) == 16
    counts = {"DeviceCount": 0, "DeviceActive": 0, "DeviceOnline": 0}
    assert api("QueryDeviceGroupInfo", GroupId=created_group["GroupId"])["Data"] == {**created_group, **counts}
    assert api("QueryDeviceGroupList")["Data"] == {"GroupInfo": [{**created_group, "GroupType": "LINK_PLATFORM"}]}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"GroupName": "abc"}, "iot.group.InvalidGroupName"),
        ({"GroupName": "路"}, "iot.group.InvalidGroupName"),
        ({"GroupName": "a" * 31}, "iot.group.InvalidGroupName"),
        ({"GroupName": "路" * 16}, "iot.group.InvalidGroupName"),
        ({"GroupName": "a-group"}, "iot.group.InvalidGroupName"),
        ({"GroupDesc": "路" * 101}, "iot.group.LongGroupDescError"),
        ({"SuperGroupId": ABSENT}, "iot.group.NotExistedGroup"),
    ],
)
def test_create_group_invalid_value_is_rejected(platform, api_error, params, code):
    assert api_error("CreateDeviceGroup", **{"GroupName": "group", **params}).code == code
    assert platform.store.count("device_group") == 0


@pytest.mark.parametrize("name", ["路灯", "路" * 15, "a" * 30, "A_1_路灯"])
def test_create_group_accepts_names_at_limits(create, name):
    create(name, GroupDesc="路" * 100)


def test_create_group_existing_name_is_rejected_on_all_levels(create, api_error):
    below = create("below", create("above"))
    error = api_error("CreateDeviceGroup", GroupName="above", SuperGroupId=below)
    assert error.code == "iot.group.GroupNameExisted"
    dynamic = {"DynamicGroupExpression": 'status = "ONLINE"', "IotInstanceId": "iot-1"}
    error = api_error("CreateDeviceDynamicGroup", GroupName="below", **dynamic)
    assert error.code == "iot.group.GroupNameExisted"


def test_create_group_on_fourth_level_is_rejected(api, create, api_error):
    top = create("top_", GroupDesc="the whole")
    middle = create("middle", top)
    bottom = create("bottom", middle)
    error = api_error("CreateDeviceGroup", GroupName="deeper", SuperGroupId=bottom)
    assert error.code == "iot.group.GroupLevelExceedingLimitError"
    parent = api("QuerySuperDeviceGroup", GroupId=middle)["Data"]
    assert parent == {"GroupInfo": [{"GroupId": top, "GroupName": "top_", "GroupDesc": "the whole"}]}
    parent = api("QuerySuperDeviceGroup", GroupId=bottom)["Data"]
    assert parent == {"GroupInfo": [{"GroupId": middle, "GroupName": "middle"}]}


def test_parent_of_top_level_group_is_empty(api, create):
    assert api("QuerySuperDeviceGroup", GroupId=create()) == {"Data": {"GroupInfo": []}}


def test_create_sub_group_of_dynamic_group_is_rejected(dynamic, api_error):
    below = api_error("CreateDeviceGroup", GroupName="below", SuperGroupId=dynamic())
    assert below.code == "iot.group.SuperGroupUnsupport"


def test_create_more_than_100_sub_groups_is_rejected(create, api_error):
    top = create("top_")
    for number in range(100):
        create(f"sub_{number}", top)
    create("elsewhere")
    assert api_error("CreateDeviceGroup", GroupName="more", SuperGroupId=top).code == "iot.group.GroupCountExceedMax"
    create("below", create("another"))


def test_update_changes_only_description(api, create, dynamic, api_error):
    group = create(GroupDesc="old")
    before = api("QueryDeviceGroupInfo", GroupId=group)["Data"]
    api("UpdateDeviceGroup", GroupId=group)
    assert api("QueryDeviceGroupInfo", GroupId=group)["Data"] == before
    api("UpdateDeviceGroup", GroupId=group, GroupDesc="路" * 100)
    assert api("QueryDeviceGroupInfo", GroupId=group)["Data"] == {**before, "GroupDesc": "路" * 100}
    api("UpdateDeviceGroup", GroupId=group, GroupDesc="")
    assert api("QueryDeviceGroupInfo", GroupId=group)["Data"]["GroupDesc"] == ""
    long = api_error("UpdateDeviceGroup", GroupId=group, GroupDesc="x" * 101)
    assert long.code == "iot.group.LongGroupDescError"
    other = dynamic()
    api("UpdateDeviceGroup", GroupId=other, GroupType=DYNAMIC, GroupDesc="new")
    assert api("QueryDeviceGroupInfo", GroupId=other, GroupType=DYNAMIC)["Data"]["GroupDesc"] == "new"


def test_delete_group_with_sub_groups_is_rejected(api, create, api_error):
    top = create("top_")
    below = create("below", top)
    assert api_error("DeleteDeviceGroup", GroupId=top).code == "iot.group.SubGroupNotNull"
    api("DeleteDeviceGroup", GroupId=below)
    api("DeleteDeviceGroup", GroupId=top)
    assert api_error("QueryDeviceGroupInfo", GroupId=top).code == "iot.group.NotExistedGroup"
    create("top_")


def test_delete_group_deletes_its_tags(platform, api, create):
    group = create()
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(room="1"))
    api("DeleteDeviceGroup", GroupId=group)
    assert platform.store.count("device_group_tag") == 0


def test_group_list_pages_and_filters(platform, api, create, dynamic, api_error):
    top = create("group_0")
    for number in range(1, 5):
        platform.clock.advance(1)
        create(f"group_{number}", top if number < 3 else "")
    dynamic()
    reply = api("QueryDeviceGroupList", CurrentPage=2, PageSize=3)
    assert names(reply) == ["group_1", "group_0"]
    page = {name: reply[name] for name in ("CurrentPage", "PageSize", "PageCount", "Total")}
    assert page == {"CurrentPage": 2, "PageSize": 3, "PageCount": 2, "Total": 5}
    assert names(api("QueryDeviceGroupList", SuperGroupId=top)) == ["group_2", "group_1"]
    assert names(api("QueryDeviceGroupList", SuperGroupId=top, GroupName="group_1")) == ["group_1"]
    assert names(api("QueryDeviceGroupList", GroupName="group_4")) == ["group_4"]
    assert names(api("QueryDeviceGroupList", GroupName="group_")) == []
    items = api("QueryDeviceGroupList", GroupTypes=[DYNAMIC])["Data"]["GroupInfo"]
    assert [(group["GroupName"], group["GroupType"]) for group in items] == [("dynamic", DYNAMIC)]
    assert api_error("QueryDeviceGroupList", PageSize=201).code == "iot.common.InvalidPageParams"
    for types in (["LINK_PLATFORM"], [DYNAMIC, DYNAMIC]):
        invalid = api_error("QueryDeviceGroupList", GroupTypes=types)
        assert invalid.code == "iot.common.InvalidFormattedParameter"


def tags_of(api, group: str, **params) -> dict[str, str]:
    items = api("QueryDeviceGroupTagList", GroupId=group, **params)["Data"]["GroupTagInfo"]
    return {tag["TagKey"]: tag["TagValue"] for tag in items}


def test_set_tags_replaces_all_tags(api, create):
    group = create()
    assert tags_of(api, group) == {}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(h1="rr", room="二"))
    assert tags_of(api, group) == {"h1": "rr", "room": "二"}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(room="2", floor="3"))
    assert tags_of(api, group) == {"room": "2", "floor": "3"}
    api("SetDeviceGroupTags", GroupId=group, TagString="[]")
    assert tags_of(api, group) == {}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(room="2"))
    api("SetDeviceGroupTags", GroupId=group)
    assert tags_of(api, group) == {}


def test_set_tags_of_dynamic_group(api, dynamic):
    group = dynamic()
    api("SetDeviceGroupTags", GroupId=group, GroupType=DYNAMIC, TagString=tag_string(room="1"))
    assert tags_of(api, group, GroupType=DYNAMIC) == {"room": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "room=1",
        "{}",
        "[1]",
        "[" * 100_000,
        '[{"tagKey": "room"}]',
        '[{"tagValue": "1"}]',
        '[{"tagKey": "room", "tagValue": ""}]',
        '[{"tagKey": "room", "tagValue": 1}]',
        tag_string(r="1"),
        tag_string(room_1="1"),
        tag_string(**{"r" * 31: "1"}),
        tag_string(room="值" * 65),
        tag_string(room="1$"),
        f"{tag_string(room='1')[:-1]}, {tag_string(room='2')[1:]}",
    ],
)
def test_set_invalid_tags_is_rejected(api, create, api_error, text):
    group = create()
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(h1="rr"))
    assert api_error("SetDeviceGroupTags", GroupId=group, TagString=text).code == "iot.group.InvalidFormattedTagString"
    assert tags_of(api, group) == {"h1": "rr"}


def test_set_tags_at_and_beyond_limits(api, create, api_error):
    group = create()
    most = {f"key.{number}": "v" for number in range(98)} | {"kk": "值" * 64, "k" * 30: "_-值"}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(**most))
    assert tags_of(api, group) == most
    more = api_error("SetDeviceGroupTags", GroupId=group, TagString=tag_string(**most, more="v"))
    assert more.code == "iot.group.TagCountExceedMax"
    assert tags_of(api, group) == most


def test_query_by_tags_requires_all_tags(platform, api, create, dynamic, api_error):
    for name, pairs in (("one_", {"room": "1", "lock": "1"}), ("two_", {"room": "1"}), ("three", {"room": "2"})):
        api("SetDeviceGroupTags", GroupId=create(name), TagString=tag_string(**pairs))
        platform.clock.advance(1)
    api("SetDeviceGroupTags", GroupId=dynamic(), GroupType=DYNAMIC, TagString=tag_string(room="1"))
    room = {"TagKey": "room", "TagValue": "1"}
    lock = {"TagKey": "lock", "TagValue": "1"}
    assert names(api("QueryDeviceGroupByTags", Tag=[room, lock])) == ["one_"]
    assert names(api("QueryDeviceGroupByTags", Tag=[room, room])) == ["dynamic", "two_", "one_"]
    assert names(api("QueryDeviceGroupByTags", Tag=[{**room, "TagValue": "3"}])) == []
    reply = api("QueryDeviceGroupByTags", Tag=[room], CurrentPage=2, PageSize=2)
    assert reply == {
        "Page": 2,
        "PageSize": 2,
        "PageCount": 2,
        "Total": 3,
        "Data": {"DeviceGroup": [{"GroupId": reply["Data"]["DeviceGroup"][0]["GroupId"], "GroupName": "one_"}]},
    }
    assert api_error("QueryDeviceGroupByTags", Tag=[room], PageSize=201).code == "iot.common.InvalidPageParams"
    for invalid in ([], [{"TagKey": "room"}], [room, {"TagValue": "1"}]):
        with pytest.raises(GatewayError, match="MissingTag"):
            api("QueryDeviceGroupByTags", Tag=invalid)


GROUP_ACTIONS = [
    ("UpdateDeviceGroup", {"GroupDesc": "new"}),
    ("DeleteDeviceGroup", {}),
    ("QueryDeviceGroupInfo", {}),
    ("SetDeviceGroupTags", {"TagString": "[]"}),
    ("QueryDeviceGroupTagList", {}),
    ("QuerySuperDeviceGroup", {}),
]
ACTIONS_FOR_BOTH_TYPES = ("UpdateDeviceGroup", "QueryDeviceGroupInfo", "SetDeviceGroupTags", "QueryDeviceGroupTagList")


@pytest.mark.parametrize(("action", "params"), GROUP_ACTIONS)
def test_missing_static_group_is_error(platform, dynamic, api_error, action, params):
    group = dynamic()
    before = platform.store.tables()
    assert api_error(action, GroupId=ABSENT, **params).code == "iot.group.NotExistedGroup"
    assert api_error(action, GroupId=group, **params).code == "iot.group.NotExistedGroup"
    assert platform.store.tables() == before


@pytest.mark.parametrize(("action", "params"), [row for row in GROUP_ACTIONS if row[0] in ACTIONS_FOR_BOTH_TYPES])
def test_group_of_other_type_is_error(create, api_error, action, params):
    group = create()
    assert api_error(action, GroupId=group, GroupType=DYNAMIC, **params).code == "iot.group.NotExistedGroup"
    invalid = api_error(action, GroupId=group, GroupType="LINK_PLATFORM", **params)
    assert invalid.code == "iot.common.InvalidFormattedParameter"
