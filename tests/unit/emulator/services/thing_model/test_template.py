# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Categories of products."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model, thing_model_json
from ansible_collections.iotops.aliyun.emulator.services.thing_model.template import initial_model


def test_every_category_has_a_model_that_can_be_made(api):
    categories = api("ListThingTemplates")["Data"]
    assert {"CategoryKey": "Lighting", "CategoryName": "路灯照明"} in categories
    assert len({category["CategoryKey"] for category in categories}) == len(categories) > 1
    for category in categories:
        written = json.loads(api("GetThingTemplate", CategoryKey=category["CategoryKey"])["ThingModelJSON"])
        assert set(written) == set(model.KINDS)
        block = {**model.empty_block(), **thing_model_json.read(written, None)}
        assert block["properties"]
        assert model.repeated(block) == ""
        for function in model.functions(block):
            assert function["custom"] is False
        for one in written["properties"]:
            assert (one["std"], one["custom"], one["customFlag"]) == (True, False, False)
            assert not {"productKey", "createTs"} & one.keys()


def test_a_category_that_is_not_there(refused):
    assert refused("GetThingTemplate", CategoryKey="lighting").code == "iot.prod.InvalidFormattedCatId"
    assert initial_model("lighting", 1) is None
    assert initial_model(None, 1) is None


def test_no_two_products_share_a_model():
    one, two = initial_model("DoorLock", 5), initial_model("DoorLock", 5)
    assert one == two
    one[model.DEFAULT]["services"][0]["inputs"].clear()
    assert one != two
    assert {function["created"] for function in model.functions(two[model.DEFAULT])} == {5}
