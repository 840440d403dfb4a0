# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Custom topic classes and routes between topics (manual chapter 4.14)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, message, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **message.ERRORS, **product.ERRORS}

OPERATIONS = {
    "CreateProductTopic": Operation(
        "4.14.1", CREATE, 1,
        "Operation! ProductKey! TopicShortName! Codec Desc EnableProxySubscribe:bool",
        response="TopicId:int",
        sdk_only=("Codec", "EnableProxySubscribe"),
    ),
    "UpdateProductTopic": Operation(
        "4.14.2", SET, 50,
        "Operation! TopicId! TopicShortName! Codec Desc EnableProxySubscribe:bool",
        sdk_only=("Codec", "EnableProxySubscribe"),
    ),
    "QueryProductTopic": Operation(
        "4.14.3", READ, 3,
        "ProductKey!",
        response="Data{ProductTopicInfo[Codec Desc EnableProxySubscribe:bool Id Operation ProductKey TopicShortName]}",
        changed_by=("CreateProductTopic", "UpdateProductTopic", "DeleteProductTopic"),
    ),
    "DeleteProductTopic": Operation(
        "4.14.4", DELETE, 50,
        "TopicId!",
        not_found_codes=("iot.messagebroker.TopicTemplateIsNotFound",),
    ),
    "CreateTopicRouteTable": Operation(
        "4.14.5", SET, 50,
        "DstTopic![] SrcTopic!",
        response="FailureTopics{Topic[]} IsAllSucceed:bool",
        limits={"DstTopic": 100},
    ),
    "DeleteTopicRouteTable": Operation(
        "4.14.6", DELETE, 50,
        "DstTopic![] SrcTopic!",
        response="FailureTopics{Topic[]} IsAllSucceed:bool",
    ),
    "QueryTopicReverseRouteTable": Operation(
        "4.14.7", READ, 50,
        "Topic! RegionId",
        response="SrcTopics{Topic[]}",
    ),
    "QueryTopicRouteTable": Operation(
        "4.14.8", READ, 50,
        "Topic!",
        response="DstTopics{Topic[]}",
    ),
}
