# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of remote configurations: the control endpoint, the push to devices, and their requests."""

from __future__ import annotations

import hashlib
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.http import control_configurations
from ansible_collections.iotops.aliyun.emulator.services.device import remote_configuration

CONFIGURATION = {"interval": 60, "name": "\u8def"}


@pytest.fixture
def set_configuration(platform, device):
    """Set the configuration of the product of the device; keyword arguments replace members of the request."""

    def set_configuration(**body):
        body = {"product": device["product_key"], "configuration": CONFIGURATION, **body}
        return platform.run(lambda ctx: control_configurations.set_configuration(ctx, body))

    return set_configuration


@pytest.fixture
def ask(publish_as_device, outbox):
    """Request the configuration as the device, and return the reply."""

    def ask(**params):
        message = {"id": "5", "version": "1.0", "params": {"configScope": "product", "getType": "file", **params}}
        publish_as_device("/sys/{own}/thing/config/get", message)
        [(topic, reply)] = outbox()
        assert topic == "/sys/{own}/thing/config/get_reply"
        return reply

    return ask


def test_configuration_is_pushed_to_devices_that_are_online(register, device, outbox, set_configuration, download):
    other = register("other", online=False)
    result = set_configuration()
    assert (result["product_key"], result["devices"]) == (device["product_key"], 1)
    [(topic, message)] = outbox()
    assert (topic, message["method"]) == ("/sys/{own}/thing/config/push", "thing.config.push")
    params = message["params"]
    content = download(params["url"])
    assert json.loads(content) == CONFIGURATION
    assert params == {
        "configId": result["config_id"],
        "configSize": len(content),
        "sign": hashlib.sha256(content).hexdigest(),
        "signMethod": "Sha256",
        "url": params["url"],
        "getType": "file",
    }
    assert outbox(other) == []


def test_request_is_answered_with_the_latest_configuration(ask, outbox, set_configuration, download):
    assert (ask()["code"], ask()["message"]) == (6710, "no data")
    set_configuration()
    latest = set_configuration(configuration={"interval": 5})["config_id"]
    outbox()
    reply = ask()
    assert (reply["code"], reply["data"]["configId"]) == (200, latest)
    assert json.loads(download(reply["data"]["url"])) == {"interval": 5}


@pytest.mark.parametrize("params", [{"configScope": "device"}, {"getType": "content"}, {"configScope": None}])
def test_request_with_other_scope_or_type_is_rejected(ask, set_configuration, outbox, params):
    set_configuration()
    outbox()
    assert ask(**params)["code"] == 460


def test_configuration_of_deleted_product_is_deleted(platform, api, register, set_configuration, device):
    set_configuration()
    api("DeleteDevice", IotId=device["iot_id"])
    api("DeleteProduct", ProductKey=device["product_key"])
    assert platform.store.count("remote_configuration") == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"product": "nothing"}, "nothing does not exist"),
        ({"product": 7}, "must have product"),
        ({"configuration": "text"}, "must have product"),
        ({"configuration": {"a": "x" * remote_configuration.MAX_SIZE}}, "at most 65536 bytes"),
        ({"other": 1}, "unknown member other"),
    ],
)
def test_invalid_body_is_rejected(platform, set_configuration, body, message):
    with pytest.raises(ValueError, match=message):
        set_configuration(**body)
    assert platform.store.count("remote_configuration") == 0
