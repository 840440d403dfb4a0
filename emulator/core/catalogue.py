# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Look up operations and error codes of the API by name, across all API families."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core import newer_operations
from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import ErrorCode, Operation

#: All operations of the manual by name.
OPERATIONS: dict[str, Operation] = {
    name: operation for family in FAMILIES for name, operation in family.OPERATIONS.items()
}

#: All error codes of the operations and of the API gateway.
ERRORS: dict[str, ErrorCode] = {code: error for family in FAMILIES for code, error in family.ERRORS.items()}

#: The operations that the emulator knows: those of the manual, and some newer ones.
KNOWN_OPERATIONS: dict[str, Operation] = {**OPERATIONS, **newer_operations.OPERATIONS}

_BY_LOWERCASE_NAME = {name.lower(): name for name in KNOWN_OPERATIONS}


def find_operation_name(snake: str) -> str:
    """Return the operation for a function name: ``query_device_by_sql`` is ``QueryDeviceBySQL``.

    Raises:
        KeyError: the API has no such operation.
    """
    return _BY_LOWERCASE_NAME[snake.replace("_", "")]


def operation_kind(action: str) -> str:
    """Return ``read``, ``set``, ``create`` or ``delete``; an empty string for an unknown operation."""
    operation = KNOWN_OPERATIONS.get(action)
    return operation.kind if operation else ""
