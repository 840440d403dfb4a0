# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Constructed variables and groups for many hosts: what follows from the same values is worked out once.

Ansible compiles an expression anew for each host. Here an expression whose outcome depends on nothing but the values
that it names is evaluated once for each of their combinations, by Ansible itself; a plain name is looked up.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.module_utils.common.text.converters import to_native
from ansible.plugins.inventory import Constructable
from jinja2 import Environment, TemplateSyntaxError, nodes

_MISSING = object()
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None", "omit"})

#: What an expression may be made of; everything else, calls above all, may tell another thing each time.
_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
)

#: Filters whose outcome follows from what they are given.
_FILTERS = frozenset(
    {
        *("abs", "bool", "capitalize", "combine", "d", "default", "dict2items", "difference", "first", "float", "int"),
        *("intersect", "join", "last", "length", "list", "lower", "max", "min", "regex_replace", "regex_search"),
        *("replace", "round", "sort", "split", "string", "sum", "title", "trim", "union", "unique", "upper"),
    }
)

#: How many outcomes of one expression are kept, and from how many on it has to be worth it.
_MOST_KEPT = 50_000
_TRIAL = 2_000


class Expression:
    """What is known of one expression.

    Args:
        text: the expression.

    Attributes:
        path: the names that it is, where it is plain, such as ``("iot_tags", "site")``.
        reads: the paths of what its outcome depends on; None where nobody can tell.
    """

    def __init__(self, text: str):
        self.path = tuple(text.split(".")) if _is_plain(text) else ()
        self.reads = None if self.path else _dependencies(text)
        self.outcomes: dict = {}
        self._asked = 0

    def is_worth_keeping(self) -> bool:
        """Whether outcomes repeat often enough to be kept."""
        self._asked += 1
        kept = len(self.outcomes)
        return kept < _MOST_KEPT and (self._asked < _TRIAL or kept * 2 < self._asked)


def _is_plain(text: str) -> bool:
    words = text.split(".")
    # A dictionary's own methods come before its keys.
    return bool(_PLAIN.fullmatch(text)) and words[0] not in _CONSTANTS and not any(hasattr(dict, w) for w in words[1:])


def _dependencies(text: str) -> tuple | None:
    try:
        tree = Environment().parse("{{ " + text + " }}")
    except TemplateSyntaxError:
        return None
    reads: set = set()
    return tuple(sorted(reads)) if _collect(tree, reads) else None


def _collect(node: nodes.Node, reads: set) -> bool:
    """Adds the paths that a part of an expression reads; tells whether it is made of known parts only."""
    path = _path(node)
    if path:
        reads.add(path)
        return True
    if not isinstance(node, _NODES) or (isinstance(node, nodes.Filter) and node.name not in _FILTERS):
        return False
    return all(_collect(child, reads) for child in node.iter_child_nodes())


def _path(node: nodes.Node) -> tuple:
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr) and not hasattr(dict, node.attr):
        above = _path(node.node)
        return (*above, node.attr) if above else ()
    return ()


def look_up(path: tuple, variables: dict) -> Any:
    """The value at a path; a mark of its own where there is none."""
    value: Any = variables
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


class Constructed(Constructable):
    """Does what ``Constructable`` does, with the same outcome."""

    def construct(self, host: str, variables: dict) -> None:
        """Sets a host's composed variables, and puts it into its constructed groups.

        Args:
            host: the host's name.
            variables: its variables.

        Raises:
            AnsibleError: an expression failed, and the inventory is strict.
        """
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        # What was composed can be used in groups.
        if self.get_option("compose"):
            variables = {**variables, **self.inventory.get_host(host).get_vars()}
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict, fetch_hostvars=False)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict, fetch_hostvars=False)

    def _compose(self, template: Any, variables: dict, disable_lookups: Any = ...) -> Any:
        def evaluate() -> Any:
            return super(Constructed, self)._compose(template, variables)

        return self._evaluated("compose", template, variables, evaluate)

    def _add_host_to_composed_groups(self, groups, variables, host, strict=False, fetch_hostvars=True):
        for name, condition in (groups or {}).items():

            def evaluate(condition=condition) -> bool:
                self.templar.available_variables = variables
                return self.templar.evaluate_conditional(condition)

            title = self._sanitize_group_name(name)
            try:
                is_in = self._evaluated("groups", condition, variables, evaluate)
            except Exception as error:  # whatever an expression may raise
                if strict:
                    message = f"Could not add host {host} to group {title}: {to_native(error)}"
                    raise AnsibleParserError(message) from error
                continue
            if is_in:
                self.inventory.add_child(self.inventory.add_group(title), host)

    def _evaluated(self, kind: str, text: Any, variables: dict, evaluate) -> Any:
        """The outcome of an expression, from memory where it was worked out before."""
        if not isinstance(text, str):
            return evaluate()
        if "_expressions" not in self.__dict__:
            self._expressions: dict = {}
        expression = self._expressions.get((kind, text))
        if expression is None:
            expression = self._expressions[kind, text] = Expression(text.strip())
        if expression.path and kind == "compose" and expression.path[0] not in self._overriding():
            value = look_up(expression.path, variables)
            if value is not _MISSING:
                return copy.deepcopy(value) if isinstance(value, (dict, list)) else value
        if expression.path or expression.reads is None:
            return evaluate()
        key = repr([look_up(path, variables) if path[0] in variables else None for path in expression.reads])
        if key in expression.outcomes:
            is_error, outcome = expression.outcomes[key]
            if is_error:
                raise outcome
            return copy.deepcopy(outcome) if isinstance(outcome, (dict, list)) else outcome
        try:
            is_error, outcome = False, evaluate()
        except Exception as error:  # it would come again for the same values
            is_error, outcome = True, error
        if expression.is_worth_keeping():
            expression.outcomes[key] = (is_error, outcome)
        if is_error:
            raise outcome
        return outcome

    def _overriding(self) -> dict:
        """The variables of the command line that come before a host's."""
        return self._vars if self.get_option("use_extra_vars") else {}
