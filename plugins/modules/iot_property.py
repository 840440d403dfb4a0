#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_property
short_description: Tell devices to take on properties
version_added: 0.1.0
description:
  - Tells one device, or some of a product, to take on values of the properties of its thing model. The platform only
    passes that on; a device has a property when it reports it.
  - A device that is not online misses it. What it is to be when it comes back is a desired property.
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
  properties:
    description:
      - Values by the identifiers of properties, such as C(Brightness) or C(block:Brightness).
    type: dict
    required: true
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
  - module: iotops.aliyun.iot_service
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: What lamps can do
  iotops.aliyun.iot_thing_model:
    product: street_light
    tsl:
      properties:
        - identifier: Brightness
          name: Brightness
          accessMode: rw
          dataType: {type: int, specs: {min: "0", max: "100", step: "1"}}
    published: true

- name: One lamp is told to be dimmer
  iotops.aliyun.iot_property:
    product: street_light
    device: lamp-0001
    properties:
      Brightness: 40

- name: Some are
  iotops.aliyun.iot_property:
    product: street_light
    devices: [lamp-0001]
    properties:
      Brightness: 40
"""

RETURN = r"""
message_id:
  description: The id that the platform gave the message.
  returned: when one device is told
  type: str
  sample: "889455942124347329"
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The device would be told to take on the properties; nothing was done in check mode
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_command import SetProperty

ENTRY = SetProperty()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
