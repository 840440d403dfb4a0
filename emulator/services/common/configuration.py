# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check configurations of resources in other cloud products: JSON objects with a region and a RAM role.

The functions only return whether a value is valid: the error code for an invalid value differs between API families.
"""

from __future__ import annotations

import json
import re
from typing import Any

_REGION = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
_ROLE_ARN = re.compile(r"acs:ram::[^:/\s]+:role/\S+")


def parse_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that ``text`` contains, or None if it is not a JSON object."""
    try:
        value = json.loads(text)
        # json.loads accepts NaN and single surrogates, but a response cannot contain them.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_non_blank(value: Any) -> bool:
    """Return whether a value is a string with at least one character that is not whitespace."""
    return isinstance(value, str) and value.strip() != ""


def is_region(value: Any) -> bool:
    """Return whether a value has the format of a region ID, such as ``cn-shanghai``."""
    return isinstance(value, str) and _REGION.fullmatch(value) is not None


def is_role_arn(value: Any) -> bool:
    """Return whether a value has the format of a role ARN, such as ``acs:ram::5645:role/aliyuniotaccessingmnsrole``."""
    return isinstance(value, str) and _ROLE_ARN.fullmatch(value) is not None
