# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The JSON schema of fleet files, docs/fleet.schema.json, for editors.

It follows from the options of each kind, the limits of their types, and the descriptions in DOCUMENTATION. It accepts a
template for every value, and rejects only what ``iot_fleet_validate`` rejects as well.
"""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import plain_form
from documentation import documentation

_PACKAGE = "ansible_collections.iotops.aliyun.plugins.modules"

_TEMPLATE = {"$ref": "#/$defs/template"}

#: The types of options without limits, choices or members.
_TYPES: dict[str, dict[str, Any]] = {
    # Ansible converts numbers in YAML to text, and text to numbers and booleans.
    "str": {"type": ["string", "number"]},
    "path": {"type": "string"},
    "int": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]},
    "float": {"type": ["number", "string"]},
    "bool": {"enum": [True, False, "yes", "no", "on", "off", "true", "false"]},
    "dict": {"type": "object"},
    "list": {"type": "array"},
    "raw": {},
}

#: The marks of Ansible's documentation, such as ``C(text)``.
_MARK = re.compile(r"\b[A-Z]\(([^()]*)\)")

#: Keywords whose value is a schema, or schemas by name, of values in which templates are allowed.
_OF_VALUES = ("additionalProperties", "items")


def page(root: Path) -> str:
    """Return the text of the file."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import plural

    definitions: dict[str, Any] = {
        "template": {
            "description": "A text with a template, such as {{ name }}.",
            "type": "string",
            "pattern": r"\{\{|\{%",
        },
        "thing_model_functions": _thing_model(),
    }
    kinds = {}
    for path in sorted((root / "plugins/modules").glob("iot_*.py")):
        entry = importlib.import_module(f"{_PACKAGE}.{path.stem}").ENTRY
        if not entry.kind:
            continue
        text = documentation(path)
        definitions[entry.kind] = _resource(entry, text)
        kinds[plural(entry.kind)] = {
            "description": f"{_plain(text['short_description'])} (iotops.aliyun.{path.stem}).",
            "anyOf": [{"type": "array", "items": {"$ref": f"#/$defs/{entry.kind}"}}, _TEMPLATE, {"type": "null"}],
        }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fleet file of iotops.aliyun",
        "type": "object",
        "properties": dict(sorted(kinds.items())),
        "additionalProperties": False,
        "$defs": definitions,
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _resource(entry: Any, documentation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a resource."""
    fields = {field.name: field.type for field in entry.resource.fields} if hasattr(entry, "resource") else {}
    return _mapping(entry.options(), documentation.get("options") or {}, fields)


def _mapping(spec: dict[str, Any], documented: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a mapping of options.

    Args:
        spec: The options in the argument spec.
        documented: The options in DOCUMENTATION.
        types: The types of fields by option, as far as the options are fields.
    """
    properties = {}
    for name, option in spec.items():
        described = documented.get(name) or {}
        for alias in (name, *option.get("aliases", ())):
            properties[alias] = _option(option, described, types.get(name))
    required = [name for name, option in spec.items() if option.get("required")]
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, **({"required": required} if required else {})}


def _option(option: dict[str, Any], documented: dict[str, Any], field_type: Any) -> dict[str, Any]:
    """Return the schema of an option: its value, a template, or null for an option that is not set."""
    alternatives = [_value(option, documented, field_type), _TEMPLATE]
    if not option.get("required"):
        alternatives.append({"type": "null"})
    schema: dict[str, Any] = {}
    description = documented.get("description")
    if description:
        items = description if isinstance(description, list) else [description]
        schema["description"] = _plain(" ".join(items))
    if option.get("default") not in (None, [], {}):
        schema["default"] = option["default"]
    return {**schema, "anyOf": alternatives}


def _value(option: dict[str, Any], documented: dict[str, Any], field_type: Any) -> dict[str, Any]:
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.functions import Functions

    if isinstance(field_type, Functions):
        return {"$ref": "#/$defs/thing_model_functions"}
    kind = option.get("type", "str")
    limits = field_type.limits() if field_type is not None else {}
    if "choices" in option and kind != "list":
        return {"enum": list(option["choices"])}
    if kind == "list":
        elements = {**option, "type": option.get("elements", "raw")}
        items = _value({name: elements[name] for name in elements if name != "elements"}, documented, None)
        array = _combined({"type": "array", "items": _or_template(items)}, limits)
        # Ansible splits a text with commas.
        return {"anyOf": [array, {"type": "string"}]} if option.get("elements") == "str" else array
    if kind == "dict" and "options" in option:
        return _mapping(option["options"], documented.get("suboptions") or {}, {})
    return _combined(_TYPES[kind], limits)


def _combined(schema: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the limits of a type. Limits of text do not apply to numbers, which are converted."""
    limits = {name: limit for name, limit in _with_templates(limits).items() if limit not in ({}, 0)}
    if not limits:
        return schema
    if limits.keys() & schema.keys():
        return {"allOf": [schema, limits]}
    return {**schema, **limits}


def _thing_model() -> dict[str, Any]:
    """Return the schema of functions in the plain form, with references to its place in this schema."""
    text = plain_form.schema().replace('"#/$defs/', '"#/$defs/thing_model_functions/$defs/')
    schema = json.loads(text)
    del schema["$schema"]
    return _with_templates(schema)


def _with_templates(schema: Any) -> Any:
    """Return a schema that accepts a template for each value in the values."""
    if isinstance(schema, list):
        return [_with_templates(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for name, member in schema.items():
        if name in _OF_VALUES and isinstance(member, dict) and member:
            result[name] = _or_template(_with_templates(member))
        elif name in ("properties", "$defs"):
            accept = _or_template if name == "properties" else lambda one: one
            result[name] = {key: accept(_with_templates(one)) for key, one in member.items()}
        else:
            # A condition that compares a value is not met by a template.
            result[name] = member if name in ("if", "propertyNames") else _with_templates(member)
    return result


def _or_template(schema: dict[str, Any]) -> dict[str, Any]:
    # What is not allowed at all cannot be a template either, and an empty schema accepts it anyway.
    return schema if schema in ({}, {"not": {}}) else {"anyOf": [schema, _TEMPLATE]}


def _plain(text: str) -> str:
    """Return a description without the marks of Ansible's documentation."""
    return _MARK.sub(r"\1", text).rstrip(".")
