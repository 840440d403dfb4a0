#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_job_info
short_description: Gather information about device jobs
version_added: 0.1.0
description:
  - Returns the device jobs of the account, optionally filtered by name, ID, type or status. One request lists up to 50
    jobs. Jobs that are being deleted are not returned.
options:
  name:
    description:
      - Return only the job with this name.
    type: str
  job_id:
    description:
      - Return only the job with this ID, which the platform assigned.
    type: str
  type:
    description:
      - Return only jobs of this type.
    type: str
    choices: [invoke_service, set_property, pub, custom]
  status:
    description:
      - Return only jobs with this status.
    type: str
    choices: [initializing, waiting, in_progress, completed, canceled, timed_out, canceling, removing]
  details:
    description:
      - Whether to read each listed job in full, which takes an additional request for each of them.
      - A job that is selected by O(name) or O(job_id) is always read in full.
    type: bool
    default: false
  include:
    description:
      - Additional information to read for each returned job, which takes additional requests for each of them.
      - V(statistics) is the number of tasks of the job by status, V(tasks) are the tasks themselves.
    type: list
    elements: str
    choices: [statistics, tasks]
    default: []
  include_secrets:
    description:
      - Whether the result contains the download addresses, with which anyone can download the files.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_job
  - module: iotops.aliyun.iot_job_rerun
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the jobs that are in progress
  iotops.aliyun.iot_job_info:
    status: in_progress

- name: Read a job with its statistics and tasks
  iotops.aliyun.iot_job_info:
    name: calibrate
    include: [statistics, tasks]
"""

RETURN = r"""
jobs:
  description: The jobs that fit.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    job_id:
      description: The id that the platform gave it.
      type: str
      returned: always
    type:
      description: What is done, C(invoke_service), C(set_property), C(pub) or C(custom).
      type: str
      returned: always
    document:
      description: What the devices are to do.
      type: dict
      returned: when it is read whole
    product_key:
      description: The ProductKey of the product whose devices it is for; empty where it is for others.
      type: str
      returned: when it is read whole
    group_id:
      description: The GroupId of the group whose devices it is for; empty where it is for others.
      type: str
      returned: when it is read whole
    devices:
      description: The devices that it is for, each by its C(product_key) and its C(name); empty where it is for others.
      type: list
      elements: dict
      returned: when it is read whole
    file_md5:
      description: The MD5 of its file; empty where it has none.
      type: str
      returned: when it is read whole
    description:
      description: What it is for.
      type: str
      returned: always
    maximum_per_minute:
      description: To how many devices it is sent a minute at most.
      type: int
      returned: when it is read whole
    qos:
      description: How surely it is sent, 0 or 1.
      type: int
      returned: for the types C(pub) and C(custom), when it is read whole
    timeout_in_minutes:
      description: How long each device may take.
      type: int
      returned: for other types than C(pub), when it is read whole
    schedule_time:
      description: When it begins, in UTC; empty where it began at once.
      type: str
      returned: when it is read whole
    status:
      description:
        - How it stands, C(initializing), C(waiting) (for its time), C(in_progress), C(completed), C(timed_out),
          C(canceling) or C(canceled).
      type: str
      returned: when it is there
    stopped:
      description: Whether it has ended, or is about to because it was canceled.
      type: bool
      returned: when it is there
    created:
      description: When it was made, in UTC.
      type: str
      returned: when it is there
    modified:
      description: When it was changed last, in UTC.
      type: str
      returned: when it is there
    statistics:
      description: How many of its tasks stand how, and their C(total).
      type: dict
      returned: when asked for
    tasks:
      description:
        - Its tasks, one for each device, with C(task_id), C(product_key), C(device), C(iot_id), C(status),
          C(progress), C(queued) and C(modified).
      type: list
      elements: dict
      returned: when asked for
    download_url:
      description: Where its file can be fetched for half an hour.
      type: str
      returned: when O(include_secrets=true) and it has one
  sample:
    - name: dim_all
      job_id: XUbmsMHmkqv0PiAGxxxx010001
      type: set_property
      document: {params: {Brightness: 20}}
      product_key: a1BwAGVxxxx
      group_id: ""
      devices: []
      file_md5: ""
      description: for the night
      maximum_per_minute: 100
      timeout_in_minutes: 1
      schedule_time: ""
      status: in_progress
      stopped: false
      created: "2020-12-13T04:09:51.000Z"
      modified: "2020-12-13T04:10:00.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.job import Job

ENTRY = InfoEntry(Job)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
