# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Configurations that name a place in another cloud product: JSON texts with a region and a role of RAM.

Which error code a wrong one gets differs from family to family, so these functions only judge.
"""

from __future__ import annotations

import json
import re
from typing import Any

_REGION = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
_ROLE_ARN = re.compile(r"acs:ram::[^:/\s]+:role/\S+")


def parse_object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, or None where it is none."""
    try:
        value = json.loads(text)
        # NaN and half a surrogate pair can be read, but could be given back to nobody.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_non_blank(value: Any) -> bool:
    """Whether a member is a text that says something."""
    return isinstance(value, str) and value.strip() != ""


def is_region(value: Any) -> bool:
    """Whether a member has the form of a region's id, such as ``cn-shanghai``."""
    return isinstance(value, str) and _REGION.fullmatch(value) is not None


def is_role_arn(value: Any) -> bool:
    """Whether a member has the form of a role's ARN, such as ``acs:ram::5645:role/aliyuniotaccessingmnsrole``."""
    return isinstance(value, str) and _ROLE_ARN.fullmatch(value) is not None
