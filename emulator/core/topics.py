# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The topics that messages travel on, and filters that mean many of them."""

from __future__ import annotations

import re
from typing import NamedTuple

#: A device's name as one level of a topic, as the text of a regular expression.
DEVICE_NAME = r"[A-Za-z0-9_.:@-]+"

_CUSTOM = re.compile(rf"/([A-Za-z0-9]+)/({DEVICE_NAME})/(user(?:/[A-Za-z0-9_]+)+)")


class CustomTopic(NamedTuple):
    """A device's custom topic taken apart; ``short_name`` is all of it below the device, such as ``user/get``."""

    product_key: str
    device_name: str
    short_name: str


def custom_topic(topic: str) -> CustomTopic | None:
    """The parts of ``/{productKey}/{deviceName}/user/…``, or None where ``topic`` is no such topic."""
    match = _CUSTOM.fullmatch(topic)
    return CustomTopic(*match.groups()) if match else None


def filter_matches(pattern: str, topic: str) -> bool:
    """Whether a filter means ``topic``: ``+`` stands for any one level, ``#`` at the end for all further ones."""
    wanted = pattern.split("/")
    levels = topic.split("/")
    if wanted[-1] == "#":
        # The filter means the level above the sign as well, as MQTT has it.
        wanted.pop()
        if len(levels) < len(wanted):
            return False
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(one in ("+", level) for one, level in zip(wanted, levels, strict=True))


def filter_overlaps(pattern: str, topic: str) -> bool:
    """Whether a filter means some topic that is like ``topic``, in which ``+`` stands for any one level, too."""
    if "+" not in topic:  # as that of every message
        return filter_matches(pattern, topic)
    levels = topic.split("/")
    open_levels = {number for number, level in enumerate(levels) if level == "+"}
    wanted = ["+" if number in open_levels else level for number, level in enumerate(pattern.split("/"))]
    return filter_matches("/".join(wanted), topic)
