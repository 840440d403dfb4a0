# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The runner of ordinary modules, on the host where the task runs."""

from __future__ import annotations

import signal
import sys
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # ansible-core before 2.22
    register_secrets = None

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import MISSING_LIBRARY, execute
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.vault import CommandVault


def run_module(entry: Entry) -> None:
    """Run an entry as an Ansible module. This function does not return."""
    module = AnsibleModule(argument_spec=entry.argument_spec(), supports_check_mode=True)
    if MISSING_LIBRARY:
        module.fail_json(msg=missing_required_lib("requests"), exception=MISSING_LIBRARY)
    _hide(module, entry.secret_values(module.params))
    entry.vault = CommandVault(sys.executable, partial(_run_command, module))
    signal.signal(signal.SIGINT, _interrupt_once)
    result = execute(entry, module.params, module.check_mode)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def _interrupt_once(_number: int, _frame: Any) -> None:
    """Interrupt the task. It returns its result, which a second interrupt must not prevent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _hide(module: AnsibleModule, secrets: set) -> None:
    """Mask values in the output in addition to those of options with ``no_log``."""
    if register_secrets is not None:
        register_secrets(secrets)
    else:
        module.no_log_values.update(secrets)


def _run_command(module: AnsibleModule, command: list, text: str) -> tuple:
    return module.run_command(command, data=text, binary_data=True)
