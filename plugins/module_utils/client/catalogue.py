# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operations and error codes that a client knows: those of the families that it was given."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    ErrorCode,
    Operation,
)


class Catalogue:
    """What a set of families can do.

    Args:
        families: modules of ``module_utils/api``, each with ``OPERATIONS`` and ``ERRORS``.
    """

    def __init__(self, *families):
        self._operations: dict = {}
        self._families: dict = {}
        # The manual spells the prefix of a code now one way and now another (iot.prod, iot.Prod).
        self._errors = {code.lower(): error for code, error in common.ERRORS.items()}
        for family in families:
            for name, operation in family.OPERATIONS.items():
                self._operations[name] = operation
                self._families[name] = family.__name__.rpartition(".")[2]
            self._errors.update((code.lower(), error) for code, error in family.ERRORS.items())

    def __contains__(self, name: str) -> bool:
        return name in self._operations

    def __iter__(self):
        return iter(self._operations)

    def warm_up(self) -> None:
        """Takes the signatures of all operations apart now, for processes that are forked later."""
        for operation in self._operations.values():
            _taken_apart = operation.params

    def operation(self, name: str) -> Operation:
        """The operation of that name; KeyError where the families have none."""
        return self._operations[name]

    def family(self, name: str) -> str:
        """The family that the operation belongs to."""
        return self._families[name]

    def error(self, code: str, status: int) -> ErrorCode:
        """What an error code means.

        A code that the manual does not list is judged by what its name and the HTTP status say.
        """
        known = self._errors.get(code.lower())
        if known:
            return known
        if code.startswith("Throttling") or status == 429:
            return ErrorCode(THROTTLED, "")
        if status >= 500 or code.endswith(("Exception", "Timeout")):
            return ErrorCode(TRANSIENT, "")
        return ErrorCode(PERMANENT, "")
