# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Find the owner of a topic, and the topics that need a subscription."""

from __future__ import annotations

import re
from typing import NamedTuple

from ansible_collections.iotops.aliyun.emulator.core.topics import DEVICE_NAME
from ansible_collections.iotops.aliyun.emulator.outbox.downlink import BROADCAST_PREFIX

_OWN = rf"/(?P<product_key>[A-Za-z0-9]+)/(?P<device_name>{DEVICE_NAME})"
_SYSTEM = re.compile(
    rf"(?:/sys|/shadow/(?:update|get)|/ota/device/[a-z]+|/ext/(?!rrpc/)[a-z_]+|/ext/rrpc/[^/]+(?:/sys)?){_OWN}(?:/.*)?"
)
_CUSTOM = re.compile(rf"{_OWN}/user(?:/.*)?")
_BROADCAST = re.compile(rf"{BROADCAST_PREFIX}(?P<product_key>[A-Za-z0-9]+)/.+")


# Topic filters that SDKs subscribe to, without the names of the device. Only messages for the device itself match.
_WITHOUT_NAMES = frozenset(
    ("/ext/rrpc/#", "/ext/rrpc/+/#", "/ext/register", "/ext/regnwl", "/ext/auth/identity/response")
)


class Owner(NamedTuple):
    """The owner of a topic: a device, or all devices of a product if ``device_name`` is None."""

    product_key: str
    device_name: str | None


def topic_owner(topic: str) -> Owner | None:
    """Return the owner of a topic or topic filter; None if it has no owner or belongs to several devices.

    Topics can have a query, such as ``?_sn=default`` or ``?_rid=…``, with which the SDK for C marks messages.
    """
    topic = topic.partition("?")[0]
    for pattern in (_SYSTEM, _CUSTOM):
        match = pattern.fullmatch(topic)
        if match:
            return Owner(**match.groupdict())
    match = _BROADCAST.fullmatch(topic)
    return Owner(match["product_key"], None) if match else None


def is_for_any_device(topic_filter: str) -> bool:
    """Return whether any device can subscribe to a topic filter, although it does not contain its names."""
    return topic_filter in _WITHOUT_NAMES


def needs_subscription(topic: str) -> bool:
    """Return whether devices receive messages on a topic or topic filter only after they subscribed to it."""
    return topic.startswith(BROADCAST_PREFIX) or _CUSTOM.fullmatch(topic) is not None


def has_wildcard(topic: str) -> bool:
    """Return whether ``topic`` is a filter with wildcards."""
    return "+" in topic or "#" in topic
