# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions of which a task chooses one, each of them one operation of the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue


class ActionFailed(EngineError):
    """An action was begun, and did not end well.

    Attributes:
        result: what is known of it, for the result of the task.
        error: what the platform answered; None where it reported success and the device did not.
    """

    def __init__(self, message: str, result: dict, error: IotError | None = None):
        super().__init__(message)
        self.result = {"changed": True, **result}
        self.error = error


def unchanged(value: Any) -> Any:
    """A member of a reply that is returned as it is."""
    return value


@dataclass(frozen=True)
class ApiAction:
    """One action.

    A list that is longer than the operation takes is sent in portions; what the replies tell is a list then.

    Attributes:
        operation: the operation.
        does: what it does, in words for the message of check mode.
        send: its parameters, by the field or the prepared value that each takes.
        needs: the options without which it cannot be done.
        takes: the options that it takes beside those of ``send``, those that others are prepared from.
        tells: what the result tells: name to path in the reply and what makes the value of it.
        verify: says what went wrong, given the reply; the platform reports some failures as success.
    """

    operation: str
    summary: str
    request: dict
    required: tuple = ()
    optional: tuple = ()
    returns: dict = field(default_factory=dict)
    verify: Callable | None = None


class ChoiceAction(ActionEntry):
    """Does one of several things.

    Attributes:
        doings: the actions, by the words that choose them.
    """

    api_actions: dict = {}

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        self._check(params)
        return super().perform(params, client, check_mode)

    def select_action(self, given: dict) -> str:
        """The word of the action that options choose."""
        return given["action"]

    def prepare_values(self, values: dict) -> dict:
        """What was given, with what is sent in another form."""
        return values

    def check_mode_summary(self, values: dict) -> str:
        return self.api_actions[self.select_action(values)].summary

    def run_action(self, client, values: dict) -> dict:
        api_action = self.api_actions[self.select_action(values)]
        prepared = self.prepare_values(values)
        params = {wire: self._wire(name, prepared) for wire, name in api_action.request.items()}
        params = {wire: value for wire, value in params.items() if value is not None}
        portions = _chunks(client.operation(api_action.operation), params)
        replies: list = []
        for portion in portions:
            try:
                replies.append(client.call(api_action.operation, portion))
            except IotError as error:
                if not replies:
                    raise
                message = f"{len(replies)} of {len(portions)} portions were sent before: {error}"
                raise ActionFailed(message, _told(api_action, replies), error) from error
        complaints = (
            [complaint for complaint in map(api_action.verify, replies) if complaint] if api_action.verify else []
        )
        told = _told(api_action, replies if len(portions) > 1 or _is_chunked(client, api_action) else replies[0])
        if complaints:
            raise ActionFailed(complaints[0], told)
        return told

    def _check(self, params: dict) -> None:
        given = {f.name for f in self.fields if f.is_option and params.get(f.name) is not None}
        word = self.select_action(params)
        api_action = self.api_actions[word]
        missing = [name for name in api_action.required if name not in given]
        if missing:
            names = ", ".join(missing)
            raise InvalidValue(f"{names} must be given{self._for(word)}", field=names)
        known = {"action", *api_action.required, *api_action.optional, *api_action.request.values()}
        known.update(f.name for f in self.fields if f.resolves_to in known)
        for f in self.fields:
            if f.name in known:
                known.update(f.depends_on)
        known.update(f.name for f in self.fields if f.resolves_to in known)
        unknown = [f.name for f in self.fields if f.name in given and f.name not in known]
        if unknown:
            raise InvalidValue(f"{unknown[0]} cannot be given{self._for(word)}", field=unknown[0])

    def _for(self, word: str) -> str:
        return f" with action: {word}" if any(f.name == "action" for f in self.fields) else f" to {word}"

    def _wire(self, name: str, prepared: dict):
        value = prepared.get(name)
        known = {f.name: f for f in self.fields}
        return value if value is None or name not in known else known[name].type.to_wire(value)


def _is_chunked(client, api_action: ApiAction) -> bool:
    return bool(set(client.operation(api_action.operation).limits) & set(api_action.request))


def _chunks(operation, params: dict) -> list:
    for wire, most in operation.limits.items():
        if len(params.get(wire) or ()) > most:
            values = params[wire]
            return [{**params, wire: some} for some in chunked(values, most)]
    return [params]


def _told(api_action: ApiAction, replies) -> dict:
    told = {}
    for name, (path, convert) in api_action.returns.items():
        if isinstance(replies, list):
            told[name] = [convert(member(reply, path)) for reply in replies]
            continue
        value = member(replies, path)
        if value is not None:
            told[name] = convert(value)
    return told
