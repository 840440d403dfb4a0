# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Generate the RETURN documentation of modules.

Each description exists once. The description of an option is the first item of its description in DOCUMENTATION.
``docs/returns/<family>.yml`` describes everything else: the fields that the platform computes, the samples, and the
results of modules that are not resources. ``docs/returns/common.yml`` describes the keys that most modules return
(``diff``, ``steps``, ``pending``, ``calls`` and ``msg``). docs/returns/README.md explains the format.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import yaml

_RETURN = re.compile(r'^RETURN = r"""\n.*?^"""\n', re.MULTILINE | re.DOTALL)
_PACKAGE = "ansible_collections.iotops.aliyun.plugins.modules"

Value = dict[str, Any]

#: The first lines of a file in docs/returns.
HEADER = """\
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""


def sources(root: Path) -> dict[str, Value]:
    """Return the descriptions by resource kind, or by module name for a module that is not a resource.

    The shared keys have the name ``common``.

    Raises:
        ValueError: Two files describe the same thing.
    """
    found: dict[str, Value] = {}
    for path in sorted((root / "docs/returns").glob("*.yml")):
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        described = {"common": text} if path.stem == "common" else text
        for name in described.keys() & found.keys():
            raise ValueError(f"{path} describes {name}, which another file describes already")
        found.update(described)
    return found


def modules(root: Path) -> dict[Path, str]:
    """Return the text of each module with a current RETURN block."""
    described = sources(root)
    result = {}
    for path in sorted((root / "plugins/modules").glob("iot_*.py")):
        source = path.read_text(encoding="utf-8")
        block = f'RETURN = r"""\n{_dump(values(path.stem, described))}"""\n'
        if _RETURN.search(source):
            result[path] = _RETURN.sub(lambda _match, block=block: block, source, count=1)
        else:
            result[path] = source.replace('"""\n\nfrom ', f'"""\n\n{block}\nfrom ', 1)
    return result


def values(module: str, described: dict[str, Value]) -> dict[str, Value]:
    """Return what a module returns, by key.

    Args:
        module: The name of the module.
        described: The result of ``sources``.
    """
    common = described["common"]
    entry = importlib.import_module(f"{_PACKAGE}.{module}").ENTRY
    resource = getattr(entry, "resource", None)
    if resource is None:
        # An empty value stands for a shared key; other members replace those of the shared key.
        return {
            key: _complete({**(common.get(key) or {}), **(value or {})}) for key, value in described[module].items()
        }
    text = described[resource.kind]
    is_info = module.endswith("_info")
    options = _options(resource)
    contains = {
        field.name: _field(field, text.get("fields", {}).get(field.name, {}), options.get(field.name), is_info)
        for field in _returned_fields(resource, is_info)
    }
    samples = text.get("samples", {})
    if is_info:
        one = text.get("info_sample", text.get("sample"))
        return {
            resource.plural: _complete(
                {
                    "description": text["list_description"],
                    "returned": "success",
                    "type": "list",
                    "elements": "dict",
                    "contains": contains,
                    "sample": one if isinstance(one, list) else [one],
                }
            ),
            "calls": _complete(common["calls"]),
        }
    result = {
        resource.kind: {
            "description": text["description"],
            "returned": "success",
            "type": "dict",
            "contains": contains,
            "sample": text["sample"],
        }
    }
    result.update(text.get("extra_results", {}))
    for key in ("diff", "steps", "pending", "calls"):
        if key == "pending" and not text.get("pending", any(f.lookup or f.lookup_each for f in resource.fields)):
            continue
        result[key] = {**common[key], **({"sample": samples[key]} if key in samples else {})}
    return {key: _complete(value) for key, value in result.items()}


def _returned_fields(resource: Any, is_info: bool) -> list:
    fields = [field for field in resource.fields if not field.write_only and not field.lookup]
    if is_info:
        return [field for field in fields if not field.returned_once]
    return [field for field in fields if not (field.on_request and field.computed)]


def _options(resource: Any) -> dict[str, Value]:
    """Return the options whose descriptions the returned fields share: those of the module that manages it."""
    manager = importlib.import_module(f"{_PACKAGE}.iot_{resource.kind}")
    return yaml.safe_load(manager.DOCUMENTATION).get("options") or {}


def _field(field: Any, text: Value, option: Value | None, is_info: bool) -> Value:
    argument = {**field.type.argument, **field.argument}
    value: Value = {}
    if "description" in text:
        value["description"] = text["description"]
    elif option:
        first = option["description"]
        value["description"] = first[0] if isinstance(first, list) else first
    else:
        raise ValueError(f"docs/returns has no description of {field.name}, which is not an option")
    returned = text.get("returned", "always")
    value["returned"] = text.get("info_returned", returned) if is_info else returned
    value["type"] = text.get("type", argument.get("type", "str"))
    elements = text.get("elements", argument.get("elements"))
    if elements and value["type"] == "list":
        value["elements"] = elements
    if "sample" in text:
        value["sample"] = text["sample"]
    return value


_ORDER = ("description", "returned", "type", "elements", "contains", "sample")


def _complete(value: Value) -> Value:
    """Return a value with its members in the usual order."""
    return {key: value[key] for key in _ORDER if key in value}


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key, as the other YAML in this collection does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dump(value: Value) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
