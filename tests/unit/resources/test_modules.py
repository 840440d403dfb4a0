# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modules: each resource has a module and an info module, and their documentation matches the declaration."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
import yaml

from ansible_collections.iotops.aliyun.plugins import modules
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry, ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.tests.tools.documentation import documentation
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import declared_resources

MODULES = {
    found.name: importlib.import_module(f"{modules.__name__}.{found.name}")
    for found in pkgutil.iter_modules(modules.__path__)
}
RESOURCES = {name: module for name, module in MODULES.items() if hasattr(module.ENTRY, "resource")}

each_module = pytest.mark.parametrize("name", MODULES)
each_resource = pytest.mark.parametrize("name", RESOURCES)

#: The keys that documentation and argument spec of an option share, and their defaults.
SHARED_KEYS = {"type": "str", "required": False, "default": None, "choices": None, "elements": None}


def documented(name: str) -> dict:
    """Return the documented options of a module, including those of its documentation fragments."""
    return documentation(Path(MODULES[name].__file__))["options"]


def compare(path: str, documentation: dict, spec: dict) -> None:
    """Fail unless the documented options match an argument spec."""
    assert set(documentation) == set(spec), path
    for option, entry in spec.items():
        for key, default in SHARED_KEYS.items():
            assert documentation[option].get(key, default) == entry.get(key, default), (path, option, key)
        suboptions = documentation[option].get("suboptions", {})
        compare(f"{path}.{option}", suboptions, entry.get("options", {}))


@each_module
def test_module_documentation_matches_argument_spec(name):
    compare(name, documented(name), MODULES[name].ENTRY.argument_spec())


@each_module
def test_module_documentation_has_own_name_and_valid_examples(name):
    assert yaml.safe_load(MODULES[name].DOCUMENTATION)["module"] == name
    for example in yaml.safe_load(MODULES[name].EXAMPLES):
        (module,) = (key for key in example if "." in key)
        if not module.startswith("iotops.aliyun."):
            continue
        options = example[module] or {}
        known = documented(module.removeprefix("iotops.aliyun."))
        assert set(options) <= set(known), example["name"]


@each_resource
def test_module_return_values_are_documented(name):
    entry = RESOURCES[name].ENTRY
    returned = yaml.safe_load(RESOURCES[name].RETURN)
    resource = entry.resource
    result_fields = [field.name for field in resource.fields if not field.write_only and not field.lookup]
    if isinstance(entry, InfoEntry):
        assert set(returned) == {resource.plural, "calls"}
        # A value that is returned only once is in the result of the task that creates the resource.
        readable = [name for name in result_fields if not resource.field(name).returned_once]
        assert list(returned[resource.plural]["contains"]) == readable
    else:
        assert (
            {resource.kind, "diff", "steps", "calls"}
            <= set(returned)
            <= {resource.kind, "diff", "steps", "calls", "pending", *resource.extra_result_keys}
        )
        assert set(resource.extra_result_keys) <= set(returned)
        # Computed fields on request are returned by the info module only.
        returned_fields = [
            name for name in result_fields if not (resource.field(name).on_request and resource.field(name).computed)
        ]
        assert list(returned[resource.kind]["contains"]) == returned_fields
        # A reference of a declared lookup can be pending; a lookup in a method of the resource is not always pending.
        has_lookup = any(field.lookup or field.lookup_each for field in resource.fields)
        assert (
            has_lookup
            <= ("pending" in returned)
            <= (has_lookup or type(resource).resolve_references is not Resource.resolve_references)
        )


def test_resource_has_module_and_info_module():
    kinds = {resource.kind: resource for resource in declared_resources()}
    for suffix, entry_class in (("", ResourceEntry), ("_info", InfoEntry)):
        for kind, resource in kinds.items():
            entry = MODULES[f"iot_{kind}{suffix}"].ENTRY
            assert isinstance(entry, entry_class)
            assert entry.resource.__class__ is resource
    assert {name for name in RESOURCES if not name.endswith("_info")} == {f"iot_{kind}" for kind in kinds}
