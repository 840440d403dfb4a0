# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Blocks of a thing model: separate sets of functions in addition to the default block (manual chapter 4.11)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model_json import ThingModelJson
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.tsl import Tsl

#: The formats in which a task can set the functions of the default block or of another block, with their types.
FORMATS = {"functions": plain.Functions(), "tsl": Tsl(), "thing_model_json": ThingModelJson()}

BLOCK_ID = Text(1, 30, pattern="[A-Za-z0-9_]+", hint="letters, digits and underscores")
BLOCK_NAME = Text(
    4,
    30,
    pattern="[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff]+",
    hint="Chinese, Japanese and English letters, digits and underscores",
)
#: The API cannot delete a description, so it cannot be empty.
BLOCK_DESCRIPTION = Text(1, 100)

_TEXTS = {"id": BLOCK_ID, "name": BLOCK_NAME, "description": BLOCK_DESCRIPTION}


class Blocks(Type):
    """Blocks, identified by their IDs, in no order.

    If a task does not set the name, the description or the functions of a block, the current ones are kept.
    """

    argument = {
        "type": "list",
        "elements": "dict",
        "options": {
            "id": {"type": "str", "required": True},
            "name": {"type": "str"},
            "description": {"type": "str"},
            **{name: dict(kind.argument) for name, kind in FORMATS.items()},
            "extended_descriptions": {"type": "dict"},
        },
    }

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> str:
        seen = set()
        for block in value:
            problem = self._check_block(block)
            if problem:
                return f"contains the invalid block {block['id']!r}: {problem}"
            if block["id"] in seen:
                return f"contains the block {block['id']} twice"
            seen.add(block["id"])
        return ""

    def _check_block(self, block: dict) -> str:
        for name, kind in {**_TEXTS, **FORMATS}.items():
            problem = kind.check(block[name]) if block.get(name) is not None else ""
            if problem:
                return f"{name} {problem}"
        return ""

    def canonical(self, value: Any) -> Any:
        return {block["id"]: comparable(block) for block in value or []}

    def to_display(self, value: Any) -> Any:
        return sorted(value or [], key=lambda block: block["id"])


def comparable(block: dict) -> dict:
    """Return the form of a block that is used for comparison."""
    return {
        "name": block.get("name") or "",
        "description": block.get("description") or "",
        "functions": plain.canonical(block.get("functions")),
    }
