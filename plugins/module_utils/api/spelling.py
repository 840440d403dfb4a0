# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Spellings of error codes.

The machine-read manual dropped letters in some error codes. The vendor's published lists have the correct spelling. Older
responses and documents may contain either; both mean the same.
"""

from __future__ import annotations

#: The spelling in the manual, and the vendor's spelling.
MISPRINTS = {
    "iot.check.ParametersNotLessThanMax": "iot.check.ParameterIsNotLessThanMax",
    "iot.device.CreateDeviceTasksRunning": "iot.device.CreateDeviceTaskIsRunning",
    "iot.firmware.CancelOptionsMandatory": "iot.firmware.CancelOptionIsMandatory",
    "iot.firmware.SrcVersionsMandatory": "iot.firmware.SrcVersionIsMandatory",
    "iot.messagebroker.QueryTopicReverseRouteTableListActionError": (
        "iot.messageborker.QueryTopicReverseRouteTableListActionError"
    ),
    "iot.messagebroker.QueryTopicRouteTableListActionError": "iot.messageborker.QueryTopicRouteTableListActionError",
    "iot.messagebroker.TopicTemplatsNotFound": "iot.messagebroker.TopicTemplateIsNotFound",
    "iot.prod.InvalidFormattedProductKey": "iot.prod.InvalidFormattedProductkey",
    "iot.rule.RuleActionsAlreadyCreated": "iot.rule.RuleActionIsAlreadyCreated",
    "iot.rule.RuleNamesAlreadyExisted": "iot.rule.RuleNameIsAlreadyExisted",
    "iot.ruleng.IncorrectActionTypeError": "iot.ruleng.IncorrectActionTypeForError",
    "iot.ruleng.RuleActionConfigurationsNotJson": "iot.ruleng.RuleActionConfigurationIsNotJson",
    "iot.ruleng.RuleAlreadyStarted": "iot.ruleng.RuleAlreadyIsStarted",
    "iot.ruleng.TopicsNotUnique": "iot.ruleng.TopicIsNotUnique",
    "iot.system.BillsOverDue": "iot.system.BillIsOverDue",
}

_BY_LOWER_CASE = {misprint.lower(): code for misprint, code in MISPRINTS.items()}


def vendor_spelling(code: str) -> str:
    """Return an error code in the vendor's spelling."""
    return _BY_LOWER_CASE.get(code.lower(), code)
