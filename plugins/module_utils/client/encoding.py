# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conversion of Python values to the flat parameters of the API, with checks before a request is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation, Param, Params
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest


def encode(name: str, operation: Operation, params: Params) -> tuple[dict[str, str], dict[str, str]]:
    """Return the parameters of a request as flat strings.

    A parameter or member whose value is None is not sent. Lists become ``Name.1``, lists of objects become
    ``Name.1.Field``, and objects that are sent as JSON become JSON text.

    Args:
        name: The name of the operation, for messages.
        operation: The operation.
        params: The parameters by API name; nested ones are lists and dictionaries.

    Returns:
        The parameters in the query and the parameters in the form body.

    Raises:
        InvalidRequest: A parameter is unknown, missing or of a wrong type, or a list has more elements than one request
            can have.
    """
    query: dict[str, str] = {}
    body: dict[str, str] = {}
    for key, value in params.items():
        param = operation.params.get(key)
        if param is None:
            known = ", ".join(sorted(operation.params))
            raise InvalidRequest(
                f"unknown parameter {key}", operation=name, remedy=f"Use only the supported parameters: {known}"
            )
        if value is None:
            continue
        limit = operation.limits.get(key)
        if limit is not None and isinstance(value, (list, tuple)) and len(value) > limit:
            raise InvalidRequest(
                f"{key} has {len(value)} elements, but one request can have at most {limit}",
                operation=name,
                remedy="Split the list into several requests",
            )
        target = body if param.body else query
        for path, text in _flatten(name, key, param, value):
            target[path] = text
    missing = [key for key, param in operation.params.items() if param.required and params.get(key) is None]
    if missing:
        raise InvalidRequest(f"{', '.join(missing)} must be given", operation=name)
    return query, body


def _flatten(name: str, path: str, param: Param, value: object) -> Iterator[tuple[str, str]]:
    if param.json:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    elif param.type == "list":
        if not isinstance(value, (list, tuple)):
            raise InvalidRequest(f"{path} must be a list, not {_describe_type(value)}", operation=name)
        for index, element in enumerate(value, 1):
            if param.members:
                yield from _flatten_object(name, f"{path}.{index}", param, element)
            else:
                yield f"{path}.{index}", _scalar(name, f"{path}.{index}", param.element, element)
    elif param.members:
        yield from _flatten_object(name, path, param, value)
    else:
        yield path, _scalar(name, path, param.type, value)


def _flatten_object(name: str, path: str, param: Param, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        raise InvalidRequest(f"{path} must be an object, not {_describe_type(value)}", operation=name)
    for key, member in value.items():
        if key not in param.members:
            known = ", ".join(param.members)
            raise InvalidRequest(
                f"{path} has an unknown member {key}", operation=name, remedy=f"Use only the supported members: {known}"
            )
        if member is not None:
            yield from _flatten(name, f"{path}.{key}", param.members[key], member)


def _scalar(name: str, path: str, expected: str, value: object) -> str:
    if isinstance(value, bool):
        if expected not in ("boolean", "string"):
            raise InvalidRequest(f"{path} must be of type {expected}, not boolean", operation=name)
        return "true" if value else "false"
    text = str(value)
    if value is None or isinstance(value, (dict, list, tuple)):
        raise InvalidRequest(f"{path} must be of type {expected}, not {_describe_type(value)}", operation=name)
    if expected == "boolean":
        text = text.lower()
        if text not in ("true", "false"):
            raise InvalidRequest(f"{path} must be true or false", operation=name)
    elif expected in ("integer", "number"):
        try:
            _number = int(text) if expected == "integer" else float(text)
        except ValueError:
            raise InvalidRequest(f"{path} must be of type {expected}", operation=name) from None
    return text


def _describe_type(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), type(value).__name__)
