# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The data parsing script of a product (manual chapter 4.11)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Satisfies, State
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import script_syntax
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The DataFormat of products whose devices send data in a custom format, which a script parses.
CUSTOM_FORMAT = "0"

TYPES = Choice({"javascript": "JavaScript", "python": "Python_27", "php": "PHP_72"})


def _parse_script(data: dict | None) -> dict | None:
    """Return type and download URL of the script in a response; None if the product has no script."""
    if not (data or {}).get("ScriptUrl"):
        return None
    return {"type": TYPES.from_wire(data["ScriptType"]), "url": data["ScriptUrl"]}


#: Returns why a script is not in a language. Scripts in other languages are not checked.
_FIND_PROBLEM = {
    "javascript": script_syntax.find_javascript_problem,
    "python": script_syntax.find_python_problem,
}


def _find_syntax_problem(state: State) -> str:
    find_problem = _FIND_PROBLEM.get(state.after.get("type", ""))
    problem = find_problem(state.after.get("script") or "") if find_problem else ""
    return problem and f"script has a syntax error in {problem}"


class ThingScript(Resource):
    """The data parsing script of a product: converts between the custom format of devices and thing model data.

    Custom code: the API has no operation that deletes a script, returns a URL instead of its text, and rejects scripts
    of products without a custom data format.
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
    details = (Detail("GetThingScript", "Data", parse=_parse_script, is_optional=True),)
    create = Create("CreateThingScript", outputs={})
    changes = (Update("UpdateThingScript", "type", "script"),)
    constraints = (Satisfies(_find_syntax_problem, "type", "script"),)
    filters = ("product",)
    required_filters = ("product",)
    parent_values = {"data_format": "custom"}

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        key = resolved["product_key"]
        if key is not PENDING and {"type", "script"} & set(desired):
            formats = {item["ProductKey"]: item.get("DataFormat") for item in reader.pages("QueryProductList")}
            if str(formats.get(key)) != CUSTOM_FORMAT:
                raise InvalidValue(
                    f"the product {desired['product']} does not use a custom data format, so it cannot have a script",
                    field="product",
                    remedy="Use a product that was created with data_format: custom",
                )
        return resolved

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        if current is not None:
            current["script"] = reader.download(current.pop("url"))
        return current
