#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device
short_description: Manage a device
version_added: 0.1.0
description:
  - Registers a device of a product, and sets its nickname, its tags, its groups, the gateway that it is behind and
    whether it may connect.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  name:
    description:
      - The device's name, which is unique in its product and cannot be changed.
      - 4 to 32 letters, digits and C(- _ @ . :).
    type: str
    required: true
  state:
    description:
      - Whether the device is registered. With V(absent) it is deleted, and its secret with it.
    type: str
    choices: [present, absent]
    default: present
  nickname:
    description:
      - A name for people, 4 to 64 Chinese and English letters, digits and underscores, where a Chinese character
        counts as 2. To change it takes at most 32. An empty text clears it.
    type: str
  tags:
    description:
      - Tags by key, up to 100. A key has up to 30 letters, digits and dots.
    type: dict
  purge_tags:
    description:
      - Whether tags that O(tags) does not have are removed.
    type: bool
    default: true
  groups:
    description:
      - The static groups that the device is in, by their names or GroupIds, 10 at most.
      - M(iotops.aliyun.iot_device_group) tells the same from the group's side; use one of the two.
    type: list
    elements: str
  purge_groups:
    description:
      - Whether the device is taken out of groups that O(groups) does not have.
    type: bool
    default: true
  desired_properties:
    description:
      - What properties of the thing model are desired to be, by their identifiers, which the device is told as soon as
        it can be. Properties that are not named stay as they are, and a C(null) takes away what is desired.
      - What a device has done about it, M(iotops.aliyun.iot_device_data_info) tells.
    type: dict
  enabled:
    description:
      - Whether the device may connect. Disabling a gateway disables its sub-devices as well.
      - Behind a gateway with more than 2,000 sub-devices the platform makes a job of it, as of its deletion. The task
        waits for that, up to 10 minutes.
    type: bool
  gateway:
    description:
      - The gateway that the device is behind, for a device that connects through one. The device is taken from the
        gateway that it was behind; M(iotops.aliyun.iot_topology) asks before it does so. An empty dictionary takes it
        away from its gateway.
    type: dict
    suboptions:
      product:
        description:
          - The gateway's product, by its name or its ProductKey.
        type: str
      name:
        description:
          - The gateway's name.
        type: str
  client_ids:
    description:
      - The client ids of a device that registers itself without having been registered beforehand. An empty list takes
        all of them away, for good; others than it has cannot be given.
      - Which of several is the right one, M(iotops.aliyun.iot_device_client_id) says.
    type: list
    elements: str
  include_secrets:
    description:
      - Whether the result has the device's secret. Set C(no_log) on such a task.
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
- name: A lamp
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    nickname: gate_lamp
    tags:
      row: "7"
    groups: [bridge_lamps]
    enabled: true

- name: Its secret, for whoever flashes it
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    include_secrets: true
  register: lamp
  no_log: true

- name: Out of service
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    enabled: false

- name: Gone
  iotops.aliyun.iot_device:
    product: street_light
    name: lamp-0001
    state: absent
"""

RETURN = r"""
device:
  description: The device; empty when it is absent.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of its product.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    iot_id:
      description: The IotId that the platform gave it.
      type: str
      returned: always
    nickname:
      description: Its nickname.
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: when asked for
    groups:
      description: The static groups that it is in, each with C(name) and C(group_id).
      type: list
      elements: dict
      returned: when asked for
    desired_properties:
      description: What properties are desired to be.
      type: dict
      returned: when asked for
    enabled:
      description: Whether it may connect.
      type: bool
      returned: always
    gateway:
      description: The gateway that it is behind, with C(product), C(product_key) and C(name); empty without one.
      type: dict
      returned: when asked for
    client_ids:
      description: Its client ids.
      type: list
      elements: str
      returned: when asked for
    status:
      description: C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      type: str
      returned: always
    node_type:
      description: C(device) or C(gateway).
      type: str
      returned: when read whole
    firmware_version:
      description: The version of its default OTA module.
      type: str
      returned: when it has reported one
    ip_address:
      description: Its IP address.
      type: str
      returned: when it has connected
    created:
      description: When it was registered, in UTC.
      type: str
      returned: always
    activated:
      description: When it first connected, in UTC.
      type: str
      returned: when it has connected
    last_online:
      description: When it last connected, in UTC.
      type: str
      returned: when it has connected
    device_secret:
      description: Its secret.
      type: str
      returned: when O(include_secrets) is set
  sample:
    product_key: a1BwAGVxxxx
    name: lamp-0001
    iot_id: Q7uOhVRdZRR1DnTLvxxx00100
    nickname: gate_lamp
    tags:
      row: "7"
    enabled: true
    status: unactive
    node_type: device
    created: "2020-01-08T06:47:08.000Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: lamp-0001}
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
      operation: RegisterDevice
      status: done
      changes:
        name: {before: null, after: lamp-0001}
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device import Device

ENTRY = ResourceEntry(Device)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
