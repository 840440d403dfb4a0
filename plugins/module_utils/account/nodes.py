# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turn one declared resource of fleet files into a node, and check its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, suggestion, unknown_kind
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry, no_log_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import constraint_violations

# The option in a message of the argument spec.
_OPTION_IN_MESSAGE = re.compile(r"^value of (\w+)|'(\w+)'|: (\w+)|^(\w+)")


def to_node(item: dict[str, Any], findings: list[Finding]) -> Node | None:
    """Return the node of a declared resource, or None if its kind is unknown.

    Args:
        item: The resource: ``kind`` (plural), ``options``, ``source`` (file, line, column), ``sources`` by option,
            and ``is_incomplete`` if some options could not be read.
        findings: What is wrong with the options is added to it.
    """
    source = Source(*item["source"])
    entry = kinds().get(item["kind"])
    if entry is None:
        findings.append(Finding("unknown-kind", unknown_kind(item["kind"]), source))
        return None
    if not isinstance(item["options"], dict):
        message = f"a resource of {item['kind']} must be a mapping of options"
        findings.append(Finding("invalid-value", message, source))
        return None
    sources = {name: Source(*place) for name, place in item.get("sources", {}).items()}
    node = Node(item["kind"], entry, item["options"], source, sources, frozenset(item["options"]))
    spec, validator = _spec(node.plural)
    for name in [name for name in node.params if name not in spec]:
        message = f"{name} is not an option of {node.plural}{suggestion(name, spec)}"
        findings.append(node.finding("unknown-option", message, name))
    if item.get("is_incomplete"):
        # The missing values would cause further problems.
        _set_invalid(node, spec)
        return node
    validated = validator.validate({name: value for name, value in node.params.items() if name in spec})
    node.params = validated.validated_parameters
    if validated.error_messages:
        _set_invalid(node, spec)
    for message in validated.error_messages:
        is_unknown = ". Supported parameters include: " in message
        rule = "unknown-option" if is_unknown else "invalid-value"
        rule = "missing-option" if message.startswith("missing required arguments") else rule
        message = f"unknown option {message}" if is_unknown else message
        findings.append(node.finding(rule, message, _option_in(message, spec)))
    return node


def find_invalid_values(node: Node) -> Iterator[Finding]:
    """Yield the values of a resource that the platform would reject."""
    if not isinstance(node.entry, ResourceEntry):
        return
    resource = node.entry.resource
    try:
        desired = Desired.from_params(resource, node.params)
    except EngineError as error:
        yield node.finding("invalid-value", str(error), error.field)
        return
    if not desired.absent:
        for violation in constraint_violations(resource, node.params, desired.values):
            yield node.finding(violation.rule, violation.message, violation.option)


def secrets_of(node: Node) -> set[str]:
    """Return the values of secret options of a resource, which must not be shown."""
    return no_log_values(_spec(node.plural)[0], node.params)


@lru_cache(maxsize=None)
def _spec(plural: str) -> tuple[dict[str, Any], ArgumentSpecValidator]:
    """Return the options of a kind, and their validator."""
    spec = kinds()[plural].options()
    return spec, ArgumentSpecValidator(spec)


def _set_invalid(node: Node, spec: dict[str, Any]) -> None:
    node.is_valid = False
    node.is_named = all(node.params.get(name) is not None for name, option in spec.items() if option.get("required"))


def _option_in(message: str, spec: dict[str, Any]) -> str:
    """Return the option that a message of the argument spec is about; an empty string if it names none."""
    for found in _OPTION_IN_MESSAGE.finditer(message):
        name = next(group for group in found.groups() if group)
        if name in spec:
            return name
    return ""
