# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test creating, reading, updating and deleting the core resources with the vendor's SDKs."""

from __future__ import annotations

import json

TSL = {
    "properties": [
        {
            "identifier": "t",
            "name": "t",
            "accessMode": "r",
            "dataType": {"type": "float", "specs": {"min": "0", "max": "9", "step": "1"}},
        }
    ]
}


def create_product(call_ok) -> str:
    """Create a product and return its key."""
    created = call_ok(
        "CreateProduct",
        ProductName="street_light",
        NodeType=0,
        AliyunCommodityCode="iothub_senior",
        DataFormat=1,
        NetType="CELLULAR",
        Description="路灯",
    )
    return created["ProductKey"]


def test_products_crud_through_sdk_succeeds(call_ok, call_error):
    key = create_product(call_ok)
    call_ok("CreateProductTags", ProductKey=key, ProductTag=[{"TagKey": "site", "TagValue": "west"}])
    assert call_ok("ListProductTags", ProductKey=key)["Data"] == {
        "ProductTag": [{"TagKey": "site", "TagValue": "west"}]
    }
    call_ok("UpdateProduct", ProductKey=key, ProductName="street_lamp", Description="changed")
    product = call_ok("QueryProduct", ProductKey=key)["Data"]
    assert (product["ProductName"], product["Description"], product["NetType"]) == ("street_lamp", "changed", 6)
    listed = call_ok("QueryProductList", CurrentPage=1, PageSize=10)["Data"]
    assert [item["ProductKey"] for item in listed["List"]["ProductInfo"]] == [key]
    assert call_error("CreateProduct", ProductName="street_lamp", NodeType=0) == "iot.prod.AlreadyExistedProductName"
    call_ok("DeleteProduct", ProductKey=key)
    assert call_error("QueryProduct", ProductKey=key) == "iot.prod.NotExistedProduct"


def test_thing_model_publication_through_sdk_succeeds(call_ok):
    key = create_product(call_ok)
    call_ok("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    call_ok("PublishThingModel", ProductKey=key, ModelVersion="v1.0.0")
    published = json.loads(call_ok("GetThingModelTslPublished", ProductKey=key)["Data"]["TslStr"])
    assert [each["identifier"] for each in published["properties"]] == ["t"]
    assert [each["identifier"] for each in published["events"]] == ["post"]
    versions = call_ok("ListThingModelVersion", ProductKey=key)["Data"]["ModelVersions"]
    assert versions[0]["ModelVersion"] == "v1.0.0"


def test_topics_crud_through_sdk_succeeds(call_ok, call_error):
    key = create_product(call_ok)
    topic = str(
        call_ok("CreateProductTopic", ProductKey=key, TopicShortName="user/report", Operation="PUB", Desc="hourly")[
            "TopicId"
        ]
    )
    call_ok("UpdateProductTopic", TopicId=topic, TopicShortName="user/report", Operation="ALL", Desc="daily")
    listed = call_ok("QueryProductTopic", ProductKey=key)["Data"]["ProductTopicInfo"]
    (created_topic,) = (item for item in listed if str(item["Id"]) == topic)
    assert (created_topic["TopicShortName"], created_topic["Operation"]) == (f"/{key}/${{deviceName}}/user/report", "2")
    call_ok("DeleteProductTopic", TopicId=topic)
    assert call_error("DeleteProductTopic", TopicId=topic) == "iot.messagebroker.TopicTemplateIsNotFound"


def test_devices_crud_through_sdk_succeeds(call_ok, call_error):
    key = create_product(call_ok)
    created = call_ok("RegisterDevice", ProductKey=key, DeviceName="lamp-0001", Nickname="gate_lamp")["Data"]
    by_id = call_ok("QueryDeviceDetail", IotId=created["IotId"])["Data"]
    assert (by_id["DeviceName"], by_id["Nickname"], by_id["Status"]) == ("lamp-0001", "gate_lamp", "UNACTIVE")
    device = {"ProductKey": key, "DeviceName": "lamp-0001"}
    call_ok("BatchUpdateDeviceNickname", DeviceNicknameInfo=[{**device, "Nickname": "west_gate"}])
    call_ok("SaveDeviceProp", **device, Props='{"row":"7"}')
    assert json.loads(call_ok("QueryDeviceProp", **device)["Props"]) == {"row": "7"}
    call_ok("DisableThing", **device)
    assert (
        call_ok("QueryDevice", ProductKey=key, CurrentPage=1, PageSize=10)["Data"]["DeviceInfo"][0]["DeviceStatus"]
        == "DISABLE"
    )
    call_ok("EnableThing", **device)
    assert call_error("RegisterDevice", **device) == "iot.device.AlreadyExistedDeviceName"
    call_ok("DeleteDevice", **device)
    assert call_error("QueryDeviceDetail", **device) == "iot.device.NotExistedDevice"


def test_groups_crud_through_sdk_succeeds(call_ok, call_error):
    key = create_product(call_ok)
    call_ok("RegisterDevice", ProductKey=key, DeviceName="lamp-0001")
    group = call_ok("CreateDeviceGroup", GroupName="west_side", GroupDesc="west")["Data"]["GroupId"]
    call_ok("UpdateDeviceGroup", GroupId=group, GroupDesc="all of the west")
    call_ok("SetDeviceGroupTags", GroupId=group, TagString='[{"tagKey":"site","tagValue":"west"}]')
    tags = call_ok("QueryDeviceGroupTagList", GroupId=group)["Data"]["GroupTagInfo"]
    assert tags == [{"TagKey": "site", "TagValue": "west"}]
    device = {"ProductKey": key, "DeviceName": "lamp-0001"}
    assert call_ok("BatchAddDeviceGroupRelations", GroupId=group, Device=[device])["SuccessAddedDeviceCount"] == 1
    members = call_ok("QueryDeviceListByDeviceGroup", GroupId=group)["Data"]["SimpleDeviceInfo"]
    assert [member["DeviceName"] for member in members] == ["lamp-0001"]
    info = call_ok("QueryDeviceGroupInfo", GroupId=group)["Data"]
    assert (info["GroupDesc"], info["DeviceCount"]) == ("all of the west", 1)
    call_ok("BatchDeleteDeviceGroupRelations", GroupId=group, Device=[device])
    call_ok("DeleteDeviceGroup", GroupId=group)
    assert call_error("QueryDeviceGroupInfo", GroupId=group) == "iot.group.NotExistedGroup"


def test_rules_crud_through_sdk_succeeds(call_ok, call_error):
    key = create_product(call_ok)
    rule = call_ok("CreateRule", Name="overheat", RuleDesc="too hot")["RuleId"]
    assert call_error("StartRule", RuleId=rule) == "iot.rule.NullSqlForRule"
    call_ok(
        "UpdateRule",
        RuleId=rule,
        ProductKey=key,
        ShortTopic="+/thing/event/property/post",
        TopicType=0,
        Select="deviceName() as name",
        Where="items.t.value > 60",
    )
    configuration = json.dumps({"topic": f"/{key}/console/user/alarm", "topicType": 1})
    action = call_ok("CreateRuleAction", RuleId=rule, Type="REPUBLISH", Configuration=configuration)["ActionId"]
    call_ok("StartRule", RuleId=rule)
    read_rule = call_ok("GetRule", RuleId=rule)["RuleInfo"]
    assert (read_rule["Status"], read_rule["TopicType"], read_rule["Where"]) == ("RUNNING", 0, "items.t.value > 60")
    (listed,) = call_ok("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"]
    assert "uid" in json.loads(listed["Configuration"])
    call_ok("StopRule", RuleId=rule)
    call_ok("DeleteRuleAction", ActionId=action)
    call_ok("DeleteRule", RuleId=rule)
    assert call_error("GetRule", RuleId=rule) == "iot.rule.NotFoundRule"
