# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products: create, read, list, update, release and delete them (manual chapter 4.7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.services.product.join_permissions import JOIN_PERMISSIONS
from ansible_collections.iotops.aliyun.emulator.services.thing_model.template import category_name, validate_category

TABLES = """
CREATE TABLE IF NOT EXISTS product (
    product_key TEXT PRIMARY KEY,
    product_name TEXT NOT NULL UNIQUE,
    product_secret TEXT NOT NULL,
    commodity_code TEXT NOT NULL,
    node_type INTEGER NOT NULL,
    data_format INTEGER,  -- NULL if the product has no thing model
    net_type TEXT NOT NULL,  -- the name from the request; responses contain a number
    protocol_type TEXT,
    auth_type TEXT NOT NULL,
    validate_type INTEGER NOT NULL,
    category_key TEXT,
    publish_auto INTEGER NOT NULL,
    resource_group_id TEXT,
    description TEXT,
    status TEXT NOT NULL,
    filter_by_timestamp INTEGER NOT NULL DEFAULT 0,
    filter_by_value INTEGER NOT NULL DEFAULT 0,
    certificate_issuer INTEGER NOT NULL DEFAULT 1,
    device_count INTEGER NOT NULL DEFAULT 0,  -- maintained by triggers on the table device
    created_at INTEGER NOT NULL
);
"""

#: The maximum number of products of one instance.
MAX_PRODUCTS = 1000

DEVELOPMENT = "DEVELOPMENT_STATUS"
RELEASED = "RELEASE_STATUS"

BASIC = "iothub"
WITH_THING_MODEL = "iothub_senior"

# The numbers of responses. The manual lists none for LoRaWAN, so it gets the number of "other".
_NET_TYPES = {"WIFI": 3, "CELLULAR": 6, "ETHERNET": 7, "LORA": 8, "OTHER": 8}
_PROTOCOL_TYPES = ("modbus", "opc-ua", "customize", "ble", "zigbee")
_AUTH_TYPES = ("secret", "id2", "x509")
_CERTIFICATE_ISSUERS = (1, 3)

_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")
_NAME_WIDTH = (4, 30)
_MAX_DESCRIPTION_LENGTH = 100

NEWEST_FIRST = "created_at DESC, product.rowid DESC"

_BEFORE_DELETION: list[Callable[[Context, Row], None]] = []


def before_deletion(function: Callable[[Context, Row], None]) -> Callable[[Context, Row], None]:
    """Register a function to run before a product is deleted. It receives the context and the row of the product."""
    _BEFORE_DELETION.append(function)
    return function


def find_product(ctx: Context, product_key: str) -> Row:
    """Return the row of a product. Raise ApiError if the key is malformed or the product does not exist."""
    product = ctx.store.one("product", product_key=product_key)
    if product is None:
        if not (product_key.isascii() and product_key.isalnum()):
            raise ApiError("iot.prod.InvalidFormattedProductkey")
        raise ApiError("iot.prod.NotExistedProduct")
    return product


def _warn_if_released(ctx: Context, product: Row) -> None:
    if product["status"] == RELEASED:
        ctx.warn(
            "A released product cannot be changed or deleted. Call CancelReleaseProduct first",
            "user guide: release a product",
            "iot.prod.UpdateProductFailed",
        )


@operation
def create_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.7.1: Create a product."""
    name = p["ProductName"]
    _check_name(ctx, name)
    _check_description(p.get("Description"))
    if p["NodeType"] not in (0, 1):
        raise ApiError("iot.prod.InvalidNodeType")
    if ctx.store.count("product") >= MAX_PRODUCTS:
        raise ApiError("iot.prod.ProductCountExceedMax")
    product = {
        "product_key": ids.product_key(),
        "product_name": name,
        "product_secret": ids.secret(),
        "node_type": p["NodeType"],
        **_product_type_columns(p),
        **_connectivity_columns(p),
        "validate_type": _validated_choice(p, "ValidateType", (1, 2), 1),
        "category_key": validate_category(p.get("CategoryKey")),
        "publish_auto": p.get("PublishAuto", True),
        "resource_group_id": p.get("ResourceGroupId"),
        "description": p.get("Description"),
        "status": DEVELOPMENT,
        "created_at": ctx.now,
    }
    ctx.store.insert("product", **product)
    data = omit_none(
        ProductKey=product["product_key"],
        ProductName=name,
        ProductSecret=product["product_secret"],
        AliyunCommodityCode=product["commodity_code"],
        NodeType=product["node_type"],
        DataFormat=product["data_format"],
        ProtocolType=product["protocol_type"],
        AuthType=product["auth_type"],
        Id2=product["auth_type"] == "id2",
        Description=product["description"],
    )
    return {"Data": data, "ProductKey": product["product_key"]}


@operation
def query_product(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.7.2: Return the details of a product."""
    product = find_product(ctx, p["ProductKey"])
    data = omit_none(
        Owner=True,
        ProductKey=product["product_key"],
        ProductName=product["product_name"],
        ProductSecret=product["product_secret"],
        ProductStatus=product["status"],
        AliyunCommodityCode=product["commodity_code"],
        NodeType=product["node_type"],
        DataFormat=product["data_format"],
        NetType=_NET_TYPES[product["net_type"]],
        ProtocolType=product["protocol_type"],
        AuthType=product["auth_type"],
        Id2=product["auth_type"] == "id2",
        ValidateType=product["validate_type"],
        CategoryKey=product["category_key"],
        CategoryName=category_name(product["category_key"]),
        Description=product["description"],
        DeviceCount=product["device_count"],
        GmtCreate=product["created_at"],
    )
    return {"Data": data}


@operation
def query_product_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.7.3: List products, the newest first."""
    page = requested_page(ctx, p)
    code = p.get("AliyunCommodityCode")
    if code not in (None, BASIC, WITH_THING_MODEL):
        raise ApiError("iot.prod.InvalidAliyunCommodityCode")
    filters = omit_none(commodity_code=code, resource_group_id=p.get("ResourceGroupId"))
    products, total = ctx.store.page("product", page.offset, page.size, NEWEST_FIRST, **filters)
    items = [
        omit_none(
            ProductKey=product["product_key"],
            ProductName=product["product_name"],
            NodeType=product["node_type"],
            DataFormat=product["data_format"],
            AuthType=product["auth_type"],
            Description=product["description"],
            DeviceCount=product["device_count"],
            GmtCreate=product["created_at"],
        )
        for product in products
    ]
    return {
        "Data": {
            "CurrentPage": page.number,
            "PageSize": page.size,
            "PageCount": page.count(total),
            "Total": total,
            "List": {"ProductInfo": items},
        }
    }


@operation
def update_product(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.4: Update the name and the description of a product."""
    product = find_product(ctx, p["ProductKey"])
    _warn_if_released(ctx, product)
    if p["ProductName"] != product["product_name"]:
        _check_name(ctx, p["ProductName"])
    _check_description(p.get("Description"))
    changes = omit_none(product_name=p["ProductName"], description=p.get("Description"))
    ctx.store.update("product", changes, product_key=product["product_key"])


@operation
def delete_product(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.5: Delete a product and everything that belongs to it."""
    product = find_product(ctx, p["ProductKey"])
    _warn_if_released(ctx, product)
    for function in _BEFORE_DELETION:
        function(ctx, product)
    ctx.store.delete("product", product_key=product["product_key"])


@operation
def update_product_filter_config(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.11: Configure which reported property values the platform filters out."""
    product = find_product(ctx, p["ProductKey"])
    changes = {"filter_by_timestamp": p["PropertyTimestampFilter"], "filter_by_value": p["PropertyValueFilter"]}
    ctx.store.update("product", changes, product_key=product["product_key"])


@operation
def query_product_cert_info(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.7.12: Return who issues the certificates of the product's devices."""
    product = find_product(ctx, p["ProductKey"])
    return {"ProductCertInfo": {"IssueModel": product["certificate_issuer"]}}


@operation
def set_product_cert_info(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.13: Set who issues the certificates of the product's devices."""
    product = find_product(ctx, p["ProductKey"])
    if p["IssueModel"] not in _CERTIFICATE_ISSUERS:
        raise ApiError("iot.common.InvalidFormattedParameter", "IssueModel must be 1 or 3")
    ctx.store.update("product", {"certificate_issuer": p["IssueModel"]}, product_key=product["product_key"])


@operation
def release_product(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.14: Release a product. Its thing model can no longer be changed."""
    product = find_product(ctx, p["ProductKey"])
    ctx.store.update("product", {"status": RELEASED}, product_key=product["product_key"])


@operation
def cancel_release_product(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.7.15: Set the product back to development, so that its thing model can be changed again."""
    product = find_product(ctx, p["ProductKey"])
    ctx.store.update("product", {"status": DEVELOPMENT}, product_key=product["product_key"])


def _product_type_columns(p: dict[str, Any]) -> Row:
    """Return the columns that say whether the product has a thing model, and the data format of its devices."""
    code = p.get("AliyunCommodityCode") or BASIC
    if code not in (BASIC, WITH_THING_MODEL):
        raise ApiError("iot.prod.InvalidAliyunCommodityCode")
    if code == BASIC:
        return {"commodity_code": code, "data_format": None}
    if "DataFormat" not in p:
        raise _create_failed("DataFormat is required for a product with a thing model")
    return {"commodity_code": code, "data_format": _validated_choice(p, "DataFormat", (0, 1), None)}


def _connectivity_columns(p: dict[str, Any]) -> Row:
    """Return the columns that say how the devices of the product connect and authenticate."""
    net_type = _validated_choice(p, "NetType", _NET_TYPES, "WIFI")
    # AuthType takes precedence: Id2 is used only if AuthType is not set.
    auth_type = _validated_choice(p, "AuthType", _AUTH_TYPES, "id2" if p.get("Id2") else "secret")
    if net_type == "LORA":
        if p.get("JoinPermissionId") not in JOIN_PERMISSIONS.values():
            raise _create_failed("NetType LORA requires a JoinPermissionId of the account")
        if auth_type != "secret":
            raise _create_failed(f"NetType LORA does not support AuthType {auth_type}")
    return {
        "net_type": net_type,
        "auth_type": auth_type,
        "protocol_type": _validated_choice(p, "ProtocolType", _PROTOCOL_TYPES, None),
    }


def _validated_choice(p: dict[str, Any], name: str, choices: Any, default: Any) -> Any:
    """Return the value of an optional parameter. Raise ApiError if it is not one of ``choices``."""
    value = p.get(name)
    if value in (None, ""):
        return default
    if value not in choices:
        raise _create_failed(f"{name} must be one of {', '.join(str(choice) for choice in choices)}")
    return value


def _check_name(ctx: Context, name: str) -> None:
    if not is_valid_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError("iot.prod.InvalidFormattedProductName")
    if ctx.store.one("product", product_name=name):
        raise ApiError("iot.prod.AlreadyExistedProductName")


def _check_description(description: str | None) -> None:
    if description is not None and len(description) > _MAX_DESCRIPTION_LENGTH:
        raise ApiError("iot.prod.LongProductDesc")


def _create_failed(reason: str) -> ApiError:
    return ApiError("iot.prod.CreateProductFailed", reason)
