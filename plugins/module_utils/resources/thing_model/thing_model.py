# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The thing model of a product: its draft and its published versions (manual chapter 4.11)."""

from __future__ import annotations

import json
import re
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.declared import (
    CompatibleWithBase,
    ValidModel,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.options import (
    functions_option,
    parse_block,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.state import (
    DEFAULT,
    classify_changes,
    equal_models,
    is_pending,
    to_model,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.steps import DeleteModel, ModelChange

VERSION = Text(1, 16, pattern="[A-Za-z0-9.]+", hint="letters, digits and dots")

# A version that the platform generates: the time of publication in milliseconds.
_GENERATED_VERSION = re.compile(r"\d{13}")


class Source(Type):
    """The product whose model is copied, and the version to copy."""

    argument = {
        "type": "dict",
        "options": {"product": {"type": "str", "required": True}, "version": {"type": "str"}},
    }

    def check(self, value: Any) -> str:
        problem = VERSION.check(value["version"]) if value.get("version") is not None else ""
        return problem and f"has an invalid version: it {problem}"


class ExtendedDescriptions(Type):
    """Extended descriptions by identifier."""

    argument = {"type": "dict"}

    def check(self, value: Any) -> str:
        invalid = [identifier for identifier, extended in value.items() if not isinstance(extended, dict)]
        return f"must contain dictionaries only; the value of {invalid[0]} is not one" if invalid else ""


class ThingModel(Resource):
    """The thing model of a product: the properties, events and services of its devices.

    It exists, without functions, as soon as the product exists.

    Custom code: a model has three formats and several blocks, each of which is read with a separate request, and the
    published version is read in addition to the draft.
    """

    kind = "thing_model"
    references = {"copy_from": ("product", "thing_model")}
    title = "thing model"
    families = (thing_model, product)
    key = ("product_key",)
    identity = {"ProductKey": "product_key"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        # Filters of the info module.
        Field("block", type=BLOCK_ID, computed=True, write_only=True),
        Field("in_force", type=Flag(), computed=True, write_only=True),
        Field("functions", type=plain.Functions(), initial={}, purge=True, data_file="functions.json"),
        Field("tsl", type=tsl.Tsl(), write_only=True, data_file="tsl.json"),
        Field("thing_model_json", type=thing_model_json.ThingModelJson(), write_only=True),
        Field("extended_descriptions", type=ExtendedDescriptions(), write_only=True),
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
    offline_checks = (ValidModel(), CompatibleWithBase())
    filters = ("product", "version", "block", "in_force")
    required_filters = ("product",)
    parent_values = {"thing_model": True}
    extra_result_keys = ("compatible_changes", "breaking_changes")

    # Desired state

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        functions, field = functions_option(desired)
        blocks = [parse_block(block) for block in desired.get("blocks") or []]
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
            resolved["functions"] = self._with_descriptions(reader, resolved, functions, descriptions, DEFAULT)
            field = field or "extended_descriptions"
        for block, option in zip(blocks, desired.get("blocks") or []):
            if option.get("extended_descriptions") is not None:
                block["functions"] = self._with_descriptions(
                    reader, resolved, block.get("functions"), option["extended_descriptions"], block["id"]
                )
        if any(block.get("functions") is PENDING for block in blocks):
            resolved["blocks"] = PENDING
        if "copy_from" not in desired:
            self._check_descriptions(
                reader, key, [(field, resolved.get("functions")), *(("blocks", one.get("functions")) for one in blocks)]
            )
        return resolved

    def _check_descriptions(self, reader: Reader, key: Any, options: list[tuple[str, Any]]) -> None:
        """Check extended descriptions against the protocol of the product.

        Args:
            reader: Reads the account.
            key: The ProductKey.
            options: The names of options with their functions.

        Raises:
            InvalidValue: The platform would reject an extended description.
        """
        options = [(option, functions) for option, functions in options if functions and functions is not PENDING]
        if key is PENDING or not any(
            extended_descriptions.functions_with_description(functions) for _option, functions in options
        ):
            return
        protocol = member(reader.read("QueryProduct", {"ProductKey": key}), "Data.ProtocolType")
        for option, functions in options:
            problem = extended_descriptions.find_error(functions, protocol)
            if problem:
                raise InvalidValue(f"{option} {problem}", field=option)

    def _with_descriptions(
        self, reader: Reader, resolved: dict, functions: dict | None, descriptions: dict, block_id: str
    ) -> Any:
        """Return functions with extended descriptions.

        Args:
            reader: Reads the account.
            resolved: The desired values by field, with the ProductKey.
            functions: The functions; None for those of the current draft.
            descriptions: The extended descriptions by identifier.
            block_id: The ID of the block.
        """
        if functions is None:
            if resolved["product_key"] is PENDING:
                return PENDING
            draft = read_model(reader, resolved["product_key"], "QueryThingModel").get(block_id)
            functions = (draft or {}).get("functions") or {}
        result = {kind: dict(by_identifier) for kind, by_identifier in functions.items()}
        kinds = {identifier: kind for kind, identifier, _function in plain.iterate(functions)}
        for identifier, extended in descriptions.items():
            if identifier not in kinds:
                reader.not_found("function", f"{block_id}:{identifier}" if block_id else identifier)
                return PENDING
            by_identifier = result[kinds[identifier]]
            by_identifier[identifier] = {**by_identifier[identifier], "extended": extended}
        return result

    def _resolve_source(self, reader: Reader, resolved: dict) -> None:
        """Set the ProductKey and version of the source, and the functions and blocks that are copied."""
        source = resolved["copy_from"]
        key = product_key(reader, source["product"])
        resolved["functions"] = resolved["blocks"] = PENDING
        if key is PENDING:
            return
        target = resolved["product_key"]
        if key == target:
            raise InvalidValue(f"copy_from must be another product than {resolved['product']}", field="copy_from")
        if target is not PENDING and _category(reader, key) != _category(reader, target):
            raise InvalidValue(
                f"copy_from must be a product of the same category; {source['product']} and {resolved['product']} have "
                "different categories",
                field="copy_from",
                remedy="Set functions to the functions that iot_thing_model_info returns",
            )
        versions = list(_versions(reader, key))
        version = source.get("version") or next(iter(versions), "")
        if version not in versions:
            title = f"version {version}" if version else "published version"
            reader.not_found(
                f"{title} of the thing model of", source["product"], "Publish the version first, or check its name"
            )
            return
        model = read_model(reader, key, "QueryThingModelPublished", version)
        resolved["copy_from"] = {**source, "product_key": key, "version": version}
        resolved["functions"] = model.pop(DEFAULT)["functions"]
        resolved["blocks"] = list(model.values())

    def extra_results(self, desired: dict | None, current: dict | None, steps: list[Step]) -> dict:
        results: dict = {name: [] for name in self.extra_result_keys}
        if steps and not is_pending(desired):
            changes = classify_changes(desired, current or {})
            results.update(compatible_changes=changes.compatible, breaking_changes=changes.breaking)
        return results

    # Current state

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        key = desired["product_key"]
        if key is PENDING:
            return None
        versions = _versions(reader, key)
        draft = read_model(reader, key, "QueryThingModel")
        published_model = read_model(reader, key, "QueryThingModelPublished") if versions else None
        values = {
            "product_key": key,
            "published": equal_models(draft, published_model),
            "version": next(iter(versions), ""),
            "versions": [{"version": name, **version} for name, version in versions.items()],
            **_as_fields(draft),
        }
        # Only the info module requests computed fields.
        if fields is None or "versions" in fields:
            return self._info_values(reader, desired, fields, values, draft, published_model)
        version = desired.get("version")
        is_older = version in versions and version != values["version"]
        values["known"] = {
            "status": member(reader.read("QueryProduct", {"ProductKey": key}), "Data.ProductStatus"),
            "versions": versions,
            "published_model": published_model,
            "version_model": (
                read_model(reader, key, "QueryThingModelPublished", version) if is_older else published_model
            ),
        }
        return values

    def values_to_export(self, values: dict) -> dict:
        """Return the values with the functions as TSL, if TSL can express all of them.

        Custom code: TSL is the format that other tools read. A draft that is not published has no version, and the
        versions that the platform generates, which are timestamps, are different in each account.
        """
        result = dict(values)
        functions = values["functions"]
        if not values["published"] or _GENERATED_VERSION.fullmatch(str(values["version"])):
            result.pop("version")
        if any(functions.values()):
            as_tsl = tsl.from_functions(functions)
            if plain.canonical(tsl.to_functions(as_tsl)) == plain.canonical(functions):
                result["tsl"] = as_tsl
                del result["functions"]
        return result

    def _info_values(
        self,
        reader: Reader,
        desired: dict,
        fields: set[str] | None,
        values: dict,
        draft: dict,
        published_model: dict | None,
    ) -> dict | None:
        """Return the values for the info module.

        Args:
            reader: Reads the account.
            desired: The filters by field.
            fields: The names of the fields to return; None for all fields.
            values: The values of the draft by field.
            draft: The draft.
            published_model: The published model; None if no version is published.

        Returns:
            The values of the requested version and block by field; None if there is no such version or block.
        """
        version, block_id = desired.get("version"), desired.get("block")
        if version and version not in [row["version"] for row in values["versions"]]:
            return None
        published = bool(version or desired.get("in_force"))
        model = draft
        if published:
            model = (
                read_model(reader, values["product_key"], "QueryThingModelPublished", version)
                if version and version != values["version"]
                else published_model
            ) or to_model({})
            values.update(_as_fields(model))
        values["version"] = version or values["version"]
        values["in_force"] = bool(desired.get("in_force"))
        if block_id:
            if block_id not in model:
                return None
            # A block does not contain other blocks.
            values.update(block=block_id, functions=model[block_id]["functions"], blocks=[])
        params = {"ProductKey": values["product_key"]}
        if block_id:
            params["FunctionBlockId"] = block_id
        if version:
            params["ModelVersion"] = version
        values.update(self._read_formats(reader, params, published, fields))
        return values

    def _read_formats(self, reader: Reader, params: dict, published: bool, fields: set[str] | None) -> dict:
        """Return the model in the requested formats of the platform, by field."""
        config_operation = (
            "QueryThingModelExtendConfig" if "ModelVersion" in params else "QueryThingModelExtendConfigPublished"
        )
        tsl_operation = "GetThingModelTslPublished" if published else "GetThingModelTsl"
        json_operation = "QueryThingModelPublished" if published else "QueryThingModel"
        reads = {
            "as_tsl": (tsl_operation, params, "Data.TslStr"),
            "as_simple_tsl": (tsl_operation, {**params, "Simple": True}, "Data.TslStr"),
            "as_thing_model_json": (json_operation, params, "Data.ThingModelJson"),
            "as_extend_config": (config_operation, params, "Data.Configuration"),
        }
        return {
            name: json.loads(member(reader.read(operation, sent), path) or "{}")
            for name, (operation, sent, path) in reads.items()
            if fields is None or name in fields
        }


# Reading


def read_model(reader: Reader, key: str, operation: str, version: str | None = None) -> dict:
    """Return the model of a product: blocks by ID, with functions in the plain form.

    Args:
        reader: Reads the account.
        key: The ProductKey.
        operation: ``QueryThingModel`` reads the draft, ``QueryThingModelPublished`` a published version.
        version: The version. Defaults to the newest one.
    """
    params = {"ProductKey": key}
    if version:
        params["ModelVersion"] = version

    def read_block(**block_params: str) -> dict:
        response = reader.read(operation, {**params, **block_params})
        return thing_model_json.parse(member(response, "Data.ThingModelJson") or "{}")

    default = read_block()
    model = {DEFAULT: {"functions": thing_model_json.to_functions(default)}}
    for listed in default.get("functionBlocks") or []:
        block_id = listed["functionBlockId"]
        raw = read_block(FunctionBlockId=block_id)
        model[block_id] = {"id": block_id, "name": raw.get("name") or listed.get("functionBlockName")}
        if raw.get("description"):
            model[block_id]["description"] = raw["description"]
        model[block_id]["functions"] = thing_model_json.to_functions(raw)
    return model


def _as_fields(model: dict) -> dict:
    return {
        "functions": model[DEFAULT]["functions"],
        "blocks": [block for block_id, block in model.items() if block_id != DEFAULT],
    }


def _versions(reader: Reader, key: str) -> dict:
    """Return description and time of each published version of a product's model; the newest version is first."""
    rows = reader.elements("ListThingModelVersion", {"ProductKey": key}, "Data.ModelVersions")
    return {
        row["ModelVersion"]: {"description": row.get("Description") or "", "published_at": row.get("GmtCreate")}
        for row in rows
    }


def _category(reader: Reader, key: str) -> str:
    return member(reader.read("QueryProduct", {"ProductKey": key}), "Data.CategoryKey") or ""
