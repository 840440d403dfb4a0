# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the JSON schema of fleet files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = ROOT / "tests/integration/playbooks"

SCHEMA = json.loads((ROOT / "docs/fleet.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def errors(fleet: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(fleet)]


def tasks(content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the kind and the options of each task of a module that manages a kind, in the content of a playbook."""
    by_module = {
        f"iotops.aliyun.iot_{'devices' if entry.kind == 'device_set' else entry.kind}": plural
        for plural, entry in kinds().items()
    }
    if isinstance(content, list):
        for element in content:
            yield from tasks(element)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in by_module and isinstance(value, dict):
                yield by_module[key], value
            else:
                yield from tasks(value)


TASKS = [
    (path.name, kind, options)
    for path in sorted(PLAYBOOKS.glob("*.yml"))
    for kind, options in tasks(yaml.safe_load(path.read_text(encoding="utf-8")))
]


def test_schema_is_valid_and_has_every_kind():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]) == list(kinds())


def test_options_of_each_kind_are_complete_and_described():
    for entry in kinds().values():
        schema = SCHEMA["$defs"][entry.kind]
        spec = entry.options()
        assert list(schema["properties"]) == list(spec), entry.kind
        assert schema.get("required", []) == [name for name, option in spec.items() if option.get("required")]
        assert [name for name, option in schema["properties"].items() if not option.get("description")] == []


def test_tasks_of_the_integration_tests_are_valid():
    # Almost all kinds: the options in these playbooks are accepted by the modules.
    assert len({kind for _name, kind, _options in TASKS}) >= 20
    found = {f"{name} {kind}": errors({kind: [options]}) for name, kind, options in TASKS}
    assert {name: messages for name, messages in found.items() if messages} == {}


def test_template_is_valid_for_every_value():
    for plural, entry in kinds().items():
        options = dict.fromkeys(entry.options(), "{{ anything }}")
        assert errors({plural: [options]}) == [], plural
        assert errors({plural: "{{ anything }}"}) == [], plural
    properties = {"Level": {"type": "{{ kind }}", "min": "{{ low }}", "values": "{{ values }}"}}
    assert errors({"thing_models": [{"product": "lamp", "functions": {"properties": properties}}]}) == []
    assert errors({"thing_models": [{"product": "lamp", "functions": {"properties": "{{ all }}"}}]}) == []


def test_option_that_is_not_set_can_be_null_unless_it_is_required():
    assert errors({"devices": [{"product": "lamp", "name": "lamp-0001", "nickname": None}], "topics": None}) == []
    assert errors({"devices": [{"product": "lamp", "name": None}]})


LEVEL = {"type": "int", "min": 0, "max": 1}


@pytest.mark.parametrize(
    "fleet",
    [
        [],
        {"prodcts": []},
        {"products": {"name": "street_light"}},
        {"products": ["street_light"]},
        {"products": [{"node_type": "device"}]},
        {"products": [{"name": "street_light", "node_type": "devic"}]},
        {"products": [{"name": "street_light", "naem": "x"}]},
        {"products": [{"name": "street_light", "tags": {"a b": "x"}}]},
        {"products": [{"name": "street_light", "tags": "x"}]},
        {"topics": [{"product": "street_light", "short_name": "user/a b", "operation": "pub"}]},
        {"devices": [{"product": "street_light", "name": "ab"}]},
        {"devices": [{"product": "street_light", "name": "lamp-0001", "nickname": "x" * 65}]},
        {"devices": [{"product": "street_light", "name": "lamp-0001", "enabled": "perhaps"}]},
        {"device_groups": [{"name": "west", "devices": [{"product": "street_light"}]}]},
        {"device_sets": [{"product": "street_light", "parallel_requests": "many"}]},
        {"thing_models": [{"product": "lamp", "functions": {"properties": {"Level": {**LEVEL, "length": 5}}}}]},
        {"thing_models": [{"product": "lamp", "functions": {"properties": {"a-b": LEVEL}}}]},
    ],
)
def test_invalid_fleet_is_rejected(fleet):
    assert errors(fleet)
