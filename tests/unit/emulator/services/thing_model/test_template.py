# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for product categories and their standard thing models."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model, thing_model_json
from ansible_collections.iotops.aliyun.emulator.services.thing_model.template import initial_model


def test_thing_template_of_every_category_is_a_valid_model(api):
    categories = api("ListThingTemplates")["Data"]
    assert {"CategoryKey": "Lighting", "CategoryName": "路灯照明"} in categories
    assert len({category["CategoryKey"] for category in categories}) == len(categories) > 1
    for category in categories:
        template = json.loads(api("GetThingTemplate", CategoryKey=category["CategoryKey"])["ThingModelJSON"])
        assert set(template) == set(model.KINDS)
        block = {**model.empty_block(), **thing_model_json.read(template, None)}
        assert block["properties"]
        assert model.find_duplicate(block) == ""
        for function in model.functions(block):
            assert function["custom"] is False
        for one in template["properties"]:
            assert (one["std"], one["custom"], one["customFlag"]) == (True, False, False)
            assert not {"productKey", "createTs"} & one.keys()


def test_thing_template_of_unknown_category_is_rejected(api_error):
    assert api_error("GetThingTemplate", CategoryKey="lighting").code == "iot.prod.InvalidFormattedCatId"
    assert initial_model("lighting", 1) is None
    assert initial_model(None, 1) is None


def test_initial_models_of_two_products_are_independent():
    first, second = initial_model("DoorLock", 5), initial_model("DoorLock", 5)
    assert first == second
    first[model.DEFAULT]["services"][0]["inputs"].clear()
    assert first != second
    assert {function["created"] for function in model.functions(second[model.DEFAULT])} == {5}
