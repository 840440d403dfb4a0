#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_job_info
short_description: Gather information about OTA jobs
version_added: 0.1.0
description:
  - Returns the OTA jobs of a firmware, selected by name, type or status, or all of them. A request returns up to 200
    jobs.
  - M(iotops.aliyun.iot_ota_task_info) returns the upgrades of single devices.
options:
  firmware:
    description:
      - Return only jobs of this firmware, identified by its name or ID.
      - Either O(firmware) or O(job_id) is required.
    type: str
  job_id:
    description:
      - Return only the job with this ID, with full details.
    type: str
  name:
    description:
      - Return only the job with this name, with full details.
    type: str
  type:
    description:
      - Return only jobs of this type.
    type: str
    choices: [verify, static, dynamic]
  status:
    description:
      - Return only jobs with this status.
    type: str
    choices: [planned, in_progress, completed, canceled]
  details:
    description:
      - Whether to read the full details of every listed job, which takes one more request for each. Details are always
        read for a job that is selected by O(name) or O(job_id).
    type: bool
    default: false
  include:
    description:
      - Additional data to read for each returned job, which takes further requests for each.
      - V(devices) are the names of the devices of a job with the target V(specific).
    type: list
    elements: str
    choices: [devices]
    default: []
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_ota_job
  - module: iotops.aliyun.iot_ota_task_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the running jobs of a firmware
  iotops.aliyun.iot_ota_job_info:
    firmware: lamp_1_0
    status: in_progress

- name: Get one job and the names of its devices
  iotops.aliyun.iot_ota_job_info:
    firmware: lamp_1_0
    name: june
    include: [devices]
"""

RETURN = r"""
ota_jobs:
  description: The jobs that fit.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name, of the tag C(iotops.name); empty where it has none.
      type: str
      returned: always
    job_id:
      description: The id that the platform gave it.
      type: str
      returned: always
    firmware_id:
      description: The id of the firmware that it leads to.
      type: str
      returned: always
    product_key:
      description: The ProductKey of the devices' product.
      type: str
      returned: always
    type:
      description: Its type, C(verify), C(static) or C(dynamic).
      type: str
      returned: always
    target:
      description: Which devices it is for, C(all), C(specific), C(gray) or C(group).
      type: str
      returned: always
    devices:
      description: The names of its devices, where it is for specific ones.
      type: list
      elements: str
      returned: when asked for
    gray_percent:
      description: How many per cent of the devices it is for; empty where it is for no share of them.
      type: str
      returned: when it is read whole
    group_id:
      description: The id of the group that it is for; empty where it is for none.
      type: str
      returned: when it is read whole
    source_versions:
      description: The versions that it upgrades from; empty where it is from any.
      type: list
      elements: str
      returned: when it is read whole
    dynamic_mode:
      description: Which devices a dynamic job is for, C(all) or C(later).
      type: str
      returned: for a dynamic job that is read whole
    need_push:
      description: Whether the platform pushes the upgrade to devices.
      type: bool
      returned: when it is read whole
    need_confirm:
      description: Whether each upgrade waits until it is confirmed.
      type: bool
      returned: when it is read whole
    download_protocol:
      description: How devices download, C(https) or C(mqtt).
      type: str
      returned: when it is read whole
    maximum_per_minute:
      description: To how many devices it is pushed a minute at most.
      type: int
      returned: when it is read whole
    overwrite:
      description: Whether it takes the place of upgrades that devices are waiting for.
      type: bool
      returned: when it is read whole
    multi_module:
      description: Whether devices upgrade several modules at once.
      type: bool
      returned: when it is read whole
    retry_interval_in_minutes:
      description: How long after a failure an upgrade is tried again.
      type: int
      returned: when it is
    retry_count:
      description: How often an upgrade is tried again.
      type: int
      returned: when it is
    task_timeout_in_minutes:
      description: How long an upgrade may take.
      type: int
      returned: when that is limited
    schedule_time:
      description: When it begins, in UTC; empty where it began at once.
      type: str
      returned: when it is read whole
    schedule_finish_time:
      description: When it ends whatever is left, in UTC; empty where it does not.
      type: str
      returned: when it is read whole
    tags:
      description: Its other tags.
      type: dict
      returned: always
    status:
      description: How it stands, C(planned), C(in_progress), C(completed) or C(canceled).
      type: str
      returned: when it is there
    stopped:
      description:
        - Whether it has ended; after a cancellation, whether nothing goes on of what was to be canceled.
      type: bool
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: when it is there
    started:
      description: When it began, in UTC.
      type: str
      returned: when it has begun
    ended:
      description: When it ended, in UTC.
      type: str
      returned: when it has ended
  sample:
    - name: june
      job_id: wahVIzGkCMuAUE2gDERM02xxxx
      firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
      product_key: a1BwAGVxxxx
      type: static
      target: gray
      gray_percent: "10"
      group_id: ""
      source_versions: []
      need_push: true
      need_confirm: false
      download_protocol: https
      maximum_per_minute: 1000
      overwrite: false
      multi_module: false
      schedule_time: ""
      schedule_finish_time: ""
      tags: {}
      status: in_progress
      stopped: false
      created: "2019-11-04T06:22:19.566Z"
      started: "2019-11-04T06:22:19.566Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job import OtaJob

ENTRY = InfoEntry(OtaJob)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
