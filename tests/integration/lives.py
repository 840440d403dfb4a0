# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tests have seen of each module, and what they have to see: the whole life of whatever is declared.

``Tasks`` notes what it has proved; what has to be proved follows from the declarations, so that a new field whose
change no test shows is told by name (``--whole-lives``).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

PACKAGE = "ansible_collections.iotops.aliyun.plugins"
MODULES = Path(__file__).resolve().parents[2] / "plugins" / "modules"

#: What can be proved of a module, or of one of its options.
MADE = "made, and planned before that"
CHANGED = "changed"
CLEARED = "cleared"
REFUSED = "refused where it would have to change"
KEPT = "kept as it is"
GONE = "taken away"
GONE_ALREADY = "taken away where it is not there"
WRONG = "given a value that cannot be"
GIVEN = "given"
FOUND = "found by it"
NOT_FOUND = "looked for and not found"

#: What cannot be proved, and why.
EXCEPTIONS: dict[tuple[str, str, str], str] = {
    ("iot_destination", CLEARED, "configuration"): "no type of destination does without one",
    ("iot_device", CLEARED, "desired_properties"): "each property by itself, with null: what is not named stays",
    ("iot_device_file", KEPT, ""): "only devices make files",
    ("iot_device_speech", KEPT, ""): "only a push brings one to a device",
    ("iot_location_info", GIVEN, "match_map"): "the embedded platform says that it has no map",
    ("iot_ota_job", REFUSED, "firmware"): "a job is found among those of its firmware: of another it is another job",
    ("iot_ota_job", REFUSED, "product"): "it is the firmware's own, or the job is found among those of the product",
    ("iot_shadow", CLEARED, "desired"): "only the device clears it, and an empty one is refused",
    ("iot_speech", REFUSED, "type"): "a pack is known by its type, and whatever has a code is no pack",
    ("iot_tunnel", MADE, ""): "it is known by an id that it gets: without one a task makes another each time",
}

#: (module, what is proved, option), for all tests of this process.
PROVED: set[tuple[str, str, str]] = set()


def entry_of(module: str):
    """What a module does."""
    return importlib.import_module(f"{PACKAGE}.modules.{module}").ENTRY


def resource_of(module: str):
    """The resource that a module brings about or tells of; None where it is neither."""
    return getattr(entry_of(module), "resource", None)


def validated(module: str, options: dict) -> dict:
    """The options as Ansible gives them to the module."""
    result = ModuleArgumentSpecValidator(entry_of(module).argument_spec()).validate(options)
    assert result.error_messages == []
    return result.validated_parameters


def note(module: str, what: str, *options: str) -> None:
    """Notes that something is proved, of these options or of the module as a whole."""
    PROVED.update((module, what, option) for option in options or ("",))


def note_success(module: str, options: dict, result: dict) -> None:
    """Notes what a task that succeeded proves by itself."""
    note(module, GIVEN, *(name for name, value in options.items() if value is not None))
    resource = resource_of(module)
    if resource is None or not module.endswith("_info"):
        return
    if result[resource.plural]:
        note(module, FOUND, "", *(name for name in resource.filters if options.get(name) is not None))
    else:
        note(module, NOT_FOUND)


def note_playbook(playbook: Path) -> None:
    """Notes what a playbook that ran to its end gives to modules."""
    for plays in yaml.safe_load_all(playbook.read_text(encoding="utf-8")):
        _note_tasks(plays)


def _note_tasks(part) -> None:
    if isinstance(part, dict):
        for name, value in part.items():
            module = str(name).removeprefix("iotops.aliyun.")
            if module != name and isinstance(value, dict) and (MODULES / f"{module}.py").exists():
                note(module, GIVEN, *value)
            _note_tasks(value)
    elif isinstance(part, list):
        for one in part:
            _note_tasks(one)


def note_wrong(module: str, result: dict) -> None:
    """Notes what a refusal proves that came before any write."""
    field = result.get("field", "")
    if "cannot be changed" in result["msg"]:
        note(module, REFUSED, field)
    else:
        note(module, WRONG)


def note_change(module: str, result: dict) -> None:
    """Notes what a change proves that was foretold, carried out, and not wanted a second time."""
    resource = resource_of(module)
    if resource is None:
        return
    before, after = result["diff"]["before"], result["diff"]["after"]
    if not after:
        note(module, GONE)
        note(module, GONE_ALREADY)
    elif not before:
        note(module, MADE)
    else:
        # An option that names something else changes as the id of that.
        option_of = {field.resolves_to: field.name for field in resource.fields if field.resolves_to}
        changed = {option_of.get(name, name) for step in result["steps"] for name in step["changes"]}
        note(module, CHANGED, *changed)
        note(module, CLEARED, *(name for name in changed if before.get(name) and not after.get(name)))


def has_to_be_proved() -> Iterator[tuple[str, str, str]]:
    """All that follows from the declarations."""
    for path in sorted(MODULES.glob("iot_*.py")):
        module = path.stem
        entry = entry_of(module)
        resource = resource_of(module)
        own = sorted(entry.options())
        if resource is None:
            yield from ((module, GIVEN, option) for option in own)
        elif module.endswith("_info"):
            yield from ((module, FOUND, option) for option in ("", *resource.filters))
            yield (module, NOT_FOUND, "")
            yield from ((module, GIVEN, option) for option in own)
        else:
            yield from ((module, what, option) for what, option in _life(resource))
            yield from ((module, GIVEN, option) for option in own)


def _life(resource) -> Iterator[tuple[str, str]]:
    yield (KEPT, "")
    yield (WRONG, "")
    on_top = importlib.import_module(f"{PACKAGE}.module_utils.engine.changes").ImplicitCreate
    if hasattr(resource, "create") and not isinstance(resource.create, on_top):
        yield (MADE, "")
    if None in resource.states.values():
        yield (GONE, "")
        yield (GONE_ALREADY, "")
    mutable = resource.mutable()
    for field in resource.fields:
        if not {field.name, field.resolves_to} & mutable or field.computed:
            continue
        yield (CHANGED, field.name)
        if _can_be_empty(field):
            yield (CLEARED, field.name)
    # What names the thing, or what it is in, is another one's where it is another.
    named = {*resource.key, *resource.required_filters, *resource.identity.values()}
    for field in resource.fields:
        fixed = not {field.name, field.resolves_to} & (mutable | named)
        if field.is_option and fixed and not field.write_only:
            yield (REFUSED, field.name)


def _can_be_empty(field) -> bool:
    if field.type.argument.get("type") == "bool":
        return False
    empty = getattr(field.type, "empty", "" if field.initial == "" else None)
    return empty is not None and not field.type.check(empty)


def not_proved(proved: set[tuple[str, str, str]]) -> list[str]:
    """What is missing, and exceptions that are none, as lines."""
    wanted = set(has_to_be_proved())
    missing = wanted - proved - set(EXCEPTIONS)
    needless = set(EXCEPTIONS) & proved | set(EXCEPTIONS) - wanted
    return [
        *(f"{module}: never {what}{f': {option}' if option else ''}" for module, what, option in sorted(missing)),
        *(f"{module}: no exception: {what} {option}" for module, what, option in sorted(needless)),
    ]


def dump() -> str:
    """What this process has proved, as text."""
    return json.dumps(sorted(PROVED))


def load(text: str) -> set[tuple[str, str, str]]:
    """What another process has proved."""
    return {tuple(one) for one in json.loads(text)}
