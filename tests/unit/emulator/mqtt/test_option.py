# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the option ``--mqtt-port``."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from ansible_collections.iotops.aliyun.emulator import command


def test_mqtt_port_without_library_is_an_error(monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command.main(["--port", "0", "--mqtt-port", "0", "--data", str(tmp_path)]) == 1
    assert "--mqtt-port requires amqtt" in caplog.text
    assert f"{sys.executable} -m pip install 'amqtt>=0.12.1'" in caplog.text


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_mqtt_port_with_invalid_number_is_rejected(port, capsys):
    with pytest.raises(SystemExit):
        command.main(["--mqtt-port", port])
    assert "--mqtt-port" in capsys.readouterr().err
