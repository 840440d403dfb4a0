# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Invariants of all operations and error codes."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.plugins import module_utils, modules
from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common
from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    CREATE,
    DELETE,
    ENVELOPE,
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    READ,
    SECRET_MEMBERS,
    SET,
    THROTTLED,
    TRANSIENT,
    ErrorCode,
    Param,
    parse_signature,
)

from .conftest import render

NAMED = [(name, operation) for family in FAMILIES for name, operation in family.OPERATIONS.items()]
OPERATIONS = dict(NAMED)
PAGED = {name: operation for name, operation in OPERATIONS.items() if operation.pages}
API = Path(module_utils.__path__[0], "api")
MODULES = sorted(path.stem for path in Path(modules.__path__[0]).glob("iot_*.py"))

each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])


def at(members: dict, path: str) -> Param | None:
    """Return the member at a dotted path."""
    param = None
    for name in path.split("."):
        param = members.get(name)
        members = param.members if param else {}
    return param


def all_members(members: dict, above: str = ""):
    """Yield each member with its path, including nested members."""
    for name, param in members.items():
        yield above + name, param
        yield from all_members(param.members, f"{above}{name}.")


# Operations


def test_operations_are_277_with_unique_names():
    assert len(NAMED) == len(OPERATIONS) == 277


@each_family
def test_signatures_of_family_parse_and_render_to_same_text(family):
    for name, operation in family.OPERATIONS.items():
        for text in (operation.signature, operation.response):
            # Flags can be in any order. A duplicate name would be parsed once, and the texts would differ.
            written = re.sub(r"[!@~]{2,}", lambda flags: "".join(sorted(flags.group(), key="!@~".index)), text)
            assert render(parse_signature(text)) == " ".join(written.split()), name


def test_families_list_all_files():
    files = {path.stem for path in API.glob("*.py")} - {"__init__", "model", "families", "spelling"}
    assert sorted(family.__name__.rpartition(".")[2] for family in FAMILIES) == sorted(files)


def test_operation_kinds_are_all_used():
    assert Counter(operation.kind for operation in OPERATIONS.values()).keys() == {READ, SET, CREATE, DELETE}


@pytest.mark.parametrize(
    ("verbs", "kind"),
    [
        ("Query|List|Get|BatchQuery|BatchGet", READ),
        ("Delete|BatchDelete|Remove|BatchRemove|Detach", DELETE),
        ("Update|BatchUpdate|Set|Enable|Disable", SET),
    ],
)
def test_operation_kind_matches_verb_in_name(verbs, kind):
    named = {name: operation.kind for name, operation in OPERATIONS.items() if re.match(f"({verbs})[A-Z]", name)}
    assert len(named) > 5
    assert {name: other for name, other in named.items() if other != kind} == {}


def test_create_operation_is_set_only_without_generated_id():
    # If the platform generates an ID, a second request creates a second resource.
    creates = {name: operation for name, operation in OPERATIONS.items() if name.startswith("Create")}
    assert {operation.kind for operation in creates.values()} == {CREATE, SET}
    for name, operation in creates.items():
        given = {member for path, _param in all_members(operation.result) for member in [path.rpartition(".")[2]]}
        assert operation.kind == CREATE or not any(member.endswith("Id") for member in given), name


@each_family
def test_operation_metadata_of_family_is_valid(family):
    for name, operation in family.OPERATIONS.items():
        assert re.fullmatch(r"4(\.\d+){1,3}", operation.section), name
        assert operation.qps is None or operation.qps > 0, name
        assert not set(operation.result) & set(ENVELOPE), name


def test_limits_refer_to_list_parameters_only():
    wrong = {
        f"{name}.{param}": limit
        for name, operation in OPERATIONS.items()
        for param, limit in operation.limits.items()
        if limit < 1 or at(operation.params, param) is None or operation.params[param].type != "list"
    }
    assert wrong == {}


def test_sdk_only_parameters_are_declared():
    assert any(operation.sdk_only for operation in OPERATIONS.values())
    for name, operation in OPERATIONS.items():
        assert set(operation.sdk_only) <= set(operation.params), name


def test_flags_are_used_on_top_level_parameters_only():
    for name, operation in OPERATIONS.items():
        for path, param in all_members(operation.params):
            assert "." not in path or not (param.body or param.json or param.required), f"{name}.{path}"
        flagged = [path for path, param in all_members(operation.result) if param.body or param.json or param.required]
        assert flagged == [], name


def test_object_parameters_have_members_or_are_json():
    for name, operation in OPERATIONS.items():
        for path, param in all_members(operation.params):
            assert param.type != "object" or param.json or param.members, f"{name}.{path}"
            assert param.element != "object", f"{name}.{path}"


# Pages


@pytest.mark.parametrize("name", PAGED)
def test_pages_refer_to_declared_parameters_and_members(name):
    operation = PAGED[name]
    pages = operation.pages
    assert operation.kind == READ
    assert operation.params[pages.page].type == ("string" if pages.token else "integer")
    assert operation.params[pages.size].type == "integer"
    assert pages.max_size > 0
    assert at(operation.result, pages.items).type == "list"
    assert not pages.total or at(operation.result, pages.total).type == "integer"
    assert not pages.token or at(operation.result, pages.token).type == "string"
    assert not (pages.token and pages.total)


def test_operations_with_page_parameters_declare_pages():
    without_pages = [
        name
        for name, operation in OPERATIONS.items()
        if operation.kind == READ and not operation.pages and {"PageSize", "CurrentPage"} <= operation.params.keys()
    ]
    assert without_pages == []


def test_deep_page_quota_is_lower_than_quota():
    deep = {name: operation for name, operation in OPERATIONS.items() if operation.deep_qps}
    assert {"QueryProductList", "QueryDevice"} <= deep.keys()
    for name, operation in deep.items():
        assert operation.deep_qps < operation.qps, name
        assert operation.pages.page == "CurrentPage", name


# Error codes


@each_family
def test_error_codes_of_family_are_valid(family):
    assert common.ERRORS.items() <= family.ERRORS.items()
    for code, error in family.ERRORS.items():
        assert isinstance(error, ErrorCode), code
        assert error.category in (NOT_FOUND, EXISTS, THROTTLED, TRANSIENT, PERMANENT), code
        assert re.fullmatch(r"\S.*[^.\s]", error.meaning), code
        assert not error.remedy or re.fullmatch(r"[A-Z].*[^.\s]", error.remedy), code
        assert error.meaning.isascii(), code
        assert error.remedy.isascii(), code


def test_error_code_category_is_same_in_all_families():
    meanings: dict[str, set] = {}
    for family in FAMILIES:
        for code, error in family.ERRORS.items():
            meanings.setdefault(code.lower(), set()).add(error.category)
    assert {code: categories for code, categories in meanings.items() if len(categories) > 1} == {}


def test_error_tables_are_used_by_families():
    known = {code for family in FAMILIES for code in family.ERRORS}
    package = common.__name__.rpartition(".")[0]
    for path in (API / "errors").glob("[a-z]*.py"):
        assert importlib.import_module(f"{package}.{path.stem}").ERRORS.keys() <= known, path.stem


def test_not_found_codes_have_category_not_found():
    codes = [
        (name, operation.kind, code, family.ERRORS.get(code))
        for family in FAMILIES
        for name, operation in family.OPERATIONS.items()
        for code in operation.not_found_codes
    ]
    assert len(codes) > 10
    for name, kind, code, error in codes:
        assert error is not None, f"{name}: {code}"
        assert error.category == NOT_FOUND, f"{name}: {code}"
        assert kind in (READ, DELETE), name


def test_common_error_codes_never_mean_not_found():
    for name, operation in OPERATIONS.items():
        assert not any(operation.means_not_found(code) for code in common.ERRORS), name


# Secrets


def test_secret_members_exist_in_signatures():
    names = {
        path.rpartition(".")[2]
        for operation in OPERATIONS.values()
        for members in (operation.params, operation.result)
        for path, _param in all_members(members)
    }
    assert names >= SECRET_MEMBERS


def test_members_with_secret_names_are_secret_members():
    for name, operation in OPERATIONS.items():
        for path, param in [*all_members(operation.params), *all_members(operation.result)]:
            last = path.rpartition(".")[2]
            if re.search("secret|password|private|accesstoken|pincode", last, re.IGNORECASE) and not param.members:
                assert last in SECRET_MEMBERS, f"{name}.{path}"


# Modules


@pytest.mark.parametrize("module", MODULES)
def test_module_entry_uses_known_families(module):
    entry = importlib.import_module(f"{modules.__name__}.{module}").ENTRY
    assert entry.families
    assert set(entry.families) <= set(FAMILIES)
    catalogue = entry.catalogue()
    assert {name for family in entry.families for name in family.OPERATIONS} == set(catalogue)


def test_modules_are_found():
    assert {"iot_api", "iot_product", "iot_product_info"} <= set(MODULES)


def test_writes_that_change_a_read_are_declared():
    assert any(operation.changed_by for operation in OPERATIONS.values())
    for name, operation in OPERATIONS.items():
        assert not (operation.changed_by and operation.writes), name
        assert all(OPERATIONS[write].writes for write in operation.changed_by), name
