# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for editing, publishing and reading thing models."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.thing_model import thing_model as service

UNKNOWN_PRODUCT = "a1nothing00"
EMPTY = {"properties": [], "services": [], "events": []}
BLOCK = {"FunctionBlockId": "battery", "FunctionBlockName": "电池モジ1"}

# The operations that edit a thing model, with sufficient parameters.
EDIT_OPERATIONS = {
    "CreateThingModel": {"ThingModelJson": '{"properties": []}', **BLOCK},
    "UpdateThingModel": {"Identifier": "on", "ThingModelJson": "{}"},
    "ImportThingModelTsl": {"TslStr": "{}"},
    "CopyThingModel": {},
    "DeleteThingModel": {},
    "PublishThingModel": {},
}
READ_OPERATIONS = (
    "QueryThingModel",
    "QueryThingModelPublished",
    "GetThingModelTsl",
    "GetThingModelTslPublished",
    "QueryThingModelExtendConfig",
    "QueryThingModelExtendConfigPublished",
)


@pytest.fixture
def create(api):
    """Create a product with a thing model and return its key."""

    def create(name: str = "light", **params) -> str:
        kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
        return api("CreateProduct", **{"ProductName": name, **kind, **params})["ProductKey"]

    return create


@pytest.fixture
def key(create) -> str:
    return create()


@pytest.fixture
def add(api, key):
    """Add functions to the draft."""

    def add(*properties, services=(), events=(), **params):
        written = {"properties": list(properties), "services": list(services), "events": list(events)}
        api("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(written), **params)

    return add


@pytest.fixture
def tsl(api, key):
    """Return the identifiers of the properties, services and events in a TSL, without the derived ones."""

    def tsl(action: str = "GetThingModelTsl", **params) -> dict[str, list[str]]:
        read = json.loads(api(action, **{"ProductKey": key, **params})["Data"]["TslStr"])
        return {
            kind: [one["identifier"] for one in read[kind] if one["identifier"] not in ("set", "get", "post")]
            for kind in EMPTY
        }

    return tsl


@pytest.fixture
def model(api, key):
    """Return a parsed ThingModelJson."""

    def model(action: str = "QueryThingModel", **params) -> dict:
        return json.loads(api(action, **{"ProductKey": key, **params})["Data"]["ThingModelJson"])

    return model


@pytest.fixture
def versions(api, key):
    """Return the published versions, newest first."""
    return lambda product=key: api("ListThingModelVersion", ProductKey=product)["Data"]["ModelVersions"]


@pytest.fixture
def published(platform, key):
    """Return the published thing model as other services read it."""

    def published(product: str = key) -> dict:
        with platform.store.transaction():
            return service.published_model(Context(platform.store, platform.clock.now(), Account()), product)

    return published


def number(identifier: str, **changes) -> dict:
    return {
        "identifier": identifier,
        "name": identifier,
        "rwFlag": "READ_WRITE",
        "dataType": "INT",
        "dataSpecs": {"dataType": "INT", "min": "0", "max": "200", "step": "1", "unit": "ppb"},
        **changes,
    }


def parameter(identifier: str, length: int = 5) -> dict:
    return {
        "identifier": identifier,
        "name": identifier,
        "dataType": "TEXT",
        "dataSpecs": {"dataType": "TEXT", "length": length},
    }


def make_service(identifier: str, *inputs: dict) -> dict:
    return {"identifier": identifier, "serviceName": identifier, "callType": "ASYNC", "inputParams": list(inputs)}


def make_event(identifier: str, *outputs: dict) -> dict:
    kind = {"eventType": "INFO_EVENT_TYPE"}
    return {"identifier": identifier, "eventName": identifier, **kind, "outputdata": list(outputs)}


def make_tsl(*identifiers: str) -> str:
    data_type = {"type": "bool", "specs": {"0": "off", "1": "on"}}
    properties = [
        {"identifier": identifier, "name": identifier, "accessMode": "rw", "dataType": data_type}
        for identifier in identifiers
    ]
    return json.dumps({"profile": {"productKey": "a1Other0000"}, "properties": properties})


# Functions


def test_new_product_has_empty_thing_model(api, key, tsl, model, versions, published):
    assert tsl() == tsl("GetThingModelTslPublished") == EMPTY
    assert model() == model("QueryThingModelPublished") == {"productKey": key, **EMPTY}
    assert api("QueryThingModel", ProductKey=key)["ProductKey"] == key
    assert versions() == []
    assert published() == {"properties": {}, "services": {}, "events": {}}


def test_created_functions_are_returned_with_generated_members(platform, add, key, model):
    add(number("level"), services=[make_service("open")], events=[make_event("opened")])
    now = platform.clock.now()
    read = model()
    level = read["properties"][0]
    assert 0 <= now - level.pop("createTs") < 10_000
    assert level == {
        **number("level", dataSpecs={**number("")["dataSpecs"], "custom": True}),
        "productKey": key,
        "custom": True,
        "customFlag": True,
        "std": False,
        "required": False,
    }
    assert [read[kind][0]["identifier"] for kind in EMPTY] == ["level", "open", "opened"]
    assert "_ppk" not in read
    assert "functionBlocks" not in read


def test_thing_model_json_members_are_sorted_by_name(api, add, key):
    add(number("level", name="高度"))
    text = api("QueryThingModel", ProductKey=key)["Data"]["ThingModelJson"]
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_functions_are_sorted_by_creation_time_and_identifier(platform, add, tsl):
    add(number("b"), number("a"))
    platform.clock.advance(1)
    add(number("0"), number("old", createTs=1_500_000_000_000))
    assert tsl()["properties"] == ["old", "a", "b", "0"]


def test_tsl_url_returns_same_content_as_tsl_text(api, add, key, download):
    add(number("level"))
    for action in ("GetThingModelTsl", "GetThingModelTslPublished"):
        data = api(action, ProductKey=key)["Data"]
        assert download(data["TslUri"]).decode() == data["TslStr"]


def test_tsl_with_simple_flag_contains_identifiers_and_data_types_only(api, add, key):
    add(number("level"))
    simple = json.loads(api("GetThingModelTsl", ProductKey=key, Simple=True)["Data"]["TslStr"])
    assert simple["properties"] == [{"identifier": "level", "dataType": {"type": "int"}}]
    full = json.loads(api("GetThingModelTsl", ProductKey=key, Simple=False)["Data"]["TslStr"])
    assert full["properties"][0]["accessMode"] == "rw"


def test_create_thing_model_with_eleven_functions_is_rejected(add, tsl, api_error, key):
    add(*(number(f"p{digit}") for digit in range(8)), services=[make_service("s")], events=[make_event("e")])
    eleven = {"properties": [number(f"q{digit}") for digit in range(11)]}
    error = api_error("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(eleven))
    assert error.code == "iot.system.IllegalRequest"
    assert len(tsl()["properties"]) == 8


@pytest.mark.parametrize(
    "duplicate",
    [
        {"properties": [number("level", name="other")]},
        {"properties": [number("other", name="level")]},
        {"services": [make_service("level")]},
        {"events": [make_event("one"), make_event("one")]},
    ],
)
def test_create_thing_model_with_duplicate_identifier_or_name_is_rejected(add, api_error, key, duplicate):
    add(number("level"))
    error = api_error("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(duplicate))
    assert error.code == "iot.prod.ThingModelNameDuplicated"
    message = "The thing model contains the identifier or name {} twice"
    assert error.message in (message.format("level"), message.format("one"))


@pytest.mark.parametrize("action", ["CreateThingModel", "UpdateThingModel"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "ThingModelJson: is not JSON"),
        ("[]", "ThingModelJson: must be a JSON object"),
        ('{"properties": [{}]}', "ThingModelJson.properties[0]: identifier is missing"),
    ],
)
def test_invalid_thing_model_json_is_rejected_with_path_and_reason(api_error, key, action, text, message):
    error = api_error(action, ProductKey=key, Identifier="level", ThingModelJson=text)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert error.message.startswith(message)


def test_request_without_functions_is_rejected(api, api_error, key):
    error = api_error("CreateThingModel", ProductKey=key, ThingModelJson="{}")
    assert error.code == "iot.common.InvalidFormattedParameter"
    for action, params in (
        ("CreateThingModel", {}),
        ("UpdateThingModel", {}),
        ("UpdateThingModel", {"FunctionBlockId": "battery"}),
    ):
        with pytest.raises(GatewayError, match="MissingThingModelJson"):
            api(action, ProductKey=key, **params)
    for params in ({}, {"TslUrl": "https://example.com/model.json"}):
        with pytest.raises(GatewayError, match="MissingTslStr"):
            api("ImportThingModelTsl", ProductKey=key, **params)


@pytest.mark.parametrize(
    ("action", "parameter"),
    [("CreateThingModel", "ThingModelJson"), ("UpdateThingModel", "ThingModelJson"), ("ImportThingModelTsl", "TslStr")],
)
def test_thing_model_parameter_over_256_kb_is_rejected(platform, api_error, key, action, parameter):
    head = '{"properties": [{}], "a": "'
    max_filler = 256 * 1024 - len('{"properties":[{}],"a":""}')
    # Whitespace does not count: the first text is rejected as invalid, the second as too large.
    fits = head + "x" * max_filler + '"}' + " " * 1000
    assert api_error(action, ProductKey=key, **{parameter: fits}).code != "iot.common.UpdateThingModelOverLimit"
    error = api_error(action, ProductKey=key, **{parameter: head + "x" * (max_filler + 1) + '"}'})
    assert error.code == "iot.common.UpdateThingModelOverLimit"


def test_draft_over_256_kb_is_rejected(add, api_error, key):
    values = [{"value": value, "name": f"{value:020}"} for value in range(2600)]
    choice = {"rwFlag": "READ_ONLY", "dataType": "ENUM", "dataSpecsList": values}
    for name in ("one", "two"):
        add({"identifier": name, "name": name, **choice})
    more = {"properties": [{"identifier": "three", "name": "three", **choice}]}
    error = api_error("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(more))
    assert error.code == "iot.common.UpdateThingModelOverLimit"


# Changing


def test_update_thing_model_replaces_function_and_keeps_creation_time(api, add, key, model):
    add(number("level", createTs=1_500_000_000_000), number("other"))
    new = number("height", name="Height", rwFlag="READ_ONLY")
    api("UpdateThingModel", ProductKey=key, Identifier="level", ThingModelJson=json.dumps({"properties": [new]}))
    height, other = model()["properties"]
    assert (height["identifier"], height["name"], height["rwFlag"]) == ("height", "Height", "READ_ONLY")
    assert height["createTs"] == 1_500_000_000_000
    assert other["identifier"] == "other"


@pytest.mark.parametrize(
    ("identifier", "functions", "code"),
    [
        ("nothing", {"properties": [number("level")]}, "iot.prod.QueryProductAbilityFailed"),
        ("level", {"services": [make_service("level")]}, "iot.prod.QueryProductAbilityFailed"),
        ("level", {"properties": [number("open")]}, "iot.prod.ThingModelNameDuplicated"),
        ("level", {"properties": [number("a"), number("b")]}, "iot.system.IllegalRequest"),
        ("level", {}, "iot.system.IllegalRequest"),
        ("", {"properties": [number("level")]}, "iot.system.IllegalRequest"),
        ("", {"services": [{"identifier": "open"}], "events": [{"identifier": "e"}]}, "iot.system.IllegalRequest"),
        ("", {"services": [{"identifier": "close"}]}, "iot.prod.QueryProductAbilityFailed"),
        (
            "",
            {"services": [{"identifier": "open", "inputParams": [parameter("where")]}]},
            "iot.prod.QueryProductAbilityFailed",
        ),
        (
            "",
            {"services": [{"identifier": "open", "inputParams": [parameter(f"p{number}") for number in range(51)]}]},
            "iot.system.IllegalRequest",
        ),
    ],
)
def test_update_thing_model_with_wrong_function_or_parameters_is_rejected(
    add, api_error, key, tsl, identifier, functions, code
):
    add(number("level"), services=[make_service("open", parameter("how"))])
    error = api_error("UpdateThingModel", ProductKey=key, Identifier=identifier, ThingModelJson=json.dumps(functions))
    assert error.code == code
    assert tsl() == {**EMPTY, "properties": ["level"], "services": ["open"]}


def test_update_thing_model_replaces_parameters(api, add, key, model):
    add(
        services=[make_service("open", parameter("how"), parameter("who"))],
        events=[make_event("opened", parameter("by"))],
    )
    for changes in (
        {"services": [{"identifier": "open", "inputParams": [parameter("who", 9)]}]},
        {"events": [{"identifier": "opened", "outputdata": [parameter("by", 8)]}]},
    ):
        api("UpdateThingModel", ProductKey=key, ThingModelJson=json.dumps(changes))
    read = model()
    inputs = [(one["identifier"], one["dataSpecs"]["length"]) for one in read["services"][0]["inputParams"]]
    assert inputs == [("how", 5), ("who", 9)]
    assert read["services"][0]["serviceName"] == "open"
    assert read["events"][0]["outputdata"][0]["dataSpecs"]["length"] == 8


def test_import_thing_model_tsl_replaces_block(api, add, key, tsl):
    add(number("level"), services=[make_service("open")], events=[make_event("opened")])
    add(number("charge"), **BLOCK)
    api("ImportThingModelTsl", ProductKey=key, TslStr=make_tsl("on", "dimmed"))
    assert tsl() == {**EMPTY, "properties": ["dimmed", "on"]}
    assert tsl(FunctionBlockId="battery")["properties"] == ["charge"]
    api("ImportThingModelTsl", ProductKey=key, TslStr=make_tsl("full"), **BLOCK)
    assert tsl()["properties"] == ["dimmed", "on"]
    assert tsl(FunctionBlockId="battery")["properties"] == ["full"]


def test_exported_tsl_can_be_imported(api, add, key, create, tsl):
    add(number("level"), services=[make_service("open", parameter("how"))], events=[make_event("opened")])
    read = api("GetThingModelTsl", ProductKey=key)["Data"]["TslStr"]
    other = create("other")
    api("ImportThingModelTsl", ProductKey=other, TslStr=read)
    assert api("GetThingModelTsl", ProductKey=other)["Data"]["TslStr"] == read.replace(key, other)


def test_import_of_invalid_tsl_is_rejected(api_error, key):
    error = api_error("ImportThingModelTsl", ProductKey=key, TslStr='{"properties": [{"identifier": "on"}]}')
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert error.message == "TslStr.properties[0]: name is missing"
    assert api_error("ImportThingModelTsl", ProductKey=key, TslStr=make_tsl("on", "on")).code == (
        "iot.prod.ThingModelNameDuplicated"
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


def add_functions(add) -> None:
    add(
        number("a"),
        number("b"),
        services=[make_service("s"), make_service("t")],
        events=[make_event("e"), make_event("f")],
    )
    add(number("a"), number("c"), **BLOCK)


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


# Copying


def test_copy_thing_model_replaces_whole_draft(api, add, key, create, tsl, model):
    add_functions(add)
    target = create("other")
    api("ImportThingModelTsl", ProductKey=target, TslStr=make_tsl("on"))
    api("ImportThingModelTsl", ProductKey=target, TslStr="{}", FunctionBlockId="other", FunctionBlockName="other")
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=target)
    assert tsl(ProductKey=target) == tsl()
    assert [block["functionBlockId"] for block in model(ProductKey=target)["functionBlocks"]] == ["battery"]
    assert tsl("GetThingModelTslPublished", ProductKey=target) == EMPTY


def test_copy_thing_model_with_version_copies_version(api, add, key, create, tsl, api_error):
    add(number("level"))
    api("PublishThingModel", ProductKey=key, ModelVersion="1.0")
    add(number("height"))
    target = create("other")
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=target, SourceModelVersion="1.0")
    assert tsl(ProductKey=target)["properties"] == ["level"]
    error = api_error("CopyThingModel", SourceProductKey=key, TargetProductKey=target, SourceModelVersion="2.0")
    assert error.code == "iot.prod.QueryProductAbilitiesFailed"


def test_copy_thing_model_between_categories_is_rejected(api, key, create, api_error):
    target = create("other", CategoryKey="Lighting")
    error = api_error("CopyThingModel", SourceProductKey=key, TargetProductKey=target)
    assert error.code == "iot.prod.InvalidFormattedCatId"


# Publishing


def test_publish_thing_model_makes_draft_effective(platform, api, add, key, tsl, model, versions, published):
    add(number("level"), events=[make_event("opened")])
    add(services=[make_service("open")], **BLOCK)
    assert tsl("GetThingModelTslPublished") == EMPTY
    api("PublishThingModel", ProductKey=key, ModelVersion="v1.0.0", Description="the first")
    assert tsl("GetThingModelTslPublished") == tsl()
    assert model("QueryThingModelPublished")["_ppk"] == {"version": "v1.0.0", "description": "the first"}
    assert "_ppk" not in model("QueryThingModelPublished", FunctionBlockId="battery")
    effective = published()
    assert effective["properties"]["level"]["data_type"] == {
        "type": "int",
        "min": "0",
        "max": "200",
        "step": "1",
        "unit": "ppb",
    }
    assert effective["properties"]["level"]["access"] == "rw"
    assert effective["services"]["battery:open"]["call_type"] == "async"
    assert effective["events"]["opened"]["type"] == "info"
    platform.clock.advance(1)
    api("DeleteThingModel", ProductKey=key)
    assert published() == effective
    api("PublishThingModel", ProductKey=key)
    assert published() == {"properties": {}, "services": {}, "events": {}}
    second, first = versions()
    assert first == {"ModelVersion": "v1.0.0", "Description": "the first", "GmtCreate": first["GmtCreate"]}
    assert second == {"ModelVersion": str(second["GmtCreate"]), "GmtCreate": second["GmtCreate"]}
    assert second["GmtCreate"] - first["GmtCreate"] >= 1000


def test_published_version_can_be_read(api, add, key, tsl, model, api_error):
    for name in ("one", "two"):
        add(number(name))
        api("PublishThingModel", ProductKey=key, ModelVersion=name)
    add(number("three"))
    for action in ("GetThingModelTsl", "GetThingModelTslPublished"):
        assert tsl(action, ModelVersion="one")["properties"] == ["one"]
    for action in ("QueryThingModel", "QueryThingModelPublished"):
        assert model(action, ModelVersion="one")["_ppk"] == {"version": "one"}
    assert len(tsl()["properties"]) == 3
    assert len(tsl("GetThingModelTslPublished")["properties"]) == 2
    for action in READ_OPERATIONS:
        assert api_error(action, ProductKey=key, ModelVersion="x").code == "iot.prod.QueryProductAbilitiesFailed"


@pytest.mark.parametrize("version", ["a" * 17, "1-0", "版本", "1 0"])
def test_invalid_version_is_rejected(api_error, key, version, versions):
    error = api_error("PublishThingModel", ProductKey=key, ModelVersion=version)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert versions() == []


def test_publish_thing_model_without_changes_creates_version(api, api_error, key, versions):
    api("PublishThingModel", ProductKey=key, ModelVersion="V.1")
    assert api_error("PublishThingModel", ProductKey=key, ModelVersion="V.1").code == "iot.system.IllegalRequest"
    # Also without an advance of the clock.
    for _time in range(9):
        api("PublishThingModel", ProductKey=key)
    assert len({version["ModelVersion"] for version in versions()}) == 10
    api("PublishThingModel", ProductKey=key, ModelVersion="new")
    assert [versions()[0]["ModelVersion"], len(versions())] == ["new", 10]
    assert "V.1" not in [version["ModelVersion"] for version in versions()]


def test_version_limit_applies_per_product(api, create, versions):
    one, two = create("one_"), create("two_")
    for number_ in range(6):
        api("PublishThingModel", ProductKey=one, ModelVersion=f"{number_}")
        api("PublishThingModel", ProductKey=two, ModelVersion=f"{number_}")
    assert len(versions(one)) == len(versions(two)) == 6


def test_thing_model_of_released_product_cannot_be_edited(api, add, api_error, key, create, versions, tsl):
    add_functions(add)
    before = tsl()
    api("ReleaseProduct", ProductKey=key)
    source = create("other")
    for action, params in EDIT_OPERATIONS.items():
        which = (
            {"SourceProductKey": source, "TargetProductKey": key} if action == "CopyThingModel" else {"ProductKey": key}
        )
        error = api_error(action, **which, **params)
        assert (error.code, "CancelReleaseProduct" in error.message) == ("iot.system.IllegalRequest", True)
    assert tsl() == before
    assert versions() == []
    # The thing model can still be read and copied.
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=source)
    api("CancelReleaseProduct", ProductKey=key)
    api("DeleteThingModel", ProductKey=key)
    assert tsl() == EMPTY


# Categories


def test_new_product_has_thing_model_of_its_category(platform, api, create, tsl, versions, published):
    key = create("lamp", CategoryKey="Lighting")
    platform.clock.advance(60)
    created = api("QueryProduct", ProductKey=key)["Data"]["GmtCreate"]
    assert versions(key) == [{"ModelVersion": str(created), "GmtCreate": created}]
    template = json.loads(api("GetThingTemplate", CategoryKey="Lighting")["ThingModelJSON"])
    expected = {kind: [one["identifier"] for one in template[kind]] for kind in EMPTY}
    assert tsl(ProductKey=key) == tsl("GetThingModelTslPublished", ProductKey=key) == expected
    assert published(key)["properties"]["LightStatus"]["created"] == created


@pytest.mark.parametrize("params", [{"CategoryKey": "Lighting", "PublishAuto": False}, {"CategoryKey": ""}, {}])
def test_initial_model_without_category_or_auto_publish_is_not_published(create, tsl, versions, published, params):
    key = create("lamp", **params)
    assert published(key) == {"properties": {}, "services": {}, "events": {}}
    assert versions(key) == []
    assert bool(tsl(ProductKey=key)["properties"]) == (params.get("CategoryKey") == "Lighting")


def test_deleted_category_functions_are_not_restored(api, create, tsl):
    key = create("lamp", CategoryKey="Lighting")
    api("DeleteThingModel", ProductKey=key)
    assert tsl(ProductKey=key) == EMPTY


def test_updated_standard_function_remains_standard(api, create, model):
    key = create("lamp", CategoryKey="Lighting")
    standard = next(one for one in model(ProductKey=key)["properties"] if one["identifier"] == "LightStatus")
    assert (standard["std"], standard["custom"]) == (True, False)
    changes = json.dumps({"properties": [{**standard, "name": "灯"}]})
    api("UpdateThingModel", ProductKey=key, Identifier="LightStatus", ThingModelJson=changes)
    assert {**standard, "name": "灯"} in model(ProductKey=key)["properties"]


# Extended descriptions


def test_extended_descriptions_of_published_version_are_returned(api, create, model):
    key = create("meter", ProtocolType="modbus")
    config = {"registerAddress": "0x04", "operateType": "inputStatus", "writeFunctionCode": 0, "scaling": 1}
    properties = [number("configured", extendConfig=json.dumps(config)), number("plain")]
    text = json.dumps({"properties": properties})
    api("CreateThingModel", ProductKey=key, ThingModelJson=text)
    configured, plain = model(ProductKey=key)["properties"]
    assert configured["extendConfig"] == {"identifier": "configured", **config}
    code = configured["configCode"]
    assert len(code) == 45
    assert code[32:].isdigit()
    assert not {"extendConfig", "configCode"} & plain.keys()

    def exported(action: str, **params) -> dict:
        return json.loads(api(action, ProductKey=key, **params)["Data"]["Configuration"])

    empty = {"profile": {"productKey": key}, **EMPTY}
    for action in ("QueryThingModelExtendConfig", "QueryThingModelExtendConfigPublished"):
        assert exported(action) == empty
    api("PublishThingModel", ProductKey=key, ModelVersion="1")
    api("ImportThingModelTsl", ProductKey=key, TslStr=make_tsl("configured"))
    api("PublishThingModel", ProductKey=key, ModelVersion="2")
    for action in ("QueryThingModelExtendConfig", "QueryThingModelExtendConfigPublished"):
        assert exported(action) == empty
        assert exported(action, ModelVersion="1") == {**empty, "properties": [configured["extendConfig"]]}


def test_config_code_is_kept_on_update_and_changed_on_copy(api, create, model):
    one, two = create("one_", ProtocolType="customize"), create("two_", ProtocolType="customize")
    configured = number("configured", extendConfig={"customize": {"a": 1}})
    api("CreateThingModel", ProductKey=one, ThingModelJson=json.dumps({"properties": [configured]}))
    code = model(ProductKey=one)["properties"][0]["configCode"]
    changed = json.dumps({"properties": [number("other", extendConfig={"customize": {"a": 2}})]})
    api("UpdateThingModel", ProductKey=one, Identifier="configured", ThingModelJson=changed)
    assert model(ProductKey=one)["properties"][0]["configCode"] == code
    api("CopyThingModel", SourceProductKey=one, TargetProductKey=two)
    assert model(ProductKey=two)["properties"][0]["configCode"] != code
    plain = json.dumps({"properties": [number("other")]})
    api("UpdateThingModel", ProductKey=one, Identifier="other", ThingModelJson=plain)
    assert "configCode" not in model(ProductKey=one)["properties"][0]


def test_extended_description_without_protocol_is_rejected(api_error, key):
    configured = json.dumps({"properties": [number("level", extendConfig={"registerAddress": "0x1"})]})
    error = api_error("CreateThingModel", ProductKey=key, ThingModelJson=configured)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert error.message.startswith("ThingModelJson.properties[0].extendConfig: is only for products")


# Products


@pytest.mark.parametrize("action", [*EDIT_OPERATIONS, *READ_OPERATIONS, "ListThingModelVersion"])
def test_product_without_thing_model_is_rejected(api, api_error, action):
    basic = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    params = EDIT_OPERATIONS.get(action, {})
    for product, code in (
        (basic, "iot.prod.NotSeniorProduct"),
        (UNKNOWN_PRODUCT, "iot.prod.NotExistedProduct"),
        ("no/key", "iot.prod.InvalidFormattedProductKey"),
    ):
        which = (
            {"SourceProductKey": product, "TargetProductKey": product}
            if action == "CopyThingModel"
            else {"ProductKey": product}
        )
        assert api_error(action, **which, **params).code == code


@pytest.mark.parametrize("action", ["QueryThingModel", "GetThingModelTsl", "DeleteThingModel", "ImportThingModelTsl"])
def test_missing_product_key_is_rejected(api_error, action):
    assert api_error(action, TslStr="{}").code == "iot.prod.NullProductKey"


def test_thing_model_is_deleted_with_its_product(platform, api, key):
    api("PublishThingModel", ProductKey=key)
    assert [platform.store.count(table) for table in ("thing_model", "thing_model_version")] == [1, 1]
    api("DeleteProduct", ProductKey=key)
    assert [platform.store.count(table) for table in ("thing_model", "thing_model_version")] == [0, 0]
