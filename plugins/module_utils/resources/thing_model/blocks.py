# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Blocks: the parts of a thing model beside its default one, each with functions of its own."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model_json import ThingModelJson
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.tsl import Tsl

#: The forms in which functions can be given, of the whole model and of a block, and the type of each.
FORMS = {"functions": plain.Functions(), "tsl": Tsl(), "thing_model_json": ThingModelJson()}

BLOCK_ID = Text(1, 30, pattern="[A-Za-z0-9_]+", hint="letters, digits and underscores")
BLOCK_NAME = Text(
    4,
    30,
    pattern="[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff]+",
    hint="Chinese, Japanese and English letters, digits and underscores",
)
#: The API has no way to take a description away.
BLOCK_DESCRIPTION = Text(1, 100)

_TEXTS = {"id": BLOCK_ID, "name": BLOCK_NAME, "description": BLOCK_DESCRIPTION}


class Blocks(Type):
    """Blocks, each told apart by its id; their order means nothing.

    A block that a task names without its name, description or functions keeps those that it has.
    """

    argument = {
        "type": "list",
        "elements": "dict",
        "options": {
            "id": {"type": "str", "required": True},
            "name": {"type": "str"},
            "description": {"type": "str"},
            **{form: dict(kind.argument) for form, kind in FORMS.items()},
            "extended_descriptions": {"type": "dict"},
        },
    }

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> str:
        seen = set()
        for block in value:
            complaint = self._check_one(block)
            if complaint:
                return f"has {block['id']!r}, whose {complaint}"
            if block["id"] in seen:
                return f"names {block['id']} twice"
            seen.add(block["id"])
        return ""

    def _check_one(self, block: dict) -> str:
        for name, kind in {**_TEXTS, **FORMS}.items():
            complaint = kind.check(block[name]) if block.get(name) is not None else ""
            if complaint:
                return f"{name} {complaint}"
        return ""

    def canonical(self, value: Any) -> Any:
        return {block["id"]: comparable(block) for block in value or []}

    def to_display(self, value: Any) -> Any:
        return sorted(value or [], key=lambda block: block["id"])


def comparable(block: dict) -> dict:
    """A block as it is compared."""
    return {
        "name": block.get("name") or "",
        "description": block.get("description") or "",
        "functions": plain.canonical(block.get("functions")),
    }
