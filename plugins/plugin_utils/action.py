# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The in-process runner: an action plugin that runs a task in the worker process of the controller.

All items of a loop run in the same worker. They share its imports, the connection to the platform and the cache of
reads, and no Python process is started for each item. Tasks that cannot run in the worker are executed by the ordinary
module: those with another connection than ``local``, with ``become`` or with ``async``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry, no_log_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import (
    MISSING_LIBRARY,
    connection_settings,
    execute,
    open_client,
)
from ansible_collections.iotops.aliyun.plugins.plugin_utils.interrupt import delayed_interrupt
from ansible_collections.iotops.aliyun.plugins.plugin_utils.progress import DisplayedProgress
from ansible_collections.iotops.aliyun.plugins.plugin_utils.values import json_round_trip, mask_values
from ansible_collections.iotops.aliyun.plugins.plugin_utils.vault import ControllerVault
from ansible_collections.iotops.aliyun.plugins.plugin_utils.yaml_types import conversion_warnings

#: The environment variable that makes all tasks use the ordinary module.
FORCE_MODULE = "IOTOPS_FORCE_MODULE"

_display = Display()

_MODULES = "ansible_collections.iotops.aliyun.plugins.modules"

_FALSE_WORDS = ("", "0", "no", "false")

# The client of the current task and what it was opened for: [(task and settings), client]. A worker runs one task with
# all its items.
_shared_client: list[Any] = []
# The task that ran last: [task]. Each item of a loop has a task object of its own, and a retry has the same one again.
_last_task: list[Any] = []
# The current task and the options about which it has warned: [UUID of the task, paths].
_warned: list[Any] = ["", set()]


class IotAction(ActionBase):
    """Runs an entry in the worker process. There is one subclass for each module.

    Attributes:
        module: The name of the module, without that of the collection.
        entry: The entry of the module.
    """

    module: str
    entry: Entry

    _supports_async = True
    _requires_connection = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # The controller loads an action before it forks the workers. What is computed here is computed once for all of
        # them.
        super().__init_subclass__(**kwargs)
        cls.entry.catalogue().parse_signatures()

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task, in this process if possible and with the ordinary module otherwise, and return its result."""
        result = super().run(tmp, task_vars)
        del tmp
        warnings = self._warnings()
        needs_module = self._needs_module()
        with delayed_interrupt(in_process=not needs_module) as interrupt:
            result.update(self._run_module(task_vars) if needs_module else self._run_in_process(warnings))
        add_warnings(result, warnings)
        interrupt.end_process(f"iotops.aliyun.{self.module}: {result.get('msg') or 'the task was interrupted'}")
        return result

    def _run_module(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        return self._execute_module(
            module_name=f"iotops.aliyun.{self.module}",
            module_args=self._task.args,
            task_vars=task_vars,
            wrap_async=self._task.async_val,
        )

    def _run_in_process(self, warnings: list[str]) -> dict[str, Any]:
        with self._task_environment():
            params, hidden = self._params(warnings)
            self._clear_cache_on_retry()
            self.entry.vault = ControllerVault(self._loader)
            self.entry.progress = DisplayedProgress(_display)
            outcome = execute(self.entry, params, bool(self._task.check_mode), self._client)
        outcome["invocation"] = {"module_args": params}
        return mask_values(hidden, json_round_trip(outcome))

    def _warnings(self) -> list[str]:
        """Return warnings about options that YAML has converted, once for each option and task."""
        if _warned[0] != self._task._uuid:
            _warned[:] = [self._task._uuid, set()]
        found = conversion_warnings(self.entry.argument_spec(), self._task.args)
        new = [message for path, message in found.items() if path not in _warned[1]]
        _warned[1].update(found)
        return new

    def _needs_module(self) -> bool:
        forced = os.environ.get(FORCE_MODULE, "").lower() not in _FALSE_WORDS
        local = self._connection.transport == "local"
        return bool(forced or not local or self._task.async_val or self._play_context.become or MISSING_LIBRARY)

    def _params(self, warnings: list[str]) -> tuple[dict[str, Any], set[str]]:
        """Return the options of the task, validated and with defaults, and the values in them that must not be shown.

        Args:
            warnings: The warnings of the task, which are shown if an option is invalid.

        Raises:
            AnsibleActionFail: An option is invalid.
        """
        spec = self.entry.argument_spec()
        validated = ModuleArgumentSpecValidator(spec).validate(json_round_trip(self._task.args))
        hidden = no_log_values(spec, validated.validated_parameters)
        hidden |= self.entry.secret_values(validated.validated_parameters)
        if validated.error_messages:
            message = "; ".join(mask_values(hidden, validated.error_messages))
            if validated.unsupported_parameters:
                message = f"Unsupported parameters for (iotops.aliyun.{self.module}) module: {message}"
            # The result of this exception is not shown.
            for warning in warnings:
                _display.warning(warning)
            raise AnsibleActionFail(message)
        return validated.validated_parameters, hidden

    def _client(self, entry: Entry, params: dict[str, Any]) -> Any:
        """Return the client that the items of this task share."""
        # The environment can contain other credentials for each item.
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        connection = {**connection_settings(params), "environment": environment}
        settings = (self._task._uuid, json.dumps(connection, sort_keys=True, default=str))
        if not _shared_client or _shared_client[0] != settings:
            client = open_client(entry, params)
            if _shared_client:
                _shared_client[1].close()
            _shared_client[:] = [settings, client]
        return _shared_client[1]

    def _clear_cache_on_retry(self) -> None:
        """Clear the cache of reads if the task is retried with ``until``, so that it reads the new state."""
        if _last_task and _last_task[0] is self._task and _shared_client:
            _shared_client[1].clear_cache()
        _last_task[:] = [self._task]

    @contextmanager
    def _task_environment(self) -> Iterator[None]:
        """Set the variables in the task's ``environment`` while the context is active."""
        variables: dict[str, Any] = {}
        self._compute_environment_string(variables)
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update({name: str(value) for name, value in variables.items()})
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def add_warnings(result: dict[str, Any], warnings: list[str]) -> None:
    """Add warnings to the result of a task."""
    if warnings:
        result["warnings"] = [*(result.get("warnings") or []), *warnings]


def action_class(name: str) -> type[IotAction]:
    """Return the action of a module.

    Args:
        name: The ``__name__`` of the action plugin, which ends with the name of the module.
    """
    module_name = name.rpartition(".")[2]
    entry = import_module(f"{_MODULES}.{module_name}").ENTRY
    return type("ActionModule", (IotAction,), {"module": module_name, "entry": entry})
