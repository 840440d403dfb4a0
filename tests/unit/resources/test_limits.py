# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long the texts of options may be, as the manual has it."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import declared

RESOURCES = {resource.kind: resource() for resource in declared()}

#: By field: the shortest, the longest, how much a Chinese character counts (None: there can be none), and whether an
#: empty text clears.
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


def fits(kind: str, name: str, text: str) -> bool:
    return RESOURCES[kind].field(name).type.check(text) == ""


@each_limit
def test_lengths(kind, name):
    least, most, _wide, clears = LIMITS[kind, name]
    assert fits(kind, name, "") is clears
    if least:
        assert fits(kind, name, "a" * least)
        assert least == 1 or not fits(kind, name, "a" * (least - 1))
    assert fits(kind, name, "a" * (most or 5000))
    assert most is None or not fits(kind, name, "a" * (most + 1))


@each_limit
def test_chinese_characters_count_as_documented(kind, name):
    _least, most, wide, _clears = LIMITS[kind, name]
    assert fits(kind, name, "灯" * ((most or 5000) // (wide or 1))) is (wide is not None)
    if wide and most:
        assert not fits(kind, name, "灯" * (most // wide) + "a")
