# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions: entries of modules that have no state to compare with, and therefore change something each time they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.declared import DeclaredEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client


class ActionEntry(DeclaredEntry):
    """Carries out an action. In check mode, it only validates the options and resolves references.

    Attributes:
        summary: What the action would do, for the message of check mode, such as "The device would be reset".
    """

    summary = ""

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        reader = Reader(client, tolerant=check_mode)
        values = self.values(params, reader)
        self.check_values(values)
        result: dict[str, Any] = {"changed": True}
        if check_mode:
            result["msg"] = f"{self.check_mode_summary(values)}; nothing was done in check mode"
        else:
            result.update(self.run_action(client, values))
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result

    def check_mode_summary(self, values: dict[str, Any]) -> str:
        """Return what the action would do with these values. Defaults to ``summary``."""
        return self.summary

    def check_values(self, values: dict[str, Any]) -> None:
        """Check the values of the options, validated and resolved, against each other; also in check mode.

        Raises:
            InvalidValue: The platform would reject the action.
        """

    def run_action(self, client: Client, values: dict[str, Any]) -> dict[str, Any]:
        """Carry out the action.

        Args:
            client: The API client.
            values: The values of the options by field, validated and resolved.

        Returns:
            The result, without ``changed``.
        """
        raise NotImplementedError(type(self).__name__)


class PartialFailure(EngineError):
    """A request failed after the action had been carried out for some of several elements.

    Attributes:
        error: The cause.
        result: The result of the task: ``changed``, and ``done`` with the elements before the failure.
    """

    def __init__(self, error: IotError, done: list[Any]):
        super().__init__(str(error))
        self.error = error
        self.result = {"changed": bool(done), "done": done}


def call_in_chunks(client: Client, operation: str, wire: str, elements: list[Any], params: dict[str, Any]) -> list[Any]:
    """Call an operation for each element once, with as many elements in one request as it takes.

    Args:
        client: The API client.
        operation: The name of the operation.
        wire: The parameter that takes the elements.
        elements: The elements. Duplicates are removed.
        params: The other parameters.

    Returns:
        The elements, without duplicates.

    Raises:
        PartialFailure: A request failed. The requests before it were executed.
    """
    elements = list(dict.fromkeys(elements))
    size = client.operation(operation).limits[wire]
    done: list[Any] = []
    for chunk in chunked(elements, size):
        try:
            client.call(operation, {**params, wire: chunk})
        except IotError as error:
            raise PartialFailure(error, done) from error
        done += chunk
    return done
