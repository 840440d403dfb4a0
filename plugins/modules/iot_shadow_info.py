#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_shadow_info
short_description: Gather information about the shadow of a device
version_added: 0.1.0
description:
  - Returns the desired state of a device and the state that the device last reported.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_shadow
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get the desired and reported state of a lamp
  iotops.aliyun.iot_shadow_info:
    product: street_light
    device: lamp-0001
"""

RETURN = r"""
shadows:
  description: The device shadow, as a list with one element. Empty if the device does not exist.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    device:
      description: Name of the device.
      returned: always
      type: str
    desired:
      description: Desired attributes of the device with their values, which can be any JSON except null.
      returned: always
      type: dict
    reported:
      description: State that the device last reported.
      returned: always
      type: dict
    version:
      description: Version of the shadow, 0 if nothing has been written to it yet.
      returned: always
      type: int
    updated:
      description: Time when the shadow was last changed, in seconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    - product_key: a1BwAGVxxxx
      device: lamp-0001
      desired:
        color: green
        brightness: 70
      reported:
        color: red
      version: 3
      updated: 1581595942
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.shadow.shadow import Shadow

ENTRY = InfoEntry(Shadow)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
