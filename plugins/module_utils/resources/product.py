# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products (the manual's chapter 4.7)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Batch,
    Create,
    Delete,
    Entries,
    Switch,
    Update,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import Ambiguous
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources import tags

PRODUCT_NAME = Text(
    4, 30, wide=2, allowed="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and underscores"
)


class Product(Resource):
    """A product: the kind of a fleet's devices."""

    kind = "product"
    title = "product"
    families = (product,)
    key = ("name",)
    identity = {"ProductKey": "product_key"}
    fields = (
        Field("name", "ProductName", PRODUCT_NAME, required=True),
        Field("product_key", "ProductKey", computed=True),
        Field("description", "Description", Text(0, 100), initial=""),
        Field("node_type", "NodeType", Choice({"device": 0, "gateway": 1})),
        Field(
            "thing_model",
            "AliyunCommodityCode",
            Choice({True: "iothub_senior", False: None}, {"iothub_senior": True, "iothub": False}),
        ),
        Field("data_format", "DataFormat", Choice({"alink": 1, "custom": 0})),
        Field(
            "net_type",
            "NetType",
            Choice(
                {"wifi": "WIFI", "cellular": "CELLULAR", "ethernet": "ETHERNET", "lora": "LORA", "other": "OTHER"},
                # Written as words, read as numbers, and LoRaWAN has no number of its own.
                {3: "wifi", 6: "cellular", 7: "ethernet", 8: "other"},
                alike={"lora": "other"},
            ),
        ),
        Field("auth_type", "AuthType", Choice({"secret": "secret", "id2": "id2", "x509": "x509"})),
        Field(
            "protocol_type",
            "ProtocolType",
            Choice({name.replace("-", "_"): name for name in ("modbus", "opc-ua", "customize", "ble", "zigbee")}),
        ),
        Field("category_key", "CategoryKey", Text()),
        Field("validate_type", "ValidateType", Choice({"weak": 1, "none": 2}, {0: "strong", 1: "weak", 2: "none"})),
        Field("join_permission_id", "JoinPermissionId", Text(), write_only=True),
        Field("resource_group_id", "ResourceGroupId", Text(), write_only=True),
        Field(
            "status",
            read="ProductStatus",
            type=Choice({"development": "DEVELOPMENT_STATUS", "released": "RELEASE_STATUS"}),
            initial="development",
        ),
        Field("tags", type=tags.tags(), initial={}, purge=True),
        Field("device_count", read="DeviceCount", type=Number(), computed=True),
        Field("created", read="GmtCreate", type=Number(), computed=True),
        Field("product_secret", read="ProductSecret", computed=True, secret=True),
    )
    listing = Listing("QueryProductList")
    details = (
        Detail("QueryProduct", "Data"),
        Detail("ListProductTags", "Data.ProductTag", only=("tags",), parse=lambda item: {"tags": tags.of_rows(item)}),
    )
    create = Create("CreateProduct", learns={"product_key": "ProductKey", "product_secret": "Data.ProductSecret"})
    changes = (
        Update("UpdateProduct", "description"),
        Entries(
            "tags",
            add=Batch("CreateProductTags", lambda entries: {"ProductTag": tags.rows(entries)}),
            change=Batch("UpdateProductTags", lambda entries: {"ProductTag": tags.rows(entries)}),
            remove=Batch("DeleteProductTags", lambda entries: {"ProductTagKey": [key for key, _value in entries]}),
        ),
        Switch("status", {"released": "ReleaseProduct", "development": "CancelReleaseProduct"}),
    )
    delete = Delete("DeleteProduct")
    filters = ("name", "product_key", "node_type", "status", "tags")
    way_out = "A product keeps what it was made with: make another one, or leave the option as it is"


def product_key(reader, product_name: str):
    """The ProductKey of a product that is named by its name or by its ProductKey.

    Raises:
        ParentMissing: there is none, and the reader does not tolerate that.
        Ambiguous: one product has the name and another the key.
    """
    named = {
        item["ProductKey"]
        for item in reader.pages("QueryProductList")
        if product_name in (item["ProductName"], item["ProductKey"])
    }
    if len(named) > 1:
        raise Ambiguous(f"{product_name} is the name of one product and the ProductKey of another", field="product")
    return named.pop() if named else reader.missing("product", product_name)
