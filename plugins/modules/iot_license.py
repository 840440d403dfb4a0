#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_license
short_description: Manage audio and video licenses of a product and its devices
version_added: 0.1.0
description:
  - Assigns a license for the platform's audio and video services to a product and to devices of the product, or removes
    the license from the product.
  - Licenses are bought in the console.
  - The platform reports which devices have a license, but not which products have one. If O(devices) is set and all of
    these devices have the license, nothing is changed. If O(devices) is not set, the license is assigned to the product
    on every run.
  - The module waits until the devices have their licenses, and fails if a device could not be licensed.
options:
  state:
    description:
      - Desired state of the license.
      - V(bound) assigns the license to the product and to O(devices). V(unbound) removes the license from the product.
      - Devices keep their licenses when the license is removed from the product.
    type: str
    choices: [bound, unbound]
    default: bound
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  license:
    description:
      - License, identified by the video resolution that it allows.
    type: str
    required: true
    choices: ["480p", "720p"]
  devices:
    description:
      - Names of the devices of the product to license.
      - Not allowed with O(state=unbound).
    type: list
    elements: str
  wait_timeout_in_seconds:
    description:
      - Maximum time to wait for the licenses of each batch of 100 devices, in seconds.
      - The range is 1 to 86,400.
    type: int
    default: 300
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Reads the current state and returns what would be changed, without changing anything.
  diff_mode:
    support: none
    description: The platform does not return the complete state that would have to be compared.
  idempotent:
    support: partial
    description: Without O(devices), every run is a change, because the platform does not return a product's license.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_license_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: License a product and one of its devices for video
  iotops.aliyun.iot_license:
    product: street_light
    license: 720p
    devices: [lamp-0001]

- name: Remove the license from the product
  iotops.aliyun.iot_license:
    product: street_light
    license: 720p
    state: unbound
"""

RETURN = r"""
licensed:
  description: Names of the devices that were licensed, or that would be licensed in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - lamp-0001
failed_count:
  description: Number of devices that could not be licensed.
  returned: when a device could not be licensed, or when the timeout has expired
  type: int
  sample: 1
failed_file:
  description: URL of a CSV file that lists the devices that could not be licensed.
  returned: when a device could not be licensed, or when the timeout has expired
  type: str
  sample: https://www.example.com/failed.csv
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The product and its devices would be licensed; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.av_license.license import License

ENTRY = License()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
