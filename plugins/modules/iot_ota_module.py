#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_module
short_description: Manage OTA modules of a product
version_added: 0.1.0
description:
  - Creates, updates and deletes OTA modules. An OTA module is a part of a product's devices that is upgraded
    separately, for example a modem in addition to the main processor.
  - Every product has the module C(default), which is the device as a whole, and can have up to 10 other modules.
  - Devices report the version of each module by the name of the module.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  name:
    description:
      - Name of the OTA module. Not case-sensitive. Identifies the module within the product.
      - 1 to 64 letters, digits, periods, hyphens and underscores. V(default) is not allowed.
      - Cannot be changed after creation.
    type: str
    required: true
  state:
    description:
      - Desired state of the OTA module.
      - A module for which firmware exists cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
  alias:
    description:
      - Display name of the OTA module.
      - Up to 64 Chinese and English letters, digits, periods, hyphens and underscores.
      - An empty string clears the value.
    type: str
  description:
    description:
      - Description of the OTA module.
      - Up to 100 characters.
      - An empty string clears the value.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_ota_module_info
  - module: iotops.aliyun.iot_ota_firmware
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create an OTA module for the modem of a product's devices
  iotops.aliyun.iot_ota_module:
    product: street_light
    name: modem
    alias: cellular_modem
    description: firmware of the modem

- name: Delete an OTA module
  iotops.aliyun.iot_ota_module:
    product: street_light
    name: modem
    state: absent
"""

RETURN = r"""
ota_module:
  description: The OTA module. Empty if it is absent.
  returned: success
  type: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    name:
      description: Name of the OTA module. Not case-sensitive. Identifies the module within the product.
      returned: always
      type: str
    alias:
      description: Display name of the OTA module.
      returned: always
      type: str
    description:
      description: Description of the OTA module.
      returned: always
      type: str
    created:
      description: Time when the OTA module was created, in UTC, with a precision of one minute.
      returned: when the OTA module exists
      type: str
    modified:
      description: Time when the OTA module was last changed, in UTC, with a precision of one minute.
      returned: when the OTA module exists
      type: str
  sample:
    product_key: a1BwAGVxxxx
    name: modem
    alias: cellular_modem
    description: the modem's own firmware
    created: 2020-10-13T09:46Z
    modified: 2020-10-13T09:46Z
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: modem
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
      operation: CreateOTAModule
      status: done
      changes:
        name:
          before: null
          after: modem
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.module import OtaModule

ENTRY = ResourceEntry(OtaModule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
