# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Custom topic classes of a product (the manual's chapter 4.14)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, topic
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key


class ShortName(Text):
    """The part of a topic class below product and device.

    It is written as ``user/get`` and read as ``/{ProductKey}/${deviceName}/user/get``; custom topics are all below
    ``user``, which may be left out when one is made.
    """

    def __init__(self):
        super().__init__(
            1,
            128,
            pattern="[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*",
            hint="levels of letters, digits and underscores between slashes",
        )

    def from_wire(self, value):
        text = super().from_wire(value)
        return text.split("/", 3)[3] if text.startswith("/") else text

    def canonical(self, value):
        return value[len("user/") :] if value and value.startswith("user/") else value


class Topic(Resource):
    """A custom topic class: what devices of a product may publish or subscribe beside the platform's own topics."""

    kind = "topic"
    title = "topic"
    families = (topic, product)
    key = ("short_name",)
    identity = {"TopicId": "topic_id"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("short_name", "TopicShortName", ShortName(), required=True),
        Field("topic_id", read="Id", computed=True),
        Field(
            "operation",
            "Operation",
            # Written as words, read as numbers.
            Choice({"pub": "PUB", "sub": "SUB", "all": "ALL"}, {0: "pub", 1: "sub", 2: "all"}),
        ),
        Field("description", "Desc", Text(0, 100), initial=""),
    )
    listing = Listing("QueryProductTopic", "Data.ProductTopicInfo", params={"ProductKey": "product_key"})
    create = Create("CreateProductTopic", outputs={"topic_id": "TopicId"})
    changes = (Update("UpdateProductTopic", "operation", "description"),)
    delete = Delete("DeleteProductTopic")
    filters = ("product", "short_name", "operation")
    required_filters = ("product",)
