#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_lora_devices
short_description: Register LoRaWAN devices
version_added: 0.1.0
description:
  - Registers LoRaWAN nodes of a product. The platform registers them in an asynchronous task and generates their device
    names.
  - The platform does not report which nodes are registered. Every run submits all nodes, and the registration of a node
    that is already registered fails.
options:
  product:
    description:
      - Name or ProductKey of the product.
      - The network type of the product must be C(lora).
    type: str
    required: true
  devices:
    description:
      - Nodes to register.
      - Up to 500 nodes.
    type: list
    elements: dict
    required: true
    suboptions:
      dev_eui:
        description:
          - DevEUI of the node, 16 hexadecimal digits.
        type: str
        required: true
      pin_code:
        description:
          - PIN code of the node, which proves the ownership of the DevEUI.
        type: str
        required: true
  wait:
    description:
      - Whether to wait until the registration task of the platform has ended, and to fail if a node was not registered.
    type: bool
    default: true
  wait_timeout_in_seconds:
    description:
      - Maximum time to wait, in seconds.
      - The range is 1 to 86,400.
    type: int
    default: 300
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
  - module: iotops.aliyun.iot_lora_info
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the LoRaWAN join permissions
  iotops.aliyun.iot_lora_info:
  register: lora

- name: Create a product for LoRaWAN nodes
  iotops.aliyun.iot_product:
    name: soil_sensor
    node_type: device
    net_type: lora
    join_permission_id: "{{ lora.join_permissions[0].join_permission_id }}"

- name: Register a LoRaWAN node
  iotops.aliyun.iot_lora_devices:
    product: soil_sensor
    devices:
      - {dev_eui: d896e0ffff000001, pin_code: "{{ pin_code | default('5a3f0c') }}"}
"""

RETURN = r"""
task:
  description: Registration task of the platform.
  returned: when not in check mode
  type: dict
  contains:
    task_id:
      description: ID of the task.
      returned: always
      type: str
    state:
      description: State of the task, C(running) or C(finish).
      returned: when O(wait=true)
      type: str
    total:
      description: Number of nodes in the task.
      returned: when O(wait=true)
      type: int
    registered:
      description: DevEUIs of the nodes that were registered.
      returned: when O(wait=true)
      type: list
      elements: str
    failed:
      description: DevEUIs of the nodes that were not registered.
      returned: when a node was not registered
      type: list
      elements: str
  sample:
    task_id: '62146'
    state: finish
    total: 1
    registered:
      - d896e0ffff000001
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The nodes would be registered; nothing was done in check mode
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product soil_sensor does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora_devices import Register

ENTRY = Register()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
