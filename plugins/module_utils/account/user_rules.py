# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules for fleet files that users write: Python functions, and a JSON schema for each kind.

A Python file in the folder of rules contains functions with the decorator ``rule``::

    from ansible_collections.iotops.aliyun.plugins.module_utils.account.user_rules import rule

    @rule("topic-prefix", kinds=["topics"], level="warning")
    def topics_are_below_user(resource, fleet):
        if not resource.options["short_name"].startswith("user/"):
            yield resource.finding("short_name must start with user/", option="short_name")

A file ``topics.schema.json`` contains a JSON schema (draft 2020-12) for the options of each topic.
"""

from __future__ import annotations

import importlib.util
import json
import os
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import ERROR, NOTE, WARNING, Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, unknown_kind
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import plural
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_schema import (
    compile_schema,
    format_path,
)

LEVELS = (ERROR, WARNING, NOTE)

_SCHEMA_SUFFIX = ".schema.json"
_INVALID = "invalid-rule"


class DeclaredResource:
    """A resource in fleet files, as rules see it.

    Attributes:
        kind: The kind in the plural, such as ``topics``.
        name: The name, with that of the product before it if it is unique within a product only.
        options: The options, with defaults; None for options that are not set.
        given: The options that the files set.
    """

    def __init__(
        self, kind: str, options: dict[str, Any], given: dict[str, Any], node: Node, place: tuple | None = None
    ):
        self.kind = kind
        self.options = options
        self.given = given
        self.name = "/".join(kinds()[kind].name_of(options))
        self._node = node
        self._place = place

    def finding(self, message: str, option: str = "") -> Finding:
        """Return a finding about the resource.

        Args:
            message: What is wrong.
            option: The option that is wrong, whose line is reported; empty for the resource as a whole.
        """
        source = self._node.source_at(self._place) if self._place else self._node.source_of(option)
        return Finding("", message, source, subject=f"{kinds()[self.kind].kind} {self.name}")


class DeclaredFleet:
    """All valid resources in fleet files, as rules see them.

    Args:
        nodes: The declared resources.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = [node for node in nodes if node.is_valid]
        self._resources: dict[str, list[DeclaredResource]] = {}

    def resources(self, kind: str) -> list[DeclaredResource]:
        """Return the resources of a kind, in the plural. The devices of device sets are ``devices`` as well."""
        if kind not in self._resources:
            self._resources[kind] = list(self._find(kind))
        return self._resources[kind]

    def _find(self, kind: str) -> Iterator[DeclaredResource]:
        for node in self._nodes:
            if node.plural == kind:
                given = {name: value for name, value in node.params.items() if name in node.given}
                yield DeclaredResource(kind, node.params, given, node)
            elif kind in map(plural, node.entry.contains):
                for item in node.entry.contents(node.params):
                    if isinstance(item, Member) and plural(item.kind) == kind:
                        yield DeclaredResource(kind, item.options, item.options, node, item.place)


#: A function ``rule(resource, fleet)`` that yields findings.
RuleFunction = Callable[[DeclaredResource, DeclaredFleet], Any]


def rule(name: str, kinds: Iterable[str], level: str = ERROR) -> Callable[[RuleFunction], RuleFunction]:
    """Declare that a function is a rule. It is called with each resource of the kinds and with the fleet.

    Args:
        name: The name of the rule in kebab-case.
        kinds: The kinds in the plural, such as ``topics``.
        level: ``error``, ``warning`` or ``note``.

    Raises:
        ValueError: The level or a kind does not exist.
    """
    listed = tuple(kinds)
    for kind in listed:
        if kind not in _known_kinds():
            raise ValueError(unknown_kind(kind))
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level}")

    def declare(function: RuleFunction) -> RuleFunction:
        function.fleet_rule = (name, listed, level)  # type: ignore[attr-defined]
        return function

    return declare


def find_violations(folder: str, nodes: Iterable[Node]) -> list[Finding]:
    """Return the findings of the rules in a folder, and what is wrong with the rules themselves.

    Args:
        folder: The folder.
        nodes: The declared resources.
    """
    fleet = DeclaredFleet(nodes)
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        return [Finding(_INVALID, f"rules_dir cannot be read: {error.strerror}", Source(folder))]
    findings: list[Finding] = []
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith(".py"):
            findings += _run_python(path, fleet)
        elif name.endswith(_SCHEMA_SUFFIX):
            findings += _apply_schema(path, name[: -len(_SCHEMA_SUFFIX)], fleet)
    return findings


def _run_python(path: str, fleet: DeclaredFleet) -> Iterator[Finding]:
    specification = importlib.util.spec_from_file_location(f"iotops_rules_{os.path.basename(path)[:-3]}", path)
    if specification is None or specification.loader is None:
        return
    module = importlib.util.module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except Exception as error:  # code of the user can raise anything
        yield _failure(path, error)
        return
    for function in vars(module).values():
        if not hasattr(function, "fleet_rule"):
            continue
        name, listed, level = function.fleet_rule
        try:
            for kind in listed:
                for resource in fleet.resources(kind):
                    for finding in function(resource, fleet) or ():
                        if not isinstance(finding, Finding):
                            raise TypeError(f"the rule {name} must yield resource.finding(…), not {finding!r}")
                        yield replace(finding, rule=name, level=level)
        except Exception as error:  # code of the user can raise anything
            yield _failure(path, error)


def _failure(path: str, error: Exception) -> Finding:
    """Return the finding about an exception, at the line in the file of rules that raised it."""
    if isinstance(error, SyntaxError):
        return Finding(
            _INVALID, f"the rule is invalid: {error.msg}", Source(path, error.lineno or 1, error.offset or 1)
        )
    lines = [frame.lineno or 1 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    message = f"the rule failed: {type(error).__name__}: {error}"
    return Finding(_INVALID, message, Source(path, lines[-1] if lines else 1, 1))


def _apply_schema(path: str, kind: str, fleet: DeclaredFleet) -> Iterator[Finding]:
    if kind not in kinds():
        yield Finding(_INVALID, unknown_kind(kind), Source(path))
        return
    try:
        with open(path, encoding="utf-8") as file:
            errors_of = compile_schema(json.load(file))
    except (OSError, ValueError) as error:
        yield Finding(_INVALID, f"the schema cannot be used: {error}", Source(path))
        return
    for resource in fleet.resources(kind):
        for error_path, message in errors_of(resource.given):
            option = str(error_path[0]) if error_path else ""
            finding = resource.finding(f"{format_path(error_path)}: {message}" if error_path else message, option)
            yield replace(finding, rule=f"schema-{kind.replace('_', '-')}")


def _known_kinds() -> dict[str, Any]:
    # The parameter of ``rule`` has the name of the function.
    return dict(kinds())
