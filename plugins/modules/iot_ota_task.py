#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_task
short_description: Confirm, cancel or rerun OTA tasks of single devices
version_added: 0.1.0
description:
  - Confirms, cancels or reruns OTA tasks. An OTA task is the upgrade of one device within an OTA job. To cancel a whole
    job, use M(iotops.aliyun.iot_ota_job).
  - A request contains up to 10 tasks or 200 devices. Larger numbers are split into several requests, each of which
    either succeeds or fails as a whole.
options:
  action:
    description:
      - Action to perform.
      - V(confirm) starts the upgrades in O(task_ids), which wait for a confirmation.
      - V(cancel) cancels the upgrades of O(devices) to O(firmware) that wait to be pushed, that were pushed or that are
        in progress.
      - V(reupgrade) reruns the upgrades in O(task_ids) of the job O(job_id), which have failed or were canceled.
    type: str
    choices: [confirm, cancel, reupgrade]
    required: true
  task_ids:
    description:
      - IDs of the tasks, as returned by M(iotops.aliyun.iot_ota_task_info).
      - Required for V(confirm) and V(reupgrade).
    type: list
    elements: str
  job_id:
    description:
      - ID of the job.
      - Required for V(reupgrade). With V(cancel), only upgrades of this job are canceled.
    type: str
  product:
    description:
      - Name or ProductKey of the product of the devices.
      - Required for V(cancel).
    type: str
  firmware:
    description:
      - Name or ID of the firmware.
      - Required for V(cancel).
    type: str
  devices:
    description:
      - Names of the devices.
      - Required for V(cancel).
    type: list
    elements: str
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
  - module: iotops.aliyun.iot_ota_task_info
  - module: iotops.aliyun.iot_ota_job
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a job whose upgrades wait for a confirmation
  iotops.aliyun.iot_ota_job:
    name: by_hand
    firmware: lamp_1_0
    type: static
    target: specific
    devices: [lamp-0001]
    needs_push: false
    needs_confirmation: true

- name: List the upgrades that wait for a confirmation
  iotops.aliyun.iot_ota_task_info:
    firmware: lamp_1_0
    job: by_hand
    status: confirm
  register: waiting

- name: Confirm the upgrades
  iotops.aliyun.iot_ota_task:
    action: confirm
    task_ids: "{{ waiting.ota_tasks | map(attribute='task_id') }}"
  when: waiting.ota_tasks | length > 0

- name: Cancel the upgrade of a device
  iotops.aliyun.iot_ota_task:
    action: cancel
    product: street_light
    firmware: lamp_1_0
    devices: [lamp-0001]

- name: Rerun the canceled upgrade
  iotops.aliyun.iot_ota_task:
    action: reupgrade
    job_id: "{{ waiting.ota_tasks[0].job_id }}"
    task_ids: "{{ waiting.ota_tasks | map(attribute='task_id') }}"
"""

RETURN = r"""
done:
  description: IDs of the tasks, or for V(cancel) the names of the devices, for which the action was performed.
  returned: when not in check mode
  type: list
  elements: str
  sample:
    - y3tOmCDNgpR8F9jnVEzC01xxxx
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: 1 OTA task would be confirmed; nothing was done in check mode
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the firmware lamp_1_0 does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.task import UpgradeTasks

ENTRY = UpgradeTasks()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
