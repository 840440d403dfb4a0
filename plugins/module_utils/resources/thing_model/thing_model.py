# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A product's thing model: its draft, and what of it is in force (manual chapter 4.11)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import (
    extended_descriptions,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.blocks import BLOCK_ID, Blocks
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.state import (
    DEFAULT,
    classed,
    is_unknown,
    model_of,
    same_model,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.steps import DeleteModel, ModelChange

VERSION = Text(1, 16, pattern="[A-Za-z0-9.]+", hint="letters, digits and dots")

#: What each form of a model says in the plain form.
_READ = {
    "functions": plain.normal,
    "tsl": lambda value: tsl.functions_of(tsl.parse(value)),
    "thing_model_json": lambda value: thing_model_json.functions_of(thing_model_json.parse(value)),
}


class Source(Type):
    """The product whose model is copied, and which version of it."""

    argument = {
        "type": "dict",
        "options": {"product": {"type": "str", "required": True}, "version": {"type": "str"}},
    }

    def check(self, value: Any) -> str:
        complaint = VERSION.check(value["version"]) if value.get("version") is not None else ""
        return complaint and f"has a version that cannot be: it {complaint}"


class Described(Type):
    """Extended descriptions by identifier."""

    argument = {"type": "dict"}

    def check(self, value: Any) -> str:
        odd = [identifier for identifier, extended in value.items() if not isinstance(extended, dict)]
        return f"has no dictionary for {odd[0]}" if odd else ""


class ThingModel(Resource):
    """The properties, events and services of a product's devices. It is there, if empty, as soon as the product is."""

    kind = "thing_model"
    title = "thing model"
    families = (thing_model, product)
    key = ("product_key",)
    identity = {"ProductKey": "product_key"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        # What the info module looks for.
        Field("block", type=BLOCK_ID, computed=True, write_only=True),
        Field("in_force", type=Flag(), computed=True, write_only=True),
        Field("functions", type=plain.Functions(), initial={}, purge=True),
        Field("tsl", type=tsl.Tsl(), write_only=True),
        Field("thing_model_json", type=thing_model_json.ThingModelJson(), write_only=True),
        Field("extended_descriptions", type=Described(), write_only=True),
        Field("copy_from", type=Source(), write_only=True),
        Field("blocks", type=Blocks(), initial=[]),
        Field("purge_blocks", type=Flag(), write_only=True, argument={"default": False}),
        Field("published", type=Flag(), initial=False),
        Field("version", "ModelVersion", VERSION, initial=""),
        Field("version_description", "Description", Text(), write_only=True),
        Field("allow_breaking", type=Flag(), write_only=True, argument={"default": False}),
        Field("versions", computed=True),
        Field("as_tsl", type=tsl.Tsl(), computed=True, on_request="tsl"),
        Field("as_simple_tsl", type=tsl.Tsl(), computed=True, on_request="simple_tsl"),
        Field("as_thing_model_json", type=Type(), computed=True, on_request="thing_model_json"),
        Field("as_extend_config", type=Type(), computed=True, on_request="extend_config"),
    )
    create = ImplicitCreate()
    changes = (ModelChange(),)
    delete = DeleteModel("DeleteThingModel")
    filters = ("product", "version", "block", "in_force")
    required_filters = ("product",)
    #: What the changes of a task mean to those who rely on the model.
    extra_result_keys = ("compatible_changes", "breaking_changes")

    # What is desired

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        functions, field = _given(desired)
        blocks = [_read_block(block) for block in desired.get("blocks") or []]
        resolved = super().resolve_references(reader, desired)
        key = resolved["product_key"]
        for form in ("tsl", "thing_model_json", "extended_descriptions"):
            resolved.pop(form, None)
        if functions is not None:
            resolved["functions"] = functions
        if "blocks" in desired:
            resolved["blocks"] = blocks
        if "copy_from" in desired:
            self._resolve_source(reader, resolved)
        descriptions = desired.get("extended_descriptions")
        if descriptions is not None:
            resolved["functions"] = self._described(reader, resolved, functions, descriptions, DEFAULT)
            field = field or "extended_descriptions"
        for block, given in zip(blocks, desired.get("blocks") or []):
            if given.get("extended_descriptions") is not None:
                block["functions"] = self._described(
                    reader, resolved, block.get("functions"), given["extended_descriptions"], block["id"]
                )
        if any(block.get("functions") is PENDING for block in blocks):
            resolved["blocks"] = PENDING
        if "copy_from" not in desired:
            self._check_descriptions(
                reader, key, [(field, resolved.get("functions")), *(("blocks", one.get("functions")) for one in blocks)]
            )
        return resolved

    def _check_descriptions(self, reader: Reader, key, given: list) -> None:
        """Raises InvalidValue where extended descriptions are not what the product's protocol takes."""
        given = [(option, functions) for option, functions in given if functions and functions is not PENDING]
        if key is PENDING or not any(extended_descriptions.described(functions) for _option, functions in given):
            return
        protocol = member(reader.read("QueryProduct", {"ProductKey": key}), "Data.ProtocolType")
        for option, functions in given:
            complaint = extended_descriptions.fault(functions, protocol)
            if complaint:
                raise InvalidValue(f"{option} {complaint}", field=option)

    def _described(self, reader: Reader, resolved: dict, functions: dict | None, descriptions: dict, block_id: str):
        """Functions with extended descriptions; those of the draft where none are given."""
        if functions is None:
            if resolved["product_key"] is PENDING:
                return PENDING
            draft = read_model(reader, resolved["product_key"], "QueryThingModel").get(block_id)
            functions = (draft or {}).get("functions") or {}
        result = {kind: dict(found) for kind, found in functions.items()}
        of_kind = {identifier: kind for kind, identifier, _function in plain.every(functions)}
        for identifier, extended in descriptions.items():
            if identifier not in of_kind:
                reader.not_found("function", f"{block_id}:{identifier}" if block_id else identifier)
                return PENDING
            found = result[of_kind[identifier]]
            found[identifier] = {**found[identifier], "extended": extended}
        return result

    def _resolve_source(self, reader: Reader, resolved: dict) -> None:
        """Fills in what a model is copied from, and what that is."""
        source = resolved["copy_from"]
        key = product_key(reader, source["product"])
        resolved["functions"] = resolved["blocks"] = PENDING
        if key is PENDING:
            return
        target = resolved["product_key"]
        if key == target:
            raise InvalidValue("copy_from names the product itself", field="copy_from")
        if target is not PENDING and _category(reader, key) != _category(reader, target):
            raise InvalidValue(
                f"{source['product']} is of another category than {resolved['product']}: its model cannot be copied",
                field="copy_from",
                remedy="Give the model itself, as iot_thing_model_info tells it",
            )
        versions = list(_versions(reader, key))
        version = source.get("version") or next(iter(versions), "")
        if version not in versions:
            title = f"version {version}" if version else "published version"
            reader.not_found(f"{title} of the thing model of", source["product"], "Publish it first, or check the name")
            return
        model = read_model(reader, key, "QueryThingModelPublished", version)
        resolved["copy_from"] = {**source, "product_key": key, "version": version}
        resolved["functions"] = model.pop(DEFAULT)["functions"]
        resolved["blocks"] = list(model.values())

    def extra_results(self, desired: dict | None, current: dict | None, steps: list[Step]) -> dict:
        told: dict = {name: [] for name in self.extra_result_keys}
        if steps and not is_unknown(desired):
            changes = classed(desired, current or {})
            told.update(compatible_changes=changes.compatible, breaking_changes=changes.breaking)
        return told

    # What is there

    def read(self, reader: Reader, desired: dict, wanted: set[str] | None = None) -> dict | None:
        key = desired["product_key"]
        if key is PENDING:
            return None
        versions = _versions(reader, key)
        draft = read_model(reader, key, "QueryThingModel")
        in_force = read_model(reader, key, "QueryThingModelPublished") if versions else None
        told = {
            "product_key": key,
            "published": same_model(draft, in_force),
            "version": next(iter(versions), ""),
            "versions": [{"version": name, **version} for name, version in versions.items()],
            **_as_fields(draft),
        }
        # Only the info module asks for what the platform fills in.
        if wanted is None or "versions" in wanted:
            return self._told(reader, desired, wanted, told, draft, in_force)
        named = desired.get("version")
        older = named in versions and named != told["version"]
        told["known"] = {
            "status": member(reader.read("QueryProduct", {"ProductKey": key}), "Data.ProductStatus"),
            "versions": versions,
            "in_force": in_force,
            "named": read_model(reader, key, "QueryThingModelPublished", named) if older else in_force,
        }
        return told

    def _told(self, reader: Reader, desired: dict, wanted: set | None, told: dict, draft: dict, in_force: dict | None):
        """What was read, of the version and the block that were asked for; None where there is none."""
        version, block_id = desired.get("version"), desired.get("block")
        if version and version not in [one["version"] for one in told["versions"]]:
            return None
        of_version = bool(version or desired.get("in_force"))
        if of_version:
            draft = (
                read_model(reader, told["product_key"], "QueryThingModelPublished", version)
                if version and version != told["version"]
                else in_force
            ) or model_of({})
            told.update(_as_fields(draft))
        told["version"] = version or told["version"]
        told["in_force"] = bool(desired.get("in_force"))
        if block_id:
            if block_id not in draft:
                return None
            # A block has none in it.
            told.update(block=block_id, functions=draft[block_id]["functions"], blocks=[])
        params = {"ProductKey": told["product_key"]}
        if block_id:
            params["FunctionBlockId"] = block_id
        if version:
            params["ModelVersion"] = version
        told.update(self._forms(reader, params, of_version, wanted))
        return told

    def _forms(self, reader: Reader, params: dict, of_version: bool, wanted: set | None) -> dict:
        """The model in the platform's own words, in the forms that were asked for."""
        described = (
            "QueryThingModelExtendConfig" if "ModelVersion" in params else "QueryThingModelExtendConfigPublished"
        )
        as_tsl = "GetThingModelTslPublished" if of_version else "GetThingModelTsl"
        as_json = "QueryThingModelPublished" if of_version else "QueryThingModel"
        reads = {
            "as_tsl": (as_tsl, params, "Data.TslStr"),
            "as_simple_tsl": (as_tsl, {**params, "Simple": True}, "Data.TslStr"),
            "as_thing_model_json": (as_json, params, "Data.ThingModelJson"),
            "as_extend_config": (described, params, "Data.Configuration"),
        }
        return {
            name: json.loads(member(reader.read(operation, sent), path) or "{}")
            for name, (operation, sent, path) in reads.items()
            if wanted is None or name in wanted
        }


# Reading


def read_model(reader: Reader, key: str, operation: str, version: str | None = None) -> dict:
    """All blocks of a product's model by their id, each with its functions in the plain form.

    Args:
        reader: reads the account.
        key: the product's ProductKey.
        operation: ``QueryThingModel`` reads the draft, ``QueryThingModelPublished`` what is in force.
        version: the version to read.
    """
    params = {"ProductKey": key}
    if version:
        params["ModelVersion"] = version

    def block(**named):
        return thing_model_json.parse(
            member(reader.read(operation, {**params, **named}), "Data.ThingModelJson") or "{}"
        )

    default = block()
    model = {DEFAULT: {"functions": thing_model_json.functions_of(default)}}
    for listed in default.get("functionBlocks") or []:
        block_id = listed["functionBlockId"]
        raw = block(FunctionBlockId=block_id)
        model[block_id] = {"id": block_id, "name": raw.get("name") or listed.get("functionBlockName")}
        if raw.get("description"):
            model[block_id]["description"] = raw["description"]
        model[block_id]["functions"] = thing_model_json.functions_of(raw)
    return model


def _as_fields(model: dict) -> dict:
    return {
        "functions": model[DEFAULT]["functions"],
        "blocks": [block for block_id, block in model.items() if block_id != DEFAULT],
    }


def _versions(reader: Reader, key: str) -> dict:
    """What is said of each version of a product's model, the one that is in force first."""
    rows = member(reader.read("ListThingModelVersion", {"ProductKey": key}), "Data.ModelVersions") or []
    return {
        row["ModelVersion"]: {"description": row.get("Description") or "", "published_at": row.get("GmtCreate")}
        for row in rows
    }


def _category(reader: Reader, key: str):
    return member(reader.read("QueryProduct", {"ProductKey": key}), "Data.CategoryKey") or ""


# What was given


def _given(desired: dict) -> tuple:
    """The functions that a task gives in one form or another, in their normal form, and the option that gave them."""
    forms = [form for form in _READ if form in desired]
    if "copy_from" in desired:
        others = [name for name in (*forms, "extended_descriptions", "blocks") if name in desired]
        if others:
            raise InvalidValue(f"copy_from and {others[0]} cannot both be given", field=others[0])
    if len(forms) > 1:
        raise InvalidValue(f"{forms[0]} and {forms[1]} cannot both be given: they say the same", field=forms[1])
    if not forms:
        return None, ""
    return _understood(forms[0], forms[0], desired[forms[0]]), forms[0]


def _read_block(block: dict) -> dict:
    """A block as it is kept: its functions in the normal form, whatever they were given in."""
    forms = [form for form in _READ if block.get(form) is not None]
    if len(forms) > 1:
        raise InvalidValue(
            f"blocks has {block['id']} with {forms[0]} and {forms[1]}, which say the same", field="blocks"
        )
    result = {name: block[name] for name in ("id", "name", "description") if block.get(name) is not None}
    if forms:
        result["functions"] = _understood("blocks", forms[0], block[forms[0]])
    return result


def _understood(option: str, form: str, value) -> dict:
    functions = _READ[form](value)
    # What the other forms may hold is held against the limits of the plain one as well.
    complaint = plain.Functions().check(functions) or plain.fault(functions)
    if not complaint:
        length = len(tsl.text(tsl.written(functions)))
        if length > tsl.MOST_CHARACTERS:
            complaint = f"has {length} characters as TSL, more than the {tsl.MOST_CHARACTERS} that a model can have"
    if complaint:
        raise InvalidValue(f"{option} {complaint}", field=option)
    return functions
