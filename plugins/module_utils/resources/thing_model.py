# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A product's thing model, as TSL (the manual's chapter 4.11)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, OnTop
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.tsl import Tsl


class ImportAndPublish(Change):
    """The draft is replaced by an import, and comes into force when it is published.

    A released product refuses both: its release is withdrawn before and put back after, even when one of them fails.
    """

    fields = ("tsl", "published")

    def steps(self, resource, desired, current):
        changes = self.differing(resource, desired, current)
        result = []
        if "tsl" in changes:
            params = {**resource.identify(), "TslStr": resource.field("tsl").type.to_wire(desired["tsl"])}
            # What is in force stays the version before, until the draft is published.
            imported = {"tsl": changes["tsl"], "published": (bool(current.get("published")), False)}
            result.append(Step(steps.UPDATE, "ImportThingModelTsl", params, imported))
        if desired.get("published") and (result or "published" in changes):
            params = {
                **resource.identify(),
                "ModelVersion": desired.get("version"),
                "Description": desired.get("version_description"),
            }
            result.append(Step(steps.UPDATE, "PublishThingModel", params, {"published": (False, True)}))
        if result and current.get("product_status") == "RELEASE_STATUS":
            withdraw = Step(steps.UPDATE, "CancelReleaseProduct", resource.identify())
            release = Step(steps.UPDATE, "ReleaseProduct", resource.identify(), restores=True)
            result = [withdraw, *result, release]
        return result


class ThingModel(Resource):
    """The properties, events and services of a product's devices."""

    kind = "thing_model"
    title = "thing model"
    families = (thing_model, product)
    key = ("product_key",)
    identity = {"ProductKey": "product_key"}
    states = {"present": {}}
    fields = (
        Field("product", required=True, resolve=product_key, into="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("tsl", type=Tsl(), initial={}),
        Field("published", type=Flag(), initial=False),
        Field(
            "version",
            "ModelVersion",
            Text(1, 16, allowed="[A-Za-z0-9.]+", hint="letters, digits and dots"),
            write_only=True,
        ),
        Field("version_description", "Description", Text(), write_only=True),
    )
    details = (Detail("GetThingModelTsl", "Data.TslStr"),)
    create = OnTop()
    changes = (ImportAndPublish(),)
    filters = ("product",)
    within = ("product",)

    def read(self, reader, desired, wanted=None):
        key = {"ProductKey": desired["product_key"]}
        if not isinstance(desired["product_key"], str):
            return None
        kind = self.field("tsl").type
        draft = kind.from_wire(member(reader.read("GetThingModelTsl", key), "Data.TslStr"))
        published = kind.from_wire(member(reader.read("GetThingModelTslPublished", key), "Data.TslStr"))
        return {
            "product_key": desired["product_key"],
            "tsl": draft,
            "published": kind.canonical(draft) == kind.canonical(published),
            "product_status": member(reader.read("QueryProduct", key), "Data.ProductStatus"),
        }
