#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_devices_info
short_description: Gather information about many devices of one or more products
version_added: 0.1.0
description:
  - Returns the devices of an account with the requested information. Devices are read page by page. They are read one
    by one only if O(properties) or O(one_by_one) is set.
  - The device search of an Enterprise instance, which is set with O(iot_instance_id), returns tags, groups and OTA
    modules page by page. Groups are also read from the member lists of the groups.
  - For all information about a single device, use M(iotops.aliyun.iot_device_info). To use devices as inventory hosts,
    use the inventory plugin P(iotops.aliyun.iot_devices#inventory).
options:
  products:
    description:
      - Return only devices of these products, by name or ProductKey.
      - If not set, devices of all products are returned.
    type: list
    elements: str
  device_groups:
    description:
      - Return only devices in one of these static groups, by name or GroupId.
      - This filter reduces the number of requests.
    type: list
    elements: str
  tags:
    description:
      - Return only devices that have all of these tags. They can have other tags as well.
      - This filter reduces the number of requests.
    type: dict
  statuses:
    description:
      - Return only devices with one of these statuses.
    type: list
    elements: str
    choices: [online, offline, unactive, disable]
  indexed_status:
    description:
      - Whether to look up devices with one of O(statuses) in the status index of the platform.
      - If only few of many devices match, this takes far fewer requests. A status change can take up to ten seconds to
        appear in the index.
    type: bool
    default: false
  facts:
    description:
      - Additional information to read that lists of devices do not contain.
    type: list
    elements: str
    choices: [tags, groups, modules]
    default: []
  properties:
    description:
      - Identifiers of the thing model properties whose last reported values are returned.
      - This takes one request for each device.
    type: list
    elements: str
  one_by_one:
    description:
      - Whether to read devices one by one for information that no list contains.
      - If V(false), this information is missing from the result and a warning names it.
    type: bool
    default: false
  parallel_requests:
    description:
      - Maximum number of concurrent requests of one operation, V(1) to V(64).
      - The quotas of the platform apply regardless of this value.
    type: int
    default: 8
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_devices
  - module: iotops.aliyun.iot_device_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all devices of the account
  iotops.aliyun.iot_devices_info:
  register: everything

- name: List the lamps of the west side that are not online, with their tags
  iotops.aliyun.iot_devices_info:
    products: [street_light]
    device_groups: [west_side]
    statuses: [offline, unactive]
    facts: [tags]
    one_by_one: true
"""

RETURN = r"""
devices:
  description: Devices that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the device.
      returned: always
      type: str
    product:
      description: Name of the product.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    nickname:
      description: Nickname of the device. Empty if it has none.
      returned: always
      type: str
    status:
      description: Status of the device, C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      returned: always
      type: str
    tags:
      description: Tags of the device.
      returned: when O(facts) contains V(tags) and they could be read
      type: dict
    groups:
      description: Names of the static groups that the device is a member of.
      returned: when O(facts) contains V(groups) and they could be read
      type: list
      elements: str
    modules:
      description: Versions by OTA module.
      returned: when O(facts) contains V(modules) and they could be read
      type: dict
    properties:
      description: Last reported values by property identifier.
      returned: when O(properties) is set
      type: dict
  sample:
    - name: lamp-0001
      product: street_light
      product_key: a1BwAGVxxxx
      iot_id: Q7uOhVRdZRRlDnTLvxxxx00100
      nickname: ''
      status: offline
      tags:
        site: west
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.listing import ListingEntry

ENTRY = ListingEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
