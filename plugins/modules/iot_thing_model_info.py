#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_model_info
short_description: Tell a product's thing model
version_added: 0.1.0
description:
  - Tells the draft of a product's thing model, and whether it is in force.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: What a lamp is
  iotops.aliyun.iot_thing_model_info:
    product: street_light
"""

RETURN = r"""
thing_models:
  description: The thing model, in a list of one.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: The ProductKey of its product.
      type: str
      returned: always
    tsl:
      description: The draft, as the platform tells it.
      type: dict
      returned: always
    published:
      description: Whether what is in force is the draft.
      type: bool
      returned: always
  sample:
    - product_key: a1BwAGVxxxx
      tsl:
        properties:
          - identifier: LightStatus
            name: light
            accessMode: rw
            dataType: {type: bool, specs: {"0": "off", "1": "on"}}
      published: true
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import ThingModel

ENTRY = InfoEntry(ThingModel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
