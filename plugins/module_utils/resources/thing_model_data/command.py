# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Telling devices what to do by their thing model (manual chapter 4.12)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product, thing_model_data
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ApiAction, ChoiceAction
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import JsonText, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_text import parsed
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: How often a message is delivered: once at most, or once at least.
QOS = Number(0, 1)

_ONE = {"IotId": "iot_id", "Qos": "qos"}
_SOME = {"ProductKey": "product_key", "DeviceName": "devices", "Qos": "qos"}
_PROPERTIES = {"Items": "properties"}
_SERVICE = {"Identifier": "service", "Args": "arguments"}

#: How a command names its devices.
OF_DEVICES = (
    Field("product", required=True, lookup=product_key, resolves_to="product_key"),
    Field("product_key", computed=True),
    Field("device", lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
    Field("iot_id", computed=True),
    Field("devices", type=TextSet(DEVICE_NAME)),
)


class Command(ChoiceAction):
    """Tells one device, and what it answers, or some of a product."""

    families = (thing_model_data, device, product)
    one = some = ""

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if bool(params.get("device")) is bool(params.get("devices")):
            raise InvalidValue("either device or devices must be given", field="device")
        if len(set(params.get("devices") or [])) < len(params.get("devices") or []):
            raise InvalidValue("devices names a device twice", field="devices")
        return super().perform(params, client, check_mode)

    def select_action(self, given: dict) -> str:
        return self.some if given.get("devices") else self.one


class SetProperty(Command):
    """Tells devices to take on properties. They have them when they report them."""

    one = "set properties of one device"
    some = "set properties of some devices"
    api_actions = {
        one: ApiAction(
            "SetDeviceProperty",
            "The device would be told to take on the properties",
            {**_ONE, **_PROPERTIES},
            returns={"message_id": ("Data.MessageId", str)},
        ),
        some: ApiAction(
            "SetDevicesProperty", "The devices would be told to take on the properties", {**_SOME, **_PROPERTIES}
        ),
    }
    fields = (*OF_DEVICES, Field("properties", type=JsonText(), required=True), Field("qos", type=QOS))

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if not params["properties"]:
            raise InvalidValue("properties must name one at least", field="properties")
        return super().perform(params, client, check_mode)


class InvokeService(Command):
    """Has devices carry out a service. What a synchronous one answers is told."""

    one = "invoke a service of one device"
    some = "invoke a service of some devices"
    api_actions = {
        one: ApiAction(
            "InvokeThingService",
            "The service of the device would be invoked",
            {**_ONE, **_SERVICE},
            returns={"message_id": ("Data.MessageId", str), "answer": ("Data.Result", parsed)},
        ),
        some: ApiAction("InvokeThingsService", "The service of the devices would be invoked", {**_SOME, **_SERVICE}),
    }
    fields = (
        *OF_DEVICES,
        Field(
            "service",
            type=Text(1, 255, pattern=r"[A-Za-z0-9_]+(:[A-Za-z0-9_]+)?", hint="an identifier, or block:identifier"),
            required=True,
        ),
        Field("arguments", type=JsonText(), argument={"default": {}}),
        Field("qos", type=QOS),
    )
