# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of the module that writes the report page of an account."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import FleetEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report import FleetReport, read_report
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_files import write_report
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_page import to_html


class ReportEntry(FleetEntry):
    """Write the state of an account as an HTML page. Nothing in the account is changed."""

    def options(self) -> dict[str, Any]:
        return {
            "report_file": {"type": "path", "required": True},
            "fleet": {"type": "dict", "no_log": False},
            "external": {"type": "dict", "default": {}, "no_log": False},
            "versions": {"type": "bool", "default": True},
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        nodes = self.valid_fleet(params).nodes if params.get("fleet") else None
        report = read_report(client, nodes, params["external"], params["versions"])
        write_report("report_file", params["report_file"], to_html(report))
        return {"changed": False, "report": report.to_dict(), "summary": summary_line(report)}


def summary_line(report: FleetReport) -> str:
    """Return the numbers of a report in one line."""
    resources = sum(map(len, report.found.values()))
    line = (
        f"Report: {len(report.found.get('products', []))} products, {report.device_total} devices "
        f"({report.statuses['online']} online), {resources} resources"
    )
    return line if report.unmanaged is None else f"{line}, {report.unmanaged_count} unmanaged"
