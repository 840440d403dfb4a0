#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_file
short_description: Delete a file that a device has uploaded
version_added: 0.1.0
description:
  - Deletes a file that a device has uploaded to the platform. Only the device can create or change its files.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device.
    type: str
    required: true
  name:
    description:
      - Name of the file.
      - Either this option or O(file_id) is required.
    type: str
  file_id:
    description:
      - FileId that the platform assigned to the file.
      - Use it if several files have the same name.
    type: str
  state:
    description:
      - Desired state of the file.
      - V(absent) deletes the file.
    type: str
    choices: [absent]
    required: true
  include_secrets:
    description:
      - Whether the result contains the download address of the file.
      - This option has no effect for a file that is deleted, because it has no download address.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_device_file_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Delete a log file of a device
  iotops.aliyun.iot_device_file:
    product: street_light
    device: lamp-0001
    name: log.txt
    state: absent
"""

RETURN = r"""
device_file:
  description: The file; empty when it is absent.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of the device's product.
      type: str
      returned: always
    iot_id:
      description: The IotId of the device.
      type: str
      returned: always
    name:
      description: The file's name.
      type: str
      returned: always
    file_id:
      description: The FileId that the platform gave it.
      type: str
      returned: always
    size_in_kilobytes:
      description: Its size in kilobytes.
      type: int
      returned: always
    created:
      description: When it was uploaded, in UTC.
      type: str
      returned: always
    download_url:
      description: Where it can be downloaded for a while. Whoever has the address can read the file.
      type: str
      returned: when it is read whole and O(include_secrets) is set
  sample: {}
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {name: log.txt, file_id: xL0G67MBLBDtkR7GCfTxxxxx}
    after: {}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: delete
      operation: DeleteDeviceFile
      status: done
      changes:
        name: {before: log.txt, after: null}
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.file import DeviceFile

ENTRY = ResourceEntry(DeviceFile)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
