#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_job
short_description: Do something with many devices
version_added: 0.1.0
description:
  - A job calls a service of many devices, sets their properties, publishes to them, or hands them something of one's
    own to do, at a pace. An account has 10,000 jobs at most.
  - A job runs at once when it is made, or at its time. Its description, its pace and its timeout can change as long as
    it has not ended, and nothing else of it. To do it once more, give another name; to repeat only what went wrong,
    there is M(iotops.aliyun.iot_job_rerun).
options:
  name:
    description:
      - The job's name, 4 to 30 Chinese and English letters, digits and underscores. It tells one job from
        another. The platform allows several of one name; the module does not.
    type: str
    required: true
  state:
    description:
      - V(present) is a job that was made, whatever has become of it. V(cancelled) is one that does not go on; one that
        has ended stays as it is. V(absent) is none, whether it has ended or not.
    type: str
    choices: [present, cancelled, absent]
    default: present
  type:
    description:
      - What is done, call an asynchronous service (V(invoke_service)), set properties (V(set_property)), publish
        (V(pub)), or what the devices make of the document and the file (V(custom)). Needed to make one.
    type: str
    choices: [invoke_service, set_property, pub, custom]
  document:
    description:
      - What the devices are to do, up to 65,536 characters as JSON. Needed to make one.
      - For V(invoke_service) it has C(serviceIdentifier) and C(params), for V(set_property) C(params), for V(pub)
        C(topicShortName) and C(messageContent) in Base64, and for V(custom) anything.
    type: dict
  product:
    description:
      - The product whose devices the job is for, up to 100,000, by its name or its ProductKey. One of O(product),
        O(group) and O(devices) is needed to make a job.
    type: str
  group:
    description:
      - The group whose devices the job is for, up to 100,000, by its name or its GroupId.
    type: str
  devices:
    description:
      - The devices that the job is for, up to 200.
    type: list
    elements: dict
    suboptions:
      product:
        description:
          - The product, by its name or its ProductKey.
        type: str
        required: true
      name:
        description:
          - The name of the device.
        type: str
        required: true
  file:
    description:
      - A file for the devices of a V(custom) job, as a path from the root on the host where the task runs, of up to
        1,000 MB (1,048,576,000 bytes). It is uploaded when the job is made.
      - The platform keeps its suffix where it is C(bin), C(apk), C(tar), C(gz), C(tar.gz), C(zip) or C(gzip), and
        calls it C(bin) otherwise.
    type: path
  description:
    description:
      - What the job is for, up to 100 characters. An empty text clears it.
    type: str
  maximum_per_minute:
    description:
      - To how many devices the job is sent a minute at most, 50 to 1,000. It is 1,000 where nothing is said.
    type: int
  qos:
    description:
      - How surely a V(pub) or V(custom) job is sent, at most once (V(0)) or at least once (V(1)). It is V(0) where
        nothing is said.
    type: int
    choices: [0, 1]
  timeout_in_minutes:
    description:
      - How long each device may take, 1 to 3,600 minutes for a V(custom) job, where it is 60 if nothing is said, and 1
        to 5 for V(invoke_service) and V(set_property), where it is 1. A publication waits for nothing.
    type: int
  scheduled_time:
    description:
      - When the job begins, 10 minutes to 7 days ahead, such as V(2030-01-31T20:00:00+08:00). Not given, it begins at
        once. A time that is told anew at each run would be a change, which there is none of.
    type: str
  wait:
    description:
      - Whether the task waits until the job has ended, with whatever result for each device. In check mode nothing is
        waited for.
    type: bool
    default: false
  wait_timeout_in_seconds:
    description:
      - How long to wait, in seconds. Then the task fails, and the job goes on.
    type: int
    default: 3600
  include_secrets:
    description:
      - Whether the result has RV(job.download_url), by which everybody can fetch the file. Set C(no_log) on such a
        task.
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
- name: All lamps hear of the storm, and it is waited until it was sent
  iotops.aliyun.iot_job:
    name: storm
    type: pub
    document:
      topicShortName: storm
      messageContent: "{{ 'a storm is coming' | b64encode }}"
    product: street_light
    wait: true

- name: One lamp does what its maker thought of
  iotops.aliyun.iot_job:
    name: calibrate
    type: custom
    document: {sensor: light}
    devices:
      - {product: street_light, name: lamp-0001}
    maximum_per_minute: 50
    timeout_in_minutes: 120

- name: Not today
  iotops.aliyun.iot_job:
    name: calibrate
    state: cancelled

- name: The storm is over
  iotops.aliyun.iot_job:
    name: storm
    state: absent
"""

RETURN = r"""
job:
  description: The job; empty when it is absent.
  returned: success
  type: dict
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
    scheduled_time:
      description: When it begins, in UTC; empty where it began at once.
      type: str
      returned: when it is read whole
    status:
      description:
        - How it stands, C(initializing), C(waiting) (for its time), C(in_progress), C(completed), C(timed_out),
          C(cancelling) or C(cancelled).
      type: str
      returned: when it is there
    stopped:
      description: Whether it has ended, or is about to because it was cancelled.
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
    download_url:
      description: Where its file can be fetched for half an hour.
      type: str
      returned: when O(include_secrets=true) and it has one
  sample:
    name: dim_all
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
    scheduled_time: ""
    status: in_progress
    stopped: false
    created: "2020-12-13T04:09:51.000Z"
    modified: "2020-12-13T04:10:00.000Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: dim_all}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateJob
      status: done
      changes:
        name: {before: null, after: dim_all}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product street_light does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 4
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job import Job

ENTRY = ResourceEntry(Job)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
