#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_imported_devices
short_description: Import devices of an MQTT cloud gateway
version_added: 0.1.0
description:
  - Imports, updates and deletes devices of an MQTT cloud gateway. These devices keep the secrets that they had before.
    They are imported with these secrets into the product of the gateway, which is created in the console.
  - Only the devices that the task lists are managed. Other devices of the product are not changed.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  state:
    description:
      - Desired state of the devices.
      - V(absent) deletes the devices that are listed in O(devices).
    type: str
    choices: [present, absent]
    default: present
  devices:
    description:
      - Devices to manage, up to 10,000.
      - Several devices without a nickname are imported in one request, all or none of them. Each device with a nickname
        takes one request.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the device.
          - 4 to 32 letters, digits and C(- _ @ . :).
        type: str
        required: true
      device_secret:
        description:
          - Secret of the device, 1 to 32 letters, digits and C(- _ @ . :).
          - Required when the device is imported.
          - Cannot be changed. If it is set for an imported device, it must be the secret that the platform has for it.
        type: str
      serial_number:
        description:
          - Serial number of the device, 1 to 64 letters, digits and underscores.
          - It is sent when the device is imported and never read back.
        type: str
      nickname:
        description:
          - Nickname of the device, a display name.
          - 1 to 64 Chinese or English letters, digits and underscores. A Chinese character counts as 2. A nickname that
            replaces another one must have 4 to 32.
          - An empty string clears the value.
        type: str
  include_secrets:
    description:
      - Whether the result contains the secrets of the devices.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_imported_devices_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Import two MQTT devices with their secrets
  iotops.aliyun.iot_imported_devices:
    product: street_light
    devices:
      - {name: meter-0001, device_secret: 3f1c9a5d7e, serial_number: QC4_001}
      - {name: meter-0002, device_secret: 8b20d4e6fa, serial_number: QC4_002}
  register: meters

- name: Delete one of the devices
  iotops.aliyun.iot_imported_devices:
    product: street_light
    devices:
      - name: meter-0002
    state: absent
"""

RETURN = r"""
imported_devices:
  description: The devices in O(devices) that exist. Empty if they are absent.
  returned: success
  type: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    devices:
      description: Devices, each with its C(name) and its C(nickname), or in a batch its C(serial_number).
      returned: always
      type: list
      elements: dict
    apply_id:
      description: ApplyId of the batch in which the devices were imported.
      returned: when several devices were imported at once
      type: int
    device_secrets:
      description: DeviceSecrets by device name.
      returned: when O(include_secrets=true)
      type: dict
  sample:
    product_key: a1BwAGVxxxx
    apply_id: 1295006
    devices:
      - name: meter-0001
        nickname: ''
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      devices:
        - name: meter-0001
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
      operation: ImportDevice
      status: done
      changes:
        devices:
          before: []
          after:
            - name: meter-0001
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.imported_devices import ImportedDevices

ENTRY = ResourceEntry(ImportedDevices)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
