# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for creating and updating functions of thing models."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.tests.unit.emulator.services.thing_model.thing_models import (
    BLOCK,
    EDIT_OPERATIONS,
    EMPTY,
    READ_OPERATIONS,
    UNKNOWN_PRODUCT,
    make_event,
    make_service,
    make_tsl,
    number,
    parameter,
)

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
        assert api_error(action, ProductKey=key, **params).message == "ThingModelJson is missing"
    for params in ({}, {"TslUrl": "https://example.com/model.json"}):
        assert api_error("ImportThingModelTsl", ProductKey=key, **params).message == "TslStr is missing"


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


# Updating


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
        ("no/key", "iot.prod.InvalidFormattedProductkey"),
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


def test_asynchronous_copy_and_publication_take_effect(api, key):
    other = api("CreateProduct", ProductName="other", NodeType=0, AliyunCommodityCode="iothub_senior", DataFormat=1)
    target = other["ProductKey"]
    api("CopyThingModelAsync", SourceProductKey=key, TargetProductKey=target)
    api("PublishThingModelAsync", ProductKey=target, ThingModelVersion="v9")
    [version] = api("ListThingModelVersion", ProductKey=target)["Data"]["ModelVersions"]
    assert version["ModelVersion"] == "v9"
