# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Routes between custom topics: what is published on one is sent on to others (the manual's chapter 4.14)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, topic
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Entries, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: A topic of one device, in which a product may be named in place of its ProductKey.
TOPIC = Text(
    1,
    pattern=r"/[^/\s]+/[A-Za-z0-9_@.:-]+/user(/[A-Za-z0-9_]+)+",
    hint="a custom topic of a device, /{product}/{device}/user/{levels of letters, digits and underscores}",
)

#: The most topics that one topic is routed to, and so the most of one call.
MOST = 100


def full_topic(reader, name: str):
    """A topic that may name a product in place of its ProductKey, with the ProductKey.

    Raises:
        ParentMissing: there is no such product, and the reader does not tolerate that.
    """
    _root, named, *levels = name.split("/")
    key = product_key(reader, named)
    return key if key is PENDING else "/".join(["", key, *levels])


def _refused(reply: dict) -> str:
    topics = ", ".join(member(reply, "FailureTopics.Topic") or [])
    return f"not done for {topics}" if topics else "not done for all" if reply.get("IsAllSucceed") is False else ""


def _not_made(reply: dict) -> str:
    refused = _refused(reply)
    return refused and f"{refused}; a destination is a topic class of its product, of a device that is there"


def _destination(reader, name: str):
    """Return the full topic that an option names; the name itself if its product does not exist yet."""
    full = full_topic(reader, name)
    return name if full is PENDING else full


class TopicRoute(Resource):
    """Where what one device publishes on one topic is sent on to; without a destination it is sent nowhere."""

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
            type=TextSet(TOPIC, maximum=MOST),
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
            add=Batch("CreateTopicRouteTable", lambda topics: {"DstTopic": topics}, size=MOST, verify=_not_made),
            remove=Batch("DeleteTopicRouteTable", lambda topics: {"DstTopic": topics}, size=MOST, verify=_refused),
        ),
    )
    filters = ("source", "destinations")

    def list_items(self, reader, desired):
        # There is no list of all routes: only of what one topic is routed to, and of what is routed to one topic.
        destinations = desired.get("destinations")
        if not destinations:
            raise InvalidValue("source or destinations must be given to find topic routes", field="source")
        if reader.pending:
            return
        found = reader.read("QueryTopicReverseRouteTable", {"Topic": destinations[0]})
        for source in member(found, "SrcTopics.Topic") or []:
            yield self.read(reader, {"source_topic": source})
