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
  description: Join permissions that match the filter.
  returned: when O(join_permission) is set or O(task_id) is not set
  type: list
  elements: dict
  contains:
    join_permission_id:
      description: ID of the join permission.
      returned: always
      type: str
    name:
      description: Name of the join permission.
      returned: always
      type: str
    type:
      description: Type of the join permission, C(local) or C(roaming).
      returned: always
      type: str
    class_mode:
      description: LoRaWAN class of the nodes, C(a), C(b) or C(c).
      returned: always
      type: str
    enabled:
      description: Whether the join permission is enabled.
      returned: always
      type: bool
    owner:
      description: ID of the account that created the join permission.
      returned: always
      type: str
  sample:
    - join_permission_id: '8001'
      name: fields
      type: local
      class_mode: a
      enabled: true
      owner: '1375364789000000'
task:
  description: Registration task. Empty if no task has this ID.
  returned: when O(task_id) is set
  type: dict
  contains:
    task_id:
      description: ID of the task.
      returned: when the task exists
      type: str
    state:
      description: State of the task, C(running) or C(finish).
      returned: when the task exists
      type: str
    total:
      description: Number of nodes in the task.
      returned: when the task exists
      type: int
    registered:
      description: DevEUIs of the nodes that were registered.
      returned: when the task exists
      type: list
      elements: str
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
