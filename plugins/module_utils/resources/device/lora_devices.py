# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registration of LoRaWAN nodes (manual chapter 4.8)."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora import parse_task
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

RUNNING = "running"

_DEV_EUI = Text(16, 16, pattern="[0-9A-Fa-f]+", hint="hexadecimal digits")

#: The maximum number of nodes in one task of the platform.
MAX_NODES = 500

#: The interval between two reads of a task, in seconds.
POLL_INTERVAL = 1.0


class RegistrationFailed(EngineError):
    """Some nodes of a task were not registered, or the task did not end before the timeout.

    Attributes:
        result: The result of the task so far.
    """

    def __init__(self, message: str, task: dict, **details: str) -> None:
        super().__init__(message, **details)
        self.result = {"changed": True, "task": task}


class Nodes(ObjectSet):
    """LoRaWAN nodes, each with the PIN code that proves its ownership."""

    def __init__(self) -> None:
        super().__init__(("dev_eui",), ("dev_eui",), maximum=MAX_NODES)
        self.argument = {
            "type": "list",
            "elements": "dict",
            "options": {
                "dev_eui": {"type": "str", "required": True},
                "pin_code": {"type": "str", "required": True, "no_log": True},
            },
        }

    def check(self, value: list[dict]) -> str:
        if not value:
            return "must have at least one node"
        for node in value:
            error = _DEV_EUI.check(node["dev_eui"])
            if error:
                return f"has a node whose dev_eui {error}"
        if len({node["dev_eui"].upper() for node in value}) < len(value):
            return "contains a node twice"
        return super().check(value)


class Register(ActionEntry):
    """Registration of nodes, for which the platform generates device names. No operation lists the registered nodes."""

    families = (device, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("devices", type=Nodes(), required=True),
        Field("wait", type=Flag(), argument={"default": True}),
        Field("wait_timeout_in_seconds", type=Number(1, 86400), argument={"default": 300}),
    )
    summary = "The nodes would be registered"

    def run_action(self, client: Any, values: dict) -> dict:
        nodes = [{"DevEui": node["dev_eui"], "PinCode": node["pin_code"]} for node in values["devices"]]
        response = client.call("CreateLoRaNodesTask", {"ProductKey": values["product_key"], "DeviceInfo": nodes})
        task = {"task_id": response["TaskId"]}
        if values["wait"]:
            task = self._wait(client, task, values["wait_timeout_in_seconds"])
            self._check(task, [node["dev_eui"] for node in values["devices"]])
        return {"task": task}

    def _wait(self, client: Any, task: dict, timeout: int) -> dict:
        deadline = time.monotonic() + timeout
        while True:
            try:
                found = client.call("GetLoraNodesTask", {"TaskId": task["task_id"]})
            except IotError as error:
                # The task continues; its ID is needed to read its state later.
                error.result = {"changed": True, "task": task}
                raise
            task = parse_task(found)
            if task["state"] != RUNNING:
                return task
            if time.monotonic() >= deadline:
                raise RegistrationFailed(
                    f"the task {task['task_id']} is still running after {timeout} seconds",
                    task,
                    field="wait_timeout_in_seconds",
                    remedy="Read its state later with iot_lora_info, or increase wait_timeout_in_seconds",
                )
            time.sleep(POLL_INTERVAL)

    def _check(self, task: dict, requested: list[str]) -> None:
        registered = {dev_eui.upper() for dev_eui in task["registered"]}
        failed = [dev_eui for dev_eui in requested if dev_eui.upper() not in registered]
        if failed:
            raise RegistrationFailed(
                f"{len(failed)} of {len(requested)} nodes were not registered: {', '.join(failed)}",
                {**task, "failed": failed},
                field="devices",
                remedy="Check that they are not registered yet and that their PIN codes are correct",
            )
