#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_identity_info
short_description: Look up devices by IotId
version_added: 0.1.0
description:
  - Returns the product and the name of devices of which only the IotId is known. Messages and histories refer to
    devices by IotId.
  - Devices that do not exist are missing from the result.
options:
  iot_ids:
    description:
      - IotIds of the devices.
      - Each of them takes one request.
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
- name: Read a device
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001
  register: lamp

- name: Look up the product and the name of the device by its IotId
  iotops.aliyun.iot_device_identity_info:
    iot_ids: ["{{ lamp.devices[0].iot_id }}"]
"""

RETURN = r"""
devices:
  description: Devices that exist.
  returned: success
  type: list
  elements: dict
  contains:
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    name:
      description: Name of the device.
      returned: always
      type: str
    nickname:
      description: Nickname of the device.
      returned: when the device has a nickname
      type: str
  sample:
    - iot_id: Q7uOhVRdZRRlDnTLvxxxx00100
      product_key: a1BwAGVxxxx
      name: lamp-0001
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.status import DeviceIdentityInfo

ENTRY = DeviceIdentityInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
