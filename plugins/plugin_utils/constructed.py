# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Constructed variables and groups for many hosts: an expression is evaluated once for the same values.

Ansible compiles and evaluates an expression again for each host. Here, an expression whose result depends only on the
variables in it is evaluated by Ansible once for each combination of their values, and the result is reused. A plain
variable is looked up without evaluation.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.module_utils.common.text.converters import to_native
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.inventory import Constructable
from jinja2 import Environment, TemplateSyntaxError, nodes

from ansible_collections.iotops.aliyun.plugins.plugin_utils.unsafe import mark_unsafe

_MISSING = object()
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None", "omit"})

#: The syntax whose result depends only on the variables in it. Other syntax, such as calls, may have another result
#: each time.
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

#: Filters whose result depends only on their arguments.
_FILTERS = frozenset(
    {
        *("abs", "bool", "capitalize", "combine", "d", "default", "dict2items", "difference", "first", "float", "int"),
        *("intersect", "join", "last", "length", "list", "lower", "max", "min", "regex_replace", "regex_search"),
        *("replace", "round", "sort", "split", "string", "sum", "title", "trim", "union", "unique", "upper"),
    }
)

#: The maximum number of cached results of one expression, and the number of evaluations after which at least every
#: second one must have been found in the cache.
_MAX_CACHED = 50_000
_TRIAL_EVALUATIONS = 2_000


class Expression:
    """An expression and its cached results.

    Args:
        text: The expression.

    Attributes:
        path: The path of a plain variable such as ``("iot_tags", "site")``; empty for other expressions.
        dependencies: The paths of the variables that the result depends on; None if they are unknown.
        results: The cached results by the values of the variables: whether an error was raised, and the result or
            error.
    """

    def __init__(self, text: str):
        self.path = tuple(text.split(".")) if _is_plain(text) else ()
        self.dependencies = None if self.path else _dependencies(text)
        self.results: dict[str, tuple[bool, Any]] = {}
        self._evaluations = 0

    def is_worth_caching(self) -> bool:
        """Return whether results repeat often enough to be cached. To be called once for each evaluation."""
        self._evaluations += 1
        cached = len(self.results)
        return cached < _MAX_CACHED and (self._evaluations < _TRIAL_EVALUATIONS or cached * 2 < self._evaluations)


def _is_plain(text: str) -> bool:
    words = text.split(".")
    # In Jinja, the methods of a dictionary take precedence over its keys.
    return bool(_PLAIN.fullmatch(text)) and words[0] not in _CONSTANTS and not any(hasattr(dict, w) for w in words[1:])


def _dependencies(text: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the paths of the variables that an expression depends on, or None if they are unknown."""
    try:
        tree = Environment().parse("{{ " + text + " }}")
    except TemplateSyntaxError:
        return None
    paths: set[tuple[str, ...]] = set()
    return tuple(sorted(paths)) if _collect(tree, paths) else None


def _collect(node: nodes.Node, paths: set[tuple[str, ...]]) -> bool:
    """Add the paths of the variables in a part of an expression, and return whether all its syntax is known."""
    path = _path(node)
    if path:
        paths.add(path)
        return True
    if not isinstance(node, _NODES) or (isinstance(node, nodes.Filter) and node.name not in _FILTERS):
        return False
    return all(_collect(child, paths) for child in node.iter_child_nodes())


def _path(node: nodes.Node) -> tuple[str, ...]:
    """Return the path of a variable, or an empty tuple for other nodes."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr) and not hasattr(dict, node.attr):
        parent = _path(node.node)
        return (*parent, node.attr) if parent else ()
    return ()


def _look_up(path: tuple[str, ...], variables: dict[str, Any]) -> Any:
    """Return the value at a path, or ``_MISSING``."""
    value: Any = variables
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


def _is_true(templar: Any, condition: str) -> bool:
    """Return whether a condition is true for the variables that the templar has."""
    if hasattr(templar, "evaluate_conditional"):
        return templar.evaluate_conditional(condition)
    # ansible-core before 2.19
    return boolean(templar.template(f"{{% if {condition} %}} True {{% else %}} False {{% endif %}}"))


class Constructed(Constructable):
    """A faster ``Constructable`` with the same results."""

    def construct(self, host: str, variables: dict[str, Any]) -> None:
        """Set the composed variables of a host, and add it to its constructed groups.

        Args:
            host: The name of the host.
            variables: The variables of the host.

        Raises:
            AnsibleError: An expression failed, and the option ``strict`` is set.
        """
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        # Groups can use composed variables.
        if self.get_option("compose"):
            variables = {**variables, **self.inventory.get_host(host).get_vars()}
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict, fetch_hostvars=False)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict, fetch_hostvars=False)

    def _compose(self, template: Any, variables: dict, disable_lookups: Any = ...) -> Any:
        def evaluate() -> Any:
            # A result may contain text of the platform, even if it is composed of a part of it.
            return mark_unsafe(super(Constructed, self)._compose(template, variables))

        return self._evaluate("compose", template, variables, evaluate)

    def _add_host_to_composed_groups(self, groups, variables, host, strict=False, fetch_hostvars=True):
        for name, condition in (groups or {}).items():

            def evaluate(condition=condition) -> bool:
                self.templar.available_variables = variables
                return _is_true(self.templar, condition)

            title = self._sanitize_group_name(name)
            try:
                is_in = self._evaluate("groups", condition, variables, evaluate)
            except Exception as error:  # An expression can raise any exception.
                if strict:
                    message = f"Could not add host {host} to group {title}: {to_native(error)}"
                    raise AnsibleParserError(message) from error
                continue
            if is_in:
                self.inventory.add_child(self.inventory.add_group(title), host)

    def _evaluate(self, kind: str, text: Any, variables: dict[str, Any], evaluate: Callable[[], Any]) -> Any:
        """Return the result of an expression, from the cache if possible.

        Args:
            kind: The option that contains the expression, ``compose`` or ``groups``.
            text: The expression.
            variables: The variables of the host.
            evaluate: Evaluates the expression.
        """
        if not isinstance(text, str):
            return evaluate()
        if "_expressions" not in self.__dict__:
            self._expressions: dict = {}
        expression = self._expressions.get((kind, text))
        if expression is None:
            expression = self._expressions[kind, text] = Expression(text.strip())
        if expression.path and kind == "compose" and expression.path[0] not in self._extra_vars():
            value = _look_up(expression.path, variables)
            if value is not _MISSING:
                return copy.deepcopy(value) if isinstance(value, (dict, list)) else value
        if expression.path or expression.dependencies is None:
            return evaluate()
        key = repr([_look_up(path, variables) if path[0] in variables else None for path in expression.dependencies])
        if key in expression.results:
            is_error, result = expression.results[key]
            if is_error:
                raise result
            return copy.deepcopy(result) if isinstance(result, (dict, list)) else result
        try:
            is_error, result = False, evaluate()
        except Exception as error:  # The same values would raise it again.
            is_error, result = True, error
        if expression.is_worth_caching():
            expression.results[key] = (is_error, result)
        if is_error:
            raise result
        return result

    def _extra_vars(self) -> dict[str, Any]:
        """Return the extra variables, which take precedence over the variables of hosts."""
        return self._vars if self.get_option("use_extra_vars") else {}
