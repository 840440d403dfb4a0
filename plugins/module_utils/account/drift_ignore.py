# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules for drift that is intended: which resources and fields, why, and until when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, suggestion
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source

#: The options of a rule.
OPTIONS = ("kind", "name", "fields", "reason", "until")


@dataclass
class IgnoreRule:
    """A rule.

    Attributes:
        kind: The kind in the singular, such as ``topic``, or a pattern such as ``*``.
        name: The name of the resource with that of its parent, such as ``street_light/user/report``, or a pattern.
        fields: The names of the fields, or patterns; if empty, the rule is for all drift of the resource.
        reason: Why the drift is intended.
        until: The last day on which the rule applies; None if it does not end.
        source: Where the rule is.
        count: How many resources the rule has been applied to.
    """

    kind: str
    name: str
    reason: str
    fields: tuple[str, ...] = ()
    until: datetime.date | None = None
    source: Source = field(default_factory=Source)
    count: int = 0

    @classmethod
    def from_options(cls, options: dict[str, Any], source: Source) -> IgnoreRule:
        """Return the rule with these options, which ``problems_of`` has checked."""
        singular = {plural: entry.kind for plural, entry in kinds().items()}
        return cls(
            kind=singular.get(options["kind"], options["kind"]),
            name=str(options.get("name") or "*"),
            reason=str(options["reason"]),
            fields=tuple(options.get("fields") or ()),
            until=_date(options.get("until")),
            source=source,
        )

    def is_expired(self, today: datetime.date) -> bool:
        """Return whether the last day of the rule has passed."""
        return self.until is not None and today > self.until

    def applies_to(self, kind: str, name: str) -> bool:
        """Return whether the rule is about a resource."""
        return fnmatchcase(kind, self.kind) and fnmatchcase(name, self.name)

    def ignored_fields(self, names: Iterable[str]) -> set[str]:
        """Return the fields whose drift the rule ignores."""
        return {name for name in names if any(fnmatchcase(name, pattern) for pattern in self.fields or ("*",))}

    def __str__(self) -> str:
        fields = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.kind} {self.name}{fields}"


def problems_of(options: Any) -> list[tuple[str, str]]:
    """Return what is wrong with the options of a rule: the option, empty for the rule itself, and the message."""
    if not isinstance(options, dict):
        return [("", "a rule must be a mapping of options")]
    known = {*kinds(), *(entry.kind for entry in kinds().values())}
    kind = options.get("kind")
    names = options.get("fields") or []
    problems = [
        (str(name), f"{name} is not an option of a rule{suggestion(str(name), OPTIONS)}")
        for name in options
        if name not in OPTIONS
    ]
    problems += [("", f"{name} is missing") for name in ("kind", "reason") if not options.get(name)]
    if kind and str(kind) not in known and not set("*?[") & set(str(kind)):
        problems.append(("kind", f"{kind} is not a kind of resource{suggestion(str(kind), known)}"))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        problems.append(("fields", "fields must be a list of names"))
    try:
        _date(options.get("until"))
    except ValueError:
        problems.append(("until", f"until must be a date such as 2030-12-31, not {options['until']}"))
    return problems


def _date(value: Any) -> datetime.date | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value))
