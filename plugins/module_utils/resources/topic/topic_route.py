# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Topic routes, which forward the messages of one custom topic to others (manual chapter 4.14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, topic
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Entries, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: A topic of one device, with the ProductKey or the name of the product.
TOPIC = Text(
    1,
    pattern=r"/[^/\s]+/[A-Za-z0-9_@.:-]+/user(/[A-Za-z0-9_]+)+",
    hint="a custom topic of a device, /{product}/{device}/user/{levels of letters, digits and underscores}",
)

#: The maximum number of destinations of a topic, and so of one request.
MAX_DESTINATIONS = 100


@finds("product", "topic", "device")
def full_topic(reader: Reader, name: str) -> Any:
    """Return a topic with the ProductKey in place of a product name; pending if the product does not exist yet.

    Raises:
        ReferenceNotFound: There is no such product and the reader is not tolerant.
    """
    _root, product_name, *levels = name.split("/")
    key = product_key(reader, product_name)
    return key if key is PENDING else "/".join(["", key, *levels])


def _route_failure(response: dict) -> str:
    topics = ", ".join(member(response, "FailureTopics.Topic") or [])
    if topics:
        return f"failed for {topics}"
    return "failed for some topics" if response.get("IsAllSucceed") is False else ""


def _create_failure(response: dict) -> str:
    failure = _route_failure(response)
    return failure and f"{failure}. A destination must match a topic class of its product, and its device must exist"


@finds("product", "topic", "device")
def _destination(reader: Reader, name: str) -> str:
    """Return the full topic that an option names; the name itself if its product does not exist yet."""
    full = full_topic(reader, name)
    return name if full is PENDING else full


class TopicRoute(Resource):
    """The destinations to which the messages of one topic of one device are forwarded.

    Custom code: the API has no list of routes, only the destinations of one topic and the sources of one topic.
    """

    kind = "topic_route"
    title = "topic route"
    families = (topic, product)
    key = ("source_topic",)
    identity = {"SrcTopic": "source_topic"}
    states = {"present": {}}
    fields = (
        Field("source", type=TOPIC, required=True, lookup=full_topic, resolves_to="source_topic"),
        Field("source_topic", "SrcTopic", computed=True),
        Field(
            "destinations",
            type=TextSet(TOPIC, maximum=MAX_DESTINATIONS),
            lookup_each=_destination,
            initial=[],
            purge=True,
        ),
    )
    details = (
        Detail(
            "QueryTopicRouteTable",
            "DstTopics.Topic",
            identity={"Topic": "source_topic"},
            parse=lambda topics: {"destinations": list(topics or [])},
        ),
    )
    create = ImplicitCreate()
    changes = (
        Entries(
            "destinations",
            add=Batch(
                "CreateTopicRouteTable",
                lambda topics: {"DstTopic": topics},
                size=MAX_DESTINATIONS,
                verify=_create_failure,
            ),
            remove=Batch(
                "DeleteTopicRouteTable",
                lambda topics: {"DstTopic": topics},
                size=MAX_DESTINATIONS,
                verify=_route_failure,
            ),
        ),
    )
    filters = ("source", "destinations")

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict | None]:
        destinations = desired.get("destinations")
        if not destinations:
            raise InvalidValue(
                "source or destinations must be set: the platform has no list of all topic routes",
                field="source",
                remedy="Set one of them",
            )
        if reader.pending:
            return
        found = reader.read("QueryTopicReverseRouteTable", {"Topic": destinations[0]})
        for source in member(found, "SrcTopics.Topic") or []:
            yield self.read(reader, {"source_topic": source})
