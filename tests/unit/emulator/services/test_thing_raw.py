# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that speak a format of their own."""

from __future__ import annotations

import pytest


@pytest.fixture
def stranger(modelled, register):
    """The row of a device whose product has a format of its own."""
    return register("stranger", modelled("strangers", DataFormat=0))


def test_a_report_that_nobody_understands(api, stranger, say, outbox):
    def code() -> int:
        say("/sys/{own}/thing/model/up_raw", b"\x00\x01", stranger)
        ((topic, reply),) = outbox(stranger)
        assert topic == "/sys/{own}/thing/model/up_raw_reply"
        assert reply["message"]
        return reply["code"]

    assert code() == 26001
    script = {"ScriptType": "JavaScript", "ScriptContent": "function rawDataToProtocol(bytes) {}"}
    api("CreateThingScript", ProductKey=stranger["product_key"], **script)
    assert code() == 26002


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("SetDeviceProperty", {"Items": '{"level": 1}'}, "iot.device.SetDevicePropertyFailed"),
        ("SetDeviceDesiredProperty", {"Items": '{"level": 1}', "Versions": "{}"}, "iot.device.SetDevicePropertyFailed"),
        ("InvokeThingService", {"Identifier": "reboot", "Args": "{}"}, "iot.device.InvokeThingServiceFailed"),
    ],
)
def test_what_nobody_can_translate(stranger, refused, outbox, action, params, code):
    error = refused(action, IotId=stranger["iot_id"], **params)
    assert error.code == code
    assert "scripts" in error.message
    assert outbox(stranger) == []
