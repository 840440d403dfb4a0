#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_file_info
short_description: Gather information about files that a device has uploaded
version_added: 0.1.0
description:
  - Returns the files that a device has uploaded to the platform, optionally filtered by name or FileId.
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
      - Return only files with this name.
    type: str
  file_id:
    description:
      - Return only the file with this FileId.
    type: str
  details:
    description:
      - Whether to read each listed file in full, which takes additional requests for each of them.
      - A file that is selected by O(name) or O(file_id) is always read in full.
    type: bool
    default: false
  include_secrets:
    description:
      - Whether the result contains the download addresses of the files.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_file
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the files of a device
  iotops.aliyun.iot_device_file_info:
    product: street_light
    device: lamp-0001
  register: files

- name: Get the download address of a file
  iotops.aliyun.iot_device_file_info:
    product: street_light
    device: lamp-0001
    name: log.txt
    include_secrets: true
  no_log: true
"""

RETURN = r"""
device_files:
  description: Files that match the filters, newest first.
  returned: success
  type: list
  elements: dict
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
      returned: when O(include_secrets=true) and read in full (see O(details))
      type: str
  sample:
    - product_key: a1BwAGVxxxx
      iot_id: Q7uOhVRdZRR1DnTLvxxx00100
      name: log.txt
      file_id: xL0G67MBLBDtkR7GCfTxxxxx
      size_in_kilobytes: 100
      created: '2019-03-21T08:45:42.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.file import DeviceFile

ENTRY = InfoEntry(DeviceFile)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
