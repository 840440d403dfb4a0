#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_devices_info
short_description: Find many devices, of one product or of many
version_added: 0.1.0
description:
  - Tells the devices of an account with what is wanted to be known of them, page by page and never device by device,
    unless O(properties) or O(one_by_one) say so.
  - What the platform knows of tags, groups and OTA modules is told page by page by the search of an Enterprise
    instance, which O(iot_instance_id) names; of groups also by the lists of their members.
  - For everything that can be known of a single device, there is M(iotops.aliyun.iot_device_info); to have devices as
    hosts, there is the inventory P(iotops.aliyun.iot_devices#inventory).
options:
  products:
    description:
      - The products, by name or by ProductKey; all products, unless given.
    type: list
    elements: str
  device_groups:
    description:
      - Only devices in one of these static groups, by name or by GroupId. Fewer requests are sent then.
    type: list
    elements: str
  tags:
    description:
      - Only devices with all of these tags. Fewer requests are sent then.
    type: dict
  statuses:
    description:
      - Only devices in one of these states.
    type: list
    elements: str
    choices: [online, offline, unactive, disable]
  indexed_status:
    description:
      - Whether devices in one of O(statuses) are looked up in the platform's own index. Where few of many devices are,
        that takes far fewer requests; the platform takes up to ten seconds to bring a change into it.
    type: bool
    default: false
  facts:
    description:
      - What to ask for beside what lists of devices tell.
    type: list
    elements: str
    choices: [tags, groups, modules]
    default: []
  properties:
    description:
      - The identifiers of properties of the thing model whose last values to tell. It takes a request for each device.
    type: list
    elements: str
  one_by_one:
    description:
      - Whether devices are asked one by one for what no list tells. Otherwise a warning says what is missing.
    type: bool
    default: false
  parallel_requests:
    description:
      - How many requests of one operation are under way at the same time, 1 to 64. The quotas hold all the same.
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
- name: All devices of the account
  iotops.aliyun.iot_devices_info:
  register: everything

- name: The lamps of the west side that are not online, with their tags
  iotops.aliyun.iot_devices_info:
    products: [street_light]
    device_groups: [west_side]
    statuses: [offline, unactive]
    facts: [tags]
    one_by_one: true
"""

RETURN = r"""
devices:
  description: The devices.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The device's name.
      type: str
      returned: always
    product:
      description: The name of its product.
      type: str
      returned: always
    product_key:
      description: The ProductKey of its product.
      type: str
      returned: always
    iot_id:
      description: Its IotId.
      type: str
      returned: always
    nickname:
      description: Its nickname; empty where it has none.
      type: str
      returned: always
    status:
      description: C(online), C(offline), C(unactive) (it was never online) or C(disable).
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: when O(facts) has V(tags) and they are told
    groups:
      description: The names of the static groups that it is in.
      type: list
      elements: str
      returned: when O(facts) has V(groups) and they are told
    modules:
      description: The version by OTA module.
      type: dict
      returned: when O(facts) has V(modules) and they are told
    properties:
      description: The value that was reported last, by the property's identifier.
      type: dict
      returned: when O(properties) is given
  sample:
    - name: lamp-0001
      product: street_light
      product_key: a1BwAGVxxxx
      iot_id: Q7uOhVRdZRRlDnTLvxxxx00100
      nickname: ""
      status: offline
      tags: {site: west}
calls:
  description: How many requests were sent.
  returned: success
  type: int
  sample: 5
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.fleet.overview import OverviewEntry

ENTRY = OverviewEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
