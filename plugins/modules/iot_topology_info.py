#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topology_info
short_description: Gather information about the sub-devices of a gateway
version_added: 0.1.0
description:
  - Returns the sub-devices that are attached to a gateway, up to 10,000.
  - To get the gateway to which a device is attached, use M(iotops.aliyun.iot_device_info).
options:
  product:
    description:
      - Name or ProductKey of the product of the gateway.
    type: str
    required: true
  gateway:
    description:
      - Name of the gateway.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_topology
  - module: iotops.aliyun.iot_device_info
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

- name: List the sub-devices of the gateway
  iotops.aliyun.iot_topology_info:
    product: home_hub
    gateway: hub-west
"""

RETURN = r"""
topologies:
  description: The gateway and its sub-devices, as a list with one element. Empty if the gateway does not exist.
  returned: success
  type: list
  elements: dict
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
    - product_key: a1vL7cpxxxx
      gateway: hub-west
      devices:
        - product: street_light
          product_key: a1BwAGVxxxx
          name: lamp-0001
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.topology import Topology

ENTRY = InfoEntry(Topology)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
