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
  description: The pushes.
  returned: success
  type: list
  elements: dict
  contains:
    job_code:
      description: Its code.
      type: str
      returned: always
    mode:
      description: C(all), C(device) or C(group).
      type: str
      returned: always
    status:
      description: C(running), C(cancel), C(success) or C(timeout).
      type: str
      returned: always
    product_key:
      description: The ProductKey of the device.
      type: str
      returned: when it is to one device
    device_name:
      description: The name of the device.
      type: str
      returned: when it is to one device
    iot_id:
      description: The IotId of the device.
      type: str
      returned: when it is to one device
    group_id:
      description: The GroupId of the group.
      type: str
      returned: when it is to a group
    group_name:
      description: The name of the group.
      type: str
      returned: when it is to a group
    speech_count:
      description: How many speeches it has.
      type: int
      returned: always
    complete:
      description: Whether all of them are there still.
      type: bool
      returned: always
    device_count:
      description: To how many devices it is.
      type: int
      returned: always
    succeeded:
      description: How many have them.
      type: int
      returned: always
    failed:
      description: How many could not.
      type: int
      returned: always
    running:
      description: How many it waits for.
      type: int
      returned: always
    created:
      description: When it began, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
    expires:
      description: When it waits no longer.
      type: int
      returned: always
    devices:
      description: The devices, each with C(device_name), C(status), C(error_code), C(error_message) and C(modified).
      type: list
      elements: dict
      returned: when they are asked for
    speeches:
      description: The speeches, each with C(code), C(type), C(text) and C(voice).
      type: list
      elements: dict
      returned: when they are asked for
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
