# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validate request bodies of the control endpoints."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def check_body(body: Any, members: Collection[str]) -> None:
    """Validate the members of a request body.

    Raises:
        ValueError: ``body`` is not an object, has an unknown member, or its member ``online`` is not a boolean.
    """
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    unknown = [name for name in body if name not in members]
    if unknown:
        raise ValueError(f"unknown member {unknown[0]}; the body can have {', '.join(members)}")
    if not isinstance(body.get("online", True), bool):
        raise ValueError("online must be true or false")
