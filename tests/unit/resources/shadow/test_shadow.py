# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shadows: what a message holds, and which version it has."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.shadow.shadow import Shadow

SHADOW = Shadow()
NOW = {"product_key": "a1", "device": "lamp", "desired": {"a": 1, "b": [True]}, "version": 7}


@pytest.mark.parametrize(
    ("desired", "sent", "alone"),
    [
        ({"a": 1, "b": [True], "c": 3}, {"c": 3}, True),
        ({"a": 2, "b": [True]}, {"a": 2}, True),
        ({"a": 1, "b": [1]}, {"b": [1]}, True),
        ({"a": 1}, {"a": 1}, False),
        ({"a": 1, "c": 3}, {"a": 1, "c": 3}, False),
    ],
)
def test_what_is_added_is_sent_alone(desired, sent, alone):
    (step,) = plan(SHADOW, {"desired": desired}, NOW)
    message = json.loads(step.params["ShadowMessage"])
    assert message == {"method": "update", "state": {"desired": sent}, "version": 8}
    assert step.params["DeltaUpdate"] is alone


@pytest.mark.parametrize("text", ["", "{}", '{"state":{}}'])
def test_a_shadow_that_holds_nothing(text):
    told = SHADOW.details[0].parse(text)
    assert told == {"desired": {}, "reported": {}, "version": 0, "updated": None}
