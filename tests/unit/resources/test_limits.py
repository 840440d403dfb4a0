# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lengths of text options, as in the manual."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import declared_resources

RESOURCES = {resource.kind: resource() for resource in declared_resources()}

#: By field: the minimum and maximum length, how many characters a Chinese character counts as (None: not allowed), and
#: whether an empty text clears the field.
LIMITS = {
    ("product", "name"): (4, 30, 2, False),
    ("product", "description"): (0, 100, 1, True),
    ("product", "category_key"): (0, None, 1, True),
    ("product", "join_permission_id"): (0, None, 1, True),
    ("product", "resource_group_id"): (0, None, 1, True),
    ("device", "name"): (4, 32, None, False),
    ("device", "nickname"): (4, 64, 2, True),
    ("device_group", "name"): (4, 30, 2, False),
    ("device_group", "description"): (0, 100, 1, True),
    ("rule", "name"): (1, 30, 2, False),
    ("rule", "product"): (1, None, 1, False),
    ("rule", "short_topic"): (1, None, 1, False),
    ("rule", "select"): (1, None, 1, False),
    ("rule", "where"): (0, None, 1, True),
    ("rule", "description"): (0, 100, 1, True),
    ("topic", "description"): (0, 100, 1, True),
    ("consumer_group", "name"): (4, 30, 2, False),
    ("consumer_group", "renamed_from"): (4, 30, 2, False),
    ("data_source", "name"): (1, 30, 2, False),
    ("data_source", "renamed_from"): (1, 30, 2, False),
    ("data_source", "description"): (0, None, 1, True),
    ("destination", "name"): (1, None, 1, False),
    ("destination", "renamed_from"): (1, None, 1, False),
    ("destination", "description"): (0, None, 1, True),
    ("parser", "name"): (1, 30, 2, False),
    ("parser", "renamed_from"): (1, 30, 2, False),
    ("parser", "description"): (0, None, 1, True),
    ("thing_model", "version"): (1, 16, None, False),
    ("thing_model", "version_description"): (0, None, 1, True),
}

each_limit = pytest.mark.parametrize(("kind", "name"), LIMITS)


def is_valid(kind: str, name: str, text: str) -> bool:
    return RESOURCES[kind].field(name).type.check(text) == ""


@each_limit
def test_text_outside_length_limits_is_invalid(kind, name):
    minimum, maximum, _wide_char_width, clearable = LIMITS[kind, name]
    assert is_valid(kind, name, "") is clearable
    if minimum:
        assert is_valid(kind, name, "a" * minimum)
        assert minimum == 1 or not is_valid(kind, name, "a" * (minimum - 1))
    assert is_valid(kind, name, "a" * (maximum or 5000))
    assert maximum is None or not is_valid(kind, name, "a" * (maximum + 1))


@each_limit
def test_chinese_characters_count_as_documented(kind, name):
    _minimum, maximum, wide_char_width, _clearable = LIMITS[kind, name]
    assert is_valid(kind, name, "灯" * ((maximum or 5000) // (wide_char_width or 1))) is (wide_char_width is not None)
    if wide_char_width and maximum:
        assert not is_valid(kind, name, "灯" * (maximum // wide_char_width) + "a")
