# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's door: a task runs in the worker that the controller forks for it, without a new Python for each
item.

All items of a loop share the worker, and with it the imports, the connection and what was read. Whatever a worker
cannot do goes through the ordinary module: another host, another user, an asynchronous task.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.json import AnsibleJSONEncoder
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import (
    MISSING_LIBRARY,
    connection_settings,
    execute,
    open_client,
)

#: Set to a true word, every task goes through the ordinary module.
FORCE_MODULE = "IOTOPS_FORCE_MODULE"

_NOT_TRUE = ("", "0", "no", "false")

# The client of the task that this worker runs: (task and settings, client). A worker runs one task, and all its items.
_kept: list = []
# What this worker ran last: each item of a loop has a task of its own, which is the same where it is tried again.
_ran: list = []


class IotAction(ActionBase):
    """Runs an entry in the worker; a subclass for each module names it.

    Attributes:
        module: the module's name without the collection's.
        entry: what it does.
    """

    module: str
    entry: Entry

    _supports_async = True
    _requires_connection = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # The controller loads an action before it forks: what is made here is there in every worker.
        super().__init_subclass__(**kwargs)
        cls.entry.catalogue().parse_signatures()

    def run(self, tmp: Any = None, task_vars: dict | None = None) -> dict:
        """Runs the task, here where that can be, through the module otherwise; returns the result."""
        result = super().run(tmp, task_vars)
        del tmp
        if self._belongs_elsewhere():
            result.update(
                self._execute_module(
                    module_name=f"iotops.aliyun.{self.module}",
                    module_args=self._task.args,
                    task_vars=task_vars,
                    wrap_async=self._task.async_val,
                )
            )
            return result
        with self._environment():
            params, hidden = self._params()
            self._forget_if_tried_again()
            outcome = execute(self.entry, params, bool(self._task.check_mode), self._client)
        outcome["invocation"] = {"module_args": params}
        result.update(without(hidden, plain(outcome)))
        return result

    def _belongs_elsewhere(self) -> bool:
        forced = os.environ.get(FORCE_MODULE, "").lower() not in _NOT_TRUE
        local = self._connection.transport == "local"
        return bool(forced or not local or self._task.async_val or self._play_context.become or MISSING_LIBRARY)

    def _params(self) -> tuple[dict, set]:
        """The task's options, checked and complete with defaults, and the values among them that must not be shown."""
        spec = self.entry.argument_spec()
        validated = ModuleArgumentSpecValidator(spec).validate(plain(self._task.args))
        hidden = hidden_values(spec, validated.validated_parameters)
        if validated.error_messages:
            message = "; ".join(without(hidden, validated.error_messages))
            if validated.unsupported_parameters:
                message = f"Unsupported parameters for (iotops.aliyun.{self.module}) module: {message}"
            raise AnsibleActionFail(message)
        return validated.validated_parameters, hidden

    def _client(self, entry: Entry, params: dict):
        """The client that the items of this task share."""
        # The environment may name another account for each item.
        environment: dict = {}
        self._compute_environment_string(environment)
        connection = {**connection_settings(params), "environment": environment}
        settings = (self._task._uuid, json.dumps(connection, sort_keys=True, default=str))
        if not _kept or _kept[0] != settings:
            client = open_client(entry, params)
            if _kept:
                _kept[1].close()
            _kept[:] = [settings, client]
        return _kept[1]

    def _forget_if_tried_again(self) -> None:
        """Drops what was read where a task waits with ``until``: it wants to see something come about."""
        if _ran and _ran[0] is self._task and _kept:
            _kept[1].clear_cache()
        _ran[:] = [self._task]

    @contextmanager
    def _environment(self):
        """The task's ``environment``, for as long as it runs."""
        wanted: dict = {}
        self._compute_environment_string(wanted)
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update({name: str(value) for name, value in wanted.items()})
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def plain(value: Any) -> Any:
    """A value as it would be after its way to a module and back: JSON, without the controller's tags, dates as text."""
    return json.loads(json.dumps(value, cls=AnsibleJSONEncoder, vault_to_text=True))


def hidden_values(spec: dict, params: Any) -> set:
    """The given values of options that are marked ``no_log``, at any depth."""
    found: set = set()
    for name, entry in spec.items():
        value = params.get(name) if isinstance(params, dict) else None
        if value in (None, ""):
            continue
        if entry.get("no_log"):
            found.add(str(value))
        elif "options" in entry:
            for element in value if isinstance(value, list) else [value]:
                found |= hidden_values(entry["options"], element)
    return found


def without(hidden: set, value: Any) -> Any:
    """A value with hidden ones masked, as a module's result has them; None and booleans stay as they are."""
    masked = remove_values(value, hidden)
    if isinstance(value, dict):
        masked.update({key: kept for key, kept in value.items() if kept is None or isinstance(kept, bool)})
    return masked
