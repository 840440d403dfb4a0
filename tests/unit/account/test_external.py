# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The option external: names and patterns of resources that exist and are not declared."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.external import External
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue


@pytest.mark.parametrize(
    ("names", "is_contained"),
    [
        ({"devices": ["lamp-0001"]}, True),
        ({"devices": ["street_light/lamp-0001"]}, True),
        ({"devices": ["home_hub/lamp-0001"]}, False),
        ({"devices": ["lamp-000?"]}, True),
        ({"devices": ["street_light/*"]}, True),
        ({"devices": ["home_hub/*"]}, False),
        ({"devices": ["LAMP*"]}, False),
        ({"device*": ["lamp-*"]}, True),
        ({"products": ["*"]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_device_is_external_if_its_name_or_a_pattern_is_listed(names, is_contained):
    assert External(names).contains("device", "street_light", "lamp-0001") is is_contained


def test_name_with_characters_of_patterns_is_also_a_name():
    external = External({"topics": ["user/[a]", 7]})
    assert external.contains("topic", "street_light", "user/[a]")
    assert external.contains("topic", "7")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"product": ["lamp"]}, "external: product is not a kind of resource; did you mean products?"),
        ({"products": "lamp"}, "external: the value of products is not a list of names"),
        ({"products": [{"name": "lamp"}]}, "external: the value of products is not a list of names"),
    ],
)
def test_invalid_external_names_are_rejected(names, message):
    with pytest.raises(InvalidValue) as raised:
        External(names)
    assert str(raised.value).startswith(message)
