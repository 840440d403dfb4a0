# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of shared functions: names, times, ids, pages and tags."""

from __future__ import annotations

import string
from collections import Counter

import pytest

from ansible_collections.iotops.aliyun.emulator.core import ids, text, times
from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, operation_pages, requested_page
from ansible_collections.iotops.aliyun.emulator.services.common import tags


def test_width_chinese_character_counts_as_2():
    assert [text.width(sample) for sample in ("", "abc", "路灯", "路灯_1")] == [0, 3, 4, 6]


def test_times_are_formatted():
    assert times.utc(1533523721000) == "2018-08-06T02:48:41.000Z"
    assert times.utc(1533523721007) == "2018-08-06T02:48:41.007Z"
    assert times.beijing(1533523721999) == "2018-08-06 10:48:41"
    assert times.beijing_words(1551334473000) == "Thu Feb 28 14:14:33 CST 2019"


def test_ids_have_documented_format():
    assert ids.product_key().startswith("a1")
    assert len(ids.product_key()) == 11
    assert ids.product_key() != ids.product_key()
    assert len(ids.secret()) == 16
    assert set(ids.hexadecimal(32)) <= set("0123456789abcdef")
    assert [len(ids.hexadecimal(length)) for length in (0, 1, 7, 32)] == [0, 1, 7, 32]
    assert [len(ids.alphanumeric(length)) for length in (0, 1, 9, 400)] == [0, 1, 9, 400]


def test_alphanumeric_characters_are_evenly_distributed():
    counts = Counter(ids.alphanumeric(62 * 2000))
    assert set(counts) == set(string.ascii_letters + string.digits)
    # Six standard deviations. Without discarded bytes the first characters would be 25 % more frequent.
    assert all(abs(count - 2000) < 6 * 2000**0.5 for count in counts.values())


def page(action: str, **params) -> Page:
    return requested_page(Context(None, 0, Account(), OPERATIONS[action]), params)


def test_operation_pages_without_paged_operation_raises_error():
    assert operation_pages(Context(None, 0, Account(), OPERATIONS["QueryProductList"])).size == "PageSize"
    for operation in (None, OPERATIONS["QueryProduct"]):
        with pytest.raises(LookupError, match="no operation with pages"):
            operation_pages(Context(None, 0, Account(), operation))


def test_requested_page_by_number_is_returned():
    requested = page("QueryProductList", CurrentPage=3, PageSize=200)
    assert requested == Page(3, 200, 400)
    assert [requested.count(total) for total in (0, 1, 200, 201)] == [0, 1, 1, 2]
    assert page("ListProductByTags") == Page(1, 10, 0)


def test_requested_page_by_token_is_returned():
    action = "QueryDeviceOriginalPropertyStatus"
    first = page(action, PageSize=50)
    assert (first.offset, first.next_token(51), first.next_token(50)) == (0, "50", "")
    assert page(action, PageSize=50, NextPageToken="50").offset == 50
    with pytest.raises(ApiError, match="InvalidPageParams"):
        page(action, PageSize=50, NextPageToken="x")


@pytest.mark.parametrize(("number", "size"), [(0, 10), (-1, 10), (1, 0), (1, 201)])
def test_requested_page_out_of_range_is_rejected(number, size):
    with pytest.raises(ApiError, match="InvalidPageParams"):
        page("QueryProductList", CurrentPage=number, PageSize=size)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("a.1", "v", True),
        ("k" * 30, "值" * 64, True),
        ("k" * 31, "v", False),
        ("", "v", False),
        ("k", "", False),
        ("k_1", "v", False),
        ("键", "v", False),
        ("k", "123$", False),
        ("k", "值" * 64 + "v", False),
    ],
)
def test_tag_is_validated(key, value, expected):
    assert tags.is_valid_tag(key, value) is expected
    assert not tags.is_valid_tag("k", "v", min_key_width=2)


def test_tags_with_duplicate_key_are_invalid():
    tag_list = [{"TagKey": "k", "TagValue": "1"}, {"TagKey": "k", "TagValue": "2"}, {"TagKey": "other"}]
    assert tags.invalid_tags(tag_list) == [{"TagKey": "k", "TagValue": "2"}, {"TagKey": "other", "TagValue": ""}]
    assert tags.invalid_tags([{"Key": "k_", "Value": "v"}], "Key", "Value") == [{"Key": "k_", "Value": "v"}]
