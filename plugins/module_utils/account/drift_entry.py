# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of the module that compares an account with fleet files."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account import drift_render
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift import DriftReport, find_drift, ignore
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_ignore import IgnoreRule, problems_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import FleetEntry, InvalidFleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import to_junit, to_sarif
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_files import write_report
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue


class DriftEntry(FleetEntry):
    """Report how an account differs from fleet files. Nothing in the account is changed."""

    def options(self) -> dict[str, Any]:
        return {
            **super().options(),
            "drift_dir": {"type": "path"},
            "unmanaged": {"type": "bool", "default": True},
            "ignore": {"type": "list", "elements": "dict", "default": [], "options": _RULE},
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        fleet = self.valid_fleet(params)
        rules = _rules(params)
        report = find_drift(client, fleet.nodes, params.get("external"), params["unmanaged"], fleet.secret_values())
        if report.problems:
            raise InvalidFleet(report.problems)
        ignore(report, rules)
        if params.get("drift_dir"):
            _write(report, fleet.nodes, params["drift_dir"])
        return {
            "changed": False,
            "has_drift": report.has_drift,
            "drift": report.to_dict(),
            "summary": drift_render.summary_line(report),
        }


#: The options of a rule in the task.
_RULE = {
    "kind": {"type": "str", "required": True},
    "name": {"type": "str", "default": "*"},
    "fields": {"type": "list", "elements": "str", "default": []},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str"},
}


def _rules(params: dict[str, Any]) -> list[IgnoreRule]:
    """Return the rules in the files and in the task.

    Raises:
        InvalidValue: A rule in the task is invalid. Those in files are checked when the files are read.
    """
    declared = [(rule["options"], Source(*rule["source"])) for rule in params["fleet"].get("drift_ignore") or ()]
    for index, options in enumerate(params["ignore"]):
        for _option, message in problems_of(options):
            raise InvalidValue(f"ignore[{index}]: {message}", field="ignore")
        declared.append((options, Source(f"ignore[{index}]")))
    return [IgnoreRule.from_options(options, source) for options, source in declared]


def _write(report: DriftReport, nodes: list[Node], folder: str) -> None:
    found = drift_render.findings(report, nodes)
    passed = [node.label for node in report.in_sync]
    texts = {
        "drift.json": json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n",
        "drift.md": drift_render.to_markdown(report),
        "drift.xml": to_junit(found, "drift", passed),
        "drift.sarif": to_sarif(found),
    }
    for name, text in texts.items():
        write_report("drift_dir", os.path.join(folder, name), text)
