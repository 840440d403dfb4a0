# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the runner of ordinary modules."""

from __future__ import annotations

import os
import signal

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import module


class InterruptedModule:
    """An Ansible module whose result must not be lost."""

    params = {}
    check_mode = False

    def __init__(self, **_options) -> None:
        self.no_log_values = set()
        self.result = None

    def fail_json(self, **result) -> None:
        # A second Ctrl-C.
        os.kill(os.getpid(), signal.SIGINT)
        self.result = result

    exit_json = fail_json


class InterruptedEntry:
    """An entry that is interrupted in its request, and again while the failure is handled."""

    vault = None

    def argument_spec(self) -> dict:
        return {}

    def secret_values(self, _params) -> set:
        return set()


@pytest.fixture
def restored_handler():
    previous = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, previous)


def test_second_interrupt_does_not_prevent_the_result(monkeypatch, restored_handler):
    found = []

    def create(**options) -> InterruptedModule:
        found.append(InterruptedModule(**options))
        return found[0]

    def execute(_entry, _params, _check_mode) -> dict:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGINT)
            return {"failed": True, "msg": "the task was interrupted"}
        return {"changed": True}

    monkeypatch.setattr(module, "AnsibleModule", create)
    monkeypatch.setattr(module, "execute", execute)
    module.run_module(InterruptedEntry())
    assert found[0].result == {"msg": "the task was interrupted"}
