# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the formats of findings."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import (
    NOTE,
    Finding,
    to_junit,
    to_sarif,
    to_text,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source

FINDINGS = [
    Finding("unknown-option", "naem is not an option <\x01>", Source("/repo/fleet/a.yml", 3, 5)),
    Finding("drift", "description differs", Source("/repo/fleet/b.yml"), NOTE, "product street_light"),
]


def test_text_has_one_line_for_each_finding():
    assert to_text(FINDINGS) == (
        "/repo/fleet/a.yml:3:5: naem is not an option <\x01>\n/repo/fleet/b.yml: description differs\n"
    )


def test_sarif_names_rules_levels_and_places_relative_to_the_root():
    run = json.loads(to_sarif(FINDINGS, "1.2.3", "/repo"))["runs"][0]
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["drift", "unknown-option"]
    first, second = run["results"]
    assert (first["ruleId"], first["level"], second["level"]) == ("unknown-option", "error", "note")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "fleet/a.yml"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert "region" not in second["locations"][0]["physicalLocation"]


def test_junit_counts_findings_as_failures_and_other_subjects_as_passed():
    suites = ElementTree.fromstring(to_junit(FINDINGS, "fleet", ["topic a"]))
    assert suites.attrib == {"tests": "3", "failures": "1", "errors": "0"}
    cases = suites.findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == ["topic a", "/repo/fleet/a.yml:3:5", "product street_light"]
    assert [case.find("failure") is not None for case in cases] == [False, True, False]
    assert cases[1].find("failure").get("message") == "naem is not an option <\N{REPLACEMENT CHARACTER}>"
