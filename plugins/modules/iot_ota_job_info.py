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
  description: Jobs that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job. Identifies the job within the firmware.
      returned: always
      type: str
    job_id:
      description: ID that the platform assigned to the job.
      returned: always
      type: str
    firmware_id:
      description: ID of the firmware of the job.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product of the devices.
      returned: always
      type: str
    type:
      description: Type of the job, which is V(verify), V(static) or V(dynamic).
      returned: always
      type: str
    target:
      description: Devices that a static job upgrades, which are all devices that can be upgraded (V(all)), specific
        devices (V(specific)), a percentage of the devices (V(gray)), or the devices of a device group (V(group)).
      returned: always
      type: str
    devices:
      description: Names of the devices of a static job with the target V(specific), or of the devices that verify
        the firmware.
      returned: when O(include) contains V(devices)
      type: list
      elements: str
    gray_percent:
      description: Percentage of the devices that a static job upgrades. The number of devices is rounded down,
        and is at least 1.
      returned: when read in full (see O(details))
      type: str
    group_id:
      description: GroupId of the device group of the job. Empty if the job has no group.
      returned: when read in full (see O(details))
      type: str
    source_versions:
      description: Versions that devices are upgraded from. For a static job with the target V(all) or V(gray),
        or for a dynamic job.
      returned: when read in full (see O(details))
      type: list
      elements: str
    dynamic_mode:
      description: Devices that a dynamic job upgrades, which are those that match now or later (V(all)), or only
        those that report a new version later (V(later)).
      returned: when read in full (see O(details)), for dynamic jobs
      type: str
    needs_push:
      description: Whether the platform pushes the upgrade to online devices. If V(false), devices must request
        it.
      returned: when read in full (see O(details))
      type: bool
    needs_confirmation:
      description: Whether each upgrade waits for a confirmation, for example by M(iotops.aliyun.iot_ota_task).
      returned: when read in full (see O(details))
      type: bool
    download_protocol:
      description: Protocol with which devices download the firmware.
      returned: when read in full (see O(details))
      type: str
    maximum_per_minute:
      description: Maximum number of devices to which the upgrade is pushed in a minute.
      returned: when read in full (see O(details))
      type: int
    overwrite:
      description: Whether the job replaces upgrades of other jobs that devices are waiting for. Upgrades that a
        device has started continue.
      returned: when read in full (see O(details))
      type: bool
    multi_module:
      description: Whether the devices can upgrade several OTA modules at the same time.
      returned: when read in full (see O(details))
      type: bool
    retry_interval_in_minutes:
      description: Time after which a failed upgrade is retried, in minutes.
      returned: when read in full (see O(details)) and failed upgrades are retried
      type: int
    retry_count:
      description: Number of times that a failed upgrade is retried.
      returned: when read in full (see O(details)) and failed upgrades are retried
      type: int
    task_timeout_in_minutes:
      description: Maximum duration of the upgrade of a device, in minutes, counted from its first progress report.
        An upgrade that takes longer fails and is not retried.
      returned: when read in full (see O(details)) and the duration is limited
      type: int
    schedule_time:
      description: Time at which a static job starts, for example V(2030-01-31T20:00:00+08:00).
      returned: when read in full (see O(details))
      type: str
    schedule_finish_time:
      description: Time at which a static job ends, even if upgrades are not finished.
      returned: when read in full (see O(details))
      type: str
    tags:
      description: Additional tags of the job.
      returned: always
      type: dict
    status:
      description: Status of the job, C(planned), C(in_progress), C(completed) or C(canceled).
      returned: always
      type: str
    stopped:
      description: Whether the job has ended. For a job that the task cancels, whether nothing is left to cancel.
      returned: always
      type: bool
    created:
      description: Time when the job was created, in UTC.
      returned: always
      type: str
    started:
      description: Time when the job started, in UTC.
      returned: when the job has started
      type: str
    ended:
      description: Time when the job ended, in UTC.
      returned: when the job has ended
      type: str
  sample:
    - name: june
      job_id: wahVIzGkCMuAUE2gDERM02xxxx
      firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
      product_key: a1BwAGVxxxx
      type: static
      target: gray
      gray_percent: '10'
      group_id: ''
      source_versions: []
      needs_push: true
      needs_confirmation: false
      download_protocol: https
      maximum_per_minute: 1000
      overwrite: false
      multi_module: false
      schedule_time: ''
      schedule_finish_time: ''
      tags: {}
      status: in_progress
      stopped: false
      created: '2019-11-04T06:22:19.566Z'
      started: '2019-11-04T06:22:19.566Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job import OtaJob

ENTRY = InfoEntry(OtaJob)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
