# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validation of option values with a JSON schema."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

try:
    import jsonschema
except ImportError:  # reported when a value is validated
    jsonschema = None
    JSONSCHEMA_IMPORT_ERROR = traceback.format_exc()
else:
    JSONSCHEMA_IMPORT_ERROR = None


#: A schema that no value matches. With a plain ``False``, the error would not have the path of the invalid value.
MATCHES_NOTHING: dict = {"not": {}}


def schema_error(schema: dict, value: Any) -> str:
    """Return what is wrong with a value and at which path, or an empty string if the value is valid.

    Args:
        schema: A JSON schema (draft 2020-12).
        value: Plain JSON; the keys of its objects are strings.
    """
    if JSONSCHEMA_IMPORT_ERROR:
        return "cannot be checked: the Python library jsonschema is missing. Install it on the host where the task runs"
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if error is None:
        return ""
    message = "this value is not allowed here" if error.schema == MATCHES_NOTHING else error.message
    return f"is invalid at {format_path(error.absolute_path)}: {message}"


def format_path(path: Iterable) -> str:
    """Return a path into a value as text, such as ``properties[0].name``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "the top level"
