# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""MQTT 5.0 properties of messages, by their names in the API (manual section 4.17.2) and in packets."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

# The API has Retained and TopicAlias as well, which the platform does not send to devices.
_NAMES = {
    "ContentType": "content_type",
    "MessageExpiryInterval": "message_expiry_interval",
    "PayloadFormatIndicator": "payload_format_indicator",
    "ResponseTopic": "response_topic",
}


def from_api(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a packet for those of the API."""
    found = {name: properties[api] for api, name in _NAMES.items() if api in properties}
    if "CorrelationData" in properties:
        text = properties["CorrelationData"].rstrip("=")
        found["correlation_data"] = base64.b64decode(text + "=" * (-len(text) % 4))
    if "UserProp" in properties:
        found["user_property"] = [(one["Key"], one["Value"]) for one in properties["UserProp"]]
    return found


def to_api(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of the API for those of a packet."""
    found = {api: properties[name] for api, name in _NAMES.items() if name in properties}
    if "correlation_data" in properties:
        found["CorrelationData"] = base64.b64encode(properties["correlation_data"]).decode()
    if "user_property" in properties:
        found["UserProp"] = [{"Key": key, "Value": value} for key, value in properties["user_property"]]
    return found
