# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of responses before they are used, and safe text for messages.

Gateways, captive portals and faults in between can return anything. A response that does not have the shape of the API
data raises one error; a list that is missing is never taken for an empty list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Dict
from urllib.parse import quote

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    SECRET_MEMBERS,
    Operation,
    Param,
    Response,
    member,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidResponse

#: The longest text of the platform that a message quotes, in characters.
MAX_QUOTE = 1000

_INTEGER = re.compile(r"\s*-?\d+(\.0+)?\s*")
_NUMBER = re.compile(r"\s*-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


def check_response(name: str, operation: Operation, response: Mapping[str, Any]) -> None:
    """Check a successful response against the API data.

    Members that the API data does not know are ignored, and members may be missing or null.

    Raises:
        InvalidResponse: A member has another type than the API data says.
    """
    problem = _object_problem("", operation.result, response)
    if problem:
        raise InvalidResponse(problem, operation=name, request_id=response_id(response))


class Members(Dict[str, Any]):
    """An object in a response. Access to a member that is missing or null by ``[]`` is an error of the response.

    Members that may be missing are read with ``get``.

    Attributes:
        operation: The name of the operation.
        request_id: The request ID of the response.
    """

    operation = ""
    request_id = ""

    def __getitem__(self, key: str) -> Any:
        value = self.get(key)
        if value is None:
            raise InvalidResponse(f"{key} is missing", operation=self.operation, request_id=self.request_id)
        return value


def with_members(name: str, response: Mapping[str, Any]) -> Response:
    """Return a response in which all objects are ``Members``.

    Args:
        name: The operation.
        response: The response, as decoded from JSON.
    """
    request_id = response_id(response)

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            converted = Members((key, convert(element)) for key, element in value.items())
            converted.operation, converted.request_id = name, request_id
            return converted
        return [convert(element) for element in value] if isinstance(value, list) else value

    result: Response = convert(response)
    return result


def plain(value: Any) -> Any:
    """Return a value in which all ``Members`` are replaced by dictionaries."""
    if isinstance(value, dict):
        return {key: plain(element) for key, element in value.items()}
    return [plain(element) for element in value] if isinstance(value, (list, tuple)) else value


def response_id(response: Mapping[str, Any]) -> str:
    """Return the request ID of a response in a form that is safe to show, or an empty string."""
    return safe_text(str(response.get("RequestId", "")), 100)


def element_members(operation: Operation, path: str) -> Mapping[str, Param]:
    """Return the members, in the API data, of the object or of the elements of the list at a path of a response."""
    members: Mapping[str, Param] = operation.result
    for step in path.split(".") if path else ():
        members = members[step].members if step in members else {}
    return members


def identifier_problem(value: Any) -> str:
    """Return why a value cannot be a name or an ID, or an empty string."""
    if value is None or value == "":
        return "is missing"
    if isinstance(value, str) and any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        return "contains control characters"
    return ""


def required_list(name: str, response: Mapping[str, Any], path: str, total: str = "") -> list:
    """Return the list at a path of a response.

    Args:
        name: The operation.
        response: The response.
        path: The path of the list.
        total: The path of the total number of elements, or an empty string. If the total is 0, the list may be missing.

    Raises:
        InvalidResponse: The list is missing.
    """
    items = member(response, path)
    if isinstance(items, list):
        return items
    count = member(response, total) if total else None
    if items is None and str(count) == "0":
        return []
    raise InvalidResponse(
        f"{path} is missing" if items is None else f"{path} must be a list, not {_kind(items)}",
        operation=name,
        request_id=response_id(response),
    )


def _object_problem(path: str, members: Mapping[str, Param], value: Mapping[str, Any]) -> str:
    for key, param in members.items():
        given = value.get(key)
        if given is not None:
            problem = _problem(f"{path}.{key}" if path else key, param, given)
            if problem:
                return problem
    return ""


def _problem(path: str, param: Param, value: Any) -> str:
    if param.type == "list":
        if not isinstance(value, list):
            return f"{path} must be a list, not {_kind(value)}"
        for index, element in enumerate(value):
            if param.members:
                if not isinstance(element, dict):
                    return f"{path}[{index}] must be an object, not {_kind(element)}"
                problem = _object_problem(f"{path}[{index}]", param.members, element)
            else:
                problem = _scalar_problem(f"{path}[{index}]", param.element, element)
            if problem:
                return problem
        return ""
    if param.members:
        if not isinstance(value, dict):
            return f"{path} must be an object, not {_kind(value)}"
        return _object_problem(path, param.members, value)
    return _scalar_problem(path, param.type, value)


def _scalar_problem(path: str, kind: str, value: Any) -> str:
    """Return what is wrong with a scalar; a number may be written as text, and an id as a number."""
    if kind == "object" or value is None or value == "":
        return ""
    if isinstance(value, (dict, list)):
        return f"{path} must be of type {kind}, not {_kind(value)}"
    text = str(value)
    if kind == "integer" and (isinstance(value, bool) or not _INTEGER.fullmatch(text)):
        return f"{path} must be an integer, not {_kind(value)}"
    if kind == "number" and (isinstance(value, bool) or not _NUMBER.fullmatch(text)):
        return f"{path} must be a number, not {_kind(value)}"
    if kind == "boolean" and text.lower() not in ("true", "false", "0", "1"):
        return f"{path} must be true or false, not {_kind(value)}"
    return ""


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def safe_text(text: str, limit: int = MAX_QUOTE) -> str:
    """Return a text of the platform that is safe to show: without control characters, and of limited length.

    Control characters, line breaks, and characters that change the direction of text are escaped.
    """
    shortened = text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
    if shortened.isascii() and shortened.isprintable():
        return shortened
    return "".join(_escaped(character) for character in shortened)


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return character
    return character.encode("unicode_escape").decode("ascii")


#: What replaces a secret in a text.
MASK = "********"


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return a text with secrets replaced, also where they are percent-encoded."""
    for secret in sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True):
        for form in (secret, quote(secret, safe="-_.~"), quote(secret), secret.replace("&", "&amp;")):
            text = text.replace(form, MASK)
    return text


def secret_values(value: Any) -> set[str]:
    """Return the values of members with secrets in the parameters of a request, at any depth."""
    found: set[str] = set()
    if isinstance(value, Mapping):
        for key, element in value.items():
            if key in SECRET_MEMBERS and isinstance(element, (str, int)):
                found.add(str(element))
            else:
                found |= secret_values(element)
    elif isinstance(value, (list, tuple)):
        for element in value:
            found |= secret_values(element)
    return found
