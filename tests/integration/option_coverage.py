# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Coverage of module options: what the integration tests have shown of each module, and what they must show.

``Tasks`` and ``Playbooks`` record what their tasks show in ``COVERED``. The requirements follow from the declarations
of the modules, so that ``--require-coverage`` reports a new option without tests by name.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

PACKAGE = "ansible_collections.iotops.aliyun.plugins"
ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "plugins" / "modules"
TESTS = Path(__file__).resolve().parent

# What a test can show of a module or of one of its options.
CREATED = "created"
CHANGED = "changed"
CLEARED = "cleared"
CHANGE_REJECTED = "change rejected"
UNCHANGED = "unchanged"
DELETED = "deleted"
ALREADY_DELETED = "already deleted"
INVALID = "invalid value"
GIVEN = "given"
FOUND = "found"
NOT_FOUND = "not found"

#: For each of them what no test does, and what to add. ``{empty}`` is the empty value of the option.
MESSAGES = {
    CREATED: (
        "creates the resource",
        'add tasks.assert_changed_by("{module}", "<operation>", ...) for a new resource',
    ),
    CHANGED: ("changes the option {option}", "add a task with another `{option}` for an existing resource"),
    CLEARED: ("clears the option {option}", "add a task with `{option}: {empty}`"),
    CHANGE_REJECTED: (
        "tries to change the option {option}, which cannot be changed",
        'add tasks.assert_fails("{module}", "^{option} of the .* cannot be changed", {option}=...)',
    ),
    UNCHANGED: ("runs a task without a change", 'add tasks.assert_unchanged("{module}", ...)'),
    DELETED: (
        "deletes the resource",
        'add tasks.assert_changed_by("{module}", "<operation>", ..., state="absent")',
    ),
    ALREADY_DELETED: (
        "deletes a resource that does not exist",
        'add tasks.assert_unchanged("{module}", ..., state="absent")',
    ),
    INVALID: ("gives an invalid value", 'add tasks.assert_fails("{module}", "<message>", ...)'),
    GIVEN: ("uses the option {option}", "add a task with `{option}: ...`"),
    FOUND: ("finds a resource", 'add tasks.run_ok("{module}", ...) and check the result'),
    NOT_FOUND: ("searches without a result", "add a task with filters that match no resource"),
}
FOUND_BY_OPTION = (
    "finds a resource by the option {option}",
    "add a task with `{option}: ...` that returns a resource",
)

#: What no test can show, and why.
EXCEPTIONS: dict[tuple[str, str, str], str] = {
    ("iot_destination", CLEARED, "configuration"): "every type of destination needs a configuration",
    ("iot_device", CLEARED, "desired_properties"): "properties are cleared one by one with null; others are kept",
    ("iot_device_file", UNCHANGED, ""): "only devices create files",
    ("iot_device_speech", UNCHANGED, ""): "only a push puts a speech on a device",
    ("iot_location_info", GIVEN, "match_map"): "the emulator has no map and returns an error",
    ("iot_ota_job", CHANGE_REJECTED, "firmware"): "a job is looked up by its firmware: another firmware is another job",
    ("iot_ota_job", CHANGE_REJECTED, "product"): "the firmware determines the product, or the job is looked up by it",
    ("iot_shadow", CLEARED, "desired"): "only the device can clear its shadow; the module rejects an empty value",
    ("iot_speech", CHANGE_REJECTED, "type"): "a pack is looked up by its type, and a speech with a code is not a pack",
    ("iot_tunnel", CREATED, ""): "without tunnel_id each task opens another tunnel, so a second run is a change too",
}

#: Files that run tasks of many modules and are not the place for tests of one module.
GENERAL_TESTS = ("test_bad_input.py", "test_examples.py", "test_hazards.py", "test_inventory.py", "test_slices.py")

#: What the tests of this process have shown: (module, what, option).
COVERED: set[tuple[str, str, str]] = set()


def entry_of(module: str):
    """Return the entry point of a module."""
    return importlib.import_module(f"{PACKAGE}.modules.{module}").ENTRY


def resource_of(module: str):
    """Return the resource that a module manages or returns, or None for other modules."""
    return getattr(entry_of(module), "resource", None)


def validated(module: str, options: dict) -> dict:
    """Return the options as Ansible passes them to the module."""
    result = ModuleArgumentSpecValidator(entry_of(module).argument_spec()).validate(options)
    assert result.error_messages == []
    return result.validated_parameters


def all_modules() -> list[str]:
    """Return the names of all modules."""
    return sorted(path.stem for path in MODULES.glob("iot_*.py"))


# Recording


def record(module: str, what: str, *options: str) -> None:
    """Record what was shown of these options, or of the module as a whole."""
    COVERED.update((module, what, option) for option in options or ("",))


def record_success(module: str, options: dict, result: dict) -> None:
    """Record what any successful task shows."""
    record(module, GIVEN, *(name for name, value in options.items() if value is not None))
    resource = resource_of(module)
    if resource is None or not module.endswith("_info"):
        return
    if result[resource.plural]:
        record(module, FOUND, "", *(name for name in resource.filters if options.get(name) is not None))
    else:
        record(module, NOT_FOUND)


def record_playbook(playbook: Path) -> None:
    """Record the options in a playbook that ran successfully."""
    for plays in yaml.safe_load_all(playbook.read_text(encoding="utf-8")):
        _record_tasks(plays)


def _record_tasks(part) -> None:
    if isinstance(part, dict):
        for name, value in part.items():
            module = str(name).removeprefix("iotops.aliyun.")
            if module != name and isinstance(value, dict) and (MODULES / f"{module}.py").exists():
                record(module, GIVEN, *value)
            _record_tasks(value)
    elif isinstance(part, list):
        for element in part:
            _record_tasks(element)


def record_failure(module: str, result: dict) -> None:
    """Record what a task shows that failed before any write."""
    if "cannot be changed" in result["msg"]:
        record(module, CHANGE_REJECTED, result.get("field", ""))
    else:
        record(module, INVALID)


def record_change(module: str, result: dict) -> None:
    """Record what a change shows that was planned, applied, and found unnecessary in a second run."""
    resource = resource_of(module)
    if resource is None:
        return
    before, after = result["diff"]["before"], result["diff"]["after"]
    if not after:
        record(module, DELETED)
        record(module, ALREADY_DELETED)
    elif not before:
        record(module, CREATED)
    else:
        # If an option names another resource, the steps report the id of that resource.
        option_of = {field.resolves_to: field.name for field in resource.fields if field.resolves_to}
        changed = {option_of.get(name, name) for step in result["steps"] for name in step["changes"]}
        record(module, CHANGED, *changed)
        record(module, CLEARED, *(name for name in changed if before.get(name) and not after.get(name)))


# Requirements


def requirements(modules: Collection[str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield what the tests must show of these modules, or of all modules."""
    for module in all_modules() if modules is None else sorted(modules):
        entry = entry_of(module)
        resource = resource_of(module)
        if resource is not None and module.endswith("_info"):
            yield from ((module, FOUND, option) for option in ("", *resource.filters))
            yield (module, NOT_FOUND, "")
        elif resource is not None:
            yield from ((module, what, option) for what, option in _resource_requirements(resource))
        yield from ((module, GIVEN, option) for option in sorted(entry.options()))


def _resource_requirements(resource) -> Iterator[tuple[str, str]]:
    yield (UNCHANGED, "")
    yield (INVALID, "")
    implicit_create = importlib.import_module(f"{PACKAGE}.module_utils.engine.changes").ImplicitCreate
    if hasattr(resource, "create") and not isinstance(resource.create, implicit_create):
        yield (CREATED, "")
    if None in resource.states.values():
        yield (DELETED, "")
        yield (ALREADY_DELETED, "")
    mutable = resource.mutable()
    for field in resource.fields:
        if not {field.name, field.resolves_to} & mutable or field.computed:
            continue
        yield (CHANGED, field.name)
        if _empty_value(field) is not None:
            yield (CLEARED, field.name)
    # With another value in a field that identifies the resource, a task is about another resource.
    identifying = {*resource.key, *resource.required_filters, *resource.identity.values()}
    for field in resource.fields:
        fixed = not {field.name, field.resolves_to} & (mutable | identifying)
        if field.is_option and fixed and not field.write_only:
            yield (CHANGE_REJECTED, field.name)


def _empty_value(field):
    """Return the value that clears a field, or None if the field cannot be cleared."""
    if field.type.argument.get("type") == "bool":
        return None
    empty = getattr(field.type, "empty", "" if field.initial == "" else None)
    return None if empty is None or field.type.check(empty) else empty


# Report


def gaps(covered: set[tuple[str, str, str]], modules: Collection[str] | None = None) -> list[str]:
    """Return one line for each requirement that is not covered and for each exception that is not needed.

    Args:
        covered: What the tests have shown.
        modules: The modules to report; all modules if None.
    """
    required = set(requirements(modules))
    exceptions = {key for key in EXCEPTIONS if modules is None or key[0] in modules}
    missing = required - covered - exceptions
    unneeded = exceptions & covered | exceptions - required
    return [
        *(_gap(module, what, option) for module, what, option in sorted(missing)),
        *(
            f"{module}: the exception {(module, what, option)} is not needed; "
            "remove it from EXCEPTIONS in tests/integration/option_coverage.py"
            for module, what, option in sorted(unneeded)
        ),
    ]


def _gap(module: str, what: str, option: str) -> str:
    problem, remedy = FOUND_BY_OPTION if what == FOUND and option else MESSAGES[what]
    empty = ""
    if what == CLEARED:
        empty = json.dumps(_empty_value(resource_of(module).field(option)))
    values = {"module": module, "option": option, "empty": empty}
    file = f"tests/integration/{file_for_tests_of(module)}"
    return f"{module}: no test {problem.format(**values)}; {remedy.format(**values)} to {file}"


def file_for_tests_of(module: str) -> str:
    """Return the name of the file for the tests of a module.

    It is ``test_lifecycle_<resource>.py`` if that file exists, otherwise the file that names the module most often.
    """
    own = f"test_lifecycle_{module.removeprefix('iot_').removesuffix('_info')}.py"
    if (TESTS / own).exists():
        return own
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(TESTS.glob("test_*.py"))
        if path.name not in GENERAL_TESTS
    }
    counts = {name: text.count(f'"{module}"') for name, text in texts.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else own


def modules_under_test(covered: set[tuple[str, str, str]], files: Collection[str]) -> set[str]:
    """Return the modules that tests in these files cover.

    A module that these tests only use to prepare something, and whose own tests are in another file, is not included.
    """
    used = {module for module, _what, _option in covered}
    return {module for module in used if file_for_tests_of(module) in files}


# Exchange between the worker processes of pytest-xdist


def dump() -> str:
    """Return what the tests of this process have shown as JSON."""
    return json.dumps(sorted(COVERED))


def load(text: str) -> set[tuple[str, str, str]]:
    """Return what the tests of another process have shown."""
    return {tuple(element) for element in json.loads(text)}
