# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modules: each resource has its two, and their documentation says what the declaration says."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import yaml

from ansible_collections.iotops.aliyun.plugins import modules
from ansible_collections.iotops.aliyun.plugins.doc_fragments.iot import ModuleDocFragment
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry, ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import declared

MODULES = {
    found.name: importlib.import_module(f"{modules.__name__}.{found.name}")
    for found in pkgutil.iter_modules(modules.__path__)
}
RESOURCES = {name: module for name, module in MODULES.items() if hasattr(module.ENTRY, "resource")}

each_module = pytest.mark.parametrize("name", MODULES)
each_resource = pytest.mark.parametrize("name", RESOURCES)

#: What a documented option says that the argument spec says too, and what it is where nothing is said.
SAID = {"type": "str", "required": False, "default": None, "choices": None, "elements": None}


def documented(name: str) -> dict:
    """The options that a module documents, with those of its fragments."""
    documentation = yaml.safe_load(MODULES[name].DOCUMENTATION)
    options = dict(documentation.get("options") or {})
    for fragment in documentation["extends_documentation_fragment"]:
        part = fragment.removeprefix("iotops.aliyun.iot").lstrip(".").upper() or "DOCUMENTATION"
        options.update(yaml.safe_load(getattr(ModuleDocFragment, part)).get("options") or {})
    return options


def compare(where: str, documentation: dict, spec: dict) -> None:
    """Fails where documented options are not those of an argument spec."""
    assert set(documentation) == set(spec), where
    for option, entry in spec.items():
        for key, usual in SAID.items():
            said = (documentation[option].get(key, usual), entry.get(key, usual))
            assert said[0] == said[1], (where, option, key)
        inner = documentation[option].get("suboptions", {})
        compare(f"{where}.{option}", inner, entry.get("options", {}))


@each_module
def test_the_documentation_has_the_options_of_the_argument_spec(name):
    compare(name, documented(name), MODULES[name].ENTRY.argument_spec())


@each_module
def test_the_documentation_is_the_modules_own(name):
    assert yaml.safe_load(MODULES[name].DOCUMENTATION)["module"] == name
    for example in yaml.safe_load(MODULES[name].EXAMPLES):
        (called,) = (key for key in example if "." in key)
        if not called.startswith("iotops.aliyun."):
            continue
        options = example[called] or {}
        known = documented(called.removeprefix("iotops.aliyun."))
        assert set(options) <= set(known), example["name"]


@each_resource
def test_what_is_returned_is_documented(name):
    entry = RESOURCES[name].ENTRY
    returned = yaml.safe_load(RESOURCES[name].RETURN)
    resource = entry.resource
    shown = [field.name for field in resource.fields if not field.write_only and not field.lookup]
    if isinstance(entry, InfoEntry):
        assert set(returned) == {resource.plural, "calls"}
        # What is told only once is told by the task that makes it.
        at_any_time = [name for name in shown if not resource.field(name).returned_once]
        assert list(returned[resource.plural]["contains"]) == at_any_time
    else:
        assert (
            {resource.kind, "diff", "steps", "calls"}
            <= set(returned)
            <= {resource.kind, "diff", "steps", "calls", "pending", *resource.extra_result_keys}
        )
        assert set(resource.extra_result_keys) <= set(returned)
        # What only the info module reads is told by that.
        told = [name for name in shown if not (resource.field(name).on_request and resource.field(name).computed)]
        assert list(returned[resource.kind]["contains"]) == told
        # What a task names may be missing; what only a method of the resource looks up need not.
        naming = any(field.lookup or field.lookup_each for field in resource.fields)
        assert (
            naming
            <= ("pending" in returned)
            <= (naming or type(resource).resolve_references is not Resource.resolve_references)
        )


def test_every_resource_has_a_module_and_one_to_find_it():
    kinds = {resource.kind: resource for resource in declared()}
    for suffix, kind_of_entry in (("", ResourceEntry), ("_info", InfoEntry)):
        for kind, resource in kinds.items():
            entry = MODULES[f"iot_{kind}{suffix}"].ENTRY
            assert isinstance(entry, kind_of_entry)
            assert entry.resource.__class__ is resource
    assert {name for name in RESOURCES if not name.endswith("_info")} == {f"iot_{kind}" for kind in kinds}
