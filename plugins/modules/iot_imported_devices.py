#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_imported_devices
short_description: Import devices of an MQTT cloud gateway
version_added: 0.1.0
description:
  - Devices behind an MQTT cloud gateway keep the secrets that they had before they came to the platform. They are
    imported with these into the product of the gateway, which the console makes.
  - Only the devices that a task names are looked at; others of the product stay as they are.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  state:
    description:
      - Whether the devices are there. With V(absent) those that O(devices) names are deleted.
    type: str
    choices: [present, absent]
    default: present
  devices:
    description:
      - The devices, up to 10,000. Several that have no nickname are imported at once, all of them or none; with a
        nickname each takes a request.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The device's name, 4 to 32 letters, digits and C(- _ @ . :).
        type: str
        required: true
      device_secret:
        description:
          - The secret that it has, 1 to 32 letters, digits and C(- _ @ . :). Needed to import it.
          - It cannot be changed; given for a device that is there, it must be the one that the platform knows.
        type: str
      serial_number:
        description:
          - Its serial number, 1 to 64 letters, digits and underscores. It is sent when the device is imported, and
            never read back.
        type: str
      nickname:
        description:
          - A name for people, 1 to 64 Chinese and English letters, digits and underscores, where a Chinese character
            counts as 2. To change it takes 4 to 32. An empty text clears it.
        type: str
  include_secrets:
    description:
      - Whether the result has the devices' secrets. Set C(no_log) on such a task.
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
- name: Meters that speak MQTT already
  iotops.aliyun.iot_imported_devices:
    product: street_light
    devices:
      - {name: meter-0001, device_secret: 3f1c9a5d7e, serial_number: QC4_001}
      - {name: meter-0002, device_secret: 8b20d4e6fa, serial_number: QC4_002}
  register: meters

- name: One of them is gone
  iotops.aliyun.iot_imported_devices:
    product: street_light
    devices:
      - name: meter-0002
    state: absent
"""

RETURN = r"""
imported_devices:
  description: Those of the devices that are there; empty when they are absent.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of their product.
      type: str
      returned: always
    devices:
      description: The devices, each with C(name) and C(nickname).
      type: list
      elements: dict
      returned: always
    apply_id:
      description: The ApplyId of the batch in which they were imported.
      type: int
      returned: when several were imported at once
    device_secrets:
      description: Their secrets by their names.
      type: dict
      returned: when O(include_secrets) is set
  sample:
    product_key: a1BwAGVxxxx
    apply_id: 1295006
    devices:
      - {name: meter-0001, nickname: ""}
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {devices: [{name: meter-0001}]}
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
      operation: ImportDevice
      status: done
      changes:
        devices: {before: [], after: [{name: meter-0001}]}
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
  sample: 5
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.imported_devices import ImportedDevices

ENTRY = ResourceEntry(ImportedDevices)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
