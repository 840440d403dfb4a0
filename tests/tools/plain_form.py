# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The JSON schema of the plain form of thing models, docs/thing_model.schema.json, for editors."""

from __future__ import annotations

import json
from typing import Any


def schema() -> str:
    """Return the text of the file: the schema of the collection, with the characters of names and labels added."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions, validation

    patterns = ((functions.NAME, validation.NAME_PATTERN), (functions.LABEL, validation.LABEL_PATTERN))

    def with_patterns(node: Any) -> Any:
        for plain, pattern in patterns:
            if node is plain:
                return {**plain, "pattern": pattern}
        if isinstance(node, dict):
            return {key: with_patterns(member) for key, member in node.items()}
        return [with_patterns(element) for element in node] if isinstance(node, list) else node

    complete = {"title": "Thing model in the plain form", **with_patterns(functions.SCHEMA)}
    return json.dumps(complete, indent=2, ensure_ascii=False) + "\n"
