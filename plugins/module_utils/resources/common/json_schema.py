# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validation of option values with a JSON schema."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Callable

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
    validator = _validator_class()(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if error is None:
        return ""
    message = "this value is not allowed here" if error.schema == MATCHES_NOTHING else error.message
    return f"is invalid at {format_path(error.absolute_path)}: {message}"


def compile_schema(schema: dict) -> Callable[[Any], Iterator[tuple[list, str]]]:
    """Return a function that yields the path and the message of each error in a value.

    Args:
        schema: A JSON schema (draft 2020-12).

    Raises:
        ValueError: The schema is invalid, or the library is missing.
    """
    if JSONSCHEMA_IMPORT_ERROR:
        raise ValueError("the Python library jsonschema is missing. Install it on the host where the task runs")
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.exceptions.SchemaError as error:
        raise ValueError(f"the schema is invalid at {format_path(error.absolute_path)}: {error.message}") from error
    validator = _validator_class()(schema)

    def errors(value: Any) -> Iterator[tuple[list, str]]:
        for error in validator.iter_errors(value):
            yield list(error.absolute_path), error.message

    return errors


@lru_cache(maxsize=1)
def _validator_class() -> Any:
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, {"if": _validate_if})


def _validate_if(validator: Any, condition: Any, instance: Any, schema: dict) -> Iterator[Any]:
    """Validate ``if``. The most common condition, ``{"properties": {NAME: {"const": TEXT}}}``, is compared directly.

    Thing models have ten such conditions for each function, and validation with them takes three times as long.
    """
    member = _compared_member(condition)
    if member is not None and isinstance(instance, dict):
        name, text, is_required = member
        matches = instance[name] == text if name in instance else not is_required
    else:
        matches = validator.evolve(schema=condition).is_valid(instance)
    branch = "then" if matches else "else"
    if branch in schema:
        yield from validator.descend(instance, schema[branch], schema_path=branch)


def _compared_member(condition: Any) -> tuple[str, str, bool] | None:
    """Return the member that a condition compares, the text, and whether the member must exist; None for others."""
    properties = condition.get("properties") if isinstance(condition, dict) else None
    if not properties or len(properties) > 1 or condition.keys() - {"properties", "required"}:
        return None
    ((name, schema),) = properties.items()
    text = schema.get("const") if isinstance(schema, dict) and len(schema) == 1 else None
    required = condition.get("required", [])
    return (name, text, bool(required)) if isinstance(text, str) and required in ([], [name]) else None


def format_path(path: Iterable) -> str:
    """Return a path into a value as text, such as ``properties[0].name``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "the top level"
