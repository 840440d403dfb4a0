# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read thing models: drafts and versions as ThingModelJson or TSL, and their extended descriptions."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import (
    extend_config,
    model,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import compact
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import (
    find_product_with_thing_model,
    get_block,
    get_draft,
    get_version,
    list_versions,
)
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file


@operation
def query_thing_model(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.3: return the draft, or the requested version."""
    product = find_product_with_thing_model(ctx, p.get("ProductKey"))
    version = get_version(ctx, product, p["ModelVersion"]) if p.get("ModelVersion") else None
    return _as_json(product, version, json.loads(version["model"]) if version else get_draft(ctx, product), p)


@operation
def query_thing_model_published(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.12: return the newest or the requested version, an empty model if none was published."""
    product = find_product_with_thing_model(ctx, p["ProductKey"])
    version = get_version(ctx, product, p.get("ModelVersion"))
    return _as_json(product, version, _published_model(version), p)


@operation
def get_thing_model_tsl(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.10: like QueryThingModel, but in TSL format."""
    product = find_product_with_thing_model(ctx, p.get("ProductKey"))
    version = get_version(ctx, product, p["ModelVersion"]) if p.get("ModelVersion") else None
    return _as_tsl(ctx, product, json.loads(version["model"]) if version else get_draft(ctx, product), p)


@operation
def get_thing_model_tsl_published(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.13: like QueryThingModelPublished, but in TSL format."""
    product = find_product_with_thing_model(ctx, p["ProductKey"])
    return _as_tsl(ctx, product, _published_model(get_version(ctx, product, p.get("ModelVersion"))), p)


@operation
def list_thing_model_version(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.9: list the versions, the newest first. The first one is in effect."""
    product = find_product_with_thing_model(ctx, p["ProductKey"])
    versions = [
        omit_none(
            ModelVersion=version["model_version"],
            GmtCreate=version["created_at"],
            Description=version["description"],
        )
        for version in list_versions(ctx, product)
    ]
    return {"Data": {"ModelVersions": versions}}


@operation
def query_thing_model_extend_config(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.14: according to the manual, this reads a version too, not the draft."""
    return query_thing_model_extend_config_published(ctx, p)


@operation
def query_thing_model_extend_config_published(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.15."""
    product = find_product_with_thing_model(ctx, p["ProductKey"])
    block = get_block(_published_model(get_version(ctx, product, p.get("ModelVersion"))), p.get("FunctionBlockId"))
    return {"Data": {"Configuration": compact(extend_config.write(block, product["product_key"]))}}


def published_tsl(ctx: Context, product_key: str, block_id: str) -> dict[str, Any]:
    """Return a block of the newest published version in TSL format. Raises ApiError if there is none."""
    product = find_product_with_thing_model(ctx, product_key)
    block = get_block(_published_model(get_version(ctx, product)), block_id)
    return tsl.write(block, block_id, product["product_key"])


def _published_model(version: Row | None) -> Model:
    return json.loads(version["model"]) if version else model.empty_model()


def _as_json(product: Row, version: Row | None, model_: Model, p: dict[str, Any]) -> Reply:
    block_id = p.get("FunctionBlockId") or model.DEFAULT
    get_block(model_, block_id)
    product_key = product["product_key"]
    version_details = (version["model_version"], version["description"]) if version else ()
    content = thing_model_json.write(model_, block_id, product_key, *version_details)
    return {"ProductKey": product_key, "Data": {"ThingModelJson": thing_model_json.to_text(content)}}


def _as_tsl(ctx: Context, product: Row, model_: Model, p: dict[str, Any]) -> Reply:
    block_id = p.get("FunctionBlockId") or model.DEFAULT
    block = get_block(model_, block_id)
    text = compact(tsl.write(block, block_id, product["product_key"], simple=p.get("Simple", False)))
    return {"Data": {"TslStr": text, "TslUri": publish_file(ctx, text.encode(), "json", "application/json")}}
