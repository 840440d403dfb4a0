# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage thing models: the draft, which operations edit, and the published versions (manual chapter 4.11)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.common.distributed import check_not_distributed
from ansible_collections.iotops.aliyun.emulator.services.product.product import RELEASED, WITH_THING_MODEL, find_product
from ansible_collections.iotops.aliyun.emulator.services.thing_model.block_changes import (
    replace_function,
    replace_parameters,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model, thing_model_json, tsl
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Block, Function, Model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import (
    FormatError,
    compact,
    error_path,
    member,
    parse,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.template import initial_model

TABLES = """
-- The drafts. The draft of a product is created when its thing model is accessed for the first time.
CREATE TABLE IF NOT EXISTS thing_model (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    draft TEXT NOT NULL  -- JSON: a model
);
CREATE TABLE IF NOT EXISTS thing_model_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- increases with each version
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    model_version TEXT NOT NULL,
    description TEXT,
    model TEXT NOT NULL,  -- JSON: the draft at the time of publication
    created_at INTEGER NOT NULL,
    UNIQUE (product_key, model_version)
);
"""

_MAX_NEW_FUNCTIONS = 10
_MAX_CHARACTERS = 256 * 1024
_MAX_VERSIONS = 10

_VERSION = re.compile(r"[A-Za-z0-9.]{1,16}")

_INVALID_FORMAT = "iot.common.InvalidFormattedParameter"
_BLOCK_NOT_FOUND = "iot.prod.QueryProductAbilitiesFailed"

_SELECT_VERSIONS = "SELECT * FROM thing_model_version WHERE product_key = ? ORDER BY id DESC"

# The parameters that list the functions to delete, by kind.
_IDENTIFIER_PARAMS = {
    "properties": "PropertyIdentifier",
    "services": "ServiceIdentifier",
    "events": "EventIdentifier",
}


# Lookups for other services and operations


def find_product_with_thing_model(ctx: Context, product_key: str | None) -> Row:
    """Return the row of a product with a thing model, or raise ApiError if there is no such product."""
    if not product_key:
        raise ApiError("iot.prod.NullProductKey")
    product = find_product(ctx, product_key)
    if product["commodity_code"] != WITH_THING_MODEL:
        raise ApiError("iot.prod.NotSeniorProduct")
    return product


def get_draft(ctx: Context, product: Row) -> Model:
    """Return the draft of a product's thing model. Create it if the product has none yet."""
    _ensure_draft(ctx, product)
    return json.loads(ctx.store.require("thing_model", product_key=product["product_key"])["draft"])


def get_version(ctx: Context, product: Row, model_version: str | None = None) -> Row | None:
    """Return a version of a product's thing model.

    Args:
        ctx: The context of the call.
        product: The row of the product.
        model_version: The version. If not set, the newest version is returned.

    Returns:
        The row of the version, or None if no version was requested and none was published.

    Raises:
        ApiError: The requested version does not exist.
    """
    _ensure_draft(ctx, product)
    if not model_version:
        newest = ctx.store.rows(f"{_SELECT_VERSIONS} LIMIT 1", product["product_key"])
        return newest[0] if newest else None
    version = ctx.store.one("thing_model_version", product_key=product["product_key"], model_version=model_version)
    if version is None:
        raise ApiError(_BLOCK_NOT_FOUND, f"The thing model has no version {model_version}")
    return version


def list_versions(ctx: Context, product: Row) -> list[Row]:
    """Return all versions of a product's thing model, the newest first."""
    _ensure_draft(ctx, product)
    return ctx.store.rows(_SELECT_VERSIONS, product["product_key"])


def get_block(model_: Model, block_id: str | None) -> Block:
    """Return a block of a model, the default block if ``block_id`` is empty. Raise ApiError if it does not exist."""
    block = model_.get(block_id or model.DEFAULT)
    if block is None:
        raise ApiError(_BLOCK_NOT_FOUND, f"The thing model has no block {block_id}")
    return block


def published_model(ctx: Context, product_key: str) -> dict[str, dict[str, Function]]:
    """Return the functions of the newest published version: ``properties``, ``services`` and ``events`` by identifier.

    The key of a function of a custom block is ``block:identifier``. ``formats.model`` describes the functions. The
    result is cached and shared: do not modify it.

    Raises:
        ApiError: The product has no thing model.
    """
    version = get_version(ctx, find_product_with_thing_model(ctx, product_key))
    return _index_by_identifier(version["model"] if version else compact(model.empty_model()))


@lru_cache(maxsize=64)
def _index_by_identifier(text: str) -> dict[str, dict[str, Function]]:
    found: dict[str, dict[str, Function]] = {kind: {} for kind in model.KINDS}
    for block_id, block in json.loads(text).items():
        for kind in model.KINDS:
            for function in block[kind]:
                identifier = function["identifier"]
                found[kind][f"{block_id}:{identifier}" if block_id else identifier] = function
    return found


# Operations


@operation
def create_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.1: add functions to the default block or to a custom block, which is created if necessary."""
    product = _find_editable_product(ctx, p["ProductKey"])
    block_id, block_name = _block_params(p)
    raw = _parse_param(p, "ThingModelJson", required=not block_id)
    functions = _convert("ThingModelJson", thing_model_json.read, raw, product["protocol_type"])
    number = sum(len(functions[kind]) for kind in model.KINDS)
    if number > _MAX_NEW_FUNCTIONS:
        raise ApiError("iot.system.IllegalRequest", f"A request can create at most {_MAX_NEW_FUNCTIONS} functions")
    if not number and not block_id:
        raise ApiError(_INVALID_FORMAT, "ThingModelJson contains no properties, services or events")
    draft = get_draft(ctx, product)
    block = draft.setdefault(block_id, model.empty_block())
    for kind in model.KINDS:
        block[kind] += functions[kind]
    _set_name_and_description(block, block_id, block_name, raw)
    _save_draft(ctx, product, draft)


@operation
def update_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.2: replace a function, parameters of a service or event, or the name of a custom block."""
    product = _find_editable_product(ctx, p["ProductKey"])
    block_id, block_name = _block_params(p, name_required=False)
    raw = _parse_param(p, "ThingModelJson", required=not block_name)
    draft = get_draft(ctx, product)
    block = get_block(draft, block_id)
    if p.get("Identifier"):
        functions = _convert("ThingModelJson", thing_model_json.read, raw, product["protocol_type"])
        replace_function(block, p["Identifier"], functions)
    elif not block_id or any(raw.get(kind) for kind in model.KINDS):
        replace_parameters(block, _convert("ThingModelJson", thing_model_json.read_parameters, raw))
    _set_name_and_description(block, block_id, block_name, raw)
    _save_draft(ctx, product, draft)


@operation
def import_thing_model_tsl(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.11: replace all functions of a block with those of the TSL. ``TslUrl`` has no effect."""
    product = _find_editable_product(ctx, p.get("ProductKey"))
    block_id, block_name = _block_params(p)
    functions = _convert("TslStr", tsl.read, _parse_param(p, "TslStr", required=True))
    draft = get_draft(ctx, product)
    block = draft.setdefault(block_id, model.empty_block())
    block.update(functions)
    _set_name_and_description(block, block_id, block_name, {})
    _save_draft(ctx, product, draft)


@operation
def copy_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.4: replace the draft of the target with a version of the source, or with its draft."""
    source = find_product_with_thing_model(ctx, p["SourceProductKey"])
    target = _find_editable_product(ctx, p["TargetProductKey"])
    if source["category_key"] != target["category_key"]:
        raise ApiError(
            "iot.prod.InvalidFormattedCatId", "The source and the target product must have the same category"
        )
    version = get_version(ctx, source, p["SourceModelVersion"]) if p.get("SourceModelVersion") else None
    copied = json.loads(version["model"]) if version else get_draft(ctx, source)
    for block in copied.values():
        for function in model.functions(block):
            function["config_code"] = None  # a code belongs to exactly one function
    _ensure_draft(ctx, target)
    _save_draft(ctx, target, copied)


@operation
def delete_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.6: delete functions.

    If none of the given identifiers exists, the operation behaves as if no identifiers were given: it deletes the whole
    block.
    """
    product = _find_editable_product(ctx, p.get("ProductKey"))
    block_id = p.get("FunctionBlockId") or model.DEFAULT
    draft = get_draft(ctx, product)
    block = draft.get(block_id, model.empty_block())
    remaining = {
        kind: [function for function in block[kind] if function["identifier"] not in p.get(parameter, ())]
        for kind, parameter in _IDENTIFIER_PARAMS.items()
    }
    if any(len(remaining[kind]) < len(block[kind]) for kind in model.KINDS):
        block.update(remaining)
    elif block_id:
        draft.pop(block_id, None)
    else:
        draft = model.empty_model()
    _save_draft(ctx, product, draft)


@operation
def publish_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.11.5: every publication creates a version, even if nothing changed."""
    product = _find_editable_product(ctx, p["ProductKey"])
    draft = get_draft(ctx, product)
    model_version = p.get("ModelVersion") or _generated_version(ctx, product)
    if not _VERSION.fullmatch(model_version):
        raise ApiError(_INVALID_FORMAT, "ModelVersion must be 1 to 16 letters, digits and dots")
    if _has_version(ctx, product, model_version):
        raise ApiError("iot.system.IllegalRequest", f"Version {model_version} of the thing model already exists")
    _add_version(ctx, product, draft, model_version, ctx.now, p.get("Description"))


@operation
def copy_thing_model_async(ctx: Context, p: dict[str, Any]) -> None:
    """Copy a thing model like CopyThingModel. The emulator copies it before it replies."""
    copy_thing_model(ctx, p)


@operation
def publish_thing_model_async(ctx: Context, p: dict[str, Any]) -> None:
    """Publish a thing model like PublishThingModel. The emulator publishes it before it replies."""
    publish_thing_model(ctx, {**p, "ModelVersion": p.get("ThingModelVersion")})


# The draft and its versions


def _find_editable_product(ctx: Context, product_key: str | None) -> Row:
    """Return the row of a product whose thing model can be edited, or raise ApiError."""
    product = find_product_with_thing_model(ctx, product_key)
    if product["status"] == RELEASED:
        raise ApiError("iot.system.IllegalRequest", "The product is released. Call CancelReleaseProduct first")
    check_not_distributed(ctx, product["product_key"])
    return product


def _ensure_draft(ctx: Context, product: Row) -> None:
    """Create the draft of a product that has none yet: the model of its category.

    If the product has ``PublishAuto`` set, this model is published as the first version.
    """
    product_key = product["product_key"]
    if ctx.store.count("thing_model", product_key=product_key):
        return
    created = product["created_at"]
    initial = initial_model(product["category_key"], created)
    ctx.store.insert("thing_model", product_key=product_key, draft=compact(initial or model.empty_model()))
    if initial and product["publish_auto"]:
        _add_version(ctx, product, initial, str(created), created)


def _save_draft(ctx: Context, product: Row, draft: Model) -> None:
    """Save the draft of a product. Raise ApiError if a block has duplicate identifiers or names, or is too large."""
    for block in draft.values():
        duplicate = model.find_duplicate(block)
        if duplicate:
            raise ApiError(
                "iot.prod.ThingModelNameDuplicated",
                f"The thing model contains the identifier or name {duplicate} twice",
            )
        for function in model.functions(block):
            if function["created"] is None:
                function["created"] = ctx.now
            if function["extend_config"] and not function["config_code"]:
                function["config_code"] = f"{ids.hexadecimal(32).upper()}{ctx.now}"
        model.sort(block)
        if len(compact(block)) > _MAX_CHARACTERS:
            raise ApiError("iot.common.UpdateThingModelOverLimit")
    ctx.store.update("thing_model", {"draft": compact(draft)}, product_key=product["product_key"])


def _add_version(
    ctx: Context, product: Row, published: Model, model_version: str, created: int, description: str | None = None
) -> None:
    """Store a new version. Delete the oldest version if the product has more than ten."""
    ctx.store.insert(
        "thing_model_version",
        product_key=product["product_key"],
        model_version=model_version,
        description=description,
        model=compact(published),
        created_at=created,
    )
    ctx.store.execute(
        "DELETE FROM thing_model_version WHERE id IN"
        " (SELECT id FROM thing_model_version WHERE product_key = ? ORDER BY id DESC LIMIT -1 OFFSET ?)",
        product["product_key"],
        _MAX_VERSIONS,
    )


def _generated_version(ctx: Context, product: Row) -> str:
    number = ctx.now
    while _has_version(ctx, product, str(number)):
        number += 1
    return str(number)


def _has_version(ctx: Context, product: Row, model_version: str) -> bool:
    where = {"product_key": product["product_key"], "model_version": model_version}
    return ctx.store.count("thing_model_version", **where) > 0


# Blocks


def _set_name_and_description(block: Block, block_id: str, block_name: str, raw: dict[str, Any]) -> None:
    """Set the name and the description (from ThingModelJson) of a custom block, if the request contains them."""
    if not block_id:
        return
    if block_name:
        block["name"] = block_name
    block["description"] = _convert("ThingModelJson", _read_description, raw) or block["description"]


def _read_description(raw: dict[str, Any]) -> str:
    return model.valid_block_description(member(raw, "description", str, ""))


# Parameters


def _block_params(p: dict[str, Any], *, name_required: bool = True) -> tuple[str, str]:
    """Return the id and the name of the block in a request. Both are empty for the default block."""
    block_id = p.get("FunctionBlockId", "")
    block_name = p.get("FunctionBlockName", "")
    if (block_name and not block_id) or (name_required and block_id and not block_name):
        raise ApiError("iot.system.IllegalRequest", "FunctionBlockId and FunctionBlockName must be set together")
    if block_id:
        _convert("FunctionBlockId", model.valid_block_id, block_id)
    if block_name:
        _convert("FunctionBlockName", model.valid_block_name, block_name)
    return block_id, block_name


def _parse_param(p: dict[str, Any], name: str, *, required: bool) -> dict[str, Any]:
    """Return the JSON object in the parameter ``name``, an empty object if the parameter is absent and not required."""
    text = p.get(name)
    if not text:
        if required:
            raise ApiError(_INVALID_FORMAT, f"{name} is missing")
        return {}
    raw = _convert(name, parse, text)
    # Whitespace does not count.
    if len(text) > _MAX_CHARACTERS and len(compact(raw)) > _MAX_CHARACTERS:
        raise ApiError("iot.common.UpdateThingModelOverLimit")
    return raw


def _convert(name: str, read: Callable[..., Any], *arguments: Any) -> Any:
    """Return ``read(*arguments)``. Raise ApiError with the path and the reason if the parameter ``name`` is invalid."""
    try:
        with error_path(name):
            return read(*arguments)
    except FormatError as error:
        raise ApiError(_INVALID_FORMAT, str(error)) from None
