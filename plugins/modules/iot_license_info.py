#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_license_info
short_description: Gather information about audio and video licenses of devices
version_added: 0.1.0
description:
  - Returns the devices that have a license for the platform's audio and video services, and the expiry times of the
    licenses.
options:
  product:
    description:
      - Return only devices of this product, identified by its name or ProductKey.
    type: str
  device:
    description:
      - Return only the device with this name.
      - Requires O(product).
    type: str
  license:
    description:
      - Return only licenses of this type, identified by the video resolution that it allows.
    type: str
    choices: ["480p", "720p"]
  licensed_after:
    description:
      - Return only licenses assigned at this time or later, in milliseconds since 1970-01-01 UTC.
    type: int
  licensed_before:
    description:
      - Return only licenses assigned at this time or earlier, in milliseconds since 1970-01-01 UTC.
    type: int
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_license
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the licensed devices of a product
  iotops.aliyun.iot_license_info:
    product: street_light
"""

RETURN = r"""
licenses:
  description: Licenses that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product of the device.
      returned: always
      type: str
    product_name:
      description: Name of the product.
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
    license:
      description: Type of the license, C(480p) or C(720p).
      returned: always
      type: str
    licensed:
      description: Time when the license was assigned, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    expires:
      description: Time when the license expires, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    - product_key: a1BwAGVxxxx
      product_name: street_light
      device_name: lamp-0001
      iot_id: Q7uOhVRdZRRIDnTLv00100
      license: 720p
      licensed: 1653996767000
      expires: 1748604768000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.av_license.license import LicenseInfo

ENTRY = LicenseInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
