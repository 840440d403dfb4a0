#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_job_task_info
short_description: Gather information about tasks of device jobs
version_added: 0.1.0
description:
  - Returns the tasks of a device job, one for each device, or a single task with the details that the device has
    reported.
options:
  task_id:
    description:
      - Return only the task with this ID.
      - Exactly one of O(task_id) and O(job_id) must be set.
    type: str
  job_id:
    description:
      - Return the tasks of the job with this ID. M(iotops.aliyun.iot_job) returns the ID of a job.
    type: str
  status:
    description:
      - Return only tasks with this status.
      - Only allowed with O(job_id).
    type: str
    choices: [queued, sent, in_progress, failed, rejected, timed_out, succeeded, canceled]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_job
  - module: iotops.aliyun.iot_job_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get the status of one task
  iotops.aliyun.iot_job_task_info:
    task_id: MSnT9xxxxq010101
"""

RETURN = r"""
tasks:
  description: Tasks that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    task_id:
      description: ID of the task.
      returned: always
      type: str
    job_id:
      description: ID of the job.
      returned: always
      type: str
    job:
      description: Name of the job.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product of the device.
      returned: always
      type: str
    device:
      description: Name of the device.
      returned: always
      type: str
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    status:
      description: Status of the task.
      returned: always
      type: str
    progress:
      description: Progress of the task that the device reported.
      returned: when the device has reported progress
      type: str
    message:
      description: Message of the platform about the task, such as the reason of a failure.
      returned: when O(task_id) is set and the platform returns a message
      type: str
    details:
      description: Details of the task that the device reported.
      returned: when O(task_id) is set and the device has reported details
      type: raw
    queued:
      description: Time when the task was queued, in UTC.
      returned: always
      type: str
    changed:
      description: Time when the task was last changed, in UTC.
      returned: always
      type: str
  sample:
    - task_id: MSnT9xxxxq010101
      job_id: sGWotgRkutXxxxx
      job: restart
      product_key: a1BwAGVxxxx
      device: lamp-0001
      iot_id: Q7uOhVRdZRRlDnTLvxxxx00100
      status: succeeded
      progress: '100'
      queued: '2019-05-21T13:03:53.000Z'
      changed: '2019-05-21T13:03:56.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.job_task import JobTaskInfo

ENTRY = JobTaskInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
