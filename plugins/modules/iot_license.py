#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_license
short_description: License a product and its devices for audio and video
version_added: 0.1.0
description:
  - Licenses a product for the platform's audio and video services, and devices of it, or takes the licence away from
    the product. Licences are bought on the console.
  - The platform tells which devices have a licence, and not which products have one. With O(devices) nothing is done
    where all of them have theirs; without, the product is licensed each time.
  - The task waits until the devices have their licences, and fails where one could not get it.
options:
  state:
    description:
      - Whether the product, and O(devices), have the licence (V(bound)), or the product has it no longer (V(unbound)).
        Devices keep the licences that they have, whatever becomes of the product.
    type: str
    choices: [bound, unbound]
    default: bound
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  license:
    description:
      - The licence, by the resolution of video that it allows.
    type: str
    required: true
    choices: ["480p", "720p"]
  devices:
    description:
      - The names of the devices to license, within O(product).
    type: list
    elements: str
  wait_timeout_in_seconds:
    description:
      - How long to wait for the licences of each hundred devices, 1 second to a day.
    type: int
    default: 300
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Reads the account, and says what would be done without doing it.
  diff_mode:
    support: none
    description: There is no state with which all of it could be compared.
  idempotent:
    support: partial
    description: Without O(devices) it is done each time, as nothing tells whether it was.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_license_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A lamp with a camera
  iotops.aliyun.iot_license:
    product: street_light
    license: 720p
    devices: [lamp-0001]

- name: No more lamps get a licence
  iotops.aliyun.iot_license:
    product: street_light
    license: 720p
    state: unbound
"""

RETURN = r"""
licensed:
  description: The devices that were licensed, or would be.
  returned: success
  type: list
  elements: str
  sample: [lamp-0001]
failed_count:
  description: How many devices could not be licensed.
  returned: when some could not
  type: int
  sample: 1
failed_file:
  description: Where a file can be downloaded that says which, as CSV.
  returned: when some could not
  type: str
  sample: https://www.example.com/failed.csv
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The product and its devices would be licensed; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.license import License

ENTRY = License()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
