# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of the module that checks the files of a fleet."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import FleetEntry, InvalidFleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import (
    ERROR,
    NOTE,
    WARNING,
    Finding,
    to_junit,
    to_sarif,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_files import write_report
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.account.user_rules import find_violations
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue

#: Findings with this level are not reported.
_NONE = "none"
_LEVELS = (ERROR, WARNING, NOTE, _NONE)


class ValidateEntry(FleetEntry):
    """Find everything that is wrong in fleet files, without asking the platform."""

    is_offline = True

    def options(self) -> dict[str, Any]:
        return {
            **super().options(),
            "base": {"type": "dict", "no_log": False},
            "rules_dir": {"type": "path"},
            "levels": {"type": "dict", "default": {}},
            "sarif_file": {"type": "path"},
            "junit_file": {"type": "path"},
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        _check_levels(params["levels"])
        fleet = self.read_fleet(params)
        findings = self._findings(params, fleet)
        subjects = dict.fromkeys(node.label for node in fleet.nodes)
        for finding in findings:
            subjects.pop(finding.subject, None)
        failed = any(finding.level == ERROR for finding in findings)
        # In check mode, too: the files are the output of a check, as in plan_dir.
        _write(params, "sarif_file", lambda: to_sarif(findings, root=os.getcwd()))
        _write(params, "junit_file", lambda: to_junit(findings, "iotops.aliyun.validate", subjects, failing=(ERROR,)))
        if failed:
            raise InvalidFleet(findings)
        result = {"changed": False, "problems": [one.to_dict() for one in findings], "count": len(fleet.nodes)}
        if findings:
            result["warnings"] = [str(finding) for finding in findings if finding.level == WARNING]
        return result

    def _findings(self, params: dict[str, Any], fleet: Fleet) -> list[Finding]:
        """Return all findings with the levels of the task, in the order of the files."""
        findings = list(fleet.problems)
        if params.get("base"):
            for problem in params["base"].get("problems", ()):
                source = Source(*problem["source"])
                findings.append(Finding("invalid-base", f"base: {problem['message']}", source, WARNING))
        if params.get("rules_dir"):
            findings += find_violations(params["rules_dir"], fleet.nodes)
        levels = params["levels"]
        findings = [replace(one, level=levels.get(one.rule, one.level)) for one in findings]
        findings = [one for one in findings if one.level != _NONE]
        return sorted(findings, key=lambda one: (one.source.file, one.source.line, one.source.column))


def _check_levels(levels: dict[str, Any]) -> None:
    for rule, level in levels.items():
        if level not in _LEVELS:
            choices = ", ".join(_LEVELS)
            raise InvalidValue(f"levels must contain {choices} only; the level of {rule} is {level}", field="levels")


def _write(params: dict[str, Any], option: str, text: Any) -> None:
    """Write the file of an option, if it is set, and create its folder."""
    path = params.get(option)
    if path:
        write_report(option, path, text())
