# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of thing models: three formats, function blocks, versions and breaking changes."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

MODELS = Path(__file__).resolve().parents[1] / "unit/resources/thing_model/data"
OF = {"product": "street_light"}
LIGHT = {"name": "light", "type": "bool", "values": {0: "off", 1: "on"}, "access": "rw"}
BRIGHTNESS = {"name": "brightness", "type": "int", "min": 0, "max": 100, "step": 1, "unit": "%", "access": "rw"}
FUNCTIONS = {
    "properties": {"Light": LIGHT, "Brightness": BRIGHTNESS},
    "events": {
        "Overheated": {
            "type": "alert",
            "outputs": {"Celsius": {"type": "float", "min": -40, "max": 120, "step": 0.1}},
        }
    },
    "services": {"Flash": {"call": "sync", "inputs": {"Times": {"type": "int", "min": 1, "max": 9, "step": 1}}}},
}
MODBUS = {
    "registerAddress": "0xFE",
    "operateType": "coilStatus",
    "writeFunctionCode": 5,
    "scaling": 1,
    "pollingTime": 1000,
    "trigger": 1,
    "originalDataType": {"type": "bool", "specs": {"swap": 0}},
}

DESCRIBED = {"properties": {"Light": {**LIGHT, "extended": {**MODBUS, "trigger": 2}}, "Brightness": BRIGHTNESS}}


@pytest.fixture(autouse=True)
def key(tasks):
    """Create a product with an empty thing model and return its ProductKey."""
    created = tasks.run_ok(
        "iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink"
    )
    return created["product"]["product_key"]


def model(tasks, **options) -> dict:
    (found,) = tasks.run_ok("iot_thing_model_info", **{**OF, **options})["thing_models"]
    return found


def with_properties(**properties) -> dict:
    return {**FUNCTIONS, "properties": {**FUNCTIONS["properties"], **properties}}


def names(functions: dict) -> set:
    return {identifier for found in functions.values() for identifier in found}


@pytest.mark.parametrize("path", sorted(MODELS.rglob("*.json")), ids=lambda path: path.stem)
def test_model_of_the_platform_is_imported_and_read_back_unchanged(tasks, path):
    exported = json.loads(path.read_text(encoding="utf-8"))
    imported = tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, tsl=exported)
    tasks.assert_unchanged("iot_thing_model", **OF, functions=imported["thing_model"]["functions"])
    found = model(tasks, include=["tsl", "thing_model_json"])
    tasks.assert_unchanged("iot_thing_model", **OF, tsl=found["as_tsl"])
    tasks.assert_unchanged("iot_thing_model", **OF, thing_model_json=found["as_thing_model_json"])


WRITE_ONLY = {
    "number": {"type": "int", "min": 0, "max": 9, "step": 1},
    "text": {"type": "text", "length": 8},
    "array": {"type": "array", "size": 4, "item": {"type": "int"}},
}


@pytest.mark.parametrize("kind", WRITE_ONLY)
def test_write_only_property_can_be_set_and_not_read(tasks, kind):
    pin = {**WRITE_ONLY[kind], "access": "w"}
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions=with_properties(Pin=pin))
    found = model(tasks, include=["tsl"])
    derived = {service["identifier"]: service for service in found["as_tsl"]["services"]}
    assert "Pin" in [one["identifier"] for one in derived["set"]["inputData"]]
    assert "Pin" not in derived["get"]["inputData"]
    # ThingModelJson has no write-only properties, so a change of one is imported as TSL.
    changed = with_properties(Pin={**pin, "description": "of the operator"})
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions=changed)
    readable = with_properties(Pin={**pin, "access": "rw"})
    tasks.assert_changed_by("iot_thing_model", "UpdateThingModel", **OF, functions=readable)
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions=with_properties(Pin=pin))


def test_double_with_wide_range_is_sent_with_exponents(tasks):
    wide = {"type": "double", "min": -1e300, "max": 1e300, "step": 1}
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions={"properties": {"Wide": wide}})
    found = model(tasks, include=["tsl"])
    assert found["as_tsl"]["properties"][0]["dataType"]["specs"] == {"min": "-1E300", "max": "1E300", "step": "1"}
    more = {"properties": {"Wide": wide, "Widest": {**wide, "min": "-1.7976931348623157E308"}}}
    tasks.assert_changed_by("iot_thing_model", "CreateThingModel", **OF, functions=more)


def test_thing_model_lifecycle(tasks, key):
    created = tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions=FUNCTIONS)
    returned = created["thing_model"]
    assert (returned["product_key"], returned["published"]) == (key, False)
    assert (returned["version"], returned["versions"]) == ("", [])
    assert returned["functions"]["properties"]["Brightness"] == BRIGHTNESS
    assert returned["functions"]["services"]["Flash"]["name"] == "Flash"
    assert created["diff"]["before"]["functions"] == {}
    assert created["diff"]["after"]["functions"] == returned["functions"]
    assert [(change["at"], change["change"]) for change in created["compatible_changes"]] == [
        ("properties.Light", "added"),
        ("properties.Brightness", "added"),
        ("events.Overheated", "added"),
        ("services.Flash", "added"),
    ]
    assert created["breaking_changes"] == []

    published = tasks.assert_changed_by(
        "iot_thing_model", "PublishThingModel", **OF, published=True, version="v1", version_description="first"
    )["thing_model"]
    assert (published["published"], published["version"]) == (True, "v1")
    (version,) = published["versions"]
    assert (version["version"], version["description"]) == ("v1", "first")
    tasks.assert_unchanged("iot_thing_model", **OF, functions=FUNCTIONS, published=True, version="v1")
    tasks.assert_unchanged("iot_thing_model", **OF, published=False)

    # First one function changes, then one is new; the other functions are not written.
    wider = with_properties(Brightness={**BRIGHTNESS, "max": 255})
    changed = tasks.assert_changed_by("iot_thing_model", "UpdateThingModel", **OF, functions=wider)
    assert changed["thing_model"]["published"] is False
    # A step reports the difference, not the whole model.
    assert changed["steps"][0]["changes"] == {
        "functions": {
            "before": {"properties": {"Brightness": BRIGHTNESS}},
            "after": {"properties": {"Brightness": {**BRIGHTNESS, "max": 255}}},
        },
        "published": {"before": True, "after": False},
    }
    assert names(changed["diff"]["after"]["functions"]) == names(FUNCTIONS)
    assert changed["compatible_changes"] == [
        {"at": "properties.Brightness.max", "change": "widened", "before": 100, "after": 255}
    ]
    back = tasks.assert_changed_by("iot_thing_model", "UpdateThingModel", **OF, functions=FUNCTIONS, published=True)
    assert (back["thing_model"]["published"], back["thing_model"]["version"]) == (True, "v1")
    more = with_properties(Voltage={"type": "float", "min": 0, "max": 400, "step": 0.1, "unit": "V"})
    tasks.assert_changed_by(
        "iot_thing_model", "CreateThingModel", "PublishThingModel", **OF, functions=more, published=True
    )
    tasks.assert_changed_by(
        "iot_thing_model",
        "CreateThingModel",
        **OF,
        functions={"services": {"Reset": {}}},
        purge_functions=False,
    )
    assert names(model(tasks)["functions"]) == {*names(more), "Reset"}

    deleted = tasks.assert_changed_by(
        "iot_thing_model",
        "ImportThingModelTsl",
        "PublishThingModel",
        **OF,
        functions={},
        published=True,
        allow_breaking=True,
    )
    assert deleted["thing_model"]["functions"] == {}
    assert {change["at"].partition(".")[2] for change in deleted["breaking_changes"]} == names(more)
    tasks.assert_unchanged("iot_thing_model", **OF, functions={}, published=True)


def test_thing_model_in_each_format_is_unchanged(tasks):
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS)
    found = model(tasks, include=["tsl", "thing_model_json", "simple_tsl"])
    # What the platform returns can be used as an option, in each format, as a dictionary or as text.
    for form, value in (
        ("tsl", found["as_tsl"]),
        ("thing_model_json", found["as_thing_model_json"]),
        ("functions", found["functions"]),
    ):
        tasks.assert_unchanged("iot_thing_model", **OF, **{form: value})
        if form != "functions":
            tasks.assert_unchanged("iot_thing_model", **OF, **{form: json.dumps(value)})
    assert found["as_simple_tsl"]["properties"][0].keys() == {"identifier", "dataType"}
    for form, value in (("tsl", found["as_tsl"]), ("thing_model_json", found["as_thing_model_json"])):
        tasks.run_ok("iot_thing_model", **OF, functions={})
        tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, **{form: value})
        tasks.assert_unchanged("iot_thing_model", **OF, functions=FUNCTIONS)


def test_thing_model_with_every_data_type_is_returned_as_given(tasks):
    members = {
        "Longitude": {"type": "double", "min": -180, "max": 180, "step": 0.000001, "unit": "°"},
        "Source": {"type": "enum", "values": {1: "GPS", 2: "GLONASS"}},
        "At": {"type": "date"},
    }
    types = {
        "Text": {"type": "text", "length": 64},
        "Date": {"type": "date", "access": "rw", "required": True, "description": "when"},
        "Place": {"type": "struct", "members": members},
        "Voltages": {"type": "array", "size": 4, "item": {"type": "float"}},
        "Places": {"type": "array", "size": 2, "item": {"type": "struct", "members": members}},
        "Tiny": {"type": "double", "min": "-1e-5", "max": 0.00001, "step": "1e-7", "default": 0, "precise": 7},
        "Big": {"type": "int", "min": -9007199254740993, "max": "9007199254740993", "step": 1},
    }
    wanted = {"properties": types}
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions=wanted)
    returned = model(tasks)["functions"]["properties"]
    assert returned["Tiny"]["max"] == 1e-05
    assert returned["Places"]["item"]["members"]["Source"]["values"] == {"1": "GPS", "2": "GLONASS"}
    # The result is the same if the functions are created one by one.
    tasks.run_ok("iot_thing_model", **OF, functions={"services": {"Reset": {}}})
    created = tasks.assert_changed_by(
        "iot_thing_model", "CreateThingModel", **OF, functions=wanted, purge_functions=False
    )
    assert created["thing_model"]["functions"]["properties"] == returned


def test_thing_model_change_uses_fewest_calls(tasks):
    def switches(count: int, **more) -> dict:
        return {f"Switch{number}": {**LIGHT, "name": f"switch{number}", **more} for number in range(count)}

    def assert_changed_by(*operations, properties):
        tasks.assert_changed_by("iot_thing_model", *operations, **OF, functions={"properties": properties})

    assert_changed_by("ImportThingModelTsl", properties=switches(3))
    assert_changed_by("CreateThingModel", properties=switches(13))
    # Twenty functions need two calls, an import one.
    assert_changed_by("ImportThingModelTsl", properties=switches(33))
    assert_changed_by("ImportThingModelTsl", properties={**switches(33), **switches(2, description="other")})
    assert_changed_by(
        "UpdateThingModel",
        properties={
            **switches(33),
            "Switch0": {**LIGHT, "name": "zero"},
            "Switch1": {**LIGHT, "name": "switch1", "description": "other"},
        },
    )
    assert_changed_by("ImportThingModelTsl", properties=switches(32))
    # Two functions that exchange their names cannot be changed one after the other.
    crossed = {**switches(32), "Switch0": {**LIGHT, "name": "switch1"}, "Switch1": {**LIGHT, "name": "switch0"}}
    assert_changed_by("ImportThingModelTsl", properties=crossed)
    # What ThingModelJson cannot express is imported.
    assert_changed_by("ImportThingModelTsl", properties={**switches(32), "Long": {"type": "text", "length": 4000}})
    assert_changed_by("ImportThingModelTsl", properties={**switches(32), "Long": {"type": "text", "length": 5000}})
    assert_changed_by(
        "ImportThingModelTsl",
        properties={"Switch0": {**LIGHT, "name": "switch0"}, "Half": {"type": "int", "min": 0, "max": 1}},
    )


def test_thing_model_of_any_shape_is_changed_to_any_other(tasks):
    """Change a model to random other models with blocks; the result is always the desired state."""
    random = Random(7)
    types = [
        LIGHT,
        BRIGHTNESS,
        {"type": "text", "length": 64},
        {"type": "text", "length": 4096},
        {"type": "date"},
        {"type": "float", "min": 0, "max": 1},
        {"type": "enum", "values": {1: "one", 2: "two"}},
        {"type": "struct", "members": {"X": {"type": "double", "min": -180, "max": 180, "step": 0.01}}},
        {"type": "array", "size": 4, "item": {"type": "text"}},
    ]

    def random_functions(most: int) -> dict:
        names = random.sample(range(most), random.randrange(most))
        return {
            "properties": {f"P{n}": {**random.choice(types), "name": f"p{n}", "access": "rw"} for n in names},
            "events": {f"E{n}": {"type": random.choice(["info", "error"])} for n in names[:2]},
            "services": {f"S{n}": {"inputs": {"A": random.choice(types[2:])}} for n in names[:3]},
        }

    for _turn in range(12):
        functions = random_functions(random.choice((3, 8, 15)))
        blocks = [
            {"id": f"b{n}", "name": f"block{n}", "functions": random_functions(4)} for n in range(random.randrange(3))
        ]
        wanted = {"functions": functions, "blocks": blocks, "purge_blocks": True, "published": True}
        plan = tasks.run_ok("iot_thing_model", **OF, check_mode=True, **wanted, allow_breaking=True)
        done = tasks.run_ok("iot_thing_model", **OF, **wanted, allow_breaking=True)
        operations = [[step["operation"] for step in result["steps"]] for result in (plan, done)]
        assert operations[0] == operations[1]
        assert plan["breaking_changes"] == done["breaking_changes"]
        tasks.assert_unchanged("iot_thing_model", **OF, **wanted)
        returned = model(tasks, in_force=True)
        assert names(returned["functions"]) == names(functions)
        assert {block["id"]: names(block["functions"]) for block in returned["blocks"]} == {
            block["id"]: names(block["functions"]) for block in blocks
        }


def test_thing_model_standard_functions_stay_standard(tasks):
    tasks.run_ok(
        "iot_product",
        name="standard",
        node_type="device",
        thing_model=True,
        data_format="alink",
        category_key="Lighting",
    )
    template = tasks.run_ok("iot_thing_template_info", category="Lighting")["templates"][0]["functions"]
    tasks.assert_unchanged("iot_thing_model", product="standard", functions=template)
    properties = {n: {**p, "description": "other"} for n, p in template["properties"].items()}
    changed = tasks.assert_changed_by(
        "iot_thing_model",
        *["UpdateThingModel"] * len(properties),
        product="standard",
        functions={**template, "properties": properties},
    )
    assert {p["custom"] for p in changed["thing_model"]["functions"]["properties"].values()} == {False}


def test_thing_model_blocks_are_created_changed_and_deleted(tasks):
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, published=True, version="v1")
    level = {"properties": {"Level": BRIGHTNESS}}
    created = tasks.assert_changed_by(
        "iot_thing_model",
        "ImportThingModelTsl",
        **OF,
        blocks=[{"id": "battery", "name": "电池モジ1", "functions": level}],
    )
    (battery,) = created["thing_model"]["blocks"]
    assert battery == {"id": "battery", "name": "电池モジ1", "functions": level}
    assert created["thing_model"]["published"] is False
    assert created["compatible_changes"] == [{"at": "battery:properties.Level", "change": "added"}]

    # An empty block with a description.
    empty = {"id": "spare", "name": "spare_part", "description": "for later"}
    created = tasks.assert_changed_by("iot_thing_model", "CreateThingModel", **OF, blocks=[empty])
    assert [block["id"] for block in created["thing_model"]["blocks"]] == ["battery", "spare"]
    renamed = tasks.assert_changed_by(
        "iot_thing_model", "UpdateThingModel", **OF, blocks=[{"id": "spare", "name": "other_part"}]
    )
    assert renamed["thing_model"]["blocks"][1]["description"] == "for later"
    tasks.assert_changed_by(
        "iot_thing_model", "UpdateThingModel", **OF, blocks=[{"id": "spare", "description": "for never"}]
    )
    filled = {"id": "spare", "tsl": model(tasks, block="battery", include=["tsl"])["as_tsl"], "description": "full"}
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", "UpdateThingModel", **OF, blocks=[filled])
    both = {"Level": {**BRIGHTNESS, "max": 50}, "Age": {**BRIGHTNESS, "name": "age"}}
    # Changing one by one needs two calls, an import one.
    tasks.assert_changed_by(
        "iot_thing_model", "ImportThingModelTsl", **OF, blocks=[{"id": "battery", "functions": {"properties": both}}]
    )
    tasks.assert_changed_by(
        "iot_thing_model",
        "UpdateThingModel",
        **OF,
        blocks=[{"id": "battery", "functions": {"properties": {**both, "Age": {**BRIGHTNESS, "name": "years"}}}}],
    )
    tasks.assert_unchanged("iot_thing_model", **OF, blocks=[{"id": "battery"}])
    tasks.assert_unchanged("iot_thing_model", **OF, blocks=[])

    published = tasks.assert_changed_by("iot_thing_model", "PublishThingModel", **OF, published=True, version="v2")
    assert published["thing_model"]["published"] is True
    failed = tasks.assert_fails(
        "iot_thing_model", "battery:properties.Level removed", **OF, blocks=[{"id": "spare"}], purge_blocks=True
    )
    assert {change["at"] for change in failed["breaking_changes"]} == {
        "battery:properties.Level",
        "battery:properties.Age",
    }
    purged = tasks.assert_changed_by(
        "iot_thing_model",
        "DeleteThingModel",
        **OF,
        blocks=[{"id": "spare"}],
        purge_blocks=True,
        allow_breaking=True,
    )
    assert [block["id"] for block in purged["thing_model"]["blocks"]] == ["spare"]
    # Changes of one block do not affect the default block.
    assert names(purged["thing_model"]["functions"]) == names(FUNCTIONS)
    tasks.assert_changed_by(
        "iot_thing_model", "DeleteThingModel", **OF, blocks=[], purge_blocks=True, allow_breaking=True
    )
    assert names(model(tasks)["functions"]) == names(FUNCTIONS)
    for version, blocks in (("v1", []), ("v2", ["battery", "spare"])):
        assert [block["id"] for block in model(tasks, version=version)["blocks"]] == blocks


@pytest.fixture
def meter(tasks) -> dict:
    """Create a Modbus product and return the option that names it."""
    tasks.run_ok(
        "iot_product",
        name="old_meter",
        node_type="device",
        thing_model=True,
        data_format="alink",
        net_type="other",
        protocol_type="modbus",
    )
    return {"product": "old_meter"}


def test_thing_model_extended_descriptions_are_set_and_cleared(tasks, meter):
    # TSL cannot contain extended descriptions, so they are set after an import.
    properties = {"properties": {"Light": LIGHT, "Brightness": BRIGHTNESS}}
    created = tasks.assert_changed_by(
        "iot_thing_model", "CreateThingModel", **meter, functions=properties, extended_descriptions={"Light": MODBUS}
    )
    returned = created["thing_model"]["functions"]["properties"]["Light"]["extended"]
    assert returned == {**MODBUS, "identifier": "Light"}
    # Descriptions that are not given are kept, and equivalent values are no change.
    tasks.assert_unchanged("iot_thing_model", **meter, functions=properties)
    tasks.assert_unchanged(
        "iot_thing_model", **meter, extended_descriptions={"Light": {**MODBUS, "pollingTime": 1000.0}}
    )
    tasks.assert_unchanged(
        "iot_thing_model",
        **meter,
        thing_model_json=model(tasks, **meter, include=["thing_model_json"])["as_thing_model_json"],
    )
    changed = tasks.assert_changed_by("iot_thing_model", "UpdateThingModel", **meter, functions=DESCRIBED)
    assert [change["at"] for change in changed["compatible_changes"]] == ["properties.Light.extended"]
    tasks.assert_changed_by(
        "iot_thing_model",
        "UpdateThingModel",
        **meter,
        extended_descriptions={"Light": {**MODBUS, "registerAddress": "0x01"}},
    )
    tasks.assert_changed_by("iot_thing_model", "PublishThingModel", **meter, published=True, version="v1")
    returned = model(tasks, **meter, include=["extend_config"])["as_extend_config"]["properties"]
    assert [one["registerAddress"] for one in returned] == ["0x01"]
    # Functions are deleted by an import, after which the remaining ones are described again.
    left = tasks.assert_changed_by(
        "iot_thing_model",
        "ImportThingModelTsl",
        "UpdateThingModel",
        **meter,
        functions={"properties": {"Light": LIGHT}},
        allow_breaking=True,
    )
    assert left["thing_model"]["functions"]["properties"]["Light"]["extended"]["registerAddress"] == "0x01"
    cleared = tasks.assert_changed_by(
        "iot_thing_model", "UpdateThingModel", **meter, extended_descriptions={"Light": {}}
    )
    assert "extended" not in cleared["thing_model"]["functions"]["properties"]["Light"]
    returned = model(tasks, **meter, version="v1", include=["extend_config"])["as_extend_config"]["properties"]
    assert [one["registerAddress"] for one in returned] == ["0x01"]
    block = {"id": "inner", "name": "inner", "functions": {"properties": {"Light": LIGHT}}}
    created = tasks.assert_changed_by(
        "iot_thing_model", "CreateThingModel", **meter, blocks=[{**block, "extended_descriptions": {"Light": MODBUS}}]
    )
    assert created["thing_model"]["blocks"][0]["functions"]["properties"]["Light"]["extended"]
    tasks.assert_changed_by(
        "iot_thing_model", "UpdateThingModel", **meter, blocks=[{"id": "inner", "extended_descriptions": {"Light": {}}}]
    )


def test_thing_model_with_invalid_extended_descriptions_fails_before_write(tasks, meter):
    properties = {"properties": {"Light": LIGHT, "Brightness": BRIGHTNESS}}
    tasks.run_ok("iot_thing_model", **meter, functions=properties)
    for described, complaint in (
        ({**MODBUS, "registerAddress": "254"}, "registerAddress"),
        ({**MODBUS, "operateType": "inputStatus"}, "writeFunctionCode: 5"),
        ({**MODBUS, "writeFunctionCode": 0, "writeOnly": 1}, "writeFunctionCode"),
        ({**MODBUS, "scaling": 0}, "scaling"),
        ({"displayName": "light"}, "registerAddress"),
    ):
        message = f"extended_descriptions has an extended description of Light that is invalid at .*{complaint}"
        tasks.assert_fails("iot_thing_model", message, **meter, extended_descriptions={"Light": described})
    services = {"services": {"Reset": {"extended": MODBUS}}}
    tasks.assert_fails(
        "iot_thing_model", "modbus does not support them for services", **meter, functions=services, allow_breaking=True
    )
    tasks.assert_fails("iot_thing_model", "protocol_type is modbus", **OF, functions=DESCRIBED)
    failed = tasks.run("iot_thing_model", **meter, extended_descriptions={"Lihgt": MODBUS})
    assert "the function Lihgt does not exist" in failed["msg"]


def test_thing_model_copy_from_other_product_is_published(tasks):
    blocks = [{"id": "battery", "name": "battery", "functions": {"properties": {"Level": BRIGHTNESS}}}]
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, blocks=blocks, published=True, version="v1")
    tasks.run_ok(
        "iot_thing_model", **OF, functions=with_properties(More=LIGHT | {"name": "more"}), published=True, version="v2"
    )
    for name, category in (("garden_light", ""), ("spot_light", ""), ("door_lock", "DoorLock")):
        more = {"category_key": category} if category else {}
        tasks.run_ok("iot_product", name=name, node_type="device", thing_model=True, data_format="alink", **more)
    garden = {"product": "garden_light"}
    created = tasks.assert_changed_by(
        "iot_thing_model", "CopyThingModel", "PublishThingModel", **garden, copy_from=OF, published=True, version="v1"
    )
    assert names(created["thing_model"]["functions"]) == {*names(FUNCTIONS), "More"}
    assert [block["id"] for block in created["thing_model"]["blocks"]] == ["battery"]
    older = {**garden, "copy_from": {**OF, "version": "v1"}}
    tasks.assert_fails("iot_thing_model", "properties.More removed", **older)
    tasks.assert_changed_by("iot_thing_model", "CopyThingModel", **older, allow_breaking=True)
    tasks.assert_unchanged("iot_thing_model", **older)
    # If the draft differs from the published version, the published version is copied.
    tasks.run_ok("iot_thing_model", **OF, functions={}, allow_breaking=True)
    tasks.assert_changed_by("iot_thing_model", "CopyThingModel", **garden, copy_from=OF)

    tasks.assert_fails("iot_thing_model", "must be a product of the same category", product="door_lock", copy_from=OF)
    tasks.assert_fails("iot_thing_model", "copy_from must be another product than street_light", **OF, copy_from=OF)
    tasks.assert_fails("iot_thing_model", "copy_from and functions cannot both", **garden, copy_from=OF, functions={})
    tasks.assert_fails(
        "iot_thing_model", "copy_from has an invalid version", **garden, copy_from={**OF, "version": "v 1"}
    )
    for source, message in (
        ({"product": "unknown"}, "the product unknown does not exist"),
        ({**OF, "version": "v9"}, "the version v9 of the thing model of street_light does not exist"),
        ({"product": "spot_light"}, "the published version of the thing model of spot_light does not exist"),
    ):
        assert message in tasks.run("iot_thing_model", **garden, copy_from=source)["msg"]
        # An earlier task of the same play may create it.
        plan = tasks.run("iot_thing_model", True, **garden, copy_from=source, published=True)
        assert [step["operation"] for step in plan["steps"]] == ["CopyThingModel", "PublishThingModel"]
        assert plan["pending"]


def test_thing_model_versions_are_published_once(tasks):
    tasks.run_ok(
        "iot_thing_model", **OF, functions=FUNCTIONS, published=True, version="v1", version_description="first"
    )
    # Another version name for the published model is another version.
    tasks.assert_changed_by("iot_thing_model", "PublishThingModel", **OF, published=True, version="v2")
    # An existing version with the same content is accepted.
    tasks.assert_unchanged("iot_thing_model", **OF, published=True, version="v1")
    more = with_properties(More=LIGHT | {"name": "more"})
    for version in ("v1", "v2"):
        tasks.assert_fails(
            "iot_thing_model",
            f"version {version} already exists",
            **OF,
            functions=more,
            published=True,
            version=version,
        )
    # The option version matters only if the model is published.
    tasks.assert_changed_by("iot_thing_model", "CreateThingModel", **OF, functions=more, version="v1")
    tasks.assert_fails("iot_thing_model", "version v1 already exists", **OF, published=True, version="v1")
    tasks.assert_changed_by(
        "iot_thing_model",
        "PublishThingModel",
        **OF,
        published=True,
        version="v3",
        version_description="more",
    )
    tasks.assert_unchanged("iot_thing_model", **OF, published=True, version="v3", version_description="more")
    tasks.assert_fails(
        "iot_thing_model",
        "version_description of version v3 cannot be changed from 'more'",
        **OF,
        published=True,
        version="v3",
        version_description="less",
    )
    # An existing version with other content is not the published one.
    tasks.assert_fails("iot_thing_model", "version v1 already exists", **OF, published=True, version="v1")
    tasks.assert_fails("iot_thing_model", "version has an invalid format", **OF, published=True, version="v 3")
    # An existing version cannot be published again.
    back = {**OF, "functions": FUNCTIONS, "published": True, "allow_breaking": True}
    tasks.assert_fails("iot_thing_model", "version v1 already exists", **back, version="v1")
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", "PublishThingModel", **back, version="v4")
    assert [one["version"] for one in model(tasks)["versions"]] == ["v4", "v3", "v2", "v1"]


def test_thing_model_breaking_change_fails_before_write(tasks):
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS)
    # While no version is published, no change is breaking.
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions={"services": {"Reset": {}}})
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, published=True, version="v1")
    narrow = with_properties(Brightness={**BRIGHTNESS, "max": 50, "name": "level"})
    failed = tasks.assert_fails(
        "iot_thing_model",
        "would break .* the published version: properties.Brightness.max narrowed from 100 to 50.*allow_breaking: true",
        **OF,
        functions=narrow,
    )
    assert failed["breaking_changes"] == [
        {"at": "properties.Brightness.max", "change": "narrowed", "before": 100, "after": 50}
    ]
    assert failed["compatible_changes"] == [
        {"at": "properties.Brightness.name", "change": "changed", "before": "brightness", "after": "level"}
    ]
    assert failed["field"] == "allow_breaking"
    changed = tasks.assert_changed_by(
        "iot_thing_model", "UpdateThingModel", **OF, functions=narrow, allow_breaking=True
    )
    assert changed["breaking_changes"] == failed["breaking_changes"]
    # Publishing a breaking change needs allow_breaking too.
    tasks.assert_fails("iot_thing_model", "Brightness.max narrowed", **OF, published=True)
    # Reverting the change is not breaking.
    tasks.assert_changed_by("iot_thing_model", "UpdateThingModel", **OF, functions=FUNCTIONS)


def test_thing_model_absent_deletes_functions_and_blocks(tasks):
    blocks = [{"id": "battery", "name": "battery"}]
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, blocks=blocks)
    deleted = tasks.assert_changed_by("iot_thing_model", "DeleteThingModel", **OF, state="absent")
    assert deleted["thing_model"] == {}
    tasks.assert_unchanged("iot_thing_model", **OF, state="absent")
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, blocks=blocks, published=True)
    deleted = tasks.assert_changed_by("iot_thing_model", "DeleteThingModel", "PublishThingModel", **OF, state="absent")
    assert {change["at"] for change in deleted["breaking_changes"]} >= {"properties.Light", "services.Flash"}
    assert model(tasks)["functions"] == model(tasks, in_force=True)["functions"] == {}
    tasks.assert_unchanged("iot_thing_model", **OF, state="absent")
    tasks.assert_unchanged("iot_thing_model", product="unknown", state="absent")
    # With no published functions, new required functions are not a breaking change.
    required = {"properties": {"Light": {**LIGHT, "required": True}}}
    tasks.assert_changed_by("iot_thing_model", "ImportThingModelTsl", **OF, functions=required)


def test_thing_model_of_released_product_is_changed_in_development(tasks):
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, published=True)
    tasks.run_ok("iot_product", name="street_light", status="released")
    more = with_properties(More=LIGHT | {"name": "more"})
    tasks.assert_changed_by(
        "iot_thing_model",
        "CancelReleaseProduct",
        "CreateThingModel",
        "PublishThingModel",
        "ReleaseProduct",
        **OF,
        functions=more,
        published=True,
    )
    tasks.server.control(
        "PUT", "faults", [{"action": "PublishThingModel", "code": "iot.system.IllegalRequest", "status": 200}]
    )
    failed = tasks.run(
        "iot_thing_model", **OF, functions={**more, "services": {}}, published=True, allow_breaking=True, retries=0
    )
    assert [(step["operation"], step["status"]) for step in failed["steps"]] == [
        ("CancelReleaseProduct", "done"),
        ("ImportThingModelTsl", "done"),
        ("PublishThingModel", "failed"),
        ("ReleaseProduct", "done"),
    ]
    assert [change["at"] for change in failed["breaking_changes"]] == ["services.Flash"]
    tasks.server.control("PUT", "faults", [])
    (product,) = tasks.run_ok("iot_product_info", name="street_light")["products"]
    assert product["status"] == "released"
    tasks.assert_changed_by(
        "iot_thing_model",
        "CancelReleaseProduct",
        "DeleteThingModel",
        "PublishThingModel",
        "ReleaseProduct",
        **OF,
        state="absent",
    )


@pytest.mark.parametrize(
    "operation", ["CreateThingModel", "PublishThingModel", "ImportThingModelTsl", "UpdateThingModel"]
)
def test_thing_model_call_with_lost_response_is_done_once(tasks, operation):
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, published=True, version="v1")
    tasks.server.control("PUT", "faults", [{"action": operation, "drop": "after", "times": 1}])
    wanted = {
        "CreateThingModel": with_properties(More=LIGHT | {"name": "more"}),
        "PublishThingModel": with_properties(More=LIGHT | {"name": "more"}),
        "UpdateThingModel": with_properties(Light=LIGHT | {"name": "lamp"}),
        "ImportThingModelTsl": {"services": FUNCTIONS["services"]},
    }[operation]
    done = tasks.run_ok("iot_thing_model", **OF, functions=wanted, published=True, version="v2", allow_breaking=True)
    assert {step["status"] for step in done["steps"]} == {"done"}
    assert [step["operation"] for step in done["steps"]].count("PublishThingModel") == 1
    returned = model(tasks, in_force=True)
    assert names(returned["functions"]) == names(wanted)
    assert [one["version"] for one in returned["versions"]] == ["v2", "v1"]


def test_thing_model_delete_with_lost_response_deletes_nothing_else(tasks):
    """DeleteThingModel deletes all functions if none of those it is given exists, so it is never given any."""
    blocks = [{"id": block, "name": f"{block}_block", "functions": FUNCTIONS} for block in ("one", "two")]
    tasks.run_ok("iot_thing_model", **OF, functions=FUNCTIONS, blocks=blocks)
    tasks.server.control("PUT", "faults", [{"action": "*", "drop": "after", "times": 3}])
    left = tasks.run_ok(
        "iot_thing_model",
        **OF,
        functions={"services": FUNCTIONS["services"]},
        blocks=[{"id": "two"}],
        purge_blocks=True,
    )
    assert [step["operation"] for step in left["steps"]] == ["DeleteThingModel", "ImportThingModelTsl"]
    tasks.server.control("PUT", "faults", [{"action": "DeleteThingModel", "drop": "after", "times": 2}])
    left = tasks.run_ok("iot_thing_model", **OF, blocks=[{"id": "two", "functions": {"events": FUNCTIONS["events"]}}])
    left = tasks.run_ok("iot_thing_model", **OF, blocks=[{"id": "three", "name": "three_block"}])
    left = tasks.run_ok("iot_thing_model", **OF, blocks=[{"id": "two"}], purge_blocks=True)["thing_model"]
    assert names(left["functions"]) == {"Flash"}
    assert [names(block["functions"]) for block in left["blocks"]] == [{"Overheated"}]


INVALID_FUNCTIONS = (
    (
        "functions is invalid at properties.Light.type: 'lamp' is not one of",
        {"properties": {"Light": {"type": "lamp"}}},
    ),
    ("properties.Level: 'min' is a required property", {"properties": {"Level": {"type": "int", "max": 1}}}),
    ("properties.Level.length: this value is not allowed here", {"properties": {"Level": {**BRIGHTNESS, "length": 1}}}),
    ("properties.Label: 'length' is a required", {"properties": {"Label": {"type": "text"}}}),
    (
        "values.[01]: (True|False) is not of type 'string'",
        {"properties": {"On": {"type": "bool", "values": {0: False, 1: True}}}},
    ),
    (
        "properties.On: values of a bool must contain exactly 0 and 1",
        {"properties": {"On": {"type": "bool", "values": {1: "on"}}}},
    ),
    ("properties.Level: min 2 is greater than max 1", {"properties": {"Level": {"type": "int", "min": 2, "max": 1}}}),
    ("properties.Level: step must be greater than 0, not 0", {"properties": {"Level": {**BRIGHTNESS, "step": 0}}}),
    ("properties.Level: max of an int must be a whole number", {"properties": {"Level": {**BRIGHTNESS, "max": 1.5}}}),
    ("properties.Level: max must be a number, not 'x'", {"properties": {"Level": {**BRIGHTNESS, "max": "x"}}}),
    ("properties.set: the identifier set is reserved", {"properties": {"set": LIGHT}}),
    ("properties._x: name must have 1 to 30", {"properties": {"_x": {"type": "date"}}}),
    ("the name light is already used by properties.A", {"properties": {"A": LIGHT, "B": LIGHT}}),
    (
        "events.A: the identifier A is already used by properties.A",
        {"properties": {"A": LIGHT}, "events": {"A": {"type": "info"}}},
    ),
    ("events.A: 'type' is a required", {"events": {"A": {}}}),
    (
        "outputs.time: the identifier time is reserved",
        {"events": {"A": {"type": "info", "outputs": {"time": {"type": "date"}}}}},
    ),
    (
        "members.In: the type of a struct member must be .*, not struct",
        {
            "properties": {
                "Out": {"type": "struct", "members": {"In": {"type": "struct", "members": {"A": {"type": "date"}}}}}
            }
        },
    ),
    ("item.type: 'bool' is not one of", {"properties": {"A": {"type": "array", "size": 1, "item": {"type": "bool"}}}}),
    ("Additional properties are not allowed \\('propertys'", {"propertys": {}}),
)
INVALID_BLOCKS = (
    ({"id": ""}, "blocks contains the invalid block '': id must"),
    ({"id": "a-b"}, "id has an invalid format"),
    ({"id": "battery"}, "blocks contains the new block battery without a name"),
    ({"id": "battery", "name": "bat"}, "name must have 4 to 30"),
    ({"id": "battery", "name": "battery", "description": ""}, "description must have"),
    ({"id": "battery", "name": "battery", "functions": {"events": {"A": {}}}}, "functions is invalid at events.A"),
    (
        {"id": "battery", "name": "battery", "functions": {}, "tsl": '{"events":[]}'},
        "functions and tsl cannot both be set for block battery",
    ),
)


@pytest.mark.parametrize(("message", "functions"), INVALID_FUNCTIONS)
def test_thing_model_with_invalid_functions_fails_before_write(tasks, message, functions):
    tasks.assert_fails("iot_thing_model", message, **OF, functions=functions)


@pytest.mark.parametrize(("block", "message"), INVALID_BLOCKS)
def test_thing_model_with_invalid_block_fails_before_write(tasks, block, message):
    tasks.assert_fails("iot_thing_model", message, **OF, blocks=[block])


def test_thing_model_with_invalid_options_fails_before_write(tasks):
    def assert_fails(message, **options):
        tasks.assert_fails("iot_thing_model", message, **OF, **options)

    assert_fails("functions and tsl cannot both be set", functions={}, tsl={"properties": []})
    assert_fails(
        "tsl is invalid at properties.A: name must",
        tsl={"properties": [{"identifier": "A", "name": "a b", "accessMode": "r", "dataType": {"type": "date"}}]},
    )
    half = {"identifier": "A", "name": "a", "accessMode": "r", "dataType": {"type": "int", "specs": {"min": "0"}}}
    assert_fails("tsl is invalid at properties.A: 'max' is a required", tsl={"properties": [half]})
    many = {"identifier": "A", "name": "a", "accessMode": "r"}
    many["dataType"] = {"type": "array", "specs": {"size": "513", "item": {"type": "int"}}}
    assert_fails("tsl is invalid at properties.A.size: 513 is greater", tsl={"properties": [many]})
    assert_fails("tsl is not JSON", tsl="{")
    assert_fails("thing_model_json is not JSON", thing_model_json="{")
    assert_fails(
        "thing_model_json is invalid at properties\\[0\\]: 'rwFlag' is a required",
        thing_model_json={"properties": [{"identifier": "A", "name": "a", "dataType": "DATE", "dataSpecs": {}}]},
    )
    many = {f"Text{n}": {"type": "text", "length": 9, "description": "x" * 1000} for n in range(300)}
    assert_fails("functions must have at most 262144 characters as TSL, not [0-9]+", functions={"properties": many})
    assert_fails("blocks contains the block battery twice", blocks=[{"id": "battery"}] * 2)
    assert_fails(
        "extended_descriptions must contain dictionaries only; the value of Light", extended_descriptions={"Light": 1}
    )
    tasks.run_ok("iot_product", name="plain", node_type="device")
    tasks.assert_fails("iot_thing_model", "iot.prod.NotSeniorProduct", product="plain", functions=FUNCTIONS)


def test_thing_model_of_missing_product_is_pending_in_check_mode_and_fails(tasks):
    def plan(**options):
        return tasks.run("iot_thing_model", True, product="window", **options)

    planned = plan(functions=FUNCTIONS, blocks=[{"id": "battery", "name": "battery"}], published=True, version="v1")
    operations = ["ImportThingModelTsl", "CreateThingModel", "PublishThingModel"]
    assert [step["operation"] for step in planned["steps"]] == operations
    assert planned["pending"] == ["the product window does not exist yet"]
    planned = plan(extended_descriptions={"Light": MODBUS}, published=True)
    assert [step["operation"] for step in planned["steps"]] == ["UpdateThingModel", "PublishThingModel"]
    # A missing function may be created by an earlier task too.
    planned = tasks.run("iot_thing_model", True, **OF, extended_descriptions={"Light": MODBUS})
    assert planned["pending"] == ["the function Light does not exist yet"]
    block = {"id": "battery", "extended_descriptions": {"Light": MODBUS}}
    planned = tasks.run("iot_thing_model", True, **OF, blocks=[block])
    assert planned["pending"] == ["the function battery:Light does not exist yet"]
    assert [step["operation"] for step in planned["steps"]] == ["UpdateThingModel"]
    assert "the function battery:Light does not exist" in tasks.run("iot_thing_model", **OF, blocks=[block])["msg"]
    assert "the product window does not exist" in tasks.run("iot_thing_model", product="window", functions={})["msg"]


def test_thing_model_info_with_filters_is_returned(tasks, key):
    blocks = [{"id": "battery", "name": "battery", "functions": {"properties": {"Level": BRIGHTNESS}}}]
    tasks.run_ok(
        "iot_thing_model", **OF, functions=FUNCTIONS, published=True, version="v1", version_description="first"
    )
    tasks.run_ok("iot_thing_model", **OF, blocks=blocks, published=True, version="v2")
    tasks.run_ok("iot_thing_model", **OF, functions={}, allow_breaking=True)
    for product in ("street_light", key):
        draft = model(tasks, product=product)
        assert (draft["functions"], draft["published"], draft["version"]) == ({}, False, "v2")
        assert [one["version"] for one in draft["versions"]] == ["v2", "v1"]
        assert [block["id"] for block in draft["blocks"]] == ["battery"]
        first = model(tasks, product=product, version="v1")
        assert (names(first["functions"]), first["blocks"], first["version"]) == (names(FUNCTIONS), [], "v1")
    now = model(tasks, in_force=True, include=["tsl", "thing_model_json"])
    assert names(now["functions"]) == names(FUNCTIONS)
    assert [one["identifier"] for one in now["as_tsl"]["properties"]] == ["Brightness", "Light"]
    assert now["as_thing_model_json"]["_ppk"]["version"] == "v2"
    battery = model(tasks, version="v2", block="battery", include=["tsl", "extend_config"])
    assert (names(battery["functions"]), battery["blocks"]) == ({"Level"}, [])
    assert battery["as_tsl"]["functionBlockId"] == "battery"
    for nothing in (
        {"version": "v9"},
        {"block": "motor"},
        {"version": "v1", "block": "battery"},
        {"product": "window"},
    ):
        assert tasks.run_ok("iot_thing_model_info", **{**OF, **nothing})["thing_models"] == []
