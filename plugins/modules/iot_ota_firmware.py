#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_firmware
short_description: Manage a firmware for upgrades over the air
version_added: 0.1.0
description:
  - A firmware is a version of a product's devices, or of one of their OTA modules, as one file or several.
    M(iotops.aliyun.iot_ota_job) upgrades devices to it. An account has 500 of them at most.
  - The files are uploaded from the host where the task runs, and only when the firmware is made; the platform holds
    their size and their MD5 against what the task has found.
  - A firmware cannot be changed at all. Whether the file is still the same is told by its MD5 without a transfer; that
    another one is given under the same name is an error, which names both.
options:
  name:
    description:
      - The firmware's name, 1 to 40 Chinese, Japanese and English letters, digits, underscores, hyphens and
        parentheses, of which the first is a letter or a digit. It is the only one in the account, and tells one
        firmware from another.
    type: str
    required: true
  state:
    description:
      - Whether the firmware is there. With it go its jobs and their tasks.
    type: str
    choices: [present, absent]
    default: present
  product:
    description:
      - The product, by its name or its ProductKey. Not given, the firmware is for any product.
    type: str
  module:
    description:
      - The OTA module that the firmware is for, without regard to capital letters. Not given, it is V(default), the
        device as a whole.
    type: str
  version:
    description:
      - The version that devices have after the upgrade, 1 to 64 letters, digits, periods, hyphens and underscores.
        Needed to make one.
    type: str
  type:
    description:
      - Whether the files are all of that version (V(full)), or what differs from another one (V(delta)). A fresh
        firmware is V(full) unless this says otherwise.
    type: str
    choices: [full, delta]
  source_version:
    description:
      - The version that a V(delta) leads from. Needed for one, and for nothing else.
    type: str
  file:
    description:
      - The file, as a path from the root on the host where the task runs, of up to 2,000 MB (2,097,152,000 bytes).
      - The platform keeps its suffix where it is C(bin), C(dav), C(apk), C(tar), C(gz), C(tar.gz), C(zip) or C(gzip),
        and calls it C(bin) otherwise.
    type: path
  files:
    description:
      - The files of a firmware that has 2 to 20 of them, no two of the same content.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - What devices call the file, 1 to 32 characters.
        type: str
        required: true
      path:
        description:
          - The file, as O(file).
        type: path
        required: true
  description:
    description:
      - What the firmware is, up to 100 characters.
    type: str
  needs_verification:
    description:
      - Whether a job of the type C(verify) must have found out that the firmware works before others take it. A fresh
        firmware needs it unless this is V(false).
    type: bool
  udi:
    description:
      - What devices are told beside, together with the firmware, up to 4,096 characters of whatever format.
    type: str
  include_secrets:
    description:
      - Whether the result has RV(ota_firmware.download_url), by which everybody can fetch the file. Set C(no_log) on
        such a task.
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
- name: A file to upgrade to
  ansible.builtin.copy:
    content: the firmware of a lamp
    dest: /tmp/lamp-1.1.bin
    mode: "0644"

- name: The firmware
  iotops.aliyun.iot_ota_firmware:
    name: lamp_1_1
    product: street_light
    version: "1.1"
    file: /tmp/lamp-1.1.bin
    description: dims at night

- name: The way to it from one version, for devices with a slow line, which nobody has to verify
  iotops.aliyun.iot_ota_firmware:
    name: lamp_1_0_to_1_1
    product: street_light
    version: "1.1"
    type: delta
    source_version: "1.0"
    file: /tmp/lamp-1.1.bin
    needs_verification: false

- name: It is withdrawn, and with it all its jobs
  iotops.aliyun.iot_ota_firmware:
    name: lamp_1_1
    state: absent
"""

RETURN = r"""
ota_firmware:
  description: The firmware; empty when it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    firmware_id:
      description: The id that the platform gave it.
      type: str
      returned: always
    product_key:
      description: The ProductKey of its product; empty where it is for any product.
      type: str
      returned: always
    module_name:
      description: The OTA module that it is for.
      type: str
      returned: always
    version:
      description: The version that it leads to.
      type: str
      returned: always
    type:
      description: Whether it is all of that version (C(full)), or what differs from another one (C(delta)).
      type: str
      returned: always
    source_version:
      description: The version that a delta leads from; empty otherwise.
      type: str
      returned: always
    file_md5:
      description: The MD5 of its file; empty where it has several.
      type: str
      returned: always
    size_in_bytes:
      description: The size of its file, in bytes.
      type: int
      returned: when it has one file
    files:
      description: Its files, each with its C(name), its C(md5) and its C(size_in_bytes).
      type: list
      elements: dict
      returned: when it has several and is read whole
    description:
      description: What it is.
      type: str
      returned: always
    needs_verification:
      description: Whether it must be verified before devices are upgraded to it.
      type: bool
      returned: always
    udi:
      description: What devices are told beside.
      type: str
      returned: when it is read whole
    status:
      description:
        - Whether it was found to work, C(unverified), C(verifying), C(verified) or C(failed); C(unneeded) where it is
          used all the same.
      type: str
      returned: when it is there
    verify_progress:
      description: How many per cent of the devices of its verification have been upgraded.
      type: int
      returned: when it is read whole
    created:
      description: When it was made, in UTC.
      type: str
      returned: when it is there
    modified:
      description: When its status changed last, in UTC.
      type: str
      returned: when it is there
    download_url:
      description: Where its file can be fetched for a day.
      type: str
      returned: when O(include_secrets=true), for one file that is read whole
  sample:
    name: lamp_1_1
    firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
    product_key: a1BwAGVxxxx
    module_name: default
    version: "1.1"
    type: full
    source_version: ""
    file_md5: 93230c3bde425a9d7984a594ac55xxxx
    size_in_bytes: 900
    description: dims at night
    needs_verification: true
    udi: ""
    status: unverified
    verify_progress: 0
    created: "2019-11-04T06:21:54.607Z"
    modified: "2019-11-04T06:21:54.607Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: lamp_1_1}
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
      operation: CreateOTAFirmware
      status: done
      changes:
        name: {before: null, after: lamp_1_1}
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
  sample: 4
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota_firmware import OtaFirmware

ENTRY = ResourceEntry(OtaFirmware)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
