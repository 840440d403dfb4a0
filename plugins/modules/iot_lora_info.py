#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_lora_info
short_description: Gather information about LoRaWAN join permissions and registration tasks
version_added: 0.1.0
description:
  - Returns the join permissions that are needed to create LoRaWAN products, selected by name or ID, or all of them.
  - Returns the progress of a task that registers nodes, as started by M(iotops.aliyun.iot_lora_devices).
options:
  join_permission:
    description:
      - Return only the join permission with this name or ID.
    type: str
  task_id:
    description:
      - Return the registration task with this ID.
      - If set, join permissions are returned only if O(join_permission) is set too.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_lora_devices
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the LoRaWAN join permissions
  iotops.aliyun.iot_lora_info:
  register: lora

- name: Get the progress of a registration task
  iotops.aliyun.iot_lora_info:
    task_id: "62146"
"""

RETURN = r"""
join_permissions:
  description: The join permissions that fit.
  returned: unless only a task was asked for
  type: list
  elements: dict
  contains:
    join_permission_id:
      description: Its id.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    type:
      description: C(local) or C(roaming).
      type: str
      returned: always
    class_mode:
      description: The class of its nodes, C(a), C(b) or C(c).
      type: str
      returned: always
    enabled:
      description: Whether it is in force.
      type: bool
      returned: always
    owner:
      description: The account that made it.
      type: str
      returned: always
  sample:
    - join_permission_id: '8001'
      name: fields
      type: local
      class_mode: a
      enabled: true
      owner: '1375364789000000'
task:
  description: The task; empty where there is none of this id.
  returned: when O(task_id) is given
  type: dict
  contains:
    task_id:
      description: Its id.
      type: str
      returned: always
    state:
      description: C(running) or C(finish).
      type: str
      returned: when it is there
    total:
      description: How many nodes it has.
      type: int
      returned: when it is there
    registered:
      description: The DevEUIs of the nodes that were registered.
      type: list
      elements: str
      returned: when it is there
  sample:
    task_id: '62146'
    state: finish
    total: 1
    registered:
      - d896e0ffff000001
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora import LoraInfo

ENTRY = LoraInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
