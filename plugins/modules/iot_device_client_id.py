#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_client_id
short_description: Set the valid client ID of a device
version_added: 0.1.0
description:
  - Sets the valid client ID of a device that has several. A device that uses dynamic registration without
    pre-registration gets a new client ID with each registration. After one of them is set as the valid one, the
    platform rejects connections with the other client IDs.
  - The platform does not return which client ID is the valid one, and it keeps the others in its list. For this reason
    the module sends the request in each run. To delete all client IDs of a device, use
    O(iotops.aliyun.iot_device#module:client_ids).
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  name:
    description:
      - Name of the device.
    type: str
    required: true
  client_id:
    description:
      - Valid client ID of the device.
      - M(iotops.aliyun.iot_device_info) can list the client IDs of a device.
    type: str
    required: true
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
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_device_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the client IDs of a device
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001
    include: [client_ids]
  register: lamp

- name: Set the first client ID as the valid one
  iotops.aliyun.iot_device_client_id:
    product: street_light
    name: lamp-0001
    client_id: "{{ lamp.devices[0].client_ids | first }}"
  when: lamp.devices[0].client_ids | length > 0
"""

RETURN = r"""
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The client ID would be set as the valid one; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.client_id import ClientIdSelection

ENTRY = ClientIdSelection()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
