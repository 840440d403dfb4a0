# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Create the files of a new resource (``make new-resource NAME=product_tag FAMILY=product``).

The operations are found in the API data of the family by the resource's name; the fields follow from their parameters.
What the API data does not say is marked with ``FILL IN``, which ``make lint`` rejects until it is replaced.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from string import Template

import returns

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).parent / "templates"

#: The files to create: template and path.
FILES = {
    "resource.py.tmpl": "plugins/module_utils/resources/$family/$name.py",
    "module.py.tmpl": "plugins/modules/iot_$name.py",
    "info_module.py.tmpl": "plugins/modules/iot_${name}_info.py",
    "unit_test.py.tmpl": "tests/unit/resources/$family/test_$name.py",
    "lifecycle_test.py.tmpl": "tests/integration/test_lifecycle_$name.py",
    "playbook.yml.tmpl": "tests/integration/playbooks/$name.yml",
}

_TYPES = {"integer": "Number()", "boolean": "Flag()", "number": "Number()"}


def operations_of(family: object, name: str) -> dict:
    """Return the operations whose names contain the resource's name in camel case, by role.

    The roles are ``create``, ``update``, ``delete`` and ``list``.
    """
    camel = "".join(part.capitalize() for part in name.split("_"))
    found = {key: op for key, op in family.OPERATIONS.items() if camel.lower() in key.lower()}
    roles: dict = {}
    for key in found:
        for role, verbs in {
            "create": ("Create", "Add", "Register"),
            "update": ("Update", "Set"),
            "delete": ("Delete", "Remove"),
            "list": ("List", "Query"),
        }.items():
            if key.startswith(verbs):
                roles.setdefault(role, key)
    return roles


def snake(name: str) -> str:
    """Return a name of the API in snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def fields_of(family: object, roles: dict) -> str:
    """Return the declarations of the fields, from the parameters of the create and update operations."""
    lines = []
    seen = set()
    for role in ("create", "update"):
        for wire, param in family.OPERATIONS[roles[role]].params.items() if role in roles else ():
            if wire in seen or wire in ("IotInstanceId", "RegionId"):
                continue
            seen.add(wire)
            if wire == "ProductKey":
                lines.append('Field("product", required=True, lookup=product_key, resolves_to="product_key"),')
                lines.append('Field("product_key", "ProductKey", computed=True),')
                continue
            kind = _TYPES.get(param.type, "Text(1)" if param.required else "Text()")
            if param.type == "list":
                kind = "TextSet(Text(1))" if not param.members else "FILL_IN_TYPE"
            required = ", required=True" if param.required else ""
            lines.append(f'Field("{snake(wire)}", "{wire}", {kind}{required}),')
    return "\n".join(f"        {line}" for line in lines)


def options_of(family: object, roles: dict) -> str:
    """Return the documentation of the options, for the same parameters."""
    lines = []
    for declaration in fields_of(family, roles).splitlines():
        name = re.search(r'Field\("(\w+)"', declaration)
        if not name or "computed=True" in declaration:
            continue
        kind = "int" if "Number()" in declaration else "bool" if "Flag()" in declaration else "str"
        kind = "list" if "TextSet(" in declaration or "FILL_IN" in declaration else kind
        description = "Name or ProductKey of the product." if name[1] == "product" else "FILL IN."
        lines += [f"  {name[1]}:", "    description:", f"      - {description}", f"    type: {kind}"]
        lines += ["    elements: str"] if kind == "list" else []
        lines += ["    required: true"] if "required=True" in declaration else []
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the kind in snake_case, without iot_")
    parser.add_argument("family", help="the API family, a file in plugins/module_utils/api")
    options = parser.parse_args()
    from importlib import import_module

    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", options.name):
        parser.error(f"NAME must be snake_case, not {options.name!r}")
    api = ROOT / "plugins/module_utils/api"
    if not (api / f"{options.family}.py").exists() or options.family in ("families", "model"):
        families = sorted(path.stem for path in api.glob("*.py") if path.stem not in ("__init__", "families", "model"))
        parser.error(f"FAMILY must be one of {', '.join(families)}, not {options.family!r}")
    family = import_module(f"ansible_collections.iotops.aliyun.plugins.module_utils.api.{options.family}")
    roles = operations_of(family, options.name)
    words = options.name.replace("_", " ")
    values = {
        "name": options.name,
        "shebang": "#!/usr/bin/python",
        "family": options.family,
        "words": words,
        "article": "an" if words[0] in "aeiou" else "a",
        "title": words.capitalize(),
        "class_name": "".join(part.capitalize() for part in options.name.split("_")),
        "fields": fields_of(family, roles),
        "options": options_of(family, roles),
        "list": roles.get("list", "FILL IN: operation that lists the resources"),
        "create": roles.get("create", "FILL IN: operation that creates the resource"),
        "update": roles.get("update", "FILL IN: operation that updates the resource"),
        "delete": roles.get("delete", "FILL IN: operation that deletes the resource"),
    }
    paths = {template: ROOT / Template(path).substitute(values) for template, path in FILES.items()}
    for path in paths.values():
        if path.exists():
            sys.exit(f"{path.relative_to(ROOT)} exists already")
    for template, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values), encoding="utf-8"
        )
        print(f"wrote {path.relative_to(ROOT)}")
    described = ROOT / f"docs/returns/{options.family}.yml"
    text = described.read_text(encoding="utf-8") if described.exists() else returns.HEADER
    section = Template((TEMPLATES / "returns.yml.tmpl").read_text(encoding="utf-8")).substitute(values)
    described.write_text(text + section, encoding="utf-8")
    print(f"extended {described.relative_to(ROOT)}")
    print("Now replace every FILL IN, run `make generate`, and see CONTRIBUTING.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
