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
  description: The tasks.
  returned: success
  type: list
  elements: dict
  contains:
    task_id:
      description: The id of the task.
      type: str
      returned: always
    job_id:
      description: The id of its job.
      type: str
      returned: always
    job:
      description: The name of its job.
      type: str
      returned: always
    product_key:
      description: The ProductKey of the device's product.
      type: str
      returned: always
    device:
      description: The device's name.
      type: str
      returned: always
    iot_id:
      description: The device's IotId.
      type: str
      returned: always
    status:
      description: The state.
      type: str
      returned: always
    progress:
      description: How far it is, as the device says.
      type: str
      returned: when the device has said so
    message:
      description: What the platform says of it, such as why it failed.
      type: str
      returned: of one task, when there is something to say
    details:
      description: What the device has said of it.
      type: raw
      returned: of one task, when the device has said something
    queued:
      description: When it was queued, in UTC.
      type: str
      returned: always
    changed:
      description: When it changed last, in UTC.
      type: str
      returned: always
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
