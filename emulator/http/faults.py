# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors on order: rules that make calls fail, so that a client can be tried against a platform that misbehaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError

ANY = "*"
BEFORE = "before"
AFTER = "after"


class FaultError(ValueError):
    """A rule that makes no sense."""


@dataclass
class Fault:
    """One rule.

    It meets the calls of ``action`` (``*``: all), lets the first ``after`` of them pass and then works ``times`` times
    (None: for good). It waits ``delay`` seconds, and then answers ``code`` or closes the connection without an answer:
    ``drop`` is ``before``, or ``after`` the call was carried out. With ``status`` 200 the answer is a business error,
    with 400 to 599 a gateway error; without, codes of the form ``iot.…`` are business errors and others answer 400.
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
        """The error to answer with, or None where the rule has none."""
        if not self.code:
            return None
        status = self.status or (200 if self.code.startswith("iot.") else 400)
        if status == 200:
            return ApiError(self.code, self.message)
        return GatewayError(status, self.code, self.message)


class Faults:
    """The rules in force. The first that fits a call is the one that works."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def replace(self, rules: Any) -> None:
        """Put ``rules``, a list of dicts, in place of those in force. Raises FaultError where they make no sense."""
        if not isinstance(rules, list):
            raise FaultError("faults are a list of rules")
        self._rules = [_rule(rule) for rule in rules]

    def meet(self, action: str) -> Fault | None:
        """The rule that works on this call of ``action``, if any; counts the call."""
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


_TYPES = {
    "action": str,
    "code": str,
    "status": int,
    "message": str,
    "times": int,
    "after": int,
    "delay": (int, float),
    "drop": str,
}


def _rule(given: Any) -> Fault:
    if not isinstance(given, dict):
        raise FaultError("a rule is an object")
    unknown = given.keys() - _TYPES.keys()
    if unknown:
        raise FaultError(f"a rule has no {', '.join(sorted(unknown))}")
    for name, value in given.items():
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            raise FaultError(f"{name} cannot be {value!r}")
    rule = Fault(**given)
    if rule.status is not None and rule.status != 200 and not 400 <= rule.status <= 599:
        raise FaultError("status is 200 or between 400 and 599")
    if rule.drop not in ("", BEFORE, AFTER):
        raise FaultError("drop is before or after")
    if min(rule.after, rule.delay, rule.times or 0) < 0:
        raise FaultError("times, after and delay are not negative")
    if not (rule.code or rule.drop or rule.delay):
        raise FaultError("a rule needs a code, a drop or a delay")
    return rule
