#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_status_info
short_description: Gather the connection status of devices
version_added: 0.1.0
description:
  - Returns the status of the given devices of a product and the time since when they have it. One request reads up to
    50 devices.
  - Devices that do not exist are missing from the result.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  devices:
    description:
      - Names of the devices.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Wait until a device is online
  iotops.aliyun.iot_device_status_info:
    product: street_light
    devices: [lamp-0001]
  register: lamp
  until: lamp.statuses[0].status == 'online'
  retries: 5
  delay: 1

- name: Read the status of several devices
  iotops.aliyun.iot_device_status_info:
    product: street_light
    devices: [lamp-0001, lamp-0002]
"""

RETURN = r"""
statuses:
  description: Devices that exist, with their status.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the device.
      returned: always
      type: str
    status:
      description: Status of the device, C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      returned: always
      type: str
    changed:
      description: Time when the status last changed, in milliseconds since 1970-01-01 UTC.
      returned: when the platform returns it
      type: int
    iot_id:
      description: IotId of the device.
      returned: when O(devices) contains several devices
      type: str
    last_online:
      description: Time when the device was last online, in the format of the platform.
      returned: when O(devices) contains several devices and the device has been online
      type: str
  sample:
    - name: lamp-0001
      status: online
      changed: 1557062301656
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.status import DeviceStatusInfo

ENTRY = DeviceStatusInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
