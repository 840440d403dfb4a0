# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All operations and error codes of the API in one place, by name."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import ErrorCode, Operation

#: Every operation that the API has, whether a service carries it out or not.
OPERATIONS: dict[str, Operation] = {
    name: operation for family in FAMILIES for name, operation in family.OPERATIONS.items()
}

#: Every error code that an operation or the gateway answers.
ERRORS: dict[str, ErrorCode] = {code: error for family in FAMILIES for code, error in family.ERRORS.items()}

_BY_PLAIN_NAME = {name.lower(): name for name in OPERATIONS}


def find_operation_name(snake: str) -> str:
    """The operation that a function is named after: ``query_device_by_sql`` is ``QueryDeviceBySQL``.

    Raises KeyError where the API has no such operation.
    """
    return _BY_PLAIN_NAME[snake.replace("_", "")]


def operation_kind(action: str) -> str:
    """``read``, ``set``, ``create`` or ``delete``; an empty string for an operation that the API does not have."""
    operation = OPERATIONS.get(action)
    return operation.kind if operation else ""
