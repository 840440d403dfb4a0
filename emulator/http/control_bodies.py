# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validate request bodies of the control endpoints."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row


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


def find_product_row(ctx: Context, key_or_name: str) -> Row:
    """Return the row of a product. Raises ValueError if it does not exist."""
    product = ctx.store.one("product", product_key=key_or_name) or ctx.store.one("product", product_name=key_or_name)
    if product is None:
        raise ValueError(f"the product {key_or_name} does not exist")
    return product
