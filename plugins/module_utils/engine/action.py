# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is done rather than brought about: there is no state to compare with, so it is a change each time."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.declared import DeclaredEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


class ActionEntry(DeclaredEntry):
    """Does something with the account; in check mode it only looks whether its options can be.

    Attributes:
        does: what it does, in words for the message of check mode, such as "The device is reset".
    """

    summary = ""

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        reader = Reader(client, tolerant=check_mode)
        values = self.values(params, reader)
        result = {"changed": True}
        if check_mode:
            result["msg"] = f"{self.check_mode_summary(values)}; nothing was done in check mode"
        else:
            result.update(self.run_action(client, values))
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result

    def check_mode_summary(self, values: dict) -> str:
        """What it does with these values, in words."""
        return self.summary

    def run_action(self, client, values: dict) -> dict:
        """Does it.

        Args:
            client: the client.
            values: what was given, checked and resolved, by field.

        Returns:
            What the result tells beside ``changed``.
        """
        raise NotImplementedError(type(self).__name__)


class PartialFailure(EngineError):
    """Something was done with the first of many, and then a request failed.

    Attributes:
        error: why.
        result: with which of them it was done.
    """

    def __init__(self, error: IotError, done: list):
        super().__init__(str(error))
        self.error = error
        self.result = {"changed": bool(done), "done": done}


def call_in_chunks(client, operation: str, wire: str, elements: list, named: dict) -> list:
    """Calls an operation with as many elements at once as it takes, each of them once.

    Args:
        client: the client.
        operation: the operation.
        wire: its parameter that takes the elements.
        elements: what it is called with.
        named: its other parameters.

    Returns:
        The elements.

    Raises:
        PartialFailure: a request failed; those before it were carried out.
    """
    elements = list(dict.fromkeys(elements))
    size = client.operation(operation).limits[wire]
    done: list = []
    for portion in chunked(elements, size):
        try:
            client.call(operation, {**named, wire: portion})
        except IotError as error:
            raise PartialFailure(error, done) from error
        done += portion
    return done
