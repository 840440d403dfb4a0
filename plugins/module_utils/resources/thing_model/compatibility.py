# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compatible and breaking changes of a thing model (manual chapter 4.11).

A change is compatible if all data that was valid before is valid afterwards, for devices and for applications.
Otherwise it is breaking.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

#: Lower limits, which narrow the range if they grow, and upper limits, which narrow it if they shrink.
_LOWER_LIMITS = ("min",)
_UPPER_LIMITS = ("max", "length", "size", "precise")
#: Members whose changes are always compatible: texts for people, and default values.
_COMPATIBLE_MEMBERS = ("name", "description", "unit_name", "default")


class Changes:
    """The changes from one model to another.

    Each change is a dictionary with ``at``, the path, such as ``battery:properties.Level.max``; ``change``, the kind of
    change in one word; and the values ``before`` and ``after``, if any.

    Args:
        before: The first model: blocks by ID. The ID of the default block is an empty string. Each block has its
            ``functions`` in their normalized form; all except the default block have a ``name`` and ``description``.
        after: The second model.

    Attributes:
        compatible: The compatible changes.
        breaking: The breaking changes.
    """

    def __init__(self, before: dict, after: dict) -> None:
        self.compatible: list[dict] = []
        self.breaking: list[dict] = []
        for block_id in dict.fromkeys([*before, *after]):
            prefix = f"{block_id}:" if block_id else ""
            old, new = before.get(block_id), after.get(block_id)
            for kind in plain.KINDS:
                functions = [(block or {}).get("functions", {}).get(kind) or {} for block in (old, new)]
                self._functions(f"{prefix}{kind}", *functions)
            for member in ("name", "description") if old and new else ():
                if (old.get(member) or "") != (new.get(member) or ""):
                    self._add(False, f"{prefix}{member}", "changed", old.get(member), new.get(member))

    def _add(self, breaking: bool, at: str, change: str, before: Any = None, after: Any = None) -> None:
        entry = {"at": at, "change": change}
        entry.update((name, value) for name, value in (("before", before), ("after", after)) if value is not None)
        (self.breaking if breaking else self.compatible).append(entry)

    def _functions(self, at: str, old: dict, new: dict) -> None:
        for identifier in dict.fromkeys([*old, *new]):
            where = f"{at}.{identifier}"
            if identifier not in new:
                self._add(True, where, "removed")
            elif identifier not in old:
                # Existing devices do not have a new function, so it breaks them if it is required.
                self._add(bool(new[identifier].get("required")), where, "added")
            else:
                self._function(where, old[identifier], new[identifier])

    def _function(self, at: str, old: dict, new: dict) -> None:
        if not set(old.get("access", "")) <= set(new.get("access", "")):
            self._add(True, f"{at}.access", "narrowed", old["access"], new["access"])
        elif old.get("access") != new.get("access"):
            self._add(False, f"{at}.access", "widened", old["access"], new["access"])
        if old.get("required", False) != new.get("required", False):
            self._add(
                new.get("required", False),
                f"{at}.required",
                "changed",
                not new.get("required"),
                new.get("required", False),
            )
        if old.get("call") != new.get("call"):
            # Callers receive the response in another way.
            self._add(True, f"{at}.call", "changed", old["call"], new["call"])
        descriptions = [plain.comparable_description(function.get("extended") or {}) for function in (old, new)]
        if descriptions[0] != descriptions[1]:
            self._add(False, f"{at}.extended", "changed", old.get("extended"), new.get("extended"))
        for member in ("inputs", "outputs"):
            self._parameters(f"{at}.{member}", old.get(member) or {}, new.get(member) or {})
        self._typed(at, old, new)

    def _parameters(self, at: str, old: dict, new: dict) -> None:
        for identifier in dict.fromkeys([*old, *new]):
            where = f"{at}.{identifier}"
            if identifier not in new:
                self._add(True, where, "removed")
            elif identifier not in old:
                # Parameters and members of a struct are optional in the data that is sent.
                self._add(False, where, "added")
            else:
                self._typed(where, old[identifier], new[identifier])

    def _typed(self, at: str, old: dict, new: dict) -> None:
        """Add the changes of a parameter or a function that concern its type and the members of that type."""
        for member in _COMPATIBLE_MEMBERS:
            if old.get(member) != new.get(member):
                self._add(False, f"{at}.{member}", "changed", old.get(member), new.get(member))
        if old.get("type") != new.get("type"):
            self._add(True, f"{at}.type", "changed", old.get("type"), new.get("type"))
            return
        for member in (*_LOWER_LIMITS, *_UPPER_LIMITS):
            before, after = _exact(old.get(member)), _exact(new.get(member))
            if before != after:
                # Without a limit, the range is the widest.
                wider = after is None or (
                    before is not None and (after < before if member in _LOWER_LIMITS else after > before)
                )
                self._add(
                    not wider, f"{at}.{member}", "widened" if wider else "narrowed", old.get(member), new.get(member)
                )
        self._step(at, old.get("step"), new.get("step"))
        if old.get("unit") != new.get("unit"):
            # With another unit, the same number has another meaning. Without a unit, the number had no defined meaning.
            self._add("unit" in old, f"{at}.unit", "changed", old.get("unit"), new.get("unit"))
        self._values(f"{at}.values", old.get("values") or {}, new.get("values") or {})
        self._parameters(f"{at}.members", old.get("members") or {}, new.get("members") or {})
        if "item" in old or "item" in new:
            self._typed(f"{at}.item", old.get("item") or {}, new.get("item") or {})

    def _step(self, at: str, old: Any, new: Any) -> None:
        before, after = _exact(old), _exact(new)
        if before == after:
            return
        # If the new step divides the old one, all multiples of the old step are multiples of the new one.
        # A remainder of decimals is an error if the quotient has many digits.
        wider = after is None or (before is not None and after > 0 and Fraction(before) % Fraction(after) == 0)
        self._add(not wider, f"{at}.step", "widened" if wider else "narrowed", old, new)

    def _values(self, at: str, old: dict, new: dict) -> None:
        for value in dict.fromkeys([*old, *new]):
            if value not in new:
                self._add(True, f"{at}.{value}", "removed", old[value])
            elif value not in old:
                self._add(False, f"{at}.{value}", "added", None, new[value])
            elif old[value] != new[value]:
                self._add(False, f"{at}.{value}", "changed", old[value], new[value])


def describe_change(change: dict) -> str:
    """Return a change as text for a message, such as ``properties.Level.max narrowed from 100 to 99``."""
    text = f"{change['at']} {change['change']}"
    if "before" not in change and "after" not in change:
        return text
    return f"{text} from {change.get('before', 'nothing')} to {change.get('after', 'nothing')}"


def _exact(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
