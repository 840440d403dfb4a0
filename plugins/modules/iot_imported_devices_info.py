#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_imported_devices_info
short_description: Gather information about a batch of imported devices
version_added: 0.1.0
description:
  - Returns the devices of a batch that was imported by M(iotops.aliyun.iot_imported_devices). Devices that were deleted
    after the import are missing from the result.
options:
  apply_id:
    description:
      - ApplyId of the batch.
    type: int
    required: true
  include_secrets:
    description:
      - Whether the result contains the secrets of the devices.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_imported_devices
  - module: iotops.aliyun.iot_device_info
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

- name: Read the serial numbers of the imported devices
  iotops.aliyun.iot_imported_devices_info:
    apply_id: "{{ meters.imported_devices.apply_id }}"
"""

RETURN = r"""
imported_devices:
  description: The batch, as a list with one element. Empty if no batch has this ApplyId.
  returned: success
  type: list
  elements: dict
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
      returned: always
      type: int
    device_secrets:
      description: DeviceSecrets by device name.
      returned: when O(include_secrets=true)
      type: dict
  sample:
    - product_key: a1BwAGVxxxx
      apply_id: 1295006
      devices:
        - name: meter-0001
          serial_number: QC4_001
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.imported_devices import ImportedDevices

ENTRY = InfoEntry(ImportedDevices)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
