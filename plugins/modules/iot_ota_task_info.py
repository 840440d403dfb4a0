#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_task_info
short_description: Find upgrades of single devices
version_added: 0.1.0
description:
  - Tells the upgrades of a job, which is named by O(job_id), or by O(firmware) and O(job).
  - Or tells of some devices, named by O(product) and O(devices), the upgrades that are not over and the versions of
    their OTA modules, and with O(firmware) the jobs of it that they are in.
options:
  firmware:
    description:
      - The firmware, by its name or its id.
    type: str
  job:
    description:
      - The job of O(firmware), by its name.
    type: str
  job_id:
    description:
      - The job, by its id.
    type: str
  product:
    description:
      - The product of O(devices), by its name or its ProductKey, where no job is named.
    type: str
  devices:
    description:
      - Only upgrades of these devices.
    type: list
    elements: str
  module:
    description:
      - Only what is about this OTA module, where no job is named; V(default) is the device as a whole.
    type: str
  status:
    description:
      - Only upgrades that stand like this. Of devices only those are told that are not over, V(confirm), V(queued),
        V(notified) and V(in_progress).
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
- name: What has failed of a job
  iotops.aliyun.iot_ota_task_info:
    firmware: lamp_1_0
    job: june
    status: failed

- name: What a lamp is on, and is about to be on
  iotops.aliyun.iot_ota_task_info:
    product: street_light
    devices: [lamp-0001]
"""

RETURN = r"""
ota_tasks:
  description: The upgrades that fit.
  returned: success
  type: list
  elements: dict
  contains:
    task_id:
      description: Its id.
      type: str
      returned: always
    job_id:
      description: The id of its job.
      type: str
      returned: always
    firmware_id:
      description: The id of the firmware.
      type: str
      returned: always
    product_key:
      description: The ProductKey of the device.
      type: str
      returned: always
    device:
      description: The name of the device.
      type: str
      returned: always
    iot_id:
      description: The id of the device.
      type: str
      returned: always
    source_version:
      description: The version that the device had when the upgrade was made.
      type: str
      returned: always
    version:
      description: The version that it is to have.
      type: str
      returned: always
    status:
      description:
        - How it stands, C(confirm) (it waits to be confirmed), C(queued), C(notified), C(in_progress), C(succeeded),
          C(failed) or C(canceled).
      type: str
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
    modified:
      description: When it was changed last, in UTC.
      type: str
      returned: always
    progress:
      description: How many per cent the device has done.
      type: int
      returned: for the upgrades of a job
    description:
      description: What the device, or the platform, said of it last.
      type: str
      returned: for the upgrades of a job
    module:
      description: The OTA module.
      type: str
      returned: for the upgrades of devices
  sample:
    - task_id: y3tOmCDNgpR8F9jnVEzC01xxxx
      job_id: wahVIzGkCMuAUE2gDERM02xxxx
      firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
      product_key: a1BwAGVxxxx
      device: lamp-0001
      iot_id: SR8FiTu1R9tlUR2V1bmi0010xxxx
      source_version: "0.9"
      version: "1.0"
      status: failed
      created: "2019-11-04T03:38:15.000Z"
      modified: "2019-11-04T03:38:15.000Z"
      progress: 50
      description: the download failed
module_versions:
  description: The versions that the devices have reported of their OTA modules.
  returned: where no job is named
  type: list
  elements: dict
  contains:
    device:
      description: The name of the device.
      type: str
      returned: always
    module:
      description: The OTA module.
      type: str
      returned: always
    version:
      description: Its version.
      type: str
      returned: always
  sample:
    - {device: lamp-0001, module: default, version: "0.9"}
ota_jobs:
  description: The jobs of the firmware that the devices are in.
  returned: where no job is named, with O(firmware)
  type: list
  elements: dict
  contains:
    device:
      description: The name of the device.
      type: str
      returned: always
    name:
      description: The name of the job; empty where it has none.
      type: str
      returned: always
    job_id:
      description: Its id.
      type: str
      returned: always
    type:
      description: Its type, C(verify), C(static) or C(dynamic).
      type: str
      returned: always
    status:
      description: How it stands, C(planned), C(in_progress), C(completed) or C(canceled).
      type: str
      returned: always
  sample:
    - {device: lamp-0001, name: june, job_id: wahVIzGkCMuAUE2gDERM02xxxx, type: static, status: in_progress}
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota_task import UpgradeTasksInfo

ENTRY = UpgradeTasksInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
