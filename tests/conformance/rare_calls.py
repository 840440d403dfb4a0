# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of calls that produce reply members that the tables in ``calls`` do not.

These are the members of replies to rejected or failed requests, or with large data. Each table in ``RARE_CALLS`` starts
with an empty account. ``UNREACHABLE_MEMBERS`` lists the members that no call in the tables produces, each with the
reason.
"""

from __future__ import annotations

from .call_parts import GEO_LOCATION_TYPE, LAMP, PROJECT, VOICE, device, function, product
from .steps import AdvanceClock, Consumer, Devices, Json, Step, base64_of, call, devices, rejected

REJECTED_TAGS: list[Step] = [
    product(),
    rejected(
        "iot.common.InvalidFormattedParameter",
        "CreateProductTags",
        ProductKey="<key>",
        ProductTag=[{"TagKey": "site", "TagValue": "west"}, {"TagKey": "room", "TagValue": "123$"}],
    ),
    rejected(
        "iot.common.InvalidFormattedParameter",
        "UpdateProductTags",
        ProductKey="<key>",
        ProductTag=[{"TagKey": "site", "TagValue": "east"}],
    ),
]

REJECTED_NAMES: list[Step] = [
    product(),
    device("lamp-0003"),
    rejected(
        "iot.device.InvalidDeviceNameExisted",
        "BatchCheckDeviceNames",
        ProductKey="<key>",
        DeviceNameList=[
            {"DeviceName": "APT$", "DeviceNickname": "first"},
            {"DeviceName": "lamp-0001", "DeviceNickname": "a$"},
            {"DeviceName": "lamp-0002"},
            {"DeviceName": "lamp-0002"},
        ],
    ),
    call(
        "BatchCheckDeviceNames",
        {"apply": "Data.ApplyId"},
        ProductKey="<key>",
        DeviceNameList=[{"DeviceName": "lamp-0003", "DeviceNickname": "third"}, {"DeviceName": "lamp-0004"}],
    ),
    AdvanceClock(60),
    call("QueryBatchRegisterDeviceStatus", ProductKey="<key>", ApplyId="<apply>"),
    rejected(
        "iot.device.ApplyManyDevicesFailed",
        "BatchImportDevice",
        ProductKey="<key>",
        DeviceList=[
            {"DeviceName": "aw", "DeviceSecret": "b4d43f7b4d43f7", "Sn": "QC4_001"},
            {"DeviceName": "lamp-0101", "DeviceSecret": "^67$", "Sn": "QC4_002"},
            {"DeviceName": "lamp-0102", "DeviceSecret": "b4d43f7b4d43f8", "Sn": "QC4-003"},
            {"DeviceName": "lamp-0103", "DeviceSecret": "b4d43f7b4d43f9"},
            {"DeviceName": "lamp-0103", "DeviceSecret": "b4d43f7b4d43fa"},
        ],
    ),
]

# Operations on a gateway with more than 2,000 sub-devices create a job.
_SUB_DEVICES: Step = Devices(
    {
        "product": "<sensors>",
        "count": 2001,
        "online": False,
        "gateway": {"product": "<gateways>", "name": "gateway-0001"},
    }
)
_GATEWAY = {"ProductKey": "<gateways>", "DeviceName": "gateway-0001"}

LARGE_GATEWAY: list[Step] = [
    product("gateways", "gateways", NodeType=1),
    product("sensors", "sensors"),
    device("gateway-0001", key="<gateways>"),
    _SUB_DEVICES,
    call("DisableThing", **_GATEWAY),
    call("EnableThing", **_GATEWAY),
    call("RemoveThingTopo", **_GATEWAY),
    AdvanceClock(10),
    _SUB_DEVICES,
    call("ResetThing", {"job": "JobId"}, **_GATEWAY),
    call("QueryJob", JobId="<job>"),
    AdvanceClock(10),
    call("QueryJob", JobId="<job>"),
    _SUB_DEVICES,
    call("DeleteDevice", **_GATEWAY),
]

_FAILING_PROFILE = {
    "jobs": {"outcome": "fail", "details": {"msg": "the disk is full"}},
    "speech": {"outcome": "fail", "error": {"code": "2", "message": "download failed"}},
    "print": {"outcome": "fail", "error": {"code": "3", "message": "paper jam"}},
}

FAILING_DEVICE: list[Step] = [
    product(),
    devices("<key>", "lamp-0001", profile=_FAILING_PROFILE),
    call(
        "CreateJob",
        {"job": "JobId"},
        JobName="cleaning",
        Type="CUSTOM_JOB",
        JobDocument='{"action":"clean"}',
        TargetConfig={"targetType": "PRODUCT_KEY", "targetProduct": "<key>"},
    ),
    AdvanceClock(60),
    call("ListTask", {"task": "Data.data.0.TaskId"}, JobId="<job>", Limit=1),
    call("QueryTask", TaskId="<task>"),
    call("PrintByTemplate", TemplateBizCode="receipt", **LAMP),
    call("CreateSpeech", {"speech": "Data"}, BizCode="HELLO", Text="你好", **PROJECT, **VOICE),
    call("PushSpeech", {"push": "Data"}, PushMode="SINGLE_DEVICE", SpeechCodeList=["<speech>"], **PROJECT, **LAMP),
    AdvanceClock(10),
    call("QuerySpeechPushJobDevice", JobCode="<push>", PageId=1, PageSize=10),
    call("SyncSpeechByCombination", CombinationList=["{$3}"], **LAMP),
]

SCRIPT_WITHOUT_SEND: list[Step] = [
    call("CreateParser", {"parser": "ParserId"}, Name="forward"),
    call("SaveScript", ParserId="<parser>", ScriptDraft="var data = payload();"),
    rejected("iot.rule.scriptSyntaxError", "PublishScript", ParserId="<parser>"),
]

CONSUMERS: list[Step] = [
    product(),
    call("CreateConsumerGroup", {"group": "GroupId"}, GroupName="billing"),
    call(
        "CreateSubscribeRelation",
        ProductKey="<key>",
        Type="AMQP",
        ConsumerGroupIds=["<group>"],
        DeviceStatusChangeFlag=True,
        SubscribeFlags=Json({"jt808DeviceDataFlag": True}),
    ),
    call("QuerySubscribeRelation", ProductKey="<key>", Type="AMQP"),
    Consumer({"group": "<group>", "client": "billing-1"}),
    devices("<key>", "lamp-0001"),
    Consumer({"group": "<group>", "client": "billing-1", "take": 10}),
    call("QueryConsumerGroupStatus", GroupId="<group>"),
]

MQTT_5: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call(
        "Pub",
        {"message": "MessageId"},
        ProductKey="<key>",
        TopicFullName="/<key>/lamp-0001/user/get",
        MessageContent=base64_of("hello"),
        ResponseTopic="/<key>/lamp-0001/user/update",
        CorrelationData=base64_of("1"),
    ),
    call("QueryMessageInfo", UniMsgId="<message>"),
]

_ADDRESS_PARAMETERS = [
    {"identifier": name, "name": name, "dataType": {"type": "text", "specs": {"length": "20"}}}
    for name in ("Country", "Province", "City", "Adcode")
]
_GEO_LOCATION_WITH_ADDRESS = {**GEO_LOCATION_TYPE, "specs": [*GEO_LOCATION_TYPE["specs"], *_ADDRESS_PARAMETERS]}
_ADDRESS_VALUES = {"Country": "中国", "Province": "浙江省", "City": "杭州市", "Adcode": "330100"}

ADDRESS: list[Step] = [
    product(),
    call(
        "ImportThingModelTsl",
        ProductKey="<key>",
        TslStr=Json({"properties": [function("GeoLocation", accessMode="r", dataType=_GEO_LOCATION_WITH_ADDRESS)]}),
    ),
    call("PublishThingModel", ProductKey="<key>"),
    devices(
        "<key>",
        "lamp-0001",
        profile={
            "properties": {"values": {"GeoLocation": {"Longitude": 120.15, "Latitude": 30.28, **_ADDRESS_VALUES}}}
        },
    ),
    AdvanceClock(1),
    call("GisQueryDeviceLocation", ThingList=[LAMP]),
]

LORA: list[Step] = [
    call("QueryLoRaJoinPermissions", {"permission": "JoinPermissions.JoinPermission.0.JoinPermissionId"}),
    product("meters", NetType="LORA", JoinPermissionId="<permission>"),
    call("QueryLoRaJoinPermissions"),
]

RARE_CALLS: dict[str, list[Step]] = {
    "rejected_tags": REJECTED_TAGS,
    "rejected_names": REJECTED_NAMES,
    "large_gateway": LARGE_GATEWAY,
    "failing_device": FAILING_DEVICE,
    "script_without_send": SCRIPT_WITHOUT_SEND,
    "consumers": CONSUMERS,
    "mqtt_5": MQTT_5,
    "address": ADDRESS,
    "lora": LORA,
}

#: Members of replies that no call produces, by operation, with the reason.
UNREACHABLE_MEMBERS: dict[str, dict[str, str]] = {
    "GetThingTopo": {"Data.NextToken": "several pages are needed, and two SDKs drop it; test_topology.py reads it"},
    "QueryDevice": {"Data.DeviceInfo.DeviceType": "the manual says that it is currently not returned"},
}
