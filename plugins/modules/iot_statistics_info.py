#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_statistics_info
short_description: Gather device statistics
version_added: 0.1.0
description:
  - Returns the total number of devices in the account, in a product or in a device group, the number of devices that
    have ever connected, and the number of devices that are online.
options:
  product:
    description:
      - Count only devices of this product, specified by its name or ProductKey.
    type: str
  group:
    description:
      - Count only devices of this device group, specified by its name or GroupId.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_info
  - module: iotops.aliyun.iot_device_group_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Count the devices of a product
  iotops.aliyun.iot_statistics_info:
    product: street_light
"""

RETURN = r"""
devices:
  description: Number of devices.
  returned: success
  type: int
  sample: 100
activated:
  description: Number of devices that have ever connected.
  returned: success
  type: int
  sample: 10
online:
  description: Number of devices that are online.
  returned: success
  type: int
  sample: 8
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.location.location import StatisticsInfo

ENTRY = StatisticsInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
