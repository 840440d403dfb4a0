# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turn the content of fleet files into nodes, and find everything that is wrong without asking the platform."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import (
    Node,
    Problem,
    Source,
    connect,
    find_dangling,
    find_duplicates,
    in_order,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, suggestion, unknown_kind
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry, ResourceEntry, no_log_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError

# The option in a message of the argument spec.
_OPTION_IN_MESSAGE = re.compile(r"^value of (\w+)|'(\w+)'|: (\w+)|^(\w+)")


class Fleet:
    """The declared resources of an account, and what is wrong with them.

    Args:
        items: The resources: ``kind`` (plural), ``options``, ``source`` (file, line, column), ``sources`` by option,
            and ``is_incomplete`` if some options could not be read.
        problems: Problems that were found while the files were read, each with ``source`` and ``message``.
        external: The names of resources that exist but are not declared, by the plural of their kind.

    Attributes:
        nodes: The valid resources, in an order in which each one comes after those that it refers to.
        problems: All problems, in the order of the files.
    """

    def __init__(
        self,
        items: Iterable[dict[str, Any]],
        problems: Iterable[dict[str, Any]] = (),
        external: dict[str, list[str]] | None = None,
    ) -> None:
        self.problems = [Problem(Source(*problem["source"]), problem["message"]) for problem in problems]
        declared = [node for item in items if (node := self._node(item)) is not None]
        self.problems += find_duplicates(declared)
        connect(declared)
        self.nodes, cycles = in_order(declared)
        self.problems += cycles + find_dangling(declared, external or {})
        self.problems.sort(key=lambda problem: (problem.source.file, problem.source.line, problem.source.column))

    def secret_values(self) -> set[str]:
        """Return the values of secret options, which must not be shown."""
        return {text for node in self.nodes for text in no_log_values(node.entry.options(), node.params)}

    def _node(self, item: dict[str, Any]) -> Node | None:
        """Return the node of a declared resource, or None if its kind is unknown. Add its problems to the list."""
        source = Source(*item["source"])
        entry = kinds().get(item["kind"])
        if entry is None:
            self._report(source, unknown_kind(item["kind"]))
            return None
        if not isinstance(item["options"], dict):
            self._report(source, f"a resource of {item['kind']} must be a mapping of options")
            return None
        sources = {name: Source(*place) for name, place in item.get("sources", {}).items()}
        node = Node(item["kind"], entry, item["options"], source, sources)
        spec = entry.options()
        for name in [name for name in node.params if name not in spec]:
            self._report(node.source_of(name), f"{name} is not an option of {node.plural}{suggestion(name, spec)}")
        if item.get("is_incomplete"):
            return node  # the missing values would cause further problems
        known = {name: value for name, value in node.params.items() if name in spec}
        validated = ArgumentSpecValidator(spec).validate(known)
        node.params = validated.validated_parameters
        for message in validated.error_messages:
            if ". Supported parameters include: " in message:
                message = f"unknown option {message}"
            self._report(node.source_of(_option_in(message, spec)), message)
        if not validated.error_messages:
            self._check_values(node)
        return node

    def _check_values(self, node: Node) -> None:
        """Check the values of a resource against the limits of the platform."""
        entry: Entry = node.entry
        if not isinstance(entry, ResourceEntry):
            return
        try:
            Desired.from_params(entry.resource, node.params)
        except EngineError as error:
            self._report(node.source_of(error.field or ""), str(error))

    def _report(self, source: Source, message: str) -> None:
        self.problems.append(Problem(source, message))


def _option_in(message: str, spec: dict[str, Any]) -> str:
    """Return the option that a message of the argument spec is about; an empty string if it names none."""
    for found in _OPTION_IN_MESSAGE.finditer(message):
        name = next(group for group in found.groups() if group)
        if name in spec:
            return name
    return ""
