# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products (the manual's chapter 4.7)."""

from __future__ import annotations

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
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
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


#: What tells repeated properties from new ones: the parameters by the field whose value they take.
DEDUPLICATION = {
    "PropertyValueFilter": "deduplicate_by_value",
    "PropertyTimestampFilter": "deduplicate_by_timestamp",
}

#: The issuer that is the platform.
PLATFORM = "1"


class CreateAndDeduplicate(Create):
    """How a product's data is deduplicated is settled when the product is made: no operation tells it afterwards."""

    def steps(self, resource, desired):
        result = super().steps(resource, desired)
        flags = {wire: bool(desired.get(name)) for wire, name in DEDUPLICATION.items()}
        if any(flags.values()):
            changes = {name: (False, flags[wire]) for wire, name in DEDUPLICATION.items()}
            params = {**resource.identity_params(), **flags}
            result.append(Step(steps.UPDATE, "UpdateProductFilterConfig", params, changes))
        return result


class CertificateIssuer(Update):
    """Only devices that prove who they are with a certificate have one that somebody issues."""

    def steps(self, resource, desired, current):
        auth_type = desired.get("auth_type") or current.get("auth_type") or "secret"
        if desired.get("certificate_issuer") and auth_type != "x509":
            raise InvalidValue(
                f"a product whose auth_type is {auth_type} has no certificates",
                field="certificate_issuer",
                remedy="Leave certificate_issuer out, or make a product with auth_type: x509",
            )
        return super().steps(resource, desired, current)


class Product(Resource):
    """A product: the kind of a fleet's devices."""

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
                # Written as words, read as numbers, and LoRaWAN has no number of its own.
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
    listing = Listing("QueryProductList")
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
    create = CreateAndDeduplicate(
        "CreateProduct", outputs={"product_key": "ProductKey", "product_secret": "Data.ProductSecret"}
    )
    changes = (
        # A product that is found by its name has it; one that is named by its ProductKey may get another.
        Update("UpdateProduct", "name", "description"),
        CertificateIssuer("SetProductCertInfo", "certificate_issuer"),
        Entries(
            "tags",
            add=Batch("CreateProductTags", lambda entries: {"ProductTag": tags.to_rows(entries)}),
            change=Batch("UpdateProductTags", lambda entries: {"ProductTag": tags.to_rows(entries)}),
            remove=Batch("DeleteProductTags", lambda entries: {"ProductTagKey": [key for key, _value in entries]}),
        ),
        Switch("status", {"released": "ReleaseProduct", "development": "CancelReleaseProduct"}),
    )
    delete = Delete("DeleteProduct")
    filters = ("name", "product_key", "node_type", "status", "tags")
    remedy = "A product keeps what it was made with: make another one, or leave the option as it is"

    def list_items(self, reader, desired):
        if not desired.get("tags") or "name" in desired:
            yield from super().list_items(reader, desired)
            return
        # The platform tells the products that have any of the tags.
        pairs = self.field("tags").type.canonical(desired["tags"])
        for item in reader.pages("ListProductByTags", {"ProductTag": tags.to_rows(list(pairs.items()))}):
            yield self.parse(item)

    def read(self, reader, desired, wanted=None):
        key = desired.get("product_key", "")
        # In check mode the key of a product that is yet to be made is a word that the platform takes for no key.
        there = super().read(reader, desired, wanted) if not key or key.isalnum() else None
        if there is None and key:
            reader.not_found("product", key, "Leave product_key out to make a product")
        return there


def has_certificates(reader, key: str) -> bool:
    """Whether the platform issues certificates to the devices of a product."""
    auth_types = {item["ProductKey"]: item.get("AuthType") for item in reader.pages("QueryProductList")}
    if auth_types.get(key) != "x509":
        return False
    issuer = member(reader.read("QueryProductCertInfo", {"ProductKey": key}), "ProductCertInfo.IssueModel")
    return str(issuer) == PLATFORM


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
        raise AmbiguousReference(
            f"{product_name} is the name of one product and the ProductKey of another", field="product"
        )
    return named.pop() if named else reader.not_found("product", product_name)


def with_product_key(reader, element: dict) -> dict:
    """Return an element of a list, such as a device, with the ProductKey of the product that it names."""
    return {**element, "product_key": product_key(reader, element["product"])}


def resolve_topic(reader, topic: str) -> str:
    """A topic that may name a product, with the product's ProductKey in its place; as it is where that is pending."""
    levels = topic.split("/")
    # /{ProductKey}/{device}/..., /sys/{ProductKey}/{device}/thing/... or /as/mqtt/status/{ProductKey}/{device}
    place = 2 if levels[1:2] == ["sys"] else 4 if levels[1:4] == ["as", "mqtt", "status"] else 1
    # What an earlier task is about to make has no name yet, and ${...} is filled in by the rule.
    if len(levels) <= place or levels[place] == str(PENDING) or "${" in levels[place]:
        return topic
    key = product_key(reader, levels[place])
    if key is not PENDING:
        levels[place] = key
    return "/".join(levels)
