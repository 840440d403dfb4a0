#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_task_info
short_description: Gather information about OTA tasks of devices
version_added: 0.1.0
description:
  - Returns the OTA tasks of a job, which is identified by O(job_id), or by O(firmware) and O(job). An OTA task is the
    upgrade of one device within an OTA job.
  - If no job is set, returns the unfinished OTA tasks of O(devices) of O(product) and the versions of their OTA
    modules, and with O(firmware) also the jobs of this firmware that include the devices.
options:
  firmware:
    description:
      - Name or ID of the firmware.
      - Required with O(job).
    type: str
  job:
    description:
      - Return the tasks of the job of O(firmware) with this name.
    type: str
  job_id:
    description:
      - Return the tasks of the job with this ID.
    type: str
  product:
    description:
      - Name or ProductKey of the product of O(devices).
      - Required together with O(devices) if neither O(job) nor O(job_id) is set.
    type: str
  devices:
    description:
      - Return only tasks of the devices with these names.
    type: list
    elements: str
  module:
    description:
      - Return only tasks and versions of this OTA module. V(default) is the device as a whole.
      - Has an effect only if no job is set.
    type: str
  status:
    description:
      - Return only tasks with this status.
      - If no job is set, only unfinished tasks are returned, which have the status V(confirm), V(queued), V(notified)
        or V(in_progress).
    type: str
    choices: [confirm, queued, notified, in_progress, succeeded, failed, canceled]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_ota_task
  - module: iotops.aliyun.iot_ota_job_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the failed tasks of a job
  iotops.aliyun.iot_ota_task_info:
    firmware: lamp_1_0
    job: june
    status: failed

- name: Get the versions and the unfinished tasks of a device
  iotops.aliyun.iot_ota_task_info:
    product: street_light
    devices: [lamp-0001]
"""

RETURN = r"""
ota_tasks:
  description: OTA tasks that match the filters.
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
    firmware_id:
      description: ID of the firmware.
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
    source_version:
      description: Version that the device had when the task was created.
      returned: always
      type: str
    version:
      description: Version to which the device is upgraded.
      returned: always
      type: str
    status:
      description: Status of the task, C(confirm) (waits for a confirmation), C(queued), C(notified), C(in_progress),
        C(succeeded), C(failed) or C(canceled).
      returned: always
      type: str
    created:
      description: Time when the task was created, in UTC.
      returned: always
      type: str
    modified:
      description: Time when the task was last changed, in UTC.
      returned: always
      type: str
    progress:
      description: Percentage of the upgrade that the device has completed.
      returned: when O(job) or O(job_id) is set and the device has reported progress
      type: int
    description:
      description: Last message of the device or of the platform about the task.
      returned: when O(job) or O(job_id) is set
      type: str
    module:
      description: OTA module.
      returned: when neither O(job) nor O(job_id) is set
      type: str
  sample:
    - task_id: y3tOmCDNgpR8F9jnVEzC01xxxx
      job_id: wahVIzGkCMuAUE2gDERM02xxxx
      firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
      product_key: a1BwAGVxxxx
      device: lamp-0001
      iot_id: SR8FiTu1R9tlUR2V1bmi0010xxxx
      source_version: '0.9'
      version: '1.0'
      status: failed
      created: '2019-11-04T03:38:15.000Z'
      modified: '2019-11-04T03:38:15.000Z'
      progress: 50
      description: the download failed
module_versions:
  description: Versions of the OTA modules that the devices have reported.
  returned: when neither O(job) nor O(job_id) is set
  type: list
  elements: dict
  contains:
    device:
      description: Name of the device.
      returned: always
      type: str
    module:
      description: OTA module.
      returned: always
      type: str
    version:
      description: Version of the OTA module.
      returned: always
      type: str
  sample:
    - device: lamp-0001
      module: default
      version: '0.9'
ota_jobs:
  description: Jobs of the firmware that include the devices.
  returned: when neither O(job) nor O(job_id) is set, and O(firmware) is set
  type: list
  elements: dict
  contains:
    device:
      description: Name of the device.
      returned: always
      type: str
    name:
      description: Name of the job. Empty if it has none.
      returned: always
      type: str
    job_id:
      description: ID of the job.
      returned: always
      type: str
    type:
      description: Type of the job, C(verify), C(static) or C(dynamic).
      returned: always
      type: str
    status:
      description: Status of the job, C(planned), C(in_progress), C(completed) or C(canceled).
      returned: always
      type: str
  sample:
    - device: lamp-0001
      name: june
      job_id: wahVIzGkCMuAUE2gDERM02xxxx
      type: static
      status: in_progress
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.task import UpgradeTasksInfo

ENTRY = UpgradeTasksInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
