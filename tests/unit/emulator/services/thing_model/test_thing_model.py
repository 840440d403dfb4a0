# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models: changing, publishing and reading them."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.thing_model import thing_model as service

ABSENT = "a1nothing00"
EMPTY = {"properties": [], "services": [], "events": []}
BLOCK = {"FunctionBlockId": "battery", "FunctionBlockName": "电池モジ1"}

# What changes a thing model, with parameters that would do.
CHANGES = {
    "CreateThingModel": {"ThingModelJson": '{"properties": []}', **BLOCK},
    "UpdateThingModel": {"Identifier": "on", "ThingModelJson": "{}"},
    "ImportThingModelTsl": {"TslStr": "{}"},
    "CopyThingModel": {},
    "DeleteThingModel": {},
    "PublishThingModel": {},
}
READS = (
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
    """The properties, services and events in a TSL, as identifiers without those that are derived."""

    def tsl(action: str = "GetThingModelTsl", **params) -> dict[str, list[str]]:
        read = json.loads(api(action, **{"ProductKey": key, **params})["Data"]["TslStr"])
        return {
            kind: [one["identifier"] for one in read[kind] if one["identifier"] not in ("set", "get", "post")]
            for kind in EMPTY
        }

    return tsl


@pytest.fixture
def model(api, key):
    """A ThingModelJson."""

    def model(action: str = "QueryThingModel", **params) -> dict:
        return json.loads(api(action, **{"ProductKey": key, **params})["Data"]["ThingModelJson"])

    return model


@pytest.fixture
def versions(api, key):
    """The versions, newest first."""
    return lambda product=key: api("ListThingModelVersion", ProductKey=product)["Data"]["ModelVersions"]


@pytest.fixture
def published(platform, key):
    """What other services see of the thing model."""

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


def parameter(identifier: str, most: int = 5) -> dict:
    return {
        "identifier": identifier,
        "name": identifier,
        "dataType": "TEXT",
        "dataSpecs": {"dataType": "TEXT", "length": most},
    }


def service_of(identifier: str, *inputs: dict) -> dict:
    return {"identifier": identifier, "serviceName": identifier, "callType": "ASYNC", "inputParams": list(inputs)}


def event_of(identifier: str, *outputs: dict) -> dict:
    kind = {"eventType": "INFO_EVENT_TYPE"}
    return {"identifier": identifier, "eventName": identifier, **kind, "outputdata": list(outputs)}


def tsl_of(*identifiers: str) -> str:
    data_type = {"type": "bool", "specs": {"0": "off", "1": "on"}}
    properties = [
        {"identifier": identifier, "name": identifier, "accessMode": "rw", "dataType": data_type}
        for identifier in identifiers
    ]
    return json.dumps({"profile": {"productKey": "a1Other0000"}, "properties": properties})


# Functions


def test_a_new_product_has_an_empty_model(api, key, tsl, model, versions, published):
    assert tsl() == tsl("GetThingModelTslPublished") == EMPTY
    assert model() == model("QueryThingModelPublished") == {"productKey": key, **EMPTY}
    assert api("QueryThingModel", ProductKey=key)["ProductKey"] == key
    assert versions() == []
    assert published() == {"properties": {}, "services": {}, "events": {}}


def test_functions_come_back_with_what_the_platform_adds(platform, add, key, model):
    add(number("level"), services=[service_of("open")], events=[event_of("opened")])
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


def test_members_stand_in_the_order_of_their_names(api, add, key):
    add(number("level", name="高度"))
    text = api("QueryThingModel", ProductKey=key)["Data"]["ThingModelJson"]
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_functions_stand_in_the_order_of_their_age(platform, add, tsl):
    add(number("b"), number("a"))
    platform.clock.advance(1)
    add(number("0"), number("old", createTs=1_500_000_000_000))
    assert tsl()["properties"] == ["old", "a", "b", "0"]


def test_both_addresses_of_a_tsl_lead_to_the_same(api, add, key, download):
    add(number("level"))
    for action in ("GetThingModelTsl", "GetThingModelTslPublished"):
        data = api(action, ProductKey=key)["Data"]
        assert download(data["TslUri"]).decode() == data["TslStr"]


def test_a_simple_tsl(api, add, key):
    add(number("level"))
    simple = json.loads(api("GetThingModelTsl", ProductKey=key, Simple=True)["Data"]["TslStr"])
    assert simple["properties"] == [{"identifier": "level", "dataType": {"type": "int"}}]
    full = json.loads(api("GetThingModelTsl", ProductKey=key, Simple=False)["Data"]["TslStr"])
    assert full["properties"][0]["accessMode"] == "rw"


def test_one_call_makes_ten_functions(add, tsl, refused, key):
    add(*(number(f"p{digit}") for digit in range(8)), services=[service_of("s")], events=[event_of("e")])
    eleven = {"properties": [number(f"q{digit}") for digit in range(11)]}
    wrong = refused("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(eleven))
    assert wrong.code == "iot.system.IllegalRequest"
    assert len(tsl()["properties"]) == 8


@pytest.mark.parametrize(
    "again",
    [
        {"properties": [number("level", name="other")]},
        {"properties": [number("other", name="level")]},
        {"services": [service_of("level")]},
        {"events": [event_of("one"), event_of("one")]},
    ],
)
def test_functions_that_look_alike(add, refused, key, again):
    add(number("level"))
    wrong = refused("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(again))
    assert wrong.code == "iot.prod.ThingModelNameDuplicated"
    assert wrong.message in ("level is there twice in the thing model", "one is there twice in the thing model")


@pytest.mark.parametrize("action", ["CreateThingModel", "UpdateThingModel"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "ThingModelJson: is not JSON"),
        ("[]", "ThingModelJson: is not a JSON object"),
        ('{"properties": [{}]}', "ThingModelJson.properties[0]: identifier is missing"),
    ],
)
def test_what_is_wrong_is_said(refused, key, action, text, message):
    wrong = refused(action, ProductKey=key, Identifier="level", ThingModelJson=text)
    assert wrong.code == "iot.common.InvalidFormattedParameter"
    assert wrong.message.startswith(message)


def test_a_call_that_makes_nothing(api, refused, key):
    wrong = refused("CreateThingModel", ProductKey=key, ThingModelJson="{}")
    assert wrong.code == "iot.common.InvalidFormattedParameter"
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
def test_a_thing_model_has_256_kb(platform, refused, key, action, parameter):
    head = '{"properties": [{}], "a": "'
    most = 256 * 1024 - len('{"properties":[{}],"a":""}')
    # Blanks do not count: this one is found wrong, the other too large.
    fits = head + "x" * most + '"}' + " " * 1000
    assert refused(action, ProductKey=key, **{parameter: fits}).code != "iot.common.UpdateThingModelOverLimit"
    wrong = refused(action, ProductKey=key, **{parameter: head + "x" * (most + 1) + '"}'})
    assert wrong.code == "iot.common.UpdateThingModelOverLimit"


def test_a_thing_model_cannot_grow_beyond_256_kb(add, refused, key):
    many = [{"value": value, "name": f"{value:020}"} for value in range(2600)]
    choice = {"rwFlag": "READ_ONLY", "dataType": "ENUM", "dataSpecsList": many}
    for name in ("one", "two"):
        add({"identifier": name, "name": name, **choice})
    more = {"properties": [{"identifier": "three", "name": "three", **choice}]}
    wrong = refused("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(more))
    assert wrong.code == "iot.common.UpdateThingModelOverLimit"


# Changing


def test_a_function_is_replaced(api, add, key, model):
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
        ("level", {"services": [service_of("level")]}, "iot.prod.QueryProductAbilityFailed"),
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
def test_updates_that_are_refused(add, refused, key, tsl, identifier, functions, code):
    add(number("level"), services=[service_of("open", parameter("how"))])
    wrong = refused("UpdateThingModel", ProductKey=key, Identifier=identifier, ThingModelJson=json.dumps(functions))
    assert wrong.code == code
    assert tsl() == {**EMPTY, "properties": ["level"], "services": ["open"]}


def test_parameters_are_replaced(api, add, key, model):
    add(services=[service_of("open", parameter("how"), parameter("who"))], events=[event_of("opened", parameter("by"))])
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


def test_an_import_replaces_the_block(api, add, key, tsl):
    add(number("level"), services=[service_of("open")], events=[event_of("opened")])
    add(number("charge"), **BLOCK)
    api("ImportThingModelTsl", ProductKey=key, TslStr=tsl_of("on", "dimmed"))
    assert tsl() == {**EMPTY, "properties": ["dimmed", "on"]}
    assert tsl(FunctionBlockId="battery")["properties"] == ["charge"]
    api("ImportThingModelTsl", ProductKey=key, TslStr=tsl_of("full"), **BLOCK)
    assert tsl()["properties"] == ["dimmed", "on"]
    assert tsl(FunctionBlockId="battery")["properties"] == ["full"]


def test_what_was_read_can_be_imported(api, add, key, create, tsl):
    add(number("level"), services=[service_of("open", parameter("how"))], events=[event_of("opened")])
    read = api("GetThingModelTsl", ProductKey=key)["Data"]["TslStr"]
    other = create("other")
    api("ImportThingModelTsl", ProductKey=other, TslStr=read)
    assert api("GetThingModelTsl", ProductKey=other)["Data"]["TslStr"] == read.replace(key, other)


def test_imports_that_are_refused(refused, key):
    wrong = refused("ImportThingModelTsl", ProductKey=key, TslStr='{"properties": [{"identifier": "on"}]}')
    assert wrong.code == "iot.common.InvalidFormattedParameter"
    assert wrong.message == "TslStr.properties[0]: name is missing"
    assert refused("ImportThingModelTsl", ProductKey=key, TslStr=tsl_of("on", "on")).code == (
        "iot.prod.ThingModelNameDuplicated"
    )


# Blocks


def test_custom_blocks(api, add, key, tsl, model):
    add(number("level"))
    # The same names in another block mean other functions.
    add(number("level"), services=[service_of("open")], **BLOCK)
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


def test_a_custom_block_is_described_and_renamed(api, add, refused, key, model):
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
        wrong = refused("CreateThingModel", ProductKey=key, ThingModelJson=text, **BLOCK)
        assert wrong.code == "iot.common.InvalidFormattedParameter"
    # Only a function or a name changes a block without an identifier.
    text = json.dumps({"properties": [number("charge")]})
    wrong = refused("UpdateThingModel", ProductKey=key, FunctionBlockId="battery", ThingModelJson=text)
    assert wrong.code == "iot.system.IllegalRequest"


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
def test_blocks_that_are_refused(refused, key, action, block, code):
    assert refused(action, ProductKey=key, ThingModelJson="{}", TslStr="{}", **block).code == code


@pytest.mark.parametrize("action", ["CreateThingModel", "ImportThingModelTsl"])
def test_a_block_is_made_with_its_name(refused, key, action):
    wrong = refused(action, ProductKey=key, ThingModelJson="{}", TslStr="{}", FunctionBlockId="battery")
    assert wrong.code == "iot.system.IllegalRequest"


@pytest.mark.parametrize("action", [*READS, "UpdateThingModel"])
def test_a_block_that_is_not_there(api, refused, key, action):
    api("PublishThingModel", ProductKey=key)
    wrong = refused(action, ProductKey=key, FunctionBlockId="battery", ThingModelJson="{}")
    assert wrong.code == "iot.prod.QueryProductAbilitiesFailed"


# Deleting


def fill(add) -> None:
    add(number("a"), number("b"), services=[service_of("s"), service_of("t")], events=[event_of("e"), event_of("f")])
    add(number("a"), number("c"), **BLOCK)


def test_functions_are_deleted(api, add, key, tsl):
    fill(add)
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
def test_identifiers_that_are_not_there_delete_everything(api, add, key, tsl, model, identifiers):
    fill(add)
    api("DeleteThingModel", ProductKey=key, **identifiers)
    assert tsl() == EMPTY
    assert "functionBlocks" not in model()


@pytest.mark.parametrize("identifiers", [{}, {"PropertyIdentifier": ["b"]}])
def test_identifiers_that_are_not_in_a_block_delete_the_block(api, add, key, tsl, model, identifiers):
    fill(add)
    api("DeleteThingModel", ProductKey=key, FunctionBlockId="battery", **identifiers)
    assert tsl()["properties"] == ["a", "b"]
    assert "functionBlocks" not in model()
    api("DeleteThingModel", ProductKey=key, FunctionBlockId="battery")
    assert tsl()["properties"] == ["a", "b"]


def test_one_call_deletes_ten_of_each_kind(refused, add, key, tsl):
    fill(add)
    eleven = [f"p{digit}" for digit in range(11)]
    for parameter_ in ("PropertyIdentifier", "ServiceIdentifier", "EventIdentifier"):
        assert refused("DeleteThingModel", ProductKey=key, **{parameter_: eleven}).code == "iot.system.IllegalRequest"
    assert tsl()["properties"] == ["a", "b"]


# Copying


def test_a_copy_replaces_the_whole_draft(api, add, key, create, tsl, model):
    fill(add)
    target = create("other")
    api("ImportThingModelTsl", ProductKey=target, TslStr=tsl_of("on"))
    api("ImportThingModelTsl", ProductKey=target, TslStr="{}", FunctionBlockId="other", FunctionBlockName="other")
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=target)
    assert tsl(ProductKey=target) == tsl()
    assert [block["functionBlockId"] for block in model(ProductKey=target)["functionBlocks"]] == ["battery"]
    assert tsl("GetThingModelTslPublished", ProductKey=target) == EMPTY


def test_a_version_is_copied(api, add, key, create, tsl, refused):
    add(number("level"))
    api("PublishThingModel", ProductKey=key, ModelVersion="1.0")
    add(number("height"))
    target = create("other")
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=target, SourceModelVersion="1.0")
    assert tsl(ProductKey=target)["properties"] == ["level"]
    wrong = refused("CopyThingModel", SourceProductKey=key, TargetProductKey=target, SourceModelVersion="2.0")
    assert wrong.code == "iot.prod.QueryProductAbilitiesFailed"


def test_a_copy_stays_within_a_category(api, key, create, refused):
    target = create("other", CategoryKey="Lighting")
    wrong = refused("CopyThingModel", SourceProductKey=key, TargetProductKey=target)
    assert wrong.code == "iot.prod.InvalidFormattedCatId"


# Publishing


def test_the_draft_comes_into_force_when_it_is_published(platform, api, add, key, tsl, model, versions, published):
    add(number("level"), events=[event_of("opened")])
    add(services=[service_of("open")], **BLOCK)
    assert tsl("GetThingModelTslPublished") == EMPTY
    api("PublishThingModel", ProductKey=key, ModelVersion="v1.0.0", Description="the first")
    assert tsl("GetThingModelTslPublished") == tsl()
    assert model("QueryThingModelPublished")["_ppk"] == {"version": "v1.0.0", "description": "the first"}
    assert "_ppk" not in model("QueryThingModelPublished", FunctionBlockId="battery")
    in_force = published()
    assert in_force["properties"]["level"]["data_type"] == {
        "type": "int",
        "min": "0",
        "max": "200",
        "step": "1",
        "unit": "ppb",
    }
    assert in_force["properties"]["level"]["access"] == "rw"
    assert in_force["services"]["battery:open"]["call_type"] == "async"
    assert in_force["events"]["opened"]["type"] == "info"
    platform.clock.advance(1)
    api("DeleteThingModel", ProductKey=key)
    assert published() == in_force
    api("PublishThingModel", ProductKey=key)
    assert published() == {"properties": {}, "services": {}, "events": {}}
    second, first = versions()
    assert first == {"ModelVersion": "v1.0.0", "Description": "the first", "GmtCreate": first["GmtCreate"]}
    assert second == {"ModelVersion": str(second["GmtCreate"]), "GmtCreate": second["GmtCreate"]}
    assert second["GmtCreate"] - first["GmtCreate"] >= 1000


def test_old_versions_can_be_read(api, add, key, tsl, model, refused):
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
    for action in READS:
        assert refused(action, ProductKey=key, ModelVersion="x").code == "iot.prod.QueryProductAbilitiesFailed"


@pytest.mark.parametrize("version", ["a" * 17, "1-0", "版本", "1 0"])
def test_versions_that_are_refused(refused, key, version, versions):
    wrong = refused("PublishThingModel", ProductKey=key, ModelVersion=version)
    assert wrong.code == "iot.common.InvalidFormattedParameter"
    assert versions() == []


def test_every_publication_is_a_version_of_its_own(api, refused, key, versions):
    api("PublishThingModel", ProductKey=key, ModelVersion="V.1")
    assert refused("PublishThingModel", ProductKey=key, ModelVersion="V.1").code == "iot.system.IllegalRequest"
    # At the same moment as well.
    for _time in range(9):
        api("PublishThingModel", ProductKey=key)
    assert len({version["ModelVersion"] for version in versions()}) == 10
    api("PublishThingModel", ProductKey=key, ModelVersion="new")
    assert [versions()[0]["ModelVersion"], len(versions())] == ["new", 10]
    assert "V.1" not in [version["ModelVersion"] for version in versions()]


def test_ten_versions_are_kept_of_each_product(api, create, versions):
    one, two = create("one_"), create("two_")
    for number_ in range(6):
        api("PublishThingModel", ProductKey=one, ModelVersion=f"{number_}")
        api("PublishThingModel", ProductKey=two, ModelVersion=f"{number_}")
    assert len(versions(one)) == len(versions(two)) == 6


def test_a_released_product_is_closed(api, add, refused, key, create, versions, tsl):
    fill(add)
    before = tsl()
    api("ReleaseProduct", ProductKey=key)
    source = create("other")
    for action, params in CHANGES.items():
        which = (
            {"SourceProductKey": source, "TargetProductKey": key} if action == "CopyThingModel" else {"ProductKey": key}
        )
        wrong = refused(action, **which, **params)
        assert (wrong.code, "CancelReleaseProduct" in wrong.message) == ("iot.system.IllegalRequest", True)
    assert tsl() == before
    assert versions() == []
    # Reading it and copying from it is open.
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=source)
    api("CancelReleaseProduct", ProductKey=key)
    api("DeleteThingModel", ProductKey=key)
    assert tsl() == EMPTY


# Categories


def test_a_product_begins_with_the_model_of_its_category(platform, api, create, tsl, versions, published):
    key = create("lamp", CategoryKey="Lighting")
    platform.clock.advance(60)
    created = api("QueryProduct", ProductKey=key)["Data"]["GmtCreate"]
    assert versions(key) == [{"ModelVersion": str(created), "GmtCreate": created}]
    template = json.loads(api("GetThingTemplate", CategoryKey="Lighting")["ThingModelJSON"])
    expected = {kind: [one["identifier"] for one in template[kind]] for kind in EMPTY}
    assert tsl(ProductKey=key) == tsl("GetThingModelTslPublished", ProductKey=key) == expected
    assert published(key)["properties"]["LightStatus"]["created"] == created


@pytest.mark.parametrize("params", [{"CategoryKey": "Lighting", "PublishAuto": False}, {"CategoryKey": ""}, {}])
def test_what_is_not_published_by_itself(create, tsl, versions, published, params):
    key = create("lamp", **params)
    assert published(key) == {"properties": {}, "services": {}, "events": {}}
    assert versions(key) == []
    assert bool(tsl(ProductKey=key)["properties"]) == (params.get("CategoryKey") == "Lighting")


def test_a_category_is_only_where_a_product_begins(api, create, tsl):
    key = create("lamp", CategoryKey="Lighting")
    api("DeleteThingModel", ProductKey=key)
    assert tsl(ProductKey=key) == EMPTY


def test_a_standard_function_stays_one(api, create, model):
    key = create("lamp", CategoryKey="Lighting")
    standard = next(one for one in model(ProductKey=key)["properties"] if one["identifier"] == "LightStatus")
    assert (standard["std"], standard["custom"]) == (True, False)
    changes = json.dumps({"properties": [{**standard, "name": "灯"}]})
    api("UpdateThingModel", ProductKey=key, Identifier="LightStatus", ThingModelJson=changes)
    assert {**standard, "name": "灯"} in model(ProductKey=key)["properties"]


# Extended descriptions


def test_extended_descriptions(api, create, model):
    key = create("meter", ProtocolType="modbus")
    config = {"registerAddress": "0x04", "operateType": "inputStatus", "writeFunctionCode": 0, "scaling": 1}
    properties = [number("described", extendConfig=json.dumps(config)), number("plain")]
    text = json.dumps({"properties": properties})
    api("CreateThingModel", ProductKey=key, ThingModelJson=text)
    described, plain = model(ProductKey=key)["properties"]
    assert described["extendConfig"] == {"identifier": "described", **config}
    code = described["configCode"]
    assert len(code) == 45
    assert code[32:].isdigit()
    assert not {"extendConfig", "configCode"} & plain.keys()

    def exported(action: str, **params) -> dict:
        return json.loads(api(action, ProductKey=key, **params)["Data"]["Configuration"])

    empty = {"profile": {"productKey": key}, **EMPTY}
    for action in ("QueryThingModelExtendConfig", "QueryThingModelExtendConfigPublished"):
        assert exported(action) == empty
    api("PublishThingModel", ProductKey=key, ModelVersion="1")
    api("ImportThingModelTsl", ProductKey=key, TslStr=tsl_of("described"))
    api("PublishThingModel", ProductKey=key, ModelVersion="2")
    for action in ("QueryThingModelExtendConfig", "QueryThingModelExtendConfigPublished"):
        assert exported(action) == empty
        assert exported(action, ModelVersion="1") == {**empty, "properties": [described["extendConfig"]]}


def test_the_code_of_a_description_is_for_one_function(api, create, model):
    one, two = create("one_", ProtocolType="customize"), create("two_", ProtocolType="customize")
    described = number("described", extendConfig={"customize": {"a": 1}})
    api("CreateThingModel", ProductKey=one, ThingModelJson=json.dumps({"properties": [described]}))
    code = model(ProductKey=one)["properties"][0]["configCode"]
    changed = json.dumps({"properties": [number("other", extendConfig={"customize": {"a": 2}})]})
    api("UpdateThingModel", ProductKey=one, Identifier="described", ThingModelJson=changed)
    assert model(ProductKey=one)["properties"][0]["configCode"] == code
    api("CopyThingModel", SourceProductKey=one, TargetProductKey=two)
    assert model(ProductKey=two)["properties"][0]["configCode"] != code
    plain = json.dumps({"properties": [number("other")]})
    api("UpdateThingModel", ProductKey=one, Identifier="other", ThingModelJson=plain)
    assert "configCode" not in model(ProductKey=one)["properties"][0]


def test_a_description_needs_a_protocol(refused, key):
    described = json.dumps({"properties": [number("level", extendConfig={"registerAddress": "0x1"})]})
    wrong = refused("CreateThingModel", ProductKey=key, ThingModelJson=described)
    assert wrong.code == "iot.common.InvalidFormattedParameter"
    assert wrong.message.startswith("ThingModelJson.properties[0].extendConfig: is for products")


# Products


@pytest.mark.parametrize("action", [*CHANGES, *READS, "ListThingModelVersion"])
def test_products_without_a_thing_model(api, refused, action):
    basic = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    params = CHANGES.get(action, {})
    for product, code in (
        (basic, "iot.prod.NotSeniorProduct"),
        (ABSENT, "iot.prod.NotExistedProduct"),
        ("no/key", "iot.prod.InvalidFormattedProductKey"),
    ):
        which = (
            {"SourceProductKey": product, "TargetProductKey": product}
            if action == "CopyThingModel"
            else {"ProductKey": product}
        )
        assert refused(action, **which, **params).code == code


@pytest.mark.parametrize("action", ["QueryThingModel", "GetThingModelTsl", "DeleteThingModel", "ImportThingModelTsl"])
def test_no_product_at_all(refused, action):
    assert refused(action, TslStr="{}").code == "iot.prod.NullProductKey"


def test_a_thing_model_goes_with_its_product(platform, api, key):
    api("PublishThingModel", ProductKey=key)
    assert [platform.store.count(table) for table in ("thing_model", "thing_model_version")] == [1, 1]
    api("DeleteProduct", ProductKey=key)
    assert [platform.store.count(table) for table in ("thing_model", "thing_model_version")] == [0, 0]
