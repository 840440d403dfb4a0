# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for custom blocks, and for deleting functions and blocks."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.tests.unit.emulator.services.thing_model.thing_models import (
    BLOCK,
    EMPTY,
    READ_OPERATIONS,
    add_functions,
    make_service,
    number,
)

# Blocks


def test_custom_block_has_its_own_functions(api, add, key, tsl, model):
    add(number("level"))
    # Functions in different blocks can have the same identifiers.
    add(number("level"), services=[make_service("open")], **BLOCK)
    assert model()["functionBlocks"] == [
        {"productKey": key, "functionBlockId": "battery", "functionBlockName": "电池モジ1"}
    ]
    block = model(FunctionBlockId="battery")
    expected = {"productKey": key, "identifier": "battery", "name": "电池モジ1", "description": ""}
    assert expected.items() <= block.items()
    assert [one["identifier"] for one in block["services"]] == ["open"]
    read = json.loads(api("GetThingModelTsl", ProductKey=key, FunctionBlockId="battery")["Data"]["TslStr"])
    assert read["services"][-1]["method"] == "thing.service.battery:open"
    assert tsl() == {**EMPTY, "properties": ["level"]}


def test_custom_block_name_and_description_are_updated(api, add, api_error, key, model):
    api("CreateThingModel", ProductKey=key, ThingModelJson='{"description": "cells"}', **BLOCK)
    assert model(FunctionBlockId="battery")["description"] == "cells"
    api("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps({"description": "x" * 100}), **BLOCK)
    api("CreateThingModel", ProductKey=key, ThingModelJson='{"description": "cells"}', **BLOCK)
    add(number("level"), **BLOCK)
    assert model(FunctionBlockId="battery")["description"] == "cells"
    api("UpdateThingModel", ProductKey=key, FunctionBlockId="battery", FunctionBlockName="battery_2")
    assert model(FunctionBlockId="battery")["name"] == "battery_2"
    changes = {"description": "more cells", "properties": [number("charge")]}
    api(
        "UpdateThingModel",
        ProductKey=key,
        FunctionBlockId="battery",
        Identifier="level",
        ThingModelJson=json.dumps(changes),
    )
    block = model(FunctionBlockId="battery")
    assert (block["name"], block["description"]) == ("battery_2", "more cells")
    assert block["properties"][0]["identifier"] == "charge"
    for description in ("x" * 101, 5):
        text = json.dumps({"description": description})
        error = api_error("CreateThingModel", ProductKey=key, ThingModelJson=text, **BLOCK)
        assert error.code == "iot.common.InvalidFormattedParameter"
    # Without Identifier, an update of a block needs parameters of a function or a new name.
    text = json.dumps({"properties": [number("charge")]})
    error = api_error("UpdateThingModel", ProductKey=key, FunctionBlockId="battery", ThingModelJson=text)
    assert error.code == "iot.system.IllegalRequest"


@pytest.mark.parametrize("action", ["CreateThingModel", "ImportThingModelTsl", "UpdateThingModel"])
@pytest.mark.parametrize(
    ("block", "code"),
    [
        ({"FunctionBlockName": "battery"}, "iot.system.IllegalRequest"),
        ({"FunctionBlockId": "a-b", "FunctionBlockName": "battery"}, "iot.common.InvalidFormattedParameter"),
        ({"FunctionBlockId": "a" * 31, "FunctionBlockName": "battery"}, "iot.common.InvalidFormattedParameter"),
        ({"FunctionBlockId": "battery", "FunctionBlockName": "电池模"}, "iot.common.InvalidFormattedParameter"),
        ({"FunctionBlockId": "battery", "FunctionBlockName": "电" * 31}, "iot.common.InvalidFormattedParameter"),
        ({"FunctionBlockId": "battery", "FunctionBlockName": "the block"}, "iot.common.InvalidFormattedParameter"),
    ],
)
def test_invalid_block_id_or_name_is_rejected(api_error, key, action, block, code):
    assert api_error(action, ProductKey=key, ThingModelJson="{}", TslStr="{}", **block).code == code


@pytest.mark.parametrize("action", ["CreateThingModel", "ImportThingModelTsl"])
def test_block_without_name_is_rejected(api_error, key, action):
    error = api_error(action, ProductKey=key, ThingModelJson="{}", TslStr="{}", FunctionBlockId="battery")
    assert error.code == "iot.system.IllegalRequest"


@pytest.mark.parametrize("action", [*READ_OPERATIONS, "UpdateThingModel"])
def test_unknown_block_is_rejected(api, api_error, key, action):
    api("PublishThingModel", ProductKey=key)
    error = api_error(action, ProductKey=key, FunctionBlockId="battery", ThingModelJson="{}")
    assert error.code == "iot.prod.QueryProductAbilitiesFailed"


# Deleting


def test_delete_thing_model_deletes_given_functions(api, add, key, tsl):
    add_functions(add)
    api(
        "DeleteThingModel",
        ProductKey=key,
        PropertyIdentifier=["b", "nothing"],
        ServiceIdentifier=["s"],
        EventIdentifier=["f"],
    )
    assert tsl() == {"properties": ["a"], "services": ["t"], "events": ["e"]}
    api("DeleteThingModel", ProductKey=key, FunctionBlockId="battery", PropertyIdentifier=["a"])
    assert tsl()["properties"] == ["a"]
    assert tsl(FunctionBlockId="battery")["properties"] == ["c"]


@pytest.mark.parametrize("identifiers", [{}, {"PropertyIdentifier": ["c"], "ServiceIdentifier": ["e"]}])
def test_delete_thing_model_with_unknown_identifiers_deletes_everything(api, add, key, tsl, model, identifiers):
    add_functions(add)
    api("DeleteThingModel", ProductKey=key, **identifiers)
    assert tsl() == EMPTY
    assert "functionBlocks" not in model()


@pytest.mark.parametrize("identifiers", [{}, {"PropertyIdentifier": ["b"]}])
def test_delete_thing_model_with_identifiers_unknown_in_block_deletes_block(api, add, key, tsl, model, identifiers):
    add_functions(add)
    api("DeleteThingModel", ProductKey=key, FunctionBlockId="battery", **identifiers)
    assert tsl()["properties"] == ["a", "b"]
    assert "functionBlocks" not in model()
    api("DeleteThingModel", ProductKey=key, FunctionBlockId="battery")
    assert tsl()["properties"] == ["a", "b"]


def test_delete_thing_model_with_eleven_identifiers_is_rejected(api_error, add, key, tsl):
    add_functions(add)
    eleven = [f"p{digit}" for digit in range(11)]
    for parameter_ in ("PropertyIdentifier", "ServiceIdentifier", "EventIdentifier"):
        assert api_error("DeleteThingModel", ProductKey=key, **{parameter_: eleven}).code == "iot.system.IllegalRequest"
    assert tsl()["properties"] == ["a", "b"]
