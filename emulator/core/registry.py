# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The register of what the services carry out: operations, and work that falls due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.catalogue import find_operation_name
from ansible_collections.iotops.aliyun.emulator.core.context import Context

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PendingReply:
    """In place of a reply: the operation waits for something that a later transaction announces.

    ``what`` is awaited for ``timeout`` milliseconds of real time. When it was announced, or the time is over,
    ``finish`` makes the reply in a transaction of its own, or raises ApiError.
    """

    what: str
    timeout: int
    finish: Callable[[Context], Reply | None]


Function = Callable[[Context, dict[str, Any]], Reply | PendingReply | None]
Handler = Callable[[Context, dict[str, Any]], None]

#: In place of an error code: a list that is too long is cut in silence.
TRUNCATE = ""


@dataclass(frozen=True, slots=True)
class Implementation:
    """The function that carries out an operation, and the error code for a list longer than one call takes.

    That code can be another for each list: then ``too_many`` has them by parameter.
    """

    function: Function
    too_many: str | Mapping[str, str]


#: Implementations by operation.
OPERATIONS: dict[str, Implementation] = {}

#: Handlers of due work by kind.
HANDLERS: dict[str, Handler] = {}


def operation(
    function: Function | None = None, *, too_many: str | Mapping[str, str] = "iot.system.IllegalRequest"
) -> Any:
    """Declare that a function carries out the operation it is named after.

    The function takes the context and the typed parameters by their API names (absent ones are missing), and returns
    the reply's members without the envelope, or None where there are none. It raises ApiError to say no. An operation
    that needs a device's answer returns ``Waiting``.

    ``too_many`` is the error code for a list parameter that is longer than the catalogue's ``limits`` say, or ``CUT``;
    or one for each of several parameters.
    Raises ValueError where the API has no such operation or another function has it already.
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
    """Declare that a function does the work that ``Context.schedule`` put off under ``kind``.

    The function takes a context, whose ``now`` is the moment the work fell due, and the payload. Raises ValueError
    where another function has the kind already.
    """

    def register(function: Handler) -> Handler:
        if kind in HANDLERS:
            raise ValueError(f"{kind} has two handlers")
        HANDLERS[kind] = function
        return function

    return register
