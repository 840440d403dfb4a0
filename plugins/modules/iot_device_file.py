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
  description: The file. Always empty, because the module only deletes files.
  returned: success
  type: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    name:
      description: Name of the file.
      returned: always
      type: str
    file_id:
      description: FileId that the platform assigned to the file.
      returned: always
      type: str
    size_in_kilobytes:
      description: Size of the file, in kilobytes.
      returned: always
      type: int
    created:
      description: Time when the file was uploaded, in UTC.
      returned: always
      type: str
    download_url:
      description: URL from which anyone can download the file for a limited time.
      returned: when O(include_secrets=true)
      type: str
  sample: {}
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before:
      name: log.txt
      file_id: xL0G67MBLBDtkR7GCfTxxxxx
    after: {}
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
    - action: delete
      operation: DeleteDeviceFile
      status: done
      changes:
        name:
          before: log.txt
          after: null
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.file import DeviceFile

ENTRY = ResourceEntry(DeviceFile)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
