# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shadows: content and version of the messages."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.shadow.shadow import Shadow

SHADOW = Shadow()
CURRENT = {"product_key": "a1", "device": "lamp", "desired": {"a": 1, "b": [True]}, "version": 7}


@pytest.mark.parametrize(
    ("desired", "sent", "is_delta"),
    [
        ({"a": 1, "b": [True], "c": 3}, {"c": 3}, True),
        ({"a": 2, "b": [True]}, {"a": 2}, True),
        ({"a": 1, "b": [1]}, {"b": [1]}, True),
        ({"a": 1}, {"a": 1}, False),
        ({"a": 1, "c": 3}, {"a": 1, "c": 3}, False),
    ],
)
def test_added_attributes_are_sent_as_delta(desired, sent, is_delta):
    (step,) = plan(SHADOW, {"desired": desired}, CURRENT)
    message = json.loads(step.params["ShadowMessage"])
    assert message == {"method": "update", "state": {"desired": sent}, "version": 8}
    assert step.params["DeltaUpdate"] is is_delta


@pytest.mark.parametrize("text", ["", "{}", '{"state":{}}'])
def test_empty_shadow_is_parsed(text):
    parsed = SHADOW.details[0].parse(text)
    assert parsed == {"desired": {}, "reported": {}, "version": 0, "updated": None}
