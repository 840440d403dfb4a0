#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_tunnel
short_description: Manage secure tunnels to devices
version_added: 0.1.0
description:
  - Opens, closes and deletes secure tunnels. A secure tunnel gives a client with its access token access to a connected
    device, for example for a remote shell.
  - The platform closes a tunnel after 24 hours and deletes it after 30 days. A device can have up to 10 tunnels, open
    or closed, and an instance up to 1,000.
  - The platform does not list tunnels, and tunnels have no names. To manage the same tunnel in another run, set
    O(tunnel_id). Without it, each run with O(state=open) opens another tunnel.
  - Only the state of a tunnel can be changed. A closed tunnel cannot be opened again.
options:
  state:
    description:
      - Desired state of the tunnel.
      - With V(absent), an open tunnel is closed before it is deleted.
    type: str
    choices: [open, closed, absent]
    default: open
  tunnel_id:
    description:
      - ID of the tunnel.
      - Required unless O(state=open).
      - If not set, a new tunnel is opened.
    type: str
  product:
    description:
      - Name or ProductKey of the product of the device.
      - Required if O(device) is set.
    type: str
  device:
    description:
      - Name of the device in O(product).
      - Required when a tunnel is opened. The device must be online.
    type: str
  description:
    description:
      - Description of the tunnel.
      - Up to 1,024 characters.
    type: str
  udi:
    description:
      - User-defined information that is sent to the device when the tunnel is opened, in a custom format.
      - Up to 4,096 characters.
    type: str
  include_secrets:
    description:
      - Whether to return the access token of a tunnel that is opened.
      - Set C(no_log) on the task if this is enabled.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Reads the account and returns the changes that would be made without making them.
  diff_mode:
    support: full
    description: Returns the option values before and after the change.
  idempotent:
    support: partial
    description: Without O(tunnel_id), each run opens another tunnel.
  action_group:
    support: full
    description: Supports the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_tunnel_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Open a tunnel to a device
  iotops.aliyun.iot_tunnel:
    product: street_light
    device: lamp-0001
    description: remote login
    include_secrets: true
  register: result
  no_log: true

- name: Close the tunnel
  iotops.aliyun.iot_tunnel:
    tunnel_id: "{{ result.tunnel.tunnel_id }}"
    state: closed

- name: Delete the tunnel
  iotops.aliyun.iot_tunnel:
    tunnel_id: "{{ result.tunnel.tunnel_id }}"
    state: absent
"""

RETURN = r"""
tunnel:
  description: The tunnel. Empty if it is absent.
  returned: success
  type: dict
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
    source_uri:
      description: URI of the WebSocket with which a client accesses the device.
      returned: when the task opened the tunnel
      type: str
    source_access_token:
      description: Token with which a client opens the WebSocket.
      returned: when the task opened the tunnel and O(include_secrets=true)
      type: str
  sample:
    tunnel_id: d4098041-a560-xxxx
    product_key: a1BwAGVxxxx
    device_name: lamp-0001
    iot_id: Q7uOhVRdZRRIDnTLv00100
    description: remote login
    udi: shell
    status: open
    source_connection: disconnected
    device_connection: connected
    created: '2021-09-22T12:44:12.000Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      status: open
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
    - action: create
      operation: CreateDeviceTunnel
      status: done
      changes:
        status:
          before: null
          after: open
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.tunnel.tunnel import Tunnel

ENTRY = ResourceEntry(Tunnel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
