# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The JSON schema of the plain form of thing models, docs/thing_model.schema.json, for editors."""

from __future__ import annotations

import json


def schema() -> str:
    """Return the text of the file."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.functions import SCHEMA

    return json.dumps({"title": "Thing model in the plain form", **SCHEMA}, indent=2, ensure_ascii=False) + "\n"
