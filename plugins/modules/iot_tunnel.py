#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_tunnel
short_description: Open, close and delete a secure tunnel to a device
version_added: 0.1.0
description:
  - A secure tunnel lets whoever has its access token reach a device that is connected, for a remote shell for instance.
    The platform closes it after 24 hours and deletes it after 30 days. A device has 10 tunnels at most, open or closed,
    and an instance 1,000.
  - The platform lists no tunnels and gives them no names. A tunnel is the same on the next run only where O(tunnel_id)
    says so; without it, each run with O(state=open) opens another one.
  - Nothing but the state of a tunnel can be changed, and one that is closed is never open again.
options:
  state:
    description:
      - Whether the tunnel is there, and open or closed. An open tunnel that is to be absent is closed first.
    type: str
    choices: [open, closed, absent]
    default: open
  tunnel_id:
    description:
      - The id of a tunnel that is there. Not given, a new one is opened.
    type: str
  product:
    description:
      - The product of the device, by its name or its ProductKey.
    type: str
  device:
    description:
      - The device's name, within O(product). Needed to open a tunnel, and the device must be online.
    type: str
  description:
    description:
      - What the tunnel is for, up to 1,024 characters.
    type: str
  udi:
    description:
      - What the device is told with the tunnel, in a form of its own, up to 4,096 characters.
    type: str
  include_secrets:
    description:
      - Whether the result has the access token of a tunnel that is opened. Set C(no_log) on such a task.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Reads the account, and returns what would be done without doing it.
  diff_mode:
    support: full
    description: Returns the options as they were and as they are after.
  idempotent:
    support: partial
    description: Without O(tunnel_id) each run opens another tunnel.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_tunnel_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A way to the lamp
  iotops.aliyun.iot_tunnel:
    product: street_light
    device: lamp-0001
    description: remote login
    include_secrets: true
  register: way
  no_log: true

- name: It is not needed any longer
  iotops.aliyun.iot_tunnel:
    tunnel_id: "{{ way.tunnel.tunnel_id }}"
    state: closed

- name: And need not be remembered
  iotops.aliyun.iot_tunnel:
    tunnel_id: "{{ way.tunnel.tunnel_id }}"
    state: absent
"""

RETURN = r"""
tunnel:
  description: The tunnel; empty when it is absent.
  returned: success
  type: dict
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
    source_uri:
      description: The address of the WebSocket that leads through it.
      type: str
      returned: when it was opened
    source_access_token:
      description: The token that opens the WebSocket.
      type: str
      returned: when it was opened and O(include_secrets) is set
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
    created: "2021-09-22T12:44:12.000Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {status: open}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateDeviceTunnel
      status: done
      changes:
        status: {before: null, after: open}
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
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.tunnel import Tunnel

ENTRY = ResourceEntry(Tunnel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
