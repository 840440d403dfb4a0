# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a change of a thing model means for those who rely on it: devices that speak it, and programs that read it.

A change is compatible where whatever was right before is right after, and breaking where it may not be.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

#: Members by what becomes narrower when they grow, and when they shrink.
_LOWER = ("min",)
_UPPER = ("max", "length", "size", "precise")
#: Members that only people read, or that say what is taken where nothing is said.
_HARMLESS = ("name", "description", "unit_name", "default")


class Changes:
    """The changes from one model to another, told one by one.

    Attributes:
        compatible, breaking: lists of changes, each with ``at``, the place, as ``battery:properties.Level.max``,
            ``change``, what happened to it in a word, and ``before`` and ``after`` where there are such values.
    """

    def __init__(self, before: dict, after: dict):
        """Finds them.

        Args:
            before, after: blocks by their id, which is empty for the default one; each has its ``functions`` in their
                normal form, and the others their ``name`` and ``description``.
        """
        self.compatible: list = []
        self.breaking: list = []
        for block_id in dict.fromkeys([*before, *after]):
            prefix = f"{block_id}:" if block_id else ""
            old, new = before.get(block_id), after.get(block_id)
            for kind in plain.KINDS:
                functions = [(block or {}).get("functions", {}).get(kind) or {} for block in (old, new)]
                self._functions(f"{prefix}{kind}", *functions)
            for member in ("name", "description") if old and new else ():
                if (old.get(member) or "") != (new.get(member) or ""):
                    self._tell(False, f"{prefix}{member}", "changed", old.get(member), new.get(member))

    def _tell(self, breaks: bool, at: str, change: str, before=None, after=None) -> None:
        told = {"at": at, "change": change}
        told.update((name, value) for name, value in (("before", before), ("after", after)) if value is not None)
        (self.breaking if breaks else self.compatible).append(told)

    def _functions(self, at: str, old: dict, new: dict) -> None:
        for identifier in dict.fromkeys([*old, *new]):
            where = f"{at}.{identifier}"
            if identifier not in new:
                self._tell(True, where, "removed")
            elif identifier not in old:
                # What every device must have, none of those that are there has.
                self._tell(bool(new[identifier].get("required")), where, "added")
            else:
                self._function(where, old[identifier], new[identifier])

    def _function(self, at: str, old: dict, new: dict) -> None:
        if not set(old.get("access", "")) <= set(new.get("access", "")):
            self._tell(True, f"{at}.access", "narrowed", old["access"], new["access"])
        elif old.get("access") != new.get("access"):
            self._tell(False, f"{at}.access", "widened", old["access"], new["access"])
        if old.get("required", False) != new.get("required", False):
            self._tell(
                new.get("required", False),
                f"{at}.required",
                "changed",
                not new.get("required"),
                new.get("required", False),
            )
        if old.get("call") != new.get("call"):
            # Whoever calls it gets the answer in another way.
            self._tell(True, f"{at}.call", "changed", old["call"], new["call"])
        described = [plain.comparable(function.get("extended") or {}) for function in (old, new)]
        if described[0] != described[1]:
            self._tell(False, f"{at}.extended", "changed", old.get("extended"), new.get("extended"))
        for member in ("inputs", "outputs"):
            self._parameters(f"{at}.{member}", old.get(member) or {}, new.get(member) or {})
        self._typed(at, old, new)

    def _parameters(self, at: str, old: dict, new: dict) -> None:
        for identifier in dict.fromkeys([*old, *new]):
            where = f"{at}.{identifier}"
            if identifier not in new:
                self._tell(True, where, "removed")
            elif identifier not in old:
                # Any parameter, and any member of a struct, may be left out of what is sent.
                self._tell(False, where, "added")
            else:
                self._typed(where, old[identifier], new[identifier])

    def _typed(self, at: str, old: dict, new: dict) -> None:
        """A parameter, or a function, by its type and what belongs to that."""
        for member in _HARMLESS:
            if old.get(member) != new.get(member):
                self._tell(False, f"{at}.{member}", "changed", old.get(member), new.get(member))
        if old.get("type") != new.get("type"):
            self._tell(True, f"{at}.type", "changed", old.get("type"), new.get("type"))
            return
        for member in (*_LOWER, *_UPPER):
            before, after = _exact(old.get(member)), _exact(new.get(member))
            if before != after:
                # No limit is the widest.
                wider = after is None or (
                    before is not None and (after < before if member in _LOWER else after > before)
                )
                self._tell(
                    not wider, f"{at}.{member}", "widened" if wider else "narrowed", old.get(member), new.get(member)
                )
        self._step(at, old.get("step"), new.get("step"))
        if old.get("unit") != new.get("unit"):
            # The same number says something else; that nobody said of what it was one, nobody can have relied on.
            self._tell("unit" in old, f"{at}.unit", "changed", old.get("unit"), new.get("unit"))
        self._values(f"{at}.values", old.get("values") or {}, new.get("values") or {})
        self._parameters(f"{at}.members", old.get("members") or {}, new.get("members") or {})
        if "item" in old or "item" in new:
            self._typed(f"{at}.item", old.get("item") or {}, new.get("item") or {})

    def _step(self, at: str, old, new) -> None:
        before, after = _exact(old), _exact(new)
        if before == after:
            return
        # Whatever is a multiple of the old step is one of the new.
        wider = after is None or (before is not None and after > 0 and before % after == 0)
        self._tell(not wider, f"{at}.step", "widened" if wider else "narrowed", old, new)

    def _values(self, at: str, old: dict, new: dict) -> None:
        for value in dict.fromkeys([*old, *new]):
            if value not in new:
                self._tell(True, f"{at}.{value}", "removed", old[value])
            elif value not in old:
                self._tell(False, f"{at}.{value}", "added", None, new[value])
            elif old[value] != new[value]:
                self._tell(False, f"{at}.{value}", "changed", old[value], new[value])


def sentence(change: dict) -> str:
    """A change in words, short enough for a message."""
    words = f"{change['at']} {change['change']}"
    if "before" not in change and "after" not in change:
        return words
    return f"{words} from {change.get('before', 'nothing')} to {change.get('after', 'nothing')}"


def _exact(value) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
