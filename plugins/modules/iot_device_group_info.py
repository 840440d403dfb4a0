#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_group_info
short_description: Find device groups
version_added: 0.1.0
description:
  - Finds device groups by their name, their GroupId or their tags, or tells all that the instance has.
options:
  name:
    description:
      - The group's name. One that is named is read whole.
    type: str
  group_id:
    description:
      - The group's GroupId.
    type: str
  type:
    description:
      - Only groups of this type. Without it, lists are of static groups; one that is named is found in either.
    type: str
    choices: [static, dynamic]
  tags:
    description:
      - Only groups that have these tags, whatever others they have.
    type: dict
  details:
    description:
      - Whether each element of a list is read whole, which takes requests for each. One that is named is always read
        whole.
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
- name: One group with its members
  iotops.aliyun.iot_device_group_info:
    name: west_side

- name: All groups
  iotops.aliyun.iot_device_group_info:
"""

RETURN = r"""
device_groups:
  description: The groups that fit, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    group_id:
      description: The GroupId that the platform gave it.
      type: str
      returned: always
    super_group_id:
      description: The GroupId of the group above it.
      type: str
      returned: when asked for
    description:
      description: What it is.
      type: str
      returned: always
    expression:
      description: What is true of the members of a dynamic group.
      type: str
      returned: of a dynamic group that was read whole
    type:
      description: C(static) or C(dynamic).
      type: str
      returned: when it was read
    tags:
      description: Its tags.
      type: dict
      returned: when asked for
    devices:
      description: Its members, each with C(product), C(product_key) and C(name).
      type: list
      elements: dict
      returned: when asked for
    device_count:
      description: How many members it has.
      type: int
      returned: when read whole
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
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
      created: "2018-09-14T14:35:51.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_group import DeviceGroup

ENTRY = InfoEntry(DeviceGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
