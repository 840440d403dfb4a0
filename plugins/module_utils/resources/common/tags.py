# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags: the same everywhere on this platform but for their limits."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Mapping, Text

#: Values of products' and groups' tags; those of devices may hold anything.
WORDS = Text(1, 128, wide=2, allowed="[A-Za-z0-9_\u4e00-\u9fff-]+", hint="Chinese and English letters, digits, _ and -")
KEYS = Text(1, 30, allowed="[A-Za-z0-9.]+", hint="letters, digits and dots")


def tags(value: Text = WORDS, key: Text = KEYS) -> Mapping:
    """The type of a field of tags, of which one thing has 100 at most."""
    return Mapping(key, value, maximum=100)


def rows(entries: list) -> list:
    """Tags as the API's lists take them."""
    return [{"TagKey": key, "TagValue": value} for key, value in entries]


def of_rows(items: list | None) -> dict:
    """Tags of a list as the API gives them."""
    return {item["TagKey"]: item.get("TagValue", "") for item in items or []}
