#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech_push_info
short_description: Gather information about pushes of speeches to devices
version_added: 0.1.0
description:
  - Returns the progress of the jobs that push a project's speeches to devices.
  - A push waits one day for devices that are offline.
options:
  project_code:
    description:
      - Code of the project, as shown in the console of the broadcasting service.
      - 1 to 64 letters and digits.
    type: str
    required: true
  job_code:
    description:
      - Code of the push job.
    type: str
  mode:
    description:
      - Return only pushes with this target, all devices (V(all)), one device (V(device)) or a device group (V(group)).
    type: str
    choices: [all, device, group]
  statuses:
    description:
      - Return only pushes with these statuses.
    type: list
    elements: str
    choices: [running, cancel, success, timeout]
  include:
    description:
      - Additional data to return for each push. Each choice takes additional requests for each push.
      - V(devices) returns the devices and the result of the push for each device.
      - V(speeches) returns the speeches that were pushed.
    type: list
    elements: str
    choices: [devices, speeches]
    default: []
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_speech_play
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the running pushes with the result for each device
  iotops.aliyun.iot_speech_push_info:
    project_code: Md3ZiTl888K9lXdy7890
    statuses: [running]
    include: [devices]
"""

RETURN = r"""
jobs:
  description: Push jobs that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    job_code:
      description: Code of the push job.
      returned: always
      type: str
    mode:
      description: Target of the push, C(all), C(device) or C(group).
      returned: always
      type: str
    status:
      description: Status of the push job, C(running), C(cancel), C(success) or C(timeout).
      returned: always
      type: str
    product_key:
      description: ProductKey of the product of the device.
      returned: when the target is a device
      type: str
    device_name:
      description: Name of the device.
      returned: when the target is a device
      type: str
    iot_id:
      description: IotId of the device.
      returned: when the target is a device
      type: str
    group_id:
      description: GroupId of the device group.
      returned: when the target is a device group
      type: str
    group_name:
      description: Name of the device group.
      returned: when the target is a device group
      type: str
    speech_count:
      description: Number of speeches in the push.
      returned: always
      type: int
    complete:
      description: Whether all speeches of the push still exist.
      returned: always
      type: bool
    device_count:
      description: Number of devices to which the speeches are pushed.
      returned: always
      type: int
    succeeded:
      description: Number of devices that have received the speeches.
      returned: always
      type: int
    failed:
      description: Number of devices for which the push failed.
      returned: always
      type: int
    running:
      description: Number of devices that have not received the speeches yet.
      returned: always
      type: int
    created:
      description: Time when the push job was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    expires:
      description: Time when the push job expires and no longer waits for devices, in milliseconds since 1970-01-01
        UTC.
      returned: always
      type: int
    devices:
      description: Devices of the push, each with its C(device_name), C(status), C(error_code), C(error_message)
        and C(modified).
      returned: when O(include) contains V(devices)
      type: list
      elements: dict
    speeches:
      description: Speeches of the push, each with its C(code), C(type), C(text) and C(voice).
      returned: when O(include) contains V(speeches)
      type: list
      elements: dict
  sample:
    - job_code: tBUmxxxxQPGT
      mode: device
      status: running
      device_name: lamp-0001
      speech_count: 1
      device_count: 1
      succeeded: 0
      failed: 0
      running: 1
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import PushesInfo

ENTRY = PushesInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
