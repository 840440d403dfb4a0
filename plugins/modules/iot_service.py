#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_service
short_description: Invoke a service on devices
version_added: 0.1.0
description:
  - Invokes a service of the thing model on one device or on several devices of a product.
  - A synchronous service on one device returns the device's response. The task waits up to 5 seconds for it, and fails
    if no response arrives. Any other service is only forwarded to the devices, without waiting for a response.
    Synchronous services cannot be invoked with O(devices).
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
  service:
    description:
      - Identifier of the service, or C(block:identifier) for a service in a function block.
    type: str
    required: true
  arguments:
    description:
      - Values by the identifiers of the service's input parameters.
    type: dict
    default: {}
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
  - module: iotops.aliyun.iot_property
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Add a service to the thing model of a product
  iotops.aliyun.iot_thing_model:
    product: street_light
    tsl:
      services:
        - identifier: Blink
          name: Blink
          callType: async
          inputData:
            - identifier: Times
              name: Times
              dataType: {type: int, specs: {min: "1", max: "9", step: "1"}}
          outputData: []
    published: true

- name: Invoke a service on one device
  iotops.aliyun.iot_service:
    product: street_light
    device: lamp-0001
    service: Blink
    arguments:
      Times: 3
"""

RETURN = r"""
message_id:
  description: ID that the platform assigned to the message.
  returned: when O(device) is set and not in check mode
  type: str
  sample: '889455942124347329'
answer:
  description: Response of the device.
  returned: when the service is synchronous and not in check mode
  type: raw
  sample:
    code: 200
    data: {}
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The service of the device would be invoked; nothing was done in check mode
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model_data.command import InvokeService

ENTRY = InvokeService()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
