# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags: limits and format."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags


@pytest.mark.parametrize(
    ("key", "value", "valid"),
    [
        ("a.1", "v", True),
        ("k" * 30, "值" * 64, True),
        ("k", 7, True),
        ("k", True, True),
        (7, "v-1_", True),
        ("k" * 31, "v", False),
        ("", "v", False),
        ("k", "", False),
        ("k", None, False),
        ("k_1", "v", False),
        ("键", "v", False),
        ("k", "a b", False),
        ("k", "123$", False),
        ("k", "值" * 64 + "v", False),
    ],
)
def test_tag_key_and_value_are_checked(key, value, valid):
    assert (tags.tags().check({key: value}) == "") is valid


def test_tags_with_other_types_are_checked():
    assert tags.tags(value=Text(1, 9)).check({"k": "a b$"}) == ""
    assert tags.tags(key=Text(2, 9)).check({"k": "v"}) != ""


def test_tags_above_maximum_fail():
    kind = tags.tags()
    assert kind.check({f"k{n}": "v" for n in range(100)}) == ""
    assert kind.check({f"k{n}": "v" for n in range(101)}) == "takes at most 100 entries, not 101"


def test_tags_are_parsed_as_sent():
    values = {"a": "1", "b": "值"}
    assert tags.to_rows(list(values.items())) == [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "值"}]
    assert tags.parse_rows(tags.to_rows(list(values.items()))) == values
    assert tags.parse_rows(None) == {}
    assert tags.parse_rows([{"TagKey": "a"}]) == {"a": ""}


def test_device_tags_are_split_by_size_of_request():
    entries = [(f"key{number}", "灯" * 64) for number in range(60)]
    chunks = tags.chunk_device_tags(entries)
    assert [tag for chunk in chunks for tag in chunk] == entries
    assert [len(chunk) for chunk in chunks] == [25, 24, 11]
    assert all(len(tags.device_tags_to_wire(chunk).encode()) <= tags.MAX_DEVICE_TAGS_BYTES for chunk in chunks)
    assert tags.chunk_device_tags([(f"key{number}", "1") for number in range(100)])[1:] == []
    assert tags.chunk_device_tags([]) == []
