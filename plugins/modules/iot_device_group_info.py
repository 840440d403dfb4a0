#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_group_info
short_description: Gather information about device groups
version_added: 0.1.0
description:
  - Returns the device groups of the instance, optionally filtered by name, GroupId, type or tags.
options:
  name:
    description:
      - Return only the device group with this name.
    type: str
  group_id:
    description:
      - Return only the device group with this GroupId.
    type: str
  type:
    description:
      - Return only device groups of this type.
      - If not set, lists contain only static groups. A group that is selected by O(name) or O(group_id) is found
        regardless of its type.
    type: str
    choices: [static, dynamic]
  tags:
    description:
      - Return only device groups that have all of these tags. They can have other tags as well.
    type: dict
  details:
    description:
      - Whether to read each listed device group in full, which takes additional requests for each of them.
      - A device group that is selected by O(name) or O(group_id) is always read in full.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_group
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Read a device group with its members
  iotops.aliyun.iot_device_group_info:
    name: west_side

- name: List all static groups
  iotops.aliyun.iot_device_group_info:
"""

RETURN = r"""
device_groups:
  description: Device groups that match the filters, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the device group, unique in an instance.
      returned: always
      type: str
    group_id:
      description: GroupId that the platform assigned to the device group.
      returned: always
      type: str
    super_group_id:
      description: GroupId of the parent group.
      returned: when read in full (see O(details))
      type: str
    description:
      description: Description of the device group, up to 100 characters.
      returned: always
      type: str
    expression:
      description: Search expression that the members of a dynamic group match, in the language of the device search
        of the platform. For example C(product_key = "a1BwAGVxxxx" and name LIKE "lamp%").
      returned: when read in full (see O(details)), for dynamic groups
      type: str
    type:
      description: Type of the device group, C(static) or C(dynamic).
      returned: when the platform returns it
      type: str
    tags:
      description: Tags of the device group, as a dictionary of keys and values.
      returned: when read in full (see O(details))
      type: dict
    devices:
      description: Devices that are members of the group.
      returned: when read in full (see O(details))
      type: list
      elements: dict
    device_count:
      description: Number of members of the device group.
      returned: when read in full (see O(details))
      type: int
    created:
      description: Time when the device group was created, in UTC.
      returned: always
      type: str
  sample:
    - name: west_side
      group_id: tDQvBjQbUyHsxxxx
      description: everything west of the river
      tags:
        site: west
      devices:
        - product: street_light
          product_key: a1BwAGVxxxx
          name: lamp-0001
      device_count: 1
      created: '2018-09-14T14:35:51.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import DeviceGroup

ENTRY = InfoEntry(DeviceGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
