# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""References to resources of other Alibaba Cloud services: a region, and the RAM role that gives access to them."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import contains_pending

REGION = r"[a-z]+(-[a-z0-9]+)+"
ROLE_ARN = r"acs:ram::[^:/\s]+:role/\S+"


def find_problem(configuration: dict, names: tuple[str, ...]) -> str:
    """Return which member of a configuration is invalid; an empty string if none is.

    Args:
        configuration: The configuration. Missing members are valid.
        names: The members that must be strings.
    """
    role = configuration.get("role")
    members = {name: configuration[name] for name in (*names, "regionName") if name in configuration}
    members.update({f"role.{name}": text for name, text in role.items()} if isinstance(role, dict) else {})
    for name, text in members.items():
        is_known = name in (*names, "regionName", "role.roleArn", "role.roleName")
        if is_known and not _is_text(text):
            return f"{name} must be a string that is not blank, not {text!r}"
    for name, pattern, example in (
        ("regionName", REGION, "the ID of a region such as cn-shanghai"),
        ("role.roleArn", ROLE_ARN, "the ARN of a RAM role, acs:ram::{account}:role/{name}"),
    ):
        text = members.get(name)
        if text is not None and not contains_pending(text) and not re.fullmatch(pattern, text):
            return f"{name} must be {example}, not {text!r}"
    return ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""
