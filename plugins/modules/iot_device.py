#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device
short_description: Manage a device
version_added: 0.1.0
description:
  - Registers, updates and deletes a device of a product. The module manages its nickname, tags, groups, desired
    properties and client IDs, the gateway that it is attached to, and whether it can connect.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  name:
    description:
      - Name of the device, unique in the product.
      - 4 to 32 letters, digits and C(- _ @ . :).
      - Cannot be changed after creation.
    type: str
    required: true
  state:
    description:
      - Desired state of the device.
      - V(present) registers the device. V(absent) deletes the device together with its secret.
    type: str
    choices: [present, absent]
    default: present
  nickname:
    description:
      - Nickname of the device, a display name.
      - 4 to 64 Chinese or English letters, digits and underscores. A Chinese character counts as 2. A nickname that
        replaces another one can have up to 32.
      - An empty string clears the value.
    type: str
  tags:
    description:
      - Tags of the device, as a dictionary of keys and values.
      - Up to 100 tags. A key has up to 30 letters, digits and dots.
    type: dict
  purge_tags:
    description:
      - Whether to remove tags that are not listed in O(tags).
    type: bool
    default: true
  groups:
    description:
      - Static groups that the device is a member of, by name or GroupId.
      - Up to 10 groups.
      - The module M(iotops.aliyun.iot_device_group) manages the same memberships with the members of a group. Use only
        one of the two modules.
    type: list
    elements: str
  purge_groups:
    description:
      - Whether to remove the device from groups that are not listed in O(groups).
    type: bool
    default: true
  desired_properties:
    description:
      - Desired values of thing model properties, by property identifier.
      - The device receives them as soon as it can be reached.
      - Properties that are not listed keep their desired values. C(null) clears the desired value of a property.
      - Use M(iotops.aliyun.iot_device_data_info) to read the values that the device has reported.
    type: dict
  enabled:
    description:
      - Whether the device can connect to the platform.
      - Disabling a gateway also disables its sub-devices.
      - For a gateway with more than 2,000 sub-devices, the platform runs the change as a job. This also applies to the
        deletion of the gateway. The task waits up to 10 minutes for the job.
    type: bool
  gateway:
    description:
      - Gateway that the device is attached to, if the device connects through a gateway.
      - If the device is attached to another gateway, it is moved to this one. The module M(iotops.aliyun.iot_topology)
        moves devices only if its option O(iotops.aliyun.iot_topology#module:move) is set.
      - An empty dictionary detaches the device from its gateway.
    type: dict
    suboptions:
      product:
        description:
          - Name or ProductKey of the product of the gateway.
        type: str
      name:
        description:
          - Name of the gateway.
        type: str
  client_ids:
    description:
      - Client IDs of a device that uses dynamic registration without pre-registration.
      - An empty list permanently deletes all client IDs of the device. New client IDs cannot be set.
      - Use M(iotops.aliyun.iot_device_client_id) to select the valid one of several client IDs.
    type: list
    elements: str
  include_secrets:
    description:
      - Whether the result contains the secret of the device.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_device_info
  - module: iotops.aliyun.iot_product
  - module: iotops.aliyun.iot_device_group
  - module: iotops.aliyun.iot_topology
  - module: iotops.aliyun.iot_device_reset
  - module: iotops.aliyun.iot_device_client_id
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Register a device
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    nickname: gate_lamp
    tags:
      row: "7"
    groups: [bridge_lamps]
    enabled: true

- name: Read the secret of the device
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    include_secrets: true
  register: lamp
  no_log: true

- name: Disable the device
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    enabled: false

- name: Delete the device
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    state: absent
"""

RETURN = r"""
device:
  description: The device. Empty if it is absent.
  returned: success
  type: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    name:
      description: Name of the device, unique in the product.
      returned: always
      type: str
    iot_id:
      description: IotId that the platform assigned to the device.
      returned: always
      type: str
    nickname:
      description: Nickname of the device, a display name.
      returned: always
      type: str
    tags:
      description: Tags of the device, as a dictionary of keys and values.
      returned: when O(tags) is set
      type: dict
    groups:
      description: Static groups that the device is a member of, each with its C(name) and C(group_id).
      returned: when O(groups) is set
      type: list
      elements: dict
    desired_properties:
      description: Desired values of thing model properties, by property identifier.
      returned: when O(desired_properties) is set
      type: dict
    enabled:
      description: Whether the device can connect to the platform.
      returned: always
      type: bool
    gateway:
      description: Gateway that the device is attached to, if the device connects through a gateway.
      returned: when O(gateway) is set
      type: dict
    client_ids:
      description: Client IDs of a device that uses dynamic registration without pre-registration.
      returned: when O(client_ids) is set
      type: list
      elements: str
    status:
      description: Status of the device, C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      returned: always
      type: str
    node_type:
      description: Node type of the device, C(device) or C(gateway).
      returned: when the device exists
      type: str
    firmware_version:
      description: Version of the default OTA module of the device.
      returned: when the device has reported a version
      type: str
    ip_address:
      description: IP address of the device.
      returned: when the device has been online
      type: str
    created:
      description: Time when the device was registered, in UTC.
      returned: always
      type: str
    activated:
      description: Time when the device first connected, in UTC.
      returned: when the device has been online
      type: str
    last_online:
      description: Time when the device last connected, in UTC.
      returned: when the device has been online
      type: str
    device_secret:
      description: DeviceSecret of the device.
      returned: when O(include_secrets=true)
      type: str
  sample:
    product_key: a1BwAGVxxxx
    name: lamp-0001
    iot_id: Q7uOhVRdZRR1DnTLvxxx00100
    nickname: gate_lamp
    tags:
      row: '7'
    enabled: true
    status: unactive
    node_type: device
    created: '2020-01-08T06:47:08.000Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: lamp-0001
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
      operation: RegisterDevice
      status: done
      changes:
        name:
          before: null
          after: lamp-0001
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device

ENTRY = ResourceEntry(Device)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
