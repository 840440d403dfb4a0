#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech_device_info
short_description: Gather information about devices that can play speeches
version_added: 0.1.0
description:
  - Returns the devices of a project of the broadcasting service that can play speeches, and the space that they have
    available for speeches.
  - Can also return one device in more detail, and the device groups of the project.
options:
  project_code:
    description:
      - Code of the project, as shown in the console of the broadcasting service.
      - 1 to 64 letters and digits.
    type: str
    required: true
  name_prefix:
    description:
      - Return only devices whose names start with this prefix.
    type: str
  space_is:
    description:
      - Return only devices whose available space is greater than, smaller than or equal to O(space_in_kilobytes).
      - Must be set together with O(space_in_kilobytes).
    type: str
    choices: [greater, smaller, equal]
  space_in_kilobytes:
    description:
      - Space to compare the available space with, in kilobytes.
      - Must be set together with O(space_is).
    type: float
  product:
    description:
      - Name or ProductKey of the product of the device.
      - Must be set together with O(device).
    type: str
  device:
    description:
      - Name of the device in O(product). Only this device is returned, with more details.
      - Must be set together with O(product).
    type: str
  groups:
    description:
      - Whether to also return the device groups of the project.
    type: bool
    default: false
  group_name:
    description:
      - Return only device groups whose names contain this text.
      - If set, device groups are returned even if O(groups=false).
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_speech
  - module: iotops.aliyun.iot_device_speech_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List devices with less than 50 kilobytes of available space
  iotops.aliyun.iot_speech_device_info:
    project_code: Md3ZiTl888K9lXdy7890
    space_is: smaller
    space_in_kilobytes: 50

- name: Get the details of one device
  iotops.aliyun.iot_speech_device_info:
    project_code: Md3ZiTl888K9lXdy7890
    product: street_light
    device: lamp-0001
"""

RETURN = r"""
devices:
  description: Devices that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    device_name:
      description: Name of the device.
      returned: always
      type: str
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    status:
      description: Status of the device, C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      returned: when O(device) is set
      type: str
    available_kilobytes:
      description: Space that is available for speeches, in kilobytes.
      returned: always
      type: float
    total_kilobytes:
      description: Total space for speeches, in kilobytes.
      returned: when O(device) is set
      type: float
    updated:
      description: Time when the speeches on the device last changed, in milliseconds since 1970-01-01 UTC.
      returned: when O(device) is set and speeches have been pushed to the device
      type: int
  sample:
    - product_key: a1BwAGVxxxx
      device_name: lamp-0001
      iot_id: Q7uOhVRdZRRIDnTLv00100
      available_kilobytes: 200.0
groups:
  description: Device groups of the project.
  returned: when O(groups=true) or O(group_name) is set
  type: list
  elements: dict
  contains:
    group_id:
      description: GroupId of the device group.
      returned: always
      type: str
    name:
      description: Name of the device group.
      returned: always
      type: str
    description:
      description: Description of the device group.
      returned: always
      type: str
    device_count:
      description: Number of devices in the device group.
      returned: always
      type: int
    created:
      description: Time when the device group was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    modified:
      description: Time when the device group was last changed, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    - group_id: W16X8Tvdosecxxxx
      name: west_side
      device_count: 128
      created: 1620634297000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import DevicesInfo

ENTRY = DevicesInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
