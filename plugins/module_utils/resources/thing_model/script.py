# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The script that parses the data of a product's devices (manual chapter 4.11)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The DataFormat of devices that speak a format of their own, which is what a script is for.
CUSTOM = "0"

TYPES = Choice({"javascript": "JavaScript", "python": "Python_27", "php": "PHP_72"})


def _of_data(data: dict | None) -> dict | None:
    """What is told of a script, of which the platform hands out the place; None of a product that has none."""
    if not (data or {}).get("ScriptUrl"):
        return None
    return {"type": TYPES.from_wire(data["ScriptType"]), "url": data["ScriptUrl"]}


class ThingScript(Resource):
    """What turns the bytes of a product's devices into the members of its thing model, and back.

    No operation takes a script away.
    """

    kind = "thing_script"
    title = "thing script"
    families = (thing_model, product)
    key = ("product_key",)
    identity = {"ProductKey": "product_key"}
    states = {"present": {}}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("type", "ScriptType", TYPES),
        Field("script", "ScriptContent", Text(1)),
    )
    details = (Detail("GetThingScript", "Data", parse=_of_data),)
    create = Create("CreateThingScript", outputs={})
    changes = (Update("UpdateThingScript", "type", "script"),)
    filters = ("product",)
    required_filters = ("product",)

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        key = resolved["product_key"]
        if key is not PENDING and {"type", "script"} & set(desired):
            formats = {item["ProductKey"]: item.get("DataFormat") for item in reader.pages("QueryProductList")}
            if str(formats.get(key)) != CUSTOM:
                raise InvalidValue(
                    f"the devices of {desired['product']} speak no format of their own: there is nothing to parse",
                    field="product",
                    remedy="A script is for a product that was made with data_format: custom",
                )
        return resolved

    def read(self, reader: Reader, desired: dict, wanted: set[str] | None = None) -> dict | None:
        there = super().read(reader, desired, wanted)
        if there is not None:
            there["script"] = reader.download(there.pop("url"))
        return there
