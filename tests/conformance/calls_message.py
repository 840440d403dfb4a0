# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of calls: topics, rules, parsers, messages and subscriptions."""

from __future__ import annotations

from .call_parts import LAMP, NUMBERED_PAGE, PAGE, device, product
from .steps import Json, Step, base64_of, call, devices

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
