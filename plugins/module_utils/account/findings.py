# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Findings about a fleet, such as problems in files or drift, as text, SARIF and JUnit."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source

#: The levels of findings, as SARIF names them.
ERROR, WARNING, NOTE = "error", "warning", "note"

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

# Characters that XML 1.0 does not allow.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        rule: The rule in kebab-case, such as ``unknown-option``; the same for all findings of a kind.
        message: What was found.
        source: Where it is.
        level: ``ERROR``, ``WARNING`` or ``NOTE``.
        subject: The resource, such as ``topic street_light/user/report``; empty if the finding is about a file.
    """

    rule: str
    message: str
    source: Source
    level: str = ERROR
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"

    def to_dict(self) -> dict[str, str]:
        """Return the finding as results of modules contain it."""
        return {
            "source": str(self.source),
            "message": self.message,
            "rule": self.rule,
            "level": self.level,
            "subject": self.subject,
        }


def to_text(findings: Iterable[Finding]) -> str:
    """Return one line ``file:line:column: message`` for each finding."""
    return "".join(f"{finding}\n" for finding in findings)


def to_sarif(findings: Iterable[Finding], version: str = "", root: str = "") -> str:
    """Return findings as SARIF 2.1.0, which GitHub, GitLab and editors show at the lines of the files.

    Args:
        findings: The findings.
        version: The version of the collection.
        root: The folder to which paths are relative; if it is empty, paths are not changed.
    """
    listed = list(findings)
    driver = {
        "name": "iotops.aliyun",
        "informationUri": "https://galaxy.ansible.com/ui/repo/published/iotops/aliyun/",
        "rules": [{"id": rule} for rule in sorted({finding.rule for finding in listed})],
        **({"version": version} if version else {}),
    }
    results = [
        {
            "ruleId": finding.rule,
            "level": finding.level,
            "message": {"text": finding.message},
            "locations": [{"physicalLocation": _location(finding.source, root)}] if finding.source.file else [],
        }
        for finding in listed
    ]
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def to_junit(
    findings: Iterable[Finding],
    suite: str,
    passed: Iterable[str] = (),
    failing: tuple[str, ...] = (ERROR, WARNING),
) -> str:
    """Return findings as a JUnit report: a failed test case for each finding.

    Args:
        findings: The findings.
        suite: The name of the test suite.
        passed: The subjects without findings, which are passed test cases.
        failing: The levels of findings that are failures. Others are output of passed test cases.
    """
    listed = list(findings)
    good = list(passed)
    failures = sum(finding.level in failing for finding in listed)
    counts = {"tests": str(len(listed) + len(good)), "failures": str(failures), "errors": "0"}
    suites = ElementTree.Element("testsuites", counts)
    element = ElementTree.SubElement(suites, "testsuite", {"name": suite, **counts})
    for subject in good:
        ElementTree.SubElement(element, "testcase", {"classname": suite, "name": _xml(subject)})
    for finding in listed:
        name = _xml(finding.subject or str(finding.source))
        attributes = {"classname": suite, "name": name, "file": _xml(finding.source.file)}
        case = ElementTree.SubElement(element, "testcase", attributes)
        if finding.level not in failing:
            ElementTree.SubElement(case, "system-out").text = _xml(str(finding))
        else:
            failure = ElementTree.SubElement(case, "failure", {"type": finding.rule, "message": _xml(finding.message)})
            failure.text = _xml(str(finding))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _location(source: Source, root: str) -> dict:
    path = os.path.relpath(source.file, root) if root else source.file
    location: dict = {"artifactLocation": {"uri": path.replace(os.sep, "/")}}
    if source.line:
        location["region"] = {"startLine": source.line, "startColumn": source.column}
    return location


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
