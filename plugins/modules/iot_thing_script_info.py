#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_script_info
short_description: Gather information about the data parsing script of a product
version_added: 0.1.0
description:
  - Returns the script that converts the raw data of a product's devices to the format of its thing model, and back.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_thing_script
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get the data parsing script of a product
  iotops.aliyun.iot_thing_script_info:
    product: street_light
"""

RETURN = r"""
thing_scripts:
  description: The script of the product, as a list with one element. Empty if the product has no script.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    type:
      description: Language of the script, JavaScript (V(javascript)), Python 2.7 (V(python)) or PHP 7.2 (V(php)).
      returned: always
      type: str
    script:
      description: Content of the script.
      returned: always
      type: str
  sample:
    - product_key: a1BwAGVxxxx
      type: javascript
      script: 'function rawDataToProtocol(bytes) { return {}; }

        '
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.script import ThingScript

ENTRY = InfoEntry(ThingScript)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
