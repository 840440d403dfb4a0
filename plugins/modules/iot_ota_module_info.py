#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_module_info
short_description: Gather information about OTA modules of a product
version_added: 0.1.0
description:
  - Returns all OTA modules of a product, or the one with a given name.
  - The module C(default), which every product has, is not returned.
options:
  product:
    description:
      - Return only OTA modules of this product, identified by its name or ProductKey.
    type: str
    required: true
  name:
    description:
      - Return only the OTA module with this name. Not case-sensitive.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_ota_module
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the OTA modules of a product
  iotops.aliyun.iot_ota_module_info:
    product: street_light

- name: Get one OTA module of a product
  iotops.aliyun.iot_ota_module_info:
    product: street_light
    name: modem
"""

RETURN = r"""
ota_modules:
  description: OTA modules that match the filters.
  returned: success
  type: list
  elements: dict
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
      returned: always
      type: str
    modified:
      description: Time when the OTA module was last changed, in UTC, with a precision of one minute.
      returned: always
      type: str
  sample:
    - product_key: a1BwAGVxxxx
      name: modem
      alias: cellular_modem
      description: the modem's own firmware
      created: 2020-10-13T09:46Z
      modified: 2020-10-13T09:46Z
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.module import OtaModule

ENTRY = InfoEntry(OtaModule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
