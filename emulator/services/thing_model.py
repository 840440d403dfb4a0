# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models: the draft, which calls change, and the versions that were published (the manual's chapter 4.11)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ansible_collections.iotops.aliyun.emulator.errors import ApiError, missing
from ansible_collections.iotops.aliyun.emulator.services.formats import model, thing_model_json, tsl
from ansible_collections.iotops.aliyun.emulator.services.formats.model import Block, Function, Model
from ansible_collections.iotops.aliyun.emulator.services.formats.reading import FormatError, at, compact, member, parse
from ansible_collections.iotops.aliyun.emulator.services.product import RELEASED, WITH_THING_MODEL, find_product
from ansible_collections.iotops.aliyun.emulator.services.shared import ids
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.distributed import check_undistributed
from ansible_collections.iotops.aliyun.emulator.services.shared.registry import operation
from ansible_collections.iotops.aliyun.emulator.services.thing_template import initial_model
from ansible_collections.iotops.aliyun.emulator.store import Row

TABLES = """
-- The drafts. A product without one has not been asked about its thing model yet.
CREATE TABLE IF NOT EXISTS thing_model (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    draft TEXT NOT NULL  -- JSON: a model
);
CREATE TABLE IF NOT EXISTS thing_model_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the later, the higher
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    model_version TEXT NOT NULL,
    description TEXT,
    model TEXT NOT NULL,  -- JSON: the draft as it was then
    created_at INTEGER NOT NULL,
    UNIQUE (product_key, model_version)
);
"""

_MOST_NEW_FUNCTIONS = 10
_MOST_PARAMETERS = 50
_MOST_CHARACTERS = 256 * 1024
_MOST_VERSIONS = 10

_VERSION = re.compile(r"[A-Za-z0-9.]{1,16}")

_MALFORMED = "iot.common.InvalidFormattedParameter"
_NO_FUNCTION = "iot.prod.QueryProductAbilityFailed"
_NO_BLOCK = "iot.prod.QueryProductAbilitiesFailed"

_VERSIONS = "SELECT * FROM thing_model_version WHERE product_key = ? ORDER BY id DESC"

# The parameters that name functions to delete.
_IDENTIFIERS = {
    "properties": "PropertyIdentifier",
    "services": "ServiceIdentifier",
    "events": "EventIdentifier",
}


# What other services and operations ask for


def find_modelled_product(ctx: Context, product_key: str | None) -> Row:
    """The row of a product that has a thing model. Raises ApiError where there is no such product."""
    if not product_key:
        raise ApiError("iot.prod.NullProductKey")
    product = find_product(ctx, product_key)
    if product["commodity_code"] != WITH_THING_MODEL:
        raise ApiError("iot.prod.NotSeniorProduct")
    return product


def draft_of(ctx: Context, product: Row) -> Model:
    """The draft of a product's thing model."""
    _begin(ctx, product)
    return json.loads(ctx.store.one("thing_model", product_key=product["product_key"])["draft"])


def version_of(ctx: Context, product: Row, model_version: str | None = None) -> Row | None:
    """A version of a product's thing model, or its newest; None where nothing was published yet.

    Raises ApiError where there is no such version.
    """
    _begin(ctx, product)
    if not model_version:
        newest = ctx.store.rows(f"{_VERSIONS} LIMIT 1", product["product_key"])
        return newest[0] if newest else None
    version = ctx.store.one("thing_model_version", product_key=product["product_key"], model_version=model_version)
    if version is None:
        raise ApiError(_NO_BLOCK, f"The thing model has no version {model_version}")
    return version


def versions_of(ctx: Context, product: Row) -> list[Row]:
    """All versions of a product's thing model, the newest first."""
    _begin(ctx, product)
    return ctx.store.rows(_VERSIONS, product["product_key"])


def block_of(model_: Model, block_id: str | None) -> Block:
    """A block of a model; without an id, the default one. Raises ApiError where there is no such block."""
    block = model_.get(block_id or model.DEFAULT)
    if block is None:
        raise ApiError(_NO_BLOCK, f"The thing model has no block {block_id}")
    return block


def published_model(ctx: Context, product_key: str) -> dict[str, dict[str, Function]]:
    """The thing model that is in force: ``properties``, ``services`` and ``events``, each by identifier.

    A function of a custom block is found as ``block:identifier``. What functions look like ``formats.model`` says; they
    are shared and not to be changed. Raises ApiError where the product has no thing model.
    """
    version = version_of(ctx, find_modelled_product(ctx, product_key))
    return _by_identifier(version["model"] if version else compact(model.empty_model()))


@lru_cache(maxsize=64)
def _by_identifier(text: str) -> dict[str, dict[str, Function]]:
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
    """4.11.1: adds functions to the default block or to a custom one, which is made where it is new."""
    product = _open_product(ctx, p["ProductKey"])
    block_id, block_name = _block_named(p)
    raw = _parsed(p, "ThingModelJson", required=not block_id)
    functions = _understood("ThingModelJson", thing_model_json.read, raw, product["protocol_type"])
    number = sum(len(functions[kind]) for kind in model.KINDS)
    if number > _MOST_NEW_FUNCTIONS:
        raise ApiError("iot.system.IllegalRequest", f"One call makes at most {_MOST_NEW_FUNCTIONS} functions")
    if not number and not block_id:
        raise ApiError(_MALFORMED, "ThingModelJson has neither properties nor services nor events")
    draft = draft_of(ctx, product)
    block = draft.setdefault(block_id, model.empty_block())
    for kind in model.KINDS:
        block[kind] += functions[kind]
    _describe(block, block_id, block_name, raw)
    _keep(ctx, product, draft)


@operation
def update_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.2: one function, or parameters of one service or event, or the name of a custom block."""
    product = _open_product(ctx, p["ProductKey"])
    block_id, block_name = _block_named(p, name_required=False)
    raw = _parsed(p, "ThingModelJson", required=not block_name)
    draft = draft_of(ctx, product)
    block = block_of(draft, block_id)
    if p.get("Identifier"):
        functions = _understood("ThingModelJson", thing_model_json.read, raw, product["protocol_type"])
        _replace_function(block, p["Identifier"], functions)
    elif not block_id or any(raw.get(kind) for kind in model.KINDS):
        _replace_parameters(block, _understood("ThingModelJson", thing_model_json.read_parameters, raw))
    _describe(block, block_id, block_name, raw)
    _keep(ctx, product, draft)


@operation
def import_thing_model_tsl(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.11: the block then holds what the TSL holds and nothing else. ``TslUrl`` has no effect."""
    product = _open_product(ctx, p.get("ProductKey"))
    block_id, block_name = _block_named(p)
    functions = _understood("TslStr", tsl.read, _parsed(p, "TslStr", required=True))
    draft = draft_of(ctx, product)
    block = draft.setdefault(block_id, model.empty_block())
    block.update(functions)
    _describe(block, block_id, block_name, {})
    _keep(ctx, product, draft)


@operation
def copy_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.4: a version of the source, or its draft, becomes the draft of the target."""
    source = find_modelled_product(ctx, p["SourceProductKey"])
    target = _open_product(ctx, p["TargetProductKey"])
    if source["category_key"] != target["category_key"]:
        raise ApiError("iot.prod.InvalidFormattedCatId", "The two products are not of the same category")
    if p.get("SourceModelVersion"):
        copied = json.loads(version_of(ctx, source, p["SourceModelVersion"])["model"])
    else:
        copied = draft_of(ctx, source)
    for block in copied.values():
        for function in model.functions(block):
            function["config_code"] = None  # a code is for one function
    _begin(ctx, target)
    _keep(ctx, target, copied)


@operation
def delete_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.6: where none of the identifiers is there, it is as if none had been given, and everything goes."""
    product = _open_product(ctx, p.get("ProductKey"))
    block_id = p.get("FunctionBlockId") or model.DEFAULT
    draft = draft_of(ctx, product)
    block = draft.get(block_id, model.empty_block())
    kept = {
        kind: [function for function in block[kind] if function["identifier"] not in p.get(parameter, ())]
        for kind, parameter in _IDENTIFIERS.items()
    }
    if any(len(kept[kind]) < len(block[kind]) for kind in model.KINDS):
        block.update(kept)
    elif block_id:
        draft.pop(block_id, None)
    else:
        draft = model.empty_model()
    _keep(ctx, product, draft)


@operation
def publish_thing_model(ctx: Context, p: dict[str, Any]) -> None:
    """4.11.5: every publication makes a version, whether anything changed or not."""
    product = _open_product(ctx, p["ProductKey"])
    draft = draft_of(ctx, product)
    model_version = p.get("ModelVersion") or _generated_version(ctx, product)
    if not _VERSION.fullmatch(model_version):
        raise ApiError(_MALFORMED, "ModelVersion is 1 to 16 letters, digits and dots")
    if _has_version(ctx, product, model_version):
        raise ApiError("iot.system.IllegalRequest", f"The thing model has a version {model_version} already")
    _add_version(ctx, product, draft, model_version, ctx.now, p.get("Description"))


# The draft and its versions


def _open_product(ctx: Context, product_key: str | None) -> Row:
    """A product whose thing model can be changed. Raises ApiError where it cannot."""
    product = find_modelled_product(ctx, product_key)
    if product["status"] == RELEASED:
        raise ApiError("iot.system.IllegalRequest", "The product is released: CancelReleaseProduct comes first")
    check_undistributed(ctx, product["product_key"])
    return product


def _begin(ctx: Context, product: Row) -> None:
    """Make the draft of a product that has none yet: what its category begins with, which may be published at once."""
    product_key = product["product_key"]
    if ctx.store.count("thing_model", product_key=product_key):
        return
    created = product["created_at"]
    initial = initial_model(product["category_key"], created)
    ctx.store.insert("thing_model", product_key=product_key, draft=compact(initial or model.empty_model()))
    if initial and product["publish_auto"]:
        _add_version(ctx, product, initial, str(created), created)


def _keep(ctx: Context, product: Row, draft: Model) -> None:
    """Make ``draft`` the product's. Raises ApiError where two functions of a block look alike or there is too much."""
    for block in draft.values():
        repeated = model.repeated(block)
        if repeated:
            raise ApiError("iot.prod.ThingModelNameDuplicated", f"{repeated} is there twice in the thing model")
        for function in model.functions(block):
            if function["created"] is None:
                function["created"] = ctx.now
            if function["extend_config"] and not function["config_code"]:
                function["config_code"] = f"{ids.hexadecimal(32).upper()}{ctx.now}"
        model.sort(block)
        if len(compact(block)) > _MOST_CHARACTERS:
            raise ApiError("iot.common.UpdateThingModelOverLimit")
    ctx.store.update("thing_model", {"draft": compact(draft)}, product_key=product["product_key"])


def _add_version(
    ctx: Context, product: Row, published: Model, model_version: str, created: int, description: str | None = None
) -> None:
    """Keep a new version. The oldest of more than ten goes."""
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
        _MOST_VERSIONS,
    )


def _generated_version(ctx: Context, product: Row) -> str:
    number = ctx.now
    while _has_version(ctx, product, str(number)):
        number += 1
    return str(number)


def _has_version(ctx: Context, product: Row, model_version: str) -> bool:
    where = {"product_key": product["product_key"], "model_version": model_version}
    return ctx.store.count("thing_model_version", **where) > 0


# Changes


def _replace_function(block: Block, identifier: str, functions: dict[str, list[Function]]) -> None:
    """Put the one function in ``functions`` in place of the one that has ``identifier``."""
    given = [(kind, function) for kind in model.KINDS for function in functions[kind]]
    if len(given) != 1:
        raise ApiError("iot.system.IllegalRequest", "ThingModelJson holds the one function that is to be changed")
    kind, new = given[0]
    position, old = _find(block, kind, identifier)
    new["created"] = new["created"] or old["created"]
    new["config_code"] = old["config_code"] if new["extend_config"] else None
    block[kind][position] = new


def _replace_parameters(block: Block, changes: list[tuple[str, str, dict[str, list]]]) -> None:
    """Put the parameters in ``changes`` in place of those of the same identifiers."""
    if len(changes) != 1:
        raise ApiError("iot.system.IllegalRequest", "Without Identifier, ThingModelJson holds one service or event")
    kind, identifier, parameters = changes[0]
    if sum(len(some) for some in parameters.values()) > _MOST_PARAMETERS:
        raise ApiError("iot.system.IllegalRequest", f"One call changes at most {_MOST_PARAMETERS} parameters")
    _position, function = _find(block, kind, identifier)
    for direction, some in parameters.items():
        positions = {parameter["identifier"]: index for index, parameter in enumerate(function[direction])}
        for parameter in some:
            if parameter["identifier"] not in positions:
                raise ApiError(_NO_FUNCTION, f"{identifier} has no parameter {parameter['identifier']}")
            function[direction][positions[parameter["identifier"]]] = parameter


def _find(block: Block, kind: str, identifier: str) -> tuple[int, Function]:
    """Position and function. Raises ApiError where the block has no such function of this kind."""
    for position, function in enumerate(block[kind]):
        if function["identifier"] == identifier:
            return position, function
    raise ApiError(_NO_FUNCTION, f"There is no {identifier} among the {kind}")


def _describe(block: Block, block_id: str, block_name: str, raw: dict[str, Any]) -> None:
    """Give a custom block the name in the call and the description in its ThingModelJson, where there are any."""
    if not block_id:
        return
    if block_name:
        block["name"] = block_name
    block["description"] = _understood("ThingModelJson", _description, raw) or block["description"]


def _description(raw: dict[str, Any]) -> str:
    return model.block_description(member(raw, "description", str, ""))


# Parameters


def _block_named(p: dict[str, Any], *, name_required: bool = True) -> tuple[str, str]:
    """Id and name of the block that a call means; of the default block they are empty."""
    block_id = p.get("FunctionBlockId", "")
    block_name = p.get("FunctionBlockName", "")
    if (block_name and not block_id) or (name_required and block_id and not block_name):
        raise ApiError("iot.system.IllegalRequest", "FunctionBlockId and FunctionBlockName belong together")
    if block_id:
        _understood("FunctionBlockId", model.block_id, block_id)
    if block_name:
        _understood("FunctionBlockName", model.block_name, block_name)
    return block_id, block_name


def _parsed(p: dict[str, Any], name: str, *, required: bool) -> dict[str, Any]:
    """The JSON object in the parameter ``name``, empty where there is none."""
    text = p.get(name)
    if not text:
        if required:
            raise missing(name)
        return {}
    raw = _understood(name, parse, text)
    # Blanks do not count.
    if len(text) > _MOST_CHARACTERS and len(compact(raw)) > _MOST_CHARACTERS:
        raise ApiError("iot.common.UpdateThingModelOverLimit")
    return raw


def _understood(name: str, read: Callable[..., Any], *arguments: Any) -> Any:
    """What ``read`` makes of the parameter ``name``. Raises ApiError that tells what is wrong in it, and where."""
    try:
        with at(name):
            return read(*arguments)
    except FormatError as error:
        raise ApiError(_MALFORMED, str(error)) from None
