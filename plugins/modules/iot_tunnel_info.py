#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_tunnel_info
short_description: Gather information about a secure tunnel
version_added: 0.1.0
description:
  - Returns the state of a secure tunnel.
  - The platform does not list tunnels, so the ID of the tunnel must be known.
  - The access token is returned only by the task that opens the tunnel.
options:
  tunnel_id:
    description:
      - ID of the tunnel.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_tunnel
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Open a tunnel to a device
  iotops.aliyun.iot_tunnel:
    product: street_light
    device: lamp-0001
  register: result

- name: Get the state of the tunnel
  iotops.aliyun.iot_tunnel_info:
    tunnel_id: "{{ result.tunnel.tunnel_id }}"
"""

RETURN = r"""
tunnels:
  description: The tunnels that fit.
  returned: success
  type: list
  elements: dict
  contains:
    tunnel_id:
      description: The id that the platform gave it.
      type: str
      returned: always
    product_key:
      description: The ProductKey of the device's product.
      type: str
      returned: always
    device_name:
      description: The device's name.
      type: str
      returned: always
    iot_id:
      description: The device's IotId.
      type: str
      returned: always
    description:
      description: What it is for.
      type: str
      returned: always
    udi:
      description: What the device was told with it.
      type: str
      returned: always
    status:
      description: C(open) or C(closed).
      type: str
      returned: always
    source_connection:
      description: Whether the end that reaches for the device is C(connected) or C(disconnected).
      type: str
      returned: always
    device_connection:
      description: Whether the device's end is C(connected) or C(disconnected).
      type: str
      returned: always
    created:
      description: When it was opened, in UTC.
      type: str
      returned: always
    closed:
      description: When it was closed, in UTC.
      type: str
      returned: when it is closed
  sample:
    - tunnel_id: d4098041-a560-xxxx
      product_key: a1BwAGVxxxx
      device_name: lamp-0001
      iot_id: Q7uOhVRdZRRIDnTLv00100
      description: remote login
      udi: shell
      status: open
      source_connection: disconnected
      device_connection: connected
      created: "2021-09-22T12:44:12.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.tunnel.tunnel import Tunnel

ENTRY = InfoEntry(Tunnel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
