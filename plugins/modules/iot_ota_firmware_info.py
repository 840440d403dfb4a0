#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_firmware_info
short_description: Gather information about firmware for over-the-air (OTA) upgrades
version_added: 0.1.0
description:
  - Returns firmware selected by name, ID, product, OTA module, version, type or status, or all firmware of the account.
    A request returns up to 100 of them.
options:
  name:
    description:
      - Return only the firmware with this name, with full details.
    type: str
  firmware_id:
    description:
      - Return only the firmware with this ID, with full details.
    type: str
  product:
    description:
      - Return only firmware for this product, identified by its name or ProductKey.
    type: str
  module:
    description:
      - Return only firmware for this OTA module. V(default) is the device as a whole.
    type: str
  version:
    description:
      - Return only firmware that upgrades devices to this version.
    type: str
  type:
    description:
      - Return only firmware of this type, which is either complete (V(full)) or the difference from another version
        (V(delta)).
    type: str
    choices: [full, delta]
  status:
    description:
      - Return only firmware with this status. V(unneeded) is the status of firmware that needs no verification.
    type: str
    choices: [unneeded, unverified, verified, verifying, failed]
  details:
    description:
      - Whether to read the full details of every listed firmware, which takes one more request for each. Details are
        always read for a firmware that is selected by O(name) or O(firmware_id).
    type: bool
    default: false
  include_secrets:
    description:
      - Whether to return the download URLs, with which anyone can download the files. Set C(no_log) on such tasks.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_ota_firmware
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the firmware of a product that is not verified yet
  iotops.aliyun.iot_ota_firmware_info:
    product: street_light
    status: unverified

- name: Get one firmware with all of its files
  iotops.aliyun.iot_ota_firmware_info:
    name: lamp_1_1
"""

RETURN = r"""
ota_firmwares:
  description: Firmware that matches the filters.
  returned: success
  type: list
  elements: dict
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
      returned: when read in full (see O(details)) and the firmware consists of several files
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
      returned: when read in full (see O(details))
      type: str
    status:
      description: Verification status of the firmware, C(unverified), C(verifying), C(verified) or C(failed), or
        C(unneeded) if the firmware needs no verification.
      returned: always
      type: str
    verify_progress:
      description: Percentage of the devices in the verification of the firmware that have been upgraded.
      returned: when read in full (see O(details))
      type: int
    created:
      description: Time when the firmware was created, in UTC.
      returned: always
      type: str
    modified:
      description: Time when the status of the firmware last changed, in UTC.
      returned: always
      type: str
    download_url:
      description: URL from which the file of the firmware can be downloaded for a day.
      returned: when O(include_secrets=true), read in full (see O(details)), and the firmware consists of one file
      type: str
  sample:
    - name: lamp_1_1
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
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import OtaFirmware

ENTRY = InfoEntry(OtaFirmware)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
