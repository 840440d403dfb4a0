# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions with several choices, each of which calls one operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation, member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client


class ActionFailed(EngineError):
    """An action failed after at least one request was executed.

    Attributes:
        result: The result of the task so far.
        error: The cause; None if the platform reported success but the action failed.
    """

    def __init__(self, message: str, result: dict[str, Any], error: IotError | None = None):
        super().__init__(message)
        self.result = {"changed": True, **result}
        self.error = error


@dataclass(frozen=True)
class ApiAction:
    """One choice of a ``ChoiceAction``.

    For example::

        ApiAction("Pub", "The message would be published", {"TopicFullName": "topic", "MessageContent": "payload"},
                  required=("topic", "payload"), returns={"message_id": ("MessageId", str)})

    Attributes:
        operation: The name of the operation. A list that is longer than its limit is sent in several requests.
        summary: What the action would do, for the message of check mode.
        request: The parameters: API parameter to the name of a field or of a value that ``prepare_values`` adds.
        required: The options that must be set.
        optional: Options that can be set in addition to those in ``request``, because ``prepare_values`` uses them.
        returns: The result: key to path in the response and a function that converts the value. If the operation has a
            list with a limit, the values are lists with one element for each request.
        verify: Called with the response. Returns why the action failed, or an empty string: the platform reports some
            failures as success.
    """

    operation: str
    summary: str
    request: dict[str, str]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    returns: dict[str, tuple[str, Callable]] = field(default_factory=dict)
    verify: Callable[[dict], str] | None = None


class ChoiceAction(ActionEntry):
    """Carries out one of several actions.

    Attributes:
        api_actions: The actions, by the choice of the option ``action`` or the return value of ``select_action``.
    """

    api_actions: dict[str, ApiAction] = {}

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        self._check(params)
        return super().perform(params, client, check_mode)

    def select_action(self, options: dict[str, Any]) -> str:
        """Return the key of the action to carry out. Defaults to the option ``action``."""
        return options["action"]

    def prepare_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values by field, with additional values that the request needs in another form."""
        return values

    def check_mode_summary(self, values: dict[str, Any]) -> str:
        return self.api_actions[self.select_action(values)].summary

    def run_action(self, client: Client, values: dict[str, Any]) -> dict[str, Any]:
        api_action = self.api_actions[self.select_action(values)]
        operation = client.operation(api_action.operation)
        prepared = self.prepare_values(values)
        params = {wire: self._wire_value(name, prepared) for wire, name in api_action.request.items()}
        params = {wire: value for wire, value in params.items() if value is not None}
        requests = _split(operation, params)
        responses: list[dict[str, Any]] = []
        for request in requests:
            try:
                responses.append(client.call(api_action.operation, request))
            except IotError as error:
                if not responses:
                    raise
                message = f"{len(responses)} of {len(requests)} requests were sent before this error: {error}"
                raise ActionFailed(message, _result_lists(api_action, responses), error) from error
        is_list = len(requests) > 1 or bool(set(operation.limits) & set(api_action.request))
        result = _result_lists(api_action, responses) if is_list else _result(api_action, responses[0])
        problems = list(filter(None, map(api_action.verify, responses))) if api_action.verify else []
        if problems:
            raise ActionFailed(problems[0], result)
        return result

    def _check(self, params: dict[str, Any]) -> None:
        """Check that all required options of the action are set, and no option of another action.

        Raises:
            InvalidValue: An option is missing, or does not apply.
        """
        options = {f.name for f in self.fields if f.is_option and params.get(f.name) is not None}
        key = self.select_action(params)
        has_choice = any(f.name == "action" for f in self.fields)
        api_action = self.api_actions[key]
        missing = [name for name in api_action.required if name not in options]
        if missing:
            names = ", ".join(missing)
            condition = f"with action: {key}" if has_choice else f"to {key}"
            raise InvalidValue(f"{names} must be set {condition}", field=names)
        used = {"action", *api_action.required, *api_action.optional, *api_action.request.values()}
        used.update(f.name for f in self.fields if f.resolves_to in used)
        for f in self.fields:
            if f.name in used:
                used.update(f.depends_on)
        used.update(f.name for f in self.fields if f.resolves_to in used)
        unused = [f.name for f in self.fields if f.name in options and f.name not in used]
        if unused:
            condition = f"with action: {key}" if has_choice else f"to {key}"
            raise InvalidValue(f"{unused[0]} cannot be used {condition}", field=unused[0])

    def _wire_value(self, name: str, prepared: dict[str, Any]) -> Any:
        value = prepared.get(name)
        fields = {f.name: f for f in self.fields}
        return value if value is None or name not in fields else fields[name].type.to_wire(value)


def _split(operation: Operation, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of one or more requests, none of which exceeds a limit of the operation."""
    for wire, limit in operation.limits.items():
        if len(params.get(wire) or ()) > limit:
            return [{**params, wire: chunk} for chunk in chunked(params[wire], limit)]
    return [params]


def _result(api_action: ApiAction, response: dict[str, Any]) -> dict[str, Any]:
    """Return the result of one response, without members that it does not contain."""
    result = {}
    for name, (path, convert) in api_action.returns.items():
        value = member(response, path)
        if value is not None:
            result[name] = convert(value)
    return result


def _result_lists(api_action: ApiAction, responses: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the result of several responses: each value is a list with one element for each response."""
    return {
        name: [convert(member(response, path)) for response in responses]
        for name, (path, convert) in api_action.returns.items()
    }
