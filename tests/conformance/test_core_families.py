# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products, thing models, topics, devices, groups and rules: made, read, changed and deleted by the vendor's SDKs."""

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


def make_product(good) -> str:
    made = good(
        "CreateProduct",
        ProductName="street_light",
        NodeType=0,
        AliyunCommodityCode="iothub_senior",
        DataFormat=1,
        NetType="CELLULAR",
        Description="路灯",
    )
    return made["ProductKey"]


def test_products(good, bad):
    key = make_product(good)
    good("CreateProductTags", ProductKey=key, ProductTag=[{"TagKey": "site", "TagValue": "west"}])
    assert good("ListProductTags", ProductKey=key)["Data"] == {"ProductTag": [{"TagKey": "site", "TagValue": "west"}]}
    good("UpdateProduct", ProductKey=key, ProductName="street_lamp", Description="changed")
    product = good("QueryProduct", ProductKey=key)["Data"]
    assert (product["ProductName"], product["Description"], product["NetType"]) == ("street_lamp", "changed", 6)
    listed = good("QueryProductList", CurrentPage=1, PageSize=10)["Data"]
    assert [item["ProductKey"] for item in listed["List"]["ProductInfo"]] == [key]
    assert bad("CreateProduct", ProductName="street_lamp", NodeType=0) == "iot.prod.AlreadyExistedProductName"
    good("DeleteProduct", ProductKey=key)
    assert bad("QueryProduct", ProductKey=key) == "iot.prod.NotExistedProduct"


def test_thing_models(good):
    key = make_product(good)
    good("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    good("PublishThingModel", ProductKey=key, ModelVersion="v1.0.0")
    published = json.loads(good("GetThingModelTslPublished", ProductKey=key)["Data"]["TslStr"])
    assert [each["identifier"] for each in published["properties"]] == ["t"]
    assert [each["identifier"] for each in published["events"]] == ["post"]
    versions = good("ListThingModelVersion", ProductKey=key)["Data"]["ModelVersions"]
    assert versions[0]["ModelVersion"] == "v1.0.0"


def test_topics(good, bad):
    key = make_product(good)
    topic = str(
        good("CreateProductTopic", ProductKey=key, TopicShortName="user/report", Operation="PUB", Desc="hourly")[
            "TopicId"
        ]
    )
    good("UpdateProductTopic", TopicId=topic, TopicShortName="user/report", Operation="ALL", Desc="daily")
    listed = good("QueryProductTopic", ProductKey=key)["Data"]["ProductTopicInfo"]
    (ours,) = (item for item in listed if str(item["Id"]) == topic)
    assert (ours["TopicShortName"], ours["Operation"]) == (f"/{key}/${{deviceName}}/user/report", "2")
    good("DeleteProductTopic", TopicId=topic)
    assert bad("DeleteProductTopic", TopicId=topic) == "iot.messagebroker.TopicTemplatsNotFound"


def test_devices(good, bad):
    key = make_product(good)
    made = good("RegisterDevice", ProductKey=key, DeviceName="lamp-0001", Nickname="gate_lamp")["Data"]
    by_id = good("QueryDeviceDetail", IotId=made["IotId"])["Data"]
    assert (by_id["DeviceName"], by_id["Nickname"], by_id["Status"]) == ("lamp-0001", "gate_lamp", "UNACTIVE")
    device = {"ProductKey": key, "DeviceName": "lamp-0001"}
    good("BatchUpdateDeviceNickname", DeviceNicknameInfo=[{**device, "Nickname": "west_gate"}])
    good("SaveDeviceProp", **device, Props='{"row":"7"}')
    assert json.loads(good("QueryDeviceProp", **device)["Props"]) == {"row": "7"}
    good("DisableThing", **device)
    assert (
        good("QueryDevice", ProductKey=key, CurrentPage=1, PageSize=10)["Data"]["DeviceInfo"][0]["DeviceStatus"]
        == "DISABLE"
    )
    good("EnableThing", **device)
    assert bad("RegisterDevice", **device) == "iot.device.AlreadyExistedDeviceName"
    good("DeleteDevice", **device)
    assert bad("QueryDeviceDetail", **device) == "iot.device.NotExistedDevice"


def test_groups(good, bad):
    key = make_product(good)
    good("RegisterDevice", ProductKey=key, DeviceName="lamp-0001")
    group = good("CreateDeviceGroup", GroupName="west_side", GroupDesc="west")["Data"]["GroupId"]
    good("UpdateDeviceGroup", GroupId=group, GroupDesc="all of the west")
    good("SetDeviceGroupTags", GroupId=group, TagString='[{"tagKey":"site","tagValue":"west"}]')
    tags = good("QueryDeviceGroupTagList", GroupId=group)["Data"]["GroupTagInfo"]
    assert tags == [{"TagKey": "site", "TagValue": "west"}]
    device = {"ProductKey": key, "DeviceName": "lamp-0001"}
    assert good("BatchAddDeviceGroupRelations", GroupId=group, Device=[device])["SuccessAddedDeviceCount"] == 1
    members = good("QueryDeviceListByDeviceGroup", GroupId=group)["Data"]["SimpleDeviceInfo"]
    assert [member["DeviceName"] for member in members] == ["lamp-0001"]
    info = good("QueryDeviceGroupInfo", GroupId=group)["Data"]
    assert (info["GroupDesc"], info["DeviceCount"]) == ("all of the west", 1)
    good("BatchDeleteDeviceGroupRelations", GroupId=group, Device=[device])
    good("DeleteDeviceGroup", GroupId=group)
    assert bad("QueryDeviceGroupInfo", GroupId=group) == "iot.group.NotExistedGroup"


def test_rules(good, bad):
    key = make_product(good)
    rule = good("CreateRule", Name="overheat", RuleDesc="too hot")["RuleId"]
    assert bad("StartRule", RuleId=rule) == "iot.rule.NullSqlForRule"
    good(
        "UpdateRule",
        RuleId=rule,
        ProductKey=key,
        ShortTopic="+/thing/event/property/post",
        TopicType=0,
        Select="deviceName() as name",
        Where="items.t.value > 60",
    )
    configuration = json.dumps({"topic": f"/{key}/console/user/alarm", "topicType": 1})
    action = good("CreateRuleAction", RuleId=rule, Type="REPUBLISH", Configuration=configuration)["ActionId"]
    good("StartRule", RuleId=rule)
    told = good("GetRule", RuleId=rule)["RuleInfo"]
    assert (told["Status"], told["TopicType"], told["Where"]) == ("RUNNING", 0, "items.t.value > 60")
    (listed,) = good("ListRuleActions", RuleId=rule)["RuleActionList"]["RuleActionInfo"]
    assert "uid" in json.loads(listed["Configuration"])
    good("StopRule", RuleId=rule)
    good("DeleteRuleAction", ActionId=action)
    good("DeleteRule", RuleId=rule)
    assert bad("GetRule", RuleId=rule) == "iot.rule.NotFoundRule"
