# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of the module that compares an account with fleet files."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account import drift_render
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift import DriftReport, find_drift, ignore
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_ignore import IgnoreRule
from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import FleetEntry, InvalidFleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import to_junit, to_sarif
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node, Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue


class DriftEntry(FleetEntry):
    """Report how an account differs from fleet files. Nothing in the account is changed."""

    def options(self) -> dict[str, Any]:
        return {
            **super().options(),
            "drift_dir": {"type": "path"},
            "unmanaged": {"type": "bool", "default": True},
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        fleet = self.valid_fleet(params)
        rules = [
            IgnoreRule.from_options(rule["options"], Source(*rule["source"]))
            for rule in params["fleet"].get("drift_ignore", ())
        ]
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


def _write(report: DriftReport, nodes: list[Node], folder: str) -> None:
    found = drift_render.findings(report, nodes)
    passed = [node.label for node in report.in_sync]
    texts = {
        "drift.json": json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n",
        "drift.md": drift_render.to_markdown(report),
        "drift.xml": to_junit(found, "drift", passed),
        "drift.sarif": to_sarif(found),
    }
    try:
        os.makedirs(folder, exist_ok=True)
        for name, text in texts.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise InvalidValue(f"drift_dir cannot be written: {error}", field="drift_dir") from error
