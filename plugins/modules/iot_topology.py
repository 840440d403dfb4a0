#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topology
short_description: Manage the sub-devices of a gateway
version_added: 0.1.0
description:
  - Says which devices are behind a gateway, through which they connect. To put one device behind a gateway,
    M(iotops.aliyun.iot_device) has an option.
  - A device is behind one gateway at most. One that is behind another gateway is not taken from there unless O(move)
    says so.
options:
  product:
    description:
      - The gateway's product, by its name or its ProductKey.
    type: str
    required: true
  gateway:
    description:
      - The gateway's name, 4 to 32 letters, digits and C(- _ @ . :).
    type: str
    required: true
  devices:
    description:
      - The sub-devices. An empty list takes all of them away; the devices themselves stay.
    type: list
    elements: dict
    suboptions:
      product:
        description:
          - The sub-device's product, by its name or its ProductKey. Its node type must be C(device).
        type: str
        required: true
      name:
        description:
          - The sub-device's name.
        type: str
        required: true
  purge_devices:
    description:
      - Whether sub-devices that O(devices) does not have are taken away from the gateway.
    type: bool
    default: true
  move:
    description:
      - Whether devices that are behind another gateway are taken from there. Otherwise that is an error, and nothing is
        changed.
    type: bool
  notify_gateway:
    description:
      - Whether the gateway is asked to add the sub-devices itself, in place of adding them. It shows later whether it
        has done so, and until it has the task is changed each time.
      - A sub-device needs no secret for that.
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
- name: A product of gateways
  iotops.aliyun.iot_product:
    name: home_hub
    node_type: gateway

- name: A gateway
  iotops.aliyun.iot_device:
    product: home_hub
    name: hub-west

- name: What is behind it
  iotops.aliyun.iot_topology:
    product: home_hub
    gateway: hub-west
    devices:
      - {product: street_light, name: lamp-0001}

- name: One more, wherever it was before
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
  description: The gateway and what is behind it.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of the gateway's product.
      type: str
      returned: always
    gateway:
      description: The gateway's name.
      type: str
      returned: always
    devices:
      description: The sub-devices behind it, each with C(product), C(product_key) and C(name).
      type: list
      elements: dict
      returned: always
  sample:
    product_key: a1vL7cpxxxx
    gateway: hub-west
    devices:
      - {product: street_light, product_key: a1BwAGVxxxx, name: lamp-0001}
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {gateway: hub-west, devices: []}
    after: {gateway: hub-west, devices: [{product: street_light, product_key: a1BwAGVxxxx, name: lamp-0001}]}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: update
      operation: BatchAddThingTopo
      status: done
      changes:
        devices:
          before: []
          after: [{product: street_light, product_key: a1BwAGVxxxx, name: lamp-0001}]
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product home_hub does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 8
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topology import Topology

ENTRY = ResourceEntry(Topology)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
