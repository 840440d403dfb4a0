# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of declared resources that send no requests, such as those of the files of a fleet.

A resource declares its checks in ``offline_checks``. They see all declared resources, so that they can compare a rule
with the thing model of its product, for example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Constraint, State, option_of
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import contains_pending

ERROR, WARNING = "error", "warning"

#: The file, the line and the column, from 1, of something that is declared in a file of its own.
Place = tuple


class Violation(NamedTuple):
    """What is wrong with a declared resource.

    Attributes:
        rule: The rule in kebab-case, such as ``unknown-property``.
        message: What is wrong.
        option: The option that is wrong; empty if it is the resource as a whole.
        level: ``ERROR`` or ``WARNING``.
        place: Where it is, if it is in another file than the resource.
    """

    rule: str
    message: str
    option: str = ""
    level: str = ERROR
    place: Place | None = None


class Member(NamedTuple):
    """A resource that another one declares, such as a device of a device set.

    Attributes:
        kind: Its kind.
        options: Its options, as a resource of that kind would have them. None is the same as not set.
        place: Where it is, if it is in another file than the resource that declares it.
        is_managed: Whether the resource that declares it manages it, so that no other one may declare it.
    """

    kind: str
    options: dict
    place: Place | None = None
    is_managed: bool = True


@dataclass
class Declared:
    """All declared resources.

    Attributes:
        options: The options of the resources, for every kind. Resources with invalid options are not included.
        base: The resources that were declared before, for checks of changes; None if they are not known.
        memo: What checks have computed, by what they compute and for which resource.
    """

    options: Mapping[str, list[dict[str, Any]]]
    base: Declared | None = None
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def find(self, kind: str, **wanted: Any) -> list[dict[str, Any]]:
        """Return the options of the resources of a kind that have certain values."""
        key = (kind, *wanted)
        if key not in self.memo:
            index: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
            for options in self.options[kind]:
                index.setdefault(tuple(str(options.get(name)) for name in wanted), []).append(options)
            self.memo[key] = index
        found: list[dict[str, Any]] = self.memo[key].get(tuple(map(str, wanted.values())), [])
        return found


class OfflineCheck:
    """A check of a declared resource that sends no requests."""

    def violations(self, options: dict[str, Any], declared: Declared) -> Iterator[Violation]:
        """Yield what is wrong with a resource.

        Args:
            options: The options, validated and with defaults.
            declared: All declared resources.
        """
        raise NotImplementedError(type(self).__name__)


class _NeedsRequest(Exception):
    """A constraint depends on the current state of the account."""


class _NoReader:
    """Stands for the reader of an account. Any use of it ends the check."""

    def __getattr__(self, name: str) -> Any:
        raise _NeedsRequest(name)


def constraint_violations(resource: Any, options: dict[str, Any], values: dict[str, Any]) -> Iterator[Violation]:
    """Yield the constraints that a new resource with these values would violate.

    Constraints that depend on the account are skipped, and those that need the value of a reference.

    Args:
        resource: The declaration of the resource.
        options: The options.
        values: The values by field of the options and the state, without resolved references.
    """
    after = {**{f.name: f.initial for f in resource.fields if f.is_option}, **values}
    unknown = {f.resolves_to or f.name for f in resource.fields if f.resolves_to or f.computed}
    state = State(resource, _NoReader(), after, None, set(values))  # type: ignore[arg-type]
    for constraint in resource.constraints:
        if not unknown.isdisjoint(constraint.fields) or any(contains_pending(after.get(n)) for n in constraint.fields):
            continue
        try:
            constraint.check(state)
        except _NeedsRequest:
            continue
        except InvalidValue as error:
            # Some messages start with an option that is not set. The problem is then at one that is set.
            is_set = options.get(error.field) is not None
            option = error.field if is_set else _first_option(resource, constraint, options)
            yield Violation("invalid-value", str(error), option)


def _first_option(resource: Any, constraint: Constraint, options: dict[str, Any]) -> str:
    names = (option_of(resource, name) for name in constraint.fields)
    return next((name for name in names if options.get(name) is not None), "")
