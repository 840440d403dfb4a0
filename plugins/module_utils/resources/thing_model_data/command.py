# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests to devices to set properties and to invoke services of their thing model (manual chapter 4.12)."""

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

#: The quality of service: a message is delivered at most once (0) or at least once (1).
QOS = Number(0, 1)

_ONE = {"IotId": "iot_id", "Qos": "qos"}
_SEVERAL = {"ProductKey": "product_key", "DeviceName": "devices", "Qos": "qos"}
_PROPERTIES = {"Items": "properties"}
_SERVICE = {"Identifier": "service", "Args": "arguments"}

#: The options that select the devices of a request.
DEVICE_FIELDS = (
    Field("product", required=True, lookup=product_key, resolves_to="product_key"),
    Field("product_key", computed=True),
    Field("device", lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
    Field("iot_id", computed=True),
    Field("devices", type=TextSet(DEVICE_NAME)),
)


class Command(ChoiceAction):
    """The base class of requests to one device, or to several devices of a product.

    Custom code: the API has separate operations for one and for several devices, so the action depends on the options.

    Attributes:
        one: The key of the action for one device.
        several: The key of the action for several devices.
    """

    families = (thing_model_data, device, product)
    one = several = ""

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if bool(params.get("device")) is bool(params.get("devices")):
            raise InvalidValue("exactly one of device and devices must be set", field="device")
        if len(set(params.get("devices") or [])) < len(params.get("devices") or []):
            raise InvalidValue("devices contains a device twice", field="devices")
        return super().perform(params, client, check_mode)

    def select_action(self, options: dict) -> str:
        return self.several if options.get("devices") else self.one


class SetProperty(Command):
    """A request to devices to set properties. The values are stored when the devices report them.

    Custom code: see ``Command``; in addition, the platform rejects an empty set of properties.
    """

    one = "set properties of one device"
    several = "set properties of several devices"
    api_actions = {
        one: ApiAction(
            "SetDeviceProperty",
            "A request to set the properties would be sent to the device",
            {**_ONE, **_PROPERTIES},
            returns={"message_id": ("Data.MessageId", str)},
        ),
        several: ApiAction(
            "SetDevicesProperty",
            "A request to set the properties would be sent to the devices",
            {**_SEVERAL, **_PROPERTIES},
        ),
    }
    fields = (*DEVICE_FIELDS, Field("properties", type=JsonText(), required=True), Field("qos", type=QOS))

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if not params["properties"]:
            raise InvalidValue("properties must contain at least one property", field="properties")
        return super().perform(params, client, check_mode)


class InvokeService(Command):
    """A request to devices to invoke a service. The result contains the response of a synchronous service."""

    one = "invoke a service of one device"
    several = "invoke a service of several devices"
    api_actions = {
        one: ApiAction(
            "InvokeThingService",
            "The service of the device would be invoked",
            {**_ONE, **_SERVICE},
            returns={"message_id": ("Data.MessageId", str), "answer": ("Data.Result", parsed)},
        ),
        several: ApiAction(
            "InvokeThingsService", "The service of the devices would be invoked", {**_SEVERAL, **_SERVICE}
        ),
    }
    fields = (
        *DEVICE_FIELDS,
        Field(
            "service",
            type=Text(1, 255, pattern=r"[A-Za-z0-9_]+(:[A-Za-z0-9_]+)?", hint="an identifier, or block:identifier"),
            required=True,
        ),
        Field("arguments", type=JsonText(), argument={"default": {}}),
        Field("qos", type=QOS),
    )
