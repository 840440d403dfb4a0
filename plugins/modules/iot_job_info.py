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
  description: Jobs that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job. Identifies the job.
      returned: always
      type: str
    job_id:
      description: ID that the platform assigned to the job.
      returned: always
      type: str
    type:
      description: Type of the job. Call an asynchronous service (V(invoke_service)), set properties (V(set_property)),
        publish a message (V(pub)), or send the document and the file to the devices for custom processing (V(custom)).
      returned: always
      type: str
    document:
      description: Document of the job, which describes what the devices have to do.
      returned: when read in full (see O(details))
      type: dict
    product_key:
      description: ProductKey of the product that the job targets. Empty if the job has another target.
      returned: when read in full (see O(details))
      type: str
    group_id:
      description: GroupId of the device group that the job targets. Empty if the job has another target.
      returned: when read in full (see O(details))
      type: str
    devices:
      description: Devices that the job targets, up to 200.
      returned: when read in full (see O(details))
      type: list
      elements: dict
    file_md5:
      description: MD5 of the file of the job. Empty if the job has no file.
      returned: when read in full (see O(details))
      type: str
    description:
      description: Description of the job, up to 100 characters.
      returned: always
      type: str
    maximum_per_minute:
      description: Maximum number of devices to which the job is sent per minute, V(50) to V(1000).
      returned: when read in full (see O(details))
      type: int
    qos:
      description: Quality of service of the messages of the job, at most once (V(0)) or at least once (V(1)).
      returned: when read in full (see O(details)), for jobs of type V(pub) or V(custom)
      type: int
    timeout_in_minutes:
      description: Time in minutes that each device has to complete the job.
      returned: when read in full (see O(details)), for jobs of another type than V(pub)
      type: int
    schedule_time:
      description: Start time of the job, such as V(2030-01-31T20:00:00+08:00).
      returned: when read in full (see O(details))
      type: str
    status:
      description: Status of the job, C(initializing), C(waiting) (for its start time), C(in_progress), C(completed),
        C(timed_out), C(canceling) or C(canceled).
      returned: always
      type: str
    stopped:
      description: Whether the job has ended or is about to end because it was canceled.
      returned: always
      type: bool
    created:
      description: Time when the job was created, in UTC.
      returned: always
      type: str
    modified:
      description: Time when the job was last changed, in UTC.
      returned: always
      type: str
    statistics:
      description: Number of tasks of the job by status, and in total (C(total)).
      returned: when O(include) contains V(statistics)
      type: dict
    tasks:
      description: Tasks of the job, one for each device, with C(task_id), C(product_key), C(device), C(iot_id),
        C(status), C(progress), C(queued) and C(modified).
      returned: when O(include) contains V(tasks)
      type: list
      elements: dict
    download_url:
      description: URL from which the file of the job can be downloaded for half an hour.
      returned: when O(include_secrets=true), read in full (see O(details)), and the job has a file
      type: str
  sample:
    - name: dim_all
      job_id: XUbmsMHmkqv0PiAGxxxx010001
      type: set_property
      document:
        params:
          Brightness: 20
      product_key: a1BwAGVxxxx
      group_id: ''
      devices: []
      file_md5: ''
      description: for the night
      maximum_per_minute: 100
      timeout_in_minutes: 1
      schedule_time: ''
      status: in_progress
      stopped: false
      created: '2020-12-13T04:09:51.000Z'
      modified: '2020-12-13T04:10:00.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.job import Job

ENTRY = InfoEntry(Job)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
