# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of successful calls that cover every operation, one table per API family.

Each table in ``TABLES`` starts with an empty account. ``DEVICE_ARTIFACTS`` covers operations on data that only devices
can create; it starts with an account that ``create_device_artifacts`` has prepared.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from typing import Any
from urllib.parse import quote

from .steps import AdvanceClock, Compute, Json, Step, Upload, base64_of, call, devices

INSTANCE = "iot-cn-6ja1x"
PUBLIC_INSTANCE = "iotx-oxssharez200"
ACCOUNT = "1000000000000001"

PAGE = {"CurrentPage": 1, "PageSize": 10}
NUMBERED_PAGE = {"Page": 1, "PageSize": 10}
PAGE_ID = {"PageId": 1, "PageSize": 10}


def function(identifier: str, **members: Any) -> dict[str, Any]:
    """Return a function (property, service or event) of a thing model."""
    return {"identifier": identifier, "name": identifier, "required": False, **members}


def _number(kind: str = "int", **specs: str) -> dict[str, Any]:
    return {"type": kind, "specs": {"min": "-180", "max": "180", "step": "1", **specs}}


def _parameter(identifier: str, data_type: dict[str, Any]) -> dict[str, Any]:
    return {"identifier": identifier, "name": identifier, "dataType": data_type}


GEO_LOCATION_TYPE = {
    "type": "struct",
    "specs": [
        _parameter("Longitude", _number("double")),
        _parameter("Latitude", _number("double")),
        _parameter("CoordinateSystem", {"type": "enum", "specs": {"1": "WGS_84", "2": "GCJ_02"}}),
    ],
}

TSL = {
    "properties": [
        function("temperature", accessMode="rw", dataType=_number("float", unit="°C")),
        function("level", accessMode="rw", dataType=_number()),
        function("GeoLocation", accessMode="r", dataType=GEO_LOCATION_TYPE),
    ],
    "services": [
        function("reboot", callType="async", inputData=[_parameter("after", _number())], outputData=[]),
        function("measure", callType="sync", inputData=[], outputData=[_parameter("result", _number())]),
    ],
    "events": [function("alarm", type="alert", outputData=[_parameter("code", _number())])],
}

#: Profile of a simulated device that reports and that applies every request.
ACTIVE_PROFILE = {
    "properties": {
        "values": {
            "temperature": 21.5,
            "level": 3,
            "GeoLocation": {"Longitude": 120.15, "Latitude": 30.28, "CoordinateSystem": 1},
        }
    },
    "services": {"measure": {"output": {"result": 7}}},
    "reports": [{"every": 1, "times": 2, "events": {"alarm": {"code": 1}}}],
}

SCRIPT = "function protocolToRawData(json) { return []; } function rawDataToProtocol(bytes) { return {}; }"


def product(name: str = "street_light", key: str = "key", **params: Any) -> Step:
    """Return a step that creates a product and saves its key."""
    defaults = {"ProductName": name, "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    return call("CreateProduct", {key: "ProductKey"}, **{**defaults, **params})


def device(name: str = "lamp-0001", iot_id: str = "iot_id", key: str = "<key>") -> Step:
    """Return a step that registers a device and saves its id."""
    return call("RegisterDevice", {iot_id: "Data.IotId"}, ProductKey=key, DeviceName=name)


def product_with_thing_model(name: str = "thermometer", **params: Any) -> list[Step]:
    """Return steps that create a product with a published thing model."""
    return [
        product(name, **params),
        call("ImportThingModelTsl", ProductKey="<key>", TslStr=Json(TSL)),
        call("PublishThingModel", ProductKey="<key>"),
    ]


LAMP = {"ProductKey": "<key>", "DeviceName": "lamp-0001"}


def _image_url(text: str) -> str:
    """Return the data URL of a PNG that contains a text."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    size = chunk(b"IHDR", struct.pack(">IIBBBBB", 800, 600, 1, 0, 0, 0, 0))
    words = chunk(b"iTXt", b"Title\0\0\0zh\0\0" + text.encode())
    return "data:image/png," + quote(b"\x89PNG\r\n\x1a\n" + size + words + chunk(b"IDAT", b"") + chunk(b"IEND", b""))


PRODUCT: list[Step] = [
    product(
        NetType="WIFI",
        AuthType="secret",
        CategoryKey="Lighting",
        Description="路灯",
        Id2=False,
        PublishAuto=True,
        ValidateType=1,
    ),
    product("camera", "x509", AuthType="x509"),
    call("QueryProduct", ProductKey="<key>"),
    call("QueryProductList", **PAGE),
    call("UpdateProduct", ProductKey="<key>", ProductName="street_lamp", Description="changed"),
    call(
        "CreateProductTags",
        ProductKey="<key>",
        ProductTag=[{"TagKey": "site", "TagValue": "west"}, {"TagKey": "room", "TagValue": "101"}],
    ),
    call("UpdateProductTags", ProductKey="<key>", ProductTag=[{"TagKey": "site", "TagValue": "east"}]),
    call("ListProductTags", ProductKey="<key>"),
    call("ListProductByTags", ProductTag=[{"TagKey": "site", "TagValue": "east"}], **PAGE),
    call("DeleteProductTags", ProductKey="<key>", ProductTagKey=["room"]),
    call("UpdateProductFilterConfig", ProductKey="<key>", PropertyTimestampFilter=True, PropertyValueFilter=False),
    call("SetProductCertInfo", ProductKey="<x509>", IssueModel=1),
    call("QueryProductCertInfo", ProductKey="<x509>"),
    call("ReleaseProduct", ProductKey="<key>"),
    call("CancelReleaseProduct", ProductKey="<key>"),
    call("DeleteProduct", ProductKey="<x509>"),
]


def _sub_device_signature(saved: dict[str, Any]) -> str:
    """Return the signature with which a sub-device authenticates."""
    text = f"deviceNamesensor-0001productKey{saved['sensors']}"
    return hmac.digest(saved["secret"].encode(), text.encode(), "sha1").hex()


DEVICE: list[Step] = [
    product(),
    product("gateways", "gateways", NodeType=1),
    product("sensors", "sensors", ProtocolType="modbus"),
    call("QueryProduct", ProductKey="<sensors>"),
    product("cameras", "cameras", AuthType="x509"),
    call("QueryLoRaJoinPermissions", {"permission": "JoinPermissions.JoinPermission.0.JoinPermissionId"}),
    product("meters", "meters", NetType="LORA", JoinPermissionId="<permission>"),
    call("RegisterDevice", {"iot_id": "Data.IotId"}, Nickname="gate_lamp", **LAMP),
    call(
        "RegisterDevice",
        ProductKey="<meters>",
        LoraNodeType="USERDEFINED",
        DevEui="d896e0ff00000002",
        JoinEui="d896e0efff000000",
        AppKey="0123456789abcdef0123456789abcdef",
    ),
    device("gateway-0001", "gateway", "<gateways>"),
    call("RegisterDevice", {"secret": "Data.DeviceSecret"}, ProductKey="<sensors>", DeviceName="sensor-0001"),
    call("QueryDeviceInfo", **LAMP),
    call("QueryDeviceDetail", IotId="<iot_id>"),
    call("BatchQueryDeviceDetail", ProductKey="<key>", DeviceName=["lamp-0001"]),
    call("QueryDevice", ProductKey="<key>", **PAGE),
    devices("<key>", "lamp-0002", "lamp-0003", module_versions={"default": "1.0.0"}),
    AdvanceClock(1),
    call("QueryDeviceDetail", ProductKey="<key>", DeviceName="lamp-0002"),
    call("BatchQueryDeviceDetail", ProductKey="<key>", DeviceName=["lamp-0002"]),
    call("QueryDevice", ProductKey="<key>", **PAGE),
    call("GetDeviceStatus", ProductKey="<key>", DeviceName="lamp-0002"),
    call("GetDeviceStatus", **LAMP),
    call("BatchGetDeviceState", ProductKey="<key>", DeviceName=["lamp-0001", "lamp-0002"]),
    call("BatchGetDeviceState", IotId=["<iot_id>"]),
    call("DisableThing", **LAMP),
    call("EnableThing", **LAMP),
    call("ResetThing", ProductKey="<key>", DeviceName="lamp-0003"),
    call(
        "BatchUpdateDeviceNickname",
        DeviceNicknameInfo=[
            {**LAMP, "Nickname": "west_gate"},
            {**LAMP, "DeviceName": "lamp-0002", "Nickname": "east_gate"},
        ],
    ),
    call("QueryDeviceByStatus", ProductKey="<key>", Status=0, **PAGE),
    call("QueryDeviceByStatus", ProductKey="<key>", Status=1, **PAGE),
    call(
        "BatchCheckDeviceNames",
        {"check_apply": "Data.ApplyId"},
        ProductKey="<key>",
        DeviceNameList=[{"DeviceName": "lamp-0101", "DeviceNickname": "first"}, {"DeviceName": "lamp-0102"}],
    ),
    AdvanceClock(60),
    call("BatchRegisterDeviceWithApplyId", ProductKey="<key>", ApplyId="<check_apply>"),
    AdvanceClock(60),
    call("BatchRegisterDevice", {"count_apply": "Data.ApplyId"}, ProductKey="<cameras>", Count=3),
    AdvanceClock(60),
    call("QueryBatchRegisterDeviceStatus", ProductKey="<key>", ApplyId="<check_apply>"),
    call("QueryPageByApplyId", ApplyId="<check_apply>", **PAGE),
    call("QueryPageByApplyId", {"camera": "ApplyDeviceList.ApplyDeviceInfo.0.DeviceName"}, ApplyId="<count_apply>"),
    call("QueryDeviceCert", ProductKey="<cameras>", DeviceName="<camera>"),
    call("QueryCertUrlByApplyId", ApplyId="<count_apply>"),
    call("SaveDeviceProp", Props='{"row":"7","site":"west"}', **LAMP),
    call("QueryDeviceProp", **LAMP),
    call("CreateDeviceGroup", {"group": "Data.GroupId"}, GroupName="everything"),
    call("BatchAddDeviceGroupRelations", GroupId="<group>", Device=[{**LAMP, "DeviceName": "lamp-0002"}]),
    call("QueryDeviceByTags", Tag=[{"TagKey": "site", "TagValue": "west"}], **PAGE),
    call(
        "QueryDeviceBySQL",
        SQL='SELECT name, gmt_create, status FROM device WHERE product_key = "<key>" LIMIT 0, 10',
        IotInstanceId=INSTANCE,
    ),
    call(
        "QueryDeviceBySQL",
        SQL="SELECT * FROM device WHERE product_key = \"<key>\" AND tag.tag_name = 'site' AND tag.tag_value = 'west'",
        IotInstanceId=INSTANCE,
    ),
    call("QueryDeviceBySQL", SQL="SELECT * FROM device WHERE name = 'lamp-0002'", IotInstanceId=INSTANCE),
    call("QueryDeviceBySQL", SQL="SELECT count(*) FROM device WHERE name = 'lamp-0002'", IotInstanceId=INSTANCE),
    call("DeleteDeviceProp", PropKey="row", **LAMP),
    Compute("sign", _sub_device_signature),
    devices("<gateways>", "gateway-0001", online=True, module_versions={"default": "1.0.0"}),
    AdvanceClock(1),
    call(
        "BatchAddThingTopo",
        GwProductKey="<gateways>",
        GwDeviceName="gateway-0001",
        TopoAddItem=[
            {"ProductKey": "<sensors>", "DeviceName": "sensor-0001", "Sign": "<sign>", "SignMethod": "hmacSha1"}
        ],
    ),
    call("GetThingTopo", IotId="<gateway>", PageNo=1, PageSize=10),
    call("GetGatewayBySubDevice", ProductKey="<sensors>", DeviceName="sensor-0001"),
    call("NotifyAddThingTopo", GwIotId="<gateway>", DeviceListStr=Json([{"iotId": "<iot_id>"}])),
    call("RemoveThingTopo", ProductKey="<sensors>", DeviceName="sensor-0001"),
    call("QueryDeviceStatistics", ProductKey="<key>"),
    call(
        "CreateLoRaNodesTask",
        {"task": "TaskId"},
        ProductKey="<meters>",
        DeviceInfo=[{"DevEui": "d896e0ff00000001", "PinCode": "123456"}],
    ),
    AdvanceClock(10),
    call("GetLoraNodesTask", TaskId="<task>"),
    call(
        "ImportDevice",
        ProductKey="<key>",
        DeviceName="lamp-0201",
        DeviceSecret="b4d43f7b4d43f7",
        Nickname="imported",
        Sn="QC4_001",
    ),
    call(
        "BatchCheckImportDevice",
        ProductKey="<key>",
        DeviceList=[
            {"DeviceName": "lamp-0202", "DeviceSecret": "b4d43f7b4d43f8", "Sn": "QC4_002"},
            {"DeviceName": "no", "DeviceSecret": "b4d43f7b4d43f9", "Sn": "QC4_003"},
        ],
    ),
    call(
        "BatchImportDevice",
        {"import_apply": "Data.ApplyId"},
        ProductKey="<key>",
        DeviceList=[{"DeviceName": "lamp-0202", "DeviceSecret": "b4d43f7b4d43f8", "Sn": "QC4_002"}],
    ),
    AdvanceClock(60),
    call("QueryImportedDeviceByApplyId", ApplyId="<import_apply>", PageNo=1, PageSize=10),
    call("QueryClientIds", IotId="<iot_id>"),
    call("DeleteClientIds", IotId="<iot_id>"),
    call("QueryDeviceFileList", IotId="<iot_id>", **PAGE),
    call("DeleteDevice", **LAMP),
]

TUNNEL: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call("CreateDeviceTunnel", {"tunnel": "Data.TunnelId"}, Description="far away", Udi="reboot", **LAMP),
    call("QueryDeviceTunnel", TunnelId="<tunnel>"),
    call("CloseDeviceTunnel", TunnelId="<tunnel>"),
    call("QueryDeviceTunnel", TunnelId="<tunnel>"),
    call("DeleteDeviceTunnel", TunnelId="<tunnel>"),
]

DYNAMIC_GROUP = {"GroupType": "LINK_PLATFORM_DYNAMIC"}
INSTANCE_PARAM = {"IotInstanceId": INSTANCE}

GROUP: list[Step] = [
    product(CategoryKey="Lighting"),
    call("RegisterDevice", Nickname="gate_lamp", **LAMP),
    devices("<key>", "lamp-0001", online=True),
    call("CreateDeviceGroup", {"region": "Data.GroupId"}, GroupName="region", GroupDesc="all of it"),
    call("CreateDeviceGroup", {"group": "Data.GroupId"}, GroupName="west_side", SuperGroupId="<region>"),
    call("UpdateDeviceGroup", GroupId="<group>", GroupDesc="west"),
    call("SetDeviceGroupTags", GroupId="<group>", TagString=Json([{"tagKey": "site", "tagValue": "west"}])),
    call("QueryDeviceGroupTagList", GroupId="<group>"),
    call("QueryDeviceGroupByTags", Tag=[{"TagKey": "site", "TagValue": "west"}], **PAGE),
    call("BatchAddDeviceGroupRelations", GroupId="<group>", Device=[LAMP]),
    call("QueryDeviceListByDeviceGroup", GroupId="<group>", **PAGE),
    call("QueryDeviceGroupByDevice", **LAMP),
    call("QuerySuperDeviceGroup", GroupId="<group>"),
    call("QueryDeviceGroupInfo", GroupId="<group>"),
    call("QueryDeviceGroupList", **PAGE),
    call("BatchDeleteDeviceGroupRelations", GroupId="<group>", Device=[LAMP]),
    call("DeleteDeviceGroup", GroupId="<group>"),
    call(
        "CreateDeviceDynamicGroup",
        {"dynamic": "Data.GroupId"},
        GroupName="lamps",
        GroupDesc="by name",
        DynamicGroupExpression='product_key = "<key>" and name LIKE "lamp%"',
        **INSTANCE_PARAM,
    ),
    call("UpdateDeviceGroup", GroupId="<dynamic>", GroupDesc="changed", **DYNAMIC_GROUP, **INSTANCE_PARAM),
    call("QueryDeviceGroupInfo", GroupId="<dynamic>", **DYNAMIC_GROUP, **INSTANCE_PARAM),
    call("QueryDynamicGroupDevices", GroupId="<dynamic>", **PAGE, **INSTANCE_PARAM),
    call("DeleteDeviceDynamicGroup", GroupId="<dynamic>", **INSTANCE_PARAM),
]

BLOCK = {"FunctionBlockId": "battery", "FunctionBlockName": "battery"}
CHARGE = {
    "identifier": "charge",
    "name": "charge",
    "required": False,
    "rwFlag": "READ_WRITE",
    "dataType": "INT",
    "custom": True,
    "dataSpecs": {"dataType": "INT", "min": "0", "max": "100", "step": "1", "custom": True},
}

THING_MODEL: list[Step] = [
    product(),
    product("copied", "copy"),
    product("bytes", "raw", DataFormat=0),
    call("ListThingTemplates"),
    call("GetThingTemplate", CategoryKey="Lighting"),
    call("ImportThingModelTsl", ProductKey="<key>", TslStr=Json(TSL)),
    call("CreateThingModel", ProductKey="<key>", ThingModelJson=Json({"properties": [CHARGE]}), **BLOCK),
    call(
        "UpdateThingModel",
        ProductKey="<key>",
        Identifier="charge",
        FunctionBlockId="battery",
        ThingModelJson=Json({"properties": [{**CHARGE, "name": "load"}]}),
    ),
    call("QueryThingModel", ProductKey="<key>"),
    call("QueryThingModel", ProductKey="<key>", FunctionBlockId="battery"),
    call("GetThingModelTsl", ProductKey="<key>", Simple=False),
    call("QueryThingModelExtendConfig", ProductKey="<key>"),
    call("PublishThingModel", ProductKey="<key>", ModelVersion="v1.0.0", Description="the first"),
    call("ListThingModelVersion", ProductKey="<key>"),
    call("QueryThingModelPublished", ProductKey="<key>", ModelVersion="v1.0.0"),
    call("GetThingModelTslPublished", ProductKey="<key>", Simple=True),
    call("QueryThingModelExtendConfigPublished", ProductKey="<key>"),
    call("CopyThingModel", SourceProductKey="<key>", SourceModelVersion="v1.0.0", TargetProductKey="<copy>"),
    call("DeleteThingModel", ProductKey="<key>", PropertyIdentifier=["level"]),
    call("CreateThingScript", ProductKey="<raw>", ScriptContent=SCRIPT, ScriptType="JavaScript"),
    call("UpdateThingScript", ProductKey="<raw>", ScriptContent=f"{SCRIPT} // 2", ScriptType="JavaScript"),
    call("GetThingScript", ProductKey="<raw>"),
]

TIME_RANGE = {"StartTime": "<hour_ago>", "EndTime": "<day_ahead>", "PageSize": 10, "Asc": 1}

THING_MODEL_DATA: list[Step] = [
    *product_with_thing_model(),
    devices("<key>", "lamp-0001", profile=ACTIVE_PROFILE),
    AdvanceClock(5),
    call("SetDeviceProperty", Items='{"level":7}', **LAMP),
    call("SetDevicesProperty", ProductKey="<key>", DeviceName=["lamp-0001"], Items='{"level":8}'),
    call("InvokeThingService", Identifier="reboot", Args='{"after":3}', **LAMP),
    call("InvokeThingService", Identifier="measure", Args="{}", **LAMP),
    call("InvokeThingsService", ProductKey="<key>", DeviceName=["lamp-0001"], Identifier="reboot", Args='{"after":4}'),
    call("SetDeviceDesiredProperty", Items='{"temperature":25}', Versions='{"temperature":0}', **LAMP),
    AdvanceClock(5),
    call("QueryDeviceDesiredProperty", Identifier=["temperature"], **LAMP),
    call("QueryDevicePropertyStatus", **LAMP),
    call("QueryDevicePropertyData", Identifier="level", **TIME_RANGE, **LAMP),
    call("QueryDevicePropertiesData", Identifier=["level", "temperature"], **TIME_RANGE, **LAMP),
    call("QueryDeviceEventData", Identifier="alarm", EventType="alert", **TIME_RANGE, **LAMP),
    call("QueryDeviceServiceData", Identifier="reboot", **TIME_RANGE, **LAMP),
    call("QueryDeviceOriginalPropertyStatus", Asc=1, PageSize=2, **LAMP),
    call("QueryDeviceOriginalPropertyData", Identifier="level", **TIME_RANGE, **LAMP),
    call("QueryDeviceOriginalEventData", Identifier="alarm", **TIME_RANGE, **LAMP),
    call("QueryDeviceOriginalServiceData", Identifier="reboot", **TIME_RANGE, **LAMP),
]

_ALL_OF_PRODUCT = {"targetType": "PRODUCT_KEY", "targetProduct": "<key>"}
_TWO_LAMPS = {
    "targetType": "DEVICE_LIST",
    "targetDevices": [{"productKey": "<key>", "deviceName": name} for name in ("lamp-0001", "lamp-0002")],
}
_CUSTOM_JOB = {"Type": "CUSTOM_JOB", "JobDocument": '{"action":"clean"}'}

JOB: list[Step] = [
    product(),
    devices("<key>", "lamp-0001", "lamp-0002"),
    call("GenerateFileUploadURL", {"form": "Data"}, BizCode="DEVICE_JOB_FILE", FileSuffix="bin", FileName="manual"),
    Upload("form", "content", "OssAccessKeyId"),
    call(
        "CreateJob",
        {"job": "JobId"},
        JobName="cleaning",
        Description="all lamps",
        TargetConfig=_TWO_LAMPS,
        JobFile={
            "fileKey": "<form.Key>",
            "signMethod": "Sha256",
            "sign": "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
        },
        RolloutConfig={"maximumPerMinute": 100},
        TimeoutConfig={"inProgressTimeoutInMinutes": 60},
        **_CUSTOM_JOB,
    ),
    call(
        "CreateJob",
        {"second": "JobId"},
        JobName="second",
        TargetConfig=_ALL_OF_PRODUCT,
        ScheduledTime="<day_ahead>",
        **_CUSTOM_JOB,
    ),
    call("CreateDeviceGroup", {"group": "Data.GroupId"}, GroupName="targets"),
    call("BatchAddDeviceGroupRelations", GroupId="<group>", Device=[LAMP]),
    call(
        "CreateJob",
        {"third": "JobId"},
        JobName="third",
        TargetConfig={"targetType": "GROUP_ID", "targetGroup": "<group>"},
        **_CUSTOM_JOB,
    ),
    call("QueryJob", JobId="<third>"),
    call("UpdateJob", JobId="<second>", Description="changed", RolloutConfig={"maximumPerMinute": 200}),
    AdvanceClock(120),
    call("QueryJob", JobId="<job>"),
    call("QueryJob", JobId="<second>"),
    call("ListJob", **PAGE),
    call("ListTask", {"task": "Data.data.0.TaskId"}, JobId="<job>", Limit=1),
    call("ListTask", Limit=10, Device={"productKey": "<key>", "deviceName": "lamp-0001"}),
    call("QueryTask", TaskId="<task>"),
    call("QueryJobStatistics", JobId="<job>"),
    call("RerunJob", JobId="<job>"),
    call("CancelJob", JobId="<second>"),
    AdvanceClock(120),
    call("DeleteJob", JobId="<second>"),
]

TOPIC: list[Step] = [
    product(),
    devices("<key>", "lamp-0001", "lamp-0002"),
    call(
        "CreateProductTopic",
        {"topic": "TopicId"},
        ProductKey="<key>",
        TopicShortName="report",
        Operation="PUB",
        Desc="hourly",
    ),
    call(
        "CreateProductTopic",
        ProductKey="<key>",
        TopicShortName="command",
        Operation="ALL",
        Codec="Protobuf",
        EnableProxySubscribe=True,
    ),
    call("QueryProductTopic", ProductKey="<key>"),
    call(
        "CreateTopicRouteTable",
        SrcTopic="/<key>/lamp-0001/user/command",
        DstTopic=["/<key>/lamp-0002/user/command"],
    ),
    call("QueryTopicRouteTable", Topic="/<key>/lamp-0001/user/command"),
    call("QueryTopicReverseRouteTable", Topic="/<key>/lamp-0002/user/command"),
    call(
        "DeleteTopicRouteTable",
        SrcTopic="/<key>/lamp-0001/user/command",
        DstTopic=["/<key>/lamp-0002/user/command"],
    ),
    call("UpdateProductTopic", TopicId="<topic>", TopicShortName="report", Operation="ALL", Desc="daily"),
    call("DeleteProductTopic", TopicId="<topic>"),
]

_REPUBLISH_CONFIGURATION = Json({"topic": "/<key>/console/user/get", "topicType": 1})

RULE: list[Step] = [
    product(),
    device("console"),
    call(
        "CreateRule",
        {"rule": "RuleId"},
        Name="overheat",
        RuleDesc="too hot",
        ProductKey="<key>",
        ShortTopic="+/thing/event/property/post",
        TopicType=0,
        Select="deviceName() as name",
        Where="items.t.value > 60",
        DataType="JSON",
    ),
    call("UpdateRule", RuleId="<rule>", Name="overheated", Where="items.t.value > 70"),
    call(
        "CreateRuleAction",
        {"action": "ActionId"},
        RuleId="<rule>",
        Type="REPUBLISH",
        Configuration=_REPUBLISH_CONFIGURATION,
    ),
    call("UpdateRuleAction", ActionId="<action>", Type="REPUBLISH", Configuration=_REPUBLISH_CONFIGURATION),
    call("GetRuleAction", ActionId="<action>"),
    call("ListRuleActions", RuleId="<rule>"),
    call("StartRule", RuleId="<rule>"),
    call("GetRule", RuleId="<rule>"),
    call("ListRule", **PAGE),
    call("StopRule", RuleId="<rule>"),
    call("DeleteRuleAction", ActionId="<action>"),
    call("DeleteRule", RuleId="<rule>"),
]

_ROLE = {"roleArn": "acs:ram::5645:role/aliyuniotaccessingrole", "roleName": "AliyunIOTAccessingRole"}
_MNS_DESTINATION = {
    "Type": "MNS",
    "Configuration": Json(
        {
            "themeName": "theme",
            "regionName": "cn-shanghai",
            "role": _ROLE,
        }
    ),
}

PARSER: list[Step] = [
    product(),
    device(),
    call("CreateParser", {"parser": "ParserId"}, Name="forward", Description="to the console"),
    call("UpdateParser", ParserId="<parser>", Name="forwarder", Description="changed"),
    call("CreateParserDataSource", {"source": "DataSource.DataSourceId"}, Name="reports", Description="all"),
    call("UpdateParserDataSource", DataSourceId="<source>", Name="reported", Description="changed"),
    call("CreateDataSourceItem", DataSourceId="<source>", Topic="/<key>/+/user/update", ScopeType="DEVICE", **LAMP),
    call(
        "ListDataSourceItem",
        {"item": "DataSourceItems.dataSourceItem.0.DataSourceItemId"},
        DataSourceId="<source>",
        **NUMBERED_PAGE,
    ),
    call("ListParserDataSource", **NUMBERED_PAGE),
    call("GetParserDataSource", DataSourceId="<source>"),
    call(
        "CreateDestination",
        {"destination": "Destination.DestinationId"},
        Name="queue",
        Description="far",
        **_MNS_DESTINATION,
    ),
    call("CreateDestination", {"failover": "Destination.DestinationId"}, Name="failed", **_MNS_DESTINATION),
    call("UpdateDestination", DestinationId="<destination>", Name="queued", Description="changed", **_MNS_DESTINATION),
    call("ListDestination", Types=["MNS"], **NUMBERED_PAGE),
    call("AttachParserDataSource", ParserId="<parser>", DataSourceId="<source>"),
    call("AttachDestination", ParserId="<parser>", DestinationId="<destination>", IsFailover=False),
    call("AttachDestination", ParserId="<parser>", DestinationId="<failover>", IsFailover=True),
    call("GetDestination", DestinationId="<destination>"),
    call("ListParserDestination", ParserId="<parser>", IsFailover=False),
    call("SaveScript", ParserId="<parser>", ScriptDraft='var data = payload("json");\nwriteMns(<destination>, data);'),
    call("PublishScript", ParserId="<parser>"),
    call("StartParser", ParserId="<parser>"),
    call("GetParser", ParserId="<parser>"),
    call("ListParser", SearchName="forward", **PAGE),
    call("StopParser", ParserId="<parser>"),
    call("DetachDestination", ParserId="<parser>", DestinationId="<failover>"),
    call("DetachParserDataSource", ParserId="<parser>", DataSourceId="<source>"),
    call("DeleteDataSourceItem", DataSourceId="<source>", DataSourceItemId="<item>"),
    call("DeleteParserDataSource", DataSourceId="<source>"),
    call("DeleteDestination", DestinationId="<failover>"),
    call("DeleteParser", ParserId="<parser>"),
]

_HELLO = base64_of("hello")

MESSAGE: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call("SubscribeTopic", Topic=["/<key>/lamp-0001/user/get"], **LAMP),
    call(
        "Pub",
        {"message": "MessageId"},
        ProductKey="<key>",
        TopicFullName="/<key>/lamp-0001/user/get",
        MessageContent=_HELLO,
        Qos=1,
        UserProp=[{"Key": "from", "Value": "test"}],
    ),
    call("QueryMessageInfo", UniMsgId="<message>"),
    call("BatchPub", ProductKey="<key>", DeviceName=["lamp-0001"], TopicShortName="get", MessageContent=_HELLO, Qos=0),
    call("PubBroadcast", ProductKey="<key>", MessageContent=_HELLO),
    call("RRpc", RequestBase64Byte=_HELLO, Timeout=5000, **LAMP),
]

SUBSCRIPTION: list[Step] = [
    product(),
    call("CreateConsumerGroup", {"group": "GroupId"}, GroupName="billing"),
    call("CreateConsumerGroup", {"second": "GroupId"}, GroupName="audit"),
    call("UpdateConsumerGroup", GroupId="<group>", NewGroupName="billing_2"),
    call("QueryConsumerGroupByGroupId", GroupId="<group>"),
    call("QueryConsumerGroupList", **PAGE),
    call(
        "CreateSubscribeRelation",
        ProductKey="<key>",
        Type="AMQP",
        ConsumerGroupIds=["<group>"],
        DeviceDataFlag=True,
        DeviceStatusChangeFlag=True,
    ),
    call("CreateConsumerGroupSubscribeRelation", ConsumerGroupId="<second>", ProductKey="<key>"),
    devices("<key>", "lamp-0001"),
    call("QuerySubscribeRelation", ProductKey="<key>", Type="AMQP"),
    call("QueryConsumerGroupStatus", GroupId="<group>"),
    call("ResetConsumerGroupPosition", GroupId="<group>"),
    call("DeleteConsumerGroupSubscribeRelation", ConsumerGroupId="<second>", ProductKey="<key>"),
    call("UpdateSubscribeRelation", ProductKey="<key>", Type="AMQP", ConsumerGroupIds=["<group>"], OtaEventFlag=True),
    call("DeleteSubscribeRelation", ProductKey="<key>", Type="AMQP"),
    call(
        "CreateSubscribeRelation",
        ProductKey="<key>",
        Type="MNS",
        MnsConfiguration=Json({"queueName": "queue", "regionName": "cn-shanghai", "role": _ROLE}),
        DeviceDataFlag=True,
    ),
    call("QuerySubscribeRelation", ProductKey="<key>", Type="MNS"),
    call("DeleteConsumerGroup", GroupId="<second>"),
]

SHADOW: list[Step] = [
    product(),
    device(),
    call(
        "UpdateDeviceShadow",
        ShadowMessage=Json({"method": "update", "state": {"desired": {"color": "green"}}, "version": 1}),
        **LAMP,
    ),
    call("GetDeviceShadow", **LAMP),
]

_TAG = [{"Key": "site", "Value": "west"}]
_OTA_TARGET = {"ProductKey": "<key>", "Tag": _TAG}


def firmware(saved_as: str, version: str, **params: Any) -> Step:
    """Return a step that creates a firmware from the last uploaded file."""
    all_params = {
        "FirmwareName": saved_as,
        "DestVersion": version,
        "FirmwareUrl": "<form.FirmwareUrl>",
        "ProductKey": "<key>",
        "NeedToVerify": False,
        **params,
    }
    return call("CreateOTAFirmware", {saved_as: "Data.FirmwareId"}, **all_params)


OTA: list[Step] = [
    product(),
    devices(
        "<key>",
        "lamp-0001",
        "lamp-0002",
        module_versions={"default": "1.0.0"},
        profile={"upgrade": {"outcome": "fail", "delay": 30}},
    ),
    devices("<key>", "lamp-0003", module_versions={"default": "1.0.0"}),
    devices("<key>", "lamp-0004", online=False),
    call("CreateOTAModule", ProductKey="<key>", ModuleName="scanner", AliasName="scanner", Desc="reads bars"),
    call("UpdateOTAModule", ProductKey="<key>", ModuleName="scanner", AliasName="reader", Desc="reads bars"),
    call("ListOTAModuleByProduct", ProductKey="<key>"),
    call("DeleteOTAModule", ProductKey="<key>", ModuleName="scanner"),
    call("ListOTAModuleVersionsByDevice", **LAMP, **PAGE),
    call("GenerateDeviceNameListURL", {"list": "Data"}),
    Upload("list", "lamp-0001\nlamp-0002\n", "AccessKeyId"),
    call("GenerateOTAUploadURL", {"form": "Data"}, FileSuffix="bin"),
    Upload("form", "a firmware"),
    firmware("tested", "2.0.0", FirmwareDesc="better", NeedToVerify=True, Udi="notice"),
    firmware("listed", "2.1.0"),
    firmware("confirmed", "2.2.0"),
    firmware("dynamic", "2.3.0"),
    call("GenerateOTAUploadURL", {"other": "Data"}, FileSuffix="bin"),
    Upload("other", "another file"),
    call(
        "CreateOTAFirmware",
        {"pair": "Data.FirmwareId"},
        FirmwareName="pair",
        DestVersion="3.0.0",
        ProductKey="<key>",
        NeedToVerify=False,
        MultiFiles=[
            {"Name": "one.bin", "Url": "<form.FirmwareUrl>"},
            {"Name": "two.bin", "Url": "<other.FirmwareUrl>"},
        ],
    ),
    call("QueryOTAFirmware", FirmwareId="<pair>"),
    call("ListOTAFirmware", ProductKey="<key>", **PAGE),
    call("QueryOTAFirmware", FirmwareId="<tested>"),
    call(
        "CreateOTAVerifyJob",
        {"verify": "Data.JobId"},
        FirmwareId="<tested>",
        TargetDeviceName=["lamp-0003"],
        TimeoutInMinutes=60,
        **_OTA_TARGET,
    ),
    AdvanceClock(60),
    call("QueryOTAFirmware", FirmwareId="<tested>"),
    call("QueryOTAJob", JobId="<verify>"),
    call(
        "CreateOTAStaticUpgradeJob",
        {"job": "Data.JobId"},
        FirmwareId="<listed>",
        TargetSelection="SPECIFIC",
        DnListFileUrl="<list.FileUrl>",
        **_OTA_TARGET,
    ),
    call("ListOTAUnfinishedTaskByDevice", TaskStatus="NOTIFIED", **LAMP),
    AdvanceClock(60),
    call("ListOTATaskByJob", {"failed": "Data.SimpleOTATaskInfo.0.TaskId"}, JobId="<job>", **PAGE),
    call("QueryOTAJob", JobId="<job>"),
    call("ListOTAJobByFirmware", FirmwareId="<listed>", **PAGE),
    call("ListOTAJobByDevice", FirmwareId="<listed>", **LAMP, **PAGE),
    call("ReupgradeOTATask", JobId="<job>", TaskId=["<failed>"]),
    AdvanceClock(60),
    call(
        "CreateOTAStaticUpgradeJob",
        {"confirm_job": "Data.JobId"},
        FirmwareId="<confirmed>",
        TargetSelection="SPECIFIC",
        TargetDeviceName=["lamp-0001", "lamp-0002"],
        NeedConfirm=True,
        **_OTA_TARGET,
    ),
    call(
        "ListOTAUnfinishedTaskByDevice",
        {"unconfirmed_task": "Data.SimpleOTATaskInfo.0.TaskId"},
        TaskStatus="CONFIRM",
        **LAMP,
    ),
    call("ConfirmOTATask", TaskId=["<unconfirmed_task>"]),
    call(
        "CancelOTATaskByDevice",
        FirmwareId="<confirmed>",
        ProductKey="<key>",
        DeviceName=["lamp-0001"],
        JobId="<confirm_job>",
    ),
    call("CancelOTATaskByJob", JobId="<confirm_job>", CancelQueuedTask=True, CancelUnconfirmedTask=True),
    call(
        "CreateOTADynamicUpgradeJob",
        {"strategy": "Data.JobId"},
        FirmwareId="<dynamic>",
        DynamicMode=2,
        SrcVersion=["1.0.0"],
        **_OTA_TARGET,
    ),
    call("QueryOTAJob", JobId="<strategy>"),
    call("CancelOTAStrategyByJob", JobId="<strategy>"),
    call(
        "CreateOTAStaticUpgradeJob",
        {"planned": "Data.JobId"},
        FirmwareId="<pair>",
        TargetSelection="GRAY",
        GrayPercent="50.00",
        ScheduleTime="<hour_ahead>",
        ScheduleFinishTime="<day_ahead>",
        RetryCount=1,
        RetryInterval=60,
        **_OTA_TARGET,
    ),
    call("QueryOTAJob", JobId="<planned>"),
    call("DeleteOTAFirmware", FirmwareId="<tested>"),
]

PROJECT = {"ProjectCode": "0123456789abcdef0123456789abcdef"}
VOICE = {"Voice": "Xiaoyun", "SpeechRate": 0, "Volume": 50}
_SOUND_CODE = {"SoundCodeContent": "www.example.com", "AdditionalDuration": 3}

SPEECH: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call("QueryDeviceInfo", {"iot_id": "Data.IotId"}, **LAMP),
    call("CreateDeviceGroup", {"group": "Data.GroupId"}, GroupName="speakers", GroupDesc="all"),
    call("BatchAddDeviceGroupRelations", GroupId="<group>", Device=[LAMP]),
    call("GetSpeechVoice"),
    call(
        "CreateSpeech",
        {"speech": "Data"},
        BizCode="HELLO",
        Text="你好",
        SpeechType="custom",
        AudioFormat="wav",
        EnableSoundCode=True,
        SoundCodeConfig=_SOUND_CODE,
        **PROJECT,
        **VOICE,
    ),
    call("CreateSpeech", {"pack": "Data"}, SpeechType="number", AudioFormat="wav", **PROJECT, **VOICE),
    call("UpdateSpeech", SpeechCode="<speech>", **PROJECT, **VOICE),
    call("TestSpeech", Text="你好", SpeechType="custom", AudioFormat="wav", **PROJECT, **VOICE),
    call("QuerySpeech", SpeechCode="<speech>"),
    call("QuerySpeechList", **PROJECT, **PAGE_ID),
    call("PushSpeech", PushMode="SINGLE_DEVICE", SpeechCodeList=["<speech>"], **PROJECT, **LAMP),
    call("PushSpeech", PushMode="GROUP_DEVICE", GroupId="<group>", SpeechCodeList=["<pack>"], **PROJECT),
    call("QuerySolutionDeviceGroupPage", **PROJECT, **PAGE_ID),
    AdvanceClock(10),
    call("QuerySpeechPushJob", {"job": "Data.List.Items.0.Code"}, **PROJECT, **PAGE_ID),
    call("QuerySpeechPushJobDevice", JobCode="<job>", **PAGE_ID),
    call("QuerySpeechPushJobSpeech", JobCode="<job>", **PAGE_ID),
    call("SpeechByCombination", CombinationList=["HELLO"], SpeechId="order1", **LAMP),
    call("SyncSpeechByCombination", CombinationList=["HELLO"], **LAMP),
    call("SpeechBySynthesis", Text="你好", Voice="Xiaoyun", AudioFormat="wav", **LAMP),
    call("QuerySpeechDevice", **PROJECT, **PAGE_ID),
    call("QueryDeviceSpeech", IotId="<iot_id>", **PAGE_ID),
    call("GetSpeechDeviceDetail", IotId="<iot_id>"),
    call("DeleteDeviceSpeech", IotId="<iot_id>", DeviceSpeechList=[{"BizCode": "HELLO", "AudioFormat": "wav"}]),
    call("DeleteSpeech", SpeechCodeList=["<speech>"]),
]

PRINT: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call("PrintByTemplate", TemplateBizCode="receipt", ParamsJsonString='{"name":"soup","price":"3"}', **LAMP),
]

_LICENSE = {"LicenseCode": "480P", "ProductKey": "<key>"}

AV_LICENSE: list[Step] = [
    product(),
    device(),
    call("BindLicenseProduct", **_LICENSE),
    call("BindLicenseDevice", {"progress": "Data.CheckProgressId"}, IotIdList=["<iot_id>"], **_LICENSE),
    AdvanceClock(1),
    call("CheckBindLicenseDeviceProgress", CheckProgressId="<progress>", **_LICENSE),
    call("QueryLicenseDeviceList", **_LICENSE, **PAGE_ID),
    call("UnbindLicenseProduct", **_LICENSE),
]

SOUND_CODE: list[Step] = [
    call("CreateSoundCode", {"code": "Data"}, Duration=2, SoundCodeContent="www.example.com", Name="site"),
    call("UpdateSoundCode", SoundCode="<code>", Name="site_2", Duration=3, SoundCodeContent="www.example.org"),
    call("QuerySoundCodeList", **PAGE_ID),
    call("GetSoundCodeAudio", SoundCodeList=["<code>"]),
    call("DeleteSoundCode", SoundCode="<code>"),
    call(
        "CreateSoundCodeSchedule",
        {"schedule": "Data"},
        Name="week",
        Description="one week",
        StartDate="2030-03-01",
        EndDate="2030-03-07",
    ),
    call("UpdateSoundCodeSchedule", ScheduleCode="<schedule>", Name="weeks", EndDate="2030-03-14", Status="WORKING"),
    call("QuerySoundCodeScheduleList", **PAGE_ID),
    call("GetSoundCodeSchedule", ScheduleCode="<schedule>"),
    call(
        "CreateSchedulePeriod",
        {"period": "Data"},
        ScheduleCode="<schedule>",
        Description="night",
        StartTime="00:00",
        EndTime="01:00",
        SoundCodeContent="www.example.com",
    ),
    call("UpdateSchedulePeriod", PeriodCode="<period>", Description="late", SoundCodeContent="www.example.org"),
    call("QuerySchedulePeriodList", ScheduleCode="<schedule>", **PAGE_ID),
    call("DeleteSchedulePeriod", PeriodCode="<period>"),
    call("CreateSoundCodeLabel", {"label": "Data"}, ScheduleCode="<schedule>", Label="door"),
    call("UpdateSoundCodeLabel", SoundCode="<label>", Label="gate"),
    call("QuerySoundCodeLabelList", ScheduleCode="<schedule>", **PAGE_ID),
    call("BatchCreateSoundCodeLabel", ScheduleCode="<schedule>", Total=3, Description="three"),
    call(
        "BatchCreateSoundCodeLabelWithLabels",
        {"batch": "Data"},
        ScheduleCode="<schedule>",
        Labels=["window", "gate"],
        Description="two",
    ),
    AdvanceClock(10),
    call("QuerySoundCodeLabelBatchList", ScheduleCode="<schedule>", **PAGE_ID),
    call("QuerySoundCodeLabelBatchFailedResult", BatchCode="<batch>"),
    call("PackageSoundCodeLabelBatchAudio", BatchCode="<batch>"),
    call("RetrySoundCodeLabelBatch", BatchCode="<batch>"),
    call("DeleteSoundCodeLabel", SoundCode="<label>"),
    AdvanceClock(10),
    call("DeleteSoundCodeSchedule", ScheduleCode="<schedule>"),
]

LOCATION: list[Step] = [
    *product_with_thing_model(),
    devices("<key>", "lamp-0001", profile=ACTIVE_PROFILE),
    AdvanceClock(5),
    call("GisQueryDeviceLocation", ThingList=[LAMP]),
    call("GisSearchDeviceTrace", StartTime="<hour_ago>", EndTime="<hour_ahead>", MapMatch=0, **LAMP),
]

OCR: list[Step] = [
    call("RecognizeCarNum", Url=_image_url("浙A12345")),
    call("RecognizePictureGeneral", Url=_image_url("no parking")),
]

SERVICE: list[Step] = [call("OpenIotService")]

_DISTRIBUTION_PARAMS = {"SourceInstanceId": PUBLIC_INSTANCE, "TargetUid": ACCOUNT}

DISTRIBUTION: list[Step] = [
    product(),
    device(),
    call(
        "CreateDeviceDistributeJob",
        {"job": "JobId"},
        ProductKey="<key>",
        DeviceName=["lamp-0001"],
        Strategy=0,
        TargetInstanceConfig=[{"TargetInstanceId": INSTANCE}],
        TargetAliyunId="io@example.com",
        **_DISTRIBUTION_PARAMS,
    ),
    call("QueryDeviceDistributeJob", JobId="<job>"),
    AdvanceClock(10),
    call("ListDeviceDistributeJob", **PAGE),
    call("QueryDeviceDistributeDetail", JobId="<job>"),
    call("ListDistributedDevice", **PAGE),
    call("CreateProductDistributeJob", ProductKey="<key>", TargetInstanceId="iot-cn-7kb2y", **_DISTRIBUTION_PARAMS),
    AdvanceClock(10),
    call("ListDistributedProduct", **PAGE),
    call("DeleteDeviceDistributeJob", JobId="<job>"),
]

TABLES: dict[str, list[Step]] = {
    "product": PRODUCT,
    "device": DEVICE,
    "tunnel": TUNNEL,
    "group": GROUP,
    "thing_model": THING_MODEL,
    "thing_model_data": THING_MODEL_DATA,
    "job": JOB,
    "topic": TOPIC,
    "rule": RULE,
    "parser": PARSER,
    "message": MESSAGE,
    "subscription": SUBSCRIPTION,
    "shadow": SHADOW,
    "ota": OTA,
    "speech": SPEECH,
    "print": PRINT,
    "av_license": AV_LICENSE,
    "sound_code": SOUND_CODE,
    "location": LOCATION,
    "ocr": OCR,
    "service": SERVICE,
    "distribution": DISTRIBUTION,
}


#: Script that converts two bytes to the property level.
_TRANSLATION = """
function protocolToRawData(json) { return []; }
function rawDataToProtocol(bytes) {
  return {id: "1", version: "1.0", method: "thing.event.property.post", params: {level: bytes[0] * 256 + bytes[1]}};
}
"""


def create_device_artifacts(platform: Any) -> dict[str, str]:
    """Upload a file from a device, register a client id and send a raw message, on an emulator in this process.

    Returns:
        Values that the calls in ``DEVICE_ARTIFACTS`` need.
    """
    from ansible_collections.iotops.aliyun.emulator.routing.uplink import receive
    from ansible_collections.iotops.aliyun.emulator.services.device.client_ids import add_client_id
    from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

    key = platform.call("CreateProduct", {"ProductName": "street_light", "NodeType": "0"})["ProductKey"]
    platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": "lamp-0001"})
    lamp = platform.store.one("device", device_name="lamp-0001")
    platform.run(lambda ctx: add_file(ctx, lamp, "log.txt", b"x" * 2000))
    platform.run(lambda ctx: add_client_id(ctx, lamp))

    product_params = {
        "ProductName": "old_meter",
        "NodeType": "0",
        "AliyunCommodityCode": "iothub_senior",
        "DataFormat": "0",
    }
    key = platform.call("CreateProduct", product_params)["ProductKey"]
    platform.call("CreateThingScript", {"ProductKey": key, "ScriptType": "JavaScript", "ScriptContent": _TRANSLATION})
    platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": "meter-0001"})
    meter = platform.store.one("device", device_name="meter-0001")
    topic = f"/sys/{key}/meter-0001/thing/model/up_raw"
    return {"report": str(platform.run(lambda ctx: receive(ctx, meter, topic, b"\x01\x02")))}


DEVICE_ARTIFACTS: list[Step] = [
    call("QueryProductList", {"key": "Data.List.ProductInfo.1.ProductKey"}, **PAGE),
    call("QueryMessageInfo", UniMsgId="<report>"),
    call("QueryDeviceInfo", {"iot_id": "Data.IotId"}, **LAMP),
    call("QueryDeviceFileList", {"file": "Data.FileSummary.0.FileId"}, **LAMP, **PAGE),
    call("QueryDeviceFile", FileId="<file>", **LAMP),
    call("DeleteDeviceFile", FileId="<file>", **LAMP),
    call("QueryClientIds", {"client": "Data.DynamicRegClientIds.0.ClientId"}, IotId="<iot_id>"),
    call("TransformClientId", ClientId="<client>", IotId="<iot_id>"),
    call("DeleteClientIds", IotId="<iot_id>"),
]
