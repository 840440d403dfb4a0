# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Custom topic classes of a product (manual chapter 4.14)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, topic
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import AtMost, Satisfies, State
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import TOPIC, TOPICS, DataFlow, End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The topics that the platform creates with a product.
DEFAULT_TOPICS = ("user/get", "user/update", "user/update/error")

#: Maximum number of custom topics of a product.
MAX_TOPICS = 50


class ShortName(Text):
    """The part of a topic class after product and device.

    It is written as ``user/get`` and returned as ``/{ProductKey}/${deviceName}/user/get``. All custom topics are below
    ``user``, which can be omitted.
    """

    def __init__(self) -> None:
        super().__init__(
            1,
            128,
            pattern=r"((\+|[A-Za-z0-9_]+)/)*(\#|\+|[A-Za-z0-9_]+)",
            hint="levels of letters, digits and underscores, separated by slashes; + for any level and # for all "
            "further levels at the end",
        )

    def from_wire(self, value: str | None) -> str:
        text = super().from_wire(value)
        if text.startswith("/"):
            return text.split("/", 3)[3]
        return f"user/{self.canonical(text)}" if text else text

    def canonical(self, value: str | None) -> str | None:
        return value[len("user/") :] if value and value.startswith("user/") else value


def _find_wildcard_problem(state: State) -> str:
    """Only topics that devices subscribe to can contain wildcards."""
    name, operation = state.after.get("short_name") or "", state.after.get("operation")
    if not set("+#") & set(name) or operation == "sub":
        return ""
    return (
        f"operation must be sub, not {operation}: short_name {name} contains a wildcard, and devices can only "
        "subscribe to wildcards"
    )


def _topic_end(values: dict) -> End:
    """Return the topics of all devices as an end of a connection."""
    key = values["product_key"]
    return End(TOPIC, f"/{key}/+/{values['short_name']}", owner=key)


class Topic(Resource):
    """A custom topic class: topics that devices of a product can publish or subscribe to, besides the system topics."""

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
            # Written as words, returned as numbers.
            Choice({"pub": "PUB", "sub": "SUB", "all": "ALL"}, {0: "pub", 1: "sub", 2: "all"}),
        ),
        Field("description", "Desc", Text(0, 100), initial=""),
    )
    listing = Listing("QueryProductTopic", "Data.ProductTopicInfo", params={"ProductKey": "product_key"}, keep=True)
    built_in = {"short_name": DEFAULT_TOPICS}
    create = Create("CreateProductTopic", outputs={"topic_id": "TopicId"})
    changes = (Update("UpdateProductTopic", "operation", "description"),)
    delete = Delete("DeleteProductTopic")
    constraints = (Satisfies(_find_wildcard_problem, "short_name", "operation"), AtMost(MAX_TOPICS, "product"))
    quotas = (Quota(MAX_TOPICS, "section 4.6, error iot.messagebroker.TopicTemplateCountExceedMax", per="product_key"),)
    flow = DataFlow(TOPICS, itself=_topic_end)
    filters = ("product", "short_name", "operation")
    required_filters = ("product",)
