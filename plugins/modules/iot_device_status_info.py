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
  description: The devices that are there.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The device's name.
      type: str
      returned: always
    status:
      description: C(online), C(offline), C(unactive) (it was never online) or C(disable).
      type: str
      returned: always
    changed:
      description: Since when, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: when the platform tells it
    iot_id:
      description: The device's IotId.
      type: str
      returned: when several devices are asked for
    last_online:
      description: When the device was online last, as the platform writes it.
      type: str
      returned: when several devices are asked for, and it ever was
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
