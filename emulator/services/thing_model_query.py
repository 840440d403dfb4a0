# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading thing models: drafts and versions, in either form, and their extended descriptions."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.services.formats import extend_config, model, thing_model_json, tsl
from ansible_collections.iotops.aliyun.emulator.services.formats.model import Model
from ansible_collections.iotops.aliyun.emulator.services.formats.reading import compact
from ansible_collections.iotops.aliyun.emulator.services.object_storage import offer
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.thing_model import (
    block_of,
    draft_of,
    find_modelled_product,
    version_of,
    versions_of,
)
from ansible_collections.iotops.aliyun.emulator.store import Row, given


@operation
def query_thing_model(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.3: the draft, or the version that is asked for."""
    product = find_modelled_product(ctx, p.get("ProductKey"))
    version = version_of(ctx, product, p["ModelVersion"]) if p.get("ModelVersion") else None
    return _as_json(product, version, json.loads(version["model"]) if version else draft_of(ctx, product), p)


@operation
def query_thing_model_published(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.12: the newest version, or the one that is asked for; before there is any, an empty model."""
    product = find_modelled_product(ctx, p["ProductKey"])
    version = version_of(ctx, product, p.get("ModelVersion"))
    return _as_json(product, version, _published(version), p)


@operation
def get_thing_model_tsl(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.10: as QueryThingModel, in the form of TSL."""
    product = find_modelled_product(ctx, p.get("ProductKey"))
    version = version_of(ctx, product, p["ModelVersion"]) if p.get("ModelVersion") else None
    return _as_tsl(ctx, product, json.loads(version["model"]) if version else draft_of(ctx, product), p)


@operation
def get_thing_model_tsl_published(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.13: as QueryThingModelPublished, in the form of TSL."""
    product = find_modelled_product(ctx, p["ProductKey"])
    return _as_tsl(ctx, product, _published(version_of(ctx, product, p.get("ModelVersion"))), p)


@operation
def list_thing_model_version(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.9: the first is in force."""
    product = find_modelled_product(ctx, p["ProductKey"])
    listed = [
        given(
            ModelVersion=version["model_version"],
            GmtCreate=version["created_at"],
            Description=version["description"],
        )
        for version in versions_of(ctx, product)
    ]
    return {"Data": {"ModelVersions": listed}}


@operation
def query_thing_model_extend_config(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.14: by the manual, a version as well and not the draft."""
    return query_thing_model_extend_config_published(ctx, p)


@operation
def query_thing_model_extend_config_published(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.11.15"""
    product = find_modelled_product(ctx, p["ProductKey"])
    block = block_of(_published(version_of(ctx, product, p.get("ModelVersion"))), p.get("FunctionBlockId"))
    return {"Data": {"Configuration": compact(extend_config.write(block, product["product_key"]))}}


def _published(version: Row | None) -> Model:
    return json.loads(version["model"]) if version else model.empty_model()


def _as_json(product: Row, version: Row | None, model_: Model, p: dict[str, Any]) -> Reply:
    block_id = p.get("FunctionBlockId") or model.DEFAULT
    block_of(model_, block_id)
    product_key = product["product_key"]
    about = (version["model_version"], version["description"]) if version else ()
    written = thing_model_json.write(model_, block_id, product_key, *about)
    return {"ProductKey": product_key, "Data": {"ThingModelJson": thing_model_json.text(written)}}


def _as_tsl(ctx: Context, product: Row, model_: Model, p: dict[str, Any]) -> Reply:
    block_id = p.get("FunctionBlockId") or model.DEFAULT
    block = block_of(model_, block_id)
    text = compact(tsl.write(block, block_id, product["product_key"], simple=p.get("Simple", False)))
    return {"Data": {"TslStr": text, "TslUri": offer(ctx, text.encode(), "json", "application/json")}}
