# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Register the functions of the services: operations and handlers of scheduled work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.catalogue import find_operation_name
from ansible_collections.iotops.aliyun.emulator.core.context import Context

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PendingReply:
    """A response that depends on an event of a later transaction; returned instead of the response.

    Attributes:
        event: the event to wait for.
        timeout: how long to wait, in milliseconds of real time.
        finish: creates the response in a separate transaction, after the event or the timeout; raises ApiError.
    """

    event: str
    timeout: int
    finish: Callable[[Context], Reply | None]


Function = Callable[[Context, dict[str, Any]], Reply | PendingReply | None]
Handler = Callable[[Context, dict[str, Any]], None]

#: Used instead of an error code: a list that is too long is truncated without an error.
TRUNCATE = ""


@dataclass(frozen=True, slots=True)
class Implementation:
    """The implementation of an operation.

    Attributes:
        function: executes the operation.
        too_many: the error code for a list that is longer than the limit of one call; or a mapping of parameters to
            error codes.
    """

    function: Function
    too_many: str | Mapping[str, str]


#: Implementations by operation.
OPERATIONS: dict[str, Implementation] = {}

#: Handlers of scheduled work by kind.
HANDLERS: dict[str, Handler] = {}


def operation(
    function: Function | None = None, *, too_many: str | Mapping[str, str] = "iot.system.IllegalRequest"
) -> Any:
    """Register a function as the implementation of the operation it is named after.

    The function takes the context and the typed parameters by their API names (parameters that are not set are
    missing). It returns the members of the response without the envelope, or None if there are none. It raises
    ApiError if the operation fails. An operation that needs a response of a device returns a PendingReply.

    Args:
        function: the function, if the decorator is used without arguments.
        too_many: the error code for a list parameter that is longer than the catalog's ``limits``, or ``TRUNCATE``;
            or a mapping of parameters to these.

    Raises:
        ValueError: the API has no such operation, or the operation is already registered.
    """

    def register(function: Function) -> Function:
        try:
            name = find_operation_name(function.__name__)
        except KeyError:
            raise ValueError(f"the API has no operation for {function.__name__}") from None
        if name in OPERATIONS:
            raise ValueError(f"{name} is implemented twice")
        OPERATIONS[name] = Implementation(function, too_many)
        return function

    return register if function is None else register(function)


def when_due(kind: str) -> Callable[[Handler], Handler]:
    """Register a function as the handler of the work that ``Context.schedule`` schedules as ``kind``.

    The function takes a context, whose ``now`` is the due time of the work, and the payload.

    Raises:
        ValueError: the kind already has a handler.
    """

    def register(function: Handler) -> Handler:
        if kind in HANDLERS:
            raise ValueError(f"{kind} has two handlers")
        HANDLERS[kind] = function
        return function

    return register
