#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_property
short_description: Set properties on devices
version_added: 0.1.0
description:
  - Sends values for properties of the thing model to one device or to several devices of a product. The platform only
    forwards the values. A property has changed when the device reports it.
  - A device that is offline does not receive the values. To set a property when the device is online again, use
    O(iotops.aliyun.iot_device#module:desired_properties).
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device.
      - Either O(device) or O(devices) is required.
    type: str
  devices:
    description:
      - Names of several devices of the product.
      - Up to 100 devices are sent in one request.
    type: list
    elements: str
  properties:
    description:
      - Values by the identifiers of properties, for example C(Brightness), or C(block:Brightness) for a property in a
        function block.
      - At least one property is required.
    type: dict
    required: true
  qos:
    description:
      - MQTT quality of service, which is at most once (V(0)) or at least once (V(1)).
      - If not set, the platform uses V(0).
    type: int
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Validates the options and makes no changes.
  diff_mode:
    support: none
    description: The action leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run performs the action again.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_service
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Add a property to the thing model of a product
  iotops.aliyun.iot_thing_model:
    product: street_light
    tsl:
      properties:
        - identifier: Brightness
          name: Brightness
          accessMode: rw
          dataType: {type: int, specs: {min: "0", max: "100", step: "1"}}
    published: true

- name: Set a property on one device
  iotops.aliyun.iot_property:
    product: street_light
    device: lamp-0001
    properties:
      Brightness: 40

- name: Set a property on several devices
  iotops.aliyun.iot_property:
    product: street_light
    devices: [lamp-0001]
    properties:
      Brightness: 40
"""

RETURN = r"""
message_id:
  description: ID that the platform assigned to the message.
  returned: when O(device) is set and not in check mode
  type: str
  sample: '889455942124347329'
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: A request to set the properties would be sent to the device; nothing was done in check mode
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model_data.command import SetProperty

ENTRY = SetProperty()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
