#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_service
short_description: Invoke a service of devices
version_added: 0.1.0
description:
  - Has one device, or some of a product, carry out a service of its thing model.
  - A synchronous service of one device is waited for, 5 seconds at most, and its answer returned. The task fails where
    none comes. Any other is only passed on. Synchronous services cannot be invoked of O(devices).
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  device:
    description:
      - The name of one device, within O(product).
    type: str
  devices:
    description:
      - The names of some devices of the product. Each hundred of them takes a request.
    type: list
    elements: str
  service:
    description:
      - The identifier of the service, C(block:identifier) where it is in a function block.
    type: str
    required: true
  arguments:
    description:
      - Values by the identifiers of the service's input parameters.
    type: dict
    default: {}
  qos:
    description:
      - How often a message is delivered, once at most (V(0), what the platform takes where nothing is said) or once at
        least (V(1)).
    type: int
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Checks the options, and does nothing.
  diff_mode:
    support: none
    description: What is done leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run does it again.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_property
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: What lamps can do
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

- name: One lamp blinks
  iotops.aliyun.iot_service:
    product: street_light
    device: lamp-0001
    service: Blink
    arguments:
      Times: 3
"""

RETURN = r"""
message_id:
  description: The id that the platform gave the message.
  returned: when one device is told
  type: str
  sample: "889455942124347329"
answer:
  description: What the device has answered.
  returned: when the service is synchronous
  type: raw
  sample: {code: 200, data: {}}
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The service of the device would be invoked; nothing was done in check mode
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product street_light does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_command import InvokeService

ENTRY = InvokeService()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
