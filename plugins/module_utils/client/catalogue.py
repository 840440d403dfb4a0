# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operations and error codes that a client can use: those of the families that it is created with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    ErrorCode,
    Operation,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.api.spelling import vendor_spelling


class Family(Protocol):
    """A module of ``module_utils/api``."""

    __name__: str
    OPERATIONS: dict[str, Operation]
    ERRORS: dict[str, ErrorCode]


class Catalogue:
    """The operations and error codes of a set of families.

    Args:
        families: Modules of ``module_utils/api``.
    """

    def __init__(self, *families: Family) -> None:
        self._operations: dict[str, Operation] = {}
        self._families: dict[str, str] = {}
        # The manual does not spell the prefix of codes consistently (iot.prod, iot.Prod).
        self._errors = {code.lower(): error for code, error in common.ERRORS.items()}
        for family in families:
            for name, operation in family.OPERATIONS.items():
                self._operations[name] = operation
                self._families[name] = family.__name__.rpartition(".")[2]
            self._errors.update((code.lower(), error) for code, error in family.ERRORS.items())

    def __contains__(self, name: str) -> bool:
        return name in self._operations

    def __iter__(self) -> Iterator[str]:
        return iter(self._operations)

    def parse_signatures(self) -> None:
        """Parse the signatures of all operations now, so that processes that are forked later do not have to."""
        for operation in self._operations.values():
            _parsed = operation.params

    def operation(self, name: str) -> Operation:
        """Return an operation by its name.

        Raises:
            KeyError: None of the families has the operation.
        """
        return self._operations[name]

    def family(self, name: str) -> str:
        """Return the name of the family that an operation belongs to."""
        return self._families[name]

    def error(self, code: str, status: int) -> ErrorCode:
        """Return the meaning of an error code.

        The category of a code that the manual does not list follows from its name and from the HTTP status.
        """
        known = self._errors.get(vendor_spelling(code).lower())
        if known:
            return known
        if code.startswith("Throttling") or status == 429:
            return ErrorCode(THROTTLED, "")
        if status >= 500 or code.endswith(("SystemException", "Timeout")):
            return ErrorCode(TRANSIENT, "")
        return ErrorCode(PERMANENT, "")
