# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags. All kinds of resources have the same format of tags, with different limits."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text

#: Values of the tags of products and groups. The values of device tags can contain any character.
WORDS = Text(
    1,
    128,
    wide_char_width=2,
    pattern="[A-Za-z0-9_\u4e00-\u9fff-]+",
    hint="Chinese and English letters, digits, _ and -",
)
KEYS = Text(1, 30, pattern="[A-Za-z0-9.]+", hint="letters, digits and dots")


#: Maximum size of the tags of a device in one request, in bytes of JSON.
MAX_DEVICE_TAGS_BYTES = 5 * 1024


#: The tags of a resource that prune has put into quarantine. Lists of resources are searched by a key with its value,
#: so the time is in a tag of its own.
QUARANTINE, QUARANTINE_SINCE = "iotops.quarantine", "iotops.quarantine.since"

#: The values of ``QUARANTINE``: whether the quarantine has put the resource out of use, or it was out of use before.
DISABLED, TAGGED = "disabled", "tagged"


def without_quarantine(values: dict[str, str]) -> dict[str, str]:
    """Return tags without those of a quarantine, which are no part of the desired state of a resource."""
    return {key: text for key, text in values.items() if key not in (QUARANTINE, QUARANTINE_SINCE)}


def tags(value: Text = WORDS, key: Text = KEYS) -> Mapping:
    """Return the type of a field with tags. A resource can have at most 100 tags."""
    return Mapping(key, value, maximum=100)


def to_rows(entries: list[tuple[str, str]]) -> list[dict]:
    """Return tags as the list of objects that operations take."""
    return [{"TagKey": key, "TagValue": value} for key, value in entries]


def parse_rows(items: list[dict] | None) -> dict:
    """Return tags from the list of objects that operations return."""
    return {item["TagKey"]: item.get("TagValue", "") for item in items or []}


def device_tags_to_wire(entries: list[tuple[str, str]]) -> str:
    """Return the tags of a device as the JSON text that an operation takes."""
    return json.dumps(dict(entries), ensure_ascii=False)


def chunk_device_tags(entries: Iterable[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Return the tags of a device in chunks that one request can take."""
    chunks: list[list[tuple[str, str]]] = []
    for entry in entries:
        if chunks and len(device_tags_to_wire([*chunks[-1], entry]).encode()) <= MAX_DEVICE_TAGS_BYTES:
            chunks[-1].append(entry)
        else:
            chunks.append([entry])
    return chunks
