# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compare complete replies of the main read operations with snapshots; values that differ between runs are masked.

``pytest tests/conformance --update-snapshots`` stores the current replies as the expected ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import SECRET_MEMBERS

from .calls import TABLES
from .steps import run_steps, to_request_params

#: Read operations whose replies are compared with snapshots, by the family whose table calls them.
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

# Patterns to mask in every text, in this order.
_MASKS = (
    (re.compile(r"https?://127\.0\.0\.1:\d+/\S*"), "<url>"),
    (re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+Z?|Z)?"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d GMT"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d CST \d{4}"), "<time>"),
    (re.compile(r"\ba1[A-Za-z0-9]{9}\b"), "<product key>"),
    (re.compile(r"\b\d{13}\b"), "<milliseconds>"),
    # Ids in messages of devices count all messages, so they depend on when simulated devices report.
    (re.compile(r'(?<="id":")\d{1,10}(?=")'), "<message id>"),
    (re.compile(r"\b\d{17,19}\b"), "<message id>"),
    (re.compile(r"\b(?=[A-Za-z]*\d)[A-Za-z0-9]{15,}\b"), "<id>"),
)
# Ids of these members are masked even without a digit, which distinguishes ids from other texts elsewhere.
_ID = re.compile(r"[A-Za-z0-9]{15,}")
_ID_MEMBER = re.compile(r"\w*(?:Id|Ids|Code)|NextToken|TargetGroup")
# Timestamps in the metadata of shadows are in seconds.
_SECONDS = re.compile(r'("timestamp": ?)\d{10}\b')


def mask_values(value: Any, name: str = "") -> Any:
    """Return a reply with placeholders for values that differ between runs."""
    if isinstance(value, dict):
        return {member: mask_values(inner, member) for member, inner in value.items()}
    if isinstance(value, list):
        return [mask_values(inner, name) for inner in value]
    if name in SECRET_MEMBERS and value:
        return "<secret>"
    if isinstance(value, str) and _ID_MEMBER.fullmatch(name) and _ID.fullmatch(value):
        return "<id>"
    if isinstance(value, int) and not isinstance(value, bool):
        text = mask_values(str(value))
        return value if text == str(value) else text
    if isinstance(value, str):
        for pattern, replacement in _MASKS:
            value = pattern.sub(replacement, value)
        return _SECONDS.sub(r"\1<seconds>", value)
    return value


@pytest.mark.parametrize("family", READS)
def test_replies_of_read_operations_match_snapshots(family, server, snapshot):
    replies: dict[str, list[Any]] = defaultdict(list)

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        return server.call(operation, **to_request_params(params))[1]

    for step, params, reply in run_steps(TABLES[family], server, caller):
        assert reply["Success"] is True, (step.operation, params, reply)
        if step.operation in READS[family]:
            replies[step.operation].append(mask_values(reply))
    assert set(replies) == set(READS[family])
    snapshot(f"replies/{family}", replies)
