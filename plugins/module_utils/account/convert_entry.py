# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of the module that converts rules to parsers."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.naming import FreeNames
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.rules import (
    DESTINATION_MARK,
    MARK,
    NUMBERS,
    Conversion,
    Converted,
    Note,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import FleetEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import (
    ExportFolder,
    FileNames,
    comment,
    escape,
    to_yaml,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Names, Scan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue

#: The hidden file that lists the files of the last run.
_MANIFEST = ".iotops_convert_rules.json"

_HEAD = "Written by iotops.aliyun.convert_rules. The next run replaces this file, unless it was changed."

#: What is read of the account.
_READ = ("products", "rules", "consumer_groups", "data_sources", "destinations", "parsers")
#: The kinds that replace rules, each with the beginning of the descriptions of converted resources.
_WRITTEN = {"data_sources": MARK, "destinations": DESTINATION_MARK, "parsers": MARK}

_DESTINATIONS = "destinations"


class ConvertRulesEntry(FleetEntry):
    """Write fleet files that replace the rules of an account by parsers."""

    def options(self) -> dict[str, Any]:
        return {
            "convert_dir": {"type": "path", "required": True},
            "rules": {"type": "list", "elements": "str"},
            "running": {"type": "bool", "default": False},
            "fleet": {"type": "dict", "no_log": False},
            "external": {"type": "dict", "default": {}, "no_log": False},
            "overwrite": {"type": "bool", "default": False},
        }

    def secret_values(self, params: dict[str, Any]) -> set[str]:
        return super().secret_values(params) if params.get("fleet") else super(FleetEntry, self).secret_values(params)

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        nodes = self.valid_fleet(params).nodes if params.get("fleet") else []
        with ExportFolder(params["convert_dir"], params["overwrite"], "convert_dir", _MANIFEST) as folder:
            others = [node for node in nodes if not folder.is_own_file(node.source.file)]
            scan = Scan(client, {}, _READ)
            scan.run(lambda _found: True)
            _check_complete(scan)
            rules = _selected(scan.found["rules"], params.get("rules"))
            conversion = _convert(scan, rules, others, params["running"])
            if not all(one.is_binary for one in conversion.converted):
                conversion.differences.append(Note("*", "numbers", NUMBERS))
            _write(folder, conversion)
            files = folder.commit(check_mode)
        return _result(conversion, files, len(rules))


def _convert(scan: Scan, rules: list[Found], declared: list[Node], running: bool) -> Conversion:
    """Return the conversion of rules, except for those whose parsers the fleet declares."""
    conversion = Conversion(
        Names(scan.found),
        {one.values["product_key"] for one in scan.found["products"] if _uses_custom_format(one)},
        _free_names(scan.found, declared),
        running,
        {
            Conversion.rule_of(one.values.get("description"))
            for one in scan.found["parsers"]
            if one.values.get("status") != "stopped"
        },
    )
    replaced: dict[str, Node] = {}
    for node in declared:
        if node.plural == "parsers":
            replaced[Conversion.rule_of(node.params.get("description"))] = node
        elif node.plural == _DESTINATIONS and node.is_valid:
            conversion.reuse(node.params)
    for rule in rules:
        if rule.name in replaced:
            reason = f"the fleet already declares its parser at {replaced[rule.name].source}"
            conversion.not_converted.append(Note(rule.name, "rule", reason))
        else:
            conversion.convert(rule.values)
    return conversion


def _check_complete(scan: Scan) -> None:
    """Raise EngineError if something that the conversion needs cannot be read."""
    for gap in scan.gaps:
        raise EngineError(f"{gap.kind} {gap.name}: {gap.reason}", remedy="Allow the account to read it")


def _selected(found: list[Found], names: list[str] | None) -> list[Found]:
    """Return the rules with these names, or all rules, by name.

    Raises:
        InvalidValue: There is no such rule.
    """
    rules = {one.name: one for one in found}
    for name in names or ():
        if name not in rules:
            raise InvalidValue(f"rules: the rule {name} does not exist", field="rules", remedy="Check the name")
    return [rules[name] for name in sorted(names or rules)]


def _uses_custom_format(product: Found) -> bool:
    return product.values.get("data_format") == "custom"


def _free_names(found: dict[str, list[Found]], nodes: list[Node]) -> FreeNames:
    """Return the names that neither the fleet nor the account uses for something else."""
    names = FreeNames()
    for plural, mark in _WRITTEN.items():
        for one in found[plural]:
            # What an earlier run has written, and was applied since, keeps its name.
            if not str(one.values.get("description") or "").startswith(mark):
                names.take(plural, one.name)
    for node in nodes:
        if node.plural in _WRITTEN:
            names.take(node.plural, node.key[-1])
    return names


def _write(folder: ExportFolder, conversion: Conversion) -> None:
    file_names = FileNames()
    notes: dict[str, list[str]] = {}
    for label, listed in (("Not converted", conversion.not_converted), ("Different", conversion.differences)):
        for note in listed:
            notes.setdefault(note.rule, []).append(comment(f"{label}: {note.part}: {note.text}"))
    converted = {one.rule: one for one in conversion.converted}
    for rule in sorted({*converted, *notes} - {"*"}):
        one = converted.get(rule)
        for_all = notes.get("*", []) if one and not one.is_binary else []
        head = "".join([comment(_HEAD), comment(f"Rule: {rule}"), *notes.get(rule, []), *for_all])
        folder.write(f"rules/{file_names.of(rule)}.yml", f"{head}---\n{_content(one) if one else ''}")
    if conversion.destinations:
        text = to_yaml({_DESTINATIONS: [escape(one) for one in conversion.destinations]})
        folder.write(f"{_DESTINATIONS}.yml", f"{comment(_HEAD)}---\n{text}")


def _content(converted: Converted) -> str:
    return to_yaml({"data_sources": [escape(converted.data_source)], "parsers": [escape(converted.parser)]})


def _result(conversion: Conversion, files: list[str], count: int) -> dict[str, Any]:
    incomplete = {note.rule for note in conversion.not_converted} & {one.rule for one in conversion.converted}
    in_part = f", {len(incomplete)} of them in part" if incomplete else ""
    return {
        "changed": bool(files),
        "files": files,
        "converted": [
            {
                "rule": one.rule,
                "parser": one.parser["name"],
                "data_source": one.data_source["name"],
                "destinations": one.parser["destinations"],
                "state": one.parser["state"],
            }
            for one in conversion.converted
        ],
        "not_converted": [
            {"rule": note.rule, "part": note.part, "reason": note.text} for note in conversion.not_converted
        ],
        "differences": [
            {"rule": note.rule, "part": note.part, "difference": note.text} for note in conversion.differences
        ],
        "summary": f"Convert rules: {len(conversion.converted)} of {count} rules converted{in_part}; "
        f"{len(conversion.not_converted)} parts not converted, {len(conversion.differences)} differences; "
        f"{len(files)} files changed",
    }
