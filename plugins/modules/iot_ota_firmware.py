#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_firmware
short_description: Manage firmware for over-the-air (OTA) upgrades
version_added: 0.1.0
description:
  - Creates and deletes firmware. A firmware is a version of a product's devices, or of one of their OTA modules, and
    consists of one or more files. M(iotops.aliyun.iot_ota_job) upgrades devices to a firmware.
  - The module uploads the files from the host on which the task runs, and only when the firmware is created. The
    platform compares the size and the MD5 of the files with the values that the module has computed.
  - A firmware cannot be changed after creation. The module detects a changed file by its MD5, without a transfer. If
    the name exists with a different file, the task fails and the error quotes both values.
  - An account can have up to 500 firmware resources.
options:
  name:
    description:
      - Name of the firmware. Unique within the account, and identifies the firmware.
      - 1 to 40 Chinese, Japanese and English letters, digits, underscores, hyphens and parentheses. The first character
        must be a letter or a digit.
    type: str
    required: true
  state:
    description:
      - Desired state of the firmware.
      - V(absent) also deletes the OTA jobs of the firmware and their tasks.
    type: str
    choices: [present, absent]
    default: present
  product:
    description:
      - Name or ProductKey of the product.
      - If not set, the firmware is for any product.
    type: str
  module:
    description:
      - Name of the OTA module that the firmware is for. Not case-sensitive.
      - If not set, the module V(default) is used, which is the device as a whole.
      - Any other module requires O(product) when the firmware is created.
    type: str
  version:
    description:
      - Version that devices have after the upgrade.
      - 1 to 64 letters, digits, periods, hyphens and underscores.
      - Required when the firmware is created.
    type: str
  type:
    description:
      - Type of the firmware, which is either complete (V(full)) or the difference from another version (V(delta)).
      - Defaults to V(full) when the firmware is created.
    type: str
    choices: [full, delta]
  source_version:
    description:
      - Version that a V(delta) firmware upgrades from.
      - Required when a firmware with O(type=delta) is created, and not allowed otherwise.
    type: str
  file:
    description:
      - Absolute path of the file, on the host on which the task runs.
      - Either O(file) or O(files) is required when the firmware is created.
      - The maximum size is 2,000 MB (2,097,152,000 bytes).
      - The platform keeps the file extensions C(bin), C(dav), C(apk), C(tar), C(gz), C(tar.gz), C(zip) and C(gzip). A
        file with any other extension is stored as C(bin).
    type: path
  files:
    description:
      - Files of a firmware that consists of more than one file.
      - 2 to 20 files, no two with the same content.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name by which devices identify the file, 1 to 32 characters.
        type: str
        required: true
      path:
        description:
          - Absolute path of the file, with the same requirements as O(file).
        type: path
        required: true
  description:
    description:
      - Description of the firmware.
      - Up to 100 characters.
    type: str
  needs_verification:
    description:
      - Whether the firmware must be verified by an OTA job of type C(verify) before other OTA jobs can use it.
      - Defaults to V(true) when the firmware is created.
    type: bool
  udi:
    description:
      - Custom information that devices receive with the firmware, in any format.
      - Up to 4,096 characters.
    type: str
  include_secrets:
    description:
      - Whether to return RV(ota_firmware.download_url), with which anyone can download the file. Set C(no_log) on such
        tasks.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_ota_firmware_info
  - module: iotops.aliyun.iot_ota_module
  - module: iotops.aliyun.iot_ota_job
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a firmware file
  ansible.builtin.copy:
    content: the firmware of a lamp
    dest: /tmp/lamp-1.1.bin
    mode: "0644"

- name: Create a firmware
  iotops.aliyun.iot_ota_firmware:
    name: lamp_1_1
    product: street_light
    version: "1.1"
    file: /tmp/lamp-1.1.bin
    description: adds dimming at night

- name: Create a delta firmware that needs no verification, for devices with a slow connection
  iotops.aliyun.iot_ota_firmware:
    name: lamp_1_0_to_1_1
    product: street_light
    version: "1.1"
    type: delta
    source_version: "1.0"
    file: /tmp/lamp-1.1.bin
    needs_verification: false

- name: Delete a firmware and all of its OTA jobs
  iotops.aliyun.iot_ota_firmware:
    name: lamp_1_1
    state: absent
"""

RETURN = r"""
ota_firmware:
  description: The firmware. Empty if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the firmware. Unique within the account, and identifies the firmware.
      returned: always
      type: str
    firmware_id:
      description: ID that the platform assigned to the firmware.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product of the firmware. Empty if the firmware is for any product.
      returned: always
      type: str
    module_name:
      description: OTA module of the firmware.
      returned: always
      type: str
    version:
      description: Version that devices have after the upgrade.
      returned: always
      type: str
    type:
      description: Type of the firmware, which is either complete (V(full)) or the difference from another version
        (V(delta)).
      returned: always
      type: str
    source_version:
      description: Version that a V(delta) firmware upgrades from.
      returned: always
      type: str
    file_md5:
      description: MD5 of the file of the firmware. Empty if the firmware consists of several files.
      returned: always
      type: str
    size_in_bytes:
      description: Size of the file of the firmware, in bytes.
      returned: when the firmware consists of one file
      type: int
    files:
      description: Files of a firmware that consists of more than one file.
      returned: when the firmware consists of several files
      type: list
      elements: dict
    description:
      description: Description of the firmware.
      returned: always
      type: str
    needs_verification:
      description: Whether the firmware must be verified by an OTA job of type C(verify) before other OTA jobs can
        use it.
      returned: always
      type: bool
    udi:
      description: Custom information that devices receive with the firmware, in any format.
      returned: when the firmware exists
      type: str
    status:
      description: Verification status of the firmware, C(unverified), C(verifying), C(verified) or C(failed), or
        C(unneeded) if the firmware needs no verification.
      returned: when the firmware exists
      type: str
    verify_progress:
      description: Percentage of the devices in the verification of the firmware that have been upgraded.
      returned: when the firmware exists
      type: int
    created:
      description: Time when the firmware was created, in UTC.
      returned: when the firmware exists
      type: str
    modified:
      description: Time when the status of the firmware last changed, in UTC.
      returned: when the firmware exists
      type: str
    download_url:
      description: URL from which the file of the firmware can be downloaded for a day.
      returned: when O(include_secrets=true) and the firmware consists of one file
      type: str
  sample:
    name: lamp_1_1
    firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
    product_key: a1BwAGVxxxx
    module_name: default
    version: '1.1'
    type: full
    source_version: ''
    file_md5: 93230c3bde425a9d7984a594ac55xxxx
    size_in_bytes: 900
    description: dims at night
    needs_verification: true
    udi: ''
    status: unverified
    verify_progress: 0
    created: '2019-11-04T06:21:54.607Z'
    modified: '2019-11-04T06:21:54.607Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: lamp_1_1
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
      operation: CreateOTAFirmware
      status: done
      changes:
        name:
          before: null
          after: lamp_1_1
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import OtaFirmware

ENTRY = ResourceEntry(OtaFirmware)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
