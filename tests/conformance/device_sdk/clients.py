# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Helpers for tests with MQTT clients."""

from __future__ import annotations

import hmac
import json
import time

from ..linkkit_device import TIMEOUT, Device

CONNECTION_REFUSED = 5  # return code in CONNACK
MALFORMED_USER_NAME = 4
SUBSCRIPTION_REJECTED = 128  # return code in SUBACK


def wait_for_result(expected, function, *values):
    """Wait until a function returns the expected value."""
    deadline = time.monotonic() + TIMEOUT
    while (found := function(*values)) != expected:
        assert time.monotonic() < deadline, f"{found} != {expected} after the timeout"
        time.sleep(0.01)


def connect_without_sdk(
    server, product_key: str, device_name: str, secret: str, keepalive: int = 60, clean=True, **changes
):
    """Connect an MQTT client without the SDK, which hides the return code. Return the client and the return code."""
    import paho.mqtt.client as paho

    content = f"clientId7deviceName{device_name}productKey{product_key}timestamp99"
    client_params = {
        "client_id": "7|securemode=3,signmethod=hmacsha256,timestamp=99|",
        "username": f"{device_name}&{product_key}",
        "password": hmac.digest(secret.encode(), content.encode(), "sha256").hex(),
        **changes,
    }
    codes = []
    client = paho.Client(client_params["client_id"], clean_session=clean)
    client.username_pw_set(client_params["username"], client_params["password"])
    client.on_connect = lambda _client, _data, _flags, code: codes.append(code)
    host, port = server.mqtt.split(":")
    client.connect(host, int(port), keepalive)
    deadline = time.monotonic() + TIMEOUT
    while not codes and time.monotonic() < deadline:
        client.loop(0.1)
    return client, codes[0]


def received_messages(device: Device) -> list[tuple[str, str]]:
    """Return topic and method of the messages that the SDK does not handle itself."""
    return [
        (topic, json.loads(payload)["method"]) for topic, payload, *_rest in device.pending_calls("on_topic_message")
    ]


def connect_code(*values, **changes) -> int:
    """Connect and disconnect a client and return the return code of the connection."""
    client, code = connect_without_sdk(*values, **changes)
    client.disconnect()
    return code
