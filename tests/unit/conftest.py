# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Unit tests start no servers: those that need one are marked with ``server`` and run with the integration tests."""

from __future__ import annotations

import asyncio
import socket
import subprocess

import pytest


@pytest.fixture(autouse=True)
def _no_servers(request, monkeypatch):
    if request.node.get_closest_marker("server"):
        return

    def fail(*_arguments, **_options):
        pytest.fail("a unit test must not start a server: mark it with pytest.mark.server")

    monkeypatch.setattr(socket.socket, "listen", fail)
    monkeypatch.setattr(asyncio, "start_server", fail)
    original = subprocess.Popen.__init__

    def start(self, command, *arguments, **options):
        if "ansible_collections.iotops.aliyun.emulator" in command:
            fail()
        original(self, command, *arguments, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", start)
