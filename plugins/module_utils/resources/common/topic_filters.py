# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A check of the topics from which rules and parsers select messages (manual sections 4.15.1 and 4.16.13).

A topic has a level for the device, ``{device or +}/{other levels}``. Topics without it are rejected, and wildcards at
invalid places. The check does not know all topics of the platform, because the vendor adds some.
"""

from __future__ import annotations

import re

#: The first level of system topics, after the device.
_SYSTEM_ROOTS = ("thing", "_thing", "ota", "edge", "ext", "config", "shadow", "rrpc", "broadcast", "deviceinfo")

#: The first level of custom topics, after the device.
_CUSTOM_ROOTS = ("user", "+", "*", "#")

_DEVICE = re.compile(r"[+*]|[A-Za-z0-9_@.:-]+")
#: The topic of the status of an OTA job, in which two IDs replace the device.
_JOB_STATUS = re.compile(r"[^/]+/[^/]+/ota/job/status")


def find_problem(short_topic: str, kind: str = "") -> str:
    """Return why a rule or a parser cannot select messages from a topic; an empty string if it may.

    Args:
        short_topic: The topic without the product. It can start with a slash.
        kind: ``system``, ``custom`` or ``status``; derived from the topic if it is empty.
    """
    first, *levels = short_topic[short_topic.startswith("/") :].split("/")
    if not first or "" in levels or any(character.isspace() for character in short_topic):
        return "must have no empty levels and no spaces"
    if any("#" in level for level in (first, *levels[:-1])) or (levels and "#" in levels[-1] and levels[-1] != "#"):
        return "can have the wildcard # as the last level only, after the device"
    if any(sign in level and level != sign for level in (first, *levels) for sign in "+*"):
        return "can have a wildcard as a whole level only"
    if _JOB_STATUS.fullmatch("/".join((first, *levels))):
        return "" if kind in ("", "system") else f"is a system topic, not a topic of the type {kind}"
    if not _DEVICE.fullmatch(first):
        return f"must start with the name of a device or a wildcard, not with {first}"
    if kind == "status":
        return "must be the name of a device or a wildcard for topic_type: status" if levels else ""
    if not levels:
        return "must have levels after the device" if kind else ""
    # Custom topics of old products are not below "user", so a topic is custom unless it has no level for the device.
    allowed = {"system": _SYSTEM_ROOTS, "custom": _CUSTOM_ROOTS}.get(kind, (*_CUSTOM_ROOTS, *_SYSTEM_ROOTS))
    if levels[0] in allowed or (kind != "system" and first not in ("user", *_SYSTEM_ROOTS)):
        return ""
    example = "+/thing/event/property/post" if kind == "system" else "+/user/get"
    return f"must start with the name of a device or a wildcard, such as {example}"
