# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags of products (manual chapter 4.7)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.tags import MAX_TAGS, invalid_tags
from ansible_collections.iotops.aliyun.emulator.services.product.product import NEWEST_FIRST, find_product

TABLES = """
CREATE TABLE IF NOT EXISTS product_tag (
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    PRIMARY KEY (product_key, tag_key)
);
CREATE INDEX IF NOT EXISTS product_tag_by_key ON product_tag (tag_key, tag_value);
"""


@operation
def create_product_tags(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.6: Add tags to a product. If the product already has a key, its value is replaced."""
    product = find_product(ctx, p["ProductKey"])
    tags = _validated_tags(p)
    existing_keys = _tag_keys(ctx, product)
    if len(existing_keys | {tag["TagKey"] for tag in tags}) > MAX_TAGS:
        raise ApiError("iot.system.IllegalRequest", f"A product can have at most {MAX_TAGS} tags")
    _store_tags(ctx, product, tags)


@operation
def update_product_tags(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.7: Change the values of existing tags. A key that the product does not have is an error."""
    product = find_product(ctx, p["ProductKey"])
    tags = _validated_tags(p)
    existing_keys = _tag_keys(ctx, product)
    unknown = [tag for tag in tags if tag["TagKey"] not in existing_keys]
    if unknown:
        raise _invalid_tags_error(unknown)
    _store_tags(ctx, product, tags)


@operation
def delete_product_tags(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.8: Delete tags of a product. Keys that the product does not have are ignored."""
    product = find_product(ctx, p["ProductKey"])
    ctx.store.delete("product_tag", product_key=product["product_key"], tag_key=p["ProductTagKey"])


@operation
def list_product_tags(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.7.9: List the tags of a product."""
    product = find_product(ctx, p["ProductKey"])
    tags = ctx.store.all("product_tag", "tag_key", product_key=product["product_key"])
    return {"Data": {"ProductTag": [{"TagKey": tag["tag_key"], "TagValue": tag["tag_value"]} for tag in tags]}}


@operation
def list_product_by_tags(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.7.10: List the products that have any of the tags. A tag without a value matches every value."""
    page = requested_page(ctx, p)
    tags = p.get("ProductTag", [])
    if not tags or not all(tag.get("TagKey") for tag in tags):
        raise missing_parameter("ProductTag")
    terms = []
    values = []
    for tag in tags:
        if tag.get("TagValue"):
            terms.append("(tag_key = ? AND tag_value = ?)")
            values += [tag["TagKey"], tag["TagValue"]]
        else:
            terms.append("tag_key = ?")
            values.append(tag["TagKey"])
    matching = f"SELECT product_key FROM product_tag WHERE {' OR '.join(terms)}"
    products, _total = ctx.store.page_of(
        f"SELECT * FROM product WHERE product_key IN ({matching})", values, page.offset, page.size, NEWEST_FIRST
    )
    items = [
        omit_none(
            ProductKey=product["product_key"],
            ProductName=product["product_name"],
            NodeType=product["node_type"],
            Description=product["description"],
            CreateTime=product["created_at"],
        )
        for product in products
    ]
    return {"ProductInfos": {"ProductInfo": items}}


def _validated_tags(p: dict[str, Any]) -> list[dict[str, str]]:
    """Return the tags of a request. Raise an error if there are none or if one of them is invalid."""
    tags = p.get("ProductTag", [])
    if not tags:
        raise missing_parameter("ProductTag")
    invalid = invalid_tags(tags)
    if invalid:
        raise _invalid_tags_error(invalid)
    return tags


def _tag_keys(ctx: Context, product: Row) -> set[str]:
    return {tag["tag_key"] for tag in ctx.store.all("product_tag", product_key=product["product_key"])}


def _store_tags(ctx: Context, product: Row, tags: list[dict[str, str]]) -> None:
    for tag in tags:
        ctx.store.put(
            "product_tag",
            ("product_key", "tag_key"),
            product_key=product["product_key"],
            tag_key=tag["TagKey"],
            tag_value=tag["TagValue"],
        )


def _invalid_tags_error(tags: list[dict[str, str]]) -> ApiError:
    return ApiError("iot.common.InvalidFormattedParameter", InvalidProductTags={"ProductTag": tags})
