# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the option ``--mqtt-port``."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator import command


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_mqtt_port_with_invalid_number_is_rejected(port, capsys):
    with pytest.raises(SystemExit):
        command.main(["--mqtt-port", port])
    assert "--mqtt-port" in capsys.readouterr().err
