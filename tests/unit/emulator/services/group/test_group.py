# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups: how they nest, and their tags."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.core.times import utc

DYNAMIC = "LINK_PLATFORM_DYNAMIC"
ABSENT = "nothingLikeThis0"


@pytest.fixture
def create(api):
    """Create a static group and return its id."""

    def create(name: str = "group", above: str = "", **params) -> str:
        if above:
            params["SuperGroupId"] = above
        return api("CreateDeviceGroup", GroupName=name, **params)["Data"]["GroupId"]

    return create


@pytest.fixture
def dynamic(api):
    """Create a dynamic group and return its id."""

    def dynamic(name: str = "dynamic") -> str:
        params = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
        return api("CreateDeviceDynamicGroup", GroupName=name, **params)["Data"]["GroupId"]

    return dynamic


@pytest.fixture
def api_error(api):
    """The error that a call must get."""

    def api_error(action: str, **params) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return api_error


def tag_string(**pairs: str) -> str:
    return json.dumps([{"tagKey": key, "tagValue": value} for key, value in pairs.items()], ensure_ascii=False)


def names(reply) -> list[str]:
    inner = reply["Data"].get("GroupInfo") or reply["Data"].get("DeviceGroup") or []
    return [group["GroupName"] for group in inner]


def test_a_group(platform, api):
    made = api("CreateDeviceGroup", GroupName="路灯_1", GroupDesc="all of them")["Data"]
    created = utc(platform.store.one("device_group")["created_at"])
    assert made == {
        "GroupId": made["GroupId"],
        "GroupName": "路灯_1",
        "GroupDesc": "all of them",
        "UtcCreate": created,
    }
    assert len(made["GroupId"]) == 16
    counts = {"DeviceCount": 0, "DeviceActive": 0, "DeviceOnline": 0}
    assert api("QueryDeviceGroupInfo", GroupId=made["GroupId"])["Data"] == {**made, **counts}
    assert api("QueryDeviceGroupList")["Data"] == {"GroupInfo": [{**made, "GroupType": "LINK_PLATFORM"}]}


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
def test_what_cannot_be_created(platform, api_error, params, code):
    assert api_error("CreateDeviceGroup", **{"GroupName": "group", **params}).code == code
    assert platform.store.count("device_group") == 0


@pytest.mark.parametrize("name", ["路灯", "路" * 15, "a" * 30, "A_1_路灯"])
def test_names_at_the_limits(create, name):
    create(name, GroupDesc="路" * 100)


def test_a_name_is_there_once_on_all_levels(create, api_error):
    below = create("below", create("above"))
    taken = api_error("CreateDeviceGroup", GroupName="above", SuperGroupId=below)
    assert taken.code == "iot.group.GroupNameExisted"
    dynamic = {"DynamicGroupExpression": 'status = "ONLINE"', "IotInstanceId": "iot-1"}
    taken = api_error("CreateDeviceDynamicGroup", GroupName="below", **dynamic)
    assert taken.code == "iot.group.GroupNameExisted"


def test_groups_nest_three_deep(api, create, api_error):
    top = create("top_", GroupDesc="the whole")
    middle = create("middle", top)
    bottom = create("bottom", middle)
    deeper = api_error("CreateDeviceGroup", GroupName="deeper", SuperGroupId=bottom)
    assert deeper.code == "iot.group.GroupLevelExceedingLimitError"
    above = api("QuerySuperDeviceGroup", GroupId=middle)["Data"]
    assert above == {"GroupInfo": [{"GroupId": top, "GroupName": "top_", "GroupDesc": "the whole"}]}
    above = api("QuerySuperDeviceGroup", GroupId=bottom)["Data"]
    assert above == {"GroupInfo": [{"GroupId": middle, "GroupName": "middle"}]}


def test_there_is_nothing_above_a_group_at_the_top(api, create):
    assert api("QuerySuperDeviceGroup", GroupId=create()) == {"Data": {"GroupInfo": []}}


def test_a_dynamic_group_has_no_sub_groups(dynamic, api_error):
    below = api_error("CreateDeviceGroup", GroupName="below", SuperGroupId=dynamic())
    assert below.code == "iot.group.SuperGroupUnsupport"


def test_a_group_has_at_most_100_sub_groups(create, api_error):
    top = create("top_")
    for number in range(100):
        create(f"sub_{number}", top)
    create("elsewhere")
    assert api_error("CreateDeviceGroup", GroupName="more", SuperGroupId=top).code == "iot.group.GroupCountExceedMax"
    create("below", create("beside"))


def test_an_update_changes_the_description_only(api, create, dynamic, api_error):
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


def test_a_group_with_sub_groups_stays(api, create, api_error):
    top = create("top_")
    below = create("below", top)
    assert api_error("DeleteDeviceGroup", GroupId=top).code == "iot.group.SubGroupNotNull"
    api("DeleteDeviceGroup", GroupId=below)
    api("DeleteDeviceGroup", GroupId=top)
    assert api_error("QueryDeviceGroupInfo", GroupId=top).code == "iot.group.NotExistedGroup"
    create("top_")


def test_a_deleted_group_takes_its_tags_along(platform, api, create):
    group = create()
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(room="1"))
    api("DeleteDeviceGroup", GroupId=group)
    assert platform.store.count("device_group_tag") == 0


def test_the_list(platform, api, create, dynamic, api_error):
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
    found = api("QueryDeviceGroupList", GroupTypes=[DYNAMIC])["Data"]["GroupInfo"]
    assert [(group["GroupName"], group["GroupType"]) for group in found] == [("dynamic", DYNAMIC)]
    assert api_error("QueryDeviceGroupList", PageSize=201).code == "iot.common.InvalidPageParams"
    for types in (["LINK_PLATFORM"], [DYNAMIC, DYNAMIC]):
        wrong = api_error("QueryDeviceGroupList", GroupTypes=types)
        assert wrong.code == "iot.common.InvalidFormattedParameter"


def listed(api, group: str, **params) -> dict[str, str]:
    found = api("QueryDeviceGroupTagList", GroupId=group, **params)["Data"]["GroupTagInfo"]
    return {tag["TagKey"]: tag["TagValue"] for tag in found}


def test_tags_are_set_all_at_once(api, create):
    group = create()
    assert listed(api, group) == {}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(h1="rr", room="二"))
    assert listed(api, group) == {"h1": "rr", "room": "二"}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(room="2", floor="3"))
    assert listed(api, group) == {"room": "2", "floor": "3"}
    api("SetDeviceGroupTags", GroupId=group, TagString="[]")
    assert listed(api, group) == {}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(room="2"))
    api("SetDeviceGroupTags", GroupId=group)
    assert listed(api, group) == {}


def test_tags_of_a_dynamic_group(api, dynamic):
    group = dynamic()
    api("SetDeviceGroupTags", GroupId=group, GroupType=DYNAMIC, TagString=tag_string(room="1"))
    assert listed(api, group, GroupType=DYNAMIC) == {"room": "1"}


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
def test_tags_that_are_refused(api, create, api_error, text):
    group = create()
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(h1="rr"))
    assert api_error("SetDeviceGroupTags", GroupId=group, TagString=text).code == "iot.group.InvalidFormattedTagString"
    assert listed(api, group) == {"h1": "rr"}


def test_tags_at_the_limits(api, create, api_error):
    group = create()
    most = {f"key.{number}": "v" for number in range(98)} | {"kk": "值" * 64, "k" * 30: "_-值"}
    api("SetDeviceGroupTags", GroupId=group, TagString=tag_string(**most))
    assert listed(api, group) == most
    more = api_error("SetDeviceGroupTags", GroupId=group, TagString=tag_string(**most, more="v"))
    assert more.code == "iot.group.TagCountExceedMax"
    assert listed(api, group) == most


def test_groups_by_all_of_several_tags(platform, api, create, dynamic, api_error):
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
    for wrong in ([], [{"TagKey": "room"}], [room, {"TagValue": "1"}]):
        with pytest.raises(GatewayError, match="MissingTag"):
            api("QueryDeviceGroupByTags", Tag=wrong)


OF_A_GROUP = [
    ("UpdateDeviceGroup", {"GroupDesc": "new"}),
    ("DeleteDeviceGroup", {}),
    ("QueryDeviceGroupInfo", {}),
    ("SetDeviceGroupTags", {"TagString": "[]"}),
    ("QueryDeviceGroupTagList", {}),
    ("QuerySuperDeviceGroup", {}),
]
OF_EITHER_TYPE = ("UpdateDeviceGroup", "QueryDeviceGroupInfo", "SetDeviceGroupTags", "QueryDeviceGroupTagList")


@pytest.mark.parametrize(("action", "params"), OF_A_GROUP)
def test_a_static_group_that_is_not_there(platform, dynamic, api_error, action, params):
    group = dynamic()
    before = platform.store.tables()
    assert api_error(action, GroupId=ABSENT, **params).code == "iot.group.NotExistedGroup"
    assert api_error(action, GroupId=group, **params).code == "iot.group.NotExistedGroup"
    assert platform.store.tables() == before


@pytest.mark.parametrize(("action", "params"), [row for row in OF_A_GROUP if row[0] in OF_EITHER_TYPE])
def test_a_group_of_another_type(create, api_error, action, params):
    group = create()
    assert api_error(action, GroupId=group, GroupType=DYNAMIC, **params).code == "iot.group.NotExistedGroup"
    wrong = api_error(action, GroupId=group, GroupType="LINK_PLATFORM", **params)
    assert wrong.code == "iot.common.InvalidFormattedParameter"
