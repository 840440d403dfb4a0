#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_job
short_description: Manage device jobs
version_added: 0.1.0
description:
  - Creates, updates, cancels and deletes device jobs. A device job calls a service of many devices, sets their
    properties, publishes a message to them, or sends them a custom task, at a limited rate. An account can have up to
    10,000 jobs.
  - A job starts when it is created, or at O(schedule_time).
  - Only the description, the rate and the timeout of a job can be changed, and only until the job has ended. To run a
    job again, create one with another name. To repeat only the failed tasks of a job, use
    M(iotops.aliyun.iot_job_rerun).
options:
  name:
    description:
      - Name of the job. Identifies the job.
      - 4 to 30 Chinese or English letters, digits and underscores.
      - The platform allows several jobs with the same name; the module does not.
    type: str
    required: true
  state:
    description:
      - Desired state of the job.
      - V(present) creates the job if it does not exist. An existing job can have any status.
      - V(canceled) cancels the job. A job that has ended is not changed.
      - V(absent) deletes the job, whether it has ended or not.
    type: str
    choices: [present, canceled, absent]
    default: present
  type:
    description:
      - Type of the job. Call an asynchronous service (V(invoke_service)), set properties (V(set_property)), publish a
        message (V(pub)), or send the document and the file to the devices for custom processing (V(custom)).
      - Required when the job is created.
    type: str
    choices: [invoke_service, set_property, pub, custom]
  document:
    description:
      - Document of the job, which describes what the devices have to do.
      - Up to 65,536 characters as JSON.
      - Required when the job is created.
      - It contains C(serviceIdentifier) and C(params) for V(invoke_service), C(params) for V(set_property),
        C(topicShortName) and C(messageContent) in Base64 for V(pub), and any members for V(custom).
    type: dict
  product:
    description:
      - Name or ProductKey of the product whose devices the job targets, up to 100,000 devices.
      - One of O(product), O(group) and O(devices) is required when the job is created.
    type: str
  group:
    description:
      - Name or GroupId of the device group whose devices the job targets, up to 100,000 devices.
    type: str
  devices:
    description:
      - Devices that the job targets, up to 200.
    type: list
    elements: dict
    suboptions:
      product:
        description:
          - Name or ProductKey of the product of the device.
        type: str
        required: true
      name:
        description:
          - Name of the device.
        type: str
        required: true
  file:
    description:
      - File for the devices of a V(custom) job, as an absolute path on the host where the task runs.
      - Up to 1,000 MB (1,048,576,000 bytes). It is uploaded when the job is created.
      - The platform keeps the file extension if it is C(bin), C(apk), C(tar), C(gz), C(tar.gz), C(zip) or C(gzip). All
        other files get the extension C(bin).
    type: path
  description:
    description:
      - Description of the job, up to 100 characters.
      - An empty string clears the value.
    type: str
  maximum_per_minute:
    description:
      - Maximum number of devices to which the job is sent per minute, V(50) to V(1000).
      - Defaults to V(1000) when the job is created.
    type: int
  qos:
    description:
      - Quality of service of the messages of the job, at most once (V(0)) or at least once (V(1)).
      - Only for V(pub) and V(custom) jobs.
      - Defaults to V(0) when the job is created.
    type: int
    choices: [0, 1]
  timeout_in_minutes:
    description:
      - Time in minutes that each device has to complete the job.
      - V(1) to V(3600) for a V(custom) job, with a default of V(60). V(1) to V(5) for V(invoke_service) and
        V(set_property), with a default of V(1). Cannot be set for V(pub), which has no timeout.
    type: int
  schedule_time:
    description:
      - Start time of the job, such as V(2030-01-31T20:00:00+08:00).
      - 10 minutes to 7 days in the future. If not set, the job starts when it is created.
      - Cannot be changed after creation. Use a fixed time, because a time that is calculated again in each run is a
        change.
    type: str
  wait:
    description:
      - Whether to wait until the job has ended, regardless of its result for each device.
      - Has no effect in check mode.
    type: bool
    default: false
  wait_timeout_in_seconds:
    description:
      - Maximum time to wait for the job, in seconds.
      - After this time the task fails. The job continues.
    type: int
    default: 3600
  include_secrets:
    description:
      - Whether the result contains RV(job.download_url), with which anyone can download the file.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_job_info
  - module: iotops.aliyun.iot_job_rerun
  - module: iotops.aliyun.iot_ota_job
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Publish a message to all devices of a product and wait until the job has ended
  iotops.aliyun.iot_job:
    name: storm
    type: pub
    document:
      topicShortName: storm
      messageContent: "{{ 'a storm is coming' | b64encode }}"
    product: street_light
    wait: true

- name: Send a custom task to one device
  iotops.aliyun.iot_job:
    name: calibrate
    type: custom
    document: {sensor: light}
    devices:
      - {product: street_light, name: lamp-0001}
    maximum_per_minute: 50
    timeout_in_minutes: 120

- name: Cancel a job
  iotops.aliyun.iot_job:
    name: calibrate
    state: canceled

- name: Delete a job
  iotops.aliyun.iot_job:
    name: storm
    state: absent
"""

RETURN = r"""
job:
  description: The job. Empty if it is absent.
  returned: success
  type: dict
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
      returned: when the job exists
      type: dict
    product_key:
      description: ProductKey of the product that the job targets. Empty if the job has another target.
      returned: when the job exists
      type: str
    group_id:
      description: GroupId of the device group that the job targets. Empty if the job has another target.
      returned: when the job exists
      type: str
    devices:
      description: Devices that the job targets, up to 200.
      returned: when the job exists
      type: list
      elements: dict
    file_md5:
      description: MD5 of the file of the job. Empty if the job has no file.
      returned: when the job exists
      type: str
    description:
      description: Description of the job, up to 100 characters.
      returned: always
      type: str
    maximum_per_minute:
      description: Maximum number of devices to which the job is sent per minute, V(50) to V(1000).
      returned: when the job exists
      type: int
    qos:
      description: Quality of service of the messages of the job, at most once (V(0)) or at least once (V(1)).
      returned: for jobs of type V(pub) or V(custom)
      type: int
    timeout_in_minutes:
      description: Time in minutes that each device has to complete the job.
      returned: for jobs of another type than V(pub)
      type: int
    schedule_time:
      description: Start time of the job, such as V(2030-01-31T20:00:00+08:00).
      returned: when the job exists
      type: str
    status:
      description: Status of the job, C(initializing), C(waiting) (for its start time), C(in_progress), C(completed),
        C(timed_out), C(canceling) or C(canceled).
      returned: when the job exists
      type: str
    stopped:
      description: Whether the job has ended or is about to end because it was canceled.
      returned: when the job exists
      type: bool
    created:
      description: Time when the job was created, in UTC.
      returned: when the job exists
      type: str
    modified:
      description: Time when the job was last changed, in UTC.
      returned: when the job exists
      type: str
    download_url:
      description: URL from which the file of the job can be downloaded for half an hour.
      returned: when O(include_secrets=true) and the job has a file
      type: str
  sample:
    name: dim_all
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
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: dim_all
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: create
      operation: CreateJob
      status: done
      changes:
        name:
          before: null
          after: dim_all
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.job import Job

ENTRY = ResourceEntry(Job)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
