# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the options ``--mqtt-port`` and ``--https-port``."""

from __future__ import annotations

import resource

import pytest

from ansible_collections.iotops.aliyun.emulator import command


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
@pytest.mark.parametrize("option", ["--mqtt-port", "--https-port"])
def test_port_with_invalid_number_is_rejected(option, port, capsys):
    with pytest.raises(SystemExit):
        command.main([option, port])
    assert option in capsys.readouterr().err


@pytest.mark.server
def test_emulator_with_mqtt_may_open_as_many_files_as_the_user(launch):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft // 2, hard))
    try:
        server = launch("--mqtt-port", "0")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (hard, hard)
