# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Holding what a task wrote against a JSON schema."""

from __future__ import annotations

import traceback

try:
    import jsonschema
except ImportError:  # said when something is to be held against a schema
    jsonschema = None
    JSONSCHEMA_IMPORT_ERROR = traceback.format_exc()
else:
    JSONSCHEMA_IMPORT_ERROR = None


#: What nothing is valid under. A plain ``False`` loses the place of what is wrong.
NOTHING: dict = {"not": {}}


def complaint(schema: dict, value) -> str:
    """What is wrong with a value, with its place; empty where nothing is.

    Args:
        schema: of the draft 2020-12.
        value: plain JSON, whose objects have texts for keys.
    """
    if JSONSCHEMA_IMPORT_ERROR:
        return "cannot be checked: the Python library jsonschema is missing; install it where the task runs"
    validator = jsonschema.Draft202012Validator(schema)
    fault = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if fault is None:
        return ""
    message = "it cannot be given here" if fault.schema == NOTHING else fault.message
    return f"is wrong at {place(fault.absolute_path)}: {message}"


def place(path) -> str:
    """A path into a value, as people write it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "its top"
