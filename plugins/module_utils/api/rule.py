# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules, which forward messages by SQL (manual chapter 4.15)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import (
    common,
    message,
    product,
    rule,
    subscription,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **message.ERRORS, **product.ERRORS, **rule.ERRORS, **subscription.ERRORS}

OPERATIONS = {
    "CreateRule": Operation(
        "4.15.1", CREATE, 50,
        "Name! DataType ProductKey ResourceGroupId RuleDesc Select ShortTopic Topic TopicType:int Where",
        response="RuleId:int",
    ),
    "CreateRuleAction": Operation(
        "4.15.2", CREATE, 50,
        "Configuration! RuleId!:int Type! ErrorActionFlag:bool",
        response="ActionId:int",
    ),
    "DeleteRule": Operation(
        "4.15.3", DELETE, 50,
        "RuleId!:int",
        not_found_codes=("iot.rule.NotFoundRule",),
    ),
    "DeleteRuleAction": Operation(
        "4.15.4", DELETE, 50,
        "ActionId!:int",
        not_found_codes=("iot.rule.NotFoundRuleAction",),
    ),
    "GetRule": Operation(
        "4.15.5", READ, 50,
        "RuleId!:int",
        response=(
            "RuleInfo{CreateUserId:int Created DataType Id:int Modified Name ProductKey RuleDesc Select ShortTopic "
            "Status Topic TopicType:int UtcCreated UtcModified Where}"
        ),
        not_found_codes=("iot.rule.NotFoundRule",),
    ),
    "GetRuleAction": Operation(
        "4.15.6", READ, 50,
        "ActionId!:int",
        response="RuleActionInfo{Configuration ErrorActionFlag:bool Id:int RuleId:int Type}",
        not_found_codes=("iot.rule.NotFoundRuleAction",),
    ),
    "ListRule": Operation(
        "4.15.7", READ, 20,
        "CurrentPage!:int PageSize!:int ResourceGroupId",
        response=(
            "Data{RuleInfo[CreateUserId:int Created DataType Id:int Modified Name ProductKey RuleDesc Select "
            "ShortTopic Status Topic UtcCreated UtcModified Where]} Page:int PageSize:int Total:int"
        ),
        # Total is not used: the manual describes it as the number of pages, but its example shows the number of rules.
        pages=Pages("CurrentPage", 100, "Data.RuleInfo"),
        changed_by=("CreateRule", "UpdateRule", "DeleteRule", "StartRule", "StopRule"),
    ),
    "ListRuleActions": Operation(
        "4.15.8", READ, 50,
        "RuleId!:int",
        response="RuleActionList{RuleActionInfo[Configuration ErrorActionFlag:bool Id:int RuleId:int Status Type]}",
    ),
    "StartRule": Operation(
        "4.15.9", SET, 50,
        "RuleId!:int",
    ),
    "StopRule": Operation(
        "4.15.10", SET, 50,
        "RuleId!:int",
    ),
    "UpdateRule": Operation(
        "4.15.11", SET, 50,
        "RuleId!:int Name ProductKey RuleDesc Select ShortTopic Topic TopicType:int Where",
    ),
    "UpdateRuleAction": Operation(
        "4.15.12", SET, 50,
        "ActionId!:int Configuration! Type!",
    ),
}
