#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_devices
short_description: Manage many devices of a product as one set
version_added: 0.1.0
description:
  - Registers, updates and deletes many devices of a product, up to hundreds of thousands, in as few requests as the
    batch limits of the platform allow.
  - The module reads the current state of the devices in the way that takes the fewest requests. This can be lists of
    devices, details of many devices in one request, or the device search of an Enterprise instance, which is set with
    O(iot_instance_id). The result contains the number of requests of the task and the time that they take under the
    quotas, also in check mode.
  - A device that the platform rejects is reported by name and does not stop the changes to other devices. The task
    fails at the end.
  - An interrupted task can be run again and continues with the remaining changes. No device is registered twice.
  - A device that an earlier task or another client has registered in the meantime is not an error. It is updated like
    an existing device; tags and groups that are not desired are removed by the next run.
  - For all options of a single device, use M(iotops.aliyun.iot_device).
options:
  state:
    description:
      - Desired state of the devices.
      - V(present) registers and updates the devices. V(absent) deletes the listed devices.
    type: str
    choices: [present, absent]
    default: present
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  devices:
    description:
      - Devices of the set.
      - Either this option or O(devices_file) is required.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the device, unique in the product.
          - 4 to 32 letters, digits and C(- _ @ . :).
          - Cannot be changed after creation.
        type: str
        required: true
      nickname:
        description:
          - Nickname of the device, a display name.
          - 4 to 64 Chinese or English letters, digits and underscores. A Chinese character counts as 2. A nickname
            that replaces another one can have up to 32.
          - An empty string clears the value.
        type: str
      tags:
        description:
          - Tags of the device, as a dictionary of keys and values.
          - Up to 100 tags. A key has 1 to 30 letters, digits and dots, a value 1 to 128 characters.
          - The tags of O(defaults) are added to these.
        type: dict
      groups:
        description:
          - Static groups that the device is a member of, by name or GroupId.
          - Up to 10 groups.
        type: list
        elements: str
      enabled:
        description:
          - Whether the device can connect to the platform.
        type: bool
      gateway:
        description:
          - Gateway that the device is attached to.
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
  devices_file:
    description:
      - Absolute path of a CSV file with the devices, on the host where the task runs.
      - Cells are separated by commas, semicolons or tabs. The first line contains the column names, in upper or lower
        case. C(name) is required. C(nickname), C(enabled), C(groups) (several groups separated by C(;)),
        C(gateway_product), C(gateway), and C(tags.KEY) for each tag are optional.
      - An empty cell has the same meaning as an option that is not set.
    type: path
  defaults:
    description:
      - Default values for all devices of the set. They apply to each device that does not set its own value.
    type: dict
    default: {}
    suboptions:
      tags:
        description:
          - Tags of all devices, in addition to the tags of each device.
        type: dict
      groups:
        description:
          - Groups of the devices that do not set O(devices[].groups).
        type: list
        elements: str
      enabled:
        description:
          - Whether the devices that do not set O(devices[].enabled) can connect to the platform.
        type: bool
      gateway:
        description:
          - Gateway of the devices that do not set O(devices[].gateway).
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
  purge:
    description:
      - Whether to delete devices of the product that are not listed.
      - Only with O(state=present).
    type: bool
    default: false
  purge_limit:
    description:
      - Maximum number of devices that O(purge) can delete, as a number or as a percentage of all devices such as
        V(10%).
      - If there are more devices to delete, the task fails before it makes changes.
    type: str
    default: 10%
  purge_tags:
    description:
      - Whether to remove tags that are not listed, for devices with tags in the task.
      - If V(false), the module needs to know only which devices have the listed tags. On an instance without device
        search this takes far fewer requests.
    type: bool
    default: true
  purge_groups:
    description:
      - Whether to remove devices from groups that are not listed, for devices with groups in the task.
      - As with O(purge_tags), V(false) takes fewer requests.
    type: bool
    default: true
  move:
    description:
      - Whether to move devices that are attached to another gateway.
      - If V(false) and a device is attached to another gateway, the task fails before it makes changes.
    type: bool
    default: false
  slice:
    description:
      - Part of the devices that this task manages, such as V(2/5) for the second of five parts.
      - The name of a device determines the part that it belongs to. Several controllers can manage one part each at the
        same time; a task does not change or purge devices of other parts.
    type: str
  secrets_of:
    description:
      - Devices whose secrets are written to O(secrets_file). Either the devices that the task registers (V(new)) or all
        listed devices (V(all)), for example after an interrupted task.
    type: str
    choices: [new, all]
    default: new
  warn_above_in_seconds:
    description:
      - Estimated duration in seconds above which the task issues a warning.
    type: int
    default: 3600
  parallel_requests:
    description:
      - Maximum number of concurrent requests of one operation, V(1) to V(64).
      - The quotas of the platform apply regardless of this value.
    type: int
    default: 8
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.secrets
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_devices_info
  - module: iotops.aliyun.iot_device_info
  - module: iotops.aliyun.iot_imported_devices
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a group for the lamps of the bridge
  iotops.aliyun.iot_device_group:
    name: bridge_lamps

- name: Register the lamps of the bridge
  iotops.aliyun.iot_devices:
    product: street_light
    defaults:
      tags: {site: bridge}
      groups: [bridge_lamps]
    devices:
      - name: lamp-bridge-01
        nickname: North_end
      - name: lamp-bridge-02
      - name: lamp-bridge-03
        enabled: false
    secrets_file: "{{ playbook_dir }}/secrets.csv"

- name: Delete one of the lamps
  iotops.aliyun.iot_devices:
    product: street_light
    state: absent
    devices:
      - name: lamp-bridge-03
"""

RETURN = r"""
product_key:
  description: ProductKey of the product.
  returned: success
  type: str
  sample: a1BwAGVxxxx
counts:
  description: Number of devices in the task or in its slice (C(named)), of devices that existed before (C(existing)),
    of devices that were, or in check mode would be, C(created), C(updated) and C(deleted), and of devices that
    C(failed).
  returned: success
  type: dict
  sample:
    named: 3
    existing: 0
    created: 3
    updated: 0
    deleted: 0
    failed: 0
created:
  description: Names of the devices that were registered, or that would be registered in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - lamp-bridge-01
    - lamp-bridge-02
    - lamp-bridge-03
updated:
  description: Names of the devices that were updated, or that would be updated in check mode.
  returned: success
  type: list
  elements: str
  sample: []
deleted:
  description: Names of the devices that were deleted, or that would be deleted in check mode.
  returned: success
  type: list
  elements: str
  sample: []
failures:
  description: Devices that are not in their desired state, each with its C(name) and the reason (C(msg)).
  returned: always
  type: list
  elements: dict
  sample: []
estimate:
  description:
    - Estimate for the task, with the number of requests of each operation (C(operations)), their total (C(requests))
      and the minimum duration in seconds under the quotas (C(seconds)). C(reads) and C(writes) contain the same
      for read and write requests.
    - Does not include the lookup of the product and of the groups, and repeated polling of batches of new devices
      that take long.
  returned: success
  type: dict
  sample:
    operations:
      BatchAddDeviceGroupRelations: 1
      BatchCheckDeviceNames: 1
      BatchRegisterDeviceWithApplyId: 1
      DisableThing: 1
      QueryBatchRegisterDeviceStatus: 2
      QueryDevice: 1
      QueryPageByApplyId: 1
      SaveDeviceProp: 3
    requests: 11
    seconds: 2.0
    reads:
      operations:
        QueryDevice: 1
      requests: 1
      seconds: 0.0
    writes:
      operations:
        BatchAddDeviceGroupRelations: 1
        BatchCheckDeviceNames: 1
        BatchRegisterDeviceWithApplyId: 1
        DisableThing: 1
        QueryBatchRegisterDeviceStatus: 2
        QueryPageByApplyId: 1
        SaveDeviceProp: 3
      requests: 10
      seconds: 2.0
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the device group bridge_lamps does not exist yet
diff:
  description: Values of the changed devices before and after the task, by device name. Contains up to 500 devices.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      lamp-bridge-02:
        name: lamp-bridge-02
        tags:
          site: bridge
        groups:
          - bridge_lamps
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.entry import DevicesEntry

ENTRY = DevicesEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
