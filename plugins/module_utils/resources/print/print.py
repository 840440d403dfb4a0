# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Printing on devices (manual chapter 4.21.2)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api import print as printing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ApiAction, ChoiceAction
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, JsonText, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech_play import (
    DEVICE_RESPONSE,
    device_failure,
)


class Print(ChoiceAction):
    """Printing of a template that is filled with values."""

    families = (printing, device, product)
    api_actions = {
        "print": ApiAction(
            "PrintByTemplate",
            "The device would print the template",
            {
                "IotId": "iot_id",
                "TemplateBizCode": "template",
                "ParamsJsonString": "values",
                "HistoryPrintTopic": "old_topic",
            },
            returns={name: path for name, path in DEVICE_RESPONSE.items() if name != "detail"},
            verify=device_failure,
        )
    }
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", computed=True),
        Field("template", type=Text(1), required=True),
        Field("values", type=JsonText()),
        Field("old_topic", type=Flag()),
    )

    def select_action(self, options: dict) -> str:
        return "print"
