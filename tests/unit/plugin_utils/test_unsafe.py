# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests that text of the platform is not evaluated as a template."""

from __future__ import annotations

import pytest

TEMPLATE = "{{ 1 + 1 }}"


@pytest.fixture
def evaluate():
    """Return a function that evaluates a template with variables."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar

    try:
        from ansible.template import trust_as_template
    except ImportError:
        trust_as_template = str

    def evaluate(template: str, **variables):
        return Templar(loader=DataLoader(), variables=variables).template(trust_as_template(template))

    return evaluate


def test_marked_text_at_any_depth_is_not_evaluated(evaluate):
    from ansible_collections.iotops.aliyun.plugins.plugin_utils.unsafe import mark_unsafe

    tags = mark_unsafe({"note": TEMPLATE, "rows": [{"note": TEMPLATE}], TEMPLATE: 1})
    assert evaluate("{{ tags }}", tags=tags) == {"note": TEMPLATE, "rows": [{"note": TEMPLATE}], TEMPLATE: 1}
    assert evaluate("{{ tags.rows[0].note ~ '!' }}", tags=tags) == f"{TEMPLATE}!"
    assert evaluate("{{ tags | first | upper }}", tags=mark_unsafe([TEMPLATE])) == TEMPLATE


def test_marked_value_equals_the_value():
    from ansible_collections.iotops.aliyun.plugins.plugin_utils.unsafe import mark_unsafe

    value = {"text": "a", "number": 1, "none": None, "list": ["b", 2.5, True]}
    assert mark_unsafe(value) == value
