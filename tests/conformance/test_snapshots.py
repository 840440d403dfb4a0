# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whole replies of what is read most, with what differs from run to run masked.

``pytest tests/conformance --update-snapshots`` keeps the replies of today as those that are right.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import SECRET_MEMBERS

from .calls import TABLES
from .steps import as_sent, carry_out

#: The reads whose replies are kept, by the family whose table makes the calls.
READS = {
    "product": ("QueryProduct", "QueryProductList", "ListProductTags", "QueryProductCertInfo"),
    "device": (
        "QueryDeviceDetail",
        "QueryDevice",
        "BatchGetDeviceState",
        "QueryBatchRegisterDeviceStatus",
        "QueryDeviceBySQL",
        "GetThingTopo",
        "GetLoraNodesTask",
    ),
    "tunnel": ("QueryDeviceTunnel",),
    "group": ("QueryDeviceGroupInfo", "QueryDynamicGroupDevices"),
    "thing_model": ("GetThingModelTsl", "QueryThingModelPublished", "ListThingModelVersion"),
    "thing_model_data": (
        "QueryDevicePropertyStatus",
        "QueryDeviceDesiredProperty",
        "QueryDeviceEventData",
        "QueryDeviceServiceData",
    ),
    "job": ("QueryJob", "ListTask", "QueryJobStatistics"),
    "topic": ("QueryProductTopic",),
    "rule": ("GetRule", "ListRuleActions"),
    "parser": ("GetParser", "ListParserDestination"),
    "message": ("QueryMessageInfo",),
    "subscription": ("QuerySubscribeRelation", "QueryConsumerGroupStatus"),
    "shadow": ("GetDeviceShadow",),
    "ota": ("QueryOTAFirmware", "QueryOTAJob", "ListOTATaskByJob"),
    "speech": ("QuerySpeech", "QuerySpeechPushJob"),
    "sound_code": ("GetSoundCodeSchedule", "QuerySoundCodeLabelBatchList"),
    "distribution": ("QueryDeviceDistributeJob", "ListDistributedDevice"),
}

# What is masked in any text, in this order.
_MASKS = (
    (re.compile(r"https?://127\.0\.0\.1:\d+/\S*"), "<url>"),
    (re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+Z?|Z)?"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d GMT"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d CST \d{4}"), "<time>"),
    (re.compile(r"\ba1[A-Za-z0-9]{9}\b"), "<product key>"),
    (re.compile(r"\b\d{13}\b"), "<milliseconds>"),
    (re.compile(r"\b\d{17,19}\b"), "<message id>"),
    (re.compile(r"\b(?=[A-Za-z]*\d)[A-Za-z0-9]{15,}\b"), "<id>"),
)
# Not all of them have a digit, by which any other text can be told from them.
_ID = re.compile(r"[A-Za-z0-9]{15,}")
_ID_MEMBER = re.compile(r"\w*(?:Id|Ids|Code)|NextToken|TargetGroup")
# Times of the shadow's metadata are seconds.
_SECONDS = re.compile(r'("timestamp": ?)\d{10}\b')


def masked(value: Any, name: str = "") -> Any:
    """A reply without what differs from run to run."""
    if isinstance(value, dict):
        return {member: masked(inner, member) for member, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name) for inner in value]
    if name in SECRET_MEMBERS and value:
        return "<secret>"
    if isinstance(value, str) and _ID_MEMBER.fullmatch(name) and _ID.fullmatch(value):
        return "<id>"
    if isinstance(value, int) and not isinstance(value, bool):
        text = masked(str(value))
        return value if text == str(value) else text
    if isinstance(value, str):
        for pattern, mask in _MASKS:
            value = pattern.sub(mask, value)
        return _SECONDS.sub(r"\1<seconds>", value)
    return value


@pytest.mark.parametrize("family", READS)
def test_whole_replies(family, server, snapshot):
    replies: dict[str, list[Any]] = defaultdict(list)

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        return server.call(operation, **as_sent(params))[1]

    for step, params, reply in carry_out(TABLES[family], server, caller):
        assert reply["Success"] is True, (step.operation, params, reply)
        if step.operation in READS[family]:
            replies[step.operation].append(masked(reply))
    assert set(replies) == set(READS[family])
    snapshot(f"replies/{family}", replies)
