#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_task
short_description: Confirm, cancel or repeat upgrades of single devices
version_added: 0.1.0
description:
  - Within an upgrade job each device has a task. What is done here is done to single tasks;
    M(iotops.aliyun.iot_ota_job) cancels a whole job.
  - More than the platform takes at once goes in several requests, 10 tasks or 200 devices each. Of one request all is
    done or nothing.
options:
  action:
    description:
      - What to do.
      - V(confirm) lets upgrades begin that wait for it, those of O(task_ids).
      - V(cancel) cancels the upgrades to O(firmware) of O(devices) that wait to be pushed, were pushed or have begun.
      - V(reupgrade) repeats upgrades of O(job_id) that failed or were cancelled, those of O(task_ids).
    type: str
    choices: [confirm, cancel, reupgrade]
    required: true
  task_ids:
    description:
      - The ids of the tasks, as M(iotops.aliyun.iot_ota_task_info) tells them, for V(confirm) and V(reupgrade).
    type: list
    elements: str
  job_id:
    description:
      - The id of the job, for V(reupgrade). With V(cancel), only upgrades of this job.
    type: str
  product:
    description:
      - The product of the devices, by its name or its ProductKey, for V(cancel).
    type: str
  firmware:
    description:
      - The firmware, by its name or its id, for V(cancel).
    type: str
  devices:
    description:
      - The names of the devices, for V(cancel).
    type: list
    elements: str
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
  - module: iotops.aliyun.iot_ota_task_info
  - module: iotops.aliyun.iot_ota_job
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Upgrades that wait until somebody has looked
  iotops.aliyun.iot_ota_job:
    name: by_hand
    firmware: lamp_1_0
    type: static
    target: specific
    devices: [lamp-0001]
    need_push: false
    need_confirm: true

- name: What waits
  iotops.aliyun.iot_ota_task_info:
    firmware: lamp_1_0
    job: by_hand
    status: confirm
  register: waiting

- name: It may begin
  iotops.aliyun.iot_ota_task:
    action: confirm
    task_ids: "{{ waiting.ota_tasks | map(attribute='task_id') }}"
  when: waiting.ota_tasks | length > 0

- name: Or not after all
  iotops.aliyun.iot_ota_task:
    action: cancel
    product: street_light
    firmware: lamp_1_0
    devices: [lamp-0001]

- name: And yet once more
  iotops.aliyun.iot_ota_task:
    action: reupgrade
    job_id: "{{ waiting.ota_tasks[0].job_id }}"
    task_ids: "{{ waiting.ota_tasks | map(attribute='task_id') }}"
"""

RETURN = r"""
done:
  description: The ids of the tasks, or the names of the devices, with which it was done.
  returned: when something was done
  type: list
  elements: str
  sample: [y3tOmCDNgpR8F9jnVEzC01xxxx]
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: 1 upgrades would be confirmed; nothing was done in check mode
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the firmware lamp_1_0 does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 1
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota_task import UpgradeTasks

ENTRY = UpgradeTasks()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
