# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of calls: products, devices, tunnels, groups, locations and distribution."""

from __future__ import annotations

import hmac
from typing import Any

from .call_parts import (
    ACCOUNT,
    ACTIVE_PROFILE,
    INSTANCE,
    LAMP,
    PAGE,
    PUBLIC_INSTANCE,
    device,
    product,
    product_with_thing_model,
)
from .steps import AdvanceClock, Compute, Json, Step, call, devices

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

LOCATION: list[Step] = [
    *product_with_thing_model(),
    devices("<key>", "lamp-0001", profile=ACTIVE_PROFILE),
    AdvanceClock(5),
    call("GisQueryDeviceLocation", ThingList=[LAMP]),
    call("GisSearchDeviceTrace", StartTime="<hour_ago>", EndTime="<hour_ahead>", MapMatch=0, **LAMP),
]

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
