# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parse topics of messages and compare them with topic filters."""

from __future__ import annotations

import re
from typing import NamedTuple

#: A device name as one level of a topic, as text of a regular expression.
DEVICE_NAME = r"[A-Za-z0-9_.:@-]+"

_CUSTOM = re.compile(rf"/([A-Za-z0-9]+)/({DEVICE_NAME})/(user(?:/[A-Za-z0-9_]+)+)")


class CustomTopic(NamedTuple):
    """The parts of a custom topic; ``short_name`` is the part after the device name, such as ``user/get``."""

    product_key: str
    device_name: str
    short_name: str


def custom_topic(topic: str) -> CustomTopic | None:
    """Return the parts of ``/{productKey}/{deviceName}/user/…``, or None if ``topic`` is not a custom topic."""
    match = _CUSTOM.fullmatch(topic)
    return CustomTopic(*match.groups()) if match else None


def filter_matches(pattern: str, topic: str) -> bool:
    """Return whether a filter matches ``topic``: ``+`` is any single level, ``#`` at the end all remaining levels."""
    filter_levels = pattern.split("/")
    levels = topic.split("/")
    if filter_levels[-1] == "#":
        # "a/#" also matches "a", as in MQTT.
        filter_levels.pop()
        if len(levels) < len(filter_levels):
            return False
        levels = levels[: len(filter_levels)]
    return len(filter_levels) == len(levels) and all(
        wanted in ("+", level) for wanted, level in zip(filter_levels, levels, strict=True)
    )


def filter_overlaps(pattern: str, topic: str) -> bool:
    """Return whether a filter matches any topic of the form ``topic``, in which ``+`` is any single level as well."""
    if "+" not in topic:  # the usual case: the topic of a message
        return filter_matches(pattern, topic)
    levels = topic.split("/")
    wildcards = {number for number, level in enumerate(levels) if level == "+"}
    filter_levels = ["+" if number in wildcards else level for number, level in enumerate(pattern.split("/"))]
    return filter_matches("/".join(filter_levels), topic)
