# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The categories of products, and their standard thing models (manual chapter 4.11)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import thing_model_json

_NAMES = {"CategoryKey": "category_key", "CategoryName": "category_name"}


class TemplatesInfo(ReportEntry):
    """A report of the categories, and of the standard thing model of one category."""

    families = (thing_model,)
    fields = (Field("category", type=Text(1)),)

    def gather(self, reader: Reader, values: dict) -> dict:
        rows = member(reader.read("ListThingTemplates", {}), "Data") or []
        category = values.get("category")
        if category is None:
            return {"templates": [rename_members(row, _NAMES) for row in rows]}
        # Keys are unique; several categories can have the same name.
        found = [row for row in rows if row["CategoryKey"] == category] or [
            row for row in rows if row["CategoryName"] == category
        ]
        if len(found) > 1:
            keys = ", ".join(row["CategoryKey"] for row in found)
            raise AmbiguousReference(
                f"{len(found)} categories are named {category}; their keys are {keys}",
                field="category",
                remedy="Set category to the key of one of them",
            )
        return {"templates": [{**rename_members(row, _NAMES), **_model(reader, row["CategoryKey"])} for row in found]}


def _model(reader: Reader, category_key: str) -> dict:
    response = reader.read("GetThingTemplate", {"CategoryKey": category_key})
    model = thing_model_json.parse(response.get("ThingModelJSON") or "{}")
    return {"functions": thing_model_json.to_functions(model), "as_thing_model_json": model}
