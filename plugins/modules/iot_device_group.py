#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_group
short_description: Manage a device group
version_added: 0.1.0
description:
  - A static group holds the devices that it is given, of any product, up to 10 groups a device. Static groups nest
    three deep.
  - A dynamic group holds all devices of which its O(expression) is true, whatever becomes of them. Only Enterprise
    instances have dynamic groups, 10 at most, which takes O(iot_instance_id).
options:
  name:
    description:
      - The group's name, which is unique in an instance and cannot be changed.
      - 4 to 30 characters of Chinese and English letters, digits and underscores; a Chinese character counts as 2.
    type: str
    required: true
  state:
    description:
      - Whether the group is there.
    type: str
    choices: [present, absent]
    default: present
  super_group:
    description:
      - The group above it, by its name or its GroupId. It cannot be changed, and a dynamic group has none.
    type: str
  expression:
    description:
      - What is true of the devices of a dynamic group, such as C(product_key = "a1BwAGVxxxx" and name LIKE "lamp%"), in
        the language of the platform's device search. It cannot be changed, and without it the group is a static one.
    type: str
  description:
    description:
      - What the group is, up to 100 characters. An empty text clears it.
    type: str
  tags:
    description:
      - Tags by key, up to 100. A key has 2 to 30 letters, digits and dots, a value up to 128 characters, of which a
        Chinese one counts as 2.
    type: dict
  purge_tags:
    description:
      - Whether tags that O(tags) does not have are removed.
    type: bool
    default: true
  devices:
    description:
      - The members of a static group.
    type: list
    elements: dict
    suboptions:
      product:
        description:
          - The device's product, by its name or its ProductKey.
        type: str
        required: true
      name:
        description:
          - The device's name.
        type: str
        required: true
  purge_devices:
    description:
      - Whether members that O(devices) does not have are taken out of the group.
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_device_group_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Two devices to put together
  iotops.aliyun.iot_device:
    product: street_light
    name: "{{ item }}"
  loop: [lamp-0001, lamp-0002]

- name: The west side
  iotops.aliyun.iot_device_group:
    name: west_side
    description: everything west of the river
    tags:
      site: west
    devices:
      - product: street_light
        name: lamp-0001

- name: One more, the others stay
  iotops.aliyun.iot_device_group:
    name: west_side
    devices:
      - product: street_light
        name: lamp-0002
    purge_devices: false

- name: All lamps that are on the east side, whichever there are
  iotops.aliyun.iot_device_group:
    name: east_side
    expression: tag.tag_name = "site" AND tag.tag_value = "east"
    iot_instance_id: iot-060a0bcd
"""

RETURN = r"""
device_group:
  description: The group; empty when it is absent.
  returned: success
  type: dict
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
    name: west_side
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
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: west_side}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateDeviceGroup
      status: done
      changes:
        name: {before: null, after: west_side}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product street_light does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_group import DeviceGroup

ENTRY = ResourceEntry(DeviceGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
