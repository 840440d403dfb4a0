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
  description: The tunnel, as a list with one element. Empty if it does not exist.
  returned: success
  type: list
  elements: dict
  contains:
    tunnel_id:
      description: ID of the tunnel.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product of the device.
      returned: always
      type: str
    device_name:
      description: Name of the device.
      returned: always
      type: str
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    description:
      description: Description of the tunnel.
      returned: always
      type: str
    udi:
      description: User-defined information that is sent to the device when the tunnel is opened, in a custom format.
      returned: always
      type: str
    status:
      description: Status of the tunnel, C(open) or C(closed).
      returned: always
      type: str
    source_connection:
      description: Connection status of the client that accesses the device, C(connected) or C(disconnected).
      returned: always
      type: str
    device_connection:
      description: Connection status of the device, C(connected) or C(disconnected).
      returned: always
      type: str
    created:
      description: Time when the tunnel was opened, in UTC.
      returned: always
      type: str
    closed:
      description: Time when the tunnel was closed, in UTC.
      returned: when the tunnel is closed
      type: str
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
      created: '2021-09-22T12:44:12.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.tunnel.tunnel import Tunnel

ENTRY = InfoEntry(Tunnel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
