# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registering LoRaWAN nodes (the manual's chapter 4.8)."""

from __future__ import annotations

import time

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Number, ObjectSet, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora import of_task
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

RUNNING = "running"

_DEV_EUI = Text(16, 16, pattern="[0-9A-Fa-f]+", hint="hexadecimal digits")

#: The most nodes of one task of the platform.
MOST = 500

#: The seconds between two looks at a task.
PAUSE = 1.0


class NotRegistered(EngineError):
    """Nodes of a task were not registered, or nobody knows yet.

    Attributes:
        result: what is known of the task.
    """

    def __init__(self, message: str, task: dict, **details):
        super().__init__(message, **details)
        self.result = {"changed": True, "task": task}


class Nodes(ObjectSet):
    """LoRaWAN nodes, each with the code that proves whose it is."""

    def __init__(self):
        super().__init__(("dev_eui",), ("dev_eui",), maximum=MOST)
        self.argument = {
            "type": "list",
            "elements": "dict",
            "options": {
                "dev_eui": {"type": "str", "required": True},
                "pin_code": {"type": "str", "required": True, "no_log": True},
            },
        }

    def check(self, value) -> str:
        if not value:
            return "must name a node"
        for node in value:
            complaint = _DEV_EUI.check(node["dev_eui"])
            if complaint:
                return f"has a node whose dev_eui {complaint}"
        if len({node["dev_eui"].upper() for node in value}) < len(value):
            return "names a node twice"
        return super().check(value)


class Register(ActionEntry):
    """Registers nodes under names that the platform makes up. Which nodes there are no operation tells."""

    families = (device, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("devices", type=Nodes(), required=True),
        Field("wait", type=Flag(), argument={"default": True}),
        Field("wait_timeout_in_seconds", type=Number(1, 86400), argument={"default": 300}),
    )
    summary = "The nodes would be registered"

    def run_action(self, client, values):
        nodes = [{"DevEui": node["dev_eui"], "PinCode": node["pin_code"]} for node in values["devices"]]
        reply = client.call("CreateLoRaNodesTask", {"ProductKey": values["product_key"], "DeviceInfo": nodes})
        task = {"task_id": reply["TaskId"]}
        if values["wait"]:
            task = self._wait(client, task, values["wait_timeout_in_seconds"])
            self._check(task, [node["dev_eui"] for node in values["devices"]])
        return {"task": task}

    def _wait(self, client, task: dict, timeout: int) -> dict:
        end = time.monotonic() + timeout
        while True:
            found = client.call("GetLoraNodesTask", {"TaskId": task["task_id"]})
            task = of_task(found)
            if task["state"] != RUNNING:
                return task
            if time.monotonic() >= end:
                raise NotRegistered(
                    f"the task {task['task_id']} is still running after {timeout} seconds",
                    task,
                    field="wait_timeout_in_seconds",
                    remedy="Look at it later with iot_lora_info",
                )
            time.sleep(PAUSE)

    def _check(self, task: dict, asked: list) -> None:
        registered = {dev_eui.upper() for dev_eui in task["registered"]}
        failed = [dev_eui for dev_eui in asked if dev_eui.upper() not in registered]
        if failed:
            raise NotRegistered(
                f"{len(failed)} of {len(asked)} nodes were not registered: {', '.join(failed)}",
                {**task, "failed": failed},
                field="devices",
                remedy="Check whether they are registered already, and their PIN codes",
            )
