# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Inject faults: rules that make calls fail, to test the error handling of clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError

ANY = "*"
BEFORE = "before"
AFTER = "after"


class FaultError(ValueError):
    """A rule is not valid."""


@dataclass
class Fault:
    """One rule.

    Attributes:
        action: the operation that the rule applies to; ``*`` for all.
        code: the error code to return.
        status: the HTTP status: 200 returns a business error, 400 to 599 a gateway error. If not set, codes of the
            form ``iot.…`` are business errors and other codes are returned with status 400.
        message: the error message; defaults to the meaning of the code.
        times: how many calls the rule applies to; None for no limit.
        after: how many calls to skip before the rule applies.
        delay: how long to wait, in seconds.
        drop: closes the connection without a response: ``before`` or ``after`` the operation is executed.
    """

    action: str = ANY
    code: str = ""
    status: int | None = None
    message: str | None = None
    times: int | None = None
    after: int = 0
    delay: float = 0.0
    drop: str = ""

    def error(self) -> ApiError | GatewayError | None:
        """Return the error, or None if the rule has no code."""
        if not self.code:
            return None
        status = self.status or (200 if self.code.startswith("iot.") else 400)
        if status == 200:
            return ApiError(self.code, self.message)
        return GatewayError(status, self.code, self.message)


class Faults:
    """The active rules. The first rule that matches a call applies."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def replace(self, rules: Any) -> None:
        """Replace the active rules with ``rules``, a list of dicts.

        Raises:
            FaultError: a rule is not valid.
        """
        if not isinstance(rules, list):
            raise FaultError("faults must be a list of rules")
        self._rules = [_rule(rule) for rule in rules]

    def __len__(self) -> int:
        """Return the number of active rules."""
        return len(self._rules)

    def match(self, action: str) -> Fault | None:
        """Count a call of ``action`` and return the rule that applies to it, if any."""
        for rule in self._rules:
            if rule.action not in (ANY, action):
                continue
            if rule.after > 0:
                rule.after -= 1
            elif rule.times is None:
                return rule
            elif rule.times > 0:
                rule.times -= 1
                return rule
        return None


_TYPES: dict[str, type | tuple[type, ...]] = {
    "action": str,
    "code": str,
    "status": int,
    "message": str,
    "times": int,
    "after": int,
    "delay": (int, float),
    "drop": str,
}


def _rule(value: Any) -> Fault:
    if not isinstance(value, dict):
        raise FaultError("a rule must be an object")
    unknown = value.keys() - _TYPES.keys()
    if unknown:
        raise FaultError(f"a rule has no member {', '.join(sorted(unknown))}")
    for name, member in value.items():
        if not isinstance(member, _TYPES[name]) or isinstance(member, bool):
            raise FaultError(f"{name} cannot be {member!r}")
    rule = Fault(**value)
    if rule.status is not None and rule.status != 200 and not 400 <= rule.status <= 599:
        raise FaultError("status must be 200 or between 400 and 599")
    if rule.drop not in ("", BEFORE, AFTER):
        raise FaultError("drop must be before or after")
    if min(rule.after, rule.delay, rule.times or 0) < 0:
        raise FaultError("times, after and delay must not be negative")
    if not (rule.code or rule.drop or rule.delay):
        raise FaultError("a rule needs a code, a drop or a delay")
    return rule
