#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topology
short_description: Manage the sub-devices of a gateway
version_added: 0.1.0
description:
  - Attaches devices to a gateway, through which they connect, and detaches them from it.
  - To attach a single device, M(iotops.aliyun.iot_device) also has an option.
  - A device can be attached to one gateway only. A device that is attached to another gateway is not moved unless
    O(move=true).
options:
  product:
    description:
      - Name or ProductKey of the product of the gateway.
    type: str
    required: true
  gateway:
    description:
      - Name of the gateway.
      - 4 to 32 letters, digits and C(- _ @ . :).
    type: str
    required: true
  devices:
    description:
      - Sub-devices that are attached to the gateway.
      - An empty list detaches all sub-devices. The devices themselves are not deleted.
    type: list
    elements: dict
    suboptions:
      product:
        description:
          - Name or ProductKey of the product of the sub-device.
          - The node type of the product must be C(device).
        type: str
        required: true
      name:
        description:
          - Name of the sub-device.
        type: str
        required: true
  purge_devices:
    description:
      - Whether to detach sub-devices that are not listed in O(devices).
    type: bool
    default: true
  move:
    description:
      - Whether to move devices that are attached to another gateway.
      - If not enabled, the task fails for such devices, and nothing is changed.
    type: bool
  notify_gateway:
    description:
      - Whether to ask the gateway to add the sub-devices itself, instead of attaching them directly.
      - The gateway adds the sub-devices later. Until it has done so, each run of the task reports a change.
      - Sub-devices do not need a device secret for this.
    type: bool
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_topology_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a product for gateways
  iotops.aliyun.iot_product:
    name: home_hub
    node_type: gateway

- name: Create a gateway
  iotops.aliyun.iot_device:
    product: home_hub
    name: hub-west

- name: Attach a sub-device and detach all others
  iotops.aliyun.iot_topology:
    product: home_hub
    gateway: hub-west
    devices:
      - {product: street_light, name: lamp-0001}

- name: Attach another sub-device, and move it if it is attached to another gateway
  iotops.aliyun.iot_topology:
    product: home_hub
    gateway: hub-west
    devices:
      - {product: street_light, name: lamp-0002}
    purge_devices: false
    move: true
"""

RETURN = r"""
topology:
  description: The gateway and its sub-devices.
  returned: success
  type: dict
  contains:
    product_key:
      description: ProductKey of the product of the gateway.
      returned: always
      type: str
    gateway:
      description: Name of the gateway.
      returned: always
      type: str
    devices:
      description: Sub-devices that are attached to the gateway.
      returned: always
      type: list
      elements: dict
  sample:
    product_key: a1vL7cpxxxx
    gateway: hub-west
    devices:
      - product: street_light
        product_key: a1BwAGVxxxx
        name: lamp-0001
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before:
      gateway: hub-west
      devices: []
    after:
      gateway: hub-west
      devices:
        - product: street_light
          product_key: a1BwAGVxxxx
          name: lamp-0001
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: update
      operation: BatchAddThingTopo
      status: done
      changes:
        devices:
          before: []
          after:
            - product: street_light
              product_key: a1BwAGVxxxx
              name: lamp-0001
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product home_hub does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.topology import Topology

ENTRY = ResourceEntry(Topology)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
