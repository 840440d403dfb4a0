# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products (manual chapter 4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Batch,
    Create,
    Delete,
    Entries,
    Switch,
    Update,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import OneOf, Requires
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.protection import ProtectedWhen
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags

PRODUCT_NAME = Text(
    4,
    30,
    wide_char_width=2,
    pattern="[A-Za-z0-9_\u4e00-\u9fff]+",
    hint="Chinese and English letters, digits and underscores",
)

#: The parameters that set the deduplication of property reports, with the field that each of them gets its value from.
DEDUPLICATION = {
    "PropertyValueFilter": "deduplicate_by_value",
    "PropertyTimestampFilter": "deduplicate_by_timestamp",
}

#: The platform's value of ``NodeType`` for gateways.
GATEWAY = "1"

#: The certificate issuer (``IssueModel``) that stands for the platform.
ISSUED_BY_PLATFORM = "1"


class CreateProduct(Create):
    """Creation of a product, followed by its deduplication settings.

    Custom code: a second operation sets the deduplication. No operation returns it, so it is set at creation only.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        result = super().steps(resource, desired)
        flags = {wire: bool(desired.get(name)) for wire, name in DEDUPLICATION.items()}
        if any(flags.values()):
            changes = {name: (False, flags[wire]) for wire, name in DEDUPLICATION.items()}
            params = {**resource.identity_params(), **flags}
            result.append(Step(steps.UPDATE, "UpdateProductFilterConfig", params, changes))
        return result


class UpdateCertificateIssuer(Update):
    """Update of the certificate issuer of a product.

    Custom code: only a product whose devices authenticate with certificates has an issuer.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        auth_type = desired.get("auth_type") or current.get("auth_type") or "secret"
        if desired.get("certificate_issuer") and auth_type != "x509":
            raise InvalidValue(
                f"certificate_issuer cannot be set: a product whose auth_type is {auth_type} has no certificates",
                field="certificate_issuer",
                remedy="Remove certificate_issuer, or create a product with auth_type: x509",
            )
        return super().steps(resource, desired, current)


class Product(Resource):
    """A product, that is, a type of devices.

    Custom code: products with certain tags have a list of their own, and a ProductKey that does not exist must not
    create a product.
    """

    kind = "product"
    title = "product"
    families = (product,)
    key = ("name",)
    identity = {"ProductKey": "product_key"}
    fields = (
        Field("name", "ProductName", PRODUCT_NAME, required=True),
        Field("product_key", "ProductKey", Text(1)),
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
                # Written as words and returned as numbers; the platform returns the number of "other" for LoRaWAN.
                {3: "wifi", 6: "cellular", 7: "ethernet", 8: "other"},
                aliases={"lora": "other"},
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
        Field("certificate_issuer", "IssueModel", Choice({"platform": 1, "others": 3}), initial="platform"),
        Field("deduplicate_by_value", "PropertyValueFilter", Flag(), write_only=True),
        Field("deduplicate_by_timestamp", "PropertyTimestampFilter", Flag(), write_only=True),
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
    listing = Listing("QueryProductList", keep=True)
    details = (
        Detail("QueryProduct", "Data"),
        Detail(
            "QueryProductCertInfo",
            "ProductCertInfo",
            only_for=("certificate_issuer",),
            condition=lambda _reader, current: current.get("auth_type") == "x509",
        ),
        Detail(
            "ListProductTags", "Data.ProductTag", only_for=("tags",), parse=lambda item: {"tags": tags.parse_rows(item)}
        ),
    )
    create = CreateProduct(
        "CreateProduct", outputs={"product_key": "ProductKey", "product_secret": "Data.ProductSecret"}
    )
    changes = (
        # The name differs only if the task refers to the product by its ProductKey.
        Update("UpdateProduct", "name", "description"),
        UpdateCertificateIssuer("SetProductCertInfo", "certificate_issuer"),
        Entries(
            "tags",
            add=Batch("CreateProductTags", lambda entries: {"ProductTag": tags.to_rows(entries)}),
            change=Batch("UpdateProductTags", lambda entries: {"ProductTag": tags.to_rows(entries)}),
            remove=Batch("DeleteProductTags", lambda entries: {"ProductTagKey": [key for key, _value in entries]}),
        ),
        Switch("status", {"released": "ReleaseProduct", "development": "CancelReleaseProduct"}),
    )
    delete = Delete("DeleteProduct")
    constraints = (
        Requires("data_format", thing_model=True),
        Requires("join_permission_id", net_type="lora"),
        OneOf("auth_type", ("secret",), net_type="lora"),
    )
    protections = (ProtectedWhen("status", "released", "it is released"),)
    quotas = (
        Quota(1000, "section 4.6, error iot.prod.ProductCountExceedMax"),
        Quota(100, "section 4.7.6", elements="tags"),
    )
    filters = ("name", "product_key", "node_type", "status", "tags")
    remedy = "Create another product, or keep the current value"

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        if not desired.get("tags") or "name" in desired:
            yield from super().list_items(reader, desired)
            return
        # This operation returns the products that have at least one of the tags.
        pairs = self.field("tags").type.canonical(desired["tags"])
        for item in reader.pages("ListProductByTags", {"ProductTag": tags.to_rows(list(pairs.items()))}):
            yield self.parse(item)

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        key = desired.get("product_key", "")
        # In check mode, a product that does not exist yet has a placeholder, which is not a valid ProductKey.
        current = super().read(reader, desired, fields) if not key or key.isalnum() else None
        if current is None and key:
            reader.not_found("product", key, "Remove product_key to create a product")
        return current


def has_certificates(reader: Reader, key: str) -> bool:
    """Return whether the platform issues certificates to the devices of a product."""
    auth_types = {item["ProductKey"]: item.get("AuthType") for item in reader.pages("QueryProductList")}
    if auth_types.get(key) != "x509":
        return False
    issuer = member(reader.read("QueryProductCertInfo", {"ProductKey": key}), "ProductCertInfo.IssueModel")
    return str(issuer) == ISSUED_BY_PLATFORM


@finds("product")
def product_key(reader: Reader, product_name: str) -> Any:
    """Return the ProductKey of a product that a task names by its name or ProductKey.

    Raises:
        ReferenceNotFound: There is no such product and the reader is not tolerant.
        AmbiguousReference: One product has this name and another product has this ProductKey.
    """
    keys = {
        item["ProductKey"]
        for item in reader.pages("QueryProductList")
        if product_name in (item["ProductName"], item["ProductKey"])
    }
    if len(keys) > 1:
        raise AmbiguousReference(
            f"{product_name} is the name of one product and the ProductKey of another product",
            field="product",
            remedy="Use a name or ProductKey that only one product has",
        )
    return keys.pop() if keys else reader.not_found("product", product_name)


def check_node_types(reader: Reader, sub_device_key: Any, gateway_key: Any, option: str) -> None:
    """Check that devices of one product can be attached to a device of another one.

    Args:
        reader: Reads the account.
        sub_device_key: The ProductKey of the devices; can be pending.
        gateway_key: The ProductKey of the gateway; can be pending.
        option: The name of the option that attaches the devices.

    Raises:
        InvalidValue: The other product has no gateways, or the devices are gateways themselves.
    """
    products = {item["ProductKey"]: item for item in reader.pages("QueryProductList")}
    for key, is_gateway in ((sub_device_key, False), (gateway_key, True)):
        product = products.get(key) if isinstance(key, str) else None
        if product is None or (str(product.get("NodeType")) == GATEWAY) is is_gateway:
            continue
        if is_gateway:
            raise InvalidValue(
                f"{option} must be a device of a product of gateways; {product['ProductName']} is not one", field=option
            )
        raise InvalidValue(
            f"{option} cannot be set for a device that is a gateway itself", field=option, remedy=f"Remove {option}"
        )


@finds("product", "device")
def with_product_key(reader: Reader, element: dict) -> dict:
    """Return an element of a list, such as a device, with the ProductKey of the product that it names."""
    return {**element, "product_key": product_key(reader, element["product"])}


def product_level(levels: list[str]) -> int:
    """Return the index of the product in the levels of a full topic, which starts with an empty level."""
    # /{ProductKey}/{device}/..., /sys/{ProductKey}/{device}/thing/... or /as/mqtt/status/{ProductKey}/{device}
    return 2 if levels[1:2] == ["sys"] else 4 if levels[1:4] == ["as", "mqtt", "status"] else 1


def resolve_topic(reader: Reader, topic: str) -> str:
    """Return a topic with the ProductKey in place of a product name; the topic itself if the ProductKey is pending."""
    levels = topic.split("/")
    position = product_level(levels)
    # A product that an earlier task will create has no key yet, and a rule fills in ${...}.
    if len(levels) <= position or levels[position] == str(PENDING) or "${" in levels[position]:
        return topic
    key = product_key(reader, levels[position])
    if key is not PENDING:
        levels[position] = key
    return "/".join(levels)
