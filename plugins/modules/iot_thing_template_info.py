#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_template_info
short_description: Gather information about product categories and their standard thing models
version_added: 0.1.0
description:
  - Returns the categories that the platform provides for products, or one category with its standard thing model.
  - A product that is created with O(iotops.aliyun.iot_product#module:category_key) starts with the standard thing model
    of its category.
options:
  category:
    description:
      - CategoryKey or name of the category.
      - If not set, all categories are returned, without their thing models.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_product
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all categories
  iotops.aliyun.iot_thing_template_info:

- name: Get the standard thing model of a category
  iotops.aliyun.iot_thing_template_info:
    category: Lighting
  register: result

- name: Add the standard functions to the thing model of a product without this category
  iotops.aliyun.iot_thing_model:
    product: street_light
    functions: "{{ result.templates[0].functions }}"
    purge_functions: false
"""

RETURN = r"""
templates:
  description: Categories. Empty if no category has this CategoryKey or name.
  returned: success
  type: list
  elements: dict
  contains:
    category_key:
      description: CategoryKey of the category.
      returned: always
      type: str
    category_name:
      description: Name of the category, in Chinese.
      returned: always
      type: str
    functions:
      description: Functions of the category in the plain form, see O(iotops.aliyun.iot_thing_model#module:functions).
      returned: when O(category) is set
      type: dict
    as_thing_model_json:
      description: Functions of the category as ThingModelJson.
      returned: when O(category) is set
      type: dict
  sample:
    - category_key: Lighting
      category_name: street lamps
      functions:
        properties:
          LightStatus:
            name: light
            type: bool
            values:
              '0': 'off'
              '1': 'on'
            access: rw
            required: true
            custom: false
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.template import TemplatesInfo

ENTRY = TemplatesInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
