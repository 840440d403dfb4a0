#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_client_id
short_description: Declare which client id of a device is the right one
version_added: 0.1.0
description:
  - A device that registers itself without having been registered beforehand gets a client id each time. Where it has
    several, declaring one of them the right one shuts the others out, so that nobody connects with them.
  - The platform does not tell which one was declared, and the others stay in its list, so that this is done each time.
    O(iotops.aliyun.iot_device#module:client_ids) takes all of them away.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  name:
    description:
      - The device's name.
    type: str
    required: true
  client_id:
    description:
      - The right client id, which M(iotops.aliyun.iot_device_info) can list.
    type: str
    required: true
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
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_device_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: The client ids of a device
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001
    include: [client_ids]
  register: lamp

- name: The first of them is the right one
  iotops.aliyun.iot_device_client_id:
    product: street_light
    name: lamp-0001
    client_id: "{{ lamp.devices[0].client_ids | first }}"
  when: lamp.devices[0].client_ids | length > 0
"""

RETURN = r"""
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The client id would be declared the right one; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_client_id import RightClientId

ENTRY = RightClientId()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
