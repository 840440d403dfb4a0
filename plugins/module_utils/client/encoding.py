# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From Python values to the API's flat parameters, checked against the operation before anything is sent."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation, Param
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest


def encode(name: str, operation: Operation, params: dict) -> tuple[dict, dict]:
    """The parameters of a call as flat strings.

    A member whose value is None is left out. Lists become ``Name.1``, lists of objects ``Name.1.Field``, objects JSON.

    Args:
        name: the operation's name, for messages.
        operation: what the operation takes.
        params: its parameters by API name; nested ones as lists and dictionaries.

    Returns:
        The parameters that travel in the query and those that travel in the form body.

    Raises:
        InvalidRequest: a parameter is unknown, missing, of a wrong type, or a list is longer than one call takes.
    """
    query: dict = {}
    body: dict = {}
    for key, value in params.items():
        param = operation.params.get(key)
        if param is None:
            known = ", ".join(sorted(operation.params))
            raise InvalidRequest(f"there is no parameter {key}", operation=name, remedy=f"It takes {known}")
        if value is None:
            continue
        limit = operation.limits.get(key)
        if limit is not None and isinstance(value, (list, tuple)) and len(value) > limit:
            raise InvalidRequest(f"{key} takes {limit} elements a call, not {len(value)}", operation=name)
        target = body if param.body else query
        for path, text in _flatten(name, key, param, value):
            target[path] = text
    missing = [key for key, param in operation.params.items() if param.required and params.get(key) is None]
    if missing:
        raise InvalidRequest(f"{', '.join(missing)} must be given", operation=name)
    return query, body


def _flatten(name: str, path: str, param: Param, value):
    if param.json:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    elif param.type == "list":
        if not isinstance(value, (list, tuple)):
            raise InvalidRequest(f"{path} must be a list, not {_kind(value)}", operation=name)
        for index, element in enumerate(value, 1):
            if param.members:
                yield from _object(name, f"{path}.{index}", param, element)
            else:
                yield f"{path}.{index}", _scalar(name, f"{path}.{index}", param.element, element)
    elif param.members:
        yield from _object(name, path, param, value)
    else:
        yield path, _scalar(name, path, param.type, value)


def _object(name: str, path: str, param: Param, value):
    if not isinstance(value, dict):
        raise InvalidRequest(f"{path} must be an object, not {_kind(value)}", operation=name)
    for key, member in value.items():
        if key not in param.members:
            known = ", ".join(param.members)
            raise InvalidRequest(f"{path} has no member {key}", operation=name, remedy=f"It takes {known}")
        if member is not None:
            yield from _flatten(name, f"{path}.{key}", param.members[key], member)


def _scalar(name: str, path: str, wanted: str, value) -> str:
    if isinstance(value, bool):
        if wanted not in ("boolean", "string"):
            raise InvalidRequest(f"{path} must be of type {wanted}, not boolean", operation=name)
        return "true" if value else "false"
    text = str(value)
    if value is None or isinstance(value, (dict, list, tuple)):
        raise InvalidRequest(f"{path} must be of type {wanted}, not {_kind(value)}", operation=name)
    if wanted == "boolean":
        text = text.lower()
        if text not in ("true", "false"):
            raise InvalidRequest(f"{path} must be true or false", operation=name)
    elif wanted in ("integer", "number"):
        try:
            int(text) if wanted == "integer" else float(text)
        except ValueError:
            raise InvalidRequest(f"{path} must be of type {wanted}", operation=name) from None
    return text


def _kind(value) -> str:
    return {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "nothing"}.get(
        type(value), type(value).__name__
    )
