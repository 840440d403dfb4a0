# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the option ``--mqtt-port``."""

from __future__ import annotations

import importlib.util

import pytest

from ansible_collections.iotops.aliyun.emulator import __main__


def test_mqtt_port_without_library_is_an_error(monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert __main__.main(["--port", "0", "--mqtt-port", "0", "--data", str(tmp_path)]) == 1
    assert "--mqtt-port needs the Python package amqtt" in caplog.text


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_mqtt_port_with_invalid_number_is_rejected(port, capsys):
    with pytest.raises(SystemExit):
        __main__.main(["--mqtt-port", port])
    assert "--mqtt-port" in capsys.readouterr().err
