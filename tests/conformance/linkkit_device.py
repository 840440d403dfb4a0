# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device that the vendor's device SDK drives, with callbacks that tests can wait for."""

from __future__ import annotations

import queue
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from linkkit.linkkit import LinkKit

#: Timeout of every wait in seconds, long enough for a slow machine.
TIMEOUT = 60.0

_CALLBACKS = (
    "on_connect",
    "on_disconnect",
    "on_thing_enable",
    "on_thing_prop_post",
    "on_thing_prop_changed",
    "on_thing_event_post",
    "on_thing_call_service",
    "on_thing_shadow_get",
    "on_thing_device_info_update",
    "on_thing_device_info_delete",
    "on_thing_raw_data_arrived",
    "on_thing_raw_data_post",
    "on_topic_message",
    "on_topic_rrpc_message",
    "on_subscribe_topic",
    "on_unsubscribe_topic",
    "on_gateway_add_subdev_topo_reply",
    "on_gateway_delete_subdev_topo_reply",
    "on_gateway_login_subdev_reply",
    "on_gateway_logout_subdev_reply",
    "on_gateway_register_subdev_reply",
    "on_gateway_product_register_subdev_reply",
    "on_gateway_topo_change",
    "on_ota_message_arrived",
    "on_device_dynamic_register",
    "on_device_dynamic_register_nwl_reply",
)


class Device:
    """A device.

    Attributes:
        sdk: the vendor's SDK object.
        own: product key and device name as in topics.
        reactions: functions to call with the arguments of a callback, by the callback's name.
    """

    def __init__(
        self,
        mqtt: str,
        product_key: str,
        device_name: str,
        device_secret: str = "",
        model: Path | None = None,
        clean: bool = True,
        interface_info: str = "",
        ca_file: str = "",
        **options: Any,
    ) -> None:
        self.own = f"{product_key}/{device_name}"
        self.reactions: dict[str, Callable[..., Any]] = {}
        self._calls: dict[str, queue.Queue] = defaultdict(queue.Queue)
        self.sdk = LinkKit("cn-shanghai", product_key, device_name, device_secret, **options)
        host, port = mqtt.split(":")
        tls = {"cadata": Path(ca_file).read_text(encoding="utf-8")} if ca_file else {"secure": ""}
        self.sdk.config_mqtt(port=int(port), endpoint=host, clean_session=clean, **tls)
        if interface_info:
            assert self.sdk.config_device_info(interface_info) == 0
        assert self.sdk.thing_setup(model and str(model)) == 0
        for name in _CALLBACKS:
            setattr(self.sdk, name, self._callback(name))

    def _callback(self, name: str) -> Callable[..., None]:
        def record(*values: Any) -> None:
            self._calls[name].put(values)
            if name in self.reactions:
                self.reactions[name](*values)

        return record

    def connect(self) -> Device:
        """Connect and wait until the connection is established."""
        deadline = time.monotonic() + TIMEOUT
        # After on_disconnect, the SDK refuses to connect until its network loop has ended.
        while self.sdk.connect_async() != 0:
            assert time.monotonic() < deadline, "the SDK did not connect within the timeout"
            time.sleep(0.01)
        self.wait("on_thing_enable")
        return self

    def wait(self, name: str) -> tuple:
        """Wait for the next call of a callback and return its arguments without the user data at the end."""
        try:
            values = self._calls[name].get(timeout=TIMEOUT)
        except queue.Empty:
            raise AssertionError(f"the callback {name} was not called within the timeout") from None
        return values[:-1] if values[-1] is None else values

    def pending_calls(self, name: str) -> list[tuple]:
        """Return the arguments of the callback's calls that no test has waited for yet."""
        return list(self._calls[name].queue)

    def publish(self, topic: str, payload: str, qos: int = 1) -> None:
        """Publish on a topic; ``{own}`` in the topic is replaced by product key and device name."""
        code, _number = self.sdk.publish_topic(topic.format(own=self.own), payload, qos)
        assert code == 0

    def subscribe(self, topic: str) -> int:
        """Subscribe to a topic and return the granted quality of service (128 if rejected)."""
        code, _number = self.sdk.subscribe_topic(topic.format(own=self.own))
        assert code == 0
        _number, granted = self.wait("on_subscribe_topic")
        return granted[0]

    def close(self) -> None:
        """Release the SDK object, whether it is connected or not."""
        self.sdk.destruct()
