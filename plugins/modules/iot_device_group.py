#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_group
short_description: Manage a device group
version_added: 0.1.0
description:
  - Creates, updates and deletes static and dynamic device groups.
  - The members of a static group are set explicitly and can belong to different products. A device can be a member of
    up to 10 static groups. Static groups can be nested up to three levels deep.
  - The members of a dynamic group are all devices that match its O(expression) at any time. Only Enterprise instances
    have dynamic groups, up to 10 of them; set O(iot_instance_id) for these.
options:
  name:
    description:
      - Name of the device group, unique in an instance.
      - 4 to 30 Chinese or English letters, digits and underscores. A Chinese character counts as 2.
      - Cannot be changed after creation.
    type: str
    required: true
  state:
    description:
      - Desired state of the device group.
      - A group that has sub-groups cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
  super_group:
    description:
      - Name or GroupId of the parent group.
      - Groups can be nested three levels deep.
      - Cannot be changed after creation. Cannot be set for a dynamic group.
    type: str
  expression:
    description:
      - Search expression that the members of a dynamic group match, in the language of the device search of the
        platform. For example C(product_key = "a1BwAGVxxxx" and name LIKE "lamp%").
      - If not set, a static group is created.
      - Cannot be changed after creation.
      - The syntax is checked before the group is created. The platform checks which fields exist.
    type: str
  description:
    description:
      - Description of the device group, up to 100 characters.
      - An empty string clears the value.
    type: str
  tags:
    description:
      - Tags of the device group, as a dictionary of keys and values.
      - Up to 100 tags. A key has 2 to 30 letters, digits and dots. A value has up to 128 characters, where a Chinese
        character counts as 2.
    type: dict
  purge_tags:
    description:
      - Whether to remove tags that are not listed in O(tags).
    type: bool
    default: true
  devices:
    description:
      - Devices that are members of the group.
      - Can only be set for a static group.
    type: list
    elements: dict
    suboptions:
      product:
        description:
          - Name or ProductKey of the product of the device.
        type: str
        required: true
      name:
        description:
          - Name of the device.
        type: str
        required: true
  purge_devices:
    description:
      - Whether to remove members that are not listed in O(devices) from the group.
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
- name: Register two devices
  iotops.aliyun.iot_device:
    product: street_light
    name: "{{ item }}"
  loop: [lamp-0001, lamp-0002]

- name: Create a static group with one member
  iotops.aliyun.iot_device_group:
    name: west_side
    description: all devices west of the river
    tags:
      site: west
    devices:
      - product: street_light
        name: lamp-0001

- name: Add a member and keep the existing members
  iotops.aliyun.iot_device_group:
    name: west_side
    devices:
      - product: street_light
        name: lamp-0002
    purge_devices: false

- name: Create a dynamic group of all devices that are tagged with the east site
  iotops.aliyun.iot_device_group:
    name: east_side
    expression: tag.tag_name = "site" AND tag.tag_value = "east"
    iot_instance_id: iot-060a0bcd
"""

RETURN = r"""
device_group:
  description: The device group. Empty if it is absent.
  returned: success
  type: dict
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
      returned: when O(super_group) is set
      type: str
    description:
      description: Description of the device group, up to 100 characters.
      returned: always
      type: str
    expression:
      description: Search expression that the members of a dynamic group match, in the language of the device search
        of the platform. For example C(product_key = "a1BwAGVxxxx" and name LIKE "lamp%").
      returned: for dynamic groups
      type: str
    type:
      description: Type of the device group, C(static) or C(dynamic).
      returned: when the platform returns it
      type: str
    tags:
      description: Tags of the device group, as a dictionary of keys and values.
      returned: when O(tags) is set
      type: dict
    devices:
      description: Devices that are members of the group.
      returned: when O(devices) is set
      type: list
      elements: dict
    device_count:
      description: Number of members of the device group.
      returned: when the device group exists
      type: int
    created:
      description: Time when the device group was created, in UTC.
      returned: always
      type: str
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
    created: '2018-09-14T14:35:51.000Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: west_side
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: create
      operation: CreateDeviceGroup
      status: done
      changes:
        name:
          before: null
          after: west_side
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import DeviceGroup

ENTRY = ResourceEntry(DeviceGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
